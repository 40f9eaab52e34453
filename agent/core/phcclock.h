/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The PTP clock of a device, as a network card has one, follows cluster time as long as
 * nobody else sets it.  It shows TAI.
 */
#ifndef _CL_CORE_PHCCLOCK_H
#define _CL_CORE_PHCCLOCK_H

#include <sys/timex.h>

#include "owner.h"
#include "phcloop.h"

/* A larger offset is stepped away when the clock is taken. */
#define CL_PHCCLOCK_STEP_NS (20 * CL_NS_PER_US)

/* With a larger one later it is taken anew; else it is slewed, 0.5 us per s. */
#define CL_PHCCLOCK_FAR_NS CL_NS_PER_MS

/* Readings before it is taken, and the time between two; then one per second. */
#define CL_PHCCLOCK_READINGS 16
#define CL_PHCCLOCK_MEASURE_NS (250 * CL_NS_PER_MS)

/**
 * struct cl_phcclock_look - the clock and cluster time at one instant
 * @raw_ns: the instant, raw time
 * @phc_ns: the clock
 * @max_freq: largest frequency that it takes, as a number
 * @state: enum clocklink_state, or void by its time
 * @time_ns: cluster time
 * @rate: its rate against raw time without the slew of the moment, as a number
 * @disruptions: times that raw time was disturbed, as by a suspended machine
 */
struct cl_phcclock_look {
	s64 raw_ns;
	s64 phc_ns;
	double max_freq;
	u32 state;
	s64 time_ns;
	double rate;
	u32 disruptions;
};

/**
 * struct cl_phcclock_ops - the system
 * @look: clock and cluster time; -EAGAIN: not now, -ENODEV: one of both is not there
 * @adjust: clock_adjtime() of the clock
 * @rivals: programs that could set it; false: none
 *
 * The first two return 0 or -errno.
 */
struct cl_phcclock_ops {
	int (*look)(void *ctx, struct cl_phcclock_look *ret);
	int (*adjust)(void *ctx, struct timex *tx);
	bool (*rivals)(void *ctx, char who[CL_OWNER_WHO_SIZE]);
};

/**
 * struct cl_phcclock - the clock
 * @io: the world
 * @ops: the system
 * @ctx: for @ops
 * @owner: who sets it
 * @fit: readings, while it is not steered
 * @loop: how it runs, if it is steered
 * @seen: @freq is known
 * @freq: frequency as seen or set last, ppm times 2^16
 * @looked_ns: raw time of the last look
 * @disruptions: as seen last
 * @next: next look, io time
 * @offset_ns: cluster time minus clock, as seen last
 * @stepped_ns: what it was stepped by last
 */
struct cl_phcclock {
	struct cl_io *io;
	const struct cl_phcclock_ops *ops;
	void *ctx;
	struct cl_owner owner;
	struct cl_linefit fit;
	struct cl_phcloop loop;
	bool seen;
	long freq;
	s64 looked_ns;
	u32 disruptions;
	s64 next;
	s64 offset_ns;
	s64 stepped_ns;
};

void cl_phcclock_init(struct cl_phcclock *c, struct cl_io *io,
		      const struct cl_phcclock_ops *ops, void *ctx,
		      const char *name);
bool cl_phcclock_run(struct cl_phcclock *c);
s64 cl_phcclock_freq_ppt(const struct cl_phcclock *c);

#endif /* _CL_CORE_PHCCLOCK_H */
