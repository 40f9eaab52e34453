// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Queues of the experiment with probe pairs. All seeds are fixed; tolerances are
 * about five standard errors of N numbers.
 */
#include <math.h>

#include "sample.h"
#include "tests/userspace/sim/pairs/traffic.h"
#include "unit.h"

#define N 200000
/* Of the packets that are sent, and those of others: first two moments. */
#define PROBE_NS 720.0
#define MEAN_NS (8 * (64 * 7 + 576 * 4 + 1500 * 1) / 12.0)
#define SQUARE_NS2 (64 * (64 * 64 * 7 + 576 * 576 * 4 + 1500 * 1500) / 12.0)

/**
 * struct waits - of N pairs
 * @mean: mean waiting time of the earlier and the later, ns
 * @none: share of them that did not wait
 */
struct waits {
	double mean[PAIRS_PACKETS];
	double none[PAIRS_PACKETS];
};

static void wait_for(const struct pairs_traffic *t, double gap_ns,
		     struct waits *ret)
{
	struct vt_rng rng;

	vt_rng_init(&rng, 1, VT_STREAM_PATH, 0, 0);
	*ret = (struct waits){ .mean = { 0 } };
	for (int i = 0; i < N; i++) {
		const double at[PAIRS_PACKETS] = { 0, gap_ns };
		double arrival[PAIRS_PACKETS];

		pairs_traffic_pass(t, &rng, at, PAIRS_PACKETS, arrival);
		assert_true(arrival[1] - arrival[0] > PROBE_NS * 0.999);
		for (int j = 0; j < PAIRS_PACKETS; j++) {
			double wait = arrival[j] - at[j] - t->base_ns -
				      t->hops * PROBE_NS;

			ret->mean[j] += wait / N;
			ret->none[j] += (wait < 0.001) / (double)N;
		}
	}
}

/* The mean by Pollaczek and Khinchine; it does not change while a queue runs on. */
static void test_poisson(void **state)
{
	static const double loads[] = { 0.1, 0.3, 0.6, 0.9 };

	(void)state;
	for (unsigned int i = 0; i < 4; i++) {
		struct pairs_traffic t = {
			.law = PAIRS_POISSON,
			.load = loads[i],
			.hops = 1,
			.base_ns = 50e3,
		};
		double rest = SQUARE_NS2 / (2 * MEAN_NS);
		double wanted = rest * t.load / (1 - t.load);
		struct waits w;

		wait_for(&t, 1e6, &w);
		assert_near(w.none[0], 1 - t.load, 0.006);
		assert_near(w.mean[0], wanted, 0.02 * wanted);
		/* What the earlier one leaves behind is seen at high loads. */
		assert_near(w.none[1], 1 - t.load, 0.007);
		assert_near(w.mean[1], wanted, 0.04 * wanted);
	}
}

/* A link is free for the share of time that is not its load. */
static void test_bursts(void **state)
{
	static const double loads[] = { 0.1, 0.3, 0.6, 0.9 };

	(void)state;
	for (unsigned int i = 0; i < 4; i++) {
		struct pairs_traffic t = {
			.law = PAIRS_BURSTS,
			.load = loads[i],
			.hops = 1,
		};
		struct waits w;

		wait_for(&t, 1e6, &w);
		assert_near(w.none[0], 1 - t.load, 0.006);
		assert_near(w.none[1], 1 - t.load, 0.007);
		assert_near(w.mean[1], w.mean[0], 0.04 * w.mean[0]);
	}
}

/* Waiting times of links in a row add up. */
static void test_hops(void **state)
{
	struct pairs_traffic t = {
		.law = PAIRS_POISSON,
		.load = 0.6,
		.hops = 5,
	};
	struct waits five, one;

	(void)state;
	wait_for(&t, 1e5, &five);
	t.hops = 1;
	wait_for(&t, 1e5, &one);
	assert_near(five.mean[0], 5 * one.mean[0], 0.02 * five.mean[0]);
	assert_near(five.none[0], pow(0.4, 5), 0.002);
}

/* A pair that a queue covers whole arrives further apart by what came between. */
static void test_gap_changes(void **state)
{
	struct pairs_traffic t = {
		.law = PAIRS_POISSON,
		.load = 0.9,
		.hops = 1,
	};
	struct vt_rng rng;
	int kept = 0;

	(void)state;
	vt_rng_init(&rng, 2, VT_STREAM_PATH, 0, 0);
	for (int i = 0; i < N; i++) {
		const double at[PAIRS_PACKETS] = { 0, 1e4 };
		double arrival[PAIRS_PACKETS];

		pairs_traffic_pass(&t, &rng, at, PAIRS_PACKETS, arrival);
		kept += fabs(arrival[1] - arrival[0] - 1e4) < 1;
	}
	/* Not more than meet an empty queue. */
	assert_in_range(kept, 1, N / 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_poisson),
		cmocka_unit_test(test_bursts),
		cmocka_unit_test(test_hops),
		cmocka_unit_test(test_gap_changes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
