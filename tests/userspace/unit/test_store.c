// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "agent/daemon/store.h"
#include "crashvfs.h"
#include "storemodel.h"
#include "unit.h"

#define PATIENCE_MS 60000

static char dir[64];
static char error[CL_STOREDB_ERROR_SIZE];
static struct cl_store *store;
static struct cl_store_done none;

static int set_up(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/store-XXXXXX");
	assert_non_null(mkdtemp(dir));
	return 0;
}

static int tear_down(void **state)
{
	char path[128];

	(void)state;
	crashvfs_power(0);
	snprintf(path, sizeof(path), "%s/" CL_STOREDB_FILE, dir);
	unlink(path);
	strcat(path, "-journal");
	unlink(path);
	rmdir(dir);
	return 0;
}

static int open_as(u32 node, bool create)
{
	const struct cl_store_params p = { dir, 5, node, create };

	return cl_store_open(&p, &store, error);
}

static void open_store(bool create)
{
	if (open_as(1, create))
		fail_msg("%s", error);
}

static struct cl_store_done wait_done(void)
{
	struct cl_store_done d = { 0 };

	while (!cl_store_next(store, &d)) {
		struct pollfd p = { cl_store_fd(store), POLLIN, 0 };

		assert_int_equal(poll(&p, 1, PATIENCE_MS), 1);
	}
	return d;
}

static bool is_readable(void)
{
	struct pollfd p = { cl_store_fd(store), POLLIN, 0 };

	return poll(&p, 1, 0) == 1;
}

static void save(struct model *m, u64 number)
{
	struct model_write w;

	model_next(m, number, &w);
	cl_store_save(store, &w.w);
	memset(&w, 0xaa, sizeof(w)); /* it has a copy */
}

/* What is there when the store is opened anew. */
static void assert_holds(const struct model *m)
{
	open_store(false);
	assert_true(model_is(m, cl_store_stored(store)));
	cl_store_close(store);
}

static void test_new_store_is_empty(void **state)
{
	const struct cl_raft_stored *s;
	struct cl_store_done d;

	(void)state;
	open_store(true);
	s = cl_store_stored(store);
	assert_int_equal(s->term, 0);
	assert_null(s->snap);
	assert_int_equal(s->entries, 0);
	assert_false(cl_store_next(store, &d));
	assert_false(is_readable());
	assert_null(cl_store_error(store));
	cl_store_close(store);
}

static void test_errors_name_the_file(void **state)
{
	char want[CL_STOREDB_ERROR_SIZE];

	(void)state;
	assert_int_equal(open_as(1, false), -ENOENT);
	snprintf(want, sizeof(want),
		 "%s/" CL_STOREDB_FILE ": No such file or directory", dir);
	assert_string_equal(error, want);
	open_store(true);
	cl_store_close(store);
	assert_int_equal(open_as(1, true), -EEXIST);
	snprintf(want, sizeof(want), "%s/" CL_STOREDB_FILE ": is there already",
		 dir);
	assert_string_equal(error, want);
	assert_int_equal(open_as(2, false), -EINVAL);
	assert_non_null(strstr(error, "of node 1, cluster"));
}

static void test_writes_end_in_order_and_are_there(void **state)
{
	struct model m = { 0 };

	(void)state;
	srandom(1);
	open_store(true);
	for (u64 n = 1; n <= 60; n++) {
		save(&m, n);
		if (n % 6)
			continue;
		for (u64 k = n - 5; k <= n; k++) {
			struct cl_store_done d = wait_done();

			assert_int_equal(d.number, k);
			assert_int_equal(d.err, 0);
		}
		assert_false(cl_store_next(store, &none));
		assert_false(is_readable());
	}
	cl_store_close(store);
	assert_holds(&m);
}

static void test_close_writes_what_is_in_the_queue(void **state)
{
	struct model m = { 0 };

	(void)state;
	srandom(2);
	open_store(true);
	for (u64 n = 1; n <= 20; n++)
		save(&m, n);
	cl_store_close(store);
	assert_holds(&m);
}

