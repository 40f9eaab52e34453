// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>

#include "judgekit.h"

/* Voters 1 to 4 of 6 nodes; this is node 1. */
struct fixture {
	struct court c;
	struct cl_state s;
	struct cl_testimony t[CL_GATE_NODES];
};

static int set_up(void **state)
{
	struct fixture *x = calloc(1, sizeof(*x));

	make(&x->s, 4, 6);
	open_court(&x->c, 1, 6);
	*state = x;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *x = *state;

	cl_state_fini(&x->s);
	free(x);
	return 0;
}

static unsigned int testimony(struct fixture *x)
{
	return cl_judge_testimony(&x->c.j, &x->s, NOW, x->t, CL_GATE_NODES);
}

/* Everybody is judged now, and there is nothing to say. */
static void settle(struct fixture *x)
{
	members(&x->c, &x->s);
	run(&x->c, SETTLED_NS);
	assert_int_equal(x->c.j.events, 0);
	assert_int_equal(x->c.j.reputation.n, 5);
	assert_int_equal(testimony(x), 0);
}

static bool accused(struct fixture *x, u32 node)
{
	return state_of(&x->c, node) == CL_REPUTATION_ACCUSED;
}

static void test_j_is_voters_and_others(void **state)
{
	struct fixture *x = *state;

	members(&x->c, &x->s);
	assert_int_equal(x->c.j.n, 5);
	for (u32 i = 0; i < 5; i++) {
		assert_int_equal(x->c.j.node[i].node, i + 2);
		assert_int_equal(x->c.j.node[i].voter, i < 3);
	}
	/* not looked at again without need */
	x->c.j.n = 1;
	members(&x->c, &x->s);
	assert_int_equal(x->c.j.n, 1);
	/* node 5 asks: its J begins with all voters */
	x->c.f.inst.node = 5;
	members(&x->c, &x->s);
	assert_int_equal(x->c.j.n, 5);
	assert_int_equal(x->c.j.node[0].node, 1);
	assert_true(x->c.j.node[0].voter && x->c.j.node[3].voter);
	assert_int_equal(x->c.j.node[4].node, 6);
}

static void test_j_has_room_for_64(void **state)
{
	struct fixture *x = *state;

	for (u32 id = 7; id <= 80; id++)
		agree(&x->s, put_id(id, 0));
	members(&x->c, &x->s);
	assert_int_equal(x->c.j.n, CL_GATE_NODES);
	assert_int_equal(x->c.j.node[CL_GATE_NODES - 1].node, 65);
}

static void test_who_leaves_is_forgotten(void **state)
{
	struct fixture *x = *state;

	settle(x);
	peer(&x->c, 5)->ahead_ns = 10 * GATE;
	run(&x->c, 200 * MS);
	assert_true(accused(x, 5));
	agree(&x->s, del(6));
	members(&x->c, &x->s);
	assert_null(cl_reputation_find(&x->c.j.reputation, 6));
	assert_true(accused(x, 5));
	/* the others go on to be judged: what was known of them is kept */
	peer(&x->c, 4)->ahead_ns = 10 * GATE;
	run(&x->c, 200 * MS);
	assert_true(accused(x, 4));
	agree(&x->s, del(5));
	members(&x->c, &x->s);
	agree(&x->s, put_id(5, 0));
	members(&x->c, &x->s);
	assert_false(accused(x, 5));
}

static void test_who_judges(void **state)
{
	struct fixture *x = *state;

	members(&x->c, &x->s);
	assert_true(x->c.j.judging);
	cl_judge_members(&x->c.j, &x->s, NULL, SYNCED);
	assert_false(x->c.j.judging);
	for (u32 s = 0; s <= CLOCKLINK_STATE_GONE; s++) {
		x->c.clock_state = s;
		members(&x->c, &x->s);
		assert_int_equal(x->c.j.judging,
				 s == SYNCED ||
					 s == CLOCKLINK_STATE_UNVERIFIED);
	}
	sample_all(&x->c);
	assert_true(cl_judge_deadline(&x->c.j) == CL_JUDGE_NEVER);
	assert_false(cl_judge_run(&x->c.j, &x->c.f.inst));
	x->c.clock_state = SYNCED;
	x->c.f.inst.node = 5;
	members(&x->c, &x->s);
	assert_false(x->c.j.judging);
}

