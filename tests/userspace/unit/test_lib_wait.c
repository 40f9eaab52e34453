// SPDX-License-Identifier: GPL-2.0-or-later
#include <signal.h>
#include <sys/time.h>

#include "libkit.h"

static void expect(const struct kit *k, int64_t time, int64_t timeout, int want)
{
	int got = clocklink_wait_until_after(k->clock, time, timeout);

	assert_int_equal(got, want);
}

static void test_wait_ends_as_soon_as_it_is_over(void **state)
{
	struct clocklink_interval iv;
	struct kit *k = *state;
	int64_t time, best = INT64_MAX;

	/* a loaded machine wakes up late now and then, not always */
	for (int i = 0; i < 20 && best > 50000; i++) {
		assert_int_equal(clocklink_now(k->clock, &iv), 0);
		time = iv.latest + 3 * NS_PER_MS;
		expect(k, time, -1, 0);
		assert_int_equal(clocklink_now(k->clock, &iv), 0);
		assert_true(iv.earliest > time);
		if (iv.earliest - time < best)
			best = iv.earliest - time;
	}
	assert_true(best <= 50000);
}

static void test_what_is_over_is_not_waited_for(void **state)
{
	struct kit *k = *state;

	expect(k, BASE_TIME - 1000, 0, 0);
	expect(k, INT64_MIN, 0, 0);
}

static void test_wait_ends_with_its_time(void **state)
{
	struct kit *k = *state;
	int64_t start = kit_clock(CLOCK_MONOTONIC);

	expect(k, INT64_MAX, 0, CLOCKLINK_ERROR_TIMEOUT);
	expect(k, BASE_TIME + 3600 * NS_PER_S, 20 * NS_PER_MS,
	       CLOCKLINK_ERROR_TIMEOUT);
	assert_int_equal(clocklink_wait_synced(k->clock, 499, 20 * NS_PER_MS),
			 CLOCKLINK_ERROR_TIMEOUT);
	assert_true(kit_clock(CLOCK_MONOTONIC) - start >= 40 * NS_PER_MS);
}

/* What another thread does to the page. */
struct change {
	struct kit *kit;
	void (*apply)(struct clocklink_page *p);
};

static void *change_later(void *arg)
{
	const struct timespec pause = { .tv_nsec = 10 * NS_PER_MS };
	const struct change *c = arg;

	nanosleep(&pause, NULL);
	c->apply(c->kit->page);
	return NULL;
}

/* A wait that lasts longer returns @want because of the change. */
static void wait_during(struct kit *k, void (*apply)(struct clocklink_page *p),
			int want)
{
	struct change c = { k, apply };
	pthread_t id;

	kit_thread(&id, change_later, &c);
	expect(k, BASE_TIME + 3600 * NS_PER_S, 10 * NS_PER_S, want);
	pthread_join(id, NULL);
	kit_fill(k->page);
}

static void disrupt(struct clocklink_page *p)
{
	__atomic_store_n(&p->disruptions, p->disruptions + 1, __ATOMIC_RELAXED);
}

static void set_void(struct clocklink_page *p)
{
	__atomic_store_n(&p->now.state, CLOCKLINK_STATE_VOID, __ATOMIC_RELAXED);
}

static void step(struct clocklink_page *p)
{
	__atomic_store_n(&p->now.time, BASE_TIME + 7200 * NS_PER_S,
			 __ATOMIC_RELAXED);
}

static void test_change_of_the_clock_ends_a_wait(void **state)
{
	struct kit *k = *state;

	wait_during(k, disrupt, CLOCKLINK_ERROR_DISRUPTED);
	wait_during(k, set_void, CLOCKLINK_ERROR_VOID);
	wait_during(k, step, CLOCKLINK_OK);
}

static void nothing(int signal)
{
	(void)signal;
}

static void test_signals_do_not_end_a_wait(void **state)
{
	struct sigaction sa = { .sa_handler = nothing };
	struct itimerval every_ms = { { 0, 1000 }, { 0, 1000 } }, off = {};
	struct clocklink_interval iv;
	struct kit *k = *state;
	int64_t time;

	sigaction(SIGALRM, &sa, NULL);
	setitimer(ITIMER_REAL, &every_ms, NULL);
	assert_int_equal(clocklink_now(k->clock, &iv), 0);
	time = iv.latest + 20 * NS_PER_MS;
	expect(k, time, -1, 0);
	assert_int_equal(clocklink_now(k->clock, &iv), 0);
	setitimer(ITIMER_REAL, &off, NULL);
	assert_true(iv.earliest > time);
}

static void synced(struct clocklink_page *p)
{
	__atomic_store_n(&p->now.bound_ns, 100, __ATOMIC_RELAXED);
	__atomic_store_n(&p->now.state, CLOCKLINK_STATE_SYNCED,
			 __ATOMIC_RELAXED);
}

static void test_synced_is_state_and_bound(void **state)
{
	struct kit *k = *state;
	struct change c = { k, synced };
	pthread_t id;

	assert_int_equal(clocklink_wait_synced(k->clock, 501, 0), 0);
	assert_int_equal(clocklink_wait_synced(k->clock, 500, 0),
			 CLOCKLINK_ERROR_TIMEOUT);
	assert_int_equal(clocklink_wait_synced(k->clock, UINT64_MAX, 0), 0);
	k->page->now.state = CLOCKLINK_STATE_UNVERIFIED;
	assert_int_equal(clocklink_wait_synced(k->clock, 501, 0), 0);
	k->page->now.state = CLOCKLINK_STATE_HOLDOVER;
	assert_int_equal(clocklink_wait_synced(k->clock, UINT64_MAX, 0),
			 CLOCKLINK_ERROR_TIMEOUT);
	k->page->now.state = CLOCKLINK_STATE_JOINING;
	kit_thread(&id, change_later, &c);
	assert_int_equal(clocklink_wait_synced(k->clock, 101, -1), 0);
	pthread_join(id, NULL);
	k->page->now.state = CLOCKLINK_STATE_GONE;
	assert_int_equal(clocklink_wait_synced(k->clock, UINT64_MAX, -1),
			 CLOCKLINK_ERROR_GONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		KIT_TEST(test_wait_ends_as_soon_as_it_is_over),
		KIT_TEST(test_what_is_over_is_not_waited_for),
		KIT_TEST(test_wait_ends_with_its_time),
		KIT_TEST(test_change_of_the_clock_ends_a_wait),
		KIT_TEST(test_signals_do_not_end_a_wait),
		KIT_TEST(test_synced_is_state_and_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
