// SPDX-License-Identifier: GPL-2.0
#include "peer.h"

#include <linux/clocklink.h>
#include <linux/jiffies.h>
#include <linux/random.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "core/fixed.h"

/* kmalloc() would round a peer up to 16 KiB. */
static struct kmem_cache *peer_cache;

/**
 * cl_peer_cache_init() - prepare memory for peers
 *
 * Return: 0, -ENOMEM.
 */
int __init cl_peer_cache_init(void)
{
	peer_cache = kmem_cache_create("clocklink_peer", sizeof(struct cl_peer),
				       0, SLAB_ACCOUNT, NULL);
	return peer_cache ? 0 : -ENOMEM;
}

/**
 * cl_peer_cache_exit() - give it back
 *
 * All peers have been freed: cl_peers_clear() has waited for it.
 */
void cl_peer_cache_exit(void)
{
	kmem_cache_destroy(peer_cache);
}

/**
 * cl_peers_init() - an empty table
 * @peers: table
 */
void cl_peers_init(struct cl_peers *peers)
{
	hash_init(peers->hash);
	INIT_LIST_HEAD(&peers->list);
	peers->count = 0;
}

/**
 * cl_peers_find() - peer by node id
 * @peers: table
 * @node: node id
 *
 * Context: RCU read side; the peer stays until its end.
 * Return: the peer or NULL.
 */
struct cl_peer *cl_peers_find(struct cl_peers *peers, u32 node)
{
	struct cl_peer *peer;

	hash_for_each_possible_rcu(peers->hash, peer, hash, node) {
		if (peer->node == node)
			return peer;
	}
	return NULL;
}

static void peer_forget_line(struct cl_peer *peer)
{
	WRITE_ONCE(peer->line.known, false); /* pairs with cl_edges_gather() */
	peer->line.gap_known = false;
}

/* A new session draws a new start: a late packet of the old one is no hit. */
static void peer_start(struct cl_peer *peer)
{
	cl_session_init(&peer->session, get_random_u32());
	peer->excess_max_ns = 0;
	peer_forget_line(peer);
}

/**
 * cl_peers_add() - add a peer
 * @peers: table
 * @node: node id, not in the table yet
 * @endpoint: its address
 * @params: for its estimator
 *
 * Context: process, lock of the commands held.
 * Return: the peer, -ENOSPC if the table is full, -ENOMEM.
 */
struct cl_peer *cl_peers_add(struct cl_peers *peers, u32 node,
			     const struct cl_endpoint *endpoint,
			     const struct cl_estimator_params *params)
{
	struct list_head *before = &peers->list;
	struct cl_peer *peer, *other;
	int err;

	if (peers->count >= CL_PEERS_MAX)
		return ERR_PTR(-ENOSPC);
	peer = kmem_cache_zalloc(peer_cache, GFP_KERNEL);
	if (!peer)
		return ERR_PTR(-ENOMEM);
	err = dst_cache_init(&peer->path.cache, GFP_KERNEL_ACCOUNT);
	if (err) {
		kmem_cache_free(peer_cache, peer);
		return ERR_PTR(err);
	}
	peer->node = node;
	peer->path.to = *endpoint;
	spin_lock_init(&peer->lock);
	peer->tokens = (u64)CL_BUDGET_BURST * HZ;
	peer->refilled = jiffies;
	peer_start(peer);
	cl_source_init(&peer->source);
	cl_estimator_init(&peer->estimator, params);

	/* Sorted, so that a dump can go on after any node id. */
	list_for_each_entry(other, &peers->list, list) {
		if (other->node > node) {
			before = &other->list;
			break;
		}
	}
	list_add_tail(&peer->list, before);
	hash_add_rcu(peers->hash, &peer->hash, node);
	peers->count++;
	return peer;
}

static void peer_free(struct cl_peer *peer)
{
	dst_cache_destroy(&peer->path.cache);
	kmem_cache_free(peer_cache, peer);
}

static void peer_free_rcu(struct rcu_head *rcu)
{
	peer_free(container_of(rcu, struct cl_peer, rcu));
}

/**
 * cl_peers_del() - delete a peer
 * @peers: table
 * @peer: peer in the table
 *
 * Readers under RCU may use it for a grace period more.
 *
 * Context: process, lock of the commands held.
 */
void cl_peers_del(struct cl_peers *peers, struct cl_peer *peer)
{
	hash_del_rcu(&peer->hash);
	list_del(&peer->list);
	peers->count--;
	call_rcu(&peer->rcu, peer_free_rcu);
}

/**
 * cl_peers_clear() - delete all peers for good
 * @peers: table that no reader can reach any more
 *
 * Not by RCU, and waiting for those deleted before: a cached route must not
 * outlive its network namespace.
 *
 * Context: process, lock of the commands held.
 */
