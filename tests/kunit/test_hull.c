// SPDX-License-Identifier: GPL-2.0-or-later
#include <kunit/test.h>

#include "core/fixed.h"
#include "core/hull.h"
#include "hull_vectors.inc"
#include "random.h"

/* Too large for a kernel stack. */
static struct cl_hull hull;
static struct cl_hull before;

/* Where the definition says that the line of @side begins in the other chain. */
static s32 foot(enum cl_hull_side side)
{
	const struct cl_hull_chain *c = &hull.chain[!side];
	const struct cl_hull_line *line = &hull.line[side];
	u32 i;

	for (i = 0; line->has_from && i < c->n; i++)
		if (c->p[i].x == line->from.x && c->p[i].y == line->from.y)
			return (s32)i;
	return -1;
}

static void expect_feet(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, hull.line[CL_HULL_FORTH].foot,
			foot(CL_HULL_FORTH));
	KUNIT_ASSERT_EQ(test, hull.line[CL_HULL_BACK].foot, foot(CL_HULL_BACK));
}

static void expect_bound(struct kunit *test, const struct cl_hull_bound *b,
			 const s64 want[4], size_t row)
{
	KUNIT_ASSERT_EQ_MSG(test, b->dy, want[0], "row %zu", row);
	KUNIT_ASSERT_EQ_MSG(test, b->dx, want[1], "row %zu", row);
	KUNIT_ASSERT_EQ_MSG(test, b->at.x, want[2], "row %zu", row);
	KUNIT_ASSERT_EQ_MSG(test, b->at.y, want[3], "row %zu", row);
}

/* Take one row of the vectors; the first of a stream begins anew. */
static void take(struct kunit *test, size_t i)
{
	const s64 *v = hull_vectors[i];

	if (!i || hull_vectors[i - 1][0] != v[0])
		cl_hull_init(&hull);
	KUNIT_ASSERT_EQ(test,
			cl_hull_add(&hull, (enum cl_hull_side)v[1], v[2], v[3]),
			0);
}

static void test_state_after_every_point_is_exact(struct kunit *test)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(hull_vectors); i++) {
		const s64 *v = hull_vectors[i];

		take(test, i);
		KUNIT_ASSERT_EQ_MSG(test, (s64)hull.quality, v[4], "row %zu",
				    i);
		KUNIT_ASSERT_EQ_MSG(test, (s64)hull.chain[CL_HULL_FORTH].n,
				    v[5], "row %zu", i);
		KUNIT_ASSERT_EQ_MSG(test, (s64)hull.chain[CL_HULL_BACK].n, v[6],
				    "row %zu", i);
		KUNIT_ASSERT_EQ_MSG(test, (s64)hull.qualified, v[7], "row %zu",
				    i);
		expect_bound(test, &hull.bound[CL_HULL_FORTH], &v[8], i);
		expect_bound(test, &hull.bound[CL_HULL_BACK], &v[12], i);
		KUNIT_ASSERT_EQ_MSG(test, cl_hull_freq_ppt(&hull), v[16],
				    "row %zu", i);
		KUNIT_ASSERT_EQ_MSG(test, cl_hull_offset(&hull, v[2]), v[17],
				    "row %zu", i);
		KUNIT_ASSERT_EQ(test, hull.dropped, 0ULL);
		expect_feet(test);
	}
}

/* num / den, den < 2^60, and decimal digits of what remains. */
static u64 divide(__uint128_t num, u64 den, u8 *digits, int n)
{
	u64 q = 0;
	u64 r = 0;
	int i;

	for (i = 127; i >= 0; i--) {
		r = r << 1 | (u64)(num >> i & 1);
		q <<= 1;
		if (r >= den) {
			r -= den;
			q |= 1;
		}
	}
	for (i = 0; i < n; i++) {
		r *= 10;
		digits[i] = (u8)('0' + r / den);
		r %= den;
	}
	return q;
}

/*
 * The published result of the traces is time of the reference = slope * time of
 * the other host + offset; here a = num / (2 den), a x0 + b = y0 + rest / (2 den).
 * Its last digits, 4 of the slope and 688298171 of the offset, come from rounding
 * to 34 digits in between; the exact quotient continues with 6.
 */
