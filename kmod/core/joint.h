/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The network effect: what a node knows of cluster time from its leader and
 * from other nodes that follow the same leader, in one line.
 *
 * Each node publishes its joint line, and the others use it.  Each step is one
 * of Jacobi's iteration for the least squares problem of the whole graph,
 * grounded at the leader.  Without the leader's edge the weights of a row add up
 * to less than 1 and none is negative, so that it converges without damping,
 * also if the nodes step at different times and see old lines of each other
 * (Chazan and Miranker, Chaotic relaxation, 1969).
 *
 * A peer's edge is kept as its gap to the leader's edge at the time of the
 * peer's answer, and added to the leader's edge as it is now.  So a change of
 * the leader's edges reaches all nodes at once; by the iteration alone their
 * mean would follow it over several steps (dynamic average consensus: Spanos,
 * Olfati-Saber, Murray, 2005).
 *
 * Both nodes of an edge must use it: their errors, which are opposite, then
 * cancel in the mean of all nodes.
 */
#ifndef _CL_CORE_JOINT_H
#define _CL_CORE_JOINT_H

#include "cltime.h"
#include "estimate.h"
#include "types.h"

/*
 * Each node begins 8 edges by default, and is the other end of as many on
 * average: more than 24 at 1 node of 270.
 */
#define CL_JOINT_PEERS 24

/*
 * A peer's edge further from the median than so many standard deviations is
 * not used: of honest ones 1 in 370.
 */
#define CL_JOINT_OUTLIER_SIGMAS 3

/* Peers cannot move a node further from its leader's edge than this. */
#define CL_JOINT_CLIP_SIGMAS 3

/**
 * struct cl_joint_edge - cluster time as measured against one node
 * @line: local raw time to cluster time, anchored at the instant of the
 *	estimate
 * @err_ns: standard deviation of the estimate's offset
 * @y_err_ppt: standard deviation of its frequency, 1e-12
 */
struct cl_joint_edge {
	struct cl_map line;
	u64 err_ns;
	u64 y_err_ppt;
};

/**
 * struct cl_joint_gap - what a peer's edge says against the leader's
 * @ns: time of the peer's edge minus that of the leader's
 * @y_ppt: rate of the peer's edge minus that of the leader's, 1e-12
 * @err_ns: standard deviation of the peer's edge, as there
 * @y_err_ppt: standard deviation of its rate, 1e-12
 */
struct cl_joint_gap {
	s64 ns;
	s64 y_ppt;
	u64 err_ns;
	u64 y_err_ppt;
};

/**
 * struct cl_joint - result
 * @line: local raw time to cluster time, anchored as the leader's edge
 * @shift_ns: @line minus the leader's edge at the anchor
 * @used: peers' edges that went into @line
 * @dropped: peers' edges that disagree with the majority
 * @clipped: the peers would have moved @line further than they may
 *
 * The error of @line is taken as that of the leader's edge: how much less it is
 * depends on how independent and how honest the peers are.
 */
struct cl_joint {
	struct cl_map line;
	s64 shift_ns;
	u8 used;
	u8 dropped;
	bool clipped;
};

void cl_joint_edge(const struct cl_map *map, const struct cl_estimate *e,
		   struct cl_joint_edge *ret);
void cl_joint_gap(const struct cl_map *leader, const struct cl_joint_edge *peer,
		  struct cl_joint_gap *ret);
void cl_joint_solve(const struct cl_joint_edge *leader,
		    const struct cl_joint_gap *gaps, unsigned int n,
		    struct cl_joint *ret);

#endif /* _CL_CORE_JOINT_H */
