// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/lib/page.h"
#include "agent/libclocklink/timens.h"
#include "agent/libclocklink/wiped.h"
#include "unit.h"

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x80
#endif

#define OFFSET (1000 * CL_NS_PER_SEC + 500000001)

/* What the device's clock lacks to the process's, and its error. */
static s64 behind;
static int device_error;

int __wrap_ioctl(int fd, unsigned long request, struct clocklink_stamp *ret);
int __wrap_ioctl(int fd, unsigned long request, struct clocklink_stamp *ret)
{
	(void)fd;
	assert_true(request == CLOCKLINK_IOC_STAMP);
	errno = device_error;
	if (device_error)
		return -1;
	ret->raw = cl_page_raw().ns - behind;
	return 0;
}

static int put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);
	ssize_t n = fd < 0 ? -1 : write(fd, text, strlen(text));

	if (fd >= 0)
		close(fd);
	return n == (ssize_t)strlen(text) ? 0 : -1;
}

/*
 * Runs in a child of a process that has given its children a time namespace that is
 * ahead by OFFSET, as @behind says; or in that process itself.  Returns the exit
 * status, 77 if it may not.
 */
static int in_namespace(int (*run)(void), bool itself)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		if (unshare(CLONE_NEWTIME) || put("/proc/self/timens_offsets",
						  "monotonic 1000 500000001\n"))
			_exit(77);
		if (itself)
			_exit(run());
		pid = fork();
		if (!pid) {
			behind = OFFSET;
			_exit(run());
		}
		waitpid(pid, &status, 0);
		_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* Skips the test where namespaces cannot be made. */
static void expect_in_namespace(int (*run)(void), bool itself)
{
	int status = in_namespace(run, itself);

	if (status == 77) {
		print_message("no permission to make a time namespace\n");
		skip();
	}
	assert_int_equal(status, 0);
}

static int shift_is_exact(void)
{
	s64 shift;

	return cl_timens_shift(-1, &shift) || shift != behind;
}

static int device_lies(void)
{
	s64 shift;

	behind += CL_NS_PER_MS;
	return cl_timens_shift(-1, &shift) != -ERANGE;
}

static void test_nothing_is_ahead_at_home(void **state)
{
	s64 shift = 1;

	(void)state;
	assert_int_equal(cl_timens_shift(-1, &shift), 0);
	assert_int_equal(shift, 0);
}

static void test_device_that_disagrees_is_refused(void **state)
{
	s64 shift;

	(void)state;
	behind = CL_NS_PER_MS;
	assert_int_equal(cl_timens_shift(-1, &shift), -ERANGE);
	behind = -CL_NS_PER_SEC;
	assert_int_equal(cl_timens_shift(-1, &shift), -ERANGE);
	behind = 0;
	device_error = ENOTTY;
	assert_int_equal(cl_timens_shift(-1, &shift), -ENOTTY);
	device_error = 0;
}

static void test_offset_of_a_namespace_is_exact(void **state)
{
	(void)state;
	expect_in_namespace(shift_is_exact, false);
	expect_in_namespace(device_lies, false);
}

/* procfs has the offset of its children to come then. */
static void test_maker_of_a_namespace_stays_at_home(void **state)
{
	(void)state;
	expect_in_namespace(shift_is_exact, true);
}

static void test_child_finds_nothing(void **state)
{
	u32 *word = cl_wiped_new(sizeof(*word));
	int status;
	pid_t pid;

	(void)state;
	assert_non_null(word);
	assert_int_equal(*word, 0);
	*word = 7;
	pid = fork();
	if (!pid)
		_exit(*word);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(*word, 7);
	cl_wiped_free(word, sizeof(*word));
	cl_wiped_free(NULL, sizeof(*word));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_is_ahead_at_home),
		cmocka_unit_test(test_device_that_disagrees_is_refused),
		cmocka_unit_test(test_offset_of_a_namespace_is_exact),
		cmocka_unit_test(test_maker_of_a_namespace_stays_at_home),
		cmocka_unit_test(test_child_finds_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
