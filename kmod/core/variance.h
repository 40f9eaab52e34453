/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * How far an offset sample can be trusted, by how much longer its round trip
 * took than the shortest.
 *
 * With the excess E of the round trip the offset is wrong by up to E / 2: evenly
 * distributed for exponential queues, so the variance is E^2 / 12 and that of the
 * stamps.  Delays without a sharp floor, normal ones say, tell nothing by E.  Both
 * are a + b E^2, whose two numbers are learnt from the filter's innovations:
 * this is the filter's "excess" form at the start and becomes the other.
 */
#ifndef _CL_CORE_VARIANCE_H
#define _CL_CORE_VARIANCE_H

#include "cltime.h"
#include "types.h"

/* Samples with a longer excess are not used: their variance has no format. */
#define CL_VARIANCE_EXCESS_MAX_NS (20 * CL_NS_PER_MS)
/*
 * An excess above so many times the usual is not one of the law's: the path became
 * longer, or a queue is busy.  It says nothing about the offset.
 */
#define CL_VARIANCE_FAR 4
/* b of an even distribution, 1/12, Q32 */
#define CL_VARIANCE_B_MAX 357913941LL

/**
 * struct cl_variance - what is known of the path's delays
 * @win_start: start of the current window of round trips
 * @win_min: smallest of the current and of the previous window, ns
 * @win_n: round trips in them
 * @excess_ns: running mean of the excess
 * @awake_ns: the same without what few samples waited in a host that slept: the
 *	path's
 * @usual_ns: the same over a longer time, in which none counts for more than
 *	twice the mean
 * @waited: samples of late that waited, weighted
 * @n: round trips since the start
 * @a_q16: variance of a sample without excess, ns^2 Q16
 * @b_q32: its growth with the square of the excess, Q32
 */
struct cl_variance {
	struct cl_raw win_start;
	s64 win_min[2];
	u32 win_n[2];
	s64 excess_ns;
	s64 awake_ns;
	s64 usual_ns;
	u32 waited;
	u64 n;
	s64 a_q16;
	s64 b_q32;
};

void cl_variance_init(struct cl_variance *v, s64 stamps_ns2);
void cl_variance_set_stamps(struct cl_variance *v, s64 stamps_ns2);
void cl_variance_start(struct cl_variance *v, struct cl_raw at, s64 rtt);
void cl_variance_note(struct cl_variance *v, struct cl_raw at, s64 rtt);
s64 cl_variance_min(const struct cl_variance *v);
s64 cl_variance_of(const struct cl_variance *v, s64 rtt);
void cl_variance_learn(struct cl_variance *v, s64 in_q8, s64 s_q16, s64 r_q16);
u64 cl_variance_noise(const struct cl_variance *v);

#endif /* _CL_CORE_VARIANCE_H */
