// SPDX-License-Identifier: GPL-2.0-or-later
#include "raft_peer.h"

#include "kmod/core/fixed.h"

/* Parts of a snapshot that are on their way at a time. */
#define CHUNKS_AHEAD 4

/**
 * cl_raft_peer_start() - a member of which nothing is known yet
 * @r: the node, leader
 * @p: the member
 * @node: its id
 */
void cl_raft_peer_start(const struct cl_raft *r, struct cl_raft_peer *p,
			u32 node)
{
	*p = (struct cl_raft_peer){
		.node = node,
		.pace = CL_RAFT_PROBE,
		.next = cl_raft_log_last(&r->log) + 1,
		.sent = r->now - r->p.heartbeat_ns,
	};
}

/**
 * cl_raft_peer_answers() - was it heard lately
 * @r: the node, leader
 * @p: the member
 *
 * Return: true within an election time; also when the leader is new.
 */
bool cl_raft_peer_answers(const struct cl_raft *r, const struct cl_raft_peer *p)
{
	return r->now < cl_max_s64(p->heard, r->lead.since) + r->p.election_ns;
}

/**
 * cl_raft_peer_caught_up() - could it be a voter without delay to the others
 * @r: the node, leader
 * @p: the member
 *
 * A log that is short is almost all there as soon as messages flow, but a node with
 * nothing on its disk has no vote to give.
 *
 * Return: true if it has almost all entries and answers.
 */
bool cl_raft_peer_caught_up(const struct cl_raft *r,
			    const struct cl_raft_peer *p)
{
	return p->pace == CL_RAFT_PIPELINE && p->heard && p->match &&
	       cl_raft_peer_answers(r, p) &&
	       p->match + CL_RAFT_LAG_MAX >= cl_raft_log_last(&r->log);
}

/**
 * cl_raft_peer_refuses() - did it not take what was sent
 * @r: the node, leader
 * @p: the member
 *
 * Return: true until another attempt has succeeded.
 */
bool cl_raft_peer_refuses(const struct cl_raft *r, const struct cl_raft_peer *p)
{
	return p->pace == CL_RAFT_REFUSED ||
	       (p->pace == CL_RAFT_INSTALL && p->tried_at > r->now);
}

/**
 * cl_raft_peer_due() - when something has to be sent to it at the latest
 * @r: the node, leader
 * @p: the member
 *
 * Return: that time.
 */
s64 cl_raft_peer_due(const struct cl_raft *r, const struct cl_raft_peer *p)
{
	return p->sent + r->p.heartbeat_ns;
}

/**
 * cl_raft_peer_stamp() - number a message of the leader
 * @r: the node, leader
 * @m: the message
 *
 * The number is the time, so an answer tells when the message was sent without
 * anything to be remembered.  Of two in one ns the second is later.
 */
void cl_raft_peer_stamp(struct cl_raft *r, struct cl_raft_msg *m)
{
	if (r->lead.seq < (u64)r->now)
		r->lead.seq = r->now;
	else
		r->lead.seq++;
	m->seq = r->lead.seq;
}

/* Send entries from @p->next on, maybe none. */
static void send_append(struct cl_raft *r, struct cl_raft_peer *p, u32 entries)
{
	struct cl_raft_msg m = {
		.type = CL_RAFT_APPEND,
		.index = p->next - 1,
		.log_term = cl_raft_log_term(&r->log, p->next - 1),
		.commit = r->commit,
		.entry = entries ? cl_raft_log_at(&r->log, p->next) : NULL,
		.entries = entries,
	};

	cl_raft_peer_stamp(r, &m);
	p->sent = r->now;
	p->told = r->commit;
	if (entries && p->pace == CL_RAFT_PIPELINE) {
		p->next += entries;
	} else if (entries) {
		p->tried = m.seq;
		p->tried_last = p->next - 1 + entries;
		p->tried_at = r->now;
	}
	cl_raft_node_send(r, p->node, &m);
}

