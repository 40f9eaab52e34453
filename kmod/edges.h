/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Edges of the graph in which nodes measure each other: what the peers that a
 * follower exchanges probes with say against its leader.
 */
#ifndef _CL_EDGES_H
#define _CL_EDGES_H

#include "core/joint.h"

struct cl_instance;
struct cl_order;

unsigned int cl_edges_gather(struct cl_instance *inst, const struct cl_order *o,
			     const struct cl_map *leader, struct cl_raw now,
			     struct cl_joint_gap *ret);

#endif /* _CL_EDGES_H */
