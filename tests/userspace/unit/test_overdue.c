// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/core/overdue.h"
#include "unit.h"

#define MS CL_NS_PER_MS
#define S CL_NS_PER_SEC

static void test_nobody_is_asked_before_the_first_update(void **state)
{
	struct cl_overdue o;

	(void)state;
	cl_overdue_init(&o);
	assert_true(cl_overdue_deadline(&o) == CL_OVERDUE_NEVER);
	assert_false(cl_overdue_run(&o, 1000 * S, 1));
}

static void test_a_late_update_is_asked_for_once(void **state)
{
	struct cl_overdue o;

	(void)state;
	cl_overdue_init(&o);
	cl_overdue_update(&o, 7 * S, 1, 100 * MS);
	assert_true(cl_overdue_deadline(&o) == 7 * S + 150 * MS);
	assert_false(cl_overdue_run(&o, 7 * S + 150 * MS - 1, 1));
	assert_true(cl_overdue_run(&o, 7 * S + 150 * MS, 1));
	assert_false(cl_overdue_run(&o, 7 * S + 150 * MS, 1));
	assert_false(cl_overdue_run(&o, 100 * S, 1));
	assert_true(cl_overdue_deadline(&o) == CL_OVERDUE_NEVER);
}

static void test_each_update_begins_anew(void **state)
{
	struct cl_overdue o;

	(void)state;
	cl_overdue_init(&o);
	for (s64 now = 0; now < 10 * S; now += 100 * MS) {
		assert_false(cl_overdue_run(&o, now, 1));
		cl_overdue_update(&o, now, 1, 100 * MS);
	}
	assert_true(cl_overdue_run(&o, 10 * S + 50 * MS, 1));
	cl_overdue_update(&o, 11 * S, 1, 100 * MS);
	assert_false(cl_overdue_run(&o, 11 * S + 149 * MS, 1));
	assert_true(cl_overdue_run(&o, 11 * S + 151 * MS, 1));
}

static void test_another_leader_owes_nothing(void **state)
{
	struct cl_overdue o;

	(void)state;
	cl_overdue_init(&o);
	cl_overdue_update(&o, 0, 1, 100 * MS);
	assert_false(cl_overdue_run(&o, 10 * S, 2));
	assert_false(cl_overdue_run(&o, 10 * S, 1));
	cl_overdue_update(&o, 20 * S, 2, 100 * MS);
	assert_true(cl_overdue_run(&o, 30 * S, 2));
}

static void test_patience_has_limits(void **state)
{
	struct cl_overdue o;

	(void)state;
	cl_overdue_update(&o, 0, 1, 1 * MS);
	assert_true(cl_overdue_deadline(&o) == 6 * MS);
	cl_overdue_update(&o, 0, 1, 10 * S);
	assert_true(cl_overdue_deadline(&o) == 11 * S);
	cl_overdue_update(&o, 0, 1, 0);
	assert_true(cl_overdue_deadline(&o) == 5 * MS);
	cl_overdue_update(&o, 5 * S, 1, U64_MAX);
	assert_true(cl_overdue_deadline(&o) == 1006 * S);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nobody_is_asked_before_the_first_update),
		cmocka_unit_test(test_a_late_update_is_asked_for_once),
		cmocka_unit_test(test_each_update_begins_anew),
		cmocka_unit_test(test_another_leader_owes_nothing),
		cmocka_unit_test(test_patience_has_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
