// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "agent/core/reputation.h"
#include "agent/lib/compiler.h"
#include "unit.h"

#define MS CL_NS_PER_MS
#define SEC CL_NS_PER_SEC
#define HOUR (3600 * SEC)
#define DAY (24 * HOUR)

/* B0 is 1000 ns; R1's gate without a queue is 4.5 * 200 + 1000. */
#define SIGMA 250.0
#define NOISE 200.0
#define GATE 1900.0

/* Honest nodes are 1 to NODES - 1, the one that is tested comes last. */
#define NODES 9
#define SUSPECT NODES

struct fixture {
	struct cl_reputation r;
	struct cl_reputation_obs obs[NODES];
	unsigned int n;
	s64 now;
	struct cl_reputation_event event;
	unsigned int events;
};

static void on_event(void *ctx, const struct cl_reputation_event *e)
{
	struct fixture *x = ctx;

	x->event = *e;
	x->events++;
}

static int setup(void **state)
{
	struct fixture *x = calloc(1, sizeof(*x));

	cl_reputation_init(&x->r, on_event, x);
	x->n = NODES;
	x->now = 5 * SEC;
	for (unsigned int i = 0; i < NODES; i++) {
		x->obs[i] = (struct cl_reputation_obs){
			.node = i + 1,
			.voter = i < 4,
			.fresh = true,
			.noise_ns = NOISE,
			.sigma_ns = SIGMA,
		};
	}
	*state = x;
	return 0;
}

static int teardown(void **state)
{
	free(*state);
	return 0;
}

static struct cl_reputation_obs *suspect(struct fixture *x)
{
	return &x->obs[x->n - 1];
}

static const struct cl_reputation_node *about(struct fixture *x)
{
	return cl_reputation_find(&x->r, suspect(x)->node);
}

static enum cl_reputation_state state_of(struct fixture *x)
{
	return about(x)->state;
}

static void step(struct fixture *x, s64 interval)
{
	x->now += interval;
	assert_int_equal(cl_reputation_round(&x->r, x->now, x->obs, x->n), 0);
}

/* Rounds of 100 ms in which the suspect says so by its stamps and by the filter. */
static void rounds(struct fixture *x, unsigned int n, double raw,
		   double filtered)
{
	suspect(x)->raw_ns = raw;
	suspect(x)->offset_ns = filtered;
	while (n--)
		step(x, 100 * MS);
}

static void test_honest_nodes_stay_good(void **state)
{
	struct fixture *x = *state;

	for (unsigned int i = 0; i < NODES; i++) {
		x->obs[i].raw_ns = i % 2 ? GATE - SIGMA : SIGMA - GATE;
		x->obs[i].offset_ns = i % 2 ? SIGMA : -SIGMA;
	}
	for (unsigned int i = 0; i < 1000; i++)
		step(x, 100 * MS);
	assert_int_equal(x->events, 0);
	for (unsigned int i = 0; i < NODES; i++)
		assert_true(x->r.node[i].weight >= 0.999);
}

static void test_three_violations_accuse(void **state)
{
	struct fixture *x = *state;

	rounds(x, 2, GATE + 1, 0);
	assert_int_equal(state_of(x), CL_REPUTATION_SUSPICIOUS);
	assert_true(about(x)->weight > 0.3 && about(x)->weight < 0.4);
	rounds(x, 1, GATE + 1, 0);
	assert_int_equal(state_of(x), CL_REPUTATION_ACCUSED);
	assert_true(about(x)->weight == 0);
}

static void test_the_gate_is_the_rule(void **state)
{
	struct fixture *x = *state;

	/* Half of the excess, whatever that is, is not held against it. */
	suspect(x)->excess_ns = 100e3;
	rounds(x, 20, 50e3 + GATE - 1, 0);
	assert_int_equal(x->events, 0);
	rounds(x, 3, -(50e3 + GATE + 1), 0);
	assert_int_equal(state_of(x), CL_REPUTATION_ACCUSED);
}

