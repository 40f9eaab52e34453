// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent/nl/schema.h"
#include "agent_node.h"
#include "kmod/core/fixed.h"

/**
 * cl_agent_now() - the time
 * @a: the agent
 *
 * Return: io time, ns.
 */
s64 cl_agent_now(const struct cl_agent *a)
{
	return a->io->ops->now(a->io);
}

/**
 * cl_agent_time() - cluster time, as well as it is known
 * @a: the agent
 *
 * Return: ns TAI; of the host's clock if the own one has no time.
 */
s64 cl_agent_time(const struct cl_agent *a)
{
	struct cl_nl_clock c = { 0 };

	if (!a->io->engine->ops->get_clock(a->io->engine, &c) &&
	    cl_nl_state_usable(c.state))
		return c.time_ns;
	return a->io->ops->utc(a->io) +
	       a->io->ops->tai_offset(a->io) * CL_NS_PER_SEC;
}

/**
 * cl_agent_agreed() - what the cluster has agreed upon
 * @a: the agent, in a cluster
 *
 * Return: the newest state known; valid until the cluster is called.
 */
const struct cl_state *cl_agent_agreed(const struct cl_agent *a)
{
	return cl_cluster_state(a->cluster);
}

/**
 * cl_agent_new() - an agent that is in no cluster
 * @io: the world, with the engine; must outlive it
 * @ops: calls; must outlive it
 * @ctx: for @ops
 *
 * Until it is in a cluster, leader and peers are those of the settings.
 *
 * Return: the agent, to be freed by cl_agent_free(); NULL: no memory.
 */
struct cl_agent *cl_agent_new(struct cl_io *io, const struct cl_agent_ops *ops,
			      void *ctx)
{
	struct cl_agent *a = calloc(1, sizeof(*a));

	if (!a)
		return NULL;
	a->io = io;
	a->ops = ops;
	a->ctx = ctx;
	cl_round_init(&a->round, io);
	cl_probe_init(&a->probe, io);
	cl_overdue_init(&a->overdue);
	return a;
}

/**
 * cl_agent_free() - end
 * @a: the agent; NULL is allowed
 */
void cl_agent_free(struct cl_agent *a)
{
	if (!a)
		return;
	cl_cluster_free(a->cluster);
	free(a);
}

/**
 * cl_agent_settings() - settings or peers were read or have changed
 * @a: the agent
 * @inst: all settings; NULL: there is no instance (any more)
 */
void cl_agent_settings(struct cl_agent *a, const struct cl_nl_instance *inst)
{
	a->present = inst;
	if (inst) {
		a->inst = *inst;
		a->state = inst->state;
	}
	cl_round_settings(&a->round, inst);
	cl_probe_settings(&a->probe, inst);
	if (inst)
		cl_round_state(&a->round, inst->state);
	if (!a->cluster)
		return;
	cl_apply_stale(&a->apply);
	a->members = true;
	cl_agent_settle(a);
}

/**
 * cl_agent_state() - the state of the clock has changed
 * @a: the agent
 * @state: enum clocklink_state
 */
void cl_agent_state(struct cl_agent *a, u32 state)
{
	bool had = cl_nl_state_usable(a->state);

	a->state = state;
	/* Who has lost its time must not begin another one: see reign. */
	if (a->cluster && had && !cl_nl_state_usable(state))
		cl_agent_reign_clock(a);
	cl_round_state(&a->round, state);
	cl_probe_state(&a->probe, state);
	if (!a->cluster)
		return;
	cl_judge_members(&a->judge, cl_agent_agreed(a),
			 a->present ? &a->inst : NULL, state);
	/* Who leads may now know TAI - UTC. */
	a->reign.utc = cl_agent_now(a);
	cl_agent_settle(a);
}

/**
 * cl_agent_update() - a Sync Update has come
 * @a: the agent
 * @u: the update; the engine has checked its sender and sequence number
 */