static void test_stored_state_can_be_forgotten(void **state)
{
	struct model m = { 0 };

	(void)state;
	srandom(2);
	open_store(true);
	for (u64 n = 1; n <= 20; n++)
		save(&m, n);
	cl_store_close(store);
	open_store(false);
	assert_true(cl_store_stored(store)->entries > 0);
	cl_store_forget(store);
	assert_int_equal(cl_store_stored(store)->entries, 0);
	assert_null(cl_store_stored(store)->snap);
	cl_store_close(store);
}

static void wait_stalled(void)
{
	for (int i = 0; !crashvfs.stalled; i++) {
		assert_true(i < PATIENCE_MS);
		usleep(1000);
	}
}

static void test_slow_disk_gets_fewer_and_larger_writes(void **state)
{
	struct model m = { 0 };
	unsigned int alone, together;

	(void)state;
	srandom(4);
	open_store(true);
	crashvfs.stall = true;
	save(&m, 1);
	wait_stalled();
	alone = crashvfs.writes;
	for (u64 n = 2; n <= 41; n++)
		save(&m, n);
	assert_false(cl_store_next(store, &none));
	crashvfs.stall = false;
	for (u64 n = 1; n <= 41; n++)
		assert_int_equal(wait_done().number, n);
	together = crashvfs.writes - alone;
	cl_store_close(store);
	assert_holds(&m);
	/* each alone would sync four times at least */
	assert_true(together < 40 * 4);
}

static void test_full_queue_is_a_failed_write(void **state)
{
	struct model m = { 0 }, first;

	(void)state;
	srandom(5);
	open_store(true);
	crashvfs.stall = true;
	save(&m, 1);
	first = m;
	wait_stalled();
	for (u64 n = 2; n <= CL_STORE_QUEUE + 1; n++)
		save(&m, n);
	assert_null(cl_store_error(store));
	assert_false(is_readable());
	save(&m, CL_STORE_QUEUE + 2);
	assert_string_equal(cl_store_error(store), "the disk does not keep up");
	for (u64 n = 1; n <= CL_STORE_QUEUE + 2; n++) {
		struct cl_store_done d = wait_done();

		assert_int_equal(d.number, n);
		assert_int_equal(d.err, -ENOBUFS);
	}
	crashvfs.stall = false;
	cl_store_close(store);
	assert_holds(&first);
}

/* The second one waits for the first, and cannot be done. */
static void test_each_write_has_its_own_end(void **state)
{
	const struct cl_raft_entry gap = { .index = 9 };
	const struct cl_raft_write bad = { .number = 2,
					   .entry = &gap,
					   .entries = 1 };
	struct model m = { 0 };
	struct cl_store_done d;

	(void)state;
	srandom(7);
	open_store(true);
	crashvfs.stall = true;
	save(&m, 1);
	wait_stalled();
	cl_store_save(store, &bad);
	crashvfs.stall = false;
	d = wait_done();
	assert_int_equal(d.number, 1);
	assert_int_equal(d.err, 0);
	d = wait_done();
	assert_int_equal(d.number, 2);
	assert_int_equal(d.err, -EINVAL);
	cl_store_close(store);
	assert_holds(&m);
}

/* Some writes succeed; from one on all fail, and the store stays as it was. */
static void fail_after(unsigned int good, int err, const char *text)
{
	struct model m = { 0 }, last;
	u64 n;

	srandom(6);
	open_store(true);
	for (n = 1; n <= good; n++) {
		save(&m, n);
		assert_int_equal(wait_done().err, 0);
	}
	last = m;
	if (err == -ENOSPC)
		crashvfs.full_at = crashvfs.writes + 3;
	else
		crashvfs.sync_at = crashvfs.writes + 8;
	for (; n <= good + 3; n++) {
		struct cl_store_done d;

		save(&m, n);
		d = wait_done();
		assert_int_equal(d.number, n);
		assert_int_equal(d.err, err);
		assert_non_null(strstr(cl_store_error(store), text));
		assert_non_null(strstr(cl_store_error(store), dir));
		crashvfs.full_at = 0; /* there is room again: too late */
		crashvfs.sync_at = 0;
	}
	cl_store_close(store);
	assert_holds(&last);
}

static void test_full_disk_fails_this_write_and_all_later(void **state)
{
	(void)state;
	fail_after(10, -ENOSPC, "database or disk is full");
}

static void test_failed_sync_fails_this_write_and_all_later(void **state)
{
	(void)state;
	fail_after(10, -EIO, "disk I/O error");
}

