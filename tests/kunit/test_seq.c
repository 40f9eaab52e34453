// SPDX-License-Identifier: GPL-2.0-or-later
#include <kunit/test.h>

#include "core/seq.h"
#include "random.h"

static void test_in_order_counts_received(struct kunit *test)
{
	struct cl_seq s;
	u32 i;

	cl_seq_reset(&s);
	for (i = 0; i < 1000; i++)
		KUNIT_ASSERT_EQ(test, cl_seq_accept(&s, i), CL_SEQ_NEW);
	KUNIT_EXPECT_EQ(test, s.received, 1000ULL);
	KUNIT_EXPECT_EQ(test, s.lost, 0ULL);
	KUNIT_EXPECT_EQ(test, s.reordered, 0ULL);
	KUNIT_EXPECT_EQ(test, s.duplicated + s.stale, 0ULL);
	KUNIT_EXPECT_EQ(test, cl_seq_missing(&s), 0ULL);
}

static void test_wrap_around_is_not_special(struct kunit *test)
{
	struct cl_seq s;
	u32 i;

	cl_seq_reset(&s);
	for (i = 0; i < 200; i++)
		if (i != 100) /* 0xffffffff - 100 + 100: the last before 0 */
			cl_seq_accept(&s, 0xffffffffU - 100 + i);
	KUNIT_EXPECT_EQ(test, s.received, 199ULL);
	KUNIT_EXPECT_EQ(test, s.lost, 1ULL);
	KUNIT_EXPECT_EQ(test, s.reordered, 0ULL);
	KUNIT_EXPECT_EQ(test, s.highest, 98U);
	KUNIT_EXPECT_EQ(test, cl_seq_check(&s, 0xffffffffU), CL_SEQ_DUPLICATE);
	KUNIT_EXPECT_TRUE(test, cl_seq_after(0, 0xffffffffU));
	KUNIT_EXPECT_FALSE(test, cl_seq_after(0xffffffffU, 0));
	KUNIT_EXPECT_FALSE(test, cl_seq_after(7, 7));
}

static void test_loss_counts_when_leaving_the_window(struct kunit *test)
{
	struct cl_seq s;
	u32 i;

	cl_seq_reset(&s);
	cl_seq_accept(&s, 10);
	for (i = 12; i < 11 + CL_SEQ_WINDOW; i++) {
		cl_seq_accept(&s, i);
		KUNIT_ASSERT_EQ(test, s.lost, 0ULL);
		KUNIT_ASSERT_EQ(test, cl_seq_missing(&s), 1ULL);
	}
	cl_seq_accept(&s, i);
	KUNIT_EXPECT_EQ(test, s.lost, 1ULL);
	KUNIT_EXPECT_EQ(test, cl_seq_missing(&s), 0ULL);
}

static void test_late_number_is_reordered_once(struct kunit *test)
{
	struct cl_seq s;

	cl_seq_reset(&s);
	cl_seq_accept(&s, 1);
	cl_seq_accept(&s, 1 + CL_SEQ_WINDOW);
	KUNIT_EXPECT_EQ(test, cl_seq_check(&s, 2), CL_SEQ_LATE);
	KUNIT_EXPECT_EQ(test, cl_seq_accept(&s, 2), CL_SEQ_LATE);
	KUNIT_EXPECT_EQ(test, s.reordered, 1ULL);
	KUNIT_EXPECT_EQ(test, cl_seq_accept(&s, 2), CL_SEQ_DUPLICATE);
	KUNIT_EXPECT_EQ(test, s.reordered, 1ULL);
	KUNIT_EXPECT_EQ(test, s.duplicated, 1ULL);
	KUNIT_EXPECT_EQ(test, s.received, 3ULL);
}

