// SPDX-License-Identifier: GPL-2.0-or-later
#include <kunit/test.h>

#include "core/fixed.h"
#include "core/parabolic.h"
#include "estimator_vectors.inc"
#include "sim.h"

#define INTERVAL_NS (100 * CL_NS_PER_MS)
#define PER_SEC 10

struct vector {
	const char *name;
	const s64 (*in)[4];
	const s64 (*out)[6];
	size_t n_in;
	size_t n_out;
	s64 c;
};

static const struct vector vectors[] = {
#define VECTOR(id, c_)                  \
	{ .name = #id,                  \
	  .in = id##_in,                \
	  .out = id##_ph,               \
	  .n_in = ARRAY_SIZE(id##_in),  \
	  .n_out = ARRAY_SIZE(id##_ph), \
	  .c = (c_) },
	PARABOLIC_VECTORS(VECTOR)
#undef VECTOR
};

/* Mean error that the vectors' table states, ns. */
static const s64 stated_error[] = { 276, 1232, 21300, 1620 };

static struct cl_lower hull;
static struct cl_corridor corridor;
static struct cl_parabolic ph;
static struct sim sim;

/* A complete exchange as the estimator takes it. */
static int push(const struct cl_exchange *x)
{
	struct cl_oneway s = cl_oneway(x);

	return cl_parabolic_push(&ph, &s);
}

static struct cl_exchange exchange(const s64 t[4])
{
	return (struct cl_exchange){
		.in_tx = cl_raw(t[0]),
		.in_rx = cl_raw(t[1]),
		.out_tx = cl_raw(t[2]),
		.out_rx = cl_raw(t[3]),
	};
}

/* Feed a vector to one generation; mean error of its answers, ns. */
static s64 run_vector(struct kunit *test, const struct vector *v, bool subtick)
{
	const s64(*want)[6] = v->out;
	struct cl_exchange x = exchange(v->in[0]);
	struct cl_oneway s = cl_oneway(&x);
	s64 sum = 0;
	s64 n = 0;
	size_t i;

	memset(&corridor, 0, sizeof(corridor));
	cl_corridor_start(&corridor, &s, v->c);
	for (i = 0; i < v->n_in; i++) {
		s64 th, t;

		x = exchange(v->in[i]);
		s = cl_oneway(&x);
		cl_corridor_push(&corridor, &s, subtick ? corridor.y : 0);
		if (want == v->out + v->n_out || (s64)i + 1 != (*want)[0])
			continue;
		t = cl_raw_sub(s.at_u, corridor.x0);
		cl_corridor_solve(&corridor, (s32)(t >> CL_LOWER_TICK_SHIFT));
		th = corridor.theta;
		if (subtick) {
			th += (corridor.y * (t & ((1 << 20) - 1))) >> 36;
		} else {
			KUNIT_ASSERT_EQ_MSG(test, corridor.t, (*want)[1], "%s",
					    v->name);
			KUNIT_ASSERT_EQ_MSG(test, th, (*want)[2], "%s",
					    v->name);
			KUNIT_ASSERT_EQ_MSG(test, corridor.y, (*want)[3], "%s",
					    v->name);
			KUNIT_ASSERT_EQ_MSG(test, corridor.delay, (*want)[4],
					    "%s", v->name);
		}
		if ((*want)[0] >= 1000) {
			sum += (s64)cl_abs_s64((th >> 4) - (*want)[5]);
			n++;
		}
		want++;
	}
	/* every row of the expected file was reached */
	KUNIT_ASSERT_TRUE(test, want == v->out + v->n_out);
	KUNIT_ASSERT_EQ(test, corridor.fwd.drops + corridor.back.drops, 0ULL);
	return sum / n;
}

static void test_vectors_are_reproduced_bit_by_bit(struct kunit *test)
{
	size_t i;

	KUNIT_EXPECT_EQ(test, ARRAY_SIZE(vectors), (size_t)4);
	for (i = 0; i < ARRAY_SIZE(vectors); i++) {
		s64 mean = run_vector(test, &vectors[i], false);

		/* the table has three digits */
		KUNIT_ASSERT_LE_MSG(test, mean, stated_error[i] * 201 / 200,
				    "%s", vectors[i].name);
		KUNIT_ASSERT_GE_MSG(test, mean, stated_error[i] * 199 / 200 - 1,
				    "%s", vectors[i].name);
	}
}

static void test_ticks_can_be_corrected(struct kunit *test)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(vectors); i++)
		KUNIT_ASSERT_LE_MSG(test, run_vector(test, &vectors[i], true),
				    stated_error[i] + 50, "%s",
				    vectors[i].name);
}

