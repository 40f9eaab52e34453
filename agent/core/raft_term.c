// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A term takes the place of all below it, and there are 2^32: a voter that lies could
 * use them up with one message, and nobody could ever be elected again.  Raft trusts
 * all members; this is what it does not need to trust them for.
 *
 * Honest voters enter one term after the other, so terms do not grow faster than
 * elections can be held.  So much one node may bring about; what is further ahead
 * counts if more voters say so than can lie.  Who was away for a thousand elections hears
 * it from the others as soon as it asks for their votes.  Of three voters none can lie,
 * and each is believed.
 */
#include "raft_term.h"

#include "raft_conf.h"

/* Those that name this term or a later one. */
static u32 count(const struct cl_raft_claims *c, u32 term)
{
	u32 n = 0;

	for (u32 i = 0; i < c->n; i++)
		n += c->term[i] >= term;
	return n;
}

/* True if it is the first time that it claims something. */
static bool note(struct cl_raft_claims *c, u32 node, u32 term)
{
	u32 i = 0;

	while (i < c->n && c->node[i] != node)
		i++;
	if (i == CL_RAFT_VOTERS_MAX)
		return false;
	c->node[i] = node;
	c->term[i] = term;
	if (i < c->n)
		return false;
	c->n++;
	return true;
}

static void begin(struct cl_raft *r, u32 term)
{
	r->claims.base = term;
	r->claims.since = r->now;
	r->claims.n = 0;
}

/**
 * cl_raft_term_believes() - may the node be in a term because of a message?
 * @r: the node
 * @m: the message
 * @news: gets: no, and this voter has not been refused for some time
 *
 * Return: true if it may, or its term does not matter.
 */
bool cl_raft_term_believes(struct cl_raft *r, const struct cl_raft_msg *m,
			   bool *news)
{
	struct cl_raft_claims *c = &r->claims;

	*news = false;
	if (m->type == CL_RAFT_PREVOTE ||
	    (m->type == CL_RAFT_PREVOTE_REPLY && m->granted))
		return true;
	if (!c->base || r->now - c->since >= CL_RAFT_JUMP * r->p.election_ns)
		begin(r, r->term);
	if (m->term <= r->term || m->term - c->base <= CL_RAFT_JUMP ||
	    cl_raft_conf_honest(&r->conf) == 1)
		return true;
	if (cl_raft_conf_votes(&r->conf, m->from))
		*news = note(c, m->from, m->term);
	if (count(c, m->term) < cl_raft_conf_honest(&r->conf))
		return false;
	begin(r, m->term);
	*news = false;
	return true;
}
