/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a node's agent is, for the files agent*.c only.
 */
#ifndef _CL_CORE_AGENT_NODE_H
#define _CL_CORE_AGENT_NODE_H

#include "agent.h"
#include "apply.h"
#include "census.h"
#include "confidence.h"
#include "guard.h"
#include "judge.h"
#include "overdue.h"
#include "probe.h"
#include "proofs.h"
#include "round.h"
#include "timescale.h"

/* Handle of what this node asks for by itself. */
#define CL_AGENT_OWN U64_MAX

/**
 * struct cl_agent_reign - what a node does as leader of the consensus
 * @elected: it is
 * @ready: and its clock is to be the cluster's once its lease has begun
 * @leads: and its clock is the cluster's
 * @elected_at: since when, io time
 * @since: looks for who has a time, in earlier terms as well, io time
 * @searched: looked for it last, io time; 0: never
 * @given: has tried to give the lead away
 * @wait: and waits for what comes of it until, io time
 * @ask: looks again whether another one should lead, io time
 * @call: asks the voters again, not before, io time
 * @utc: compares TAI - UTC with the table, io time
 * @disruptions: of the own raw clock when it was elected
 * @heir: is to lead next and was asked what its clock is worth, 0: none
 * @heir_asked: when, io time
 * @census: what voters have answered
 */
struct cl_agent_reign {
	bool elected;
	bool ready;
	bool leads;
	s64 elected_at;
	s64 since;
	s64 searched;
	bool given;
	s64 wait;
	s64 ask;
	s64 call;
	s64 utc;
	u32 disruptions;
	u32 heir;
	s64 heir_asked;
	struct cl_census census;
};

/**
 * struct cl_agent - one node's agent
 * @io: the world
 * @ops: streams, disk, operators
 * @ctx: for @ops
 * @inst: settings as told last, valid if @present
 * @present: there is an instance
 * @state: last known state of the clock, enum clocklink_state
 * @round: rounds
 * @probe: probes
 * @overdue: the leader's next update
 * @cluster: its part in the cluster, NULL: it is in none
 * @node: own node id in it
 * @table: leap seconds, NULL: none
 * @members: members, addresses or voters may have changed
 * @election: who leads may have changed
 * @leader: who leads, 0: not known
 * @term: its term
 * @apply: the state, applied to the engine
 * @guard: are updates obeyed
 * @judge: what it thinks of others, as a voter
 * @confidence: who has none in the leader, as a voter
 * @proofs: against whom, as leader
 * @reign: as leader
 * @timescale: cluster time, as leader
 */
struct cl_agent {
	struct cl_io *io;
	const struct cl_agent_ops *ops;
	void *ctx;
	struct cl_nl_instance inst;
	bool present;
	u32 state;
	struct cl_round round;
	struct cl_probe probe;
	struct cl_overdue overdue;
	struct cl_cluster *cluster;
	u32 node;
	const struct cl_leapfile *table;
	bool members;
	bool election;
	u32 leader;
	u32 term;
	struct cl_apply apply;
	struct cl_guard guard;
	struct cl_judge judge;
	struct cl_confidence confidence;
	struct cl_proofs proofs;
	struct cl_agent_reign reign;
	struct cl_timescale timescale;
};

/* agent.c */
s64 cl_agent_now(const struct cl_agent *a);
s64 cl_agent_time(const struct cl_agent *a);
const struct cl_state *cl_agent_agreed(const struct cl_agent *a);

/* agent_cluster.c */
void cl_agent_cluster_begin(struct cl_agent *a);
void cl_agent_settle(struct cl_agent *a);
bool cl_agent_votes(const struct cl_agent *a, u32 node);
void cl_agent_ask(struct cl_agent *a, struct cl_entry *e, const char *what);
extern const struct cl_cluster_ops cl_agent_cluster_ops;

/* agent_news.c */
void cl_agent_news(struct cl_agent *a, const struct cl_raft_entry *e,
		   const struct cl_raft_conf *conf);

/* agent_trust.c */
void cl_agent_trust_begin(struct cl_agent *a);
void cl_agent_trust_complain(struct cl_agent *a, u32 term);
void cl_agent_trust_hear(struct cl_agent *a, u32 node, u8 type, const u8 *data,
			 size_t len);
s64 cl_agent_trust_deadline(const struct cl_agent *a);
void cl_agent_trust_run(struct cl_agent *a);

/* agent_reign.c */
void cl_agent_reign_begin(struct cl_agent *a);
bool cl_agent_reign_hear(struct cl_agent *a, u32 node, u8 type, const u8 *data,
			 size_t len);
int cl_agent_reign_may_lead(struct cl_agent *a, u32 node, char *why);
void cl_agent_reign_election(struct cl_agent *a);
void cl_agent_reign_clock(struct cl_agent *a);
s64 cl_agent_reign_deadline(const struct cl_agent *a);
void cl_agent_reign_run(struct cl_agent *a);

#endif /* _CL_CORE_AGENT_NODE_H */
