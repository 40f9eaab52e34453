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
#include "warm.h"

#define CL_JUDGE_NEVER S64_MAX

/* Time between two rounds at most, also if the leader asks less often. */
#define CL_JUDGE_PERIOD_MAX_NS CL_NS_PER_SEC

/* Exchanges of one round of the leader are waited for. */
#define CL_JUDGE_GATHER_NS (50 * CL_NS_PER_MS)

/* What a node has told of its clock holds for so many intervals. */
#define CL_JUDGE_INTERVALS 3

/* In another term stamps are compared with what was measured before, if not longer ago. */
#define CL_JUDGE_WARM_NS (20 * CL_NS_PER_SEC)

/*
 * A clock that has just come back, or follows another leader, is not yet where it is
 * going to be.  It is excused for so long and as long as the slew takes, which is a
 * bit slower than the module's.
 */
#define CL_JUDGE_EXCUSE_NS (10 * CL_NS_PER_SEC)
#define CL_JUDGE_SLEW_PPM 400
#define CL_JUDGE_SLEW_MAX_NS (600 * CL_NS_PER_SEC)

/* And not again within so many times that, or nobody who lies would be judged. */
#define CL_JUDGE_EXCUSE_TIMES 10

/* What the leader is told is said again as long as it holds. */
#define CL_JUDGE_REPEAT_NS CL_NS_PER_SEC

/* Changes of what a node is thought of, the last ones. */
#define CL_JUDGE_EVENTS 64

/**
 * struct cl_judge_exchange - an exchange with a node
 * @fresh: it came after the last round
 * @ahead_ns: its disciplined clock minus ours, by this one alone
 * @excess_ns: round trip beyond the smallest
 * @trip_ns: round trip
 * @early_ns: its answer left so much earlier than our request came; below 0 if it is
 *	right
 * @stamps: raw times
 */
struct cl_judge_exchange {
	bool fresh;
	s64 ahead_ns;
	u64 excess_ns;
	s64 trip_ns;
	s64 early_ns;
	struct cl_warm_stamps stamps;
};

/**
 * struct cl_judge_node - a node of J
 * @node: node id
 * @voter: it votes
 * @usable: it said, when it was looked at last, that its clock is good, and it was
 *	measured
 * @gen: its raw generation then
 * @settled: it is judged from then on, io time
 * @again: it may be excused again from then on, io time
 * @exchange: the last one that it asked for, and the last one that we did
 * @anew: it was restarted, or follows another leader, since the last round
 * @warm: its raw clock before the last exchange that did not speak against it
 * @next: the same after that
 * @watched: until it is settled it is judged by that
 * @round: of the cluster, in which it was accused
 */
struct cl_judge_node {
	u32 node;
	bool voter;
	bool usable;
	u32 gen;
	s64 settled;
	s64 again;
	struct cl_judge_exchange exchange[2];
	bool anew;
	struct cl_warm warm;
	struct cl_warm next;
	bool watched;
	u32 round;
};

/**
 * struct cl_judge - the judge of one node; must not be moved
 * @io: the world
 * @reputation: what it thinks
 * @node: J, whom it judges: voters first, then by node id
 * @n: how many
 * @known: J was made, of what the next three say
 * @cluster: cluster id
 * @epoch: of the state
 * @self: own node id
 * @term: of the leader, in the last round
 * @judging: this node votes and has a clock
 * @waiting: there are fresh exchanges
 * @changed: somebody was accused or cleared
 * @next: next round, io time
 * @repeat: testimony is due again, io time
 * @round: of the cluster, the last one
 * @event: last changes, a ring
 * @events: so many there have been
 */
struct cl_judge {
	struct cl_io *io;
	struct cl_reputation reputation;
	struct cl_judge_node node[CL_GATE_NODES];
	unsigned int n;
	bool known;
	u32 cluster;
	u32 epoch;
	u32 self;
	u32 term;
	bool judging;
	bool waiting;
	bool changed;
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
void cl_judge_repeat(struct cl_judge *j);
unsigned int cl_judge_testimony(struct cl_judge *j,
				const struct cl_state *state, s64 time_ns,
				struct cl_testimony *ret, unsigned int max);

#endif /* _CL_CORE_JUDGE_H */
