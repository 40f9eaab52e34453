// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "agent/daemon/journal.h"
#include "agent/daemon/log.h"
#include "unit.h"

#define TEXT "node 3 is isolated"

/**
 * struct place - a journal that listens, and a stderr of our own
 * @dir: for all files
 * @path: its socket
 * @fd: the same, open
 * @err: what is written to stderr
 * @saved: stderr of before
 */
static struct place {
	char dir[64];
	char path[96];
	int fd;
	int err;
	int saved;
} at;

static int listen_at(const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

	strcpy(addr.sun_path, path);
	assert_int_equal(bind(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	return fd;
}

static int setup(void **state)
{
	char name[128];

	(void)state;
	strcpy(at.dir, "/tmp/journal-XXXXXX");
	assert_non_null(mkdtemp(at.dir));
	snprintf(at.path, sizeof(at.path), "%s/socket", at.dir);
	at.fd = listen_at(at.path);
	snprintf(name, sizeof(name), "%s/stderr", at.dir);
	at.err = open(name, O_RDWR | O_CREAT | O_APPEND, 0600);
	assert_true(at.err >= 0);
	fflush(stderr);
	at.saved = dup(STDERR_FILENO);
	dup2(at.err, STDERR_FILENO);
	return 0;
}

static int teardown(void **state)
{
	char name[128];

	(void)state;
	dup2(at.saved, STDERR_FILENO);
	close(at.saved);
	close(at.err);
	if (at.fd >= 0)
		close(at.fd);
	unlink(at.path);
	snprintf(name, sizeof(name), "%s/stderr", at.dir);
	unlink(name);
	rmdir(at.dir);
	return 0;
}

/* As systemd does: stderr, or what it was before, leads to the journal. */
static void say_stream(int fd, unsigned int off)
{
	struct stat st;
	char env[64];

	assert_int_equal(fstat(fd, &st), 0);
	snprintf(env, sizeof(env), "%lu:%lu", (unsigned long)st.st_dev,
		 (unsigned long)st.st_ino + off);
	setenv("JOURNAL_STREAM", env, 1);
}

/* What has been written to stderr since the last time. */
static const char *written(void)
{
	static char buf[1024];
	ssize_t n = pread(at.err, buf, sizeof(buf) - 1, 0);

	assert_true(n >= 0);
	buf[n] = '\0';
	assert_int_equal(ftruncate(at.err, 0), 0);
	return buf;
}

static const char *received(void)
{
	static char buf[CL_JOURNAL_MAX + 1];
	ssize_t n = recv(at.fd, buf, CL_JOURNAL_MAX, MSG_DONTWAIT);

	buf[n > 0 ? n : 0] = '\0';
	return buf;
}

static void log_isolation(void)
{
	const struct cl_io_line line = {
		.prio = CL_IO_WARNING,
		.event = CL_EVENT_NODE_ISOLATED,
		.values = CL_VALUES(cl_int("PEER", 3), cl_text("RULE", "cusum"),
				    cl_int("OFFSET_NS", S64_MIN),
				    cl_int_if("BOUND_NS", false, 1)),
		.text = TEXT,
	};

	cl_log_line(&line);
}

static void test_terminal_has_text(void **state)
{
	(void)state;
	unsetenv("JOURNAL_STREAM");
	cl_log_init(at.path);
	log_isolation();
	assert_string_equal(written(), "clocklinkd: " TEXT "\n");
	/* as inherited by somebody whose stderr leads elsewhere */
	say_stream(at.err, 1);
	cl_log_init(at.path);
	cl_log(CL_IO_ERR, "no %s", "module");
	assert_string_equal(written(), "clocklinkd: no module\n");
	setenv("JOURNAL_STREAM", "nonsense", 1);
	cl_log_init(at.path);
	log_isolation();
	assert_string_equal(written(), "clocklinkd: " TEXT "\n");
	assert_string_equal(received(), "");
}

static void test_journal_has_fields(void **state)
{
	char expected[512];

	(void)state;
	say_stream(at.err, 0);
	cl_log_init(at.path);
	log_isolation();
	snprintf(expected, sizeof(expected),
		 "MESSAGE=" TEXT "\nPRIORITY=4\nSYSLOG_IDENTIFIER=clocklinkd\n"
		 "MESSAGE_ID=%s\nCLOCKLINK_PEER=3\nCLOCKLINK_RULE=cusum\n"
		 "CLOCKLINK_OFFSET_NS=-9223372036854775808\n",
		 cl_event_id(CL_EVENT_NODE_ISOLATED));
	assert_string_equal(received(), expected);
	cl_log(CL_IO_INFO, "%d peers", 2);
	assert_string_equal(received(), "MESSAGE=2 peers\nPRIORITY=6\n"
					"SYSLOG_IDENTIFIER=clocklinkd\n");
	assert_string_equal(written(), "");
}

/* No journal, one that goes, one that does not keep up: nothing is lost. */
static void test_falls_back_to_text(void **state)
{
	int n = 0;

	(void)state;
	say_stream(at.err, 0);
	cl_log_init("/nonexistent/socket");
	log_isolation();
	assert_string_equal(written(), "<4>" TEXT "\n");
	cl_log_init(at.path);
	while (!*written() && n++ < 10000)
		log_isolation();
	assert_in_range(n, 1, 10000);
	while (*received())
		;
	log_isolation();
	assert_string_not_equal(received(), "");
	close(at.fd);
	at.fd = -1;
	log_isolation();
	assert_string_equal(written(), "<4>" TEXT "\n");
}

/* A value cannot make fields of its own. */
static void test_line_feeds_are_framed(void **state)
{
	static const char expected[] =
		"MESSAGE=x\nPRIORITY=3\n"
		"SYSLOG_IDENTIFIER=clocklinkd\n"
		"CLOCKLINK_REASON\n\4\0\0\0\0\0\0\0a\nB=\n";
	const struct cl_io_line line = {
		.prio = CL_IO_ERR,
		.values = CL_VALUES(cl_text("REASON", "a\nB=")),
		.text = "x",
	};
	char buf[256];
	size_t len = cl_journal_encode(&line, buf, sizeof(buf));

	(void)state;
	assert_int_equal(len, sizeof(expected) - 1);
	assert_memory_equal(buf, expected, len);
	for (size_t size = 0; size < len; size++)
		assert_int_equal(cl_journal_encode(&line, buf, size), 0);
	assert_int_equal(cl_journal_encode(&line, buf, len), len);
}

static void test_too_long(void **state)
{
	char text[CL_JOURNAL_MAX];
	const struct cl_io_line line = { .prio = CL_IO_ERR, .text = text };

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(cl_journal_send(at.fd, &line), -EMSGSIZE);
	assert_int_equal(cl_journal_open(text), -EINVAL);
}

static void test_ids(void **state)
{
	(void)state;
	assert_null(cl_event_id(CL_EVENT_NONE));
	for (int i = CL_EVENT_NONE + 1; i < __CL_EVENTS; i++)
		assert_int_equal(strlen(cl_event_id((enum cl_event)i)), 32);
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_terminal_has_text),  TEST(test_journal_has_fields),
		TEST(test_falls_back_to_text), TEST(test_line_feeds_are_framed),
		TEST(test_too_long),	       cmocka_unit_test(test_ids),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
