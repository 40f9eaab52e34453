// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The leader's part of the rounds.
 */
#include <string.h>

#include "agent/nl/schema.h"
#include "kmod/core/fixed.h"
#include "round_node.h"

#define PPM 1000000

/**
 * cl_round_disturb() - something has happened: back to the shortest interval
 * @r: the rounds
 * @now: io time
 */
void cl_round_disturb(struct cl_round *r, s64 now)
{
	r->quiet = now;
	r->interval_ns = r->inst.interval_ns;
	r->next = cl_min_s64(r->next, now + r->interval_ns / 2);
	r->look = r->inst.interval_max_ns ? now : CL_ROUND_NEVER;
}

/**
 * cl_round_restart() - take the lead (again), at once
 * @r: the rounds
 */
void cl_round_restart(struct cl_round *r)
{
	r->leading = false;
	r->next = cl_round_now(r);
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
	if (err || inst.unsettled || r->told.suspects ||
	    inst.peer_changes != r->changes)
		cl_round_disturb(r, now);
	else
		r->interval_ns = cl_clamp_s64(share, r->inst.interval_ns,
					      r->inst.interval_max_ns);
	r->changes = inst.peer_changes;
	r->look = now + cl_clamp_s64(r->interval_ns, CL_ROUND_LOOK_MIN_NS,
				     CL_ROUND_LOOK_MAX_NS);
}

/**
 * cl_round_lead() - the own node is to lead, or its settings have changed
 * @r: the rounds
 * @was: settings until now
 * @led: it was to lead before
 */
void cl_round_lead(struct cl_round *r, const struct cl_nl_instance *was,
		   bool led)
{
	s64 now = cl_round_now(r);

	/* A higher term: somebody steered the engine past us. */
	if (!led || was->gen != r->inst.gen ||
	    (r->leading && r->inst.term > r->term) ||
	    (r->told.elected && r->told.term != r->term)) {
		cl_round_restart(r);
		return;
	}
	/* Interval or number of peers may have changed: say so. */
	r->refresh = now;
	cl_round_disturb(r, now);
}

/* What the bound of when the lead was taken over is now, see CL_ROUND_SETTLE_PPM. */
static u64 shrunk(const struct cl_round *r, u64 ns, s64 now)
{
	u64 gone = (u64)(now - r->took_over) / (PPM / CL_ROUND_SETTLE_PPM);

	return ns > gone ? ns - gone : 0;
}

/**
 * cl_round_renews() - does the engine need a leader's order anew between requests?
 * @r: the rounds
 *
 * Return: true while its own bound shrinks, and where orders end with a lease.
 */
bool cl_round_renews(const struct cl_round *r)
{
	return r->leading &&
	       (r->told.elected || r->line.bound_ns || r->line.hard_ns);
}

/* How long the engine may lead without a word from us: not without a lease. */
static u64 own_expiry(const struct cl_round *r, s64 now)
{
	s64 most = cl_max_s64(r->told.lease - now, CL_NS_PER_MS);
	u64 expiry = cl_round_expiry(r->interval_ns);

	return r->told.elected && expiry > (u64)most ? (u64)most : expiry;
}

/* What was agreed upon, or the host's, which is better than none. */
static void adopt_utc(struct cl_round *r, const struct cl_nl_clock *c)
{
	struct cl_nl_steer *s = &r->line;

	s->leap = c->leap;
	s->tai_offset_s = c->tai_offset_s;
	if (r->told.tai_offset_s) {
		s->leap = r->told.leap;
		s->tai_offset_s = r->told.tai_offset_s;
	} else if (!s->tai_offset_s || !cl_nl_state_usable(c->state)) {
		s->tai_offset_s = r->io->ops->tai_offset(r->io);
	}
}

