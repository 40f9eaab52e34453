// SPDX-License-Identifier: GPL-2.0-or-later
#include "round.h"

#include <errno.h>
#include <string.h>

#include "agent/nl/schema.h"
#include "kmod/core/fixed.h"

/* Range of an interval in the netlink spec. */
#define INTERVAL_MIN_NS CL_NS_PER_MS
#define INTERVAL_MAX_NS (1000 * CL_NS_PER_SEC)

/* Without these an update is of no use. */
#define UPDATE_NEEDS                                             \
	(CL_NL_BIT(UPDATE_SENDER) | CL_NL_BIT(UPDATE_TERM) |     \
	 CL_NL_BIT(UPDATE_ROUND) | CL_NL_BIT(UPDATE_GEN) |       \
	 CL_NL_BIT(UPDATE_STATE) | CL_NL_BIT(UPDATE_RAW) |       \
	 CL_NL_BIT(UPDATE_TIME) | CL_NL_BIT(UPDATE_RATE) |       \
	 CL_NL_BIT(UPDATE_BOUND) | CL_NL_BIT(UPDATE_HARD) |      \
	 CL_NL_BIT(UPDATE_DRIFT) | CL_NL_BIT(UPDATE_INTERVAL) |  \
	 CL_NL_BIT(UPDATE_TAI_OFFSET) | CL_NL_BIT(UPDATE_LEAP) | \
	 CL_NL_BIT(UPDATE_EPOCH) | CL_NL_BIT(UPDATE_HOPS))

/* What a steering command carries, besides map and flags. */
#define STEER_HAS                                               \
	(CL_NL_BIT(STEER_PARENT) | CL_NL_BIT(STEER_TERM) |      \
	 CL_NL_BIT(STEER_ROUND) | CL_NL_BIT(STEER_EXPIRY) |     \
	 CL_NL_BIT(STEER_INTERVAL) | CL_NL_BIT(STEER_GEN) |     \
	 CL_NL_BIT(STEER_BOUND) | CL_NL_BIT(STEER_HARD) |       \
	 CL_NL_BIT(STEER_DRIFT) | CL_NL_BIT(STEER_TAI_OFFSET) | \
	 CL_NL_BIT(STEER_LEAP) | CL_NL_BIT(STEER_EPOCH) |       \
	 CL_NL_BIT(STEER_HOPS) | CL_NL_BIT(STEER_UNVERIFIED))

#define STEER_MAP \
	(CL_NL_BIT(STEER_RAW) | CL_NL_BIT(STEER_TIME) | CL_NL_BIT(STEER_RATE))

enum action {
	ACTION_LEAD,
	ACTION_REQUEST,
	ACTION_UPDATE,
	ACTION_FOLLOW,
};

static const char *const action_names[] = {
	[ACTION_LEAD] = "lead",
	[ACTION_REQUEST] = "start a round",
	[ACTION_UPDATE] = "send an update",
	[ACTION_FOLLOW] = "follow the leader",
};

static s64 now_of(struct cl_round *r)
{
	return r->io->ops->now(r->io);
}

static enum clocklink_role role_of(const struct cl_round *r)
{
	if (!r->present || !r->inst.leader)
		return CLOCKLINK_ROLE_NONE;
	return r->inst.leader == r->inst.node ? CLOCKLINK_ROLE_LEADER :
						CLOCKLINK_ROLE_FOLLOWER;
}

static bool usable(u32 state)
{
	return state == CLOCKLINK_STATE_SYNCED ||
	       state == CLOCKLINK_STATE_UNVERIFIED ||
	       state == CLOCKLINK_STATE_HOLDOVER;
}

static u64 expiry_of(u64 interval_ns)
{
	u64 expiry = CL_ROUND_EXPIRY_INTERVALS * interval_ns;

	return expiry < (u64)CL_ROUND_EXPIRY_MIN_NS ? CL_ROUND_EXPIRY_MIN_NS :
						      expiry;
}

/* Log the first failure of an action and its end, not every one between. */
static int note(struct cl_round *r, enum action a, int err)
{
	u8 bit = 1 << a;

	if (err && !(r->failing & bit))
		cl_io_log(r->io, CL_IO_ERR, "cannot %s: %s", action_names[a],
			  r->io->engine->error);
	else if (!err && (r->failing & bit))
		cl_io_log(r->io, CL_IO_NOTICE, "can %s again", action_names[a]);
	r->failing = err ? r->failing | bit : r->failing & ~bit;
	return err;
}

