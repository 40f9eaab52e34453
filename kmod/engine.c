// SPDX-License-Identifier: GPL-2.0
#include "engine.h"

#include <linux/log2.h>
#include <linux/netlink.h>

#include "core/wire.h"
#include "instance.h"
#include "send.h"
#include "trace.h"

/*
 * All of it runs with bottom halves disabled: in softirq, or in a command that
 * disables them to send.
 */

/*
 * What a stamp has to be corrected by, ns: an arrival was earlier, a departure
 * later than its stamp says.  @ifindex may be 0: not known.
 */
static noinline s64 engine_bias(struct cl_instance *inst, u32 ifindex,
				bool hardware, bool rx)
{
	struct cl_stamp_bias b;

	if (!ifindex)
		return 0;
	cl_hwmap_get_bias(&inst->hwmap, ifindex, &b);
	if (rx)
		return -(hardware ? b.hw_rx_ns : b.rx_ns);
	return hardware ? b.hw_tx_ns : b.tx_ns;
}

/* Raw time of the kernel's stamp; false if it cannot be trusted. */
static __always_inline bool engine_stamp(struct cl_instance *inst, ktime_t real,
					 struct cl_stamped *ret)
{
	s64 raw;

	if (cl_stamp_to_raw(&inst->stamp, real, &raw)) {
		cl_stats_inc(inst->stats, CL_STAT_STAMP_HELD);
		return false;
	}
	*ret = cl_stamped_sw(cl_testosc_raw(&inst->osc, raw));
	return true;
}

/*
 * May stamps of a device be used with a peer, which is locked?  The session is
 * told up to when those that it has are right.
 */
static bool engine_hardware(struct cl_instance *inst, struct cl_peer *peer,
			    u32 ifindex, struct cl_hwclock *ret)
{
	struct cl_raw now = cl_raw(ktime_get_raw_ns());

	lockdep_assert_held(&peer->lock);
	/* Pairs with socket_note_device(). */
	if (!ifindex || ifindex != READ_ONCE(peer->path.ifindex) ||
	    !cl_hwmap_read(&inst->hwmap, ifindex, ret))
		return false;
	if (ret->steady)
		cl_session_confirm(&peer->session,
				   cl_testosc_raw(&inst->osc,
						  ret->line.raw.ns));
	return cl_hwclock_usable(ret, now) &&
	       cl_source_hardware(&peer->source, now);
}

/* Raw time of a device's stamp; false if it cannot be trusted. */
static bool engine_hwstamp(struct cl_instance *inst,
			   const struct cl_hwclock *clock, ktime_t phc,
			   struct cl_stamped *ret)
{
	struct cl_raw now = cl_raw(ktime_get_raw_ns());
	struct cl_raw raw;

	if (cl_hwclock_to_raw(clock, ktime_to_ns(phc), now, &raw)) {
		cl_stats_inc(inst->stats, CL_STAT_HW_HELD);
		return false;
	}
	*ret = cl_stamped_hw(cl_testosc_raw(&inst->osc, raw.ns));
	return true;
}

/*
 * Receive stamp of the network device, if it is to be used.
 *
 * Not inline, as the others with a copy of the clock: the stack that it takes
 * would be cleared for packets without such stamps, too.
 */
static noinline bool engine_hwreceived(struct cl_instance *inst,
				       struct cl_peer *peer,
				       const struct cl_packet *pkt,
				       struct cl_stamped *ret)
{
	ktime_t phc = cl_packet_hwstamp(pkt);
	struct cl_hwclock clock;
	bool use;

	spin_lock(&peer->lock);
	use = engine_hardware(inst, peer, cl_packet_device(pkt), &clock);
	if (use)
		cl_source_received(&peer->source, phc);
	spin_unlock(&peer->lock);
	if (!use || !phc || !engine_hwstamp(inst, &clock, phc, ret))
		return false;
	cl_stats_inc(inst->stats, CL_STAT_HW_RX);
	return true;
}

