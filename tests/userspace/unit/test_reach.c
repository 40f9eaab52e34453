// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/lib/reach.h"
#include "kmod/core/cltime.h"
#include "random.h"
#include "unit.h"

#define LIMIT 1000.0

static struct cl_reach reach;
static u64 seed;
static s64 now;

static void begin(void)
{
	cl_reach_init(&reach);
	seed = 1;
	now = CL_NS_PER_SEC;
}

/* One reading each second that moves from @from to @to, with noise of 2 %. */
static int move(double from, double to, int seconds)
{
	for (int i = 0; i < seconds; i++) {
		double x = from + (to - from) * i / seconds;
		bool before = reach.warns;

		x *= 1 + 0.02 * (double)random_gauss_q16(&seed) / 65536;
		now += CL_NS_PER_SEC;
		cl_reach_push(&reach, now, x, LIMIT);
		if (reach.warns != before)
			return i;
	}
	return seconds;
}

static void test_steady_figure_does_not_warn(void **state)
{
	(void)state;
	begin();
	assert_int_equal(move(100, 100, 20000), 20000);
	begin();
	assert_int_equal(move(990, 990, 20000), 20000);
}

static void test_rise_is_warned_of_in_time(void **state)
{
	int at;

	(void)state;
	begin();
	assert_int_equal(move(100, 100, 600), 600);
	at = move(100, 1100, 200);
	assert_in_range(at, 20, 120);
	assert_in_range((now - reach.since_ns) / CL_NS_PER_SEC, 20, 150);
	/* 1000 is reached after 180 s */
	at++;
	assert_int_equal(move(100 + 5 * at, 700, 120 - at), 120 - at);
	assert_in_range(reach.in_ns / CL_NS_PER_SEC, 50, 70);
}

static void test_rise_over_an_hour_is_seen(void **state)
{
	int at;

	(void)state;
	begin();
	assert_int_equal(move(100, 100, 3600), 3600);
	at = move(100, 1100, 7200);
	assert_in_range(at, 600, 5400);
	assert_true(reach.in_ns > 600 * CL_NS_PER_SEC);
}

static void test_rise_that_leads_nowhere_does_not_warn(void **state)
{
	(void)state;
	begin();
	assert_int_equal(move(100, 100, 600), 600);
	assert_int_equal(move(100, 200, 60), 60);
	assert_int_equal(move(200, 200, 3000), 3000);
}

static void test_warning_lasts_beyond_the_limit(void **state)
{
	(void)state;
	begin();
	move(100, 100, 600);
	assert_in_range(move(100, 1500, 100), 1, 99);
	assert_true(reach.warns);
	move(1500, 1500, 20);
	assert_int_equal(move(1500, 1500, 600), 600);
	assert_true(reach.warns);
	assert_int_equal(reach.in_ns, 0);
	assert_in_range(move(100, 100, 600), 20, 60);
	assert_false(reach.warns);
}

static void test_gap_ends_all(void **state)
{
	(void)state;
	begin();
	move(100, 100, 600);
	move(100, 1100, 200);
	assert_true(reach.warns);
	now += 100 * CL_NS_PER_SEC;
	cl_reach_push(&reach, now, 500, LIMIT);
	assert_false(reach.warns);
	assert_int_equal(reach.quick.n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_steady_figure_does_not_warn),
		cmocka_unit_test(test_rise_is_warned_of_in_time),
		cmocka_unit_test(test_rise_over_an_hour_is_seen),
		cmocka_unit_test(test_rise_that_leads_nowhere_does_not_warn),
		cmocka_unit_test(test_warning_lasts_beyond_the_limit),
		cmocka_unit_test(test_gap_ends_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