void cl_peers_clear(struct cl_peers *peers)
{
	struct cl_peer *peer, *next;

	list_for_each_entry_safe(peer, next, &peers->list, list)
		peer_free(peer);
	cl_peers_init(peers);
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
	int i;

	rcu_read_lock();
	hash_for_each_rcu(peers->hash, i, peer, hash) {
		spin_lock_bh(&peer->lock);
		peer_start(peer);
		cl_peer_restart_estimator(peer);
		spin_unlock_bh(&peer->lock);
	}
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
	int i;

	rcu_read_lock();
	hash_for_each_rcu(peers->hash, i, peer, hash) {
		spin_lock_bh(&peer->lock);
		cl_session_forget_hardware(&peer->session);
		spin_unlock_bh(&peer->lock);
	}
	rcu_read_unlock();
}

/**
 * cl_peers_get_info() - what is known of all peers together
 * @peers: table
 * @ret: the answer
 *
 * Context: process, lock of the commands held.
 */
void cl_peers_get_info(const struct cl_peers *peers, struct cl_peers_info *ret)
{
	struct cl_peer *peer;

	*ret = (struct cl_peers_info){ .unsettled = 0 };
	list_for_each_entry(peer, &peers->list, list) {
		spin_lock_bh(&peer->lock);
		ret->changes += peer->changes;
		ret->unsettled += peer->session.gen_known &&
				  peer->state != CLOCKLINK_STATE_SYNCED &&
				  peer->state != CLOCKLINK_STATE_UNVERIFIED;
		spin_unlock_bh(&peer->lock);
	}
}

/**
 * cl_peer_set() - say what is known of the path
 * @peer: peer
 * @settings: settings, ranges checked
 *
 * They count from the next estimate on.
 *
 * Context: process, lock of the commands held.
 */
void cl_peer_set(struct cl_peer *peer, const struct cl_peer_settings *settings)
{
	spin_lock_bh(&peer->lock);
	peer->settings = *settings;
	spin_unlock_bh(&peer->lock);
}

static void peer_started(struct cl_peer *peer)
{
	peer->starts++;
	peer->changes++;
}

/**
 * cl_peer_set_params() - start the estimator anew with other parameters
 * @peer: peer
 * @params: parameters
 *
 * Context: process.
 */
void cl_peer_set_params(struct cl_peer *peer,
			const struct cl_estimator_params *params)
{
	spin_lock_bh(&peer->lock);
	cl_estimator_init(&peer->estimator, params);
	peer_started(peer);
	spin_unlock_bh(&peer->lock);
}

/**
 * cl_peer_restart_estimator() - forget the estimate, keep the parameters
 * @peer: peer, locked
 */
void cl_peer_restart_estimator(struct cl_peer *peer)
{
	struct cl_estimator_params params = peer->estimator.params;

	lockdep_assert_held(&peer->lock);
	cl_estimator_init(&peer->estimator, &params);
	peer_started(peer);
	peer_forget_line(peer);
}

/**
 * cl_peer_note_state() - a message has told the state of the peer's clock
 * @peer: peer, locked
 * @state: enum clocklink_state
 */
void cl_peer_note_state(struct cl_peer *peer, u32 state)
{
	lockdep_assert_held(&peer->lock);
	peer->changes += state != peer->state;
	peer->state = state;
}

/* Changes of the path and of the clocks that were learnt. */
static u64 peer_changes(const struct cl_estimator *e)
{
	return e->continuity.changes + e->clock_changes;
}

/**
 * cl_peer_push() - give a complete exchange to the estimator
 * @peer: peer, locked
 * @x: exchange
 *
 * Return: as cl_estimator_push().
 */
int cl_peer_push(struct cl_peer *peer, const struct cl_exchange *x)
{
	struct cl_estimator *e = &peer->estimator;
	u64 changes = peer_changes(e);
	int err;

	lockdep_assert_held(&peer->lock);
	err = cl_estimator_push(e, x);
	peer->changes += peer_changes(e) - changes;
	return err;
}

/**
 * cl_peer_estimate() - own raw clock against the peer's
 * @peer: peer, locked
 * @at: own raw time, see cl_estimator_get()
 * @ret: the estimate, with the known asymmetry of the path taken off
 *
 * Return: 0, or -EAGAIN before the estimator is ready, then @ret is untouched.
 */
int cl_peer_estimate(const struct cl_peer *peer, struct cl_raw at,
		     struct cl_estimate *ret)
{
	s64 asymmetry = peer->settings.delay_asymmetry_ns;
	int err;

	lockdep_assert_held(&peer->lock);
	err = cl_estimator_get(&peer->estimator, at, ret);
	if (err)
		return err;
	ret->theta_ns -= asymmetry;
	ret->told_ns = cl_abs_s64(asymmetry);
	return 0;
}

