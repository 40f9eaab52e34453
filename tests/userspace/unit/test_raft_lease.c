// SPDX-License-Identifier: GPL-2.0-or-later
#include "raftnet.h"
#include "unit.h"

#define MS CL_NS_PER_MS
#define SEC CL_NS_PER_SEC

static int setup(void **state)
{
	*state = raftnet_new(1);
	return 0;
}

static int teardown(void **state)
{
	raftnet_free(*state);
	return 0;
}

/* From the send time of what a majority has answered. */
static void test_it_follows_the_answers(void **state)
{
	struct raftnet *n = *state;
	struct cl_raft *r;
	s64 lease, sent;

	raftnet_cluster(n, 3);
	r = raftnet_node(n, 1)->r;
	sent = cl_raft_lease(r) - RAFTNET_ELECTION +
	       RAFTNET_ELECTION / CL_RAFT_DRIFT_DIV;
	/* A heartbeat and a way there and back old at the most. */
	assert_in_range(n->now - sent, 0, RAFTNET_HEARTBEAT + 2 * MS);
	raftnet_isolate(n, 3, true);
	lease = cl_raft_lease(r);
	raftnet_run(n, 100 * MS);
	assert_true(cl_raft_lease(r) >= lease + 80 * MS);
	raftnet_isolate(n, 2, true);
	lease = cl_raft_lease(r);
	raftnet_run(n, 100 * MS);
	assert_true(cl_raft_lease(r) == lease);
	assert_true(cl_raft_lease(raftnet_node(n, 2)->r) == 0);
}

static void test_a_slow_way_shortens_it(void **state)
{
	struct raftnet *n = *state;
	s64 lease;

	raftnet_cluster(n, 3);
	n->delay_ns = 40 * MS;
	raftnet_run(n, SEC);
	lease = cl_raft_lease(raftnet_node(n, 1)->r) - n->now;
	assert_in_range(lease, 175 * MS - 80 * MS - RAFTNET_HEARTBEAT,
			175 * MS - 80 * MS);
}

static void test_a_new_leader_has_none_before_answers(void **state)
{
	struct raftnet *n = *state;
	u32 next;

	raftnet_cluster(n, 3);
	raftnet_crash(n, 1, 0);
	while (!(next = raftnet_leader(n)))
		raftnet_run(n, MS / 10);
	assert_true(cl_raft_lease(raftnet_node(n, next)->r) == 0);
	raftnet_run(n, 2 * MS);
	assert_true(cl_raft_lease(raftnet_node(n, next)->r) > n->now);
}

/* A slow disk delays what is acknowledged, not the answer. */
static void test_slow_disks_do_not_end_it(void **state)
{
	struct raftnet *n = *state;
	u64 before;

	raftnet_cluster(n, 3);
	before = n->committed;
	raftnet_node(n, 2)->stalled = true;
	raftnet_node(n, 3)->stalled = true;
	raftnet_propose(n, "a");
	raftnet_run(n, 5 * SEC);
	assert_int_equal(raftnet_leader(n), 1);
	assert_int_equal(n->committed, before);
	assert_true(cl_raft_lease(raftnet_node(n, 1)->r) > n->now);
	assert_int_equal(raftnet_node(n, 2)->elections, 0);
}

/* The disk of the leader alone: the others commit without it. */
static void test_the_leaders_own_slow_disk(void **state)
{
	struct raftnet *n = *state;
	u64 before;

	raftnet_cluster(n, 3);
	before = n->committed;
	raftnet_node(n, 1)->stalled = true;
	raftnet_propose(n, "a");
	raftnet_run(n, 100 * MS);
	assert_int_equal(n->committed, before + 1);
	raftnet_isolate(n, 3, true);
	raftnet_propose(n, "b");
	raftnet_run(n, 5 * SEC);
	/* Only 2 has it: the own copy is not on the disk. */
	assert_int_equal(n->committed, before + 1);
	assert_int_equal(raftnet_leader(n), 1);
	raftnet_node(n, 1)->stalled = false;
	raftnet_run(n, 100 * MS);
	assert_int_equal(n->committed, before + 2);
}

/* A removal that is not committed does not make a leader the only voter. */
static void test_last_but_one_voter_goes(void **state)
{
	struct raftnet *n = *state;

	raftnet_cluster(n, 2);
	assert_int_equal(raftnet_change(n, 2, 0), 0);
	assert_true(cl_raft_lease(raftnet_node(n, 1)->r) == 0);
	raftnet_run(n, 10 * MS);
	assert_true(cl_raft_lease(raftnet_node(n, 1)->r) == CL_RAFT_NEVER);
}

/*
 * The leader's clock is slow, those of the others are fast, together 1 in 10:
 * raftnet sees whether one of them is elected too early.
 */
static void test_clocks_that_differ(void **state)
{
	struct raftnet *n = *state;

	for (u64 seed = 1; seed <= 60; seed++) {
		raftnet_free(n);
		n = raftnet_new(seed);
		*state = n;
		for (u32 id = 1; id <= 3; id++)
			raftnet_node(n, id)->drift_ppm = id == 1 ? -50000 :
								   50000;
		n->delay_ns = MS / 10;
		raftnet_cluster(n, 3);
		raftnet_isolate(n, 1, true);
		assert_true(raftnet_node(n, 1)->lease >
			    n->now + RAFTNET_ELECTION / 2);
		raftnet_run(n, SEC);
		assert_true(raftnet_await_leader(n, SEC) > 1);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_it_follows_the_answers),
		TEST(test_a_slow_way_shortens_it),
		TEST(test_a_new_leader_has_none_before_answers),
		TEST(test_slow_disks_do_not_end_it),
		TEST(test_the_leaders_own_slow_disk),
		TEST(test_last_but_one_voter_goes),
		TEST(test_clocks_that_differ),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
