// SPDX-License-Identifier: GPL-2.0-or-later
#include <kunit/test.h>

#include "core/continuity.h"
#include "core/fixed.h"
#include "random.h"

#define US CL_NS_PER_US
#define MS CL_NS_PER_MS
#define INTERVAL_NS (100 * MS)

/*
 * Delays of one direction above the floor; bursts: for 10 s of 60 s 200 times
 * those of EXPONENTIAL.
 */
enum law { NORMAL, EXPONENTIAL, WIDE, SQUARE, LAWS, BURSTS = LAWS };

/*
 * Queues that stand in one direction: of three hops, which are seldom short
 * together; one that is never empty; one that sometimes is.
 */
enum queue { NO_QUEUE, HOPS, STANDING, LONG };

static const struct cl_continuity_scale scales[] = {
	[NORMAL] = { 1414, 3 * US, 150, INTERVAL_NS },
	[EXPONENTIAL] = { 1414, 10 * US, 250, INTERVAL_NS },
	[WIDE] = { 1414, 30 * MS, 7 * US, INTERVAL_NS },
	[SQUARE] = { 1414, 30 * MS, 5 * US, INTERVAL_NS },
	[BURSTS] = { 1414, 300 * US, 500, INTERVAL_NS },
};

/**
 * struct stream - residuals as an estimator sees them that knows the offset
 * @c: under test
 * @law: law of the delays
 * @queue: on top of them, there
 * @queued: direction of it
 * @rng: state of the random numbers
 * @n: samples so far
 * @longer: by how much each direction is longer than at the start, ns
 * @moved: by how much the clock is off the estimate, ns
 * @drift: by how much it moves more with every sample, ns
 * @count: verdicts
 * @doubtful: samples in the present doubt
 * @longest: samples in the longest one
 */
struct stream {
	struct cl_continuity c;
	enum law law;
	enum queue queue;
	unsigned int queued;
	u64 rng;
	s64 n;
	s64 longer[2];
	s64 moved;
	s64 drift;
	u32 count[6];
	s64 doubtful;
	s64 longest;
};

static struct stream st;

static s64 delay(void)
{
	s64 gauss = random_gauss_q16(&st.rng);

	switch (st.law) {
	case NORMAL:
		return 0;
	case EXPONENTIAL:
		return random_exp_q16(&st.rng) * 10 * US >> 16;
	case BURSTS:
		return random_exp_q16(&st.rng) *
			       (st.n % 600 < 100 ? 2 * MS : 10 * US) >>
		       16;
	case WIDE:
		return random_exp_q16(&st.rng) * 30 * MS >> 16;
	default:
		return gauss * gauss / 65536 * 30 * MS >> 16;
	}
}

static s64 wait_ns(unsigned int k)
{
	if (k != st.queued)
		return 0;
	switch (st.queue) {
	case HOPS:
		return (random_exp_q16(&st.rng) + random_exp_q16(&st.rng) +
			random_exp_q16(&st.rng)) *
			       333 * US >>
		       16;
	case STANDING:
		return 2 * MS + (random_exp_q16(&st.rng) * 200 * US >> 16);
	case LONG:
		return random_exp_q16(&st.rng) * MS >> 16;
	default:
		return 0;
	}
}

static s64 noise(void)
{
	return random_gauss_q16(&st.rng) * 1414 >> 16;
}

static void begin(enum law law, u64 seed)
{
	st = (struct stream){ .law = law, .rng = seed };
	cl_continuity_init(&st.c);
}

/* One sample; a moved clock is found by the estimator that starts anew. */
static enum cl_continuity_verdict step(void)
{
	enum cl_continuity_verdict v;
	s64 ru, rw;

	st.moved += st.drift;
	ru = 500 * US + delay() + noise() + wait_ns(0) + st.longer[0] -
	     st.c.shift_ns[0];
	rw = 500 * US + delay() + noise() + wait_ns(1) + st.longer[1] -
	     st.c.shift_ns[1];
	v = cl_continuity_push(&st.c, cl_raw(st.n++ * INTERVAL_NS),
			       ru + st.moved, rw - st.moved, &scales[st.law]);
	st.count[v]++;
	st.doubtful = st.c.doubt ? st.doubtful + 1 : 0;
	st.longest = cl_max_s64(st.longest, st.doubtful);
	if (v == CL_CONTINUITY_CLOCK) {
		st.moved = 0;
		st.drift = 0;
	}
	return v;
}

static void run(s64 seconds)
{
	s64 end = st.n + seconds * CL_NS_PER_SEC / INTERVAL_NS;

	while (st.n < end)
		step();
}

static u32 alarms(void)
{
	return st.count[CL_CONTINUITY_SHIFTED] + st.count[CL_CONTINUITY_CLOCK];
}

