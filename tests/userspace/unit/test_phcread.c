// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>

#include "agent/daemon/phcread.h"
#include "unit.h"

/* The device's clock is that much behind CLOCK_REALTIME. */
#define BEHIND_NS 37000000000LL
#define REAL_NS 1700000000999999000LL

static struct ptp_sys_offset_extended all;

static struct ptp_clock_time clock_time(s64 ns)
{
	return (struct ptp_clock_time){
		.sec = ns / 1000000000,
		.nsec = (u32)(ns % 1000000000),
	};
}

/* A reading a microsecond after the last one, latched some time after its begin. */
static void add(s64 width, s64 latched)
{
	s64 before = REAL_NS + all.n_samples * 1000;
	struct ptp_clock_time *t = all.ts[all.n_samples++];

	t[0] = clock_time(before);
	t[1] = clock_time(before + latched - BEHIND_NS);
	t[2] = clock_time(before + width);
}

/* How far the device's clock is taken to be ahead of where it is. */
static s64 error_of_mean(void)
{
	struct cl_phcread r;

	assert_int_equal(cl_phcread_mean(&all, &r), 0);
	return r.phc_ns - r.raw_ns + BEHIND_NS;
}

static void test_one_reading_is_its_middle(void **state)
{
	struct cl_phcread r;

	(void)state;
	all.n_samples = 0;
	add(200, 100);
	assert_int_equal(cl_phcread_mean(&all, &r), 0);
	assert_int_equal(r.raw_ns, REAL_NS + 100);
	assert_int_equal(r.phc_ns, REAL_NS + 100 - BEHIND_NS);
	assert_int_equal(r.width_ns, 200);
}

static void test_short_ones_are_averaged(void **state)
{
	(void)state;
	all.n_samples = 0;
	add(200, 20);
	add(220, 190);
	add(210, 180);
	add(200, 5);
	/* -80 + 80 + 75 - 95 over 4 */
	assert_int_equal(error_of_mean(), -5);
}

static void test_long_ones_do_not_count(void **state)
{
	(void)state;
	all.n_samples = 0;
	add(300, 300);
	add(200, 110);
	add(226, 226);
	add(100000, 0);
	assert_int_equal(error_of_mean(), 10);
}

static void test_a_clock_that_is_stepped_is_not_averaged(void **state)
{
	(void)state;
	all.n_samples = 0;
	add(200, 100);
	add(200, 100 + 5000000000LL);
	add(201, 100 - 1300);
	assert_int_equal(error_of_mean(), 0);
}

static void test_real_time_that_runs_back_is_no_reading(void **state)
{
	struct cl_phcread r = { .phc_ns = 77 };

	(void)state;
	all.n_samples = 0;
	assert_int_equal(cl_phcread_mean(&all, &r), -EAGAIN);
	add(-1, 0);
	assert_int_equal(cl_phcread_mean(&all, &r), -EAGAIN);
	assert_int_equal(r.phc_ns, 77);
	add(200, 100);
	assert_int_equal(error_of_mean(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_reading_is_its_middle),
		cmocka_unit_test(test_short_ones_are_averaged),
		cmocka_unit_test(test_long_ones_do_not_count),
		cmocka_unit_test(test_a_clock_that_is_stepped_is_not_averaged),
		cmocka_unit_test(test_real_time_that_runs_back_is_no_reading),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