/**
 * cl_round_init() - begin without an instance
 * @r: the rounds
 * @io: the world; must outlive @r
 */
void cl_round_init(struct cl_round *r, struct cl_io *io)
{
	memset(r, 0, sizeof(*r));
	r->io = io;
	r->next = CL_ROUND_NEVER;
}

/* Something has happened: back to the shortest interval, at once. */
static void disturb(struct cl_round *r, s64 now)
{
	r->quiet = now;
	r->interval_ns = r->inst.interval_ns;
	r->next = cl_min_s64(r->next, now + r->interval_ns / 2);
	r->look = r->inst.interval_max_ns ? now : CL_ROUND_NEVER;
}

/* Take the lead (again), at once. */
static void start_leading(struct cl_round *r)
{
	r->leading = false;
	r->next = now_of(r);
}

/*
 * How quiet has it been?  A follower that was never heard does not count, one
 * that is not locked does: it needs all exchanges it can get.
 */
static void look_at_followers(struct cl_round *r, s64 now)
{
	s64 share = (now - r->quiet) / CL_ROUND_QUIET_DIV;
	struct cl_nl_instance inst = { 0 };
	int err;

	err = r->io->engine->ops->get_instance(r->io->engine, &inst);
	if (err || inst.unsettled || inst.peer_changes != r->changes)
		disturb(r, now);
	else
		r->interval_ns = cl_clamp_s64(share, r->inst.interval_ns,
					      r->inst.interval_max_ns);
	r->changes = inst.peer_changes;
	r->look = now + cl_clamp_s64(r->interval_ns, CL_ROUND_LOOK_MIN_NS,
				     CL_ROUND_LOOK_MAX_NS);
}

static void settle_leader(struct cl_round *r, const struct cl_nl_instance *was,
			  bool led)
{
	s64 now = now_of(r);

	/* A higher term: somebody steered the engine past us. */
	if (!led || was->gen != r->inst.gen ||
	    (r->leading && r->inst.term > r->term)) {
		start_leading(r);
		return;
	}
	/* Interval or number of peers may have changed: say so. */
	r->refresh = now;
	disturb(r, now);
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
	cl_io_log(r->io, CL_IO_NOTICE, "node %u obeys node %u", r->inst.node,
		  r->inst.leader);
}

/**
 * cl_round_settings() - settings were read or have changed
 * @r: the rounds
 * @inst: all settings; NULL: there is no instance (any more)
 */
void cl_round_settings(struct cl_round *r, const struct cl_nl_instance *inst)
{
	const struct cl_nl_instance was = r->inst;
	enum clocklink_role role, old = role_of(r);

	r->logged = 0;
	if (!inst) {
		if (r->present)
			cl_io_log(r->io, CL_IO_NOTICE,
				  "the instance is gone, waiting for another");
		cl_round_init(r, r->io);
		return;
	}
	r->inst = *inst;
	if (!r->present)
		r->state = inst->state;
	r->present = true;
	role = role_of(r);
	switch (role) {
	case CLOCKLINK_ROLE_LEADER:
		settle_leader(r, &was, old == role);
		break;
	case CLOCKLINK_ROLE_FOLLOWER:
		settle_follower(r, &was, old == role);
		break;
	case CLOCKLINK_ROLE_NONE:
		r->next = CL_ROUND_NEVER;
		if (old != role)
			cl_io_log(r->io, CL_IO_NOTICE, "no leader is set");
		break;
	}
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
		cl_io_log(r->io, CL_IO_NOTICE, "the clock is %s, was %s",
			  cl_nl_state_name(state), cl_nl_state_name(r->state));
		if (r->leading)
			disturb(r, now_of(r));
	}
	r->state = state;
	if (!r->leading)
		return;
	/* The event may be old: taking the lead asks for the clock as it is. */
	if (!usable(state))
		start_leading(r);
	else if (state == CLOCKLINK_STATE_HOLDOVER)
		r->refresh = now_of(r);
}

/*
 * The leader's clock is the cluster's, so its bound is 0.  A clock that is in
 * use goes on along its line, which the engine knows best; only one without a
 * time gets the host's.
 */
