// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Checks the time page of an instance.
 *
 *	page-check map PAGE             all of it and its beginning can be mapped, for
 *	                                reading only, for good; nothing else
 *	page-check stamp PAGE N         N stamps of the system's clocks lie between
 *	                                readings of these clocks
 *	page-check past PAGE N          N times: a stamp by any clock, taken between two
 *	                                readings of the page, is later said to be there
 *	page-check kept PAGE            prints how many anchors it has
 *	page-check offset PAGE          prints what the own CLOCK_MONOTONIC_RAW is ahead
 *	                                of that of the page, s
 *
 * Exit status: 0 as it should be, 1 not so, 2 wrong use or an error.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "agent/lib/past.h"

/* Stamps that are converted together, and the pause between two of them. */
#define STAMPS 64
#define PAUSE_NS (20 * CL_NS_PER_MS)

static int bad;

static void expect(const char *what, bool ok)
{
	if (ok)
		return;
	printf("%s: not so (%s)\n", what, strerror(errno));
	bad = 1;
}

static s64 now_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return t.tv_sec * CL_NS_PER_SEC + t.tv_nsec;
}

static struct clocklink_stamp stamp(int fd)
{
	struct clocklink_stamp s;

	if (ioctl(fd, CLOCKLINK_IOC_STAMP, &s))
		err(2, "CLOCKLINK_IOC_STAMP");
	return s;
}

static bool refused(int fd, size_t size, int prot, int flags, off_t offset,
		    int error)
{
	void *p = mmap(NULL, size, prot, flags, fd, offset);

	if (p != MAP_FAILED) {
		munmap(p, size);
		return false;
	}
	return errno == error;
}

static void map(int fd)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t all = (sizeof(struct clocklink_page) + page - 1) / page * page;
	void *p;

	for (size_t size = page; size <= all; size += page) {
		p = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
		expect("a prefix is mapped", p != MAP_FAILED);
		expect("and can be read",
		       __atomic_load_n((u32 *)p, __ATOMIC_RELAXED) ==
			       CLOCKLINK_PAGE_MAGIC);
		expect("mprotect() cannot make it writable",
		       mprotect(p, size, PROT_READ | PROT_WRITE) < 0 &&
			       errno == EACCES);
		munmap(p, size);
	}
	expect("more than all is refused",
	       refused(fd, all + page, PROT_READ, MAP_SHARED, 0, EINVAL));
	expect("another offset is refused",
	       refused(fd, page, PROT_READ, MAP_SHARED, (off_t)page, EINVAL));
	/* the file is open for reading only */
	expect("writing is refused", refused(fd, page, PROT_READ | PROT_WRITE,
					     MAP_SHARED, 0, EACCES));
	expect("a private copy that is written is refused",
	       refused(fd, page, PROT_READ | PROT_WRITE, MAP_PRIVATE, 0,
		       EPERM));
	expect("an unknown ioctl is refused",
	       ioctl(fd, _IO(0xCD, 0x7f), NULL) < 0 && errno == ENOTTY);
	expect("a bad address is refused",
	       ioctl(fd, CLOCKLINK_IOC_STAMP, NULL) < 0 && errno == EFAULT);
}

static bool between(s64 a, s64 b, s64 c)
{
	return a <= b && b <= c;
}

static void stamps(int fd, int n)
{
	while (n--) {
		s64 raw = now_ns(CLOCK_MONOTONIC_RAW);
		s64 mono = now_ns(CLOCK_MONOTONIC);
		s64 real = now_ns(CLOCK_REALTIME);
		struct clocklink_stamp s = stamp(fd);

		expect("raw is between",
		       between(raw, s.raw, now_ns(CLOCK_MONOTONIC_RAW)));
		expect("monotonic is between",
		       between(mono, s.monotonic, now_ns(CLOCK_MONOTONIC)));
		expect("realtime is between",
		       between(real, s.realtime, now_ns(CLOCK_REALTIME)));
	}
}

