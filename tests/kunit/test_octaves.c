// SPDX-License-Identifier: GPL-2.0-or-later
#include <kunit/test.h>

#include "core/fixed.h"
#include "core/octaves.h"
#include "sim.h"

static struct sim sim_of(u64 seed, s64 wander_ppt)
{
	struct sim s = sim_lan(seed);

	s.wander_ppt = wander_ppt;
	return s;
}

/*
 * Some time of an estimate that is wrong by @noise_ns (rms) anew each second, and
 * comes at odd instants.
 */
static void run(struct cl_octaves *o, struct sim *s, s64 seconds, s64 noise_ns)
{
	while (seconds-- > 0) {
		struct cl_estimate e = {};

		sim_advance(s, CL_NS_PER_SEC - 100000000 +
				       random_below(&s->rng, 200000000));
		e.at = sim_local(s, 0);
		e.last = e.at;
		e.theta_ns = sim_theta(s) +
			     (random_gauss_q16(&s->rng) * noise_ns >> 16);
		e.y_q48 = cl_ppt_to_q48(s->y_ppt);
		cl_octaves_push(o, &e);
	}
}

static void test_wander_of_perfect_estimates(struct kunit *test)
{
	static const s64 ppt[] = { 100, 1000, 10000, 100000 };
	struct cl_octaves o;
	size_t i;
	u64 seed;

	for (i = 0; i < ARRAY_SIZE(ppt); i++) {
		for (seed = 1; seed <= 6; seed++) {
			struct sim s = sim_of(seed, ppt[i]);

			cl_octaves_init(&o);
			run(&o, &s, 3600, 0);
			KUNIT_EXPECT_GT(test, cl_octaves_ppt(&o) * 10,
					ppt[i] * 7);
			KUNIT_EXPECT_LT(test, cl_octaves_ppt(&o), ppt[i] * 2);
		}
	}
}

static void test_noise_is_no_wander(struct kunit *test)
{
	struct cl_octaves o;
	u64 seed;

	for (seed = 1; seed <= 6; seed++) {
		struct sim s = sim_of(seed, 1000);

		cl_octaves_init(&o);
		run(&o, &s, 1500, 500);
		KUNIT_EXPECT_EQ(test, cl_octaves_ppt(&o), 0U);
		run(&o, &s, 9000, 500);
		KUNIT_EXPECT_GT(test, cl_octaves_ppt(&o), 700U);
		KUNIT_EXPECT_LT(test, cl_octaves_ppt(&o), 2500U);
	}
}

static void test_frequency_is_no_bend(struct kunit *test)
{
	struct sim s = sim_of(7, 0);
	struct cl_octaves o;

	s.y_ppt = 100000000;
	cl_octaves_init(&o);
	run(&o, &s, 3600, 0);
	/* only the roundings to 1 ns */
	KUNIT_EXPECT_LE(test, cl_octaves_ppt(&o), 20U);
}

static void test_gap_is_no_bend(struct kunit *test)
{
	struct sim s = sim_of(8, 1000);
	struct cl_octaves o;
	u32 before;
	int i;

	cl_octaves_init(&o);
	run(&o, &s, 3600, 0);
	before = cl_octaves_ppt(&o);
	for (i = 0; i < 4; i++) {
		s.offset += CL_NS_PER_SEC;
		sim_advance(&s, 100 * CL_NS_PER_SEC);
		run(&o, &s, 100, 0);
	}
	KUNIT_EXPECT_LT(test, cl_octaves_ppt(&o), before * 3 / 2);
	KUNIT_EXPECT_GT(test, cl_octaves_ppt(&o), before / 2);
}

/* Without exchanges an estimate is a straight line, which proves nothing. */
static void test_holdover_is_no_straight_clock(struct kunit *test)
{
	struct sim s = sim_of(9, 1000);
	struct cl_estimate e, later;
	struct cl_octaves o, before;
	int i;

	cl_octaves_init(&o);
	run(&o, &s, 3600, 0);
	e = (struct cl_estimate){ .at = sim_local(&s, 0) };
	e.last = e.at;
	before = o;
	for (i = 1; i < 3600; i++) {
		cl_estimate_at(&e, cl_raw_add(e.at, i * CL_NS_PER_SEC), &later);
		cl_octaves_push(&o, &later);
	}
	for (i = 0; i < CL_OCTAVES; i++)
		KUNIT_EXPECT_LE(test, o.octave[i].n, before.octave[i].n + 1);
}

