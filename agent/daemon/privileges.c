// SPDX-License-Identifier: GPL-2.0-or-later
#include "privileges.h"

#include <cap-ng.h>
#include <errno.h>
#include <sys/prctl.h>

static int keep(capng_type_t types, unsigned int cap)
{
	return capng_update(CAPNG_ADD, types, cap) ? -EINVAL : 0;
}

/**
 * cl_privileges_limit() - give up all that the daemon does not need
 * @sys_time: keep CAP_SYS_TIME, if it is there, to create an instance with a
 *	PTP clock or to steer the system's clock
 *
 * Keeps CAP_NET_ADMIN and never gains anything by exec() again.
 *
 * Return: 0; -EPERM if CAP_NET_ADMIN is missing or the rest cannot be dropped.
 */
int cl_privileges_limit(bool sys_time)
{
	const capng_type_t types = CAPNG_EFFECTIVE | CAPNG_PERMITTED;
	capng_select_t set = CAPNG_SELECT_CAPS;
	bool has_time;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -errno;
	if (capng_get_caps_process())
		return -EPERM;
	if (!capng_have_capability(CAPNG_EFFECTIVE, CAP_NET_ADMIN))
		return -EPERM;
	has_time = capng_have_capability(CAPNG_EFFECTIVE, CAP_SYS_TIME);
	/* The bounding set can be emptied only as long as we may. */
	if (capng_have_capability(CAPNG_EFFECTIVE, CAP_SETPCAP))
		set = CAPNG_SELECT_BOTH;
	capng_clear(set);
	if (keep(types, CAP_NET_ADMIN) ||
	    (sys_time && has_time && keep(types, CAP_SYS_TIME)))
		return -EPERM;
	return capng_apply(set) ? -EPERM : 0;
}