/* Receive stamp of a packet; false if there is none that can be trusted. */
static bool engine_received(struct cl_instance *inst, struct cl_peer *peer,
			    const struct cl_packet *pkt, struct cl_stamped *ret)
{
	bool has;

	if (cl_hwmap_active(&inst->hwmap) &&
	    engine_hwreceived(inst, peer, pkt, ret)) {
		has = true;
	} else if (pkt->stamp) {
		has = engine_stamp(inst, pkt->stamp, ret);
	} else {
		cl_stats_inc(inst->stats, CL_STAT_RX_NO_STAMP);
		has = false;
	}
	if (has && cl_hwmap_biased(&inst->hwmap))
		ret->t.ns += engine_bias(inst, cl_packet_device(pkt),
					 ret->hardware, true);
	return has;
}

/* Give a complete exchange to the estimator and to whoever listens. */
static void engine_exchange(struct cl_instance *inst, struct cl_peer *peer,
			    u32 starts, const struct cl_exchange *x)
{
	struct cl_measured m = { .node = peer->node, .x = x };

	spin_lock(&peer->lock);
	if (peer->starts != starts) {
		spin_unlock(&peer->lock);
		return;
	}
	m.taken = !cl_peer_push(peer, x);
	if (m.taken) {
		m.excess_ns = cl_peer_excess(peer, x);
		peer->excess_max_ns = max(peer->excess_max_ns, m.excess_ns);
	}
	m.asymmetry_ns = cl_peer_asymmetry(peer);
	m.line = peer->line;
	spin_unlock(&peer->lock);
	trace_clocklink_sample(inst, &m);
	inst->events->sample(inst, &m);
}

/* Softirq, after the network's. */
static void engine_samples(struct tasklet_struct *t)
{
	struct cl_instance *inst = from_tasklet(inst, t, samples.work);
	struct cl_sample sample;
	struct cl_peer *peer;

	rcu_read_lock();
	while (cl_samples_take(&inst->samples, &sample)) {
		peer = cl_peers_find(&inst->peers, sample.node);
		if (peer)
			engine_exchange(inst, peer, sample.starts, &sample.x);
	}
	rcu_read_unlock();
}

static u8 engine_log2(u64 ns)
{
	return ns ? ilog2(ns) : 0;
}

/* What the responder knows of the path; the peer is locked. */
static void engine_diagnose(struct cl_peer *peer, struct cl_wire_response *r)
{
	const struct cl_estimator *e = &peer->estimator;
	const struct cl_seq *seq = &peer->session.req_seq;
	const struct cl_seq *group = &peer->session.group.req_seq;
	u64 lost = seq->lost + group->lost;
	u64 expected = seq->received + group->received + lost;

	lockdep_assert_held(&peer->lock);
	if (e->n)
		r->delay_ns = min_t(u64, U32_MAX,
				    cl_variance_min(&e->filter.var) / 2);
	if (expected)
		r->loss_ppt16 =
			min_t(u64, U16_MAX, div64_u64(lost << 16, expected));
	r->jitter_log2 = engine_log2(e->filter.var.excess_ns);
	r->queue_log2 = engine_log2(peer->excess_max_ns);
	peer->excess_max_ns = 0;
}

/* Is the clock worth being told, and can it be? */
static bool engine_has_map(struct cl_instance *inst,
			   const struct cl_published *p)
{
	return cl_abs_s64(p->clock.map.rate_q48 >> 8) < CL_WIRE_RATE_MAX_Q40 &&
	       (cl_published_usable(p) || cl_instance_leads(inst));
}

