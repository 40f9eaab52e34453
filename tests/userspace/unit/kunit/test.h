/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The part of KUnit that the tests of the core use, on top of cmocka.  So one
 * source is a KUnit suite in the kernel and a cmocka program in user space.
 *
 * A failed expectation ends its case here, as a failed assertion does.
 */
#ifndef _CL_TESTS_KUNIT_TEST_H
#define _CL_TESTS_KUNIT_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* As in the kernel: an enum may be compared with its constants. */
#pragma GCC diagnostic ignored "-Wsign-compare"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/**
 * struct kunit - a running case
 * @name: its name
 */
struct kunit {
	const char *name;
};

struct kunit_case {
	void (*run_case)(struct kunit *test);
	const char *name;
};

struct kunit_suite {
	const char *name;
	struct kunit_case *test_cases;
};

/* The program's suite, for main(). */
extern const struct kunit_suite *const kunit_program_suite;

#define KUNIT_CASE(fn)                        \
	{                                     \
		.run_case = (fn), .name = #fn \
	}

#define kunit_test_suite(suite) \
	const struct kunit_suite *const kunit_program_suite = &(suite)

#define KUNIT_FAIL(test, ...)                      \
	do {                                       \
		print_error("%s: ", (test)->name); \
		print_error(__VA_ARGS__);          \
		print_error("\n");                 \
		_fail(__FILE__, __LINE__);         \
	} while (0)

#define KUNIT_COMPARE(test, left, op, right, ...)                         \
	do {                                                              \
		__typeof__(left) left_ = (left);                          \
		__typeof__(right) right_ = (right);                       \
		if (left_ op right_)                                      \
			break;                                            \
		print_error("%s %s %s: %lld, %lld\n", #left, #op, #right, \
			    (long long)left_, (long long)right_);         \
		KUNIT_FAIL(test, __VA_ARGS__);                            \
	} while (0)

#define KUNIT_EXPECT_EQ(test, a, b) KUNIT_COMPARE(test, a, ==, b, "expected")
#define KUNIT_EXPECT_NE(test, a, b) KUNIT_COMPARE(test, a, !=, b, "expected")
#define KUNIT_EXPECT_LT(test, a, b) KUNIT_COMPARE(test, a, <, b, "expected")
#define KUNIT_EXPECT_LE(test, a, b) KUNIT_COMPARE(test, a, <=, b, "expected")
#define KUNIT_EXPECT_GT(test, a, b) KUNIT_COMPARE(test, a, >, b, "expected")
#define KUNIT_EXPECT_TRUE(test, c) KUNIT_COMPARE(test, !!(c), ==, 1, "%s", #c)
#define KUNIT_EXPECT_FALSE(test, c) KUNIT_COMPARE(test, !!(c), ==, 0, "%s", #c)
#define KUNIT_EXPECT_STREQ(test, a, b) assert_string_equal(a, b)

#define KUNIT_ASSERT_EQ(test, a, b) KUNIT_EXPECT_EQ(test, a, b)
#define KUNIT_ASSERT_TRUE(test, c) KUNIT_EXPECT_TRUE(test, c)
#define KUNIT_ASSERT_EQ_MSG(test, a, b, ...) \
	KUNIT_COMPARE(test, a, ==, b, __VA_ARGS__)
#define KUNIT_ASSERT_LE_MSG(test, a, b, ...) \
	KUNIT_COMPARE(test, a, <=, b, __VA_ARGS__)
#define KUNIT_ASSERT_GE_MSG(test, a, b, ...) \
	KUNIT_COMPARE(test, a, >=, b, __VA_ARGS__)

#endif /* _CL_TESTS_KUNIT_TEST_H */
