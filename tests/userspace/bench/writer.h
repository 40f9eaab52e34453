/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What page-writer publishes: a clock whose numbers all follow from its anchor.
 */
#ifndef _CL_BENCH_WRITER_H
#define _CL_BENCH_WRITER_H

#include <linux/clocklink.h>
#include <linux/clocklink_page.h>

#include "kmod/core/clock.h"

/* 20 ppm, 0.1 ppm, 1e-9, each times 2^48 */
#define CL_WRITER_RATE_Q48 5629499534LL
#define CL_WRITER_SLEW_Q48 28147497LL
#define CL_WRITER_DRIFT_Q48 281475LL
#define CL_WRITER_BOUND_NS 5000
#define CL_WRITER_VALID_NS (3600 * CL_NS_PER_SEC)

/* 2^20 values: a mixture of two pages has the right one by chance only. */
static inline u32 cl_writer_hash(const struct clocklink_anchor *a)
{
	u64 v = ((u64)a->raw * 0x9e3779b97f4a7c15ULL) ^ (u64)a->time;

	return (u32)((v * 0x9e3779b97f4a7c15ULL) >> 44);
}

/* Fills in what follows from the anchor: raw, time and slew_ns. */
static inline void cl_writer_fill(struct clocklink_anchor *a)
{
	u32 hash = cl_writer_hash(a);

	a->rate_q48 = CL_WRITER_RATE_Q48 + hash;
	a->slew_q48 = hash & 1 ? CL_WRITER_SLEW_Q48 : -CL_WRITER_SLEW_Q48;
	a->bound_ns = CL_WRITER_BOUND_NS + hash % 1000;
	a->hard_ns = 100 * CL_WRITER_BOUND_NS;
	a->drift_q48 = CL_WRITER_DRIFT_Q48 + hash;
	a->void_raw = a->raw + CL_WRITER_VALID_NS + hash;
	a->state = CLOCKLINK_STATE_SYNCED;
}

/* Is a copy what was published? */
static inline bool cl_writer_whole(const struct clocklink_anchor *a)
{
	struct clocklink_anchor want = *a;

	cl_writer_fill(&want);
	return a->rate_q48 == want.rate_q48 && a->slew_q48 == want.slew_q48 &&
	       a->bound_ns == want.bound_ns && a->drift_q48 == want.drift_q48 &&
	       a->void_raw == want.void_raw && a->state == want.state;
}

#endif /* _CL_BENCH_WRITER_H */
