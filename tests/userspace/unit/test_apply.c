// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What was agreed upon is what the engine has, and others that have changed it are
 * put right.
 */
#include "agent/core/apply.h"

#include "fakeio.h"
#include "statekit.h"

#define NODES 6

/**
 * struct kit - a node of a cluster
 * @f: its engine, without peers
 * @s: what was agreed upon: voters 1 to 3, followers up to NODES
 * @p: the node under test
 */
struct kit {
	struct fakeio f;
	struct cl_state s;
	struct cl_apply p;
};

static struct kit kit;

static int setup(void **unused)
{
	(void)unused;
	memset(&kit, 0, sizeof(kit));
	fakeio_init(&kit.f);
	kit.f.inst.peers = 0;
	make(&kit.s, 3, NODES);
	cl_apply_init(&kit.p, &kit.f.io);
	return 0;
}

static int teardown(void **unused)
{
	(void)unused;
	cl_state_fini(&kit.s);
	return 0;
}

static void run(void)
{
	cl_apply_run(&kit.p, &kit.s, &kit.f.inst);
}

/* As if this were another node. */
static void be(u32 node)
{
	kit.f.inst.node = node;
	run();
}

static const struct cl_nl_peer *peer(u32 node)
{
	for (u32 i = 0; i < kit.f.inst.peers; i++)
		if (kit.f.peer[i].node == node)
			return &kit.f.peer[i];
	return NULL;
}

static void test_other_members_are_peers(void **unused)
{
	struct cl_member m = member(7);

	(void)unused;
	m.time = (struct cl_endpoint){ 6, { 0x20, 1, [15] = 7 }, 1234 };
	agree(&kit.s, put(&m));
	assert_int_equal(cl_apply_deadline(&kit.p), CL_APPLY_NEVER);
	run();
	assert_int_equal(kit.f.inst.peers, NODES);
	assert_null(peer(1));
	for (u32 id = 2; id <= NODES; id++) {
		m = member(id);
		assert_non_null(peer(id));
		assert_true(peer(id)->managed);
		assert_false(peer(id)->shadow);
		assert_int_equal(peer(id)->port, m.time.port);
		assert_memory_equal(&peer(id)->addr4, m.time.addr, 4);
		assert_true(cl_nl_has(peer(id), PEER_ADDR4));
		assert_false(cl_nl_has(peer(id), PEER_ADDR6));
	}
	assert_int_equal(peer(7)->addr6.s6_addr[15], 7);
	assert_int_equal(peer(7)->port, 1234);
	assert_true(cl_nl_has(peer(7), PEER_ADDR6));
	assert_false(cl_nl_has(peer(7), PEER_ADDR4));
	assert_int_equal(cl_apply_deadline(&kit.p), CL_APPLY_NEVER);
}

static void test_nothing_is_done_twice(void **unused)
{
	(void)unused;
	run();
	kit.f.lists = 0;
	kit.f.peers = 0;
	kit.f.sets = 0;
	run();
	run();
	assert_int_equal(kit.f.lists, 0);
	agree(&kit.s, put_id(NODES + 1, 0));
	run();
	run();
	assert_int_equal(kit.f.lists, 1);
	assert_int_equal(kit.f.peers, 1);
	assert_int_equal(kit.f.peer_dels + kit.f.peer_sets + kit.f.sets, 0);
	assert_non_null(peer(NODES + 1));
}

static void test_members_go_and_move(void **unused)
{
	struct cl_member m = member(6);

	(void)unused;
	run();
	agree(&kit.s, del(5));
	m.time = member(5).time;
	agree(&kit.s, put(&m));
	run();
	assert_null(peer(5));
	assert_memory_equal(&peer(6)->addr4, m.time.addr, 4);
	assert_int_equal(kit.f.peer_dels, 2);
	m.time.port++;
	agree(&kit.s, put(&m));
	run();
	assert_int_equal(peer(6)->port, m.time.port);
	/* It becomes an address of another family. */
	m.time = (struct cl_endpoint){ 6, { 0x20, 1, [15] = 7 }, 1234 };
	agree(&kit.s, put(&m));
	run();
	assert_true(cl_nl_has(peer(6), PEER_ADDR6));
	assert_int_equal(kit.f.peer_dels, 4);
}

