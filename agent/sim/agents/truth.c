// SPDX-License-Identifier: GPL-2.0-or-later
#include "truth.h"

#include <stdarg.h>
#include <stdlib.h>

#include "kmod/core/fixed.h"

/* Cluster time goes from one line to the next as fast as that. */
#define MERGE_PPM 1LL

/* Times are whole ns, as are those that they are made of. */
#define ROUNDING_NS 3

/*
 * A leader that takes over is seen a look later: meanwhile cluster time has run by the
 * old line, which is beside by the rate of merging and as much for the rate.
 */
#define LATE_NS (ROUNDING_NS + 2 * MERGE_PPM * CS_TRUTH_GRID_NS / 1000000)

/* What the fastest slew, 500 ppm, makes between two looks and nobody sees. */
#define UNSEEN_NS (CS_TRUTH_GRID_NS / 2000)

static const char *const names[] = {
	[CS_RULE_MONOTONIC] = "monotonic", [CS_RULE_STEP] = "step",
	[CS_RULE_BOUND] = "bound",	   [CS_RULE_LEADER] = "leader",
	[CS_RULE_ISOLATED] = "isolated",   [CS_RULE_LIVE] = "live",
	[CS_RULE_BEGIN] = "begin",
};

static const char moves[] =
	"node %u moves by %lld ns in %lld, %lld too far, %llu steps";
static const char begun[] =
	"node %u, term %u, does not go on, %u of %u voters can";
static const char is_off[] =
	"node %u, state %u, is off by %lld ns, bound %llu; node %u made term %u, %.0f ns beside";

/**
 * cs_rule_name() - name of a rule
 * @r: rule
 *
 * Return: the name.
 */
const char *cs_rule_name(enum cs_rule r)
{
	return names[r];
}

/**
 * cs_truth_fail() - a rule is broken
 * @t: checks; only the first counts
 * @which: rule
 * @fmt: what was seen
 */
void cs_truth_fail(struct cs_truth *t, enum cs_rule which, const char *fmt, ...)
{
	va_list args;

	if (t->broken)
		return;
	t->broken = true;
	t->which = which;
	t->broken_at = t->heap->now;
	va_start(args, fmt);
	vsnprintf(t->text, sizeof(t->text), fmt, args);
	va_end(args);
}

static bool lies(const struct cs_truth *t, const struct cs_agent *a)
{
	return !t->trusting && cs_liar_lies(&a->liar, t->heap->now);
}

static bool makes_time(const struct cs_reading *r, u32 id)
{
	return r->usable && r->parent == id &&
	       (r->state == CLOCKLINK_STATE_SYNCED ||
		r->state == CLOCKLINK_STATE_UNVERIFIED);
}

static void check_leader(struct cs_truth *t, u32 id, u32 term)
{
	u32 i = term % ARRAY_SIZE(t->leader);

	if (t->leader[i].term != term) {
		t->leader[i].term = term;
		t->leader[i].node = id;
	} else if (t->leader[i].node != id) {
		cs_truth_fail(t, CS_RULE_LEADER,
			      "nodes %u and %u make the time of term %u",
			      t->leader[i].node, id, term);
	}
}

/* How far a clock has moved beyond what its rate and slew say. */
static s64 excess(const struct cs_reading *was, const struct cs_reading *is)
{
	s64 d = is->raw_ns - was->raw_ns;
	s64 moved = is->time_ns - was->time_ns - d;
	s64 low = was->rate_q48;
	s64 high = low;
	const s64 rate[] = { was->rate_q48 + was->slew_q48, is->rate_q48,
			     is->rate_q48 + is->slew_q48 };

	for (unsigned int i = 0; i < ARRAY_SIZE(rate); i++) {
		low = cl_min_s64(low, rate[i]);
		high = cl_max_s64(high, rate[i]);
	}
	if (moved < cl_scale(d, low) - ROUNDING_NS)
		return cl_scale(d, low) - moved;
	if (moved > cl_scale(d, high) + ROUNDING_NS)
		return moved - cl_scale(d, high);
	return 0;
}

/* A node against itself at the look before. */
static void check_moves(struct cs_truth *t, u32 id, const struct cs_view *was,
			const struct cs_reading *is)
{
	s64 step;

	if (!was->known || was->boots != t->agent[id]->boots ||
	    was->r.gen != is->gen)
		return;
	if (is->time_ns < was->r.time_ns)
		cs_truth_fail(t, CS_RULE_MONOTONIC,
			      "node %u goes back by %lld ns", id,
			      (long long)(was->r.time_ns - is->time_ns));
	/* What it has done while nobody looked is not known. */
	step = was->at == t->at ? excess(&was->r, is) : 0;
	t->step_max_ns = cl_max_s64(t->step_max_ns, step);
	if (step > UNSEEN_NS || is->steps != was->r.steps)
		cs_truth_fail(t, CS_RULE_STEP, moves, id,
			      (long long)(is->time_ns - was->r.time_ns),
			      (long long)(is->raw_ns - was->r.raw_ns),
			      (long long)step,
			      (unsigned long long)(is->steps - was->r.steps));
}

