// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The agent and the cluster: what the cluster tells is noted while it runs, and acted
 * upon after each call (cl_agent_settle()).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent_node.h"

static int op_send(void *ctx, u32 node, u8 type, const void *data, size_t len)
{
	struct cl_agent *a = ctx;

	return a->ops->send(a->ctx, node, type, data, len);
}

static void op_save(void *ctx, const struct cl_raft_write *w)
{
	struct cl_agent *a = ctx;

	a->ops->save(a->ctx, w);
}

static u64 op_random(void *ctx)
{
	struct cl_agent *a = ctx;

	return a->io->ops->random(a->io);
}

static void op_log(void *ctx, enum cl_io_prio prio, const char *line)
{
	struct cl_agent *a = ctx;

	cl_io_log(a->io, prio, "%s", line);
}

static void op_news(void *ctx, const struct cl_raft_entry *e,
		    const struct cl_raft_conf *conf)
{
	cl_agent_news(ctx, e, conf);
}

static void op_roster(void *ctx)
{
	struct cl_agent *a = ctx;

	a->members = true;
}

static void op_leader(void *ctx, u32 node, u32 term)
{
	struct cl_agent *a = ctx;

	(void)node;
	(void)term;
	a->election = true;
}

static int op_may_lead(void *ctx, u32 node, char *why)
{
	return cl_agent_reign_may_lead(ctx, node, why);
}

static void op_answered(void *ctx, u64 handle, int result, const char *why)
{
	struct cl_agent *a = ctx;

	if (handle != CL_AGENT_OWN)
		a->ops->answered(a->ctx, handle, result, why);
	else if (result)
		cl_io_log(a->io, CL_IO_WARNING, "the leader's own wish: %s",
			  why);
}

/* What the cluster calls; @ctx is the agent. */
const struct cl_cluster_ops cl_agent_cluster_ops = {
	.send = op_send,
	.save = op_save,
	.random = op_random,
	.log = op_log,
	.news = op_news,
	.roster = op_roster,
	.leader = op_leader,
	.may_lead = op_may_lead,
	.answered = op_answered,
};

/**
 * cl_agent_votes() - does a node vote
 * @a: the agent, in a cluster
 * @node: the node
 *
 * Return: true if it is a voter by the newest state.
 */
bool cl_agent_votes(const struct cl_agent *a, u32 node)
{
	return cl_state_role(cl_agent_agreed(a), node) == CL_MEMBER_VOTER;
}

/**
 * cl_agent_ask() - ask the cluster for an entry, by the node's own wish
 * @a: the agent, in a cluster
 * @e: kind and data; the rest is filled
 * @what: what it is, for the log
 */
void cl_agent_ask(struct cl_agent *a, struct cl_entry *e, const char *what)
{
	char error[CL_ENTRY_ERROR_SIZE];

	e->requester = a->node;
	e->request = 0;
	e->time_ns = cl_agent_time(a);
	if (cl_cluster_request(a->cluster, cl_agent_now(a), e, CL_AGENT_OWN,
			       error))
		cl_io_log(a->io, CL_IO_WARNING, "cannot ask for %s: %s", what,
			  error);
}

/*
 * Who is to be measured all the time: voters, because each may lead next; by voters
 * all others too, as far as they judge them.
 */
static void pin(struct cl_agent *a, const struct cl_state *s)
{
	u32 pins[CL_GATE_NODES];
	const struct cl_member *m;
	unsigned int n = 0;

	for (unsigned int i = 0; i < s->conf.voters; i++)
		if (s->conf.voter[i] != a->node)
			pins[n++] = s->conf.voter[i];
	if (cl_agent_votes(a, a->node)) {
		for (m = cl_roster_next(s->roster, 0); m && n < CL_GATE_NODES;
		     m = cl_roster_next(s->roster, m->id))
			if (m->id != a->node && !cl_agent_votes(a, m->id))
				pins[n++] = m->id;
	}
	cl_probe_pin(&a->probe, pins, n);
}

