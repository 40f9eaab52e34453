// SPDX-License-Identifier: GPL-2.0-or-later
#include "raft_snapshot.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "raft_follower.h"
#include "raft_peer.h"

/*
 * Entries that a snapshot covers stay, this part of what makes one due, for members
 * that are a little behind.
 */
#define STAY_DIV 4

/* While a member is being sent one, a new one waits until so many are due. */
#define WAIT_TIMES 4

static void replace(struct cl_raft *r, const struct cl_raft_snapshot *s,
		    u8 *data)
{
	free((void *)r->snap.data);
	r->snap = *s;
	r->snap.data = data;
}

/**
 * cl_raft_snapshot_hold() - keep a snapshot in memory
 * @r: the node
 * @s: the snapshot; copied
 *
 * Return: 0 or -ENOMEM.
 */
int cl_raft_snapshot_hold(struct cl_raft *r, const struct cl_raft_snapshot *s)
{
	u8 *data = NULL;

	if (s->len) {
		data = malloc(s->len);
		if (!data)
			return -ENOMEM;
		memcpy(data, s->data, s->len);
	}
	replace(r, s, data);
	return 0;
}

static bool somebody_installs(const struct cl_raft *r)
{
	for (u32 i = 0; i < r->lead.peers; i++)
		if (r->lead.peer[i].pace == CL_RAFT_INSTALL &&
		    cl_raft_peer_answers(r, &r->lead.peer[i]))
			return true;
	return false;
}

static bool due(const struct cl_raft *r)
{
	u64 entries = r->applied - r->snap.index;
	u64 bytes = cl_raft_log_bytes(&r->log, r->snap.index, r->applied);
	u32 times = somebody_installs(r) ? WAIT_TIMES : 1;

	return entries >= (u64)times * r->p.snapshot_entries ||
	       bytes >= (u64)times * CL_RAFT_LOG_BYTES;
}

/* The last entry that goes when there is a snapshot up to @index. */
static u64 what_goes(const struct cl_raft *r, u64 index)
{
	u64 stay = r->p.snapshot_entries / STAY_DIV;
	u64 goes = index > stay ? index - stay : 0;

	if (goes < r->log.base)
		goes = r->log.base;
	if (cl_raft_log_bytes(&r->log, goes, index) >
	    CL_RAFT_LOG_BYTES / STAY_DIV)
		goes = index;
	/* What no write has yet cannot go. */
	return goes < r->disk.unsaved ? goes : r->disk.unsaved - 1;
}

/**
 * cl_raft_snapshot_take() - make a snapshot if one is due
 * @r: the node
 */
void cl_raft_snapshot_take(struct cl_raft *r)
{
	struct cl_raft_snapshot s = {
		.index = r->applied,
		.term = cl_raft_log_term(&r->log, r->applied),
	};
	u8 *data;
	u64 at, goes;

	if (!due(r))
		return;
	data = r->ops->freeze(r->ctx, &s.len);
	if (!data || s.len > CL_RAFT_SNAPSHOT_MAX) {
		free(data);
		return;
	}
	cl_raft_node_conf_at(r, r->applied, &s.conf, &at);
	replace(r, &s, data);
	goes = what_goes(r, s.index);
	cl_raft_disk_snapshot(&r->disk, goes);
	cl_raft_log_trim(&r->log, goes);
}

/**
 * cl_raft_snapshot_forget() - give up the snapshot that is coming
 * @r: the node
 */
void cl_raft_snapshot_forget(struct cl_raft *r)
{
	free(r->incoming.data);
	memset(&r->incoming, 0, sizeof(r->incoming));
}

static bool well_formed(const struct cl_raft_msg *m)
{
	const struct cl_raft_snapshot *s = &m->snap;

	return s->index && s->index <= CL_RAFT_INDEX_MAX && s->term &&
	       s->term <= m->term && cl_raft_conf_good(&s->conf) &&
	       s->len <= CL_RAFT_CHUNK_MAX && m->size <= CL_RAFT_SNAPSHOT_MAX &&
	       m->offset <= m->size && s->len <= m->size - m->offset;
}

/* Is the message a part of what is coming, or can it begin? */
static bool expects(struct cl_raft *r, const struct cl_raft_msg *m)
{
	struct cl_raft_incoming *c = &r->incoming;

	if (c->index == m->snap.index && c->term == m->snap.term &&
	    c->from == m->from && c->size == m->size)
		return true;
	cl_raft_snapshot_forget(r);
	c->data = malloc(m->size ? m->size : 1);
	if (!c->data)
		return false;
	c->index = m->snap.index;
	c->term = m->snap.term;
	c->from = m->from;
	c->size = m->size;
	return true;
}

/*
 * All parts are here.  In memory it takes effect at once; it is acknowledged, and
 * anything later is, when it is on the disk, because writes keep their order.
 */
static int install(struct cl_raft *r, const struct cl_raft_msg *m)
{
	struct cl_raft_snapshot s = m->snap;
	int err;

	s.data = r->incoming.data;
	s.len = r->incoming.size;
	err = r->ops->thaw(r->ctx, &s);
	if (err) {
		cl_raft_snapshot_forget(r);
		return err;
	}
	replace(r, &s, r->incoming.data);
	r->incoming.data = NULL;
	cl_raft_snapshot_forget(r);
	cl_raft_log_reset(&r->log, s.index, s.term);
	cl_raft_disk_install(&r->disk, s.index);
	r->commit = s.index;
	r->applied = s.index;
	r->obey.match = s.index;
	cl_raft_node_members(r);
	return 0;
}

static void answer(struct cl_raft *r, u64 index, u64 seq, u32 got, bool refused)
{
	struct cl_raft_msg m = {
		.type = CL_RAFT_SNAPSHOT_REPLY,
		.index = index,
		.seq = seq,
		.offset = got,
		.refused = refused,
		.granted = r->commit >= index && r->disk.durable >= index &&
			   r->disk.term == r->term,
	};

	cl_raft_node_send(r, r->leader, &m);
}

/**
 * cl_raft_snapshot_receive() - a part of a snapshot
 * @r: the node
 * @m: the message
 *
 * A log that has the last entry of the snapshot has all before as well: it only
 * learns that they are committed.
 */
void cl_raft_snapshot_receive(struct cl_raft *r, const struct cl_raft_msg *m)
{
	const struct cl_raft_snapshot *s = &m->snap;
	struct cl_raft_incoming *c = &r->incoming;

	if (!well_formed(m) || !cl_raft_follower_obeys(r, m))
		return;
	if (s->index > r->commit &&
	    cl_raft_log_term(&r->log, s->index) == s->term) {
		if (r->obey.match < s->index)
			r->obey.match = s->index;
		cl_raft_node_commit(r, s->index);
	}
	if (s->index <= r->commit) {
		answer(r, s->index, m->seq, m->size, false);
		return;
	}
	if (!expects(r, m)) {
		answer(r, s->index, m->seq, 0, false);
		return;
	}
	if (m->offset == c->got && s->len) {
		memcpy(c->data + c->got, s->data, s->len);
		c->got += s->len;
	}
	if (c->got < c->size)
		answer(r, s->index, m->seq, c->got, false);
	else if (install(r, m))
		answer(r, s->index, m->seq, 0, true);
	else
		answer(r, s->index, m->seq, m->size, false);
}
