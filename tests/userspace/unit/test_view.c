// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the control socket shows of a cluster.
 */
#include "controlkit.h"

static void test_status_says_who_leads(void **state)
{
	struct cl_ctl_status s = look(CL_CTL_STATUS_GET).status;
	u8 digest[CL_STATE_DIGEST_LEN];
	char two[3];

	(void)state;
	assert_int_equal(s.node, 1);
	assert_int_equal(s.cluster, CLUSTER);
	assert_int_equal(s.phase, CL_CTL_PHASE_MEMBER);
	assert_int_equal(s.role, CL_CTL_ROLE_LEADER);
	assert_int_equal(s.leader, 1);
	assert_string_equal(s.name, "n1");
	assert_string_equal(s.leader_name, "n1");
	assert_true(s.term >= 1);
	assert_int_equal(s.epoch, agreed()->epoch);
	assert_int_equal(s.members, 3);
	assert_int_equal(s.voters, 2);
	assert_int_equal(s.reachable, 2);
	assert_int_equal(s.needed, 2);
	assert_true(s.quorum);
	assert_int_equal(s.isolated, 0);
	assert_true(s.lease_ns > 0 && s.lease_ns < CL_NS_PER_SEC);
	assert_int_equal(s.clock, CLOCKLINK_STATE_SYNCED);
	assert_int_equal(cl_state_digest(agreed(), digest), 0);
	for (unsigned int i = 0; i < sizeof(digest); i++) {
		snprintf(two, sizeof(two), "%02x", digest[i]);
		assert_memory_equal(s.digest + 2 * i, two, 2);
	}
	assert_false(cl_ctl_has(&s, STATUS_REFUSAL));
}

static void test_status_without_quorum(void **state)
{
	struct cl_ctl_status s;

	(void)state;
	die(2);
	run(2 * CL_NS_PER_SEC);
	s = look(CL_CTL_STATUS_GET).status;
	assert_int_equal(s.reachable, 1);
	assert_int_equal(s.needed, 2);
	assert_false(s.quorum);
	assert_int_equal(s.leader, 0);
	assert_false(cl_ctl_has(&s, STATUS_LEASE));
	assert_int_equal(s.role, CL_CTL_ROLE_VOTER);
}

static void test_status_says_what_was_refused(void **state)
{
	struct cl_guard *g = &membership.agent.guard;
	struct cl_ctl_status s;

	(void)state;
	g->refused = 3;
	g->last.verdict = CL_GUARD_REFUSE;
	strcpy(g->last.why, "2 of 5 agree");
	s = look(CL_CTL_STATUS_GET).status;
	assert_int_equal(s.refused, 3);
	assert_string_equal(s.refusal, "2 of 5 agree");
}

static void test_members_and_why_one_is_isolated(void **state)
{
	struct cl_standing st = { .isolated_ns = NOW };
	struct cl_nl_msg m[4];

	(void)state;
	st.isolation = isolate(3, 2).isolate;
	cl_roster_stand(agreed()->roster, 3, &st);
	assert_int_equal(list(CL_CTL_MEMBER_GET, m, 4), 3);
	assert_int_equal(m[0].member.node, 1);
	assert_int_equal(m[0].member.role, CL_CTL_ROLE_LEADER);
	assert_true(m[0].member.self && m[0].member.wanted);
	assert_false(cl_ctl_has(&m[0].member, MEMBER_LAG));
	assert_int_equal(m[1].member.role, CL_CTL_ROLE_VOTER);
	assert_true(m[1].member.link && !m[1].member.self);
	assert_true(cl_ctl_has(&m[1].member, MEMBER_LAG));
	assert_int_equal(m[1].member.lag, 0);
	assert_false(cl_ctl_has(&m[1].member, MEMBER_ISOLATED));
	assert_string_equal(m[1].member.name, "n2");
	assert_string_equal(m[1].member.time, "10.0.0.2:20319");
	assert_string_equal(m[1].member.stream, "10.0.0.2:20320");
	assert_int_equal(m[2].member.role, CL_CTL_ROLE_FOLLOWER);
	assert_true(m[2].member.isolated_ns == NOW);
	assert_string_equal(m[2].member.rule, "strikes");
	assert_int_equal(m[2].member.accusers, 2);
	assert_int_equal(look(CL_CTL_STATUS_GET).status.isolated, 1);

	st.isolation = isolate(2, 1).isolate;
	st.isolation.accusations[0].rule = CL_RULE_CONFIDENCE;
	cl_roster_stand(agreed()->roster, 2, &st);
	assert_int_equal(list(CL_CTL_ACCUSATION_GET, m, 4), 3);
	assert_int_equal(m[0].accusation.node, 2);
	assert_string_equal(m[0].accusation.rule, "confidence");
	assert_int_equal(m[1].accusation.node, 3);
	assert_int_equal(m[1].accusation.accuser, 1);
	assert_int_equal(m[2].accusation.node, 3);
	assert_int_equal(m[2].accusation.accuser, 2);
	assert_int_equal(m[2].accusation.offset_ns, 50000);
	assert_int_equal(m[2].accusation.limit_ns, 1000);
	assert_int_equal(m[2].accusation.round, 7);
}

