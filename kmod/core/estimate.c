// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "estimate.h"
#include "fixed.h"

/* sqrt of an age in s, 1e-3 s^1/2, rounded up */
static u64 root(s64 age_ns)
{
	return cl_isqrt((u64)age_ns / 1000) + 1;
}

/*
 * Frequency error, 1e-12, rounded up, that for the age T makes the same as the
 * wander, wander sqrt(T^3 / 3).
 */
static u64 wander_as_drift(u32 wander_ppt, s64 age_ns)
{
	return wander_ppt * root(age_ns / 3) / 1000 + 1;
}

/**
 * cl_estimate_at() - an estimate some time later
 * @e: estimate
 * @at: local raw instant; before @e->at the uncertainty is that at @e->at
 * @ret: estimate at @at; may be @e
 *
 * The frequency goes on.  Offset and frequency depend on each other in a way
 * that the estimate does not tell, therefore not their variances but their
 * standard deviations are added, with that of the wander: never less than a
 * Kalman filter predicts, and at most sqrt(3) times as much, if they are
 * independent and alike; of holdover, where the wander outweighs the rest, it
 * is almost the same.
 */
void cl_estimate_at(const struct cl_estimate *e, struct cl_raw at,
		    struct cl_estimate *ret)
{
	s64 age = cl_raw_sub(at, e->at);
	u64 drift, change;

	*ret = *e;
	ret->at = at;
	ret->theta_ns = (s64)((u64)e->theta_ns + (u64)cl_scale(age, e->y_q48));
	if (age <= 0)
		return;
	drift = cl_add_sat(e->y_err_ppt, wander_as_drift(e->wander_ppt, age));
	ret->err_ns = cl_add_sat(e->err_ns, cl_drift_ns(drift, age));
	change = e->wander_ppt * root(age) / 1000 + 1;
	ret->y_err_ppt = cl_add_sat(e->y_err_ppt, change);
}