static void test_isolated_node_is_measured_by_voters_only(void **unused)
{
	(void)unused;
	run();
	agree(&kit.s, isolate(5, 2));
	run();
	assert_true(peer(5)->shadow);
	assert_false(peer(4)->shadow);
	assert_int_equal(kit.f.peer_sets, 1);
	assert_true(kit.f.peer_set.managed);
	assert_int_equal(kit.f.peer_dels, 0);
	be(4);
	assert_null(peer(5));
	assert_non_null(peer(1));
	/* The isolated node itself may go on measuring. */
	be(5);
	assert_int_equal(kit.f.inst.peers, NODES - 1);
	be(2);
	assert_true(peer(5)->shadow);
	kit.s.utc.since_s = 0;
	agree(&kit.s, readmit(5, 2, NOW + DAY));
	run();
	assert_false(peer(5)->shadow);
	be(4);
	assert_non_null(peer(5));
}

static void test_settings_that_differ_are_set(void **unused)
{
	struct cl_entry e = entry(CL_ENTRY_SETTINGS);

	(void)unused;
	run();
	assert_int_equal(kit.f.sets, 1);
	assert_int_equal(kit.f.inst.managed, 1);
	assert_int_equal(kit.f.inst.max_bound_ns,
			 kit.s.common[CL_COMMON_MAX_BOUND]);
	assert_int_equal(kit.f.inst.wander_ppt, kit.s.common[CL_COMMON_WANDER]);
	assert_false(cl_nl_has(&kit.f.set, INSTANCE_LEADER));
	run();
	e.change.have = 1 << CL_COMMON_PROBES | 1 << CL_COMMON_INTERVAL;
	e.change.value[CL_COMMON_PROBES] = 7;
	e.change.value[CL_COMMON_INTERVAL] = 50 * CL_NS_PER_MS;
	agree(&kit.s, e);
	run();
	assert_int_equal(kit.f.sets, 2);
	assert_int_equal(kit.f.set.have, CL_NL_BIT(INSTANCE_PROBES) |
						 CL_NL_BIT(INSTANCE_INTERVAL) |
						 CL_NL_BIT(INSTANCE_MANAGED));
	assert_int_equal(kit.f.inst.probes, 7);
	assert_int_equal(kit.f.inst.interval_ns, 50 * CL_NS_PER_MS);
	/* Somebody sets it back; it is not obeyed, however often. */
	for (int i = 3; i < 6; i++) {
		kit.f.inst.probes = 2;
		run();
		assert_int_equal(kit.f.sets, i);
		assert_int_equal(kit.f.inst.probes, 7);
		run();
	}
	kit.f.inst.managed = 0;
	run();
	assert_int_equal(kit.f.set.have, CL_NL_BIT(INSTANCE_MANAGED));
	assert_int_equal(kit.f.inst.managed, 1);
}

static void test_peers_that_others_have_changed_are_put_right(void **unused)
{
	(void)unused;
	run();
	/* Peer 2 is deleted, and one is added that is no member. */
	kit.f.peer[0].node = 99;
	cl_apply_stale(&kit.p);
	run();
	assert_null(peer(2));
	assert_int_equal(cl_apply_deadline(&kit.p), CL_APPLY_RETRY_NS);
	kit.f.now = CL_APPLY_RETRY_NS;
	cl_apply_stale(&kit.p);
	assert_int_equal(cl_apply_deadline(&kit.p), CL_APPLY_RETRY_NS);
	run();
	assert_non_null(peer(2));
	assert_null(peer(99));
	assert_int_equal(cl_apply_deadline(&kit.p), CL_APPLY_NEVER);
}

static void test_what_is_refused_is_tried_again(void **unused)
{
	(void)unused;
	kit.f.fail_peer = 2;
	run();
	assert_int_equal(kit.f.inst.peers, NODES - 2);
	assert_string_equal(kit.f.line, "cannot add peer 3: error 17");
	assert_int_equal(kit.f.lines, 1);
	assert_int_equal(cl_apply_deadline(&kit.p), CL_APPLY_RETRY_NS);
	run();
	assert_int_equal(kit.f.lists, 1);
	kit.f.now = CL_APPLY_RETRY_NS;
	kit.f.fail = -5;
	run();
	assert_int_equal(kit.f.lines, 1);
	assert_int_equal(cl_apply_deadline(&kit.p), 2 * CL_APPLY_RETRY_NS);
	kit.f.now = 2 * CL_APPLY_RETRY_NS;
	kit.f.fail = 0;
	run();
	assert_int_equal(kit.f.inst.peers, NODES - 1);
	assert_string_equal(kit.f.line,
			    "all that the cluster has agreed upon is applied");
	assert_int_equal(kit.f.lines, 2);
	assert_int_equal(cl_apply_deadline(&kit.p), CL_APPLY_NEVER);
}