static void take_members(struct cl_agent *a)
{
	const struct cl_nl_instance *inst = a->present ? &a->inst : NULL;
	const struct cl_state *s = cl_agent_agreed(a);

	a->members = false;
	a->ops->contacts(a->ctx);
	cl_judge_members(&a->judge, s, inst, a->state);
	cl_apply_run(&a->apply, s, s->epoch ? inst : NULL);
	if (!inst || !s->epoch)
		return;
	cl_timescale_members(&a->timescale, s, &a->inst);
	pin(a, s);
	cl_round_epoch(&a->round, s->epoch);
	/* What was agreed on TAI - UTC may be news. */
	a->reign.utc = cl_agent_now(a);
}

static void take_election(struct cl_agent *a)
{
	a->election = false;
	a->leader = cl_cluster_leader(a->cluster, &a->term);
	cl_probe_elect(&a->probe, a->leader);
	cl_judge_repeat(&a->judge);
	cl_agent_reign_election(a);
}

/**
 * cl_agent_settle() - act upon what the cluster has told
 * @a: the agent
 */
void cl_agent_settle(struct cl_agent *a)
{
	/* The first may make the second: a request of our own, say. */
	while (a->cluster && (a->members || a->election)) {
		if (a->election)
			take_election(a);
		if (a->members)
			take_members(a);
	}
	if (a->cluster)
		cl_round_lease(&a->round,
			       cl_raft_lease(cl_cluster_raft(a->cluster)));
}

static enum cl_guard_verdict ask_guard(void *ctx, const struct cl_nl_update *u,
				       struct cl_guard_answer *ret)
{
	struct cl_agent *a = ctx;

	cl_guard_update(&a->guard, cl_agent_agreed(a), &a->inst, a->state, u,
			ret);
	if (ret->no_confidence)
		cl_agent_trust_complain(a, u->term);
	return ret->verdict;
}

static int begin(struct cl_agent *a, const struct cl_cluster_params *p)
{
	a->cluster = cl_cluster_new(p, &cl_agent_cluster_ops, a);
	if (!a->cluster)
		return -ENOMEM;
	a->node = p->raft.id;
	a->table = p->table;
	cl_apply_init(&a->apply, a->io);
	cl_guard_init(&a->guard, a->io);
	cl_agent_trust_begin(a);
	cl_timescale_init(&a->timescale, a->io, &a->judge.reputation);
	cl_agent_reign_begin(a);
	cl_round_elect(&a->round, 0, 0);
	cl_round_guard(&a->round, ask_guard, a);
	a->members = true;
	a->election = true;
	return 0;
}

/**
 * cl_agent_leave() - be in no cluster any more
 * @a: the agent
 *
 * The clock holds over; the peers of the engine stay.
 */
void cl_agent_leave(struct cl_agent *a)
{
	cl_cluster_free(a->cluster);
	a->cluster = NULL;
	cl_round_elect(&a->round, 0, 0);
	cl_probe_pin(&a->probe, NULL, 0);
	cl_probe_elect(&a->probe, 0);
}

/**
 * cl_agent_start() - be in a cluster, with what the disk has
 * @a: the agent, in none
 * @p: settings
 * @s: what was stored, nothing on a new node; copied
 * @why: gets a text after -EINVAL
 *
 * Return: as cl_cluster_start(), -ENOMEM; then it is in none.
 */
int cl_agent_start(struct cl_agent *a, const struct cl_cluster_params *p,
		   const struct cl_raft_stored *s, const char **why)
{
	int err = begin(a, p);

	*why = "no memory";
	if (!err)
		err = cl_cluster_start(a->cluster, cl_agent_now(a), s, why);
	if (err)
		cl_agent_leave(a);
	else
		cl_agent_settle(a);
	return err;
}

