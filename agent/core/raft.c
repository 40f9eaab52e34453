// SPDX-License-Identifier: GPL-2.0-or-later
#include "raft.h"

#include <errno.h>
#include <stdlib.h>

#include "kmod/core/fixed.h"
#include "raft_election.h"
#include "raft_follower.h"
#include "raft_leader.h"
#include "raft_node.h"
#include "raft_peer.h"
#include "raft_snapshot.h"
#include "raft_term.h"
#include "raft_transfer.h"

/**
 * cl_raft_new() - make a node
 * @p: settings; checked by the start
 * @ops: the world; has to stay
 * @ctx: for @ops
 *
 * Return: the node, NULL without memory.
 */
struct cl_raft *cl_raft_new(const struct cl_raft_params *p,
			    const struct cl_raft_ops *ops, void *ctx)
{
	struct cl_raft *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->p = *p;
	r->ops = ops;
	r->ctx = ctx;
	r->election.deadline = CL_RAFT_NEVER;
	return r;
}

/**
 * cl_raft_free() - free a node
 * @r: the node, NULL is fine
 */
void cl_raft_free(struct cl_raft *r)
{
	if (!r)
		return;
	cl_raft_log_free(&r->log);
	cl_raft_snapshot_forget(r);
	free((void *)r->snap.data);
	free(r);
}

static const char *params_fault(const struct cl_raft_params *p)
{
	if (!p->id)
		return "the node has no id";
	if (p->heartbeat_ns <= 0)
		return "the heartbeat is not above 0";
	if (p->election_ns / 2 < p->heartbeat_ns)
		return "the election time is below two heartbeats";
	if (p->election_ns > CL_RAFT_NEVER / 16)
		return "the election time is too long";
	if (!p->snapshot_entries)
		return "no entries between two snapshots";
	return NULL;
}

static const char *snapshot_fault(const struct cl_raft_snapshot *s, u32 term)
{
	if (!s->index || !s->term)
		return "snapshot without index or term";
	if (s->index > CL_RAFT_INDEX_MAX)
		return "snapshot with an index out of range";
	if (s->term > term)
		return "snapshot of a later term than the stored one";
	if (s->len > CL_RAFT_SNAPSHOT_MAX)
		return "snapshot too long";
	if (!cl_raft_conf_good(&s->conf))
		return "snapshot with members that cannot be";
	return NULL;
}

static const char *entry_fault(const struct cl_raft_entry *e, u64 index,
			       u32 before, u32 term)
{
	struct cl_raft_conf c;

	if (e->index != index)
		return "gap between entries";
	if (!e->term || e->term < before)
		return "term falls from one entry to the next";
	if (e->term > term)
		return "entry of a later term than the stored one";
	if (e->len > CL_RAFT_DATA_MAX)
		return "entry too long";
	if (e->kind > CL_RAFT_DATA)
		return "entry of an unknown kind";
	if (e->kind == CL_RAFT_CONF &&
	    !cl_raft_conf_decode(&c, e->data, e->len))
		return "entry with members that cannot be";
	return NULL;
}

static const char *stored_fault(const struct cl_raft_stored *s)
{
	const char *fault;
	u32 before = 0;

	if (s->term >= CL_RAFT_TERM_END)
		return "stored term out of range";
	if (s->vote && !s->term)
		return "a vote without a term";
	if (!s->snap)
		return s->entries ? "entries without a snapshot" : NULL;
	fault = snapshot_fault(s->snap, s->term);
	if (fault || !s->entries)
		return fault;
	if (s->entry[0].index > s->snap->index + 1)
		return "gap between snapshot and entries";
	if (s->entry[0].index + s->entries <= s->snap->index)
		return "entries end before the snapshot";
	for (u32 i = 0; i < s->entries; i++) {
		const struct cl_raft_entry *e = &s->entry[i];

		fault = entry_fault(e, s->entry[0].index + i, before, s->term);
		if (fault)
			return fault;
		if (e->index == s->snap->index && e->term != s->snap->term)
			return "snapshot and entry differ in their term";
		before = e->term;
	}
	return before < s->snap->term ?
		       "entry of an earlier term than the snapshot" :
		       NULL;
}

/*
 * Of the entry before the first only the snapshot may know the term.  Else the
 * first one itself becomes the base.
 */
static int load(struct cl_raft *r, const struct cl_raft_stored *s)
{
	u32 i = 0;
	int err;

	err = cl_raft_snapshot_hold(r, s->snap);
	if (err)
		return err;
	cl_raft_log_reset(&r->log, r->snap.index, r->snap.term);
	if (s->entries && s->entry[0].index <= r->snap.index) {
		cl_raft_log_reset(&r->log, s->entry[0].index, s->entry[0].term);
		i = 1;
	}
	for (; i < s->entries; i++) {
		const struct cl_raft_entry *e = &s->entry[i];

		err = cl_raft_log_append(&r->log, e->term, e->kind, e->data,
					 e->len);
		if (err)
			return err;
	}
	return r->ops->thaw(r->ctx, &r->snap);
}