static void test_quiet_paths_stay_quiet(struct kunit *test)
{
	u64 seed;

	for (seed = 0; seed < 8; seed++) {
		begin(seed % LAWS, seed);
		run(2000);
		KUNIT_EXPECT_EQ(test, alarms(), 0);
		KUNIT_EXPECT_EQ(test, cl_continuity_err_ns(&st.c), 0ULL);
		/* Nor are good samples kept back. */
		KUNIT_EXPECT_LE(test, st.count[CL_CONTINUITY_DOUBT], 200);
	}
}

/* By how much a learnt asymmetry may be wrong, ns. */
static const s64 accuracy[] = {
	[NORMAL] = 1 * US, [EXPONENTIAL] = 2 * US, [WIDE] = 25 * US,
	[SQUARE] = 5 * US, [BURSTS] = 2 * US,
};

static void expect_asymmetry(struct kunit *test, s64 ns)
{
	s64 wrong = cl_continuity_asymmetry_ns(&st.c) - ns;

	KUNIT_ASSERT_LE_MSG(test, cl_abs_s64(wrong), (u64)accuracy[st.law],
			    "law %d, wrong by %lld ns", st.law,
			    (long long)wrong);
}

static void test_longer_way_and_back(struct kunit *test)
{
	u64 seed;

	for (seed = 0; seed < 8; seed++) {
		begin(seed % LAWS, seed);
		run(1000);
		st.longer[seed / 4] = 200 * US;
		run(1000);
		expect_asymmetry(test, seed / 4 ? -100 * US : 100 * US);
		st.longer[seed / 4] = 0;
		run(1000);
		expect_asymmetry(test, 0);
		KUNIT_EXPECT_EQ(test, st.count[CL_CONTINUITY_CLOCK], 0);
	}
}

static void test_shorter_way(struct kunit *test)
{
	u64 seed;

	for (seed = 0; seed < 8; seed++) {
		begin(seed % LAWS, seed);
		run(1000);
		st.longer[seed / 4] = -200 * US;
		run(1000);
		expect_asymmetry(test, seed / 4 ? 100 * US : -100 * US);
		KUNIT_EXPECT_EQ(test, st.count[CL_CONTINUITY_CLOCK], 0);
	}
}

static void test_both_ways_longer_or_shorter(struct kunit *test)
{
	u64 seed;

	for (seed = 0; seed < 8; seed++) {
		begin(seed % LAWS, seed);
		run(1000);
		st.longer[0] = seed / 4 ? 200 * US : -200 * US;
		st.longer[1] = st.longer[0];
		run(1000);
		expect_asymmetry(test, 0);
		KUNIT_EXPECT_EQ(test, st.count[CL_CONTINUITY_CLOCK], 0);
	}
}

static void test_clock_that_moved(struct kunit *test)
{
	u64 seed;

	for (seed = 0; seed < 8; seed++) {
		begin(seed % LAWS, seed);
		run(1000);
		st.moved = seed / 4 ? 200 * US : -200 * US;
		run(600);
		KUNIT_EXPECT_EQ(test, st.count[CL_CONTINUITY_CLOCK], 1);
		KUNIT_EXPECT_EQ(test, st.count[CL_CONTINUITY_SHIFTED], 0);
		KUNIT_EXPECT_EQ(test, cl_continuity_asymmetry_ns(&st.c), 0LL);
	}
}

static void test_stray_sample_is_dropped(struct kunit *test)
{
	begin(EXPONENTIAL, 1);
	run(1000);
	st.longer[0] = -200 * US;
	KUNIT_EXPECT_EQ(test, step(), CL_CONTINUITY_DOUBT);
	KUNIT_EXPECT_LE(test, 160ULL * US, cl_continuity_doubt_ns(&st.c));
	st.longer[0] = 0;
	run(100);
	KUNIT_EXPECT_EQ(test, st.count[CL_CONTINUITY_STRAY], 1);
	KUNIT_EXPECT_EQ(test, alarms(), 0);
	KUNIT_EXPECT_EQ(test, cl_continuity_doubt_ns(&st.c), 0ULL);
}

static void test_nothing_is_judged_at_the_start(struct kunit *test)
{
	begin(EXPONENTIAL, 2);
	run(30);
	st.longer[0] = 200 * US;
	run(15);
	st.longer[0] = -200 * US;
	run(15);
	KUNIT_EXPECT_EQ(test, st.count[CL_CONTINUITY_QUIET], st.n);
}

static void test_bursts_are_no_changes(struct kunit *test)
{
	u64 seed;

	for (seed = 0; seed < 8; seed++) {
		begin(BURSTS, seed);
		run(2000);
		KUNIT_EXPECT_EQ(test, alarms(), 0);
		st.longer[seed % 2] = seed / 4 ? 200 * US : -200 * US;
		run(600);
		expect_asymmetry(test,
				 (seed % 2 ? -1 : 1) * st.longer[seed % 2] / 2);
		KUNIT_EXPECT_EQ(test, st.count[CL_CONTINUITY_CLOCK], 0);
	}
}

