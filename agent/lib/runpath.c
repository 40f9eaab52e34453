// SPDX-License-Identifier: GPL-2.0-or-later
#include "runpath.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>

/**
 * cl_runpath() - name of a file of this network namespace's daemon
 * @path: the name, with the inode of the namespace
 * @suffix: which file, at most 8 bytes
 *
 * Return: 0, or -errno if the namespace cannot be told.
 */
int cl_runpath(char path[CL_RUNPATH_SIZE], const char *suffix)
{
	struct stat st;

	if (stat("/proc/self/ns/net", &st))
		return -errno;
	snprintf(path, CL_RUNPATH_SIZE, CL_RUNPATH_DIR "/net-%ju.%.8s",
		 (uintmax_t)st.st_ino, suffix);
	return 0;
}
