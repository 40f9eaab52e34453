// SPDX-License-Identifier: GPL-2.0-or-later
#include <kunit/test.h>

#include "core/bound.h"
#include "core/discipline.h"
#include "sim.h"

#define PPM 1000000LL
#define PPB 1000LL

/* Any error is within the bound, 10 sigma allow 1 ppm. */
static const struct cl_discipline calm = {
	.bound_ns = U64_MAX,
	.y_err_ppt = 100 * PPB,
	.interval_ns = CL_NS_PER_SEC,
};

static struct cl_map line(s64 raw, s64 time, s64 rate_ppt)
{
	return (struct cl_map){ cl_raw(raw), cl_time(time),
				cl_ppt_to_q48(rate_ppt) };
}

static s64 error_at(const struct cl_clock *c, const struct cl_map *target,
		    s64 raw)
{
	return cl_time_sub(cl_map_at(target, cl_raw(raw)),
			   cl_clock_at(c, cl_raw(raw)));
}

static void test_target_maps_through_the_parent(struct kunit *test)
{
	const struct cl_map parent = line(5000, 1000000, 0);
	const struct cl_estimate e = { .at = { 900 }, .theta_ns = -4200 };
	struct cl_map t;

	/* parent's raw time is 900 + 4200 = 5100 */
	cl_discipline_target(&parent, &e, &t);
	KUNIT_EXPECT_EQ(test, t.raw.ns, 900);
	KUNIT_EXPECT_EQ(test, t.time.ns, 1000100);
	KUNIT_EXPECT_EQ(test, t.rate_q48, 0);
}

static void test_target_rate_is_the_product_of_rates(struct kunit *test)
{
	const struct cl_map parent = line(0, 0, 100 * PPM);
	struct cl_estimate e = { .y_q48 = cl_ppt_to_q48(-200 * PPM) };
	struct cl_map t;

	/* 1.0001 x 1.0002 - 1 = 300.02 ppm: the cross term is 20 ppb */
	cl_discipline_target(&parent, &e, &t);
	KUNIT_EXPECT_LE(test,
			cl_abs_s64(cl_q48_to_ppt(t.rate_q48) - 300020000LL),
			1ULL);
	e.y_q48 = -e.y_q48;
	cl_discipline_target(&parent, &e, &t);
	KUNIT_EXPECT_LE(test,
			cl_abs_s64(cl_q48_to_ppt(t.rate_q48) + 100020000LL),
			1ULL);
}

static void test_target_agrees_with_the_parent_later(struct kunit *test)
{
	/* local raw = parent's raw + 7777 + 1e-4 local raw, exactly */
	const struct cl_map parent = line(0, 123456789, -55 * PPM);
	const s64 y = cl_ppt_to_q48(100 * PPM);
	const s64 x = 10000 * CL_NS_PER_SEC;
	struct cl_estimate e = { .at = { x }, .y_q48 = y };
	s64 later = x + 100 * CL_NS_PER_SEC;
	s64 theirs = later - (7777 + cl_scale(later, y));
	struct cl_map t;
	s64 error;

	e.theta_ns = 7777 + cl_scale(x, y);
	cl_discipline_target(&parent, &e, &t);
	error = cl_time_sub(cl_map_at(&t, cl_raw(later)),
			    cl_map_at(&parent, cl_raw(theirs)));
	KUNIT_EXPECT_LE(test, cl_abs_s64(error), 2ULL);
}

static void test_wild_frequency_stays_monotonic(struct kunit *test)
{
	struct cl_map parent = { .rate_q48 = CL_CLOCK_MAX_Q48 };
	struct cl_estimate e = { .y_q48 = -CL_CLOCK_MAX_Q48 };
	struct cl_map t;

	cl_discipline_target(&parent, &e, &t);
	KUNIT_EXPECT_EQ(test, t.rate_q48, CL_CLOCK_MAX_Q48 - 1);
	parent.rate_q48 = -CL_CLOCK_MAX_Q48;
	e.y_q48 = CL_CLOCK_MAX_Q48;
	cl_discipline_target(&parent, &e, &t);
	KUNIT_EXPECT_EQ(test, t.rate_q48, 1 - CL_CLOCK_MAX_Q48);
}

