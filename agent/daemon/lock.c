// SPDX-License-Identifier: GPL-2.0-or-later
#include "lock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/lib/runpath.h"
#include "log.h"

/* A file that only root can make: nobody else can keep the daemon out. */
static int open_lock(const char *path)
{
	int fd;

	if (mkdir(CL_RUNPATH_DIR, 0755) && errno != EEXIST)
		return -errno;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	return fd < 0 ? -errno : fd;
}

/**
 * cl_lock_take() - be the only daemon of this network namespace
 *
 * The lock ends with the process.  What is wrong is logged.
 *
 * Return: 0, -EWOULDBLOCK if there is another, or -errno.
 */
int cl_lock_take(void)
{
	char path[CL_RUNPATH_SIZE];
	int fd, err;

	err = cl_runpath(path, "lock");
	if (err) {
		errno = -err;
		cl_log(CL_IO_ERR, "cannot tell the network namespace: %m");
		return err;
	}
	fd = open_lock(path);
	if (fd < 0) {
		errno = -fd;
		cl_log(CL_IO_ERR, "cannot open %s: %m", path);
		return fd;
	}
	if (flock(fd, LOCK_EX | LOCK_NB)) {
		err = -errno;
		close(fd);
		cl_log(CL_IO_ERR,
		       "another clocklinkd runs in this network namespace (%s)",
		       path);
		return err;
	}
	return 0;
}
