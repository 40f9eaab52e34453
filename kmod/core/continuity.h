/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Path continuity: a path that became longer or shorter in one direction is told
 * from a clock that moved, by the smallest delays of both directions.
 *
 * An asymmetry cannot be seen, but its change can: the oscillators bridge the
 * instant of the change.
 */
#ifndef _CL_CORE_CONTINUITY_H
#define _CL_CORE_CONTINUITY_H

#include "cltime.h"
#include "floors.h"
#include "home.h"
#include "lack.h"
#include "rise.h"
#include "types.h"

#define CL_CONTINUITY_DIRECTIONS CL_FLOORS_DIRECTIONS

/**
 * enum cl_continuity_verdict - what to do with a sample
 * @CL_CONTINUITY_QUIET: use what was kept back and this sample
 * @CL_CONTINUITY_DOUBT: the path or a clock has changed, or the sample is wrong:
 *	keep it back
 * @CL_CONTINUITY_SHIFTED: the path has changed and the shifts with it: use what
 *	was kept back and this sample, less the shifts
 * @CL_CONTINUITY_CLOCK: a clock has moved: start the estimator anew, from what
 *	was kept back and this sample
 * @CL_CONTINUITY_STRAY: forget what was kept back and this sample
 * @CL_CONTINUITY_LATE: forget what was kept back, it was late; use this sample
 */
enum cl_continuity_verdict {
	CL_CONTINUITY_QUIET,
	CL_CONTINUITY_DOUBT,
	CL_CONTINUITY_SHIFTED,
	CL_CONTINUITY_CLOCK,
	CL_CONTINUITY_STRAY,
	CL_CONTINUITY_LATE,
};

/**
 * struct cl_continuity_scale - what is known of the samples at present
 * @noise_ns: rms of the noise of a one-way difference, ns
 * @excess_ns: mean of a one-way delay above the smallest, ns
 * @err_ns: standard deviation of the offset that the sample is compared with, ns
 * @interval_ns: mean time between samples, ns
 */
struct cl_continuity_scale {
	s64 noise_ns;
	s64 excess_ns;
	s64 err_ns;
	s64 interval_ns;
};

/**
 * struct cl_continuity - state of one path
 * @shift_ns: by how much each direction is longer than at the start
 * @var_ns2: variances of @shift_ns
 * @changes: changes of the path that were learnt
 * @floors: lowest samples; in doubt the window has those since it began
 * @home: the path before it became longer
 * @lack: samples that should have come near the floors
 * @first: instant of the first sample
 * @started: @first is known
 * @doubt: something has changed, or samples are wrong
 * @down: the direction that fell
 * @drop_ns: by how much it fell, so far
 * @doubt_err_ns: standard deviation of the estimate before
 * @lows: samples that showed it
 * @expected_q16: how many would have, had it fallen as far
 * @touches: samples of the other direction that show that it did not rise
 * @missed_q16: how many others would have, had it not risen
 * @slack_ns: how much deeper samples of each direction may be, because that did
 *	not prove a change
 * @settle: samples during which each direction may still be found shorter
 */
struct cl_continuity {
	s64 shift_ns[CL_CONTINUITY_DIRECTIONS];
	u64 var_ns2[CL_CONTINUITY_DIRECTIONS];
	u64 changes;
	struct cl_floors floors;
	struct cl_home home;
	struct cl_lack lack;
	struct cl_raw first;
	bool started;
	bool doubt;
	u8 down;
	s64 drop_ns;
	s64 doubt_err_ns;
	s64 expected_q16;
	s64 missed_q16;
	u32 lows;
	u32 touches;
	s64 slack_ns[CL_CONTINUITY_DIRECTIONS];
	u32 settle[CL_CONTINUITY_DIRECTIONS];
};

void cl_continuity_init(struct cl_continuity *c);
void cl_continuity_restart(struct cl_continuity *c);
void cl_continuity_forget(struct cl_continuity *c);
enum cl_continuity_verdict
cl_continuity_push(struct cl_continuity *c, struct cl_raw at, s64 ru, s64 rw,
		   const struct cl_continuity_scale *scale);
s64 cl_continuity_asymmetry_ns(const struct cl_continuity *c);
u64 cl_continuity_err_ns(const struct cl_continuity *c);
u64 cl_continuity_doubt_ns(const struct cl_continuity *c);

#endif /* _CL_CORE_CONTINUITY_H */