static void test_a_liar_is_accused(void **state)
{
	struct fixture *x = *state;

	settle(x);
	peer(&x->c, 6)->ahead_ns = GATE + 10;
	assert_int_equal(run(&x->c, 200 * MS), 0);
	assert_int_equal(state_of(&x->c, 6), CL_REPUTATION_SUSPICIOUS);
	assert_int_equal(testimony(x), 0);
	assert_int_equal(run(&x->c, 100 * MS), 1);
	assert_true(accused(x, 6));
	assert_int_equal(testimony(x), 1);
	assert_int_equal(x->t[0].type, CL_TESTIMONY_ACCUSE);
	assert_int_equal(x->t[0].node, 6);
	assert_int_equal(x->t[0].accusation.accuser, 1);
	assert_int_equal(x->t[0].accusation.rule, CL_RULE_STRIKES);
	assert_int_equal(x->t[0].accusation.offset_ns, GATE + 10);
	assert_int_equal(x->t[0].accusation.limit_ns, GATE);
	assert_int_equal(x->t[0].accusation.round, 77);
	/* the same once per second, of the same round */
	x->c.f.inst.round = 99;
	assert_in_range(run(&x->c, 10 * SEC), 9, 10);
	assert_int_equal(testimony(x), 1);
	assert_int_equal(x->t[0].accusation.round, 77);
	/* until it is decided */
	agree(&x->s, isolate(6, 2));
	assert_int_equal(testimony(x), 0);
	members(&x->c, &x->s);
	assert_int_equal(state_of(&x->c, 6), CL_REPUTATION_ISOLATED);
	assert_int_equal(testimony(x), 0);
	assert_int_equal(run(&x->c, 10 * SEC), 0);
}

static void test_changes_are_logged_and_kept(void **state)
{
	struct fixture *x = *state;
	static const char who[] = "judge: node 6: good -> accused by strikes: ";
	static const char figures[] =
		"-31360 ns off, limit 3136 ns, evidence 3.0 of 3.0";

	settle(x);
	peer(&x->c, 6)->ahead_ns = -10 * GATE;
	run(&x->c, 100 * MS);
	assert_memory_equal(x->c.f.line, who, strlen(who));
	assert_string_equal(x->c.f.line + strlen(who), figures);
	assert_int_equal(x->c.f.lines, 1);
	assert_int_equal(x->c.j.events, 1);
	assert_int_equal(x->c.j.event[0].node, 6);
	assert_int_equal(x->c.j.event[0].to, CL_REPUTATION_ACCUSED);
	agree(&x->s, isolate(6, 2));
	members(&x->c, &x->s);
	assert_string_equal(x->c.f.line,
			    "judge: node 6: accused -> isolated by decision");
	agree(&x->s, readmit(6, 2, NOW + HOUR));
	members(&x->c, &x->s);
	assert_string_equal(x->c.f.line,
			    "judge: node 6: isolated -> good by decision");
	assert_int_equal(x->c.j.events, 3);
	assert_int_equal(x->c.j.event[2].rule, CL_REPUTATION_DECISION);
	assert_int_equal(x->c.f.events[CL_EVENT_NODE_ACCUSED], 1);
	assert_int_equal(x->c.f.events[CL_EVENT_NODE_JUDGED], 2);
}

/* An agent that begins finds it in the state. */
static void test_isolated_before(void **state)
{
	struct fixture *x = *state;

	agree(&x->s, isolate(6, 2));
	members(&x->c, &x->s);
	assert_int_equal(state_of(&x->c, 6), CL_REPUTATION_ISOLATED);
	assert_int_equal(x->c.j.reputation.n, 1);
}

/* Exchanges with node 6 say so, what is estimated does not. */
static void exchanges(struct fixture *x, unsigned int n, s64 ahead, u64 excess)
{
	const struct cl_nl_sample s = {
		.have = ~0ULL,
		.peer = 6,
		.excess_ns = excess,
		.ahead_ns = ahead,
	};

	while (n--) {
		sample_all(&x->c);
		cl_judge_sample(&x->c.j, &s);
		x->c.f.now += 100 * MS;
		cl_judge_run(&x->c.j, &x->c.f.inst);
	}
}

