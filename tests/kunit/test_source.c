// SPDX-License-Identifier: GPL-2.0-or-later
#include <kunit/test.h>

#include "core/source.h"

static struct cl_source source;
static struct cl_raw now;

/* One packet each way; which of the stamps come. */
static bool use(bool sent, bool received)
{
	bool hardware;

	now = cl_raw_add(now, 100 * CL_NS_PER_MS);
	hardware = cl_source_hardware(&source, now);
	if (!hardware)
		return false;
	cl_source_asked(&source);
	if (sent)
		cl_source_sent(&source);
	cl_source_received(&source, received);
	return true;
}

static void start(void)
{
	now = cl_raw(1000);
	cl_source_init(&source);
}

static void test_hardware_while_stamps_come(struct kunit *test)
{
	int i, hardware = 0;

	start();
	for (i = 0; i < 100; i++)
		hardware += use(i & 3, i % 5 != 4);
	KUNIT_EXPECT_EQ(test, hardware, 100);
	KUNIT_EXPECT_EQ(test, source.fallbacks, 0ULL);
	KUNIT_EXPECT_EQ(test, source.lost, 25ULL + 20);
}

static void expect_fallback(struct kunit *test, bool sent, bool received)
{
	int i;

	start();
	for (i = 0; i < CL_SOURCE_MISSING_MAX; i++)
		KUNIT_ASSERT_TRUE(test, use(sent, received));
	KUNIT_EXPECT_FALSE(test, use(true, true));
	KUNIT_EXPECT_EQ(test, source.fallbacks, 1ULL);
	KUNIT_EXPECT_EQ(test, source.lost, (u64)CL_SOURCE_MISSING_MAX);
}

static void test_persistent_loss_falls_back(struct kunit *test)
{
	expect_fallback(test, false, true);
	expect_fallback(test, true, false);
}

static void test_returns_when_stamps_come_again(struct kunit *test)
{
	int i;

	expect_fallback(test, false, true);
	for (i = 1; i < 100; i++)
		KUNIT_EXPECT_FALSE(test, use(true, true));
	for (i = 0; i < 100; i++)
		KUNIT_ASSERT_TRUE(test, use(true, true));
	KUNIT_EXPECT_EQ(test, source.fallbacks, 1ULL);
	/* as patient as at the start */
	for (i = 0; i < CL_SOURCE_MISSING_MAX; i++)
		KUNIT_ASSERT_TRUE(test, use(false, true));
	KUNIT_EXPECT_FALSE(test, use(true, true));
}

static void test_another_try_costs_little(struct kunit *test)
{
	int i, used = 0;

	expect_fallback(test, true, false);
	for (i = 0; i < 1010; i++)
		used += use(true, false);
	KUNIT_EXPECT_EQ(test, used, 10 * CL_SOURCE_RETRY_MAX - 2);
	KUNIT_EXPECT_EQ(test, source.fallbacks, 10ULL);
}

static struct kunit_case source_cases[] = {
	KUNIT_CASE(test_hardware_while_stamps_come),
	KUNIT_CASE(test_persistent_loss_falls_back),
	KUNIT_CASE(test_returns_when_stamps_come_again),
	KUNIT_CASE(test_another_try_costs_little),
	{}
};

static struct kunit_suite source_suite = {
	.name = "cl_source",
	.test_cases = source_cases,
};

kunit_test_suite(source_suite);
