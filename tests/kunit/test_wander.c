// SPDX-License-Identifier: GPL-2.0-or-later
#include <kunit/test.h>

#include "core/fixed.h"
#include "core/wander.h"
#include "sim.h"

#define INTERVAL_NS (100 * CL_NS_PER_MS)
#define SEEDS 6
#define Q16(n) (65536LL * (n))
/* What a comparison of filters may gain by one sample: half of 16, Q24. */
#define GAIN_MAX (8LL << 24)

/* A learner fed by a simulated peer, in the way of an estimator. */
struct run {
	struct sim sim;
	struct cl_wander w;
	s64 zero; /* offset of the learner's zero, ns */
	s64 min_rtt;
	struct cl_raw last;
};

static void begin(struct run *r, u64 seed, u32 start_ppt, s64 true_ppt)
{
	*r = (struct run){ .sim = sim_lan(seed), .min_rtt = S64_MAX };
	r->sim.wander_ppt = true_ppt;
	r->zero = r->sim.offset;
	r->last = sim_local(&r->sim, 0);
	cl_wander_init(&r->w, start_ppt);
}

static void step(struct run *r)
{
	struct cl_exchange x;
	struct cl_raw at;
	s64 u, w, excess, dt, var;

	sim_advance(&r->sim, INTERVAL_NS);
	x = sim_exchange(&r->sim);
	u = cl_raw_sub(x.in_rx, x.in_tx) - r->zero;
	w = cl_raw_sub(x.out_rx, x.out_tx) + r->zero;
	at = cl_raw_add(x.in_rx, cl_raw_sub(x.out_tx, x.in_rx) / 2);
	r->min_rtt = cl_min_s64(r->min_rtt, u + w);
	excess = u + w - r->min_rtt;
	dt = cl_shl_div(cl_raw_sub(at, r->last), 20, CL_NS_PER_SEC);
	var = excess * excess / 12 + r->sim.noise_ns * r->sim.noise_ns;
	cl_wander_push(&r->w, dt, (u - w) * (1 << 15), Q16(var));
	r->last = at;
}

static void steps(struct run *r, s64 seconds)
{
	s64 n = seconds * (CL_NS_PER_SEC / INTERVAL_NS);

	while (n-- > 0)
		step(r);
}

/* Within one step of the grid, a factor of sqrt(10)? */
static bool is_near(u32 ppt, s64 true_ppt)
{
	return ppt * 10LL >= true_ppt * 3 && ppt * 3LL <= true_ppt * 10;
}

static void test_wander_is_found(struct kunit *test)
{
	static const struct {
		s64 ppt;
		s64 seconds;
	} cases[] = { { 100, 3600 }, { 1000, 900 }, { 10000, 300 } };
	struct run r;
	size_t i;
	u64 seed;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		int found = 0;

		for (seed = 1; seed <= SEEDS; seed++) {
			begin(&r, seed, 1000, cases[i].ppt);
			steps(&r, cases[i].seconds);
			found += is_near(cl_wander_ppt(&r.w), cases[i].ppt);
		}
		KUNIT_ASSERT_GE_MSG(test, found, SEEDS - 1, "case %zu", i);
	}
}

static void test_wander_found_stays(struct kunit *test)
{
	struct run r;
	int i;

	begin(&r, 7, 1000, 1000);
	for (i = 0; i < 36; i++) {
		steps(&r, 100);
		KUNIT_EXPECT_TRUE(test, is_near(cl_wander_ppt(&r.w), 1000));
	}
	KUNIT_EXPECT_LE(test, r.w.moves, 4U);
}

static void test_no_fall_below_the_start_before_15_minutes(struct kunit *test)
{
	struct run r;
	int i;

	begin(&r, 8, 10000, 100);
	for (i = 0; i < 8990; i++) {
		step(&r);
		KUNIT_ASSERT_TRUE(test, cl_wander_ppt(&r.w) >= 10000U);
	}
	steps(&r, 600);
	KUNIT_EXPECT_LT(test, cl_wander_ppt(&r.w), 10000U);
}

