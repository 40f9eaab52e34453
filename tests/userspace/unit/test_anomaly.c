// SPDX-License-Identifier: GPL-2.0-or-later
#include <math.h>

#include "agent/lib/anomaly.h"
#include "random.h"
#include "unit.h"

#define LIMIT_NS 1000000
#define HOUR 3600
/* Exchanges in a second; each has two messages of the peer. */
#define RATE 10
#define NOTHING (-1)

/**
 * struct link - what a link is like
 * @rtt_ns: smallest round trip
 * @jitter_ns: mean excess
 * @loss_pct: messages lost of 100
 * @err_ns: deviation of the offset
 * @drift_ppt: change of the frequency in a second
 * @bound_ns: bound
 */
struct link {
	double rtt_ns;
	double jitter_ns;
	u32 loss_pct;
	double err_ns;
	double drift_ppt;
	double bound_ns;
};

static const struct link healthy = {
	.rtt_ns = 1e6,
	.jitter_ns = 2e4,
	.loss_pct = 1,
	.err_ns = 150,
	.bound_ns = 1e4,
};

static struct cl_anomaly anomaly;
static struct cl_anomaly_record record;
static struct cl_anomaly_event event[CL_ANOMALY_KINDS];
static double offset_ns;
static u64 seed;

static double noise(void)
{
	return (double)random_gauss_q16(&seed) / 65536;
}

static void begin(void)
{
	seed = 1;
	offset_ns = 0;
	cl_anomaly_init(&anomaly, LIMIT_NS);
	record = (struct cl_anomaly_record){
		.at_ns = CL_NS_PER_SEC,
		.ready = true,
		.has_ahead = true,
		.has_bound = true,
	};
}

/* One second; returns the number of events. */
static unsigned int step(const struct link *l)
{
	struct cl_anomaly_record *r = &record;

	r->at_ns += CL_NS_PER_SEC;
	r->exchanges += RATE;
	for (int i = 0; i < 2 * RATE; i++) {
		if (random_below(&seed, 100) < l->loss_pct)
			r->lost++;
		else
			r->came++;
	}
	r->min_rtt_ns = l->rtt_ns + 200 * fabs(noise());
	r->excess_ns = l->jitter_ns * exp(0.1 * noise());
	r->err_ns = l->err_ns * exp(0.2 * noise());
	r->ahead_ns = l->err_ns * noise();
	r->freq_ppt += l->drift_ppt + 1000 * noise();
	offset_ns += r->freq_ppt / 1000.0;
	r->offset_ns = offset_ns + l->err_ns / 2 * noise();
	r->bound_ns = l->bound_ns * exp(0.02 * noise());
	return cl_anomaly_feed(&anomaly, r, event);
}

/* So many seconds or to the first event; returns after how many that came. */
static int run(const struct link *l, int seconds)
{
	for (int i = 0; i < seconds; i++)
		if (step(l))
			return i;
	return NOTHING;
}

static void assert_raised(enum cl_anomaly_kind kind)
{
	struct cl_anomaly_warning w[CL_ANOMALY_KINDS];

	assert_int_equal(event[0].change, CL_ANOMALY_RAISED);
	assert_string_equal(cl_anomaly_kind_name(event[0].warning.kind),
			    cl_anomaly_kind_name(kind));
	assert_int_equal(event[0].warning.warned_ns, record.at_ns);
	assert_true(event[0].warning.strength >= 1);
	assert_int_equal(cl_anomaly_warnings(&anomaly, w), 1);
	assert_int_equal(w[0].kind, kind);
	assert_int_equal(w[0].since_ns, event[0].warning.since_ns);
}

/* An hour of health, then something; it has to be noticed within @within seconds. */
static int notice(const struct link *l, enum cl_anomaly_kind kind, int within)
{
	s64 begun;
	int at;

	begin();
	assert_int_equal(run(&healthy, HOUR), NOTHING);
	begun = record.at_ns;
	at = run(l, within);
	assert_int_not_equal(at, NOTHING);
	assert_raised(kind);
	/* when it began is known to some spans of records */
	assert_in_range(event[0].warning.since_ns - begun + 15 * CL_NS_PER_SEC,
			0, 45 * CL_NS_PER_SEC);
	return at;
}

