// SPDX-License-Identifier: GPL-2.0-or-later
#include <kunit/test.h>

#include "core/fixed.h"
#include "random.h"

#define ROUNDS 20000

/* Where the digits of a long division and of a root change. */
static const u64 edges[] = {
	0,
	1,
	2,
	3,
	0x7fffffffULL,
	0x80000000ULL,
	0xfffffffeULL,
	0xffffffffULL,
	0x100000000ULL,
	0x100000001ULL,
	0x3fffffffffffffffULL,
	0x4000000000000000ULL,
	0x40000000ffffffffULL,
	0x7fffffff00000000ULL,
	0x7fffffff00000001ULL,
	0x7ffffffffffffffeULL,
	0x7fffffffffffffffULL,
	0x8000000000000000ULL,
	0xffffffff00000000ULL,
	0xfffffffe00000001ULL,
	0xfffffffe00000000ULL,
	U64_MAX,
};

/* The quotient bit by bit, as cl_shl_div() defines it. */
static s64 shl_div_slow(s64 a, unsigned int sh, s64 b)
{
	u64 n = cl_abs_s64(a);
	u64 q = n / (u64)b;
	u64 r = n % (u64)b;

	for (; sh && (q || r); sh--) {
		if (q >> 62)
			return a < 0 ? S64_MIN : S64_MAX;
		q <<= 1;
		r <<= 1;
		if (r >= (u64)b) {
			r -= (u64)b;
			q |= 1;
		}
	}
	return (s64)(a < 0 ? -q : q);
}

static void test_shl_div_edges_are_exact(struct kunit *test)
{
	unsigned int sh;
	size_t i, k;

	for (i = 0; i < ARRAY_SIZE(edges); i++) {
		for (k = 0; k < ARRAY_SIZE(edges); k++) {
			s64 a = (s64)edges[i];
			s64 b = (s64)edges[k];

			if (b <= 0)
				continue;
			for (sh = 0; sh < 200; sh++)
				KUNIT_ASSERT_EQ(test, cl_shl_div(a, sh, b),
						shl_div_slow(a, sh, b));
		}
	}
}

static void test_shl_div_is_the_slow_one(struct kunit *test)
{
	u64 rng = 4;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		s64 a = random_s64(&rng);
		unsigned int sh = random_below(&rng, 130);
		s64 b = cl_max_s64(random_s64(&rng) & S64_MAX, 1);

		KUNIT_ASSERT_EQ(test, cl_shl_div(a, sh, b),
				shl_div_slow(a, sh, b));
		/* Digits of ones are those that are guessed too large. */
		b |= 0xffffffffLL;
		KUNIT_ASSERT_EQ(test, cl_shl_div(a, sh, b),
				shl_div_slow(a, sh, b));
	}
}

/* Largest dividend whose quotient by @b is not above @q. */
static unsigned __int128 dividend_max(u64 q, u64 b)
{
	return (unsigned __int128)q * b + (b - 1);
}

static void test_shl_div_random_is_exact(struct kunit *test)
{
	u64 rng = 1;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		s64 a = random_s64(&rng);
		unsigned int sh = random_below(&rng, 64);
		s64 b = cl_max_s64((s64)cl_abs_s64(random_s64(&rng) / 2), 1);
		s64 q = cl_shl_div(a, sh, b);
		unsigned __int128 n = (unsigned __int128)cl_abs_s64(a) << sh;
		u64 limit = a < 0 ? 1ULL << 63 : S64_MAX;

		KUNIT_ASSERT_TRUE(test, !q || (q < 0) == (a < 0));
		KUNIT_ASSERT_TRUE(test, cl_abs_s64(q) <= limit);
		KUNIT_ASSERT_TRUE(test, n >= (unsigned __int128)cl_abs_s64(q) *
							(u64)b);
		if (cl_abs_s64(q) < limit)
			KUNIT_ASSERT_TRUE(test, n <= dividend_max(cl_abs_s64(q),
								  (u64)b));
	}
}

