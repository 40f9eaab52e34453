// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What may be agreed on after what has been.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "agent/lib/compiler.h"
#include "raft_conf.h"
#include "state.h"

static int __printf(3, 4)
	refuse(enum cl_answer answer, char *error, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(error, CL_ENTRY_ERROR_SIZE, fmt, ap);
	va_end(ap);
	return answer;
}

/* A voter whose word counts. */
static bool trusted(const struct cl_state *s, u32 node)
{
	return cl_raft_conf_votes(&s->conf, node) &&
	       !cl_state_isolated(s, node);
}

static unsigned int count_trusted(const struct cl_state *s,
				  const struct cl_raft_conf *c)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < c->voters; i++)
		n += !cl_state_isolated(s, c->voter[i]);
	return n;
}

static int check_put(const struct cl_state *s, const struct cl_member *m,
		     char *error)
{
	const struct cl_member *other;
	const char *what = cl_roster_rival(s->roster, m, &other);

	if (what)
		return refuse(CL_ANSWER_TAKEN, error,
			      "member-put: node %u, '%s', has that %s",
			      other->id, other->name, what);
	if (s->roster->n == CL_ROSTER_MAX && !cl_roster_find(s->roster, m->id))
		return refuse(CL_ANSWER_FULL, error,
			      "member-put: there are %d members already",
			      CL_ROSTER_MAX);
	return CL_ANSWER_DONE;
}

static int check_del(const struct cl_state *s, u32 id, char *error)
{
	if (!cl_roster_find(s->roster, id))
		return refuse(CL_ANSWER_UNKNOWN, error,
			      "member-del: node %u is no member", id);
	if (cl_raft_conf_has(&s->conf, id))
		return refuse(CL_ANSWER_VOTES, error,
			      "member-del: node %u is a voter or learner", id);
	return CL_ANSWER_DONE;
}

static int check_change(const struct cl_state *s,
			const struct cl_common_change *c, char *error)
{
	u64 common[CL_COMMON_N], max;

	memcpy(common, s->common, sizeof(common));
	cl_state_common(common, c);
	max = common[CL_COMMON_INTERVAL_MAX];
	if (max && max < common[CL_COMMON_INTERVAL])
		return refuse(CL_ANSWER_CONFLICT, error,
			      "settings: interval-max is below interval");
	return CL_ANSWER_DONE;
}

static int check_utc(const struct cl_state *s, const struct cl_utc *u,
		     char *error)
{
	if (u->since_s < s->utc.since_s)
		return refuse(CL_ANSWER_CONFLICT, error,
			      "utc: older than what was agreed on");
	if (u->since_s == s->utc.since_s && u->offset_s != s->utc.offset_s)
		return refuse(CL_ANSWER_CONFLICT, error,
			      "utc: %d s was agreed on for that time",
			      s->utc.offset_s);
	return CL_ANSWER_DONE;
}

static int check_proofs(const struct cl_state *s, const char *what,
			unsigned int n, char *error)
{
	unsigned int needed = cl_state_proofs(s);

	if (n >= needed)
		return CL_ANSWER_DONE;
	return refuse(CL_ANSWER_UNPROVEN, error, "%s: %u of %u voters", what, n,
		      needed);
}

static int check_isolate(const struct cl_state *s, const struct cl_isolation *i,
			 char *error)
{
	unsigned int left = count_trusted(s, &s->conf);

	if (!cl_roster_find(s->roster, i->node))
		return refuse(CL_ANSWER_UNKNOWN, error,
			      "isolate: node %u is no member", i->node);
	if (cl_state_isolated(s, i->node))
		return refuse(CL_ANSWER_CONFLICT, error,
			      "isolate: node %u is isolated already", i->node);
	for (unsigned int k = 0; k < i->n; k++)
		if (!trusted(s, i->accusations[k].accuser))
			return refuse(CL_ANSWER_UNPROVEN, error,
				      "isolate: accuser %u is no trusted voter",
				      i->accusations[k].accuser);
	if (cl_raft_conf_votes(&s->conf, i->node) &&
	    left - 1 < cl_raft_conf_quorum(&s->conf))
		return refuse(CL_ANSWER_MAJORITY, error,
			      "isolate: only %u of %u voters would be left",
			      left - 1, s->conf.voters);
	return check_proofs(s, "isolate", i->n, error);
}

static int check_readmit(const struct cl_state *s, const struct cl_entry *e,
			 char *error)
{
	const struct cl_readmission *d = &e->readmit;
	const struct cl_standing *st = cl_roster_standing(s->roster, d->node);

	if (!st)
		return refuse(CL_ANSWER_UNKNOWN, error,
			      "readmit: node %u is no member", d->node);
	if (!st->isolation.n)
		return refuse(CL_ANSWER_CONFLICT, error,
			      "readmit: node %u is not isolated", d->node);
	for (unsigned int k = 0; k < d->n; k++) {
		const struct cl_report *r = &d->reports[k];

		if (!trusted(s, r->voter))
			return refuse(CL_ANSWER_UNPROVEN, error,
				      "readmit: %u is no trusted voter",
				      r->voter);
		if (r->since_ns < st->isolated_ns)
			return refuse(CL_ANSWER_UNPROVEN, error,
				      "readmit: report of %u is from before",
				      r->voter);
	}
	if (st->readmitted_ns &&
	    e->time_ns - st->readmitted_ns < CL_STATE_READMIT_NS)
		return refuse(CL_ANSWER_SOON, error,
			      "readmit: node %u was readmitted within a day",
			      d->node);
	return check_proofs(s, "readmit", d->n, error);
}

