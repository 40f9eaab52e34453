// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <math.h>

#include "sample.h"
#include "scripts/lab/vtime/osc.h"
#include "unit.h"

#define SEC VT_PS_PER_SEC
#define PPM 1000000LL

static struct vt_osc make(const struct vt_osc_model *m, u64 seed, s64 seconds)
{
	struct vt_rng rng;
	struct vt_osc o;

	vt_rng_init(&rng, seed, VT_STREAM_OSC, 0, 0);
	assert_int_equal(vt_osc_init(&o, m, rng, seconds), 0);
	return o;
}

static void test_perfect_clock_is_true(void **state)
{
	struct vt_osc o = make(&(struct vt_osc_model){}, 1, 10);
	static const s64 t[] = {
		0,	 1,	      999,	    SEC - 1,	       SEC,
		SEC + 1, 9 * SEC + 5, 10 * SEC - 1, 1000000 * SEC + 7,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(*t); i++) {
		assert_int_equal(vt_osc_local_ps(&o, t[i]), t[i]);
		assert_int_equal(vt_osc_local_ns(&o, t[i]), t[i] / 1000);
		assert_int_equal(vt_osc_global_ps(&o, t[i] / 1000),
				 t[i] / 1000 * 1000);
	}
	vt_osc_free(&o);
	assert_null(o.knot);
}

static void test_constant_rate_is_exact(void **state)
{
	struct vt_osc fast =
		make(&(struct vt_osc_model){ .ppt = 20 * PPM }, 1, 100);
	struct vt_osc slow =
		make(&(struct vt_osc_model){ .ppt = -20 * PPM }, 1, 100);

	(void)state;
	assert_int_equal(vt_osc_local_ps(&fast, SEC), SEC + 20 * PPM);
	assert_int_equal(vt_osc_local_ps(&fast, SEC / 2), SEC / 2 + 10 * PPM);
	assert_int_equal(vt_osc_local_ps(&fast, 49999), 49999);
	assert_int_equal(vt_osc_local_ps(&fast, 50000), 50001);
	assert_int_equal(vt_osc_local_ps(&slow, 3 * SEC), 3 * SEC - 60 * PPM);
	assert_int_equal(vt_osc_local_ps(&slow, 1), 0);
	assert_int_equal(vt_osc_local_ps(&slow, 50000), 49999);
	assert_int_equal(vt_osc_local_ns(&slow, 3 * SEC), 2999940000LL);
	assert_int_equal(vt_osc_local_ns(&slow, 3 * SEC - 1), 2999939999LL);
	/* 1 ns of the slow clock takes 1000.02 ps, of the fast one 999.98 */
	assert_int_equal(vt_osc_global_ps(&slow, 1), 1001);
	assert_int_equal(vt_osc_global_ps(&fast, 1), 1000);
	assert_int_equal(vt_osc_global_ps(&slow, 49), 49001);
	assert_int_equal(vt_osc_global_ps(&slow, 51), 51002);
	assert_int_equal(vt_osc_global_ps(&fast, 1000020000LL), SEC);
	vt_osc_free(&fast);
	vt_osc_free(&slow);
}

static void test_last_rate_goes_on(void **state)
{
	struct vt_osc_change step = { .at_s = 2, .ppt = 30 * PPM };
	struct vt_osc_model m = { .ppt = 20 * PPM,
				  .change = &step,
				  .changes = 1 };
	struct vt_osc o = make(&m, 1, 3);

	(void)state;
	assert_int_equal(vt_osc_local_ps(&o, 3 * SEC), 3 * SEC + 90 * PPM);
	assert_int_equal(vt_osc_local_ps(&o, 1000 * SEC),
			 1000 * SEC + (40 + 998 * 50) * PPM);
	assert_int_equal(vt_osc_global_ps(&o, 1000000000000LL +
						      (40 + 998 * 50) * 1000LL),
			 1000 * SEC);
	vt_osc_free(&o);
}

