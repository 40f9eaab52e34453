/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * When a leap second comes: at the end of a UTC month.
 */
#ifndef _CL_CORE_LEAP_H
#define _CL_CORE_LEAP_H

#include "cltime.h"
#include "types.h"

/* An interval of time that begins so late after a leap second is all behind it. */
#define CL_LEAP_LATE_NS CL_NS_PER_SEC

/**
 * struct cl_leap - a leap second that is announced
 * @time: cluster time from which it counts in TAI - UTC; 0: none is announced
 * @tai_offset: TAI - UTC before it, s
 * @change: what it adds to that: 1, -1; 0: none is announced
 *
 * All zero at first.
 */
struct cl_leap {
	struct cl_time time;
	s32 tai_offset;
	s32 change;
};

struct cl_time cl_leap_time(struct cl_time now, s32 tai_offset, s32 change);
bool cl_leap_passed(struct cl_leap *l, struct cl_time now, bool stepped,
		    s32 tai_offset, s32 change);

#endif /* _CL_CORE_LEAP_H */
