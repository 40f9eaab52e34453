// SPDX-License-Identifier: GPL-2.0-or-later
#include <kunit/test.h>

#include "core/fixed.h"
#include "core/thermal.h"
#include "random.h"

#define SECONDS 7200
#define PERIOD_S 1800

/* struct world - an oscillator in a room */
struct world {
	u64 rng;
	s64 now_s;
	s64 wander_ppt;
	s64 walk_ppt;
	s64 slope_ppt;
	s64 swing_mk;
	s64 theta_ps;
	s64 noise_ns;
};

static struct world room(u64 seed)
{
	return (struct world){
		.rng = seed,
		.wander_ppt = 1000,
		.slope_ppt = 60000,
		.swing_mk = 6000,
		.noise_ns = 60,
	};
}

/* Up and down between 20 and 20 + swing degrees. */
static s32 temperature(const struct world *w)
{
	s64 phase = w->now_s % PERIOD_S;
	s64 half = PERIOD_S / 2;

	if (phase > half)
		phase = PERIOD_S - phase;
	return (s32)(20000 + w->swing_mk * phase / half);
}

static s64 true_ppt(const struct world *w)
{
	return w->walk_ppt + w->slope_ppt * (temperature(w) - 20000) / 1000;
}

static void pass(struct world *w, struct cl_thermal *t, s64 seconds)
{
	while (seconds-- > 0) {
		struct cl_estimate e = { .err_ns = (u64)w->noise_ns };

		w->now_s++;
		w->walk_ppt += random_gauss_q16(&w->rng) * w->wander_ppt >> 16;
		/* 1e-12 of a second is 1 ps. */
		w->theta_ps += true_ppt(w);
		e.at = cl_raw(w->now_s * CL_NS_PER_SEC);
		e.theta_ns = w->theta_ps / 1000 +
			     (random_gauss_q16(&w->rng) * w->noise_ns >> 16);
		e.wander_ppt = (u32)w->wander_ppt;
		cl_thermal_read(t, temperature(w));
		cl_thermal_learn(t, &e);
	}
}

static void test_slope_is_learnt(struct kunit *test)
{
	static const s64 slopes[] = { 60000, -60000, 300000 };
	struct cl_thermal t;
	struct world w;
	size_t i;
	u64 seed;

	for (i = 0; i < ARRAY_SIZE(slopes); i++) {
		for (seed = 1; seed <= 20; seed++) {
			w = room(seed);
			w.slope_ppt = slopes[i];
			cl_thermal_init(&t);
			pass(&w, &t, SECONDS);
			KUNIT_EXPECT_TRUE(test, cl_thermal_trusted(&t));
			/* The walk within a span is 9 ppb rms. */
			KUNIT_EXPECT_LT(test,
					cl_abs_s64(t.slope_ppt - slopes[i]),
					10000);
			KUNIT_EXPECT_LT(test,
					cl_abs_s64(t.slope_ppt - slopes[i]),
					5 * cl_isqrt(t.var));
		}
	}
}

static void test_chance_is_not_believed(struct kunit *test)
{
	unsigned int believed = 0;
	struct cl_thermal t;
	struct world w;
	u64 seed;

	for (seed = 1; seed <= 200; seed++) {
		w = room(seed);
		w.slope_ppt = 0;
		cl_thermal_init(&t);
		pass(&w, &t, SECONDS);
		believed += cl_thermal_trusted(&t);
	}
	/* Three sigma: one of 370. */
	KUNIT_EXPECT_LE(test, believed, 3);
}

static void test_too_little_is_not_believed(struct kunit *test)
{
	struct world w = room(1);
	struct cl_thermal t;

	cl_thermal_init(&t);
	KUNIT_EXPECT_FALSE(test, cl_thermal_trusted(&t));
	w.slope_ppt = 1000000;
	pass(&w, &t, 5 * CL_THERMAL_SPAN_S);
	KUNIT_EXPECT_EQ(test, t.changes, CL_THERMAL_CHANGES_MIN - 1);
	KUNIT_EXPECT_FALSE(test, cl_thermal_trusted(&t));
	pass(&w, &t, CL_THERMAL_SPAN_S);
	KUNIT_EXPECT_TRUE(test, cl_thermal_trusted(&t));
}

