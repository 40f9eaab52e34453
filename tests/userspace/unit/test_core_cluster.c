// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What nodes ask of the leader, and what operators do with members.
 */
#include "clusterkit.h"

static void test_one_founds_and_others_join(void **state)
{
	const struct cl_utc utc = { 0 };
	struct cl_member m = member(2);

	(void)state;
	make_node(1);
	assert_int_equal(cl_cluster_found(node[1].c, now, 1, &m, &utc, error),
			 -EINVAL);
	assert_string_equal(error, "init: node 2 is not this node, 1");
	cl_cluster_free(node[1].c);
	build(3, 3);
	for (u32 id = 1; id <= 3; id++) {
		assert_int_equal(state_of(id)->conf.voters, 3);
		assert_int_equal(state_of(id)->conf.learners, 0);
		assert_int_equal(node[id].leader, 1);
		assert_true(node[id].rosters > 0);
	}
	agree_all(3);
}

static void test_follower_asks_the_leader(void **state)
{
	(void)state;
	build(3, 3);
	request(3, probes(5));
	assert_int_equal(outcome(3), 0);
	assert_string_equal(node[3].why, "done");
	run(100 * CL_NS_PER_MS);
	for (u32 id = 1; id <= 3; id++)
		assert_int_equal(state_of(id)->common[CL_COMMON_PROBES], 5);
	/* it sees in its own state what the leader's answer has told */
	node[3].deaf[CL_CLUSTER_ANSWER] = true;
	request(3, probes(6));
	assert_int_equal(outcome(3), 0);
	node[3].deaf[CL_CLUSTER_ANSWER] = false;
	/* what does not fit is not even proposed */
	request(2, del(9));
	assert_int_equal(outcome(2), CL_ANSWER_UNKNOWN);
	assert_string_equal(node[2].why, "member-del: node 9 is no member");
	/* several at a time, each by itself right, come one after the other */
	request(2, put_id(7, 0));
	request(3, put_id(7, 0));
	assert_int_equal(outcome(2), 0);
	assert_int_equal(outcome(3), 0);
	agree_all(3);
}

/* The engine follows settings, too, and lets go of who is isolated. */
static void test_whatever_is_agreed_on_is_told(void **state)
{
	const struct cl_entry entries[] = { probes(5), isolate(3, 2) };
	u32 before[4], news[4];

	(void)state;
	build(2, 3);
	for (unsigned int i = 0; i < ARRAY_SIZE(entries); i++) {
		for (u32 id = 1; id <= 3; id++)
			before[id] = node[id].rosters;
		for (u32 id = 1; id <= 3; id++)
			news[id] = node[id].news;
		request(1, entries[i]);
		assert_int_equal(outcome(1), 0);
		run(CL_NS_PER_SEC);
		for (u32 id = 1; id <= 3; id++)
			assert_true(node[id].rosters > before[id]);
		/* node 3 is fed: it sees states, not entries */
		assert_int_equal(node[1].news, news[1] + 1);
		assert_int_equal(node[2].news, news[2] + 1);
	}
}

static void test_wrong_entry_is_not_asked_for(void **state)
{
	struct cl_entry e = put_id(4, 0);

	(void)state;
	build(1, 1);
	strcpy(e.put.name, "4");
	assert_int_equal(cl_cluster_request(node[1].c, now, &e, 1, error),
			 -EINVAL);
	assert_true(strlen(error) > 10);
}

/* The leader has it in the log and dies before it has answered. */
static void test_request_survives_the_leader(void **state)
{
	u32 epoch;

	(void)state;
	build(3, 3);
	epoch = state_of(1)->epoch;
	node[3].deaf[CL_CLUSTER_ANSWER] = true;
	request(3, probes(3));
	run(8 * CL_NS_PER_MS);
	die(1);
	assert_int_equal(outcome(3), 0);
	run(CL_NS_PER_SEC);
	assert_int_not_equal(leader(), 1);
	assert_int_equal(state_of(2)->common[CL_COMMON_PROBES], 3);
	assert_int_equal(state_of(2)->epoch, epoch + 1);
	agree_all(3);
}

