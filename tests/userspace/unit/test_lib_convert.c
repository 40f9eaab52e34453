// SPDX-License-Identifier: GPL-2.0-or-later
#include "libkit.h"

/* Three anchors, 1 s apart, that end now; the clock reads BASE_TIME at the last. */
static void fill_past(struct clocklink_page *p)
{
	kit_fill(p);
	p->updates = 3;
	for (int i = 1; i <= 3; i++) {
		p->anchor[i] = p->now;
		p->anchor[i].raw -= (3 - i) * NS_PER_S;
		p->anchor[i].monotonic -= (3 - i) * NS_PER_S;
		p->anchor[i].realtime -= (3 - i) * NS_PER_S;
		p->anchor[i].time -= (3 - i) * NS_PER_S;
		p->anchor[i].bound_ns = 1000 * i;
	}
	p->now = p->anchor[3];
}

static void expect_error(const struct kit *k, enum clocklink_source source,
			 int64_t stamp, int want)
{
	struct clocklink_interval iv = { 1, 2 };
	int got = clocklink_convert(k->clock, source, stamp, &iv);

	assert_int_equal(got, want);
	assert_true(iv.earliest == INT64_MIN && iv.latest == INT64_MAX);
}

/* It was BASE_TIME - @ago then, with a bound between these two. */
static void expect(const struct kit *k, enum clocklink_source source,
		   int64_t stamp, int64_t ago, int64_t least, int64_t most)
{
	struct clocklink_interval iv;
	int64_t width;

	assert_int_equal(clocklink_convert(k->clock, source, stamp, &iv), 0);
	assert_true(iv.earliest <= BASE_TIME - ago);
	assert_true(iv.latest >= BASE_TIME - ago);
	width = (iv.latest - iv.earliest) / 2;
	assert_in_range(width, least, most);
}

static void test_stamps_have_the_time_and_bound_of_then(void **state)
{
	struct kit *k = *state;
	const struct clocklink_anchor *now = &k->page->now;

	fill_past(k->page);
	expect(k, CLOCKLINK_RAW, now->raw - NS_PER_S, NS_PER_S, 2001, 2001);
	expect(k, CLOCKLINK_RAW, now->raw - NS_PER_S - 1, NS_PER_S + 1, 1001,
	       1001);
	expect(k, CLOCKLINK_RAW, now->raw, 0, 3001, 3001);
	/* nothing is bent at a knot; how much at 100 us from it the file's clocks, which
	 * are not read at one instant, do not say exactly
	 */
	expect(k, CLOCKLINK_MONOTONIC, now->monotonic - NS_PER_S, NS_PER_S,
	       1001, 2100);
	expect(k, CLOCKLINK_MONOTONIC, now->monotonic - NS_PER_S + 100000,
	       NS_PER_S - 100000, 2101, 100000);
	expect(k, CLOCKLINK_REALTIME, now->realtime - NS_PER_S + 100000,
	       NS_PER_S - 100000, 2101, 100000);
}

static void expect_known(const struct kit *k, enum clocklink_source source,
			 int64_t stamp)
{
	struct clocklink_interval iv;

	assert_int_equal(clocklink_convert(k->clock, source, stamp, &iv), 0);
}

static void test_now_is_no_future(void **state)
{
	struct clocklink_interval iv, now;
	struct kit *k = *state;
	int64_t stamp;

	assert_int_equal(clocklink_now(k->clock, &now), 0);
	stamp = kit_clock(CLOCK_MONOTONIC_RAW);
	assert_int_equal(clocklink_convert(k->clock, CLOCKLINK_RAW, stamp, &iv),
			 0);
	assert_true(iv.earliest >= now.earliest);
	assert_int_equal(clocklink_now(k->clock, &now), 0);
	assert_true(iv.latest <= now.latest);
	expect_known(k, CLOCKLINK_MONOTONIC, kit_clock(CLOCK_MONOTONIC));
	expect_known(k, CLOCKLINK_REALTIME, kit_clock(CLOCK_REALTIME));
}

static void test_what_is_not_known_is_an_error(void **state)
{
	struct kit *k = *state;
	struct clocklink_page *p = k->page;

	fill_past(p);
	expect_error(k, CLOCKLINK_RAW, p->anchor[1].raw - 1,
		     CLOCKLINK_ERROR_PAST);
	expect_error(k, CLOCKLINK_RAW, INT64_MIN, CLOCKLINK_ERROR_PAST);
	expect_error(k, CLOCKLINK_MONOTONIC, p->anchor[1].monotonic - 1,
		     CLOCKLINK_ERROR_PAST);
	expect_error(k, CLOCKLINK_RAW, INT64_MAX, CLOCKLINK_ERROR_FUTURE);
	expect_error(k, CLOCKLINK_REALTIME, p->now.realtime + 3600 * NS_PER_S,
		     CLOCKLINK_ERROR_FUTURE);
	expect_error(k, (enum clocklink_source)3, p->now.raw,
		     CLOCKLINK_ERROR_ARGUMENT);
	p->anchor[2].set++;
	expect_error(k, CLOCKLINK_REALTIME, p->now.realtime - NS_PER_S / 2,
		     CLOCKLINK_ERROR_CLOCK_SET);
	p->anchor[1].state = CLOCKLINK_STATE_JOINING;
	expect_error(k, CLOCKLINK_RAW, p->anchor[1].raw + 1,
		     CLOCKLINK_ERROR_UNSYNCED);
	p->anchor[2].void_raw = p->anchor[2].raw + 5;
	expect_error(k, CLOCKLINK_RAW, p->anchor[2].raw + 5,
		     CLOCKLINK_ERROR_VOID);
	p->first = p->updates + 1;
	expect_error(k, CLOCKLINK_RAW, p->now.raw, CLOCKLINK_ERROR_FORMAT);
	p->seq++;
	expect_error(k, CLOCKLINK_RAW, p->now.raw, CLOCKLINK_ERROR_STUCK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		KIT_TEST(test_stamps_have_the_time_and_bound_of_then),
		KIT_TEST(test_now_is_no_future),
		KIT_TEST(test_what_is_not_known_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