static void test_step_sets_the_clock_at_once(struct kunit *test)
{
	const struct cl_map target = line(77, 5 * CL_NS_PER_SEC, 3 * PPM);
	struct cl_clock c = { .slew_q48 = 99, .slew_ns = 99, .frac_q48 = 99 };
	struct cl_discipline d = calm;

	d.step = true;
	KUNIT_EXPECT_EQ(test,
			cl_discipline_steer(&c, cl_raw(1000000), &target, &d),
			CL_STEER_STEPPED);
	KUNIT_EXPECT_EQ(test, error_at(&c, &target, 1000000), 0);
	KUNIT_EXPECT_LE(test, cl_abs_s64(error_at(&c, &target, CL_NS_PER_SEC)),
			1ULL);
	KUNIT_EXPECT_EQ(test, c.slew_ns, 0);
	KUNIT_EXPECT_EQ(test, d.error_ns, 5 * CL_NS_PER_SEC - 77 + 2);
	KUNIT_EXPECT_EQ(test, d.left_ns, 0ULL);
}

/* Slew away an error; look at the clock all the way. */
static void run_slew(struct kunit *test, s64 error_ns)
{
	const struct cl_map target = line(0, error_ns, 20 * PPM);
	struct cl_clock c = { .map = line(0, 0, -7 * PPM) };
	struct cl_discipline d = calm;
	s64 before = error_ns;
	s64 raw;

	KUNIT_ASSERT_EQ(test, cl_discipline_steer(&c, cl_raw(0), &target, &d),
			CL_STEER_SLEWED);
	KUNIT_ASSERT_EQ(test, d.error_ns, error_ns);
	KUNIT_ASSERT_EQ(test, d.left_ns, 0ULL);
	/* 10 sigma = 1 ppm, but not in less than a quarter of the interval */
	KUNIT_ASSERT_EQ(test, c.slew_ns,
			cl_max_s64(cl_shl_div((s64)cl_abs_s64(error_ns), 48,
					      cl_ppt_to_q48(PPM)) +
					   1,
				   CL_NS_PER_SEC / 4));
	for (raw = 0; raw < 2 * CL_NS_PER_SEC; raw += 12345678) {
		s64 now = error_at(&c, &target, raw);

		/* towards 0, never across it; readings are rounded to 1 ns */
		KUNIT_ASSERT_LE_MSG(test, cl_abs_s64(now),
				    cl_abs_s64(before) + 1, "at %d ms",
				    (int)(raw / CL_NS_PER_MS));
		KUNIT_ASSERT_TRUE(test, error_ns >= 0 ? now >= -1 : now <= 1);
		before = now;
	}
	KUNIT_ASSERT_LE_MSG(test, cl_abs_s64(before), 1ULL, "from %d",
			    (int)error_ns);
}

static void test_error_is_gone_after_the_interval(struct kunit *test)
{
	run_slew(test, 0);
	run_slew(test, 1);
	run_slew(test, -1);
	run_slew(test, 500);
	run_slew(test, -500);
	run_slew(test, 999);
	run_slew(test, -999);
}

