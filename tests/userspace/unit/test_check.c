// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <math.h>
#include <string.h>

#include "agent/core/check.h"
#include "agent/core/confidence.h"
#include "agent/core/join.h"
#include "agent/core/pace.h"
#include "unit.h"

#define MS CL_NS_PER_MS
#define SEC CL_NS_PER_SEC

/* B0, and the gate of 1.5 B0. */
#define SIGMA 250.0
#define FLOOR 1000.0
#define GATE 1500.0

static struct cl_check check;
static struct cl_check_source peers[CL_CHECK_PEERS + 1];
static struct cl_check_ask ask;
static struct cl_check_answer answer;

/* A cluster of so many nodes whose clocks agree; we know all the others. */
static void begin(unsigned int nodes)
{
	unsigned int others = nodes > 2 ? nodes - 2 : 0;

	cl_check_init(&check);
	ask = (struct cl_check_ask){
		.now = 100 * SEC,
		.term = 1,
		.floor_ns = FLOOR,
		.locked = true,
		.own_sigma_ns = SIGMA,
		.peers = peers,
		.n = others < CL_CHECK_PEERS ? others : CL_CHECK_PEERS,
	};
	for (unsigned int i = 0; i <= CL_CHECK_PEERS; i++)
		peers[i] = (struct cl_check_source){ 0, SIGMA };
}

static enum cl_check_verdict update(s64 interval)
{
	ask.now += interval;
	assert_int_equal(cl_check_update(&check, &ask, &answer), 0);
	return answer.verdict;
}

/* The first so many peers say so. */
static void peers_say(unsigned int n, double offset)
{
	while (n--)
		peers[n].offset_ns = offset;
}

static void test_agreement_is_obeyed(void **state)
{
	(void)state;
	begin(50);
	ask.correction_ns = GATE;
	assert_int_equal(update(100 * MS), CL_CHECK_ACCEPT);
	assert_int_equal(answer.sources, 9);
	assert_int_equal(answer.agree, 9);
	assert_int_equal(answer.need, 5);
	assert_true(answer.gate_ns == GATE);
	assert_false(answer.unverified);
	ask.correction_ns = -GATE - 1;
	assert_int_equal(update(100 * MS), CL_CHECK_REFUSE);
	assert_int_equal(answer.reason, CL_CHECK_DISAGREE);
	assert_int_equal(answer.agree, 0);
}

static void test_five_of_nine_are_needed(void **state)
{
	(void)state;
	begin(50);
	ask.correction_ns = 1e6;
	peers_say(5, 1e6);
	assert_int_equal(update(100 * MS), CL_CHECK_ACCEPT);
	peers[0].offset_ns = 0;
	assert_int_equal(update(100 * MS), CL_CHECK_REFUSE);
	assert_int_equal(answer.agree, 4);
	/* No more than eight are asked. */
	ask.n = CL_CHECK_PEERS + 1;
	peers[CL_CHECK_PEERS].offset_ns = 1e6;
	assert_int_equal(update(100 * MS), CL_CHECK_REFUSE);
	assert_int_equal(answer.sources, 9);
}

static void test_own_clock_counts_after_lock(void **state)
{
	(void)state;
	begin(50);
	ask.correction_ns = 1e6;
	peers_say(4, 1e6);
	assert_int_equal(update(100 * MS), CL_CHECK_REFUSE);
	assert_int_equal(answer.need, 5);
	peers_say(5, 1e6);
	ask.locked = false;
	assert_int_equal(update(100 * MS), CL_CHECK_ACCEPT);
	assert_int_equal(answer.sources, 8);
	assert_int_equal(answer.need, 5);
}

static void test_three_refusals_end_confidence(void **state)
{
	(void)state;
	begin(50);
	ask.correction_ns = 1e6;
	assert_int_equal(update(100 * MS), CL_CHECK_REFUSE);
	assert_int_equal(update(100 * MS), CL_CHECK_REFUSE);
	assert_int_equal(update(100 * MS), CL_CHECK_NO_CONFIDENCE);
	ask.correction_ns = 0;
	assert_int_equal(update(100 * MS), CL_CHECK_ACCEPT);
	ask.correction_ns = 1e6;
	update(100 * MS);
	assert_int_equal(update(100 * MS), CL_CHECK_REFUSE);
	/* The next leader is judged anew. */
	ask.term++;
	update(100 * MS);
	assert_int_equal(update(100 * MS), CL_CHECK_REFUSE);
	assert_int_equal(update(100 * MS), CL_CHECK_NO_CONFIDENCE);
}