/**
 * cl_raft_start() - begin with what the disk has
 * @r: the node, not started
 * @now: time
 * @s: what was stored; copied
 *
 * The node is a follower.  It has to be asked for its deadline.
 *
 * Return: 0; -EINVAL settings or stored state cannot be, cl_raft_why() says what
 * is wrong; -ENOMEM; or what thaw() gave.  After an error the node can only be
 * freed.
 */
int cl_raft_start(struct cl_raft *r, s64 now, const struct cl_raft_stored *s)
{
	int err;

	r->why = params_fault(&r->p);
	if (!r->why)
		r->why = stored_fault(s);
	if (r->why)
		return -EINVAL;
	if (s->snap) {
		err = load(r, s);
		if (err) {
			r->why =
				err == -ENOMEM ?
					"no memory for the stored state" :
					"the state machine does not take the snapshot";
			return err;
		}
	}
	r->now = now;
	r->running = true;
	r->term = s->term;
	r->vote = s->vote;
	r->told_term = s->term;
	r->commit = r->snap.index;
	r->applied = r->snap.index;
	cl_raft_node_members(r);
	cl_raft_disk_start(&r->disk, cl_raft_log_last(&r->log), r->term);
	r->election.heard = now;
	cl_raft_election_rearm(r);
	return 0;
}

/**
 * cl_raft_bootstrap() - begin a cluster of one voter
 * @r: the node, not started
 * @now: time
 * @term: that the cluster has had so far, >= 1
 * @data: state machine at the beginning; copied
 * @len: its bytes
 *
 * What was stored before is removed.
 *
 * Return: as cl_raft_start().
 */
int cl_raft_bootstrap(struct cl_raft *r, s64 now, u32 term, const void *data,
		      u32 len)
{
	const struct cl_raft_snapshot snap = {
		.index = 1,
		.term = term,
		.conf = { .voter = { r->p.id }, .voters = 1 },
		.data = data,
		.len = len,
	};
	const struct cl_raft_stored s = { .term = term, .snap = &snap };
	int err = cl_raft_start(r, now, &s);

	if (err)
		return err;
	cl_raft_disk_install(&r->disk, snap.index);
	cl_raft_node_finish(r);
	return 0;
}

/**
 * cl_raft_why() - what was wrong at the start
 * @r: the node
 *
 * Return: text in English for the log; NULL: nothing.
 */
const char *cl_raft_why(const struct cl_raft *r)
{
	return r->why;
}

static bool takes_part(const struct cl_raft *r)
{
	return r->running && !r->err;
}

/*
 * An answer of a member in a later term: whoever leads or stands for election
 * knows now that its own is over.  What comes from others must not disturb.
 */
static bool outdated(struct cl_raft *r, const struct cl_raft_msg *m)
{
	bool answers = m->type == CL_RAFT_VOTE_REPLY ||
		       m->type == CL_RAFT_APPEND_REPLY ||
		       m->type == CL_RAFT_SNAPSHOT_REPLY ||
		       (m->type == CL_RAFT_PREVOTE_REPLY && !m->granted);

	if (!answers || m->term <= r->term)
		return false;
	if (cl_raft_conf_has(&r->conf, m->from))
		cl_raft_node_follow(r, m->term, 0);
	return true;
}

static void dispatch(struct cl_raft *r, const struct cl_raft_msg *m)
{
	switch (m->type) {
	case CL_RAFT_PREVOTE:
		cl_raft_election_prevote(r, m);
		break;
	case CL_RAFT_PREVOTE_REPLY:
		cl_raft_election_prevote_reply(r, m);
		break;
	case CL_RAFT_VOTE:
		cl_raft_election_vote(r, m);
		break;
	case CL_RAFT_VOTE_REPLY:
		cl_raft_election_vote_reply(r, m);
		break;
	case CL_RAFT_APPEND:
		cl_raft_follower_append(r, m);
		break;
	case CL_RAFT_APPEND_REPLY:
		cl_raft_leader_append_reply(r, m);
		break;
	case CL_RAFT_SNAPSHOT:
		cl_raft_snapshot_receive(r, m);
		break;
	case CL_RAFT_SNAPSHOT_REPLY:
		cl_raft_leader_snapshot_reply(r, m);
		break;
	case CL_RAFT_TIMEOUT_NOW:
		cl_raft_transfer_timeout_now(r, m);
		break;
	}
}

