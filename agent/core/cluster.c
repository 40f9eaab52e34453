// SPDX-License-Identifier: GPL-2.0-or-later
#include "cluster.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "cluster_node.h"
#include "kmod/core/fixed.h"
#include "raft_codec.h"
#include "raft_conf.h"

/**
 * cl_cluster_log() - write a line
 * @c: the node
 * @prio: how important
 * @fmt: as printf()
 */
void cl_cluster_log(struct cl_cluster *c, enum cl_io_prio prio, const char *fmt,
		    ...)
{
	char line[CL_ENTRY_ERROR_SIZE + 64];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	c->ops->log(c->ctx, prio, line);
}

static void op_send(void *ctx, const struct cl_raft_msg *m)
{
	struct cl_cluster *c = ctx;
	int len = cl_raft_encode(m, c->buf, sizeof(c->buf));

	/* What is lost here Raft sends again. */
	if (len > 0)
		c->ops->send(c->ctx, m->to, CL_CLUSTER_RAFT, c->buf, len);
}

static void op_save(void *ctx, const struct cl_raft_write *w)
{
	struct cl_cluster *c = ctx;

	c->ops->save(c->ctx, w);
}

static u64 op_random(void *ctx)
{
	struct cl_cluster *c = ctx;

	return c->ops->random(c->ctx);
}

static bool op_valid(void *ctx, const struct cl_raft_entry *e)
{
	struct cl_cluster *c = ctx;
	char error[CL_ENTRY_ERROR_SIZE];

	if (!cl_state_valid(&c->own, e, c->p.table, error))
		return true;
	cl_cluster_log(c, CL_IO_WARNING, "cluster: entry not taken: %s", error);
	return false;
}

static void op_apply(void *ctx, const struct cl_raft_entry *e)
{
	struct cl_cluster *c = ctx;
	char error[CL_ENTRY_ERROR_SIZE];
	u32 changed;

	/* A leader knows of all that was committed before its term. */
	if (e->term == cl_raft_term(c->raft))
		c->current = true;
	if (cl_state_apply(&c->own, e, &changed, error))
		cl_cluster_log(c, CL_IO_WARNING,
			       "cluster: entry without effect: %s", error);
	if (changed)
		c->roster = true;
	if (changed && c->current)
		c->ops->news(c->ctx, e, &c->own.conf);
	if (changed &
	    (CL_CHANGED_MEMBERS | CL_CHANGED_CONF | CL_CHANGED_ISOLATION))
		c->wishes = true;
}

static u8 *op_freeze(void *ctx, u32 *len)
{
	struct cl_cluster *c = ctx;

	return cl_state_freeze(&c->own, len);
}

static int op_thaw(void *ctx, const struct cl_raft_snapshot *s)
{
	struct cl_cluster *c = ctx;
	char error[CL_ENTRY_ERROR_SIZE];
	int err = cl_state_thaw(&c->own, s, error);

	if (err)
		cl_cluster_log(c, CL_IO_ERR, "cluster: snapshot: %s", error);
	else
		c->roster = true;
	return err;
}

static void op_changed(void *ctx)
{
	struct cl_cluster *c = ctx;

	c->wishes = true;
	c->look_at = 0;
}

static void op_failed(void *ctx, int err)
{
	cl_cluster_log(ctx, CL_IO_ERR,
		       "cluster: a write has failed (%d), no part any more",
		       err);
}

static const struct cl_raft_ops raft_ops = {
	.send = op_send,
	.save = op_save,
	.random = op_random,
	.valid = op_valid,
	.apply = op_apply,
	.freeze = op_freeze,
	.thaw = op_thaw,
	.changed = op_changed,
	.failed = op_failed,
};

/**
 * cl_cluster_new() - make a node
 * @p: settings; copied, those of Raft are checked by the start
 * @ops: the world; has to stay
 * @ctx: for @ops
 *
 * Return: the node, NULL without memory.
 */
struct cl_cluster *cl_cluster_new(const struct cl_cluster_params *p,
				  const struct cl_cluster_ops *ops, void *ctx)
{
	struct cl_cluster *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->p = *p;
	c->ops = ops;
	c->ctx = ctx;
	c->raft = cl_raft_new(&p->raft, &raft_ops, c);
	if (!c->raft || cl_state_init(&c->own, p->cluster) ||
	    cl_state_init(&c->fed, p->cluster)) {
		cl_cluster_free(c);
		return NULL;
	}
	return c;
}

/**
 * cl_cluster_free() - free a node
 * @c: the node, NULL is fine
 *
 * What was asked and not answered is forgotten.
 */
void cl_cluster_free(struct cl_cluster *c)
{
	if (!c)
		return;
	cl_raft_free(c->raft);
	cl_state_fini(&c->own);
	cl_state_fini(&c->fed);
	free(c->frozen.data);
	free(c->coming.data);
	free(c);
}

/* Who leads may have changed. */
static void tell_leader(struct cl_cluster *c)
{
	u32 term, leader = cl_cluster_leader(c, &term);

	if (leader == c->told_leader && term == c->told_term)
		return;
	c->told_leader = leader;
	c->told_term = term;
	c->ops->leader(c->ctx, leader, term);
}