/* Cluster time at t2. */
static void engine_add_map(struct cl_instance *inst,
			   const struct cl_published *p, struct cl_wire_msg *m)
{
	if (!(m->hdr.flags & CL_WIRE_F_RX) || !engine_has_map(inst, p))
		return;
	m->hdr.flags |= CL_WIRE_F_MAP;
	m->resp.time = cl_clock_at(&p->clock, m->resp.t2);
	m->resp.rate_q40 = p->clock.map.rate_q48 >> 8;
}

/*
 * Cluster time at t1, on the line that the clock is on now: t1 is that of an
 * earlier probe, and a slew may have begun since.
 */
static void engine_add_line(struct cl_instance *inst,
			    const struct cl_published *p, struct cl_wire_msg *m)
{
	struct cl_map map = p->clock.map;

	if (!(m->hdr.flags & CL_WIRE_F_PREV_TX) || !engine_has_map(inst, p))
		return;
	map.raw = cl_output_raw(&inst->output);
	map.time = cl_clock_at(&p->clock, map.raw);
	m->hdr.flags |= CL_WIRE_F_MAP;
	m->req.time = cl_map_at(&map, m->req.t1);
	m->req.rate_q40 = map.rate_q48 >> 8;
}

/* Keep the line of a message, if it is worth something. */
static void engine_take_line(struct cl_peer *peer, const struct cl_wire_msg *m,
			     const struct cl_stamped *stamp)
{
	struct cl_peer_line *line = &peer->line;
	s64 rate_q40;

	lockdep_assert_held(&peer->lock);
	if (!stamp || !(m->hdr.flags & CL_WIRE_F_MAP) ||
	    (m->hdr.state != CLOCKLINK_STATE_SYNCED &&
	     m->hdr.state != CLOCKLINK_STATE_UNVERIFIED))
		return;
	WRITE_ONCE(line->known, true); /* pairs with cl_edges_gather() */
	line->fresh = true;
	line->at = stamp->t;
	line->term = m->hdr.term;
	if (m->hdr.type == CL_WIRE_REQUEST) {
		line->map.raw = m->req.t1;
		line->map.time = m->req.time;
		rate_q40 = m->req.rate_q40;
	} else {
		line->map.raw = m->resp.t2;
		line->map.time = m->resp.time;
		rate_q40 = m->resp.rate_q40;
	}
	line->map.rate_q48 = rate_q40 * 256;
	peer->lines++;
}

/**
 * struct engine_turn - what a message leads to, once the peer is unlocked
 * @result: of the session
 * @resp: response to a request
 * @sample: complete exchange, if @result says so
 */
struct engine_turn {
	enum cl_session_result result;
	struct cl_wire_msg resp;
	struct cl_sample sample;
};

/*
 * A session gets the transmit stamps of requests to the group when it needs them, with
 * the response to one and with the next, which brings the last stamp of the exchange.
 */
static noinline void engine_group_stamps(struct cl_instance *inst,
					 struct cl_session *s,
					 const struct cl_wire_msg *m)
{
	struct cl_stamped t1;

	if (cl_group_stamp(&inst->group, m->hdr.seq, &t1))
		cl_session_group_sent(s, m->hdr.seq, t1);
	if (cl_group_stamp(&inst->group, m->resp.prev_seq, &t1))
		cl_session_group_sent(s, m->resp.prev_seq, t1);
}

/* Does a packet of the peer, which is locked, stay within what it may cost? */
static bool engine_admit(struct cl_instance *inst, struct cl_peer *peer,
			 const struct cl_wire_msg *m)
{
	if (!cl_peer_admit(peer))
		return false;
	/* Pairs with cl_instance_set(). */
	return m->hdr.type != CL_WIRE_REQUEST ||
	       m->hdr.receiver != CL_NODE_ALL ||
	       cl_peer_admit_group(peer, READ_ONCE(inst->settings.interval_ns));
}

/*
 * The part under the peer's lock.
 *
 * Return: false if the message is to be dropped, and the reason.
 */