static void test_a_point_costs_two_comparisons_at_most(struct kunit *test)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(vectors); i++) {
		run_vector(test, &vectors[i], false);
		KUNIT_ASSERT_LE_MSG(test, corridor.fwd.steps, 2 * corridor.n,
				    "%s", vectors[i].name);
		KUNIT_ASSERT_LE_MSG(test, corridor.back.steps, 2 * corridor.n,
				    "%s", vectors[i].name);
	}
}

static void test_one_low_point_removes_all_before_it(struct kunit *test)
{
	s32 x;

	memset(&hull, 0, sizeof(hull));
	/* a bowl: every point is a corner */
	for (x = 0; x < 60; x++)
		cl_lower_push(&hull, x, (s64)x * x);
	KUNIT_EXPECT_EQ(test, hull.n, 60U);
	cl_lower_push(&hull, 60, -1000000);
	KUNIT_EXPECT_EQ(test, hull.n, 2U);
	KUNIT_EXPECT_LE(test, hull.steps, 2 * 61ULL);
	KUNIT_EXPECT_EQ(test, hull.drops, 0ULL);
}

static void test_lost_corners_are_counted(struct kunit *test)
{
	s32 x;

	memset(&hull, 0, sizeof(hull));
	for (x = 0; x < 100; x++)
		cl_lower_push(&hull, x, (s64)x * x);
	KUNIT_EXPECT_EQ(test, hull.n, (u32)CL_LOWER_MAX);
	KUNIT_EXPECT_EQ(test, hull.drops, 100ULL - CL_LOWER_MAX);
	/* the oldest went: the ring goes on after them */
	KUNIT_EXPECT_EQ(test, hull.x[hull.head], 100 - CL_LOWER_MAX);
}

static void test_of_one_tick_the_lowest_stays(struct kunit *test)
{
	memset(&hull, 0, sizeof(hull));
	cl_lower_push(&hull, 0, 50);
	cl_lower_push(&hull, 5, 100);
	cl_lower_push(&hull, 5, 120);
	KUNIT_EXPECT_EQ(test, hull.n, 2U);
	KUNIT_EXPECT_EQ(test, hull.v[1], 100);
	cl_lower_push(&hull, 5, 80);
	KUNIT_EXPECT_EQ(test, hull.n, 2U);
	KUNIT_EXPECT_EQ(test, hull.v[1], 80);
}

static void test_a_late_point_takes_its_place(struct kunit *test)
{
	struct cl_lower want;
	s32 x;

	memset(&hull, 0, sizeof(hull));
	for (x = 0; x < 30; x++)
		cl_lower_push(&hull, x, (s64)x * x * 4);
	want = hull;
	/* above the hull: nothing changes */
	cl_lower_push(&hull, 25, 25 * 25 * 4 + 1);
	KUNIT_EXPECT_EQ(test, hull.n, want.n);
	KUNIT_EXPECT_EQ(test, memcmp(hull.v, want.v, sizeof(want.v)), 0);
	/* below it: in, and what is above the new sides goes */
	cl_lower_push(&hull, 25, 25 * 25 * 4 - 10);
	KUNIT_EXPECT_EQ(test, hull.n, 28U);
	KUNIT_EXPECT_EQ(test, hull.x[24], 25);
	KUNIT_EXPECT_EQ(test, hull.v[24], 25 * 25 * 4 - 10);
	KUNIT_EXPECT_EQ(test, hull.x[23], 23);
	KUNIT_EXPECT_EQ(test, hull.x[25], 27);
	/* older than CL_LOWER_LATE_MAX corners: ignored, and nothing is lost */
	cl_lower_push(&hull, 3, -1000);
	KUNIT_EXPECT_EQ(test, hull.n, 28U);
	KUNIT_EXPECT_EQ(test, hull.v[3], 36);
	KUNIT_EXPECT_EQ(test, hull.x[27], 29);
	/* older than all */
	memset(&hull, 0, sizeof(hull));
	cl_lower_push(&hull, 10, 0);
	cl_lower_push(&hull, 5, 7);
	KUNIT_EXPECT_EQ(test, hull.n, 2U);
	KUNIT_EXPECT_EQ(test, hull.x[0], 5);
	KUNIT_EXPECT_EQ(test, hull.x[1], 10);
}