/* After each event: whatever it has made possible. */
static void finish(struct cl_cluster *c)
{
	/* Before requests are proposed: then not all is applied. */
	cl_cluster_voters_run(c);
	do {
		c->again = false;
		cl_cluster_fed_run(c);
		tell_leader(c);
		cl_cluster_act_run(c);
		cl_cluster_ask_run(c);
		cl_cluster_job_run(c);
	} while (c->again);
	cl_cluster_feed_run(c);
	if (c->roster) {
		c->roster = false;
		c->ops->roster(c->ctx);
	}
}

/* What is wrong with it costs asking again. */
static void thaw_fed(struct cl_cluster *c)
{
	char error[CL_ENTRY_ERROR_SIZE];

	if (c->p.fed && cl_state_thaw(&c->fed, c->p.fed, error))
		cl_cluster_log(c, CL_IO_WARNING,
			       "cluster: the state kept is not used: %s",
			       error);
	else if (c->p.fed)
		c->roster = true;
	c->p.fed = NULL;
}

/**
 * cl_cluster_start() - begin with what the disk has
 * @c: the node, not started
 * @now: time
 * @s: what was stored, nothing on a new node; copied
 * @why: gets a text after -EINVAL
 *
 * Return: as cl_raft_start().
 */
int cl_cluster_start(struct cl_cluster *c, s64 now,
		     const struct cl_raft_stored *s, const char **why)
{
	int err = cl_raft_start(c->raft, now, s);

	*why = cl_raft_why(c->raft);
	c->now = now;
	if (err)
		return err;
	thaw_fed(c);
	finish(c);
	return 0;
}

/**
 * cl_cluster_found() - begin a cluster of this node alone
 * @c: the node, not started
 * @now: time
 * @term: that the cluster has had so far, >= 1
 * @first: this node as a member
 * @utc: TAI and UTC, all zero if not known
 * @error: CL_ENTRY_ERROR_SIZE bytes; on failure what is wrong
 *
 * What was stored before is removed.
 *
 * Return: 0; -EINVAL the member, @utc or settings cannot be; -ENOMEM.
 */
int cl_cluster_found(struct cl_cluster *c, s64 now, u32 term,
		     const struct cl_member *first, const struct cl_utc *utc,
		     char *error)
{
	u32 len;
	u8 *p;
	int err;

	if (first->id != c->p.raft.id)
		return cl_wrong(error, "init: node %u is not this node, %u",
				first->id, c->p.raft.id);
	if (cl_state_found(&c->own, first, utc, error))
		return -EINVAL;
	p = cl_state_freeze(&c->own, &len);
	if (!p) {
		cl_wrong(error, "init: no memory");
		return -ENOMEM;
	}
	err = cl_raft_bootstrap(c->raft, now, term, p, len);
	free(p);
	c->now = now;
	if (err)
		cl_wrong(error, "init: %s", cl_raft_why(c->raft));
	else
		finish(c);
	return err;
}

/**
 * cl_cluster_opened() - there is a stream to a node
 * @c: the node
 * @now: time
 * @node: the other one
 */
void cl_cluster_opened(struct cl_cluster *c, s64 now, u32 node)
{
	c->now = now;
	cl_cluster_feed_opened(c, node);
	finish(c);
}

/**
 * cl_cluster_closed() - there is none any more
 * @c: the node
 * @now: time
 * @node: the other one
 */
void cl_cluster_closed(struct cl_cluster *c, s64 now, u32 node)
{
	c->now = now;
	cl_cluster_feed_closed(c, node);
	cl_cluster_fed_closed(c, node);
	finish(c);
}

static bool receive_raft(struct cl_cluster *c, u32 node, const u8 *data,
			 size_t len)
{
	struct cl_raft_entry entry[CL_RAFT_BATCH_MAX];
	struct cl_raft_msg m;

	if (cl_raft_decode(&m, entry, data, len) || m.from != node ||
	    m.to != c->p.raft.id)
		return false;
	if (!cl_raft_receive(c->raft, c->now, &m))
		cl_cluster_log(c, CL_IO_WARNING,
			       "cluster: node %u names term %u, far above %u",
			       node, m.term, cl_raft_term(c->raft));
	return true;
}

static bool receive(struct cl_cluster *c, u32 node, u8 type, const u8 *data,
		    size_t len)
{
	switch (type) {
	case CL_CLUSTER_RAFT:
		return receive_raft(c, node, data, len);
	case CL_CLUSTER_REQUEST:
		return cl_cluster_job_receive(c, node, data, len);
	case CL_CLUSTER_ANSWER:
		return cl_cluster_ask_receive(c, node, data, len);
	case CL_CLUSTER_OFFER:
		return cl_cluster_fed_offer(c, node, data, len);
	case CL_CLUSTER_GET:
		return cl_cluster_feed_receive(c, node, data, len);
	case CL_CLUSTER_PART:
		return cl_cluster_fed_part(c, node, data, len);
	default:
		return false;
	}
}

