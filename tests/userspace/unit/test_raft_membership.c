// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>

#include "agent/core/raft_conf.h"
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

static const struct cl_raft_conf *conf(struct raftnet *n, u32 id)
{
	return cl_raft_conf(raftnet_node(n, id)->r);
}

static void test_what_may_not_be_changed(void **state)
{
	struct raftnet *n = *state;
	struct cl_raft_conf c;
	u64 index;

	raftnet_cluster(n, 3);
	raftnet_start(n, 4);
	c = *conf(n, 1);
	assert_int_equal(cl_raft_change(raftnet_node(n, 2)->r, n->now, &c,
					&index),
			 -EAGAIN);
	assert_int_equal(raftnet_change(n, 3, 2), -EINVAL);
	assert_int_equal(raftnet_change(n, 4, 2), -EINVAL);
	c.voters = 1;
	assert_int_equal(cl_raft_change(raftnet_node(n, 1)->r, n->now, &c,
					&index),
			 -EINVAL);
	assert_int_equal(raftnet_change(n, 4, 1), 0);
	/* One after the other. */
	assert_int_equal(raftnet_change(n, 5, 1), -EBUSY);
	raftnet_run(n, 100 * MS);
	assert_int_equal(raftnet_change(n, 5, 1), 0);
}

static void test_not_before_an_entry_of_the_term_is_committed(void **state)
{
	struct raftnet *n = *state;
	u32 next;

	raftnet_cluster(n, 3);
	raftnet_crash(n, 1, 0);
	while (!(next = raftnet_leader(n)))
		raftnet_run(n, MS / 10);
	assert_int_equal(raftnet_change(n, 4, 1), -EBUSY);
	raftnet_await_leader(n, SEC);
	assert_int_equal(raftnet_change(n, 4, 1), 0);
}

/* It has all entries, and nothing of them on its disk. */
static void test_a_learner_with_an_empty_disk_is_not_promoted(void **state)
{
	struct raftnet *n = *state;

	raftnet_cluster(n, 3);
	raftnet_start(n, 4);
	raftnet_node(n, 4)->stalled = true;
	assert_int_equal(raftnet_change(n, 4, 1), 0);
	raftnet_run(n, 100 * MS);
	raftnet_crash(n, 1, 0);
	raftnet_await_leader(n, SEC);
	raftnet_run(n, 100 * MS);
	assert_int_equal(raftnet_change(n, 4, 2), -EINPROGRESS);
	raftnet_node(n, 4)->stalled = false;
	raftnet_run(n, 100 * MS);
	assert_int_equal(raftnet_change(n, 4, 2), 0);
}

static void test_a_learner_is_promoted_when_it_has_caught_up(void **state)
{
	struct raftnet *n = *state;
	struct cl_raft_progress p;

	raftnet_cluster(n, 2);
	raftnet_start(n, 3);
	raftnet_isolate(n, 3, true);
	assert_int_equal(raftnet_change(n, 3, 1), 0);
	raftnet_run(n, 100 * MS);
	assert_int_equal(raftnet_change(n, 3, 2), -EINPROGRESS);
	raftnet_isolate(n, 3, false);
	raftnet_run(n, 100 * MS);
	assert_int_equal(cl_raft_progress(raftnet_node(n, 1)->r, 3, &p), 0);
	assert_true(p.caught_up && !p.refused);
	assert_int_equal(p.match, n->committed);
	assert_in_range(p.heard, n->now - 30 * MS, n->now);
	/* Too far behind again. */
	raftnet_node(n, 3)->stalled = true;
	for (u32 i = 0; i <= CL_RAFT_LAG_MAX; i++)
		raftnet_propose(n, "a");
	raftnet_run(n, 100 * MS);
	assert_int_equal(raftnet_change(n, 3, 2), -EINPROGRESS);
	raftnet_node(n, 3)->stalled = false;
	raftnet_run(n, 100 * MS);
	/* Caught up, but dead. */
	raftnet_isolate(n, 3, true);
	raftnet_run(n, SEC);
	assert_int_equal(raftnet_change(n, 3, 2), -EINPROGRESS);
	raftnet_isolate(n, 3, false);
	raftnet_run(n, 100 * MS);
	assert_int_equal(raftnet_change(n, 3, 2), 0);
	raftnet_run(n, 100 * MS);
	assert_int_equal(conf(n, 3)->voters, 3);
	assert_int_equal(cl_raft_progress(raftnet_node(n, 1)->r, 9, &p),
			 -ENOENT);
	assert_int_equal(cl_raft_progress(raftnet_node(n, 2)->r, 3, &p),
			 -EAGAIN);
}

