// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/lib/level.h"
#include "random.h"
#include "unit.h"

#define LEAST 0.001

static struct cl_level level;
static u64 seed;

static double noise(void)
{
	return (double)random_gauss_q16(&seed) / 65536;
}

/* Values about @mid; returns how many it took until the level has changed. */
static int push_until(double mid, double sigma, int n)
{
	for (int i = 0; i < n; i++) {
		cl_level_push(&level, mid + sigma * noise(), LEAST);
		if (level.side)
			return i + 1;
	}
	return n;
}

static void test_steady_level_is_no_change(void **state)
{
	(void)state;
	for (u64 run = 1; run <= 3; run++) {
		seed = run;
		cl_level_init(&level);
		assert_int_equal(push_until(5, 2, 100000), 100000);
	}
	assert_true(level.mid > 4.7 && level.mid < 5.3);
	assert_true(level.spread > 1.7 && level.spread < 2.3);
}

static void test_values_that_are_alike_are_no_change(void **state)
{
	double x = 0;

	(void)state;
	seed = 2;
	cl_level_init(&level);
	for (int i = 0; i < 50000; i++) {
		x = 0.7 * x + noise();
		cl_level_push(&level, x, LEAST);
		assert_int_equal(level.side, 0);
	}
}

static void test_rise_and_fall_are_found_soon(void **state)
{
	(void)state;
	seed = 3;
	for (int sign = -1; sign <= 1; sign += 2) {
		cl_level_init(&level);
		push_until(0, 1, 500);
		assert_int_equal(level.side, 0);
		assert_in_range(push_until(sign * 3, 1, 100), 3, 12);
		assert_int_equal(level.side, sign);
	}
}

static void test_change_ends(void **state)
{
	int i;

	(void)state;
	seed = 4;
	cl_level_init(&level);
	push_until(0, 1, 500);
	for (i = 0; i < 20; i++)
		cl_level_push(&level, 6, LEAST);
	assert_int_equal(level.side, 1);
	/* what was learnt is of before */
	assert_true(level.mid < 0.5);
	for (i = 0; i < 30 && level.side; i++)
		cl_level_push(&level, 0, LEAST);
	assert_in_range(i, 6, 20);
}

static void test_two_wild_values_are_no_change(void **state)
{
	(void)state;
	seed = 5;
	cl_level_init(&level);
	push_until(0, 1, 500);
	for (int i = 0; i < 50; i++) {
		cl_level_push(&level, 1e30, LEAST);
		cl_level_push(&level, 1e30, LEAST);
		assert_int_equal(push_until(0, 1, 20), 20);
	}
	assert_true(level.spread < 3);
}

static void test_slow_drift_is_followed(void **state)
{
	(void)state;
	seed = 6;
	cl_level_init(&level);
	for (int i = 0; i < 20000; i++) {
		cl_level_push(&level, i / 1000.0 + noise(), LEAST);
		assert_int_equal(level.side, 0);
	}
	assert_true(level.mid > 19);
}

static void test_what_does_not_matter_is_no_change(void **state)
{
	(void)state;
	cl_level_init(&level);
	for (int i = 0; i < 200; i++)
		cl_level_push(&level, 7, 1);
	for (int i = 0; i < 200; i++) {
		cl_level_push(&level, 7.9, 1);
		assert_int_equal(level.side, 0);
	}
	for (int i = 0; i < 5; i++)
		cl_level_push(&level, 12, 1);
	assert_int_equal(level.side, 1);
}

static void test_wild_start_does_no_harm(void **state)
{
	(void)state;
	seed = 7;
	cl_level_init(&level);
	assert_false(cl_level_known(&level));
	for (int i = 0; i < CL_LEVEL_START; i++)
		cl_level_push(&level, i % 4 ? noise() : 1e6, LEAST);
	assert_true(cl_level_known(&level));
	assert_true(level.mid > -2 && level.mid < 2);
	assert_true(level.spread < 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_steady_level_is_no_change),
		cmocka_unit_test(test_values_that_are_alike_are_no_change),
		cmocka_unit_test(test_rise_and_fall_are_found_soon),
		cmocka_unit_test(test_change_ends),
		cmocka_unit_test(test_two_wild_values_are_no_change),
		cmocka_unit_test(test_slow_drift_is_followed),
		cmocka_unit_test(test_what_does_not_matter_is_no_change),
		cmocka_unit_test(test_wild_start_does_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
