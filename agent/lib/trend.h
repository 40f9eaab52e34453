/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a figure goes: the slope of its last values.
 */
#ifndef _CL_LIB_TREND_H
#define _CL_LIB_TREND_H

#include "kmod/core/types.h"

/* Values that are kept. */
#define CL_TREND_POINTS 24

/**
 * struct cl_trend - the last values, at equal distances in time
 * @v: values
 * @n: how many
 * @next: place of the next one
 */
struct cl_trend {
	float v[CL_TREND_POINTS];
	u8 n;
	u8 next;
};

/**
 * struct cl_slope - a line through the last values
 * @step: by how much it rises from one value to the next
 * @first: the line at the first of them
 * @last: the line at the last of them
 * @order: Kendall's tau of values and time: 1 each is larger than those before it,
 *	-1 each is smaller
 */
struct cl_slope {
	double step;
	double first;
	double last;
	double order;
};

void cl_trend_init(struct cl_trend *t);
void cl_trend_push(struct cl_trend *t, double x);
bool cl_trend_get(const struct cl_trend *t, unsigned int n,
		  struct cl_slope *ret);

#endif /* _CL_LIB_TREND_H */
