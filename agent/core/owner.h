/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who sets a clock of this host: this node, by cluster time, or somebody else.  There is
 * one owner; where there is another one the clock is left alone until it is quiet.
 */
#ifndef _CL_CORE_OWNER_H
#define _CL_CORE_OWNER_H

#include <sys/timex.h>

#include "io.h"

#define CL_OWNER_WHO_SIZE 128
#define CL_OWNER_WHY_SIZE 192

/* The clock is taken when there was no other owner for so long. */
#define CL_OWNER_QUIET_NS (30 * CL_NS_PER_SEC)

/* Doubled each time that it is lost to somebody whose name is not known, up to: */
#define CL_OWNER_QUIET_MAX_NS (64 * CL_OWNER_QUIET_NS)

/**
 * enum cl_owner_state - what is done with a clock
 * @CL_OWNER_WAITING: nothing, there is no cluster time to set it to, or it is looked at
 * @CL_OWNER_YIELDED: nothing, somebody else sets it
 * @CL_OWNER_STEERED: it follows cluster time
 */
enum cl_owner_state {
	CL_OWNER_WAITING,
	CL_OWNER_YIELDED,
	CL_OWNER_STEERED,
};

/**
 * struct cl_owner - the owner of a clock
 * @io: the world
 * @clock: name of the clock, for the log
 * @state: what is done with it
 * @why: why it is not steered; "" if it is
 * @who: who sets it, as far as known
 * @quiet_since: no other owner was noticed since then, io time
 * @quiet_ns: how long there has to be none
 * @hold_ns: @quiet_ns when it was last lost to somebody without a known name; 0:
 *	never
 * @taken_at: when it was taken, io time
 * @yields: times that it was left to somebody
 * @failing: the last call failed, and that was logged
 */
struct cl_owner {
	struct cl_io *io;
	const char *clock;
	enum cl_owner_state state;
	char why[CL_OWNER_WHY_SIZE];
	char who[CL_OWNER_WHO_SIZE];
	s64 quiet_since;
	s64 quiet_ns;
	s64 hold_ns;
	s64 taken_at;
	u64 yields;
	bool failing;
};

void cl_owner_init(struct cl_owner *o, struct cl_io *io, const char *clock);
void __printf(2, 3) cl_owner_wait(struct cl_owner *o, const char *fmt, ...);
void cl_owner_yield(struct cl_owner *o, const char *who);
void cl_owner_yield_unknown(struct cl_owner *o, const char *deed,
			    const char *runs);
void cl_owner_disturbed(struct cl_owner *o);
bool cl_owner_quiet(const struct cl_owner *o);
bool cl_owner_take(struct cl_owner *o);
void cl_owner_fail(struct cl_owner *o, const char *what, int err);
struct timex cl_owner_step(s64 ns);
void cl_owner_get(const struct cl_owner *o, struct cl_ctl_sysclock *ret);

#endif /* _CL_CORE_OWNER_H */
