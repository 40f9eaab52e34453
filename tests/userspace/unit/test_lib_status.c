// SPDX-License-Identifier: GPL-2.0-or-later
#include "libkit.h"

static void test_status_is_all_of_the_page(void **state)
{
	struct clocklink_status s;
	struct kit *k = *state;
	int64_t raw;

	k->page->now.state = CLOCKLINK_STATE_UNVERIFIED;
	k->page->now.void_raw = k->page->now.raw + 5 * NS_PER_S;
	/* 2^-10: 1 s in 1024 s, so that growth is seen */
	k->page->now.drift_q48 = 1ULL << 38;
	k->page->now.raw -= NS_PER_S;
	k->page->now.time -= NS_PER_S;
	k->page->disruptions = 3;
	k->page->leap = CLOCKLINK_LEAP_DELETE;
	k->page->leap_time = BASE_TIME + 1;
	assert_int_equal(clocklink_status(k->clock, &s), 0);
	raw = kit_clock(CLOCK_MONOTONIC_RAW);
	assert_int_equal(s.error, 0);
	assert_int_equal(s.level, CLOCKLINK_LEVEL_UNVERIFIED);
	assert_in_range(s.bound_ns, 500 + (NS_PER_S >> 10),
			501 + ((raw - k->page->now.raw) >> 10));
	assert_int_equal(s.hard_ns - s.bound_ns, 49500);
	assert_int_equal(s.time.latest - s.time.earliest, 2 * s.bound_ns);
	assert_in_range(s.remaining_ns, k->page->now.void_raw - raw,
			5 * NS_PER_S);
	assert_int_equal(s.disruptions, 3);
	assert_int_equal(s.node, 7);
	assert_int_equal(s.cluster, 9);
	assert_int_equal(s.tai_offset, 37);
	assert_int_equal(s.leap, -1);
	assert_int_equal(s.leap_time, BASE_TIME + 1);
	k->page->leap = CLOCKLINK_LEAP_INSERT;
	k->page->now.state = CLOCKLINK_STATE_HOLDOVER;
	assert_int_equal(clocklink_status(k->clock, &s), 0);
	assert_int_equal(s.leap, 1);
	assert_int_equal(s.level, CLOCKLINK_LEVEL_HOLDOVER);
}

static void test_status_without_time_says_why(void **state)
{
	struct clocklink_status s;
	struct kit *k = *state;

	k->page->now.void_raw = k->page->now.raw;
	assert_int_equal(clocklink_status(k->clock, &s), 0);
	assert_int_equal(s.error, CLOCKLINK_ERROR_VOID);
	assert_int_equal(s.level, CLOCKLINK_LEVEL_NONE);
	assert_true(s.bound_ns == UINT64_MAX && s.hard_ns == UINT64_MAX);
	assert_int_equal(s.remaining_ns, 0);
	assert_true(s.time.earliest == INT64_MIN);
	assert_int_equal(s.node, 7);
	k->page->seq++;
	assert_int_equal(clocklink_status(k->clock, &s), CLOCKLINK_ERROR_STUCK);
	assert_int_equal(s.error, CLOCKLINK_ERROR_STUCK);
	assert_true(s.bound_ns == UINT64_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		KIT_TEST(test_status_is_all_of_the_page),
		KIT_TEST(test_status_without_time_says_why),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
