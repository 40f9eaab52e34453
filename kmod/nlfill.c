// SPDX-License-Identifier: GPL-2.0
#include "nlfill.h"

#include <linux/clocklink.h>
#include <net/netlink.h>

#include "core/fixed.h"
#include "lead.h"

/* One pad attribute serves the 64-bit attributes of all sets. */
#define NL_PAD 1
static_assert(CLOCKLINK_A_INSTANCE_PAD == NL_PAD);
static_assert(CLOCKLINK_A_PEER_PAD == NL_PAD);
static_assert(CLOCKLINK_A_CLOCK_PAD == NL_PAD);
static_assert(CLOCKLINK_A_UPDATE_PAD == NL_PAD);
static_assert(CLOCKLINK_A_SAMPLE_PAD == NL_PAD);
static_assert(CLOCKLINK_A_STATS_PAD == NL_PAD);
static_assert(CLOCKLINK_A_DEVICE_PAD == NL_PAD);

static int put_u64(struct sk_buff *skb, int attr, u64 v)
{
	return nla_put_u64_64bit(skb, attr, v, NL_PAD);
}

static int put_s64(struct sk_buff *skb, int attr, s64 v)
{
	return nla_put_s64(skb, attr, v, NL_PAD);
}

static u32 role_of(const struct cl_settings *s)
{
	if (!s->leader)
		return CLOCKLINK_ROLE_NONE;
	return s->leader == s->node ? CLOCKLINK_ROLE_LEADER :
				      CLOCKLINK_ROLE_FOLLOWER;
}

static int put_settings(struct sk_buff *skb, const struct cl_settings *s)
{
	if (nla_put_u32(skb, CLOCKLINK_A_INSTANCE_NODE, s->node) ||
	    nla_put_u32(skb, CLOCKLINK_A_INSTANCE_CLUSTER, s->cluster) ||
	    nla_put_u16(skb, CLOCKLINK_A_INSTANCE_PORT, s->port) ||
	    nla_put_u32(skb, CLOCKLINK_A_INSTANCE_LEADER, s->leader) ||
	    put_u64(skb, CLOCKLINK_A_INSTANCE_INTERVAL, s->interval_ns) ||
	    put_u64(skb, CLOCKLINK_A_INSTANCE_INTERVAL_MAX,
		    s->interval_max_ns) ||
	    nla_put_u32(skb, CLOCKLINK_A_INSTANCE_ASYMMETRY, s->asymmetry_ns) ||
	    nla_put_u32(skb, CLOCKLINK_A_INSTANCE_STAMP_NOISE,
			s->params.stamp_noise_ns) ||
	    nla_put_u32(skb, CLOCKLINK_A_INSTANCE_WANDER,
			s->params.wander_ppt) ||
	    put_u64(skb, CLOCKLINK_A_INSTANCE_MAX_BOUND, s->max_bound_ns) ||
	    nla_put_u8(skb, CLOCKLINK_A_INSTANCE_PHC, s->phc) ||
	    nla_put_u32(skb, CLOCKLINK_A_INSTANCE_PROBES, s->probes) ||
	    nla_put_u32(skb, CLOCKLINK_A_INSTANCE_PROBE_EVERY,
			s->probe_every) ||
	    nla_put_u8(skb, CLOCKLINK_A_INSTANCE_MANAGED, s->managed) ||
	    nla_put_u32(skb, CLOCKLINK_A_INSTANCE_ROLE, role_of(s)) ||
	    nla_put_in6_addr(skb, CLOCKLINK_A_INSTANCE_MULTICAST,
			     &s->group.addr) ||
	    nla_put_u32(skb, CLOCKLINK_A_INSTANCE_MULTICAST_IFINDEX,
			s->group.scope) ||
	    nla_put_u8(skb, CLOCKLINK_A_INSTANCE_MULTICAST_HOPS, s->group_hops))
		return -EMSGSIZE;
	return 0;
}

static int put_peers(struct sk_buff *skb, const struct cl_peers *peers)
{
	struct cl_peers_info info;

	cl_peers_get_info(peers, &info);
	if (nla_put_u32(skb, CLOCKLINK_A_INSTANCE_PEERS, peers->count) ||
	    nla_put_u32(skb, CLOCKLINK_A_INSTANCE_UNSETTLED, info.unsettled) ||
	    put_u64(skb, CLOCKLINK_A_INSTANCE_PEER_CHANGES, info.changes))
		return -EMSGSIZE;
	return 0;
}