static bool engine_take(struct cl_instance *inst, struct cl_peer *peer,
			const struct cl_wire_msg *m,
			const struct cl_stamped *stamp, struct engine_turn *t,
			enum cl_stat *ret_why)
{
	struct cl_session *s = &peer->session;

	lockdep_assert_held(&peer->lock);
	*ret_why = CL_STAT_DROP_RATE;
	if (!engine_admit(inst, peer, m))
		return false;
	*ret_why = CL_STAT_DROP_TERM;
	/* Pairs with cl_steering_order() and cl_steering_lead(). */
	if (m->hdr.type == CL_WIRE_UPDATE &&
	    m->hdr.term < READ_ONCE(inst->steering.term))
		return false;
	if (cl_session_note_gen(s, m->hdr.gen)) {
		cl_peer_restart_estimator(peer);
		trace_clocklink_peer_gen(inst, peer->node, m->hdr.gen);
	}
	cl_peer_note_state(peer, m->hdr.state);
	t->sample.starts = peer->starts;
	switch (m->hdr.type) {
	case CL_WIRE_REQUEST:
		t->result = cl_session_take_request(s, m, stamp, &t->resp,
						    &t->sample.x);
		break;
	case CL_WIRE_RESPONSE:
		if (m->hdr.flags & CL_WIRE_F_GROUP)
			engine_group_stamps(inst, s, m);
		t->result = cl_session_take_response(s, m, stamp, &t->sample.x);
		break;
	case CL_WIRE_UPDATE:
		t->result = cl_session_take_update(s, m);
		break;
	case CL_WIRE_UPDATE_REQUEST:
		t->result = cl_session_take_update_request(s, m);
		break;
	case CL_WIRE_REPORT:
		t->result = cl_session_take_report(s, m, inst->settings.node,
						   &t->sample.x);
		break;
	}
	*ret_why = CL_STAT_DROP_SEQ;
	if (t->result == CL_SESSION_IGNORED)
		return false;
	engine_take_line(peer, m, stamp);
	if (m->hdr.type == CL_WIRE_REQUEST) {
		engine_diagnose(peer, &t->resp.resp);
		peer->answered++;
		if (t->resp.hdr.flags & CL_WIRE_F_HW)
			cl_source_asked(&peer->source);
	}
	return true;
}

static void engine_answer(struct cl_instance *inst, struct cl_peer *peer,
			  const struct cl_packet *pkt, struct cl_wire_msg *resp)
{
	enum cl_tx_kind kind = pkt->group ? CL_TX_GROUP_RESPONSE :
					    CL_TX_RESPONSE;
	struct cl_ask ask = { .ifindex = 0 };
	struct cl_published p;

	/* As its receive stamp. */
	if (resp->hdr.flags & CL_WIRE_F_HW)
		ask.ifindex = cl_packet_device(pkt);
	cl_output_read(&inst->output, &p);
	cl_send_header(inst, peer->node, &p, &resp->hdr);
	engine_add_map(inst, &p, resp);
	ask.key = cl_txring_add(&inst->txring, kind, peer->node, resp->hdr.seq,
				ask.ifindex);
	cl_send_peer(inst, peer, pkt->group ? NULL : &pkt->to, resp, &ask);
}

/**
 * cl_send_update() - send an update in the sequence of one peer
 * @inst: instance
 * @peer: peer
 * @from: own address, NULL to take that of the route
 * @update: update
 *
 * Context: bottom halves disabled.
 * Return: 0 or an error of the network stack.
 */
int cl_send_update(struct cl_instance *inst, struct cl_peer *peer,
		   const struct in6_addr *from,
		   const struct cl_wire_msg *update)
{
	struct cl_wire_msg m = *update;

	m.hdr.receiver = peer->node;
	spin_lock(&peer->lock);
	m.hdr.seq = peer->session.next_update++;
	spin_unlock(&peer->lock);
	return cl_send_peer(inst, peer, from, &m, NULL);
}

