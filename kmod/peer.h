/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A node that an instance exchanges packets with.
 */
#ifndef _CL_PEER_H
#define _CL_PEER_H

#include <linux/list.h>
#include <linux/spinlock.h>

#include "core/estimator.h"
#include "core/joint.h"
#include "core/session.h"
#include "core/source.h"
#include "socket.h"

/*
 * Packets accepted from one peer: at the shortest interval, 1 ms, a leader sends
 * 2000 per second (request and update); peer probes may double that.  An
 * exchange costs about 10 us of CPU time: one peer can take 4 % of a CPU.
 */
#define CL_BUDGET_PER_SEC 4000
#define CL_BUDGET_BURST 400

/*
 * Requests to the group that are answered: who forges the address of a leader gets all
 * followers to answer it, so no more than two per interval, and some at once.
 */
#define CL_BUDGET_GROUP_SHARE 2
#define CL_BUDGET_GROUP_BURST 8

/**
 * struct cl_peer_settings - what was told of a peer
 * @asymmetry_ns: asymmetry budget, 0: that of the instance
 * @delay_asymmetry_ns: half of what a packet of the peer takes longer than one
 *	to it
 * @shadow: what the peer says of cluster time is not used
 */
struct cl_peer_settings {
	u32 asymmetry_ns;
	s32 delay_asymmetry_ns;
	bool shadow;
};

/**
 * struct cl_peer_line - cluster time as a peer has told it
 * @known: there is one, and not of a raw generation that has ended
 * @fresh: @gap is not of this line yet
 * @gap_known: @gap is valid
 * @term: of the leader that the peer follows
 * @map: peer's raw time to cluster time
 * @at: own raw time when it came
 * @gap: what it says against the leader
 */
struct cl_peer_line {
	bool known;
	bool fresh;
	bool gap_known;
	u32 term;
	struct cl_map map;
	struct cl_raw at;
	struct cl_joint_gap gap;
};

/**
 * struct cl_peer - one peer
 * @node: its node id
 * @path: its address and the route to it
 * @list: in cl_peers.list
 * @rcu: frees the peer after a grace period
 * @lock: protects all fields below; taken with bottom halves disabled, never
 *	held while a packet is sent (its stamp may come back at once)
 * @settings: known of the path
 * @session: exchanges under way
 * @source: whether its packets are stamped by the network device
 * @estimator: own raw clock against the peer's
 * @requests: requests sent
 * @answered: requests of the peer answered
 * @tokens: packets that may come now, times HZ
 * @refilled: jiffies of the last refill of @tokens
 * @group_due: raw time, ns, by which so many requests of the peer to the group as were
 *	answered may have come
 * @excess_max_ns: largest excess of a round trip since the last response
 * @starts: times that @estimator was started: an exchange taken from @session
 *	before the last one must not reach it
 * @state: enum clocklink_state of its last message, if there was one
 * @changes: times that @state, @starts or the path have changed, or a clock
 * @line: the last one of a synced peer
 * @lines: such lines taken
 */
struct cl_peer {
	u32 node;
	struct cl_path path;
	struct list_head list;
	struct rcu_head rcu;
	spinlock_t lock; /* the fields below */
	struct cl_peer_settings settings;
	struct cl_session session;
	struct cl_source source;
	struct cl_estimator estimator;
	u64 requests;
	u64 answered;
	u64 tokens;
	unsigned long refilled;
	s64 group_due;
	u64 excess_max_ns;
	u32 starts;
	u32 state;
	u32 changes;
	struct cl_peer_line line;
	u64 lines;
};

/**
 * struct cl_peer_info - what is known of a peer
 * @settings: known of the path
 * @exchanges: complete exchanges
 * @requests: requests sent
 * @responses: responses accepted
 * @answered: requests of the peer answered
 * @updates: updates accepted
 * @lost: messages of the peer that never came
 * @duplicated: messages that came again
 * @reordered: messages that came after a later one
 * @stale: messages too old to tell
 * @no_stamp: exchanges lost for want of a stamp
 * @late: exchanges out of order for the estimator
 * @rejected: exchanges with impossible stamps
 * @restarts: sessions restarted by a new generation of the peer
 * @lines: times that the peer has told cluster time
 * @gen: raw generation of the peer, valid if @gen_known
 * @gen_known: a message has arrived
 * @state: enum clocklink_state of the peer, valid if @gen_known
 * @starts: times that the estimator was started anew
 * @hardware: own stamps of the last exchange were made by the network device
 * @ifindex: device that the last message left by, 0: none has
 * @hw_lost: stamps that the network device did not make
 * @hw_fallbacks: times that too many of them were missing
 * @ready: @estimate and @learnt are valid
 * @estimate: own raw clock against the peer's, now
 * @learnt: what the estimator has learnt
 * @line: cluster time as it has told it last
 */
struct cl_peer_info {
	struct cl_peer_settings settings;
	u64 exchanges;
	u64 requests;
	u64 responses;
	u64 answered;
	u64 updates;
	u64 lost;
	u64 duplicated;
	u64 reordered;
	u64 stale;
	u64 no_stamp;
	u64 late;
	u64 rejected;
	u64 restarts;
	u64 lines;
	u32 gen;
	bool gen_known;
	u32 state;
	u32 starts;
	bool hardware;
	u32 ifindex;
	u64 hw_lost;
	u64 hw_fallbacks;
	bool ready;
	struct cl_estimate estimate;
	struct cl_estimator_info learnt;
	struct cl_peer_line line;
};

int cl_peer_cache_init(void);
void cl_peer_cache_exit(void);

struct cl_peer *cl_peer_alloc(gfp_t gfp);
void cl_peer_begin(struct cl_peer *peer, u32 node, const struct cl_endpoint *at,
		   const struct cl_peer_settings *settings,
		   const struct cl_estimator_params *params);
void cl_peer_free(struct cl_peer *peer);
void cl_peer_free_rcu(struct cl_peer *peer);

void cl_peer_set(struct cl_peer *peer, const struct cl_peer_settings *settings);
void cl_peer_set_params(struct cl_peer *peer,
			const struct cl_estimator_params *params);
void cl_peer_restart(struct cl_peer *peer);
void cl_peer_restart_estimator(struct cl_peer *peer);
void cl_peer_note_state(struct cl_peer *peer, u32 state);
int cl_peer_push(struct cl_peer *peer, const struct cl_exchange *x);
int cl_peer_estimate(const struct cl_peer *peer, struct cl_raw at,
		     struct cl_estimate *ret);
u64 cl_peer_excess(const struct cl_peer *peer, const struct cl_exchange *x);
s64 cl_peer_asymmetry(const struct cl_peer *peer);
bool cl_peer_admit(struct cl_peer *peer);
bool cl_peer_admit_group(struct cl_peer *peer, u64 interval_ns);
unsigned long cl_peer_heard(struct cl_peer *peer);
void cl_peer_get_info(struct cl_peer *peer, struct cl_raw now,
		      struct cl_peer_info *ret);

#endif /* _CL_PEER_H */