static void test_shl_div_rounds_towards_zero(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, cl_shl_div(7, 0, 2), 3);
	KUNIT_EXPECT_EQ(test, cl_shl_div(-7, 0, 2), -3);
	KUNIT_EXPECT_EQ(test, cl_shl_div(1, 48, 3), 93824992236885LL);
	KUNIT_EXPECT_EQ(test, cl_shl_div(-1, 48, 3), -93824992236885LL);
	KUNIT_EXPECT_EQ(test, cl_shl_div(0, 127, 1), 0);
	KUNIT_EXPECT_EQ(test, cl_shl_div(1, 62, S64_MAX), 0);
	KUNIT_EXPECT_EQ(test, cl_shl_div(1, 63, S64_MAX), 1);
	KUNIT_EXPECT_EQ(test, cl_shl_div(S64_MAX, 100, S64_MAX), S64_MAX);
}

static void test_shl_div_overflow_saturates(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, cl_shl_div(1, 62, 1), 1LL << 62);
	KUNIT_EXPECT_EQ(test, cl_shl_div(1, 63, 1), S64_MAX);
	KUNIT_EXPECT_EQ(test, cl_shl_div(-1, 63, 1), S64_MIN);
	KUNIT_EXPECT_EQ(test, cl_shl_div(-1, 64, 1), S64_MIN);
	KUNIT_EXPECT_EQ(test, cl_shl_div(S64_MIN, 0, 1), S64_MIN);
	KUNIT_EXPECT_EQ(test, cl_shl_div(S64_MIN, 1, 2), S64_MIN);
	KUNIT_EXPECT_EQ(test, cl_shl_div(S64_MIN, 1, 3),
			-6148914691236517205LL);
	KUNIT_EXPECT_EQ(test, cl_shl_div(5, 1000, 7), S64_MAX);
}

static void test_ratio_is_a_quotient(struct kunit *test)
{
	u64 rng = 6;
	size_t k;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		s64 a = random_s64(&rng);
		s64 b = cl_max_s64(random_s64(&rng) & S64_MAX, 1);

		KUNIT_ASSERT_EQ(test, cl_ratio_q32(a, b),
				shl_div_slow(a, 32, b));
		KUNIT_ASSERT_EQ(test, cl_ratio_q32(a % b, b),
				shl_div_slow(a % b, 32, b));
		for (k = 0; k < ARRAY_SIZE(edges); k++)
			KUNIT_ASSERT_EQ(test, cl_ratio_q32((s64)edges[k], b),
					shl_div_slow((s64)edges[k], 32, b));
	}
}

static void test_isqrt_is_floor_of_root(struct kunit *test)
{
	u64 rng = 2;
	int i;

	KUNIT_EXPECT_EQ(test, cl_isqrt(0), 0ULL);
	KUNIT_EXPECT_EQ(test, cl_isqrt(1), 1ULL);
	KUNIT_EXPECT_EQ(test, cl_isqrt(3), 1ULL);
	KUNIT_EXPECT_EQ(test, cl_isqrt(4), 2ULL);
	KUNIT_EXPECT_EQ(test, cl_isqrt(U64_MAX), 0xffffffffULL);
	for (i = 0; i < ROUNDS; i++) {
		u64 v = (u64)random_s64(&rng);
		unsigned __int128 root = cl_isqrt(v);

		KUNIT_ASSERT_TRUE(test, root * root <= v);
		KUNIT_ASSERT_TRUE(test, (root + 1) * (root + 1) > v);
	}
}

static void test_isqrt_changes_at_squares(struct kunit *test)
{
	u64 rng = 5;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		u64 root = random_u64(&rng) >> 32 >> random_below(&rng, 32);

		KUNIT_ASSERT_EQ(test, cl_isqrt(root * root), root);
		KUNIT_ASSERT_EQ(test, cl_isqrt(root * root + 2 * root), root);
	}
	for (i = 0; i < (int)ARRAY_SIZE(edges); i++) {
		unsigned __int128 root = cl_isqrt(edges[i]);

		KUNIT_EXPECT_TRUE(test, root * root <= edges[i]);
		KUNIT_EXPECT_TRUE(test, (root + 1) * (root + 1) > edges[i]);
	}
}

