// SPDX-License-Identifier: GPL-2.0-or-later
#include <kunit/test.h>

#include "core/estimator.h"
#include "sim.h"

#define INTERVAL_NS (100 * CL_NS_PER_MS)
#define PER_SEC 10
#define SEEDS 4
/* The estimate is asked for this long after an exchange began. */
#define ASK_NS (2 * CL_NS_PER_MS)

static struct cl_estimator est;
static struct sim sim;

static void start(struct sim s)
{
	sim = s;
	cl_estimator_init(&est, sim_params());
}

static int step(void)
{
	struct cl_exchange x;

	sim_advance(&sim, INTERVAL_NS);
	x = sim_exchange(&sim);
	return cl_estimator_push(&est, &x);
}

static void run(unsigned int seconds)
{
	unsigned int i;

	for (i = 0; i < seconds * PER_SEC; i++)
		step();
}

/* Estimate some time after the last exchange began, and its error. */
static s64 error_after(s64 ahead, struct cl_estimate *e)
{
	if (cl_estimator_get(&est, sim_local(&sim, ahead), e))
		return S64_MAX;
	return e->theta_ns - sim_theta_at(&sim, ahead);
}

static void expect_honest(struct kunit *test, s64 error, u64 sigmas,
			  const struct cl_estimate *e)
{
	KUNIT_ASSERT_LE_MSG(test, cl_abs_s64(error), sigmas * e->err_ns,
			    "exchange %u", sim.seq);
}

static void test_no_estimate_before_sixteen_exchanges(struct kunit *test)
{
	struct cl_estimate e = { .theta_ns = 77 };
	int i;

	start(sim_lan(1));
	for (i = 1; i < CL_ESTIMATOR_START; i++) {
		KUNIT_ASSERT_EQ(test, step(), 0);
		KUNIT_ASSERT_TRUE(test, !cl_estimator_ready(&est));
		KUNIT_ASSERT_EQ(test, cl_estimator_get(&est, cl_raw(0), &e),
				-EAGAIN);
	}
	KUNIT_EXPECT_EQ(test, e.theta_ns, 77);
	KUNIT_EXPECT_EQ(test, step(), 0);
	KUNIT_EXPECT_TRUE(test, cl_estimator_ready(&est));
	KUNIT_EXPECT_EQ(test, est.n, (u64)CL_ESTIMATOR_START);
	expect_honest(test, error_after(ASK_NS, &e), 5, &e);
}

/* Without queues and noise nothing is left to guess. */
static void run_exact(struct kunit *test, bool local_asks)
{
	struct cl_estimate e;
	s64 error;

	start(sim_lan(2));
	sim.queue_ns = 0;
	sim.noise_ns = 0;
	sim.wander_ppt = 0;
	sim.local_asks = local_asks;
	run(100);
	error = error_after(ASK_NS, &e);
	KUNIT_EXPECT_LE(test, cl_abs_s64(error), 2ULL);
	KUNIT_EXPECT_LE(test, e.err_ns, 10ULL);
	KUNIT_EXPECT_EQ(test, est.corridor.restarts, 0ULL);
	KUNIT_EXPECT_LE(test, cl_abs_s64(cl_q48_to_ppt(e.y_q48) - 20000000),
			1000ULL);
	/* measured by the local clock: 20 ppm more than 1 ms */
	KUNIT_EXPECT_LE(test, cl_abs_s64((s64)e.min_rtt_ns - CL_NS_PER_MS),
			22ULL);
}

static void test_perfect_stamps_give_the_exact_offset(struct kunit *test)
{
	run_exact(test, true);
	run_exact(test, false);
}

/* Delays of both ways on top of the smallest. */
struct law {
	const char *name;
	s64 base_ns;
	s64 (*draw)(u64 *rng, s64 scale_ns);
	s64 scale_ns;
	s64 noise_ns;
};

static s64 draw_exp(u64 *rng, s64 mean_ns)
{
	return random_exp_q16(rng) * mean_ns >> 16;
}

static s64 draw_normal(u64 *rng, s64 rms_ns)
{
	return random_gauss_q16(rng) * rms_ns >> 16;
}

static s64 draw_uniform(u64 *rng, s64 width_ns)
{
	return random_below(rng, (u32)width_ns);
}

