// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What operators do with members: a request or two, and between them waiting until
 * the leader has done what they ask for.  Any node may be asked.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "kmod/core/bytes.h"
#include "cluster_node.h"
#include "kmod/core/fixed.h"
#include "raft_conf.h"

static const char *const names[] = {
	[CL_CLUSTER_PROMOTE] = "promote", [CL_CLUSTER_DEMOTE] = "demote",
	[CL_CLUSTER_REMOVE] = "remove",	  [CL_CLUSTER_EVICT] = "evict",
	[CL_CLUSTER_LEAD] = "lead",
};

static void end(struct cl_cluster *c, struct cl_cluster_doing *d, int result,
		const char *why)
{
	d->stage = CL_CLUSTER_FREE;
	c->ops->answered(c->ctx, d->handle, result, why);
}

static bool wants_vote(const struct cl_state *s, u32 node)
{
	const struct cl_member *m = cl_roster_find(s->roster, node);

	return m && m->flags & CL_MEMBER_F_VOTER;
}

static unsigned int count_wanted(const struct cl_state *s)
{
	const struct cl_member *m = NULL;
	unsigned int n = 0;

	while ((m = cl_roster_next(s->roster, m ? m->id : 0)))
		n += (m->flags & CL_MEMBER_F_VOTER) != 0;
	return n;
}

/* What can be said at once. */
static int check(const struct cl_state *s, enum cl_cluster_act act, u32 node,
		 char *error)
{
	bool wants = wants_vote(s, node);

	if (act == CL_CLUSTER_LEAD) {
		if (!node || cl_raft_conf_votes(&s->conf, node))
			return 0;
		return cl_wrong(error, "lead: node %u is no voter", node);
	}
	if (!cl_roster_find(s->roster, node))
		return cl_wrong(error, "%s: node %u is no member", names[act],
				node);
	if (act == CL_CLUSTER_PROMOTE && cl_state_isolated(s, node))
		return cl_wrong(error, "promote: node %u is isolated", node);
	if (act == CL_CLUSTER_PROMOTE && !wants &&
	    count_wanted(s) >= CL_RAFT_VOTERS_MAX)
		return cl_wrong(error, "promote: there are %d voters already",
				CL_RAFT_VOTERS_MAX);
	if (act == CL_CLUSTER_REMOVE &&
	    (wants || cl_raft_conf_has(&s->conf, node)))
		return cl_wrong(error, "remove: node %u votes, demote it first",
				node);
	if (act != CL_CLUSTER_PROMOTE && wants && count_wanted(s) == 1)
		return cl_wrong(error, "%s: node %u is the only voter",
				names[act], node);
	return 0;
}

/**
 * cl_cluster_act() - an operator wants something of a member
 * @c: the node
 * @now: time
 * @act: what
 * @node: the member
 * @time_ns: cluster time
 * @handle: for ops->answered(), which is called unless this fails
 * @error: CL_ENTRY_ERROR_SIZE bytes; on failure what is wrong
 *
 * A new member is one more entry, see cl_cluster_request().  The answer comes within
 * CL_CLUSTER_ACT_NS and twice CL_CLUSTER_REQUEST_NS.  After -ETIMEDOUT the wish
 * remains; the opposite act takes it back.
 *
 * Return: 0; -EINVAL it cannot be; -EBUSY too many are under way.
 */
int cl_cluster_act(struct cl_cluster *c, s64 now, enum cl_cluster_act act,
		   u32 node, s64 time_ns, u64 handle, char *error)
{
	struct cl_cluster_doing *d = c->doing;
	u32 term;

	if (check(cl_cluster_state(c), act, node, error))
		return -EINVAL;
	while (d < c->doing + CL_CLUSTER_ACTS && d->stage)
		d++;
	if (d == c->doing + CL_CLUSTER_ACTS) {
		cl_wrong(error, "%s: %d acts are under way already", names[act],
			 CL_CLUSTER_ACTS);
		return -EBUSY;
	}
	*d = (struct cl_cluster_doing){
		.stage = CL_CLUSTER_BEGUN,
		.act = act,
		.node = node,
		.before = cl_cluster_leader(c, &term),
		.handle = handle,
		.time_ns = time_ns,
		.until = now + CL_CLUSTER_ACT_NS,
	};
	cl_cluster_run(c, now);
	return 0;
}

static int ask_entry(struct cl_cluster *c, struct cl_cluster_ask *a,
		     struct cl_entry *e, char *error)
{
	int len;

	e->requester = c->p.raft.id;
	while (!e->request)
		e->request = c->ops->random(c->ctx);
	len = cl_entry_encode(e, a->data, sizeof(a->data), error);
	if (len < 0)
		return len;
	a->len = len;
	a->id = e->request;
	a->wish = CL_CLUSTER_ENTRY;
	return cl_cluster_ask(c, a, error);
}

/* The member as it is, but for its vote. */
static int ask_vote(struct cl_cluster *c, const struct cl_cluster_doing *d,
		    struct cl_cluster_ask *a, char *error)
{
	struct cl_entry e = { .kind = CL_ENTRY_MEMBER_PUT,
			      .time_ns = d->time_ns };
	const struct cl_member *m =
		cl_roster_find(cl_cluster_state(c)->roster, d->node);

