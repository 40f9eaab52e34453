/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What must hold in a cluster whatever happens, looked at on a grid of time.
 *
 * Cluster time is the line of the leader, the one with the highest term.  When
 * another one leads, whose line is a little beside, cluster time goes from the old
 * line to the new one by 1e-6; without a leader it goes on as the last one's
 * oscillator does.  A leader that lies has not made it since it began to.  When no node
 * has a clock any more, or few of the voters one and know its rate, cluster time may
 * end; the next one is another one, with which a node is compared when it has heard of
 * a term of it.
 */
#ifndef _CS_TRUTH_H
#define _CS_TRUTH_H

#include "agent.h"
#include "agent/core/census.h"
#include "agent/lib/compiler.h"

/* Time between two looks. */
#define CS_TRUTH_GRID_NS CL_NS_PER_MS

/* Agreed states are looked at less often. */
#define CS_TRUTH_STATE_NS (100 * CL_NS_PER_MS)

/* The order of their names in truth.c. */
enum cs_rule {
	CS_RULE_MONOTONIC, /* a clock never goes back */
	CS_RULE_STEP, /* once locked, it moves as its rate and slew say */
	CS_RULE_BOUND, /* its interval contains cluster time */
	CS_RULE_LEADER, /* one node makes the time of a term */
	CS_RULE_ISOLATED, /* nobody is isolated who does not lie */
	CS_RULE_BEGIN, /* no other time while most voters could go on */
	CS_RULE_LIVE, /* when all is well, all are synced some time later */
	CS_RULES
};

/**
 * struct cs_view - a node at the last look
 * @now: it has a clock that may be used
 * @known: it had one since it was switched on
 * @at: when it was read last, ns of true time
 * @r: that reading
 * @drift_ppt: growth of its bound by what it knows of the rate of cluster time: not that
 *	by which a leader's grows that nobody has heard yet
 * @boots: cs_agent.boots
 */
struct cs_view {
	bool now;
	bool known;
	s64 at;
	struct cs_reading r;
	u64 drift_ppt;
	u32 boots;
};

/**
 * struct cs_truth - the checks of a run
 * @agent: nodes by id, NULL: none
 * @ids: one above the last id
 * @heap: time
 * @view: of each node
 * @known: there is a cluster time
 * @maker: node whose line it is
 * @gen: its raw generation
 * @term: its term
 * @time_ns: cluster time at the last look
 * @at: the last look, ns of true time
 * @rate_q48: of the line against the oscillator of @maker
 * @since: term in which it began, 0: with the cluster
 * @since_gen: raw generation of who began it then
 * @beside_ns: cluster time minus the line of @maker
 * @leader: by term modulo its size: who has made its time
 * @share: what counts of a bound: 1, or less as a planted fault
 * @trusting: nobody is taken for a liar, as a planted fault
 * @state_at: next look at agreed states, ns of true time
 * @broken: a rule is broken; which and when follows
 * @which: the rule
 * @broken_at: ns of true time
 * @text: what was seen
 * @looks: so many
 * @changes: times that another node has made cluster time
 * @begun: times that another cluster time has begun
 * @beside_max_ns: largest difference of two lines when that happened
 * @error_max_ns: largest error of an honest clock since it was last set to 0
 * @step_max_ns: largest move that rate and slew do not explain
 */
struct cs_truth {
	struct cs_agent **agent;
	u32 ids;
	const struct cs_heap *heap;
	struct cs_view *view;
	bool known;
	u32 maker;
	u32 gen;
	u32 term;
	s64 time_ns;
	s64 at;
	s64 rate_q48;
	u32 since;
	u32 since_gen;
	double beside_ns;
	struct {
		u32 term;
		u32 node;
	} leader[1024];
	double share;
	bool trusting;
	s64 state_at;
	bool broken;
	enum cs_rule which;
	s64 broken_at;
	char text[240];
	u64 looks;
	u64 changes;
	u64 begun;
	s64 beside_max_ns;
	s64 error_max_ns;
	s64 step_max_ns;
};

const char *cs_rule_name(enum cs_rule r);
void cs_truth_fail(struct cs_truth *t, enum cs_rule which, const char *fmt, ...)
	__printf(3, 4);
void cs_truth_look(struct cs_truth *t);
s64 cs_truth_error(const struct cs_truth *t, u32 id);
bool cs_truth_synced(const struct cs_truth *t, u32 id);

#endif /* _CS_TRUTH_H */