static void test_one_violation_is_doubted(void **state)
{
	struct fixture *x = *state;
	u32 node = suspect(x)->node;

	assert_false(cl_reputation_doubts(&x->r, node));
	rounds(x, 1, GATE, 0);
	assert_false(cl_reputation_doubts(&x->r, node));
	rounds(x, 1, GATE + 1, 0);
	assert_int_equal(state_of(x), CL_REPUTATION_GOOD);
	assert_true(cl_reputation_doubts(&x->r, node));
	assert_false(cl_reputation_doubts(&x->r, x->obs[0].node));
	/* Proofs are forgotten in 100 s, to what is trusted in 40. */
	rounds(x, 390, 0, 0);
	assert_true(cl_reputation_doubts(&x->r, node));
	rounds(x, 20, 0, 0);
	assert_false(cl_reputation_doubts(&x->r, node));
	rounds(x, 3, GATE + 1, 0);
	assert_int_equal(state_of(x), CL_REPUTATION_ACCUSED);
	assert_true(cl_reputation_doubts(&x->r, node));
}

static void test_one_far_violation_accuses(void **state)
{
	struct fixture *x = *state;

	rounds(x, 1, 2 * GATE - 1, 0);
	assert_int_equal(state_of(x), CL_REPUTATION_GOOD);
	rounds(x, 40, 0, 0);
	rounds(x, 1, 2 * GATE + 1, 0);
	assert_int_equal(state_of(x), CL_REPUTATION_ACCUSED);
}

static void test_strikes_decay_by_a_tenth(void **state)
{
	struct fixture *x = *state;

	rounds(x, 2, GATE + 1, 0);
	rounds(x, 9, 0, 0);
	rounds(x, 1, GATE + 1, 0);
	assert_true(fabs(about(x)->strikes - 2.1) < 0.001);
	assert_int_equal(state_of(x), CL_REPUTATION_SUSPICIOUS);
}

static void test_event_says_why(void **state)
{
	struct fixture *x = *state;

	suspect(x)->voter = true;
	rounds(x, 3, GATE + 100, 0);
	assert_int_equal(x->events, 2);
	assert_true(x->event.when == x->now);
	assert_int_equal(x->event.node, SUSPECT);
	assert_true(x->event.voter);
	assert_int_equal(x->event.from, CL_REPUTATION_SUSPICIOUS);
	assert_int_equal(x->event.to, CL_REPUTATION_ACCUSED);
	assert_int_equal(x->event.rule, CL_REPUTATION_STRIKES);
	assert_true(fabs(x->event.offset_ns - GATE - 100) < 0.001);
	assert_true(fabs(x->event.limit_ns - GATE) < 0.001);
	assert_true(x->event.evidence == 3);
	assert_true(x->event.evidence_limit == 3);
	assert_memory_equal(&about(x)->why, &x->event, sizeof(x->event));
}

/* Section "adaptive": below the strikes for ever. */
static void test_one_lie_in_eleven_is_found(void **state)
{
	struct fixture *x = *state;
	unsigned int n = 0;

	rounds(x, 1, 0, 0);
	while (state_of(x) != CL_REPUTATION_ACCUSED && n++ < 100) {
		rounds(x, 1, 1.9 * GATE, 0);
		assert_true(about(x)->strikes < 1.1);
		rounds(x, 10, 0, 0);
	}
	assert_int_equal(x->event.rule, CL_REPUTATION_PROOFS);
	assert_in_range(n, 5, 7);
}

static void test_one_bad_stamp_per_100_s_is_forgiven(void **state)
{
	struct fixture *x = *state;

	for (unsigned int i = 0; i < 50; i++) {
		rounds(x, 1, 1.9 * GATE, 0);
		rounds(x, 1000, 0, 0);
	}
	assert_int_equal(state_of(x), CL_REPUTATION_GOOD);
	assert_true(about(x)->proofs < 1.1);
}

