// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * All seeds are fixed; tolerances are about five standard errors of N numbers.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sample.h"
#include "scripts/lab/vtime/delay.h"
#include "unit.h"

#define N 100000
#define US 1000000LL
#define MS 1000000000LL

static char dir[32];
static struct vt_traces traces = { .dir = dir };
static double x[N];

static void write_file(const char *name, const char *text)
{
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static struct vt_delay parse(const char *s)
{
	struct vt_delay d = { .base_ps = 77 };
	char why[256] = "";
	int err = vt_delay_parse(s, &traces, &d, why, sizeof(why));

	assert_string_equal(why, "");
	assert_int_equal(err, 0);
	return d;
}

/* N delays of @s, @ms apart, in us. */
static void draw_every(const char *s, s64 ms)
{
	struct vt_delay d = parse(s);
	struct vt_rng rng;

	vt_rng_init(&rng, 1, VT_STREAM_PATH, 0, 1);
	for (int i = 0; i < N; i++) {
		s64 ps = vt_delay_draw(&d, &rng, i * ms * MS);

		assert_true(ps >= vt_delay_min(&d));
		x[i] = ps / 1e6;
	}
}

static void draw(const char *s)
{
	draw_every(s, 1);
}

/* Mean and standard deviation in us, and the least that may come. */
static void check_moments(const char *s, double mean, double sd, double min)
{
	struct vt_delay d = parse(s);

	draw(s);
	assert_near(sample_mean(x, N), mean, 5 * sd / sqrt(N));
	assert_near(sample_sd(x, N), sd, 0.03 * sd);
	assert_int_equal(vt_delay_min(&d), llround(min * 1e6));
}

static void check_below(double limit, double part)
{
	assert_near(sample_below(x, N, limit), part,
		    5 * sqrt(part * (1 - part) / N));
}

static void test_constant(void **state)
{
	struct vt_delay zero = {};
	struct vt_rng rng = { 1 };

	(void)state;
	check_moments("500us", 500, 0, 500);
	check_moments("0", 0, 0, 0);
	assert_int_equal(vt_delay_draw(&zero, &rng, 5), 0);
	assert_int_equal(vt_delay_min(&zero), 0);
}

static void test_exponential(void **state)
{
	(void)state;
	check_moments("500us+exp:10us", 510, 10, 500);
	check_below(500 + 10 * M_LN2, 0.5);
	check_below(530, 1 - exp(-3));
	assert_near(sample_min(x, N), 500, 0.01);
	check_moments("exp:10us", 10, 10, 0);
}

static void test_normal_is_cut_off(void **state)
{
	struct vt_delay small = { .law = VT_LAW_NORMAL, .scale_ps = 1 };

	(void)state;
	check_moments("100us+normal:10us", 100, 10, 60);
	check_below(90, 0.15866);
	check_below(120, 0.97725);
	assert_true(sample_max(x, N) <= 140 && sample_max(x, N) > 138);
	assert_true(sample_min(x, N) >= 60 && sample_min(x, N) < 62);
	/* half of the numbers would be below 0 */
	draw("normal:10us");
	check_below(0.000000001, 0.5);
	assert_near(sample_min(x, N), 0, 0);
	assert_int_equal(vt_delay_min(&small), 0);
}

static void test_uniform(void **state)
{
	(void)state;
	check_moments("1ms+uniform:100us", 1050, 100 / sqrt(12), 1000);
	check_below(1025, 0.25);
	assert_true(sample_max(x, N) <= 1100 && sample_max(x, N) > 1099.9);
	assert_true(sample_min(x, N) >= 1000 && sample_min(x, N) < 1000.1);
}

static void test_gamma(void **state)
{
	(void)state;
	check_moments("20ms+gamma:30ms/0.5", 50000, 30000 * sqrt(2), 20000);
	/* scale is 60 ms: half of it is quantile erf(sqrt(1/2)) */
	check_below(50000, 0.6826895);
	check_moments("gamma:10us/9", 10, 10.0 / 3, 0);
	check_below(10, 0.5443474);
}

static void test_lognormal(void **state)
{
	double mean = 50 * exp(0.32), sd = mean * sqrt(exp(0.64) - 1);

	(void)state;
	check_moments("1ms+lognormal:50us/0.8", 1000 + mean, sd, 1000);
	check_below(1050, 0.5);
	check_below(1000 + 50 * exp(0.8), 0.84134);
	check_moments("lognormal:50us/0", 50, 0, 0);
}

/* 50 ms apart, with 100 ms busy and 400 ms idle; delays above 2 ms are busy. */
static void test_burst_stays_in_its_state(void **state)
{
	double leave = 0.8 * (1 - exp(-50 / 100.0 - 50 / 400.0));
	unsigned int busy = 0, left = 0;
	double sum = 0;

	(void)state;
	draw_every("2ms+burst:8ms/100ms/400ms", 50);
	assert_near(sample_min(x, N), 2000, 0);
	for (int i = 0; i < N - 1; i++) {
		if (x[i] == 2000)
			continue;
		busy++;
		left += x[i + 1] == 2000;
		sum += x[i] - 2000;
	}
	/* a fifth of the time, in 10000 busy periods */
	assert_near((double)busy / N, 0.2, 5 * 0.2 / sqrt(10000));
	assert_near((double)left / busy, leave,
		    5 * sqrt(leave * (1 - leave) / busy));
	assert_near(sum / busy, 8000, 5 * 8000 / sqrt(busy));
}

static void test_burst_follows_time_not_draws(void **state)
{
	struct vt_delay d = parse("burst:1ms/1s/1s");
	unsigned int same = 0, changed = 0;
	struct vt_rng rng = { 3 };
	bool was;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		s64 t = i * 100000LL * MS;

		was = vt_delay_draw(&d, &rng, t) > 0;
		for (int n = 0; n < 5; n++)
			same += (vt_delay_draw(&d, &rng, t) > 0) == was;
		/* an instant before, as departures need not be in order */
		same += (vt_delay_draw(&d, &rng, t - MS) > 0) == was;
		changed += (vt_delay_draw(&d, &rng, t + 50000 * MS) > 0) != was;
	}
	assert_int_equal(same, 6000);
	assert_near(changed, 500, 80);
}

