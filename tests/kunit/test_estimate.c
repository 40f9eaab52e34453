// SPDX-License-Identifier: GPL-2.0-or-later
#include <kunit/test.h>

#include "core/estimate.h"
#include "core/fixed.h"
#include "core/kalman.h"
#include "random.h"
#include "sim.h"

#define HOUR_NS (3600 * CL_NS_PER_SEC)

static struct cl_estimate estimate_of(const struct cl_kalman *k, u32 wander_ppt)
{
	return (struct cl_estimate){
		.at = cl_raw(77),
		.err_ns = (cl_isqrt((u64)k->p00) >> 8) + 1,
		.y_err_ppt = (cl_isqrt((u64)k->p11) * 1000 >> 12) + 1,
		.wander_ppt = wander_ppt,
	};
}

/* A filter of any state but one that cannot be. */
static struct cl_kalman random_filter(u64 *rng, u32 wander_ppt)
{
	struct cl_kalman k = { .started = true };
	u64 limit;

	/* 1 ns .. 4 us; 0.01 ppb .. 30 ppm */
	k.p00 = (1LL << 16) +
		(s64)(random_u64(rng) >> (24 + random_below(rng, 24)));
	k.p11 = (1LL << 11) +
		(s64)(random_u64(rng) >> (10 + random_below(rng, 43)));
	/* |p01| < sqrt(p00 p11): Q8 and Q12 make Q16 of it by 4 bits less */
	limit = cl_isqrt((u64)k.p00) * (cl_isqrt((u64)k.p11) >> 4);
	k.p01 = (s64)(limit / 1000 * random_below(rng, 1000));
	if (random_below(rng, 2))
		k.p01 = -k.p01;
	/* (1e-12)^2 is 1e-6 ppb^2 */
	k.q2 = cl_shl_div((s64)wander_ppt * wander_ppt, 24, 1000000);
	return k;
}

static void test_offset_goes_on_with_the_frequency(struct kunit *test)
{
	struct cl_estimate e = {
		.at = cl_raw(1000),
		.theta_ns = S64_MAX,
		.y_q48 = 1LL << 28, /* 2^-20 */
		.err_ns = 5,
		.min_rtt_ns = 9,
		.shift_ns = 8,
		.last = cl_raw(900),
	};
	struct cl_estimate later;

	cl_estimate_at(&e, cl_raw(1000 + (1 << 20)), &later);
	KUNIT_EXPECT_EQ(test, later.theta_ns, S64_MIN);
	KUNIT_EXPECT_EQ(test, later.at.ns, 1000LL + (1 << 20));
	KUNIT_EXPECT_EQ(test, later.y_q48, e.y_q48);
	KUNIT_EXPECT_EQ(test, later.min_rtt_ns, 9ULL);
	KUNIT_EXPECT_EQ(test, later.shift_ns, 8ULL);
	KUNIT_EXPECT_EQ(test, later.last.ns, 900LL);
	cl_estimate_at(&e, cl_raw(1000 - (1 << 21)), &e);
	KUNIT_EXPECT_EQ(test, e.theta_ns, S64_MAX - 2);
	KUNIT_EXPECT_EQ(test, e.at.ns, 1000LL - (1 << 21));
}

static void test_past_is_as_uncertain_as_the_present(struct kunit *test)
{
	const struct cl_estimate e = {
		.err_ns = 5,
		.y_err_ppt = 1000000,
		.wander_ppt = 1000,
	};
	struct cl_estimate then;

	cl_estimate_at(&e, cl_raw(-HOUR_NS), &then);
	KUNIT_EXPECT_EQ(test, then.err_ns, 5ULL);
	KUNIT_EXPECT_EQ(test, then.y_err_ppt, 1000000ULL);
}

static void test_uncertainty_of_known_parts(struct kunit *test)
{
	struct cl_estimate e = { .err_ns = 5, .y_err_ppt = 2000 };
	struct cl_estimate later;

	/* 2 ppb for 100 s, and roundings */
	cl_estimate_at(&e, cl_raw(100 * CL_NS_PER_SEC), &later);
	KUNIT_EXPECT_GT(test, later.err_ns, 204ULL);
	KUNIT_EXPECT_LT(test, later.err_ns, 208ULL);
	/* 1 ppb/sqrt(s): sqrt(300^3 / 3) = 3000 ns, sqrt(300) = 17.32 ppb */
	e = (struct cl_estimate){ .wander_ppt = 1000 };
	cl_estimate_at(&e, cl_raw(300 * CL_NS_PER_SEC), &later);
	KUNIT_EXPECT_GT(test, later.err_ns, 2999ULL);
	KUNIT_EXPECT_LT(test, later.err_ns, 3010ULL);
	KUNIT_EXPECT_GT(test, later.y_err_ppt, 17320ULL);
	KUNIT_EXPECT_LT(test, later.y_err_ppt, 17330ULL);
}

