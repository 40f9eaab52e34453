/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The clocks of the system at one instant.
 */
#ifndef _CL_INSTANT_H
#define _CL_INSTANT_H

#include <linux/types.h>

/**
 * struct cl_instant - one instant, by the clocks of the initial time namespace
 * @raw: CLOCK_MONOTONIC_RAW, ns
 * @monotonic: CLOCK_MONOTONIC, ns
 * @realtime: CLOCK_REALTIME, ns
 * @set: times that CLOCK_REALTIME has been set, by anybody or by a leap second
 */
struct cl_instant {
	s64 raw;
	s64 monotonic;
	s64 realtime;
	u32 set;
};

void cl_instant_now(struct cl_instant *ret);

#endif /* _CL_INSTANT_H */