/* 2 ppm: found before the offset is wrong by much more than an asymmetry. */
static void test_frequency_step_is_the_clock(struct kunit *test)
{
	u64 seed;

	for (seed = 0; seed < 8; seed++) {
		s64 moved = 0;

		begin(seed % 2 ? EXPONENTIAL : NORMAL, seed);
		run(200);
		st.drift = seed / 4 ? 200 : -200;
		while (st.drift && cl_abs_s64(moved) <= 20000) {
			moved = st.moved;
			step();
		}
		KUNIT_ASSERT_LE_MSG(test, cl_abs_s64(moved), 20000ULL,
				    "seed %d", (int)seed);
		run(200);
		KUNIT_EXPECT_EQ(test, st.count[CL_CONTINUITY_CLOCK], 1);
		KUNIT_EXPECT_EQ(test, st.count[CL_CONTINUITY_SHIFTED], 0);
	}
}

static void test_errors_add_up_until_the_path_is_back(struct kunit *test)
{
	u64 seed;
	int i;

	for (seed = 0; seed < 8; seed++) {
		u64 before = 0;

		begin(seed % 2 ? EXPONENTIAL : NORMAL, seed);
		run(200);
		for (i = 1; i <= 8; i++) {
			s64 wrong;

			st.longer[i % 2] = i * 100 * US;
			run(150);
			wrong = cl_continuity_asymmetry_ns(&st.c) -
				(st.longer[0] - st.longer[1]) / 2;
			KUNIT_EXPECT_LE(test, cl_abs_s64(wrong),
					4 * cl_continuity_err_ns(&st.c));
			KUNIT_EXPECT_GT(test, cl_continuity_err_ns(&st.c),
					before);
			before = cl_continuity_err_ns(&st.c);
		}
		st.longer[0] = 0;
		st.longer[1] = 0;
		run(150);
		KUNIT_EXPECT_EQ(test, cl_continuity_asymmetry_ns(&st.c), 0LL);
		KUNIT_EXPECT_EQ(test, cl_continuity_err_ns(&st.c), 0ULL);
	}
}

/* Samples are kept back while few decide; where many have to, only low ones go. */
static void test_doubt_is_bounded(struct kunit *test)
{
	u64 seed;

	for (seed = 0; seed < 8; seed++) {
		bool few = seed % LAWS < WIDE;
		u32 kept;
		int i;

		begin(seed % LAWS, seed);
		run(1000);
		kept = st.count[CL_CONTINUITY_DOUBT];
		st.longer[0] = -200 * US;
		for (i = 0; i < 6000 && !st.c.doubt; i++)
			step();
		KUNIT_EXPECT_LE(test, cl_continuity_doubt_ns(&st.c),
				220ULL * US);
		run(1000);
		kept = st.count[CL_CONTINUITY_DOUBT] - kept;
		KUNIT_EXPECT_LE(test, st.longest, few ? 600 : 6000);
		if (st.law != SQUARE)
			KUNIT_EXPECT_EQ(test, kept > 0, few);
	}
}

static void test_new_start_keeps_the_shifts(struct kunit *test)
{
	s64 asymmetry;

	begin(EXPONENTIAL, 3);
	run(200);
	st.longer[0] = 200 * US;
	run(100);
	expect_asymmetry(test, 100 * US);
	asymmetry = cl_continuity_asymmetry_ns(&st.c);
	cl_continuity_restart(&st.c);
	st.moved = 1 * MS;
	run(300);
	KUNIT_EXPECT_EQ(test, alarms(), 1);
	KUNIT_EXPECT_EQ(test, cl_continuity_asymmetry_ns(&st.c), asymmetry);
}

static void test_any_numbers_are_safe(struct kunit *test)
{
	struct cl_continuity_scale scale;
	u64 rng = 1;
	s64 at = 0;
	int i;

	begin(EXPONENTIAL, 4);
	for (i = 0; i < 200000; i++) {
		scale.noise_ns = random_s64(&rng);
		scale.excess_ns = random_s64(&rng);
		scale.err_ns = random_s64(&rng);
		scale.interval_ns = random_s64(&rng);
		at += random_below(&rng, 2000000000);
		cl_continuity_push(&st.c, cl_raw(at), random_s64(&rng),
				   random_s64(&rng), &scale);
		KUNIT_ASSERT_TRUE(test,
				  st.c.floors.n_past <= CL_FLOORS_WINDOWS);
		KUNIT_ASSERT_TRUE(test,
				  st.c.doubt || !cl_continuity_doubt_ns(&st.c));
	}
}

