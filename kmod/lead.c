// SPDX-License-Identifier: GPL-2.0
#include "lead.h"

#include <linux/rculist.h>

#include "instance.h"
#include "send.h"
#include "trace.h"

/*
 * A request to the group and the one before it: the response to that may have come, or
 * its stamp by a network device been confirmed, after its own round was reported.
 */
#define LEAD_REPORTS 2

/* The lock of the commands keeps peers; softirqs may add some meanwhile. */
#define LEAD_KEEPS(inst) lockdep_is_held(&cl_net((inst)->net)->lock)

/**
 * cl_lead_reaches() - does a peer get what is sent to the group?
 * @inst: instance that leads
 * @peer: peer
 *
 * Context: process, lock of the namespace held.
 * Return: true if it does; what is sent to all is not sent to it alone, too.
 */
bool cl_lead_reaches(const struct cl_instance *inst, struct cl_peer *peer)
{
	bool reached;

	if (!cl_group_used(&inst->group))
		return false;
	spin_lock_bh(&peer->lock);
	reached = cl_session_reached(&peer->session, inst->group.next_request);
	spin_unlock_bh(&peer->lock);
	return reached;
}

/* Who joins is to be measured, too; the next round tries again. */
static void lead_measure_all(struct cl_instance *inst)
{
	if (!cl_peers_measure_all(&inst->peers))
		cl_stats_inc(inst->stats, CL_STAT_TX_ERROR);
}

/* Sessions have to know of the request before somebody answers it. */
static void lead_note_request(struct cl_instance *inst, u32 seq)
{
	struct cl_peer *peer;

	list_for_each_entry_rcu(peer, &inst->peers.list, list,
				LEAD_KEEPS(inst)) {
		spin_lock_bh(&peer->lock);
		cl_session_ask_group(&peer->session, seq);
		peer->requests += cl_session_reached(&peer->session, seq);
		spin_unlock_bh(&peer->lock);
	}
}

/* One request for all. */
static int lead_ask_group(struct cl_instance *inst)
{
	struct cl_wire_msg m = { .hdr.type = CL_WIRE_REQUEST };
	struct cl_ask ask = { .ifindex = cl_send_group_ask(inst) };
	struct cl_published p;
	int err;

	m.hdr.seq = inst->group.next_request;
	lead_note_request(inst, m.hdr.seq);
	cl_output_read(&inst->output, &p);
	cl_send_header(inst, CL_NODE_ALL, &p, &m.hdr);
	local_bh_disable();
	ask.key = cl_txring_add(&inst->txring, CL_TX_GROUP_REQUEST,
				CL_NODE_NONE, m.hdr.seq, ask.ifindex);
	err = cl_send_group(inst, &m, &ask);
	local_bh_enable();
	return err;
}

/**
 * cl_lead_requests() - send a Sync Request to every known node
 * @inst: instance
 *
 * One to the group if there is one, and one to each peer that it does not reach.
 *
 * Context: process, lock of the namespace held.
 * Return: number of requests sent.
 */
u32 cl_lead_requests(struct cl_instance *inst)
{
	bool group = cl_group_used(&inst->group);
	struct cl_peer *peer;
	u32 sent = 0;

	lead_measure_all(inst);
	if (group && !lead_ask_group(inst))
		sent++;
	list_for_each_entry_rcu(peer, &inst->peers.list, list,
				LEAD_KEEPS(inst)) {
		if (cl_lead_reaches(inst, peer))
			continue;
		local_bh_disable();
		if (!cl_send_request(inst, peer, false))
			sent++;
		local_bh_enable();
	}
	if (group)
		inst->group.next_request++;
	trace_clocklink_round(inst, CL_WIRE_REQUEST, sent);
	return sent;
}

static void lead_send_report(struct cl_instance *inst,
			     const struct cl_published *p,
			     const struct cl_wire_msg *report)
{
	struct cl_wire_msg m = *report;

	cl_send_header(inst, CL_NODE_ALL, p, &m.hdr);
	m.hdr.seq = inst->group.next_report++;
	local_bh_disable();
	cl_send_group(inst, &m, NULL);
	local_bh_enable();
}

/* Has a peer to be told when its response came?  It is added to the report. */
static bool lead_add_heard(struct cl_instance *inst, struct cl_peer *peer,
			   const struct cl_stamped *t1,
			   struct cl_wire_report *r)
{
	struct cl_session *s = &peer->session;
	struct cl_raw t4;
	s64 delay_ns;
	bool has;