/**
 * cl_raft_receive() - a message has come
 * @r: the node
 * @now: time
 * @m: the message; its sender is known to be true.  What makes no sense has no
 *	effect
 *
 * Return: false if its term is too far above ours to be believed of its sender alone,
 * for the first time in a while; for the log.
 */
bool cl_raft_receive(struct cl_raft *r, s64 now, const struct cl_raft_msg *m)
{
	bool refused = false;

	if (!takes_part(r) || m->to != r->p.id || !m->from ||
	    m->from == r->p.id || !m->term || m->term >= CL_RAFT_TERM_END)
		return true;
	r->now = now;
	if (cl_raft_term_believes(r, m, &refused) && !outdated(r, m))
		dispatch(r, m);
	cl_raft_node_finish(r);
	return !refused;
}

/**
 * cl_raft_saved() - a write has ended
 * @r: the node
 * @now: time
 * @number: of the write; those before it have ended
 * @err: 0: it is durable; -errno: it may be or not, and the node takes no part any
 *	more
 */
void cl_raft_saved(struct cl_raft *r, s64 now, u64 number, int err)
{
	if (!takes_part(r))
		return;
	r->now = now;
	if (err) {
		cl_raft_node_fail(r, err);
	} else if (cl_raft_disk_end(&r->disk, number)) {
		cl_raft_election_saved(r);
		cl_raft_follower_saved(r);
		if (r->role == CL_RAFT_LEADER)
			cl_raft_leader_commit(r);
	}
	cl_raft_node_finish(r);
}

/**
 * cl_raft_deadline() - when to call cl_raft_run()
 * @r: the node
 *
 * Return: that time, CL_RAFT_NEVER if only events matter.
 */
s64 cl_raft_deadline(const struct cl_raft *r)
{
	if (!takes_part(r))
		return CL_RAFT_NEVER;
	if (r->role == CL_RAFT_LEADER)
		return cl_raft_leader_deadline(r);
	return r->election.deadline;
}

/**
 * cl_raft_run() - do what is due
 * @r: the node
 * @now: time
 *
 * To be called at the deadline; earlier does no harm, later delays elections.
 */
void cl_raft_run(struct cl_raft *r, s64 now)
{
	if (!takes_part(r))
		return;
	r->now = now;
	if (r->role == CL_RAFT_LEADER)
		cl_raft_leader_run(r);
	else
		cl_raft_election_run(r);
	cl_raft_node_finish(r);
}

static int may_append(const struct cl_raft *r)
{
	u64 last = cl_raft_log_last(&r->log);

	if (r->role != CL_RAFT_LEADER)
		return -EAGAIN;
	if (r->lead.target)
		return -EBUSY;
	if (last - r->commit >= CL_RAFT_WINDOW_MAX ||
	    cl_raft_log_bytes(&r->log, r->commit, last) >= CL_RAFT_WINDOW_BYTES)
		return -ENOBUFS;
	return 0;
}

static int append_own(struct cl_raft *r, s64 now, enum cl_raft_kind kind,
		      const void *data, u32 len, u64 *index)
{
	int err = cl_raft_node_append(r, r->term, kind, data, len);

	if (err)
		return err;
	*index = cl_raft_log_last(&r->log);
	r->now = now;
	cl_raft_node_finish(r);
	return 0;
}

/**
 * cl_raft_propose() - append an entry of the state machine
 * @r: the node, leader
 * @now: time
 * @data: its data; copied
 * @len: bytes
 * @index: where it will be if it gets committed: if apply() has another term there,
 *	it was not
 *
 * Return: 0; -EAGAIN not leader; -EBUSY the lead is being given away; -EMSGSIZE
 * more than CL_RAFT_DATA_MAX; -ENOBUFS too much is not committed; -ENOMEM.
 */
int cl_raft_propose(struct cl_raft *r, s64 now, const void *data, u32 len,
		    u64 *index)
{
	int err = may_append(r);

	if (err)
		return err;
	if (len > CL_RAFT_DATA_MAX)
		return -EMSGSIZE;
	return append_own(r, now, CL_RAFT_DATA, data, len, index);
}

/**
 * cl_raft_change() - change one member
 * @r: the node, leader
 * @now: time
 * @c: members wanted: one more learner, a learner less or promoted, a voter less
 *	or demoted
 * @index: as for cl_raft_propose()
 *
 * A leader may remove itself; it leads until that is committed.  A node that is
 * removed is not told so.  One that is demoted is, and can be removed then.
 *
 * Return: 0; -EAGAIN not leader; -EINVAL that is not one change of one member, or
 * not possible; -EBUSY another change is not committed, or no entry of this term
 * is, or the lead is being given away; -EINPROGRESS the learner to be promoted has
 * not caught up; -ENOBUFS too much is not committed; -ENOMEM.
 */