static int adopt_line(struct cl_round *r)
{
	struct cl_nl_steer *s = &r->line;
	struct cl_nl_clock c = { 0 };
	int err;

	err = r->io->engine->ops->get_clock(r->io->engine, &c);
	if (err)
		return err;
	memset(s, 0, sizeof(*s));
	s->have = STEER_HAS;
	s->parent = r->inst.node;
	s->gen = r->inst.gen;
	s->raw_ns = c.raw_ns;
	s->time_ns = c.time_ns;
	s->leap = c.leap;
	s->tai_offset_s = c.tai_offset_s;
	if (!s->tai_offset_s)
		s->tai_offset_s = r->io->ops->tai_offset(r->io);
	if (usable(c.state))
		return 0;
	s->have |= STEER_MAP | CL_NL_BIT(STEER_FORCE);
	s->force = true;
	s->tai_offset_s = r->io->ops->tai_offset(r->io);
	s->time_ns = r->io->ops->utc(r->io) + s->tai_offset_s * CL_NS_PER_SEC;
	return 0;
}

/* Lead for a while. */
static int give_line(struct cl_round *r)
{
	struct cl_nl_steer *s = &r->line;
	int err;

	s->term = r->term;
	s->round = r->round;
	s->interval_ns = r->interval_ns;
	s->expiry_ns = expiry_of(s->interval_ns);
	s->unverified = r->inst.peers < CL_ROUND_VERIFY_PEERS;
	err = r->io->engine->ops->steer(r->io->engine, s);
	if (err) {
		r->leading = false;
		return err;
	}
	/* From now on the engine has the line. */
	s->have &= ~(STEER_MAP | CL_NL_BIT(STEER_FORCE));
	r->refresh = now_of(r) + s->expiry_ns / 2;
	return 0;
}

/*
 * A leader that is named in the settings has no election to give it a term, and
 * no storage: seconds of cluster time grow across restarts of daemon and host.
 */
static u32 new_term(u32 highest, s64 time_ns)
{
	u32 seconds = time_ns / CL_NS_PER_SEC;

	if (highest < U32_MAX)
		highest++;
	return seconds > highest ? seconds : highest;
}

static int lead(struct cl_round *r)
{
	struct cl_nl_instance inst = { 0 };
	bool begins;
	int err;

	err = r->io->engine->ops->get_instance(r->io->engine, &inst);
	if (err)
		return err;
	r->inst = inst;
	if (role_of(r) != CLOCKLINK_ROLE_LEADER)
		return 0;
	disturb(r, now_of(r));
	err = adopt_line(r);
	if (err)
		return err;
	r->term = new_term(inst.term, r->line.time_ns);
	r->round = 1;
	begins = r->line.have & CL_NL_BIT(STEER_FORCE);
	err = give_line(r);
	if (err)
		return err;
	r->leading = true;
	r->update_due = false;
	cl_io_log(r->io, CL_IO_NOTICE,
		  "node %u leads, term %u, cluster time %s", r->inst.node,
		  r->term, begins ? "begins with the host's" : "goes on");
	return 0;
}

static void ask(struct cl_round *r)
{
	const struct cl_nl_round m = {
		.have = CL_NL_BIT(ROUND_TERM) | CL_NL_BIT(ROUND_ROUND),
		.term = r->term,
		.round = r->round,
	};

	note(r, ACTION_REQUEST,
	     r->io->engine->ops->start_round(r->io->engine, &m));
}

static void tell(struct cl_round *r)
{
	const struct cl_nl_round m = {
		.have = CL_NL_BIT(ROUND_TERM) | CL_NL_BIT(ROUND_ROUND) |
			CL_NL_BIT(ROUND_EPOCH) | CL_NL_BIT(ROUND_INTERVAL),
		.term = r->term,
		.round = ++r->round,
		.interval_ns = r->interval_ns,
	};

	note(r, ACTION_UPDATE,
	     r->io->engine->ops->send_update(r->io->engine, &m));
}

/* Be leader of the engine's clock, now and for the time of a round. */
static int keep_leading(struct cl_round *r, s64 now)
{
	if (!r->leading)
		return lead(r);
	if (!r->update_due && now >= r->refresh)
		return give_line(r);
	return 0;
}

/**
 * cl_round_deadline() - when to call cl_round_run()
 * @r: the rounds
 *
 * Return: instant in io time, CL_ROUND_NEVER if only events matter.
 */
s64 cl_round_deadline(const struct cl_round *r)
{
	return r->leading ? cl_min_s64(r->next, r->look) : r->next;
}

/**
 * cl_round_run() - do what is due
 * @r: the rounds
 *
 * To be called at the deadline; later or earlier does no harm.
 */
