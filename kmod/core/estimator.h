/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * From complete exchanges to the offset and frequency of the local raw clock
 * against the peer's: two estimators run side by side, and the one that errs
 * less answers.
 *
 *	exchange -> continuity -> corridor (parabolic)  \
 *
 */
#ifndef _CL_CORE_ESTIMATOR_H
#define _CL_CORE_ESTIMATOR_H

#include "cltime.h"
#include "continuity.h"
#include "estimate.h"
#include "filter.h"
#include "octaves.h"
#include "oneway.h"
#include "parabolic.h"
#include "session.h"
#include "shock.h"
#include "types.h"

/*
 * The first exchanges are kept and fed together, when their smallest round
 * trip is known: a minimum over few samples makes early ones look too good.
 */
#define CL_ESTIMATOR_START 16

/* Samples that can be kept back while it is not clear what has moved. */
#define CL_ESTIMATOR_KEPT 32

/**
 * enum cl_choice - estimator that answers
 * @CL_CHOICE_FILTER: Kalman filter
 * @CL_CHOICE_CORRIDOR: parabolic two-hull estimator
 */
enum cl_choice {
	CL_CHOICE_FILTER,
	CL_CHOICE_CORRIDOR,
};

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
 * @corridor: parabolic two-hull estimator
 * @filter: Kalman filter
 * @continuity: changes of the path
 * @octaves: wander that the answers show
 * @shock: changes of the frequency that no wander explains
 * @choice: which of @corridor and @filter answers
 * @now: a recent answer, which samples are compared with
 * @now_known: there is one
 * @hardware: the stamps of the last exchange were made by network devices
 * @last: raw instant of the newest sample fed
 * @n: samples fed since the start
 * @accepted: exchanges accepted
 * @late: exchanges dropped because they came more than 1 s late
 * @rejected: exchanges dropped as impossible (negative round trip, overflow)
 * @clock_changes: new starts because a clock moved
 * @shocks: those of them that @shock has found
 * @shocked: instant of the last of @shocks
 * @moved: a clock has moved, samples for a new start are being kept
 * @refuted: samples in a row that are impossibly far from the answer
 * @kept: the first samples, or those kept back; the newest CL_ESTIMATOR_KEPT
 * @n_kept: samples in @kept
 */
struct cl_estimator {
	struct cl_estimator_params params;
	struct cl_parabolic corridor;
	struct cl_filter filter;
	struct cl_continuity continuity;
	struct cl_octaves octaves;
	struct cl_shock shock;
	enum cl_choice choice;
	struct cl_estimate now;
	bool now_known;
	bool hardware;
	struct cl_raw last;
	u64 n;
	u64 accepted;
	u64 late;
	u64 rejected;
	u64 clock_changes;
	u64 shocks;
	struct cl_raw shocked;
	bool moved;
	unsigned int refuted;
	struct cl_oneway kept[CL_ESTIMATOR_KEPT];
	u32 n_kept;
};

/**
 * struct cl_estimator_info - what the estimator has learnt
 * @choice: estimator that answers
 * @wander_ppt: wander of the pair's frequency, 1e-12 per sqrt(s)
 * @noise_ns: noise of a sample without excess, ns
 * @excess_ns: mean excess of the round trip, ns
 * @asymmetry_ns: half of by how much longer the way here has become than the
 *	way there, since the start, ns
 * @doubt_ns: by how much the offset may be wrong while samples are kept back
 * @path_changes: changes of the path that were learnt
 * @clock_changes: new starts because a clock moved
 */
struct cl_estimator_info {
	enum cl_choice choice;
	u32 wander_ppt;
	u64 noise_ns;
	s64 excess_ns;
	s64 asymmetry_ns;
	u64 doubt_ns;
	u64 path_changes;
	u64 clock_changes;
};

void cl_estimator_init(struct cl_estimator *e,
		       const struct cl_estimator_params *p);
int cl_estimator_push(struct cl_estimator *e, const struct cl_exchange *x);
bool cl_estimator_ready(const struct cl_estimator *e);
int cl_estimator_get(const struct cl_estimator *e, struct cl_raw at,
		     struct cl_estimate *ret);
void cl_estimator_get_info(const struct cl_estimator *e,
			   struct cl_estimator_info *ret);

#endif /* _CL_CORE_ESTIMATOR_H */
