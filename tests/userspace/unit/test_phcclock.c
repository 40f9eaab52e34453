// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <linux/clocklink.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "agent/core/phcclock.h"
#include "kmod/core/fixed.h"
#include "fakeio.h"
#include "unit.h"

#define TEST(name) cmocka_unit_test_setup(test_##name, setup)
#define SECONDS(n) (CL_NS_PER_SEC * (n))
#define BASE_TIME 1700000000000000000LL
#define PPM 65536

/*
 * struct fixture - a node with a network card, all in raw time
 * @f: its world
 * @c: what is tested
 * @raw: raw time since the beginning, ns
 * @phc: the card's clock minus @phc_base minus @raw, ns
 * @phc_base: its time at the beginning
 * @drift: its rate against raw time, were no frequency set
 * @time: cluster time minus BASE_TIME minus @raw, ns
 * @rate: its rate against raw time
 * @noise: of a reading, ns, uniform to both sides
 * @freq: frequency set, ppm times 2^16
 * @state: of the cluster's clock
 * @fail: errors of a look and of setting
 * @calls: settings that changed something
 * @largest: change of the frequency between two settings, ppm times 2^16
 * @taken: times that it was taken
 */
struct fixture {
	struct fakeio f;
	struct cl_phcclock c;
	s64 raw;
	double phc;
	s64 phc_base;
	double drift;
	double time;
	double rate;
	double noise;
	long freq;
	u32 state;
	u32 disruptions;
	int fail_look;
	int fail_set;
	const char *rival;
	int calls;
	int steps;
	long largest;
	int taken;
	u32 seed;
};

static struct fixture x;

static double uniform(void)
{
	x.seed = x.seed * 1664525 + 1013904223;
	return x.seed / 2147483648.0 - 1;
}

static int look(void *ctx, struct cl_phcclock_look *ret)
{
	(void)ctx;
	if (x.fail_look)
		return x.fail_look;
	*ret = (struct cl_phcclock_look){
		.raw_ns = x.raw,
		.phc_ns = x.phc_base + x.raw +
			  llrint(x.phc + x.noise * uniform()),
		.max_freq = 100 / 1e6,
		.state = x.state,
		.time_ns = BASE_TIME + x.raw + llrint(x.time),
		.rate = x.rate,
		.disruptions = x.disruptions,
	};
	return 0;
}

static int adjust(void *ctx, struct timex *tx)
{
	(void)ctx;
	if (tx->modes && x.fail_set)
		return x.fail_set;
	x.calls += tx->modes != 0;
	if (tx->modes == ADJ_FREQUENCY) {
		x.largest = cl_max_s64(x.largest, labs(tx->freq - x.freq));
		x.freq = tx->freq;
	} else if (tx->modes == (ADJ_SETOFFSET | ADJ_NANO)) {
		assert_in_range(tx->time.tv_usec, 0, CL_NS_PER_SEC - 1);
		x.phc_base += SECONDS(tx->time.tv_sec) + tx->time.tv_usec;
		x.steps++;
	} else {
		assert_int_equal(tx->modes, 0);
	}
	tx->freq = x.freq;
	return 0;
}

static bool rivals(void *ctx, char who[CL_OWNER_WHO_SIZE])
{
	(void)ctx;
	if (x.rival)
		strcpy(who, x.rival);
	return x.rival;
}

static const struct cl_phcclock_ops ops = {
	.look = look,
	.adjust = adjust,
	.rivals = rivals,
};

static void start(void)
{
	cl_phcclock_init(&x.c, &x.f.io, &ops, &x, "clock of eth0");
	x.c.next = x.f.now;
}

static int setup(void **state)
{
	(void)state;
	memset(&x, 0, sizeof(x));
	fakeio_init(&x.f);
	x.state = CLOCKLINK_STATE_SYNCED;
	x.phc_base = SECONDS(1000) + 1;
	x.drift = 23 / 1e6;
	x.rate = -4 / 1e6;
	x.noise = 100;
	start();
	return 0;
}

static double offset(void)
{
	return (double)(BASE_TIME - x.phc_base) + x.time - x.phc;
}

