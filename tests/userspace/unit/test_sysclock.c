// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <linux/clocklink.h>
#include <stdlib.h>
#include <string.h>

#include "agent/core/sysclock.h"
#include "fakeio.h"
#include "fakekernel.h"
#include "unit.h"

#define TEST(name) cmocka_unit_test_setup(test_##name, setup)
#define SECONDS(n) (CL_NS_PER_SEC * (n))

/* struct fixture - a node with a system clock */
struct fixture {
	struct fakeio f;
	struct fakekernel k;
	struct cl_sysclock s;
};

static struct fixture x;

static int setup(void **state)
{
	memset(&x, 0, sizeof(x));
	fakeio_init(&x.f);
	fakekernel_init(&x.k);
	cl_sysclock_init(&x.s, &x.f.io, &fakekernel_ops, &x.k, CL_NS_PER_SEC);
	(void)state;
	return 0;
}

/* Until @until, looks at the time they are due. */
static void run_until(s64 until)
{
	s64 d;

	while (x.f.now < until) {
		cl_sysclock_run(&x.s);
		d = x.s.next < until ? x.s.next - x.f.now : until - x.f.now;
		x.f.now += d;
		fakekernel_advance(&x.k, d);
	}
}

static void run(s64 ns)
{
	run_until(x.f.now + ns);
}

static bool steered(void)
{
	return x.s.owner.state == CL_OWNER_STEERED;
}

static void assert_left_to(const char *who)
{
	assert_int_equal(x.s.owner.state, CL_OWNER_YIELDED);
	assert_non_null(strstr(x.s.owner.why, who));
	assert_non_null(strstr(x.f.line, who));
	assert_true(x.f.events[CL_EVENT_CLOCK_OWNER] > 0);
}

static void test_frequency_is_that_of_the_cluster_at_once(void **state)
{
	(void)state;
	x.k.look.rate = 37.5 / 1e6;
	run(SECONDS(2));
	assert_true(steered());
	assert_true(llabs((s64)x.k.tx.freq - (s64)(37.5 * 65536)) <= 1);
	run(SECONDS(60));
	assert_true(llabs(fakekernel_offset(&x.k)) <= 2);
	assert_int_equal(x.k.steps, 0);
}

/* By a quarter each second, never beyond. */
static void test_an_offset_falls_and_does_not_overshoot(void **state)
{
	static const s64 sizes[] = { 1000, -1000, 1000000, -1990000 };
	s64 before, now;

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		setup(state);
		x.k.look.rate = -12 / 1e6;
		fakekernel_set(&x.k, -sizes[i]);
		run(SECONDS(2));
		before = llabs(fakekernel_offset(&x.k));
		for (int s = 0; s < 60; s++) {
			run(SECONDS(1));
			now = fakekernel_offset(&x.k);
			if (llabs(now) > 4)
				assert_true((now > 0) == (sizes[i] > 0));
			assert_true(llabs(now) <= before * 76 / 100 + 4);
			before = llabs(now);
		}
		assert_true(before <= 4);
		assert_int_equal(x.k.steps, 0);
	}
}

static void test_a_large_offset_is_slewed_by_500_ppm(void **state)
{
	s64 before;

	(void)state;
	fakekernel_set(&x.k, SECONDS(1) / 2);
	run(SECONDS(10));
	for (int s = 0; s < 100; s++) {
		before = fakekernel_offset(&x.k);
		run(SECONDS(1));
		assert_true(llabs(fakekernel_offset(&x.k) - before - 500000) <
			    1000);
	}
	assert_int_equal(x.k.steps, 0);
	assert_true(x.k.tx.maxerror >= 440000);
}

static void test_a_slew_ends_when_the_daemon_does(void **state)
{
	s64 off;

	(void)state;
	x.k.look.rate = 20 / 1e6;
	fakekernel_set(&x.k, -1500000);
	run(SECONDS(3));
	fakekernel_advance(&x.k, SECONDS(100));
	off = fakekernel_offset(&x.k);
	assert_true(llabs(off) < 1000);
	assert_true(llabs((s64)x.k.tx.freq - 20 * 65536) <= 1);
	/* and the error grows by 500 us each second */
	assert_true(x.k.tx.maxerror > 49000 && x.k.tx.maxerror < 53000);
	assert_false(x.k.tx.status & STA_UNSYNC);
	fakekernel_advance(&x.k, SECONDS(32000));
	assert_true(x.k.tx.status & STA_UNSYNC);
}

