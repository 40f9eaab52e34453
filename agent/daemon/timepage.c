// SPDX-License-Identifier: GPL-2.0-or-later
#include "timepage.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "agent/lib/errors.h"

static int open_page(struct cl_timepage *t, u32 id)
{
	char path[32];
	int err;

	snprintf(path, sizeof(path), "/dev/clocklink%u", id);
	t->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (t->fd < 0)
		return -errno;
	err = cl_page_map(t->fd, &t->page);
	if (!err)
		return 0;
	close(t->fd);
	t->fd = -1;
	return err;
}

/**
 * cl_timepage_init() - begin without an instance
 * @t: the page; to be closed
 */
void cl_timepage_init(struct cl_timepage *t)
{
	memset(t, 0, sizeof(*t));
	t->fd = -1;
}

/**
 * cl_timepage_close() - give the page back
 * @t: the page; may be of no instance
 */
void cl_timepage_close(struct cl_timepage *t)
{
	if (t->fd < 0)
		return;
	cl_page_close(&t->page);
	close(t->fd);
	t->fd = -1;
}

/**
 * cl_timepage_settings() - an instance has come, changed or gone
 * @t: the page
 * @io: for the log, should its page not open
 * @who: needs it, for the log
 * @inst: the instance, NULL: there is none
 */
void cl_timepage_settings(struct cl_timepage *t, struct cl_io *io,
			  const char *who, const struct cl_nl_instance *inst)
{
	int err;

	cl_timepage_close(t);
	if (!inst)
		return;
	err = open_page(t, inst->id);
	if (err)
		cl_io_log(io, CL_IO_ERR, "%s: cannot read /dev/clocklink%u: %s",
			  who, inst->id, cl_error_text(err));
}

/**
 * cl_timepage_stamp() - all clocks of the system at one instant
 * @t: the page, of an instance
 * @ret: gets them
 *
 * Return: 0 or -errno.
 */
int cl_timepage_stamp(const struct cl_timepage *t, struct clocklink_stamp *ret)
{
	return ioctl(t->fd, CLOCKLINK_IOC_STAMP, ret) ? -errno : 0;
}