static void engine_drop(struct cl_instance *inst, const struct cl_packet *pkt,
			u32 sender, enum cl_stat why)
{
	cl_stats_inc(inst->stats, why);
	trace_clocklink_drop(inst, pkt, sender, why);
}

/* A follower has missed our last update. */
static noinline void engine_resend(struct cl_instance *inst,
				   struct cl_peer *peer,
				   const struct cl_packet *pkt)
{
	/* Pairs with cl_steering_order() and cl_steering_lead(). */
	u32 term = READ_ONCE(inst->steering.term);
	struct cl_published p;
	struct cl_wire_msg m;

	cl_output_read(&inst->output, &p);
	if (!cl_instance_leads(inst) ||
	    !cl_resend_get(&inst->resend, p.gen, term,
			   cl_output_raw(&inst->output), &m))
		cl_stats_inc(inst->stats, CL_STAT_DROP_ASK);
	else if (!cl_send_update(inst, peer, &pkt->to, &m))
		cl_stats_inc(inst->stats, CL_STAT_RESENT);
}

/*
 * Is the message for us, from a peer, from that peer's address?  RCU read side.
 *
 * Return: the peer, or NULL and a reason.
 */
static struct cl_peer *engine_sender(struct cl_instance *inst,
				     const struct cl_packet *pkt,
				     const struct cl_wire_msg *m,
				     enum cl_stat *ret_why)
{
	struct cl_known *k;

	if (m->hdr.cluster != inst->settings.cluster) {
		*ret_why = CL_STAT_DROP_CLUSTER;
		return NULL;
	}
	if (m->hdr.receiver !=
	    (pkt->group ? CL_NODE_ALL : inst->settings.node)) {
		*ret_why = CL_STAT_DROP_RECEIVER;
		return NULL;
	}
	k = cl_peers_known(&inst->peers, m->hdr.sender);
	if (!k) {
		*ret_why = CL_STAT_DROP_PEER;
		return NULL;
	}
	if (!cl_endpoint_equal(&k->at, &pkt->from)) {
		*ret_why = CL_STAT_DROP_SOURCE;
		return NULL;
	}
	if (m->hdr.key_id) {
		*ret_why = CL_STAT_DROP_KEY;
		return NULL;
	}
	*ret_why = CL_STAT_DROP_MEMORY;
	return cl_peers_hear(&inst->peers, k);
}

/* The answer goes out before anything that can wait. */
static void engine_dispatch(struct cl_instance *inst, struct cl_peer *peer,
			    const struct cl_packet *pkt,
			    const struct cl_wire_msg *m,
			    const struct cl_stamped *stamp)
{
	struct engine_turn t = {};
	enum cl_stat why;
	bool taken;

	/* Not held while sending: the stamp may come back at once. */
	spin_lock(&peer->lock);
	taken = engine_take(inst, peer, m, stamp, &t, &why);
	spin_unlock(&peer->lock);
	if (!taken) {
		engine_drop(inst, pkt, peer->node, why);
		return;
	}
	trace_clocklink_receive(inst, m, stamp);
	if (m->hdr.type == CL_WIRE_REQUEST)
		engine_answer(inst, peer, pkt, &t.resp);
	else if (m->hdr.type == CL_WIRE_UPDATE)
		inst->events->update(inst, m);
	else if (m->hdr.type == CL_WIRE_UPDATE_REQUEST)
		engine_resend(inst, peer, pkt);
	if (t.result != CL_SESSION_EXCHANGE)
		return;
	t.sample.node = peer->node;
	if (!cl_samples_put(&inst->samples, &t.sample))
		engine_exchange(inst, peer, t.sample.starts, &t.sample.x);
}

/* Has the packet been sent to a group, and to another one than ours? */
static bool engine_is_foreign(struct cl_instance *inst,
			      const struct cl_packet *pkt)
{
	if (!pkt->group)
		return false;
	if (!cl_group_is(&inst->group, &pkt->to, cl_packet_device(pkt)))
		return true;
	cl_stats_inc(inst->stats, CL_STAT_MULTICAST_RX);
	return false;
}