/**
 * cl_peer_excess() - what an exchange took longer than the quickest ones
 * @peer: peer, locked, whose estimator has taken the exchange
 * @x: exchange
 *
 * Return: round trip beyond the smallest, ns.
 */
u64 cl_peer_excess(const struct cl_peer *peer, const struct cl_exchange *x)
{
	s64 rtt = cl_raw_sub(x->in_rx, x->out_tx) -
		  cl_raw_sub(x->in_tx, x->out_rx);

	lockdep_assert_held(&peer->lock);
	return max(rtt - cl_variance_min(&peer->estimator.filter.var), 0LL);
}

/**
 * cl_peer_asymmetry() - what is known to be wrong with the offset that stamps say
 * @peer: peer, locked
 *
 * Return: asymmetry of the path, told and learnt, ns: to be taken off the offset
 * of the own raw clock against the peer's.
 */
s64 cl_peer_asymmetry(const struct cl_peer *peer)
{
	lockdep_assert_held(&peer->lock);
	return peer->settings.delay_asymmetry_ns +
	       cl_continuity_asymmetry_ns(&peer->estimator.continuity);
}

/**
 * cl_peer_admit() - take one packet from the peer's budget
 * @peer: peer, locked
 *
 * Return: false if the packet must be dropped.
 */
bool cl_peer_admit(struct cl_peer *peer)
{
	unsigned long now = jiffies;

	lockdep_assert_held(&peer->lock);
	if (now != peer->refilled) {
		/* An hour fills any bucket and cannot overflow the product. */
		u64 elapsed = min_t(u64, now - peer->refilled, 3600ULL * HZ);

		peer->tokens =
			min_t(u64, (u64)CL_BUDGET_BURST * HZ,
			      peer->tokens + elapsed * CL_BUDGET_PER_SEC);
		peer->refilled = now;
	}
	if (peer->tokens < HZ)
		return false;
	peer->tokens -= HZ;
	return true;
}

/**
 * cl_peer_admit_group() - take one request to the group from the peer's budget
 * @peer: peer, locked
 * @interval_ns: time between two rounds
 *
 * Return: false if the request must be dropped.
 */
bool cl_peer_admit_group(struct cl_peer *peer, u64 interval_ns)
{
	s64 share = interval_ns / CL_BUDGET_GROUP_SHARE;
	s64 now = ktime_get_raw_ns();

	lockdep_assert_held(&peer->lock);
	if (peer->group_due > now + (CL_BUDGET_GROUP_BURST - 1) * share)
		return false;
	peer->group_due = max(peer->group_due, now) + share;
	return true;
}

/* What came to the local node, and to the group. */
static void peer_sum_seq(const struct cl_session *s, struct cl_peer_info *ret)
{
	const struct cl_seq *const seqs[] = {
		&s->req_seq,	 &s->resp_seq,	    &s->upd_seq,
		&s->upd_req_seq, &s->group.req_seq, &s->group.upd_seq,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(seqs); i++) {
		ret->lost += seqs[i]->lost;
		ret->duplicated += seqs[i]->duplicated;
		ret->reordered += seqs[i]->reordered;
		ret->stale += seqs[i]->stale;
	}
	ret->lost += s->group.lost;
}

/**
 * cl_peer_get_info() - what is known of a peer
 * @peer: peer
 * @now: own raw time
 * @ret: the answer
 *
 * Context: process.
 */
void cl_peer_get_info(struct cl_peer *peer, struct cl_raw now,
		      struct cl_peer_info *ret)
{
	const struct cl_estimator *e = &peer->estimator;
	const struct cl_session *s = &peer->session;

	spin_lock_bh(&peer->lock);
	*ret = (struct cl_peer_info){
		.settings = peer->settings,
		.exchanges = s->exchanges,
		.requests = peer->requests,
		.responses = s->resp_seq.received + s->group.responses,
		.answered = peer->answered,
		.updates = s->upd_seq.received + s->group.upd_seq.received,
		.no_stamp = s->no_stamp,
		.late = e->late,
		.rejected = e->rejected,
		.restarts = s->restarts,
		.lines = peer->lines,
		.line = peer->line,
		.gen = s->gen,
		.gen_known = s->gen_known,
		.state = peer->state,
		.starts = peer->starts,
		.hardware = s->hardware,
		.ifindex = READ_ONCE(peer->path.ifindex), /* see there */
		.hw_lost = peer->source.lost,
		.hw_fallbacks = peer->source.fallbacks,
	};
	peer_sum_seq(s, ret);
	cl_estimator_get_info(e, &ret->learnt);
	ret->ready = !cl_peer_estimate(peer, now, &ret->estimate);
	spin_unlock_bh(&peer->lock);
}
