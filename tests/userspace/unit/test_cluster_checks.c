// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The checks of the simulator, each with nodes that break what it looks for.  The
 * nodes are not Raft: they answer what a test wants.
 */
#include <stdlib.h>
#include <string.h>

#include "agent/core/raft_conf.h"
#include "agent/sim/invariant.h"
#include "unit.h"

#define NODES 3
#define ENTRIES 16

/**
 * struct cl_raft - what the checks ask a node
 * @role: see the getters
 * @term: the same
 * @commit: the same
 * @conf: the same
 * @lease: the same
 * @last: the same
 * @entry: the same, by index
 * @bytes: members of entries that have some
 */
struct cl_raft {
	enum cl_raft_role role;
	u32 term;
	u64 commit;
	struct cl_raft_conf conf;
	s64 lease;
	u64 last;
	struct cl_raft_entry entry[ENTRIES];
	u8 bytes[ENTRIES][CL_RAFT_CONF_BYTES];
};

enum cl_raft_role cl_raft_role(const struct cl_raft *r)
{
	return r->role;
}

u32 cl_raft_term(const struct cl_raft *r)
{
	return r->term;
}

u64 cl_raft_commit(const struct cl_raft *r)
{
	return r->commit;
}

u64 cl_raft_last(const struct cl_raft *r)
{
	return r->last;
}

const struct cl_raft_conf *cl_raft_conf(const struct cl_raft *r)
{
	return &r->conf;
}

s64 cl_raft_lease(const struct cl_raft *r)
{
	return r->lease;
}

bool cl_raft_entry(const struct cl_raft *r, u64 index, struct cl_raft_entry *e)
{
	*e = r->entry[index];
	return index > 1 && index <= r->last;
}

/**
 * struct one - a node
 * @raft: its answers
 * @disk: its disk
 * @machine: its state
 * @watch: for the checks
 */
struct one {
	struct cl_raft raft;
	struct cs_disk disk;
	struct cs_machine machine;
	struct cs_watch watch;
};

/**
 * struct fixture - three voters that have entry 1
 * @heap: the time
 * @checks: the checks
 * @node: nodes, by id
 */
struct fixture {
	struct cs_heap heap;
	struct cs_checks checks;
	struct one node[NODES + 1];
};

static s64 local(const struct cs_watch *w)
{
	(void)w;
	return 100;
}

static const struct cl_raft_conf three = { .voter = { 1, 2, 3 }, .voters = 3 };

static struct cs_snap *beginning(void)
{
	const struct cs_machine first = { .index = 1, .chain = 77 };
	u8 *data = cs_machine_freeze(&first, sizeof(first));
	const struct cl_raft_snapshot s = { .index = 1,
					    .term = 1,
					    .conf = three,
					    .data = data,
					    .len = sizeof(first) };
	struct cs_snap *copy = cs_snap_copy(&s);

	free(data);
	return copy;
}

static int setup(void **state)
{
	struct fixture *x = calloc(1, sizeof(*x));

	x->checks.heap = &x->heap;
	x->checks.wanted = ~0U;
	for (u32 i = 1; i <= NODES; i++) {
		struct one *n = &x->node[i];

		n->raft.conf = three;
		n->raft.term = 1;
		n->raft.commit = 1;
		n->raft.last = 1;
		n->machine.index = 1;
		n->machine.chain = 77;
		n->disk.image.snap = beginning();
		n->watch.id = i;
		n->watch.raft = &n->raft;
		n->watch.disk = &n->disk;
		n->watch.machine = &n->machine;
		n->watch.local = local;
		if (i == 1)
			cs_check_first(&x->checks, n->disk.image.snap);
		x->checks.watch[i] = &n->watch;
		cs_check_thawed(&x->checks, &n->watch,
				&n->disk.image.snap->raft);
		cs_check_node(&x->checks, &n->watch);
	}
	assert_false(x->checks.broken);
	*state = x;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *x = *state;

	for (u32 i = 1; i <= NODES; i++) {
		cs_image_free(&x->node[i].disk.image);
		free(x->node[i].watch.log);
	}
	cs_checks_free(&x->checks);
	free(x);
	return 0;
}

