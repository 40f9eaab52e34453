// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A follower's part of the rounds.
 */
#include "agent/nl/schema.h"
#include "kmod/core/fixed.h"
#include "round_node.h"

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

static bool in_range(const struct cl_nl_update *u)
{
	return u->interval_ns >= (u64)INTERVAL_MIN_NS &&
	       u->interval_ns <= (u64)INTERVAL_MAX_NS;
}

/* An elected leader has exactly one term. */
static enum cl_round_verdict check_sender(const struct cl_round *r,
					  const struct cl_nl_update *u)
{
	if (r->told.elected && u->term < r->told.term)
		return CL_ROUND_OLD_TERM;
	if (r->told.elected && u->term > r->told.term)
		return CL_ROUND_NEW_TERM;
	return u->sender == r->inst.leader ? CL_ROUND_TAKEN :
					     CL_ROUND_NOT_LEADER;
}

static enum cl_round_verdict check_update(const struct cl_round *r,
					  const struct cl_nl_update *u)
{
	enum cl_round_verdict v;

	if (cl_round_role(r) != CLOCKLINK_ROLE_FOLLOWER)
		return CL_ROUND_NOT_FOLLOWING;
	if ((u->have & UPDATE_NEEDS) != UPDATE_NEEDS)
		return CL_ROUND_BAD_VALUE;
	v = check_sender(r, u);
	if (v != CL_ROUND_TAKEN)
		return v;
	if (!in_range(u))
		return CL_ROUND_BAD_VALUE;
	if (!cl_nl_state_usable(u->state))
		return CL_ROUND_NOT_USABLE;
	if (!r->told.elected && u->term < r->term)
		return CL_ROUND_OLD_TERM;
	/* A new raw generation is a leader that started anew. */
	if (r->seen && u->term == r->term && u->gen == r->gen &&
	    (s32)(u->round - r->round) <= 0)
		return CL_ROUND_OLD_ROUND;
	return CL_ROUND_TAKEN;
}

/*
 * From when it was told on: where leaders are elected another one may lead, unheard,
 * before the next update.
 */
static u64 drift_of(const struct cl_round *r, const struct cl_nl_update *u)
{
	return cl_add_sat(u->drift_ppt,
			  r->told.elected ? CL_ROUND_ALONE_PPT : 0);
}

static int follow(struct cl_round *r, const struct cl_nl_update *u,
		  bool unverified)
{
	const struct cl_round_told *t = &r->told;
	const struct cl_nl_steer s = {
		.have = CL_ROUND_STEER_HAS | CL_ROUND_STEER_MAP,
		.parent = u->sender,
		.term = u->term,
		.round = u->round,
		.expiry_ns = cl_round_expiry(u->interval_ns),
		.interval_ns = u->interval_ns,
		.gen = u->gen,
		.raw_ns = u->raw_ns,
		.time_ns = u->time_ns,
		.rate_ppt = u->rate_ppt,
		.bound_ns = u->bound_ns,
		.hard_ns = u->hard_ns,
		.drift_ppt = drift_of(r, u),
		.tai_offset_s = t->tai_offset_s ?: u->tai_offset_s,
		.leap = t->tai_offset_s ? t->leap : u->leap,
		.epoch = u->epoch,
		.hops = u->hops,
		.unverified = unverified,
	};

	return r->io->engine->ops->steer(r->io->engine, &s);
}

/**
 * cl_round_hold() - follow nobody
 * @r: the rounds
 * @term: term of the leader that is not to be followed
 * @round: its round
 * @widen_ns: by how much the bound is to be wider
 * @widen_ppt: and how fast that is to grow, 1e-12
 *
 * Return: 0 or -errno of the engine.
 */
int cl_round_hold(struct cl_round *r, u32 term, u32 round, u64 widen_ns,
		  u64 widen_ppt)
{
	const struct cl_nl_steer s = {
		.have = CL_NL_BIT(STEER_TERM) | CL_NL_BIT(STEER_ROUND) |
			CL_NL_BIT(STEER_BOUND) | CL_NL_BIT(STEER_DRIFT) |
			CL_NL_BIT(STEER_HOLD),
		.term = term,
		.round = round,
		.bound_ns = widen_ns,
		.drift_ppt = widen_ppt,
		.hold = true,
	};

	return r->io->engine->ops->steer(r->io->engine, &s);
}

static void log_verdict(struct cl_round *r, enum cl_round_verdict v,
			const struct cl_nl_update *u)
{
	static const char *const why[] = {
		[CL_ROUND_NOT_LEADER] = "it is not the leader",
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

/* Ask the guard and do what it says; it logs what it doubts. */
static enum cl_round_verdict obey(struct cl_round *r,
				  const struct cl_nl_update *u)
{
	struct cl_guard_answer a = {
		.unverified = r->inst.peers < CL_ROUND_VERIFY_PEERS,
	};

	enum cl_guard_verdict v = CL_GUARD_OBEY;

	if (r->told.ask)
		v = r->told.ask(r->told.ctx, u, &a);
	if (v == CL_GUARD_HOLD)
		cl_round_note(r, CL_ROUND_HOLD,
			      cl_round_hold(r, u->term, u->round, a.widen_ns,
					    a.widen_ppt));
	if (v != CL_GUARD_OBEY)
		return CL_ROUND_DOUBTED;
	if (cl_round_note(r, CL_ROUND_FOLLOW, follow(r, u, a.unverified)))
		return CL_ROUND_REFUSED;
	return CL_ROUND_TAKEN;
}

/**
 * cl_round_update() - a Sync Update has come
 * @r: the rounds
 * @u: the update; the engine has checked its sender and sequence number
 *
 * Return: what became of it; the engine follows it only if it was taken.
 */
enum cl_round_verdict cl_round_update(struct cl_round *r,
				      const struct cl_nl_update *u)
{
	enum cl_round_verdict v = check_update(r, u);

	if (v == CL_ROUND_TAKEN)
		v = obey(r, u);
	if (v == CL_ROUND_TAKEN || v == CL_ROUND_DOUBTED) {
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