static void test_filtered_offset_demotes(void **state)
{
	struct fixture *x = *state;

	/* At 8 S or more: 4 per round, more than 30 after 8. */
	rounds(x, 7, 0, 1e6);
	assert_int_equal(state_of(x), CL_REPUTATION_SUSPICIOUS);
	rounds(x, 1, 0, 1e6);
	assert_int_equal(state_of(x), CL_REPUTATION_DEMOTED);
	assert_int_equal(x->event.rule, CL_REPUTATION_CUSUM);
	assert_true(x->event.evidence == 32);
	assert_true(x->event.limit_ns == 4 * SIGMA);
	assert_true(about(x)->weight == 0);
}

static void test_four_deviations_are_borne(void **state)
{
	struct fixture *x = *state;

	rounds(x, 1000, 0, 4 * SIGMA);
	assert_int_equal(x->events, 0);
	rounds(x, 31, 0, 5 * SIGMA);
	assert_int_equal(state_of(x), CL_REPUTATION_DEMOTED);
}

static void test_pulses_add_up(void **state)
{
	struct fixture *x = *state;
	unsigned int n = 0;

	rounds(x, 1, 0, 0);
	while (state_of(x) != CL_REPUTATION_DEMOTED && n++ < 20) {
		rounds(x, 7, 0, 1e6);
		rounds(x, 10, 0, 0);
	}
	assert_int_equal(x->event.rule, CL_REPUTATION_EXCESS);
	assert_in_range(n, 3, 5);
}

static void test_demotion_ends_and_doubles(void **state)
{
	struct fixture *x = *state;

	rounds(x, 8, 0, 1e6);
	rounds(x, 99, 0, 0);
	assert_int_equal(state_of(x), CL_REPUTATION_DEMOTED);
	rounds(x, 400, 0, 0);
	assert_int_equal(state_of(x), CL_REPUTATION_GOOD);
	assert_true(about(x)->weight > 0.8);
	rounds(x, 8, 0, 1e6);
	rounds(x, 100, 0, 0);
	assert_int_equal(state_of(x), CL_REPUTATION_DEMOTED);
	assert_true(about(x)->hold_ns == 20 * SEC);
	rounds(x, 1000, 0, 0);
	assert_int_equal(state_of(x), CL_REPUTATION_GOOD);
	rounds(x, 3000, 0, 0);
	rounds(x, 8, 0, 1e6);
	assert_true(about(x)->hold_ns == 10 * SEC);
}

static void test_own_sigma_counts(void **state)
{
	struct fixture *x = *state;

	/* Just started, or on a bad path: not judged harshly, but weighs little. */
	suspect(x)->sigma_ns = 100 * SIGMA;
	rounds(x, 100, 350 * SIGMA, 350 * SIGMA);
	assert_int_equal(x->events, 0);
	assert_true(about(x)->weight < 0.001);
	/* And it does not widen the gate of the others. */
	assert_true(x->r.floor_ns == 4 * SIGMA);
	x->obs[0].raw_ns = GATE + 1;
	rounds(x, 3, 0, 0);
	assert_int_equal(x->r.node[0].state, CL_REPUTATION_ACCUSED);
}

static void test_floor_is_the_worst_in_use(void **state)
{
	struct fixture *x = *state;

	suspect(x)->sigma_ns = 3 * SIGMA;
	rounds(x, 1, 0, 0);
	assert_true(x->r.floor_ns == 12 * SIGMA);
	rounds(x, 8, 0, 1e6);
	assert_int_equal(state_of(x), CL_REPUTATION_DEMOTED);
	rounds(x, 1, 0, 0);
	assert_true(x->r.floor_ns == 4 * SIGMA);
}

static void test_a_third_of_liars_does_not_move_the_median(void **state)
{
	struct fixture *x = *state;

	for (unsigned int i = 0; i < 3; i++) {
		x->obs[i].raw_ns = 1e6;
		x->obs[i].offset_ns = 1e6;
	}
	step(x, 100 * MS);
	for (unsigned int i = 0; i < NODES; i++)
		assert_int_equal(x->r.node[i].state,
				 i < 3 ? CL_REPUTATION_ACCUSED :
					 CL_REPUTATION_GOOD);
	assert_true(x->r.median_ns == 0);
	step(x, 100 * MS);
	assert_true(x->r.median_ns == 0);
}