/**
 * cl_agent_found() - found a cluster of this node alone
 * @a: the agent, in none; it knows the instance
 * @p: settings
 * @first: this node as a member
 * @utc: TAI and UTC, all zero if not known
 * @error: CL_ENTRY_ERROR_SIZE bytes; on failure what is wrong
 *
 * Return: as cl_cluster_found(); after a failure it is in none.
 */
int cl_agent_found(struct cl_agent *a, const struct cl_cluster_params *p,
		   const struct cl_member *first, const struct cl_utc *utc,
		   char *error)
{
	int err = begin(a, p);

	if (err)
		cl_wrong(error, "init: no memory");
	else
		err = cl_cluster_found(a->cluster, cl_agent_now(a),
				       a->inst.term + 1, first, utc, error);
	if (err)
		cl_agent_leave(a);
	else
		cl_agent_settle(a);
	return err;
}

/**
 * cl_agent_opened() - there is a stream to a node
 * @a: the agent
 * @node: the other one
 */
void cl_agent_opened(struct cl_agent *a, u32 node)
{
	if (!a->cluster)
		return;
	cl_cluster_opened(a->cluster, cl_agent_now(a), node);
	cl_agent_settle(a);
}

/**
 * cl_agent_closed() - there is none any more
 * @a: the agent
 * @node: the other one
 */
void cl_agent_closed(struct cl_agent *a, u32 node)
{
	if (!a->cluster)
		return;
	cl_cluster_closed(a->cluster, cl_agent_now(a), node);
	cl_agent_settle(a);
}

/**
 * cl_agent_frame() - a frame has come
 * @a: the agent
 * @node: from whom; the stream vouches for that
 * @type: its type, from 16
 * @data: what is in it
 * @len: bytes
 */
void cl_agent_frame(struct cl_agent *a, u32 node, u8 type, const u8 *data,
		    size_t len)
{
	if (!a->cluster)
		return;
	if (type < CL_CLUSTER_FRAMES)
		cl_cluster_frame(a->cluster, cl_agent_now(a), node, type, data,
				 len);
	else if (!cl_agent_reign_hear(a, node, type, data, len))
		cl_agent_trust_hear(a, node, type, data, len);
	cl_agent_settle(a);
}

/**
 * cl_agent_saved() - a write has ended
 * @a: the agent
 * @number: its number
 * @err: 0 or -errno
 */
void cl_agent_saved(struct cl_agent *a, u64 number, int err)
{
	if (!a->cluster)
		return;
	cl_cluster_saved(a->cluster, cl_agent_now(a), number, err);
	cl_agent_settle(a);
}

/**
 * cl_agent_request() - an operator wants an entry
 * @a: the agent, in a cluster
 * @e: the entry; requester, request and time are filled
 * @handle: for ops->answered(), which is called unless this fails; not
 *	CL_AGENT_OWN
 * @error: CL_ENTRY_ERROR_SIZE bytes; on failure what is wrong
 *
 * Return: as cl_cluster_request().
 */
int cl_agent_request(struct cl_agent *a, const struct cl_entry *e, u64 handle,
		     char *error)
{
	struct cl_entry own = *e;
	int err;

	own.requester = a->node;
	own.request = 0;
	own.time_ns = cl_agent_time(a);
	err = cl_cluster_request(a->cluster, cl_agent_now(a), &own, handle,
				 error);
	cl_agent_settle(a);
	return err;
}

/**
 * cl_agent_act() - an operator wants something of a member
 * @a: the agent, in a cluster
 * @act: what
 * @node: the member
 * @handle: as of cl_agent_request()
 * @error: CL_ENTRY_ERROR_SIZE bytes; on failure what is wrong
 *
 * Return: as cl_cluster_act().
 */
int cl_agent_act(struct cl_agent *a, enum cl_cluster_act act, u32 node,
		 u64 handle, char *error)
{
	int err = cl_cluster_act(a->cluster, cl_agent_now(a), act, node,
				 cl_agent_time(a), handle, error);

	cl_agent_settle(a);
	return err;
}