static void check_gate(struct fixture *x, s64 gate, u64 excess)
{
	exchanges(x, 6, gate - 1, excess);
	exchanges(x, 6, 1 - gate, excess);
	assert_int_equal(x->c.j.events, 0);
	exchanges(x, 3, gate + 1, excess);
	assert_true(accused(x, 6));
}

static void test_doubt_is_no_lie(void **state)
{
	struct fixture *x = *state;

	settle(x);
	peer(&x->c, 6)->doubt_ns = 5000;
	check_gate(x, GATE + 5000, 0);
}

static void test_paths_may_be_asymmetric(void **state)
{
	struct fixture *x = *state;

	settle(x);
	/* 1 % of a round trip of 10 ms, in a budget of 8 us for another */
	x->c.f.inst.asymmetry_ns = 0;
	peer(&x->c, 6)->min_rtt_ns = 10000 * US;
	/* 4 * root(250^2 + 50000^2) + 900 */
	check_gate(x, 200902, 0);
}

static void test_paths_may_be_known(void **state)
{
	struct fixture *x = *state;

	settle(x);
	x->c.f.inst.asymmetry_ns = 2000;
	/* 4 * root(250^2 + 1000^2) + 900 */
	check_gate(x, 5023, 0);
}

static void test_one_path_may_be_known(void **state)
{
	struct fixture *x = *state;

	settle(x);
	x->c.f.inst.asymmetry_ns = 1000;
	peer(&x->c, 6)->asymmetry_ns = 2000;
	check_gate(x, 5023, 0);
}

/* 2 s ago; drift of 1 ppm, wander of 3 ppm per root of a second. */
static void test_what_was_told_ages(void **state)
{
	struct fixture *x = *state;

	settle(x);
	peer(&x->c, 6)->ahead_age_ns = 2 * SEC;
	peer(&x->c, 6)->freq_error_ppt = 1000000;
	peer(&x->c, 6)->wander_ppt = 3000000;
	/* 4 * root(250^2 + 500^2 + 2000^2 + (3000 * 2^1.5 / 3^0.5)^2) + 900 */
	check_gate(x, 22183, 0);
}

static void test_excess_is_no_lie(void **state)
{
	struct fixture *x = *state;

	settle(x);
	check_gate(x, GATE + 5000, 10000);
}

/* No path makes an answer leave before its request came. */
static void test_answers_before_requests(void **state)
{
	struct fixture *x = *state;
	struct cl_nl_sample s = {
		.have = ~0ULL,
		.peer = 6,
		.out_rx_ns = 50 * US,
		.in_rx_ns = 100 * US,
	};

	settle(x);
	/* what stamps and budget explain */
	s.in_tx_ns = s.out_rx_ns - 1700;
	cl_judge_sample(&x->c.j, &s);
	run(&x->c, 100 * MS);
	assert_int_equal(state_of(&x->c, 6), CL_REPUTATION_GOOD);
	s.in_tx_ns = s.out_rx_ns - 4 * US;
	cl_judge_sample(&x->c.j, &s);
	run(&x->c, 100 * MS);
	assert_true(accused(x, 6));
	assert_int_equal(testimony(x), 1);
	assert_int_equal(x->t[0].accusation.offset_ns, 4 * US);
}

/* Of what both sides have asked for in a round the worse one counts. */
static void test_either_side_may_ask(void **state)
{
	struct fixture *x = *state;
	struct cl_nl_sample s = {
		.have = ~0ULL,
		.peer = 6,
		.in_rx_ns = 100 * US,
		.ahead_ns = 3 * GATE,
	};

	settle(x);
	cl_judge_sample(&x->c.j, &s);
	run(&x->c, 100 * MS);
	assert_true(accused(x, 6));
}