static void test_learners_do_not_count(void **state)
{
	struct raftnet *n = *state;
	u64 before;

	raftnet_cluster(n, 2);
	for (u32 id = 3; id <= 4; id++) {
		raftnet_start(n, id);
		assert_int_equal(raftnet_change(n, id, 1), 0);
		raftnet_run(n, 100 * MS);
	}
	raftnet_isolate(n, 2, true);
	before = n->committed;
	raftnet_propose(n, "a");
	raftnet_run(n, 3 * SEC);
	assert_int_equal(n->committed, before);
	assert_int_equal(raftnet_leader(n), 0);
	assert_int_equal(raftnet_node(n, 3)->elections, 0);
	assert_int_equal(raftnet_node(n, 4)->elections, 0);
}

/* A new conf counts from when it is appended, and not longer. */
static void test_a_change_is_rolled_back_with_its_entry(void **state)
{
	struct raftnet *n = *state;

	raftnet_cluster(n, 3);
	raftnet_start(n, 4);
	raftnet_isolate(n, 1, true);
	assert_int_equal(raftnet_change(n, 3, 0), 0);
	assert_int_equal(conf(n, 1)->voters, 2);
	raftnet_run(n, SEC);
	assert_int_not_equal(raftnet_await_leader(n, SEC), 0);
	raftnet_isolate(n, 1, false);
	raftnet_run(n, SEC);
	assert_true(raftnet_leader(n) > 1);
	assert_int_equal(conf(n, 1)->voters, 3);
	assert_int_equal(conf(n, 1)->learners, 0);
	/* To the one before, not to that of the last snapshot. */
	raftnet_isolate(n, raftnet_leader(n), true);
	raftnet_await_leader(n, 2 * SEC);
	assert_int_equal(raftnet_change(n, 4, 1), 0);
}

static void test_a_removed_leader_steps_down_when_it_is_committed(void **state)
{
	struct raftnet *n = *state;
	u64 before;
	s64 gone;

	raftnet_cluster(n, 3);
	before = n->committed;
	assert_int_equal(raftnet_change(n, 1, 0), 0);
	assert_int_equal(cl_raft_role(raftnet_node(n, 1)->r), CL_RAFT_LEADER);
	while (n->committed == before)
		raftnet_run(n, MS / 10);
	gone = n->now;
	assert_int_equal(cl_raft_role(raftnet_node(n, 1)->r), CL_RAFT_FOLLOWER);
	/* It has passed the lead on. */
	assert_int_not_equal(raftnet_await_leader(n, SEC), 0);
	assert_true(n->now - gone < 20 * MS);
	raftnet_run(n, SEC);
	assert_int_equal(conf(n, raftnet_leader(n))->voters, 2);
	assert_int_equal(cl_raft_term(raftnet_node(n, 1)->r),
			 cl_raft_term(raftnet_node(n, 2)->r) - 1);
}

/* Its own disk is not counted for its own removal. */
static void test_a_leader_that_leaves_does_not_count_itself(void **state)
{
	struct raftnet *n = *state;
	u64 before;

	raftnet_cluster(n, 3);
	raftnet_isolate(n, 3, true);
	before = n->committed;
	assert_int_equal(raftnet_change(n, 1, 0), 0);
	raftnet_run(n, 100 * MS);
	assert_int_equal(n->committed, before);
	raftnet_isolate(n, 3, false);
	raftnet_run(n, 100 * MS);
	assert_true(n->committed > before);
}