static void test_small_sigma_limits_the_slew(struct kunit *test)
{
	const struct cl_map target = line(0, 10000, 0);
	struct cl_clock c = { .map = line(0, 0, 0) };
	struct cl_discipline d = calm;

	/* 10 sigma = 1 ppm: 1 us of the 10 in one second */
	KUNIT_EXPECT_EQ(test, cl_discipline_steer(&c, cl_raw(0), &target, &d),
			CL_STEER_LIMITED);
	KUNIT_EXPECT_LE(test, cl_abs_s64(cl_q48_to_ppt(c.slew_q48) - PPM),
			1ULL);
	KUNIT_EXPECT_EQ(test, c.slew_ns, CL_NS_PER_SEC);
	KUNIT_EXPECT_LE(test, cl_abs_s64((s64)d.left_ns - 9000), 1ULL);
	KUNIT_EXPECT_LE(test,
			cl_abs_s64(error_at(&c, &target, 3 * CL_NS_PER_SEC) -
				   (s64)d.left_ns),
			1ULL);

	/* not less than 100 ppb ... */
	c = (struct cl_clock){ .map = line(0, 0, 0) };
	d.y_err_ppt = 0;
	cl_discipline_steer(&c, cl_raw(0), &target, &d);
	KUNIT_EXPECT_LE(test, cl_abs_s64(cl_q48_to_ppt(c.slew_q48) - 100 * PPB),
			1ULL);
	/* ... and not more than 500 ppm */
	c = (struct cl_clock){ .map = line(0, 0, 0) };
	d.y_err_ppt = U64_MAX;
	d.interval_ns = 1000;
	cl_discipline_steer(&c, cl_raw(0), &target, &d);
	KUNIT_EXPECT_LE(test, cl_abs_s64(cl_q48_to_ppt(c.slew_q48) - 500 * PPM),
			1ULL);
}

static void test_sigma_is_held(struct kunit *test)
{
	u64 held = cl_discipline_hold(0, 5000, 0);

	KUNIT_EXPECT_EQ(test, held, 5000ULL);
	/* not forgotten at once ... */
	held = cl_discipline_hold(held, 10, CL_NS_PER_SEC);
	KUNIT_EXPECT_EQ(test, held, 4375ULL);
	/* ... nor for ever, nor less than it is now */
	KUNIT_EXPECT_EQ(test, cl_discipline_hold(held, 10, CL_SLEW_HOLD_NS),
			10ULL);
	KUNIT_EXPECT_EQ(test, cl_discipline_hold(held, 10, S64_MAX), 10ULL);
	KUNIT_EXPECT_EQ(test, cl_discipline_hold(held, 10, -1), 4375ULL);
	KUNIT_EXPECT_EQ(test, cl_discipline_hold(held, U64_MAX, 1), U64_MAX);
	KUNIT_EXPECT_EQ(test, cl_discipline_hold(U64_MAX, 0, 0),
			CL_SLEW_MAX_PPT);
}

static void test_error_beyond_the_bound_goes_fast(struct kunit *test)
{
	const struct cl_map target = line(0, -100000, 0);
	struct cl_clock c = { .map = line(0, 0, 0) };
	struct cl_discipline d = calm;

	/* 100 us at 500 ppm take 0.2 s */
	d.bound_ns = 99999;
	KUNIT_EXPECT_EQ(test, cl_discipline_steer(&c, cl_raw(0), &target, &d),
			CL_STEER_SLEWED);
	KUNIT_EXPECT_LE(test, cl_abs_s64(c.slew_ns - CL_NS_PER_SEC / 5),
			1000ULL);
	KUNIT_EXPECT_LE(test, cl_abs_s64(cl_q48_to_ppt(c.slew_q48) + 500 * PPM),
			1000ULL);
	KUNIT_EXPECT_LE(test,
			cl_abs_s64(error_at(&c, &target, CL_NS_PER_SEC / 4)),
			1ULL);

	/* an error equal to the bound is still within it */
	c = (struct cl_clock){ .map = line(0, 0, 0) };
	d.bound_ns = 100000;
	KUNIT_EXPECT_EQ(test, cl_discipline_steer(&c, cl_raw(0), &target, &d),
			CL_STEER_LIMITED);

	/* what takes longer than the interval stays for the next step */
	d.bound_ns = 99999;
	c = (struct cl_clock){ .map = line(0, 0, 0) };
	d.interval_ns = CL_NS_PER_SEC / 10;
	KUNIT_EXPECT_EQ(test, cl_discipline_steer(&c, cl_raw(0), &target, &d),
			CL_STEER_LIMITED);
	KUNIT_EXPECT_LE(test, cl_abs_s64((s64)d.left_ns - 50000), 1ULL);
	KUNIT_EXPECT_EQ(test, d.error_ns, -100000);
}