	spin_lock_bh(&peer->lock);
	cl_session_group_sent(s, r->request, *t1);
	has = cl_session_report(s, r->request, &t4);
	spin_unlock_bh(&peer->lock);
	if (!has)
		return false;
	delay_ns = cl_raw_sub(t4, t1->t);
	if (delay_ns < 0 || delay_ns > U32_MAX)
		return false;
	cl_wire_put_heard(&inst->group.heard[r->n * CL_WIRE_HEARD_LEN],
			  peer->node, delay_ns);
	r->n++;
	return true;
}

/* Tell those that have answered a request to the group both stamps of it. */
static void lead_report(struct cl_instance *inst, const struct cl_published *p,
			u32 request)
{
	struct cl_wire_msg m = { .hdr.type = CL_WIRE_REPORT };
	struct cl_stamped t1;
	struct cl_peer *peer;

	if (!cl_group_stamp(&inst->group, request, &t1))
		return;
	if (t1.hardware)
		m.hdr.flags = CL_WIRE_F_HW;
	m.rep = (struct cl_wire_report){
		.request = request,
		.t1 = t1.t,
		.heard = inst->group.heard,
	};
	list_for_each_entry_rcu(peer, &inst->peers.list, list,
				LEAD_KEEPS(inst)) {
		if (!lead_add_heard(inst, peer, &t1, &m.rep) ||
		    m.rep.n < CL_WIRE_HEARD_MAX)
			continue;
		lead_send_report(inst, p, &m);
		m.rep.n = 0;
	}
	if (m.rep.n)
		lead_send_report(inst, p, &m);
}

/* The update of the round for all. */
static int lead_tell_group(struct cl_instance *inst,
			   const struct cl_wire_msg *update)
{
	struct cl_wire_msg m = *update;
	int err;

	m.hdr.seq = inst->group.next_update++;
	local_bh_disable();
	err = cl_send_group(inst, &m, NULL);
	local_bh_enable();
	return err;
}

static void lead_fill_update(u32 epoch, u64 interval_ns,
			     const struct cl_published *p, struct cl_raw now,
			     struct cl_wire_update *u)
{
	struct cl_bound bound;

	cl_published_line(p, now, interval_ns, &u->map);
	cl_published_bound(p, now, &bound);
	u->bound_ns = bound.bound_ns;
	u->hard_ns = bound.hard_ns;
	u->drift_ppt = min_t(u64, bound.drift_ppt, U32_MAX);
	u->interval_ns = interval_ns;
	u->tai_offset = p->tai_offset;
	u->leap = p->leap;
	u->hops = p->hops;
	u->epoch = epoch;
}

/**
 * cl_lead_updates() - send a Sync Update to every known node
 * @inst: instance
 * @epoch: epoch of the replicated state
 * @interval_ns: time until the next update, > 0
 *
 * It is the same for all.  With a group it goes there, after the reports of the round,
 * and to each peer that the group does not reach.
 *
 * Context: process, lock of the namespace held.
 * Return: number of updates sent.
 */
u32 cl_lead_updates(struct cl_instance *inst, u32 epoch, u64 interval_ns)
{
	struct cl_raw now = cl_output_raw(&inst->output);
	struct cl_wire_msg m = { .hdr.type = CL_WIRE_UPDATE };
	struct cl_published p;
	struct cl_peer *peer;
	u32 sent = 0, i;

	cl_output_read(&inst->output, &p);
	cl_send_header(inst, CL_NODE_ALL, &p, &m.hdr);
	lead_fill_update(epoch, interval_ns, &p, now, &m.upd);
	cl_resend_note(&inst->resend, &m, now);
	lead_measure_all(inst);
	if (cl_group_used(&inst->group)) {
		for (i = LEAD_REPORTS; i; i--)
			lead_report(inst, &p, inst->group.next_request - i);
		if (!lead_tell_group(inst, &m))
			sent++;
	}
	list_for_each_entry_rcu(peer, &inst->peers.list, list,
				LEAD_KEEPS(inst)) {
		if (cl_lead_reaches(inst, peer))
			continue;
		local_bh_disable();
		if (!cl_send_update(inst, peer, NULL, &m))
			sent++;
		local_bh_enable();
	}
	trace_clocklink_round(inst, CL_WIRE_UPDATE, sent);
	return sent;
}
