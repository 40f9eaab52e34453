/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the leader has heard from voters about nodes, until it is enough for an
 * isolation or a readmission.
 */
#ifndef _CL_CORE_PROOFS_H
#define _CL_CORE_PROOFS_H

#include "state.h"
#include "testimony.h"

/* Who does not say it again within this has changed its mind. */
#define CL_PROOFS_MEMORY_NS (5 * CL_NS_PER_SEC)

/* Testimonies that are kept: of each voter about each node of J, and no more. */
#define CL_PROOFS_OF_ONE 64
#define CL_PROOFS_MAX (CL_ENTRY_PROOFS_MAX * CL_PROOFS_OF_ONE)

/* The same entry is not proposed again before. */
#define CL_PROOFS_AGAIN_NS (5 * CL_NS_PER_SEC)

/**
 * struct cl_proof - one voter about one node
 * @from: the voter
 * @heard: last time, ns
 * @told: the entry that it is part of was proposed, ns; 0: not yet
 * @t: what it said
 */
struct cl_proof {
	u32 from;
	s64 heard;
	s64 told;
	struct cl_testimony t;
};

/**
 * struct cl_proofs - all of them
 * @proof: in no order
 * @n: how many
 * @voter: who voted when they were looked through last: for them there is room
 * @voters: how many
 */
struct cl_proofs {
	struct cl_proof proof[CL_PROOFS_MAX];
	unsigned int n;
	u32 voter[CL_ENTRY_PROOFS_MAX];
	unsigned int voters;
};

void cl_proofs_init(struct cl_proofs *p);
void cl_proofs_hear(struct cl_proofs *p, s64 now, u32 from,
		    const struct cl_testimony *t);
bool cl_proofs_next(struct cl_proofs *p, s64 now, s64 time_ns,
		    const struct cl_state *state, u32 term,
		    struct cl_entry *ret);

#endif /* _CL_CORE_PROOFS_H */