static void test_rules_go_by_time(void **state)
{
	struct fixture *x = *state;
	unsigned int n = 0;

	/* 10 ms: as many seconds, not as many rounds. */
	rounds(x, 1, 0, 0);
	suspect(x)->raw_ns = GATE + 1;
	while (state_of(x) != CL_REPUTATION_ACCUSED && n++ < 100)
		step(x, 10 * MS);
	assert_in_range(n, 29, 31);
	/* 90 ms are a round. */
	for (unsigned int i = 0; i < 3; i++) {
		x->obs[2].raw_ns = GATE + 1;
		step(x, 90 * MS);
	}
	assert_int_equal(x->r.node[2].state, CL_REPUTATION_ACCUSED);
	/* 1 s: an exchange is one proof, the filter counts 3 rounds. */
	x->obs[0].raw_ns = GATE + 1;
	x->obs[1].offset_ns = 1e6;
	step(x, SEC);
	step(x, SEC);
	assert_int_equal(x->r.node[0].state, CL_REPUTATION_SUSPICIOUS);
	assert_int_equal(x->r.node[1].state, CL_REPUTATION_SUSPICIOUS);
	step(x, SEC);
	assert_int_equal(x->r.node[0].state, CL_REPUTATION_ACCUSED);
	assert_int_equal(x->r.node[1].state, CL_REPUTATION_DEMOTED);
}

static void test_no_new_exchange_proves_nothing(void **state)
{
	struct fixture *x = *state;

	rounds(x, 2, GATE + 1, 0);
	suspect(x)->fresh = false;
	rounds(x, 100, GATE + 1, 0);
	assert_true(about(x)->strikes == 2);
}

/* What the judges decide, then hours in which the node behaves. */
static void isolate(struct fixture *x)
{
	rounds(x, 3, 2 * GATE + 1, 0);
	assert_int_equal(state_of(x), CL_REPUTATION_ACCUSED);
	assert_int_equal(cl_reputation_isolated(&x->r, suspect(x)->node, true,
						x->now),
			 0);
	assert_int_equal(state_of(x), CL_REPUTATION_ISOLATED);
	assert_int_equal(x->event.rule, CL_REPUTATION_DECISION);
	/* The reason stays that of the accusation. */
	assert_true(x->event.offset_ns == 2 * GATE + 1);
	suspect(x)->raw_ns = 0;
}

static void pass(struct fixture *x, s64 time)
{
	for (s64 t = 0; t < time; t += 10 * SEC)
		step(x, 10 * SEC);
}

static void test_an_hour_clean_clears(void **state)
{
	struct fixture *x = *state;

	isolate(x);
	pass(x, HOUR - 10 * SEC);
	assert_int_equal(state_of(x), CL_REPUTATION_ISOLATED);
	rounds(x, 1, GATE + 1, 0);
	rounds(x, 1, 0, 0);
	pass(x, HOUR - 10 * SEC);
	assert_int_equal(state_of(x), CL_REPUTATION_ISOLATED);
	pass(x, 10 * SEC);
	assert_int_equal(state_of(x), CL_REPUTATION_CLEARED);
	assert_true(about(x)->weight == 0);
	/* What the judge reports, to have it readmitted. */
	assert_true(about(x)->clean_ns >= HOUR);
	rounds(x, 1, 0, -3 * SIGMA);
	rounds(x, 1, 0, 2 * SIGMA);
	assert_true(about(x)->worst_ns == 3 * SIGMA);
	assert_true(about(x)->worst_limit_ns == 4 * SIGMA);
	/* Who is not measured is not clean. */
	rounds(x, 1, GATE + 1, 0);
	assert_int_equal(state_of(x), CL_REPUTATION_ISOLATED);
	suspect(x)->raw_ns = 0;
	step(x, 2 * HOUR);
	assert_int_equal(state_of(x), CL_REPUTATION_ISOLATED);
}