/* Gamma of shape 1/2. */
static s64 draw_gamma(u64 *rng, s64 mean_ns)
{
	s64 z = random_gauss_q16(rng);

	return (z * z >> 16) * mean_ns >> 16;
}

static const struct law laws[] = {
	{ "normal", 500000, draw_normal, 2000, 1000 },
	{ "exp 10 us", 500000, draw_exp, 10000, 1000 },
	{ "exp 100 us", 500000, draw_exp, 100000, 1000 },
	{ "exp 300 us", 500000, draw_exp, 300000, 1000 },
	{ "uniform", 500000, draw_uniform, 50000, 1000 },
	{ "exp 10 us, exact", 500000, draw_exp, 10000, 10 },
	{ "normal, exact", 500000, draw_normal, 50, 10 },
	{ "gamma, exact", 500000, draw_gamma, 10000, 10 },
	{ "wide area, exp", 20000000, draw_exp, 30000000, 1000 },
	{ "wide area, gamma", 20000000, draw_gamma, 30000000, 1000 },
};

/* Errors of both estimators and of the answer, sums over samples. */
struct errors {
	u64 filter;
	u64 corridor;
	u64 answer;
};

static void add_errors(struct errors *sum)
{
	struct cl_raw at = sim_local(&sim, ASK_NS);
	s64 truth = sim_theta_at(&sim, ASK_NS);
	struct cl_parabolic_estimate c;
	struct cl_estimate e;

	cl_parabolic_get(&est.corridor, at, &c);
	sum->corridor += cl_abs_s64(c.theta_ns - truth);
	cl_filter_get(&est.filter, at, &e);
	sum->filter += cl_abs_s64(e.theta_ns - truth);
	cl_estimator_get(&est, at, &e);
	sum->answer += cl_abs_s64(e.theta_ns - truth);
}

static void run_law(const struct law *l, u64 seed, int warm, int seconds,
		    struct errors *sum)
{
	int i;

	start(sim_lan(seed));
	sim.noise_ns = l->noise_ns;
	sim.queue_ns = 0;
	for (i = 0; i < seconds * PER_SEC; i++) {
		struct cl_exchange x;
		s64 there, back;

		sim_advance(&sim, INTERVAL_NS);
		x = sim_exchange(&sim);
		there = l->base_ns - sim.base_ns +
			l->draw(&sim.rng, l->scale_ns);
		back = l->base_ns - sim.base_ns +
		       l->draw(&sim.rng, l->scale_ns);
		x.in_rx = cl_raw_add(x.in_rx, there);
		x.out_tx = cl_raw_add(x.out_tx, there);
		x.out_rx = cl_raw_add(x.out_rx, there + back);
		cl_estimator_push(&est, &x);
		if (i > warm * PER_SEC)
			add_errors(sum);
	}
}

/* Never worse than 1.2 times the better of the two, whatever the delays. */
static void test_the_better_one_answers(struct kunit *test)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(laws); i++) {
		bool wide = laws[i].base_ns > 1000000;
		struct errors sum = {};
		u64 seed, best;

		for (seed = 1; seed <= 3; seed++)
			run_law(&laws[i], seed, wide ? 1000 : 200,
				wide ? 1500 : 400, &sum);
		best = sum.filter < sum.corridor ? sum.filter : sum.corridor;
		KUNIT_ASSERT_LE_MSG(test, sum.answer * 10, best * 12, "%s",
				    laws[i].name);
	}
}

static void test_both_nodes_see_opposite_offsets(struct kunit *test)
{
	static struct cl_estimator other;
	struct cl_estimate mine, theirs;
	int i;

	start(sim_lan(3));
	cl_estimator_init(&other, sim_params());
	for (i = 0; i < 600; i++) {
		struct cl_exchange x, y;

		sim_advance(&sim, INTERVAL_NS);
		x = sim_exchange(&sim);
		y = (struct cl_exchange){
			.out_tx = x.in_tx,
			.out_rx = x.in_rx,
			.in_tx = x.out_tx,
			.in_rx = x.out_rx,
		};
		KUNIT_ASSERT_EQ(test, cl_estimator_push(&est, &x), 0);
		KUNIT_ASSERT_EQ(test, cl_estimator_push(&other, &y), 0);
	}
	error_after(ASK_NS, &mine);
	cl_estimator_get(&other, cl_raw(sim.peer + ASK_NS), &theirs);
	KUNIT_EXPECT_LE(test, cl_abs_s64(mine.theta_ns + theirs.theta_ns),
			20ULL);
	KUNIT_EXPECT_LE(test, cl_abs_s64(mine.y_q48 + theirs.y_q48),
			(u64)cl_ppt_to_q48(2000));
}