static void test_rising_wander_is_followed(struct kunit *test)
{
	struct run r;

	begin(&r, 9, 1000, 100);
	steps(&r, 3600);
	KUNIT_EXPECT_LT(test, cl_wander_ppt(&r.w), 1000U);
	r.sim.wander_ppt = 10000;
	steps(&r, 600);
	KUNIT_EXPECT_TRUE(test, is_near(cl_wander_ppt(&r.w), 10000));
}

static void test_neighbours_are_a_factor_of_10_away(struct kunit *test)
{
	struct run r;
	int i;

	begin(&r, 10, 1000, 10000);
	for (i = 0; i < 6000; i++) {
		step(&r);
		KUNIT_ASSERT_TRUE(test, cl_abs_s64(r.w.kf[2].q2 -
						   r.w.kf[1].q2 * 10) <= 9ULL);
		KUNIT_ASSERT_TRUE(test, cl_abs_s64(r.w.kf[1].q2 -
						   r.w.kf[0].q2 * 10) <= 9ULL);
	}
	KUNIT_EXPECT_GT(test, r.w.moves, 1U);
	KUNIT_EXPECT_EQ(test, cl_wander_ppt(&r.w), 10000U);
}

static void test_middle_filter_is_an_ordinary_one(struct kunit *test)
{
	static const s64 z[] = { 0, 500, -300, 90000, 100, 0, -5, 77 };
	struct cl_wander w;
	struct cl_kalman k;
	size_t i;

	cl_wander_init(&w, 1000);
	cl_kalman_init(&k, 1 << 24);
	for (i = 0; i < ARRAY_SIZE(z); i++) {
		struct cl_kalman before = k;

		if (before.started)
			cl_kalman_predict(&before, 1 << 19);
		cl_kalman_update(&k, 1 << 19, Q16(z[i]), Q16(1000000));
		cl_wander_push(&w, 1 << 19, Q16(z[i]), Q16(1000000));
		KUNIT_EXPECT_EQ(test, cl_wander_filter(&w)->theta, k.theta);
		KUNIT_EXPECT_EQ(test, cl_wander_filter(&w)->y, k.y);
		KUNIT_EXPECT_EQ(test, cl_wander_filter(&w)->p00, k.p00);
		if (!i)
			continue;
		KUNIT_EXPECT_EQ(test, w.in_q16, Q16(z[i]) - before.theta);
		KUNIT_EXPECT_EQ(test, w.s_q16, before.p00 + Q16(1000000));
	}
}

static void test_rebase_changes_nothing_else(struct kunit *test)
{
	struct run moved, still;
	int i;

	begin(&moved, 11, 1000, 10000);
	begin(&still, 11, 1000, 10000);
	for (i = 0; i < 3000; i++) {
		s64 whole = cl_wander_filter(&moved.w)->theta >> 16;

		moved.zero += whole;
		cl_wander_rebase(&moved.w, whole);
		step(&moved);
		step(&still);
	}
	KUNIT_EXPECT_NE(test, moved.zero, still.zero);
	KUNIT_EXPECT_EQ(test, moved.w.moves, still.w.moves);
	for (i = 0; i < CL_WANDER_FILTERS; i++) {
		const struct cl_kalman *a = &moved.w.kf[i];
		const struct cl_kalman *b = &still.w.kf[i];

		KUNIT_EXPECT_EQ(test, a->theta + Q16(moved.zero - still.zero),
				b->theta);
		KUNIT_EXPECT_EQ(test, a->y, b->y);
	}
	KUNIT_EXPECT_EQ(test, moved.w.lead[0], still.w.lead[0]);
	KUNIT_EXPECT_EQ(test, moved.w.lead[1], still.w.lead[1]);
}

static void test_open_widens_all_filters(struct kunit *test)
{
	struct run r;
	struct cl_wander before;
	int i;

	begin(&r, 12, 1000, 1000);
	steps(&r, 60);
	before = r.w;
	cl_wander_open(&r.w, 5, 100);
	for (i = 0; i < CL_WANDER_FILTERS; i++) {
		KUNIT_EXPECT_EQ(test, r.w.kf[i].p00, before.kf[i].p00 * 5);
		KUNIT_EXPECT_EQ(test, r.w.kf[i].p11, before.kf[i].p11 * 100);
	}
	cl_wander_open(&r.w, S64_MAX, S64_MAX);
	for (i = 0; i < CL_WANDER_FILTERS; i++) {
		KUNIT_EXPECT_EQ(test, r.w.kf[i].p00, CL_KALMAN_P00_MAX);
		KUNIT_EXPECT_EQ(test, r.w.kf[i].p11, CL_KALMAN_P11_START);
	}
}