/* First instant at which it shows @l, and it shows just that. */
static void check_round_trip(const struct vt_osc *o, s64 l)
{
	s64 g = vt_osc_global_ps(o, l);

	assert_true(vt_osc_local_ps(o, g) >= l * 1000);
	if (g)
		assert_true(vt_osc_local_ps(o, g - 1) < l * 1000);
	assert_int_equal(vt_osc_local_ns(o, g), l);
}

static void check_monotone(const struct vt_osc *o, s64 g)
{
	s64 step = vt_osc_local_ps(o, g + 1) - vt_osc_local_ps(o, g);

	assert_true(step >= 0 && step <= 2);
}

static void test_conversions_are_inverse(void **state)
{
	static const s64 ppt[] = {
		0,  20 * PPM,	 -20 * PPM,    1,
		-1, 50000 * PPM, -50000 * PPM, 333333333,
	};
	struct vt_rng rng;

	(void)state;
	vt_rng_init(&rng, 5, VT_STREAM_SETUP, 0, 0);
	for (size_t i = 0; i < sizeof(ppt) / sizeof(*ppt); i++) {
		struct vt_osc_model m = { .ppt = ppt[i], .wander_ppt = 1e8 };
		struct vt_osc o = make(&m, i, 300);

		for (int n = 0; n < 3000; n++)
			check_round_trip(&o, vt_rng_uniform(&rng) * 4e11);
		for (s64 l = 0; l < 1100; l++)
			check_round_trip(&o, l);
		for (s64 t = 1; t < 300; t++) {
			s64 l = o.knot[t].local / 1000;

			check_round_trip(&o, l - 1);
			check_round_trip(&o, l);
			check_round_trip(&o, l + 1);
			check_monotone(&o, t * SEC - 1);
			check_monotone(&o, t * SEC);
		}
		vt_osc_free(&o);
	}
}

static void test_ends_of_time(void **state)
{
	struct vt_osc o = make(&(struct vt_osc_model){ .ppt = 20 * PPM }, 1, 2);

	(void)state;
	assert_int_equal(vt_osc_global_ps(&o, S64_MAX), VT_NEVER);
	assert_int_equal(vt_osc_global_ps(&o, S64_MAX / 1000 * 2), VT_NEVER);
	assert_true(vt_osc_global_ps(&o, S64_MAX / 1000 - 1) < VT_NEVER);
	assert_int_equal(vt_osc_local_ps(&o, VT_NEVER - 1), VT_NEVER);
	assert_int_equal(vt_osc_global_ps(&o, 0), 0);
	assert_int_equal(vt_osc_global_ps(&o, -5), 0);
	vt_osc_free(&o);
}

#define WALK 20000

static void test_random_walk(void **state)
{
	static double one[WALK], ten[WALK];
	struct vt_osc_model m = { .wander_ppt = 1e6 };
	struct vt_osc o = make(&m, 3, WALK + 1);

	(void)state;
	assert_int_equal(o.knot[0].ppt, 0);
	for (int i = 0; i < WALK; i++)
		one[i] = o.knot[i + 1].ppt - o.knot[i].ppt;
	for (int i = 0; i < WALK / 10; i++)
		ten[i] = o.knot[10 * i + 10].ppt - o.knot[10 * i].ppt;
	assert_near(sample_mean(one, WALK), 0, 5 * 1e6 / sqrt(WALK));
	assert_near(sample_sd(one, WALK), 1e6, 5 * 1e6 / sqrt(2 * WALK));
	assert_near(sample_below(one, WALK, -1e6), 0.15866, 0.013);
	assert_near(sample_sd(ten, WALK / 10), sqrt(10) * 1e6,
		    5 * sqrt(10) * 1e6 / sqrt(WALK / 5));
	vt_osc_free(&o);
}