/* Error at every sample, and its mean square at the end. */
static void run_path(struct kunit *test, s64 queue_ns, bool local_asks,
		     u64 rms_max_ns)
{
	u64 squares = 0, claimed = 0;
	u64 n = 0;
	u64 seed;

	for (seed = 1; seed <= SEEDS; seed++) {
		struct cl_estimate e;
		int i;

		start(sim_lan(seed));
		sim.queue_ns = queue_ns;
		sim.local_asks = local_asks;
		for (i = 0; i < 300 * PER_SEC; i++) {
			s64 error;

			step();
			if (!cl_estimator_ready(&est))
				continue;
			error = error_after(ASK_NS, &e);
			expect_honest(test, error, 5, &e);
			if (i < 100 * PER_SEC)
				continue;
			squares += (u64)(error * error);
			claimed += e.err_ns;
			n++;
		}
	}
	KUNIT_EXPECT_LE(test, claimed / n, 3 * rms_max_ns / 2);
	KUNIT_EXPECT_LE(test, cl_isqrt(squares / n), rms_max_ns);
}

static void test_lan_error_is_small_and_within_five_sigma(struct kunit *test)
{
	run_path(test, 10 * CL_NS_PER_US, false, 300);
	run_path(test, 10 * CL_NS_PER_US, true, 300);
}

static void test_busy_path_error_stays_within_five_sigma(struct kunit *test)
{
	run_path(test, 100 * CL_NS_PER_US, false, 1200);
	run_path(test, CL_NS_PER_MS, false, 8000);
}

static void test_wan_jitter_is_not_believed(struct kunit *test)
{
	u64 seed;

	for (seed = 1; seed <= SEEDS; seed++) {
		struct cl_estimate e;
		int i;

		start(sim_lan(seed));
		sim.base_ns = 20 * CL_NS_PER_MS;
		sim.queue_ns = 30 * CL_NS_PER_MS;
		for (i = 0; i < 300 * PER_SEC; i++) {
			step();
			if (!cl_estimator_ready(&est))
				continue;
			expect_honest(test, error_after(0, &e), 5, &e);
		}
		KUNIT_ASSERT_LE_MSG(test, e.err_ns, (u64)CL_NS_PER_MS, "wan");
	}
}

static void test_enormous_jitter_gives_no_estimate_at_first(struct kunit *test)
{
	struct cl_estimate e;

	start(sim_lan(15));
	sim.base_ns = 20 * CL_NS_PER_MS;
	sim.queue_ns = 150 * CL_NS_PER_MS;
	run(5);
	KUNIT_EXPECT_FALSE(test, cl_estimator_ready(&est));
	KUNIT_EXPECT_EQ(test, error_after(0, &e), S64_MAX);
	run(295);
	KUNIT_EXPECT_TRUE(test, cl_estimator_ready(&est));
	expect_honest(test, error_after(0, &e), 5, &e);
}

/* Standard deviation after a few seconds of stamps with 20 ns of noise. */
static u64 error_of_source(struct kunit *test, bool hardware)
{
	struct cl_estimate e = {};
	struct cl_exchange x;
	int i;

	start(sim_lan(1));
	sim.queue_ns = 0;
	sim.noise_ns = 20;
	for (i = 0; i < 3 * PER_SEC; i++) {
		sim_advance(&sim, INTERVAL_NS);
		x = sim_exchange(&sim);
		x.hardware = hardware;
		cl_estimator_push(&est, &x);
		if (cl_estimator_ready(&est))
			expect_honest(test, error_after(ASK_NS, &e), 5, &e);
	}
	return e.err_ns;
}

