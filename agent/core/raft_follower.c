// SPDX-License-Identifier: GPL-2.0-or-later
#include "raft_follower.h"

#include "raft_election.h"

static u64 min_u64(u64 a, u64 b)
{
	return a < b ? a : b;
}

/**
 * cl_raft_follower_obeys() - a message of a leader: is it ours
 * @r: the node
 * @m: append or snapshot
 *
 * An old leader is told the term.  One that is not trusted gets no answer, so it
 * cannot count on this node.
 *
 * Return: true if it leads and was heard now.
 */
bool cl_raft_follower_obeys(struct cl_raft *r, const struct cl_raft_msg *m)
{
	struct cl_raft_msg stale = { .type = CL_RAFT_APPEND_REPLY };

	if (m->term < r->term) {
		cl_raft_node_send(r, m->from, &stale);
		return false;
	}
	if (m->term == r->term &&
	    (r->role == CL_RAFT_LEADER || (r->leader && r->leader != m->from)))
		return false;
	if (m->term == r->election.distrusted) {
		if (m->term > r->term)
			cl_raft_node_follow(r, m->term, 0);
		return false;
	}
	cl_raft_node_follow(r, m->term, m->from);
	cl_raft_election_rearm(r);
	r->election.heard = r->now;
	/* Somebody else leads: the one before is a candidate like others. */
	if (m->from != r->election.shunned)
		r->election.shunned = 0;
	if (m->seq > r->obey.seq)
		r->obey.seq = m->seq;
	return true;
}

/* The terms of a log never fall, and a leader has none above its own. */
static bool well_formed(const struct cl_raft_msg *m)
{
	u32 term = m->log_term;

	if (m->entries > CL_RAFT_BATCH_MAX || m->index > CL_RAFT_INDEX_MAX ||
	    !m->index != !m->log_term)
		return false;
	for (u32 i = 0; i < m->entries; i++) {
		const struct cl_raft_entry *e = &m->entry[i];

		if (e->index != m->index + 1 + i || e->term < term ||
		    !e->term || e->kind > CL_RAFT_DATA ||
		    e->len > CL_RAFT_DATA_MAX)
			return false;
		term = e->term;
	}
	return term <= m->term;
}

/*
 * What is said to be on the disk: the entries, and the term in which
 * they are acknowledged.
 */
static u64 durable_match(const struct cl_raft *r)
{
	if (r->disk.term != r->term)
		return 0;
	return min_u64(r->obey.match, r->disk.durable);
}

static void acknowledge(struct cl_raft *r, u64 seq, bool refused)
{
	struct cl_raft_msg m = {
		.type = CL_RAFT_APPEND_REPLY,
		.index = durable_match(r),
		.seq = seq,
		.granted = true,
		.refused = refused,
	};

	if (m.index > r->obey.told)
		r->obey.told = m.index;
	cl_raft_node_send(r, r->leader, &m);
}

/* The entry before the message's is not here: where may both logs agree? */
static void mismatch(struct cl_raft *r, const struct cl_raft_msg *m)
{
	u64 hint = min_u64(m->index - 1, cl_raft_log_last(&r->log));
	struct cl_raft_msg reply = {
		.type = CL_RAFT_APPEND_REPLY,
		.seq = m->seq,
	};

	reply.index = cl_raft_log_floor(&r->log, hint, m->log_term);
	reply.log_term = cl_raft_log_term(&r->log, reply.index);
	if (reply.index < r->commit) {
		reply.index = r->commit;
		reply.log_term = cl_raft_log_term(&r->log, r->commit);
	}
	cl_raft_node_send(r, m->from, &reply);
}

static bool acceptable(const struct cl_raft *r, const struct cl_raft_entry *e)
{
	struct cl_raft_conf next;
	u32 node;

	switch (e->kind) {
	case CL_RAFT_NOOP:
		return !e->len;
	case CL_RAFT_CONF:
		return cl_raft_conf_decode(&next, e->data, e->len) &&
		       cl_raft_conf_follows(&r->conf, &next, &node);
	case CL_RAFT_DATA:
		return r->ops->valid(r->ctx, e);
	}
	return false;
}

/* Have the entry; false: it did not pass validation, or there is no memory. */
static bool take(struct cl_raft *r, const struct cl_raft_entry *e)
{
	u32 term = cl_raft_log_term(&r->log, e->index);

	if (term == e->term)
		return true;
	if (term)
		cl_raft_node_truncate(r, e->index);
	return acceptable(r, e) &&
	       !cl_raft_node_append(r, e->term, e->kind, e->data, e->len);
}

/**
 * cl_raft_follower_append() - entries of the leader, or a heartbeat
 * @r: the node
 * @m: the message
 *
 * It is answered at once, for the leader's lease, with what is on the disk by now.
 * What is written later is acknowledged then.
 */
void cl_raft_follower_append(struct cl_raft *r, const struct cl_raft_msg *m)
{
	bool taken = true;
	u64 match = m->index;

	if (!well_formed(m) || !cl_raft_follower_obeys(r, m))
		return;
	/* What is committed is the same everywhere, also if it is not here. */
	if (m->index > r->commit &&
	    cl_raft_log_term(&r->log, m->index) != m->log_term) {
		mismatch(r, m);
		return;
	}
	for (u32 i = 0; i < m->entries; i++) {
		if (m->entry[i].index > r->commit)
			taken = take(r, &m->entry[i]);
		if (!taken)
			break;
		match = m->entry[i].index;
	}
	if (match > r->obey.match)
		r->obey.match = match;
	cl_raft_node_commit(r, min_u64(m->commit, r->obey.match));
	acknowledge(r, m->seq, !taken);
}

/**
 * cl_raft_follower_saved() - a write is durable: tell the leader
 * @r: the node
 */
void cl_raft_follower_saved(struct cl_raft *r)
{
	if (r->role == CL_RAFT_FOLLOWER && r->leader && r->obey.seq &&
	    durable_match(r) > r->obey.told)
		acknowledge(r, r->obey.seq, false);
}
