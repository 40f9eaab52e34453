// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * While a queue stands, its best samples may come close to the floor without
 * being right.  So one that does is taken for itself, and the lack is over only
 * when as many come as usual.
 */
#include "fixed.h"
#include "lack.h"
#include "rise.h"

#define ONE_Q16 65536LL

/* Too many are missing when so many should have come and none did. */
#define MISSING_Q16 (14 * ONE_Q16)
/* One that comes makes up for so many. */
#define NEAR_Q16 (4 * ONE_Q16)
/* Enough have come when no more than these are missing. */
#define ENOUGH_Q16 (MISSING_Q16 / 2)
/* What usually comes is the mean over so many samples. */
#define SHARE_OF 1024

/**
 * cl_lack_restart() - the floors are forgotten
 * @l: what is missing
 */
void cl_lack_restart(struct cl_lack *l)
{
	memset(l, 0, sizeof(*l));
}

/**
 * cl_lack_clear() - nothing is missing; what is usual stays
 * @l: what is missing
 */
void cl_lack_clear(struct cl_lack *l)
{
	l->lacking = false;
	memset(l->missing_q16, 0, sizeof(l->missing_q16));
}

/* Count one direction of a sample; returns if it came near the floor. */
static bool count(struct cl_lack *l, unsigned int k, s64 late,
		  const struct cl_floors *f, s64 err_ns)
{
	s64 least = cl_rise_threshold(f, f->known.rest_ns[k], err_ns);
	s64 limit = cl_max_s64(least, f->known.spread_ns[k] / 4);
	bool near = late < limit;
	s64 share;

	if (!l->lacking)
		l->share_q16[k] +=
			((near ? ONE_Q16 : 0) - l->share_q16[k]) / l->n;
	/* Of a law that is steep at the floor the density says too much. */
	share = cl_min_s64(l->share_q16[k],
			   cl_floors_expected_q16(f, k, limit));
	if (!near)
		l->missing_q16[k] =
			cl_min_s64(l->missing_q16[k] + share, MISSING_Q16);
	else if (l->lacking)
		l->missing_q16[k] = cl_max_s64(l->missing_q16[k] - NEAR_Q16, 0);
	else
		l->missing_q16[k] = 0;
	return near;
}

/**
 * cl_lack_push() - take a sample
 * @l: what is missing
 * @at: local raw instant
 * @r: residuals, ns
 * @f: floors, of which the past is known
 * @err_ns: standard deviation of the estimate, ns
 *
 * Return: what it says.
 */
enum cl_lack_verdict cl_lack_push(struct cl_lack *l, struct cl_raw at,
				  const s64 r[CL_FLOORS_DIRECTIONS],
				  const struct cl_floors *f, s64 err_ns)
{
	s64 limit = l->lacking ? ENOUGH_Q16 + 1 : MISSING_Q16;
	bool was = l->lacking;
	bool near = true;
	unsigned int k;

	l->n = (u32)cl_min_s64((s64)l->n + 1, SHARE_OF);
	for (k = 0; k < CL_FLOORS_DIRECTIONS; k++) {
		if (!count(l, k, r[k] - f->known.floor_ns[k], f,
			   was ? l->err_ns : err_ns))
			near = false;
	}
	l->lacking = l->missing_q16[0] >= limit || l->missing_q16[1] >= limit;
	if (!l->lacking)
		return was ? CL_LACK_OVER : CL_LACK_NONE;
	if (!was)
		l->err_ns = err_ns;
	if (!was || near)
		l->since = at;
	return near ? CL_LACK_NEAR : CL_LACK_LATE;
}
