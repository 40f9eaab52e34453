// SPDX-License-Identifier: GPL-2.0-or-later
#include "page.h"

#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "errors.h"

static int check_page(const struct clocklink_page *m)
{
	if (m->magic != CLOCKLINK_PAGE_MAGIC)
		return -EPROTO;
	if (m->version != CLOCKLINK_PAGE_VERSION)
		return -ENOTSUP;
	return m->size < sizeof(*m) ? -EPROTO : 0;
}

/**
 * cl_page_map() - map a time page that has been opened
 * @fd: the open file; the mapping stays when it is closed
 * @ret: the page, to be closed
 *
 * Return: as of cl_page_open().
 */
int cl_page_map(int fd, struct cl_page *ret)
{
	struct stat st;
	void *map;
	int err;

	ret->map = NULL;
	ret->version = 0;
	if (fstat(fd, &st))
		return -errno;
	/* A file takes the place of the device in tests; reading behind its
	 * end would be SIGBUS.
	 */
	if (S_ISREG(st.st_mode) &&
	    st.st_size < (off_t)sizeof(struct clocklink_page))
		return -EPROTO;
	map = mmap(NULL, sizeof(struct clocklink_page), PROT_READ, MAP_SHARED,
		   fd, 0);
	if (map == MAP_FAILED)
		return -errno;
	err = check_page(map);
	ret->version = ((const struct clocklink_page *)map)->version;
	if (err) {
		munmap(map, sizeof(struct clocklink_page));
		return err;
	}
	ret->map = map;
	return 0;
}

/**
 * cl_page_open() - map a time page
 * @path: /dev/clocklinkN, or a file that holds a struct clocklink_page
 * @ret: the page, to be closed
 *
 * Return: 0; -errno of opening or mapping it, -EPROTO if it is no time page,
 * -ENOTSUP if it is one of another version, which @ret->version names.
 */
int cl_page_open(const char *path, struct cl_page *ret)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int err;

	if (fd < 0)
		return -errno;
	err = cl_page_map(fd, ret);
	/* The mapping keeps the device. */
	close(fd);
	return err;
}

/**
 * cl_page_close() - give a time page back
 * @p: page opened by cl_page_open()
 */
void cl_page_close(struct cl_page *p)
{
	munmap((void *)p->map, sizeof(struct clocklink_page));
	p->map = NULL;
}

/* The first @size bytes, a multiple of 8. */
static int snapshot(const struct cl_page *p, size_t size,
		    struct clocklink_page *ret, struct cl_raw *ret_raw)
{
	const u64 *from = (const u64 *)p->map;
	u64 *to = (u64 *)ret;
	u32 seq;

	for (int i = 0; i < CL_PAGE_RETRIES; i++) {
		/* Pairs as in cl_page_load(). */
		seq = __atomic_load_n(&p->map->seq, __ATOMIC_ACQUIRE);
		if (seq & 1) {
			cl_page_relax();
			continue;
		}
		*ret_raw = cl_page_raw();
		for (size_t j = 0; j < size / sizeof(*to); j++)
			to[j] = __atomic_load_n(&from[j], __ATOMIC_RELAXED);
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
		if (__atomic_load_n(&p->map->seq, __ATOMIC_RELAXED) == seq)
			return 0;
	}
	return -EAGAIN;
}

/**
 * cl_page_snapshot() - consistent copy of all of a page
 * @p: the page
 * @ret: the copy; seq is even
 * @ret_raw: own CLOCK_MONOTONIC_RAW at an instant when the copy was valid
 *
 * Return: 0; -EAGAIN if the page stayed in the middle of a write, the outputs
 * are unspecified then.
 */
int cl_page_snapshot(const struct cl_page *p, struct clocklink_page *ret,
		     struct cl_raw *ret_raw)
{
	return snapshot(p, sizeof(*ret), ret, ret_raw);
}

/**
 * cl_page_snapshot_head() - consistent copy of a page without its past
 * @p: the page
 * @ret: the copy; what comes after @ret->now is unspecified
 * @ret_raw: as of cl_page_snapshot()
 *
 * Return: as cl_page_snapshot().
 */
int cl_page_snapshot_head(const struct cl_page *p, struct clocklink_page *ret,
			  struct cl_raw *ret_raw)
{
	return snapshot(p, offsetof(struct clocklink_page, first), ret,
			ret_raw);
}

/**
 * cl_page_explain() - say why a page was refused
 * @p: what cl_page_open() or cl_page_map() has filled
 * @err: its error
 * @buf: CL_PAGE_ERROR_SIZE bytes
 */
void cl_page_explain(const struct cl_page *p, int err, char *buf)
{
	static const char other[] =
		"time page of version %u, this program reads version %u";
	const u32 ours = CLOCKLINK_PAGE_VERSION;

	if (err == -ENOTSUP)
		snprintf(buf, CL_PAGE_ERROR_SIZE, other, p->version, ours);
	else
		snprintf(buf, CL_PAGE_ERROR_SIZE, "%s", cl_error_text(err));
}
