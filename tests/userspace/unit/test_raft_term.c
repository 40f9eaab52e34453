// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Voters that name terms far above all others'.
 */
#include "agent/core/raft.h"
#include "agent/lib/compiler.h"
#include "raftnet.h"
#include "unit.h"

#define SEC CL_NS_PER_SEC
#define WINDOW (CL_RAFT_JUMP * RAFTNET_ELECTION)
#define LAST (CL_RAFT_TERM_END - 1)

static const enum cl_raft_type types[] = {
	CL_RAFT_VOTE,	      CL_RAFT_VOTE_REPLY, CL_RAFT_APPEND,
	CL_RAFT_APPEND_REPLY, CL_RAFT_SNAPSHOT,	  CL_RAFT_SNAPSHOT_REPLY,
	CL_RAFT_PREVOTE,      CL_RAFT_TIMEOUT_NOW
};

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

static u32 term_of(struct raftnet *n, u32 id)
{
	return cl_raft_term(raftnet_node(n, id)->r);
}

/* The node hears of a term, as if by the leader's wish; false: that is news. */
static bool tell(struct raftnet *n, enum cl_raft_type type, u32 from, u32 to,
		 u32 term)
{
	const struct cl_raft_msg m = {
		.type = type,
		.from = from,
		.to = to,
		.term = term,
		.transfer = true,
	};

	return cl_raft_receive(raftnet_node(n, to)->r, n->now, &m);
}

static void test_one_voter_cannot_use_up_the_terms(void **state)
{
	struct raftnet *n = *state;
	u32 term;

	raftnet_cluster(n, 5);
	term = term_of(n, 1);
	for (u32 to = 1; to <= 4; to++) {
		for (unsigned int i = 0; i < ARRAY_SIZE(types); i++) {
			tell(n, types[i], 5, to, LAST);
			tell(n, types[i], 5, to, term + CL_RAFT_JUMP + 1);
		}
		assert_int_equal(term_of(n, to), term);
	}
	raftnet_run(n, SEC);
	assert_int_equal(term_of(n, 1), term);
	assert_int_equal(raftnet_leader(n), 1);
}

/* Nor step by step, but for as many as elections could be held meanwhile. */
static void test_terms_grow_no_faster_than_elections(void **state)
{
	struct raftnet *n = *state;
	u32 term;

	raftnet_cluster(n, 5);
	term = term_of(n, 2);
	for (u32 i = 1; i <= 50; i++)
		tell(n, CL_RAFT_VOTE, 5, 2, term + i * 100);
	assert_int_equal(term_of(n, 2), term + CL_RAFT_JUMP);
	n->now += WINDOW;
	term = term_of(n, 2);
	for (u32 i = 1; i <= 50; i++)
		tell(n, CL_RAFT_VOTE, 5, 2, term + i * 100);
	assert_int_equal(term_of(n, 2), term + CL_RAFT_JUMP);
}

static void test_more_than_can_lie_are_believed(void **state)
{
	struct raftnet *n = *state;
	const u32 far = 1000000;

	raftnet_cluster(n, 5);
	assert_false(tell(n, CL_RAFT_APPEND, 5, 2, LAST));
	/* It is said once. */
	assert_true(tell(n, CL_RAFT_APPEND, 5, 2, LAST));
	/* Who does not vote has no say. */
	assert_true(tell(n, CL_RAFT_APPEND, 9, 2, far));
	assert_true(tell(n, CL_RAFT_APPEND, 4, 2, far));
	assert_int_equal(term_of(n, 2), far);
	assert_false(tell(n, CL_RAFT_APPEND, 5, 2, LAST));
	assert_int_equal(term_of(n, 2), far);
}

/* Of three voters none can lie: the rule must not hinder them. */
static void test_of_three_each_is_believed(void **state)
{
	struct raftnet *n = *state;

	raftnet_cluster(n, 3);
	tell(n, CL_RAFT_VOTE, 3, 2, 1000000);
	assert_int_equal(term_of(n, 2), 1000000);
}

static void test_who_was_away_catches_up(void **state)
{
	struct raftnet *n = *state;

	raftnet_cluster(n, 5);
	for (u32 id = 1; id <= 5; id++)
		raftnet_crash(n, id, 0);
	for (u32 id = 1; id <= 4; id++) {
		raftnet_node(n, id)->store.term = 3 * CL_RAFT_JUMP;
		raftnet_start(n, id);
	}
	assert_int_not_equal(raftnet_await_leader(n, 5 * SEC), 0);
	raftnet_start(n, 5);
	raftnet_run(n, 2 * SEC);
	assert_true(term_of(n, 5) > 3 * CL_RAFT_JUMP);
	assert_int_equal(cl_raft_leader(raftnet_node(n, 5)->r),
			 raftnet_leader(n));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_one_voter_cannot_use_up_the_terms),
		TEST(test_terms_grow_no_faster_than_elections),
		TEST(test_more_than_can_lie_are_believed),
		TEST(test_of_three_each_is_believed),
		TEST(test_who_was_away_catches_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
