/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A clock of the system as one number.
 */
#ifndef _CL_LIB_NOW_H
#define _CL_LIB_NOW_H

#include <time.h>

#include "kmod/core/types.h"

/* Time of a clock that exists, ns. */
static inline s64 cl_now_ns(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return ts.tv_sec * CL_NS_PER_SEC + ts.tv_nsec;
}

#endif /* _CL_LIB_NOW_H */
