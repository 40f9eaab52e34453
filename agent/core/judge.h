/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A voter as a judge: gathers once per round what the engine has measured of every
 * node, asks reputation.h, and says what the leader is to be told.
 */
#ifndef _CL_CORE_JUDGE_H
#define _CL_CORE_JUDGE_H

#include "io.h"
#include "reputation.h"
#include "state.h"
#include "testimony.h"

#define CL_JUDGE_NEVER S64_MAX

/* What the leader is told is said again as long as it holds. */
#define CL_JUDGE_REPEAT_NS CL_NS_PER_SEC

/* Changes of what a node is thought of, the last ones. */
#define CL_JUDGE_EVENTS 64

/**
 * struct cl_judge_sample - last exchange with a node
 * @node: node id, 0: free
 * @fresh: it came after the last round
 * @ahead_ns: its disciplined clock minus ours by that exchange
 * @excess_ns: round trip beyond the smallest
 */
struct cl_judge_sample {
	u32 node;
	bool fresh;
	s64 ahead_ns;
	u64 excess_ns;
};

/**
 * struct cl_judge - the judge of one node
 * @io: the world
 * @reputation: what it thinks
 * @sample: last exchanges, of the nodes in J
 * @n: how many
 * @judging: this node votes and has a clock
 * @next: next round, io time
 * @repeat: testimony is due again, io time
 * @round: of the cluster, as was told last
 * @event: last changes, a ring
 * @events: so many there have been
 */
struct cl_judge {
	struct cl_io *io;
	struct cl_reputation reputation;
	struct cl_judge_sample sample[CL_GATE_NODES];
	unsigned int n;
	bool judging;
	s64 next;
	s64 repeat;
	u32 round;
	struct cl_reputation_event event[CL_JUDGE_EVENTS];
	u64 events;
};

void cl_judge_init(struct cl_judge *j, struct cl_io *io);
void cl_judge_members(struct cl_judge *j, const struct cl_state *state,
		      const struct cl_nl_instance *inst, u32 clock_state);
void cl_judge_sample(struct cl_judge *j, const struct cl_nl_sample *s);
s64 cl_judge_deadline(const struct cl_judge *j);
bool cl_judge_run(struct cl_judge *j, const struct cl_nl_instance *inst);
unsigned int cl_judge_testimony(struct cl_judge *j,
				const struct cl_state *state, s64 time_ns,
				struct cl_testimony *ret, unsigned int max);

#endif /* _CL_CORE_JUDGE_H */
