// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Bounds are rounded up and saturate: a bound never becomes too small.
 */
#include "bound.h"
#include "fixed.h"

/* v * num / den, rounded up; for num < 2^32 */
static u64 mul_up(u64 v, u64 num, u64 den)
{
	if (v > U64_MAX / num - 1)
		return U64_MAX;
	return (v * num + den - 1) / den;
}

/**
 * cl_bound_grow() - a bound some time later
 * @ns: bound
 * @drift_ppt: its growth, 1e-12
 * @age_ns: time passed; negative counts as none
 *
 * Return: the bound, ns, rounded up.
 */
u64 cl_bound_grow(u64 ns, u64 drift_ppt, s64 age_ns)
{
	return cl_add_sat(ns, cl_drift_ns(drift_ppt, age_ns));
}

/**
 * cl_bound_asymmetry() - what the path's asymmetry may hide
 * @budget_ns: budget configured, 0: default
 * @min_rtt_ns: smallest round trip
 *
 * Return: the budget, or 1 us or 1 % of the round trip, whichever is more, ns.
 */
u64 cl_bound_asymmetry(u32 budget_ns, u64 min_rtt_ns)
{
	u64 share = mul_up(min_rtt_ns, 1, CL_BOUND_ASYM_RTT_DIV);

	if (budget_ns)
		return budget_ns;
	return share > CL_BOUND_ASYM_MIN_NS ? share : CL_BOUND_ASYM_MIN_NS;
}

/*
 * Growth of 5 sigma until the writer comes again.  After T the deviation has
 * grown by no more than T y_err + wander sqrt(T^3 / 3), which is convex: its
 * chord over the horizon is above it, with the slope
 * y_err + wander sqrt(T / 3).
 */
static u64 own_drift_ppt(const struct cl_estimate *e)
{
	/* sqrt(4 / 3) = 1.1547 for the horizon of 4 s */
	u64 wander = mul_up(e->wander_ppt, 1155, 1000);
	u64 drift =
		mul_up(cl_add_sat(e->y_err_ppt, wander), CL_BOUND_SIGMAS, 1);

	if (drift < CL_BOUND_DRIFT_MIN_PPT)
		return CL_BOUND_DRIFT_MIN_PPT;
	return drift > CL_BOUND_DRIFT_MAX_PPT ? CL_BOUND_DRIFT_MAX_PPT : drift;
}

/*
 * Uncertainty of the estimate: 5 sigma, and since the last exchange no clock is
 * trusted to more than CL_BOUND_DRIFT_MIN_PPT, however good it has been.
 */
static u64 own_error_ns(const struct cl_estimate *e)
{
	u64 sigmas = mul_up(e->err_ns, CL_BOUND_SIGMAS, 1);
	u64 drift =
		cl_drift_ns(CL_BOUND_DRIFT_MIN_PPT, cl_raw_sub(e->at, e->last));

	return sigmas > drift ? sigmas : drift;
}

/**
 * cl_bound_of() - bounds of an estimate
 * @e: estimate of the parent
 * @asym_budget_ns: asymmetry budget of the link, 0: default
 * @parent: bounds of the parent
 * @parent_age_ns: time since @parent was true, to @e->at
 * @ret: bounds at @e->at
 *
 * What the path's delays changed by was taken for asymmetry.  If it was not,
 * the estimate is wrong by that, and neither the budget nor the round trip, which
 * is as long as it was meanwhile found to be, makes up for it.
 */
void cl_bound_of(const struct cl_estimate *e, u32 asym_budget_ns,
		 const struct cl_bound *parent, s64 parent_age_ns,
		 struct cl_bound *ret)
{
	u64 own = cl_add_sat(own_error_ns(e), e->shift_ns);
	u64 asym = cl_bound_asymmetry(asym_budget_ns, e->min_rtt_ns);
	u64 half = cl_add_sat(mul_up(e->min_rtt_ns, 1, 2), e->told_ns);

	ret->bound_ns =
		cl_add_sat(cl_add_sat(asym, own),
			   cl_bound_grow(parent->bound_ns, parent->drift_ppt,
					 parent_age_ns));
	ret->hard_ns =
		cl_add_sat(cl_add_sat(half, own),
			   cl_bound_grow(parent->hard_ns, parent->drift_ppt,
					 parent_age_ns));
	ret->drift_ppt = cl_add_sat(own_drift_ppt(e), parent->drift_ppt);
}

/**
 * cl_bound_drift() - widen bounds for a rate that may have been wrong
 * @b: bounds
 * @drift_ppt: by how much at most, 1e-12
 * @age_ns: for how long; it goes on
 */
void cl_bound_drift(struct cl_bound *b, u64 drift_ppt, s64 age_ns)
{
	b->bound_ns = cl_bound_grow(b->bound_ns, drift_ppt, age_ns);
	b->hard_ns = cl_bound_grow(b->hard_ns, drift_ppt, age_ns);
	b->drift_ppt = cl_add_sat(b->drift_ppt, drift_ppt);
}

/**
 * cl_bound_beside() - widen bounds for a clock that follows another line
 * @b: bounds of @line at @at
 * @line: what they were made for
 * @target: what the clock follows
 * @at: local raw instant
 */
void cl_bound_beside(struct cl_bound *b, const struct cl_map *line,
		     const struct cl_map *target, struct cl_raw at)
{
	s64 beside = cl_time_sub(cl_map_at(target, at), cl_map_at(line, at));
	s64 rate = target->rate_q48 - line->rate_q48;

	b->bound_ns = cl_add_sat(b->bound_ns, cl_abs_s64(beside));
	b->hard_ns = cl_add_sat(b->hard_ns, cl_abs_s64(beside));
	if (rate)
		b->drift_ppt = cl_add_sat(b->drift_ppt,
					  cl_abs_s64(cl_q48_to_ppt(rate)) + 1);
}