static void test_stamps_of_hardware_are_believed_more(struct kunit *test)
{
	KUNIT_EXPECT_LT(test, 2 * error_of_source(test, true),
			error_of_source(test, false));
}

/*
 * What was learnt of the kernel's stamps, which come late, is more than the whole
 * round trip by the device's.
 */
static void test_no_round_trip_is_negative(struct kunit *test)
{
	struct cl_estimate e;
	struct cl_exchange x;
	int i;

	cl_estimator_init(&est, sim_params());
	for (i = 1; i <= 700; i++) {
		s64 t = i * 100 * CL_NS_PER_MS;

		if (i == 650) {
			est.continuity.shift_ns[0] = 2000;
			est.continuity.shift_ns[1] = 5000;
			cl_continuity_restart(&est.continuity);
		}
		x = (struct cl_exchange){
			.hardware = true,
			.in_tx = cl_raw(t),
			.in_rx = cl_raw(t + 500),
			.out_tx = cl_raw(t + 20000),
			.out_rx = cl_raw(t + 20500),
		};
		KUNIT_ASSERT_EQ(test, cl_estimator_push(&est, &x), 0);
	}
	KUNIT_ASSERT_EQ(test, cl_estimator_get(&est, est.last, &e), 0);
	KUNIT_EXPECT_LE(test, cl_abs_s64(e.theta_ns), 5ULL);
	KUNIT_EXPECT_LE(test, e.err_ns, 100ULL);
	KUNIT_EXPECT_EQ(test, e.min_rtt_ns, 1000ULL);
	KUNIT_EXPECT_EQ(test, est.continuity.shift_ns[0], 0LL);
}

/*
 * A path is shorter than it had become: first samples are too low and kept back, then
 * one is impossible.  Those kept are samples of the path as it was before.
 */
static void test_what_was_kept_is_of_the_path_of_before(struct kunit *test)
{
	struct cl_estimate e;
	struct cl_exchange x;
	int i;

	cl_estimator_init(&est, sim_params());
	for (i = 1; i <= 1600; i++) {
		s64 t = i * 100 * CL_NS_PER_MS;
		s64 way = i < 1510 ? 5000 : 4000;

		if (i == 1500)
			est.continuity.shift_ns[0] = 9000;
		x = (struct cl_exchange){
			.hardware = true,
			.in_tx = cl_raw(t),
			.in_rx = cl_raw(t + way),
			.out_tx = cl_raw(t + 20000),
			.out_rx = cl_raw(t + 20000 + way),
		};
		KUNIT_ASSERT_EQ(test, cl_estimator_push(&est, &x), 0);
		if (i == 1509)
			KUNIT_EXPECT_EQ(test, est.n_kept, 10U);
		if (i < 1500)
			continue;
		KUNIT_ASSERT_EQ(test, cl_estimator_get(&est, est.last, &e), 0);
		KUNIT_ASSERT_LE_MSG(test, cl_abs_s64(e.theta_ns), 5ULL,
				    "sample %d", i);
	}
	KUNIT_EXPECT_EQ(test, est.continuity.shift_ns[0], 0LL);
}

static void test_frequency_step_of_50_ppb_is_absorbed(struct kunit *test)
{
	u64 seed;

	for (seed = 1; seed <= SEEDS; seed++) {
		struct cl_estimate e;
		s64 error;
		int i;

		start(sim_lan(seed));
		run(200);
		sim.y_ppt += 50000;
		for (i = 0; i < 100 * PER_SEC; i++) {
			step();
			/* 1 us: the smallest asymmetry budget */
			error = error_after(ASK_NS, &e);
			KUNIT_ASSERT_LE_MSG(test, cl_abs_s64(error),
					    5 * e.err_ns + 1000, "after %d ms",
					    i * 100);
		}
		run(100);
		KUNIT_ASSERT_LE_MSG(test, cl_abs_s64(error_after(ASK_NS, &e)),
				    1000ULL, "seed %d", (int)seed);
	}
}

static void expect_recovery(struct kunit *test, unsigned int seconds)
{
	struct cl_estimate e;

	run(seconds);
	expect_honest(test, error_after(ASK_NS, &e), 5, &e);
	KUNIT_EXPECT_LE(test, cl_abs_s64(error_after(ASK_NS, &e)), 3000ULL);
}

