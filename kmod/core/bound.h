/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The two error bounds of a reading (architecture: truth and bounds).
 */
#ifndef _CL_CORE_BOUND_H
#define _CL_CORE_BOUND_H

#include "cltime.h"
#include "estimate.h"
#include "types.h"

#define CL_BOUND_SIGMAS 5
#define CL_BOUND_DRIFT_MIN_PPT 1000ULL /* 1 ppb */
/*
 * 500 ppm: CL_BOUND_SIGMAS of what is known of a frequency before it was measured,
 * CL_KALMAN_P11_START.  Less would not be a bound of a young estimate.
 */
#define CL_BOUND_DRIFT_MAX_PPT 500000000ULL
/* Default asymmetry budget of a link: 1 us or 1 % of the minimum RTT. */
#define CL_BOUND_ASYM_MIN_NS 1000U
#define CL_BOUND_ASYM_RTT_DIV 100U
/* The writer refreshes a bound at least this often; drift covers the gap. */
#define CL_BOUND_HORIZON_NS (4 * CL_NS_PER_SEC)

/**
 * struct cl_bound - one-sided bounds at an instant and their growth
 * @bound_ns: asymmetry budget, 5 sigma of the estimate, asymmetry learnt, parent's
 *	bound
 * @hard_ns: the same with half the minimum round trip for the asymmetry
 * @drift_ppt: growth of both with raw time, 1e-12
 */
struct cl_bound {
	u64 bound_ns;
	u64 hard_ns;
	u64 drift_ppt;
};

u64 cl_bound_grow(u64 ns, u64 drift_ppt, s64 age_ns);
u64 cl_bound_asymmetry(u32 budget_ns, u64 min_rtt_ns);
void cl_bound_of(const struct cl_estimate *e, u32 asym_budget_ns,
		 const struct cl_bound *parent, s64 parent_age_ns,
		 struct cl_bound *ret);
void cl_bound_drift(struct cl_bound *b, u64 drift_ppt, s64 age_ns);
void cl_bound_beside(struct cl_bound *b, const struct cl_map *line,
		     const struct cl_map *target, struct cl_raw at);

#endif /* _CL_CORE_BOUND_H */