/*
 * Operators ask members; what is found by measuring comes from voters.  Who is no
 * member may ask to become one, and for nothing else.
 */
static int check_requester(const struct cl_state *s, const struct cl_entry *e,
			   char *error)
{
	switch (e->kind) {
	case CL_ENTRY_MEMBER_PUT:
	case CL_ENTRY_MEMBER_DEL:
	case CL_ENTRY_SETTINGS:
		if (cl_roster_find(s->roster, e->requester) ||
		    (e->kind == CL_ENTRY_MEMBER_PUT &&
		     e->put.id == e->requester))
			return CL_ANSWER_DONE;
		return refuse(CL_ANSWER_REQUESTER, error,
			      "requester %u is no member", e->requester);
	default:
		if (trusted(s, e->requester))
			return CL_ANSWER_DONE;
		return refuse(CL_ANSWER_REQUESTER, error,
			      "requester %u is no trusted voter", e->requester);
	}
}

/**
 * cl_state_fits() - does an entry fit what was agreed on before
 * @s: the state just before it
 * @e: the entry, right by itself
 * @error: CL_ENTRY_ERROR_SIZE bytes; if not, why
 *
 * Return: enum cl_answer, the same on every node.
 */
int cl_state_fits(const struct cl_state *s, const struct cl_entry *e,
		  char *error)
{
	int answer = check_requester(s, e, error);

	if (answer)
		return answer;
	switch (e->kind) {
	case CL_ENTRY_MEMBER_PUT:
		return check_put(s, &e->put, error);
	case CL_ENTRY_MEMBER_DEL:
		return check_del(s, e->del, error);
	case CL_ENTRY_SETTINGS:
		return check_change(s, &e->change, error);
	case CL_ENTRY_UTC:
		return check_utc(s, &e->utc, error);
	case CL_ENTRY_ISOLATE:
		return check_isolate(s, &e->isolate, error);
	default:
		return check_readmit(s, e, error);
	}
}

/**
 * cl_state_check() - would an entry take effect
 * @s: the state
 * @index: index that the entry would get, one after the last of the log
 * @e: the entry, right by itself
 * @error: CL_ENTRY_ERROR_SIZE bytes; if not, why
 *
 * For who proposes: what goes into the log has to fit what is before it, or the
 * others refuse it for ever.
 *
 * Return: enum cl_answer; -EAGAIN: not all before it was applied.
 */
int cl_state_check(const struct cl_state *s, u64 index,
		   const struct cl_entry *e, char *error)
{
	if (index == s->index + 1)
		return cl_state_fits(s, e, error);
	snprintf(error, CL_ENTRY_ERROR_SIZE,
		 "entries before it are not applied yet");
	return -EAGAIN;
}

static int check_joining(const struct cl_state *s, u32 node, char *error)
{
	const struct cl_member *m = cl_roster_find(s->roster, node);

	if (cl_raft_conf_has(&s->conf, node))
		return CL_ANSWER_DONE;
	if (!m)
		return refuse(CL_ANSWER_UNKNOWN, error, "node %u is no member",
			      node);
	if (!(m->flags & CL_MEMBER_F_VOTER))
		return refuse(CL_ANSWER_REQUESTER, error,
			      "no operator wants node %u to vote", node);
	if (cl_state_isolated(s, node))
		return refuse(CL_ANSWER_CONFLICT, error, "node %u is isolated",
			      node);
	return CL_ANSWER_DONE;
}

static int check_leaving(const struct cl_state *s, u32 node,
			 const struct cl_raft_conf *next, char *error)
{
	const struct cl_member *m = cl_roster_find(s->roster, node);

	if (cl_raft_conf_votes(next, node) || cl_state_isolated(s, node) ||
	    !m || !(m->flags & CL_MEMBER_F_VOTER))
		return CL_ANSWER_DONE;
	return refuse(CL_ANSWER_REQUESTER, error,
		      "node %u votes by the operator's wish", node);
}

/**
 * cl_state_check_conf() - may the voters be changed so
 * @s: the state
 * @next: who shall vote
 * @error: CL_ENTRY_ERROR_SIZE bytes; if not, why
 *
 * Who votes is the operator's wish (CL_MEMBER_F_VOTER); the exception is that an
 * isolated node may lose its vote.  For the leader: Raft itself does not ask.
 *
 * Return: enum cl_answer.
 */
int cl_state_check_conf(const struct cl_state *s,
			const struct cl_raft_conf *next, char *error)
{
	unsigned int n = count_trusted(s, next);
	int answer = CL_ANSWER_DONE;

	for (unsigned int i = 0; !answer && i < next->voters; i++)
		answer = check_joining(s, next->voter[i], error);
	for (unsigned int i = 0; !answer && i < next->learners; i++)
		answer = check_joining(s, next->learner[i], error);
	for (unsigned int i = 0; !answer && i < s->conf.voters; i++)
		answer = check_leaving(s, s->conf.voter[i], next, error);
	if (!answer && n < cl_raft_conf_quorum(next))
		answer = refuse(CL_ANSWER_MAJORITY, error,
				"only %u of %u voters are not isolated", n,
				next->voters);
	return answer;
}
