// SPDX-License-Identifier: GPL-2.0-or-later
#include <kunit/test.h>

#include "core/clock.h"
#include "random.h"

#define PPM (CL_PPT / 1000000)

static struct cl_clock make_clock(s64 rate_ppt, s64 slew_ppt, s64 slew_ns)
{
	return (struct cl_clock){
		.map = { cl_raw(1000), cl_time(1900000000000000000LL),
			 cl_ppt_to_q48(rate_ppt) },
		.slew_q48 = cl_ppt_to_q48(slew_ppt),
		.slew_ns = slew_ns,
	};
}

static struct cl_clock random_clock(u64 *rng)
{
	struct cl_clock c = make_clock(0, 0, 0);

	c.map.raw.ns = random_s64(rng) >> 2;
	c.map.time.ns = random_s64(rng) >> 2;
	c.map.rate_q48 = random_s64(rng) >> 17;
	c.slew_q48 = random_s64(rng) >> 17;
	c.slew_ns = cl_max_s64(random_s64(rng) >> 20, 0);
	return c;
}

static s64 read_after(const struct cl_clock *c, s64 d)
{
	return cl_time_sub(cl_clock_at(c, cl_raw_add(c->map.raw, d)),
			   c->map.time);
}

static void test_reading_is_line_plus_slew(struct kunit *test)
{
	const s64 n = 1 << 20;
	struct cl_clock c = make_clock(0, 0, n);

	c.map.rate_q48 = 1LL << 34; /* 64 ns in 2^20 */
	c.slew_q48 = 1LL << 36; /* 256 ns in 2^20 */
	KUNIT_EXPECT_EQ(test, read_after(&c, 0), 0);
	KUNIT_EXPECT_EQ(test, read_after(&c, n / 2), n / 2 + 32 + 128);
	KUNIT_EXPECT_EQ(test, read_after(&c, n), n + 64 + 256);
	/* beyond the slew only the rate goes on, before the anchor both do */
	KUNIT_EXPECT_EQ(test, read_after(&c, 2 * n), 2 * n + 128 + 256);
	KUNIT_EXPECT_EQ(test, read_after(&c, -n), -n - 64 - 256);
	c.slew_q48 = -c.slew_q48;
	KUNIT_EXPECT_EQ(test, read_after(&c, 2 * n), 2 * n + 128 - 256);
}

static void test_successive_readings_never_step_back(struct kunit *test)
{
	u64 rng = 1;
	int i, n;

	for (i = 0; i < 2000; i++) {
		struct cl_clock c = random_clock(&rng);
		s64 d = random_s64(&rng) >> 4;
		s64 before = read_after(&c, d);

		/* also across the end of the slew */
		if (i & 1)
			d = c.slew_ns - 50;
		before = read_after(&c, d);
		for (n = 0; n < 100; n++) {
			s64 now = read_after(&c, ++d);

			KUNIT_ASSERT_TRUE(test, now >= before);
			KUNIT_ASSERT_TRUE(test, now <= before + 2);
			before = now;
		}
	}
}

static void test_slew_left_is_what_is_still_added(struct kunit *test)
{
	struct cl_clock c = make_clock(20 * PPM, 100 * PPM, CL_NS_PER_SEC);
	struct cl_raw raw = c.map.raw;

	KUNIT_EXPECT_EQ(test, cl_clock_slew_left(&c, raw), 100000);
	raw = cl_raw_add(raw, CL_NS_PER_SEC / 4);
	KUNIT_EXPECT_EQ(test, cl_clock_slew_left(&c, raw), 75000);
	raw = cl_raw_add(raw, CL_NS_PER_SEC);
	KUNIT_EXPECT_EQ(test, cl_clock_slew_left(&c, raw), 0);

	c = make_clock(0, -100 * PPM, CL_NS_PER_SEC);
	KUNIT_EXPECT_EQ(test, cl_clock_slew_left(&c, c.map.raw), -100000);
	/* rounded away from zero */
	c = make_clock(0, 3, CL_NS_PER_SEC);
	KUNIT_EXPECT_EQ(test, cl_clock_slew_left(&c, c.map.raw), 1);
	c = make_clock(0, -3, CL_NS_PER_SEC);
	KUNIT_EXPECT_EQ(test, cl_clock_slew_left(&c, c.map.raw), -1);
}

static void test_rebase_keeps_every_later_reading(struct kunit *test)
{
	u64 rng = 2;
	int i, n;

	for (i = 0; i < 5000; i++) {
		struct cl_clock c = random_clock(&rng);
		struct cl_clock r = c;
		struct cl_raw raw =
			cl_raw_add(c.map.raw, random_s64(&rng) >> 4);

		cl_clock_rebase(&r, raw);
		KUNIT_ASSERT_EQ(test, r.map.raw.ns, raw.ns);
		KUNIT_ASSERT_EQ(test, r.map.time.ns, cl_clock_at(&c, raw).ns);
		KUNIT_ASSERT_EQ(test, r.map.rate_q48, c.map.rate_q48);
		KUNIT_ASSERT_TRUE(test, r.frac_q48 < 1ULL << 48);
		for (n = 0; n < 20; n++) {
			s64 d = (random_s64(&rng) & S64_MAX) >> 4;
			struct cl_raw later = cl_raw_add(raw, d);
			s64 step = cl_time_sub(cl_clock_at(&r, later),
					       cl_clock_at(&c, later));

			/* less by the fraction of a ns that was cut off */
			KUNIT_ASSERT_TRUE(test, step == 0 || step == -1);
		}
	}
}

