// SPDX-License-Identifier: GPL-2.0-or-later
#include <kunit/test.h>

#include "core/fixed.h"
#include "core/variance.h"
#include "random.h"

#define RTT_NS CL_NS_PER_MS
#define INTERVAL_NS (100 * CL_NS_PER_MS)

static struct cl_variance var;
static struct cl_raw now;
static u64 rng;

static void start(s64 stamps_ns2)
{
	rng = 1;
	now = cl_raw(5 * CL_NS_PER_SEC);
	cl_variance_init(&var, stamps_ns2);
	cl_variance_start(&var, now, RTT_NS);
}

static void note(s64 rtt)
{
	now = cl_raw_add(now, INTERVAL_NS);
	cl_variance_note(&var, now, rtt);
}

/* One direction's delay above the smallest: exponential. */
static s64 queue(s64 mean_ns)
{
	return random_exp_q16(&rng) * mean_ns >> 16;
}

static s64 gauss(s64 rms_ns)
{
	return random_gauss_q16(&rng) * rms_ns >> 16;
}

/* Samples of a filter that is right: their offset is the innovation. */
static void teach(unsigned int n, s64 queue_ns, s64 noise_ns, s64 normal_ns)
{
	while (n--) {
		s64 u = queue(queue_ns) + gauss(noise_ns) + gauss(normal_ns);
		s64 w = queue(queue_ns) + gauss(noise_ns) + gauss(normal_ns);
		s64 r;

		note(RTT_NS + u + w);
		r = cl_variance_of(&var, RTT_NS + u + w);
		if (r)
			cl_variance_learn(&var,
					  (u - w) * (1 << 15) /
						  (s64)cl_isqrt((u64)r),
					  r + 1, r);
	}
}

static void test_excess_is_half_believed(struct kunit *test)
{
	s64 r;

	start(250000);
	note(RTT_NS);
	/* (500 ns)^2 of the stamps, (12 us)^2 / 12 of the excess */
	var.usual_ns = 12000;
	r = cl_variance_of(&var, RTT_NS + 12000) >> 16;
	KUNIT_EXPECT_LE(test, cl_abs_s64(r - 12250000), 10ULL);
	KUNIT_EXPECT_EQ(test, cl_variance_of(&var, RTT_NS) >> 16, 250000);
	/* shorter than the smallest counts as that */
	KUNIT_EXPECT_EQ(test, cl_variance_of(&var, RTT_NS - 500) >> 16, 250000);
}

static void test_what_is_far_beyond_the_usual_says_nothing(struct kunit *test)
{
	int i;

	start(1000000);
	teach(3000, 10000, 0, 0);
	KUNIT_EXPECT_GT(test, cl_variance_of(&var, RTT_NS + 60000), 0);
	KUNIT_EXPECT_EQ(test, cl_variance_of(&var, RTT_NS + 200000), 0);
	/* and is not taken for the usual within 20 s */
	for (i = 0; i < 200; i++)
		note(RTT_NS + 200000);
	KUNIT_EXPECT_EQ(test, cl_variance_of(&var, RTT_NS + 200000), 0);
	KUNIT_EXPECT_EQ(test, cl_variance_of(&var, RTT_NS + 25 * CL_NS_PER_MS),
			0);
}

/* Samples of a path, then those that waited in a host that slept for 1 s. */
static void sleep_after(unsigned int n)
{
	int i;

	start(1000000);
	teach(n, 10000, 0, 0);
	for (i = 0; i < 16; i++)
		note(RTT_NS + CL_NS_PER_SEC - i * 50 * CL_NS_PER_MS);
}

static void test_what_slept_is_no_queue(struct kunit *test)
{
	static const unsigned int first[] = { 20, 50, 200 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(first); i++) {
		s64 r;

		sleep_after(first[i]);
		/* what is told is the mean of all, what is used that of the path */
		KUNIT_EXPECT_GT(test, var.excess_ns, 50 * CL_NS_PER_MS);
		KUNIT_EXPECT_LT(test, var.awake_ns, 400000);
		KUNIT_EXPECT_LT(test, var.usual_ns, 60000);
		r = cl_variance_of(&var, cl_variance_min(&var)) >> 16;
		KUNIT_EXPECT_GT(test, r, 0);
		KUNIT_EXPECT_LT(test, r, 20000LL * 20000);
	}
}

static void test_what_always_takes_long_is_the_path(struct kunit *test)
{
	int i;

	sleep_after(200);
	for (i = 0; i < 200; i++)
		note(RTT_NS + CL_NS_PER_SEC / (1 + i % 2));
	KUNIT_EXPECT_GT(test, var.awake_ns, 500 * CL_NS_PER_MS);
	/* one in three does */
	sleep_after(200);
	for (i = 0; i < 300; i++)
		note(RTT_NS + (i % 3 ? 0 : CL_NS_PER_SEC));
	KUNIT_EXPECT_GT(test, var.awake_ns, 200 * CL_NS_PER_MS);
}

