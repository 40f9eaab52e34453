/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Samples that should have come near the floor of a path and did not.
 */
#ifndef _CL_CORE_LACK_H
#define _CL_CORE_LACK_H

#include "cltime.h"
#include "floors.h"
#include "types.h"

/**
 * enum cl_lack_verdict - what a sample says
 * @CL_LACK_NONE: nothing is missing
 * @CL_LACK_LATE: too many are missing, and this one is late as well
 * @CL_LACK_NEAR: too many are missing, but this one is not late
 * @CL_LACK_OVER: enough have come again
 */
enum cl_lack_verdict {
	CL_LACK_NONE,
	CL_LACK_LATE,
	CL_LACK_NEAR,
	CL_LACK_OVER,
};

/**
 * struct cl_lack - what is missing
 * @lacking: too many samples are missing
 * @since: instant of the last one that was not late; valid while @lacking
 * @err_ns: standard deviation of the estimate when it began
 * @missing_q16: how many samples should have come near the floor of each
 *	direction since one did
 * @share_q16: share of the samples of each direction that usually do
 * @n: samples of which that is the mean
 */
struct cl_lack {
	bool lacking;
	struct cl_raw since;
	s64 err_ns;
	s64 missing_q16[CL_FLOORS_DIRECTIONS];
	s64 share_q16[CL_FLOORS_DIRECTIONS];
	u32 n;
};

void cl_lack_restart(struct cl_lack *l);
void cl_lack_clear(struct cl_lack *l);
enum cl_lack_verdict cl_lack_push(struct cl_lack *l, struct cl_raw at,
				  const s64 r[CL_FLOORS_DIRECTIONS],
				  const struct cl_floors *f, s64 err_ns);

#endif /* _CL_CORE_LACK_H */