static void test_trace_is_used_in_turn(void **state)
{
	struct vt_delay d, e;
	struct vt_rng rng = { 1 };
	static const s64 want[] = { 1500000, 16400000, 300000, 1500000 };

	(void)state;
	write_file("a", "# us\n1.5\n\n 16.4 # late\n0.3");
	d = parse("trace:a");
	e = parse("1ms+trace:a");
	for (int i = 0; i < 4; i++) {
		assert_int_equal(vt_delay_draw(&d, &rng, 0), want[i]);
		assert_int_equal(vt_delay_draw(&e, &rng, 0), MS + want[i]);
	}
	assert_true(rng.s == 1);
	assert_int_equal(vt_delay_min(&d), 300000);
	assert_int_equal(vt_delay_min(&e), MS + 300000);
	assert_ptr_equal(d.trace, e.trace);
	assert_int_equal(d.trace->max, 16400000);
}

static void test_trace_is_looked_for_in_its_directory(void **state)
{
	char s[80];
	struct vt_delay d;

	(void)state;
	write_file("b", "4");
	snprintf(s, sizeof(s), "trace:%s/b", dir);
	d = parse(s);
	assert_int_equal(d.trace->value[0], 4 * US);
	assert_int_equal(d.trace->len, 1);
}

static void test_no_delay_is_longer_than_an_hour(void **state)
{
	(void)state;
	draw("1h+exp:1h");
	assert_near(sample_min(x, N), 3.6e9, 0);
	assert_near(sample_max(x, N), 3.6e9, 0);
	draw("lognormal:1h/10");
	assert_near(sample_max(x, N), 3.6e9, 0);
	check_below(3.6e9, 0.5);
}