static void look(struct fixture *x, u32 id)
{
	cs_check_node(&x->checks, &x->node[id].watch);
}

static void assert_broken(const struct fixture *x, enum cs_invariant which)
{
	assert_true(x->checks.broken);
	assert_string_equal(cs_invariant_name(x->checks.which),
			    cs_invariant_name(which));
}

static void store_vote(struct fixture *x, u32 id, u32 term, u32 vote)
{
	x->node[id].disk.image.term = term;
	x->node[id].disk.image.vote = vote;
	cs_check_stored(&x->checks, &x->node[id].watch);
}

static void put_entry(struct fixture *x, u32 id, u64 index, u32 term,
		      const char *data)
{
	struct cl_raft *r = &x->node[id].raft;

	r->entry[index] = (struct cl_raft_entry){
		.index = index,
		.term = term,
		.kind = CL_RAFT_DATA,
		.data = (const u8 *)data,
		.len = (u32)strlen(data),
	};
	r->last = index;
}

static void put_conf(struct fixture *x, u32 id, u64 index, u32 term,
		     const struct cl_raft_conf *conf)
{
	struct cl_raft *r = &x->node[id].raft;

	r->entry[index] = (struct cl_raft_entry){
		.index = index,
		.term = term,
		.kind = CL_RAFT_CONF,
		.data = r->bytes[index],
		.len = cl_raft_conf_encode(conf, r->bytes[index]),
	};
	r->last = index;
	r->conf = *conf;
}

static void store_entry(struct fixture *x, u32 id, u64 index)
{
	const struct cl_raft_write w = {
		.number = 1,
		.term = x->node[id].raft.term,
		.vote = x->node[id].disk.image.vote,
		.from = index,
		.entry = &x->node[id].raft.entry[index],
		.entries = 1,
	};
	struct cs_write copy;

	cs_write_init(&copy, &w);
	assert_true(cs_image_apply(&x->node[id].disk.image, &copy));
	cs_write_free(&copy);
	cs_check_stored(&x->checks, &x->node[id].watch);
}

/* Two of three vote for it, and it leads. */
static void elect(struct fixture *x, u32 id, u32 other, u32 term)
{
	store_vote(x, id, term, id);
	store_vote(x, other, term, id);
	x->node[id].raft.term = term;
	x->node[id].raft.role = CL_RAFT_LEADER;
	look(x, id);
}

/* The leader has an entry on its disk and another's, and commits it. */
static void commit(struct fixture *x, u32 id, u32 other, u64 index, u32 term,
		   const char *data)
{
	put_entry(x, id, index, term, data);
	look(x, id);
	put_entry(x, other, index, term, data);
	look(x, other);
	store_entry(x, id, index);
	store_entry(x, other, index);
	x->node[id].raft.commit = index;
	look(x, id);
}

static void test_elections(void **state)
{
	struct fixture *x = *state;

	elect(x, 1, 2, 2);
	assert_false(x->checks.broken);
	elect(x, 3, 3, 3);
	assert_broken(x, CS_ELECTION);
}

static void test_two_leaders(void **state)
{
	struct fixture *x = *state;

	elect(x, 1, 2, 2);
	x->node[3].raft.term = 2;
	x->node[3].raft.role = CL_RAFT_LEADER;
	look(x, 3);
	assert_broken(x, CS_ELECTION);
}

static void test_votes(void **state)
{
	struct fixture *x = *state;

	store_vote(x, 1, 2, 2);
	store_vote(x, 1, 3, 3);
	assert_false(x->checks.broken);
	store_vote(x, 1, 3, 1);
	assert_broken(x, CS_VOTE);
}