void cl_round_run(struct cl_round *r)
{
	s64 now = now_of(r);
	s64 half;

	if (r->leading && now >= r->look)
		look_at_followers(r, now);
	if (now < r->next)
		return;
	if (note(r, ACTION_LEAD, keep_leading(r, now))) {
		r->next = now + CL_ROUND_RETRY_NS;
		return;
	}
	/* The settings may have changed just now: their event will come. */
	if (!r->leading) {
		r->next = CL_ROUND_NEVER;
		return;
	}
	half = r->interval_ns / 2;
	if (r->update_due)
		tell(r);
	else
		ask(r);
	r->update_due = !r->update_due;
	/* Rounds that were slept through are not made up for. */
	r->next += half;
	if (r->next <= now)
		r->next = now + half;
}

static enum cl_round_verdict check_update(const struct cl_round *r,
					  const struct cl_nl_update *u)
{
	if (role_of(r) != CLOCKLINK_ROLE_FOLLOWER)
		return CL_ROUND_NOT_FOLLOWING;
	if ((u->have & UPDATE_NEEDS) != UPDATE_NEEDS)
		return CL_ROUND_BAD_VALUE;
	if (u->sender != r->inst.leader)
		return CL_ROUND_NOT_LEADER;
	if (u->interval_ns < (u64)INTERVAL_MIN_NS ||
	    u->interval_ns > (u64)INTERVAL_MAX_NS)
		return CL_ROUND_BAD_VALUE;
	if (!usable(u->state))
		return CL_ROUND_NOT_USABLE;
	if (u->term < r->term)
		return CL_ROUND_OLD_TERM;
	/* A new raw generation is a leader that started anew. */
	if (r->seen && u->term == r->term && u->gen == r->gen &&
	    (s32)(u->round - r->round) <= 0)
		return CL_ROUND_OLD_ROUND;
	return CL_ROUND_TAKEN;
}

static int follow(struct cl_round *r, const struct cl_nl_update *u)
{
	const struct cl_nl_steer s = {
		.have = STEER_HAS | STEER_MAP,
		.parent = u->sender,
		.term = u->term,
		.round = u->round,
		.expiry_ns = expiry_of(u->interval_ns),
		.interval_ns = u->interval_ns,
		.gen = u->gen,
		.raw_ns = u->raw_ns,
		.time_ns = u->time_ns,
		.rate_ppt = u->rate_ppt,
		.bound_ns = u->bound_ns,
		.hard_ns = u->hard_ns,
		.drift_ppt = u->drift_ppt,
		.tai_offset_s = u->tai_offset_s,
		.leap = u->leap,
		.epoch = u->epoch,
		.hops = u->hops,
		.unverified = r->inst.peers < CL_ROUND_VERIFY_PEERS,
	};

	return r->io->engine->ops->steer(r->io->engine, &s);
}

static void log_verdict(struct cl_round *r, enum cl_round_verdict v,
			const struct cl_nl_update *u)
{
	static const char *const why[] = {
		[CL_ROUND_NOT_LEADER] = "it is not the leader of the settings",
		[CL_ROUND_BAD_VALUE] = "a value is missing or out of range",
		[CL_ROUND_NOT_USABLE] = "it has no usable time",
		[CL_ROUND_OLD_TERM] = "its term is older than one obeyed",
	};

	if (r->logged & (1U << v))
		return;
	r->logged |= 1U << v;
	if (v == CL_ROUND_TAKEN)
		cl_io_log(r->io, CL_IO_INFO, "following node %u, term %u",
			  u->sender, u->term);
	else if (v < sizeof(why) / sizeof(*why) && why[v])
		cl_io_log(r->io, CL_IO_WARNING,
			  "update of node %u, term %u, state %s ignored: %s",
			  u->sender, u->term, cl_nl_state_name(u->state),
			  why[v]);
}

/**
 * cl_round_update() - a Sync Update has come
 * @r: the rounds
 * @u: the update; the engine has checked its sender and sequence number
 *
 * Return: what became of it; the engine is steered only if it was taken.
 */
enum cl_round_verdict cl_round_update(struct cl_round *r,
				      const struct cl_nl_update *u)
{
	enum cl_round_verdict v = check_update(r, u);

	if (v == CL_ROUND_TAKEN && note(r, ACTION_FOLLOW, follow(r, u)))
		v = CL_ROUND_REFUSED;
	if (v == CL_ROUND_TAKEN) {
		if (u->term != r->term)
			r->logged = 0;
		r->seen = true;
		r->term = u->term;
		r->round = u->round;
		r->gen = u->gen;
	}
	log_verdict(r, v, u);
	return v;
}
