// SPDX-License-Identifier: GPL-2.0-or-later
#include <kunit/test.h>

#include "core/estimator.h"
#include "sim.h"

#define INTERVAL_NS (100 * CL_NS_PER_MS)
#define PER_SEC 10
/* Smallest budget for asymmetry: 1 % of the round trip of sim_lan(). */
#define BUDGET_NS (10 * CL_NS_PER_US)

static struct cl_estimator est;
static struct sim sim;

/* An exchange; there and back each take so much longer. */
static void step(s64 there, s64 back)
{
	struct cl_exchange x;

	sim_advance(&sim, INTERVAL_NS);
	x = sim_exchange(&sim);
	x.in_rx = cl_raw_add(x.in_rx, there);
	x.out_tx = cl_raw_add(x.out_tx, there);
	x.out_rx = cl_raw_add(x.out_rx, there + back);
	cl_estimator_push(&est, &x);
}

static void run(unsigned int seconds, s64 there, s64 back)
{
	unsigned int i;

	for (i = 0; i < seconds * PER_SEC; i++)
		step(there, back);
}

static void start(u64 seed, s64 noise_ns)
{
	sim = sim_lan(seed);
	sim.noise_ns = noise_ns;
	cl_estimator_init(&est, sim_params());
	run(200, 0, 0);
}

static u64 error_now(struct cl_estimate *e)
{
	cl_estimator_get(&est, sim_local(&sim, 0), e);
	return cl_abs_s64(e->theta_ns - sim_theta(&sim));
}

/*
 * The frequency changes by 2 ppm: seconds until that is known, and the largest
 * error.
 */
static unsigned int find(struct kunit *test, u64 seed, s64 noise_ns, s64 ppt,
			 u64 *worst)
{
	unsigned int found = 0;
	unsigned int i;

	*worst = 0;
	start(seed, noise_ns);
	sim.y_ppt += ppt;
	for (i = 1; i <= 30 * PER_SEC; i++) {
		struct cl_estimate e;
		u64 error;

		step(0, 0);
		error = error_now(&e);
		if (error > *worst)
			*worst = error;
		if (!found && est.clock_changes)
			found = i;
		KUNIT_ASSERT_LE_MSG(test, error,
				    5 * e.err_ns + e.shift_ns + BUDGET_NS,
				    "seed %d, sample %u", (int)seed, i);
	}
	KUNIT_ASSERT_LE_MSG(test, 1U, found, "seed %d", (int)seed);
	KUNIT_ASSERT_LE_MSG(test, error_now(&(struct cl_estimate){}),
			    2ULL * CL_NS_PER_US, "seed %d", (int)seed);
	return found;
}

static void expect_found(struct kunit *test, s64 noise_ns, s64 ppt)
{
	unsigned int sum = 0;
	u64 worst, errors = 0;
	u64 seed;

	for (seed = 1; seed <= 20; seed++) {
		sum += find(test, seed, noise_ns, ppt, &worst);
		errors += worst;
		KUNIT_ASSERT_LE_MSG(test, worst, 10ULL * CL_NS_PER_US,
				    "seed %d", (int)seed);
	}
	/* Means: 3.3 s and 7 us. */
	KUNIT_EXPECT_LE(test, sum, 20U * 33);
	KUNIT_EXPECT_LE(test, errors, 20ULL * 7 * CL_NS_PER_US);
}

static void test_two_ppm_are_found_in_seconds(struct kunit *test)
{
	expect_found(test, CL_NS_PER_US, 2000000);
	expect_found(test, CL_NS_PER_US, -2000000);
	expect_found(test, 10, 2000000);
}

static void test_nothing_is_found_where_nothing_happens(struct kunit *test)
{
	u64 seed;

	for (seed = 1; seed <= 10; seed++) {
		start(seed, seed % 2 ? CL_NS_PER_US : 10);
		run(600, 0, 0);
		KUNIT_ASSERT_LE_MSG(test, est.clock_changes, 0ULL, "seed %d",
				    (int)seed);
		KUNIT_EXPECT_TRUE(test, est.shock.n > 0);
	}
}

static void test_a_path_is_not_taken_for_the_clock(struct kunit *test)
{
	static const s64 changes[][2] = {
		{ 200000, 0 }, { 0, 200000 },  { -40000, 0 },
		{ 0, -40000 }, { -200000, 0 }, { 0, -200000 },
	};
	size_t i;
	u64 seed;

	for (i = 0; i < ARRAY_SIZE(changes); i++) {
		for (seed = 1; seed <= 10; seed++) {
			start(seed, CL_NS_PER_US);
			run(60, changes[i][0], changes[i][1]);
			KUNIT_ASSERT_LE_MSG(test, est.clock_changes, 0ULL,
					    "change %d, seed %d", (int)i,
					    (int)seed);
			KUNIT_EXPECT_GT(test, est.continuity.changes, 0ULL);
		}
	}
}

/*
 * A queue of one direction alone moves the offset as the clock would, but no sample
 * by more than half of its own delay.
 */
