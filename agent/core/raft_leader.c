// SPDX-License-Identifier: GPL-2.0-or-later
#include "raft_leader.h"

#include <string.h>

#include "kmod/core/fixed.h"
#include "raft_election.h"
#include "raft_peer.h"
#include "raft_transfer.h"

/**
 * cl_raft_leader_begin() - lead the term
 * @r: the node, elected
 *
 * The term begins with an entry of its own: entries of terms before are committed
 * with it, never by counting (Ongaro, 3.6.2).  Without memory for it there is
 * nobody to lead.
 */
void cl_raft_leader_begin(struct cl_raft *r)
{
	struct cl_raft_lead *l = &r->lead;

	memset(l, 0, sizeof(*l));
	l->since = r->now;
	l->first = cl_raft_log_last(&r->log) + 1;
	r->role = CL_RAFT_LEADER;
	r->leader = r->p.id;
	r->election.deadline = CL_RAFT_NEVER;
	r->election.stands = false;
	cl_raft_leader_members(r);
	if (cl_raft_node_append(r, r->term, CL_RAFT_NOOP, NULL, 0))
		cl_raft_node_follow(r, r->term, 0);
}

/**
 * cl_raft_leader_end() - lead no more
 * @r: the node, still leader
 */
void cl_raft_leader_end(struct cl_raft *r)
{
	memset(&r->lead, 0, sizeof(r->lead));
}

static struct cl_raft_peer *find(struct cl_raft_lead *l, u32 node)
{
	for (u32 i = 0; i < l->peers; i++)
		if (l->peer[i].node == node)
			return &l->peer[i];
	return NULL;
}

/**
 * cl_raft_leader_peer() - a member
 * @r: the node, leader
 * @node: its id
 *
 * Return: the member, NULL if it is none or the leader itself.
 */
const struct cl_raft_peer *cl_raft_leader_peer(const struct cl_raft *r,
					       u32 node)
{
	return find((struct cl_raft_lead *)&r->lead, node);
}

/**
 * cl_raft_leader_members() - the members are others
 * @r: the node, leader
 */
void cl_raft_leader_members(struct cl_raft *r)
{
	struct cl_raft_lead *l = &r->lead;
	u32 node[CL_RAFT_MEMBERS_MAX];
	u32 n = cl_raft_conf_members(&r->conf, node);

	for (u32 i = 0; i < l->peers;) {
		if (cl_raft_conf_has(&r->conf, l->peer[i].node))
			i++;
		else
			l->peer[i] = l->peer[--l->peers];
	}
	for (u32 i = 0; i < n; i++)
		if (node[i] != r->p.id && !find(l, node[i]))
			cl_raft_peer_start(r, &l->peer[l->peers++], node[i]);
}

static void insert(u64 *sorted, u32 n, u64 v)
{
	for (; n && sorted[n - 1] < v; n--)
		sorted[n] = sorted[n - 1];
	sorted[n] = v;
}

/*
 * The index up to which a majority has the entries on disk.  A leader that is
 * being removed does not count itself.
 */
static u64 quorum_match(const struct cl_raft *r)
{
	u64 match[CL_RAFT_VOTERS_MAX] = { 0 };

	for (u32 i = 0; i < r->conf.voters; i++) {
		u32 node = r->conf.voter[i];
		const struct cl_raft_peer *p = cl_raft_leader_peer(r, node);

		insert(match, i, p ? p->match : r->disk.durable);
	}
	return match[cl_raft_conf_quorum(&r->conf) - 1];
}

/* Send time of the last message that a majority has answered; itself always. */
static s64 quorum_heard(const struct cl_raft *r)
{
	u64 heard[CL_RAFT_VOTERS_MAX] = { 0 };

	for (u32 i = 0; i < r->conf.voters; i++) {
		u32 node = r->conf.voter[i];
		const struct cl_raft_peer *p = cl_raft_leader_peer(r, node);

		insert(heard, i, p ? (u64)p->heard : CL_RAFT_NEVER);
	}
	return heard[cl_raft_conf_quorum(&r->conf) - 1];
}