/* The leader dies before it has seen it. */
static void test_request_goes_to_the_next_leader(void **state)
{
	u32 epoch;

	(void)state;
	build(3, 3);
	epoch = state_of(1)->epoch;
	node[1].deaf[CL_CLUSTER_REQUEST] = true;
	request(3, probes(3));
	run(10 * CL_NS_PER_MS);
	assert_int_equal(node[1].dropped[CL_CLUSTER_REQUEST], 1);
	die(1);
	while (node[3].leader < 2)
		step();
	/* at once, not when it is time to ask again */
	run(20 * CL_NS_PER_MS);
	assert_int_equal(node[3].result, 0);
	run(CL_NS_PER_SEC);
	assert_int_equal(state_of(2)->epoch, epoch + 1);
	agree_all(3);
}

static void test_request_ends_in_time(void **state)
{
	struct cl_entry e;
	u8 answer[9] = { 0 };
	s64 began;

	(void)state;
	build(3, 3);
	node[1].deaf[CL_CLUSTER_REQUEST] = true;
	began = now;
	e = probes(3);
	request(3, e);
	/* who was not asked has nothing to say */
	cl_put_be64(answer, e.request);
	hand(2, 3, CL_CLUSTER_ANSWER, answer, sizeof(answer));
	assert_int_equal(node[3].result, PENDING);
	assert_int_equal(outcome(3), -ETIMEDOUT);
	assert_in_range(now - began, CL_CLUSTER_REQUEST_NS,
			CL_CLUSTER_REQUEST_NS + 20 * CL_NS_PER_MS);
	assert_true(node[1].dropped[CL_CLUSTER_REQUEST] >= 9);
	die(1);
	die(2);
	run(CL_NS_PER_SEC);
	request(3, probes(3));
	assert_int_equal(outcome(3), -EHOSTUNREACH);
	assert_string_equal(node[3].why, "nobody leads, or nobody known");
}

/* Who leads does not, once it has lost the lead, do what was never in the log. */
static void test_lead_that_is_lost_loses_requests(void **state)
{
	(void)state;
	build(2, 4);
	node[2].deaf[CL_CLUSTER_RAFT] = true;
	request(3, probes(3));
	run(5 * CL_NS_PER_MS);
	request(4, probes(4));
	assert_int_equal(outcome(3), -ETIMEDOUT);
	assert_int_equal(outcome(4), -ETIMEDOUT);
	node[2].deaf[CL_CLUSTER_RAFT] = false;
	/* its log is the longer one */
	assert_int_equal(leader(), 1);
	run(CL_NS_PER_SEC);
	assert_int_equal(state_of(1)->common[CL_COMMON_PROBES], 3);
}

static void test_requests_are_bounded(void **state)
{
	struct cl_entry e;
	int n = 0;

	(void)state;
	build(3, 3);
	die(1);
	die(2);
	run(CL_NS_PER_SEC);
	do {
		e = probes(3);
	} while (!cl_cluster_request(node[3].c, now, &e, 3, error) && ++n);
	assert_int_equal(n, CL_CLUSTER_REQUESTS);
	assert_string_equal(error, "64 requests wait already");
}

