// SPDX-License-Identifier: GPL-2.0-or-later
#include "viewjudge.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>

#include "kmod/core/fixed.h"

/* The rules of the judge have its numbers. */
static_assert((int)CL_RULE_STRIKES == CL_REPUTATION_STRIKES, "strikes");
static_assert((int)CL_RULE_EXCESS == CL_REPUTATION_EXCESS, "excess");

/* 1e-3; what is no number, or too large for one, is the largest. */
static u32 milli(double v)
{
	v *= 1000;
	if (v <= 0)
		return 0;
	return v < U32_MAX ? (u32)lround(v) : U32_MAX;
}

static s64 whole(double v)
{
	const double limit = 0x1p62;

	if (!(fabs(v) < limit))
		return v < 0 ? -S64_MAX : S64_MAX;
	return llround(v);
}

static s64 ppt(double rate)
{
	return whole(rate * 1e12);
}

static const struct cl_state *state_of(const struct cl_agent *a)
{
	return cl_cluster_state(cl_agent_cluster(a));
}

static const char *name_of(const struct cl_agent *a, u32 node)
{
	const struct cl_member *m = cl_roster_find(state_of(a)->roster, node);

	return m ? m->name : "";
}

static s64 age(struct cl_io *io, s64 when)
{
	return cl_max_s64(io->ops->now(io) - when, 0);
}

/**
 * cl_view_reputation() - what the own judge thinks of a node
 * @a: the agent, in a cluster
 * @node: node id
 *
 * Return: NULL if it thinks nothing.
 */
const struct cl_reputation_node *cl_view_reputation(const struct cl_agent *a,
						    u32 node)
{
	const struct cl_judge *j = cl_agent_judge(a);

	return j->judging ? cl_reputation_find(&j->reputation, node) : NULL;
}

/* With the least id above @after. */
static const struct cl_reputation_node *next_node(const struct cl_reputation *r,
						  u64 after)
{
	const struct cl_reputation_node *best = NULL;

	for (unsigned int i = 0; i < r->n; i++)
		if (r->node[i].node > after &&
		    (!best || r->node[i].node < best->node))
			best = &r->node[i];
	return best;
}

static void put_evidence(const struct cl_reputation_node *n,
			 struct cl_ctl_reputation *ret)
{
	CL_VIEW_PUT(ret, REPUTATION_STRIKES, strikes_m, milli(n->strikes));
	CL_VIEW_PUT(ret, REPUTATION_STRIKES_LIMIT, strikes_limit_m,
		    milli(CL_REPUTATION_STRIKE_LIMIT));
	CL_VIEW_PUT(ret, REPUTATION_PROOFS, proofs_m, milli(n->proofs));
	CL_VIEW_PUT(ret, REPUTATION_PROOFS_LIMIT, proofs_limit_m,
		    milli(CL_REPUTATION_PROOF_LIMIT));
	CL_VIEW_PUT(ret, REPUTATION_CUSUM, cusum_m, milli(n->cusum));
	CL_VIEW_PUT(ret, REPUTATION_CUSUM_LIMIT, cusum_limit_m,
		    milli(CL_REPUTATION_CUSUM_LIMIT));
	CL_VIEW_PUT(ret, REPUTATION_EXCESS, excess_m, milli(n->excess));
	CL_VIEW_PUT(ret, REPUTATION_EXCESS_LIMIT, excess_limit_m,
		    milli(CL_REPUTATION_EXCESS_LIMIT));
}

/* The last change of state. */
static void put_why(struct cl_io *io, const struct cl_reputation_event *why,
		    struct cl_ctl_reputation *ret)
{
	if (why->rule == CL_REPUTATION_NO_RULE)
		return;
	CL_VIEW_PUT(ret, REPUTATION_CHANGED, changed_ns, age(io, why->when));
	CL_VIEW_TEXT(ret, REPUTATION_RULE, rule,
		     cl_reputation_rule_name(why->rule));
	CL_VIEW_PUT(ret, REPUTATION_OFFSET, offset_ns, whole(why->offset_ns));
	CL_VIEW_PUT(ret, REPUTATION_LIMIT, limit_ns, whole(why->limit_ns));
	CL_VIEW_PUT(ret, REPUTATION_EVIDENCE, evidence_m, milli(why->evidence));
	CL_VIEW_PUT(ret, REPUTATION_EVIDENCE_LIMIT, evidence_limit_m,
		    milli(why->evidence_limit));
}

/**
 * cl_view_next_reputation() - the next node that is judged
 * @a: the agent, in a cluster
 * @io: the world
 * @cursor: 0 for the first; where to go on
 * @ret: what is thought of it; zero before
 *
 * Return: false: there is none any more.
 */
bool cl_view_next_reputation(const struct cl_agent *a, struct cl_io *io,
			     u64 *cursor, struct cl_ctl_reputation *ret)
{
	const struct cl_judge *j = cl_agent_judge(a);
	const struct cl_reputation_node *n = next_node(&j->reputation, *cursor);

	if (!j->judging || !n)
		return false;
	*cursor = n->node;
	CL_VIEW_PUT(ret, REPUTATION_NODE, node, n->node);
	CL_VIEW_TEXT(ret, REPUTATION_NAME, name, name_of(a, n->node));
	CL_VIEW_PUT(ret, REPUTATION_VOTER, voter, n->voter);
	CL_VIEW_TEXT(ret, REPUTATION_STATE, state,
		     cl_reputation_state_name(n->state));
	CL_VIEW_PUT(ret, REPUTATION_WEIGHT, weight_m, milli(n->weight));
	put_evidence(n, ret);
	CL_VIEW_PUT(ret, REPUTATION_CLEAN, clean_ns, n->clean_ns);
	CL_VIEW_PUT(ret, REPUTATION_SEEN, seen_ns, age(io, n->seen));
	put_why(io, &n->why, ret);
	return true;
}