static void test_rebase_is_no_step_back(struct kunit *test)
{
	u64 rng = 3;
	int i;

	for (i = 0; i < 20000; i++) {
		struct cl_clock c = random_clock(&rng);
		struct cl_raw raw =
			cl_raw_add(c.map.raw, random_s64(&rng) >> 4);
		struct cl_time before = cl_clock_at(&c, raw);

		cl_clock_rebase(&c, raw);
		KUNIT_ASSERT_TRUE(test, cl_time_sub(cl_clock_at(&c, raw),
						    before) >= 0);
		before = cl_clock_at(&c, raw);
		raw = cl_raw_add(raw, random_below(&rng, 5));
		cl_clock_rebase(&c, raw);
		KUNIT_ASSERT_TRUE(test, cl_time_sub(cl_clock_at(&c, raw),
						    before) >= 0);
	}
}

static void test_a_million_rebases_do_not_drift(struct kunit *test)
{
	/* The rate is chosen so that each second ends at 0.99 ns. */
	struct cl_clock c = make_clock(19999990, 0, 0);
	struct cl_clock exact = c;
	struct cl_raw raw = c.map.raw;
	int i;

	for (i = 0; i < 1000000; i++) {
		raw = cl_raw_add(raw, CL_NS_PER_SEC / 10);
		cl_clock_rebase(&c, raw);
	}
	KUNIT_EXPECT_EQ(test, cl_clock_at(&c, raw).ns,
			cl_clock_at(&exact, raw).ns);
}

static void test_rebase_within_slew_shortens_it(struct kunit *test)
{
	struct cl_clock c = make_clock(0, 100 * PPM, CL_NS_PER_SEC);

	cl_clock_rebase(&c, cl_raw_add(c.map.raw, CL_NS_PER_SEC / 4));
	KUNIT_EXPECT_EQ(test, c.slew_ns, 3 * CL_NS_PER_SEC / 4);
	KUNIT_EXPECT_EQ(test, c.slew_q48, cl_ppt_to_q48(100 * PPM));
	cl_clock_rebase(&c, cl_raw_add(c.map.raw, CL_NS_PER_SEC));
	KUNIT_EXPECT_EQ(test, c.slew_ns, 0);
	KUNIT_EXPECT_EQ(test, c.slew_q48, 0);
}

static void expect_when(struct kunit *test, const struct cl_clock *c,
			struct cl_time t)
{
	struct cl_raw raw = cl_clock_when(c, t);

	KUNIT_ASSERT_TRUE(test, cl_time_sub(cl_clock_at(c, raw), t) >= 0);
	raw = cl_raw_add(raw, -1);
	KUNIT_ASSERT_TRUE(test, cl_time_sub(cl_clock_at(c, raw), t) < 0);
}

static void test_when_is_the_first_instant(struct kunit *test)
{
	u64 rng = 4;
	int i;

	for (i = 0; i < 20000; i++) {
		struct cl_clock c = random_clock(&rng);
		struct cl_raw end = cl_raw_add(c.map.raw, c.slew_ns - 2);
		struct cl_time t;

		t = cl_time_add(c.map.time, random_s64(&rng) >> 3);
		expect_when(test, &c, t);
		/* around the end of the slew */
		end = cl_raw_add(end, random_below(&rng, 5));
		expect_when(test, &c, cl_clock_at(&c, end));
	}
}

static void test_when_of_a_plain_clock_is_exact(struct kunit *test)
{
	struct cl_clock c = make_clock(0, 0, 0);

	KUNIT_EXPECT_EQ(test,
			cl_clock_when(&c, cl_time_add(c.map.time, 12345)).ns,
			c.map.raw.ns + 12345);
	KUNIT_EXPECT_EQ(test,
			cl_clock_when(&c, cl_time_add(c.map.time, -12345)).ns,
			c.map.raw.ns - 12345);
}

static struct kunit_case clock_cases[] = {
	KUNIT_CASE(test_reading_is_line_plus_slew),
	KUNIT_CASE(test_successive_readings_never_step_back),
	KUNIT_CASE(test_slew_left_is_what_is_still_added),
	KUNIT_CASE(test_rebase_keeps_every_later_reading),
	KUNIT_CASE(test_rebase_is_no_step_back),
	KUNIT_CASE(test_a_million_rebases_do_not_drift),
	KUNIT_CASE(test_rebase_within_slew_shortens_it),
	KUNIT_CASE(test_when_is_the_first_instant),
	KUNIT_CASE(test_when_of_a_plain_clock_is_exact),
	{}
};

static struct kunit_suite clock_suite = {
	.name = "cl_clock",
	.test_cases = clock_cases,
};

kunit_test_suite(clock_suite);