/**
 * cl_raft_leader_lease() - how long nobody else can be elected
 * @r: the node, leader
 *
 * Whoever has answered a message helps to elect nobody for an election time from
 * when it came, and that was not before it was sent.  One that was told to stand for
 * election may do so at any time.
 *
 * Return: until then for sure; 0: not known; CL_RAFT_NEVER: no end.
 */
s64 cl_raft_leader_lease(const struct cl_raft *r)
{
	s64 heard = quorum_heard(r), t = r->p.election_ns;

	if (r->lead.asked || !heard)
		return 0;
	/* Only voter; but after a crash maybe not, until that is committed. */
	if (heard == CL_RAFT_NEVER)
		return r->conf_index <= r->commit ? heard : 0;
	return heard + t - t / CL_RAFT_DRIFT_DIV;
}

/* When the leader has to give up unless a majority answers. */
static s64 quorum_ends(const struct cl_raft *r)
{
	s64 heard = cl_max_s64(quorum_heard(r), r->lead.since);

	return heard == CL_RAFT_NEVER ? heard : heard + r->p.election_ns;
}

/**
 * cl_raft_leader_commit() - commit what a majority has
 * @r: the node, leader
 *
 * Only entries of the own term are counted; with them all before.  A leader that
 * is no voter any more leaves when that is committed.
 */
void cl_raft_leader_commit(struct cl_raft *r)
{
	u64 index = quorum_match(r);

	if (index <= r->commit || cl_raft_log_term(&r->log, index) != r->term)
		return;
	cl_raft_node_commit(r, index);
	if (r->conf_index > r->commit || cl_raft_conf_votes(&r->conf, r->p.id))
		return;
	/* The others learn it from here, and need not wait for a time-out. */
	cl_raft_leader_push(r);
	cl_raft_transfer_leave(r);
	cl_raft_node_follow(r, r->term, 0);
}

/**
 * cl_raft_leader_push() - send to all members what may be sent
 * @r: the node, leader
 */
void cl_raft_leader_push(struct cl_raft *r)
{
	for (u32 i = 0; i < r->lead.peers; i++)
		cl_raft_peer_push(r, &r->lead.peer[i]);
	cl_raft_transfer_push(r);
}

/**
 * cl_raft_leader_run() - look at the time
 * @r: the node, leader
 */
void cl_raft_leader_run(struct cl_raft *r)
{
	if (r->now >= quorum_ends(r))
		cl_raft_node_follow(r, r->term, 0);
	else
		cl_raft_transfer_run(r);
}

/**
 * cl_raft_leader_deadline() - when to look at the time
 * @r: the node, leader
 *
 * Return: that time.
 */
s64 cl_raft_leader_deadline(const struct cl_raft *r)
{
	s64 t = cl_min_s64(quorum_ends(r), cl_raft_transfer_deadline(r));

	for (u32 i = 0; i < r->lead.peers; i++)
		t = cl_min_s64(t, cl_raft_peer_due(r, &r->lead.peer[i]));
	return t;
}

/**
 * cl_raft_leader_append_reply() - a member has answered entries or a heartbeat
 * @r: the node
 * @m: the answer; its term is not above ours
 */
void cl_raft_leader_append_reply(struct cl_raft *r, const struct cl_raft_msg *m)
{
	struct cl_raft_peer *p = find(&r->lead, m->from);

	if (r->role != CL_RAFT_LEADER || m->term != r->term || !p)
		return;
	cl_raft_peer_append_reply(r, p, m);
	cl_raft_leader_commit(r);
}

/**
 * cl_raft_leader_snapshot_reply() - a member has answered a part of a snapshot
 * @r: the node
 * @m: the answer; its term is not above ours
 */
void cl_raft_leader_snapshot_reply(struct cl_raft *r,
				   const struct cl_raft_msg *m)
{
	struct cl_raft_peer *p = find(&r->lead, m->from);

	if (r->role != CL_RAFT_LEADER || m->term != r->term || !p)
		return;
	cl_raft_peer_snapshot_reply(r, p, m);
	cl_raft_leader_commit(r);
}