static void test_a_shock_is_no_temperature(struct kunit *test)
{
	struct world w = room(3);
	struct cl_thermal t;
	u32 changes;
	s64 slope;

	cl_thermal_init(&t);
	pass(&w, &t, SECONDS);
	slope = t.slope_ppt;
	changes = t.changes;
	w.walk_ppt += 2000000;
	pass(&w, &t, 200);
	KUNIT_EXPECT_LE(test, t.changes, changes + 1);
	KUNIT_EXPECT_LT(test, cl_abs_s64(t.slope_ppt - slope), 2000);
}

/* The frequency jumps, in step with the temperature: as another parent's may. */
static void jump(struct world *w)
{
	bool rising = w->now_s % PERIOD_S < PERIOD_S / 2;

	w->walk_ppt += rising ? 50000 : -50000;
}

static void test_another_parent_is_no_change(struct kunit *test)
{
	struct world w = room(4);
	struct cl_thermal t;
	s64 slope;
	int i;

	cl_thermal_init(&t);
	pass(&w, &t, SECONDS);
	slope = t.slope_ppt;
	for (i = 0; i < 20; i++) {
		jump(&w);
		cl_thermal_rebase(&t);
		pass(&w, &t, CL_THERMAL_SPAN_S + 50);
	}
	KUNIT_EXPECT_LT(test, cl_abs_s64(t.slope_ppt - slope), 5000);
	/* Without being told it is misled. */
	for (i = 0; i < 20; i++) {
		jump(&w);
		pass(&w, &t, CL_THERMAL_SPAN_S + 50);
	}
	KUNIT_EXPECT_GT(test, cl_abs_s64(t.slope_ppt - slope), 5000);
}

static void test_holdover(struct kunit *test)
{
	u64 with = 0, without = 0, err;
	struct cl_thermal t;
	struct world w;
	s64 y, gain;
	u64 seed;
	s32 mk;

	for (seed = 1; seed <= 20; seed++) {
		w = room(seed);
		cl_thermal_init(&t);
		pass(&w, &t, SECONDS);
		y = true_ppt(&w);
		mk = temperature(&w);
		/* Half a period: 6 K, 360 ppb. */
		w.now_s += PERIOD_S / 2;
		cl_thermal_read(&t, temperature(&w));
		gain = cl_thermal_since(&t, mk, &err);
		without += cl_abs_s64(true_ppt(&w) - y);
		with += cl_abs_s64(true_ppt(&w) - y - gain);
		KUNIT_EXPECT_LT(test, cl_abs_s64(true_ppt(&w) - y - gain),
				5 * err);
	}
	KUNIT_EXPECT_LT(test, with * 10, without);
}

static void test_readings_out_of_range(struct kunit *test)
{
	struct world w = room(5);
	struct cl_thermal t;
	u64 err;

	cl_thermal_init(&t);
	w.slope_ppt = 1000000;
	pass(&w, &t, SECONDS);
	cl_thermal_read(&t, 2000000000);
	KUNIT_EXPECT_EQ(test, t.now_mk, 200000);
	KUNIT_EXPECT_EQ(test, cl_thermal_since(&t, -200000, &err), 50000000);
	cl_thermal_read(&t, -2000000000);
	KUNIT_EXPECT_EQ(test, t.now_mk, -200000);
	KUNIT_EXPECT_EQ(test, cl_thermal_since(&t, 200000, &err), -50000000);
}

static struct kunit_case thermal_cases[] = {
	KUNIT_CASE(test_slope_is_learnt),
	KUNIT_CASE(test_chance_is_not_believed),
	KUNIT_CASE(test_too_little_is_not_believed),
	KUNIT_CASE(test_a_shock_is_no_temperature),
	KUNIT_CASE(test_another_parent_is_no_change),
	KUNIT_CASE(test_holdover),
	KUNIT_CASE(test_readings_out_of_range),
	{}
};

static struct kunit_suite thermal_suite = {
	.name = "clocklink_thermal",
	.test_cases = thermal_cases,
};

kunit_test_suite(thermal_suite);