static void test_samples_that_do_not_count(void **state)
{
	struct fixture *x = *state;
	const u64 have = CL_NL_BIT(SAMPLE_AHEAD) | CL_NL_BIT(SAMPLE_EXCESS);
	struct cl_nl_sample s = { .peer = 6 };

	settle(x);
	s.have = ~CL_NL_BIT(SAMPLE_AHEAD);
	cl_judge_sample(&x->c.j, &s);
	s.have = ~CL_NL_BIT(SAMPLE_EXCESS);
	cl_judge_sample(&x->c.j, &s);
	s.have = have;
	s.peer = 99;
	cl_judge_sample(&x->c.j, &s);
	assert_true(cl_judge_deadline(&x->c.j) == CL_JUDGE_NEVER);
	s.peer = 6;
	cl_judge_sample(&x->c.j, &s);
	assert_true(cl_judge_deadline(&x->c.j) < CL_JUDGE_NEVER);
}

/* It lies, but it cannot be said, or it says itself that its clock is no good. */
static void test_who_is_not_judged(void **state)
{
	struct fixture *x = *state;
	struct cl_nl_peer *p = peer(&x->c, 6);

	settle(x);
	p->ahead_ns = 10 * GATE;
	p->state = CLOCKLINK_STATE_HOLDOVER;
	run(&x->c, SEC);
	p->state = SYNCED;
	p->have = ~CL_NL_BIT(PEER_AHEAD);
	run(&x->c, SEC);
	p->have = ~CL_NL_BIT(PEER_STATE);
	run(&x->c, SEC);
	p->have = ~0ULL;
	p->ahead_age_ns = 3 * SEC + 1;
	run(&x->c, SEC);
	assert_int_equal(x->c.j.events, 0);
	/* with longer intervals it may be older */
	x->c.f.inst.interval_max_ns = 2 * SEC;
	run(&x->c, SETTLED_NS);
	assert_true(accused(x, 6));
}

static void test_who_is_restarted_is_excused(void **state)
{
	struct fixture *x = *state;
	struct cl_nl_peer *p = peer(&x->c, 6);

	settle(x);
	x->c.f.now += 1000 * SEC;
	run(&x->c, SEC);
	/* 4 ms at 400 ppm: 10 s more */
	p->gen++;
	p->ahead_ns = 4000 * US;
	run(&x->c, 20 * SEC);
	p->ahead_ns = 0;
	run(&x->c, 10 * SEC);
	assert_int_equal(x->c.j.events, 0);
	/* and not again at once */
	p->gen++;
	p->ahead_ns = 4000 * US;
	run(&x->c, 300 * MS);
	assert_true(accused(x, 6));
}

static void test_excuse_ends(void **state)
{
	struct fixture *x = *state;
	struct cl_nl_peer *p = peer(&x->c, 6);

	settle(x);
	x->c.f.now += 1000 * SEC;
	run(&x->c, SEC);
	p->state = CLOCKLINK_STATE_JOINING;
	run(&x->c, SEC);
	p->state = SYNCED;
	p->ahead_ns = 4000 * US;
	run(&x->c, 19900 * MS);
	assert_int_equal(x->c.j.events, 0);
	run(&x->c, 300 * MS);
	assert_true(accused(x, 6));
}

static void test_all_are_excused_in_another_term(void **state)
{
	struct fixture *x = *state;

	settle(x);
	x->c.f.inst.term++;
	peer(&x->c, 6)->ahead_ns = 10 * GATE;
	run(&x->c, 9900 * MS);
	assert_int_equal(x->c.j.events, 0);
	run(&x->c, 300 * MS);
	assert_true(accused(x, 6));
}

/* A round with all; cluster time and stamps of node @node are ahead by so much. */
static void stamped(struct fixture *x, u32 node, s64 time, s64 stamps)
{
	s64 now = x->c.f.now;

	for (u32 i = 0; i < x->c.f.inst.peers; i++) {
		struct cl_nl_peer *p = &x->c.f.peer[i];
		bool it = !node || p->node == node;
		const struct cl_nl_sample s = {
			.have = ~0ULL,
			.peer = p->node,
			.out_tx_ns = now - 100 * US,
			.out_rx_ns = now - 50 * US + (it ? stamps : 0),
			.in_tx_ns = now - 50 * US + (it ? stamps : 0),
			.in_rx_ns = now,
			.ahead_ns = it ? time : 0,
		};

		p->raw_ns = now;
		p->ahead_ns = s.ahead_ns;
		cl_judge_sample(&x->c.j, &s);
	}
	x->c.f.now += 100 * MS;
	cl_judge_run(&x->c.j, &x->c.f.inst);
}

