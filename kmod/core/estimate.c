// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "estimate.h"
#include "fixed.h"

/*
 * Frequency error, 1e-12, rounded up, that for the age T makes the same as the
 * wander, wander sqrt(T^3 / 3).
 */
static u64 wander_as_drift(u32 wander_ppt, s64 age_ns)
{
	u64 root =
		cl_isqrt((u64)age_ns / 3000) + 1; /* sqrt(T / 3), 1e-3 s^1/2 */

	return wander_ppt * root / 1000 + 1;
}

/**
 * cl_estimate_at() - an estimate some time later
 * @e: estimate
 * @at: local raw instant; before @e->at the uncertainty is that at @e->at
 * @ret: estimate at @at; may be @e
 *
 * The frequency goes on; the standard deviations of offset, frequency and
 * wander are added, not their squares: they depend on each other.
 */
void cl_estimate_at(const struct cl_estimate *e, struct cl_raw at,
		    struct cl_estimate *ret)
{
	s64 age = cl_raw_sub(at, e->at);
	u64 drift;

	*ret = *e;
	ret->at = at;
	ret->theta_ns = (s64)((u64)e->theta_ns + (u64)cl_scale(age, e->y_q48));
	if (age <= 0)
		return;
	drift = cl_add_sat(e->y_err_ppt, wander_as_drift(e->wander_ppt, age));
	ret->err_ns = cl_add_sat(e->err_ns, cl_drift_ns(drift, age));
	ret->y_err_ppt = cl_add_sat(
		e->y_err_ppt,
		e->wander_ppt * (cl_isqrt((u64)age / 1000) + 1) / 1000);
}
