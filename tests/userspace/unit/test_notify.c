// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "agent/daemon/notify.h"
#include "unit.h"

/* Listen where the kernel likes (autobind), and say so as systemd does. */
static int listen_here(void)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	socklen_t len = sizeof(sa_family_t);
	char path[sizeof(addr.sun_path) + 1] = "@";
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&addr, len), 0);
	len = sizeof(addr);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&addr, &len), 0);
	memcpy(path + 1, addr.sun_path + 1,
	       len - offsetof(struct sockaddr_un, sun_path) - 1);
	setenv("NOTIFY_SOCKET", path, 1);
	return fd;
}

static void test_message_arrives(void **state)
{
	int fd = listen_here();
	char buf[64] = "";

	(void)state;
	assert_int_equal(cl_notify("READY=1"), 0);
	assert_int_equal(recv(fd, buf, sizeof(buf) - 1, MSG_DONTWAIT), 7);
	assert_string_equal(buf, "READY=1");
	close(fd);
	assert_int_equal(cl_notify("READY=1"), -ECONNREFUSED);
}

static void test_nobody_listens(void **state)
{
	char path[200];

	(void)state;
	unsetenv("NOTIFY_SOCKET");
	assert_int_equal(cl_notify("READY=1"), 0);
	setenv("NOTIFY_SOCKET", "", 1);
	assert_int_equal(cl_notify("READY=1"), -EINVAL);
	memset(path, 'x', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	setenv("NOTIFY_SOCKET", path, 1);
	assert_int_equal(cl_notify("READY=1"), -EINVAL);
}

static void test_watchdog_is_for_this_process(void **state)
{
	char pid[16];

	(void)state;
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
	assert_true(cl_notify_watchdog_ns() == 0);
	setenv("WATCHDOG_USEC", "10000000", 1);
	assert_true(cl_notify_watchdog_ns() == 5000000000LL);
	snprintf(pid, sizeof(pid), "%d", getpid());
	setenv("WATCHDOG_PID", pid, 1);
	assert_true(cl_notify_watchdog_ns() == 5000000000LL);
	snprintf(pid, sizeof(pid), "%d", getpid() + 1);
	setenv("WATCHDOG_PID", pid, 1);
	assert_true(cl_notify_watchdog_ns() == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_message_arrives),
		cmocka_unit_test(test_nobody_listens),
		cmocka_unit_test(test_watchdog_is_for_this_process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
