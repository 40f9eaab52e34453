// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>

#include "agent/lib/units.h"
#include "unit.h"

static void check_duration(const char *s, int err, s64 ns)
{
	s64 v = -77;

	assert_int_equal(cl_units_parse_duration(s, &v), err);
	assert_true(v == (err ? -77 : ns));
}

static void test_duration_is_parsed(void **state)
{
	(void)state;
	check_duration("100ms", 0, 100000000);
	check_duration("10us", 0, 10000);
	check_duration("0", 0, 0);
	check_duration("0.0", 0, 0);
	check_duration("1.5us", 0, 1500);
	check_duration("-2.25s", 0, -2250000000LL);
	check_duration("+3ns", 0, 3);
	check_duration("2min", 0, 120000000000LL);
	check_duration("0.5h", 0, 1800000000000LL);
	check_duration("1.500ns", -EINVAL, 0);
	check_duration("1.000ns", 0, 1);
	check_duration("9223372036854775807ns", 0, S64_MAX);
}

static void test_bad_duration_is_refused(void **state)
{
	(void)state;
	check_duration("", -EINVAL, 0);
	check_duration("-", -EINVAL, 0);
	check_duration("5", -EINVAL, 0);
	check_duration("ms", -EINVAL, 0);
	check_duration("5 ms", -EINVAL, 0);
	check_duration("5msx", -EINVAL, 0);
	check_duration("5.ms", -EINVAL, 0);
	check_duration(".5ms", -EINVAL, 0);
	check_duration("0.0001us", -EINVAL, 0);
	check_duration("1.0000000000000000000000001s", -EINVAL, 0);
	check_duration("5ppb", -EINVAL, 0);
	check_duration("1e3us", -EINVAL, 0);
	check_duration("9223372036854775808ns", -ERANGE, 0);
	check_duration("9223372036854775807us", -ERANGE, 0);
	check_duration("9223372036.9s", -ERANGE, 0);
}

static void test_frequency_is_parsed(void **state)
{
	s64 v = 0;

	(void)state;
	assert_int_equal(cl_units_parse_freq("20ppm", &v), 0);
	assert_true(v == 20000000);
	assert_int_equal(cl_units_parse_freq("-0.001ppb", &v), 0);
	assert_true(v == -1);
	assert_int_equal(cl_units_parse_freq("0.0001ppb", &v), -EINVAL);
	assert_int_equal(cl_units_parse_freq("20", &v), -EINVAL);
	assert_int_equal(cl_units_parse_freq("20us", &v), -EINVAL);
	assert_true(v == -1);
}

static void test_number_is_checked(void **state)
{
	s64 v = 9;

	(void)state;
	assert_int_equal(cl_units_parse_number("65535", 1, 65535, &v), 0);
	assert_true(v == 65535);
	assert_int_equal(cl_units_parse_number("0xff", 0, 255, &v), 0);
	assert_true(v == 255);
	assert_int_equal(cl_units_parse_number("-3", -5, 5, &v), 0);
	assert_true(v == -3);
	assert_int_equal(cl_units_parse_number("010", 0, 99, &v), 0);
	assert_true(v == 10);
	assert_int_equal(cl_units_parse_number("65536", 1, 65535, &v), -ERANGE);
	assert_int_equal(cl_units_parse_number("0", 1, 65535, &v), -ERANGE);
	assert_int_equal(cl_units_parse_number("99999999999999999999", 1,
					       S64_MAX, &v),
			 -ERANGE);
	assert_int_equal(cl_units_parse_number("", 0, 9, &v), -EINVAL);
	assert_int_equal(cl_units_parse_number("3x", 0, 9, &v), -EINVAL);
	assert_int_equal(cl_units_parse_number(" 3", 0, 9, &v), -EINVAL);
	assert_int_equal(cl_units_parse_number("x", 0, 9, &v), -EINVAL);
	assert_int_equal(cl_units_parse_number("0x", 0, 9, &v), -EINVAL);
	assert_true(v == 10);
}

