// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "agent/lib/page.h"
#include "unit.h"

#define BASE_TIME 1700000000000000000LL

/* A page in a file, and a second mapping of it for the writer. */
struct fixture {
	char path[32];
	int fd;
	struct clocklink_page *page;
	struct cl_page reader;
};

static void fill(struct clocklink_page *p)
{
	*p = (struct clocklink_page){
		.magic = CLOCKLINK_PAGE_MAGIC,
		.version = CLOCKLINK_PAGE_VERSION,
		.size = sizeof(*p),
		.seq = 4,
		.state = CLOCKLINK_STATE_SYNCED,
		.node = 7,
		.base_raw = 1000,
		.base_time = BASE_TIME,
		.rate_q48 = 1LL << 28, /* 2^-20 */
		.slew_q48 = 1LL << 30, /* 2^-18 */
		.slew_ns = 1LL << 20,
		.bound_ns = 500,
		.drift_q48 = 1LL << 38, /* 2^-10 */
		.void_raw = S64_MAX,
		.tai_offset = 37,
	};
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->fd = memfd_create("page", 0);
	snprintf(f->path, sizeof(f->path), "/proc/self/fd/%d", f->fd);
	if (f->fd < 0 || ftruncate(f->fd, sizeof(*f->page)))
		return -1;
	f->page = mmap(NULL, sizeof(*f->page), PROT_READ | PROT_WRITE,
		       MAP_SHARED, f->fd, 0);
	if (f->page == MAP_FAILED)
		return -1;
	fill(f->page);
	*state = f;
	return cl_page_open(f->path, &f->reader);
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	cl_page_close(&f->reader);
	munmap(f->page, sizeof(*f->page));
	close(f->fd);
	free(f);
	return 0;
}

static void test_reading_follows_line_and_slew(void **state)
{
	struct fixture *f = *state;
	struct cl_interval iv;
	s64 d;

	/* In the slew: d = 2^20, 2^0 of the rate, 2^2 of the slew. */
	d = 1LL << 20;
	assert_int_equal(cl_page_eval(f->page, cl_raw(1000 + d), &iv), 0);
	assert_true(iv.earliest.ns == BASE_TIME + d + 1 + 4 - (500 + 1024 + 1));
	assert_true(iv.latest.ns == BASE_TIME + d + 1 + 4 + (500 + 1024 + 1));
	assert_int_equal(iv.state, CLOCKLINK_STATE_SYNCED);
	/* Behind it: the slew adds no more. */
	d = 1LL << 22;
	assert_int_equal(cl_page_eval(f->page, cl_raw(1000 + d), &iv), 0);
	assert_true(iv.earliest.ns == BASE_TIME + d + 4 + 4 - (500 + 4096 + 1));
	assert_true(iv.latest.ns == BASE_TIME + d + 4 + 4 + (500 + 4096 + 1));
}

static void test_now_is_between_two_readings(void **state)
{
	struct fixture *f = *state;
	struct cl_interval iv, before, after;
	struct cl_raw raw;

	f->page->base_raw = cl_page_raw().ns;
	raw = cl_page_raw();
	assert_int_equal(cl_page_eval(f->page, raw, &before), 0);
	assert_int_equal(cl_page_now(&f->reader, &iv), 0);
	assert_int_equal(cl_page_eval(f->page, cl_page_raw(), &after), 0);
	assert_true(before.latest.ns <= iv.latest.ns);
	assert_true(iv.latest.ns <= after.latest.ns);
}

static void test_snapshot_is_all_of_the_page(void **state)
{
	struct fixture *f = *state;
	struct clocklink_page copy;
	struct cl_raw raw, before = cl_page_raw();

	assert_int_equal(cl_page_snapshot(&f->reader, &copy, &raw), 0);
	assert_memory_equal(&copy, f->page, sizeof(copy));
	assert_true(raw.ns >= before.ns && raw.ns <= cl_page_raw().ns);
}

static void test_unfinished_write_is_an_error(void **state)
{
	struct fixture *f = *state;
	struct clocklink_page copy;
	struct cl_interval iv;
	struct cl_raw raw;

	f->page->seq = 5;
	assert_int_equal(cl_page_now(&f->reader, &iv), -EAGAIN);
	assert_int_equal(cl_page_snapshot(&f->reader, &copy, &raw), -EAGAIN);
	f->page->seq = 6;
	assert_int_equal(cl_page_now(&f->reader, &iv), 0);
}

static void test_only_usable_states_are_read(void **state)
{
	struct fixture *f = *state;
	struct cl_interval iv;
	int want;

	for (u32 s = 0; s <= CLOCKLINK_STATE_GONE + 1; s++) {
		f->page->state = s;
		want = s == CLOCKLINK_STATE_SYNCED ||
				       s == CLOCKLINK_STATE_UNVERIFIED ||
				       s == CLOCKLINK_STATE_HOLDOVER ?
			       0 :
			       -ENODATA;
		assert_int_equal(cl_page_now(&f->reader, &iv), want);
		assert_int_equal(iv.state, s);
		if (!want)
			continue;
		assert_true(iv.earliest.ns == S64_MIN);
		assert_true(iv.latest.ns == S64_MAX);
	}
}

static void test_page_becomes_void_by_its_time(void **state)
{
	struct fixture *f = *state;
	struct cl_interval iv;

	f->page->void_raw = 5000;
	assert_int_equal(cl_page_eval(f->page, cl_raw(4999), &iv), 0);
	assert_int_equal(cl_page_eval(f->page, cl_raw(5000), &iv), -ENODATA);
	assert_int_equal(iv.state, CLOCKLINK_STATE_VOID);
	assert_int_equal(cl_page_now(&f->reader, &iv), -ENODATA);
	assert_int_equal(iv.state, CLOCKLINK_STATE_VOID);
	/* Unsynced says more than void. */
	f->page->state = CLOCKLINK_STATE_UNSYNCED;
	assert_int_equal(cl_page_now(&f->reader, &iv), -ENODATA);
	assert_int_equal(iv.state, CLOCKLINK_STATE_UNSYNCED);
}

static void test_foreign_page_is_refused(void **state)
{
	struct fixture *f = *state;
	struct cl_page p;

	f->page->magic++;
	assert_int_equal(cl_page_open(f->path, &p), -EPROTO);
	fill(f->page);
	f->page->version++;
	assert_int_equal(cl_page_open(f->path, &p), -EPROTO);
	fill(f->page);
	f->page->size--;
	assert_int_equal(cl_page_open(f->path, &p), -EPROTO);
	fill(f->page);
	assert_int_equal(cl_page_open(f->path, &p), 0);
	cl_page_close(&p);
	/* A shorter file must not be read behind its end. */
	assert_int_equal(ftruncate(f->fd, sizeof(*f->page) - 1), 0);
	assert_int_equal(cl_page_open(f->path, &p), -EPROTO);
	assert_int_equal(ftruncate(f->fd, sizeof(*f->page)), 0);
	assert_int_equal(cl_page_open("no-such-file", &p), -ENOENT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_reading_follows_line_and_slew),
		TEST(test_now_is_between_two_readings),
		TEST(test_snapshot_is_all_of_the_page),
		TEST(test_unfinished_write_is_an_error),
		TEST(test_only_usable_states_are_read),
		TEST(test_page_becomes_void_by_its_time),
		TEST(test_foreign_page_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