static void test_refusals_go_by_our_time(void **state)
{
	unsigned int n;

	(void)state;
	begin(50);
	ask.correction_ns = 1e6;
	for (n = 1; update(10 * MS) == CL_CHECK_REFUSE; n++)
		;
	assert_in_range(n, 20, 23);
	begin(50);
	ask.correction_ns = 1e6;
	for (n = 1; update(SEC) == CL_CHECK_REFUSE; n++)
		;
	assert_int_equal(n, 3);
}

/* Our own clock agrees with the leader: more likely that we have met liars. */
static void test_unlucky_peers_take_longer(void **state)
{
	unsigned int n;

	(void)state;
	begin(50);
	peers_say(5, 1e6);
	for (n = 1; update(100 * MS) == CL_CHECK_REFUSE; n++)
		;
	assert_int_equal(n, 30);
}

static void test_vague_sources_do_not_count(void **state)
{
	(void)state;
	begin(50);
	peers_say(8, 1e6);
	for (unsigned int i = 0; i < 5; i++)
		peers[i].sigma_ns = SIGMA * 4.1;
	assert_int_equal(update(100 * MS), CL_CHECK_REFUSE);
	assert_int_equal(answer.sources, 4);
	assert_int_equal(answer.need, 3);
	/* One that is worse than the others, but no more than that, has its own gate. */
	peers_say(8, 2 * GATE);
	for (unsigned int i = 0; i < 8; i++)
		peers[i].sigma_ns = 2 * SIGMA;
	assert_int_equal(update(100 * MS), CL_CHECK_ACCEPT);
	peers_say(8, 2 * GATE + 1);
	assert_int_equal(update(100 * MS), CL_CHECK_REFUSE);
}

static void test_our_clock_fades_in_holdover(void **state)
{
	(void)state;
	begin(4);
	ask.correction_ns = 1e6;
	peers_say(2, 1e6);
	ask.own_sigma_ns = 1e5;
	assert_int_equal(update(100 * MS), CL_CHECK_ACCEPT);
	assert_int_equal(answer.sources, 2);
}

static void test_two_nodes_are_unverified(void **state)
{
	(void)state;
	begin(2);
	ask.correction_ns = 1e9;
	ask.too_fast = true;
	assert_int_equal(update(100 * MS), CL_CHECK_ACCEPT);
	assert_true(answer.unverified);
	/* The same if no peer can be asked. */
	begin(50);
	ask.n = 0;
	ask.correction_ns = 1e9;
	assert_int_equal(update(100 * MS), CL_CHECK_ACCEPT);
	assert_true(answer.unverified);
}

static void test_of_three_the_liar_is_not_known(void **state)
{
	(void)state;
	begin(3);
	assert_int_equal(update(100 * MS), CL_CHECK_ACCEPT);
	assert_false(answer.unverified);
	assert_true(answer.widen_ns == 0);
	/* Leader or peer: hold over, the bound covers both, nobody is deposed. */
	peers_say(1, -5e5);
	for (unsigned int i = 0; i < 100; i++)
		assert_int_equal(update(100 * MS), CL_CHECK_REFUSE);
	assert_true(answer.widen_ns == 5e5);
	/* The leader alone against both. */
	peers_say(1, 0);
	ask.correction_ns = 1e6;
	assert_int_equal(update(100 * MS), CL_CHECK_NO_CONFIDENCE);
	assert_true(answer.widen_ns == 1e6);
}

static void test_of_four_one_liar_is_outvoted(void **state)
{
	(void)state;
	begin(4);
	peers_say(1, 1e6);
	assert_int_equal(update(100 * MS), CL_CHECK_ACCEPT);
	assert_int_equal(answer.need, 2);
	assert_true(answer.widen_ns == 0);
	/* The leader lies, one peer confirms it. */
	ask.correction_ns = 1e6;
	peers_say(1, 0);
	assert_int_equal(update(100 * MS), CL_CHECK_REFUSE);
	update(100 * MS);
	assert_int_equal(update(100 * MS), CL_CHECK_NO_CONFIDENCE);
	assert_true(answer.widen_ns == 0);
}

