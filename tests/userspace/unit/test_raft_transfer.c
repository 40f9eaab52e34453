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

static int transfer(struct raftnet *n, u32 to)
{
	int err = cl_raft_transfer(raftnet_node(n, 1)->r, n->now, to);

	raftnet_check(n);
	return err;
}

static void test_to_whom_it_is_said(void **state)
{
	struct raftnet *n = *state;
	s64 begun;

	raftnet_cluster(n, 5);
	begun = n->now;
	assert_int_equal(transfer(n, 4), 0);
	assert_int_equal(raftnet_propose(n, "a"), -EBUSY);
	assert_int_equal(raftnet_change(n, 6, 1), -EBUSY);
	assert_int_equal(transfer(n, 3), -EBUSY);
	assert_true(cl_raft_lease(raftnet_node(n, 1)->r) == 0);
	while (raftnet_leader(n) != 4 && n->now < begun + SEC)
		raftnet_run(n, MS / 10);
	/* Word, disk, votes, their disks: no time-out. */
	assert_true(n->now - begun < 10 * MS);
	raftnet_run(n, 100 * MS);
	assert_int_equal(cl_raft_role(raftnet_node(n, 1)->r), CL_RAFT_FOLLOWER);
	assert_int_equal(raftnet_propose(n, "a"), 0);
}

static void test_to_the_most_complete(void **state)
{
	struct raftnet *n = *state;

	raftnet_cluster(n, 3);
	raftnet_node(n, 2)->stalled = true;
	raftnet_propose(n, "a");
	raftnet_run(n, 50 * MS);
	assert_int_equal(transfer(n, 0), 0);
	raftnet_run(n, 50 * MS);
	assert_int_equal(raftnet_leader(n), 3);
}

static void test_what_is_refused(void **state)
{
	struct raftnet *n = *state;

	raftnet_cluster(n, 2);
	raftnet_start(n, 3);
	raftnet_change(n, 3, 1);
	raftnet_run(n, 100 * MS);
	assert_int_equal(transfer(n, 1), -EINVAL);
	assert_int_equal(transfer(n, 3), -EINVAL);
	assert_int_equal(transfer(n, 9), -EINVAL);
	assert_int_equal(cl_raft_transfer(raftnet_node(n, 2)->r, n->now, 1),
			 -EAGAIN);
	assert_int_equal(transfer(n, 2), 0);
}

static void test_nobody_is_there(void **state)
{
	struct raftnet *n = *state;

	raftnet_boot(n, 1);
	raftnet_run(n, SEC);
	assert_int_equal(transfer(n, 0), -EHOSTUNREACH);
}

/* The target lacks entries until the time is over: all goes on as before. */
static void test_given_up_before_the_word(void **state)
{
	struct raftnet *n = *state;
	u32 term;

	raftnet_cluster(n, 3);
	term = cl_raft_term(raftnet_node(n, 1)->r);
	raftnet_node(n, 2)->stalled = true;
	raftnet_propose(n, "a");
	assert_int_equal(transfer(n, 2), 0);
	raftnet_run(n, RAFTNET_ELECTION - MS);
	assert_int_equal(raftnet_propose(n, "b"), -EBUSY);
	assert_int_equal(n->sent[CL_RAFT_TIMEOUT_NOW], 0);
	raftnet_run(n, 2 * MS);
	assert_int_equal(raftnet_propose(n, "b"), 0);
	assert_int_equal(cl_raft_term(raftnet_node(n, 1)->r), term);
	assert_true(cl_raft_lease(raftnet_node(n, 1)->r) > n->now);
}

/*
 * The target has got the word, or has not: the old leader cannot know, so it goes
 * on in a term where that word means nothing.
 */
static void test_given_up_after_the_word(void **state)
{
	struct raftnet *n = *state;
	u32 term;

	raftnet_cluster(n, 3);
	term = cl_raft_term(raftnet_node(n, 1)->r);
	n->cut[1][2] = true;
	assert_int_equal(transfer(n, 2), 0);
	assert_true(n->sent[CL_RAFT_TIMEOUT_NOW] > 0);
	raftnet_run(n, RAFTNET_ELECTION + 50 * MS);
	n->cut[1][2] = false;
	raftnet_run(n, 100 * MS);
	assert_int_equal(raftnet_leader(n), 1);
	assert_true(cl_raft_term(raftnet_node(n, 1)->r) > term);
	assert_int_equal(raftnet_propose(n, "b"), 0);
}

static void test_the_target_dies(void **state)
{
	struct raftnet *n = *state;

	raftnet_cluster(n, 3);
	raftnet_crash(n, 2, 0);
	assert_int_equal(transfer(n, 2), 0);
	raftnet_run(n, 2 * RAFTNET_ELECTION);
	assert_int_equal(raftnet_leader(n), 1);
	assert_int_equal(raftnet_propose(n, "b"), 0);
	/* Now it is known. */
	assert_int_equal(transfer(n, 2), -EHOSTUNREACH);
}

/* The word is repeated when a heartbeat has overtaken it. */
static void test_disorder(void **state)
{
	struct raftnet *n = *state;

	raftnet_cluster(n, 3);
	n->jitter_ns = 30 * MS;
	for (u32 i = 0; i < 10; i++) {
		u32 leader = raftnet_leader(n);

		assert_int_equal(cl_raft_transfer(raftnet_node(n, leader)->r,
						  n->now, 0),
				 0);
		raftnet_run(n, SEC);
		assert_int_not_equal(raftnet_await_leader(n, SEC), 0);
		assert_int_not_equal(raftnet_leader(n), leader);
		raftnet_run(n, SEC);
	}
}

/* An old word does nothing: not after newer ones, not to a node that restarted. */
static void test_late_words(void **state)
{
	struct raftnet *n = *state;
	struct cl_raft_msg m = {
		.type = CL_RAFT_TIMEOUT_NOW, .from = 1, .to = 2, .seq = n->now
	};
	struct cl_raft *r;

	raftnet_cluster(n, 3);
	r = raftnet_node(n, 2)->r;
	m.term = cl_raft_term(r);
	m.seq = n->now - 30 * MS;
	cl_raft_receive(r, n->now, &m);
	assert_int_equal(cl_raft_role(r), CL_RAFT_FOLLOWER);
	m.seq = n->now + 1;
	m.from = 3;
	cl_raft_receive(r, n->now, &m);
	assert_int_equal(cl_raft_role(r), CL_RAFT_FOLLOWER);
	m.from = 1;
	m.term--;
	cl_raft_receive(r, n->now, &m);
	assert_int_equal(cl_raft_role(r), CL_RAFT_FOLLOWER);
	m.term++;
	raftnet_crash(n, 2, 0);
	raftnet_start(n, 2);
	r = raftnet_node(n, 2)->r;
	cl_raft_receive(r, n->now, &m);
	assert_int_equal(cl_raft_role(r), CL_RAFT_FOLLOWER);
	raftnet_run(n, 50 * MS);
	m.seq = n->now + 1;
	cl_raft_receive(r, n->now, &m);
	assert_int_equal(cl_raft_role(r), CL_RAFT_CANDIDATE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_to_whom_it_is_said),
		TEST(test_to_the_most_complete),
		TEST(test_what_is_refused),
		TEST(test_nobody_is_there),
		TEST(test_given_up_before_the_word),
		TEST(test_given_up_after_the_word),
		TEST(test_the_target_dies),
		TEST(test_disorder),
		TEST(test_late_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