static void test_traces_give_the_published_result(struct kunit *test)
{
	static const char slope[] = "999941378370313901105684583116839";
	static const char offset[] = "33347660124688";
	const struct cl_hull_bound *b = hull.bound;
	__int128 rest, whole;
	s64 num, den;
	u8 digits[33];
	u64 quotient;
	size_t i;

	for (i = 0; !hull_vectors[i][0]; i++)
		take(test, i);
	KUNIT_EXPECT_EQ(test, hull.points, 46ULL);
	KUNIT_EXPECT_EQ(test, hull.qualified, 25ULL);
	KUNIT_EXPECT_EQ(test, hull.quality, CL_HULL_ACCURATE);
	KUNIT_EXPECT_EQ(test, hull.chain[CL_HULL_FORTH].n, 4U);
	KUNIT_EXPECT_EQ(test, hull.chain[CL_HULL_BACK].n, 4U);
	/* 0.0054 */
	KUNIT_EXPECT_EQ(test,
			(cl_hull_accuracy_ppt(&hull) + 50000000) / 100000000,
			54LL);

	den = b[0].dx * b[1].dx;
	num = b[0].dy * b[1].dx + b[1].dy * b[0].dx;
	quotient = divide((__uint128_t)den * 2, (u64)num, digits, 33);
	KUNIT_EXPECT_EQ(test, quotient, 0ULL);
	KUNIT_EXPECT_TRUE(test, !memcmp(digits, slope, 33));

	rest = (__int128)b[1].dx * (b[0].at.y * b[0].dx - b[0].dy * b[0].at.x) +
	       (__int128)b[0].dx * (b[1].at.y * b[1].dx - b[1].dy * b[1].at.x);
	whole = (__int128)hull.x0 * num - (__int128)hull.y0 * 2 * den - rest;
	KUNIT_EXPECT_TRUE(test, whole > 0);
	quotient = divide((__uint128_t)whole, (u64)num, digits, 14);
	KUNIT_EXPECT_EQ(test, quotient, 79796507913179ULL);
	KUNIT_EXPECT_TRUE(test, !memcmp(digits, offset, 14));
}

static void test_steps_per_point_are_bounded(struct kunit *test)
{
	u64 last = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(hull_vectors); i++) {
		if (i && hull_vectors[i - 1][0] != hull_vectors[i][0])
			last = 0;
		take(test, i);
		KUNIT_ASSERT_LE_MSG(test, hull.steps - last,
				    6ULL * CL_HULL_POINTS, "row %zu", i);
		last = hull.steps;
	}
}

/* Many points are equal or on one line, and in no order: chains get full. */
static void test_foot_is_first_equal_vertex(struct kunit *test)
{
	u64 dropped = 0;
	u64 seed;
	int i;

	for (seed = 0; seed < 1000; seed++) {
		u64 state = seed;
		u32 size = 2 + random_below(&state, 100);
		u32 others = 2 + random_below(&state, 200);

		cl_hull_init(&hull);
		for (i = 0; i < 300; i++) {
			u32 side = !random_below(&state, 20);
			s64 x = random_below(&state, size);
			s64 off = random_below(&state, others) ?
					  0 :
					  random_below(&state, 9) - 4LL;

			cl_hull_add(&hull, (enum cl_hull_side)side, x, x + off);
			expect_feet(test);
		}
		dropped += hull.dropped;
	}
	KUNIT_EXPECT_GT(test, dropped, 0ULL);
}

#define MS CL_NS_PER_MS
/* The other clock of the streams below runs fast by 1 / FAST. */
#define FAST 20000

/* A message of a straight line: the other clock is 7 s ahead and fast. */
static int message(enum cl_hull_side side, s64 sent, s64 way)
{
	s64 x = side == CL_HULL_FORTH ? sent : sent + way;
	s64 at = side == CL_HULL_FORTH ? sent + way : sent;

	return cl_hull_add(&hull, side, x, 7 * CL_NS_PER_SEC + at + at / FAST);
}