static void test_forgotten_vote(void **state)
{
	struct fixture *x = *state;

	store_vote(x, 1, 2, 2);
	cs_check_started(&x->checks, &x->node[1].watch);
	assert_false(x->checks.broken);
	x->node[1].disk.image.vote = 0;
	cs_check_started(&x->checks, &x->node[1].watch);
	assert_broken(x, CS_VOTE);
}

static void test_promises(void **state)
{
	struct fixture *x = *state;
	struct cl_raft_msg m = { .type = CL_RAFT_VOTE_REPLY,
				 .from = 1,
				 .to = 2,
				 .term = 2,
				 .granted = true };

	store_vote(x, 1, 2, 2);
	cs_check_sent(&x->checks, &x->node[1].watch, &m);
	m.type = CL_RAFT_APPEND_REPLY;
	m.index = 1;
	cs_check_sent(&x->checks, &x->node[1].watch, &m);
	assert_false(x->checks.broken);
	m.index = 2;
	cs_check_sent(&x->checks, &x->node[1].watch, &m);
	assert_broken(x, CS_DURABLE);
	x->checks.broken = false;
	m.type = CL_RAFT_VOTE_REPLY;
	m.term = 3;
	cs_check_sent(&x->checks, &x->node[1].watch, &m);
	assert_broken(x, CS_DURABLE);
}

static void test_matching(void **state)
{
	struct fixture *x = *state;

	elect(x, 1, 2, 2);
	put_entry(x, 1, 2, 2, "a");
	look(x, 1);
	put_entry(x, 2, 2, 2, "a");
	look(x, 2);
	assert_false(x->checks.broken);
	put_entry(x, 3, 2, 2, "b");
	look(x, 3);
	assert_broken(x, CS_MATCHING);
}

/* The same entry after another one. */
static void test_matching_before(void **state)
{
	struct fixture *x = *state;

	put_entry(x, 1, 2, 2, "a");
	put_entry(x, 1, 3, 3, "b");
	look(x, 1);
	put_entry(x, 2, 2, 1, "a");
	put_entry(x, 2, 3, 3, "b");
	look(x, 2);
	assert_broken(x, CS_MATCHING);
}

static void test_complete(void **state)
{
	struct fixture *x = *state;

	elect(x, 1, 2, 2);
	commit(x, 1, 2, 2, 2, "a");
	assert_false(x->checks.broken);
	/* A leader of a term before need not have it. */
	x->checks.wanted = 1U << CS_COMPLETE;
	elect(x, 3, 2, 2);
	assert_false(x->checks.broken);
	elect(x, 3, 2, 3);
	assert_broken(x, CS_COMPLETE);
}

static void test_commits(void **state)
{
	struct fixture *x = *state;

	elect(x, 1, 2, 2);
	put_entry(x, 1, 2, 2, "a");
	look(x, 1);
	store_entry(x, 1, 2);
	x->node[1].raft.commit = 2;
	look(x, 1);
	assert_broken(x, CS_DURABLE);
}

/* Ongaro and Ousterhout, figure 8: an entry of an earlier term is not counted. */
static void test_old_term(void **state)
{
	struct fixture *x = *state;

	put_entry(x, 1, 2, 1, "a");
	look(x, 1);
	elect(x, 1, 2, 2);
	assert_false(x->checks.broken);
	commit(x, 1, 2, 2, 1, "a");
	assert_broken(x, CS_COMMITTED);
}

static void test_removed(void **state)
{
	struct fixture *x = *state;

	elect(x, 1, 2, 2);
	commit(x, 1, 2, 2, 2, "a");
	assert_false(x->checks.broken);
	x->node[1].raft.last = 1;
	look(x, 1);
	assert_broken(x, CS_COMMITTED);
}

static void apply(struct fixture *x, u32 id, u64 index, u64 token)
{
	struct one *n = &x->node[id];

	cs_machine_apply(&n->machine, &n->raft.entry[index]);
	cs_check_applied(&x->checks, &n->watch, &n->raft.entry[index], token);
}

