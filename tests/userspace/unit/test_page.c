// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "agent/lib/page.h"
#include "unit.h"

#define BASE_TIME 1700000000000000000LL

/* The ABI: what was published once stays where it is. */
#define AT(type, field, offset) \
	static_assert(offsetof(struct type, field) == (offset), #field)

AT(clocklink_anchor, raw, 0);
AT(clocklink_anchor, time, 8);
AT(clocklink_anchor, rate_q48, 16);
AT(clocklink_anchor, slew_q48, 24);
AT(clocklink_anchor, slew_ns, 32);
AT(clocklink_anchor, bound_ns, 40);
AT(clocklink_anchor, hard_ns, 48);
AT(clocklink_anchor, drift_q48, 56);
AT(clocklink_anchor, void_raw, 64);
AT(clocklink_anchor, monotonic, 72);
AT(clocklink_anchor, realtime, 80);
AT(clocklink_anchor, state, 88);
AT(clocklink_anchor, set, 92);
static_assert(sizeof(struct clocklink_anchor) == 96, "anchor");

AT(clocklink_page, magic, 0);
AT(clocklink_page, version, 4);
AT(clocklink_page, size, 8);
AT(clocklink_page, seq, 12);
AT(clocklink_page, id, 16);
AT(clocklink_page, node, 20);
AT(clocklink_page, cluster, 24);
AT(clocklink_page, gen, 28);
AT(clocklink_page, disruptions, 32);
AT(clocklink_page, tai_offset, 36);
AT(clocklink_page, leap, 40);
AT(clocklink_page, reserved, 44);
AT(clocklink_page, leap_time, 48);
AT(clocklink_page, updates, 56);
AT(clocklink_page, now, 64);
AT(clocklink_page, first, 160);
AT(clocklink_page, reserved2, 168);
AT(clocklink_page, anchor, 256);
static_assert(sizeof(struct clocklink_page) ==
		      256 + 96 * CLOCKLINK_PAGE_ANCHORS,
	      "page");
static_assert(CLOCKLINK_PAGE_ANCHORS == 128, "anchors");

AT(clocklink_stamp, raw, 0);
AT(clocklink_stamp, monotonic, 8);
AT(clocklink_stamp, realtime, 16);
AT(clocklink_stamp, set, 24);
AT(clocklink_stamp, reserved, 28);
static_assert(sizeof(struct clocklink_stamp) == 32, "stamp");

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
		.node = 7,
		.tai_offset = 37,
		.updates = 1,
		.first = 1,
		.now = {
			.raw = 1000,
			.time = BASE_TIME,
			.rate_q48 = 1LL << 28, /* 2^-20 */
			.slew_q48 = 1LL << 30, /* 2^-18 */
			.slew_ns = 1LL << 20,
			.bound_ns = 500,
			.drift_q48 = 1LL << 38, /* 2^-10 */
			.void_raw = S64_MAX,
			.state = CLOCKLINK_STATE_SYNCED,
		},
	};
	p->anchor[1] = p->now;
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
	assert_int_equal(cl_page_eval(&f->page->now, cl_raw(1000 + d), &iv), 0);
	assert_true(iv.earliest.ns == BASE_TIME + d + 1 + 4 - (500 + 1024 + 1));
	assert_true(iv.latest.ns == BASE_TIME + d + 1 + 4 + (500 + 1024 + 1));
	assert_int_equal(iv.state, CLOCKLINK_STATE_SYNCED);
	/* Behind it: the slew adds no more. */
	d = 1LL << 22;
	assert_int_equal(cl_page_eval(&f->page->now, cl_raw(1000 + d), &iv), 0);
	assert_true(iv.earliest.ns == BASE_TIME + d + 4 + 4 - (500 + 4096 + 1));
	assert_true(iv.latest.ns == BASE_TIME + d + 4 + 4 + (500 + 4096 + 1));
}

static void test_now_is_between_two_readings(void **state)
{
	struct fixture *f = *state;
	struct cl_interval iv, before, after;
	struct cl_raw raw;

	f->page->now.raw = cl_page_raw().ns;
	raw = cl_page_raw();
	assert_int_equal(cl_page_eval(&f->page->now, raw, &before), 0);
	assert_int_equal(cl_page_now(&f->reader, &iv), 0);
	assert_int_equal(cl_page_eval(&f->page->now, cl_page_raw(), &after), 0);
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
		f->page->now.state = s;
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

	f->page->now.void_raw = 5000;
	assert_int_equal(cl_page_eval(&f->page->now, cl_raw(4999), &iv), 0);
	assert_int_equal(cl_page_eval(&f->page->now, cl_raw(5000), &iv),
			 -ENODATA);
	assert_int_equal(iv.state, CLOCKLINK_STATE_VOID);
	assert_int_equal(cl_page_now(&f->reader, &iv), -ENODATA);
	assert_int_equal(iv.state, CLOCKLINK_STATE_VOID);
	/* Unsynced says more than void. */
	f->page->now.state = CLOCKLINK_STATE_UNSYNCED;
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
	f->page->size--;
	assert_int_equal(cl_page_open(f->path, &p), -EPROTO);
	/* A later kernel's has more at the end. */
	f->page->size += 2;
	assert_int_equal(cl_page_open(f->path, &p), 0);
	cl_page_close(&p);
	fill(f->page);
	/* A shorter file must not be read behind its end. */
	assert_int_equal(ftruncate(f->fd, sizeof(*f->page) - 1), 0);
	assert_int_equal(cl_page_open(f->path, &p), -EPROTO);
	assert_int_equal(ftruncate(f->fd, sizeof(*f->page)), 0);
	assert_int_equal(cl_page_open("no-such-file", &p), -ENOENT);
}

static void test_other_version_is_named(void **state)
{
	struct fixture *f = *state;
	char text[CL_PAGE_ERROR_SIZE];
	struct cl_page p;
	int err;

	f->page->version = 0;
	err = cl_page_open(f->path, &p);
	assert_int_equal(err, -ENOTSUP);
	cl_page_explain(&p, err, text);
	assert_non_null(strstr(text, "version 0,"));
	f->page->version = CLOCKLINK_PAGE_VERSION + 1;
	err = cl_page_open(f->path, &p);
	assert_int_equal(err, -ENOTSUP);
	assert_int_equal(p.version, CLOCKLINK_PAGE_VERSION + 1);
	cl_page_explain(&p, -ENOENT, text);
	assert_null(strstr(text, "version"));
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
		TEST(test_other_version_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