/* A stamp by one clock, between two readings of the page. */
struct sample {
	enum cl_past_clock clock;
	struct cl_interval before;
	s64 ns;
	struct cl_interval after;
};

static void read_page(const struct cl_page *page, struct cl_interval *ret)
{
	int error = cl_page_now(page, ret);

	if (error)
		errx(2, "no reading: %s", strerror(-error));
}

static void take(const struct cl_page *page, struct sample *s)
{
	static const clockid_t clock[] = {
		[CL_PAST_RAW] = CLOCK_MONOTONIC_RAW,
		[CL_PAST_MONOTONIC] = CLOCK_MONOTONIC,
		[CL_PAST_REALTIME] = CLOCK_REALTIME,
	};

	read_page(page, &s->before);
	s->ns = now_ns(clock[s->clock]);
	read_page(page, &s->after);
}

/* Its interval has to meet what was read before and after it. */
static void convert(const struct cl_page *page, int fd, const struct sample *s)
{
	struct clocklink_stamp end = stamp(fd);
	struct clocklink_page copy;
	struct cl_interval iv;
	struct cl_raw raw;
	int error;

	if (cl_page_snapshot(page, &copy, &raw))
		errx(2, "the page stays in the middle of a write");
	error = cl_past_read(&copy, &end, s->clock, s->ns, &iv);
	errno = -error;
	expect("a stamp is converted", !error);
	errno = 0;
	if (!error)
		expect("to the time when it was taken",
		       iv.latest.ns >= s->before.earliest.ns &&
			       iv.earliest.ns <= s->after.latest.ns &&
			       (iv.earliest.ns + iv.latest.ns) / 2 <=
				       s->after.latest.ns);
}

static void past(const struct cl_page *page, int fd, int n)
{
	const struct timespec pause = { .tv_nsec = PAUSE_NS };
	struct sample s[STAMPS];

	while (n > 0) {
		for (int i = 0; i < STAMPS; i++) {
			s[i].clock = (enum cl_past_clock)(i % 3);
			take(page, &s[i]);
			nanosleep(&pause, NULL);
		}
		for (int i = 0; i < STAMPS; i++)
			convert(page, fd, &s[i]);
		n -= STAMPS;
	}
}

static struct cl_page open_page(const char *path, int fd)
{
	char text[CL_PAGE_ERROR_SIZE];
	struct cl_page page;
	int error = cl_page_map(fd, &page);

	if (error) {
		cl_page_explain(&page, error, text);
		errx(2, "%s: %s", path, text);
	}
	return page;
}

static void kept(const struct cl_page *page)
{
	struct clocklink_page copy;
	struct cl_raw raw;

	if (cl_page_snapshot(page, &copy, &raw))
		errx(2, "the page stays in the middle of a write");
	printf("%llu\n", (unsigned long long)(copy.updates - copy.first + 1));
}

int main(int argc, char **argv)
{
	const char *what = argc > 2 ? argv[1] : "";
	struct cl_page page;
	int fd, n = argc == 4 ? atoi(argv[3]) : 0;

	fd = argc > 2 ? open(argv[2], O_RDONLY | O_CLOEXEC) : -1;
	if (argc > 2 && fd < 0)
		err(2, "%s", argv[2]);
	if (argc == 3 && !strcmp(what, "map")) {
		map(fd);
	} else if (argc == 3 && !strcmp(what, "offset")) {
		s64 ahead = now_ns(CLOCK_MONOTONIC_RAW) - stamp(fd).raw;

		printf("%lld\n", (long long)((ahead + CL_NS_PER_SEC / 2) /
					     CL_NS_PER_SEC));
	} else if (argc == 3 && !strcmp(what, "kept")) {
		page = open_page(argv[2], fd);
		kept(&page);
	} else if (n > 0 && !strcmp(what, "stamp")) {
		stamps(fd, n);
	} else if (n > 0 && !strcmp(what, "past")) {
		page = open_page(argv[2], fd);
		past(&page, fd, n);
	} else {
		errx(2,
		     "usage: page-check map|kept|offset PAGE | stamp|past PAGE N");
	}
	return bad;
}