static void test_unexpected_jumps_are_recovered_from(struct kunit *test)
{
	start(sim_lan(5));
	run(300);
	sim.offset += 100 * CL_NS_PER_US;
	expect_recovery(test, 20);
	sim.offset -= CL_NS_PER_SEC;
	expect_recovery(test, 40);
	sim.y_ppt += 10000000; /* 10 ppm */
	expect_recovery(test, 40);
	KUNIT_EXPECT_EQ(test, est.rejected, 0ULL);
}

static void test_holdover_of_an_hour_stays_within_bound(struct kunit *test)
{
	u64 seed;

	for (seed = 1; seed <= 8; seed++) {
		struct cl_estimate e;
		u64 before = 0;
		int minute;

		start(sim_lan(seed));
		run(200);
		for (minute = 1; minute <= 60; minute++) {
			sim_advance(&sim, 60 * CL_NS_PER_SEC);
			expect_honest(test, error_after(0, &e), 5, &e);
			KUNIT_ASSERT_TRUE(test, e.err_ns > before);
			before = e.err_ns;
		}
		/* useful as well: sigma below 400 us */
		KUNIT_ASSERT_LE_MSG(test, e.err_ns, 400000ULL, "seed %d",
				    (int)seed);
	}
}

static void test_any_age_gives_a_growing_error(struct kunit *test)
{
	struct cl_estimate e;
	struct cl_raw last;
	u64 before = 0;
	s64 age;

	start(sim_lan(6));
	run(100);
	last = est.last;
	for (age = 1; age < S64_MAX / 4; age *= 2) {
		struct cl_raw at = cl_raw_add(last, age);

		KUNIT_ASSERT_EQ(test, cl_estimator_get(&est, at, &e), 0);
		KUNIT_ASSERT_TRUE(test, e.err_ns >= before);
		KUNIT_ASSERT_TRUE(test, e.last.ns == last.ns);
		before = e.err_ns;
	}
	/* years: at least the frequency's error times the age */
	KUNIT_EXPECT_GT(test, before, (u64)CL_NS_PER_SEC);
}

static void test_instant_before_the_last_sample_is_safe(struct kunit *test)
{
	struct cl_estimate now, earlier;

	start(sim_lan(7));
	run(100);
	KUNIT_ASSERT_EQ(test, cl_estimator_get(&est, est.last, &now), 0);
	KUNIT_ASSERT_EQ(test,
			cl_estimator_get(&est,
					 cl_raw_add(est.last, -CL_NS_PER_MS),
					 &earlier),
			0);
	KUNIT_EXPECT_EQ(test, earlier.err_ns, now.err_ns);
	/* 20 ppm of 1 ms */
	KUNIT_EXPECT_LE(test, cl_abs_s64(now.theta_ns - earlier.theta_ns - 20),
			1ULL);
}

static void test_impossible_exchanges_are_rejected(struct kunit *test)
{
	struct cl_estimator before;
	struct cl_exchange x;

	start(sim_lan(8));
	run(10);
	before = est;

	x = sim_exchange(&sim);
	x.in_rx = cl_raw_add(x.in_rx, -2 * CL_NS_PER_MS);
	KUNIT_EXPECT_EQ(test, cl_estimator_push(&est, &x), -ERANGE);
	x = sim_exchange(&sim);
	x.in_rx = cl_raw_add(x.in_rx, 10 * CL_NS_PER_SEC);
	KUNIT_EXPECT_EQ(test, cl_estimator_push(&est, &x), -ERANGE);
	x = sim_exchange(&sim);
	x.in_tx = cl_raw_add(x.in_tx, CL_NS_PER_SEC << 16);
	x.out_rx = cl_raw_add(x.out_rx, CL_NS_PER_SEC << 16);
	KUNIT_EXPECT_EQ(test, cl_estimator_push(&est, &x), -ERANGE);
	KUNIT_EXPECT_EQ(test, est.rejected, 3ULL);
	est.rejected = 0;
	KUNIT_EXPECT_EQ(test, memcmp(&est, &before, sizeof(est)), 0);
}