/* Softirq, RCU read side. */
static void engine_receive(void *ctx, const struct cl_packet *pkt)
{
	struct cl_instance *inst = ctx;
	struct cl_stamped stamp;
	enum cl_wire_error err;
	struct cl_wire_msg m;
	struct cl_peer *peer;
	enum cl_stat why;
	bool has_stamp;

	if (engine_is_foreign(inst, pkt))
		return;
	cl_stats_inc(inst->stats, CL_STAT_RX);
	err = cl_wire_decode(pkt->data, pkt->len, &m);
	if (err) {
		engine_drop(inst, pkt, CL_NODE_NONE, cl_stats_wire(err));
		return;
	}
	peer = engine_sender(inst, pkt, &m, &why);
	if (!peer) {
		engine_drop(inst, pkt, m.hdr.sender, why);
		return;
	}
	has_stamp = engine_received(inst, peer, pkt, &stamp);
	engine_dispatch(inst, peer, pkt, &m, has_stamp ? &stamp : NULL);
}

/* Raw time of a transmit stamp of a packet that has left by @path. */
static bool engine_left(struct cl_instance *inst, const struct cl_path *path,
			u32 ifindex, ktime_t time, struct cl_stamped *ret)
{
	struct cl_hwclock clock;

	if (!ifindex) {
		if (!engine_stamp(inst, time, ret))
			return false;
	} else if (!cl_hwmap_read(&inst->hwmap, ifindex, &clock) ||
		   !engine_hwstamp(inst, &clock, time, ret)) {
		return false;
	}
	/* The device of a software stamp: pairs with socket_note_device(). */
	if (cl_hwmap_biased(&inst->hwmap))
		ret->t.ns += engine_bias(inst,
					 ifindex ?: READ_ONCE(path->ifindex),
					 ifindex, false);
	return true;
}

/* The same of the message @tx, for who listens, too. */
static bool engine_departed(struct cl_instance *inst,
			    const struct cl_path *path, const struct cl_tx *tx,
			    ktime_t time, struct cl_stamped *ret)
{
	bool has = engine_left(inst, path, tx->ifindex, time, ret);

	trace_clocklink_tx_stamp(inst, tx, has ? ret : NULL);
	return has;
}

/* A request to the group has left. */
static void engine_group_sent(struct cl_instance *inst, const struct cl_tx *tx,
			      ktime_t time)
{
	struct cl_group *g = &inst->group;
	struct cl_stamped stamp;

	if (tx->ifindex)
		cl_group_stamped(g);
	if (engine_departed(inst, &g->path, tx, time, &stamp))
		cl_group_note(g, tx->seq, stamp);
}

/* A message to a peer has left. */
static void engine_peer_sent(struct cl_instance *inst, struct cl_peer *peer,
			     const struct cl_tx *tx, ktime_t time)
{
	struct cl_session *s = &peer->session;
	struct cl_stamped stamp;

	if (tx->ifindex) {
		spin_lock(&peer->lock);
		cl_source_sent(&peer->source);
		spin_unlock(&peer->lock);
	}
	if (!engine_departed(inst, &peer->path, tx, time, &stamp))
		return;
	spin_lock(&peer->lock);
	if (tx->kind == CL_TX_REQUEST)
		cl_session_request_sent(s, tx->seq, stamp);
	else if (tx->kind == CL_TX_RESPONSE)
		cl_session_response_sent(s, tx->seq, stamp);
	else
		cl_session_group_answered(s, tx->seq, stamp);
	spin_unlock(&peer->lock);
}

