// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who else sets the clock, in a made /proc.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/daemon/adjtime.h"
#include "agent/lib/rival.h"
#include "kmod/core/types.h"
#include "unit.h"

#define ALL_CAPS "000001ffffffffff"
#define ONLY_TIME "0000000002000000"
#define NO_TIME "000001fffdffffff"
#define HOST "         0          0 4294967295\n"
#define CONTAINER "         0     100000      65536\n"

static char proc[64];

static void put(const char *pid, const char *name, const char *text, size_t n)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", proc, pid);
	mkdir(path, 0700);
	snprintf(path, sizeof(path), "%s/%s/%s", proc, pid, name);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, n, f), n);
	fclose(f);
}

/* @args: separated by blanks */
static void process(const char *pid, const char *comm, const char *args,
		    const char *caps, const char *users)
{
	char text[256];
	size_t n = strlen(args) + 1;

	snprintf(text, sizeof(text), "%s\n", comm);
	put(pid, "comm", text, strlen(text));
	snprintf(text, sizeof(text),
		 "Name:\t%s\nCapPrm:\t%s\nCapEff:\t%s\nCapBnd:\t%s\n", comm,
		 ALL_CAPS, caps, ALL_CAPS);
	put(pid, "status", text, strlen(text));
	put(pid, "uid_map", users, strlen(users));
	snprintf(text, sizeof(text), "%s", args);
	for (char *c = text; *c; c++)
		if (*c == ' ')
			*c = '\0';
	put(pid, "cmdline", text, *args ? n : 0);
}

static int setup(void **state)
{
	(void)state;
	strcpy(proc, "/tmp/clocklink-rival-XXXXXX");
	assert_non_null(mkdtemp(proc));
	put("self", "uid_map", HOST, strlen(HOST));
	put("net", "dev", "", 0);
	process("1", "systemd", "/sbin/init", ALL_CAPS, HOST);
	return 0;
}

static int teardown(void **state)
{
	char command[96];

	(void)state;
	snprintf(command, sizeof(command), "rm -r %s", proc);
	return system(command);
}

static const char *found(enum cl_rival_clock clock)
{
	static char who[128];

	strcpy(who, "nobody");
	if (!cl_rival_find(proc, clock, who, sizeof(who)))
		assert_string_equal(who, "nobody");
	return who;
}

static void test_nobody(void **state)
{
	(void)state;
	assert_string_equal(found(CL_RIVAL_SYSTEM), "nobody");
	assert_string_equal(found(CL_RIVAL_SYSTEM_ANY), "nobody");
	assert_false(cl_rival_find("/nowhere", CL_RIVAL_SYSTEM, proc, 0));
}

static void test_those_that_always_do(void **state)
{
	static const char *const names[] = { "ntpd", "systemd-timesyn",
					     "chronyd", "sntp", "phc2sys" };
	char want[64];

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		process("77", names[i], "program -n", ONLY_TIME, HOST);
		snprintf(want, sizeof(want), "%s (process 77)", names[i]);
		assert_string_equal(found(CL_RIVAL_SYSTEM), want);
	}
	process("77", "ntpd-not", "program", ALL_CAPS, HOST);
	assert_string_equal(found(CL_RIVAL_SYSTEM_ANY), "nobody");
	(void)state;
}

static void test_what_it_may(void **state)
{
	(void)state;
	process("50", "ntpd", "ntpd", NO_TIME, HOST);
	assert_string_equal(found(CL_RIVAL_SYSTEM_ANY), "nobody");
	process("50", "ntpd", "ntpd", ALL_CAPS, CONTAINER);
	assert_string_equal(found(CL_RIVAL_SYSTEM_ANY), "nobody");
	/* a zombie */
	process("50", "ntpd", "", ALL_CAPS, HOST);
	assert_string_equal(found(CL_RIVAL_SYSTEM_ANY), "nobody");
	process("50", "ntpd", "ntpd", ALL_CAPS, HOST);
	assert_string_equal(found(CL_RIVAL_SYSTEM_ANY), "ntpd (process 50)");
}

