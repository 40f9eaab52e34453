/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * What is known of the local raw clock against a peer's at one instant, and
 * therefore later.
 */
#ifndef _CL_CORE_ESTIMATE_H
#define _CL_CORE_ESTIMATE_H

#include "cltime.h"
#include "types.h"

/**
 * struct cl_estimate - an answer of an estimator, valid at one instant
 * @at: local raw instant
 * @theta_ns: local raw - peer's raw at @at
 * @y_q48: d theta / d local raw, times 2^48
 * @err_ns: standard deviation of @theta_ns, rounded up
 * @y_err_ppt: standard deviation of the frequency, 1e-12, rounded up
 * @wander_ppt: wander assumed for the error, 1e-12 per sqrt(s)
 * @shift_ns: what the path's delays have changed by since the start, half of the
 *	difference between both directions: it was taken for asymmetry, so that
 *	@theta_ns is wrong by as much if it was not
 * @told_ns: asymmetry of the path that was told and taken off @theta_ns, its size:
 *	only the bound that believes nobody grows by it
 * @min_rtt_ns: smallest recent round trip
 * @last: local raw instant of the last exchange used
 */
struct cl_estimate {
	struct cl_raw at;
	s64 theta_ns;
	s64 y_q48;
	u64 err_ns;
	u64 y_err_ppt;
	u32 wander_ppt;
	u64 shift_ns;
	u64 told_ns;
	u64 min_rtt_ns;
	struct cl_raw last;
};

void cl_estimate_at(const struct cl_estimate *e, struct cl_raw at,
		    struct cl_estimate *ret);

#endif /* _CL_CORE_ESTIMATE_H */
