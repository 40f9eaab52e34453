/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Discipline by composition: target = leader's map o estimated offset.  No
 * loop gain; the clock reaches the target by a slew within one interval.
 */
#ifndef _CL_CORE_DISCIPLINE_H
#define _CL_CORE_DISCIPLINE_H

#include "clock.h"
#include "cltime.h"
#include "estimate.h"
#include "types.h"

#define CL_SLEW_MIN_PPT 100000ULL /* 100 ppb */
#define CL_SLEW_MAX_PPT 500000000ULL /* 500 ppm */
#define CL_SLEW_SIGMAS 10
#define CL_SLEW_HOLD_NS (8 * CL_NS_PER_SEC) /* that a sigma counts after it */
#define CL_SLEW_PART 4 /* of the interval, for what the limit allows */

/**
 * enum cl_steer - what a steering step did
 * @CL_STEER_STEPPED: set to the target (first lock, or forced)
 * @CL_STEER_SLEWED: reaches the target within the interval
 * @CL_STEER_LIMITED: the slew limit holds it back, @left_ns remains
 */
enum cl_steer {
	CL_STEER_STEPPED,
	CL_STEER_SLEWED,
	CL_STEER_LIMITED,
};

/**
 * struct cl_discipline - one steering step
 * @step: in: set the clock to the target at once
 * @bound_ns: in: what the target may be beside the parent; an error beyond it may be
 *	slewed fast
 * @y_err_ppt: in: standard deviation of the frequency, 1e-12
 * @interval_ns: in: time until the next step, > 0
 * @error_ns: out: target minus clock before the step
 * @left_ns: out: magnitude that remains when the slew ends
 */
struct cl_discipline {
	bool step;
	u64 bound_ns;
	u64 y_err_ppt;
	s64 interval_ns;
	s64 error_ns;
	u64 left_ns;
};

void cl_discipline_target(const struct cl_map *parent,
			  const struct cl_estimate *e, struct cl_map *ret);
u64 cl_discipline_hold(u64 held_ppt, u64 y_err_ppt, s64 age_ns);
enum cl_steer cl_discipline_steer(struct cl_clock *c, struct cl_raw now,
				  const struct cl_map *target,
				  struct cl_discipline *d);

#endif /* _CL_CORE_DISCIPLINE_H */