static void test_exchange_out_of_order_is_used_for_a_second(struct kunit *test)
{
	struct cl_estimator before;
	struct cl_exchange old, new;
	struct cl_estimate e;
	int i;

	start(sim_lan(9));
	run(1);
	sim_advance(&sim, INTERVAL_NS);
	old = sim_exchange(&sim);
	sim_advance(&sim, INTERVAL_NS);
	new = sim_exchange(&sim);
	/* among the first ones, and later */
	KUNIT_EXPECT_EQ(test, cl_estimator_push(&est, &new), 0);
	KUNIT_EXPECT_EQ(test, cl_estimator_push(&est, &old), 0);
	run(10);
	old = sim_exchange(&sim);
	for (i = 0; i < PER_SEC / 2; i++)
		step();
	KUNIT_EXPECT_EQ(test, cl_estimator_push(&est, &old), 0);
	expect_honest(test, error_after(ASK_NS, &e), 5, &e);
	run(1);
	before = est;
	KUNIT_EXPECT_EQ(test, cl_estimator_push(&est, &old), -ESTALE);
	KUNIT_EXPECT_EQ(test, est.late, 1ULL);
	est.late = 0;
	KUNIT_EXPECT_EQ(test, memcmp(&est, &before, sizeof(est)), 0);
}

static void test_wild_first_exchange_does_not_lock_out(struct kunit *test)
{
	struct cl_exchange x;
	struct cl_estimate e;

	start(sim_lan(10));
	x = sim_exchange(&sim);
	x.in_tx = cl_raw_add(x.in_tx, CL_NS_PER_SEC << 20);
	x.out_rx = cl_raw_add(x.out_rx, CL_NS_PER_SEC << 20);
	KUNIT_EXPECT_EQ(test, cl_estimator_push(&est, &x), 0);
	run(20);
	KUNIT_EXPECT_EQ(test, est.rejected, 0ULL);
	expect_honest(test, error_after(ASK_NS, &e), 5, &e);
}

/* The peer's clock moved after the request had come, and the response was late. */
static void test_half_an_exchange_of_before_is_forgotten(struct kunit *test)
{
	struct cl_exchange x;
	struct cl_estimate e;
	unsigned int before;

	for (before = 0; before < CL_ESTIMATOR_START; before++) {
		start(sim_lan(11 + before));
		while (sim.seq < before)
			step();
		x = sim_exchange(&sim);
		x.out_rx = cl_raw_add(x.out_rx, -2 * CL_NS_PER_SEC);
		x.in_tx = cl_raw_add(x.in_tx, -3 * CL_NS_PER_SEC);
		KUNIT_ASSERT_EQ(test, cl_estimator_push(&est, &x), 0);
		run(20);
		expect_honest(test, error_after(ASK_NS, &e), 5, &e);
		KUNIT_EXPECT_LE(test, e.err_ns, 10000ULL);
	}
}

static void test_clocks_any_distance_apart_are_compared(struct kunit *test)
{
	static const s64 offsets[] = { 0, S64_MAX / 2, S64_MIN / 2, S64_MAX,
				       S64_MIN };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(offsets); i++) {
		struct cl_estimate e;
		struct cl_raw at;
		int n;

		cl_estimator_init(&est, sim_params());
		sim = sim_lan(11);
		sim.peer = 0;
		sim.offset = 0;
		for (n = 0; n < 100; n++) {
			struct cl_exchange x;

			sim_advance(&sim, INTERVAL_NS);
			x = sim_exchange(&sim);
			x.out_tx = cl_raw_add(x.out_tx, offsets[i]);
			x.in_rx = cl_raw_add(x.in_rx, offsets[i]);
			KUNIT_ASSERT_EQ(test, cl_estimator_push(&est, &x), 0);
		}
		at = cl_raw_add(sim_local(&sim, ASK_NS), offsets[i]);
		KUNIT_ASSERT_EQ(test, cl_estimator_get(&est, at, &e), 0);
		KUNIT_ASSERT_LE_MSG(test,
				    cl_abs_s64(cl_raw_sub(cl_raw(e.theta_ns),
							  cl_raw(offsets[i])) -
					       sim_theta_at(&sim, ASK_NS)),
				    5 * e.err_ns, "offset %d", (int)i);
	}
}

