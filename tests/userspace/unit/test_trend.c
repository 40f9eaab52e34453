// SPDX-License-Identifier: GPL-2.0-or-later
#include <math.h>

#include "agent/lib/trend.h"
#include "random.h"
#include "unit.h"

static struct cl_trend trend;
static struct cl_slope slope;

static void test_needs_values(void **state)
{
	(void)state;
	cl_trend_init(&trend);
	assert_false(cl_trend_get(&trend, 2, &slope));
	cl_trend_push(&trend, 1);
	assert_false(cl_trend_get(&trend, 2, &slope));
	assert_false(cl_trend_get(&trend, 1, &slope));
	cl_trend_push(&trend, 3);
	assert_true(cl_trend_get(&trend, 2, &slope));
	assert_true(fabs(slope.step - 2) < 0.000001);
	for (int i = 0; i < 100; i++)
		cl_trend_push(&trend, i);
	assert_false(cl_trend_get(&trend, CL_TREND_POINTS + 1, &slope));
}

static void test_last_values_count(void **state)
{
	(void)state;
	cl_trend_init(&trend);
	for (int i = 0; i < 100; i++)
		cl_trend_push(&trend, i < 90 ? -i : 3 * i);
	assert_true(cl_trend_get(&trend, 10, &slope));
	assert_true(fabs(slope.step - 3) < 0.0001);
	assert_true(fabs(slope.first - 270) < 0.001);
	assert_true(fabs(slope.last - 297) < 0.001);
	assert_true(fabs(slope.order - 1) < 0.000001);
}

static void test_fall_is_one(void **state)
{
	(void)state;
	cl_trend_init(&trend);
	for (int i = 0; i < CL_TREND_POINTS; i++)
		cl_trend_push(&trend, -0.5 * i);
	assert_true(cl_trend_get(&trend, CL_TREND_POINTS, &slope));
	assert_true(fabs(slope.step + 0.5) < 0.000001);
	assert_true(fabs(slope.order + 1) < 0.000001);
}

static void test_quarter_of_the_values_may_be_wild(void **state)
{
	(void)state;
	cl_trend_init(&trend);
	for (int i = 0; i < CL_TREND_POINTS; i++)
		cl_trend_push(&trend, i % 4 ? 2 * i : 1e20);
	assert_true(cl_trend_get(&trend, CL_TREND_POINTS, &slope));
	assert_true(slope.step > 1.5 && slope.step < 3);
}

static void test_noise_has_no_order(void **state)
{
	double sum = 0, most = 0;
	u64 seed = 1;

	(void)state;
	for (int run = 0; run < 300; run++) {
		cl_trend_init(&trend);
		for (int i = 0; i < CL_TREND_POINTS; i++)
			cl_trend_push(&trend, random_gauss_q16(&seed));
		assert_true(cl_trend_get(&trend, CL_TREND_POINTS, &slope));
		sum += slope.order;
		most = fmax(most, fabs(slope.order));
	}
	/* its deviation is sqrt(2 (2 n + 5) / (9 n (n - 1))) = 0.146 */
	assert_true(fabs(sum / 300) < 0.03);
	assert_true(most > 0.2 && most < 0.6);
}

static void test_equal_values_have_no_order(void **state)
{
	(void)state;
	cl_trend_init(&trend);
	for (int i = 0; i < CL_TREND_POINTS; i++)
		cl_trend_push(&trend, 5);
	assert_true(cl_trend_get(&trend, CL_TREND_POINTS, &slope));
	assert_true(fabs(slope.order) < 0.000000001 &&
		    fabs(slope.step) < 0.000000001);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_needs_values),
		cmocka_unit_test(test_last_values_count),
		cmocka_unit_test(test_fall_is_one),
		cmocka_unit_test(test_quarter_of_the_values_may_be_wild),
		cmocka_unit_test(test_noise_has_no_order),
		cmocka_unit_test(test_equal_values_have_no_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
