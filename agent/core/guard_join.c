// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Before the first step: what do the voters say?
 */
#include <math.h>
#include <stdio.h>

#include "agent/nl/schema.h"
#include "guard_look.h"
#include "kmod/core/fixed.h"

/**
 * struct poll - what the voters say
 * @v: those that were measured, as what the leader says is beside
 * @n: number of @v
 * @voters: those that could say something
 * @self: the own node is another one
 * @leader: of @v, NULL: not among them
 */
struct poll {
	struct cl_join_voter v[CL_JOIN_VOTERS];
	unsigned int n;
	unsigned int voters;
	bool self;
	const struct cl_join_voter *leader;
};

/* Exchanges and the line that was told last. */
static double bound_of(const struct cl_nl_peer *p)
{
	double age = (double)p->ahead_age_ns / CL_NS_PER_SEC;

	return (double)p->min_rtt_ns / 2 + CL_GUARD_SPAN * (double)p->error_ns +
	       (double)p->freq_error_ppt / 1000 * age;
}

/*
 * Who says that it has no time has no say: when a cluster starts nobody but the
 * leader has one.
 */
static void ask_voter(struct cl_guard_look *l, u32 node, struct poll *poll)
{
	const struct cl_engine *e = l->g->io->engine;
	struct cl_join_voter *v = &poll->v[poll->n];
	struct cl_nl_peer p = { 0 };

	if (node == l->u->sender) {
		poll->voters++;
		poll->n++;
		*v = (struct cl_join_voter){ node, 0, bound_of(&l->leader) };
		poll->leader = v;
		return;
	}
	if (e->ops->get_peer(l->g->io->engine, node, &p)) {
		poll->voters++;
		return;
	}
	if (cl_nl_has(&p, PEER_STATE) && !cl_nl_state_usable(p.state))
		return;
	poll->voters++;
	if (!p.ready || !cl_nl_has(&p, PEER_AHEAD) ||
	    p.ahead_age_ns > l->fresh_ns)
		return;
	poll->n++;
	*v = (struct cl_join_voter){
		node, (double)cl_sub_wrap(p.ahead_ns, l->correction_ns),
		bound_of(&p)
	};
}

static void ask_voters(struct cl_guard_look *l, struct poll *poll)
{
	const struct cl_raft_conf *conf = &l->g->state->conf;

	for (unsigned int i = 0; i < conf->voters; i++) {
		u32 node = conf->voter[i];

		if (cl_state_isolated(l->g->state, node))
			continue;
		if (node == l->inst->node)
			poll->self = true;
		else
			ask_voter(l, node, poll);
	}
}

/*
 * May those that have answered decide?  After a while those that have not may be
 * dead.  But then, as for an election, all that agree must be a majority; the own
 * node, if it votes, agrees with whatever it is told.
 */
static bool decide(struct cl_guard_look *l, const struct poll *poll,
		   struct cl_join *ret)
{
	unsigned int all = poll->voters + poll->self;

	if (!cl_join_check(poll->v, poll->n, poll->voters, ret))
		return true;
	if (poll->n == poll->voters ||
	    l->now - l->g->join < CL_GUARD_PATIENCE_NS)
		return false;
	return !cl_join_check(poll->v, poll->n, poll->n, ret) &&
	       ret->agree + poll->self > all / 2;
}

/**
 * cl_guard_join() - may the clock, which has no time, be set by an update?
 * @l: what there is to see
 * @a: answer, all 0
 */
void cl_guard_join(struct cl_guard_look *l, struct cl_guard_answer *a)
{
	char words[CL_GUARD_WORD];
	struct poll poll = { .n = 0 };
	struct cl_join join = { 0 };
	double beside;

	if (!l->g->joining)
		l->g->join = l->now;
	l->g->joining = true;
	a->verdict = CL_GUARD_REFUSE;
	ask_voters(l, &poll);
	if (!poll.leader) {
		snprintf(a->why, sizeof(a->why),
			 "it is not among the %u voters that are known",
			 l->g->state->conf.voters);
		return;
	}
	if (!decide(l, &poll, &join)) {
		snprintf(a->why, sizeof(a->why),
			 "asked %u of %u voters, %u agree on a time", poll.n,
			 poll.voters, join.agree);
		return;
	}
	beside = fabs(poll.leader->offset_ns - join.offset_ns);
	if (beside > join.bound_ns + poll.leader->bound_ns) {
		snprintf(a->why, sizeof(a->why),
			 "it is %s beside the time of %u voters",
			 cl_guard_word(words, beside), join.agree);
		return;
	}
	a->verdict = CL_GUARD_OBEY;
	a->unverified = poll.n < 2;
}