	if (!m)
		return cl_wrong(error, "%s: node %u is no member",
				names[d->act], d->node);
	e.put = *m;
	if (d->act == CL_CLUSTER_PROMOTE)
		e.put.flags |= CL_MEMBER_F_VOTER;
	else
		e.put.flags &= ~CL_MEMBER_F_VOTER;
	return ask_entry(c, a, &e, error);
}

static int ask_del(struct cl_cluster *c, const struct cl_cluster_doing *d,
		   struct cl_cluster_ask *a, char *error)
{
	struct cl_entry e = { .kind = CL_ENTRY_MEMBER_DEL,
			      .time_ns = d->time_ns,
			      .del = d->node };

	return ask_entry(c, a, &e, error);
}

static void ask(struct cl_cluster *c, struct cl_cluster_doing *d, bool del)
{
	struct cl_cluster_ask a = { .act = 1 + (d - c->doing) };
	char error[CL_ENTRY_ERROR_SIZE];
	int err;

	d->stage = del ? CL_CLUSTER_DELETES : CL_CLUSTER_ASKED;
	if (d->act == CL_CLUSTER_LEAD) {
		a.wish = CL_CLUSTER_TRANSFER;
		a.len = 4;
		cl_put_be32(a.data, d->node);
		err = cl_cluster_ask(c, &a, error);
	} else if (del) {
		err = ask_del(c, d, &a, error);
	} else {
		err = ask_vote(c, d, &a, error);
	}
	if (err)
		end(c, d, err, error);
}

static bool reached(const struct cl_cluster *c,
		    const struct cl_cluster_doing *d)
{
	const struct cl_raft_conf *conf = &cl_cluster_state(c)->conf;
	u32 term, leader = cl_cluster_leader(c, &term);

	switch (d->act) {
	case CL_CLUSTER_PROMOTE:
		return cl_raft_conf_votes(conf, d->node);
	case CL_CLUSTER_LEAD:
		return leader &&
		       (d->node ? leader == d->node : leader != d->before);
	default:
		return !cl_raft_conf_has(conf, d->node);
	}
}

/**
 * cl_cluster_act_answer() - the request of an act has ended
 * @c: the node
 * @act: its place
 * @result: as for ops->answered()
 * @why: in words
 */
void cl_cluster_act_answer(struct cl_cluster *c, unsigned int act, int result,
			   const char *why)
{
	struct cl_cluster_doing *d = &c->doing[act];

	/* Who leads is seen, whatever has become of the word for it. */
	if (result && !(d->act == CL_CLUSTER_LEAD && reached(c, d))) {
		end(c, d, result, why);
	} else if (d->stage == CL_CLUSTER_DELETES) {
		end(c, d, 0, why);
	} else {
		d->stage = CL_CLUSTER_WAITS;
		c->again = true;
	}
}

static void give_up(struct cl_cluster *c, struct cl_cluster_doing *d)
{
	static const char *const roles[] = {
		[CL_MEMBER_FOLLOWER] = "does not learn yet",
		[CL_MEMBER_LEARNER] = "learns, but has not caught up",
		[CL_MEMBER_VOTER] = "votes",
	};
	enum cl_member_role role = cl_state_role(cl_cluster_state(c), d->node);
	char why[CL_ENTRY_ERROR_SIZE];

	if (d->act == CL_CLUSTER_LEAD)
		snprintf(why, sizeof(why), "lead: it was not taken over");
	else if (d->act == CL_CLUSTER_PROMOTE)
		snprintf(why, sizeof(why), "promote: node %u %s", d->node,
			 roles[role]);
	else
		snprintf(why, sizeof(why), "%s: node %u still %s",
			 names[d->act], d->node,
			 role == CL_MEMBER_VOTER ? "votes" : "learns");
	end(c, d, -ETIMEDOUT, why);
}

static void go_on(struct cl_cluster *c, struct cl_cluster_doing *d)
{
	if (d->stage == CL_CLUSTER_BEGUN) {
		ask(c, d, d->act == CL_CLUSTER_REMOVE);
	} else if (d->stage == CL_CLUSTER_WAITS) {
		if (reached(c, d) && d->act == CL_CLUSTER_EVICT)
			ask(c, d, true);
		else if (reached(c, d))
			end(c, d, 0, "done");
		else if (c->now >= d->until)
			give_up(c, d);
	}
}

/**
 * cl_cluster_act_run() - go on with the acts
 * @c: the node
 */
void cl_cluster_act_run(struct cl_cluster *c)
{
	for (unsigned int i = 0; i < CL_CLUSTER_ACTS; i++)
		go_on(c, &c->doing[i]);
}

/**
 * cl_cluster_act_deadline() - when to do so
 * @c: the node
 *
 * Return: that time, CL_CLUSTER_NEVER if only events matter.
 */
s64 cl_cluster_act_deadline(const struct cl_cluster *c)
{
	s64 t = CL_CLUSTER_NEVER;

	for (unsigned int i = 0; i < CL_CLUSTER_ACTS; i++)
		if (c->doing[i].stage == CL_CLUSTER_WAITS)
			t = cl_min_s64(t, c->doing[i].until);
	return t;
}
