// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include <clocklink_hlc.h>

#include "libkit.h"

static void refused(const char *path, int want)
{
	struct clocklink *c = (struct clocklink *)1;

	assert_int_equal(clocklink_open(path, &c), want);
	assert_null(c);
}

static void test_foreign_page_is_refused(void **state)
{
	struct kit *k = *state;

	k->page->magic++;
	refused(k->path, CLOCKLINK_ERROR_FORMAT);
	kit_fill(k->page);
	k->page->version++;
	refused(k->path, CLOCKLINK_ERROR_VERSION);
	kit_fill(k->page);
	k->page->size--;
	refused(k->path, CLOCKLINK_ERROR_FORMAT);
	kit_fill(k->page);
	assert_int_equal(ftruncate(k->fd, sizeof(*k->page) - 1), 0);
	refused(k->path, CLOCKLINK_ERROR_FORMAT);
	assert_int_equal(ftruncate(k->fd, sizeof(*k->page)), 0);
}

static void test_what_is_no_clock_is_refused(void **state)
{
	(void)state;
	errno = 0;
	refused("no-such-file", CLOCKLINK_ERROR_DEVICE);
	assert_int_equal(errno, ENOENT);
	refused("/", CLOCKLINK_ERROR_FORMAT);
	refused("/dev/null", CLOCKLINK_ERROR_FORMAT);
	refused(NULL, CLOCKLINK_ERROR_ARGUMENT);
	assert_int_equal(clocklink_open("/", NULL), CLOCKLINK_ERROR_ARGUMENT);
	clocklink_close(NULL);
}

static int lowest_fd(void)
{
	int fd = open("/dev/null", O_RDONLY);

	assert_true(fd >= 0);
	close(fd);
	return fd;
}

static void test_close_gives_all_back(void **state)
{
	struct kit *k = *state;
	int fd = lowest_fd();
	struct clocklink *c;

	for (int i = 0; i < 3; i++) {
		assert_int_equal(clocklink_open(k->path, &c), 0);
		assert_int_equal(lowest_fd(), fd + 1);
		assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
		clocklink_close(c);
		assert_int_equal(lowest_fd(), fd);
	}
	refused("/dev/null", CLOCKLINK_ERROR_FORMAT);
	assert_int_equal(lowest_fd(), fd);
}

/* A daemon closes all files and opens its own: those are not ours to close. */
static void test_close_leaves_others_files_alone(void **state)
{
	struct kit *k = *state;
	int fd = lowest_fd();
	struct clocklink *c;

	assert_int_equal(clocklink_open(k->path, &c), 0);
	close(fd);
	assert_int_equal(open("/dev/null", O_RDONLY), fd);
	clocklink_close(c);
	assert_int_equal(close(fd), 0);
}

static void test_every_error_has_a_text_of_its_own(void **state)
{
	const char *unknown = clocklink_error_text(1);

	(void)state;
	for (int i = CLOCKLINK_ERROR_DRIFT; i <= CLOCKLINK_OK; i++) {
		assert_string_not_equal(clocklink_error_text(i), unknown);
		for (int j = CLOCKLINK_ERROR_DRIFT; j < i; j++)
			assert_string_not_equal(clocklink_error_text(i),
						clocklink_error_text(j));
	}
	assert_string_equal(clocklink_error_text(CLOCKLINK_ERROR_DRIFT - 1),
			    unknown);
	assert_string_equal(clocklink_error_text(INT32_MIN), unknown);
}

/* Programs have been compiled with these sizes and values. */
static void test_sizes_and_values_stay(void **state)
{
	(void)state;
	assert_int_equal(CLOCKLINK_ERROR_UNSYNCED, -7);
	assert_int_equal(CLOCKLINK_ERROR_DRIFT, -17);
	assert_int_equal(CLOCKLINK_LEVEL_HOLDOVER, 3);
	assert_int_equal(CLOCKLINK_REALTIME, 2);
	assert_int_equal(sizeof(struct clocklink_interval), 16);
	assert_int_equal(sizeof(struct clocklink_utc), 24);
	assert_int_equal(sizeof(struct clocklink_status), 80);
	assert_int_equal(sizeof(struct clocklink_hlc_stamp), 16);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		KIT_TEST(test_foreign_page_is_refused),
		KIT_TEST(test_what_is_no_clock_is_refused),
		KIT_TEST(test_close_gives_all_back),
		KIT_TEST(test_close_leaves_others_files_alone),
		cmocka_unit_test(test_every_error_has_a_text_of_its_own),
		cmocka_unit_test(test_sizes_and_values_stay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