static void test_huge_error_is_limited_without_overflow(struct kunit *test)
{
	struct cl_map target = line(0, S64_MAX, 0);
	struct cl_clock c = { .map = line(0, 0, 0) };
	struct cl_discipline d = calm;

	KUNIT_EXPECT_EQ(test, cl_discipline_steer(&c, cl_raw(0), &target, &d),
			CL_STEER_LIMITED);
	KUNIT_EXPECT_GT(test, d.left_ns, (u64)S64_MAX - 2000);
	target.time.ns = S64_MIN;
	c = (struct cl_clock){ .map = line(0, 0, 0) };
	d.bound_ns = 0;
	KUNIT_EXPECT_EQ(test, cl_discipline_steer(&c, cl_raw(0), &target, &d),
			CL_STEER_LIMITED);
	KUNIT_EXPECT_LT(test, c.slew_q48, 0);
}

/* Whatever it is told, a clock that does not step never goes back. */
static void test_random_steering_is_monotonic(struct kunit *test)
{
	struct cl_clock c = { .map = line(0, 0, 0) };
	struct cl_time before = cl_clock_at(&c, cl_raw(0));
	u64 rng = 5;
	s64 raw = 0;
	int i, n;

	for (i = 0; i < 5000; i++) {
		struct cl_map target = line(raw, raw + (random_s64(&rng) >> 20),
					    random_s64(&rng) >> 30);
		struct cl_discipline d = {
			.bound_ns = random_u64(&rng) >> 30,
			.y_err_ppt = random_u64(&rng) >> 40,
			.interval_ns = 1 + random_below(&rng, 2000000000),
		};

		cl_discipline_steer(&c, cl_raw(raw), &target, &d);
		for (n = 0; n < 40; n++) {
			struct cl_time now = cl_clock_at(&c, cl_raw(raw));

			KUNIT_ASSERT_TRUE(test, cl_time_sub(now, before) >= 0);
			before = now;
			raw += n < 20 ? 1 : random_below(&rng, 50000000);
			if (n == 30)
				cl_clock_rebase(&c, cl_raw(raw));
		}
	}
}

/*
 * A follower against a leader on a simulated LAN: the disciplined clock is to
 * be as good as the estimate behind it.
 */
struct score {
	u64 closed; /* sums of squares, ns^2 */
	u64 open;
	u64 n;
};

static struct cl_estimator est;

static void steer_once(struct kunit *test, struct sim *s, struct cl_clock *c,
		       const struct cl_map *leader, bool first)
{
	struct cl_raw now = sim_local(s, 0);
	struct cl_discipline d = { .step = first,
				   .interval_ns = CL_NS_PER_SEC };
	const struct cl_bound exact = { 0 };
	struct cl_estimate e;
	struct cl_bound b;
	struct cl_map target;
	enum cl_steer did;

	KUNIT_ASSERT_EQ(test, cl_estimator_get(&est, now, &e), 0);
	cl_bound_of(&e, 0, &exact, 0, &b);
	d.bound_ns = b.bound_ns;
	d.y_err_ppt = e.y_err_ppt;
	cl_discipline_target(leader, &e, &target);
	did = cl_discipline_steer(c, now, &target, &d);
	KUNIT_ASSERT_EQ(test, did == CL_STEER_STEPPED, first);
}