static int put_instance(struct sk_buff *skb, const struct cl_instance *inst,
			const struct cl_published *p, u32 state)
{
	const struct cl_steering *s = &inst->steering;

	/* term and round: pair with cl_steering_order() and _lead(). */
	if (nla_put_u32(skb, CLOCKLINK_A_INSTANCE_ID, inst->page->id) ||
	    put_settings(skb, &inst->settings) ||
	    nla_put_s32(skb, CLOCKLINK_A_INSTANCE_PHC_INDEX,
			cl_phc_index(inst)) ||
	    nla_put_u32(skb, CLOCKLINK_A_INSTANCE_GEN, p->gen) ||
	    nla_put_u32(skb, CLOCKLINK_A_INSTANCE_STATE, state) ||
	    nla_put_u32(skb, CLOCKLINK_A_INSTANCE_TERM, READ_ONCE(s->term)) ||
	    nla_put_u32(skb, CLOCKLINK_A_INSTANCE_ROUND, READ_ONCE(s->round)) ||
	    put_peers(skb, &inst->peers))
		return -EMSGSIZE;
	if (IS_ENABLED(CONFIG_CLOCKLINK_TEST))
		return nla_put_flag(skb, CLOCKLINK_A_INSTANCE_TEST);
	return 0;
}

/**
 * cl_nlfill_instance() - settings and state of an instance
 * @skb: message
 * @arg: struct cl_instance, lock of the namespace held
 *
 * Return: 0 or -EMSGSIZE.
 */
int cl_nlfill_instance(struct sk_buff *skb, const void *arg)
{
	const struct cl_instance *inst = arg;
	struct cl_published p;

	cl_output_read(&inst->output, &p);
	return put_instance(skb, inst, &p, p.state);
}

/**
 * cl_nlfill_gone() - an instance that is about to be deleted
 * @skb: message
 * @arg: struct cl_instance, lock of the namespace held
 *
 * Return: 0 or -EMSGSIZE.
 */
int cl_nlfill_gone(struct sk_buff *skb, const void *arg)
{
	const struct cl_instance *inst = arg;
	struct cl_published p;

	cl_output_read(&inst->output, &p);
	return put_instance(skb, inst, &p, CLOCKLINK_STATE_GONE);
}

static int put_endpoint(struct sk_buff *skb, const struct cl_endpoint *e)
{
	if (nla_put_u16(skb, CLOCKLINK_A_PEER_PORT, ntohs(e->port)))
		return -EMSGSIZE;
	if (cl_endpoint_is4(e))
		return nla_put_in_addr(skb, CLOCKLINK_A_PEER_ADDR4,
				       e->addr.s6_addr32[3]);
	if (nla_put_in6_addr(skb, CLOCKLINK_A_PEER_ADDR6, &e->addr))
		return -EMSGSIZE;
	if (e->scope)
		return nla_put_u32(skb, CLOCKLINK_A_PEER_SCOPE, e->scope);
	return 0;
}

static int put_path(struct sk_buff *skb, const struct cl_peer_settings *s)
{
	if (nla_put_u32(skb, CLOCKLINK_A_PEER_ASYMMETRY, s->asymmetry_ns) ||
	    nla_put_s32(skb, CLOCKLINK_A_PEER_DELAY_ASYMMETRY,
			s->delay_asymmetry_ns) ||
	    nla_put_u8(skb, CLOCKLINK_A_PEER_SHADOW, s->shadow))
		return -EMSGSIZE;
	return 0;
}

/* What the peer's messages have told of itself. */
static int put_told(struct sk_buff *skb, const struct cl_peer_info *i)
{
	if (nla_put_u32(skb, CLOCKLINK_A_PEER_GEN, i->gen) ||
	    nla_put_u32(skb, CLOCKLINK_A_PEER_STATE, i->state))
		return -EMSGSIZE;
	return 0;
}

