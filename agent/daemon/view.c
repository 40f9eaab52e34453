// SPDX-License-Identifier: GPL-2.0-or-later
#include "view.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "agent/core/apply.h"
#include "agent/nl/schema.h"
#include "kmod/core/fixed.h"
#include "viewjudge.h"

/* The numbers of the control socket are those of the core. */
static_assert((int)CL_CTL_ROLE_VOTER == CL_MEMBER_VOTER, "roles");
static_assert((int)CL_CTL_PHASE_FAILED == CL_MEMBERSHIP_FAILED, "phases");
static_assert((int)CL_CTL_NAME_SIZE == CL_MEMBER_NAME_SIZE, "names");
static_assert((int)CL_CTL_DIGEST_SIZE == 2 * CL_STATE_DIGEST_LEN + 1, "digest");

static const struct cl_cluster *cluster_of(struct cl_membership *m)
{
	return cl_agent_cluster(cl_membership_agent(m));
}

static const struct cl_state *state_of(struct cl_membership *m)
{
	const struct cl_cluster *c = cluster_of(m);

	return c ? cl_cluster_state(c) : NULL;
}

static u32 own_node(struct cl_membership *m)
{
	const struct cl_nl_instance *inst =
		cl_agent_instance(cl_membership_agent(m));

	return inst ? inst->node : 0;
}

static enum cl_ctl_role role_of(const struct cl_cluster *c, u32 node)
{
	u32 term;

	if (cl_cluster_leader(c, &term) == node)
		return CL_CTL_ROLE_LEADER;
	return (enum cl_ctl_role)cl_state_role(cl_cluster_state(c), node);
}

static unsigned int count_isolated(const struct cl_state *s)
{
	const struct cl_member *m = NULL;
	unsigned int n = 0;

	while ((m = cl_roster_next(s->roster, m ? m->id : 0)))
		n += cl_state_isolated(s, m->id);
	return n;
}

static void put_voters(const struct cl_cluster *c, struct cl_ctl_status *ret)
{
	const struct cl_raft_conf *conf = &cl_cluster_state(c)->conf;
	u32 needed = conf->voters / 2 + 1;
	u32 reachable = cl_cluster_reachable(c);

	CL_VIEW_PUT(ret, STATUS_VOTERS, voters, conf->voters);
	CL_VIEW_PUT(ret, STATUS_REACHABLE, reachable, reachable);
	CL_VIEW_PUT(ret, STATUS_NEEDED, needed, needed);
	CL_VIEW_PUT(ret, STATUS_QUORUM, quorum, reachable >= needed);
}

/* What only those have that have a log. */
static void put_log(const struct cl_raft *r, s64 now, struct cl_ctl_status *ret)
{
	s64 lease = cl_raft_lease(r);

	CL_VIEW_PUT(ret, STATUS_COMMIT, commit, cl_raft_commit(r));
	CL_VIEW_PUT(ret, STATUS_LAST, last, cl_raft_last(r));
	if (ret->role == CL_CTL_ROLE_LEADER)
		CL_VIEW_PUT(ret, STATUS_LEASE, lease_ns,
			    lease == CL_RAFT_NEVER ?
				    S64_MAX :
				    cl_max_s64(lease - now, 0));
}

static void put_digest(const struct cl_state *s, struct cl_ctl_status *ret)
{
	u8 digest[CL_STATE_DIGEST_LEN];

	if (cl_state_digest(s, digest))
		return;
	for (unsigned int i = 0; i < sizeof(digest); i++)
		sprintf(ret->digest + 2 * i, "%02x", digest[i]);
	ret->have |= CL_CTL_BIT(STATUS_DIGEST);
}

static void put_state(const struct cl_cluster *c, u32 own,
		      struct cl_ctl_status *ret)
{
	const struct cl_state *s = cl_cluster_state(c);
	const struct cl_member *m;
	u32 term, leader = cl_cluster_leader(c, &term);

	m = cl_roster_find(s->roster, own);
	if (m)
		CL_VIEW_TEXT(ret, STATUS_NAME, name, m->name);
	CL_VIEW_PUT(ret, STATUS_ROLE, role, role_of(c, own));
	CL_VIEW_PUT(ret, STATUS_LEADER, leader, leader);
	m = cl_roster_find(s->roster, leader);
	if (m)
		CL_VIEW_TEXT(ret, STATUS_LEADER_NAME, leader_name, m->name);
	CL_VIEW_PUT(ret, STATUS_TERM, term, term);
	CL_VIEW_PUT(ret, STATUS_EPOCH, epoch, s->epoch);
	CL_VIEW_PUT(ret, STATUS_INDEX, index, s->index);
	CL_VIEW_PUT(ret, STATUS_MEMBERS, members, s->roster->n);
	CL_VIEW_PUT(ret, STATUS_ISOLATED, isolated, count_isolated(s));
	CL_VIEW_PUT(ret, STATUS_BAD_FRAMES, bad_frames,
		    cl_cluster_bad_frames(c));
	put_digest(s, ret);
}

