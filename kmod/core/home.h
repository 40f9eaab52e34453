/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * How a path was before it became longer, to know it again.
 */
#ifndef _CL_CORE_HOME_H
#define _CL_CORE_HOME_H

#include "floors.h"
#include "types.h"

/**
 * struct cl_home - the path before it became longer
 * @away: it is longer now; else nothing else is valid
 * @rtt_ns: lowest delays of both directions together, with the shifts of then
 * @floor_ns: lowest residual of each direction, without them
 * @shift_ns: shifts of each direction then
 * @var_ns2: variances of @shift_ns
 * @seen: samples that show that the path is so again
 */
struct cl_home {
	bool away;
	s64 rtt_ns;
	s64 floor_ns[CL_FLOORS_DIRECTIONS];
	s64 shift_ns[CL_FLOORS_DIRECTIONS];
	u64 var_ns2[CL_FLOORS_DIRECTIONS];
	u32 seen;
};

void cl_home_leave(struct cl_home *h, const s64 floor[CL_FLOORS_DIRECTIONS],
		   const s64 shift[CL_FLOORS_DIRECTIONS],
		   const u64 var[CL_FLOORS_DIRECTIONS]);
void cl_home_shifted(struct cl_home *h, const s64 shift[CL_FLOORS_DIRECTIONS]);
bool cl_home_back(struct cl_home *h, const s64 r[CL_FLOORS_DIRECTIONS],
		  const s64 shift[CL_FLOORS_DIRECTIONS], s64 least_ns);

#endif /* _CL_CORE_HOME_H */
