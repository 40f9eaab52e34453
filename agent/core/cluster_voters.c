// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The leader makes of the members of Raft what operators want: who shall vote
 * learns first, who shall not vote any more learns that before it goes.  All that
 * is wanted is in the state, so whoever leads next goes on.
 */
#include <errno.h>
#include <string.h>

#include "cluster_node.h"
#include "raft_conf.h"

/* What could not be changed yet is looked at again. */
#define LOOK_NS (100 * CL_NS_PER_MS)

/* It shall vote. */
static bool wanted(const struct cl_state *s, u32 node)
{
	const struct cl_member *m = cl_roster_find(s->roster, node);

	return m && m->flags & CL_MEMBER_F_VOTER && !cl_state_isolated(s, node);
}

/* True if the change has begun. */
static bool change(struct cl_cluster *c, const struct cl_raft_conf *next)
{
	char error[CL_ENTRY_ERROR_SIZE];
	u64 index;

	return !cl_state_check_conf(&c->own, next, error) &&
	       !cl_raft_change(c->raft, c->now, next, &index);
}

static bool promote(struct cl_cluster *c, const struct cl_raft_conf *now,
		    u32 node)
{
	struct cl_raft_conf next = *now;

	if (next.voters == CL_RAFT_VOTERS_MAX)
		return false;
	cl_raft_conf_take_out(next.learner, &next.learners, node);
	cl_raft_conf_insert(next.voter, &next.voters, node);
	return change(c, &next);
}

/* Has it answered within an election time? */
static bool answers(const struct cl_cluster *c, u32 node)
{
	struct cl_raft_progress p;

	return node == c->p.raft.id ||
	       (!cl_raft_progress(c->raft, node, &p) &&
		c->now - p.heard < c->p.raft.election_ns);
}

/*
 * A change counts at once: it would be the last if those left could not commit it.  So who
 * does not answer loses its vote before others do.
 */
static bool goes_on(const struct cl_cluster *c, const struct cl_raft_conf *next)
{
	u32 n = 0;

	for (u32 i = 0; i < next->voters; i++)
		n += answers(c, next->voter[i]);
	return n >= cl_raft_conf_quorum(next);
}

/* When that is committed, a leader names the next one itself. */
static bool demote(struct cl_cluster *c, const struct cl_raft_conf *now,
		   u32 node)
{
	struct cl_raft_conf next = *now;

	cl_raft_conf_take_out(next.voter, &next.voters, node);
	if (next.learners < CL_RAFT_LEARNERS_MAX)
		cl_raft_conf_insert(next.learner, &next.learners, node);
	return goes_on(c, &next) && change(c, &next);
}

/* Unless it is dead it knows by then that it has no vote. */
static bool drop(struct cl_cluster *c, const struct cl_raft_conf *now, u32 node)
{
	struct cl_raft_conf next = *now;
	struct cl_raft_progress p;

	if (cl_raft_progress(c->raft, node, &p) ||
	    (p.match < c->own.index && !p.refused &&
	     c->now - p.heard < 4 * c->p.raft.election_ns))
		return false;
	cl_raft_conf_take_out(next.learner, &next.learners, node);
	return change(c, &next);
}

static bool add(struct cl_cluster *c, const struct cl_raft_conf *now, u32 node)
{
	struct cl_raft_conf next = *now;

	if (next.learners == CL_RAFT_LEARNERS_MAX)
		return false;
	cl_raft_conf_insert(next.learner, &next.learners, node);
	return change(c, &next);
}

/*
 * The next change: those who have caught up get their vote before others lose
 * theirs.  @left: something is not as wanted.
 */
static bool next_change(struct cl_cluster *c, bool *left)
{
	const struct cl_raft_conf now = *cl_raft_conf(c->raft);
	const struct cl_member *m = NULL;

	for (u32 i = 0; i < now.learners; i++) {
		*left = true;
		if (wanted(&c->own, now.learner[i]) &&
		    promote(c, &now, now.learner[i]))
			return true;
	}
	while ((m = cl_roster_next(c->own.roster, m ? m->id : 0))) {
		if (cl_raft_conf_has(&now, m->id) || !wanted(&c->own, m->id))
			continue;
		*left = true;
		if (add(c, &now, m->id))
			return true;
	}
	for (u32 i = 0; i < now.voters; i++) {
		if (wanted(&c->own, now.voter[i]))
			continue;
		*left = true;
		if (demote(c, &now, now.voter[i]))
			return true;
	}
	for (u32 i = 0; i < now.learners; i++)
		if (!wanted(&c->own, now.learner[i]) &&
		    drop(c, &now, now.learner[i]))
			return true;
	return false;
}

/**
 * cl_cluster_voters_run() - change the members of Raft if that is due
 * @c: the node
 *
 * As any entry, nothing is proposed before all is applied.
 */
void cl_cluster_voters_run(struct cl_cluster *c)
{
	bool left = false;

	if (!c->wishes || c->now < c->look_at || !cl_cluster_leads(c) ||
	    c->own.index != cl_raft_last(c->raft))
		return;
	next_change(c, &left);
	c->wishes = left;
	c->look_at = c->now + LOOK_NS;
}

/**
 * cl_cluster_voters_deadline() - when to look
 * @c: the node
 *
 * Return: that time, CL_CLUSTER_NEVER if only events matter.
 */
s64 cl_cluster_voters_deadline(const struct cl_cluster *c)
{
	bool may = c->wishes && cl_cluster_leads(c) &&
		   c->own.index == cl_raft_last(c->raft);

	return may ? c->look_at : CL_CLUSTER_NEVER;
}

/**
 * cl_cluster_keeps_vote() - will this node vote as long as it leads
 * @c: the node
 *
 * After a start what was agreed upon is known again when the leader has committed an
 * entry of its term.
 *
 * Return: true if it leads, knows all that is in its log, and shall vote by that.
 */
bool cl_cluster_keeps_vote(const struct cl_cluster *c)
{
	return cl_cluster_leads(c) && c->own.index == cl_raft_last(c->raft) &&
	       wanted(&c->own, c->p.raft.id);
}