static int put_counters(struct sk_buff *skb, const struct cl_peer_info *i)
{
	if (put_u64(skb, CLOCKLINK_A_PEER_EXCHANGES, i->exchanges) ||
	    put_u64(skb, CLOCKLINK_A_PEER_REQUESTS, i->requests) ||
	    put_u64(skb, CLOCKLINK_A_PEER_RESPONSES, i->responses) ||
	    put_u64(skb, CLOCKLINK_A_PEER_ANSWERED, i->answered) ||
	    put_u64(skb, CLOCKLINK_A_PEER_UPDATES, i->updates) ||
	    put_u64(skb, CLOCKLINK_A_PEER_LOST, i->lost) ||
	    put_u64(skb, CLOCKLINK_A_PEER_DUPLICATED, i->duplicated) ||
	    put_u64(skb, CLOCKLINK_A_PEER_REORDERED, i->reordered) ||
	    put_u64(skb, CLOCKLINK_A_PEER_STALE, i->stale) ||
	    put_u64(skb, CLOCKLINK_A_PEER_NO_STAMP, i->no_stamp) ||
	    put_u64(skb, CLOCKLINK_A_PEER_LATE, i->late) ||
	    put_u64(skb, CLOCKLINK_A_PEER_REJECTED, i->rejected) ||
	    put_u64(skb, CLOCKLINK_A_PEER_RESTARTS, i->restarts) ||
	    put_u64(skb, CLOCKLINK_A_PEER_STARTS, i->starts) ||
	    put_u64(skb, CLOCKLINK_A_PEER_LINES, i->lines))
		return -EMSGSIZE;
	return 0;
}

static int put_hardware(struct sk_buff *skb, const struct cl_peer_info *i)
{
	u32 stamps = i->hardware ? CLOCKLINK_STAMPS_HARDWARE :
				   CLOCKLINK_STAMPS_SOFTWARE;

	if (nla_put_u32(skb, CLOCKLINK_A_PEER_STAMPS, stamps) ||
	    put_u64(skb, CLOCKLINK_A_PEER_HW_LOST, i->hw_lost) ||
	    put_u64(skb, CLOCKLINK_A_PEER_HW_FALLBACKS, i->hw_fallbacks))
		return -EMSGSIZE;
	if (i->ifindex)
		return nla_put_u32(skb, CLOCKLINK_A_PEER_IFINDEX, i->ifindex);
	return 0;
}

static int put_learnt(struct sk_buff *skb, const struct cl_estimator_info *i)
{
	u32 estimator = i->choice == CL_CHOICE_CORRIDOR ?
				CLOCKLINK_ESTIMATOR_CORRIDOR :
				CLOCKLINK_ESTIMATOR_KALMAN;

	if (nla_put_u32(skb, CLOCKLINK_A_PEER_ESTIMATOR, estimator) ||
	    nla_put_u32(skb, CLOCKLINK_A_PEER_WANDER, i->wander_ppt) ||
	    put_u64(skb, CLOCKLINK_A_PEER_NOISE, i->noise_ns) ||
	    put_s64(skb, CLOCKLINK_A_PEER_LEARNT_ASYMMETRY, i->asymmetry_ns) ||
	    put_u64(skb, CLOCKLINK_A_PEER_PATH_CHANGES, i->path_changes) ||
	    put_u64(skb, CLOCKLINK_A_PEER_CLOCK_CHANGES, i->clock_changes) ||
	    put_u64(skb, CLOCKLINK_A_PEER_DOUBT, i->doubt_ns))
		return -EMSGSIZE;
	return 0;
}

static int put_estimate(struct sk_buff *skb, const struct cl_peer_info *i,
			struct cl_raw now)
{
	const struct cl_estimate *e = &i->estimate;
	u64 age = max(cl_raw_sub(now, e->last), 0LL);

	if (nla_put_flag(skb, CLOCKLINK_A_PEER_READY) ||
	    put_s64(skb, CLOCKLINK_A_PEER_OFFSET, e->theta_ns) ||
	    put_s64(skb, CLOCKLINK_A_PEER_FREQ, cl_q48_to_ppt(e->y_q48)) ||
	    put_u64(skb, CLOCKLINK_A_PEER_ERROR, e->err_ns) ||
	    put_u64(skb, CLOCKLINK_A_PEER_FREQ_ERROR, e->y_err_ppt) ||
	    put_u64(skb, CLOCKLINK_A_PEER_MIN_RTT, e->min_rtt_ns) ||
	    put_u64(skb, CLOCKLINK_A_PEER_EXCESS, i->learnt.excess_ns) ||
	    put_u64(skb, CLOCKLINK_A_PEER_AGE, age))
		return -EMSGSIZE;
	return put_learnt(skb, &i->learnt);
}