static void check_bad(const char *s, const char *want)
{
	struct vt_delay d = { .base_ps = 77 };
	char why[256] = "";

	assert_int_equal(vt_delay_parse(s, &traces, &d, why, sizeof(why)),
			 -EINVAL);
	assert_string_equal(why, want);
	assert_int_equal(d.base_ps, 77);
}

static void test_bad_delays_are_refused(void **state)
{
	static const char dur[] = "not a duration of ns, us, ms, s, min or h";
	char want[128];

	(void)state;
	snprintf(want, sizeof(want), "5: %s", dur);
	check_bad("5", want);
	snprintf(want, sizeof(want), ": %s", dur);
	check_bad("", want);
	check_bad("+exp:1us", want);
	check_bad("-1us", "-1us: negative");
	check_bad("2h", "2h: out of range");
	check_bad("99999999999h", "99999999999h: out of range");
	check_bad("1us+", ": not a law of delays");
	check_bad("1us+2us", "2us: not a law of delays");
	check_bad("1us+pareto:2us", "pareto: not a law of delays");
	check_bad("exp", "exp: not a duration of ns, us, ms, s, min or h");
	check_bad("1us+exp", "exp: not a law of delays");
	snprintf(want, sizeof(want), " in exp:MEAN: %s", dur);
	check_bad("1us+exp:", want);
	check_bad("exp:-1us", "-1us in exp:MEAN: negative");
	check_bad("exp:1us/2", "exp:MEAN expected");
	check_bad("gamma:1us", "gamma:MEAN/SHAPE expected");
	check_bad("gamma:1us/x", "x in gamma:MEAN/SHAPE: not a number");
	check_bad("gamma:1us/0", "0 in gamma:MEAN/SHAPE: out of range");
	check_bad("gamma:1us/1e2", "1e2 in gamma:MEAN/SHAPE: not a number");
	check_bad("lognormal:1us/nan",
		  "nan in lognormal:MEDIAN/SIGMA: not a number");
	check_bad("lognormal:1us/11",
		  "11 in lognormal:MEDIAN/SIGMA: out of range");
	check_bad("burst:1ms/1ms", "burst:MEAN/ON/OFF expected");
	check_bad("burst:1ms/0/1ms", "0 in burst:MEAN/ON/OFF: out of range");
}

static void test_bad_traces_are_refused(void **state)
{
	(void)state;
	write_file("empty", "# nothing\n\n");
	write_file("word", "1\n2\nx\n");
	write_file("two", "1 2\n");
	write_file("minus", "1\n-0.5\n");
	write_file("huge", "3600000001\n");
	check_bad("trace:none", "none: No such file or directory");
	check_bad("trace:empty", "empty: no numbers in it");
	check_bad("trace:word", "word:3: not a number");
	check_bad("trace:two", "two:1: more than a number");
	check_bad("trace:minus", "minus: a delay below 0");
	check_bad("trace:huge", "huge:1: out of range");
	check_bad("trace:.", ".: cannot be read");
}

static int start(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/vtime-delay.XXXXXX");
	return mkdtemp(dir) ? 0 : -1;
}

static int end(void **state)
{
	static const char *const names[] = { "a",   "b",     "empty", "word",
					     "two", "minus", "huge" };
	char path[64];

	(void)state;
	vt_traces_free(&traces);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		unlink(path);
	}
	return rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_constant),
		cmocka_unit_test(test_exponential),
		cmocka_unit_test(test_normal_is_cut_off),
		cmocka_unit_test(test_uniform),
		cmocka_unit_test(test_gamma),
		cmocka_unit_test(test_lognormal),
		cmocka_unit_test(test_burst_stays_in_its_state),
		cmocka_unit_test(test_burst_follows_time_not_draws),
		cmocka_unit_test(test_trace_is_used_in_turn),
		cmocka_unit_test(test_trace_is_looked_for_in_its_directory),
		cmocka_unit_test(test_no_delay_is_longer_than_an_hour),
		cmocka_unit_test(test_bad_delays_are_refused),
		cmocka_unit_test(test_bad_traces_are_refused),
	};

	return cmocka_run_group_tests(tests, start, end);
}
