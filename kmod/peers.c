// SPDX-License-Identifier: GPL-2.0
#include "peers.h"

#include <linux/clocklink.h>
#include <linux/jiffies.h>
#include <linux/rculist.h>
#include <linux/slab.h>

/**
 * cl_peers_init() - an empty table
 * @peers: table
 * @params: for estimators
 */
void cl_peers_init(struct cl_peers *peers,
		   const struct cl_estimator_params *params)
{
	spin_lock_init(&peers->lock);
	hash_init(peers->hash);
	INIT_LIST_HEAD(&peers->known);
	INIT_LIST_HEAD(&peers->list);
	peers->hand = &peers->known;
	peers->count = 0;
	peers->params = *params;
}

/**
 * cl_peers_known() - known node by id
 * @peers: table
 * @node: node id
 *
 * Context: RCU read side; it stays until its end.
 * Return: the node or NULL.
 */
struct cl_known *cl_peers_known(struct cl_peers *peers, u32 node)
{
	struct cl_known *k;

	hash_for_each_possible_rcu(peers->hash, k, hash, node) {
		if (k->node == node)
			return k;
	}
	return NULL;
}

/**
 * cl_peers_find() - peer by node id
 * @peers: table
 * @node: node id
 *
 * Context: RCU read side; the peer stays until its end.
 * Return: the peer; NULL: the node is not known, or nothing is measured of it.
 */
struct cl_peer *cl_peers_find(struct cl_peers *peers, u32 node)
{
	struct cl_known *k = cl_peers_known(peers, node);

	return k ? cl_known_peer(k) : NULL;
}

/* It is measured from now on; a command and a softirq may both want that. */
static noinline struct cl_peer *peers_begin(struct cl_peers *peers,
					    struct cl_known *k, gfp_t gfp)
{
	struct cl_peer *fresh = cl_peer_alloc(gfp);
	struct cl_peer *peer;

	if (!fresh)
		return NULL;
	spin_lock_bh(&peers->lock);
	peer = rcu_dereference_protected(k->peer,
					 lockdep_is_held(&peers->lock));
	if (!peer && !k->gone) {
		peer = fresh;
		fresh = NULL;
		cl_peer_begin(peer, k->node, &k->at, &k->settings,
			      &peers->params);
		list_add_tail_rcu(&peer->list, &peers->list);
		rcu_assign_pointer(k->peer, peer);
	}
	spin_unlock_bh(&peers->lock);
	if (fresh)
		cl_peer_free(fresh);
	return peer;
}

/**
 * cl_peers_measure() - the peer that a command is about to send something to
 * @peers: table
 * @k: known node
 *
 * Context: process, lock of the commands held.
 * Return: the peer, NULL: no memory.
 */
struct cl_peer *cl_peers_measure(struct cl_peers *peers, struct cl_known *k)
{
	k->used = jiffies;
	return cl_known_peer(k) ?: peers_begin(peers, k, GFP_KERNEL);
}

/**
 * cl_peers_measure_all() - a leader is about to send something to all known nodes
 * @peers: table
 *
 * One for which there is no memory is no peer yet.
 *
 * Context: process, lock of the commands held.
 * Return: false if there is such a one.
 */
bool cl_peers_measure_all(struct cl_peers *peers)
{
	struct cl_known *k;
	bool all = true;

	list_for_each_entry(k, &peers->known, list) {
		if (!cl_peers_measure(peers, k))
			all = false;
	}
	return all;
}

/**
 * cl_peers_hear() - the peer that a packet has come from
 * @peers: table
 * @k: known node, from whose address it came
 *
 * Who forges addresses of known nodes can get no more memory than for all of them.
 *
 * Context: softirq, RCU read side.
 * Return: the peer; NULL: no memory now, or it is being deleted.
 */
struct cl_peer *cl_peers_hear(struct cl_peers *peers, struct cl_known *k)
{
	return cl_known_peer(k) ?:
		       peers_begin(peers, k, GFP_ATOMIC | __GFP_NOWARN);
}

/**
 * cl_peers_add() - get to know a node
 * @peers: table
 * @node: node id, not in the table yet
 * @at: its address
 *
 * Context: process, lock of the commands held.
 * Return: the known node, -ENOSPC if the table is full, -ENOMEM.
 */
struct cl_known *cl_peers_add(struct cl_peers *peers, u32 node,
			      const struct cl_endpoint *at)
{
	struct list_head *after = &peers->known;
	struct cl_known *k, *other;

	if (peers->count >= CL_PEERS_MAX)
		return ERR_PTR(-ENOSPC);
	k = kzalloc(sizeof(*k), GFP_KERNEL_ACCOUNT);
	if (!k)
		return ERR_PTR(-ENOMEM);
	k->node = node;
	k->at = *at;

	/* Sorted, so that a dump can go on after any id; most come in order. */
	list_for_each_entry_reverse(other, &peers->known, list) {
		if (other->node < node) {
			after = &other->list;
			break;
		}
	}
	list_add(&k->list, after);
	hash_add_rcu(peers->hash, &k->hash, node);
	peers->count++;
	return k;
}

/**
 * cl_peers_set() - say what is known of the path to a node
 * @peers: table
 * @k: known node
 * @settings: settings, ranges checked
 *
 * They count from the next estimate on.
 *
 * Context: process, lock of the commands held.
 */
void cl_peers_set(struct cl_peers *peers, struct cl_known *k,
		  const struct cl_peer_settings *settings)
{
	struct cl_peer *peer;

	spin_lock_bh(&peers->lock);
	k->settings = *settings;
	peer = cl_known_peer(k);
	if (peer)
		cl_peer_set(peer, settings);
	spin_unlock_bh(&peers->lock);
}

