/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The other nodes that an instance may exchange packets with.
 *
 * In a large cluster a node knows all others and measures a few: a node that is only
 * known has an address and settings here, 112 bytes, and becomes a peer with the
 * first packet to it or from it.
 */
#ifndef _CL_PEERS_H
#define _CL_PEERS_H

#include <linux/hashtable.h>
#include <linux/list.h>
#include <linux/spinlock.h>

#include "peer.h"

/* As many members as a cluster may have, and 2 or 3 of them in a bucket. */
#define CL_PEERS_MAX 10000
#define CL_PEERS_HASH_BITS 12

/*
 * A peer without a packet in either direction for so long, in jiffies, is only known
 * again.  So many nodes are looked at for it at once.
 */
#define CL_PEERS_IDLE (600 * HZ)
#define CL_PEERS_SWEEP 8

/**
 * struct cl_known - a node that may be measured
 * @node: its node id
 * @at: its address
 * @settings: known of the path; changed with the lock of the commands and that of the
 *	table held, may be read with either
 * @peer: what is measured of it, NULL: nothing.  Set under the lock of the table,
 *	forgotten under that of the commands as well; read under RCU or with the latter
 * @used: jiffies when a command last sent something to it, lock of the commands
 * @gone: it is deleted and cannot become a peer, lock of the table
 * @hash: in cl_peers.hash
 * @list: in cl_peers.known
 * @rcu: frees it after a grace period
 */
struct cl_known {
	u32 node;
	struct cl_endpoint at;
	struct cl_peer_settings settings;
	struct cl_peer __rcu *peer;
	unsigned long used;
	bool gone;
	struct hlist_node hash;
	struct list_head list;
	struct rcu_head rcu;
};

/**
 * struct cl_peers - table of an instance
 * @lock: of what the comments say; taken with bottom halves disabled, before a peer's
 * @hash: known nodes by id; changed by commands, read under RCU
 * @known: the same by ascending id; protected by the lock of the commands
 * @count: number of them, protected as @known
 * @hand: one of @known or its head: those after it are looked at next, protected as
 *	@known
 * @list: peers, in the order in which they became that; added under @lock, deleted with
 *	the lock of the commands held as well, read with the latter or under RCU
 * @params: for estimators, protected by @lock
 */
struct cl_peers {
	spinlock_t lock; /* see above */
	DECLARE_HASHTABLE(hash, CL_PEERS_HASH_BITS);
	struct list_head known;
	u32 count;
	struct list_head *hand;
	struct list_head list;
	struct cl_estimator_params params;
};

/**
 * struct cl_peers_info - what is known of all peers together
 * @unsettled: those that have been heard and were neither synced nor unverified
 * @changes: sum over them, see struct cl_peer
 */
struct cl_peers_info {
	u32 unsettled;
	u64 changes;
};

/*
 * The peer of a known node, NULL: it is only known.  RCU read side, or lock of the
 * commands held, which keeps it as well.
 */
static inline struct cl_peer *cl_known_peer(const struct cl_known *k)
{
	return rcu_dereference_check(k->peer, true);
}

void cl_known_get_info(const struct cl_known *k, struct cl_raw now,
		       struct cl_peer_info *ret);

void cl_peers_init(struct cl_peers *peers,
		   const struct cl_estimator_params *params);
struct cl_known *cl_peers_known(struct cl_peers *peers, u32 node);
struct cl_peer *cl_peers_find(struct cl_peers *peers, u32 node);
struct cl_peer *cl_peers_measure(struct cl_peers *peers, struct cl_known *k);
bool cl_peers_measure_all(struct cl_peers *peers);
struct cl_peer *cl_peers_hear(struct cl_peers *peers, struct cl_known *k);
struct cl_known *cl_peers_add(struct cl_peers *peers, u32 node,
			      const struct cl_endpoint *at);
void cl_peers_set(struct cl_peers *peers, struct cl_known *k,
		  const struct cl_peer_settings *settings);
void cl_peers_set_params(struct cl_peers *peers,
			 const struct cl_estimator_params *params);
void cl_peers_del(struct cl_peers *peers, struct cl_known *k);
void cl_peers_sweep(struct cl_peers *peers);
void cl_peers_clear(struct cl_peers *peers);
void cl_peers_restart(struct cl_peers *peers);
void cl_peers_forget_hardware(struct cl_peers *peers);
void cl_peers_get_info(const struct cl_peers *peers, struct cl_peers_info *ret);

#endif /* _CL_PEERS_H */
