// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/daemon/guests.h"
#include "unit.h"

static void test_there_are_few(void **state)
{
	struct cl_guests g = { 0 };

	(void)state;
	for (u32 id = 1; id <= CL_GUESTS_MAX; id++)
		assert_true(cl_guests_admit(&g, id, id));
	assert_false(cl_guests_admit(&g, 99, 99));
	/* the same one again */
	assert_true(cl_guests_admit(&g, 99, 3));
	cl_guests_leave(&g, 77);
	assert_false(cl_guests_admit(&g, 99, 99));
	cl_guests_leave(&g, 3);
	assert_true(cl_guests_admit(&g, 99, 99));
	assert_false(cl_guests_admit(&g, 99, 3));
}

static void test_they_may_not_stay(void **state)
{
	struct cl_guests g = { 0 };

	(void)state;
	assert_int_equal(cl_guests_deadline(&g), CL_GUESTS_NEVER);
	cl_guests_admit(&g, 100, 1);
	cl_guests_admit(&g, 50, 2);
	/* coming again does not make it longer */
	cl_guests_admit(&g, 90, 2);
	assert_int_equal(cl_guests_deadline(&g), 50 + CL_GUESTS_STAY_NS);
	assert_int_equal(cl_guests_expired(&g, 49 + CL_GUESTS_STAY_NS), 0);
	assert_int_equal(cl_guests_expired(&g, 50 + CL_GUESTS_STAY_NS), 2);
	assert_int_equal(cl_guests_expired(&g, 50 + CL_GUESTS_STAY_NS), 0);
	assert_int_equal(cl_guests_deadline(&g), 100 + CL_GUESTS_STAY_NS);
	assert_int_equal(cl_guests_expired(&g, S64_MAX), 1);
	assert_int_equal(g.n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_there_are_few),
		cmocka_unit_test(test_they_may_not_stay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