/*
 * Own cluster time at an instant that may be before the line was published: a slew
 * that began with it was not there then.
 */
static struct cl_time own_time(const struct cl_published *p, struct cl_raw at)
{
	if (cl_raw_sub(at, p->clock.map.raw) < 0)
		return cl_map_at(&p->clock.map, at);
	return cl_clock_at(&p->clock, at);
}

/*
 * Cluster time of a peer, by its line, minus the own at the raw instant @at, when
 * the peer's raw time was @theirs.  False if there is no such thing: either may have no
 * time, or they follow different leaders.  In a cluster time goes on from one term to
 * the next, and who has none compares what others have: there only the peer's matters.
 */
static bool ahead_of(const struct cl_instance *inst,
		     const struct cl_peer_line *line, struct cl_raw at,
		     struct cl_raw theirs, s64 *ret)
{
	bool managed = READ_ONCE(inst->settings.managed);
	struct cl_published p;

	cl_output_read(&inst->output, &p);
	/* Pair with cl_instance_set(), cl_steering_order() and _lead(). */
	if (!line->known ||
	    (!managed && (line->term != READ_ONCE(inst->steering.term) ||
			  !cl_published_usable(&p))))
		return false;
	*ret = cl_time_sub(cl_map_at(&line->map, theirs), own_time(&p, at));
	return true;
}

static int put_ahead(struct sk_buff *skb, const struct cl_nlfill_peer *p,
		     const struct cl_peer_info *i)
{
	struct cl_raw theirs = cl_raw_add(p->now, -i->estimate.theta_ns);
	u64 age = max(cl_raw_sub(p->now, i->line.at), 0LL);
	s64 ahead;

	if (!ahead_of(p->inst, &i->line, p->now, theirs, &ahead))
		return 0;
	if (put_s64(skb, CLOCKLINK_A_PEER_AHEAD, ahead) ||
	    put_u64(skb, CLOCKLINK_A_PEER_AHEAD_AGE, age))
		return -EMSGSIZE;
	return 0;
}

/* Does it get what the local node, a leader, sends to the group? */
static bool is_reached(const struct cl_nlfill_peer *p)
{
	struct cl_peer *peer = cl_known_peer(p->known);

	return peer && cl_instance_leads(p->inst) &&
	       cl_lead_reaches(p->inst, peer);
}

/**
 * cl_nlfill_peer() - a peer and what was measured against it
 * @skb: message
 * @arg: struct cl_nlfill_peer
 *
 * Return: 0 or -EMSGSIZE.
 */
int cl_nlfill_peer(struct sk_buff *skb, const void *arg)
{
	const struct cl_nlfill_peer *p = arg;
	struct cl_peer_info info;

	cl_known_get_info(p->known, p->now, &info);
	if (nla_put_u32(skb, CLOCKLINK_A_PEER_NODE, p->known->node) ||
	    put_s64(skb, CLOCKLINK_A_PEER_RAW, p->now.ns) ||
	    put_endpoint(skb, &p->known->at) || put_path(skb, &info.settings) ||
	    put_counters(skb, &info) || put_hardware(skb, &info))
		return -EMSGSIZE;
	if (info.gen_known && put_told(skb, &info))
		return -EMSGSIZE;
	if (is_reached(p) && nla_put_flag(skb, CLOCKLINK_A_PEER_MULTICAST))
		return -EMSGSIZE;
	if (!info.ready)
		return 0;
	return put_estimate(skb, &info, p->now) ?: put_ahead(skb, p, &info);
}