static void test_longer_path_is_bridged_by_the_oscillator(struct kunit *test)
{
	struct cl_estimate e;
	int i;

	start(sim_lan(12));
	run(150);
	/* Forward path 200 us longer, not yet known: its samples do not count. */
	for (i = 0; i < 15 * PER_SEC; i++) {
		struct cl_exchange x;

		sim_advance(&sim, INTERVAL_NS);
		x = sim_exchange(&sim);
		x.in_rx = cl_raw_add(x.in_rx, 200 * CL_NS_PER_US);
		x.out_tx = cl_raw_add(x.out_tx, 200 * CL_NS_PER_US);
		x.out_rx = cl_raw_add(x.out_rx, 200 * CL_NS_PER_US);
		KUNIT_ASSERT_EQ(test, cl_estimator_push(&est, &x), 0);
	}
	KUNIT_EXPECT_LE(test, cl_abs_s64(error_after(ASK_NS, &e)), 5000ULL);
	KUNIT_EXPECT_LE(test, cl_abs_s64((s64)e.min_rtt_ns - CL_NS_PER_MS),
			10000ULL);
}

/* A queue of three hops in one direction, which has no floor, for 100 s. */
static void test_queue_does_not_move_the_clock(struct kunit *test)
{
	u64 err = 0;
	struct cl_estimate e;
	s64 i;

	start(sim_lan(17));
	sim.local_asks = true;
	run(300);
	for (i = 0; i < 100 * PER_SEC; i++) {
		s64 hops = random_exp_q16(&sim.rng) + random_exp_q16(&sim.rng) +
			   random_exp_q16(&sim.rng);
		struct cl_exchange x;

		sim_advance(&sim, INTERVAL_NS);
		x = sim_exchange(&sim);
		x.in_rx = cl_raw_add(x.in_rx, hops * 333 * CL_NS_PER_US >> 16);
		KUNIT_ASSERT_EQ(test, cl_estimator_push(&est, &x), 0);
		KUNIT_EXPECT_LE(test, cl_abs_s64(error_after(0, &e)), 5000ULL);
		if (i % (10 * PER_SEC) || i < 10 * PER_SEC)
			continue;
		/* Nothing is taken, so the error that is claimed grows. */
		KUNIT_EXPECT_GT(test, e.err_ns, err);
		expect_honest(test, error_after(0, &e), 5, &e);
		err = e.err_ns;
	}
	KUNIT_EXPECT_GT(test, err, 1000ULL);
	run(60);
	KUNIT_EXPECT_LE(test, cl_abs_s64(error_after(0, &e)), 1500ULL);
	KUNIT_EXPECT_EQ(test, e.shift_ns, 0ULL);
}

static void test_new_path_is_learnt(struct kunit *test)
{
	struct cl_estimate e;

	start(sim_lan(16));
	run(150);
	sim.base_ns += 500 * CL_NS_PER_US;
	run(90);
	expect_honest(test, error_after(ASK_NS, &e), 5, &e);
	KUNIT_EXPECT_LE(test, cl_abs_s64((s64)e.min_rtt_ns - 2 * CL_NS_PER_MS),
			20000ULL);
	KUNIT_EXPECT_GT(test, est.continuity.changes, 0ULL);
	KUNIT_EXPECT_EQ(test, est.clock_changes, 0ULL);
}

static void test_excess_follows_the_jitter(struct kunit *test)
{
	start(sim_lan(13));
	run(100);
	/* two queues of 10 us */
	KUNIT_EXPECT_GT(test, est.filter.var.excess_ns, 12000);
	KUNIT_EXPECT_LT(test, est.filter.var.excess_ns, 32000);
	sim.queue_ns *= 10;
	run(60);
	KUNIT_EXPECT_GT(test, est.filter.var.excess_ns, 120000);
	KUNIT_EXPECT_LT(test, est.filter.var.excess_ns, 320000);
}

/* An exchange that waited in the peer, or was asked for by the peer and waited there. */
static void step_asleep(s64 wait)
{
	struct cl_exchange x;

	sim_advance(&sim, INTERVAL_NS);
	x = sim_exchange(&sim);
	x.out_rx = cl_raw_add(x.out_rx, wait);
	if (sim.local_asks) {
		x.in_tx = cl_raw_add(x.in_tx, wait);
		x.in_rx = cl_raw_add(x.in_rx, wait);
	}
	cl_estimator_push(&est, &x);
}

