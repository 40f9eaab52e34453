/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * How fast the oscillators wander, learnt while they are filtered: three Kalman
 * filters that differ in the wander they assume, of which the middle one is
 * used and moves to where the samples are most likely.
 */
#ifndef _CL_CORE_WANDER_H
#define _CL_CORE_WANDER_H

#include "kalman.h"
#include "types.h"

/* The filters: wander / sqrt(10), wander, wander * sqrt(10). */
#define CL_WANDER_FILTERS 3
#define CL_WANDER_CENTRE 1

/**
 * struct cl_wander - filters and what speaks for them
 * @kf: filters, by rising wander; that in use is in the middle
 * @lead: log-likelihood of the lower and of the upper filter, less that of the
 *	middle one, Q24; limited
 * @age_q20: time since the first sample, s Q20, saturated
 * @in_q16: innovation of the last sample in the middle filter, ns Q16
 * @s_q16: its variance, ns^2 Q16; 0 before the second sample
 * @start_ppt: wander at the start, 1e-12 per sqrt(s)
 * @ppt: wander of the middle filter, 1e-12 per sqrt(s)
 * @moves: times that another filter became the middle one
 */
struct cl_wander {
	struct cl_kalman kf[CL_WANDER_FILTERS];
	s64 lead[2];
	s64 age_q20;
	s64 in_q16;
	s64 s_q16;
	u32 start_ppt;
	u32 ppt;
	u32 moves;
};

/* The filter in use. */
static inline const struct cl_kalman *
cl_wander_filter(const struct cl_wander *w)
{
	return &w->kf[CL_WANDER_CENTRE];
}

/* Wander it assumes, 1e-12 per sqrt(s). */
static inline u32 cl_wander_ppt(const struct cl_wander *w)
{
	return w->ppt;
}

void cl_wander_init(struct cl_wander *w, u32 start_ppt);
void cl_wander_restart(struct cl_wander *w);
void cl_wander_follow(struct cl_wander *w, const struct cl_kalman *k);
void cl_wander_raise(struct cl_wander *w);
void cl_wander_push(struct cl_wander *w, s64 dt_q20, s64 z_q16, s64 r_q16);
u32 cl_wander_doubt(const struct cl_wander *w, struct cl_kalman *ret);
void cl_wander_rebase(struct cl_wander *w, s64 whole_ns);
void cl_wander_open(struct cl_wander *w, s64 p00_times, s64 p11_times);

#endif /* _CL_CORE_WANDER_H */
