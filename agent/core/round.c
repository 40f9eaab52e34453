// SPDX-License-Identifier: GPL-2.0-or-later
#include "round.h"

#include <string.h>

#include "agent/nl/schema.h"
#include "kmod/core/fixed.h"
#include "round_node.h"

static const char *const action_names[] = {
	[CL_ROUND_LEAD] = "lead",
	[CL_ROUND_REQUEST] = "start a round",
	[CL_ROUND_UPDATE] = "send an update",
	[CL_ROUND_FOLLOW] = "follow the leader",
	[CL_ROUND_HOLD] = "hold over",
	[CL_ROUND_APPOINT] = "say who leads",
};

/**
 * cl_round_now() - what time it is
 * @r: the rounds
 *
 * Return: io time, ns.
 */
s64 cl_round_now(struct cl_round *r)
{
	return r->io->ops->now(r->io);
}

/**
 * cl_round_role() - what the own node has to do
 * @r: the rounds
 *
 * Return: the role.
 */
enum clocklink_role cl_round_role(const struct cl_round *r)
{
	if (!r->present || !r->inst.leader)
		return CLOCKLINK_ROLE_NONE;
	return r->inst.leader == r->inst.node ? CLOCKLINK_ROLE_LEADER :
						CLOCKLINK_ROLE_FOLLOWER;
}

/**
 * cl_round_expiry() - how long an order counts
 * @interval_ns: until the next one
 *
 * Return: time until holdover begins, ns.
 */
u64 cl_round_expiry(u64 interval_ns)
{
	u64 expiry = CL_ROUND_EXPIRY_INTERVALS * interval_ns;

	return expiry < (u64)CL_ROUND_EXPIRY_MIN_NS ? CL_ROUND_EXPIRY_MIN_NS :
						      expiry;
}

/**
 * cl_round_note() - log the first failure of an action and its end, not all between
 * @r: the rounds
 * @a: the action
 * @err: what the engine has answered
 *
 * Return: @err.
 */
int cl_round_note(struct cl_round *r, enum cl_round_action a, int err)
{
	u16 bit = 1 << a;

	if (err && !(r->failing & bit))
		cl_io_log(r->io, CL_IO_ERR, "cannot %s: %s", action_names[a],
			  r->io->engine->error);
	else if (!err && (r->failing & bit))
		cl_io_log(r->io, CL_IO_NOTICE, "can %s again", action_names[a]);
	r->failing = err ? r->failing | bit : r->failing & ~bit;
	return err;
}

/* There is no instance. */
static void begin(struct cl_round *r)
{
	const struct cl_round_told told = r->told;
	struct cl_io *io = r->io;

	memset(r, 0, sizeof(*r));
	r->io = io;
	r->told = told;
	r->again = CL_ROUND_NEVER;
	r->next = CL_ROUND_NEVER;
}

/**
 * cl_round_init() - begin without an instance
 * @r: the rounds
 * @io: the world; must outlive @r
 */
void cl_round_init(struct cl_round *r, struct cl_io *io)
{
	r->io = io;
	r->told = (struct cl_round_told){ .lease = CL_ROUND_NEVER };
	begin(r);
}

/**
 * cl_round_take() - note settings as the engine has them
 * @r: the rounds
 * @inst: settings
 *
 * Who was elected leads, whatever the engine has been told; it will be told so.
 */
void cl_round_take(struct cl_round *r, const struct cl_nl_instance *inst)
{
	r->inst = *inst;
	if (!r->told.elected)
		return;
	r->inst.leader = r->told.leader;
	r->again = CL_ROUND_NEVER;
	if (inst->leader != r->told.leader)
		r->again = cl_round_now(r);
}

static void settle_follower(struct cl_round *r,
			    const struct cl_nl_instance *was, bool followed)
{
	r->next = CL_ROUND_NEVER;
	if (followed && was->leader == r->inst.leader) {
		if (r->inst.term > r->term)
			r->term = r->inst.term;
		return;
	}
	r->seen = false;
	r->term = r->inst.term;
	cl_round_log_follow(r);
}

/* Settings or leader have changed: what is to be done now? */
static void settle(struct cl_round *r, const struct cl_nl_instance *was,
		   enum clocklink_role old)
{
	enum clocklink_role role = cl_round_role(r);

	switch (role) {
	case CLOCKLINK_ROLE_LEADER:
		cl_round_lead(r, was, old == role);
		break;
	case CLOCKLINK_ROLE_FOLLOWER:
		settle_follower(r, was, old == role);
		break;
	case CLOCKLINK_ROLE_NONE:
		r->next = CL_ROUND_NEVER;
		if (old != role)
			cl_round_log_nobody(r);
		break;
	}
	if (role != CLOCKLINK_ROLE_LEADER) {
		/* Another one may make cluster time from now on. */
		if (r->leading && r->told.elected)
			cl_round_note(r, CL_ROUND_HOLD,
				      cl_round_hold(r, r->term, r->round, 0,
						    0));
		r->leading = false;
		r->lapsed = false;
	}
}

/* Tell the engine who was elected. */
static void appoint(struct cl_round *r)
{
	const struct cl_nl_instance set = {
		.have = CL_NL_BIT(INSTANCE_LEADER) |
			CL_NL_BIT(INSTANCE_MANAGED),
		.leader = r->told.leader,
		.managed = 1,
	};
	int err;

	err = r->io->engine->ops->set_instance(r->io->engine, &set);
	r->again = CL_ROUND_NEVER;
	if (cl_round_note(r, CL_ROUND_APPOINT, err))
		r->again = cl_round_now(r) + CL_ROUND_RETRY_NS;
	else
		r->inst.managed = 1;
}