static void test_a_removed_node_disturbs_nobody(void **state)
{
	struct raftnet *n = *state;
	u32 term;

	raftnet_cluster(n, 3);
	term = cl_raft_term(raftnet_node(n, 1)->r);
	assert_int_equal(raftnet_change(n, 3, 0), 0);
	raftnet_run(n, 5 * SEC);
	assert_true(n->sent[CL_RAFT_PREVOTE] > 2 * 5);
	assert_int_equal(raftnet_leader(n), 1);
	assert_int_equal(cl_raft_term(raftnet_node(n, 1)->r), term);
}

static void test_later_terms_of_strangers_mean_nothing(void **state)
{
	struct raftnet *n = *state;
	struct cl_raft_msg m = {
		.type = CL_RAFT_APPEND_REPLY, .from = 9, .to = 1, .term = 1000
	};

	raftnet_cluster(n, 3);
	cl_raft_receive(raftnet_node(n, 1)->r, n->now, &m);
	assert_int_equal(raftnet_leader(n), 1);
	/* Of a member it is the end. */
	m.from = 2;
	cl_raft_receive(raftnet_node(n, 1)->r, n->now, &m);
	assert_int_equal(raftnet_leader(n), 0);
	assert_int_equal(cl_raft_term(raftnet_node(n, 1)->r), 1000);
}

/*
 * Voters 1 and 2; 1 has appended its own removal and restarts before 2 has seen
 * it: only 1 can be elected, because 2 lacks the entry, though 1 is no voter by its
 * own log.
 */
static void test_a_voter_is_needed_until_its_removal_is_committed(void **state)
{
	struct raftnet *n = *state;

	raftnet_cluster(n, 2);
	raftnet_isolate(n, 2, true);
	assert_int_equal(raftnet_change(n, 1, 0), 0);
	raftnet_run(n, 10 * MS);
	raftnet_crash(n, 1, 9);
	raftnet_isolate(n, 2, false);
	raftnet_start(n, 1);
	assert_int_equal(conf(n, 1)->voters, 1);
	raftnet_run(n, 3 * SEC);
	assert_int_equal(raftnet_leader(n), 2);
	assert_int_equal(conf(n, 2)->voters, 1);
}

static void test_demoted_then_removed(void **state)
{
	struct raftnet *n = *state;

	raftnet_cluster(n, 3);
	assert_int_equal(raftnet_change(n, 3, 1), 0);
	raftnet_run(n, 100 * MS);
	assert_true(cl_raft_conf_learns(conf(n, 3), 3));
	assert_int_equal(raftnet_change(n, 3, 0), 0);
	raftnet_run(n, 3 * SEC);
	assert_int_equal(raftnet_node(n, 3)->elections, 0);
	assert_int_equal(cl_raft_leader(raftnet_node(n, 3)->r), 0);
}

static void test_nine_voters(void **state)
{
	struct raftnet *n = *state;

	raftnet_cluster(n, CL_RAFT_VOTERS_MAX);
	assert_int_equal(conf(n, 9)->voters, CL_RAFT_VOTERS_MAX);
	for (u32 id = 1; id <= 4; id++)
		raftnet_crash(n, id, 0);
	assert_int_not_equal(raftnet_await_leader(n, 3 * SEC), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_what_may_not_be_changed),
		TEST(test_not_before_an_entry_of_the_term_is_committed),
		TEST(test_a_learner_with_an_empty_disk_is_not_promoted),
		TEST(test_a_learner_is_promoted_when_it_has_caught_up),
		TEST(test_learners_do_not_count),
		TEST(test_a_change_is_rolled_back_with_its_entry),
		TEST(test_a_removed_leader_steps_down_when_it_is_committed),
		TEST(test_a_leader_that_leaves_does_not_count_itself),
		TEST(test_a_removed_node_disturbs_nobody),
		TEST(test_later_terms_of_strangers_mean_nothing),
		TEST(test_a_voter_is_needed_until_its_removal_is_committed),
		TEST(test_demoted_then_removed),
		TEST(test_nine_voters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
