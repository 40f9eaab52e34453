// SPDX-License-Identifier: GPL-2.0
#include "peer.h"

#include <linux/clocklink.h>
#include <linux/jiffies.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "core/fixed.h"

/* A peer takes about 11 KiB; kmalloc() would round that up to 16. */
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
 * cl_peer_alloc() - memory for a peer
 * @gfp: GFP_KERNEL in process context, else GFP_ATOMIC
 *
 * Return: a peer for cl_peer_begin(), or NULL.
 */
struct cl_peer *cl_peer_alloc(gfp_t gfp)
{
	struct cl_peer *peer = kmem_cache_zalloc(peer_cache, gfp);

	if (peer && dst_cache_init(&peer->path.cache, gfp | __GFP_ACCOUNT)) {
		kmem_cache_free(peer_cache, peer);
		return NULL;
	}
	return peer;
}

/**
 * cl_peer_begin() - nothing is measured of it yet
 * @peer: peer of cl_peer_alloc() that nobody else can reach
 * @node: its node id
 * @at: its address
 * @settings: known of the path
 * @params: for its estimator
 */
void cl_peer_begin(struct cl_peer *peer, u32 node, const struct cl_endpoint *at,
		   const struct cl_peer_settings *settings,
		   const struct cl_estimator_params *params)
{
	peer->node = node;
	peer->path.to = *at;
	spin_lock_init(&peer->lock);
	peer->settings = *settings;
	peer->tokens = (u64)CL_BUDGET_BURST * HZ;
	peer->refilled = jiffies;
	peer_start(peer);
	cl_source_init(&peer->source);
	cl_estimator_init(&peer->estimator, params);
}

/**
 * cl_peer_free() - give back a peer that nobody else can reach
 * @peer: peer
 */
void cl_peer_free(struct cl_peer *peer)
{
	dst_cache_destroy(&peer->path.cache);
	kmem_cache_free(peer_cache, peer);
}

static void peer_free_rcu(struct rcu_head *rcu)
{
	cl_peer_free(container_of(rcu, struct cl_peer, rcu));
}

/**
 * cl_peer_free_rcu() - give it back after a grace period
 * @peer: peer that no new reader can reach
 */
void cl_peer_free_rcu(struct cl_peer *peer)
{
	call_rcu(&peer->rcu, peer_free_rcu);
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
 * cl_peer_restart() - forget what was measured
 * @peer: peer
 *
 * Context: any but hard interrupt.
 */
void cl_peer_restart(struct cl_peer *peer)
{
	spin_lock_bh(&peer->lock);
	peer_start(peer);
	cl_peer_restart_estimator(peer);
	spin_unlock_bh(&peer->lock);
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
 * cl_peer_heard() - when did the last packet come?
 * @peer: peer
 *
 * Return: jiffies, that of the beginning before the first packet.
 */
unsigned long cl_peer_heard(struct cl_peer *peer)
{
	unsigned long heard;

	spin_lock_bh(&peer->lock);
	heard = peer->refilled;
	spin_unlock_bh(&peer->lock);
	return heard;
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