static void test_smallest_round_trip_is_of_two_windows(struct kunit *test)
{
	int i;

	start(1000000);
	for (i = 0; i < 990; i++)
		note(RTT_NS + 100);
	KUNIT_EXPECT_EQ(test, cl_variance_min(&var), RTT_NS);
	/* the first round trip is in the window before, and then in none */
	for (i = 0; i < 990; i++)
		note(RTT_NS + 100);
	KUNIT_EXPECT_EQ(test, cl_variance_min(&var), RTT_NS);
	for (i = 0; i < 50; i++)
		note(RTT_NS + 100);
	KUNIT_EXPECT_EQ(test, cl_variance_min(&var), RTT_NS + 100);
}

static void test_excess_and_noise_are_told_apart(struct kunit *test)
{
	/* a floor and noise of 1 us: the variance is 1 us^2 and E^2 / 12 */
	start(16000000);
	teach(20000, 10000, 1414, 0);
	KUNIT_EXPECT_GT(test, cl_variance_noise(&var), 600ULL);
	KUNIT_EXPECT_LT(test, cl_variance_noise(&var), 1500ULL);
	KUNIT_EXPECT_GT(test, var.b_q32, CL_VARIANCE_B_MAX / 2);
	/* none */
	start(1000000);
	teach(20000, 10000, 0, 0);
	KUNIT_EXPECT_LT(test, cl_variance_noise(&var), 700ULL);
	KUNIT_EXPECT_GT(test, var.b_q32, CL_VARIANCE_B_MAX * 3 / 4);
}

static void test_normal_delays_have_no_floor(struct kunit *test)
{
	s64 r;

	/* normal 2 us each way: 1.4 us, however long the round trip took */
	start(1000000);
	teach(20000, 0, 0, 2000);
	KUNIT_EXPECT_GT(test, cl_variance_noise(&var), 1000ULL);
	KUNIT_EXPECT_LT(test, cl_variance_noise(&var), 1700ULL);
	KUNIT_EXPECT_LT(test, var.b_q32, CL_VARIANCE_B_MAX / 8);
	/* 30 times more than was said */
	start(1000000);
	teach(20000, 0, 0, 42000);
	r = cl_variance_of(&var, cl_variance_min(&var) + var.usual_ns) >> 16;
	KUNIT_EXPECT_GT(test, r, 29700LL * 29700 / 2);
	KUNIT_EXPECT_LT(test, r, 29700LL * 29700 * 2);
}

static void test_law_survives_a_start_but_not_other_stamps(struct kunit *test)
{
	s64 b;

	start(1000000);
	teach(20000, 0, 0, 2000);
	b = var.b_q32;
	cl_variance_start(&var, now, 2 * RTT_NS);
	KUNIT_EXPECT_EQ(test, var.b_q32, b);
	KUNIT_EXPECT_EQ(test, cl_variance_min(&var), 2 * RTT_NS);
	KUNIT_EXPECT_EQ(test, var.excess_ns, 0);
	cl_variance_set_stamps(&var, 2500);
	KUNIT_EXPECT_EQ(test, var.b_q32, CL_VARIANCE_B_MAX);
	KUNIT_EXPECT_EQ(test, cl_variance_noise(&var), 51ULL);
}

/* Whatever comes, the law stays in its format. */
static void test_any_innovation_is_safe(struct kunit *test)
{
	int i;

	start(1);
	for (i = 0; i < 20000; i++) {
		s64 r = (s64)(random_s64(&rng) & ((1LL << 60) - 1)) + 1;
		s64 own = (s64)(random_s64(&rng) & ((1LL << 60) - 1)) + 1;

		note(RTT_NS + (random_s64(&rng) & 0xffffff));
		cl_variance_learn(&var, random_s64(&rng), r + own, r);
		KUNIT_EXPECT_GT(test, var.a_q16, 0);
		KUNIT_EXPECT_GT(test, var.b_q32, 0);
		KUNIT_EXPECT_LE(test, var.b_q32, CL_VARIANCE_B_MAX);
		KUNIT_EXPECT_LE(test, cl_variance_noise(&var), 5000001ULL);
	}
}

static struct kunit_case variance_cases[] = {
	KUNIT_CASE(test_excess_is_half_believed),
	KUNIT_CASE(test_what_is_far_beyond_the_usual_says_nothing),
	KUNIT_CASE(test_what_slept_is_no_queue),
	KUNIT_CASE(test_what_always_takes_long_is_the_path),
	KUNIT_CASE(test_smallest_round_trip_is_of_two_windows),
	KUNIT_CASE(test_excess_and_noise_are_told_apart),
	KUNIT_CASE(test_normal_delays_have_no_floor),
	KUNIT_CASE(test_law_survives_a_start_but_not_other_stamps),
	KUNIT_CASE(test_any_innovation_is_safe),
	{}
};

static struct kunit_suite variance_suite = {
	.name = "cl_variance",
	.test_cases = variance_cases,
};

kunit_test_suite(variance_suite);
