// SPDX-License-Identifier: GPL-2.0-or-later
#include <kunit/test.h>

#include "core/bound.h"
#include "core/estimator.h"
#include "core/fixed.h"
#include "random.h"

static const struct cl_bound exact;

static void test_grow_rounds_up(struct kunit *test)
{
	/* 1 ppb for 1 s is 1 ns; 1 ppt is a little more than 0 */
	KUNIT_EXPECT_EQ(test, cl_bound_grow(5, 1000, CL_NS_PER_SEC), 7ULL);
	KUNIT_EXPECT_EQ(test, cl_bound_grow(5, 1, 1), 6ULL);
	KUNIT_EXPECT_EQ(test, cl_bound_grow(5, 1000, 1000 * CL_NS_PER_SEC),
			1006ULL);
	KUNIT_EXPECT_EQ(test, cl_bound_grow(5, 0, CL_NS_PER_SEC), 5ULL);
	KUNIT_EXPECT_EQ(test, cl_bound_grow(5, 1000000, 0), 5ULL);
	KUNIT_EXPECT_EQ(test, cl_bound_grow(5, 1000000, -CL_NS_PER_SEC), 5ULL);
}

static void test_grow_is_never_less_than_exact(struct kunit *test)
{
	u64 rng = 1;
	int i;

	for (i = 0; i < 20000; i++) {
		u64 drift = random_u64(&rng) >> (16 + random_below(&rng, 48));
		s64 age = random_s64(&rng) & S64_MAX;
		__int128 exact_ppt = (__int128)drift * age;
		u64 grown = cl_bound_grow(0, drift, age);

		if (grown == U64_MAX)
			continue;
		KUNIT_ASSERT_TRUE(test, (__int128)grown * CL_PPT >= exact_ppt);
		/* not more than 1/281 ppt and 2 ns too much */
		KUNIT_ASSERT_TRUE(test,
				  (__int128)(grown ? grown - 1 : 0) * CL_PPT <=
					  exact_ppt + age / 281 + CL_PPT);
	}
}

static void test_grow_saturates(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, cl_bound_grow(U64_MAX, 1, 1), U64_MAX);
	KUNIT_EXPECT_EQ(test, cl_bound_grow(0, U64_MAX, S64_MAX), U64_MAX);
	KUNIT_EXPECT_EQ(test, cl_bound_grow(U64_MAX - 1, 1000, CL_NS_PER_SEC),
			U64_MAX);
	KUNIT_EXPECT_EQ(test, cl_bound_grow(U64_MAX, 0, 1), U64_MAX);
}

static void test_asymmetry_default_is_1_us_or_1_percent(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, cl_bound_asymmetry(0, 0), 1000ULL);
	KUNIT_EXPECT_EQ(test, cl_bound_asymmetry(0, 100000), 1000ULL);
	KUNIT_EXPECT_EQ(test, cl_bound_asymmetry(0, 100001), 1001ULL);
	KUNIT_EXPECT_EQ(test, cl_bound_asymmetry(0, 40000000), 400000ULL);
	KUNIT_EXPECT_EQ(test, cl_bound_asymmetry(7, 40000000), 7ULL);
	KUNIT_EXPECT_EQ(test, cl_bound_asymmetry(U32_MAX, 1), (u64)U32_MAX);
}