/**
 * cl_peers_set_params() - start all estimators anew with other parameters
 * @peers: table
 * @params: parameters
 *
 * Context: process, lock of the commands held.
 */
void cl_peers_set_params(struct cl_peers *peers,
			 const struct cl_estimator_params *params)
{
	struct cl_peer *peer;

	spin_lock_bh(&peers->lock);
	peers->params = *params;
	spin_unlock_bh(&peers->lock);
	rcu_read_lock();
	list_for_each_entry_rcu(peer, &peers->list, list)
		cl_peer_set_params(peer, params);
	rcu_read_unlock();
}

/* It is only known from now on. */
static void peers_end(struct cl_peers *peers, struct cl_known *k)
{
	struct cl_peer *peer = cl_known_peer(k);

	lockdep_assert_held(&peers->lock);
	if (!peer)
		return;
	RCU_INIT_POINTER(k->peer, NULL);
	list_del_rcu(&peer->list);
	cl_peer_free_rcu(peer);
}

/**
 * cl_peers_del() - forget a node
 * @peers: table
 * @k: known node
 *
 * Readers under RCU may use it and its peer for a grace period more.
 *
 * Context: process, lock of the commands held.
 */
void cl_peers_del(struct cl_peers *peers, struct cl_known *k)
{
	hash_del_rcu(&k->hash);
	if (peers->hand == &k->list)
		peers->hand = k->list.prev;
	list_del(&k->list);
	peers->count--;
	spin_lock_bh(&peers->lock);
	k->gone = true;
	peers_end(peers, k);
	spin_unlock_bh(&peers->lock);
	kfree_rcu(k, rcu);
}

static bool peers_is_idle(const struct cl_known *k)
{
	struct cl_peer *peer = cl_known_peer(k);

	return peer && time_after(jiffies, k->used + CL_PEERS_IDLE) &&
	       time_after(jiffies, cl_peer_heard(peer) + CL_PEERS_IDLE);
}

/**
 * cl_peers_sweep() - give back what peers take that nobody measures any more
 * @peers: table
 *
 * Looks at CL_PEERS_SWEEP nodes, the next time at those after them.
 *
 * Context: process, lock of the commands held.
 */
void cl_peers_sweep(struct cl_peers *peers)
{
	struct cl_known *k;
	unsigned int i;

	for (i = 0; i < CL_PEERS_SWEEP; i++) {
		peers->hand = peers->hand->next;
		if (peers->hand == &peers->known)
			return;
		k = list_entry(peers->hand, struct cl_known, list);
		if (!peers_is_idle(k))
			continue;
		spin_lock_bh(&peers->lock);
		peers_end(peers, k);
		spin_unlock_bh(&peers->lock);
	}
}

/**
 * cl_peers_clear() - forget all nodes for good
 * @peers: table that no reader can reach any more
 *
 * Not by RCU, and waiting for peers deleted before: a cached route must not
 * outlive its network namespace.
 *
 * Context: process, lock of the commands held.
 */
void cl_peers_clear(struct cl_peers *peers)
{
	struct cl_known *k, *next;
	struct cl_peer *peer;

	list_for_each_entry_safe(k, next, &peers->known, list) {
		peer = cl_known_peer(k);
		if (peer)
			cl_peer_free(peer);
		kfree(k);
	}
	rcu_barrier();
}

/**
 * cl_peers_restart() - forget what was measured against all peers
 * @peers: table
 *
 * For a disturbed raw clock: stamps of two generations must not meet.
 *
 * Context: process.
 */
void cl_peers_restart(struct cl_peers *peers)
{
	struct cl_peer *peer;

	rcu_read_lock();
	list_for_each_entry_rcu(peer, &peers->list, list)
		cl_peer_restart(peer);
	rcu_read_unlock();
}

/**
 * cl_peers_forget_hardware() - the clock of a network device cannot be trusted
 * @peers: table; nobody converts stamps by its old map any more
 *
 * Context: process.
 */
void cl_peers_forget_hardware(struct cl_peers *peers)
{
	struct cl_peer *peer;

	rcu_read_lock();
	list_for_each_entry_rcu(peer, &peers->list, list) {
		spin_lock_bh(&peer->lock);
		cl_session_forget_hardware(&peer->session);
		spin_unlock_bh(&peer->lock);
	}
	rcu_read_unlock();
}

/**
 * cl_known_get_info() - what is known of a node
 * @k: known node
 * @now: own raw time
 * @ret: the answer; only its settings if nothing is measured
 *
 * Context: process, lock of the commands held.
 */
void cl_known_get_info(const struct cl_known *k, struct cl_raw now,
		       struct cl_peer_info *ret)
{
	struct cl_peer *peer = cl_known_peer(k);

	if (peer)
		cl_peer_get_info(peer, now, ret);
	else
		*ret = (struct cl_peer_info){ .settings = k->settings };
}

/**
 * cl_peers_get_info() - what is known of all peers together
 * @peers: table
 * @ret: the answer
 *
 * Context: process.
 */
void cl_peers_get_info(const struct cl_peers *peers, struct cl_peers_info *ret)
{
	struct cl_peer *peer;

	*ret = (struct cl_peers_info){ .unsettled = 0 };
	rcu_read_lock();
	list_for_each_entry_rcu(peer, &peers->list, list) {
		spin_lock_bh(&peer->lock);
		ret->changes += peer->changes;
		ret->unsettled += peer->session.gen_known &&
				  peer->state != CLOCKLINK_STATE_SYNCED &&
				  peer->state != CLOCKLINK_STATE_UNVERIFIED;
		spin_unlock_bh(&peer->lock);
	}
	rcu_read_unlock();
}