/* Cluster time by the oscillator of who made it last. */
static void go_on(struct cs_truth *t)
{
	const struct cs_host *h = &t->agent[t->maker]->host;
	s64 d = cs_host_raw_at(h, t->heap->now) - cs_host_raw_at(h, t->at);

	t->time_ns += d + cl_scale(d, t->rate_q48);
}

/* Has it taken the time that is the cluster's now, or is it of an earlier one? */
static bool has_heard(const struct cs_truth *t, const struct cs_reading *r)
{
	return r->term > t->since ||
	       (r->term == t->since && r->parent_gen == t->since_gen);
}

/* Can it go on with the time, and with its rate? */
static bool holds(const struct cs_truth *t, u32 id)
{
	const struct cs_view *v = &t->view[id];

	return v->now && has_heard(t, &v->r) &&
	       v->drift_ppt <= CL_CENSUS_STEADY_PPT;
}

/* Has it gone on with the clock that it had at the last look? */
static bool goes_on(const struct cs_truth *t, u32 id,
		    const struct cs_reading *r)
{
	const struct cs_view *v = &t->view[id];

	return holds(t, id) && v->boots == t->agent[id]->boots &&
	       v->r.steps == r->steps && v->r.gen == r->gen;
}

/* Allowed if most of those who vote could not go on with the old one. */
static void begin_time(struct cs_truth *t, u32 id, const struct cs_reading *r)
{
	const struct cl_state *s = cs_agent_state(t->agent[id]);
	u32 n = 0;

	/* Who leads with a daemon that died just now began before. */
	for (u32 i = 0; s && i < s->conf.voters; i++)
		n += holds(t, s->conf.voter[i]);
	if (s && 2 * n >= s->conf.voters && s->conf.voters > 1)
		cs_truth_fail(t, CS_RULE_BEGIN, begun, id, r->term, n,
			      s->conf.voters);
	t->begun++;
	t->known = false;
}

static void take_over(struct cs_truth *t, u32 id, const struct cs_reading *r)
{
	if (t->known && !goes_on(t, id, r))
		begin_time(t, id, r);
	/* What somebody has begun between two looks, and nobody has heard of, is not it. */
	if (!t->known) {
		t->since = r->term;
		t->since_gen = r->gen;
	}
	t->changes += t->known;
	t->beside_ns = t->known ? (double)(t->time_ns - r->time_ns) : 0;
	t->beside_max_ns =
		cl_max_s64(t->beside_max_ns, llabs((s64)t->beside_ns));
	t->known = true;
	t->maker = id;
	t->gen = r->gen;
	t->term = r->term;
}

static void follow(struct cs_truth *t, const struct cs_reading *r)
{
	double most = (double)(t->heap->now - t->at) * MERGE_PPM / 1e6;

	if (t->beside_ns > most)
		t->beside_ns -= most;
	else if (t->beside_ns < -most)
		t->beside_ns += most;
	else
		t->beside_ns = 0;
	t->time_ns = r->time_ns + (s64)t->beside_ns;
	t->rate_q48 = r->rate_q48;
}

/* Who makes cluster time now? */
static u32 maker_of(struct cs_truth *t, const struct cs_reading *r)
{
	u32 best = 0;

	for (u32 id = 1; id < t->ids; id++) {
		if (!makes_time(&r[id], id))
			continue;
		check_leader(t, id, r[id].term);
		if (!lies(t, t->agent[id]) &&
		    (!best || r[id].term > r[best].term))
			best = id;
	}
	return best;
}

/* Is there a clock that could keep cluster time?  Who sleeps may have one. */
static bool is_kept(const struct cs_truth *t, const struct cs_reading *r)
{
	for (u32 id = 1; id < t->ids; id++)
		if (r[id].usable ||
		    (t->agent[id]->core && t->view[id].now &&
		     t->agent[id]->host.asleep_until > t->heap->now))
			return true;
	return false;
}

