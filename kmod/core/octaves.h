/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * How fast the oscillators wander, from the estimate itself: how much it bends
 * within 16 s, 32 s and so on.  Slow, but whatever the law of the delays.
 */
#ifndef _CL_CORE_OCTAVES_H
#define _CL_CORE_OCTAVES_H

#include "cltime.h"
#include "estimate.h"
#include "types.h"

/* 16 s, 32 s ... 8192 s */
#define CL_OCTAVES 10
#define CL_OCTAVES_FIRST 4

/**
 * struct cl_octaves - second differences of an offset
 * @at: instant of the newest offset taken
 * @taken: offsets taken since the last gap, one in 16 s
 * @octave: for each spacing T of them: the last two offsets, T apart, ns; mean
 *	square of the second differences, ns^2; their number, limited
 */
struct cl_octaves {
	struct cl_raw at;
	u32 taken;
	struct {
		s64 theta[2];
		s64 mean;
		u32 n;
	} octave[CL_OCTAVES];
};

void cl_octaves_init(struct cl_octaves *o);
void cl_octaves_restart(struct cl_octaves *o);
void cl_octaves_push(struct cl_octaves *o, const struct cl_estimate *e);
u32 cl_octaves_ppt(const struct cl_octaves *o);

#endif /* _CL_CORE_OCTAVES_H */
