// SPDX-License-Identifier: GPL-2.0-or-later
#include <clocklink_hlc.h>
#include <sys/wait.h>

#include "libkit.h"

/* Forks while other threads are busy. */
#define FORKS 200

/* Runs in a child, whose exit status is 0 if it returns 0. */
static int in_child(int (*run)(void *arg), void *arg)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		/* a child that hangs is a failure */
		alarm(10);
		_exit(run(arg) != 0);
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static int read_both(void *arg)
{
	struct clocklink_interval iv;
	struct clocklink_utc utc;
	struct kit *k = arg;

	return clocklink_now(k->clock, &iv) ||
	       clocklink_now_utc(k->clock, &utc) || iv.latest < BASE_TIME;
}

static int read_in_grandchild(void *arg)
{
	return in_child(read_both, arg);
}

static int close_it(void *arg)
{
	struct kit *k = arg;

	clocklink_close(k->clock);
	return 0;
}

static void test_children_read_on(void **state)
{
	struct kit *k = *state;

	assert_int_equal(in_child(read_both, k), 0);
	assert_int_equal(in_child(read_in_grandchild, k), 0);
	assert_int_equal(in_child(close_it, k), 0);
	assert_int_equal(read_both(k), 0);
}

/* An HLC that other threads use all the time. */
struct busy {
	struct clocklink_hlc *hlc;
	struct clocklink_hlc_stamp before;
	int end;
};

static void *stamp_until_end(void *arg)
{
	struct busy *b = arg;
	struct clocklink_hlc_stamp s;

	while (!__atomic_load_n(&b->end, __ATOMIC_RELAXED))
		clocklink_hlc_now(b->hlc, &s);
	return NULL;
}

static int stamp_is_later(void *arg)
{
	struct busy *b = arg;
	struct clocklink_hlc_stamp s;

	return clocklink_hlc_now(b->hlc, &s) ||
	       clocklink_hlc_compare(&b->before, &s) >= 0;
}

/* Nobody would open the lock that another thread held at the fork. */
static void test_child_of_a_busy_process_goes_on(void **state)
{
	struct kit *k = *state;
	struct busy b = {};
	pthread_t id[2];

	assert_int_equal(clocklink_hlc_new(k->clock, NS_PER_S, &b.hlc), 0);
	for (int i = 0; i < 2; i++)
		kit_thread(&id[i], stamp_until_end, &b);
	for (int i = 0; i < FORKS; i++) {
		assert_int_equal(clocklink_hlc_now(b.hlc, &b.before), 0);
		assert_int_equal(in_child(stamp_is_later, &b), 0);
	}
	__atomic_store_n(&b.end, 1, __ATOMIC_RELAXED);
	for (int i = 0; i < 2; i++)
		pthread_join(id[i], NULL);
	clocklink_hlc_free(b.hlc);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		KIT_TEST(test_children_read_on),
		KIT_TEST(test_child_of_a_busy_process_goes_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
