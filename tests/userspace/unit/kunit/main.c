// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Runs the suite that a test of the core is linked with.
 */
#include <kunit/test.h>

#define CASES_MAX 64

static void run_case(void **state)
{
	const struct kunit_case *c = *state;
	struct kunit test = { .name = c->name };

	c->run_case(&test);
}

int main(void)
{
	struct CMUnitTest tests[CASES_MAX] = { 0 };
	const struct kunit_suite *suite = kunit_program_suite;
	size_t n = 0;

	for (struct kunit_case *c = suite->test_cases; c->run_case; c++) {
		if (n == CASES_MAX) {
			print_error("%s: more than %d cases\n", suite->name,
				    CASES_MAX);
			return 1;
		}
		tests[n].name = c->name;
		tests[n].test_func = run_case;
		tests[n].initial_state = c;
		n++;
	}
	return _cmocka_run_group_tests(suite->name, tests, n, NULL, NULL);
}