static void test_nothing_is_known_at_the_start(struct kunit *test)
{
	struct sim s = sim_of(10, 1000);
	struct cl_octaves o;

	cl_octaves_init(&o);
	KUNIT_EXPECT_EQ(test, cl_octaves_ppt(&o), 0U);
	/* 8 bends of 64 s need 640 s */
	run(&o, &s, 500, 0);
	KUNIT_EXPECT_EQ(test, cl_octaves_ppt(&o), 0U);
}

static void test_restart_is_no_bend(struct kunit *test)
{
	struct sim s = sim_of(11, 1000);
	struct cl_octaves o;
	u32 before;
	int i;

	cl_octaves_init(&o);
	run(&o, &s, 3600, 0);
	before = cl_octaves_ppt(&o);
	for (i = 0; i < 10; i++) {
		s.offset += CL_NS_PER_SEC;
		cl_octaves_restart(&o);
		run(&o, &s, 100, 0);
	}
	KUNIT_EXPECT_LT(test, cl_octaves_ppt(&o), before * 3 / 2);
	KUNIT_EXPECT_GT(test, cl_octaves_ppt(&o), before / 2);
}

static void test_step_of_the_frequency_is_no_walk(struct kunit *test)
{
	struct sim s = sim_of(12, 100);
	struct cl_octaves o;

	cl_octaves_init(&o);
	run(&o, &s, 3600, 0);
	s.y_ppt += 1000000;
	run(&o, &s, 3600, 0);
	KUNIT_EXPECT_LT(test, cl_octaves_ppt(&o), 300U);
	/* a walk goes on */
	s.wander_ppt = 10000;
	run(&o, &s, 3600, 0);
	KUNIT_EXPECT_GT(test, cl_octaves_ppt(&o), 3000U);
}

static void test_steps_saturate(struct kunit *test)
{
	struct cl_octaves o;
	struct cl_estimate e = {};
	int i;

	cl_octaves_init(&o);
	for (i = 0; i < 20000; i++) {
		e.at = cl_raw(i * 16 * CL_NS_PER_SEC);
		e.last = e.at;
		e.theta_ns = i % 2 ? S64_MAX : S64_MIN / 2;
		cl_octaves_push(&o, &e);
	}
	KUNIT_EXPECT_EQ(test, o.octave[0].mean, 1LL << 50);
}

/* Raw time may be anything, that of the first estimate as well. */
static void test_any_instant_may_be_the_first(struct kunit *test)
{
	static const s64 at[] = { S64_MIN, -1, S64_MAX };
	struct cl_octaves o;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(at); i++) {
		struct cl_estimate e = { .at = cl_raw(at[i]) };
		int n;

		cl_octaves_init(&o);
		for (n = 0; n < 40; n++) {
			e.last = e.at;
			cl_octaves_push(&o, &e);
			e.at = cl_raw_add(e.at, CL_NS_PER_SEC);
		}
		KUNIT_EXPECT_EQ(test, o.taken, 3U);
	}
}

static struct kunit_case octaves_cases[] = {
	KUNIT_CASE(test_wander_of_perfect_estimates),
	KUNIT_CASE(test_noise_is_no_wander),
	KUNIT_CASE(test_frequency_is_no_bend),
	KUNIT_CASE(test_gap_is_no_bend),
	KUNIT_CASE(test_holdover_is_no_straight_clock),
	KUNIT_CASE(test_nothing_is_known_at_the_start),
	KUNIT_CASE(test_restart_is_no_bend),
	KUNIT_CASE(test_step_of_the_frequency_is_no_walk),
	KUNIT_CASE(test_steps_saturate),
	KUNIT_CASE(test_any_instant_may_be_the_first),
	{}
};

static struct kunit_suite octaves_suite = {
	.name = "cl_octaves",
	.test_cases = octaves_cases,
};

kunit_test_suite(octaves_suite);