static void test_pace_refuses(void **state)
{
	(void)state;
	begin(50);
	ask.too_fast = true;
	assert_int_equal(update(100 * MS), CL_CHECK_REFUSE);
	assert_int_equal(answer.reason, CL_CHECK_PACE);
	update(100 * MS);
	assert_int_equal(update(100 * MS), CL_CHECK_NO_CONFIDENCE);
}

/* What was asked is nonsense; then ask well again. */
static void assert_nonsense(void)
{
	const struct cl_check was = check;

	ask.now += SEC;
	assert_int_equal(cl_check_update(&check, &ask, &answer), -EINVAL);
	assert_memory_equal(&was, &check, sizeof(was));
	begin(50);
	update(100 * MS);
}

static void test_bad_input_changes_nothing(void **state)
{
	(void)state;
	begin(50);
	ask.correction_ns = NAN;
	assert_nonsense();
	ask.floor_ns = 0;
	assert_nonsense();
	ask.floor_ns = INFINITY;
	assert_nonsense();
	ask.own_sigma_ns = -SIGMA;
	assert_nonsense();
	peers[3].offset_ns = INFINITY;
	assert_nonsense();
	peers[3].sigma_ns = 0;
	assert_nonsense();
}

/* Nodes 1 to n say it in term 7. */
static void complain(struct cl_confidence *c, unsigned int n, s64 now)
{
	while (n) {
		assert_int_equal(cl_confidence_hear(c, n, n <= 3, 7, now), 0);
		n--;
	}
}

static void test_more_than_can_lie_depose(void **state)
{
	struct cl_confidence_answer a;
	struct cl_confidence c;

	(void)state;
	cl_confidence_init(&c);
	complain(&c, 16, SEC);
	complain(&c, 16, SEC);
	cl_confidence_count(&c, 7, SEC, 50, 9, &a);
	assert_int_equal(a.nodes, 16);
	assert_int_equal(a.voters, 3);
	assert_false(a.depose);
	/* 2 of 9 voters may lie, 3 may not, nor 3 of 5. */
	assert_true(a.distrust);
	cl_confidence_count(&c, 7, SEC, 49, 11, &a);
	assert_false(a.distrust);
	assert_false(a.depose);
	cl_confidence_count(&c, 7, SEC, 48, 9, &a);
	assert_true(a.depose);
	/* Of three nodes one may be the liar. */
	cl_confidence_init(&c);
	complain(&c, 1, SEC);
	cl_confidence_count(&c, 7, SEC, 3, 3, &a);
	assert_false(a.depose || a.distrust);
	complain(&c, 2, SEC);
	cl_confidence_count(&c, 7, SEC, 3, 3, &a);
	assert_true(a.depose && a.distrust);
}

static void test_votes_are_for_one_term_and_pass(void **state)
{
	struct cl_confidence_answer a;
	struct cl_confidence c;

	(void)state;
	cl_confidence_init(&c);
	complain(&c, 3, SEC);
	cl_confidence_count(&c, 7, 4 * SEC, 5, 5, &a);
	assert_int_equal(a.nodes, 3);
	cl_confidence_count(&c, 7, 4 * SEC + 1, 5, 5, &a);
	assert_int_equal(a.nodes, 0);
	complain(&c, 3, 5 * SEC);
	cl_confidence_forget(&c, 2);
	cl_confidence_count(&c, 7, 5 * SEC, 5, 5, &a);
	assert_int_equal(a.nodes, 2);
	assert_int_equal(cl_confidence_hear(&c, 1, true, 6, 5 * SEC), -ESTALE);
	cl_confidence_count(&c, 8, 5 * SEC, 5, 5, &a);
	assert_int_equal(a.nodes, 0);
	assert_int_equal(cl_confidence_hear(&c, 1, true, 8, 5 * SEC), 0);
	cl_confidence_count(&c, 8, 5 * SEC, 5, 5, &a);
	assert_int_equal(a.nodes, 1);
	for (u32 i = 2; i <= CL_CONFIDENCE_NODES; i++)
		assert_int_equal(cl_confidence_hear(&c, i, false, 8, 0), 0);
	assert_int_equal(cl_confidence_hear(&c, 999, false, 8, 0), -ENOSPC);
}