static void run(s64 ns)
{
	s64 until = x.f.now + ns, d;

	while (x.f.now < until) {
		x.taken += cl_phcclock_run(&x.c);
		d = cl_min_s64(x.c.next, until) - x.f.now;
		x.f.now += d;
		x.raw += d;
		x.phc += d * ((1 + x.drift) * (1 + x.freq / 65536e6) - 1);
		x.time += d * x.rate;
	}
}

static bool steered(void)
{
	return x.c.owner.state == CL_OWNER_STEERED;
}

/* Largest offset in so many seconds. */
static double worst(int seconds)
{
	double max = 0;

	for (int s = 0; s < seconds; s++) {
		run(SECONDS(1));
		max = fmax(max, fabs(offset()));
	}
	return max;
}

static void test_it_is_stepped_once_and_follows(void **state)
{
	(void)state;
	run(SECONDS(3));
	assert_false(steered());
	assert_int_equal(x.calls, 0);
	run(SECONDS(3));
	assert_true(steered());
	assert_int_equal(x.steps, 1);
	assert_int_equal(x.taken, 1);
	assert_true(fabs(offset()) < 300);
	run(SECONDS(30));
	assert_true(worst(300) < 100);
	assert_int_equal(x.steps, 1);
	assert_true(llabs(x.c.offset_ns) < 200);
	assert_true(fabs(cl_phcclock_freq_ppt(&x.c) - -27e6) < 50e3);
}

/* What measures by the clock does not notice. */
static void test_its_frequency_changes_slowly(void **state)
{
	(void)state;
	run(SECONDS(10));
	for (int i = 0; i < 10; i++) {
		x.largest = 0;
		x.rate += (i & 1 ? 1 : -1) * 200 / 1e9;
		x.drift += 20 / 1e9;
		run(SECONDS(60));
		assert_true(x.largest <= PPM / 10 + 1);
		assert_true(worst(5) < 300);
	}
	assert_int_equal(x.steps, 1);
}

static void test_a_small_offset_is_slewed_without_overshoot(void **state)
{
	double before, now;

	(void)state;
	x.noise = 0;
	x.drift = x.rate;
	x.phc_base = BASE_TIME - 15000;
	run(SECONDS(10));
	assert_true(steered());
	assert_int_equal(x.steps, 0);
	before = offset();
	assert_true(before > 12000);
	for (int s = 0; s < 120; s++) {
		run(SECONDS(1));
		now = offset();
		assert_true(now < before + 1 && now > -20);
		before = now;
	}
	assert_true(fabs(before) < 5);
}

/* The clock was ours a moment ago: nobody is to see that it has changed hands. */
static void test_another_start_changes_nothing(void **state)
{
	(void)state;
	run(SECONDS(60));
	x.largest = 0;
	start();
	run(SECONDS(3));
	assert_false(steered());
	assert_true(worst(60) < 300);
	assert_true(steered());
	assert_int_equal(x.steps, 1);
	assert_true(x.largest < PPM / 10);
}

static void assert_log(const char *text)
{
	assert_non_null(strstr(x.f.line, text));
}

static void assert_left(const char *why)
{
	assert_int_equal(x.c.owner.state, CL_OWNER_YIELDED);
	if (!strstr(x.c.owner.why, why))
		fail_msg("%s", x.c.owner.why);
	assert_log("clock of eth0: left alone");
}

static void test_another_owner_is_seen_by_the_frequency(void **state)
{
	int calls;

	(void)state;
	run(SECONDS(30));
	x.freq++;
	x.rival = "ptp4l (process 5)";
	run(SECONDS(2));
	assert_left("its frequency was changed; runs: ptp4l (process 5)");
	assert_int_equal(x.c.owner.yields, 1);
	calls = x.calls;
	for (int s = 0; s < 100; s++) {
		x.freq += 7;
		run(SECONDS(1));
	}
	assert_int_equal(x.calls, calls);
	assert_false(steered());
	/* It has gone. */
	run(SECONDS(25));
	assert_false(steered());
	run(SECONDS(12));
	assert_true(steered());
	/* Again, within the hour: twice as long. */
	x.freq++;
	run(SECONDS(50));
	assert_false(steered());
	run(SECONDS(20));
	assert_true(steered());
}