/* A child writes and tells the numbers that were acknowledged. */
static void write_and_tell(int fd, unsigned int seed)
{
	struct model m = { 0 };
	struct cl_store_done d;
	u64 asked = 0;

	srandom(seed);
	if (open_as(1, true))
		_exit(2);
	while (asked < 300) {
		for (int i = 0; i < 3; i++)
			save(&m, ++asked);
		do {
			d = wait_done();
			if (write(fd, &d, sizeof(d)) != sizeof(d))
				_exit(3);
		} while (!d.err && d.number < asked);
		if (d.err)
			_exit(4);
	}
	_exit(0);
}

/* The numbers of a child that was killed, and what it must have written. */
static u64 last_told(int fd, int *err)
{
	struct cl_store_done d;
	u64 last = 0;

	*err = 0;
	while (read(fd, &d, sizeof(d)) == sizeof(d)) {
		assert_int_equal(d.number, last + 1);
		*err = d.err;
		if (!d.err)
			last = d.number;
		else
			break;
	}
	close(fd);
	return last;
}

/* All up to @acked is there; what came later may be. */
static void assert_holds_from(u64 acked, unsigned int seed)
{
	struct model m = { 0 };
	struct model_write w;
	bool found = false;

	srandom(seed);
	open_store(false);
	for (u64 n = 0; !found && n <= acked + 6; n++) {
		if (n)
			model_next(&m, n, &w);
		found = n >= acked && model_is(&m, cl_store_stored(store));
	}
	cl_store_close(store);
	assert_true(found);
}

static pid_t start_child(unsigned int seed, rlim_t size, int *fd)
{
	struct rlimit limit = { size, size };
	int pipes[2];
	pid_t pid;

	assert_int_equal(pipe(pipes), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		signal(SIGXFSZ, SIG_IGN);
		if (size)
			setrlimit(RLIMIT_FSIZE, &limit);
		write_and_tell(pipes[1], seed);
	}
	close(pipes[1]);
	*fd = pipes[0];
	return pid;
}

static void test_nothing_acknowledged_is_lost_by_kill(void **state)
{
	unsigned int killed = 0;
	int status, fd;
	u64 total = 0;

	(void)state;
	for (unsigned int seed = 1; seed <= 30; seed++) {
		pid_t pid = start_child(seed, 0, &fd);
		struct timespec pause = { 0, 0 };
		struct cl_store_done d;
		u64 acked;

		/* it is under way */
		assert_int_equal(read(fd, &d, sizeof(d)), sizeof(d));
		assert_int_equal(d.number, 1);
		srandom(seed);
		pause.tv_nsec = random() % 20000000;
		nanosleep(&pause, NULL);
		kill(pid, SIGKILL);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		killed += WIFSIGNALED(status);
		for (acked = 1; read(fd, &d, sizeof(d)) == sizeof(d);) {
			assert_int_equal(d.err, 0);
			assert_int_equal(d.number, ++acked);
		}
		close(fd);
		assert_holds_from(acked, seed);
		total += acked;
		tear_down(NULL);
		set_up(NULL);
	}
	print_message("%u killed, %llu writes acknowledged\n", killed,
		      (unsigned long long)total);
	assert_true(killed >= 20);
	assert_true(total > 60);
}

static void test_file_that_must_not_grow_fails(void **state)
{
	int status, err, fd;
	pid_t pid = start_child(77, 40000, &fd);
	u64 acked = last_told(fd, &err);

	(void)state;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 4);
	assert_int_equal(err, -EIO);
	assert_true(acked > 3);
	assert_holds_from(acked, 77);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_new_store_is_empty),
		TEST(test_errors_name_the_file),
		TEST(test_writes_end_in_order_and_are_there),
		TEST(test_close_writes_what_is_in_the_queue),
		TEST(test_stored_state_can_be_forgotten),
		TEST(test_slow_disk_gets_fewer_and_larger_writes),
		TEST(test_full_queue_is_a_failed_write),
		TEST(test_each_write_has_its_own_end),
		TEST(test_full_disk_fails_this_write_and_all_later),
		TEST(test_failed_sync_fails_this_write_and_all_later),
		TEST(test_nothing_acknowledged_is_lost_by_kill),
		TEST(test_file_that_must_not_grow_fails),
	};

	crashvfs_use();
	return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
