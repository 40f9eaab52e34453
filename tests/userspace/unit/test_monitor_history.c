// SPDX-License-Identifier: GPL-2.0-or-later
#include <math.h>
#include <string.h>

#include "agent/lib/compiler.h"
#include "agent/watch/histogram.h"
#include "agent/monitor/history.h"
#include "unit.h"

#define S CL_NS_PER_SEC

static const struct cl_history_column columns[] = {
	{ "mean", CL_HISTORY_MEAN },
	{ "max", CL_HISTORY_MAX },
	{ "last", CL_HISTORY_LAST },
};

static void test_a_value_lies_in_its_bucket(void **state)
{
	struct cl_histogram h;

	(void)state;
	for (u64 ns = 1; ns < 60 * S; ns = ns * 9 / 8 + 1) {
		memset(&h, 0, sizeof(h));
		cl_histogram_add(&h, ns);
		for (unsigned int i = 0; i < CL_HISTOGRAM_BUCKETS; i++) {
			if (!h.bucket[i])
				continue;
			assert_true(ns < cl_histogram_edge(i));
			assert_true(!i || ns >= cl_histogram_edge(i - 1));
			assert_true(ns < 128 ||
				    cl_histogram_edge(i) - ns <= ns / 64 + 1);
		}
		assert_int_equal(cl_histogram_quantile(&h, 0.5), ns);
	}
}

static void test_edges_go_up(void **state)
{
	(void)state;
	assert_int_equal(cl_histogram_edge(0), 128);
	for (unsigned int i = 1; i < CL_HISTOGRAM_BUCKETS; i++)
		assert_true(cl_histogram_edge(i) > cl_histogram_edge(i - 1));
}

static void test_quantiles_are_off_by_less_than_a_bucket(void **state)
{
	struct cl_histogram h = { 0 };
	u64 q, sum = 0;

	(void)state;
	for (u64 i = 1; i <= 10000; i++)
		cl_histogram_add(&h, i * 1000);
	for (int p = 1; p < 100; p++) {
		q = cl_histogram_quantile(&h, p / 100.0);
		assert_true(q >= p * 100000ULL);
		assert_true(q <= p * 100000ULL * 66 / 64 + 1000);
	}
	assert_int_equal(cl_histogram_quantile(&h, 1), 10000000);
	for (unsigned int i = 0; i < CL_HISTOGRAM_OCTAVES; i++)
		sum += cl_histogram_octave(&h, CL_HISTOGRAM_FIRST + i);
	assert_int_equal(sum, 10000);
	/* from 8.192 us up to 16.384 us: 9 to 16 */
	assert_int_equal(cl_histogram_octave(&h, 13), 8);
}

static void test_extremes_are_counted(void **state)
{
	struct cl_histogram h = { 0 };

	(void)state;
	cl_histogram_add(&h, 0);
	cl_histogram_add(&h, U64_MAX / 4);
	assert_int_equal(h.bucket[0], 1);
	assert_int_equal(h.bucket[CL_HISTOGRAM_BUCKETS - 1], 1);
	assert_int_equal(h.min_ns, 0);
	assert_int_equal(cl_histogram_quantile(&h, 0.99), U64_MAX / 4);
}

static struct cl_history *new_history(void)
{
	static struct cl_history h;

	assert_int_equal(cl_history_open(&h, columns, ARRAY_SIZE(columns)), 0);
	return &h;
}

/* What is put in: time in s, its negative, time. */
static void put(struct cl_history *h, unsigned int at)
{
	const float f[] = { at, -(float)at, at };

	cl_history_put(h, at * S, f);
}

static void test_rows_are_where_they_were_put(void **state)
{
	struct cl_history *h = new_history();
	struct cl_history_view v;
	float f[3];

	(void)state;
	for (unsigned int at = 1000; at < 1100; at++)
		put(h, at);
	cl_history_view(&v, 1099 * S, 60 * S, 1000);
	assert_int_equal(v.rows, 30);
	assert_int_equal(v.step_ns, 2 * S);
	for (unsigned int i = 0; i < v.rows; i++) {
		assert_true(cl_history_row(h, &v, i, f));
		/* the later one of the two that share a row */
		assert_float_equal(f[0], 1041 + 2 * i, 0);
	}
	cl_history_view(&v, 1099 * S, 60 * S, 10);
	assert_int_equal(v.rows, 10);
	/* the last one is not over */
	assert_true(cl_history_row(h, &v, 8, f));
	assert_float_equal(f[0], (1093 + 1095 + 1097) / 3.0, 0.001);
	assert_float_equal(f[1], -1093, 0);
	assert_float_equal(f[2], 1097, 0);
	cl_history_close(h);
}

static void test_what_was_not_seen_is_not_there(void **state)
{
	struct cl_history *h = new_history();
	const float none[] = { NAN, NAN, 7 };
	struct cl_history_view v;
	float f[3];

	(void)state;
	put(h, 100);
	put(h, 110);
	cl_history_put(h, 112 * S, none);
	cl_history_view(&v, 112 * S, 40 * S, 1000);
	for (unsigned int i = 0; i < v.rows; i++)
		assert_int_equal(cl_history_row(h, &v, i, f),
				 v.first + i == 50 || v.first + i >= 55);
	assert_true(isnan(f[0]) && isnan(f[1]));
	assert_float_equal(f[2], 7, 0);
	/* long after the ring has gone round */
	put(h, 5000);
	cl_history_view(&v, 5000 * S, 600 * S, 1000);
	for (unsigned int i = 0; i < v.rows; i++)
		assert_int_equal(cl_history_row(h, &v, i, f), i == v.rows - 1);
	cl_history_close(h);
}

static void test_coarse_rows_sum_up_the_fine_ones(void **state)
{
	struct cl_history *h = new_history();
	struct cl_history_view v;
	unsigned int known = 0;
	float f[3];

	(void)state;
	for (unsigned int at = 0; at < 90000; at += 2)
		put(h, at);
	cl_history_view(&v, 89998 * S, 3600 * S, 1000);
	assert_int_equal(v.step_ns, 20 * S);
	for (unsigned int i = 0; i < v.rows; i++) {
		if (!cl_history_row(h, &v, i, f))
			continue;
		known++;
		assert_float_equal(f[0], (v.first + i) * 20 + 9, 0.001);
		assert_float_equal(f[1], -((v.first + i) * 20.0f), 0);
		assert_float_equal(f[2], (v.first + i) * 20 + 18, 0);
	}
	assert_true(known >= 179);
	cl_history_view(&v, 89998 * S, 86400 * S, 100);
	assert_int_equal(v.step_ns, 1200 * S);
	assert_int_equal(v.rows, 72);
	assert_true(cl_history_row(h, &v, 50, f));
	assert_float_equal(f[0], v.first * 600 + 50 * 1200 + 599, 1);
	cl_history_close(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_value_lies_in_its_bucket),
		cmocka_unit_test(test_edges_go_up),
		cmocka_unit_test(test_quantiles_are_off_by_less_than_a_bucket),
		cmocka_unit_test(test_extremes_are_counted),
		cmocka_unit_test(test_rows_are_where_they_were_put),
		cmocka_unit_test(test_what_was_not_seen_is_not_there),
		cmocka_unit_test(test_coarse_rows_sum_up_the_fine_ones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