static void test_looks_that_come_late_do_not_disturb(void **state)
{
	(void)state;
	fakekernel_set(&x.k, -1900000);
	for (int i = 0; i < 12; i++) {
		cl_sysclock_run(&x.s);
		x.f.now += SECONDS(5) + 371 * i * CL_NS_PER_MS;
		fakekernel_advance(&x.k, SECONDS(5) + 371 * i * CL_NS_PER_MS);
		assert_true(fakekernel_offset(&x.k) > -4);
	}
	assert_true(steered());
	assert_true(llabs(fakekernel_offset(&x.k)) <= 4);
}

static void test_a_clock_that_runs_otherwise_is_learnt(void **state)
{
	(void)state;
	x.k.excess = 1 / 1e7;
	run(SECONDS(20));
	assert_true(llabs(fakekernel_offset(&x.k)) > 100);
	run(SECONDS(600));
	assert_true(llabs(fakekernel_offset(&x.k)) <= 3);
}

static void test_frequency_has_a_limit(void **state)
{
	(void)state;
	x.k.look.rate = 600 / 1e6;
	run(SECONDS(3));
	assert_int_equal(x.k.tx.freq, 500 * 65536);
}

static void test_step_only_at_the_start(void **state)
{
	(void)state;
	fakekernel_set(&x.k, SECONDS(-3600) + 250000000);
	run(SECONDS(30));
	assert_int_equal(x.k.steps, 1);
	assert_true(x.s.stepped_ns > 3599 * CL_NS_PER_SEC);
	assert_true(llabs(fakekernel_offset(&x.k)) <= 4);
	/* The cluster's time may do what it likes. */
	x.k.time_s += 100;
	run(SECONDS(30));
	assert_int_equal(x.k.steps, 1);
	/* After a suspension, the clock is as it was at the start. */
	x.k.look.disruptions++;
	run(SECONDS(30));
	assert_int_equal(x.k.steps, 2);
	assert_true(llabs(fakekernel_offset(&x.k)) <= 4);
}

static void test_step_can_be_forbidden(void **state)
{
	(void)state;
	cl_sysclock_init(&x.s, &x.f.io, &fakekernel_ops, &x.k, 0);
	fakekernel_set(&x.k, SECONDS(-3600));
	run(SECONDS(5));
	assert_true(steered());
	assert_int_equal(x.k.steps, 0);
	assert_non_null(strstr(x.f.line, "slewed"));
	assert_true(x.k.tx.maxerror > 15000000);
}

static void test_what_others_read(void **state)
{
	(void)state;
	run(SECONDS(30));
	assert_int_equal(x.k.tx.tai, 37);
	assert_int_equal(x.k.tx.status, STA_PLL | STA_FREQHOLD | STA_NANO);
	/* hard bound, and what it has grown by since */
	assert_in_range(x.k.tx.maxerror, 500, 1001);
	assert_in_range(x.k.tx.esterror, 10, 11);
	assert_int_equal(x.k.tx.tick, 10000);
	assert_int_equal(x.k.tx.constant, 0);
}

static void test_what_was_under_way_ends(void **state)
{
	(void)state;
	x.k.tx.status = STA_PLL;
	x.k.tx.tick = 10050;
	x.k.tx.freq = 77 * 65536;
	x.k.tx.offset = 400000000;
	x.k.adjust_us = 300000;
	run(SECONDS(60));
	assert_int_equal(x.k.tx.tick, 10000);
	assert_int_equal(x.k.adjust_us, 0);
	assert_true(llabs(fakekernel_offset(&x.k)) <= 100);
}

static void test_unsync_exactly_when_not_usable(void **state)
{
	static const u32 bad[] = { CLOCKLINK_STATE_UNSYNCED,
				   CLOCKLINK_STATE_JOINING,
				   CLOCKLINK_STATE_VOID };
	static const u32 good[] = { CLOCKLINK_STATE_SYNCED,
				    CLOCKLINK_STATE_UNVERIFIED,
				    CLOCKLINK_STATE_HOLDOVER };
	int calls;

	(void)state;
	for (int i = 0; i < 3; i++) {
		x.k.look.state = good[i];
		run(SECONDS(2));
		assert_false(x.k.tx.status & STA_UNSYNC);
		x.k.look.state = bad[i];
		run(SECONDS(2));
		assert_true(x.k.tx.status & STA_UNSYNC);
		assert_int_equal(x.k.tx.maxerror, 16000000);
		assert_int_equal(x.s.owner.state, CL_OWNER_WAITING);
		calls = x.k.calls;
		run(SECONDS(10));
		assert_int_equal(x.k.calls, calls);
	}
	x.k.look.state = CLOCKLINK_STATE_SYNCED;
	run(SECONDS(2));
	x.k.look.tai_offset_s = 0;
	run(SECONDS(2));
	assert_true(x.k.tx.status & STA_UNSYNC);
	assert_non_null(strstr(x.s.owner.why, "TAI and UTC"));
	x.k.look.tai_offset_s = 37;
	run(SECONDS(2));
	x.k.fail_look = -ENODEV;
	run(SECONDS(2));
	assert_true(x.k.tx.status & STA_UNSYNC);
}