/* Bottom halves disabled, RCU read side. */
static void engine_sent(void *ctx, u32 key, ktime_t time, bool hardware)
{
	struct cl_instance *inst = ctx;
	struct cl_peer *peer;
	struct cl_tx tx;
	int err;

	err = cl_txring_take(&inst->txring, key, hardware, &tx);
	if (err) {
		if (err == -EALREADY)
			cl_stats_inc(inst->stats, CL_STAT_TX_STAMP_AGAIN);
		return;
	}
	cl_stats_inc(inst->stats, CL_STAT_TX_STAMP);
	if (hardware)
		cl_stats_inc(inst->stats, CL_STAT_HW_TX);
	if (tx.kind == CL_TX_GROUP_REQUEST) {
		engine_group_sent(inst, &tx, time);
		return;
	}
	peer = cl_peers_find(&inst->peers, tx.node);
	if (peer)
		engine_peer_sent(inst, peer, &tx, time);
}

static const struct cl_socket_ops engine_socket_ops = {
	.receive = engine_receive,
	.sent = engine_sent,
};

/**
 * cl_engine_open() - open the sockets
 * @inst: instance, complete but for the engine
 * @extack: what is wrong
 *
 * A kernel without IPv6 gives an instance without an IPv6 socket.
 *
 * Context: process.
 * Return: 0, -EADDRINUSE, or another error of the network stack.
 */
int cl_engine_open(struct cl_instance *inst, struct netlink_ext_ack *extack)
{
	u16 port = inst->settings.port;
	int err;

	inst->sock4.ops = &engine_socket_ops;
	inst->sock4.ctx = inst;
	inst->sock6.ops = &engine_socket_ops;
	inst->sock6.ctx = inst;
	cl_samples_init(&inst->samples, engine_samples);
	err = cl_socket_open(&inst->sock4, inst->net, AF_INET, port);
	if (err) {
		NL_SET_ERR_MSG(extack, "cannot open the IPv4 UDP port");
		return err;
	}
	err = cl_socket_open(&inst->sock6, inst->net, AF_INET6, port);
	if (err && err != -EAFNOSUPPORT) {
		NL_SET_ERR_MSG(extack, "cannot open the IPv6 UDP port");
		cl_socket_close(&inst->sock4);
		cl_samples_stop(&inst->samples);
		return err;
	}
	return 0;
}

/**
 * cl_engine_set_group() - change the group by which followers are reached
 * @inst: instance, open; lock of the namespace held
 * @to: the group, IPv6 or IPv4 mapped; an unspecified address for none
 * @hops: TTL or hop limit of packets to it
 * @extack: what is wrong
 *
 * Context: process.
 * Return: 0; or -EAFNOSUPPORT, -ENODEV or another error of the network stack, and
 * nothing has changed.
 */
int cl_engine_set_group(struct cl_instance *inst, const struct cl_endpoint *to,
			u8 hops, struct netlink_ext_ack *extack)
{
	struct cl_endpoint old = inst->group.path.to;
	struct cl_socket *s = cl_send_socket(inst, to);
	bool same = cl_endpoint_equal(to, &old);
	int err;

	if (same && hops == inst->group.path.hops)
		return 0;
	if (!same && !ipv6_addr_any(&to->addr)) {
		err = s->sock ? cl_socket_join(s, to) : -EAFNOSUPPORT;
		if (err) {
			NL_SET_ERR_MSG(extack, "cannot join the group");
			return err;
		}
	}
	cl_group_set(&inst->group, to, hops);
	if (!same && !ipv6_addr_any(&old.addr))
		cl_socket_leave(cl_send_socket(inst, &old), &old);
	return 0;
}

/**
 * cl_engine_close() - close the sockets
 * @inst: instance; nobody sends by it any more
 *
 * Context: process.
 */
void cl_engine_close(struct cl_instance *inst)
{
	cl_socket_close(&inst->sock6);
	cl_socket_close(&inst->sock4);
	cl_samples_stop(&inst->samples);
}