static void test_state(void **state)
{
	struct fixture *x = *state;

	put_entry(x, 1, 2, 2, "a");
	apply(x, 1, 2, 5);
	put_entry(x, 2, 2, 2, "a");
	apply(x, 2, 2, 5);
	assert_false(x->checks.broken);
	put_entry(x, 3, 2, 3, "b");
	apply(x, 3, 2, 6);
	assert_broken(x, CS_STATE);
}

static void test_answers(void **state)
{
	struct fixture *x = *state;

	put_entry(x, 1, 2, 2, "a");
	apply(x, 1, 2, 5);
	cs_check_acked(&x->checks, 2, 5);
	cs_check_end(&x->checks);
	assert_false(x->checks.broken);
	cs_check_acked(&x->checks, 3, 6);
	cs_check_end(&x->checks);
	assert_broken(x, CS_ACKED);
}

static void test_leases(void **state)
{
	struct fixture *x = *state;

	x->node[1].raft.role = CL_RAFT_LEADER;
	x->node[1].raft.lease = 100;
	x->node[2].raft.role = CL_RAFT_LEADER;
	x->node[2].raft.lease = CL_RAFT_NEVER;
	x->node[2].raft.term = 2;
	cs_check_leases(&x->checks);
	assert_false(x->checks.broken);
	x->node[1].raft.lease = 101;
	x->checks.no_lease_until = 1;
	cs_check_leases(&x->checks);
	assert_false(x->checks.broken);
	x->heap.now = 1;
	cs_check_leases(&x->checks);
	assert_broken(x, CS_LEASE);
}

static void lead_with_noop(struct fixture *x)
{
	elect(x, 1, 2, 2);
	commit(x, 1, 2, 2, 2, "");
	assert_false(x->checks.broken);
}

static void test_members(void **state)
{
	const struct cl_raft_conf four = { .voter = { 1, 2, 3, 4 },
					   .voters = 4 };
	const struct cl_raft_conf five = { .voter = { 1, 2, 3, 4, 5 },
					   .voters = 5 };
	struct fixture *x = *state;

	lead_with_noop(x);
	put_conf(x, 1, 3, 2, &four);
	look(x, 1);
	assert_false(x->checks.broken);
	put_conf(x, 1, 4, 2, &five);
	look(x, 1);
	assert_broken(x, CS_CONFIG);
}

static void test_two_members(void **state)
{
	const struct cl_raft_conf other = { .voter = { 1, 2, 4 }, .voters = 3 };
	struct fixture *x = *state;

	lead_with_noop(x);
	put_conf(x, 1, 3, 2, &other);
	look(x, 1);
	assert_broken(x, CS_CONFIG);
}

/* Ongaro's correction of 2015: not before an entry of the own term is committed. */
static void test_early_members(void **state)
{
	const struct cl_raft_conf two = { .voter = { 1, 2 }, .voters = 2 };
	struct fixture *x = *state;

	elect(x, 1, 2, 2);
	assert_false(x->checks.broken);
	put_conf(x, 1, 2, 2, &two);
	look(x, 1);
	assert_broken(x, CS_CONFIG);
}

static void test_other_members(void **state)
{
	struct fixture *x = *state;

	x->node[1].raft.conf.voters = 2;
	elect(x, 1, 2, 2);
	assert_broken(x, CS_CONFIG);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_elections),	  TEST(test_two_leaders),
		TEST(test_votes),	  TEST(test_forgotten_vote),
		TEST(test_promises),	  TEST(test_matching),
		TEST(test_complete),	  TEST(test_matching_before),
		TEST(test_commits),	  TEST(test_old_term),
		TEST(test_removed),	  TEST(test_state),
		TEST(test_answers),	  TEST(test_leases),
		TEST(test_members),	  TEST(test_two_members),
		TEST(test_early_members), TEST(test_other_members),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
