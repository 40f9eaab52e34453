/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A time page in a file, for tests of libclocklink as programs see it.
 */
#ifndef _CL_TEST_LIBKIT_H
#define _CL_TEST_LIBKIT_H

#include <clocklink.h>
#include <linux/clocklink.h>
#include <linux/clocklink_page.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "unit.h"

#define NS_PER_S 1000000000LL
#define NS_PER_MS 1000000LL
/* 2025-06-15, TAI. */
#define BASE_TIME (1750000000 * NS_PER_S)

/**
 * struct kit - the page and a reader of it
 * @path: of the file
 * @fd: it
 * @page: mapped for writing
 * @clock: open handle
 */
struct kit {
	char path[32];
	int fd;
	struct clocklink_page *page;
	struct clocklink *clock;
};

static inline int64_t kit_clock(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return ts.tv_sec * NS_PER_S + ts.tv_nsec;
}

/* The clock reads BASE_TIME now, exactly as fast as the raw clock. */
static inline void kit_fill(struct clocklink_page *p)
{
	p->magic = CLOCKLINK_PAGE_MAGIC;
	p->version = CLOCKLINK_PAGE_VERSION;
	p->size = sizeof(*p);
	p->seq = 2;
	p->node = 7;
	p->cluster = 9;
	p->gen = 1;
	p->tai_offset = 37;
	p->updates = 1;
	p->first = 1;
	p->now = (struct clocklink_anchor){
		.raw = kit_clock(CLOCK_MONOTONIC_RAW),
		.time = BASE_TIME,
		.bound_ns = 500,
		.hard_ns = 50000,
		.void_raw = INT64_MAX,
		.monotonic = kit_clock(CLOCK_MONOTONIC),
		.realtime = kit_clock(CLOCK_REALTIME),
		.state = CLOCKLINK_STATE_SYNCED,
	};
	p->anchor[1] = p->now;
}

static inline int kit_setup(void **state)
{
	struct kit *k = calloc(1, sizeof(*k));

	k->fd = memfd_create("page", 0);
	snprintf(k->path, sizeof(k->path), "/proc/self/fd/%d", k->fd);
	if (k->fd < 0 || ftruncate(k->fd, sizeof(*k->page)))
		return -1;
	k->page = mmap(NULL, sizeof(*k->page), PROT_READ | PROT_WRITE,
		       MAP_SHARED, k->fd, 0);
	if (k->page == MAP_FAILED)
		return -1;
	kit_fill(k->page);
	*state = k;
	return clocklink_open(k->path, &k->clock);
}

static inline int kit_teardown(void **state)
{
	struct kit *k = *state;

	clocklink_close(k->clock);
	munmap(k->page, sizeof(*k->page));
	close(k->fd);
	free(k);
	return 0;
}

/* A thread that must start. */
static inline void kit_thread(pthread_t *ret, void *(*run)(void *arg),
			      void *arg)
{
	assert_int_equal(pthread_create(ret, NULL, run, arg), 0);
}

#define KIT_TEST(name) \
	cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)

#endif /* _CL_TEST_LIBKIT_H */