static void test_arguments(void **state)
{
	static const struct {
		const char *comm;
		const char *args;
		bool sets;
		bool device;
	} c[] = {
		{ "chronyd", "chronyd -d -f /x", true, false },
		{ "chronyd", "chronyd -dx", false, false },
		{ "chronyd", "chronyd -n -x", false, false },
		{ "chronyd", "chronyd -f/x", true, false },
		{ "chronyd", "chronyd -u x", true, false },
		{ "phc2sys", "phc2sys -s /dev/ptp0 -O -37", true, false },
		{ "phc2sys", "phc2sys -s eth0 -c CLOCK_REALTIME", true, false },
		{ "phc2sys", "phc2sys -s eth0 -cCLOCK_REALTIME", true, false },
		{ "phc2sys", "phc2sys -s CLOCK_REALTIME -c eth0", false, true },
		{ "phc2sys", "phc2sys -c /dev/ptp1 -s /dev/ptp0", false, true },
		{ "phc2sys", "phc2sys -a", false, true },
		{ "phc2sys", "phc2sys -a -r", true, true },
		{ "phc2sys", "phc2sys -arr -m", true, true },
		{ "ptp4l", "ptp4l -i eth0 -m", false, true },
		{ "ptp4l", "ptp4l -i eth0 -mS", true, false },
		{ "ptp4l", "ptp4l -i eth0 --time_stamping=software", true,
		  false },
		{ "ptp4l", "ptp4l -i eth0 --time_stamping software", true,
		  false },
		{ "ptp4l", "ptp4l --time_stamping hardware -iS", false, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(c) / sizeof(*c); i++) {
		process("9", c[i].comm, c[i].args, ALL_CAPS, HOST);
		if (!strcmp(found(CL_RIVAL_SYSTEM), "nobody") == c[i].sets)
			fail_msg("%s", c[i].args);
		assert_non_null(strstr(found(CL_RIVAL_SYSTEM_ANY), c[i].comm));
		if (!strcmp(found(CL_RIVAL_DEVICE), "nobody") == c[i].device)
			fail_msg("%s, a device's clock", c[i].args);
	}
	/* That takes no capability. */
	process("9", "ts2phc", "ts2phc -c eth0", NO_TIME, CONTAINER);
	assert_string_equal(found(CL_RIVAL_DEVICE), "ts2phc (process 9)");
	assert_string_equal(found(CL_RIVAL_SYSTEM_ANY), "nobody");
}

static void test_several_as_many_as_fit(void **state)
{
	char who[40];

	(void)state;
	process("10", "ntpd", "ntpd", ALL_CAPS, HOST);
	process("11", "chronyd", "chronyd", ALL_CAPS, HOST);
	assert_non_null(strstr(found(CL_RIVAL_SYSTEM), "ntpd (process 10)"));
	assert_non_null(strstr(found(CL_RIVAL_SYSTEM), "chronyd (process 11)"));
	assert_non_null(strstr(found(CL_RIVAL_SYSTEM), ", "));
	assert_true(cl_rival_find(proc, CL_RIVAL_SYSTEM, who, 24));
	assert_null(strstr(who, ","));
	assert_int_equal(who[strlen(who) - 1], ')');
}

static int clock_result, posix_result, posix_calls;

static int fake_clock(clockid_t id, struct timex *tx)
{
	assert_int_equal(id, CLOCK_REALTIME);
	assert_int_equal(tx->modes, ADJ_FREQUENCY);
	tx->modes = 0;
	errno = EACCES;
	return clock_result;
}

static int fake_posix(struct timex *tx)
{
	posix_calls++;
	assert_int_equal(tx->modes, ADJ_FREQUENCY);
	assert_int_equal(tx->freq, 5);
	errno = EPERM;
	return posix_result;
}

static void test_the_older_call_is_the_fall_back(void **state)
{
	static const struct cl_adjtime_calls calls = { fake_clock, fake_posix };
	const struct timex asked = { .modes = ADJ_FREQUENCY, .freq = 5 };
	struct timex tx = asked;

	(void)state;
	clock_result = TIME_ERROR;
	assert_int_equal(cl_adjtime_by(&calls, &tx), 0);
	assert_int_equal(posix_calls, 0);
	clock_result = -1;
	tx = asked;
	assert_int_equal(cl_adjtime_by(&calls, &tx), 0);
	assert_int_equal(posix_calls, 1);
	posix_result = -1;
	tx = asked;
	assert_int_equal(cl_adjtime_by(&calls, &tx), -EPERM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_nobody, setup, teardown),
		cmocka_unit_test_setup_teardown(test_those_that_always_do,
						setup, teardown),
		cmocka_unit_test_setup_teardown(test_what_it_may, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_arguments, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_several_as_many_as_fit,
						setup, teardown),
		cmocka_unit_test(test_the_older_call_is_the_fall_back),
	};

	return cmocka_run_group_tests_name("rival", tests, NULL, NULL);
}
