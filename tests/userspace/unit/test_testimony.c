// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>

#include "agent/core/testimony.h"
#include "unit.h"

#define HOUR CL_READMIT_CLEAN_NS

static const struct cl_testimony no_confidence = {
	.type = CL_TESTIMONY_NO_CONFIDENCE,
	.term = 0x01020304,
};

static const u8 no_confidence_bytes[] = { 1, 2, 3, 4 };

static const struct cl_testimony accuse = {
	.type = CL_TESTIMONY_ACCUSE,
	.node = 0x0a0b0c0d,
	.accusation = { 7, CL_RULE_PROOFS, -258, 257, 0x11121314 },
};

static const u8 accuse_bytes[] = {
	0x0a, 0x0b, 0x0c, 0x0d, /* node */
	2, /* rule */
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe, 0xfe, /* offset */
	0,    0,    0,	  0,	0,    0,    1,	  1, /* limit */
	0x11, 0x12, 0x13, 0x14, /* round */
};

/* The same, by as much as can be said. */
static const u8 most_bytes[] = {
	0x0a, 0x0b, 0x0c, 0x0d, /* node */
	2, /* rule */
	0x80, 0,    0,	  0,	0,    0,    0,	  0, /* offset */
	0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, /* limit */
	0x11, 0x12, 0x13, 0x14, /* round */
};

static const struct cl_testimony report = {
	.type = CL_TESTIMONY_REPORT,
	.node = 5,
	.report = { 7, 1, 1 + HOUR, 0x0102, 0x0102 },
};

static const u8 report_bytes[] = {
	0, 0, 0, 5, /* node */
	0, 0, 0, 0,    0,    0,	   0,	 1, /* since */
	0, 0, 3, 0x46, 0x30, 0xb8, 0xa0, 1, /* until */
	0, 0, 0, 0,    0,    0,	   1,	 2, /* worst */
	0, 0, 0, 0,    0,    0,	   1,	 2, /* limit */
};

static void check(const struct cl_testimony *t, const u8 *bytes, size_t len)
{
	u8 buf[CL_TESTIMONY_MAX];
	struct cl_testimony got;

	assert_int_equal(cl_testimony_encode(t, buf), len);
	assert_memory_equal(buf, bytes, len);
	assert_int_equal(cl_testimony_decode(&got, 7, t->type, bytes, len), 0);
	assert_memory_equal(&got, t, sizeof(got));
	/* one byte less, one more */
	assert_int_equal(cl_testimony_decode(&got, 7, t->type, bytes, len - 1),
			 -EINVAL);
	memset(buf, 0, sizeof(buf));
	memcpy(buf, bytes, len < sizeof(buf) ? len : sizeof(buf) - 1);
	if (len < sizeof(buf))
		assert_int_equal(cl_testimony_decode(&got, 7, t->type, buf,
						     len + 1),
				 -EINVAL);
}

static void test_bytes(void **state)
{
	(void)state;
	check(&no_confidence, no_confidence_bytes, sizeof(no_confidence_bytes));
	check(&accuse, accuse_bytes, sizeof(accuse_bytes));
	check(&report, report_bytes, sizeof(report_bytes));
	assert_int_equal(sizeof(report_bytes), CL_TESTIMONY_MAX);
}

static void test_types(void **state)
{
	struct cl_testimony got;

	(void)state;
	assert_int_equal(cl_testimony_decode(&got, 7,
					     CL_TESTIMONY_NO_CONFIDENCE - 1,
					     no_confidence_bytes, 4),
			 -EINVAL);
	assert_int_equal(cl_testimony_decode(&got, 7, CL_TESTIMONY_FRAMES,
					     report_bytes,
					     sizeof(report_bytes)),
			 -EINVAL);
	assert_int_equal(cl_testimony_decode(&got, 7, CL_TESTIMONY_REPORT, NULL,
					     0),
			 -EINVAL);
}

/* The sender is who says it, and may not speak of itself. */
static void test_sender(void **state)
{
	struct cl_testimony got;

	(void)state;
	assert_int_equal(cl_testimony_decode(&got, 0x0a0b0c0d, accuse.type,
					     accuse_bytes,
					     sizeof(accuse_bytes)),
			 -EINVAL);
	assert_int_equal(cl_testimony_decode(&got, 5, report.type, report_bytes,
					     sizeof(report_bytes)),
			 -EINVAL);
	assert_int_equal(cl_testimony_decode(&got, 6, report.type, report_bytes,
					     sizeof(report_bytes)),
			 0);
	assert_int_equal(got.report.voter, 6);
}

static void bad(const struct cl_testimony *t)
{
	u8 buf[CL_TESTIMONY_MAX];

	assert_int_equal(cl_testimony_encode(t, buf), 0);
}

static void test_ranges_of_accusations(void **state)
{
	struct cl_testimony t = no_confidence;

	(void)state;
	t.term = 0;
	bad(&t);
	t = accuse;
	t.node = 0;
	bad(&t);
	t = accuse;
	t.node = CL_MEMBER_ID_MAX + 1;
	bad(&t);
	t = accuse;
	t.accusation.rule = 0;
	bad(&t);
	t.accusation.rule = CL_RULES;
	bad(&t);
	t = accuse;
	t.accusation.limit_ns = 258;
	bad(&t);
	t.accusation.offset_ns = S64_MIN;
	t.accusation.limit_ns = S64_MAX;
	check(&t, most_bytes, sizeof(most_bytes));
}

static void test_ranges_of_reports(void **state)
{
	struct cl_testimony t = report;

	(void)state;
	t.node = 0;
	bad(&t);
	t = report;
	t.report.voter = 5;
	bad(&t);
	t = report;
	t.report.since_ns = 0;
	bad(&t);
	t.report.since_ns = S64_MIN;
	bad(&t);
	t = report;
	t.report.until_ns--;
	bad(&t);
	t.report.until_ns = S64_MIN;
	bad(&t);
	t = report;
	t.report.worst_ns++;
	bad(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_types),
		cmocka_unit_test(test_sender),
		cmocka_unit_test(test_ranges_of_accusations),
		cmocka_unit_test(test_ranges_of_reports),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
