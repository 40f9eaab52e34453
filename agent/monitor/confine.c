// SPDX-License-Identifier: GPL-2.0-or-later
#include "confine.h"

#include <cap-ng.h>
#include <errno.h>
#include <grp.h>
#include <sys/prctl.h>
#include <unistd.h>

/* The user that owns nothing, on all distributions. */
#define NOBODY 65534

/**
 * cl_confine() - give up all privileges
 *
 * Root becomes nobody; whoever it is then has no capability and never gains one by
 * exec().
 *
 * Return: 0; -errno, then the process must end.
 */
int cl_confine(void)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -errno;
	if (!geteuid() &&
	    (setgroups(0, NULL) || setresgid(NOBODY, NOBODY, NOBODY) ||
	     setresuid(NOBODY, NOBODY, NOBODY)))
		return -errno;
	capng_clear(CAPNG_SELECT_CAPS);
	return capng_apply(CAPNG_SELECT_CAPS) ? -EPERM : 0;
}
