// SPDX-License-Identifier: GPL-2.0-or-later
#include <kunit/test.h>

#include "core/leap.h"

#define DAY 86400LL

/* Cluster time of the end of the month of a UTC second, without a leap second. */
static s64 month_end(s64 utc)
{
	return cl_leap_time(cl_time(utc * CL_NS_PER_SEC), 0, 0).ns /
	       CL_NS_PER_SEC;
}

static void test_known_leap_seconds(struct kunit *test)
{
	/* 2016-12-31 12:00:00 UTC; 2017-01-01 00:00:00 is 37 s behind TAI */
	s64 now = (1483185600LL + 36) * CL_NS_PER_SEC + 5;

	KUNIT_EXPECT_EQ(test, cl_leap_time(cl_time(now), 36, 1).ns,
			(1483228800LL + 37) * CL_NS_PER_SEC);
	KUNIT_EXPECT_EQ(test, cl_leap_time(cl_time(now), 36, -1).ns,
			(1483228800LL + 35) * CL_NS_PER_SEC);
	/* 2012-06-01 00:00:00 UTC, its first nanosecond; 2012-07-01 */
	now = (1338508800LL + 34) * CL_NS_PER_SEC;
	KUNIT_EXPECT_EQ(test, cl_leap_time(cl_time(now), 34, 1).ns,
			(1341100800LL + 35) * CL_NS_PER_SEC);
	/* one nanosecond earlier it is May */
	KUNIT_EXPECT_EQ(test, cl_leap_time(cl_time(now - 1), 34, 1).ns,
			(1338508800LL + 35) * CL_NS_PER_SEC);
}

static bool is_leap_year(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* All months of the 292 years on both sides of 1970 that cluster time can say. */
static void test_every_month_ends_where_it_should(struct kunit *test)
{
	static const int length[] = { 31, 28, 31, 30, 31, 30,
				      31, 31, 30, 31, 30, 31 };
	s64 day = 0;
	int year, month;

	for (year = 1970; year > 1680; year--)
		day -= 365 + is_leap_year(year - 1);
	for (; year < 2260; year++) {
		for (month = 0; month < 12; month++) {
			s64 days = length[month] +
				   (month == 1 && is_leap_year(year));
			s64 end = (day + days) * DAY;

			KUNIT_ASSERT_EQ(test, month_end(day * DAY), end);
			KUNIT_ASSERT_EQ(test, month_end(end - 1), end);
			day += days;
		}
	}
}

/* What goes on being announced is over a second after it, and no other one is ahead. */
static void expect_passes(struct kunit *test, s32 change)
{
	/* 2016-12-31 23:59:57 UTC */
	struct cl_time now = cl_time((1483228797LL + 36) * CL_NS_PER_SEC);
	struct cl_time end =
		cl_time((1483228800LL + 36 + change) * CL_NS_PER_SEC);
	struct cl_leap l = {};

	KUNIT_EXPECT_FALSE(test, cl_leap_passed(&l, now, true, 36, change));
	KUNIT_EXPECT_EQ(test, l.time.ns, end.ns);
	now = cl_time(end.ns + CL_LEAP_LATE_NS);
	KUNIT_EXPECT_FALSE(test, cl_leap_passed(&l, cl_time(now.ns - 1), false,
						36, change));
	KUNIT_EXPECT_TRUE(test, cl_leap_passed(&l, now, false, 36, change));
	now = cl_time(end.ns + 40 * DAY * CL_NS_PER_SEC);
	KUNIT_EXPECT_TRUE(test, cl_leap_passed(&l, now, false, 36, change));
	KUNIT_EXPECT_EQ(test, l.time.ns, end.ns);
	/* until somebody says so, and another one is announced, in February */
	KUNIT_EXPECT_FALSE(test,
			   cl_leap_passed(&l, now, false, 36 + change, 0));
	KUNIT_EXPECT_EQ(test, l.time.ns, 0);
	KUNIT_EXPECT_FALSE(test,
			   cl_leap_passed(&l, now, false, 36 + change, 1));
	KUNIT_EXPECT_EQ(test, l.time.ns,
			end.ns + (59 * DAY + 1) * CL_NS_PER_SEC);
}

static void test_a_leap_second_passes(struct kunit *test)
{
	expect_passes(test, 1);
	expect_passes(test, -1);
}

static void test_a_step_finds_its_month_anew(struct kunit *test)
{
	struct cl_time month = cl_leap_time(cl_time(0), 36, 1);
	struct cl_time later = cl_time(month.ns + 40 * DAY * CL_NS_PER_SEC);
	struct cl_leap l = {};

	KUNIT_EXPECT_FALSE(test, cl_leap_passed(&l, cl_time(0), false, 36, 1));
	KUNIT_EXPECT_EQ(test, l.time.ns, month.ns);
	KUNIT_EXPECT_FALSE(test, cl_leap_passed(&l, later, true, 36, 1));
	KUNIT_EXPECT_GT(test, l.time.ns, later.ns);
}

static struct kunit_case leap_cases[] = {
	KUNIT_CASE(test_known_leap_seconds),
	KUNIT_CASE(test_every_month_ends_where_it_should),
	KUNIT_CASE(test_a_leap_second_passes),
	KUNIT_CASE(test_a_step_finds_its_month_anew),
	{}
};

static struct kunit_suite leap_suite = {
	.name = "cl_leap",
	.test_cases = leap_cases,
};

kunit_test_suite(leap_suite);