/*
 * Against the covariance: each step of the filter is short, so that its format
 * does not end.
 */
static void test_never_surer_than_the_filter(struct kunit *test)
{
	u64 rng = 1;
	int i, n;

	for (i = 0; i < 3000; i++) {
		u32 wander =
			1 + random_below(&rng, 1U << random_below(&rng, 17));
		struct cl_kalman k = random_filter(&rng, wander);
		struct cl_estimate e = estimate_of(&k, wander);
		s64 step_q20 = 1 + random_below(&rng, 1 << 23);
		struct cl_raw at = e.at;
		bool positive = k.p01 >= 0;

		for (n = 0; n < 10; n++) {
			struct cl_estimate later;
			u64 sigma, limit;

			cl_kalman_predict(&k, step_q20);
			at = cl_raw_add(at, (step_q20 * 1000000000 >> 20) + 1);
			cl_estimate_at(&e, at, &later);
			sigma = cl_isqrt((u64)k.p00) >> 8;
			KUNIT_ASSERT_TRUE(test, later.err_ns >= sigma);
			KUNIT_ASSERT_TRUE(test,
					  later.y_err_ppt >=
						  cl_isqrt((u64)k.p11) * 1000 >>
						  12);
			/* sqrt(3); 1 ppt is rounded up three times, ns twice */
			limit = sigma * 1733 / 1000 + 4 +
				cl_drift_ns(3, cl_raw_sub(at, e.at));
			if (positive)
				KUNIT_ASSERT_TRUE(test, later.err_ns <= limit);
		}
	}
}

/* After 10 min on a LAN the wander is nearly all that matters an hour later. */
static void test_holdover_is_not_exaggerated(struct kunit *test)
{
	static struct cl_estimator est;
	struct sim s = sim_lan(2);
	struct cl_estimate e, later;
	int i;

	cl_estimator_init(&est, sim_params());
	for (i = 0; i < 6000; i++) {
		struct cl_exchange x;

		sim_advance(&s, CL_NS_PER_SEC / 10);
		x = sim_exchange(&s);
		KUNIT_ASSERT_EQ(test, cl_estimator_push(&est, &x), 0);
	}
	cl_estimator_get(&est, sim_local(&s, 0), &e);
	cl_estimate_at(&e, cl_raw_add(e.at, HOUR_NS), &later);
	/* sqrt(3600^3 / 3) = 124708 s^3/2 */
	KUNIT_EXPECT_GT(test, later.err_ns, 124708ULL * e.wander_ppt / 1000);
	KUNIT_EXPECT_LT(test, later.err_ns, 160000ULL * e.wander_ppt / 1000);
}

static void test_extremes_saturate(struct kunit *test)
{
	const struct cl_estimate worst = {
		.at = cl_raw(S64_MIN),
		.err_ns = U64_MAX - 1,
		.y_err_ppt = U64_MAX,
		.wander_ppt = U32_MAX,
	};
	const struct cl_estimate wander = { .wander_ppt = U32_MAX };
	struct cl_estimate later;

	cl_estimate_at(&worst, cl_raw(-1), &later);
	KUNIT_EXPECT_EQ(test, later.err_ns, U64_MAX);
	KUNIT_EXPECT_EQ(test, later.y_err_ppt, U64_MAX);
	/* 4.3e-3 sqrt(9.2e9 s), over one */
	cl_estimate_at(&wander, cl_raw(S64_MAX), &later);
	KUNIT_EXPECT_GT(test, later.err_ns, (u64)S64_MAX);
	KUNIT_EXPECT_GT(test, later.y_err_ppt, 400000000000000ULL);
}

static struct kunit_case estimate_cases[] = {
	KUNIT_CASE(test_offset_goes_on_with_the_frequency),
	KUNIT_CASE(test_past_is_as_uncertain_as_the_present),
	KUNIT_CASE(test_uncertainty_of_known_parts),
	KUNIT_CASE(test_never_surer_than_the_filter),
	KUNIT_CASE(test_holdover_is_not_exaggerated),
	KUNIT_CASE(test_extremes_saturate),
	{}
};

static struct kunit_suite estimate_suite = {
	.name = "cl_estimate",
	.test_cases = estimate_cases,
};

kunit_test_suite(estimate_suite);
