// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "agent/cli/options.h"
#include "unit.h"

#define MAX_ARGS 8

static char error[CL_OPTIONS_ERROR_SIZE];
static char line[128];
static char *argv[MAX_ARGS + 1];

/* Parse a command line of words, which begins with the program's name. */
static int parse(struct cl_options *o, const char *words)
{
	int argc = 0;

	snprintf(line, sizeof(line), "%s", words);
	for (char *w = strtok(line, " "); w && argc < MAX_ARGS;
	     w = strtok(NULL, " "))
		argv[argc++] = w;
	argv[argc] = NULL;
	return cl_options_parse(argc, argv, o, error);
}

static void test_options_may_stand_anywhere(void **state)
{
	struct cl_options o;

	(void)state;
	assert_int_equal(parse(&o, "ctl wait --bound 10us --json x --netns n1"),
			 0);
	assert_true(o.json);
	assert_true(o.has_bound);
	assert_true(o.bound_ns == 10000);
	assert_false(o.has_timeout);
	assert_string_equal(o.netns, "n1");
	assert_string_equal(argv[o.first], "wait");
	assert_string_equal(argv[o.first + 1], "x");
	assert_null(argv[o.first + 2]);
}

static void test_two_lines_do_not_mix(void **state)
{
	struct cl_options o;

	(void)state;
	assert_int_equal(parse(&o, "ctl --json --timeout=2s wait"), 0);
	assert_true(o.timeout_ns == 2000000000);
	assert_int_equal(parse(&o, "ctl status"), 0);
	assert_false(o.json);
	assert_false(o.has_timeout);
	assert_string_equal(argv[o.first], "status");
}

static void check_error(const char *words, const char *text)
{
	struct cl_options o;

	assert_int_equal(parse(&o, words), -EINVAL);
	assert_string_equal(error, text);
}

static void test_bad_options_are_named(void **state)
{
	(void)state;
	check_error("ctl a --frob", "unknown option '--frob'");
	check_error("ctl -qx a", "unknown option '-q'");
	check_error("ctl wait --bound", "option '--bound' needs a value");
	check_error("ctl wait --bound 10",
		    "--bound: '10' is not a duration such as 10us");
	check_error("ctl wait --timeout=-1s",
		    "--timeout: '-1s' is not a duration such as 10us");
	check_error("ctl --json=3", "option '--json=3' takes no value");
}

static void test_help_and_version_are_options(void **state)
{
	struct cl_options o;

	(void)state;
	assert_int_equal(parse(&o, "ctl peer -h --version"), 0);
	assert_true(o.help);
	assert_true(o.version);
	assert_string_equal(argv[o.first], "peer");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_options_may_stand_anywhere),
		cmocka_unit_test(test_two_lines_do_not_mix),
		cmocka_unit_test(test_bad_options_are_named),
		cmocka_unit_test(test_help_and_version_are_options),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
