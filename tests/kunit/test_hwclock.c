// SPDX-License-Identifier: GPL-2.0-or-later
#include <kunit/test.h>

#include "core/fixed.h"
#include "core/hwclock.h"

#define MS CL_NS_PER_MS
#define S CL_NS_PER_SEC

/* The device's clock is hours ahead of raw time and 50 ppm slow. */
#define PHC0 1700000000000000000LL
#define RATE_PPT 50000000LL

static struct cl_hwclock clock;

/* The true line at a raw instant. */
static struct cl_hwline line_of(s64 raw)
{
	s64 rate_q48 = cl_ppt_to_q48(RATE_PPT);

	return (struct cl_hwline){
		/* d phc = d raw (1 - rate), to 2.5e-9 of it */
		.phc_ns = PHC0 + raw - cl_scale(raw, rate_q48) +
			  cl_scale(cl_scale(raw, rate_q48), rate_q48),
		.raw = cl_raw(raw),
		.rate_q48 = rate_q48,
		.error_ns = 10,
		.expiry_ns = 2 * S,
	};
}

/* Raw time at which the clock has become usable, 100 ms between lines. */
static s64 start(void)
{
	struct cl_hwline line;
	s64 raw;

	clock = (struct cl_hwclock){};
	for (raw = 0; raw <= CL_HWCLOCK_STEADY * 100 * MS; raw += 100 * MS) {
		line = line_of(raw);
		cl_hwclock_take(&clock, &line);
	}
	return raw - 100 * MS;
}

static void test_lines_must_confirm_each_other_first(struct kunit *test)
{
	struct cl_hwline line;
	struct cl_raw raw;
	int i;

	clock = (struct cl_hwclock){};
	KUNIT_EXPECT_EQ(test, cl_hwclock_to_raw(&clock, 0, cl_raw(0), &raw),
			-EAGAIN);
	for (i = 0; i <= CL_HWCLOCK_STEADY; i++) {
		KUNIT_EXPECT_FALSE(test, cl_hwclock_usable(&clock, cl_raw(0)));
		line = line_of(i * 100 * MS);
		KUNIT_EXPECT_TRUE(test, cl_hwclock_take(&clock, &line));
	}
	KUNIT_EXPECT_TRUE(test, cl_hwclock_usable(&clock, line.raw));
	KUNIT_EXPECT_EQ(test, clock.breaks, 0ULL);
}

static void test_stamps_become_raw(struct kunit *test)
{
	struct cl_hwline line;
	s64 now = start(), t;
	struct cl_raw raw;

	for (t = now - S / 2; t < now + S / 2; t += 7 * MS + 1) {
		line = line_of(t);
		KUNIT_ASSERT_EQ(test,
				cl_hwclock_to_raw(&clock, line.phc_ns,
						  cl_raw(now), &raw),
				0);
		KUNIT_EXPECT_LE(test, cl_abs_s64(raw.ns - t), 2ULL);
	}
}

static void test_stamp_of_another_clock_is_refused(struct kunit *test)
{
	static const s64 far[] = { -2 * S, 2 * S, -PHC0, S64_MAX, S64_MIN };
	s64 now = start();
	struct cl_raw raw = cl_raw(42);
	unsigned int i;
	s64 phc;
	int err;

	for (i = 0; i < ARRAY_SIZE(far); i++) {
		phc = (s64)(PHC0 + (u64)now + (u64)far[i]);
		err = cl_hwclock_to_raw(&clock, phc, cl_raw(now), &raw);
		KUNIT_EXPECT_EQ(test, err, -ERANGE);
	}
	KUNIT_EXPECT_EQ(test, raw.ns, 42LL);
}

static void test_line_ends(struct kunit *test)
{
	s64 now = start();
	struct cl_hwline line = line_of(now + 3 * S);

	KUNIT_EXPECT_TRUE(test,
			  cl_hwclock_usable(&clock, cl_raw(now + 2 * S - 1)));
	KUNIT_EXPECT_FALSE(test,
			   cl_hwclock_usable(&clock, cl_raw(now + 2 * S)));
	/* nobody knows what was in between */
	KUNIT_EXPECT_FALSE(test, cl_hwclock_take(&clock, &line));
	KUNIT_EXPECT_FALSE(test, cl_hwclock_usable(&clock, line.raw));
}

static void test_step_is_noticed(struct kunit *test)
{
	/* 5 sigma of the difference are 70 ns, and 7 more for rounding */
	static const struct {
		s64 step_ns;
		bool agree;
	} steps[] = { { 0, true },	   { 60, true },    { -60, true },
		      { 100, false },	   { -100, false }, { S, false },
		      { -1000 * S, false } };
	struct cl_hwline line;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(steps); i++) {
		line = line_of(start() + 100 * MS);
		line.phc_ns += steps[i].step_ns;
		KUNIT_EXPECT_EQ(test, cl_hwclock_take(&clock, &line),
				steps[i].agree);
		KUNIT_EXPECT_EQ(test, cl_hwclock_usable(&clock, line.raw),
				steps[i].agree);
		KUNIT_EXPECT_EQ(test, clock.breaks,
				steps[i].agree ? 0ULL : 1ULL);
	}
}

static void test_steady_again_after_a_break(struct kunit *test)
{
	s64 now = start() + 100 * MS;
	struct cl_hwline line;
	int i;

	for (i = 0; i <= CL_HWCLOCK_STEADY; i++) {
		KUNIT_EXPECT_EQ(test, cl_hwclock_usable(&clock, cl_raw(now)),
				!i);
		line = line_of(now + i * 100 * MS);
		line.phc_ns += MS;
		KUNIT_EXPECT_EQ(test, cl_hwclock_take(&clock, &line), !!i);
	}
	KUNIT_EXPECT_TRUE(test, cl_hwclock_usable(&clock, line.raw));
	KUNIT_EXPECT_EQ(test, clock.breaks, 1ULL);
}

static struct kunit_case hwclock_cases[] = {
	KUNIT_CASE(test_lines_must_confirm_each_other_first),
	KUNIT_CASE(test_stamps_become_raw),
	KUNIT_CASE(test_stamp_of_another_clock_is_refused),
	KUNIT_CASE(test_line_ends),
	KUNIT_CASE(test_step_is_noticed),
	KUNIT_CASE(test_steady_again_after_a_break),
	{}
};

static struct kunit_suite hwclock_suite = {
	.name = "cl_hwclock",
	.test_cases = hwclock_cases,
};

kunit_test_suite(hwclock_suite);