static int put_line(struct sk_buff *skb, const struct cl_steering_info *i)
{
	const struct cl_clock *c = &i->published.clock;
	s64 slew = i->slew_left_ns ? cl_q48_to_ppt(c->slew_q48) : 0;

	if (put_s64(skb, CLOCKLINK_A_CLOCK_RAW, i->at.ns) ||
	    put_s64(skb, CLOCKLINK_A_CLOCK_TIME, i->time.ns) ||
	    put_s64(skb, CLOCKLINK_A_CLOCK_RATE,
		    cl_q48_to_ppt(c->map.rate_q48)) ||
	    put_s64(skb, CLOCKLINK_A_CLOCK_SLEW, slew) ||
	    put_s64(skb, CLOCKLINK_A_CLOCK_SLEW_LEFT, i->slew_left_ns) ||
	    put_u64(skb, CLOCKLINK_A_CLOCK_BOUND, i->bound.bound_ns) ||
	    put_u64(skb, CLOCKLINK_A_CLOCK_HARD, i->bound.hard_ns) ||
	    put_u64(skb, CLOCKLINK_A_CLOCK_DRIFT, i->bound.drift_ppt) ||
	    put_s64(skb, CLOCKLINK_A_CLOCK_VOID_RAW, i->published.void_raw))
		return -EMSGSIZE;
	return 0;
}

static int put_thermal(struct sk_buff *skb, const struct cl_thermal *t)
{
	if (!t->known)
		return 0;
	if (nla_put_s32(skb, CLOCKLINK_A_CLOCK_TEMPERATURE, t->now_mk) ||
	    put_s64(skb, CLOCKLINK_A_CLOCK_TEMPCO, t->slope_ppt) ||
	    put_u64(skb, CLOCKLINK_A_CLOCK_TEMPCO_ERROR, cl_isqrt(t->var)))
		return -EMSGSIZE;
	if (cl_thermal_trusted(t))
		return nla_put_flag(skb, CLOCKLINK_A_CLOCK_TEMPCO_USED);
	return 0;
}

/**
 * cl_nlfill_clock() - the clock at one instant
 * @skb: message
 * @arg: struct cl_steering_info
 *
 * Return: 0 or -EMSGSIZE.
 */
int cl_nlfill_clock(struct sk_buff *skb, const void *arg)
{
	const struct cl_steering_info *i = arg;
	const struct cl_published *p = &i->published;

	if (put_line(skb, i) ||
	    nla_put_u32(skb, CLOCKLINK_A_CLOCK_STATE, p->state) ||
	    nla_put_s32(skb, CLOCKLINK_A_CLOCK_TAI_OFFSET, p->tai_offset) ||
	    nla_put_u32(skb, CLOCKLINK_A_CLOCK_LEAP, p->leap) ||
	    nla_put_u32(skb, CLOCKLINK_A_CLOCK_DISRUPTIONS, p->disruptions) ||
	    nla_put_u32(skb, CLOCKLINK_A_CLOCK_PARENT, i->parent) ||
	    put_u64(skb, CLOCKLINK_A_CLOCK_STEER_AGE, i->steer_age_ns) ||
	    put_s64(skb, CLOCKLINK_A_CLOCK_ERROR, i->error_ns) ||
	    put_u64(skb, CLOCKLINK_A_CLOCK_STEPS, i->steps) ||
	    put_u64(skb, CLOCKLINK_A_CLOCK_SLEWS, i->slews) ||
	    put_u64(skb, CLOCKLINK_A_CLOCK_LIMITED, i->limited) ||
	    nla_put_u32(skb, CLOCKLINK_A_CLOCK_EDGES, i->edges) ||
	    nla_put_u32(skb, CLOCKLINK_A_CLOCK_EDGES_DROPPED,
			i->edges_dropped) ||
	    put_s64(skb, CLOCKLINK_A_CLOCK_BESIDE, i->beside_ns))
		return -EMSGSIZE;
	if (i->widened_ns &&
	    put_u64(skb, CLOCKLINK_A_CLOCK_WIDENED, i->widened_ns))
		return -EMSGSIZE;
	return put_thermal(skb, &i->thermal);
}

/**
 * cl_nlfill_sent() - number of messages sent
 * @skb: message
 * @arg: u32
 *
 * Return: 0 or -EMSGSIZE.
 */
int cl_nlfill_sent(struct sk_buff *skb, const void *arg)
{
	return nla_put_u32(skb, CLOCKLINK_A_ROUND_SENT, *(const u32 *)arg);
}