static void test_truth_is_parsed(void **state)
{
	bool v = false;

	(void)state;
	assert_int_equal(cl_units_parse_bool("yes", &v), 0);
	assert_true(v);
	assert_int_equal(cl_units_parse_bool("off", &v), 0);
	assert_false(v);
	assert_int_equal(cl_units_parse_bool("1", &v), 0);
	assert_true(v);
	assert_int_equal(cl_units_parse_bool("2", &v), -EINVAL);
	assert_int_equal(cl_units_parse_bool("YES", &v), -EINVAL);
}

static void check_address(const char *s, const char *host, const char *all)
{
	char buf[CL_UNITS_ADDR_SIZE];
	struct cl_nl_peer p = { 0 };

	assert_int_equal(cl_units_parse_address(s, &p), 0);
	assert_string_equal(cl_units_host(buf, &p), host);
	assert_string_equal(cl_units_address(buf, &p), all);
}

static void test_address_comes_back(void **state)
{
	(void)state;
	check_address("10.0.0.2", "10.0.0.2", "10.0.0.2");
	check_address("10.0.0.2:123", "10.0.0.2", "10.0.0.2:123");
	check_address("2001:db8::1", "2001:db8::1", "2001:db8::1");
	check_address("[2001:db8::1]", "2001:db8::1", "2001:db8::1");
	check_address("[2001:db8::1]:65535", "2001:db8::1",
		      "[2001:db8::1]:65535");
	check_address("fe80::1%lo", "fe80::1%lo", "fe80::1%lo");
	check_address("[fe80::1%lo]:20319", "fe80::1%lo", "[fe80::1%lo]:20319");
}

static void check_group(const char *s, const char *back)
{
	char buf[CL_UNITS_ADDR_SIZE];
	struct cl_nl_instance inst = { 0 };

	assert_int_equal(cl_units_parse_group(s, &inst), 0);
	assert_string_equal(cl_units_group(buf, &inst), back);
}

static void check_bad_group(const char *s, int err)
{
	struct cl_nl_instance inst = { 0 }, before = { 0 };

	assert_int_equal(cl_units_parse_group(s, &inst), err);
	assert_memory_equal(&inst, &before, sizeof(inst));
}

static void test_group_comes_back(void **state)
{
	(void)state;
	check_group("off", "off");
	check_group("239.192.79.95", "239.192.79.95");
	check_group("239.192.79.95%lo", "239.192.79.95%lo");
	check_group("ff05::4f5f", "ff05::4f5f");
	check_group("ff02::4f5f%lo", "ff02::4f5f%lo");
	check_group("ff02::4f5f%4000", "ff02::4f5f%4000");
}

static void test_bad_group_is_refused(void **state)
{
	char endless[128] = "ff02::";

	(void)state;
	memset(endless + 6, '0', 100);
	strcpy(endless + 106, "1%lo");
	check_bad_group("", -EINVAL);
	check_bad_group("%lo", -EINVAL);
	check_bad_group("10.0.0.1", -EINVAL);
	check_bad_group("fe80::1%lo", -EINVAL);
	check_bad_group("off%lo", -EINVAL);
	check_bad_group("239.192.79.95:20319", -EINVAL);
	check_bad_group(endless, -EINVAL);
	check_bad_group("ff02::4f5f", -ENXIO);
	check_bad_group("ff02::4f5f%", -ENXIO);
	check_bad_group("239.192.79.95%nosuchdevice", -ENXIO);
}

static void check_bad_address(const char *s, int err)
{
	struct cl_nl_peer p = { 0 };

	assert_int_equal(cl_units_parse_address(s, &p), err);
}