static void put_status(struct cl_membership *m, struct cl_io *io,
		       struct cl_ctl_status *ret)
{
	struct cl_agent *a = cl_membership_agent(m);
	const struct cl_nl_instance *inst = cl_agent_instance(a);
	const struct cl_cluster *c = cluster_of(m);
	const struct cl_guard *g;

	CL_VIEW_PUT(ret, STATUS_PHASE, phase, (u32)cl_membership_phase(m));
	if (inst) {
		CL_VIEW_PUT(ret, STATUS_NODE, node, inst->node);
		CL_VIEW_PUT(ret, STATUS_CLUSTER, cluster, inst->cluster);
		CL_VIEW_PUT(ret, STATUS_CLOCK, clock, cl_agent_clock_state(a));
	}
	if (!c)
		return;
	put_state(c, own_node(m), ret);
	put_voters(c, ret);
	if (cl_state_role(cl_cluster_state(c), own_node(m)) !=
	    CL_MEMBER_FOLLOWER)
		put_log(cl_cluster_raft(c), io->ops->now(io), ret);
	g = cl_agent_guard(a);
	CL_VIEW_PUT(ret, STATUS_REFUSED, refused, g->refused);
	if (g->last.verdict != CL_GUARD_OBEY && *g->last.why)
		CL_VIEW_TEXT(ret, STATUS_REFUSAL, refusal, g->last.why);
}

static void put_standing(const struct cl_standing *st,
			 struct cl_ctl_member *ret)
{
	if (st->readmitted_ns)
		CL_VIEW_PUT(ret, MEMBER_READMITTED, readmitted_ns,
			    st->readmitted_ns);
	if (!st->isolation.n)
		return;
	CL_VIEW_PUT(ret, MEMBER_ISOLATED, isolated_ns, st->isolated_ns);
	CL_VIEW_TEXT(ret, MEMBER_RULE, rule, cl_rule_name(st->isolation.rule));
	CL_VIEW_PUT(ret, MEMBER_ACCUSERS, accusers, st->isolation.n);
}

static void put_member(struct cl_membership *m, const struct cl_member *of,
		       struct cl_ctl_member *ret)
{
	const struct cl_cluster *c = cluster_of(m);
	const struct cl_raft *raft = cl_cluster_raft(c);
	const struct cl_reputation_node *r;
	struct cl_raft_progress p;

	CL_VIEW_PUT(ret, MEMBER_NODE, node, of->id);
	CL_VIEW_TEXT(ret, MEMBER_NAME, name, of->name);
	CL_VIEW_PUT(ret, MEMBER_ROLE, role, role_of(c, of->id));
	CL_VIEW_PUT(ret, MEMBER_SELF, self, of->id == own_node(m));
	CL_VIEW_PUT(ret, MEMBER_LINK, link, cl_cluster_connected(c, of->id));
	CL_VIEW_PUT(ret, MEMBER_WANTED, wanted, of->flags & CL_MEMBER_F_VOTER);
	cl_endpoint_text(ret->time, &of->time);
	cl_endpoint_text(ret->stream, &of->stream);
	ret->have |= CL_CTL_BIT(MEMBER_TIME) | CL_CTL_BIT(MEMBER_STREAM);
	if (!cl_raft_progress(raft, of->id, &p))
		CL_VIEW_PUT(ret, MEMBER_LAG, lag, cl_raft_last(raft) - p.match);
	put_standing(cl_roster_standing(state_of(m)->roster, of->id), ret);
	r = cl_view_reputation(cl_membership_agent(m), of->id);
	if (r)
		CL_VIEW_TEXT(ret, MEMBER_REPUTATION, reputation,
			     cl_reputation_state_name(r->state));
}

static void put_accusation(u32 node, const struct cl_isolation *i,
			   unsigned int k, struct cl_ctl_accusation *ret)
{
	const struct cl_accusation *a = &i->accusations[k];

	CL_VIEW_PUT(ret, ACCUSATION_NODE, node, node);
	CL_VIEW_PUT(ret, ACCUSATION_ACCUSER, accuser, a->accuser);
	CL_VIEW_TEXT(ret, ACCUSATION_RULE, rule, cl_rule_name(a->rule));
	CL_VIEW_PUT(ret, ACCUSATION_OFFSET, offset_ns, a->offset_ns);
	CL_VIEW_PUT(ret, ACCUSATION_LIMIT, limit_ns, a->limit_ns);
	CL_VIEW_PUT(ret, ACCUSATION_ROUND, round, a->round);
	CL_VIEW_PUT(ret, ACCUSATION_TERM, term, i->term);
}