static void test_bound_is_the_sum_of_its_parts(struct kunit *test)
{
	const struct cl_estimate e = {
		.err_ns = 200,
		.y_err_ppt = 3000,
		.wander_ppt = 1000,
		.min_rtt_ns = 1000001,
	};
	const struct cl_bound parent = {
		.bound_ns = 5000,
		.hard_ns = 70000,
		.drift_ppt = 100000,
	};
	struct cl_bound b;

	cl_bound_of(&e, 0, &exact, 0, &b);
	KUNIT_EXPECT_EQ(test, b.bound_ns, 10001ULL + 1000);
	KUNIT_EXPECT_EQ(test, b.hard_ns, 500001ULL + 1000);
	/* 5 (3 ppb + 1.155 ppb) */
	KUNIT_EXPECT_EQ(test, b.drift_ppt, 20775ULL);

	cl_bound_of(&e, 300, &parent, 10 * CL_NS_PER_SEC, &b);
	KUNIT_EXPECT_EQ(test, b.bound_ns, 300ULL + 1000 + 5000 + 1001);
	KUNIT_EXPECT_EQ(test, b.hard_ns, 500001ULL + 1000 + 70000 + 1001);
	KUNIT_EXPECT_EQ(test, b.drift_ppt, 120775ULL);
}

static void test_learnt_asymmetry_counts(struct kunit *test)
{
	const struct cl_estimate e = {
		.err_ns = 200,
		.min_rtt_ns = 1000000,
		.shift_ns = 70000,
	};
	struct cl_bound b;

	cl_bound_of(&e, 300, &exact, 0, &b);
	KUNIT_EXPECT_EQ(test, b.bound_ns, 300ULL + 1000 + 70000);
	KUNIT_EXPECT_EQ(test, b.hard_ns, 500000ULL + 1000 + 70000);
}

static void test_told_asymmetry_counts_for_hard(struct kunit *test)
{
	const struct cl_estimate e = {
		.err_ns = 200,
		.min_rtt_ns = 1000000,
		.told_ns = 70000,
	};
	struct cl_bound b;

	cl_bound_of(&e, 300, &exact, 0, &b);
	KUNIT_EXPECT_EQ(test, b.bound_ns, 300ULL + 1000);
	KUNIT_EXPECT_EQ(test, b.hard_ns, 500000ULL + 1000 + 70000);
}

static void test_no_clock_is_trusted_below_1_ppb(struct kunit *test)
{
	struct cl_estimate e = {
		.err_ns = 10,
		.last = cl_raw(5),
		.at = cl_raw(5 + 49 * CL_NS_PER_SEC),
	};
	struct cl_bound b;

	cl_bound_of(&e, 1, &exact, 0, &b);
	KUNIT_EXPECT_EQ(test, b.bound_ns, 1ULL + 50);
	e.at = cl_raw(5 + 3600 * CL_NS_PER_SEC);
	cl_bound_of(&e, 1, &exact, 0, &b);
	KUNIT_EXPECT_EQ(test, b.bound_ns, 1ULL + 3601);
	KUNIT_EXPECT_EQ(test, b.hard_ns, 3601ULL);
}

static void test_drift_stays_within_its_limits(struct kunit *test)
{
	struct cl_estimate e = { .err_ns = 1 };
	const struct cl_bound parent = { .drift_ppt = 7 };
	struct cl_bound b;

	cl_bound_of(&e, 0, &parent, 0, &b);
	KUNIT_EXPECT_EQ(test, b.drift_ppt, CL_BOUND_DRIFT_MIN_PPT + 7);
	e.y_err_ppt = U64_MAX;
	cl_bound_of(&e, 0, &parent, 0, &b);
	KUNIT_EXPECT_EQ(test, b.drift_ppt, CL_BOUND_DRIFT_MAX_PPT + 7);
	e.y_err_ppt = 0;
	e.wander_ppt = U32_MAX;
	cl_bound_of(&e, 0, &parent, 0, &b);
	KUNIT_EXPECT_EQ(test, b.drift_ppt, CL_BOUND_DRIFT_MAX_PPT + 7);
}

