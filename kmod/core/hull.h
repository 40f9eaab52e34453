/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Fully incremental convex hulls: the line between the clocks of two hosts from
 * the time stamps of their existing traffic.  For traces; not a servo, since
 * the line has no wander and never forgets.
 *
 * After: Poirier, Roy, Dagenais, "Accurate offline synchronization of
 * distributed traces using kernel-level events", ACM SIGOPS Operating Systems
 * Review 44(3), 2010; Jabbarifar, Dagenais and others made it incremental.
 */
#ifndef _CL_CORE_HULL_H
#define _CL_CORE_HULL_H

#include "types.h"

/*
 * Points kept of each direction.  With n independent delays, of a density that is
 * not zero at the smallest, the hull of one side has about 4/3 ln(n) vertices
 * with variance 20/27 ln(n) (Renyi and Sulanke 1963, Groeneboom 1988): 28 +- 4
 * after 1e9 points; at most 31 were seen on the way to 1e6.  Points on one
 * straight line are all kept, and fill it.
 */
#define CL_HULL_POINTS 64

/* Stamps of each clock may be this far from those of the first point, ns. */
#define CL_HULL_SPAN (1LL << 61)

/**
 * enum cl_hull_side - direction of a message, and what follows from it
 * @CL_HULL_FORTH: sent by the reference: the true line is below its points
 * @CL_HULL_BACK: sent by the other host: the true line is above its points
 */
enum cl_hull_side {
	CL_HULL_FORTH,
	CL_HULL_BACK,
};

/**
 * enum cl_hull_quality - what the result is worth
 * @CL_HULL_ABSENT: no point yet
 * @CL_HULL_INCOMPLETE: points of one direction only
 * @CL_HULL_APPROXIMATE: one slope is missing and counts as 1
 * @CL_HULL_ACCURATE: both slopes are known, the steepest is above the flattest;
 *	one between points of the same x counts as 1
 * @CL_HULL_FAIL: no line is possible; stays, with the last good line
 */
enum cl_hull_quality {
	CL_HULL_ABSENT,
	CL_HULL_INCOMPLETE,
	CL_HULL_APPROXIMATE,
	CL_HULL_ACCURATE,
	CL_HULL_FAIL,
};

/**
 * struct cl_hull_point - a message
 * @x: its stamp of the reference host, ns since that of the first point
 * @y: its stamp of the other host, ns since that of the first point
 */
struct cl_hull_point {
	s64 x;
	s64 y;
};

/**
 * struct cl_hull_chain - convex hull of the points of one direction
 * @p: points, oldest first
 * @n: how many
 * @tangled: index of the first one that is earlier than the one before it; 0 if
 *	they are in order
 */
struct cl_hull_chain {
	struct cl_hull_point p[CL_HULL_POINTS];
	u32 n;
	u32 tangled;
};

/**
 * struct cl_hull_line - line that separates both directions
 * @from: earlier point, of the other direction
 * @to: later point, the last of its own direction
 * @foot: index of @from in the other chain; -1 if it is no longer there
 * @has_from: @from is set; the line is complete then
 * @has_to: @to is set
 */
struct cl_hull_line {
	struct cl_hull_point from;
	struct cl_hull_point to;
	s32 foot;
	bool has_from;
	bool has_to;
};

/**
 * struct cl_hull_bound - bound of the result: y = at.y + dy / dx (x - at.x)
 * @dy: numerator of the slope, ns
 * @dx: denominator of the slope, ns, > 0; not reduced
 * @at: point of the line
 */
struct cl_hull_bound {
	s64 dy;
	s64 dx;
	struct cl_hull_point at;
};

/**
 * struct cl_hull - synchronization of two hosts
 * @x0: stamp of the reference host of the first point, ns
 * @y0: stamp of the other host of the first point, ns
 * @chain: hull of each direction, by enum cl_hull_side
 * @line: steepest (CL_HULL_FORTH) and flattest (CL_HULL_BACK) separating line
 * @bound: the same when the result was last evaluated; the result is the mean
 *	of both, exactly
 * @valid: @bound is set
 * @quality: of the result
 * @points: points taken
 * @qualified: those that changed a hull
 * @late: those of them that were earlier than the last one of their hull
 * @dropped: vertices given up because a chain was full
 * @refused: points out of range
 * @steps: turns of all loops, without those of the evaluation
 */
struct cl_hull {
	s64 x0;
	s64 y0;
	struct cl_hull_chain chain[2];
	struct cl_hull_line line[2];
	struct cl_hull_bound bound[2];
	bool valid;
	enum cl_hull_quality quality;
	u64 points;
	u64 qualified;
	u64 late;
	u64 dropped;
	u64 refused;
	u64 steps;
};

void cl_hull_init(struct cl_hull *h);
int cl_hull_add(struct cl_hull *h, enum cl_hull_side side, s64 x, s64 y);
s64 cl_hull_freq_ppt(const struct cl_hull *h);
s64 cl_hull_accuracy_ppt(const struct cl_hull *h);
s64 cl_hull_offset(const struct cl_hull *h, s64 x);

#endif /* _CL_CORE_HULL_H */