static void test_healthy_link_has_no_warnings(void **state)
{
	struct cl_anomaly_warning w[CL_ANOMALY_KINDS];

	(void)state;
	begin();
	assert_int_equal(run(&healthy, 48 * HOUR), NOTHING);
	assert_int_equal(cl_anomaly_warnings(&anomaly, w), 0);
}

static void test_jitter(void **state)
{
	struct link l = healthy;

	(void)state;
	l.jitter_ns *= 4;
	notice(&l, CL_ANOMALY_JITTER, 40);
	assert_true(fabs(event[0].warning.usual - 2e4) < 2e3);
	assert_true(event[0].warning.now > 5e4);
	/* it ends */
	assert_in_range(run(&healthy, 200), 20, 200);
	assert_int_equal(event[0].change, CL_ANOMALY_CLEARED);
	assert_int_equal(event[0].warning.kind, CL_ANOMALY_JITTER);
}

static void test_less_jitter_becomes_usual(void **state)
{
	struct link l = healthy;

	(void)state;
	begin();
	run(&healthy, HOUR);
	l.jitter_ns /= 8;
	assert_int_equal(run(&l, HOUR), NOTHING);
	assert_in_range(run(&healthy, 100), 5, 100);
	assert_raised(CL_ANOMALY_JITTER);
}

static void test_floor_either_way(void **state)
{
	struct link l = healthy;

	(void)state;
	l.rtt_ns += 2e5;
	notice(&l, CL_ANOMALY_FLOOR, 40);
	assert_true(fabs(event[0].warning.now - 1.2e6) < 1e3);
	l.rtt_ns -= 4e5;
	notice(&l, CL_ANOMALY_FLOOR, 40);
}

static void test_loss(void **state)
{
	struct link l = healthy;

	(void)state;
	l.loss_pct = 15;
	notice(&l, CL_ANOMALY_LOSS, 60);
	assert_true(event[0].warning.usual < 0.03);
	assert_true(event[0].warning.now > 0.05);
}

static void test_offset(void **state)
{
	struct link l = healthy;

	(void)state;
	l.err_ns *= 20;
	notice(&l, CL_ANOMALY_OFFSET, 90);
	assert_true(event[0].warning.now > 10 * event[0].warning.usual);
}

/* While it is being warned of nothing else is, and how fast it is turns out. */
static void assert_drifts(const struct link *l)
{
	struct cl_anomaly_warning w[CL_ANOMALY_KINDS];

	assert_int_equal(run(l, 60), NOTHING);
	assert_int_equal(cl_anomaly_warnings(&anomaly, w), 1);
	assert_true(fabs(w[0].now - l->drift_ppt) < 1000);
	assert_true(w[0].usual > 0 && w[0].usual < 500);
}

static void test_frequency_either_way(void **state)
{
	struct link l = healthy;

	(void)state;
	l.drift_ppt = 5000;
	notice(&l, CL_ANOMALY_FREQUENCY, 60);
	assert_drifts(&l);
	l.drift_ppt = -5000;
	notice(&l, CL_ANOMALY_FREQUENCY, 60);
	assert_drifts(&l);
	/* it is usual after half an hour, and learnt anew */
	assert_in_range(run(&l, HOUR), 1700, 1750);
	assert_int_equal(event[0].change, CL_ANOMALY_ACCEPTED);
	assert_int_equal(event[0].warning.kind, CL_ANOMALY_FREQUENCY);
	assert_int_equal(run(&l, HOUR), NOTHING);
}

static void test_bound(void **state)
{
	struct link l = healthy;
	int at;

	(void)state;
	begin();
	assert_int_equal(run(&healthy, HOUR), NOTHING);
	for (at = 0; at < 100; at++) {
		l.bound_ns += 1e4;
		if (step(&l))
			break;
	}
	assert_raised(CL_ANOMALY_BOUND);
	assert_true(l.bound_ns < LIMIT_NS * 0.65);
	assert_true(fabs(event[0].warning.exceeds_in_ns / 1e9 - (100 - at)) <
		    25);
	assert_true(event[0].warning.usual == LIMIT_NS);
}

static void test_without_a_limit_no_bound_is_too_wide(void **state)
{
	struct link l = healthy;

	(void)state;
	begin();
	cl_anomaly_init(&anomaly, 0);
	for (int i = 0; i < HOUR; i++) {
		l.bound_ns += 1e6;
		assert_int_equal(step(&l), 0);
	}
}

