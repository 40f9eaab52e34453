/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When will a figure that rises reach its limit?
 */
#ifndef _CL_LIB_REACH_H
#define _CL_LIB_REACH_H

#include "trend.h"

/* The last so many readings make one value of the trend. */
#define CL_REACH_READINGS 8

/**
 * struct cl_reach - a figure and its limit
 * @began_ns: when the value that is being made began
 * @n: readings for it
 * @v: the last of them
 * @quick: values, 5 s each
 * @slow: medians of CL_TREND_POINTS of those, two minutes each
 * @turns: values since the last one of @slow
 * @doubts: values in a row that disagree with @warns
 * @warns: the limit will be reached soon
 * @in_ns: in so long, when @warns
 * @since_ns: when the rise began, when @warns
 * @warned_ns: when @warns became true
 * @now: the last value
 */
struct cl_reach {
	s64 began_ns;
	u32 n;
	float v[CL_REACH_READINGS];
	struct cl_trend quick;
	struct cl_trend slow;
	u8 turns;
	u8 doubts;
	bool warns;
	s64 in_ns;
	s64 since_ns;
	s64 warned_ns;
	float now;
};

void cl_reach_init(struct cl_reach *r);
void cl_reach_push(struct cl_reach *r, s64 at_ns, double x, double limit);

#endif /* _CL_LIB_REACH_H */