int cl_raft_change(struct cl_raft *r, s64 now, const struct cl_raft_conf *c,
		   u64 *index)
{
	const struct cl_raft_peer *p;
	u8 buf[CL_RAFT_CONF_BYTES];
	int err = may_append(r);
	u32 node;

	if (err)
		return err;
	if (!cl_raft_conf_follows(&r->conf, c, &node))
		return -EINVAL;
	if (r->conf_index > r->commit || r->commit < r->lead.first)
		return -EBUSY;
	r->now = now;
	p = cl_raft_leader_peer(r, node);
	if (cl_raft_conf_votes(c, node) && !(p && cl_raft_peer_caught_up(r, p)))
		return -EINPROGRESS;
	return append_own(r, now, CL_RAFT_CONF, buf,
			  cl_raft_conf_encode(c, buf), index);
}

/**
 * cl_raft_distrust() - do not obey the leader of a term
 * @r: the node
 * @now: time
 * @term: the term; an older one than the present has no effect
 *
 * Its entries are not taken, its lease does not count, and whoever stands for
 * election gets a pre-vote.  The leader itself steps down.
 */
void cl_raft_distrust(struct cl_raft *r, s64 now, u32 term)
{
	if (!takes_part(r))
		return;
	r->now = now;
	cl_raft_election_distrust(r, term);
	cl_raft_node_finish(r);
}

/**
 * cl_raft_role() - what the node is
 * @r: the node
 *
 * Return: its role.
 */
enum cl_raft_role cl_raft_role(const struct cl_raft *r)
{
	return r->role;
}

/**
 * cl_raft_leader() - who leads
 * @r: the node
 *
 * Return: node id, 0: not known.
 */
u32 cl_raft_leader(const struct cl_raft *r)
{
	return r->leader;
}

/**
 * cl_raft_term() - the term
 * @r: the node
 *
 * Return: the term, 0 in a new node.
 */
u32 cl_raft_term(const struct cl_raft *r)
{
	return r->term;
}

/**
 * cl_raft_commit() - what is committed
 * @r: the node
 *
 * Return: index of the last entry known to be committed.
 */
u64 cl_raft_commit(const struct cl_raft *r)
{
	return r->commit;
}

/**
 * cl_raft_last() - what there is
 * @r: the node
 *
 * Return: index of the last entry, committed or not.
 */
u64 cl_raft_last(const struct cl_raft *r)
{
	return cl_raft_log_last(&r->log);
}

/**
 * cl_raft_conf() - members
 * @r: the node
 *
 * Return: the newest in the log, committed or not; valid until the next call.
 */
const struct cl_raft_conf *cl_raft_conf(const struct cl_raft *r)
{
	return &r->conf;
}

/**
 * cl_raft_lease() - how long this node leads for sure
 * @r: the node
 *
 * Until then no other node can be elected, if clocks differ by less than 1 in
 * CL_RAFT_DRIFT_DIV and nobody has distrusted the leader.
 *
 * Return: that time, CL_RAFT_NEVER: no end (the only voter); 0: not at all.
 */
s64 cl_raft_lease(const struct cl_raft *r)
{
	return r->role == CL_RAFT_LEADER ? cl_raft_leader_lease(r) : 0;
}

/**
 * cl_raft_error() - does the node still take part
 * @r: the node
 *
 * Return: 0, or -errno of the write that failed.
 */
int cl_raft_error(const struct cl_raft *r)
{
	return r->err;
}

/**
 * cl_raft_progress() - how far a member is
 * @r: the node, leader
 * @node: the member
 * @p: what is known of it
 *
 * Return: 0; -EAGAIN not leader; -ENOENT no member, or the leader itself.
 */
int cl_raft_progress(const struct cl_raft *r, u32 node,
		     struct cl_raft_progress *p)
{
	const struct cl_raft_peer *peer;

	if (r->role != CL_RAFT_LEADER)
		return -EAGAIN;
	peer = cl_raft_leader_peer(r, node);
	if (!peer)
		return -ENOENT;
	*p = (struct cl_raft_progress){
		.match = peer->match,
		.heard = peer->heard,
		.caught_up = cl_raft_peer_caught_up(r, peer),
		.refused = cl_raft_peer_refuses(r, peer),
	};
	return 0;
}

/**
 * cl_raft_entry() - an entry of the log
 * @r: the node
 * @index: which
 * @e: the entry; data valid until the next call
 *
 * Return: false if it is not there or not any more.
 */
bool cl_raft_entry(const struct cl_raft *r, u64 index, struct cl_raft_entry *e)
{
	const struct cl_raft_entry *at = cl_raft_log_at(&r->log, index);

	if (!at)
		return false;
	*e = *at;
	return true;
}
