// SPDX-License-Identifier: GPL-2.0-or-later
#include "apply.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent/nl/schema.h"
#include "kmod/core/fixed.h"

const u16 cl_apply_attr[CL_COMMON_N] = {
	[CL_COMMON_INTERVAL] = CLOCKLINK_A_INSTANCE_INTERVAL,
	[CL_COMMON_INTERVAL_MAX] = CLOCKLINK_A_INSTANCE_INTERVAL_MAX,
	[CL_COMMON_ASYMMETRY] = CLOCKLINK_A_INSTANCE_ASYMMETRY,
	[CL_COMMON_WANDER] = CLOCKLINK_A_INSTANCE_WANDER,
	[CL_COMMON_MAX_BOUND] = CLOCKLINK_A_INSTANCE_MAX_BOUND,
	[CL_COMMON_PROBES] = CLOCKLINK_A_INSTANCE_PROBES,
	[CL_COMMON_PROBE_EVERY] = CLOCKLINK_A_INSTANCE_PROBE_EVERY,
};

/* What a member is for this node. */
enum use {
	USE_NONE,
	USE_PEER,
	USE_SHADOW, /* measured, but not believed */
};

/* What is to be done with a member. */
enum todo {
	TODO_ADD,
	TODO_KEEP,
	TODO_SET, /* into the shadow or out of it */
};

/**
 * struct plan - what is to be done with the engine's peers
 * @state: what was agreed upon
 * @own: own node id
 * @member: it is a member
 * @votes: and votes
 * @todo: enum todo of each member, by its place in the roster
 * @del: peers to be deleted
 * @n: how many
 * @room: for so many
 * @lacks: there was no memory for all of @del
 */
struct plan {
	const struct cl_state *state;
	u32 own;
	bool member;
	bool votes;
	u8 todo[CL_ROSTER_MAX];
	u32 *del;
	size_t n;
	size_t room;
	bool lacks;
};

static s64 now_of(const struct cl_apply *p)
{
	return p->io->ops->now(p->io);
}

/* Log the first failure, and do the rest later. */
static void fail(struct cl_apply *p, const char *what, u32 node,
		 const char *why)
{
	p->again = now_of(p) + CL_APPLY_RETRY_NS;
	if (p->failing)
		return;
	p->failing = true;
	if (node)
		cl_io_log(p->io, CL_IO_ERR, "cannot %s peer %u: %s", what, node,
			  why);
	else
		cl_io_log(p->io, CL_IO_ERR, "cannot %s: %s", what, why);
}

/**
 * cl_apply_init() - nothing has been applied
 * @p: the state of it
 * @io: the world; must outlive @p
 */
void cl_apply_init(struct cl_apply *p, struct cl_io *io)
{
	memset(p, 0, sizeof(*p));
	p->io = io;
	p->again = CL_APPLY_NEVER;
}

/**
 * cl_apply_stale() - peers of the engine have come, gone or changed
 * @p: the state of it
 *
 * The engine is looked at again, but not for each of many events: those that
 * cl_apply_run() itself has caused come here, too.
 */
void cl_apply_stale(struct cl_apply *p)
{
	p->again = cl_min_s64(p->again, now_of(p) + CL_APPLY_RETRY_NS);
}

/**
 * cl_apply_deadline() - when to call cl_apply_run() although nothing has changed
 * @p: the state of it
 *
 * Return: instant in io time, CL_APPLY_NEVER if only events matter.
 */
s64 cl_apply_deadline(const struct cl_apply *p)
{
	return p->again;
}

static const struct cl_nl_field *field_of(unsigned int common)
{
	return cl_nl_schema_find(cl_nl_schema_of(CLOCKLINK_CMD_INSTANCE_SET),
				 cl_apply_attr[common]);
}

/* Have the engine's settings changed since the last look? */
static bool look(struct cl_apply *p, const struct cl_nl_instance *inst)
{
	bool changed = inst->managed != p->managed;

	for (unsigned int i = 0; i < CL_COMMON_N; i++) {
		u64 value = cl_nl_field_u64(field_of(i), inst);

		changed |= value != p->seen[i];
		p->seen[i] = value;
	}
	p->managed = inst->managed;
	return changed;
}

static void apply_settings(struct cl_apply *p, const struct cl_state *state)
{
	struct cl_nl_instance set = { 0 };

	for (unsigned int i = 0; i < CL_COMMON_N; i++) {
		if (state->common[i] == p->seen[i])
			continue;
		set.have |= 1ULL << cl_apply_attr[i];
		cl_nl_field_set(field_of(i), &set, (s64)state->common[i]);
	}
	if (!set.have && p->managed)
		return;
	set.have |= CL_NL_BIT(INSTANCE_MANAGED);
	set.managed = 1;
	if (p->io->engine->ops->set_instance(p->io->engine, &set))
		fail(p, "apply the cluster's settings", 0,
		     p->io->engine->error);
}

static enum use use_of(const struct plan *plan, u32 place)
{
	const struct cl_roster *r = plan->state->roster;

	if (!plan->member || r->member[place].id == plan->own)
		return USE_NONE;
	if (!r->standing[place].isolation.n)
		return USE_PEER;
	return plan->votes ? USE_SHADOW : USE_NONE;
}

static bool same_address(const struct cl_endpoint *e,
			 const struct cl_nl_peer *p)
{
	if (e->port != p->port)
		return false;
	if (e->family == 4)
		return cl_nl_has(p, PEER_ADDR4) &&
		       !memcmp(e->addr, &p->addr4, sizeof(p->addr4));
	return cl_nl_has(p, PEER_ADDR6) && !p->scope &&
	       !memcmp(e->addr, &p->addr6, sizeof(p->addr6));
}