static void test_walk_depends_on_its_stream_alone(void **state)
{
	struct vt_osc_model m = { .wander_ppt = 1e6 };
	struct vt_osc a = make(&m, 3, 100), b = make(&m, 4, 100);
	struct vt_osc c, d;

	(void)state;
	m.ppt = 7;
	c = make(&m, 3, 50);
	m.wander_ppt = 2e6;
	d = make(&m, 3, 50);
	assert_true(a.knot[1].ppt != b.knot[1].ppt);
	for (int i = 0; i < 50; i++) {
		assert_int_equal(c.knot[i].ppt, a.knot[i].ppt + 7);
		assert_near(d.knot[i].ppt, 2 * a.knot[i].ppt + 7, 1);
	}
	vt_osc_free(&a);
	vt_osc_free(&b);
	vt_osc_free(&c);
	vt_osc_free(&d);
}

static void test_steps_and_ramps(void **state)
{
	struct vt_osc_change c[] = {
		{ .at_s = 5, .ppt = 2 * PPM },
		{ .at_s = 10, .ppt = 8 * PPM, .over_s = 4 },
		{ .at_s = 12, .ppt = -3 * PPM },
	};
	static const s64 ppm[] = { 1, 1, 1, 1, 1, 3, 3, 3,
				   3, 3, 4, 6, 5, 7, 8, 8 };
	struct vt_osc_model m = { .ppt = PPM, .change = c, .changes = 3 };
	struct vt_osc o = make(&m, 1, 16);

	(void)state;
	for (int i = 0; i < 16; i++)
		assert_int_equal(o.knot[i].ppt, ppm[i] * PPM);
	/* of the ramp alone: half of 8 ppm for 4 s */
	assert_int_equal(o.knot[14].local - o.knot[10].local,
			 4 * SEC + (4 * 3 + 4 * 4 - 2 * 3) * PPM);
	vt_osc_free(&o);
}

static void test_trace_starts_again(void **state)
{
	static const s64 trace[] = { 10, -20, 30 };
	struct vt_osc_model m = { .ppt = 1000, .trace = trace, .trace_len = 3 };
	struct vt_osc o = make(&m, 1, 7);
	static const s64 want[] = { 1010, 980, 1030, 1010, 980, 1030, 1010 };

	(void)state;
	for (int i = 0; i < 7; i++)
		assert_int_equal(o.knot[i].ppt, want[i]);
	assert_int_equal(vt_osc_local_ps(&o, 4 * SEC), 4 * SEC + 4030);
	vt_osc_free(&o);
}

static void check_refused(const struct vt_osc_model *m, s64 seconds, int err)
{
	struct vt_osc o = { .knots = 77 };

	assert_int_equal(vt_osc_init(&o, m, (struct vt_rng){ 1 }, seconds),
			 err);
	assert_null(o.knot);
	assert_int_equal(o.knots, 0);
}

static void test_bad_models_are_refused(void **state)
{
	struct vt_osc_change c = { .at_s = 3, .ppt = 1 };
	struct vt_osc_model m = { .ppt = VT_OSC_PPT_MAX };
	struct vt_osc o;

	(void)state;
	check_refused(&m, 0, -EINVAL);
	check_refused(&m, -1, -EINVAL);
	check_refused(&m, VT_OSC_SECONDS_MAX + 1, -EINVAL);
	o = make(&m, 1, 5);
	vt_osc_free(&o);
	m.change = &c;
	m.changes = 1;
	o = make(&m, 1, 3);
	vt_osc_free(&o);
	check_refused(&m, 4, -ERANGE);
	m.ppt = -m.ppt;
	c.ppt = -1;
	check_refused(&m, 4, -ERANGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_perfect_clock_is_true),
		cmocka_unit_test(test_constant_rate_is_exact),
		cmocka_unit_test(test_last_rate_goes_on),
		cmocka_unit_test(test_conversions_are_inverse),
		cmocka_unit_test(test_ends_of_time),
		cmocka_unit_test(test_random_walk),
		cmocka_unit_test(test_walk_depends_on_its_stream_alone),
		cmocka_unit_test(test_steps_and_ramps),
		cmocka_unit_test(test_trace_starts_again),
		cmocka_unit_test(test_bad_models_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
