// SPDX-License-Identifier: GPL-2.0-or-later
#include "handle.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "timens.h"
#include "wiped.h"

/**
 * cl_handle_check_file() - is the handle's file still its own?
 * @c: the handle
 *
 * A daemon may have closed all files, and opened others under their numbers.
 *
 * Return: 0; CLOCKLINK_ERROR_DEVICE, errno is EBADF.
 */
int cl_handle_check_file(const struct clocklink *c)
{
	struct stat st;

	if (!fstat(c->fd, &st) && st.st_dev == c->dev && st.st_ino == c->ino)
		return CLOCKLINK_OK;
	errno = EBADF;
	return CLOCKLINK_ERROR_DEVICE;
}

/**
 * cl_handle_shift_slow() - find out what the process's clocks are ahead
 * @c: the handle
 * @ret: ns
 *
 * Context: any thread, the first time in a process.
 * Return: 0; CLOCKLINK_ERROR_DEVICE if the program has closed the handle's file;
 * CLOCKLINK_ERROR_NAMESPACE if it cannot be told.
 */
int cl_handle_shift_slow(const struct clocklink *c, s64 *ret)
{
	int err;

	*ret = 0;
	if (!c->is_file) {
		err = cl_handle_check_file(c);
		if (err)
			return err;
		if (cl_timens_shift(c->fd, ret))
			return CLOCKLINK_ERROR_NAMESPACE;
	}
	cl_shift_store(c->shift, *ret);
	return CLOCKLINK_OK;
}

/* Opens and maps it; 0 or an error of the library. */
static int open_page(struct clocklink *c, const char *path)
{
	struct stat st;

	c->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (c->fd < 0 || fstat(c->fd, &st))
		return CLOCKLINK_ERROR_DEVICE;
	c->dev = st.st_dev;
	c->ino = st.st_ino;
	c->is_file = S_ISREG(st.st_mode);
	switch (cl_page_map(c->fd, &c->page)) {
	case 0:
		return CLOCKLINK_OK;
	case -EPROTO:
		return CLOCKLINK_ERROR_FORMAT;
	case -ENOTSUP:
		return CLOCKLINK_ERROR_VERSION;
	case -ENOMEM:
		return CLOCKLINK_ERROR_MEMORY;
	case -ENODEV:
		/* A directory, a pipe. */
		return CLOCKLINK_ERROR_FORMAT;
	default:
		return CLOCKLINK_ERROR_DEVICE;
	}
}

/**
 * clocklink_open() - open a clock
 * @path: CLOCKLINK_DEVICE or /dev/clocklinkN; a file that holds a time page serves
 *	for tests
 * @ret: the handle, for clocklink_close(); NULL if it fails
 *
 * Keeps a file open (close-on-exec): a child of fork() asks it once whether it is in
 * another time namespace.  A process that enters one by setns() has to open it
 * anew.
 *
 * Context: any thread.
 * Return: 0; CLOCKLINK_ERROR_ARGUMENT, CLOCKLINK_ERROR_DEVICE (errno says why),
 * CLOCKLINK_ERROR_FORMAT, CLOCKLINK_ERROR_VERSION, CLOCKLINK_ERROR_MEMORY,
 * CLOCKLINK_ERROR_NAMESPACE.
 */
int clocklink_open(const char *path, struct clocklink **ret)
{
	struct clocklink *c;
	int saved, err;
	s64 shift;

	if (!ret)
		return CLOCKLINK_ERROR_ARGUMENT;
	*ret = NULL;
	if (!path)
		return CLOCKLINK_ERROR_ARGUMENT;
	c = calloc(1, sizeof(*c));
	if (!c)
		return CLOCKLINK_ERROR_MEMORY;
	err = CLOCKLINK_ERROR_MEMORY;
	c->fd = -1;
	c->shift = cl_wiped_new(sizeof(*c->shift));
	if (c->shift)
		err = open_page(c, path);
	if (!err)
		err = cl_handle_shift(c, &shift);
	if (err) {
		saved = errno;
		clocklink_close(c);
		errno = saved;
		return err;
	}
	*ret = c;
	return CLOCKLINK_OK;
}

/**
 * clocklink_close() - close a clock
 * @c: handle that no thread uses any more, or NULL
 */
void clocklink_close(struct clocklink *c)
{
	if (!c)
		return;
	if (c->page.map)
		cl_page_close(&c->page);
	cl_wiped_free(c->shift, sizeof(*c->shift));
	if (c->fd >= 0 && !cl_handle_check_file(c))
		close(c->fd);
	free(c);
}