static void test_start_takes_longer_where_delays_spread(struct kunit *test)
{
	begin(WIDE, 5);
	run(200);
	st.longer[0] = -10 * MS;
	run(60);
	KUNIT_EXPECT_EQ(test, st.count[CL_CONTINUITY_QUIET], st.n);
}

/* A queue that stands for up to minutes is waited for, however low it comes. */
static void test_queue_without_floor_is_not_learnt(struct kunit *test)
{
	u64 seed;

	for (seed = 0; seed < 8; seed++) {
		begin(seed % 2 ? EXPONENTIAL : NORMAL, seed);
		run(300);
		st.queue = seed / 4 ? LONG : HOPS;
		st.queued = seed / 2 % 2;
		run(200);
		KUNIT_EXPECT_EQ(test, alarms(), 0);
		KUNIT_EXPECT_GT(test,
				st.count[CL_CONTINUITY_DOUBT] +
					st.count[CL_CONTINUITY_LATE],
				1500);
		st.queue = NO_QUEUE;
		run(200);
		KUNIT_EXPECT_EQ(test, alarms(), 0);
		KUNIT_EXPECT_FALSE(test, st.c.floors.held);
	}
}

/* In the end something is learnt, and nothing of it is left afterwards. */
static void test_path_is_back_after_a_queue(struct kunit *test)
{
	u64 seed;

	for (seed = 0; seed < 8; seed++) {
		begin(seed % 2 ? EXPONENTIAL : NORMAL, seed);
		run(300);
		st.queue = seed / 4 ? STANDING : HOPS;
		st.queued = seed / 2 % 2;
		run(500);
		KUNIT_EXPECT_GT(test, st.c.changes, 0ULL);
		KUNIT_EXPECT_GT(test, cl_continuity_err_ns(&st.c), 0ULL);
		if (st.queue == STANDING) {
			s64 wrong =
				cl_abs_s64(cl_continuity_asymmetry_ns(&st.c)) -
				MS;

			KUNIT_EXPECT_LE(test, cl_abs_s64(wrong), 5000ULL);
		}
		st.queue = NO_QUEUE;
		run(20);
		KUNIT_EXPECT_EQ(test, st.count[CL_CONTINUITY_CLOCK], 0);
		KUNIT_EXPECT_EQ(test, cl_continuity_asymmetry_ns(&st.c), 0LL);
		KUNIT_EXPECT_EQ(test, cl_continuity_err_ns(&st.c), 0ULL);
	}
}

/* The round trip knows the old path although the clock has moved meanwhile. */
static void test_path_is_back_and_clock_has_moved(struct kunit *test)
{
	u64 seed;

	for (seed = 0; seed < 8; seed++) {
		begin(seed % 2 ? EXPONENTIAL : NORMAL, seed);
		run(300);
		st.longer[seed / 4] = 400 * US;
		run(100);
		expect_asymmetry(test, seed / 4 ? -200 * US : 200 * US);
		st.longer[seed / 4] = 0;
		st.moved = seed / 2 % 2 ? 80 * US : -80 * US;
		run(20);
		KUNIT_EXPECT_EQ(test, st.count[CL_CONTINUITY_CLOCK], 1);
		KUNIT_EXPECT_EQ(test, cl_continuity_asymmetry_ns(&st.c), 0LL);
		KUNIT_EXPECT_EQ(test, cl_continuity_err_ns(&st.c), 0ULL);
	}
}

static struct kunit_case continuity_cases[] = {
	KUNIT_CASE(test_quiet_paths_stay_quiet),
	KUNIT_CASE(test_longer_way_and_back),
	KUNIT_CASE(test_shorter_way),
	KUNIT_CASE(test_both_ways_longer_or_shorter),
	KUNIT_CASE(test_clock_that_moved),
	KUNIT_CASE(test_stray_sample_is_dropped),
	KUNIT_CASE(test_nothing_is_judged_at_the_start),
	KUNIT_CASE(test_bursts_are_no_changes),
	KUNIT_CASE(test_frequency_step_is_the_clock),
	KUNIT_CASE(test_errors_add_up_until_the_path_is_back),
	KUNIT_CASE(test_doubt_is_bounded),
	KUNIT_CASE(test_new_start_keeps_the_shifts),
	KUNIT_CASE(test_start_takes_longer_where_delays_spread),
	KUNIT_CASE(test_queue_without_floor_is_not_learnt),
	KUNIT_CASE(test_path_is_back_after_a_queue),
	KUNIT_CASE(test_path_is_back_and_clock_has_moved),
	KUNIT_CASE(test_any_numbers_are_safe),
	{}
};

static struct kunit_suite continuity_suite = {
	.name = "cl_continuity",
	.test_cases = continuity_cases,
};

kunit_test_suite(continuity_suite);
