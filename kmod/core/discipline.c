// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * The clock follows a line that is computed, not searched for: the parent's
 * map composed with the estimated offset.
 */
#include "discipline.h"
#include "fixed.h"

#define CL_ONE_Q48 (1LL << CL_Q48_SHIFT)

/**
 * cl_discipline_target() - where the local clock should be
 * @parent: parent's map, parent's raw time to cluster time
 * @e: estimate of local raw time against the parent's
 * @ret: line through @e->at, local raw time to cluster time
 *
 * Parent's raw time is x - theta(x), so that the rate of the composition is
 * (1 + parent's rate) (1 - y) - 1.
 */
void cl_discipline_target(const struct cl_map *parent,
			  const struct cl_estimate *e, struct cl_map *ret)
{
	struct cl_raw theirs = cl_raw(cl_raw_sub(e->at, cl_raw(e->theta_ns)));
	s64 rate = parent->rate_q48 - cl_mulshr(CL_ONE_Q48 + parent->rate_q48,
						e->y_q48, CL_Q48_SHIFT);

	ret->time = cl_map_at(parent, theirs);
	ret->raw = e->at;
	ret->rate_q48 =
		cl_clamp_s64(rate, 1 - CL_CLOCK_MAX_Q48, CL_CLOCK_MAX_Q48 - 1);
}

static s64 slew_limit_q48(const struct cl_discipline *d, bool fast)
{
	u64 ppt = CL_SLEW_MAX_PPT;

	if (!fast && d->y_err_ppt < CL_SLEW_MAX_PPT / CL_SLEW_SIGMAS)
		ppt = d->y_err_ppt * CL_SLEW_SIGMAS;
	if (ppt < CL_SLEW_MIN_PPT)
		ppt = CL_SLEW_MIN_PPT;
	return cl_ppt_to_q48((s64)ppt);
}

/**
 * cl_discipline_hold() - how uncertain the frequency has been lately
 * @held_ppt: the last answer, 1e-12
 * @y_err_ppt: standard deviation of the predicted frequency now, 1e-12
 * @age_ns: time since the last answer, ns
 *
 * An estimate that has become better all at once shows what its predecessor was
 * wrong by.  The sigma of that one says how fast it may go, not the new, small
 * one: so it counts on for CL_SLEW_HOLD_NS, less and less.
 *
 * Return: deviation for struct cl_discipline, 1e-12.
 */
u64 cl_discipline_hold(u64 held_ppt, u64 y_err_ppt, s64 age_ns)
{
	u64 left = (u64)(CL_SLEW_HOLD_NS -
			 cl_clamp_s64(age_ns, 0, CL_SLEW_HOLD_NS));

	if (held_ppt > CL_SLEW_MAX_PPT)
		held_ppt = CL_SLEW_MAX_PPT;
	held_ppt = held_ppt * (left / 1000) / (CL_SLEW_HOLD_NS / 1000);
	return held_ppt > y_err_ppt ? held_ppt : y_err_ppt;
}

/**
 * cl_discipline_steer() - steer a clock towards its target
 * @c: clock
 * @now: local raw time
 * @target: line that the clock should follow
 * @d: parameters and result
 *
 * The clock takes the target's rate at once.  The remaining error is slewed
 * away within a quarter of the interval, but no faster than 10 sigma of the
 * frequency; an error beyond the bound as fast as 500 ppm allows.  (While it is
 * slewed the clock still has the error of the estimate before: over the whole
 * interval the clock would on average be as good as the mean of two estimates,
 * and not as the newer.)  Unless it steps, the clock stays continuous and
 * monotonic.
 *
 * Return: what was done.
 */
enum cl_steer cl_discipline_steer(struct cl_clock *c, struct cl_raw now,
				  const struct cl_map *target,
				  struct cl_discipline *d)
{
	s64 error, limit, needed, slew;
	bool fast;

	d->error_ns = cl_time_sub(cl_map_at(target, now), cl_clock_at(c, now));
	d->left_ns = 0;
	if (d->step) {
		*c = (struct cl_clock){ .map = *target };
		cl_clock_rebase(c, now);
		return CL_STEER_STEPPED;
	}

	error = cl_max_s64(d->error_ns, -S64_MAX);
	error = error < 0 ? -error : error;
	fast = (u64)error > d->bound_ns;
	limit = slew_limit_q48(d, fast);
	/* Raw time that the error takes at the limit, rounded down. */
	needed = cl_shl_div(error, CL_Q48_SHIFT, limit);

	cl_clock_rebase(c, now);
	c->map.rate_q48 = target->rate_q48;
	if (needed >= d->interval_ns) {
		slew = limit;
		c->slew_ns = d->interval_ns;
		d->left_ns = (u64)(error - cl_scale(c->slew_ns, slew));
	} else {
		c->slew_ns = needed + 1;
		if (!fast)
			c->slew_ns = cl_max_s64(c->slew_ns,
						d->interval_ns / CL_SLEW_PART);
		slew = cl_shl_div(error, CL_Q48_SHIFT, c->slew_ns);
	}
	c->slew_q48 = d->error_ns < 0 ? -slew : slew;
	return needed >= d->interval_ns ? CL_STEER_LIMITED : CL_STEER_SLEWED;
}