/* All are known by their raw clocks, and another one leads. */
static void change_leader(struct fixture *x)
{
	settle(x);
	for (unsigned int i = 0; i < 2 * CL_USUAL_LEAST; i++)
		stamped(x, 6, 0, 0);
	x->c.f.inst.term++;
}

/* Cluster time may move in another term, but nobody steers a raw clock. */
static void test_raw_clocks_go_on_in_another_term(void **state)
{
	struct fixture *x = *state;

	change_leader(x);
	for (unsigned int i = 0; i < 90; i++)
		stamped(x, 5, 20 * GATE, 0);
	assert_int_equal(x->c.j.events, 0);
	stamped(x, 5, 0, 0);
	stamped(x, 6, 20 * GATE, 20 * GATE);
	assert_true(accused(x, 6));
	assert_int_equal(x->c.j.events, 1);
}

/* Evidence goes on from one term to the next; and so do those terms. */
static void test_lies_of_two_terms_add_up(void **state)
{
	struct fixture *x = *state;

	change_leader(x);
	stamped(x, 6, 2500, 2500);
	x->c.f.inst.term++;
	stamped(x, 6, 2500, 2500);
	assert_false(accused(x, 6));
	stamped(x, 6, 2500, 2500);
	assert_true(accused(x, 6));
}

/* It began to lie before another one led: its lie is not what is known of it. */
static void test_what_is_known_is_from_before_the_lie(void **state)
{
	struct fixture *x = *state;
	struct cl_nl_peer *p = peer(&x->c, 6);

	change_leader(x);
	x->c.f.inst.term--;
	/* the estimate has followed at once, and is known badly */
	p->offset_ns = -20 * GATE;
	p->error_ns = 10 * GATE;
	stamped(x, 6, 0, 0);
	x->c.f.inst.term++;
	stamped(x, 6, 20 * GATE, 20 * GATE);
	assert_true(accused(x, 6));
}

/* If all have jumped it was our own raw clock. */
static void test_own_raw_clock_may_jump(void **state)
{
	struct fixture *x = *state;

	change_leader(x);
	for (unsigned int i = 0; i < 50; i++)
		stamped(x, 0, 0, 20 * GATE);
	assert_int_equal(x->c.j.events, 0);
}

/* Restarted, or measured too long ago: its raw clock is not known. */
static void test_unknown_raw_clocks_are_excused(void **state)
{
	struct fixture *x = *state;

	change_leader(x);
	peer(&x->c, 6)->gen++;
	for (unsigned int i = 0; i < 50; i++)
		stamped(x, 6, 0, 20 * GATE);
	assert_int_equal(x->c.j.events, 0);
	x->c.f.now += CL_JUDGE_WARM_NS;
	x->c.f.inst.term++;
	for (unsigned int i = 0; i < 50; i++)
		stamped(x, 5, 0, 20 * GATE);
	assert_int_equal(x->c.j.events, 0);
}

static void test_all_are_excused_after_own_holdover(void **state)
{
	struct fixture *x = *state;

	settle(x);
	sample(&x->c, 6, 10 * GATE);
	x->c.clock_state = CLOCKLINK_STATE_HOLDOVER;
	members(&x->c, &x->s);
	x->c.clock_state = SYNCED;
	members(&x->c, &x->s);
	peer(&x->c, 6)->ahead_ns = 10 * GATE;
	run(&x->c, 9900 * MS);
	assert_int_equal(x->c.j.events, 0);
	run(&x->c, 300 * MS);
	assert_true(accused(x, 6));
}

/* Ours is the clock that is wrong; so is that of a judge that lies to itself. */
static void test_own_clock_may_be_wrong(void **state)
{
	struct fixture *x = *state;

	settle(x);
	for (u32 node = 2; node <= 6; node++)
		peer(&x->c, node)->ahead_ns = 100 * GATE;
	run(&x->c, 60 * SEC);
	assert_int_equal(x->c.j.events, 0);
	/* it is slewed: exchanges are from before */
	for (unsigned int i = 0; i < 50; i++) {
		sample_all(&x->c);
		for (u32 node = 2; node <= 6; node++)
			peer(&x->c, node)->ahead_ns -= 2 * GATE;
		x->c.f.now += 100 * MS;
		cl_judge_run(&x->c.j, &x->c.f.inst);
	}
	assert_int_equal(peer(&x->c, 2)->ahead_ns, 0);
	assert_int_equal(x->c.j.events, 0);
}