void cl_agent_update(struct cl_agent *a, const struct cl_nl_update *u)
{
	if (cl_round_update(&a->round, u) != CL_ROUND_TAKEN)
		return;
	/* Somebody leads, with a time. */
	a->reign.searched = 0;
	cl_probe_followed(&a->probe, u);
	cl_overdue_update(&a->overdue, cl_agent_now(a), u->sender,
			  u->interval_ns);
}

/* An update that is late may be lost. */
static void run_overdue(struct cl_agent *a)
{
	struct cl_engine *e = a->io->engine;
	u32 leader = a->round.inst.leader;

	if (!cl_overdue_run(&a->overdue, cl_agent_now(a), leader))
		return;
	if (e->ops->ask_update(e, leader))
		cl_io_log(a->io, CL_IO_NOTICE,
			  "cannot ask node %u for its update: %s", leader,
			  e->error);
}

/**
 * cl_agent_sample() - an exchange with a peer is complete
 * @a: the agent
 * @s: the exchange
 */
void cl_agent_sample(struct cl_agent *a, const struct cl_nl_sample *s)
{
	if (a->cluster)
		cl_judge_sample(&a->judge, s);
}

/**
 * cl_agent_deadline() - when to call cl_agent_run()
 * @a: the agent
 *
 * Return: instant in io time, CL_AGENT_NEVER if only events matter.
 */
s64 cl_agent_deadline(const struct cl_agent *a)
{
	s64 at = cl_min_s64(cl_round_deadline(&a->round),
			    cl_probe_deadline(&a->probe));

	at = cl_min_s64(at, cl_overdue_deadline(&a->overdue));
	if (!a->cluster)
		return at;
	at = cl_min_s64(at, cl_cluster_deadline(a->cluster));
	at = cl_min_s64(at, cl_apply_deadline(&a->apply));
	at = cl_min_s64(at, cl_agent_trust_deadline(a));
	return cl_min_s64(at, cl_agent_reign_deadline(a));
}

/**
 * cl_agent_run() - do what is due
 * @a: the agent
 *
 * To be called at the deadline; later or earlier does no harm.
 */
void cl_agent_run(struct cl_agent *a)
{
	/* Consensus first: after a pause another may lead by now. */
	if (a->cluster) {
		cl_cluster_run(a->cluster, cl_agent_now(a));
		/* What the engine has refused is tried again. */
		if (cl_agent_now(a) >= cl_apply_deadline(&a->apply))
			a->members = true;
		cl_agent_settle(a);
		cl_agent_reign_run(a);
		cl_agent_trust_run(a);
	}
	cl_round_run(&a->round);
	cl_probe_run(&a->probe);
	run_overdue(a);
}

/**
 * cl_agent_instance() - settings of the engine
 * @a: the agent
 *
 * Return: as told last; NULL: there is no instance.
 */
const struct cl_nl_instance *cl_agent_instance(const struct cl_agent *a)
{
	return a->present ? &a->inst : NULL;
}

/**
 * cl_agent_clock_state() - state of the clock
 * @a: the agent
 *
 * Return: enum clocklink_state, as told last.
 */
u32 cl_agent_clock_state(const struct cl_agent *a)
{
	return a->state;
}

/**
 * cl_agent_cluster() - the node's part in the cluster, to be looked at
 * @a: the agent
 *
 * Return: NULL: it is in none.
 */
const struct cl_cluster *cl_agent_cluster(const struct cl_agent *a)
{
	return a->cluster;
}

/**
 * cl_agent_judge() - what the node thinks of others, to be looked at
 * @a: the agent, in a cluster
 *
 * Return: its judge.
 */
const struct cl_judge *cl_agent_judge(const struct cl_agent *a)
{
	return &a->judge;
}

/**
 * cl_agent_guard() - what the node has refused, to be looked at
 * @a: the agent, in a cluster
 *
 * Return: its guard.
 */
const struct cl_guard *cl_agent_guard(const struct cl_agent *a)
{
	return &a->guard;
}

/**
 * cl_agent_timescale() - the voters' oscillators, to be looked at
 * @a: the agent, in a cluster
 *
 * Return: its time scale.
 */
const struct cl_timescale *cl_agent_timescale(const struct cl_agent *a)
{
	return &a->timescale;
}
