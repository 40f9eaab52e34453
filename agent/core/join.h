/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a node that joins does before it steps its clock for the first time: it asks
 * the voters, so that whoever it has asked first cannot move it.
 */
#ifndef _CL_CORE_JOIN_H
#define _CL_CORE_JOIN_H

#include "gate.h"

/* Voters of a cluster, at most. */
#define CL_JOIN_VOTERS 9

/*
 * A majority must agree; of up to 3 voters all.  So at least two do besides the one
 * that was asked first, if there are three.
 */
#define CL_JOIN_ALL 3

/**
 * struct cl_join_voter - where a voter's clock is
 * @node: node id
 * @offset_ns: cluster time by it minus ours
 * @bound_ns: what that may be wrong by, ours of the measurement included; at
 *	least 0
 */
struct cl_join_voter {
	u32 node;
	double offset_ns;
	double bound_ns;
};

/**
 * struct cl_join - where cluster time is
 * @offset_ns: middle of what enough voters agree on, minus ours
 * @bound_ns: half of its width
 * @agree: most voters that agree on one instant
 * @need: how many had to
 */
struct cl_join {
	double offset_ns;
	double bound_ns;
	unsigned int agree;
	unsigned int need;
};

int cl_join_check(const struct cl_join_voter *v, unsigned int n,
		  unsigned int voters, struct cl_join *ret);

#endif /* _CL_CORE_JOIN_H */
