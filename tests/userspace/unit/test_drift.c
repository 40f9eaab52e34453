// SPDX-License-Identifier: GPL-2.0-or-later
#include <math.h>
#include <stdlib.h>

#include "agent/lib/drift.h"
#include "kmod/core/cltime.h"
#include "random.h"
#include "unit.h"

#define HOUR 3600
#define DAY (24 * HOUR)
/* Exchanges in a second. */
#define RATE 10

/**
 * struct pair - two clocks
 * @wander: of their frequency, ppb per root of s
 * @drift: ppb per s
 * @noise: of their offset, ns
 */
struct pair {
	double wander;
	double drift;
	double noise;
};

static const struct pair usual = { .wander = 1.5, .noise = 50 };

static struct cl_drift drift;
static struct cl_drift_reading reading;
static double offset_ns, freq_ppb;
static u64 seed;

static double noise(void)
{
	return (double)random_gauss_q16(&seed) / 65536;
}

static void begin(void)
{
	cl_drift_init(&drift);
	reading = (struct cl_drift_reading){ .err_ns = 100 };
	seed = 1;
	offset_ns = 0;
	freq_ppb = 20000;
}

/* So many seconds, or until the warning comes or goes; returns how many. */
static int run(const struct pair *p, int seconds)
{
	bool before = drift.warns;
	int i;

	for (i = 0; i < seconds && drift.warns == before; i++) {
		freq_ppb += p->drift + p->wander * noise();
		offset_ns += freq_ppb;
		reading.at_ns += CL_NS_PER_SEC;
		reading.exchanges += RATE;
		reading.offset_ns = (s64)(offset_ns + p->noise * noise());
		reading.freq_ppt = (s64)(freq_ppb * 1000);
		cl_drift_push(&drift, &reading);
	}
	return i;
}

static void test_wander_is_no_drift(void **state)
{
	struct pair p = usual;

	(void)state;
	begin();
	assert_int_equal(run(&p, 3 * DAY), 3 * DAY);
	/* whatever it is, if it is always so */
	p.wander = 30;
	p.noise = 1000;
	begin();
	assert_int_equal(run(&p, 3 * DAY), 3 * DAY);
}

static void test_drift_either_way(void **state)
{
	struct pair p = usual;
	s64 begun;

	(void)state;
	for (int sign = -1; sign <= 1; sign += 2) {
		begin();
		run(&usual, 3 * HOUR);
		begun = reading.at_ns;
		p.drift = 3 * sign;
		assert_in_range(run(&p, 60), 10, 50);
		assert_true(drift.warns && drift.strength >= 1);
		assert_int_equal(drift.warned_ns, reading.at_ns);
		assert_in_range(drift.since_ns - begun + 60 * CL_NS_PER_SEC, 0,
				90 * CL_NS_PER_SEC);
		/* how fast it is turns out within the longest span */
		assert_int_equal(run(&p, 300), 300);
		assert_true(fabs(drift.now / 1000 - p.drift) < 0.6);
		assert_true(drift.normal > 50 && drift.normal < 500);
	}
}

static void test_end_is_noticed(void **state)
{
	struct pair p = usual;

	(void)state;
	begin();
	run(&usual, 3 * HOUR);
	p.drift = 3;
	run(&p, 120);
	assert_true(drift.warns);
	assert_in_range(run(&usual, 400), 60, 399);
	assert_false(drift.warns);
	assert_int_equal(run(&usual, 3 * HOUR), 3 * HOUR);
}

static void test_little_that_is_unusual_does_no_harm(void **state)
{
	struct pair p = { .noise = 1 };

	(void)state;
	begin();
	run(&p, 3 * HOUR);
	p.drift = 0.2;
	assert_int_equal(run(&p, HOUR), HOUR);
}

static void test_jump_of_the_offset_is_no_drift(void **state)
{
	(void)state;
	begin();
	run(&usual, 3 * HOUR);
	for (int i = 0; i < 50; i++) {
		offset_ns += i % 2 ? 2000 : -2000;
		assert_int_equal(run(&usual, 300), 300);
	}
}

static void test_claimed_errors_count(void **state)
{
	struct pair p = usual;

	(void)state;
	begin();
	run(&usual, 3 * HOUR);
	reading.err_ns = 5000;
	p.drift = 3;
	assert_int_equal(run(&p, 60), 60);
	begin();
	run(&usual, 3 * HOUR);
	assert_in_range(run(&p, 60), 1, 59);
}

static void test_restart_keeps_what_is_usual(void **state)
{
	struct pair p = usual;
	struct cl_drift_scale scale[CL_DRIFT_SCALES];

	(void)state;
	begin();
	run(&usual, 3 * HOUR);
	for (int i = 0; i < CL_DRIFT_SCALES; i++)
		scale[i] = drift.scale[i];
	cl_drift_restart(&drift);
	freq_ppb -= 50000;
	assert_int_equal(run(&usual, 50), 50);
	assert_memory_equal(drift.scale, scale, sizeof(scale));
	/* and a warning, until more is known */
	p.drift = 5;
	run(&p, 200);
	assert_true(drift.warns);
	cl_drift_restart(&drift);
	assert_int_equal(run(&usual, 50), 50);
}

static void test_rare_exchanges_make_long_spans(void **state)
{
	(void)state;
	begin();
	for (int i = 0; i < DAY / 32; i++) {
		freq_ppb += 8 * usual.wander * noise();
		offset_ns += 64 * freq_ppb;
		/* between exchanges the offset goes on as a line */
		for (int k = 0; k < 64; k++) {
			reading.at_ns += CL_NS_PER_SEC;
			reading.offset_ns = (s64)(offset_ns + freq_ppb * k);
			reading.freq_ppt = (s64)(freq_ppb * 1000);
			cl_drift_push(&drift, &reading);
			assert_false(drift.warns);
		}
		reading.exchanges++;
	}
	assert_true(drift.point[0].at_ns - drift.point[1].at_ns <=
			    -300 * CL_NS_PER_SEC ||
		    drift.point[1].at_ns - drift.point[2].at_ns <=
			    -300 * CL_NS_PER_SEC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wander_is_no_drift),
		cmocka_unit_test(test_drift_either_way),
		cmocka_unit_test(test_end_is_noticed),
		cmocka_unit_test(test_little_that_is_unusual_does_no_harm),
		cmocka_unit_test(test_jump_of_the_offset_is_no_drift),
		cmocka_unit_test(test_claimed_errors_count),
		cmocka_unit_test(test_restart_keeps_what_is_usual),
		cmocka_unit_test(test_rare_exchanges_make_long_spans),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