static void test_bad_address_is_refused(void **state)
{
	char text[2 * CL_UNITS_ADDR_SIZE] = "";

	(void)state;
	check_bad_address("", -EINVAL);
	check_bad_address("10.0.0", -EINVAL);
	check_bad_address("10.0.0.256", -EINVAL);
	check_bad_address("10.0.0.2%lo", -EINVAL);
	check_bad_address("host.example", -EINVAL);
	check_bad_address("10.0.0.2:", -EINVAL);
	check_bad_address("10.0.0.2:0", -ERANGE);
	check_bad_address("10.0.0.2:65536", -ERANGE);
	check_bad_address("10.0.0.2:x", -EINVAL);
	check_bad_address("[2001:db8::1", -EINVAL);
	check_bad_address("[2001:db8::1]20319", -EINVAL);
	check_bad_address("fe80::1", -ENXIO);
	check_bad_address("fe80::1%no-such-link", -ENXIO);
	memset(text, '1', sizeof(text) - 1);
	check_bad_address(text, -EINVAL);
}

static void test_duration_is_printed(void **state)
{
	char b[CL_UNITS_SIZE];

	(void)state;
	assert_string_equal(cl_units_duration(b, 0), "0 ns");
	assert_string_equal(cl_units_duration(b, 999), "999 ns");
	assert_string_equal(cl_units_duration(b, 1000), "1.000 us");
	assert_string_equal(cl_units_duration(b, 12345), "12.35 us");
	assert_string_equal(cl_units_duration(b, 999900), "999.9 us");
	assert_string_equal(cl_units_duration(b, 100000000), "100.0 ms");
	assert_string_equal(cl_units_duration(b, 60000000000LL), "60.00 s");
	assert_string_equal(cl_units_duration(b, 150000000000LL), "2.500 min");
	assert_string_equal(cl_units_duration(b, 7200000000000LL), "2.000 h");
	assert_string_equal(cl_units_duration(b, -1500), "-1.500 us");
	assert_string_equal(cl_units_offset(b, 1500), "+1.500 us");
	assert_string_equal(cl_units_offset(b, -7), "-7 ns");
	assert_string_equal(cl_units_offset(b, 0), "0 ns");
	assert_string_equal(cl_units_offset(b, S64_MIN), "-2562047.8 h");
	assert_string_equal(cl_units_bound(b, U64_MAX), "unlimited");
	assert_string_equal(cl_units_bound(b, 2000), "2.000 us");
}

static void test_frequency_is_printed(void **state)
{
	char b[CL_UNITS_SIZE];

	(void)state;
	assert_string_equal(cl_units_freq(b, 0), "0.000 ppb");
	assert_string_equal(cl_units_freq(b, 20000000), "+20.00 ppm");
	assert_string_equal(cl_units_freq(b, -50000), "-50.00 ppb");
	assert_string_equal(cl_units_freq(b, 1), "+0.001 ppb");
	assert_string_equal(cl_units_drift(b, 1000), "1.000 ppb");
	assert_string_equal(cl_units_drift(b, 6287000), "6.287 ppm");
}

static void test_time_is_printed(void **state)
{
	char b[CL_UNITS_SIZE];

	(void)state;
	assert_string_equal(cl_units_time(b, 1700000000000000001LL),
			    "2023-11-14 22:13:20.000000001");
	assert_string_equal(cl_units_time(b, 0),
			    "1970-01-01 00:00:00.000000000");
	assert_string_equal(cl_units_time(b, -1),
			    "1969-12-31 23:59:59.999999999");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_duration_is_parsed),
		cmocka_unit_test(test_bad_duration_is_refused),
		cmocka_unit_test(test_frequency_is_parsed),
		cmocka_unit_test(test_number_is_checked),
		cmocka_unit_test(test_truth_is_parsed),
		cmocka_unit_test(test_address_comes_back),
		cmocka_unit_test(test_group_comes_back),
		cmocka_unit_test(test_bad_group_is_refused),
		cmocka_unit_test(test_bad_address_is_refused),
		cmocka_unit_test(test_duration_is_printed),
		cmocka_unit_test(test_frequency_is_printed),
		cmocka_unit_test(test_time_is_printed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
