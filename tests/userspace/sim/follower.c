// SPDX-License-Identifier: GPL-2.0-or-later
#include "follower.h"

#include "agent/core/round.h"
#include "kmod/core/fixed.h"

/* As in kmod/steering.c. */
#define TICK_NS (500 * CL_NS_PER_MS)
#define SETTLE_NS (1 * CL_NS_PER_SEC)
/* Beyond this bound the clock is void: default of the settings. */
#define MAX_BOUND_NS (1 * CL_NS_PER_SEC)

/* Bounds of the target, which peers may have put beside the leader's line. */
static void bound(struct sim_follower *f, struct cl_raw now,
		  struct cl_bound *ret, struct cl_discipline *d)
{
	const struct cl_bound parent = {
		.bound_ns = f->update.bound_ns,
		.hard_ns = f->update.hard_ns,
		.drift_ppt = f->update.drift_ppt,
	};
	struct cl_estimate e;
	struct cl_raw theirs;

	cl_estimate_at(&f->estimate, now, &e);
	theirs = cl_raw_add(now, -e.theta_ns);
	cl_bound_of(&e, f->asymmetry_ns, &parent,
		    cl_raw_sub(theirs, f->update.map.raw), ret);
	cl_bound_beside(ret, &f->leader, &f->target, now);
	cl_bound_drift(ret, CL_BOUND_SIGMAS * f->hold.err_ppt,
		       cl_raw_sub(now, f->estimate.at));
	d->bound_ns = ret->bound_ns;
	f->y_err_ppt = cl_discipline_hold(f->y_err_ppt, e.y_err_ppt,
					  cl_raw_sub(now, f->held_at));
	f->held_at = now;
	d->y_err_ppt = f->y_err_ppt;
}

static void run(struct sim_follower *f, struct cl_raw now,
		struct cl_discipline *d)
{
	u64 error;

	bound(f, now, &f->bound, d);
	if (cl_discipline_steer(&f->clock, now, &f->target, d) ==
	    CL_STEER_LIMITED)
		f->limited++;
	error = d->step ? 0 : cl_abs_s64(d->error_ns);
	f->bound.bound_ns = cl_add_sat(f->bound.bound_ns, error);
	f->bound.hard_ns = cl_add_sat(f->bound.hard_ns, error);
	f->usable = f->bound.bound_ns <= MAX_BOUND_NS;
	f->next = cl_raw_add(now, TICK_NS);
}

/**
 * sim_follower_update() - an update has come
 * @f: follower
 * @now: its raw time
 * @e: estimator of the leader
 * @gaps: what peers say against the leader
 * @n: how many
 * @u: the update
 *
 * Nothing happens before the estimator is ready.
 */
void sim_follower_update(struct sim_follower *f, struct cl_raw now,
			 const struct cl_estimator *e,
			 const struct cl_joint_gap *gaps, unsigned int n,
			 const struct cl_wire_update *u)
{
	struct cl_discipline d = {
		.step = !f->locked,
		.interval_ns = u->interval_ns,
	};
	struct cl_joint_edge edge;
	struct cl_joint joint;
	s64 expiry = CL_ROUND_EXPIRY_INTERVALS * (s64)u->interval_ns;

	if (cl_estimator_get(e, now, &f->estimate))
		return;
	cl_joint_edge(&u->map, &f->estimate, &edge);
	cl_joint_solve(&edge, gaps, n, &joint);
	f->leader = edge.line;
	f->target = joint.line;
	f->dropped += joint.dropped;
	f->clipped += joint.clipped;
	f->update = *u;
	cl_thermal_learn(&f->thermal, &f->estimate);
	cl_thermal_begin(&f->thermal, &f->hold);
	f->locked = true;
	f->until = cl_raw_add(now, cl_max_s64(expiry, CL_ROUND_EXPIRY_MIN_NS));
	f->reach = cl_raw_add(now, u->interval_ns);
	run(f, now, &d);
}

/* As steering_warm(). */
static void warm(struct sim_follower *f, struct cl_raw now)
{
	s64 rate_q48 = cl_thermal_go_on(&f->thermal, &f->hold);
	struct cl_map *line[] = { &f->leader, &f->target };

	for (unsigned int i = 0; rate_q48 && i < ARRAY_SIZE(line); i++) {
		line[i]->time = cl_map_at(line[i], now);
		line[i]->raw = now;
		line[i]->rate_q48 += rate_q48;
	}
}

/**
 * sim_follower_tick() - maintenance
 * @f: follower
 * @now: its raw time
 */
void sim_follower_tick(struct sim_follower *f, struct cl_raw now)
{
	struct cl_discipline d = {
		.interval_ns = cl_max_s64(cl_raw_sub(f->reach, now), SETTLE_NS),
	};

	if (!f->locked || cl_raw_sub(now, f->next) < 0)
		return;
	if (cl_raw_sub(now, f->until) >= 0)
		warm(f, now);
	run(f, now, &d);
}

/**
 * sim_follower_line() - what it tells its peers
 * @f: follower
 * @now: its raw time
 * @ret: raw time to cluster time, anchored there
 *
 * Return: true if it has a time to tell.
 */
bool sim_follower_line(const struct sim_follower *f, struct cl_raw now,
		       struct cl_map *ret)
{
	if (!f->locked || cl_raw_sub(now, f->until) >= 0)
		return false;
	*ret = (struct cl_map){
		.raw = now,
		.time = cl_clock_at(&f->clock, now),
		.rate_q48 = f->clock.map.rate_q48,
	};
	return true;
}

/**
 * sim_follower_read() - read the clock
 * @f: follower
 * @now: its raw time
 * @ret: the reading
 *
 * Return: true if there is one.
 */
bool sim_follower_read(const struct sim_follower *f, struct cl_raw now,
		       struct sim_reading *ret)
{
	s64 age = cl_raw_sub(now, f->clock.map.raw);

	if (!f->locked || !f->usable)
		return false;
	ret->time = cl_clock_at(&f->clock, now);
	ret->bound_ns =
		cl_bound_grow(f->bound.bound_ns, f->bound.drift_ppt, age);
	ret->hard_ns = cl_bound_grow(f->bound.hard_ns, f->bound.drift_ppt, age);
	ret->synced = cl_raw_sub(now, f->until) < 0;
	return true;
}