/*
 * The leader's clock is the cluster's, so its bound is 0, in a cluster when it has
 * settled.  A clock that is in use goes on along its line, which the engine knows
 * best; only one without a time gets the host's.
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
	s->have = CL_ROUND_STEER_HAS;
	s->parent = r->inst.node;
	s->gen = r->inst.gen;
	s->raw_ns = c.raw_ns;
	s->time_ns = c.time_ns;
	adopt_utc(r, &c);
	r->took_over = cl_round_now(r);
	r->bound_ns = 0;
	r->hard_ns = 0;
	if (cl_nl_state_usable(c.state)) {
		if (r->told.elected) {
			r->bound_ns = c.bound_ns;
			r->hard_ns = c.hard_ns;
		}
		return 0;
	}
	s->have |= CL_ROUND_STEER_MAP | CL_NL_BIT(STEER_FORCE);
	s->force = true;
	s->time_ns = r->io->ops->utc(r->io) + s->tai_offset_s * CL_NS_PER_SEC;
	return 0;
}

/* Lead for a while. */
static int give_line(struct cl_round *r)
{
	struct cl_nl_steer *s = &r->line;
	s64 now = cl_round_now(r);
	int err;

	s->term = r->term;
	s->round = r->round;
	s->epoch = r->told.epoch;
	s->interval_ns = r->interval_ns;
	/* Or what is slewed when it takes over is not done when the bound is 0. */
	if (r->told.elected && s->interval_ns < CL_ROUND_LEAD_NS)
		s->interval_ns = CL_ROUND_LEAD_NS;
	s->expiry_ns = own_expiry(r, now);
	s->drift_ppt = r->told.elected ? CL_ROUND_ALONE_PPT : 0;
	s->unverified = r->inst.peers < CL_ROUND_VERIFY_PEERS;
	s->bound_ns = shrunk(r, r->bound_ns, now);
	s->hard_ns = shrunk(r, r->hard_ns, now);
	err = r->io->engine->ops->steer(r->io->engine, s);
	if (err) {
		r->leading = false;
		r->next = cl_min_s64(r->next, now + CL_ROUND_RETRY_NS);
		return err;
	}
	/* From now on the engine has the line. */
	s->have &= ~(CL_ROUND_STEER_MAP | CL_NL_BIT(STEER_FORCE));
	r->refresh = now + s->expiry_ns / 2;
	if (s->bound_ns || s->hard_ns)
		r->refresh = cl_min_s64(r->refresh, now + CL_ROUND_SETTLE_NS);
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

/* The engine would refuse all that we say: there is a newer leader, or was one. */
static bool outranked(struct cl_round *r)
{
	if (!r->told.elected || r->inst.term <= r->told.term) {
		r->outranked = 0;
		return false;
	}
	if (r->outranked != r->inst.term)
		cl_io_log(r->io, CL_IO_ERR,
			  "node %u does not lead, term %u: term %u was obeyed",
			  r->inst.node, r->told.term, r->inst.term);
	r->outranked = r->inst.term;
	return true;
}

static int lead(struct cl_round *r)
{
	struct cl_nl_instance inst = { 0 };
	bool begins;
	int err;

	err = r->io->engine->ops->get_instance(r->io->engine, &inst);
	if (err)
		return err;
	cl_round_take(r, &inst);
	if (cl_round_role(r) != CLOCKLINK_ROLE_LEADER || outranked(r))
		return 0;
	cl_round_disturb(r, cl_round_now(r));
	err = adopt_line(r);
	if (err)
		return err;
	r->term = r->told.elected ? r->told.term :
				    new_term(inst.term, r->line.time_ns);
	r->round = 1;
	begins = r->line.have & CL_NL_BIT(STEER_FORCE);
	err = give_line(r);
	if (err)
		return err;
	r->leading = true;
	r->update_due = false;
	cl_round_log_lead(r, r->term,
			  begins ? "cluster time begins with the host's" :
				   "cluster time goes on");
	return 0;
}

static void ask(struct cl_round *r)
{
	const struct cl_nl_round m = {
		.have = CL_NL_BIT(ROUND_TERM) | CL_NL_BIT(ROUND_ROUND),
		.term = r->term,
		.round = r->round,
	};

	cl_round_note(r, CL_ROUND_REQUEST,
		      r->io->engine->ops->start_round(r->io->engine, &m));
}

static void tell(struct cl_round *r)
{
	const struct cl_nl_round m = {
		.have = CL_NL_BIT(ROUND_TERM) | CL_NL_BIT(ROUND_ROUND) |
			CL_NL_BIT(ROUND_EPOCH) | CL_NL_BIT(ROUND_INTERVAL),
		.term = r->term,
		.round = ++r->round,
		.epoch = r->told.epoch,
		.interval_ns = r->interval_ns,
	};

	cl_round_note(r, CL_ROUND_UPDATE,
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

/* What has to be silent without a lease, and says so once. */
static bool is_lapsed(struct cl_round *r, s64 now)
{
	bool lapsed = now >= r->told.lease;

	if (lapsed && !r->lapsed && r->leading)
		cl_round_log_lapse(r);
	r->lapsed = lapsed;
	return lapsed;
}

/**
 * cl_round_run_leader() - do what is due
 * @r: the rounds of a node that is to lead
 * @now: io time
 */
void cl_round_run_leader(struct cl_round *r, s64 now)
{
	s64 half;

	if (now < cl_round_deadline(r) || is_lapsed(r, now))
		return;
	if (r->leading && now >= r->look)
		look_at_followers(r, now);
	if (cl_round_renews(r) && now >= r->refresh)
		cl_round_note(r, CL_ROUND_LEAD, give_line(r));
	if (now < r->next)
		return;
	if (cl_round_note(r, CL_ROUND_LEAD, keep_leading(r, now))) {
		r->next = now + CL_ROUND_RETRY_NS;
		return;
	}
	/* Outranked, or the settings have changed just now: news will come. */
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

/* Something new for the line; it is given at once. */
static void renew(struct cl_round *r)
{
	if (r->leading && cl_round_now(r) < r->told.lease)
		cl_round_note(r, CL_ROUND_LEAD, give_line(r));
}

/**
 * cl_round_suspect() - does the own judge suspect anybody?
 * @r: the rounds
 * @suspects: it does
 *
 * Until it does not, the interval is the shortest: rules count exchanges, and who lies
 * is to be found as soon as if it had not been quiet before.
 */
void cl_round_suspect(struct cl_round *r, bool suspects)
{
	if (suspects && !r->told.suspects && r->leading)
		cl_round_disturb(r, cl_round_now(r));
	r->told.suspects = suspects;
}

/**
 * cl_round_line() - the leader's line from now on
 * @r: the rounds; unless they lead nothing happens
 * @line: own raw time to cluster time
 */
void cl_round_line(struct cl_round *r, const struct cl_map *line)
{
	struct cl_nl_steer *s = &r->line;

	if (!r->leading)
		return;
	s->have |= CL_ROUND_STEER_MAP;
	s->raw_ns = line->raw.ns;
	s->time_ns = line->time.ns;
	s->rate_ppt = cl_q48_to_ppt(line->rate_q48);
	renew(r);
}

/**
 * cl_round_utc() - what UTC is, as was agreed
 * @r: the rounds
 * @tai_offset_s: TAI - UTC; 0: not known, then it is the host's
 * @leap: enum clocklink_leap
 */
void cl_round_utc(struct cl_round *r, s32 tai_offset_s, u32 leap)
{
	if (r->told.tai_offset_s == tai_offset_s && r->told.leap == leap)
		return;
	r->told.tai_offset_s = tai_offset_s;
	r->told.leap = leap;
	if (!r->leading || !tai_offset_s)
		return;
	r->line.tai_offset_s = tai_offset_s;
	r->line.leap = leap;
	renew(r);
}