/**
 * cl_send_group_ask() - who is to stamp a request to the group
 * @inst: instance with a group
 *
 * Context: process, lock of the namespace held.
 * Return: 0: the kernel, or the index of a network device.
 */
u32 cl_send_group_ask(struct cl_instance *inst)
{
	struct cl_raw now = cl_raw(ktime_get_raw_ns());
	struct cl_group *g = &inst->group;
	u32 ifindex = READ_ONCE(g->path.ifindex); /* see there */
	struct cl_hwclock clock;

	if (!cl_hwmap_active(&inst->hwmap) || !ifindex ||
	    !cl_hwmap_read(&inst->hwmap, ifindex, &clock) ||
	    !cl_hwclock_usable(&clock, now) || !cl_group_hardware(g, now))
		return 0;
	return ifindex;
}

/*
 * Who is to stamp a request to a peer, which is locked: 0, the kernel, or a
 * network device.
 */
static noinline u32 engine_ask(struct cl_instance *inst, struct cl_peer *peer)
{
	u32 ifindex = READ_ONCE(peer->path.ifindex); /* see there */
	struct cl_hwclock clock;

	if (!engine_hardware(inst, peer, ifindex, &clock))
		return 0;
	cl_source_asked(&peer->source);
	return ifindex;
}

/**
 * cl_send_request() - send a Sync Request to one peer
 * @inst: instance
 * @peer: peer
 * @probe: it is no round
 *
 * Context: bottom halves disabled, in a command.
 * Return: 0 or an error of the network stack.
 */
int cl_send_request(struct cl_instance *inst, struct cl_peer *peer, bool probe)
{
	struct cl_wire_msg m = {};
	struct cl_ask ask = { .ifindex = 0 };
	struct cl_published p;
	u32 seq;

	spin_lock(&peer->lock);
	if (cl_hwmap_active(&inst->hwmap))
		ask.ifindex = engine_ask(inst, peer);
	seq = cl_session_make_request(&peer->session, &m);
	peer->requests++;
	spin_unlock(&peer->lock);
	cl_output_read(&inst->output, &p);
	cl_send_header(inst, peer->node, &p, &m.hdr);
	if (probe) {
		m.hdr.flags |= CL_WIRE_F_PROBE;
		engine_add_line(inst, &p, &m);
	}
	ask.key = cl_txring_add(&inst->txring, CL_TX_REQUEST, peer->node, seq,
				ask.ifindex);
	return cl_send_peer(inst, peer, NULL, &m, &ask);
}

/**
 * cl_engine_send_probe() - send a Sync Request that is no round to one peer
 * @inst: instance
 * @peer: peer
 *
 * Context: process, lock of the namespace held.
 * Return: 0 or an error of the network stack.
 */
int cl_engine_send_probe(struct cl_instance *inst, struct cl_peer *peer)
{
	int err;

	local_bh_disable();
	err = cl_send_request(inst, peer, true);
	local_bh_enable();
	return err;
}

/**
 * cl_engine_ask_update() - ask a peer to send its last Sync Update again
 * @inst: instance
 * @peer: peer, the leader
 *
 * Context: process, lock of the namespace held.
 * Return: 0 or an error of the network stack.
 */
int cl_engine_ask_update(struct cl_instance *inst, struct cl_peer *peer)
{
	struct cl_wire_msg m = { .hdr.type = CL_WIRE_UPDATE_REQUEST };
	struct cl_published p;
	int err;

	cl_output_read(&inst->output, &p);
	cl_send_header(inst, peer->node, &p, &m.hdr);
	local_bh_disable();
	spin_lock(&peer->lock);
	m.hdr.seq = peer->session.next_update_request++;
	spin_unlock(&peer->lock);
	err = cl_send_peer(inst, peer, NULL, &m, NULL);
	local_bh_enable();
	if (!err)
		cl_stats_inc(inst->stats, CL_STAT_ASKS);
	return err;
}