/* Of magnitudes a and b, is the difference at most a part of b? */
static bool close_to(s64 a, s64 b, s64 part)
{
	return (s64)cl_abs_s64(a - b) <= b / part + 1;
}

static void test_scales_are_the_designs(struct kunit *test)
{
	/* the curvatures of the vectors, made in floating point */
	static const s64 scale[][3] = {
		{ 100 * CL_NS_PER_MS, 10 * CL_NS_PER_US, 1457608 },
		{ 100 * CL_NS_PER_MS, 2 * CL_NS_PER_US, 2011106 },
		{ 500 * CL_NS_PER_MS, 30 * CL_NS_PER_MS, 213021 },
	};
	size_t i;
	s32 w;

	for (i = 0; i < ARRAY_SIZE(scale); i++) {
		s64 c = cl_parabolic_curvature(1000, scale[i][0], scale[i][1]);

		KUNIT_EXPECT_TRUE(test, close_to(c, scale[i][2], 10000));
	}
	/* 8 tau* = 126.8 s for rho = 1e6, 3118 s for rho = 333.3 */
	w = cl_parabolic_window(1000, 100 * CL_NS_PER_MS, 10 * CL_NS_PER_US);
	KUNIT_EXPECT_TRUE(test, close_to(w, 120918, 5000));
	w = cl_parabolic_window(1000, 100 * CL_NS_PER_MS, 30 * CL_NS_PER_MS);
	KUNIT_EXPECT_TRUE(test, close_to(w, 2973984, 5000));
}

static void test_scales_stay_in_their_formats(struct kunit *test)
{
	static const u32 wander[] = { 1, 1000, 1000000 };
	static const s64 ns[] = { S64_MIN, -1, 0, 1, 1000, 1LL << 40, S64_MAX };
	size_t q, i, k;

	for (q = 0; q < ARRAY_SIZE(wander); q++)
		for (i = 0; i < ARRAY_SIZE(ns); i++)
			for (k = 0; k < ARRAY_SIZE(ns); k++) {
				s64 c = cl_parabolic_curvature(wander[q], ns[i],
							       ns[k]);
				s32 w = cl_parabolic_window(wander[q], ns[i],
							    ns[k]);

				KUNIT_ASSERT_TRUE(test, c >= 1);
				KUNIT_ASSERT_TRUE(test, c <= CL_LOWER_C_MAX);
				KUNIT_ASSERT_TRUE(test, w >= 19073);
				KUNIT_ASSERT_TRUE(test, w <= CL_LOWER_X_MAX);
			}
}

static void start(struct sim s)
{
	sim = s;
	cl_parabolic_init(&ph, (u32)sim.wander_ppt, 1000);
}

static int step(void)
{
	struct cl_exchange x;

	sim_advance(&sim, INTERVAL_NS);
	x = sim_exchange(&sim);
	return push(&x);
}

static s64 error_now(struct kunit *test)
{
	struct cl_parabolic_estimate e;

	KUNIT_EXPECT_EQ(test, cl_parabolic_get(&ph, sim_local(&sim, 0), &e), 0);
	return e.theta_ns - sim_theta(&sim);
}

