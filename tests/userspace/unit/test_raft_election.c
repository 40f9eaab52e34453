// SPDX-License-Identifier: GPL-2.0-or-later
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

static void test_leader_dies(void **state)
{
	struct raftnet *n = *state;
	s64 died;
	u32 next;

	raftnet_cluster(n, 5);
	died = n->now;
	raftnet_crash(n, 1, 0);
	next = raftnet_await_leader(n, SEC);
	assert_int_not_equal(next, 0);
	/* Time-outs are 1 to 2 election times from the last heartbeat. */
	assert_in_range(n->now - died, RAFTNET_ELECTION - RAFTNET_HEARTBEAT,
			2 * RAFTNET_ELECTION);
	raftnet_start(n, 1);
	raftnet_run(n, SEC);
	assert_int_equal(raftnet_leader(n), next);
	assert_int_equal(cl_raft_leader(raftnet_node(n, 1)->r), next);
}

/* Votes that come when a majority is there already change nothing. */
static void test_elected_once(void **state)
{
	struct raftnet *n = *state;
	u64 before;

	raftnet_cluster(n, 5);
	before = n->committed;
	cl_raft_transfer(raftnet_node(n, 1)->r, n->now, 2);
	raftnet_run(n, SEC);
	assert_int_equal(raftnet_leader(n), 2);
	assert_int_equal(n->committed, before + 1);
}

static void test_every_seed_elects(void **state)
{
	struct raftnet *n = *state;

	for (u64 seed = 1; seed <= 30; seed++) {
		raftnet_free(n);
		n = raftnet_new(seed);
		*state = n;
		raftnet_cluster(n, 5);
		raftnet_crash(n, 1, 0);
		/* A split vote costs one more time-out. */
		assert_int_not_equal(raftnet_await_leader(n, 2 * SEC), 0);
	}
}

static void test_leader_without_a_majority_steps_down(void **state)
{
	struct raftnet *n = *state;

	raftnet_cluster(n, 3);
	raftnet_isolate(n, 1, true);
	raftnet_run(n, RAFTNET_ELECTION - RAFTNET_HEARTBEAT - 2 * MS);
	assert_int_equal(cl_raft_role(raftnet_node(n, 1)->r), CL_RAFT_LEADER);
	raftnet_run(n, RAFTNET_HEARTBEAT + 2 * MS);
	assert_int_not_equal(cl_raft_role(raftnet_node(n, 1)->r),
			     CL_RAFT_LEADER);
	assert_int_equal(cl_raft_leader(raftnet_node(n, 1)->r), 0);
}

/* It hears nobody, but the others hear it: only answers count. */
static void test_leader_that_hears_nobody_steps_down(void **state)
{
	struct raftnet *n = *state;

	raftnet_cluster(n, 3);
	n->cut[2][1] = true;
	n->cut[3][1] = true;
	raftnet_run(n, 2 * RAFTNET_ELECTION + 100 * MS);
	assert_int_not_equal(raftnet_leader(n), 1);
	assert_int_not_equal(raftnet_await_leader(n, SEC), 0);
}

static void test_who_was_cut_off_disturbs_nobody(void **state)
{
	struct raftnet *n = *state;
	u32 term;

	raftnet_cluster(n, 3);
	term = cl_raft_term(raftnet_node(n, 1)->r);
	raftnet_isolate(n, 3, true);
	raftnet_run(n, 5 * SEC);
	assert_true(raftnet_node(n, 3)->elections > 0);
	/* Pre-votes only: its term does not grow. */
	assert_int_equal(cl_raft_term(raftnet_node(n, 3)->r), term);
	raftnet_isolate(n, 3, false);
	raftnet_run(n, SEC);
	assert_int_equal(raftnet_leader(n), 1);
	assert_int_equal(cl_raft_term(raftnet_node(n, 1)->r), term);
}

/* One that does not hear the leader while others do is not elected. */
static void test_one_way_loss_elects_nobody(void **state)
{
	struct raftnet *n = *state;
	u32 term;

	raftnet_cluster(n, 5);
	term = cl_raft_term(raftnet_node(n, 1)->r);
	n->cut[1][5] = true;
	raftnet_run(n, 3 * SEC);
	assert_true(n->sent[CL_RAFT_PREVOTE] > 4 * 5);
	assert_int_equal(raftnet_leader(n), 1);
	assert_int_equal(cl_raft_term(raftnet_node(n, 1)->r), term);
}