static void test_older_than_window_is_stale(struct kunit *test)
{
	struct cl_seq s;
	struct cl_seq before;

	cl_seq_reset(&s);
	cl_seq_accept(&s, 1000);
	cl_seq_accept(&s, 1001);
	before = s;
	KUNIT_EXPECT_EQ(test, cl_seq_accept(&s, 1001 - CL_SEQ_WINDOW),
			CL_SEQ_DUPLICATE);
	KUNIT_EXPECT_EQ(test, s.stale, 1ULL);
	s.stale = 0;
	KUNIT_EXPECT_TRUE(test, !memcmp(&s, &before, sizeof(s)));
}

static void test_check_changes_nothing(struct kunit *test)
{
	struct cl_seq s;
	struct cl_seq before;
	u32 i;

	cl_seq_reset(&s);
	KUNIT_EXPECT_EQ(test, cl_seq_check(&s, 77), CL_SEQ_NEW);
	KUNIT_EXPECT_FALSE(test, s.started);
	cl_seq_accept(&s, 500);
	before = s;
	for (i = 400; i < 600; i++)
		cl_seq_check(&s, i);
	KUNIT_EXPECT_TRUE(test, !memcmp(&s, &before, sizeof(s)));
}

static void test_numbers_before_the_first_are_not_lost(struct kunit *test)
{
	struct cl_seq s;

	cl_seq_reset(&s);
	cl_seq_accept(&s, 5000);
	cl_seq_accept(&s, 5000 + 2 * CL_SEQ_WINDOW);
	/* 5001 .. 5064 are lost; what came before 5000 is not expected. */
	KUNIT_EXPECT_EQ(test, s.lost, (u64)CL_SEQ_WINDOW);

	/* One before the first makes those between them expected. */
	cl_seq_reset(&s);
	cl_seq_accept(&s, 5000);
	KUNIT_EXPECT_EQ(test, cl_seq_accept(&s, 4998), CL_SEQ_LATE);
	KUNIT_EXPECT_EQ(test, cl_seq_missing(&s), 1ULL);
	KUNIT_EXPECT_EQ(test, cl_seq_accept(&s, 4999), CL_SEQ_LATE);
	KUNIT_EXPECT_EQ(test, s.reordered, 2ULL);
	KUNIT_EXPECT_EQ(test, cl_seq_missing(&s), 0ULL);
}

static void test_large_jump_counts_all_skipped(struct kunit *test)
{
	struct cl_seq s;

	cl_seq_reset(&s);
	cl_seq_accept(&s, 0);
	cl_seq_accept(&s, CL_SEQ_JUMP);
	/* All between were skipped, the last 63 may still come. */
	KUNIT_EXPECT_EQ(test, s.lost, CL_SEQ_JUMP - 1ULL - (CL_SEQ_WINDOW - 1));
	KUNIT_EXPECT_EQ(test, cl_seq_missing(&s), (u64)CL_SEQ_WINDOW - 1);
	KUNIT_EXPECT_EQ(test, s.received, 2ULL);
}

/* One number far away is not believed, in either direction; two are. */
static void test_far_number_and_successor_restart(struct kunit *test)
{
	static const u32 far[] = { CL_SEQ_JUMP + 9, 0U - CL_SEQ_JUMP - 9,
				   0x80000000U };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(far); i++) {
		u32 there = 500 + far[i];
		struct cl_seq s;

		cl_seq_reset(&s);
		cl_seq_accept(&s, 500);
		KUNIT_EXPECT_EQ(test, cl_seq_accept(&s, there),
				CL_SEQ_DUPLICATE);
		KUNIT_EXPECT_EQ(test, cl_seq_accept(&s, 501), CL_SEQ_NEW);
		/* The one between took the suspicion away. */
		KUNIT_EXPECT_EQ(test, cl_seq_accept(&s, there + 1),
				CL_SEQ_DUPLICATE);
		KUNIT_EXPECT_EQ(test, cl_seq_check(&s, there + 2),
				CL_SEQ_RESTART);
		KUNIT_EXPECT_EQ(test, cl_seq_accept(&s, there + 2),
				CL_SEQ_RESTART);
		KUNIT_EXPECT_EQ(test, cl_seq_accept(&s, there + 4), CL_SEQ_NEW);
		KUNIT_EXPECT_EQ(test, cl_seq_accept(&s, there + 3),
				CL_SEQ_LATE);
		KUNIT_EXPECT_EQ(test, s.stale, 2ULL);
		KUNIT_EXPECT_EQ(test, s.lost, 0ULL);
		KUNIT_EXPECT_EQ(test, s.received, 5ULL);
	}
}

