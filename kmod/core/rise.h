/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Has a direction of a path become longer?
 */
#ifndef _CL_CORE_RISE_H
#define _CL_CORE_RISE_H

#include "floors.h"
#include "types.h"

/* A direction rose by more than so many deviations of the noise. */
#define CL_RISE_NOISE 8

/**
 * struct cl_rise - the present of a path compared with its past
 * @from: first window of the present, 0: nothing to compare
 * @d_ns: by how much each direction rose
 * @rest_ns: how far the present floor of each may be above the true one
 * @rose: that is more than chance
 */
struct cl_rise {
	u32 from;
	s64 d_ns[CL_FLOORS_DIRECTIONS];
	s64 rest_ns[CL_FLOORS_DIRECTIONS];
	bool rose[CL_FLOORS_DIRECTIONS];
};

s64 cl_rise_threshold(const struct cl_floors *f, s64 rest_ns, s64 err_ns);
void cl_rise_compare(const struct cl_floors *f, u32 from, s64 err_ns,
		     struct cl_rise *ret);
void cl_rise_find(const struct cl_floors *f, s64 interval_ns, s64 err_ns,
		  struct cl_rise *ret);
bool cl_rise_any(const struct cl_rise *r);

#endif /* _CL_CORE_RISE_H */
