// SPDX-License-Identifier: GPL-2.0-or-later
/* Allan deviation of the live view: of phases with a known one. */
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdlib.h>

#include <cmocka.h>

#include "agent/stats/allan.h"

static struct cl_allan allan;

/* A clock that reads @offset more than raw time at second @s, looked at late. */
static struct cl_nl_clock clock_at(s64 s, s64 late_ns, s64 offset, s64 rate_ppt)
{
	return (struct cl_nl_clock){
		.state = CLOCKLINK_STATE_SYNCED,
		.raw_ns = s * CL_NS_PER_SEC + late_ns,
		.time_ns = s * CL_NS_PER_SEC + late_ns + offset,
		.rate_ppt = rate_ppt,
	};
}

static void add(s64 s, s64 late_ns, s64 offset, s64 rate_ppt)
{
	const struct cl_nl_clock c = clock_at(s, late_ns, offset, rate_ppt);

	cl_allan_add(&allan, &c);
}

/* A constant frequency has no deviation, whenever within the second it is seen. */
static void test_constant(void **state)
{
	s64 late;

	(void)state;
	cl_allan_init(&allan);
	for (s64 s = 0; s < 100 + CL_ALLAN_SETTLE; s++) {
		late = s * 7919 % 900 * CL_NS_PER_MS;
		/* 20 ppm, rounded to 1 ns */
		add(s, late, (s * CL_NS_PER_SEC + late) / 50000, 20000000);
	}
	assert_true(cl_allan_deviation(&allan, 1) < 2 / 1e9);
	assert_true(cl_allan_deviation(&allan, 16) < 2 / 1e10);
	assert_true(isnan(cl_allan_deviation(&allan, 64)));
}

/* White phase of sigma: sqrt(3) sigma / tau. */
static void test_white_phase(void **state)
{
	unsigned int seed = 1;
	double sum;

	(void)state;
	cl_allan_init(&allan);
	for (s64 s = 0; s < CL_ALLAN_POINTS + 100; s++) {
		sum = 0;
		for (int i = 0; i < 12; i++)
			sum += rand_r(&seed) / (double)RAND_MAX - 0.5;
		add(s, 0, lrint(1000 * sum), 0);
	}
	for (unsigned int tau = 1; tau <= 64; tau *= 4)
		assert_true(fabs(cl_allan_deviation(&allan, tau) * tau /
					 (sqrt(3) / 1e6) -
				 1) < 0.1);
}

/* A line of slope d per s, drift: d tau / sqrt(2). */
static void test_drift(void **state)
{
	(void)state;
	cl_allan_init(&allan);
	/* 10 ppb per s */
	for (s64 s = 0; s < 400; s++)
		add(s, 0, 5 * s * s, 10000 * s);
	assert_true(fabs(cl_allan_deviation(&allan, 10) / (1 / 1e7 / sqrt(2)) -
			 1) < 0.01);
}

/* A slew is the clock's, not the oscillator's. */
static void test_slew(void **state)
{
	struct cl_nl_clock c;

	(void)state;
	cl_allan_init(&allan);
	for (s64 s = 0; s < 100; s++) {
		c = clock_at(s, 0, 10 * s, 0);
		c.slew_ppt = 10000;
		c.slew_left_ns = -10 * s;
		cl_allan_add(&allan, &c);
	}
	assert_true(cl_allan_deviation(&allan, 1) < 1 / 1e12);
}

/* What is not one line begins anew. */
static void test_anew(void **state)
{
	struct cl_nl_clock c;
	s64 s = 0;

	(void)state;
	cl_allan_init(&allan);
	for (; s < 50; s++)
		add(s, 0, 0, 0);
	/* what settles is passed over */
	assert_int_equal(allan.n, 50 - CL_ALLAN_SETTLE);
	/* Twice in a second counts once. */
	add(49, 500 * CL_NS_PER_MS, 0, 0);
	assert_int_equal(allan.n, 50 - CL_ALLAN_SETTLE);
	/* A second that nobody looked at. */
	add(51, 0, 0, 0);
	assert_int_equal(allan.n, 0);
	for (s = 52; s < 70; s++)
		add(s, 0, 0, 0);
	assert_int_equal(allan.n, 3);
	c = clock_at(70, 0, 1000000, 0);
	c.steps = 1;
	cl_allan_add(&allan, &c);
	assert_int_equal(allan.n, 0);
	for (s = 71; s < 90; s++) {
		c = clock_at(s, 0, 1000000, 0);
		c.steps = 1;
		cl_allan_add(&allan, &c);
	}
	assert_int_equal(allan.n, 4);
	c = clock_at(s, 0, 1000000, 0);
	c.steps = 1;
	c.disruptions = 1;
	cl_allan_add(&allan, &c);
	assert_int_equal(allan.n, 0);
	assert_true(allan.known);
	c.state = CLOCKLINK_STATE_VOID;
	cl_allan_add(&allan, &c);
	assert_false(allan.known);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_constant),
		cmocka_unit_test(test_white_phase),
		cmocka_unit_test(test_drift),
		cmocka_unit_test(test_slew),
		cmocka_unit_test(test_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
