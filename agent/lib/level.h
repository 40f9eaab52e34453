/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Has the level of a figure changed?  A baseline that is learnt from the figure
 * itself, and a two-sided CUSUM of the distances from it.
 */
#ifndef _CL_LIB_LEVEL_H
#define _CL_LIB_LEVEL_H

#include "kmod/core/types.h"

/* The baseline begins with the median of so many values. */
#define CL_LEVEL_START 16

/*
 * Deviations that count in a sum are what exceeds DRIFT; the sum at which the level
 * has changed.  See Documentation/anomaly.rst for why.
 */
#define CL_LEVEL_DRIFT 1.0
#define CL_LEVEL_LIMIT 10.0

/**
 * struct cl_level - a figure
 * @first: the first values
 * @n: values that were learnt from, saturates
 * @side: 1: the level has risen, -1: fallen, 0: neither
 * @mid: baseline
 * @spread: mean distance from it, as a standard deviation
 * @pairs: mean product of two distances in a row, in squares of the deviation
 * @before: the last distance, in deviations, limited
 * @up: CUSUM of distances above the baseline
 * @down: of those below
 * @now: the last value
 */
struct cl_level {
	float first[CL_LEVEL_START];
	u16 n;
	s8 side;
	float mid;
	float spread;
	float pairs;
	float before;
	float up;
	float down;
	float now;
};

void cl_level_init(struct cl_level *l);
void cl_level_push(struct cl_level *l, double x, double least);
bool cl_level_known(const struct cl_level *l);

#endif /* _CL_LIB_LEVEL_H */
