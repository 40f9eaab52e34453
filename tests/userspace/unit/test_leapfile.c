// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "agent/lib/leapfile.h"
#include "unit.h"

/* The end of the table of July 2025, with a checksum of these rows. */
#define HEAD "#$ 3960835200\n#@ 3991593600\n"
#define ROWS                             \
	"3550089600 35 # 1 Jul 2012\n"   \
	"3644697600\t36\t# 1 Jul 2015\n" \
	"3692217600 37\n"
#define HASH "#h 7933299a afa2e659 affedc2e 32de15ad 2483c5cd\n"

static int read_text(const char *text, struct cl_leapfile *l, char *error)
{
	FILE *f = fmemopen((void *)text, strlen(text), "r");
	int err;

	assert_non_null(f);
	err = cl_leapfile_read(l, "x", f, error);
	fclose(f);
	return err;
}

static void assert_refused(const char *text, const char *message)
{
	char error[CL_LEAPFILE_ERROR_SIZE] = "";
	struct cl_leapfile l;

	assert_int_equal(read_text(text, &l, error), -EINVAL);
	assert_string_equal(error, message);
}

static void test_rows_are_in_tai(void **state)
{
	char error[CL_LEAPFILE_ERROR_SIZE];
	struct cl_leapfile l;

	(void)state;
	assert_int_equal(read_text("# a comment\n\n" HEAD ROWS HASH, &l, error),
			 0);
	assert_int_equal(l.n, 3);
	assert_int_equal(l.row[2].offset_s, 37);
	/* 2017-01-01 00:00:00 UTC is 00:00:37 TAI */
	assert_int_equal(l.row[2].since_s, 1483228800 + 37);
	/* 2026-06-28 00:00:00 UTC */
	assert_int_equal(l.expires_s, 1782604800 + 37);
}

static void test_offset_at_a_time(void **state)
{
	char error[CL_LEAPFILE_ERROR_SIZE];
	struct cl_leapfile l;

	(void)state;
	assert_int_equal(read_text(HEAD ROWS HASH, &l, error), 0);
	assert_null(cl_leapfile_at(&l, l.row[0].since_s - 1));
	assert_int_equal(cl_leapfile_at(&l, l.row[0].since_s)->offset_s, 35);
	assert_int_equal(cl_leapfile_at(&l, l.row[1].since_s - 1)->offset_s,
			 35);
	assert_int_equal(cl_leapfile_at(&l, l.row[1].since_s)->offset_s, 36);
	assert_int_equal(cl_leapfile_at(&l, S64_MAX)->offset_s, 37);
}

static void test_file_that_is_cut_off_is_refused(void **state)
{
	(void)state;
	assert_refused("", "x:0: no line #@ with the expiry");
	assert_refused("#@ 3991593600\n", "x:1: no row");
	assert_refused(HEAD ROWS, "x:5: cut off: no line #h with the checksum");
	assert_refused(HEAD "3550089600 35\n" HASH, "x:4: wrong checksum");
	assert_refused(HEAD ROWS "#h 1 2 3\n", "x:6: wrong checksum");
}

static void test_every_changed_digit_is_noticed(void **state)
{
	char text[] = HEAD ROWS HASH, error[CL_LEAPFILE_ERROR_SIZE];
	struct cl_leapfile l;
	int tried = 0;
	char digit;

	(void)state;
	for (char *p = text; *p; p++) {
		if (*p == '#' && p[1] == ' ') /* a comment may say anything */
			p = strchr(p, '\n');
		if (*p < '0' || *p > '9')
			continue;
		digit = *p;
		*p = digit == '9' ? '8' : digit + 1;
		assert_int_equal(read_text(text, &l, error), -EINVAL);
		*p = digit;
		tried++;
	}
	assert_true(tried > 50);
	assert_int_equal(read_text(text, &l, error), 0);
}

static void test_bad_lines_are_named(void **state)
{
	(void)state;
	assert_refused("#@ soon\n", "x:1: want a number of seconds");
	assert_refused("#@ 1 2\n", "x:1: want a number of seconds");
	assert_refused("#@ 1\n#@ 1\n", "x:2: a second line #@");
	assert_refused("3692217600\n",
		       "x:1: want seconds since 1900 and TAI - UTC");
	assert_refused("3692217600 37 38\n",
		       "x:1: want seconds since 1900 and TAI - UTC");
	assert_refused("99999999999999999999 37\n",
		       "x:1: want seconds since 1900 and TAI - UTC");
	assert_refused("3692217601 37\n",
		       "x:1: 3692217601 is no start of a day since 1970");
	assert_refused("3692217600 1001\n", "x:1: TAI - UTC is 1001 s");
	assert_refused("3692217600 37\n3692217600 38\n",
		       "x:2: rows are not in order of time");
	assert_refused("3644697600 36\n3692217600 38\n",
		       "x:2: TAI - UTC changes by more or less than 1 s");
	assert_refused(HEAD ROWS HASH "3700080000 38\n",
		       "x:7: a row behind the checksum");
}

static void test_long_line_and_many_rows_are_refused(void **state)
{
	static char text[CL_LEAPFILE_ROWS * 20 + 400];
	char *p = text;

	(void)state;
	memset(text, ' ', 300);
	text[300] = '\0';
	assert_refused(text, "x:1: the line is too long");
	for (int i = 0; i <= CL_LEAPFILE_ROWS; i++)
		p += sprintf(p, "%lld %d\n", 2272060800LL + i * 10 * 86400,
			     10 + i);
	assert_refused(text, "x:129: more than 128 rows");
}

static void test_missing_file_is_named(void **state)
{
	char error[CL_LEAPFILE_ERROR_SIZE];
	struct cl_leapfile l;

	(void)state;
	assert_int_equal(cl_leapfile_load(&l, "/nonexistent/list", error),
			 -ENOENT);
	assert_string_equal(error,
			    "/nonexistent/list: No such file or directory");
	assert_int_equal(cl_leapfile_load(&l, "/", error), -EIO);
	assert_string_equal(error, "/:0: cannot be read");
}

/* Leading zeros in the words of its checksum are missing in some years. */
static void test_published_table_is_read(void **state)
{
	char error[CL_LEAPFILE_ERROR_SIZE];
	struct cl_leapfile l;

	(void)state;
	if (access(CL_LEAPFILE_PATH, R_OK))
		skip();
	assert_int_equal(cl_leapfile_load(&l, CL_LEAPFILE_PATH, error), 0);
	assert_true(l.n >= 28);
	assert_int_equal(l.row[0].offset_s, 10);
	assert_int_equal(cl_leapfile_at(&l, 1483228837)->offset_s, 37);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows_are_in_tai),
		cmocka_unit_test(test_offset_at_a_time),
		cmocka_unit_test(test_file_that_is_cut_off_is_refused),
		cmocka_unit_test(test_every_changed_digit_is_noticed),
		cmocka_unit_test(test_bad_lines_are_named),
		cmocka_unit_test(test_long_line_and_many_rows_are_refused),
		cmocka_unit_test(test_missing_file_is_named),
		cmocka_unit_test(test_published_table_is_read),
	};

	return cmocka_run_group_tests_name("leapfile", tests, NULL, NULL);
}