/* The true slope is between both bounds. */
static void expect_corridor(struct kunit *test)
{
	const struct cl_hull_bound *max = &hull.bound[CL_HULL_FORTH];
	const struct cl_hull_bound *min = &hull.bound[CL_HULL_BACK];

	KUNIT_ASSERT_TRUE(test, (max->dy - max->dx) * FAST >= max->dx);
	KUNIT_ASSERT_TRUE(test, (min->dy - min->dx) * FAST <= min->dx);
}

/* n messages, one each ms, of exponential delay: mean 30 ms over 20 ms. */
static void random_messages(struct kunit *test, u32 n, u64 seed)
{
	u32 i;

	cl_hull_init(&hull);
	for (i = 0; i < n; i++) {
		s64 way = 20 * MS + (30 * MS * random_exp_q16(&seed) >> 16);

		message((enum cl_hull_side)random_below(&seed, 2), i * MS, way);
		KUNIT_ASSERT_LE_MSG(test, hull.steps, 3ULL * i + 100,
				    "point %u", i);
		if (hull.quality == CL_HULL_ACCURATE)
			expect_corridor(test);
	}
}

/* As many steps for each of 100000 points as for each of 1000. */
static void test_steps_do_not_grow_with_the_stream(struct kunit *test)
{
	random_messages(test, 100000, 1);
	KUNIT_EXPECT_EQ(test, hull.quality, CL_HULL_ACCURATE);
	KUNIT_EXPECT_EQ(test, hull.dropped, 0ULL);
	KUNIT_EXPECT_LE(test, hull.chain[CL_HULL_FORTH].n, 32U);
	KUNIT_EXPECT_LE(test, hull.chain[CL_HULL_BACK].n, 32U);
	/* 1 ppm after 100 s */
	KUNIT_EXPECT_LE(test,
			cl_abs_s64(cl_hull_freq_ppt(&hull) - CL_PPT / FAST),
			1000000ULL);
}

/* In the order of departure: those that are overtaken come late. */
static void test_late_points_keep_the_corridor(struct kunit *test)
{
	u64 seed;

	for (seed = 0; seed < 20; seed++) {
		random_messages(test, 1000, seed);
		KUNIT_EXPECT_EQ(test, hull.quality, CL_HULL_ACCURATE);
		KUNIT_EXPECT_GT(test, hull.late, 0ULL);
	}
}

/* Backwards: any pair of points bounds the slope, however bad the order. */
static void test_reversed_order_keeps_the_corridor(struct kunit *test)
{
	u64 seed = 5;
	u32 i;

	cl_hull_init(&hull);
	for (i = 2000; i-- > 0;) {
		message((enum cl_hull_side)(i % 2), i * MS,
			20 * MS + random_below(&seed, 30 * MS));
		KUNIT_ASSERT_TRUE(test, hull.quality != CL_HULL_FAIL);
		if (hull.quality == CL_HULL_ACCURATE)
			expect_corridor(test);
		KUNIT_ASSERT_LE_MSG(test, hull.chain[0].n + hull.chain[1].n,
				    2U * CL_HULL_POINTS, "point %u", i);
	}
	KUNIT_EXPECT_GT(test, hull.late, 0ULL);
}

static void test_fail_stays_with_the_last_good_line(struct kunit *test)
{
	u32 i;

	cl_hull_init(&hull);
	for (i = 0; i < 20; i++)
		message((enum cl_hull_side)(i % 2), i * MS, MS);
	KUNIT_EXPECT_EQ(test, hull.quality, CL_HULL_ACCURATE);
	before = hull;
	/* Received 50 ms before it was sent. */
	message(CL_HULL_FORTH, 20 * MS, -50 * MS);
	KUNIT_EXPECT_EQ(test, hull.quality, CL_HULL_FAIL);
	for (i = 21; i < 500; i++)
		message((enum cl_hull_side)(i % 2), i * MS, MS);
	KUNIT_EXPECT_EQ(test, hull.quality, CL_HULL_FAIL);
	KUNIT_EXPECT_TRUE(test, !memcmp(hull.bound, before.bound,
					sizeof(hull.bound)));
	KUNIT_EXPECT_EQ(test, cl_hull_offset(&hull, 0),
			cl_hull_offset(&before, 0));
}

