/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The system's clock, CLOCK_REALTIME, follows cluster time as long as nobody else sets
 * it.
 */
#ifndef _CL_CORE_SYSCLOCK_H
#define _CL_CORE_SYSCLOCK_H

#include <sys/timex.h>

#include "owner.h"
#include "realtime.h"

/**
 * struct cl_sysclock_look - cluster time and the system's clocks at one instant
 * @at: the system's clocks
 * @state: enum clocklink_state, or void by its time
 * @time_ns: cluster time
 * @rate: its rate against raw time in the next second, as a number
 * @bound_ns: its error bound
 * @hard_ns: its hard bound
 * @tai_offset_s: TAI - UTC, s; 0: not known
 * @leap: enum clocklink_leap
 * @leap_ns: cluster time of the leap second, 0: none
 * @disruptions: times that raw time was disturbed, as by a suspended machine
 */
struct cl_sysclock_look {
	struct cl_stamp at;
	u32 state;
	s64 time_ns;
	double rate;
	u64 bound_ns;
	u64 hard_ns;
	s32 tai_offset_s;
	u32 leap;
	s64 leap_ns;
	u32 disruptions;
};

/**
 * struct cl_sysclock_ops - the system
 * @look: cluster time and clocks; -ENODEV: there is no cluster's clock
 * @adjust: clock_adjtime() of CLOCK_REALTIME
 * @rivals: programs that set the clock, with @all those that could; false: none
 *
 * The first two return 0 or -errno.
 */
struct cl_sysclock_ops {
	int (*look)(void *ctx, struct cl_sysclock_look *ret);
	int (*adjust)(void *ctx, struct timex *tx);
	bool (*rivals)(void *ctx, bool all, char who[CL_OWNER_WHO_SIZE]);
};

/**
 * struct cl_sysclock - the clock
 * @io: the world
 * @ops: the system
 * @ctx: for @ops
 * @step_ns: a larger offset may be stepped away; 0: none
 * @may_step: it may now: at the start, and after a disruption
 * @owner: who sets it
 * @ours: @set is what it was set to by us and nobody else since
 * @set: its settings as seen last
 * @real: how it runs
 * @leap_ns: cluster time of the last leap second that was announced, 0: none
 * @disruptions: as seen last
 * @next: next look, io time
 * @scan_at: next search for rivals, io time
 * @offset_ns: cluster time in UTC minus clock, as seen last
 * @stepped_ns: what it was stepped by
 */
struct cl_sysclock {
	struct cl_io *io;
	const struct cl_sysclock_ops *ops;
	void *ctx;
	s64 step_ns;
	bool may_step;
	struct cl_owner owner;
	bool ours;
	struct timex set;
	struct cl_realtime real;
	s64 leap_ns;
	u32 disruptions;
	s64 next;
	s64 scan_at;
	s64 offset_ns;
	s64 stepped_ns;
};

void cl_sysclock_init(struct cl_sysclock *s, struct cl_io *io,
		      const struct cl_sysclock_ops *ops, void *ctx,
		      s64 step_ns);
void cl_sysclock_run(struct cl_sysclock *s);
s64 cl_sysclock_freq_ppt(const struct cl_sysclock *s);

#endif /* _CL_CORE_SYSCLOCK_H */