/* An exchange counts once, however many there are with others. */
static void test_exchange_counts_once(void **state)
{
	struct fixture *x = *state;

	settle(x);
	sample(&x->c, 6, GATE + 1);
	for (unsigned int i = 0; i < 10; i++) {
		for (u32 node = 2; node <= 5; node++)
			sample(&x->c, node, 0);
		x->c.f.now += 100 * MS;
		cl_judge_run(&x->c.j, &x->c.f.inst);
	}
	assert_int_equal(x->c.j.events, 0);
	assert_true(cl_reputation_find(&x->c.j.reputation, 6)->strikes == 1);
}

/* What was measured of the raw clock that it had is no proof. */
static void test_exchange_before_a_restart(void **state)
{
	struct fixture *x = *state;

	settle(x);
	sample(&x->c, 6, 10 * GATE);
	peer(&x->c, 6)->gen++;
	x->c.f.now += 100 * MS;
	cl_judge_run(&x->c.j, &x->c.f.inst);
	assert_int_equal(x->c.j.events, 0);
	/* it is judged: it has been excused at the start */
	sample(&x->c, 6, 10 * GATE);
	x->c.f.now += 100 * MS;
	cl_judge_run(&x->c.j, &x->c.f.inst);
	assert_true(accused(x, 6));
}

/* The middle of an even number of clocks is not whole; the accusation holds. */
static void test_accusation_is_beyond_its_limit(void **state)
{
	struct fixture *x = *state;
	u8 buf[CL_TESTIMONY_MAX];

	settle(x);
	peer(&x->c, 4)->ahead_ns = 1;
	peer(&x->c, 5)->ahead_ns = 1;
	peer(&x->c, 6)->ahead_ns = GATE + 1;
	/* by the first one the middle moves, which is not held against it */
	run(&x->c, 400 * MS);
	assert_int_equal(testimony(x), 1);
	assert_int_equal(x->t[0].accusation.offset_ns, GATE + 1);
	assert_int_equal(x->t[0].accusation.limit_ns, GATE);
	assert_int_equal(cl_testimony_encode(&x->t[0], buf), 25);
}

/* Two others and ourselves do not make a proof, however many members there are. */
static void test_too_few_are_seen(void **state)
{
	struct fixture *x = *state;

	settle(x);
	for (u32 node = 2; node <= 4; node++)
		peer(&x->c, node)->state = CLOCKLINK_STATE_HOLDOVER;
	peer(&x->c, 6)->ahead_ns = 10 * GATE;
	run(&x->c, 60 * SEC);
	assert_int_equal(state_of(&x->c, 6), CL_REPUTATION_DEMOTED);
	assert_int_equal(testimony(x), 0);
}

/* One other proves nothing at all. */
static void test_only_one_is_seen(void **state)
{
	struct fixture *x = *state;

	settle(x);
	for (u32 node = 2; node <= 5; node++)
		peer(&x->c, node)->state = CLOCKLINK_STATE_HOLDOVER;
	peer(&x->c, 6)->ahead_ns = 10 * GATE;
	run(&x->c, 60 * SEC);
	assert_int_equal(x->c.j.events, 0);
}

/* Those that have lied are seen, but they are no witnesses. */
static void test_liars_are_no_witnesses(void **state)
{
	struct fixture *x = *state;

	agree(&x->s, isolate(4, 2));
	agree(&x->s, isolate(5, 2));
	members(&x->c, &x->s);
	run(&x->c, SETTLED_NS);
	for (u32 node = 2; node <= 3; node++)
		peer(&x->c, node)->state = CLOCKLINK_STATE_HOLDOVER;
	peer(&x->c, 6)->ahead_ns = 10 * GATE;
	run(&x->c, 60 * SEC);
	assert_int_not_equal(state_of(&x->c, 6), CL_REPUTATION_ACCUSED);
}

