/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * From complete exchanges to the offset and frequency of the local raw clock
 * against the peer's.
 */
#ifndef _CL_CORE_ESTIMATOR_H
#define _CL_CORE_ESTIMATOR_H

#include "cltime.h"
#include "estimate.h"
#include "kalman.h"
#include "session.h"
#include "types.h"

/*
 * The first exchanges are kept and fed together, when their smallest round
 * trip is known: a minimum over few samples makes early ones look too good.
 */
#define CL_ESTIMATOR_START 16

/**
 * struct cl_estimator_params - what is known of the path and the oscillators
 * @stamp_noise_ns: rms of one time stamp by the kernel; that of a network device
 *	is taken as 50 ns
 * @wander_ppt: wander of the pair's frequency, 1e-12 per sqrt(s)
 */
struct cl_estimator_params {
	u32 stamp_noise_ns;
	u32 wander_ppt;
};

/**
 * struct cl_estimator - estimator of one session
 * @params: as given at the start
 * @kf: the filter; theta relative to @d0
 * @d0: whole ns of the offset: keeps the filter's numbers small
 * @last: raw instant of the last sample in @kf
 * @n: exchanges accepted
 * @late: exchanges dropped because they came out of order
 * @rejected: exchanges dropped as impossible (negative round trip, overflow)
 * @win_start: start of the current window of minimum round trips
 * @win_min: smallest round trip of the current and of the previous window
 * @win_n: exchanges in them
 * @excess_ns: running mean of the round trip's excess over the minimum
 * @nis_sum: squared innovations over their variance, sum, Q16
 * @nis_n: innovations in @nis_sum
 * @start: the first exchanges: instant, offset, round trip, variance
 */
struct cl_estimator {
	struct cl_estimator_params params;
	struct cl_kalman kf;
	s64 d0;
	struct cl_raw last;
	u64 n;
	u64 late;
	u64 rejected;
	struct cl_raw win_start;
	s64 win_min[2];
	u32 win_n[2];
	s64 excess_ns;
	u64 nis_sum;
	unsigned int nis_n;
	struct {
		struct cl_raw at;
		s64 z2; /* twice the offset, ns, modulo 2^64 */
		s64 rtt;
		s64 var; /* of the stamps, ns^2 */
	} start[CL_ESTIMATOR_START];
};

void cl_estimator_init(struct cl_estimator *e,
		       const struct cl_estimator_params *p);
int cl_estimator_push(struct cl_estimator *e, const struct cl_exchange *x);
bool cl_estimator_ready(const struct cl_estimator *e);
int cl_estimator_get(const struct cl_estimator *e, struct cl_raw at,
		     struct cl_estimate *ret);

#endif /* _CL_CORE_ESTIMATOR_H */