static void test_readmitted_once_per_day(void **state)
{
	struct fixture *x = *state;
	s64 readmitted;

	isolate(x);
	pass(x, HOUR);
	assert_int_equal(state_of(x), CL_REPUTATION_CLEARED);
	readmitted = x->now;
	cl_reputation_isolated(&x->r, suspect(x)->node, false, x->now);
	assert_int_equal(state_of(x), CL_REPUTATION_GOOD);
	step(x, SEC);
	assert_true(about(x)->weight == 1);
	isolate(x);
	pass(x, 20 * HOUR);
	assert_int_equal(state_of(x), CL_REPUTATION_ISOLATED);
	pass(x, DAY - 10 * SEC - (x->now - readmitted));
	assert_int_equal(state_of(x), CL_REPUTATION_ISOLATED);
	pass(x, 20 * SEC);
	assert_int_equal(state_of(x), CL_REPUTATION_CLEARED);
}

static void test_lonely_accusation_ends_after_an_hour(void **state)
{
	struct fixture *x = *state;

	rounds(x, 3, GATE + 1, 0);
	suspect(x)->raw_ns = 0;
	pass(x, HOUR - 10 * SEC);
	assert_int_equal(state_of(x), CL_REPUTATION_ACCUSED);
	pass(x, 20 * SEC);
	assert_int_equal(state_of(x), CL_REPUTATION_GOOD);
}

static void test_decisions_of_others_count(void **state)
{
	struct fixture *x = *state;

	/* Also about nodes that were never measured here. */
	assert_int_equal(cl_reputation_isolated(&x->r, 77, true, x->now), 0);
	assert_int_equal(cl_reputation_find(&x->r, 77)->state,
			 CL_REPUTATION_ISOLATED);
	cl_reputation_forget(&x->r, 77);
	assert_null(cl_reputation_find(&x->r, 77));
	cl_reputation_isolated(&x->r, 78, false, x->now);
	assert_int_equal(cl_reputation_find(&x->r, 78)->state,
			 CL_REPUTATION_GOOD);
}

static void test_small_clusters_do_not_accuse(void **state)
{
	struct fixture *x = *state;

	/* Two nodes: nothing is known. */
	x->n = 1;
	rounds(x, 100, 1e6, 1e6);
	assert_int_equal(x->events, 0);
	rounds(x, 1, 0, 0);
	/* Three: one of them disagrees, but nobody is outvoted. */
	x->n = 2;
	rounds(x, 100, 1e6, 1e6);
	assert_int_equal(state_of(x), CL_REPUTATION_DEMOTED);
	/* A fourth one comes: the next lie counts, not those before. */
	x->obs[1].raw_ns = 0;
	x->n = 3;
	rounds(x, 1, 0, 0);
	assert_true(x->r.node[1].strikes > CL_REPUTATION_STRIKE_LIMIT);
	assert_int_equal(x->r.node[1].state, CL_REPUTATION_DEMOTED);
	x->obs[1].raw_ns = 1e6;
	rounds(x, 1, 0, 0);
	assert_int_equal(x->r.node[1].state, CL_REPUTATION_ACCUSED);
}

/* A round with such an observation is refused. */
/* Below the gate of all nodes, but not as it usually is. */
static void test_who_has_changed(void **state)
{
	struct fixture *x = *state;

	suspect(x)->trip_ns = 100e3;
	suspect(x)->slack_ns = 2000;
	rounds(x, 2 * CL_USUAL_LEAST, 400, 400);
	rounds(x, 1, 1300, 400);
	assert_int_equal(state_of(x), CL_REPUTATION_GOOD);
	rounds(x, 3, 1600, 400);
	assert_int_equal(state_of(x), CL_REPUTATION_ACCUSED);
	assert_true(x->event.offset_ns > x->event.limit_ns);
}