static void test_rounds_follow_the_interval(void **state)
{
	struct fixture *x = *state;
	s64 began;

	settle(x);
	began = x->c.f.now;
	assert_true(cl_judge_deadline(&x->c.j) == CL_JUDGE_NEVER);
	x->c.f.inst.interval_ns = 500 * MS;
	sample_all(&x->c);
	assert_true(cl_judge_deadline(&x->c.j) == began + CL_JUDGE_GATHER_NS);
	x->c.f.now = cl_judge_deadline(&x->c.j);
	cl_judge_run(&x->c.j, &x->c.f.inst);
	assert_true(cl_judge_deadline(&x->c.j) == CL_JUDGE_NEVER);
	sample(&x->c, 2, 0);
	assert_true(cl_judge_deadline(&x->c.j) == x->c.f.now + 500 * MS);
	/* 10 s are too long for exchanges that come late, 1 ms is no round */
	x->c.f.now = cl_judge_deadline(&x->c.j);
	x->c.f.inst.interval_ns = 10 * SEC;
	cl_judge_run(&x->c.j, &x->c.f.inst);
	sample(&x->c, 2, 0);
	assert_true(cl_judge_deadline(&x->c.j) == x->c.f.now + SEC);
	x->c.f.now = cl_judge_deadline(&x->c.j);
	x->c.f.inst.interval_ns = MS;
	cl_judge_run(&x->c.j, &x->c.f.inst);
	sample(&x->c, 2, 0);
	assert_true(cl_judge_deadline(&x->c.j) == x->c.f.now + 100 * MS);
}

static void test_engine_that_fails(void **state)
{
	struct fixture *x = *state;

	settle(x);
	peer(&x->c, 6)->ahead_ns = 10 * GATE;
	x->c.f.fail_get = -5;
	run(&x->c, SEC);
	assert_int_equal(x->c.j.events, 0);
	/* those exchanges are not kept */
	peer(&x->c, 6)->ahead_ns = 0;
	x->c.f.fail_get = 0;
	run(&x->c, SEC);
	assert_int_equal(x->c.j.events, 0);
}

/* Nonsense is encoded as far as a frame can hold it. */
static void test_huge_lies(void **state)
{
	struct fixture *x = *state;
	u8 buf[CL_TESTIMONY_MAX];

	settle(x);
	peer(&x->c, 6)->ahead_ns = S64_MIN;
	run(&x->c, 300 * MS);
	assert_true(accused(x, 6));
	assert_int_equal(testimony(x), 1);
	assert_true(x->t[0].accusation.offset_ns == -4000000000000000000LL);
	assert_int_equal(cl_testimony_encode(&x->t[0], buf), 25);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_j_is_voters_and_others),
		TEST(test_j_has_room_for_64),
		TEST(test_who_leaves_is_forgotten),
		TEST(test_who_judges),
		TEST(test_a_liar_is_accused),
		TEST(test_changes_are_logged_and_kept),
		TEST(test_isolated_before),
		TEST(test_doubt_is_no_lie),
		TEST(test_paths_may_be_asymmetric),
		TEST(test_paths_may_be_known),
		TEST(test_one_path_may_be_known),
		TEST(test_what_was_told_ages),
		TEST(test_excess_is_no_lie),
		TEST(test_answers_before_requests),
		TEST(test_either_side_may_ask),
		TEST(test_samples_that_do_not_count),
		TEST(test_who_is_not_judged),
		TEST(test_who_is_restarted_is_excused),
		TEST(test_excuse_ends),
		TEST(test_all_are_excused_in_another_term),
		TEST(test_raw_clocks_go_on_in_another_term),
		TEST(test_lies_of_two_terms_add_up),
		TEST(test_what_is_known_is_from_before_the_lie),
		TEST(test_own_raw_clock_may_jump),
		TEST(test_unknown_raw_clocks_are_excused),
		TEST(test_all_are_excused_after_own_holdover),
		TEST(test_own_clock_may_be_wrong),
		TEST(test_exchange_counts_once),
		TEST(test_exchange_before_a_restart),
		TEST(test_accusation_is_beyond_its_limit),
		TEST(test_too_few_are_seen),
		TEST(test_only_one_is_seen),
		TEST(test_liars_are_no_witnesses),
		TEST(test_rounds_follow_the_interval),
		TEST(test_engine_that_fails),
		TEST(test_huge_lies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