static void test_one_outlier_proves_nothing(struct kunit *test)
{
	static const s64 outliers[] = { 12345678, 1LL << 45, -(1LL << 45),
					30123456789012LL };
	s64 lead[2];
	size_t i;
	int k;

	for (i = 0; i < ARRAY_SIZE(outliers); i++) {
		struct cl_wander before;
		struct run r;

		begin(&r, 13, 1000, 1000);
		steps(&r, 400);
		before = r.w;
		cl_wander_push(&r.w, 1 << 17, Q16(outliers[i]), Q16(1000000));
		KUNIT_ASSERT_EQ(test, r.w.moves, before.moves);
		for (k = 0; k < 2; k++) {
			if (!i)
				lead[k] = r.w.lead[k];
			/* All of them count as the same. */
			KUNIT_EXPECT_EQ(test, r.w.lead[k], lead[k]);
			KUNIT_EXPECT_LT(test,
					cl_abs_s64(lead[k] - before.lead[k]),
					(u64)GAIN_MAX);
		}
	}
}

static void test_any_interval_and_variance_are_safe(struct kunit *test)
{
	u64 rng = 14;
	struct cl_wander w;
	int i, k;

	cl_wander_init(&w, 1000);
	for (i = 0; i < 200000; i++) {
		s64 dt = (s64)(random_u64(&rng) >>
			       (10 + random_below(&rng, 54)));
		s64 z = random_s64(&rng) / 2;
		s64 r = cl_clamp_s64(random_s64(&rng), 1, 1LL << 61);

		cl_wander_push(&w, dt, z, r);
		for (k = 0; k < CL_WANDER_FILTERS; k++) {
			KUNIT_ASSERT_TRUE(test, w.kf[k].p00 > 0LL);
			KUNIT_ASSERT_TRUE(test, w.kf[k].p11 > 0LL);
			KUNIT_ASSERT_TRUE(test, w.kf[k].q2 > 0LL);
		}
		KUNIT_ASSERT_TRUE(test, cl_wander_ppt(&w) >= 10U);
		KUNIT_ASSERT_TRUE(test, cl_wander_ppt(&w) <= 1000000U);
	}
}

static void test_doubt_is_between_two_filters(struct kunit *test)
{
	const struct cl_kalman *middle, *upper;
	struct cl_kalman doubt;
	struct run r;
	u32 ppt;

	begin(&r, 15, 1000, 10000);
	steps(&r, 600);
	middle = cl_wander_filter(&r.w);
	upper = &r.w.kf[2];
	ppt = cl_wander_doubt(&r.w, &doubt);
	KUNIT_EXPECT_EQ(test, doubt.theta, middle->theta);
	KUNIT_EXPECT_EQ(test, doubt.y, middle->y);
	KUNIT_EXPECT_GT(test, doubt.p00, middle->p00);
	KUNIT_EXPECT_LT(test, doubt.p00, upper->p00);
	KUNIT_EXPECT_GT(test, doubt.p11, middle->p11);
	KUNIT_EXPECT_LT(test, doubt.p11, upper->p11);
	KUNIT_EXPECT_GT(test, ppt, 10000U);
	KUNIT_EXPECT_LT(test, ppt, 31623U);
}

static void test_doubt_follows_the_likelihood(struct kunit *test)
{
	struct cl_kalman doubt;
	struct cl_wander w;
	u32 ppt;

	cl_wander_init(&w, 1000);
	/* as likely: q^2 = (1 + 10) / 2 */
	ppt = cl_wander_doubt(&w, &doubt);
	KUNIT_EXPECT_EQ(test, ppt, 2345U);
	/* e^2 times as likely counts as e: (1 + 10 e) / (1 + e) */
	w.lead[1] = 2 << 24;
	ppt = cl_wander_doubt(&w, &doubt);
	KUNIT_EXPECT_GT(test, ppt, 2730U);
	KUNIT_EXPECT_LT(test, ppt, 2780U);
	/* (1 + 10 / e^4) / (1 + 1 / e^4) */
	w.lead[1] = -8 * (1 << 24);
	ppt = cl_wander_doubt(&w, &doubt);
	KUNIT_EXPECT_GT(test, ppt, 1075U);
	KUNIT_EXPECT_LT(test, ppt, 1085U);
}