static bool next_member(struct cl_membership *m, u64 *cursor,
			struct cl_ctl_member *ret)
{
	const struct cl_member *next =
		cl_roster_next(state_of(m)->roster, *cursor);

	if (!next)
		return false;
	*cursor = next->id;
	put_member(m, next, ret);
	return true;
}

/* @cursor: node id, and in the low byte how many of its accusations were told. */
static bool next_accusation(struct cl_membership *m, u64 *cursor,
			    struct cl_ctl_accusation *ret)
{
	const struct cl_roster *r = state_of(m)->roster;
	unsigned int told = *cursor & 0xff;
	u32 node = *cursor >> 8;
	const struct cl_standing *st = cl_roster_standing(r, node);
	const struct cl_member *next;

	while (!st || told >= st->isolation.n) {
		next = cl_roster_next(r, node);
		if (!next)
			return false;
		node = next->id;
		told = 0;
		st = cl_roster_standing(r, node);
	}
	put_accusation(node, &st->isolation, told, ret);
	*cursor = (u64)node << 8 | (told + 1);
	return true;
}

static void put_settings(const struct cl_state *s, struct cl_nl_instance *ret)
{
	const struct cl_nl_schema *schema =
		cl_nl_schema_of(CL_CTL_SETTINGS_GET);

	for (unsigned int i = 0; i < CL_COMMON_N; i++)
		cl_nl_field_set(cl_nl_schema_find(schema, cl_apply_attr[i]),
				ret, s->common[i]);
}

/**
 * cl_view_get() - one object
 * @m: the membership
 * @io: the world
 * @ret: cmd says which; the object
 *
 * Return: 0; -ENODEV the node is of no cluster; -EOPNOTSUPP there is no such
 * object.
 */
int cl_view_get(struct cl_membership *m, struct cl_io *io,
		struct cl_nl_msg *ret)
{
	if (cl_membership_phase(m) == CL_MEMBERSHIP_ALONE)
		return -ENODEV;
	if (ret->cmd == CL_CTL_STATUS_GET) {
		put_status(m, io, &ret->status);
		return 0;
	}
	if (!cluster_of(m))
		return -ENODEV;
	if (ret->cmd == CL_CTL_SETTINGS_GET)
		put_settings(state_of(m), &ret->instance);
	else if (ret->cmd == CL_CTL_SCALE_GET)
		cl_view_scale(cl_membership_agent(m), &ret->scale);
	else
		return -EOPNOTSUPP;
	return 0;
}

/**
 * cl_view_lists() - is a command answered by a dump
 * @cmd: enum cl_ctl_cmd
 *
 * Return: true if so, false: by one object, or there is no such command.
 */
bool cl_view_lists(u8 cmd)
{
	return cmd == CL_CTL_MEMBER_GET || cmd == CL_CTL_ACCUSATION_GET ||
	       cmd == CL_CTL_REPUTATION_GET || cmd == CL_CTL_EVENT_GET ||
	       cmd == CL_CTL_VOTER_GET;
}

/**
 * cl_view_next() - the next object of a dump
 * @m: the membership
 * @io: the world
 * @cursor: 0 for the first; where to go on
 * @ret: cmd says of what; the object, all else zero before
 *
 * Return: false: there is none any more.
 */
bool cl_view_next(struct cl_membership *m, struct cl_io *io, u64 *cursor,
		  struct cl_nl_msg *ret)
{
	struct cl_agent *a = cl_membership_agent(m);

	if (!cluster_of(m))
		return false;
	switch (ret->cmd) {
	case CL_CTL_MEMBER_GET:
		return next_member(m, cursor, &ret->member);
	case CL_CTL_ACCUSATION_GET:
		return next_accusation(m, cursor, &ret->accusation);
	case CL_CTL_REPUTATION_GET:
		return cl_view_next_reputation(a, io, cursor, &ret->reputation);
	case CL_CTL_EVENT_GET:
		return cl_view_next_event(a, io, cursor, &ret->event);
	case CL_CTL_VOTER_GET:
		return cl_view_next_voter(a, cursor, &ret->voter);
	default:
		return false;
	}
}

/**
 * cl_view_epoch() - has what was agreed upon changed?
 * @m: the membership
 *
 * Return: a number that is another after each change.
 */
u32 cl_view_epoch(struct cl_membership *m)
{
	const struct cl_state *s = state_of(m);

	return s ? s->epoch : 0;
}