static void test_joiner_waits_for_voters(void **state)
{
	struct cl_join_voter v[CL_JOIN_VOTERS + 1] = {
		{ 1, 1e9, 1e3 }, { 2, 1500, 1e3 }, { 3, 0, 1e3 },
		{ 4, 800, 1e3 }, { 5, -1e9, 1e3 },
	};
	struct cl_join j;

	(void)state;
	/* The contact alone, and with one more, cannot move it. */
	assert_int_equal(cl_join_check(v, 1, 5, &j), -EAGAIN);
	assert_int_equal(cl_join_check(v, 2, 5, &j), -EAGAIN);
	assert_int_equal(j.need, 3);
	assert_int_equal(j.agree, 1);
	assert_int_equal(cl_join_check(v, 3, 5, &j), -EAGAIN);
	assert_int_equal(j.agree, 2);
	/* Three of five: what all three allow. */
	assert_int_equal(cl_join_check(v, 5, 5, &j), 0);
	assert_int_equal(j.agree, 3);
	assert_true(fabs(j.offset_ns - 750) < 0.001);
	assert_true(fabs(j.bound_ns - 250) < 0.001);
	/* Of three all, of one the one. */
	assert_int_equal(cl_join_check(v, 3, 3, &j), -EAGAIN);
	assert_int_equal(cl_join_check(v + 1, 3, 3, &j), 0);
	assert_int_equal(cl_join_check(v, 1, 1, &j), 0);
	assert_true(j.offset_ns == 1e9);
	/* What two separate majorities allow is all between them. */
	v[0] = (struct cl_join_voter){ 1, 0, 1e4 };
	v[1] = (struct cl_join_voter){ 2, 0, 1e4 };
	v[2] = (struct cl_join_voter){ 3, -5e3, 1e3 };
	v[3] = (struct cl_join_voter){ 4, 5e3, 1e3 };
	assert_int_equal(cl_join_check(v, 4, 4, &j), 0);
	assert_true(j.offset_ns == 0 && j.bound_ns == 6e3);
}

static void test_join_rejects_nonsense(void **state)
{
	struct cl_join_voter v[3] = { { 1, 0, 1 }, { 2, 0, 1 }, { 3, 0, 1 } };
	struct cl_join j;

	(void)state;
	assert_int_equal(cl_join_check(v, 3, 2, &j), -EINVAL);
	assert_int_equal(cl_join_check(v, 0, 0, &j), -EINVAL);
	assert_int_equal(cl_join_check(v, 3, CL_JOIN_VOTERS + 1, &j), -EINVAL);
	v[2].node = 1;
	assert_int_equal(cl_join_check(v, 3, 3, &j), -EINVAL);
	v[2] = (struct cl_join_voter){ 3, NAN, 1 };
	assert_int_equal(cl_join_check(v, 3, 3, &j), -EINVAL);
	v[2] = (struct cl_join_voter){ 3, 0, -1 };
	assert_int_equal(cl_join_check(v, 3, 3, &j), -EINVAL);
	v[2] = (struct cl_join_voter){ 3, 0, 0 };
	assert_int_equal(cl_join_check(v, 3, 3, &j), 0);
}

static struct cl_pace pace;
static struct cl_pace_answer paced;
static s64 pace_now;

/*
 * So many seconds; cluster time runs faster by change_ppb by the first so many of
 * five oscillators.
 */
static void run(unsigned int seconds, unsigned int n, double change_ppb)
{
	double rate;
	int err = 0;

	while (seconds--) {
		pace_now += SEC;
		for (u32 i = 1; i <= 5; i++) {
			rate = 1000.0 * i + (i <= n ? change_ppb : 0);
			err |= cl_pace_add(&pace, pace_now, i, rate, 2);
		}
		cl_pace_judge(&pace, pace_now, 1, &paced);
	}
	assert_int_equal(err, 0);
}

static void test_drag_is_seen_by_most_oscillators(void **state)
{
	(void)state;
	cl_pace_init(&pace);
	run(300, 0, 0);
	assert_int_equal(paced.sources, 5);
	/* Two of five have jumped, or ours alone: not the leader. */
	run(30, 2, -1000);
	assert_false(paced.too_fast);
	run(2000, 0, 0);
	/* At once: more than 100 ppb by most. */
	run(1, 5, 99);
	assert_false(paced.too_fast);
	assert_true(paced.limit_ppb == 100);
	run(1, 3, -130);
	assert_true(paced.too_fast);
	assert_int_equal(paced.against, 3);
	assert_true(paced.change_ppb < -100);
}