static void test_jump_by_the_window_keeps_the_count(struct kunit *test)
{
	u32 by;

	for (by = CL_SEQ_WINDOW - 2; by <= CL_SEQ_WINDOW + 2; by++) {
		struct cl_seq s;

		cl_seq_reset(&s);
		cl_seq_accept(&s, 1);
		cl_seq_accept(&s, 1 + by);
		KUNIT_ASSERT_EQ_MSG(test, s.lost + cl_seq_missing(&s),
				    (u64)by - 1, "jump by %u", by);
	}
}

/*
 * Random loss, duplication and reordering against the definition of the
 * counters, worked out number by number.
 */
#define STREAM 3000

static u8 arrivals[STREAM];

static void run_stream(struct kunit *test, u64 seed)
{
	u64 received = 0, lost = 0, duplicated = 0, reordered = 0, stale = 0;
	u32 base = (u32)random_u64(&seed);
	int highest = -1;
	struct cl_seq s;
	int i, first;

	memset(arrivals, 0, sizeof(arrivals));
	cl_seq_reset(&s);
	first = STREAM;
	for (i = 0; i < STREAM; i++) {
		int n = i - (random_below(&seed, 4) ?
				     0 :
				     (int)random_below(&seed, 90));

		if (n < 0 || !random_below(&seed, 10))
			continue;
		cl_seq_accept(&s, base + (u32)n);
		if (highest >= 0 && n <= highest - CL_SEQ_WINDOW) {
			stale++;
			continue;
		}
		if (n < first)
			first = n;
		duplicated += arrivals[n];
		received += !arrivals[n];
		reordered += !arrivals[n] && n < highest;
		arrivals[n] = 1;
		if (n > highest)
			highest = n;
	}
	for (i = first; i <= highest - CL_SEQ_WINDOW; i++)
		lost += !arrivals[i];
	KUNIT_ASSERT_EQ(test, s.received, received);
	KUNIT_ASSERT_EQ(test, s.lost, lost);
	KUNIT_ASSERT_EQ(test, s.duplicated, duplicated);
	KUNIT_ASSERT_EQ(test, s.reordered, reordered);
	KUNIT_ASSERT_EQ(test, s.stale, stale);
}

static void test_random_streams_match_the_definition(struct kunit *test)
{
	u64 seed;

	for (seed = 0; seed < 30; seed++)
		run_stream(test, seed);
}

static struct kunit_case seq_cases[] = {
	KUNIT_CASE(test_in_order_counts_received),
	KUNIT_CASE(test_wrap_around_is_not_special),
	KUNIT_CASE(test_loss_counts_when_leaving_the_window),
	KUNIT_CASE(test_late_number_is_reordered_once),
	KUNIT_CASE(test_older_than_window_is_stale),
	KUNIT_CASE(test_check_changes_nothing),
	KUNIT_CASE(test_numbers_before_the_first_are_not_lost),
	KUNIT_CASE(test_large_jump_counts_all_skipped),
	KUNIT_CASE(test_far_number_and_successor_restart),
	KUNIT_CASE(test_jump_by_the_window_keeps_the_count),
	KUNIT_CASE(test_random_streams_match_the_definition),
	{}
};

static struct kunit_suite seq_suite = {
	.name = "cl_seq",
	.test_cases = seq_cases,
};

kunit_test_suite(seq_suite);