static void test_engine_may_have_room_for_fewer(void **unused)
{
	(void)unused;
	for (u32 id = NODES + 1; id <= FAKE_PEERS + 10; id++)
		agree(&kit.s, put_id(id, 0));
	run();
	assert_int_equal(kit.f.inst.peers, FAKE_PEERS);
	assert_int_equal(kit.f.peers, FAKE_PEERS + 1);
	assert_int_equal(kit.f.lines, 1);
	assert_int_equal(cl_apply_deadline(&kit.p), CL_APPLY_RETRY_NS);
}

static void test_settings_that_are_refused(void **unused)
{
	(void)unused;
	kit.f.fail = -5;
	run();
	assert_int_equal(kit.f.inst.managed, 0);
	assert_string_equal(kit.f.line,
			    "cannot apply the cluster's settings: error 5");
	kit.f.fail = 0;
	kit.f.now = CL_APPLY_RETRY_NS;
	run();
	assert_int_equal(kit.f.inst.managed, 1);
}

static void test_who_was_removed_has_no_peers(void **unused)
{
	(void)unused;
	be(6);
	assert_int_equal(kit.f.inst.peers, NODES - 1);
	kit.f.sets = 0;
	kit.f.inst.probes++;
	agree(&kit.s, del(6));
	run();
	assert_int_equal(kit.f.inst.peers, 0);
	assert_int_equal(kit.f.sets, 0);
}

/* An engine with room for all; @peer are its peers. */
static struct {
	struct cl_engine_ops ops;
	struct cl_nl_peer peer[CL_ROSTER_MAX];
	u32 n;
	u32 calls;
} big;

static int big_add(struct cl_engine *e, const struct cl_nl_peer *p)
{
	(void)e;
	big.calls++;
	big.peer[big.n++] = *p;
	return 0;
}

static int big_del(struct cl_engine *e, const struct cl_nl_peer *p)
{
	(void)e;
	big.calls++;
	assert_int_equal(big.peer[--big.n].node, p->node);
	return 0;
}

static int big_list(struct cl_engine *e,
		    void (*each)(void *ctx, const struct cl_nl_peer *p),
		    void *ctx)
{
	(void)e;
	big.calls++;
	for (u32 i = 0; i < big.n; i++)
		each(ctx, &big.peer[i]);
	return 0;
}

static void test_change_of_a_large_cluster_is_cheap(void **unused)
{
	(void)unused;
	big.ops = *kit.f.engine.ops;
	big.ops.add_peer = big_add;
	big.ops.del_peer = big_del;
	big.ops.list_peers = big_list;
	kit.f.engine.ops = &big.ops;
	for (u32 id = NODES + 1; id <= CL_ROSTER_MAX; id++) {
		struct cl_member m = member(id);

		cl_roster_put(kit.s.roster, &m);
	}
	run();
	assert_int_equal(big.n, CL_ROSTER_MAX - 1);
	big.calls = 0;
	agree(&kit.s, del(CL_ROSTER_MAX));
	run();
	assert_int_equal(big.n, CL_ROSTER_MAX - 2);
	assert_int_equal(big.calls, 2);
}

static void test_another_instance_gets_it_all(void **unused)
{
	(void)unused;
	run();
	cl_apply_run(&kit.p, &kit.s, NULL);
	assert_int_equal(cl_apply_deadline(&kit.p), CL_APPLY_NEVER);
	kit.f.inst.peers = 0;
	run();
	assert_int_equal(kit.f.inst.peers, NODES - 1);
	kit.f.inst.peers = 0;
	kit.f.inst.id++;
	run();
	assert_int_equal(kit.f.inst.peers, NODES - 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_other_members_are_peers),
		TEST(test_nothing_is_done_twice),
		TEST(test_members_go_and_move),
		TEST(test_isolated_node_is_measured_by_voters_only),
		TEST(test_settings_that_differ_are_set),
		TEST(test_peers_that_others_have_changed_are_put_right),
		TEST(test_what_is_refused_is_tried_again),
		TEST(test_engine_may_have_room_for_fewer),
		TEST(test_settings_that_are_refused),
		TEST(test_who_was_removed_has_no_peers),
		TEST(test_change_of_a_large_cluster_is_cheap),
		TEST(test_another_instance_gets_it_all),
	};

	return cmocka_run_group_tests_name("apply", tests, NULL, NULL);
}