/* After a restart that is not known. */
static void test_what_is_usual_is_forgotten(void **state)
{
	struct fixture *x = *state;

	suspect(x)->trip_ns = 100e3;
	suspect(x)->slack_ns = 2000;
	rounds(x, 2 * CL_USUAL_LEAST, 400, 400);
	suspect(x)->anew = true;
	rounds(x, 10, 1500, 400);
	assert_int_equal(state_of(x), CL_REPUTATION_GOOD);
}

static void assert_nonsense(struct fixture *x, struct cl_reputation_obs bad)
{
	const struct cl_reputation_obs good = x->obs[4];
	const struct cl_reputation was = x->r;

	x->obs[4] = bad;
	assert_int_equal(cl_reputation_round(&x->r, x->now + 1, x->obs, x->n),
			 -EINVAL);
	assert_memory_equal(&was, &x->r, sizeof(was));
	x->obs[4] = good;
}

static void test_bad_input_changes_nothing(void **state)
{
	struct fixture *x = *state;
	const struct cl_reputation_obs good = x->obs[4];
	struct cl_reputation_obs bad[8];

	rounds(x, 1, 0, 0);
	for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++)
		bad[i] = good;
	bad[0].node = 0;
	bad[1].node = 1;
	bad[2].raw_ns = NAN;
	bad[3].excess_ns = -SIGMA;
	bad[4].excess_ns = INFINITY;
	bad[5].noise_ns = -SIGMA;
	bad[6].offset_ns = INFINITY;
	bad[7].sigma_ns = 0;
	for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++)
		assert_nonsense(x, bad[i]);
}

static void test_too_many_nodes_change_nothing(void **state)
{
	struct fixture *x = *state;
	struct cl_reputation_obs many[CL_GATE_NODES + 1];
	struct cl_reputation was;

	rounds(x, 1, 0, 0);
	was = x->r;
	for (unsigned int i = 0; i <= CL_GATE_NODES; i++) {
		many[i] = x->obs[4];
		many[i].node = 100 + i;
	}
	for (unsigned int n = CL_GATE_NODES; n <= CL_GATE_NODES + 1; n++)
		assert_int_equal(cl_reputation_round(&x->r, x->now + 1, many,
						     n),
				 -ENOSPC);
	assert_memory_equal(&was, &x->r, sizeof(was));
}

static void test_names(void **state)
{
	(void)state;
	assert_string_equal(cl_reputation_state_name(CL_REPUTATION_CLEARED),
			    "cleared");
	assert_string_equal(cl_reputation_rule_name(CL_REPUTATION_DECISION),
			    "decision");
	assert_true(cl_reputation_in_use(CL_REPUTATION_SUSPICIOUS));
	assert_false(cl_reputation_in_use(CL_REPUTATION_DEMOTED));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_honest_nodes_stay_good),
		TEST(test_three_violations_accuse),
		TEST(test_the_gate_is_the_rule),
		TEST(test_one_far_violation_accuses),
		TEST(test_one_violation_is_doubted),
		TEST(test_strikes_decay_by_a_tenth),
		TEST(test_event_says_why),
		TEST(test_one_lie_in_eleven_is_found),
		TEST(test_one_bad_stamp_per_100_s_is_forgiven),
		TEST(test_filtered_offset_demotes),
		TEST(test_four_deviations_are_borne),
		TEST(test_pulses_add_up),
		TEST(test_demotion_ends_and_doubles),
		TEST(test_own_sigma_counts),
		TEST(test_floor_is_the_worst_in_use),
		TEST(test_a_third_of_liars_does_not_move_the_median),
		TEST(test_rules_go_by_time),
		TEST(test_no_new_exchange_proves_nothing),
		TEST(test_an_hour_clean_clears),
		TEST(test_readmitted_once_per_day),
		TEST(test_lonely_accusation_ends_after_an_hour),
		TEST(test_decisions_of_others_count),
		TEST(test_small_clusters_do_not_accuse),
		TEST(test_bad_input_changes_nothing),
		TEST(test_too_many_nodes_change_nothing),
		TEST(test_names),
		TEST(test_who_has_changed),
		TEST(test_what_is_usual_is_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
