// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The page has times of the initial time namespace (time_namespaces(7)). In another
 * one CLOCK_MONOTONIC and CLOCK_MONOTONIC_RAW are ahead by the same constant, and
 * the vDSO adds it without a word.
 *
 * Two witnesses: procfs has the number to the nanosecond, but is missing in some
 * containers, and has that of the children to come, who are in another namespace
 * after unshare(). The device gives the initial namespace's clock, but between two
 * readings of the own one.  Both have to agree; without procfs only "nothing" is
 * believed.
 */
#include "timens.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/lib/page.h"

/*
 * The shortest of so many windows counts; one takes 1 us, so that only a machine
 * which stalls all the time has none below the limit.
 */
#define TRIES 32
#define WINDOW_MAX_NS (100 * CL_NS_PER_US)

/**
 * struct window - the own clocks are ahead by no less and no more
 * @least: ns
 * @most: ns
 */
struct window {
	s64 least;
	s64 most;
};

static s64 width(const struct window *w)
{
	return w->most - w->least;
}

static int measure(int fd, struct window *ret)
{
	struct clocklink_stamp stamp;
	struct window w;

	*ret = (struct window){ .least = 0, .most = S64_MAX };
	for (int i = 0; i < TRIES && width(ret) > WINDOW_MAX_NS / 10; i++) {
		w.least = cl_page_raw().ns;
		if (ioctl(fd, CLOCKLINK_IOC_STAMP, &stamp))
			return -errno;
		w.most = cl_page_raw().ns;
		w.least -= stamp.raw;
		w.most -= stamp.raw;
		if (width(&w) < width(ret))
			*ret = w;
	}
	return width(ret) <= WINDOW_MAX_NS ? 0 : -EBUSY;
}

static bool contains(const struct window *w, s64 ns)
{
	return w->least <= ns && ns <= w->most;
}

/* Are children born into the own namespace?  Only then procfs tells its offset. */
static bool is_childrens(void)
{
	struct stat own, theirs;

	return !stat("/proc/self/ns/time", &own) &&
	       !stat("/proc/self/ns/time_for_children", &theirs) &&
	       own.st_dev == theirs.st_dev && own.st_ino == theirs.st_ino;
}

/* All of a small file as a string, without allocating; false if there is none. */
static bool read_file(const char *path, char *buf, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return false;
	n = read(fd, buf, size - 1);
	close(fd);
	if (n < 0)
		return false;
	buf[n] = '\0';
	return true;
}

/* Offset of the namespace as procfs has it; false if it has none. */
static bool read_offset(s64 *ret)
{
	char text[256], *at;
	long long s;

	if (!is_childrens() ||
	    !read_file("/proc/self/timens_offsets", text, sizeof(text)))
		return false;
	/* A line "monotonic SECONDS NANOSECONDS", both with a sign. */
	at = strstr(text, "monotonic ");
	if (!at)
		return false;
	s = strtoll(at + strlen("monotonic "), &at, 10);
	*ret = s * CL_NS_PER_SEC + strtoll(at, NULL, 10);
	return true;
}

/**
 * cl_timens_shift() - what this process's monotonic clocks are ahead of the page's
 * @fd: open /dev/clocklinkN
 * @ret: ns
 *
 * Return: 0; -ERANGE if the process is in a time namespace whose offset cannot be
 * told; -EBUSY if the machine stalls too often to tell; -errno of the device.
 */
int cl_timens_shift(int fd, s64 *ret)
{
	struct window w;
	s64 offset;
	int err;

	err = measure(fd, &w);
	if (err)
		return err;
	if (!read_offset(&offset))
		offset = 0;
	if (!contains(&w, offset))
		return -ERANGE;
	*ret = offset;
	return 0;
}
