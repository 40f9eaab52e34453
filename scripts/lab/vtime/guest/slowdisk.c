// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Preloaded to a node's daemon: a disk that needs some time for what has to be durable.
 * It stalls while somebody holds a lock on the file /run/disk.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#define DISK "/run/disk"
#define WRITE_NS 5000000L

/* The files of a node are in memory: there is nothing else to wait for. */
static int wait_for_disk(void)
{
	const struct timespec t = { .tv_nsec = WRITE_NS };
	int fd = open(DISK, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	int err;

	if (fd < 0)
		return -1;
	err = flock(fd, LOCK_SH);
	close(fd);
	if (err)
		return -1;
	nanosleep(&t, NULL);
	return 0;
}

/**
 * fsync() - replaces that of the C library
 * @fd: not used
 *
 * Return: 0, -1: there is no disk, errno says why.
 */
int fsync(int fd)
{
	(void)fd;
	return wait_for_disk();
}

/**
 * fdatasync() - replaces that of the C library
 * @fd: not used
 *
 * Return: 0, -1: there is no disk, errno says why.
 */
int fdatasync(int fd)
{
	(void)fd;
	return wait_for_disk();
}