static void test_nothing_is_known_before_the_frequency(struct kunit *test)
{
	struct cl_parabolic_estimate e = { .theta_ns = 77 };
	int i;

	start(sim_lan(1));
	KUNIT_EXPECT_EQ(test, cl_parabolic_get(&ph, cl_raw(0), &e), -EAGAIN);
	/* 0.5 s of samples says nothing of the frequency */
	for (i = 0; i <= 5; i++) {
		KUNIT_EXPECT_EQ(test, step(), 0);
		KUNIT_EXPECT_EQ(test, cl_parabolic_get(&ph, cl_raw(0), &e),
				-EAGAIN);
	}
	KUNIT_EXPECT_EQ(test, e.theta_ns, 77);
	KUNIT_EXPECT_EQ(test, step(), 0);
	/* half a round trip is the most by which one exchange is wrong */
	KUNIT_EXPECT_LE(test, cl_abs_s64(error_now(test)), 600000ULL);
	cl_parabolic_restart(&ph);
	KUNIT_EXPECT_EQ(test, step(), 0);
	KUNIT_EXPECT_EQ(test, cl_parabolic_get(&ph, cl_raw(0), &e), -EAGAIN);
}

/*
 * The clocks leave each other by 100 ppm, and not even a queue hides it: that is
 * no contradiction before the frequency is known.
 */
static void test_an_unknown_frequency_squeezes_nothing(struct kunit *test)
{
	int i;

	start(sim_lan(1));
	sim.queue_ns = 0;
	sim.noise_ns = 0;
	sim.y_ppt = 100000000;
	for (i = 0; i < 3 * PER_SEC; i++) {
		step();
		KUNIT_ASSERT_EQ(test, cl_parabolic_squeezed(&ph), 0ULL);
	}
	KUNIT_EXPECT_LE(test, cl_abs_s64(error_now(test)), 100ULL);
}

static void test_start_learns_frequency_and_delay(struct kunit *test)
{
	struct cl_parabolic_estimate e;
	int i;

	start(sim_lan(7));
	sim.queue_ns = 300 * CL_NS_PER_US;
	for (i = 0; i < CL_PARABOLIC_START; i++)
		step();
	KUNIT_EXPECT_EQ(test, cl_parabolic_get(&ph, sim_local(&sim, 0), &e), 0);
	KUNIT_EXPECT_NE(test, e.y_q48, 0);
	KUNIT_EXPECT_TRUE(test, close_to(e.excess_ns, 300000, 3));
}

/* Without queues and noise only ticks and units are left. */
static void run_exact(struct kunit *test, bool local_asks, s64 y_ppt)
{
	/* by local time, not by the peer's */
	s64 want = y_ppt - y_ppt / 1000000 * y_ppt / 1000000;
	struct cl_parabolic_estimate e;
	s64 c;
	int i;

	start(sim_lan(2));
	sim.queue_ns = 0;
	sim.noise_ns = 0;
	sim.wander_ppt = 0;
	sim.y_ppt = y_ppt;
	sim.local_asks = local_asks;
	for (i = 0; i < 6000; i++)
		KUNIT_ASSERT_EQ(test, step(), 0);
	KUNIT_EXPECT_LE(test, cl_abs_s64(error_now(test)), 5ULL);
	KUNIT_EXPECT_EQ(test, cl_parabolic_get(&ph, sim_local(&sim, 0), &e), 0);
	KUNIT_EXPECT_LE(test, cl_abs_s64(cl_q48_to_ppt(e.y_q48) - want),
			1000ULL);
	KUNIT_EXPECT_LE(test, cl_abs_s64(e.delay_ns - 500000), 50ULL);
	/* the stamps' noise sets the scale; then it is found not to be there */
	c = cl_parabolic_curvature(1000, INTERVAL_NS, 1000);
	KUNIT_EXPECT_GT(test, ph.c, c - c / 100);
	KUNIT_EXPECT_LE(test, ph.c, 4 * c);
}

static void test_exact_stamps_give_the_exact_offset(struct kunit *test)
{
	run_exact(test, false, 20000000);
	run_exact(test, true, 20000000);
	run_exact(test, false, -100000000);
	run_exact(test, true, 100000000);
}

/* Mean and largest error over a time, and the largest jump at a hand-over. */
struct run {
	s64 mean;
	s64 max;
	s64 jump;
};

static struct run run(struct kunit *test, unsigned int warm, unsigned int secs)
{
	struct run r = {};
	unsigned int i;
	s64 before = 0;
	u64 swaps = 0;
	s64 sum = 0;