static struct cl_raft_msg ask(struct raftnet *n, enum cl_raft_type type,
			      u32 from, u32 to, u32 term)
{
	struct cl_raft *r = raftnet_node(n, to)->r;
	struct cl_raft_entry e = { 0 };

	cl_raft_entry(r, cl_raft_last(r), &e);
	return (struct cl_raft_msg){
		.type = type,
		.from = from,
		.to = to,
		.term = term,
		.index = cl_raft_last(r),
		.log_term = e.term,
	};
}

static void test_votes_are_refused_while_a_leader_is_heard(void **state)
{
	struct raftnet *n = *state;
	struct cl_raft_msg m;
	u32 term;

	raftnet_cluster(n, 3);
	term = cl_raft_term(raftnet_node(n, 2)->r);
	for (u32 to = 1; to <= 2; to++) {
		m = ask(n, CL_RAFT_VOTE, 3, to, term + 1);
		cl_raft_receive(raftnet_node(n, to)->r, n->now, &m);
		assert_int_equal(cl_raft_term(raftnet_node(n, to)->r), term);
	}
	/* By the leader's wish. */
	m.transfer = true;
	cl_raft_receive(raftnet_node(n, 2)->r, n->now, &m);
	assert_int_equal(cl_raft_term(raftnet_node(n, 2)->r), term + 1);
}

static void test_restarted_voter_keeps_its_promise(void **state)
{
	struct raftnet *n = *state;
	struct cl_raft_msg m;
	u32 term;

	raftnet_cluster(n, 3);
	term = cl_raft_term(raftnet_node(n, 2)->r);
	raftnet_isolate(n, 2, true);
	raftnet_crash(n, 2, 0);
	raftnet_start(n, 2);
	m = ask(n, CL_RAFT_VOTE, 3, 2, term + 1);
	cl_raft_receive(raftnet_node(n, 2)->r, n->now + RAFTNET_ELECTION - 1,
			&m);
	assert_int_equal(cl_raft_term(raftnet_node(n, 2)->r), term);
	cl_raft_receive(raftnet_node(n, 2)->r, n->now + RAFTNET_ELECTION, &m);
	assert_int_equal(cl_raft_term(raftnet_node(n, 2)->r), term + 1);
}

static void test_a_vote_is_sent_when_it_is_on_the_disk(void **state)
{
	struct raftnet *n = *state;
	struct cl_raft_msg m;
	u32 votes;

	raftnet_cluster(n, 3);
	raftnet_node(n, 2)->stalled = true;
	raftnet_propose(n, "a");
	raftnet_run(n, 100 * MS);
	votes = n->sent[CL_RAFT_VOTE_REPLY];
	m = ask(n, CL_RAFT_VOTE, 3, 2, cl_raft_term(raftnet_node(n, 2)->r) + 1);
	m.transfer = true;
	cl_raft_receive(raftnet_node(n, 2)->r, n->now, &m);
	cl_raft_receive(raftnet_node(n, 2)->r, n->now, &m);
	assert_int_equal(n->sent[CL_RAFT_VOTE_REPLY], votes);
	/* The entry, then the vote. */
	assert_true(raftnet_written(n, 2));
	assert_int_equal(n->sent[CL_RAFT_VOTE_REPLY], votes);
	assert_true(raftnet_written(n, 2));
	assert_int_equal(n->sent[CL_RAFT_VOTE_REPLY], votes + 1);
	assert_int_equal(raftnet_node(n, 2)->store.vote, 3);
	/* Asked again, it says so again; nobody else gets it. */
	cl_raft_receive(raftnet_node(n, 2)->r, n->now, &m);
	assert_int_equal(n->sent[CL_RAFT_VOTE_REPLY], votes + 2);
	assert_int_equal(n->message[n->messages - 1].to, 3);
}

static void test_a_candidate_asks_when_its_own_vote_is_on_the_disk(void **state)
{
	struct raftnet *n = *state;
	u32 votes, term;

	raftnet_cluster(n, 3);
	raftnet_crash(n, 1, 0);
	raftnet_node(n, 2)->stalled = true;
	raftnet_node(n, 3)->stalled = true;
	votes = n->sent[CL_RAFT_VOTE];
	term = cl_raft_term(raftnet_node(n, 2)->r);
	raftnet_run(n, 5 * SEC);
	assert_int_equal(n->sent[CL_RAFT_VOTE], votes);
	/* And it waits, however long that takes: one term. */
	assert_true(cl_raft_term(raftnet_node(n, 2)->r) <= term + 1);
	raftnet_node(n, 2)->stalled = false;
	raftnet_node(n, 3)->stalled = false;
	assert_int_not_equal(raftnet_await_leader(n, 2 * SEC), 0);
}

