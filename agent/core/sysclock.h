/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who sets the system's clock, CLOCK_REALTIME: this node, by cluster time, or somebody
 * else.  There is one owner; where there is another one it is left alone.
 */
#ifndef _CL_CORE_SYSCLOCK_H
#define _CL_CORE_SYSCLOCK_H

#include <sys/timex.h>

#include "io.h"
#include "realtime.h"

#define CL_SYSCLOCK_WHO_SIZE 128
#define CL_SYSCLOCK_WHY_SIZE 192

/* The clock is taken when there was no other owner for so long. */
#define CL_SYSCLOCK_QUIET_NS (30 * CL_NS_PER_SEC)

/* Doubled each time that it is lost to somebody whose name is not known, up to: */
#define CL_SYSCLOCK_QUIET_MAX_NS (64 * CL_SYSCLOCK_QUIET_NS)

/**
 * enum cl_sysclock_state - what is done with the clock
 * @CL_SYSCLOCK_WAITING: nothing, there is no cluster time to set it to
 * @CL_SYSCLOCK_YIELDED: nothing, somebody else sets it
 * @CL_SYSCLOCK_STEERED: it follows cluster time
 */
enum cl_sysclock_state {
	CL_SYSCLOCK_WAITING,
	CL_SYSCLOCK_YIELDED,
	CL_SYSCLOCK_STEERED,
};

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
	bool (*rivals)(void *ctx, bool all, char who[CL_SYSCLOCK_WHO_SIZE]);
};

/**
 * struct cl_sysclock - the clock
 * @io: the world
 * @ops: the system
 * @ctx: for @ops
 * @step_ns: a larger offset may be stepped away; 0: none
 * @may_step: it may now: at the start, and after a disruption
 * @state: what is done with it
 * @why: why it is not steered; "" if it is
 * @owner: who sets it, as far as known
 * @ours: @set is what it was set to by us and nobody else since
 * @set: its settings as seen last
 * @real: how it runs
 * @leap_ns: cluster time of the last leap second that was announced, 0: none
 * @disruptions: as seen last
 * @next: next look, io time
 * @scan_at: next search for rivals, io time
 * @quiet_since: no other owner was noticed since then, io time
 * @quiet_ns: how long there has to be none
 * @hold_ns: @quiet_ns when it was last lost to somebody without a known name; 0:
 *	never
 * @taken_at: when it was taken, io time
 * @failing: the last look or setting failed, and that was logged
 * @offset_ns: cluster time in UTC minus clock, as seen last
 * @stepped_ns: what it was stepped by
 * @yields: times that it was left to somebody
 */
struct cl_sysclock {
	struct cl_io *io;
	const struct cl_sysclock_ops *ops;
	void *ctx;
	s64 step_ns;
	bool may_step;
	enum cl_sysclock_state state;
	char why[CL_SYSCLOCK_WHY_SIZE];
	char owner[CL_SYSCLOCK_WHO_SIZE];
	bool ours;
	struct timex set;
	struct cl_realtime real;
	s64 leap_ns;
	u32 disruptions;
	s64 next;
	s64 scan_at;
	s64 quiet_since;
	s64 quiet_ns;
	s64 hold_ns;
	s64 taken_at;
	bool failing;
	s64 offset_ns;
	s64 stepped_ns;
	u64 yields;
};

void cl_sysclock_init(struct cl_sysclock *s, struct cl_io *io,
		      const struct cl_sysclock_ops *ops, void *ctx,
		      s64 step_ns);
void cl_sysclock_run(struct cl_sysclock *s);
s64 cl_sysclock_freq_ppt(const struct cl_sysclock *s);
const char *cl_sysclock_state_name(enum cl_sysclock_state state);

#endif /* _CL_CORE_SYSCLOCK_H */