static void test_slow_drag_is_seen_by_means(void **state)
{
	unsigned int n;

	(void)state;
	cl_pace_init(&pace);
	run(2000, 0, 0);
	/* 5 sqrt(2^2 + 81 / 2.2) between 10 s and 100 s. */
	for (n = 0; n < 100 && !paced.too_fast; n++)
		run(1, 5, 60);
	assert_in_range(n, 5, 20);
	assert_true(fabs(paced.limit_ppb - 31.96) < 0.1);
	/* Slower still: 0.3 ppb/s, between 100 s and 1000 s. */
	cl_pace_init(&pace);
	paced.too_fast = false;
	run(2000, 0, 0);
	for (n = 0; n < 1000 && !paced.too_fast; n++)
		run(1, 5, 0.3 * n);
	assert_in_range(n, 300, 900);
	assert_true(fabs(paced.limit_ppb - 96.5) < 0.1);
}

static void test_pace_needs_time_and_others(void **state)
{
	(void)state;
	cl_pace_init(&pace);
	run(9, 0, 0);
	run(1, 5, 1e6);
	assert_false(paced.too_fast);
	assert_int_equal(paced.sources, 0);
	/* Our own oscillator alone tells nothing. */
	cl_pace_init(&pace);
	run(100, 0, 0);
	for (u32 i = 2; i <= 5; i++)
		cl_pace_forget(&pace, i);
	pace_now += SEC;
	cl_pace_add(&pace, pace_now, 1, 1e6, 2);
	cl_pace_judge(&pace, pace_now, 1, &paced);
	assert_int_equal(paced.against, 1);
	assert_false(paced.too_fast);
	/* Nor what is silent, or hardly known. */
	run(100, 0, 0);
	assert_int_equal(paced.sources, 5);
	cl_pace_judge(&pace, pace_now + 11 * SEC, 1, &paced);
	assert_int_equal(paced.sources, 0);
	assert_int_equal(cl_pace_add(&pace, pace_now, 3, 0, 51), 0);
	cl_pace_judge(&pace, pace_now, 1, &paced);
	assert_int_equal(paced.sources, 4);
}

static void test_pace_rejects_nonsense(void **state)
{
	(void)state;
	cl_pace_init(&pace);
	assert_int_equal(cl_pace_add(&pace, 0, 1, NAN, 1), -EINVAL);
	assert_int_equal(cl_pace_add(&pace, 0, 1, 0, -1), -EINVAL);
	assert_int_equal(cl_pace_add(&pace, 0, 1, 0, INFINITY), -EINVAL);
	for (u32 i = 1; i <= CL_PACE_SOURCES; i++)
		assert_int_equal(cl_pace_add(&pace, 0, i, 0, 1), 0);
	assert_int_equal(cl_pace_add(&pace, 0, 99, 0, 1), -ENOSPC);
	assert_true(cl_pace_slew_limit(5) == 100);
	assert_true(cl_pace_slew_limit(50) == 500);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_agreement_is_obeyed),
		cmocka_unit_test(test_five_of_nine_are_needed),
		cmocka_unit_test(test_own_clock_counts_after_lock),
		cmocka_unit_test(test_three_refusals_end_confidence),
		cmocka_unit_test(test_refusals_go_by_our_time),
		cmocka_unit_test(test_unlucky_peers_take_longer),
		cmocka_unit_test(test_vague_sources_do_not_count),
		cmocka_unit_test(test_our_clock_fades_in_holdover),
		cmocka_unit_test(test_two_nodes_are_unverified),
		cmocka_unit_test(test_of_three_the_liar_is_not_known),
		cmocka_unit_test(test_of_four_one_liar_is_outvoted),
		cmocka_unit_test(test_pace_refuses),
		cmocka_unit_test(test_bad_input_changes_nothing),
		cmocka_unit_test(test_more_than_can_lie_depose),
		cmocka_unit_test(test_votes_are_for_one_term_and_pass),
		cmocka_unit_test(test_joiner_waits_for_voters),
		cmocka_unit_test(test_join_rejects_nonsense),
		cmocka_unit_test(test_drag_is_seen_by_most_oscillators),
		cmocka_unit_test(test_slow_drag_is_seen_by_means),
		cmocka_unit_test(test_pace_needs_time_and_others),
		cmocka_unit_test(test_pace_rejects_nonsense),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