static void find_time(struct cs_truth *t, const struct cs_reading *r)
{
	u32 maker = maker_of(t, r);

	t->known &= is_kept(t, r);
	if (t->known)
		go_on(t);
	/* Nobody else has made any since: it is the line of who did. */
	if (t->known && (!maker || r[maker].term < t->term) &&
	    r[t->maker].usable && r[t->maker].parent == t->maker &&
	    r[t->maker].gen == t->gen && !lies(t, t->agent[t->maker]))
		follow(t, &r[t->maker]);
	if (!maker || (t->known && r[maker].term < t->term))
		return;
	if (!t->known || maker != t->maker || r[maker].gen != t->gen)
		take_over(t, maker, &r[maker]);
	t->term = r[maker].term;
	follow(t, &r[maker]);
}

/*
 * It had no time, and is about to make a later one than that which is known, or has begun
 * it between two looks and lost the lead: nobody has heard of it then.
 */
static bool is_ahead(const struct cs_truth *t, u32 id,
		     const struct cs_reading *r)
{
	return r->usable && !t->view[id].now && r->parent == id &&
	       r->term > t->term;
}

static void check_bound(struct cs_truth *t, u32 id, const struct cs_reading *r)
{
	s64 error = r->time_ns - t->time_ns;
	double bound = (double)r->bound_ns * t->share;

	t->error_max_ns = cl_max_s64(t->error_max_ns, llabs(error));
	if ((double)llabs(error) > bound + LATE_NS)
		cs_truth_fail(t, CS_RULE_BOUND, is_off, id, r->state,
			      (long long)error, (unsigned long long)r->bound_ns,
			      t->maker, t->term, t->beside_ns);
}

/* What a node knows of what was agreed upon. */
static void check_state(struct cs_truth *t, u32 id, const struct cl_state *s)
{
	if (!s->roster->isolated)
		return;
	for (u32 i = 1; i < t->ids; i++)
		if (t->agent[i] && !lies(t, t->agent[i]) &&
		    cl_state_isolated(s, i))
			cs_truth_fail(t, CS_RULE_ISOLATED,
				      "node %u is isolated, says node %u", i,
				      id);
}

static void check_states(struct cs_truth *t)
{
	if (t->heap->now < t->state_at)
		return;
	t->state_at = t->heap->now + CS_TRUTH_STATE_NS;
	for (u32 id = 1; id < t->ids; id++) {
		const struct cs_agent *a = t->agent[id];
		const struct cl_state *s = a ? cs_agent_state(a) : NULL;

		if (s)
			check_state(t, id, s);
	}
}

/* Whoever takes over knows the rate as well as it did before. */
static u64 drift_of(const struct cs_truth *t, u32 id,
		    const struct cs_reading *r)
{
	const struct cs_view *v = &t->view[id];

	if (v->known && r->parent == id && t->maker != id)
		return v->drift_ppt;
	return r->drift_ppt;
}

/**
 * cs_truth_look() - check all nodes now
 * @t: checks
 */
void cs_truth_look(struct cs_truth *t)
{
	struct cs_reading r[t->ids];

	t->looks++;
	for (u32 id = 0; id < t->ids; id++) {
		const struct cs_agent *a = t->agent[id];

		if (!a || a->host.asleep_until > t->heap->now ||
		    !cs_host_read(&a->host, &r[id]))
			r[id] = (struct cs_reading){ .usable = false };
	}
	find_time(t, r);
	for (u32 id = 1; id < t->ids; id++) {
		const struct cs_agent *a = t->agent[id];

		r[id].usable &= !is_ahead(t, id, &r[id]);
		if (r[id].usable && !lies(t, a))
			check_moves(t, id, &t->view[id], &r[id]);
		if (r[id].usable && !lies(t, a) && t->known &&
		    has_heard(t, &r[id]))
			check_bound(t, id, &r[id]);
		/* Who sleeps is as it was. */
		if (a && a->core && a->host.asleep_until > t->heap->now)
			continue;
		t->view[id].now = r[id].usable;
		if (r[id].usable)
			t->view[id] = (struct cs_view){
				.now = true,
				.known = true,
				.at = t->heap->now,
				.r = r[id],
				.drift_ppt = drift_of(t, id, &r[id]),
				.boots = a->boots,
			};
	}
	t->at = t->heap->now;
	check_states(t);
}

/**
 * cs_truth_error() - error of a clock at the last look
 * @t: checks
 * @id: node that has a usable clock
 *
 * Return: ns.
 */
s64 cs_truth_error(const struct cs_truth *t, u32 id)
{
	return t->view[id].r.time_ns - t->time_ns;
}

/**
 * cs_truth_synced() - does a node follow, or lead?
 * @t: checks
 * @id: node
 *
 * Return: true if it did at the last look.
 */
bool cs_truth_synced(const struct cs_truth *t, u32 id)
{
	const struct cs_view *v = &t->view[id];

	return v->now && (v->r.state == CLOCKLINK_STATE_SYNCED ||
			  v->r.state == CLOCKLINK_STATE_UNVERIFIED);
}