static void test_what_lasts_is_accepted(void **state)
{
	struct link l = healthy;

	(void)state;
	l.jitter_ns *= 8;
	notice(&l, CL_ANOMALY_JITTER, 40);
	assert_in_range(run(&l, HOUR), 1790, 1810);
	assert_int_equal(event[0].change, CL_ANOMALY_ACCEPTED);
	assert_int_equal(run(&l, HOUR), NOTHING);
	/* and from there it may rise again */
	l.jitter_ns *= 8;
	assert_in_range(run(&l, 40), 5, 40);
	assert_raised(CL_ANOMALY_JITTER);
}

static void test_new_start_of_the_estimator_is_no_change(void **state)
{
	(void)state;
	begin();
	run(&healthy, HOUR);
	for (int i = 0; i < 50; i++) {
		record.starts++;
		/* of another raw clock */
		record.freq_ppt += 100000000;
		assert_int_equal(run(&healthy, 120), NOTHING);
	}
}

static void test_gaps_and_counters_that_begin_anew(void **state)
{
	(void)state;
	begin();
	run(&healthy, HOUR);
	for (int i = 0; i < 50; i++) {
		record.at_ns += 1000 * CL_NS_PER_SEC;
		record.exchanges = 0;
		record.came = 0;
		record.lost = 0;
		assert_int_equal(run(&healthy, 300), NOTHING);
	}
}

static void test_record_of_before_changes_nothing(void **state)
{
	struct cl_anomaly before;

	(void)state;
	begin();
	run(&healthy, HOUR);
	before = anomaly;
	record.at_ns -= 2 * CL_NS_PER_SEC;
	record.excess_ns *= 1000;
	assert_int_equal(cl_anomaly_feed(&anomaly, &record, event), 0);
	assert_memory_equal(&anomaly, &before, sizeof(before));
}

static void test_any_numbers_do_no_harm(void **state)
{
	struct cl_anomaly_warning w[CL_ANOMALY_KINDS];
	unsigned int n;

	(void)state;
	begin();
	for (int i = 0; i < 200000; i++) {
		record = (struct cl_anomaly_record){
			.at_ns = record.at_ns +
				 (s64)random_below(&seed, 20) * CL_NS_PER_SEC,
			.ready = random_below(&seed, 50),
			.starts = !random_below(&seed, 500),
			.exchanges = record.exchanges + random_below(&seed, 99),
			.min_rtt_ns = random_u64(&seed),
			.err_ns = random_u64(&seed),
			.excess_ns = random_s64(&seed),
			.offset_ns = random_s64(&seed),
			.freq_ppt = random_s64(&seed) / 2,
			.came = record.came + random_below(&seed, 99),
			.lost = record.lost + random_below(&seed, 99),
			.has_ahead = random_below(&seed, 2),
			.ahead_ns = random_s64(&seed),
			.has_bound = random_below(&seed, 2),
			.bound_ns = random_u64(&seed),
		};
		cl_anomaly_feed(&anomaly, &record, event);
		n = cl_anomaly_warnings(&anomaly, w);
		assert_true(n <= CL_ANOMALY_KINDS);
		while (n--)
			assert_true(isfinite(w[n].now) && isfinite(w[n].usual));
	}
}

static void test_ten_thousand_links_fit(void **state)
{
	(void)state;
	assert_true(sizeof(struct cl_anomaly) <= 2400);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_healthy_link_has_no_warnings),
		cmocka_unit_test(test_jitter),
		cmocka_unit_test(test_less_jitter_becomes_usual),
		cmocka_unit_test(test_floor_either_way),
		cmocka_unit_test(test_loss),
		cmocka_unit_test(test_offset),
		cmocka_unit_test(test_frequency_either_way),
		cmocka_unit_test(test_bound),
		cmocka_unit_test(test_without_a_limit_no_bound_is_too_wide),
		cmocka_unit_test(test_what_lasts_is_accepted),
		cmocka_unit_test(test_new_start_of_the_estimator_is_no_change),
		cmocka_unit_test(test_gaps_and_counters_that_begin_anew),
		cmocka_unit_test(test_record_of_before_changes_nothing),
		cmocka_unit_test(test_any_numbers_do_no_harm),
		cmocka_unit_test(test_ten_thousand_links_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