static void test_unknown_error_saturates_the_bound(struct kunit *test)
{
	const struct cl_estimate e = { .err_ns = U64_MAX };
	const struct cl_bound worst = { U64_MAX, U64_MAX, U64_MAX };
	const struct cl_estimate good = { .err_ns = 1 };
	struct cl_bound b;

	cl_bound_of(&e, 0, &exact, 0, &b);
	KUNIT_EXPECT_EQ(test, b.bound_ns, U64_MAX);
	KUNIT_EXPECT_EQ(test, b.hard_ns, U64_MAX);
	cl_bound_of(&good, 0, &worst, 1, &b);
	KUNIT_EXPECT_EQ(test, b.bound_ns, U64_MAX);
	KUNIT_EXPECT_EQ(test, b.hard_ns, U64_MAX);
	KUNIT_EXPECT_EQ(test, b.drift_ppt, U64_MAX);
}

/*
 * Until the writer comes again a reader adds drift x age; that must cover the
 * growth of 5 sigma of the estimate itself.
 */
static void expect_drift_covers(struct kunit *test, int exchanges,
				s64 interval_ns)
{
	static struct cl_estimator est;
	const struct cl_estimator_params params = { 1000, 1000 };
	struct cl_raw at = cl_raw(0);
	struct cl_estimate e;
	struct cl_bound then, now;
	s64 age;
	u64 grown;
	int i;

	cl_estimator_init(&est, &params);
	for (i = 0; i < exchanges; i++) {
		struct cl_exchange x = { .in_tx = at, .in_rx = at };

		at = cl_raw_add(at, interval_ns);
		x.out_tx = at;
		x.out_rx = cl_raw_add(at, 500000);
		x.in_tx = cl_raw_add(at, 530000);
		x.in_rx = cl_raw_add(at, 1030000);
		KUNIT_ASSERT_EQ(test, cl_estimator_push(&est, &x), 0);
	}
	cl_estimator_get(&est, at, &e);
	cl_bound_of(&e, 0, &exact, 0, &then);
	for (age = 0; age <= CL_BOUND_HORIZON_NS; age += 10 * CL_NS_PER_MS) {
		cl_estimator_get(&est, cl_raw_add(at, age), &e);
		cl_bound_of(&e, 0, &exact, 0, &now);
		/* sigma is rounded up to ns: 5 ns of slack */
		grown = cl_bound_grow(then.bound_ns + 5, then.drift_ppt, age);
		KUNIT_ASSERT_GE_MSG(test, grown, now.bound_ns,
				    "%d exchanges, after %d ms", exchanges,
				    (int)(age / CL_NS_PER_MS));
	}
}

static void test_drift_covers_the_estimate_until_horizon(struct kunit *test)
{
	expect_drift_covers(test, 600, CL_NS_PER_SEC / 10);
}

/* The frequency is hardly known yet: it alone makes more than any oscillator drifts. */
static void test_drift_covers_a_young_estimate(struct kunit *test)
{
	expect_drift_covers(test, CL_ESTIMATOR_START, CL_NS_PER_MS);
	expect_drift_covers(test, CL_ESTIMATOR_START, 4 * CL_NS_PER_MS);
}

static struct kunit_case bound_cases[] = {
	KUNIT_CASE(test_grow_rounds_up),
	KUNIT_CASE(test_grow_is_never_less_than_exact),
	KUNIT_CASE(test_grow_saturates),
	KUNIT_CASE(test_asymmetry_default_is_1_us_or_1_percent),
	KUNIT_CASE(test_bound_is_the_sum_of_its_parts),
	KUNIT_CASE(test_learnt_asymmetry_counts),
	KUNIT_CASE(test_told_asymmetry_counts_for_hard),
	KUNIT_CASE(test_no_clock_is_trusted_below_1_ppb),
	KUNIT_CASE(test_drift_stays_within_its_limits),
	KUNIT_CASE(test_unknown_error_saturates_the_bound),
	KUNIT_CASE(test_drift_covers_the_estimate_until_horizon),
	KUNIT_CASE(test_drift_covers_a_young_estimate),
	{}
};

static struct kunit_suite bound_suite = {
	.name = "cl_bound",
	.test_cases = bound_cases,
};

kunit_test_suite(bound_suite);