/* What waited says nothing about the offset, nor about what is known of it. */
static void test_peer_that_slept_leaves_no_doubt(struct kunit *test)
{
	static const unsigned int first[] = { 20, 40, 110 };
	unsigned int i, k;
	struct cl_estimate e;

	for (k = 0; k < ARRAY_SIZE(first); k++) {
		start(sim_lan(18 + k));
		for (i = 0; i < first[k]; i++) {
			sim.local_asks = i % 2;
			step();
		}
		for (i = 0; i < PER_SEC; i++) {
			sim.local_asks = i % 2;
			step_asleep(CL_NS_PER_SEC - i * INTERVAL_NS);
		}
		for (i = 0; i < 300; i++) {
			s64 error;

			sim.local_asks = i % 2;
			step();
			error = error_after(ASK_NS, &e);
			expect_honest(test, error, 5, &e);
			KUNIT_ASSERT_LE_MSG(test, e.err_ns, 30000ULL, "%u, %u",
					    first[k], i);
		}
		KUNIT_EXPECT_LE(test, e.err_ns, 5000ULL);
	}
}

static void test_parameters_beyond_the_formats_are_limited(struct kunit *test)
{
	static const struct cl_estimator_params params = {
		.stamp_noise_ns = U32_MAX,
		.wander_ppt = U32_MAX,
	};
	struct cl_estimate e;

	sim = sim_lan(14);
	cl_estimator_init(&est, &params);
	KUNIT_EXPECT_EQ(test, est.params.stamp_noise_ns, 1000000U);
	KUNIT_EXPECT_EQ(test, est.params.wander_ppt, 1000000U);
	run(100);
	expect_honest(test, error_after(ASK_NS, &e), 5, &e);
}

static struct kunit_case estimator_cases[] = {
	KUNIT_CASE(test_the_better_one_answers),
	KUNIT_CASE(test_no_estimate_before_sixteen_exchanges),
	KUNIT_CASE(test_perfect_stamps_give_the_exact_offset),
	KUNIT_CASE(test_both_nodes_see_opposite_offsets),
	KUNIT_CASE(test_lan_error_is_small_and_within_five_sigma),
	KUNIT_CASE(test_busy_path_error_stays_within_five_sigma),
	KUNIT_CASE(test_wan_jitter_is_not_believed),
	KUNIT_CASE(test_enormous_jitter_gives_no_estimate_at_first),
	KUNIT_CASE(test_stamps_of_hardware_are_believed_more),
	KUNIT_CASE(test_no_round_trip_is_negative),
	KUNIT_CASE(test_what_was_kept_is_of_the_path_of_before),
	KUNIT_CASE(test_frequency_step_of_50_ppb_is_absorbed),
	KUNIT_CASE(test_unexpected_jumps_are_recovered_from),
	KUNIT_CASE(test_holdover_of_an_hour_stays_within_bound),
	KUNIT_CASE(test_any_age_gives_a_growing_error),
	KUNIT_CASE(test_instant_before_the_last_sample_is_safe),
	KUNIT_CASE(test_impossible_exchanges_are_rejected),
	KUNIT_CASE(test_exchange_out_of_order_is_used_for_a_second),
	KUNIT_CASE(test_wild_first_exchange_does_not_lock_out),
	KUNIT_CASE(test_half_an_exchange_of_before_is_forgotten),
	KUNIT_CASE(test_clocks_any_distance_apart_are_compared),
	KUNIT_CASE(test_longer_path_is_bridged_by_the_oscillator),
	KUNIT_CASE(test_queue_does_not_move_the_clock),
	KUNIT_CASE(test_new_path_is_learnt),
	KUNIT_CASE(test_excess_follows_the_jitter),
	KUNIT_CASE(test_peer_that_slept_leaves_no_doubt),
	KUNIT_CASE(test_parameters_beyond_the_formats_are_limited),
	{}
};

static struct kunit_suite estimator_suite = {
	.name = "cl_estimator",
	.test_cases = estimator_cases,
};

kunit_test_suite(estimator_suite);