/**
 * cl_view_next_event() - the next change of what was thought of a node
 * @a: the agent, in a cluster
 * @io: the world
 * @cursor: 0 for the oldest that is known; where to go on
 * @ret: the change; zero before
 *
 * Return: false: there is none any more.
 */
bool cl_view_next_event(const struct cl_agent *a, struct cl_io *io, u64 *cursor,
			struct cl_ctl_event *ret)
{
	const struct cl_judge *j = cl_agent_judge(a);
	const struct cl_reputation_event *e;

	if (*cursor + CL_JUDGE_EVENTS < j->events)
		*cursor = j->events - CL_JUDGE_EVENTS;
	if (*cursor >= j->events)
		return false;
	e = &j->event[*cursor % CL_JUDGE_EVENTS];
	++*cursor;
	CL_VIEW_PUT(ret, EVENT_NUMBER, number, *cursor);
	CL_VIEW_PUT(ret, EVENT_TIME, utc_ns,
		    io->ops->utc(io) - age(io, e->when));
	CL_VIEW_PUT(ret, EVENT_NODE, node, e->node);
	CL_VIEW_TEXT(ret, EVENT_NAME, name, name_of(a, e->node));
	CL_VIEW_PUT(ret, EVENT_VOTER, voter, e->voter);
	CL_VIEW_TEXT(ret, EVENT_FROM, from, cl_reputation_state_name(e->from));
	CL_VIEW_TEXT(ret, EVENT_TO, to, cl_reputation_state_name(e->to));
	CL_VIEW_TEXT(ret, EVENT_RULE, rule, cl_reputation_rule_name(e->rule));
	CL_VIEW_PUT(ret, EVENT_OFFSET, offset_ns, whole(e->offset_ns));
	CL_VIEW_PUT(ret, EVENT_LIMIT, limit_ns, whole(e->limit_ns));
	CL_VIEW_PUT(ret, EVENT_EVIDENCE, evidence_m, milli(e->evidence));
	CL_VIEW_PUT(ret, EVENT_EVIDENCE_LIMIT, evidence_limit_m,
		    milli(e->evidence_limit));
	return true;
}

/**
 * cl_view_scale() - how cluster time is made
 * @a: the agent, in a cluster
 * @ret: gets it; zero before
 */
void cl_view_scale(const struct cl_agent *a, struct cl_ctl_scale *ret)
{
	const struct cl_timescale *t = cl_agent_timescale(a);
	const struct cl_ensemble *e = &t->ensemble;

	CL_VIEW_PUT(ret, SCALE_LEADING, leading, t->leading);
	CL_VIEW_PUT(ret, SCALE_AGE, age_ns, whole(e->age_s * CL_NS_PER_SEC));
	if (e->persist_s > 0)
		CL_VIEW_PUT(ret, SCALE_PERSIST, persist_ns,
			    whole(e->persist_s * CL_NS_PER_SEC));
	if (!t->leading)
		return;
	CL_VIEW_PUT(ret, SCALE_STEPS, steps, t->steps);
	CL_VIEW_PUT(ret, SCALE_MEASURED, measured, t->measured);
	CL_VIEW_PUT(ret, SCALE_CONSTANT, constant_ns,
		    whole(e->time_s * CL_NS_PER_SEC));
	CL_VIEW_PUT(ret, SCALE_MEAN, mean_ns, whole(e->mean_ns));
	CL_VIEW_PUT(ret, SCALE_FREQ, freq_ppt, ppt(e->freq));
	CL_VIEW_PUT(ret, SCALE_STEER, steer_ppt, ppt(e->steer));
}

/**
 * cl_view_next_voter() - the next voter's oscillator
 * @a: the agent, in a cluster
 * @cursor: 0 for the first; where to go on
 * @ret: what is known of it; zero before
 *
 * Return: false: there is none any more.
 */
bool cl_view_next_voter(const struct cl_agent *a, u64 *cursor,
			struct cl_ctl_voter *ret)
{
	const struct cl_timescale *t = cl_agent_timescale(a);
	const struct cl_ensemble *e = &t->ensemble;
	const struct cl_ensemble_voter *v;

	if (*cursor >= e->n)
		return false;
	v = &e->voter[(*cursor)++];
	CL_VIEW_PUT(ret, VOTER_NODE, node, v->node);
	CL_VIEW_TEXT(ret, VOTER_NAME, name, name_of(a, v->node));
	CL_VIEW_PUT(ret, VOTER_KNOWN, known, v->known);
	CL_VIEW_PUT(ret, VOTER_COUNTS, counts, v->counts);
	CL_VIEW_PUT(ret, VOTER_ISOLATED, isolated, v->isolated);
	/* Others have the weights that they were told. */
	if (t->leading)
		CL_VIEW_PUT(ret, VOTER_MEASURED, measured, v->measured);
	CL_VIEW_PUT(ret, VOTER_ABSENT, absent, v->absent);
	if (!v->known)
		return true;
	CL_VIEW_PUT(ret, VOTER_WEIGHT, weight_m, milli(v->weight));
	if (t->leading)
		CL_VIEW_PUT(ret, VOTER_RESIDUAL, residual_ns,
			    whole(v->residual_ns));
	CL_VIEW_PUT(ret, VOTER_RMS, rms_ns, whole(sqrt(v->s2)));
	CL_VIEW_PUT(ret, VOTER_FREQ, freq_ppt, ppt(v->line.rate));
	CL_VIEW_PUT(ret, VOTER_AGE, age_ns, whole(v->age_s * CL_NS_PER_SEC));
	return true;
}