/* Ten minutes of samples, then an hour without: within 5 deviations. */
static void test_holdover_is_within_the_doubt(struct kunit *test)
{
	static const s64 ppt[] = { 1000, 1778, 3162, 5623 };
	struct cl_kalman doubt;
	struct run r;
	size_t i;
	u64 seed;

	for (i = 0; i < ARRAY_SIZE(ppt); i++) {
		for (seed = 1; seed <= 12; seed++) {
			struct cl_estimate e = {};
			s64 error;

			begin(&r, seed, 1000, ppt[i]);
			steps(&r, 600);
			e.wander_ppt = cl_wander_doubt(&r.w, &doubt);
			e.at = r.last;
			e.theta_ns = r.zero + (doubt.theta >> 16);
			e.y_q48 = cl_shl_div(doubt.y, 24, CL_NS_PER_SEC);
			e.err_ns = cl_isqrt((u64)doubt.p00) >> 8;
			e.y_err_ppt = cl_isqrt((u64)doubt.p11) * 1000 >> 12;
			sim_advance(&r.sim, 3600 * CL_NS_PER_SEC);
			cl_estimate_at(&e, sim_local(&r.sim, 0), &e);
			error = e.theta_ns - sim_theta(&r.sim);
			KUNIT_EXPECT_LT(test, cl_abs_s64(error), 5 * e.err_ns);
		}
	}
}

static void test_raised_by_a_step_up_to_the_limit(struct kunit *test)
{
	struct run r;
	struct cl_kalman upper, *now = &r.w.kf[CL_WANDER_CENTRE];
	int i;

	begin(&r, 13, 1000, 1000);
	steps(&r, 60);
	upper = r.w.kf[CL_WANDER_CENTRE + 1];
	cl_wander_raise(&r.w);
	KUNIT_EXPECT_EQ(test, cl_wander_ppt(&r.w), 3162U);
	KUNIT_EXPECT_EQ(test, memcmp(now, &upper, sizeof(upper)), 0);
	for (i = 0; i < 10; i++)
		cl_wander_raise(&r.w);
	KUNIT_EXPECT_LE(test, 250000U, cl_wander_ppt(&r.w));
	KUNIT_EXPECT_LE(test, cl_wander_ppt(&r.w), 1000000U);
}

static void test_start_is_limited(struct kunit *test)
{
	struct cl_wander w;

	cl_wander_init(&w, 0);
	KUNIT_EXPECT_EQ(test, cl_wander_ppt(&w), 10U);
	cl_wander_init(&w, U32_MAX);
	KUNIT_EXPECT_EQ(test, cl_wander_ppt(&w), 1000000U);
}

static struct kunit_case wander_cases[] = {
	KUNIT_CASE(test_wander_is_found),
	KUNIT_CASE(test_wander_found_stays),
	KUNIT_CASE(test_no_fall_below_the_start_before_15_minutes),
	KUNIT_CASE(test_rising_wander_is_followed),
	KUNIT_CASE(test_neighbours_are_a_factor_of_10_away),
	KUNIT_CASE(test_middle_filter_is_an_ordinary_one),
	KUNIT_CASE(test_rebase_changes_nothing_else),
	KUNIT_CASE(test_open_widens_all_filters),
	KUNIT_CASE(test_one_outlier_proves_nothing),
	KUNIT_CASE(test_any_interval_and_variance_are_safe),
	KUNIT_CASE(test_doubt_is_between_two_filters),
	KUNIT_CASE(test_doubt_follows_the_likelihood),
	KUNIT_CASE(test_holdover_is_within_the_doubt),
	KUNIT_CASE(test_raised_by_a_step_up_to_the_limit),
	KUNIT_CASE(test_start_is_limited),
	{}
};

static struct kunit_suite wander_suite = {
	.name = "cl_wander",
	.test_cases = wander_cases,
};

kunit_test_suite(wander_suite);