static void test_another_owner_is_seen_by_a_step(void **state)
{
	(void)state;
	run(SECONDS(30));
	x.phc_base -= 50000;
	run(SECONDS(2));
	assert_left("it was set by -");
	/* not by one that the noise may make */
	run(SECONDS(60));
	assert_true(steered());
	x.phc_base += 2000;
	run(SECONDS(5));
	assert_true(steered());
}

static void test_who_was_first_is_not_disturbed(void **state)
{
	(void)state;
	for (int s = 0; s < 60; s++) {
		x.freq += s & 1 ? 100 : -90;
		run(SECONDS(1));
	}
	assert_left("its frequency was changed");
	assert_int_equal(x.calls, 0);
	assert_int_equal(x.c.owner.yields, 0);
}

static void test_without_time_it_is_let_go(void **state)
{
	long freq;
	int calls;

	(void)state;
	run(SECONDS(30));
	x.state = CLOCKLINK_STATE_HOLDOVER;
	run(SECONDS(10));
	assert_true(steered());
	x.state = CLOCKLINK_STATE_VOID;
	run(SECONDS(2));
	freq = x.freq;
	calls = x.calls;
	assert_int_equal(x.c.owner.state, CL_OWNER_WAITING);
	assert_log("not steered now: there is no cluster");
	run(SECONDS(30));
	assert_int_equal(x.calls, calls);
	assert_int_equal(x.freq, freq);
	x.state = CLOCKLINK_STATE_SYNCED;
	run(SECONDS(10));
	assert_true(steered());
	assert_int_equal(x.steps, 1);
}

static void test_cluster_time_that_was_stepped_is_taken_anew(void **state)
{
	(void)state;
	run(SECONDS(30));
	x.time += 2e6;
	run(SECONDS(12));
	assert_true(steered());
	assert_int_equal(x.steps, 2);
	assert_int_equal(x.taken, 2);
	assert_int_equal(x.c.owner.yields, 0);
	/* A suspended machine is measured anew. */
	x.disruptions++;
	x.phc_base += SECONDS(3);
	run(SECONDS(45));
	assert_true(steered());
	assert_int_equal(x.steps, 3);
	assert_true(fabs(offset()) < 300);
}

static void test_a_clock_that_cannot_be_read_or_set(void **state)
{
	(void)state;
	x.fail_set = -EBUSY;
	run(SECONDS(10));
	assert_int_equal(x.c.owner.state, CL_OWNER_WAITING);
	assert_log("cannot be set: Device or resource busy");
	assert_int_equal(x.f.lines, 1);
	run(SECONDS(60));
	assert_int_equal(x.f.lines, 1);
	x.fail_set = 0;
	run(SECONDS(10));
	assert_true(steered());
	x.fail_look = -EAGAIN;
	run(SECONDS(5));
	assert_true(steered());
	x.fail_look = -ENODEV;
	run(SECONDS(5));
	assert_int_equal(x.c.owner.state, CL_OWNER_WAITING);
	x.fail_look = 0;
	/* Another card: its frequency is not ours, and nobody's fault. */
	x.freq = 0;
	run(SECONDS(10));
	assert_true(steered());
}

static void test_frequency_has_a_limit(void **state)
{
	(void)state;
	x.drift = -150 / 1e6;
	run(SECONDS(10));
	assert_int_equal(x.freq, 100 * PPM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(it_is_stepped_once_and_follows),
		TEST(its_frequency_changes_slowly),
		TEST(a_small_offset_is_slewed_without_overshoot),
		TEST(another_start_changes_nothing),
		TEST(another_owner_is_seen_by_the_frequency),
		TEST(another_owner_is_seen_by_a_step),
		TEST(who_was_first_is_not_disturbed),
		TEST(without_time_it_is_let_go),
		TEST(cluster_time_that_was_stepped_is_taken_anew),
		TEST(a_clock_that_cannot_be_read_or_set),
		TEST(frequency_has_a_limit),
	};

	return cmocka_run_group_tests_name("phcclock", tests, NULL, NULL);
}
