// SPDX-License-Identifier: GPL-2.0-or-later

#include "libkit.h"

#define READERS 3
#define WRITES 20000

/* The page's time by its raw clock, which runs as fast. */
static int64_t time_now(const struct kit *k)
{
	return BASE_TIME + kit_clock(CLOCK_MONOTONIC_RAW) - k->page->now.raw;
}

static void test_now_is_the_page_with_its_bound(void **state)
{
	struct clocklink_interval iv, hard;
	struct kit *k = *state;
	int64_t before, after;

	before = time_now(k);
	assert_int_equal(clocklink_now(k->clock, &iv), 0);
	assert_int_equal(clocklink_now_hard(k->clock, &hard), 0);
	after = time_now(k);
	assert_int_equal(iv.latest - iv.earliest, 2 * 501);
	assert_int_equal(hard.latest - hard.earliest, 2 * 50001);
	assert_in_range(iv.earliest + 501 - before, 0, after - before);
	assert_in_range(hard.earliest + 50001 - before, 0, after - before);
	assert_true(hard.earliest + 50001 >= iv.earliest + 501);
}

static void expect_error(const struct kit *k, int want)
{
	struct clocklink_interval iv = { 1, 2 };

	assert_int_equal(clocklink_now(k->clock, &iv), want);
	assert_true(iv.earliest == INT64_MIN && iv.latest == INT64_MAX);
	iv = (struct clocklink_interval){ 1, 2 };
	assert_int_equal(clocklink_now_hard(k->clock, &iv), want);
	assert_true(iv.earliest == INT64_MIN && iv.latest == INT64_MAX);
}

static void test_no_time_is_an_error_and_all_of_time(void **state)
{
	struct kit *k = *state;

	k->page->now.state = CLOCKLINK_STATE_UNSYNCED;
	expect_error(k, CLOCKLINK_ERROR_UNSYNCED);
	k->page->now.state = CLOCKLINK_STATE_JOINING;
	expect_error(k, CLOCKLINK_ERROR_UNSYNCED);
	k->page->now.state = CLOCKLINK_STATE_VOID;
	expect_error(k, CLOCKLINK_ERROR_VOID);
	k->page->now.state = CLOCKLINK_STATE_GONE;
	expect_error(k, CLOCKLINK_ERROR_GONE);
	/* a state of a later kernel */
	k->page->now.state = CLOCKLINK_STATE_GONE + 1;
	expect_error(k, CLOCKLINK_ERROR_UNSYNCED);
	k->page->now.state = CLOCKLINK_STATE_HOLDOVER;
	k->page->now.void_raw = kit_clock(CLOCK_MONOTONIC_RAW);
	expect_error(k, CLOCKLINK_ERROR_VOID);
	k->page->seq++;
	expect_error(k, CLOCKLINK_ERROR_STUCK);
}

static void test_only_apart_intervals_have_an_order(void **state)
{
	const struct clocklink_interval a = { 10, 20 }, b = { 20, 30 },
					c = { 21, 22 },
					all = { INT64_MIN, INT64_MAX };

	(void)state;
	assert_int_equal(clocklink_compare(&a, &c), CLOCKLINK_BEFORE);
	assert_int_equal(clocklink_compare(&c, &a), CLOCKLINK_AFTER);
	assert_int_equal(clocklink_compare(&a, &b), CLOCKLINK_OVERLAP);
	assert_int_equal(clocklink_compare(&b, &a), CLOCKLINK_OVERLAP);
	assert_int_equal(clocklink_compare(&a, &a), CLOCKLINK_OVERLAP);
	assert_int_equal(clocklink_compare(&b, &c), CLOCKLINK_OVERLAP);
	assert_int_equal(clocklink_compare(&all, &c), CLOCKLINK_OVERLAP);
}

/* Reads until the page is gone; returns NULL if all went well. */
static void *read_all(void *arg)
{
	struct clocklink_interval iv, last = { 0, 0 };
	const struct kit *k = arg;
	int err;

	for (;;) {
		err = clocklink_now(k->clock, &iv);
		/* A writer in user space may be stopped in the middle. */
		if (err == CLOCKLINK_ERROR_STUCK)
			continue;
		if (err)
			return err == CLOCKLINK_ERROR_GONE ? NULL : arg;
		/* Half of a write would be far off, or of another width. */
		if (iv.latest - iv.earliest != 2 * 501 ||
		    iv.earliest < last.earliest ||
		    iv.earliest > BASE_TIME + 600 * NS_PER_S)
			return arg;
		last = iv;
	}
}

/* Anchor and time move together, all else would be seen by the readers. */
static void write_page(struct clocklink_page *p, uint32_t state)
{
	int64_t raw = kit_clock(CLOCK_MONOTONIC_RAW);

	__atomic_store_n(&p->seq, p->seq + 1, __ATOMIC_RELAXED);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	__atomic_store_n(&p->now.time, p->now.time + raw - p->now.raw,
			 __ATOMIC_RELAXED);
	__atomic_store_n(&p->now.raw, raw, __ATOMIC_RELAXED);
	__atomic_store_n(&p->now.state, state, __ATOMIC_RELAXED);
	__atomic_store_n(&p->seq, p->seq + 1, __ATOMIC_RELEASE);
}

static void test_threads_share_a_handle(void **state)
{
	struct kit *k = *state;
	pthread_t reader[READERS];
	void *bad;

	for (int i = 0; i < READERS; i++)
		kit_thread(&reader[i], read_all, k);
	for (int i = 0; i < WRITES; i++)
		write_page(k->page, CLOCKLINK_STATE_SYNCED);
	write_page(k->page, CLOCKLINK_STATE_GONE);
	for (int i = 0; i < READERS; i++) {
		pthread_join(reader[i], &bad);
		assert_null(bad);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		KIT_TEST(test_now_is_the_page_with_its_bound),
		KIT_TEST(test_no_time_is_an_error_and_all_of_time),
		KIT_TEST(test_only_apart_intervals_have_an_order),
		KIT_TEST(test_threads_share_a_handle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
