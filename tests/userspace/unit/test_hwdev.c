// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>

#include "agent/lib/hwdev.h"
#include "unit.h"

static const struct cl_hwdev_caps able = { .all = true, .phc_index = 3 };

static enum cl_hwdev_verdict judge(const struct cl_hwdev_caps *caps, int tx,
				   int rx)
{
	const struct hwtstamp_config now = { .tx_type = tx, .rx_filter = rx };

	return cl_hwdev_judge(caps, &now);
}

static void test_idle_device_is_taken(void **state)
{
	(void)state;
	assert_int_equal(judge(&able, HWTSTAMP_TX_OFF, HWTSTAMP_FILTER_NONE),
			 CL_HWDEV_TAKE);
}

static void test_device_that_stamps_all_is_used_as_it_is(void **state)
{
	(void)state;
	assert_int_equal(judge(&able, HWTSTAMP_TX_ON, HWTSTAMP_FILTER_ALL),
			 CL_HWDEV_READY);
}

static void test_any_other_setting_is_somebodys(void **state)
{
	(void)state;
	for (int tx = HWTSTAMP_TX_OFF; tx <= HWTSTAMP_TX_ONESTEP_P2P; tx++) {
		for (int rx = HWTSTAMP_FILTER_NONE;
		     rx <= HWTSTAMP_FILTER_NTP_ALL; rx++) {
			if (tx == HWTSTAMP_TX_OFF && rx == HWTSTAMP_FILTER_NONE)
				continue;
			if (tx == HWTSTAMP_TX_ON && rx == HWTSTAMP_FILTER_ALL)
				continue;
			assert_int_equal(judge(&able, tx, rx), CL_HWDEV_IN_USE);
		}
	}
}

static void test_device_that_cannot_is_left_alone(void **state)
{
	static const struct cl_hwdev_caps none[] = {
		{ .all = false, .phc_index = 3 },
		{ .all = true, .phc_index = -1 },
		{ .all = false, .phc_index = -1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++) {
		assert_int_equal(judge(&none[i], HWTSTAMP_TX_OFF,
				       HWTSTAMP_FILTER_NONE),
				 CL_HWDEV_UNSUPPORTED);
		assert_int_equal(judge(&none[i], HWTSTAMP_TX_ON,
				       HWTSTAMP_FILTER_ALL),
				 CL_HWDEV_UNSUPPORTED);
	}
}

static void test_settings_are_compared_by_what_they_do(void **state)
{
	const struct hwtstamp_config a = { .tx_type = 1, .rx_filter = 1 };
	struct hwtstamp_config b = { .flags = 1, .tx_type = 1, .rx_filter = 1 };

	(void)state;
	assert_true(cl_hwdev_same(&a, &b));
	b.rx_filter = 12;
	assert_false(cl_hwdev_same(&a, &b));
	b = (struct hwtstamp_config){ .tx_type = 0, .rx_filter = 1 };
	assert_false(cl_hwdev_same(&a, &b));
}

static void test_device_that_is_not_there_is_an_error(void **state)
{
	struct hwtstamp_config config;
	struct cl_hwdev_caps caps;

	(void)state;
	assert_true(cl_hwdev_caps(-1, "eth0", &caps) < 0);
	assert_int_equal(caps.phc_index, -1);
	assert_true(cl_hwdev_get(-1, "eth0", &config) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_idle_device_is_taken),
		cmocka_unit_test(test_device_that_stamps_all_is_used_as_it_is),
		cmocka_unit_test(test_any_other_setting_is_somebodys),
		cmocka_unit_test(test_device_that_cannot_is_left_alone),
		cmocka_unit_test(test_settings_are_compared_by_what_they_do),
		cmocka_unit_test(test_device_that_is_not_there_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