static void measure(const struct sim *s, const struct cl_clock *c,
		    const struct cl_map *leader, struct score *score)
{
	struct cl_raw now = sim_local(s, 0);
	struct cl_time truth = cl_map_at(leader, cl_raw(s->peer));
	struct cl_map target;
	struct cl_estimate e;
	s64 closed, open;

	cl_estimator_get(&est, now, &e);
	cl_discipline_target(leader, &e, &target);
	open = cl_time_sub(cl_map_at(&target, now), truth);
	closed = cl_time_sub(cl_clock_at(c, now), truth);
	score->open += (u64)(open * open);
	score->closed += (u64)(closed * closed);
	score->n++;
}

static void test_closed_loop_is_as_good_as_the_estimate(struct kunit *test)
{
	struct score score = { 0 };
	u64 seed;

	for (seed = 1; seed <= 4; seed++) {
		struct sim s = sim_lan(seed);
		struct cl_map leader =
			line(s.peer, 1700000000000000000LL, -3 * PPM);
		struct cl_clock c;
		int i;

		cl_estimator_init(&est, sim_params());
		for (i = 1; i <= 3000; i++) {
			struct cl_exchange x = sim_exchange(&s);

			KUNIT_ASSERT_EQ(test, cl_estimator_push(&est, &x), 0);
			sim_advance(&s, 50 * CL_NS_PER_MS);
			if (i >= 20 && i % 10 == 0)
				steer_once(test, &s, &c, &leader, i == 20);
			sim_advance(&s, 50 * CL_NS_PER_MS);
			if (i > 600)
				measure(&s, &c, &leader, &score);
		}
	}
	/* rms: at most 10 % more */
	KUNIT_EXPECT_LE(test, cl_isqrt(100 * 100 * score.closed / score.n),
			110 * cl_isqrt(score.open / score.n));
	KUNIT_EXPECT_LE(test, cl_isqrt(score.closed / score.n), 300ULL);
}

static void test_perfect_estimate_leaves_no_standing_error(struct kunit *test)
{
	const struct cl_map leader = line(0, 0, 11 * PPM);
	struct cl_clock c = { .map = line(0, -800, 0) };
	struct cl_estimate e = { .y_q48 = cl_ppt_to_q48(37 * PPM) };
	struct cl_map target;
	s64 raw;
	int i;

	for (i = 0; i < 1000; i++) {
		struct cl_discipline d = calm;

		raw = i * (CL_NS_PER_SEC + 7777);
		e.at = cl_raw(raw);
		e.theta_ns = cl_scale(raw, e.y_q48);
		cl_discipline_target(&leader, &e, &target);
		cl_discipline_steer(&c, cl_raw(raw), &target, &d);
		/* offset, target and reading are rounded to 1 ns each */
		if (i > 1)
			KUNIT_ASSERT_LE_MSG(test, cl_abs_s64(d.error_ns), 2ULL,
					    "step %d", i);
	}
}

static struct kunit_case discipline_cases[] = {
	KUNIT_CASE(test_target_maps_through_the_parent),
	KUNIT_CASE(test_target_rate_is_the_product_of_rates),
	KUNIT_CASE(test_target_agrees_with_the_parent_later),
	KUNIT_CASE(test_wild_frequency_stays_monotonic),
	KUNIT_CASE(test_step_sets_the_clock_at_once),
	KUNIT_CASE(test_error_is_gone_after_the_interval),
	KUNIT_CASE(test_small_sigma_limits_the_slew),
	KUNIT_CASE(test_sigma_is_held),
	KUNIT_CASE(test_error_beyond_the_bound_goes_fast),
	KUNIT_CASE(test_huge_error_is_limited_without_overflow),
	KUNIT_CASE(test_random_steering_is_monotonic),
	KUNIT_CASE(test_closed_loop_is_as_good_as_the_estimate),
	KUNIT_CASE(test_perfect_estimate_leaves_no_standing_error),
	{}
};

static struct kunit_suite discipline_suite = {
	.name = "cl_discipline",
	.test_cases = discipline_cases,
};

kunit_test_suite(discipline_suite);