static void test_before_there_is_time_nothing_is_touched(void **state)
{
	(void)state;
	x.k.look.state = CLOCKLINK_STATE_JOINING;
	run(SECONDS(20));
	assert_int_equal(x.k.calls, 0);
	assert_int_equal(x.s.owner.state, CL_OWNER_WAITING);
}

static void test_a_rival_is_named_and_not_fought(void **state)
{
	(void)state;
	x.k.rival = "chronyd (process 12)";
	run(SECONDS(60));
	assert_left_to("chronyd (process 12)");
	assert_int_equal(x.k.calls, 0);
	assert_int_equal(x.f.lines, 1);
	x.k.rival = NULL;
	run(SECONDS(24));
	assert_int_equal(x.k.calls, 0);
	run(SECONDS(12));
	assert_true(steered());
}

static void test_a_rival_that_comes_later(void **state)
{
	int calls;

	(void)state;
	run(SECONDS(60));
	x.k.rival = "ntpd (process 99)";
	run(SECONDS(6));
	assert_left_to("ntpd (process 99)");
	assert_int_equal(x.s.owner.yields, 1);
	calls = x.k.calls;
	run(SECONDS(60));
	assert_int_equal(x.k.calls, calls);
	assert_false(x.k.tx.status & STA_UNSYNC);
}

static void steal_freq(void)
{
	x.k.tx.freq += 1;
}

static void steal_tick(void)
{
	x.k.tx.tick = 10001;
}

static void steal_status(void)
{
	x.k.tx.status &= ~STA_FREQHOLD;
}

static void steal_offset(void)
{
	x.k.tx.offset = 5000;
}

static void steal_adjtime(void)
{
	x.k.adjust_us = 40;
}

static void steal_by_step(void)
{
	fakekernel_set(&x.k, -2 * CL_NS_PER_MS);
}

static void test_somebody_without_a_name_is_noticed(void **state)
{
	static const struct {
		void (*how)(void);
		const char *what;
	} way[] = {
		{ steal_freq, "frequency was changed" },
		{ steal_tick, "frequency was changed" },
		{ steal_status, "status was changed" },
		{ steal_offset, "offset was set" },
		{ steal_adjtime, "offset was set" },
		{ steal_by_step, "it was set by -2.000" },
	};
	int calls;

	for (size_t i = 0; i < ARRAY_SIZE(way); i++) {
		setup(state);
		x.k.suspect = "tool (process 7)";
		run(SECONDS(30));
		way[i].how();
		calls = x.k.calls;
		run(SECONDS(2));
		assert_left_to("somebody else");
		assert_left_to("tool (process 7)");
		assert_left_to(way[i].what);
		assert_int_equal(x.k.calls, calls);
		run(SECONDS(25));
		assert_int_equal(x.k.calls, calls);
		run(SECONDS(10));
		assert_true(steered());
	}
}

static void test_who_has_a_name_is_named_for_its_deeds(void **state)
{
	(void)state;
	run(SECONDS(10));
	x.k.rival = "chronyd (process 12)";
	x.s.scan_at = x.f.now + SECONDS(4);
	steal_status();
	run(SECONDS(2));
	assert_left_to("chronyd (process 12) sets it");
	x.k.rival = NULL;
	run(SECONDS(40));
	assert_true(steered());
	/* which is not held against somebody else */
	steal_freq();
	run(SECONDS(40));
	assert_true(steered());
	assert_int_equal(x.s.owner.yields, 2);
}