/**
 * cl_nlfill_update() - a received Sync Update
 * @skb: message
 * @arg: struct cl_wire_msg
 *
 * Return: 0 or -EMSGSIZE.
 */
int cl_nlfill_update(struct sk_buff *skb, const void *arg)
{
	const struct cl_wire_msg *m = arg;
	const struct cl_wire_update *u = &m->upd;

	if (nla_put_u32(skb, CLOCKLINK_A_UPDATE_SENDER, m->hdr.sender) ||
	    nla_put_u32(skb, CLOCKLINK_A_UPDATE_TERM, m->hdr.term) ||
	    nla_put_u32(skb, CLOCKLINK_A_UPDATE_ROUND, m->hdr.round) ||
	    nla_put_u32(skb, CLOCKLINK_A_UPDATE_GEN, m->hdr.gen) ||
	    nla_put_u32(skb, CLOCKLINK_A_UPDATE_STATE, m->hdr.state) ||
	    put_s64(skb, CLOCKLINK_A_UPDATE_RAW, u->map.raw.ns) ||
	    put_s64(skb, CLOCKLINK_A_UPDATE_TIME, u->map.time.ns) ||
	    put_s64(skb, CLOCKLINK_A_UPDATE_RATE,
		    cl_q48_to_ppt(u->map.rate_q48)) ||
	    put_u64(skb, CLOCKLINK_A_UPDATE_BOUND, u->bound_ns) ||
	    put_u64(skb, CLOCKLINK_A_UPDATE_HARD, u->hard_ns) ||
	    put_u64(skb, CLOCKLINK_A_UPDATE_DRIFT, u->drift_ppt) ||
	    put_u64(skb, CLOCKLINK_A_UPDATE_INTERVAL, u->interval_ns) ||
	    nla_put_s32(skb, CLOCKLINK_A_UPDATE_TAI_OFFSET, u->tai_offset) ||
	    nla_put_u32(skb, CLOCKLINK_A_UPDATE_LEAP, u->leap) ||
	    nla_put_u32(skb, CLOCKLINK_A_UPDATE_EPOCH, u->epoch) ||
	    nla_put_u8(skb, CLOCKLINK_A_UPDATE_HOPS, u->hops))
		return -EMSGSIZE;
	return 0;
}

/* In the middle of the exchange. */
static int put_sample_ahead(struct sk_buff *skb,
			    const struct cl_nlfill_sample *s)
{
	const struct cl_exchange *x = s->m->x;
	s64 ours = cl_raw_sub(x->in_rx, x->out_tx) / 2;
	s64 theirs = cl_raw_sub(x->in_tx, x->out_rx) / 2;
	s64 ahead;

	if (!ahead_of(s->inst, &s->m->line, cl_raw_add(x->out_tx, ours),
		      cl_raw_add(x->out_rx, theirs + s->m->asymmetry_ns),
		      &ahead))
		return 0;
	return put_s64(skb, CLOCKLINK_A_SAMPLE_AHEAD, ahead);
}

/**
 * cl_nlfill_sample() - a complete exchange
 * @skb: message
 * @arg: struct cl_nlfill_sample
 *
 * Return: 0 or -EMSGSIZE.
 */
int cl_nlfill_sample(struct sk_buff *skb, const void *arg)
{
	const struct cl_nlfill_sample *s = arg;
	const struct cl_exchange *x = s->m->x;

	if (nla_put_u32(skb, CLOCKLINK_A_SAMPLE_PEER, s->m->node) ||
	    nla_put_u32(skb, CLOCKLINK_A_SAMPLE_SEQ, x->seq) ||
	    put_s64(skb, CLOCKLINK_A_SAMPLE_OUT_TX, x->out_tx.ns) ||
	    put_s64(skb, CLOCKLINK_A_SAMPLE_OUT_RX, x->out_rx.ns) ||
	    put_s64(skb, CLOCKLINK_A_SAMPLE_IN_TX, x->in_tx.ns) ||
	    put_s64(skb, CLOCKLINK_A_SAMPLE_IN_RX, x->in_rx.ns))
		return -EMSGSIZE;
	if (s->m->taken &&
	    put_u64(skb, CLOCKLINK_A_SAMPLE_EXCESS, s->m->excess_ns))
		return -EMSGSIZE;
	return put_sample_ahead(skb, s);
}

