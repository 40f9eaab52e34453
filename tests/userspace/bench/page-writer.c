// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Keeps a time page in a file, as the module does in the kernel.
 *
 *	page-writer [-f] FILE INTERVAL_MS
 *
 * The file appears when its first page is complete.  Every interval the line
 * is rebased and gets a new slew, so that a reader meets all that it meets in
 * life: 20 ppm, a slew and a growing bound.  All else follows from the anchor, so that a
 * reader can tell a mixture of two pages (writer.h).  Runs until it is killed.
 *
 * -f plants a fault: seq is not made odd, and a write takes its time.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <linux/clocklink.h>
#include <linux/clocklink_page.h>

#include "writer.h"

#define TAI_OFFSET 37

static struct timespec now(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return t;
}

static s64 to_ns(struct timespec t)
{
	return t.tv_sec * CL_NS_PER_SEC + t.tv_nsec;
}

/* Creates the file under a temporary name; returns the page or NULL. */
static struct clocklink_page *create(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	void *p = MAP_FAILED;

	if (fd >= 0 && !ftruncate(fd, sizeof(struct clocklink_page)))
		p = mmap(NULL, sizeof(struct clocklink_page),
			 PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	return p == MAP_FAILED ? NULL : p;
}

static void init_page(struct clocklink_page *p)
{
	p->magic = CLOCKLINK_PAGE_MAGIC;
	p->version = CLOCKLINK_PAGE_VERSION;
	p->size = sizeof(*p);
	p->node = 1;
	p->cluster = 1;
	p->gen = 1;
	p->tai_offset = TAI_OFFSET;
	p->first = 1;
}

/* One update; readers see all of it or nothing, but for the fault. */
static void publish(struct clocklink_page *p, struct cl_clock *c,
		    s64 interval_ns, bool fault)
{
	u64 n = p->updates + 1;

	if (!fault)
		__atomic_store_n(&p->seq, p->seq + 1, __ATOMIC_RELAXED);
	/* Pairs with the reader's acquire fence before its second look. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	cl_clock_rebase(c, cl_raw(to_ns(now(CLOCK_MONOTONIC_RAW))));
	c->slew_ns = interval_ns;
	p->now.raw = c->map.raw.ns;
	p->now.time = c->map.time.ns;
	p->now.slew_ns = c->slew_ns;
	if (fault)
		sched_yield();
	cl_writer_fill(&p->now);
	c->map.rate_q48 = p->now.rate_q48;
	c->slew_q48 = p->now.slew_q48;
	p->now.monotonic = to_ns(now(CLOCK_MONOTONIC));
	p->now.realtime = to_ns(now(CLOCK_REALTIME));
	p->anchor[n % CLOCKLINK_PAGE_ANCHORS] = p->now;
	if (n - p->first >= CLOCKLINK_PAGE_ANCHORS)
		p->first = n - CLOCKLINK_PAGE_ANCHORS + 1;
	p->updates = n;
	__atomic_store_n(&p->seq, p->seq + (fault ? 2 : 1), __ATOMIC_RELEASE);
}

int main(int argc, char **argv)
{
	struct clocklink_page *page;
	struct timespec pause;
	struct cl_clock c = {};
	char tmp[256];
	bool fault = argc > 1 && !strcmp(argv[1], "-f");
	s64 interval;

	argc -= fault;
	argv += fault;
	interval = argc == 3 ? atoll(argv[2]) * CL_NS_PER_MS : 0;
	if (interval <= 0) {
		fputs("usage: page-writer [-f] FILE INTERVAL_MS\n", stderr);
		return 2;
	}
	snprintf(tmp, sizeof(tmp), "%s.new", argv[1]);
	page = create(tmp);
	if (!page)
		goto err;
	init_page(page);
	c.map.raw = cl_raw(to_ns(now(CLOCK_MONOTONIC_RAW)));
	c.map.time = cl_time(to_ns(now(CLOCK_REALTIME)) +
			     TAI_OFFSET * CL_NS_PER_SEC);
	publish(page, &c, interval, fault);
	if (rename(tmp, argv[1]))
		goto err;
	pause = (struct timespec){ interval / CL_NS_PER_SEC,
				   interval % CL_NS_PER_SEC };
	for (;;) {
		nanosleep(&pause, NULL);
		publish(page, &c, interval, fault);
	}
err:
	fprintf(stderr, "page-writer: %s: %s\n", tmp, strerror(errno));
	return 1;
}
