// SPDX-License-Identifier: GPL-2.0-or-later
#include "libkit.h"

/* End of June 2026, 00:00:00 UTC as POSIX counts. */
#define MIDNIGHT (1782864000 * NS_PER_S)
#define TAI_OFFSET 37

/* The half width of every interval: it stands still, so that figures are exact. */
#define BOUND (100 * NS_PER_MS)

/*
 * Stops the clock at a cluster time; with @leap +1 or -1 the second is inserted or
 * left out at MIDNIGHT.
 */
static void stop_at(struct kit *k, int64_t time, int leap)
{
	struct clocklink_page *p = k->page;

	p->now.raw = kit_clock(CLOCK_MONOTONIC_RAW);
	p->now.time = time;
	/* Raw time moves it by less than the bound grows here. */
	p->now.bound_ns = BOUND;
	p->tai_offset = TAI_OFFSET;
	p->leap = leap > 0 ? CLOCKLINK_LEAP_INSERT :
		  leap < 0 ? CLOCKLINK_LEAP_DELETE :
			     CLOCKLINK_LEAP_NONE;
	p->leap_time = leap ? MIDNIGHT + (TAI_OFFSET + leap) * NS_PER_S : 0;
}

/* A clock near @at holds [@earliest, @latest], to what passes during the call. */
static void expect(struct kit *k, int64_t at, int leap, int64_t earliest,
		   int64_t latest, int flag)
{
	struct clocklink_utc utc;
	int64_t passed;

	stop_at(k, at, leap);
	assert_int_equal(clocklink_now_utc(k->clock, &utc), 0);
	passed = kit_clock(CLOCK_MONOTONIC_RAW) - k->page->now.raw + 1;
	assert_in_range(utc.time.earliest - earliest + 1, 0, passed + 1);
	assert_in_range(utc.time.latest - latest + 1, 0, passed + 1);
	assert_int_equal(utc.leap_second, flag);
}

static void test_offset_is_subtracted(void **state)
{
	int64_t tai = MIDNIGHT + TAI_OFFSET * NS_PER_S;
	struct kit *k = *state;

	expect(k, tai, 0, MIDNIGHT - BOUND, MIDNIGHT + BOUND, 0);
}

static void test_unknown_offset_is_an_error(void **state)
{
	struct clocklink_utc utc = { { 1, 2 }, 3 };
	struct kit *k = *state;

	k->page->tai_offset = 0;
	assert_int_equal(clocklink_now_utc(k->clock, &utc),
			 CLOCKLINK_ERROR_UTC);
	assert_true(utc.time.earliest == INT64_MIN);
	assert_true(utc.time.latest == INT64_MAX);
	assert_int_equal(utc.leap_second, 0);
	k->page->now.state = CLOCKLINK_STATE_VOID;
	assert_int_equal(clocklink_now_utc(k->clock, &utc),
			 CLOCKLINK_ERROR_VOID);
}

static void test_inserted_second_repeats_the_one_before(void **state)
{
	/* 23:59:60 begins where the day would have ended. */
	int64_t begin = MIDNIGHT + TAI_OFFSET * NS_PER_S;
	struct kit *k = *state;
	int64_t s = NS_PER_S;

	expect(k, begin - s, 1, MIDNIGHT - s - BOUND, MIDNIGHT - s + BOUND, 0);
	/* all within it */
	expect(k, begin + s / 2, 1, MIDNIGHT - s / 2 - BOUND,
	       MIDNIGHT - s / 2 + BOUND, 1);
	/* across its end, where POSIX time goes on */
	expect(k, begin + s, 1, MIDNIGHT - BOUND, MIDNIGHT + BOUND, 1);
	expect(k, begin + 2 * s, 1, MIDNIGHT + s - BOUND, MIDNIGHT + s + BOUND,
	       0);
	/* across its begin: from the begin of the repetition to the end before it */
	stop_at(k, begin, 1);
	struct clocklink_utc utc;

	assert_int_equal(clocklink_now_utc(k->clock, &utc), 0);
	assert_int_equal(utc.time.earliest, MIDNIGHT - s);
	assert_int_equal(utc.time.latest, MIDNIGHT - 1);
	assert_int_equal(utc.leap_second, 1);
}

static void test_deleted_second_is_left_out(void **state)
{
	/* After 23:59:58 comes 00:00:00. */
	int64_t end = MIDNIGHT + (TAI_OFFSET - 1) * NS_PER_S;
	struct kit *k = *state;
	int64_t s = NS_PER_S;

	expect(k, end - s, -1, MIDNIGHT - 2 * s - BOUND,
	       MIDNIGHT - 2 * s + BOUND, 0);
	expect(k, end + s, -1, MIDNIGHT + s - BOUND, MIDNIGHT + s + BOUND, 0);
	expect(k, end, -1, MIDNIGHT - s - BOUND, MIDNIGHT + BOUND, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		KIT_TEST(test_offset_is_subtracted),
		KIT_TEST(test_unknown_offset_is_an_error),
		KIT_TEST(test_inserted_second_repeats_the_one_before),
		KIT_TEST(test_deleted_second_is_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