	for (i = 0; i < warm * PER_SEC; i++)
		step();
	for (i = 0; i < secs; i++) {
		int k;
		s64 e;

		for (k = 0; k < PER_SEC; k++)
			step();
		e = error_now(test);
		sum += (s64)cl_abs_s64(e);
		r.max = cl_max_s64(r.max, (s64)cl_abs_s64(e));
		if (i && swaps != ph.swaps)
			r.jump =
				cl_max_s64(r.jump, (s64)cl_abs_s64(e - before));
		swaps = ph.swaps;
		before = e;
	}
	r.mean = sum / secs;
	return r;
}

static void test_generations_hand_over_without_a_jump(struct kunit *test)
{
	struct run r;

	/* queues of 300 us: tau* = 62 s, a window of 500 s */
	start(sim_lan(3));
	sim.queue_ns = 300 * CL_NS_PER_US;
	r = run(test, 400, 3600);
	KUNIT_EXPECT_LE(test, r.mean, 1300);
	KUNIT_EXPECT_LE(test, r.max, 4500);
	KUNIT_EXPECT_LE(test, r.jump, 1300);
	KUNIT_EXPECT_GT(test, ph.swaps, 10ULL);
	KUNIT_EXPECT_EQ(test, cl_parabolic_drops(&ph), 0ULL);
	KUNIT_EXPECT_EQ(test, ph.restarts, 0ULL);
	/* the mean delay is followed */
	KUNIT_EXPECT_TRUE(test, close_to(ph.excess_ns, 300000, 10));
}

static void test_wide_area_is_microseconds(struct kunit *test)
{
	struct run r;

	start(sim_lan(4));
	sim.base_ns = 20 * CL_NS_PER_MS;
	sim.queue_ns = 30 * CL_NS_PER_MS;
	r = run(test, 1500, 2500);
	KUNIT_EXPECT_LE(test, r.mean, 10000);
	KUNIT_EXPECT_LE(test, r.max, 40000);
	KUNIT_EXPECT_GT(test, ph.swaps, 1ULL);
	KUNIT_EXPECT_EQ(test, cl_parabolic_drops(&ph), 0ULL);
}

/* Where queues are long, starts are as well. */
static void test_a_young_corridor_has_a_longer_tail(struct kunit *test)
{
	u64 young, last = 512;
	s64 tau;
	int i;

	start(sim_lan(5));
	sim.base_ns = 20 * CL_NS_PER_MS;
	sim.queue_ns = 30 * CL_NS_PER_MS;
	KUNIT_EXPECT_EQ(test, cl_parabolic_young_q8(&ph), 256ULL);
	for (i = 0; i < 2500 * PER_SEC; i++) {
		step();
		if (!ph.y_known)
			continue;
		young = cl_parabolic_young_q8(&ph);
		tau = ((s64)ph.half << 20) / 4;
		if (i * INTERVAL_NS < 2 * tau)
			KUNIT_ASSERT_EQ(test, young, 512ULL);
		if (i * INTERVAL_NS > 3 * tau)
			KUNIT_ASSERT_EQ(test, young, 256ULL);
		KUNIT_ASSERT_TRUE(test, young <= last);
		/* neither does it jump, but for a tau* learnt anew */
		if (i * INTERVAL_NS > 5 * tau / 2 + 10 * INTERVAL_NS)
			KUNIT_ASSERT_TRUE(test, young <= 384);
		last = young;
	}
	KUNIT_EXPECT_GT(test, ph.swaps, 0ULL);
	KUNIT_EXPECT_EQ(test, last, 256ULL);
	cl_parabolic_restart(&ph);
	step();
	KUNIT_EXPECT_EQ(test, cl_parabolic_young_q8(&ph), 256ULL);
}

