/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who lies: what a leader (and a relay, of its children) thinks of every node that
 * it measures.
 *
 *	         evidence          proof             majority of judges
 *	GOOD <-> SUSPICIOUS <-> DEMOTED --> ACCUSED --------> ISOLATED
 *	  ^                                    |                  | an hour clean
 *	  +--- an hour clean ------------------+                  v
 *	  +------------------- readmitted by the judges ------- CLEARED
 *
 * Two rules, of which each has a fast and a slow evidence.  The fast one forgets
 * within rounds; the slow one is for who lies rarely enough for that.
 *
 * R1, proof: the offset of an honest node is within half of the excess of the round
 * trip of what one exchange says.  Our own clock may have been slewed since; then
 * the median has moved, and by as much that is not held against anybody.  While all
 * clocks may move, stamps are compared with where the raw clock should be.
 *
 * R2, slow test: CUSUM (E. S. Page, "Continuous inspection schemes", Biometrika 41,
 * 1954) of the filtered offset; for lies below the noise of one exchange.
 *
 * Isolation takes effect by cl_reputation_isolated() only: it needs the
 * accusations of more nodes than can be faulty, in the replicated state.
 */
#ifndef _CL_CORE_REPUTATION_H
#define _CL_CORE_REPUTATION_H

#include "gate.h"
#include "usual.h"

/* R1: a sample violates beyond E/2 + 4.5 of its own noise + B0 of that node. */
#define CL_REPUTATION_NOISES 4.5

/* R1, fast: strikes of a violation, and of one beyond twice the gate. */
#define CL_REPUTATION_STRIKE 1.0
#define CL_REPUTATION_STRIKE_FAR 3.0
#define CL_REPUTATION_STRIKE_DECAY 0.1
#define CL_REPUTATION_STRIKE_LIMIT 3.0

/*
 * R1, slow: a liar that stays below the strikes by one violation in 11 rounds gets
 * here within 7 s.  Honest ones violate by chance less than once per hour; what is
 * forgotten, one per 100 s, is for stamps that go wrong once in a while.
 */
#define CL_REPUTATION_PROOF_DECAY 0.001
#define CL_REPUTATION_PROOF_LIMIT 6.0

/* R2, fast: deviations in units of S, cut off at 8. */
#define CL_REPUTATION_CUSUM_CLIP 8.0
#define CL_REPUTATION_CUSUM_SLACK 4.0
#define CL_REPUTATION_CUSUM_LIMIT 30.0
/* So that the end of a long lie is seen. */
#define CL_REPUTATION_CUSUM_MOST 60.0

/*
 * R2, slow: what exceeds the slack adds up, and is forgotten by one round at the
 * clip in 80.
 */
#define CL_REPUTATION_EXCESS_DECAY 0.05
#define CL_REPUTATION_EXCESS_LIMIT 120.0

/* The filtered offset of a node that is seen rarely counts for so many rounds. */
#define CL_REPUTATION_CUSUM_ROUNDS 3.0

/* Share of the limit of any evidence: suspicious from, until. */
#define CL_REPUTATION_SUSPECT 0.34
#define CL_REPUTATION_TRUST 0.1

/*
 * Its oscillator has no say from here on, until it is trusted: one proof is enough, as
 * what a lie pulls cluster time by is there before the next one.
 */
#define CL_REPUTATION_DOUBT 0.15

/*
 * Weight 0 lasts until there is no evidence any more, and so long; twice as long
 * each time if it comes back within 10 times that.
 */
#define CL_REPUTATION_HOLD_MIN_NS (10 * CL_NS_PER_SEC)
#define CL_REPUTATION_HOLD_MAX_NS (3600 * CL_NS_PER_SEC)
#define CL_REPUTATION_HOLD_MEMORY 10

/* Readmission: clean for so long, and at most once in so long. */
#define CL_REPUTATION_CLEAN_NS (3600 * CL_NS_PER_SEC)
#define CL_REPUTATION_READMIT_NS (86400 * CL_NS_PER_SEC)
/* Time between two observations counts up to this. */
#define CL_REPUTATION_GAP_NS (10 * CL_NS_PER_SEC)

/* With fewer nodes seen, the judge among them, nothing is concluded. */
#define CL_REPUTATION_JUDGE_NODES 3
/* With fewer nobody is accused: one liar has as many voices as an honest node. */
#define CL_REPUTATION_ACCUSE_NODES 4

/* What a node is thought of. */
enum cl_reputation_state {
	CL_REPUTATION_GOOD,
	CL_REPUTATION_SUSPICIOUS, /* less weight */
	CL_REPUTATION_DEMOTED, /* weight 0 for now */
	CL_REPUTATION_ACCUSED, /* weight 0; this judge says isolate */
	CL_REPUTATION_ISOLATED, /* weight 0; the judges have decided */
	CL_REPUTATION_CLEARED, /* isolated; this judge says readmit */
};

/* Why a state has changed; the first ones are numbered as in enum cl_rule. */
enum cl_reputation_rule {
	CL_REPUTATION_NO_RULE,
	CL_REPUTATION_STRIKES, /* R1, fast */
	CL_REPUTATION_PROOFS, /* R1, slow */
	CL_REPUTATION_CUSUM, /* R2, fast */
	CL_REPUTATION_EXCESS, /* R2, slow */
	CL_REPUTATION_CLEAN, /* no evidence for long enough */
	CL_REPUTATION_DECISION, /* the replicated state says so */
};

