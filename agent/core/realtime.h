/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How the kernel's CLOCK_REALTIME runs, and what to order so that it runs as cluster
 * time does.  Numbers in, numbers out.
 *
 * An offset is given to the kernel's phase-locked loop with its frequency held: at
 * each second it takes out a quarter of what is left.  So a slew ends by itself, whoever
 * was to end it, and the frequency that is set is the clock's own.
 */
#ifndef _CL_CORE_REALTIME_H
#define _CL_CORE_REALTIME_H

#include "kmod/core/types.h"

/* The kernel's limit for frequencies, and of ours for what a slew adds to it. */
#define CL_REALTIME_FREQ_MAX 0.0005
#define CL_REALTIME_SLEW_MAX 0.0005

/* Seconds in which the offset becomes less by e: time constant 0 of the kernel. */
#define CL_REALTIME_PLL_S 4

/**
 * struct cl_stamp - two clocks of the system at one instant
 * @raw_ns: CLOCK_MONOTONIC_RAW
 * @real_ns: CLOCK_REALTIME
 */
struct cl_stamp {
	s64 raw_ns;
	s64 real_ns;
};

/**
 * struct cl_realtime - the clock since the last order
 * @known: there was one
 * @at: when
 * @freq: frequency set, against raw time, as a number
 * @offset_ns: what the kernel was to take out from then on
 * @second_ns: what it takes out in the second of @at, all of it
 * @excess: frequency of the clock beyond @freq, learnt
 */
struct cl_realtime {
	bool known;
	struct cl_stamp at;
	double freq;
	s64 offset_ns;
	double second_ns;
	double excess;
};

/**
 * struct cl_realtime_order - what to set
 * @freq: frequency, as a number
 * @offset_ns: to be taken out
 */
struct cl_realtime_order {
	double freq;
	s64 offset_ns;
};

double cl_realtime_see(struct cl_realtime *r, const struct cl_stamp *now,
		       s64 left_ns);
struct cl_realtime_order cl_realtime_order(const struct cl_realtime *r,
					   const struct cl_stamp *now,
					   s64 offset_ns, double rate);
void cl_realtime_set(struct cl_realtime *r, const struct cl_stamp *now,
		     const struct cl_realtime_order *set);
s64 cl_realtime_wait(const struct cl_stamp *now);

#endif /* _CL_CORE_REALTIME_H */