static void send_chunk(struct cl_raft *r, struct cl_raft_peer *p, u32 len)
{
	struct cl_raft_msg m = {
		.type = CL_RAFT_SNAPSHOT,
		.commit = r->commit,
		.snap = r->snap,
		.offset = p->snap_sent,
		.size = r->snap.len,
	};

	m.snap.len = len;
	m.snap.data = len ? r->snap.data + p->snap_sent : NULL;
	cl_raft_peer_stamp(r, &m);
	p->sent = r->now;
	p->snap_sent += len;
	cl_raft_node_send(r, p->node, &m);
}

static void set_pace(struct cl_raft_peer *p, enum cl_raft_pace pace, u64 next)
{
	p->pace = pace;
	p->next = next;
	p->tried = 0;
	p->waits = false;
	p->snap = 0;
}

static void push_pipeline(struct cl_raft *r, struct cl_raft_peer *p)
{
	u64 last = cl_raft_log_last(&r->log);

	while (p->next <= last && p->next - p->match <= CL_RAFT_WINDOW_MAX &&
	       cl_raft_log_bytes(&r->log, p->match, p->next - 1) <
		       CL_RAFT_WINDOW_BYTES)
		send_append(r, p, cl_raft_log_batch(&r->log, p->next));
	if (p->told < r->commit || r->now >= cl_raft_peer_due(r, p))
		send_append(r, p, 0);
}

/*
 * Entries go along if somebody is there to take them: a dead node gets no more
 * than the heartbeat.
 */
static void push_probe(struct cl_raft *r, struct cl_raft_peer *p)
{
	if (p->waits && r->now < cl_raft_peer_due(r, p))
		return;
	p->waits = true;
	send_append(r, p,
		    cl_raft_peer_answers(r, p) ?
			    cl_raft_log_batch(&r->log, p->next) :
			    0);
}

static void push_refused(struct cl_raft *r, struct cl_raft_peer *p)
{
	if (r->now >= p->tried_at + r->p.election_ns)
		send_append(r, p, cl_raft_log_batch(&r->log, p->next));
	else if (r->now >= cl_raft_peer_due(r, p))
		send_append(r, p, 0);
}

static u32 next_chunk(const struct cl_raft *r, const struct cl_raft_peer *p)
{
	u32 left = r->snap.len - p->snap_sent;

	if (p->snap_sent - p->snap_acked >= CHUNKS_AHEAD * CL_RAFT_CHUNK_MAX)
		return 0;
	return left < CL_RAFT_CHUNK_MAX ? left : CL_RAFT_CHUNK_MAX;
}

static void restart_snapshot(struct cl_raft *r, struct cl_raft_peer *p, u32 at)
{
	p->snap = r->snap.index;
	p->snap_sent = at;
	p->snap_acked = at;
	p->tried_at = r->now;
}

/*
 * Without progress for half an election time something was lost, or the disk of
 * the member is slow: go back to what it has.
 */
static void push_snapshot(struct cl_raft *r, struct cl_raft_peer *p)
{
	u32 len;

	if (p->snap != r->snap.index)
		restart_snapshot(r, p, 0);
	if (r->now >= p->tried_at + r->p.election_ns / 2)
		restart_snapshot(r, p, p->snap_acked);
	while (r->now >= p->tried_at && (len = next_chunk(r, p)) > 0)
		send_chunk(r, p, len);
	if (r->now >= cl_raft_peer_due(r, p))
		send_chunk(r, p, 0);
}

/**
 * cl_raft_peer_push() - send it what may be sent
 * @r: the node, leader
 * @p: the member
 */
