/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A node that follows: from updates and an estimator to a clock with bounds, as
 * kmod/steering.c and kmod/output.c do it.
 */
#ifndef _SIM_FOLLOWER_H
#define _SIM_FOLLOWER_H

#include "kmod/core/bound.h"
#include "kmod/core/discipline.h"
#include "kmod/core/estimator.h"
#include "kmod/core/joint.h"
#include "kmod/core/thermal.h"
#include "kmod/core/wire.h"

/**
 * struct sim_reading - what a reader of the clock gets
 * @time: cluster time
 * @bound_ns: bound
 * @hard_ns: bound without trust in the path's symmetry
 * @synced: the leader has been heard of lately, else the node holds over
 */
struct sim_reading {
	struct cl_time time;
	u64 bound_ns;
	u64 hard_ns;
	bool synced;
};

/**
 * struct sim_follower - a follower
 * @asymmetry_ns: budget of the link to the leader, 0: default
 * @thermal: temperature of its oscillator, if it is told
 * @hold: what of it is in @target
 * @locked: it has a target
 * @clock: the clock
 * @bound: at the clock's anchor
 * @usable: readings count
 * @target: line of the last update, joint with those of peers
 * @leader: line of the last update, by the leader alone
 * @estimate: of the leader when it came
 * @y_err_ppt: how uncertain its frequency has been lately
 * @held_at: when that was found
 * @update: the last update
 * @until: holdover begins
 * @reach: the clock is to be at its target
 * @next: maintenance is due
 * @limited: updates that needed a faster slew than is allowed
 * @dropped: edges of peers that disagreed with the majority
 * @clipped: updates in which peers would have moved the target too far
 */
struct sim_follower {
	u32 asymmetry_ns;
	struct cl_thermal thermal;
	struct cl_thermal_hold hold;
	bool locked;
	struct cl_clock clock;
	struct cl_bound bound;
	bool usable;
	struct cl_map target;
	struct cl_map leader;
	struct cl_estimate estimate;
	u64 y_err_ppt;
	struct cl_raw held_at;
	struct cl_wire_update update;
	struct cl_raw until;
	struct cl_raw reach;
	struct cl_raw next;
	u64 limited;
	u64 dropped;
	u64 clipped;
};

void sim_follower_update(struct sim_follower *f, struct cl_raw now,
			 const struct cl_estimator *e,
			 const struct cl_joint_gap *gaps, unsigned int n,
			 const struct cl_wire_update *u);
void sim_follower_tick(struct sim_follower *f, struct cl_raw now);
bool sim_follower_line(const struct sim_follower *f, struct cl_raw now,
		       struct cl_map *ret);
bool sim_follower_read(const struct sim_follower *f, struct cl_raw now,
		       struct sim_reading *ret);

#endif /* _SIM_FOLLOWER_H */