/**
 * cl_nlfill_stats() - counters of an instance
 * @skb: message
 * @arg: struct cl_instance
 *
 * Return: 0 or -EMSGSIZE.
 */
int cl_nlfill_stats(struct sk_buff *skb, const void *arg)
{
	const struct cl_instance *inst = arg;
	unsigned int i;

	/* Attribute ids follow enum cl_stat. */
	static_assert(CLOCKLINK_A_STATS_DROP_TLV - CLOCKLINK_A_STATS_RX ==
		      CL_STAT_DROP_TLV);
	static_assert(CLOCKLINK_A_STATS_MAX - CLOCKLINK_A_STATS_RX ==
		      CL_STAT_DROP_MEMORY);
	for (i = 0; i < __CL_STATS; i++) {
		if (put_u64(skb, CLOCKLINK_A_STATS_RX + i,
			    cl_stats_sum(inst->stats, i)))
			return -EMSGSIZE;
	}
	return 0;
}

static int put_map(struct sk_buff *skb, const struct cl_hwclock *c,
		   struct cl_raw now)
{
	const struct cl_hwline *l = &c->line;
	u64 age = max(cl_raw_sub(now, l->raw), 0LL);

	if (put_s64(skb, CLOCKLINK_A_DEVICE_PHC, l->phc_ns) ||
	    put_s64(skb, CLOCKLINK_A_DEVICE_RAW, l->raw.ns) ||
	    put_s64(skb, CLOCKLINK_A_DEVICE_RATE, cl_q48_to_ppt(l->rate_q48)) ||
	    nla_put_u32(skb, CLOCKLINK_A_DEVICE_ERROR, l->error_ns) ||
	    put_u64(skb, CLOCKLINK_A_DEVICE_EXPIRY, l->expiry_ns) ||
	    put_u64(skb, CLOCKLINK_A_DEVICE_AGE, age) ||
	    put_s64(skb, CLOCKLINK_A_DEVICE_RESIDUAL, c->residual_ns))
		return -EMSGSIZE;
	return 0;
}

static int put_bias(struct sk_buff *skb, const struct cl_stamp_bias *b)
{
	if (nla_put_s32(skb, CLOCKLINK_A_DEVICE_RX_BIAS, b->rx_ns) ||
	    nla_put_s32(skb, CLOCKLINK_A_DEVICE_TX_BIAS, b->tx_ns) ||
	    nla_put_s32(skb, CLOCKLINK_A_DEVICE_HW_RX_BIAS, b->hw_rx_ns) ||
	    nla_put_s32(skb, CLOCKLINK_A_DEVICE_HW_TX_BIAS, b->hw_tx_ns))
		return -EMSGSIZE;
	return 0;
}

/**
 * cl_nlfill_device() - a network device and the map of its clock
 * @skb: message
 * @arg: struct cl_nlfill_device
 *
 * Return: 0 or -EMSGSIZE.
 */
int cl_nlfill_device(struct sk_buff *skb, const void *arg)
{
	const struct cl_nlfill_device *f = arg;
	const struct cl_hwdevice *d = f->device;
	u32 state = d->state;

	/* Only the holder of the lock changes the entry. */
	if (state == CLOCKLINK_DEVICE_STATE_HARDWARE &&
	    !cl_hwclock_usable(&d->clock, f->now))
		state = CLOCKLINK_DEVICE_STATE_MEASURING;
	if (nla_put_u32(skb, CLOCKLINK_A_DEVICE_IFINDEX, d->ifindex) ||
	    put_bias(skb, &d->bias))
		return -EMSGSIZE;
	if (!d->judged)
		return 0;
	if (nla_put_u32(skb, CLOCKLINK_A_DEVICE_STATE, state) ||
	    nla_put_s32(skb, CLOCKLINK_A_DEVICE_PHC_INDEX, d->phc_index) ||
	    put_u64(skb, CLOCKLINK_A_DEVICE_BREAKS, d->clock.breaks))
		return -EMSGSIZE;
	return d->clock.known ? put_map(skb, &d->clock, f->now) : 0;
}