/**
 * cl_cluster_frame() - a frame has come
 * @c: the node
 * @now: time
 * @node: of whom; the stream vouches for that
 * @type: its type
 * @data: its bytes
 * @len: how many
 *
 * One that makes no sense is counted, the first of each type logged.
 */
void cl_cluster_frame(struct cl_cluster *c, s64 now, u32 node, u8 type,
		      const u8 *data, size_t len)
{
	u32 bit = 1U << (type < CL_CLUSTER_FRAMES ? type : CL_CLUSTER_FRAMES);

	c->now = now;
	if (!receive(c, node, type, data, len)) {
		c->bad++;
		if (!(c->bad_types & bit))
			cl_cluster_log(c, CL_IO_WARNING,
				       "cluster: node %u: bad frame of type %u",
				       node, type);
		c->bad_types |= bit;
	}
	finish(c);
}

/**
 * cl_cluster_saved() - a write has ended
 * @c: the node
 * @now: time
 * @number: of the write
 * @err: as for cl_raft_saved()
 */
void cl_cluster_saved(struct cl_cluster *c, s64 now, u64 number, int err)
{
	c->now = now;
	cl_raft_saved(c->raft, now, number, err);
	finish(c);
}

/**
 * cl_cluster_distrust() - do not obey the leader of a term
 * @c: the node
 * @now: time
 * @term: the term; an older one than the present has no effect
 *
 * To be called by each voter that hears of more voters without confidence than can
 * lie (confidence.h).  As cl_raft_distrust().
 */
void cl_cluster_distrust(struct cl_cluster *c, s64 now, u32 term)
{
	c->now = now;
	cl_raft_distrust(c->raft, now, term);
	finish(c);
}

/**
 * cl_cluster_deadline() - when to call cl_cluster_run()
 * @c: the node
 *
 * Return: that time, CL_CLUSTER_NEVER if only events matter.
 */
s64 cl_cluster_deadline(const struct cl_cluster *c)
{
	s64 t = cl_raft_deadline(c->raft);

	t = cl_min_s64(t, cl_cluster_ask_deadline(c));
	t = cl_min_s64(t, cl_cluster_act_deadline(c));
	t = cl_min_s64(t, cl_cluster_voters_deadline(c));
	return cl_min_s64(t, cl_cluster_fed_deadline(c));
}

/**
 * cl_cluster_run() - do what is due
 * @c: the node
 * @now: time
 */
void cl_cluster_run(struct cl_cluster *c, s64 now)
{
	c->now = now;
	cl_raft_run(c->raft, now);
	finish(c);
}

/**
 * cl_cluster_state() - what was agreed on
 * @c: the node
 *
 * Return: the newest state that this node knows, whether by Raft or given by a
 * voter; valid until the next call.
 */
const struct cl_state *cl_cluster_state(const struct cl_cluster *c)
{
	return cl_cluster_is_fed(c) ? &c->fed : &c->own;
}

/**
 * cl_cluster_is_fed() - where does the newest state come from?
 * @c: the node
 *
 * Return: true: a voter gave it, so it was agreed on; false: this node's Raft, which
 * after a restart does not know yet what of its log was.
 */
bool cl_cluster_is_fed(const struct cl_cluster *c)
{
	return c->fed.epoch > c->own.epoch;
}

/**
 * cl_cluster_raft() - Raft of this node, to be looked at
 * @c: the node
 *
 * Return: its Raft.
 */
const struct cl_raft *cl_cluster_raft(const struct cl_cluster *c)
{
	return c->raft;
}

/**
 * cl_cluster_leads() - does this node lead
 * @c: the node
 *
 * Return: true if it thinks so.
 */
bool cl_cluster_leads(const struct cl_cluster *c)
{
	return cl_raft_role(c->raft) == CL_RAFT_LEADER;
}

/**
 * cl_cluster_leader() - who leads
 * @c: the node
 * @term: gets the term
 *
 * By the word of voters where the node is no member of Raft: its own Raft may not
 * have been told so, and stand for election in a term of its own.  Else by what
 * knows the later term, because a new member is fed until it has caught up.
 *
 * Return: node id; 0: not known.
 */
u32 cl_cluster_leader(const struct cl_cluster *c, u32 *term)
{
	u32 fed_term, fed = cl_cluster_fed_leader(c, &fed_term);
	const struct cl_state *s = cl_cluster_state(c);
	u32 leader = cl_raft_leader(c->raft);

	*term = fed_term;
	if (s->epoch && !cl_raft_conf_has(&s->conf, c->p.raft.id))
		return fed;
	*term = cl_raft_term(c->raft);
	if (fed_term <= *term)
		return leader;
	*term = fed_term;
	return fed;
}

/**
 * cl_cluster_bad_frames() - how many made no sense
 * @c: the node
 *
 * Return: the number.
 */
u64 cl_cluster_bad_frames(const struct cl_cluster *c)
{
	return c->bad;
}