/*
 * Settings with another leader may be old news of what we have changed since.  If
 * the engine has them now, somebody else has set that leader.
 */
static void put_right(struct cl_round *r)
{
	struct cl_nl_instance inst = { 0 };

	if (!r->io->engine->ops->get_instance(r->io->engine, &inst)) {
		cl_round_take(r, &inst);
		if (r->again == CL_ROUND_NEVER)
			return;
		cl_io_log(r->io, CL_IO_WARNING,
			  "node %u was set as leader, elected is %u: put right",
			  inst.leader, r->told.leader);
	}
	appoint(r);
}

/**
 * cl_round_settings() - settings were read or have changed
 * @r: the rounds
 * @inst: all settings; NULL: there is no instance (any more)
 */
void cl_round_settings(struct cl_round *r, const struct cl_nl_instance *inst)
{
	const struct cl_nl_instance was = r->inst;
	enum clocklink_role old = cl_round_role(r);
	bool first = !r->present;

	r->logged = 0;
	if (!inst) {
		if (r->present)
			cl_io_log(r->io, CL_IO_NOTICE,
				  "the instance is gone, waiting for another");
		begin(r);
		return;
	}
	cl_round_take(r, inst);
	r->present = true;
	if (first) {
		r->state = inst->state;
		if (r->again != CL_ROUND_NEVER)
			appoint(r);
	} else if (r->again != CL_ROUND_NEVER) {
		put_right(r);
	}
	settle(r, &was, old);
}

/**
 * cl_round_elect() - who leads, and in which term
 * @r: the rounds
 * @leader: node that was elected; 0: no leader is known
 * @term: its term
 *
 * From the first call on it is this and not what the settings say.  The engine is
 * told at once, and what is to be done by the new role is done: its event will be
 * no news.
 */
void cl_round_elect(struct cl_round *r, u32 leader, u32 term)
{
	const struct cl_nl_instance was = r->inst;
	enum clocklink_role old = cl_round_role(r);

	if (r->told.elected && r->told.leader == leader && r->told.term == term)
		return;
	r->told.elected = true;
	r->told.leader = leader;
	r->told.term = term;
	if (!r->present)
		return;
	r->logged = 0;
	r->inst.leader = leader;
	if (was.leader != leader || r->again != CL_ROUND_NEVER)
		appoint(r);
	settle(r, &was, old);
}

/**
 * cl_round_lease() - how long the own node may lead
 * @r: the rounds
 * @until: from then on neither requests nor updates nor lines, io time;
 *	CL_ROUND_NEVER: forever, as it begins
 */
void cl_round_lease(struct cl_round *r, s64 until)
{
	s64 now = cl_round_now(r);
	bool given_up = r->leading && now < r->told.lease && now >= until;

	r->told.lease = until;
	/* What the engine has been told would be good for longer. */
	if (given_up)
		cl_round_note(r, CL_ROUND_HOLD,
			      cl_round_hold(r, r->term, r->round, 0, 0));
	if (!r->lapsed || now >= until)
		return;
	r->lapsed = false;
	if (r->leading)
		cl_round_log_lead(r, r->told.term, "with a lease again");
}

/**
 * cl_round_epoch() - the replicated state has changed
 * @r: the rounds
 * @epoch: its epoch, told with all that the leader says
 */
void cl_round_epoch(struct cl_round *r, u32 epoch)
{
	r->told.epoch = epoch;
}

/**
 * cl_round_guard() - have each update judged before it is obeyed
 * @r: the rounds
 * @ask: guard; it must not call in
 * @ctx: for @ask
 */
void cl_round_guard(struct cl_round *r, cl_round_ask_fn ask, void *ctx)
{
	r->told.ask = ask;
	r->told.ctx = ctx;
}

/**
 * cl_round_state() - the state of the clock has changed
 * @r: the rounds
 * @state: enum clocklink_state
 */
void cl_round_state(struct cl_round *r, u32 state)
{
	if (!r->present)
		return;
	if (state != r->state) {
		cl_round_log_state(r, state);
		if (r->leading)
			cl_round_disturb(r, cl_round_now(r));
	}
	r->state = state;
	if (!r->leading)
		return;
	/* The event may be old: taking the lead asks for the clock as it is. */
	if (!cl_nl_state_usable(state))
		cl_round_restart(r);
	else if (state == CLOCKLINK_STATE_HOLDOVER)
		r->refresh = cl_round_now(r);
}

/**
 * cl_round_deadline() - when to call cl_round_run()
 * @r: the rounds
 *
 * Return: instant in io time, CL_ROUND_NEVER if only events matter.
 */
s64 cl_round_deadline(const struct cl_round *r)
{
	s64 at = r->again;

	if (r->lapsed)
		return at;
	at = cl_min_s64(at, r->next);
	if (r->leading)
		at = cl_min_s64(at, r->look);
	if (cl_round_renews(r))
		at = cl_min_s64(at, r->refresh);
	return at;
}

/**
 * cl_round_run() - do what is due
 * @r: the rounds
 *
 * To be called at the deadline; later or earlier does no harm.
 */
void cl_round_run(struct cl_round *r)
{
	s64 now = cl_round_now(r);

	if (now >= r->again)
		appoint(r);
	if (cl_round_role(r) == CLOCKLINK_ROLE_LEADER)
		cl_round_run_leader(r, now);
}