static void test_voter_is_demoted_and_removed(void **state)
{
	const struct cl_raft_conf *conf;

	(void)state;
	build(3, 3);
	assert_int_equal(begin(2, CL_CLUSTER_REMOVE, 3), -EINVAL);
	assert_string_equal(error, "remove: node 3 votes, demote it first");
	/* it is not dropped before it knows, unless it is silent for long */
	node[3].deaf[CL_CLUSTER_RAFT] = true;
	assert_int_equal(begin(2, CL_CLUSTER_DEMOTE, 3), 0);
	run(CL_NS_PER_SEC / 2);
	node[3].deaf[CL_CLUSTER_RAFT] = false;
	assert_int_equal(outcome(2), 0);
	run(CL_NS_PER_SEC);
	conf = cl_raft_conf(cl_cluster_raft(node[3].c));
	assert_false(cl_raft_conf_votes(conf, 3));
	assert_int_equal(state_of(1)->conf.voters, 2);
	assert_int_equal(state_of(1)->conf.learners, 0);
	/* it goes on by what voters tell it */
	request(1, probes(4));
	assert_int_equal(outcome(1), 0);
	run(CL_NS_PER_SEC);
	assert_int_equal(state_of(3)->common[CL_COMMON_PROBES], 4);
	assert_int_equal(node[3].leader, 1);
	agree_all(3);
	/* and may vote once more */
	act(3, CL_CLUSTER_PROMOTE, 3);
	run(CL_NS_PER_SEC);
	assert_int_equal(state_of(3)->conf.voters, 3);
	agree_all(3);
	act(1, CL_CLUSTER_DEMOTE, 3);
	act(1, CL_CLUSTER_REMOVE, 3);
	assert_int_equal(state_of(1)->roster->n, 2);
}

static void test_dead_voter_is_evicted(void **state)
{
	(void)state;
	build(3, 3);
	die(2);
	run(CL_NS_PER_SEC);
	act(3, CL_CLUSTER_EVICT, 2);
	run(CL_NS_PER_SEC);
	assert_int_equal(state_of(1)->conf.voters, 2);
	assert_null(cl_roster_find(state_of(3)->roster, 2));
}

/* Else there would be two voters, one of them dead. */
static void test_dead_voter_goes_before_others(void **state)
{
	(void)state;
	build(4, 4);
	die(4);
	run(CL_NS_PER_SEC);
	act(1, CL_CLUSTER_DEMOTE, 2);
	assert_int_equal(begin(1, CL_CLUSTER_DEMOTE, 3), 0);
	run(CL_NS_PER_SEC);
	assert_int_equal(node[1].result, PENDING);
	assert_int_equal(state_of(1)->conf.voters, 3);
	assert_int_equal(begin(2, CL_CLUSTER_DEMOTE, 4), 0);
	assert_int_equal(outcome(2), 0);
	assert_int_equal(outcome(1), 0);
	assert_int_equal(state_of(1)->conf.voters, 1);
	assert_int_equal(leader(), 1);
}

static void test_leader_is_demoted(void **state)
{
	(void)state;
	build(3, 3);
	assert_int_equal(begin(1, CL_CLUSTER_DEMOTE, 1), 0);
	/* the next one leads without waiting for an election */
	run(100 * CL_NS_PER_MS);
	assert_in_range(node[2].leader, 2, 3);
	assert_int_equal(outcome(1), 0);
	run(CL_NS_PER_SEC);
	assert_int_not_equal(leader(), 1);
	assert_int_equal(state_of(2)->conf.voters, 2);
	assert_int_equal(node[1].leader, leader());
	agree_all(3);
}

/* As soon as the wish is in its log, and until the lead is another's. */
static void test_leader_knows_that_it_loses_its_vote(void **state)
{
	u32 term, steps = 0;

	(void)state;
	build(3, 3);
	assert_true(cl_cluster_keeps_vote(node[1].c));
	assert_false(cl_cluster_keeps_vote(node[2].c));
	/* The second change waits a little after the first. */
	act(1, CL_CLUSTER_DEMOTE, 3);
	assert_int_equal(begin(1, CL_CLUSTER_DEMOTE, 1), 0);
	for (step(); cl_cluster_leader(node[1].c, &term) == 1; step()) {
		assert_false(cl_cluster_keeps_vote(node[1].c));
		steps++;
	}
	assert_true(steps);
	run(CL_NS_PER_SEC);
	assert_true(cl_cluster_keeps_vote(node[leader()].c));
	assert_false(cl_cluster_keeps_vote(node[1].c));
}