void cl_raft_peer_push(struct cl_raft *r, struct cl_raft_peer *p)
{
	if (p->pace == CL_RAFT_PIPELINE && !cl_raft_peer_answers(r, p))
		set_pace(p, CL_RAFT_PROBE, p->match + 1);
	if (p->pace != CL_RAFT_INSTALL && p->next <= r->log.base)
		set_pace(p, CL_RAFT_INSTALL, p->next);
	switch (p->pace) {
	case CL_RAFT_PROBE:
		push_probe(r, p);
		break;
	case CL_RAFT_PIPELINE:
		push_pipeline(r, p);
		break;
	case CL_RAFT_REFUSED:
		push_refused(r, p);
		break;
	case CL_RAFT_INSTALL:
		push_snapshot(r, p);
		break;
	}
}

static void hear(struct cl_raft *r, struct cl_raft_peer *p, u64 seq)
{
	s64 t = cl_min_s64((s64)seq, r->now);

	p->heard = cl_max_s64(p->heard, t);
}

/*
 * A message did not fit its log.  If it then lacked what it has acknowledged, the
 * answer was overtaken, or it has lost its disk and is not fed in this term.
 */
static void step_back(const struct cl_raft *r, struct cl_raft_peer *p,
		      const struct cl_raft_msg *m)
{
	u64 next = cl_raft_log_floor(&r->log, m->index, m->log_term) + 1;

	if (m->index >= p->match && next < p->next)
		set_pace(p, CL_RAFT_PROBE, next);
}

/* It has taken what was tried. */
static void step_on(struct cl_raft_peer *p, const struct cl_raft_msg *m)
{
	u64 next = p->next;

	if (p->pace == CL_RAFT_REFUSED && m->seq != p->tried)
		return;
	if (m->seq == p->tried && next <= p->tried_last)
		next = p->tried_last + 1;
	set_pace(p, CL_RAFT_PIPELINE, next);
}

/**
 * cl_raft_peer_append_reply() - it has answered entries or a heartbeat
 * @r: the node, leader
 * @p: the member
 * @m: the answer, of the present term
 */
void cl_raft_peer_append_reply(struct cl_raft *r, struct cl_raft_peer *p,
			       const struct cl_raft_msg *m)
{
	if (m->seq > r->lead.seq || m->index > cl_raft_log_last(&r->log))
		return;
	hear(r, p, m->seq);
	if (m->granted && m->index > p->match) {
		p->match = m->index;
		if (p->next <= p->match)
			p->next = p->match + 1;
	}
	if (p->pace == CL_RAFT_INSTALL) {
		if (p->snap && p->match >= p->snap)
			set_pace(p, CL_RAFT_PIPELINE, p->match + 1);
		return;
	}
	if (!m->granted) {
		step_back(r, p, m);
	} else if (m->refused) {
		set_pace(p, CL_RAFT_REFUSED, p->match + 1);
		p->tried_at = r->now;
	} else if (p->pace != CL_RAFT_PIPELINE) {
		step_on(p, m);
	}
}

/**
 * cl_raft_peer_snapshot_reply() - it has answered a part of a snapshot
 * @r: the node, leader
 * @p: the member
 * @m: the answer, of the present term
 */
void cl_raft_peer_snapshot_reply(struct cl_raft *r, struct cl_raft_peer *p,
				 const struct cl_raft_msg *m)
{
	if (m->seq > r->lead.seq || m->index > cl_raft_log_last(&r->log))
		return;
	hear(r, p, m->seq);
	if (m->granted && m->index > p->match)
		p->match = m->index;
	if (p->pace != CL_RAFT_INSTALL || m->index != p->snap)
		return;
	if (m->granted) {
		set_pace(p, CL_RAFT_PIPELINE, p->match + 1);
	} else if (m->refused) {
		restart_snapshot(r, p, 0);
		p->tried_at += r->p.election_ns;
	} else if (m->offset < p->snap_acked) {
		/* It has started anew. */
		restart_snapshot(r, p, m->offset);
	} else if (m->offset > p->snap_acked && m->offset <= p->snap_sent) {
		p->snap_acked = m->offset;
		p->tried_at = r->now;
	}
}
