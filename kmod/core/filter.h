/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Offset and frequency of the local raw clock against the peer's by a Kalman
 * filter, which learns as it goes how far samples can be trusted and how fast the
 * oscillators wander.
 */
#ifndef _CL_CORE_FILTER_H
#define _CL_CORE_FILTER_H

#include "cltime.h"
#include "estimate.h"
#include "oneway.h"
#include "types.h"
#include "variance.h"
#include "wander.h"

/* |offset| relative to that of cl_filter_start() that the format can take, ns. */
#define CL_FILTER_OFFSET_MAX_NS (1LL << 44)

/**
 * struct cl_filter - filter of one path
 * @wander: the filter proper; its theta is relative to @d0
 * @var: variance of the samples
 * @d0: whole ns of the offset: keeps the filter's numbers small
 * @at: raw instant of the newest sample used
 * @sum_q8: innovations over their deviation, sum over a block, Q8
 * @squares_q16: their squares, sum, Q16
 * @n: innovations in both
 * @bias_q8: running mean of innovations over their deviation, Q8
 */
struct cl_filter {
	struct cl_wander wander;
	struct cl_variance var;
	s64 d0;
	struct cl_raw at;
	s64 sum_q8;
	u64 squares_q16;
	unsigned int n;
	s64 bias_q8;
};

void cl_filter_init(struct cl_filter *f, u32 wander_ppt, s64 stamps_ns2);
void cl_filter_start(struct cl_filter *f, const struct cl_oneway *s);
void cl_filter_follow(struct cl_filter *f, const struct cl_kalman *k, s64 d0,
		      struct cl_raw at);
void cl_filter_push(struct cl_filter *f, const struct cl_oneway *s);
bool cl_filter_ready(const struct cl_filter *f);
u64 cl_filter_distance(const struct cl_filter *f, u64 offset);
u64 cl_filter_sigma(const struct cl_filter *f);
void cl_filter_get(const struct cl_filter *f, struct cl_raw at,
		   struct cl_estimate *ret);

#endif /* _CL_CORE_FILTER_H */
