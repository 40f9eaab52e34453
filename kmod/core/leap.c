// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * The calendar of this file has years that begin in March, so that the day that is
 * not always there is the last of a year, and eras of 400 such years, which are all
 * of the same length.  Day 0 of era 0 is 0000-03-01 (Hinnant, "chrono-Compatible
 * Low-Level Date Algorithms", 2013).
 */
#include "leap.h"

#define SECONDS_PER_DAY 86400LL
#define DAYS_PER_ERA 146097LL
#define DAYS_PER_CENTURY 36524LL
#define DAYS_PER_4_YEARS 1461LL
#define DAYS_PER_YEAR 365LL
/* From 0000-03-01 to 1970-01-01. */
#define EPOCH_DAY 719468LL

static s64 floor_div(s64 a, s64 b)
{
	return a / b - (a % b < 0);
}

/* Days of a year, which begins in March, before its month @m, 0..12. */
static s64 days_before(s64 m)
{
	return (153 * m + 2) / 5;
}

/* Days since 1970 of the first of the month after that of day @day. */
static s64 next_month(s64 day)
{
	s64 era = floor_div(day + EPOCH_DAY, DAYS_PER_ERA);
	s64 of_era = day + EPOCH_DAY - era * DAYS_PER_ERA;
	s64 year = (of_era - of_era / (DAYS_PER_4_YEARS - 1) +
		    of_era / DAYS_PER_CENTURY - of_era / (DAYS_PER_ERA - 1)) /
		   DAYS_PER_YEAR;
	s64 of_year = of_era - (DAYS_PER_YEAR * year + year / 4 - year / 100);
	s64 month = (5 * of_year + 2) / 153;
	s64 length = days_before(month + 1) - days_before(month);

	/* February, of the year that in January has begun */
	if (month == 11)
		length = (year + 1) % 4 || ((year + 1) % 100 == 0 &&
					    (year + 1) % 400 != 0) ?
				 28 :
				 29;
	return day - of_year + days_before(month) + length;
}

/**
 * cl_leap_time() - when TAI - UTC changes at the end of the current UTC month
 * @now: cluster time, which is not in the leap second itself
 * @tai_offset: TAI - UTC at @now, s
 * @change: what the leap second adds to it: 1 if one is inserted, -1 if one is left
 *	out
 *
 * Return: cluster time of the first second of the next month: from then on
 * TAI - UTC is @tai_offset + @change.
 */
struct cl_time cl_leap_time(struct cl_time now, s32 tai_offset, s32 change)
{
	s64 utc = floor_div(now.ns, CL_NS_PER_SEC) - tai_offset;
	s64 next = next_month(floor_div(utc, SECONDS_PER_DAY));

	return cl_time((next * SECONDS_PER_DAY + tai_offset + change) *
		       CL_NS_PER_SEC);
}

/**
 * cl_leap_passed() - is what is announced over?
 * @l: what was announced before; gets what is now
 * @now: cluster time, not in the leap second itself when it is announced
 * @stepped: cluster time of before says nothing about that of now
 * @tai_offset: TAI - UTC as it is told, that before the leap second, s
 * @change: leap second at the end of the month as it is told: 1, -1; 0: none
 *
 * Its time is found once, when it is announced: within an inserted second the month
 * is not that which it ends, and whoever announces it may not notice that it is over.
 *
 * Return: true from CL_LEAP_LATE_NS after it on: then @tai_offset + @change holds, and
 * no leap second is ahead.
 */
bool cl_leap_passed(struct cl_leap *l, struct cl_time now, bool stepped,
		    s32 tai_offset, s32 change)
{
	if (!change) {
		*l = (struct cl_leap){};
		return false;
	}
	if (stepped || l->change != change || l->tai_offset != tai_offset) {
		l->time = cl_leap_time(now, tai_offset, change);
		l->tai_offset = tai_offset;
		l->change = change;
	}
	return cl_time_sub(now, l->time) >= CL_LEAP_LATE_NS;
}