static void test_judgement_with_its_figures(void **state)
{
	struct cl_judge *j = &membership.agent.judge;
	struct cl_reputation_node *n = j->reputation.node;
	struct cl_nl_msg m[CL_JUDGE_EVENTS + 1];
	struct cl_reputation_event e = {
		.when = world.now,
		.node = 3,
		.from = CL_REPUTATION_SUSPICIOUS,
		.to = CL_REPUTATION_DEMOTED,
		.rule = CL_REPUTATION_STRIKES,
		.offset_ns = -4000.4,
		.limit_ns = 1000,
		.evidence = 3.5,
		.evidence_limit = 3,
	};

	(void)state;
	n[0] = (struct cl_reputation_node){ .node = 3,
					    .why = e,
					    .state = CL_REPUTATION_DEMOTED,
					    .strikes = 3.5,
					    .cusum = 1e300 };
	n[1] = (struct cl_reputation_node){ .node = 2,
					    .weight = 1,
					    .voter = true };
	j->reputation.n = 2;
	assert_int_equal(list(CL_CTL_REPUTATION_GET, m, 4), 0);
	j->judging = true;
	world.now += 5 * CL_NS_PER_SEC;
	assert_int_equal(list(CL_CTL_REPUTATION_GET, m, 4), 2);
	assert_int_equal(m[0].reputation.node, 2);
	assert_string_equal(m[0].reputation.state, "good");
	assert_int_equal(m[0].reputation.weight_m, 1000);
	assert_false(cl_ctl_has(&m[0].reputation, REPUTATION_RULE));
	assert_int_equal(m[1].reputation.node, 3);
	assert_string_equal(m[1].reputation.name, "n3");
	assert_string_equal(m[1].reputation.rule, "strikes");
	assert_int_equal(m[1].reputation.strikes_m, 3500);
	assert_int_equal(m[1].reputation.strikes_limit_m, 3000);
	assert_true(m[1].reputation.cusum_m == U32_MAX);
	assert_true(m[1].reputation.changed_ns == 5 * CL_NS_PER_SEC);
	assert_int_equal(m[1].reputation.offset_ns, -4000);
	assert_int_equal(list(CL_CTL_MEMBER_GET, m, 4), 3);
	assert_string_equal(m[2].member.reputation, "demoted");

	assert_int_equal(list(CL_CTL_EVENT_GET, m, 4), 0);
	for (u32 i = 0; i < CL_JUDGE_EVENTS + 10; i++) {
		e.offset_ns = i;
		j->event[j->events++ % CL_JUDGE_EVENTS] = e;
	}
	assert_int_equal(list(CL_CTL_EVENT_GET, m, ARRAY_SIZE(m)),
			 CL_JUDGE_EVENTS);
	assert_int_equal(m[0].event.number, 11);
	assert_int_equal(m[0].event.offset_ns, 10);
	assert_int_equal(m[CL_JUDGE_EVENTS - 1].event.offset_ns,
			 CL_JUDGE_EVENTS + 9);
	assert_true(m[0].event.utc_ns ==
		    FAKE_UTC + world.now - 5 * CL_NS_PER_SEC);
	assert_string_equal(m[0].event.from, "suspicious");
	assert_string_equal(m[0].event.to, "demoted");
	assert_int_equal(m[0].event.evidence_m, 3500);
}

static void test_oscillators_of_the_voters(void **state)
{
	struct cl_timescale *t = &membership.agent.timescale;
	struct cl_ctl_scale s;
	struct cl_nl_msg m[4];

	(void)state;
	t->ensemble.voter[0] = (struct cl_ensemble_voter){
		.node = 2,
		.known = true,
		.counts = true,
		.measured = true,
		.weight = 0.25,
		.residual_ns = -3,
		.s2 = 100,
		.line.rate = -0.00002,
		.age_s = 60,
	};
	t->ensemble.voter[1].node = 1;
	t->ensemble.n = 2;
	s = look(CL_CTL_SCALE_GET).scale;
	assert_false(s.leading);
	assert_int_equal(list(CL_CTL_VOTER_GET, m, 4), 2);
	assert_int_equal(m[0].voter.weight_m, 250);
	assert_false(cl_ctl_has(&m[0].voter, VOTER_RESIDUAL));
	assert_false(m[0].voter.measured);
	t->leading = true;
	t->steps = 9;
	t->ensemble.time_s = 12.5;
	s = look(CL_CTL_SCALE_GET).scale;
	assert_true(s.leading);
	assert_int_equal(s.steps, 9);
	assert_true(s.constant_ns == 12500 * CL_NS_PER_MS);
	assert_int_equal(list(CL_CTL_VOTER_GET, m, 4), 2);
	assert_string_equal(m[0].voter.name, "n2");
	assert_int_equal(m[0].voter.weight_m, 250);
	assert_int_equal(m[0].voter.rms_ns, 10);
	assert_int_equal(m[0].voter.residual_ns, -3);
	assert_true(m[0].voter.measured);
	assert_string_equal(cl_ctl_share_name(&m[0].voter), "counts");
	assert_string_equal(cl_ctl_share_name(&m[1].voter), "unknown");
	assert_int_equal(m[0].voter.freq_ppt, -20000000);
	assert_true(m[0].voter.age_ns == 60 * CL_NS_PER_SEC);
	assert_false(m[1].voter.known);
	assert_false(cl_ctl_has(&m[1].voter, VOTER_WEIGHT));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(status_says_who_leads),
		TEST(status_without_quorum),
		TEST(status_says_what_was_refused),
		TEST(members_and_why_one_is_isolated),
		TEST(judgement_with_its_figures),
		TEST(oscillators_of_the_voters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
