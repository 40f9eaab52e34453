// SPDX-License-Identifier: GPL-2.0-or-later
#include "raft_node.h"

#include <string.h>

#include "raft_election.h"
#include "raft_leader.h"
#include "raft_snapshot.h"
#include "raft_transfer.h"

/**
 * cl_raft_node_send() - send a message
 * @r: the node
 * @to: receiver
 * @m: the message; from and to are set, and term if it is 0
 */
void cl_raft_node_send(struct cl_raft *r, u32 to, struct cl_raft_msg *m)
{
	if (r->err)
		return;
	m->from = r->p.id;
	m->to = to;
	if (!m->term)
		m->term = r->term;
	r->ops->send(r->ctx, m);
}

/**
 * cl_raft_node_term() - a new term begins
 * @r: the node
 * @term: above the one before
 */
void cl_raft_node_term(struct cl_raft *r, u32 term)
{
	r->term = term;
	r->vote = 0;
	r->leader = 0;
	r->election.waits = 0;
	memset(&r->obey, 0, sizeof(r->obey));
	cl_raft_disk_touch(&r->disk);
}

/**
 * cl_raft_node_follow() - be a follower
 * @r: the node
 * @term: at least the present one
 * @leader: who leads it, 0: not known
 */
void cl_raft_node_follow(struct cl_raft *r, u32 term, u32 leader)
{
	if (r->role != CL_RAFT_FOLLOWER)
		cl_raft_election_rearm(r);
	if (term > r->term)
		cl_raft_node_term(r, term);
	/* A candidate's own vote may still be on its way to the disk. */
	if (r->role == CL_RAFT_CANDIDATE)
		r->election.waits = 0;
	r->election.stands = false;
	if (r->role == CL_RAFT_LEADER)
		cl_raft_leader_end(r);
	r->role = CL_RAFT_FOLLOWER;
	r->leader = leader;
}

/**
 * cl_raft_node_conf_at() - members as of an entry
 * @r: the node
 * @index: the entry, not before the snapshot
 * @c: members
 * @at: entry that made them, or that of the snapshot
 */
void cl_raft_node_conf_at(const struct cl_raft *r, u64 index,
			  struct cl_raft_conf *c, u64 *at)
{
	const struct cl_raft_entry *e;

	*at = cl_raft_log_conf(&r->log, r->snap.index, index);
	e = cl_raft_log_at(&r->log, *at);
	if (e && cl_raft_conf_decode(c, e->data, e->len))
		return;
	*c = r->snap.conf;
	*at = r->snap.index;
}

/**
 * cl_raft_node_members() - find the members in the log
 * @r: the node
 *
 * They count from when they are appended, and no longer than they are there.
 */
void cl_raft_node_members(struct cl_raft *r)
{
	cl_raft_node_conf_at(r, cl_raft_log_last(&r->log), &r->conf,
			     &r->conf_index);
	if (r->role == CL_RAFT_LEADER)
		cl_raft_leader_members(r);
}

/**
 * cl_raft_node_append() - append an entry
 * @r: the node
 * @term: its term
 * @kind: of its data
 * @data: copied
 * @len: bytes
 *
 * Return: 0, -ENOMEM with the log as it was.
 */
int cl_raft_node_append(struct cl_raft *r, u32 term, enum cl_raft_kind kind,
			const void *data, u32 len)
{
	int err = cl_raft_log_append(&r->log, term, kind, data, len);

	if (!err && kind == CL_RAFT_CONF)
		cl_raft_node_members(r);
	return err;
}

/**
 * cl_raft_node_truncate() - remove the end of the log
 * @r: the node
 * @from: first entry to go, not committed
 */
void cl_raft_node_truncate(struct cl_raft *r, u64 from)
{
	cl_raft_log_truncate(&r->log, from);
	cl_raft_disk_cut(&r->disk, from);
	if (r->obey.match >= from)
		r->obey.match = from - 1;
	if (r->obey.told >= from)
		r->obey.told = from - 1;
	if (r->conf_index >= from)
		cl_raft_node_members(r);
}

/**
 * cl_raft_node_commit() - entries are committed: apply them
 * @r: the node
 * @index: the last of them; nothing happens if it is not new
 */
void cl_raft_node_commit(struct cl_raft *r, u64 index)
{
	if (index <= r->commit)
		return;
	r->commit = index;
	while (r->applied < r->commit) {
		r->applied++;
		r->ops->apply(r->ctx, cl_raft_log_at(&r->log, r->applied));
	}
	cl_raft_snapshot_take(r);
}

/**
 * cl_raft_node_fail() - take no part any more
 * @r: the node
 * @err: -errno
 *
 * Whoever does not know what is on its disk cannot promise anything.  A leader's
 * last word is that somebody else shall lead.
 */
void cl_raft_node_fail(struct cl_raft *r, int err)
{
	if (r->role == CL_RAFT_LEADER)
		cl_raft_transfer_leave(r);
	cl_raft_node_follow(r, r->term, 0);
	r->election.deadline = CL_RAFT_NEVER;
	r->err = err;
	r->ops->failed(r->ctx, err);
}

static void save(struct cl_raft *r)
{
	u64 last = cl_raft_log_last(&r->log);
	struct cl_raft_write w;

	if (!cl_raft_disk_begin(&r->disk, last, r->term, &r->snap, &w))
		return;
	w.vote = r->vote;
	if (w.entries)
		w.entry = cl_raft_log_at(&r->log, last - w.entries + 1);
	r->ops->save(r->ctx, &w);
}

/**
 * cl_raft_node_finish() - the end of every call from outside
 * @r: the node
 *
 * Entries leave first, then they are written.
 */
void cl_raft_node_finish(struct cl_raft *r)
{
	if (r->role == CL_RAFT_LEADER)
		cl_raft_leader_push(r);
	if (!r->err)
		save(r);
	if (r->role == r->told_role && r->leader == r->told_leader &&
	    r->term == r->told_term)
		return;
	r->told_role = r->role;
	r->told_leader = r->leader;
	r->told_term = r->term;
	r->ops->changed(r->ctx);
}