static void run_overflow(struct kunit *test, s64 bend)
{
	s64 i;

	cl_hull_init(&hull);
	for (i = 0; i < 2000; i++) {
		s64 way = 50 * MS + bend * (i - 1000) * (i - 1000);

		/* The line rests on one of the vertices, from the 200th on. */
		if (i >= 200 && !(i % 50))
			message(CL_HULL_BACK, i * MS, 60 * MS + 1);
		message(CL_HULL_FORTH, i * MS, way);
		KUNIT_ASSERT_LE_MSG(test, hull.chain[CL_HULL_FORTH].n,
				    (u32)CL_HULL_POINTS, "point %lld",
				    (long long)i);
		KUNIT_ASSERT_LE_MSG(test, hull.steps, 6ULL * hull.points + 100,
				    "point %lld", (long long)i);
		KUNIT_ASSERT_TRUE(test, hull.quality != CL_HULL_FAIL);
		if (hull.quality == CL_HULL_ACCURATE)
			expect_corridor(test);
	}
	KUNIT_EXPECT_EQ(test, hull.quality, CL_HULL_ACCURATE);
	KUNIT_EXPECT_GT(test, hull.dropped, 0ULL);
}

/* On a straight line, and on a parabola, every point is a vertex. */
static void test_full_chain_drops_and_stays_valid(struct kunit *test)
{
	run_overflow(test, 0);
	run_overflow(test, 40);
}

static void test_thinned_chain_begins_and_ends_as_before(struct kunit *test)
{
	const struct cl_hull_chain *c = &hull.chain[CL_HULL_FORTH];
	s64 i;

	cl_hull_init(&hull);
	for (i = 0; i < CL_HULL_POINTS; i++)
		cl_hull_add(&hull, CL_HULL_FORTH, i, i * i);
	KUNIT_EXPECT_EQ(test, hull.dropped, 0ULL);
	KUNIT_EXPECT_EQ(test, c->n, (u32)CL_HULL_POINTS);
	cl_hull_add(&hull, CL_HULL_FORTH, i, i * i);
	KUNIT_EXPECT_EQ(test, hull.quality, CL_HULL_INCOMPLETE);
	KUNIT_EXPECT_EQ(test, hull.dropped, CL_HULL_POINTS / 2 - 1ULL);
	KUNIT_EXPECT_EQ(test, c->n, CL_HULL_POINTS / 2 + 2U);
	KUNIT_EXPECT_EQ(test, c->p[0].x, 0LL);
	KUNIT_EXPECT_EQ(test, c->p[c->n - 2].x, CL_HULL_POINTS - 1LL);
	KUNIT_EXPECT_EQ(test, c->p[c->n - 1].x, (s64)CL_HULL_POINTS);
}

static void test_far_stamps_are_refused(struct kunit *test)
{
	static const s64 far[] = { S64_MAX, S64_MIN, CL_HULL_SPAN + 5,
				   5 - CL_HULL_SPAN };
	unsigned int i;

	cl_hull_init(&hull);
	KUNIT_EXPECT_EQ(test, cl_hull_add(&hull, CL_HULL_FORTH, 5, 5), 0);
	before = hull;
	for (i = 0; i < ARRAY_SIZE(far); i++) {
		KUNIT_EXPECT_EQ(test,
				cl_hull_add(&hull, CL_HULL_BACK, far[i], 5),
				-ERANGE);
		KUNIT_EXPECT_EQ(test,
				cl_hull_add(&hull, CL_HULL_FORTH, 5, far[i]),
				-ERANGE);
	}
	KUNIT_EXPECT_EQ(test, hull.refused, 2ULL * ARRAY_SIZE(far));
	hull.refused = 0;
	KUNIT_EXPECT_TRUE(test, !memcmp(&hull, &before, sizeof(hull)));
}