static void test_late_and_impossible_are_refused(struct kunit *test)
{
	struct cl_exchange old, x;
	s64 before;
	int i;

	start(sim_lan(5));
	for (i = 0; i < 300; i++)
		step();
	old = sim_exchange(&sim);
	step();
	/* a little late is not too late */
	KUNIT_EXPECT_EQ(test, push(&old), 0);
	for (i = 0; i < 10; i++)
		step();
	before = error_now(test);
	KUNIT_EXPECT_EQ(test, push(&old), -ESTALE);
	/* an offset 20 s away */
	x = sim_exchange(&sim);
	x.out_rx = cl_raw_add(x.out_rx, -20 * CL_NS_PER_SEC);
	x.in_tx = cl_raw_add(x.in_tx, -20 * CL_NS_PER_SEC);
	KUNIT_EXPECT_EQ(test, push(&x), -ERANGE);
	KUNIT_EXPECT_EQ(test, ph.n, 312ULL);
	KUNIT_EXPECT_LE(test, cl_abs_s64(error_now(test) - before), 5ULL);
}

static void test_long_gaps_end_in_a_new_start(struct kunit *test)
{
	int i;

	start(sim_lan(6));
	sim.wander_ppt = 0;
	for (i = 0; i < 3000; i++)
		step();
	/* an hour: what was learnt still counts */
	sim_advance(&sim, 3600 * CL_NS_PER_SEC);
	KUNIT_EXPECT_LE(test, cl_abs_s64(error_now(test)), 2000000ULL);
	KUNIT_EXPECT_EQ(test, step(), 0);
	KUNIT_EXPECT_EQ(test, ph.restarts, 0ULL);
	KUNIT_EXPECT_LE(test, cl_abs_s64(error_now(test)), 50000ULL);
	/* three hours: no generation reaches so far */
	sim_advance(&sim, 3 * 3600 * CL_NS_PER_SEC);
	KUNIT_EXPECT_EQ(test, step(), 0);
	KUNIT_EXPECT_EQ(test, ph.restarts, 1ULL);
	KUNIT_EXPECT_EQ(test, ph.n, 1ULL);
	for (i = 0; i < 300; i++)
		step();
	KUNIT_EXPECT_LE(test, cl_abs_s64(error_now(test)), 5000ULL);
}

static void step_slowly(struct kunit *test, int n)
{
	while (n--) {
		struct cl_exchange x;

		sim_advance(&sim, CL_NS_PER_SEC);
		x = sim_exchange(&sim);
		KUNIT_ASSERT_EQ(test, push(&x), 0);
	}
}

static void test_a_full_elder_is_handed_over_early(struct kunit *test)
{
	start(sim_lan(8));
	sim.queue_ns = 30 * CL_NS_PER_MS;
	sim.wander_ppt = 100;
	cl_parabolic_init(&ph, 100, 1000);
	/* half of the largest window is 4335 s */
	step_slowly(test, 4300);
	KUNIT_EXPECT_EQ(test, ph.swaps, 0ULL);
	sim_advance(&sim, 4000 * CL_NS_PER_SEC);
	step_slowly(test, 1);
	KUNIT_EXPECT_EQ(test, ph.swaps, 1ULL);
	/* the elder is now 8301 s old; 8736 s is the most */
	step_slowly(test, 400);
	KUNIT_EXPECT_EQ(test, ph.swaps, 1ULL);
	step_slowly(test, 100);
	KUNIT_EXPECT_EQ(test, ph.swaps, 2ULL);
	KUNIT_EXPECT_EQ(test, ph.restarts, 0ULL);
}

static void test_half_the_range_of_time_is_a_new_start(struct kunit *test)
{
	const s64 t = CL_NS_PER_SEC;
	const s64 far = (s64)((u64)t + S64_MAX);
	const s64 stamps[][4] = {
		{ 0, 0, 0, 0 },
		{ t, t, t, t },
		{ far, far, far, far },
	};
	size_t i;

	cl_parabolic_init(&ph, 1000, 1000);
	for (i = 0; i < ARRAY_SIZE(stamps); i++) {
		struct cl_exchange x = exchange(stamps[i]);

		KUNIT_EXPECT_EQ(test, push(&x), 0);
	}
	KUNIT_EXPECT_EQ(test, ph.restarts, 1ULL);
}