static void test_a_load_of_one_direction_is_no_shock(struct kunit *test)
{
	/* constant, mean of the exponential part, for so many seconds */
	static const s64 loads[][3] = {
		{ 20000, 50000, 600 },
		{ 200000, 200000, 100 },
		{ 2000000, 1000000, 600 },
	};
	size_t k;
	u64 seed;

	for (k = 0; k < ARRAY_SIZE(loads); k++)
		for (seed = 1; seed <= 10; seed++) {
			u64 rng = 100 + seed;
			s64 i;

			start(seed, 10);
			for (i = 0; i < loads[k][2] * PER_SEC; i++)
				step(loads[k][0] + (random_exp_q16(&rng) *
							    loads[k][1] >>
						    16),
				     0);
			KUNIT_ASSERT_LE_MSG(test, est.clock_changes, 0ULL,
					    "load %d, seed %d", (int)k,
					    (int)seed);
		}
}

static void test_wander_and_small_steps_are_no_shock(struct kunit *test)
{
	u64 seed;

	for (seed = 1; seed <= 10; seed++) {
		start(seed, CL_NS_PER_US);
		sim.wander_ppt *= 10;
		run(100, 0, 0);
		sim.y_ppt += 50000;
		run(100, 0, 0);
		KUNIT_ASSERT_LE_MSG(test, est.clock_changes, 0ULL, "seed %d",
				    (int)seed);
	}
}

static void test_doubt_grows_before_the_proof(struct kunit *test)
{
	u64 seed, doubts = 0;

	for (seed = 1; seed <= 10; seed++) {
		u64 doubt = 0;
		int i;

		start(seed, CL_NS_PER_US);
		sim.y_ppt += 2000000;
		for (i = 0; i < 10 * PER_SEC && !est.clock_changes; i++) {
			struct cl_estimate e;

			doubt = cl_shock_doubt_ns(&est.shock);
			error_now(&e);
			KUNIT_EXPECT_LE(test, doubt, e.shift_ns);
			step(0, 0);
		}
		doubts += doubt;
		KUNIT_EXPECT_EQ(test, cl_shock_doubt_ns(&est.shock), 0ULL);
	}
	KUNIT_EXPECT_GT(test, doubts, 10ULL * 2 * CL_NS_PER_US);
}

static void test_a_late_sample_changes_nothing(struct kunit *test)
{
	struct cl_shock before;
	struct cl_exchange x;
	struct cl_oneway s;

	start(1, CL_NS_PER_US);
	x = sim_exchange(&sim);
	s = cl_oneway(&x);
	step(0, 0);
	before = est.shock;
	KUNIT_EXPECT_FALSE(test,
			   cl_shock_push(&est.shock, &s, &est.now, 1 << 16, 0));
	KUNIT_EXPECT_EQ(test, memcmp(&before, &est.shock, sizeof(before)), 0);
}

static void test_a_pause_is_no_shock(struct kunit *test)
{
	u64 seed;

	for (seed = 1; seed <= 10; seed++) {
		start(seed, CL_NS_PER_US);
		sim_advance(&sim, 60 * CL_NS_PER_SEC);
		run(60, 0, 0);
		KUNIT_ASSERT_LE_MSG(test, est.clock_changes, 0ULL, "seed %d",
				    (int)seed);
	}
}

/* A ramp looks like one shock after the other, until the wander is what it makes. */
static void test_a_drift_becomes_wander(struct kunit *test)
{
	unsigned int learnt = 0;
	u64 seed;
	int i;

	for (seed = 1; seed <= 10; seed++) {
		start(seed, CL_NS_PER_US);
		for (i = 0; i < 80 * PER_SEC; i++) {
			sim.y_ppt += 333333 / PER_SEC;
			step(0, 0);
		}
		learnt += cl_wander_ppt(&est.filter.wander) >= 100000;
	}
	/* 9: of one the proofs do not come, its error is too large for them. */
	KUNIT_EXPECT_LE(test, 8U, learnt);
}

static void test_blows_far_apart_are_no_wander(struct kunit *test)
{
	u64 seed;
	int i;

	for (seed = 1; seed <= 10; seed++) {
		start(seed, CL_NS_PER_US);
		for (i = 0; i < 4; i++) {
			sim.y_ppt += i % 2 ? -2000000 : 2000000;
			run(120, 0, 0);
		}
		KUNIT_ASSERT_LE_MSG(test, 4ULL, est.shocks, "seed %d",
				    (int)seed);
		KUNIT_ASSERT_LE_MSG(test, cl_wander_ppt(&est.filter.wander),
				    10000U, "seed %d", (int)seed);
	}
}

static struct kunit_case shock_cases[] = {
	KUNIT_CASE(test_two_ppm_are_found_in_seconds),
	KUNIT_CASE(test_nothing_is_found_where_nothing_happens),
	KUNIT_CASE(test_a_path_is_not_taken_for_the_clock),
	KUNIT_CASE(test_a_load_of_one_direction_is_no_shock),
	KUNIT_CASE(test_wander_and_small_steps_are_no_shock),
	KUNIT_CASE(test_doubt_grows_before_the_proof),
	KUNIT_CASE(test_a_late_sample_changes_nothing),
	KUNIT_CASE(test_a_pause_is_no_shock),
	KUNIT_CASE(test_a_drift_becomes_wander),
	KUNIT_CASE(test_blows_far_apart_are_no_wander),
	{}
};

static struct kunit_suite shock_suite = {
	.name = "cl_shock",
	.test_cases = shock_cases,
};

kunit_test_suite(shock_suite);