static void test_slow_learner_is_promoted_in_the_end(void **state)
{
	(void)state;
	build(1, 2);
	node[2].deaf[CL_CLUSTER_RAFT] = true;
	assert_int_equal(begin(1, CL_CLUSTER_PROMOTE, 2), 0);
	run(2 * CL_NS_PER_SEC);
	assert_int_equal(node[1].result, PENDING);
	assert_int_equal(state_of(1)->conf.learners, 1);
	node[2].deaf[CL_CLUSTER_RAFT] = false;
	assert_int_equal(outcome(1), 0);
	assert_int_equal(state_of(1)->conf.voters, 2);
}

/* Neither has to wait for the end of the other. */
static void test_voters_change_between_requests(void **state)
{
	unsigned int done = 0;

	(void)state;
	build(2, 4);
	assert_int_equal(begin(1, CL_CLUSTER_PROMOTE, 3), 0);
	assert_int_equal(begin(4, CL_CLUSTER_PROMOTE, 4), 0);
	node[2].result = 0;
	node[3].result = 0;
	for (int i = 0; i < 3000; i++) {
		for (u32 id = 2; id <= 3; id++) {
			if (node[id].result == PENDING)
				continue;
			assert_int_equal(node[id].result, 0);
			request(id, probes(2 + i % 5));
			done++;
		}
		step();
	}
	assert_int_equal(node[1].result, 0);
	assert_int_equal(node[4].result, 0);
	assert_int_equal(state_of(1)->conf.voters, 4);
	assert_true(done > 300);
}

/* Its entry is in the log, but not applied, when voters are looked at. */
static void test_member_that_goes_does_not_learn(void **state)
{
	const struct cl_raft_conf *conf;

	(void)state;
	build(3, 5);
	die(5);
	request(1, put_id(5, CL_MEMBER_F_VOTER));
	assert_int_equal(outcome(1), 0);
	request(1, put_id(4, CL_MEMBER_F_VOTER));
	assert_int_equal(outcome(1), 0);
	node[2].deaf[CL_CLUSTER_RAFT] = true;
	node[3].deaf[CL_CLUSTER_RAFT] = true;
	request(1, del(4));
	run(150 * CL_NS_PER_MS);
	assert_int_equal(node[1].result, PENDING);
	conf = cl_raft_conf(cl_cluster_raft(node[1].c));
	assert_false(cl_raft_conf_has(conf, 4));
	node[2].deaf[CL_CLUSTER_RAFT] = false;
	node[3].deaf[CL_CLUSTER_RAFT] = false;
	assert_int_equal(outcome(1), 0);
	run(CL_NS_PER_SEC);
	assert_int_equal(leader(), 1);
	assert_true(cl_raft_conf_learns(&state_of(1)->conf, 5));
	assert_false(cl_raft_conf_has(&state_of(1)->conf, 4));
}

static void test_act_says_what_hinders(void **state)
{
	(void)state;
	build(1, 2);
	assert_int_equal(begin(1, CL_CLUSTER_DEMOTE, 1), -EINVAL);
	assert_string_equal(error, "demote: node 1 is the only voter");
	assert_int_equal(begin(1, CL_CLUSTER_EVICT, 9), -EINVAL);
	assert_string_equal(error, "evict: node 9 is no member");
	assert_int_equal(begin(1, CL_CLUSTER_LEAD, 2), -EINVAL);
	assert_string_equal(error, "lead: node 2 is no voter");
	die(2);
	assert_int_equal(begin(1, CL_CLUSTER_PROMOTE, 2), 0);
	assert_int_equal(outcome(1), -ETIMEDOUT);
	assert_string_equal(node[1].why,
			    "promote: node 2 learns, but has not caught up");
	assert_int_equal(begin(1, CL_CLUSTER_DEMOTE, 2), 0);
	assert_int_equal(outcome(1), 0);
	assert_int_equal(state_of(1)->conf.learners, 0);
}

