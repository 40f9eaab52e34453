/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who has no confidence in the leader, as each voter counts it.
 */
#ifndef _CL_CORE_CONFIDENCE_H
#define _CL_CORE_CONFIDENCE_H

#include "gate.h"

/* All that are judged, and the voters if none of them is. */
#define CL_CONFIDENCE_NODES (CL_GATE_NODES + 9)

/* Of three the only one that complains may be the liar. */
#define CL_CONFIDENCE_LEAST 2

/* Who does not say it again within this has got over it. */
#define CL_CONFIDENCE_MEMORY_NS (3 * CL_NS_PER_SEC)

/**
 * struct cl_confidence_vote - who has said it
 * @node: node id
 * @voter: it is a voter
 * @when: last time, ns
 */
struct cl_confidence_vote {
	u32 node;
	bool voter;
	s64 when;
};

/**
 * struct cl_confidence - votes against the leader of a term
 * @term: which term
 * @vote: one per node
 * @n: how many
 */
struct cl_confidence {
	u32 term;
	struct cl_confidence_vote vote[CL_CONFIDENCE_NODES];
	unsigned int n;
};

/**
 * struct cl_confidence_answer - what the votes amount to
 * @nodes: nodes without confidence
 * @voters: voters among them
 * @distrust: more voters than can be faulty: reject the leader's appends and its
 *	lease, grant pre-votes
 * @depose: more nodes than can be faulty: elect another
 */
struct cl_confidence_answer {
	unsigned int nodes;
	unsigned int voters;
	bool distrust;
	bool depose;
};

void cl_confidence_init(struct cl_confidence *c);
int cl_confidence_hear(struct cl_confidence *c, u32 node, bool voter, u32 term,
		       s64 now);
void cl_confidence_forget(struct cl_confidence *c, u32 node);
void cl_confidence_count(const struct cl_confidence *c, u32 term, s64 now,
			 unsigned int nodes, unsigned int voters,
			 struct cl_confidence_answer *ret);

#endif /* _CL_CORE_CONFIDENCE_H */
