// SPDX-License-Identifier: GPL-2.0-or-later
#include "proofs.h"

#include <string.h>

#include "raft_conf.h"

/* Was it a trusted voter at the last look? */
static bool is_voter(const struct cl_proofs *p, u32 node)
{
	for (unsigned int i = 0; i < p->voters; i++) {
		if (p->voter[i] == node)
			return true;
	}
	return false;
}

static bool same(const struct cl_testimony *a, const struct cl_testimony *b)
{
	return a->type == b->type && a->node == b->node;
}

/**
 * cl_proofs_init() - nothing was heard
 * @p: proofs
 */
void cl_proofs_init(struct cl_proofs *p)
{
	memset(p, 0, sizeof(*p));
}

/*
 * Place for one more: who says too much forgets its own words, and who does not
 * vote makes way.  Voters have room for all that each of them may say.
 */
static struct cl_proof *place(struct cl_proofs *p, u32 from)
{
	struct cl_proof *oldest = NULL, *other = NULL;
	unsigned int own = 0;

	for (unsigned int i = 0; i < p->n; i++) {
		struct cl_proof *q = &p->proof[i];

		if (q->from == from) {
			own++;
			if (!oldest || q->heard < oldest->heard)
				oldest = q;
		} else if (!is_voter(p, q->from)) {
			other = q;
		}
	}
	if (own == CL_PROOFS_OF_ONE)
		return oldest;
	if (p->n < CL_PROOFS_MAX)
		return &p->proof[p->n++];
	return is_voter(p, from) ? other : NULL;
}

/**
 * cl_proofs_hear() - a node says something of another
 * @p: proofs
 * @now: time, ns
 * @from: who says it; the stream vouches for that, or it is this node itself
 * @t: what it says, as of cl_testimony_decode(); of the other types nothing is kept
 *
 * What it has said of that node before is replaced.  Whether its word counts is
 * found out when it is needed.
 */
void cl_proofs_hear(struct cl_proofs *p, s64 now, u32 from,
		    const struct cl_testimony *t)
{
	struct cl_proof *q = p->proof, *end = p->proof + p->n;
	s64 told = 0;

	if (t->type != CL_TESTIMONY_ACCUSE && t->type != CL_TESTIMONY_REPORT)
		return;
	while (q < end && (q->from != from || !same(&q->t, t)))
		q++;
	if (q < end)
		told = q->told;
	else
		q = place(p, from);
	if (q)
		*q = (struct cl_proof){ from, now, told, *t };
}

/* An entry with the word of @q was proposed and cannot have taken effect. */
static void take_back(struct cl_proofs *p, const struct cl_proof *q)
{
	const struct cl_testimony t = q->t;

	for (unsigned int i = 0; i < p->n; i++) {
		if (same(&p->proof[i].t, &t))
			p->proof[i].told = 0;
	}
}

/* Who votes now, and what is not said any more. */
static void look(struct cl_proofs *p, s64 now, const struct cl_state *state)
{
	p->voters = 0;
	for (unsigned int i = 0; i < state->conf.voters; i++) {
		if (!cl_state_isolated(state, state->conf.voter[i]))
			p->voter[p->voters++] = state->conf.voter[i];
	}
	for (unsigned int i = 0; i < p->n; i++) {
		const struct cl_proof *q = &p->proof[i];

		if (q->told && !is_voter(p, q->from))
			take_back(p, q);
		if (now - q->heard > CL_PROOFS_MEMORY_NS)
			p->proof[i--] = p->proof[--p->n];
	}
}

/* Does this word count, at cluster time @time_ns? */
static bool counts(const struct cl_proofs *p, const struct cl_proof *q,
		   const struct cl_state *state, s64 time_ns)
{
	const struct cl_standing *st =
		cl_roster_standing(state->roster, q->t.node);

	if (!st || !is_voter(p, q->from))
		return false;
	return q->t.type == CL_TESTIMONY_ACCUSE ||
	       (q->t.report.until_ns <= time_ns &&
		q->t.report.since_ns >= st->isolated_ns);
}

static void take(struct cl_entry *e, const struct cl_testimony *t)
{
	if (t->type == CL_TESTIMONY_ACCUSE) {
		struct cl_isolation *i = &e->isolate;

		i->node = t->node;
		i->accusations[i->n++] = t->accusation;
		i->rule = i->accusations[0].rule;
	} else {
		struct cl_readmission *d = &e->readmit;

		d->node = t->node;
		d->reports[d->n++] = t->report;
	}
}

/*
 * All that voters say like @first, as an entry.  How many they are; 0 if it was
 * proposed just now.
 */
static unsigned int gather(const struct cl_proofs *p,
			   const struct cl_testimony *first, s64 now,
			   const struct cl_state *state, struct cl_entry *e)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < p->n; i++) {
		const struct cl_proof *q = &p->proof[i];

		if (!same(&q->t, first) || !counts(p, q, state, e->time_ns))
			continue;
		if (q->told && now - q->told < CL_PROOFS_AGAIN_NS)
			return 0;
		/* whoever has seen it may ask; for cl_state_fits() */
		e->requester = q->from;
		take(e, &q->t);
		n++;
	}
	return n;
}

/* Those whose word is in the entry. */
static void tell(struct cl_proofs *p, const struct cl_entry *e,
		 const struct cl_state *state, s64 now)
{
	bool isolate = e->kind == CL_ENTRY_ISOLATE;
	const struct cl_testimony t = {
		.type = isolate ? CL_TESTIMONY_ACCUSE : CL_TESTIMONY_REPORT,
		.node = isolate ? e->isolate.node : e->readmit.node,
	};

	for (unsigned int i = 0; i < p->n; i++) {
		struct cl_proof *q = &p->proof[i];

		if (same(&q->t, &t) && counts(p, q, state, e->time_ns))
			q->told = now;
	}
}

/**
 * cl_proofs_next() - is there enough for an entry?
 * @p: proofs
 * @now: time, ns, not 0
 * @time_ns: cluster time
 * @state: what was agreed upon, all of it applied
 * @term: of this leader
 * @ret: gets the entry, but for requester and request; undefined if there is none
 *
 * The node that most voters speak of comes first.  The same is not proposed again
 * before CL_PROOFS_AGAIN_NS, unless one of those who said it was isolated since.
 *
 * Return: true if there is an entry that fits the state.
 */
bool cl_proofs_next(struct cl_proofs *p, s64 now, s64 time_ns,
		    const struct cl_state *state, u32 term,
		    struct cl_entry *ret)
{
	char error[CL_ENTRY_ERROR_SIZE];
	unsigned int most = 0;

	look(p, now, state);
	for (unsigned int i = 0; i < p->n; i++) {
		const struct cl_testimony *t = &p->proof[i].t;
		bool accuse = t->type == CL_TESTIMONY_ACCUSE;
		struct cl_entry e = {
			.kind = accuse ? CL_ENTRY_ISOLATE : CL_ENTRY_READMIT,
			.time_ns = time_ns,
		};
		unsigned int n;

		/* Others are many, and must not cost much. */
		if (!is_voter(p, p->proof[i].from))
			continue;
		n = gather(p, t, now, state, &e);
		if (n <= most)
			continue;
		if (accuse)
			e.isolate.term = term;
		if (cl_state_fits(state, &e, error))
			continue;
		most = n;
		*ret = e;
	}
	if (!most)
		return false;
	tell(p, ret, state, now);
	ret->requester = 0;
	return true;
}