static void test_lead_is_given_away(void **state)
{
	u32 last;

	(void)state;
	build(3, 4);
	act(4, CL_CLUSTER_LEAD, 3);
	assert_int_equal(leader(), 3);
	assert_int_equal(node[4].leader, 3);
	assert_int_equal(begin(3, CL_CLUSTER_LEAD, 0), 0);
	assert_int_equal(outcome(3), CL_ANSWER_CONFLICT);
	assert_string_equal(node[3].why, "transfer: no other voter answers");
	run(CL_NS_PER_SEC);
	act(3, CL_CLUSTER_LEAD, 0);
	/* whether the word for it is heard does not matter */
	run(CL_NS_PER_SEC);
	last = leader();
	node[4].deaf[CL_CLUSTER_ANSWER] = true;
	assert_int_equal(begin(4, CL_CLUSTER_LEAD, 3), 0);
	run(100 * CL_NS_PER_MS);
	node[4].deaf[CL_CLUSTER_ANSWER] = false;
	assert_int_equal(outcome(4), 0);
	assert_int_equal(leader(), 3);
	assert_int_not_equal(last, 3);
}

static void test_isolated_node_does_not_vote(void **state)
{
	(void)state;
	build(3, 4);
	request(1, isolate(4, 2));
	assert_int_equal(outcome(1), 0);
	assert_int_equal(begin(1, CL_CLUSTER_PROMOTE, 4), -EINVAL);
	assert_string_equal(error, "promote: node 4 is isolated");
	request(1, isolate(3, 2));
	assert_int_equal(outcome(1), 0);
	run(CL_NS_PER_SEC);
	assert_int_equal(state_of(1)->conf.voters, 2);
	assert_false(cl_raft_conf_has(&state_of(1)->conf, 3));
	agree_all(4);
}

/* Two of three have been told; the leader, which was not, steps down by their vote. */
static void test_distrusted_leader_is_deposed(void **state)
{
	u32 term, next;

	(void)state;
	build(3, 3);
	assert_int_equal(cl_cluster_leader(node[2].c, &term), 1);
	cl_cluster_distrust(node[2].c, now, term - 1);
	assert_int_equal(node[2].leader, 1);
	cl_cluster_distrust(node[2].c, now, term);
	cl_cluster_distrust(node[3].c, now, term);
	/* told at once, not by the next event */
	assert_int_equal(node[2].leader, 0);
	assert_int_equal(node[3].leader, 0);
	run(600 * CL_NS_PER_MS);
	for (u32 id = 1; id <= 3; id++)
		assert_in_range(node[id].leader, 2, 3);
	assert_int_equal(cl_cluster_leader(node[1].c, &next), node[1].leader);
	assert_true(next > term);
	request(1, probes(4));
	assert_int_equal(outcome(1), 0);
	agree_all(3);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_one_founds_and_others_join),
		TEST(test_follower_asks_the_leader),
		TEST(test_whatever_is_agreed_on_is_told),
		TEST(test_wrong_entry_is_not_asked_for),
		TEST(test_request_survives_the_leader),
		TEST(test_request_goes_to_the_next_leader),
		TEST(test_request_ends_in_time),
		TEST(test_lead_that_is_lost_loses_requests),
		TEST(test_requests_are_bounded),
		TEST(test_voter_is_demoted_and_removed),
		TEST(test_dead_voter_is_evicted),
		TEST(test_dead_voter_goes_before_others),
		TEST(test_leader_is_demoted),
		TEST(test_leader_knows_that_it_loses_its_vote),
		TEST(test_slow_learner_is_promoted_in_the_end),
		TEST(test_voters_change_between_requests),
		TEST(test_member_that_goes_does_not_learn),
		TEST(test_act_says_what_hinders),
		TEST(test_lead_is_given_away),
		TEST(test_isolated_node_does_not_vote),
		TEST(test_distrusted_leader_is_deposed),
	};

	return cmocka_run_group_tests_name("cluster", tests, NULL, NULL);
}