/**
 * struct cl_reputation_obs - one node in one round
 * @node: node id, not 0
 * @voter: it is a voter
 * @anew: clocks or paths are not those of the observations before
 * @fresh: @raw_ns, @excess_ns, @noise_ns and @trip_ns are of a new exchange
 * @raw_ns: its disciplined clock minus ours by that exchange alone
 * @excess_ns: round trip over the smallest, at least 0; includes what the estimator
 *	doubts while a path changes
 * @noise_ns: standard deviation of @raw_ns without queues
 * @trip_ns: round trip; 0: not known, then nothing is learnt of what is usual
 * @early_ns: its answer left so much earlier than our request came
 * @slack_ns: asymmetry that the path may have
 * @offset_ns: its disciplined clock minus ours, filtered
 * @sigma_ns: standard deviation of @offset_ns, above 0
 */
struct cl_reputation_obs {
	u32 node;
	bool voter;
	bool anew;
	bool fresh;
	double raw_ns;
	double excess_ns;
	double noise_ns;
	double trip_ns;
	double early_ns;
	double slack_ns;
	double offset_ns;
	double sigma_ns;
};

/**
 * struct cl_reputation_jump - the raw clock of a node whose cluster time may move
 * @node: node id, not 0
 * @ahead_ns: stamps of one exchange, beyond where its raw clock should be
 * @sigma_ns: standard deviation of that without queues
 * @trip_ns: round trip
 * @slack_ns: asymmetry that the path may have
 */
struct cl_reputation_jump {
	u32 node;
	double ahead_ns;
	double sigma_ns;
	double trip_ns;
	double slack_ns;
};

/**
 * struct cl_reputation_event - a state has changed
 * @when: time of the observation or decision, ns
 * @node: who
 * @voter: it is a voter
 * @from: enum cl_reputation_state before
 * @to: enum cl_reputation_state now
 * @rule: enum cl_reputation_rule that decided
 * @offset_ns: how far it was from the median: R1 by one exchange, R2 filtered
 * @limit_ns: how far it may be: R1 the gate, R2 the slack
 * @evidence: strikes, proofs, sum or excess of that rule; CL_REPUTATION_CLEAN: s
 *	without any
 * @evidence_limit: what that may be; CL_REPUTATION_CLEAN: how long it takes, s, 0
 *	if that depends on the evidence
 */
struct cl_reputation_event {
	s64 when;
	u32 node;
	bool voter;
	enum cl_reputation_state from;
	enum cl_reputation_state to;
	enum cl_reputation_rule rule;
	double offset_ns;
	double limit_ns;
	double evidence;
	double evidence_limit;
};

/**
 * struct cl_reputation_node - what is known of a node
 * @node: node id
 * @voter: it is a voter
 * @state: what it is thought of
 * @weight: 0 to 1, of its clock
 * @doubted: its oscillator has no say
 * @seen: last observation, ns
 * @fresh: last new exchange, ns
 * @usual: what its exchanges usually show
 * @strikes: R1, fast
 * @proofs: R1, slow
 * @cusum: R2, fast
 * @excess: R2, slow
 * @clean_ns: observed for so long without evidence
 * @worst_ns: largest filtered offset from the median in that time
 * @worst_limit_ns: what that might have been
 * @hold_ns: weight 0 lasts so long
 * @demoted: since when, or when that ended, ns
 * @readmitted: when, ns; S64_MIN: never
 * @why: last change of state
 */
struct cl_reputation_node {
	u32 node;
	bool voter;
	enum cl_reputation_state state;
	double weight;
	bool doubted;
	s64 seen;
	s64 fresh;
	struct cl_usual usual;
	double strikes;
	double proofs;
	double cusum;
	double excess;
	s64 clean_ns;
	double worst_ns;
	double worst_limit_ns;
	s64 hold_ns;
	s64 demoted;
	s64 readmitted;
	struct cl_reputation_event why;
};

/**
 * struct cl_reputation - the judge
 * @event: called for each change of state, may be NULL; must not call back
 * @ctx: its first argument
 * @node: nodes that are known
 * @n: how many
 * @begun: there was a round
 * @floor_ns: B0 of the last round
 * @median_ns: median clock of the last round minus ours
 */
struct cl_reputation {
	void (*event)(void *ctx, const struct cl_reputation_event *e);
	void *ctx;
	struct cl_reputation_node node[CL_GATE_NODES];
	unsigned int n;
	bool begun;
	double floor_ns;
	double median_ns;
};

void cl_reputation_init(struct cl_reputation *r,
			void (*event)(void *ctx,
				      const struct cl_reputation_event *e),
			void *ctx);
int cl_reputation_round(struct cl_reputation *r, s64 now,
			const struct cl_reputation_obs *obs, unsigned int n);
void cl_reputation_jumps(struct cl_reputation *r, s64 now,
			 const struct cl_reputation_jump *jump, unsigned int n);
int cl_reputation_isolated(struct cl_reputation *r, u32 node, bool isolated,
			   s64 when);
void cl_reputation_forget(struct cl_reputation *r, u32 node);
const struct cl_reputation_node *
cl_reputation_find(const struct cl_reputation *r, u32 node);
bool cl_reputation_doubts(const struct cl_reputation *r, u32 node);
bool cl_reputation_suspects(const struct cl_reputation *r);
bool cl_reputation_in_use(enum cl_reputation_state state);
const char *cl_reputation_state_name(enum cl_reputation_state state);
const char *cl_reputation_rule_name(enum cl_reputation_rule rule);

#endif /* _CL_CORE_REPUTATION_H */