/* Late votes do not count once somebody else leads the term. */
static void test_a_candidate_that_has_given_up(void **state)
{
	struct raftnet *n = *state;
	struct cl_raft_msg m = { .from = 1, .to = 2 };
	struct cl_raft *r;

	raftnet_cluster(n, 3);
	r = raftnet_node(n, 2)->r;
	raftnet_isolate(n, 2, true);
	m.type = CL_RAFT_TIMEOUT_NOW;
	m.term = cl_raft_term(r);
	m.seq = n->now + 1;
	cl_raft_receive(r, n->now, &m);
	raftnet_run(n, 10 * MS);
	assert_int_equal(cl_raft_role(r), CL_RAFT_CANDIDATE);
	m = ask(n, CL_RAFT_APPEND, 3, 2, cl_raft_term(r));
	cl_raft_receive(r, n->now, &m);
	assert_int_equal(cl_raft_role(r), CL_RAFT_FOLLOWER);
	m = (struct cl_raft_msg){ .type = CL_RAFT_VOTE_REPLY,
				  .from = 1,
				  .to = 2,
				  .term = cl_raft_term(r),
				  .granted = true };
	cl_raft_receive(r, n->now, &m);
	assert_int_equal(cl_raft_role(r), CL_RAFT_FOLLOWER);
}

static void test_short_log_is_not_elected(void **state)
{
	struct raftnet *n = *state;

	raftnet_cluster(n, 3);
	raftnet_isolate(n, 3, true);
	raftnet_propose(n, "a");
	raftnet_run(n, 100 * MS);
	raftnet_isolate(n, 3, false);
	n->cut[1][3] = true;
	n->cut[3][1] = true;
	raftnet_crash(n, 1, 0);
	raftnet_run(n, 2 * SEC);
	assert_int_equal(raftnet_leader(n), 2);
}

static void test_the_last_term_is_not_entered(void **state)
{
	struct raftnet *n = *state;
	struct raftnet_node *x = raftnet_node(n, 1);
	struct cl_raft_msg m;

	raftnet_boot(n, 1);
	raftnet_run(n, SEC);
	raftnet_crash(n, 1, 0);
	x->store.term = CL_RAFT_TERM_END - 1;
	raftnet_start(n, 1);
	raftnet_run(n, 5 * SEC);
	assert_int_equal(cl_raft_role(x->r), CL_RAFT_FOLLOWER);
	assert_int_equal(cl_raft_term(x->r), CL_RAFT_TERM_END - 1);
	m = ask(n, CL_RAFT_VOTE, 2, 1, CL_RAFT_TERM_END);
	cl_raft_receive(x->r, n->now, &m);
	assert_int_equal(cl_raft_term(x->r), CL_RAFT_TERM_END - 1);
}

/* It may be a voter that has lost its disk and with it its word. */
static void test_a_node_without_a_log_does_not_vote(void **state)
{
	struct raftnet *n = *state;
	struct cl_raft_msg m = { .type = CL_RAFT_VOTE,
				 .from = 2,
				 .to = 1,
				 .term = 5,
				 .index = 9,
				 .log_term = 4 };

	raftnet_start(n, 1);
	n->now += SEC;
	cl_raft_receive(raftnet_node(n, 1)->r, n->now, &m);
	assert_int_equal(cl_raft_term(raftnet_node(n, 1)->r), 5);
	assert_int_equal(n->sent[CL_RAFT_VOTE_REPLY], 1);
	raftnet_run(n, 2 * SEC);
	assert_int_equal(raftnet_node(n, 1)->store.vote, 0);
	assert_int_equal(raftnet_node(n, 1)->elections, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_leader_dies),
		TEST(test_elected_once),
		TEST(test_every_seed_elects),
		TEST(test_leader_without_a_majority_steps_down),
		TEST(test_leader_that_hears_nobody_steps_down),
		TEST(test_who_was_cut_off_disturbs_nobody),
		TEST(test_one_way_loss_elects_nobody),
		TEST(test_votes_are_refused_while_a_leader_is_heard),
		TEST(test_restarted_voter_keeps_its_promise),
		TEST(test_a_vote_is_sent_when_it_is_on_the_disk),
		TEST(test_a_candidate_asks_when_its_own_vote_is_on_the_disk),
		TEST(test_a_candidate_that_has_given_up),
		TEST(test_short_log_is_not_elected),
		TEST(test_the_last_term_is_not_entered),
		TEST(test_a_node_without_a_log_does_not_vote),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