/* Any stamps: nothing overflows (UBSan), nothing loops for ever. */
static void test_any_stamps_are_safe(struct kunit *test)
{
	struct cl_parabolic_estimate e;
	u64 rng = 7;
	int refused = 0;
	int i;

	cl_parabolic_init(&ph, U32_MAX, U32_MAX);
	for (i = 0; i < 20000; i++) {
		struct cl_exchange x;
		s64 t[4];

		t[0] = random_s64(&rng);
		t[1] = random_s64(&rng);
		t[2] = (s64)((u64)t[1] + random_below(&rng, U32_MAX) * 13ULL);
		/* round trip of up to 10 s */
		t[3] = (s64)((u64)t[2] - (u64)t[1] + (u64)t[0] +
			     random_below(&rng, U32_MAX) * 2ULL);
		x = exchange(t);
		refused += push(&x) < 0;
		cl_parabolic_get(&ph, cl_raw(random_s64(&rng)), &e);
	}
	KUNIT_EXPECT_GT(test, refused, 0);
}

/* Steps and delays at the limits of what is accepted. */
static void test_limits_of_the_formats_are_safe(struct kunit *test)
{
	static const s64 gap[] = { 0, 1, CL_NS_PER_MS, CL_NS_PER_SEC,
				   500 * CL_NS_PER_SEC };
	struct cl_parabolic_estimate e;
	s64 local = 0;
	u64 rng = 8;
	int i;

	cl_parabolic_init(&ph, 1000000, 0);
	for (i = 0; i < 20000; i++) {
		s64 offset = random_below(&rng, 2) ? 8 * CL_NS_PER_SEC :
						     -8 * CL_NS_PER_SEC;
		s64 rtt = random_below(&rng, 2) ? 10 * CL_NS_PER_SEC : 0;
		s64 hold = random_below(&rng, 2) ? 60 * CL_NS_PER_SEC : 0;
		s64 t[4];
		struct cl_exchange x;

		local += gap[random_below(&rng, ARRAY_SIZE(gap))];
		t[1] = local;
		t[2] = local + hold;
		t[0] = t[1] - offset - rtt / 2;
		t[3] = t[2] - offset + rtt - rtt / 2;
		x = exchange(t);
		push(&x);
		if (!cl_parabolic_get(&ph, cl_raw(local), &e))
			KUNIT_ASSERT_LE_MSG(test, cl_abs_s64(e.theta_ns),
					    60ULL * CL_NS_PER_SEC,
					    "exchange %d", i);
	}
	KUNIT_EXPECT_GT(test, ph.n, 0ULL);
}

static struct kunit_case parabolic_cases[] = {
	KUNIT_CASE(test_vectors_are_reproduced_bit_by_bit),
	KUNIT_CASE(test_ticks_can_be_corrected),
	KUNIT_CASE(test_a_point_costs_two_comparisons_at_most),
	KUNIT_CASE(test_one_low_point_removes_all_before_it),
	KUNIT_CASE(test_lost_corners_are_counted),
	KUNIT_CASE(test_of_one_tick_the_lowest_stays),
	KUNIT_CASE(test_a_late_point_takes_its_place),
	KUNIT_CASE(test_scales_are_the_designs),
	KUNIT_CASE(test_scales_stay_in_their_formats),
	KUNIT_CASE(test_nothing_is_known_before_the_frequency),
	KUNIT_CASE(test_an_unknown_frequency_squeezes_nothing),
	KUNIT_CASE(test_start_learns_frequency_and_delay),
	KUNIT_CASE(test_exact_stamps_give_the_exact_offset),
	KUNIT_CASE(test_generations_hand_over_without_a_jump),
	KUNIT_CASE(test_wide_area_is_microseconds),
	KUNIT_CASE(test_a_young_corridor_has_a_longer_tail),
	KUNIT_CASE(test_late_and_impossible_are_refused),
	KUNIT_CASE(test_long_gaps_end_in_a_new_start),
	KUNIT_CASE(test_a_full_elder_is_handed_over_early),
	KUNIT_CASE(test_half_the_range_of_time_is_a_new_start),
	KUNIT_CASE(test_any_stamps_are_safe),
	KUNIT_CASE(test_limits_of_the_formats_are_safe),
	{}
};

static struct kunit_suite parabolic_suite = {
	.name = "cl_parabolic",
	.test_cases = parabolic_cases,
};

kunit_test_suite(parabolic_suite);
