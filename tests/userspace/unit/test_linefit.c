// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <math.h>

#include "agent/lib/linefit.h"
#include "unit.h"

/* A clock that is 50 ppm slow against the other, which is years ahead. */
#define X0 1700000000000000000LL
#define RATE 0.00005

static struct cl_linefit fit;

/* One reading every 50 ms, with an error of the other clock. */
static void add(int i, double error)
{
	s64 d = i * 50000000LL;

	cl_linefit_add(&fit, X0 + d, 1000 + d + llround(d * RATE + error));
}

static void test_needs_some_readings(void **state)
{
	struct cl_line line;

	(void)state;
	cl_linefit_init(&fit);
	for (int i = 0; i < CL_LINEFIT_MIN; i++) {
		assert_int_equal(cl_linefit_get(&fit, &line), -EAGAIN);
		add(i, 0);
	}
	assert_int_equal(cl_linefit_get(&fit, &line), 0);
}

static void test_line_is_found(void **state)
{
	struct cl_line line;

	(void)state;
	cl_linefit_init(&fit);
	for (int i = 0; i < 100; i++) {
		add(i, 0);
		if (cl_linefit_get(&fit, &line))
			continue;
		assert_int_equal(line.x, X0 + i * 50000000LL);
		assert_true(fabs(cl_line_residual(&line, line.x, line.y)) < 1);
		assert_true(fabs(line.rate - RATE) < 0.000000001);
		assert_true(line.sigma_ns < 1);
	}
}

static void test_noise_is_averaged_and_measured(void **state)
{
	struct cl_line line;
	s64 truth;

	(void)state;
	cl_linefit_init(&fit);
	for (int i = 0; i < 100; i++) {
		add(i, i % 2 ? 10 : -10);
		if (i < CL_LINEFIT_POINTS)
			continue;
		assert_int_equal(cl_linefit_get(&fit, &line), 0);
		truth = 1000 + i * 50000000LL + llround(i * 50e6 * RATE);
		assert_in_range(line.y - truth + 5, 0, 10);
		assert_true(line.sigma_ns > 8 && line.sigma_ns < 12);
	}
}

static void test_residual_shows_a_step(void **state)
{
	struct cl_line line;
	double r;
	s64 x, y;

	(void)state;
	cl_linefit_init(&fit);
	for (int i = 0; i < 20; i++)
		add(i, 0);
	assert_int_equal(cl_linefit_get(&fit, &line), 0);
	/* 1 s later */
	x = line.x + 1000000000;
	y = line.y + 1000050000;
	assert_true(fabs(cl_line_residual(&line, x, y)) < 2);
	r = cl_line_residual(&line, x, y + 1000);
	assert_true(fabs(r - 1000) < 2);
}

static void test_clock_that_stands_still_has_no_line(void **state)
{
	struct cl_line line;

	(void)state;
	cl_linefit_init(&fit);
	for (int i = 0; i < 20; i++)
		cl_linefit_add(&fit, 5, i * 1000);
	assert_int_equal(cl_linefit_get(&fit, &line), -EAGAIN);
}

static void test_any_numbers_do_no_harm(void **state)
{
	static const s64 wild[] = { S64_MIN, S64_MAX, 0, -1, 1 };
	struct cl_line line = { 0 };
	double r;

	(void)state;
	cl_linefit_init(&fit);
	for (int i = 0; i < 50; i++) {
		cl_linefit_add(&fit, wild[i % 5], wild[i * 3 % 5]);
		cl_linefit_get(&fit, &line);
		r = cl_line_residual(&line, S64_MIN, S64_MAX);
		assert_true(isfinite(r));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_needs_some_readings),
		cmocka_unit_test(test_line_is_found),
		cmocka_unit_test(test_noise_is_averaged_and_measured),
		cmocka_unit_test(test_residual_shows_a_step),
		cmocka_unit_test(test_clock_that_stands_still_has_no_line),
		cmocka_unit_test(test_any_numbers_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
