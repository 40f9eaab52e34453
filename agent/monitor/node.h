/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the monitor remembers of each node: peers, members, the own one.
 */
#ifndef _CL_MONITOR_NODE_H
#define _CL_MONITOR_NODE_H

#include "agent/lib/anomaly.h"
#include "agent/watch/histogram.h"
#include "agent/watch/look.h"
#include "history.h"

/*
 * Nodes that are remembered at most; one takes 27 kB in the end.  One that is in no
 * look any more is forgotten after a while.
 */
#define CL_NODES_MAX 16384
#define CL_NODE_FORGET_NS (600 * CL_NS_PER_SEC)

/* Loss is that of the last minute: the counters of so many looks back, at such a step. */
#define CL_NODE_PAST 6
#define CL_NODE_PAST_STEP_NS (10 * CL_NS_PER_SEC)

/* An update that was not followed by another one says nothing any more. */
#define CL_NODE_UPDATE_NS (60 * CL_NS_PER_SEC)

/**
 * struct cl_node_past - counters of a peer as they were
 * @lost: messages of the peer that never came
 * @came: those that came
 */
struct cl_node_past {
	u64 lost;
	u64 came;
};

/**
 * struct cl_node - a node
 * @id: its node id
 * @self: it is the node that is monitored
 * @peer: as peer, of the last look; NULL: it is none
 * @member: as member; NULL: it is none
 * @reputation: what is thought of it; NULL: nothing
 * @voter: its oscillator; NULL: it is not known
 * @seen_ns: when it was in a look last, CLOCK_MONOTONIC
 * @past: ring of counters, the last one at @past_n - 1
 * @past_n: counters that were put in
 * @past_ns: when the last ones were
 * @update_ns: when its last update came, CLOCK_MONOTONIC of the look before, 0: none
 * @bound_ns: bound in that update
 * @anomaly: what warns of the link to it, of the own node of its bound
 * @anomaly_ns: raw time that this was told last, 0: nothing yet
 * @delay: round trips of its exchanges
 * @delay_utc_ns: since when
 * @history: its figures
 */
struct cl_node {
	u32 id;
	bool self;
	const struct cl_nl_peer *peer;
	const struct cl_ctl_member *member;
	const struct cl_ctl_reputation *reputation;
	const struct cl_ctl_voter *voter;
	s64 seen_ns;
	struct cl_node_past past[CL_NODE_PAST];
	unsigned int past_n;
	s64 past_ns;
	s64 update_ns;
	u64 bound_ns;
	struct cl_anomaly anomaly;
	s64 anomaly_ns;
	struct cl_histogram delay;
	s64 delay_utc_ns;
	struct cl_history history;
};

/**
 * struct cl_nodes - all of them
 * @node: by node id, allocated; a few of them are in no look any more
 * @n: their number
 */
struct cl_nodes {
	struct cl_node **node;
	size_t n;
};

int cl_nodes_update(struct cl_nodes *t, const struct cl_look *look);
void cl_nodes_clear(struct cl_nodes *t);
struct cl_node *cl_nodes_find(const struct cl_nodes *t, u32 id);

bool cl_node_present(const struct cl_node *n);
const char *cl_node_name(const struct cl_node *n, const struct cl_look *look);
const char *cl_node_role(const struct cl_node *n, const struct cl_look *look);
const char *cl_node_state(const struct cl_node *n, const struct cl_look *look);
const char *cl_node_reputation(const struct cl_node *n);
bool cl_node_bound(const struct cl_node *n, const struct cl_look *look,
		   u64 *ret_ns);
bool cl_node_offset(const struct cl_node *n, s64 *ret_ns);
double cl_node_loss(const struct cl_node *n);

#endif /* _CL_MONITOR_NODE_H */
