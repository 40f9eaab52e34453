/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * A blow, a suspend or a hypervisor may change an oscillator's frequency at once
 * by more than it wanders in hours: the filters, which do not expect that, would
 * follow late.  A filter that expects it runs beside them, and takes over when
 * samples prove it right.
 */
#ifndef _CL_CORE_SHOCK_H
#define _CL_CORE_SHOCK_H

#include "cltime.h"
#include "estimate.h"
#include "kalman.h"
#include "oneway.h"
#include "types.h"

/**
 * struct cl_shock - is the frequency another one at once
 * @kf: filter that expects it; its theta is relative to @d0
 * @d0: whole ns of its offset
 * @at: newest sample
 * @from: instant from which on a shock may be found
 * @onset: newest sample at which nothing spoke for one
 * @lead: log-likelihood of @kf less that of the estimate in use, summed since
 *	@onset, Q16
 * @apart_ns: how far the offset of @kf is above that of the estimate
 * @nis_q16: mean square of the innovations of @kf over their variance, Q16
 * @jumped: samples still to come before a jump of the offset is forgotten
 * @low: smallest one-way delays of the block under way and of the one before, in both
 *	directions, as @kf has the offset, ns
 * @n: samples since the start
 * @width_ns: usual sum of the smallest delays of both directions
 * @width_dev_ns: its usual deviation from that, mean magnitude
 * @agree: samples in a row that it may have been the clock
 * @beyond: samples since @onset that no queue explains
 */
struct cl_shock {
	struct cl_kalman kf;
	s64 d0;
	struct cl_raw at;
	struct cl_raw from;
	struct cl_raw onset;
	s64 lead;
	s64 apart_ns;
	s64 nis_q16;
	unsigned int jumped;
	s64 low[2][2];
	u64 n;
	s64 width_ns;
	s64 width_dev_ns;
	unsigned int agree;
	unsigned int beyond;
};

void cl_shock_restart(struct cl_shock *k);
bool cl_shock_push(struct cl_shock *k, const struct cl_oneway *s,
		   const struct cl_estimate *line, s64 r_q16, s64 floor_ns);
u64 cl_shock_doubt_ns(const struct cl_shock *k);

#endif /* _CL_CORE_SHOCK_H */