/* Others' settings are not reverted once per hold-off. */
static void test_it_is_left_alone_for_longer_each_time(void **state)
{
	s64 wait = SECONDS(30), since;

	(void)state;
	run(SECONDS(10));
	for (int i = 0; i < 4; i++) {
		steal_freq();
		since = x.f.now;
		while (!steered() || x.f.now - since < SECONDS(3))
			run(SECONDS(1));
		assert_true(x.f.now - since >= wait);
		assert_true(x.f.now - since <= wait + SECONDS(8));
		run(SECONDS(10));
		wait *= 2;
	}
	run(SECONDS(3700));
	steal_freq();
	run(SECONDS(40));
	assert_true(steered());
}

static void test_while_others_are_busy_it_stays_theirs(void **state)
{
	(void)state;
	run(SECONDS(10));
	for (int i = 0; i < 20; i++) {
		steal_freq();
		run(SECONDS(20));
		assert_int_equal(x.s.owner.state, CL_OWNER_YIELDED);
	}
	run(SECONDS(40));
	assert_true(steered());
	assert_int_equal(x.s.owner.yields, 1);
}

/* Until noon of the next day. */
static void test_leap_second(void **state)
{
	s64 midnight = SECONDS(43200);

	(void)state;
	x.k.look.rate = 10 / 1e6;
	x.k.look.leap = CLOCKLINK_LEAP_INSERT;
	x.k.look.leap_ns = SECONDS(x.k.time_s + 43200 + 1);
	run(SECONDS(10));
	assert_true(x.k.tx.status & STA_INS);
	run_until(midnight - SECONDS(1));
	assert_int_equal(x.k.leaps, 0);
	/* The page is late. */
	run_until(midnight + SECONDS(8));
	x.k.look.leap = CLOCKLINK_LEAP_NONE;
	x.k.look.leap_ns = 0;
	x.k.look.tai_offset_s = 38;
	run(SECONDS(5));
	assert_int_equal(x.k.leaps, 1);
	assert_true(steered());
	assert_int_equal(x.k.tx.tai, 38);
	assert_false(x.k.tx.status & STA_INS);
	assert_true(llabs(fakekernel_offset(&x.k)) <= 5);
	assert_int_equal(x.s.owner.yields, 0);
	assert_int_equal(x.k.steps, 0);
	run(SECONDS(100));
	assert_true(llabs(fakekernel_offset(&x.k)) <= 3);
}

static void test_no_leap_second_on_other_days(void **state)
{
	(void)state;
	x.k.look.leap = CLOCKLINK_LEAP_INSERT;
	x.k.look.leap_ns = SECONDS(x.k.time_s + 43200 + 86400 + 1);
	run(SECONDS(10));
	assert_false(x.k.tx.status & STA_INS);
	setup(state);
	x.k.look.leap = CLOCKLINK_LEAP_DELETE;
	x.k.look.leap_ns = SECONDS(x.k.time_s + 43200 - 1);
	run(SECONDS(10));
	assert_true(x.k.tx.status & STA_DEL);
}

static void test_a_clock_that_cannot_be_set(void **state)
{
	(void)state;
	x.k.fail = -EPERM;
	run(SECONDS(10));
	assert_int_equal(x.s.owner.state, CL_OWNER_WAITING);
	assert_int_equal(x.f.lines, 1);
	assert_non_null(strstr(x.f.line, "not permitted"));
	x.k.fail = 0;
	run(SECONDS(10));
	assert_true(steered());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(frequency_is_that_of_the_cluster_at_once),
		TEST(an_offset_falls_and_does_not_overshoot),
		TEST(a_large_offset_is_slewed_by_500_ppm),
		TEST(a_slew_ends_when_the_daemon_does),
		TEST(looks_that_come_late_do_not_disturb),
		TEST(a_clock_that_runs_otherwise_is_learnt),
		TEST(frequency_has_a_limit),
		TEST(step_only_at_the_start),
		TEST(step_can_be_forbidden),
		TEST(what_others_read),
		TEST(what_was_under_way_ends),
		TEST(unsync_exactly_when_not_usable),
		TEST(before_there_is_time_nothing_is_touched),
		TEST(a_rival_is_named_and_not_fought),
		TEST(a_rival_that_comes_later),
		TEST(somebody_without_a_name_is_noticed),
		TEST(who_has_a_name_is_named_for_its_deeds),
		TEST(it_is_left_alone_for_longer_each_time),
		TEST(while_others_are_busy_it_stays_theirs),
		TEST(leap_second),
		TEST(no_leap_second_on_other_days),
		TEST(a_clock_that_cannot_be_set),
	};

	return cmocka_run_group_tests_name("sysclock", tests, NULL, NULL);
}