static void test_ppt_to_q48_rounds_to_nearest(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, cl_ppt_to_q48(1), 281); /* 281.47 */
	KUNIT_EXPECT_EQ(test, cl_ppt_to_q48(2), 563); /* 562.95 */
	KUNIT_EXPECT_EQ(test, cl_ppt_to_q48(-1), -281);
	KUNIT_EXPECT_EQ(test, cl_ppt_to_q48(-2), -563);
	KUNIT_EXPECT_EQ(test, cl_ppt_to_q48(1000000000000LL), 1LL << 48);
	KUNIT_EXPECT_GT(test, cl_ppt_to_q48(S64_MAX), S64_MAX / 4);
	KUNIT_EXPECT_LT(test, cl_ppt_to_q48(S64_MIN), S64_MIN / 4);
}

static void test_ppt_survives_the_round_trip(struct kunit *test)
{
	u64 rng = 3;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		s64 ppt = random_s64(&rng) >> 14;

		KUNIT_ASSERT_EQ(test, cl_q48_to_ppt(cl_ppt_to_q48(ppt)), ppt);
	}
}

static void test_q48_to_ppt_rounds_to_nearest(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, cl_q48_to_ppt(140), 0);
	KUNIT_EXPECT_EQ(test, cl_q48_to_ppt(141), 1);
	KUNIT_EXPECT_EQ(test, cl_q48_to_ppt(-140), 0);
	KUNIT_EXPECT_EQ(test, cl_q48_to_ppt(-141), -1);
	KUNIT_EXPECT_EQ(test, cl_q48_to_ppt(S64_MAX), 32768000000000000LL);
}

static void test_scale_rounds_down(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, cl_scale(3, 1LL << 47), 1);
	KUNIT_EXPECT_EQ(test, cl_scale(-3, 1LL << 47), -2);
	KUNIT_EXPECT_EQ(test, cl_scale(S64_MAX, 1LL << 46), S64_MAX / 4);
	KUNIT_EXPECT_EQ(test, cl_scale(S64_MIN, 1LL << 46), S64_MIN / 4);
}

static void test_extremes_do_not_overflow(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, cl_abs_s64(S64_MIN), 1ULL << 63);
	KUNIT_EXPECT_EQ(test, cl_add_sat(U64_MAX, 1), U64_MAX);
	KUNIT_EXPECT_EQ(test, cl_add_sat(U64_MAX - 1, 1), U64_MAX);
	KUNIT_EXPECT_EQ(test, cl_add_sat(1, 2), 3ULL);
	KUNIT_EXPECT_EQ(test, cl_clamp_s64(5, -1, 1), 1);
	KUNIT_EXPECT_EQ(test, cl_clamp_s64(-5, -1, 1), -1);
	KUNIT_EXPECT_EQ(test, cl_clamp_s64(0, -1, 1), 0);
}

static struct kunit_case fixed_cases[] = {
	KUNIT_CASE(test_shl_div_random_is_exact),
	KUNIT_CASE(test_shl_div_edges_are_exact),
	KUNIT_CASE(test_shl_div_is_the_slow_one),
	KUNIT_CASE(test_shl_div_rounds_towards_zero),
	KUNIT_CASE(test_shl_div_overflow_saturates),
	KUNIT_CASE(test_ratio_is_a_quotient),
	KUNIT_CASE(test_isqrt_is_floor_of_root),
	KUNIT_CASE(test_isqrt_changes_at_squares),
	KUNIT_CASE(test_ppt_to_q48_rounds_to_nearest),
	KUNIT_CASE(test_ppt_survives_the_round_trip),
	KUNIT_CASE(test_q48_to_ppt_rounds_to_nearest),
	KUNIT_CASE(test_scale_rounds_down),
	KUNIT_CASE(test_extremes_do_not_overflow),
	{}
};

static struct kunit_suite fixed_suite = {
	.name = "cl_fixed",
	.test_cases = fixed_cases,
};

kunit_test_suite(fixed_suite);
