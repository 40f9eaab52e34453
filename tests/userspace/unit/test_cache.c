// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The file of the state that voters gave.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/daemon/cache.h"
#include "statekit.h"

static char dir[64];
static char path[128];

static int set_up(void **state)
{
	(void)state;
	snprintf(dir, sizeof(dir), "/tmp/test_cache.XXXXXX");
	if (!mkdtemp(dir))
		return -1;
	snprintf(path, sizeof(path), "%s/" CL_CACHE_FILE, dir);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	cl_cache_remove(dir);
	return rmdir(dir);
}

static void save(unsigned int members)
{
	char why[CL_CACHE_ERROR_SIZE];
	struct cl_state s;

	make(&s, 3, members);
	s.index = 12345678901;
	assert_int_equal(cl_cache_save(dir, &s, why), 0);
	cl_state_fini(&s);
}

static int load(struct cl_state *s)
{
	char why[CL_CACHE_ERROR_SIZE];
	struct cl_raft_snapshot snap;
	int err = cl_cache_load(dir, &snap, why);

	if (!err)
		err = cl_state_thaw(s, &snap, error);
	free((void *)snap.data);
	return err;
}

static void test_what_was_saved_is_loaded(void **state)
{
	struct cl_state s;
	struct stat st;

	(void)state;
	assert_int_equal(cl_state_init(&s, CLUSTER), 0);
	assert_int_equal(load(&s), -ENOENT);
	save(4);
	save(5);
	assert_int_equal(load(&s), 0);
	assert_int_equal(s.roster->n, 5);
	assert_true(s.index == 12345678901);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	cl_cache_remove(dir);
	assert_int_equal(load(&s), -ENOENT);
	cl_state_fini(&s);
}

static void test_every_damage_is_found(void **state)
{
	struct cl_state s;
	struct stat st;
	char c;
	int fd;

	(void)state;
	assert_int_equal(cl_state_init(&s, CLUSTER), 0);
	save(4);
	fd = open(path, O_RDWR);
	assert_int_equal(fstat(fd, &st), 0);
	for (off_t at = 0; at < st.st_size; at++) {
		assert_int_equal(pread(fd, &c, 1, at), 1);
		c ^= 4;
		assert_int_equal(pwrite(fd, &c, 1, at), 1);
		assert_int_equal(load(&s), -EBADMSG);
		c ^= 4;
		assert_int_equal(pwrite(fd, &c, 1, at), 1);
	}
	assert_int_equal(load(&s), 0);
	for (off_t size = st.st_size - 1; size >= 0; size -= 7) {
		assert_int_equal(ftruncate(fd, size), 0);
		assert_int_equal(load(&s), -EBADMSG);
	}
	close(fd);
	cl_state_fini(&s);
}

static void test_what_cannot_be_written_changes_nothing(void **state)
{
	char why[CL_CACHE_ERROR_SIZE], new[160];
	struct cl_state s;

	(void)state;
	save(4);
	make(&s, 3, 6);
	snprintf(new, sizeof(new), "%s.new", path);
	assert_int_equal(mkdir(new, 0700), 0);
	assert_int_equal(cl_cache_save(dir, &s, why), -EISDIR);
	assert_non_null(strstr(why, path));
	assert_int_equal(rmdir(new), 0);
	assert_int_equal(cl_cache_save("/nowhere/at/all", &s, why), -ENOENT);
	assert_string_equal(why, "/nowhere/at/all: No such file or directory");
	assert_int_equal(load(&s), 0);
	assert_int_equal(s.roster->n, 4);
	cl_state_fini(&s);
}

static void test_only_plain_files_are_read(void **state)
{
	struct cl_state s;

	(void)state;
	assert_int_equal(cl_state_init(&s, CLUSTER), 0);
	assert_int_equal(symlink("/dev/zero", path), 0);
	assert_int_equal(load(&s), -ELOOP);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(load(&s), -EBADMSG);
	cl_state_fini(&s);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_what_was_saved_is_loaded),
		TEST(test_every_damage_is_found),
		TEST(test_what_cannot_be_written_changes_nothing),
		TEST(test_only_plain_files_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