static void plan_delete(struct plan *plan, u32 node)
{
	if (plan->n == plan->room) {
		size_t room = 2 * plan->room + 16;
		u32 *del = realloc(plan->del, room * sizeof(*del));

		plan->lacks |= !del;
		if (!del)
			return;
		plan->del = del;
		plan->room = room;
	}
	plan->del[plan->n++] = node;
}

/* A peer that the engine has. */
static void plan_peer(void *ctx, const struct cl_nl_peer *p)
{
	struct plan *plan = ctx;
	const struct cl_member *m =
		cl_roster_find(plan->state->roster, p->node);
	enum use use = USE_NONE;
	size_t place = 0;

	if (m) {
		place = m - plan->state->roster->member;
		use = use_of(plan, place);
	}
	if (use == USE_NONE || !same_address(&m->time, p))
		plan_delete(plan, p->node);
	else
		plan->todo[place] =
			p->shadow == (use == USE_SHADOW) ? TODO_KEEP : TODO_SET;
}

static void delete_peer(struct cl_apply *p, u32 node)
{
	const struct cl_nl_peer peer = {
		.have = CL_NL_BIT(PEER_NODE) | CL_NL_BIT(PEER_MANAGED),
		.node = node,
		.managed = true,
	};
	int err = p->io->engine->ops->del_peer(p->io->engine, &peer);

	if (err && err != -ENOENT)
		fail(p, "delete", node, p->io->engine->error);
}

static int apply_member(struct cl_apply *p, const struct cl_member *m,
			enum todo todo, enum use use)
{
	const struct cl_endpoint *e = &m->time;
	struct cl_nl_peer peer = {
		.have = CL_NL_BIT(PEER_NODE) | CL_NL_BIT(PEER_SHADOW) |
			CL_NL_BIT(PEER_MANAGED),
		.node = m->id,
		.shadow = use == USE_SHADOW,
		.managed = true,
	};
	struct cl_engine *engine = p->io->engine;
	int err;

	if (todo == TODO_SET) {
		err = engine->ops->set_peer(engine, &peer);
		if (err)
			fail(p, "change", m->id, engine->error);
		return err;
	}
	peer.have |= CL_NL_BIT(PEER_PORT);
	peer.port = e->port;
	if (e->family == 4) {
		peer.have |= CL_NL_BIT(PEER_ADDR4);
		memcpy(&peer.addr4, e->addr, sizeof(peer.addr4));
	} else {
		peer.have |= CL_NL_BIT(PEER_ADDR6);
		memcpy(&peer.addr6, e->addr, sizeof(peer.addr6));
	}
	err = engine->ops->add_peer(engine, &peer);
	if (err)
		fail(p, "add", m->id, engine->error);
	return err;
}

/*
 * One list, and then what differs: first who goes, as another may have its address
 * now.
 */
static void apply_peers(struct cl_apply *p, const struct cl_state *state,
			u32 own)
{
	const struct cl_roster *r = state->roster;
	struct plan plan = {
		.state = state,
		.own = own,
		.member = cl_roster_find(r, own),
		.votes = cl_state_role(state, own) == CL_MEMBER_VOTER,
	};

	if (p->io->engine->ops->list_peers(p->io->engine, plan_peer, &plan)) {
		fail(p, "list the peers", 0, p->io->engine->error);
		free(plan.del);
		return;
	}
	if (plan.lacks)
		fail(p, "delete peers", 0, "out of memory");
	for (size_t i = 0; i < plan.n; i++)
		delete_peer(p, plan.del[i]);
	free(plan.del);
	for (u32 place = 0; place < r->n; place++) {
		enum use use = use_of(&plan, place);

		if (use == USE_NONE || plan.todo[place] == TODO_KEEP)
			continue;
		/* If there is no room for one, there is none for others. */
		if (apply_member(p, &r->member[place], plan.todo[place], use) ==
		    -ENOSPC)
			return;
	}
}

/**
 * cl_apply_run() - give the engine what was agreed upon
 * @p: the state of it
 * @state: what was
 * @inst: all settings; NULL: there is no instance
 *
 * To be called when any of them has changed and at the deadline; more often does
 * no harm and costs little.  A node that is not a member has no peers.  What the
 * engine refuses is logged once and tried again.
 */
void cl_apply_run(struct cl_apply *p, const struct cl_state *state,
		  const struct cl_nl_instance *inst)
{
	bool failing = p->failing, peers, settings;

	if (!inst) {
		cl_apply_init(p, p->io);
		return;
	}
	peers = !p->any || inst->id != p->id || inst->node != p->node ||
		state->epoch != p->applied || now_of(p) >= p->again;
	settings = look(p, inst);
	if (!settings && !peers)
		return;
	if (peers)
		p->again = CL_APPLY_NEVER;
	if (cl_roster_find(state->roster, inst->node))
		apply_settings(p, state);
	if (peers)
		apply_peers(p, state, inst->node);
	p->any = true;
	p->id = inst->id;
	p->node = inst->node;
	p->applied = state->epoch;
	if (p->again != CL_APPLY_NEVER)
		return;
	p->failing = false;
	if (failing)
		cl_io_log(p->io, CL_IO_NOTICE,
			  "all that the cluster has agreed upon is applied");
}