/* The largest numbers there are: nothing overflows, results saturate. */
static void test_extreme_stamps_are_safe(struct kunit *test)
{
	const s64 edge = CL_HULL_SPAN - 1;

	cl_hull_init(&hull);
	KUNIT_EXPECT_EQ(test, cl_hull_freq_ppt(&hull), 0LL);
	KUNIT_EXPECT_EQ(test, cl_hull_accuracy_ppt(&hull), 0LL);
	KUNIT_EXPECT_EQ(test, cl_hull_offset(&hull, 1), 0LL);
	cl_hull_add(&hull, CL_HULL_FORTH, 0, 0);
	cl_hull_add(&hull, CL_HULL_BACK, -edge, -edge);
	cl_hull_add(&hull, CL_HULL_FORTH, -edge + 1, edge);
	cl_hull_add(&hull, CL_HULL_FORTH, edge, edge);
	cl_hull_add(&hull, CL_HULL_BACK, edge, -edge);
	KUNIT_EXPECT_EQ(test, hull.quality, CL_HULL_ACCURATE);
	KUNIT_EXPECT_EQ(test, hull.bound[CL_HULL_FORTH].dx, 2 * edge);
	KUNIT_EXPECT_EQ(test, hull.bound[CL_HULL_FORTH].dy, 2 * edge);
	KUNIT_EXPECT_EQ(test, cl_hull_offset(&hull, S64_MAX),
			cl_hull_offset(&hull, CL_HULL_SPAN));

	/* A slope of 2^61. */
	cl_hull_init(&hull);
	cl_hull_add(&hull, CL_HULL_BACK, 0, 0);
	cl_hull_add(&hull, CL_HULL_FORTH, 1, edge);
	cl_hull_add(&hull, CL_HULL_BACK, 2, 1);
	KUNIT_EXPECT_GT(test, cl_hull_freq_ppt(&hull), 0LL);
	KUNIT_EXPECT_GT(test, cl_hull_accuracy_ppt(&hull), 0LL);
	KUNIT_EXPECT_LT(test, cl_hull_offset(&hull, S64_MIN), 0LL);
}

/* Slopes of 1 +- 1e7 and 2e7: 1e19 and 2e19 are too many 1e-12. */
static void test_steep_lines_saturate(struct kunit *test)
{
	s64 k;

	for (k = 10000000; k <= 20000000; k += 10000000) {
		cl_hull_init(&hull);
		cl_hull_add(&hull, CL_HULL_BACK, 0, 0);
		cl_hull_add(&hull, CL_HULL_BACK, 1, -5);
		cl_hull_add(&hull, CL_HULL_FORTH, 1, 1 + k);
		KUNIT_EXPECT_EQ(test, hull.quality, CL_HULL_APPROXIMATE);
		KUNIT_EXPECT_EQ(test, cl_hull_freq_ppt(&hull), S64_MAX / 2);
		KUNIT_EXPECT_EQ(test, cl_hull_accuracy_ppt(&hull), S64_MAX);

		cl_hull_init(&hull);
		cl_hull_add(&hull, CL_HULL_FORTH, 0, 0);
		cl_hull_add(&hull, CL_HULL_FORTH, 1, 5);
		cl_hull_add(&hull, CL_HULL_BACK, 1, 1 - k);
		KUNIT_EXPECT_EQ(test, hull.quality, CL_HULL_APPROXIMATE);
		KUNIT_EXPECT_EQ(test, cl_hull_freq_ppt(&hull), S64_MIN / 2);
		KUNIT_EXPECT_EQ(test, cl_hull_accuracy_ppt(&hull), S64_MAX);
	}
}

static struct kunit_case hull_cases[] = {
	KUNIT_CASE(test_state_after_every_point_is_exact),
	KUNIT_CASE(test_traces_give_the_published_result),
	KUNIT_CASE(test_steps_per_point_are_bounded),
	KUNIT_CASE(test_foot_is_first_equal_vertex),
	KUNIT_CASE(test_steps_do_not_grow_with_the_stream),
	KUNIT_CASE(test_late_points_keep_the_corridor),
	KUNIT_CASE(test_reversed_order_keeps_the_corridor),
	KUNIT_CASE(test_fail_stays_with_the_last_good_line),
	KUNIT_CASE(test_full_chain_drops_and_stays_valid),
	KUNIT_CASE(test_thinned_chain_begins_and_ends_as_before),
	KUNIT_CASE(test_far_stamps_are_refused),
	KUNIT_CASE(test_extreme_stamps_are_safe),
	KUNIT_CASE(test_steep_lines_saturate),
	{}
};

static struct kunit_suite hull_suite = {
	.name = "cl_hull",
	.test_cases = hull_cases,
};

kunit_test_suite(hull_suite);
