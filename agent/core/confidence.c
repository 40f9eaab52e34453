// SPDX-License-Identifier: GPL-2.0-or-later
#include "confidence.h"

#include <errno.h>
#include <string.h>

/* So many of n are too many: more than can be faulty. */
static unsigned int enough(unsigned int n)
{
	unsigned int faulty = n ? (n - 1) / 3 : 0;

	return faulty + 1 > CL_CONFIDENCE_LEAST ? faulty + 1 :
						  CL_CONFIDENCE_LEAST;
}

/**
 * cl_confidence_init() - nobody has said anything
 * @c: votes
 */
void cl_confidence_init(struct cl_confidence *c)
{
	memset(c, 0, sizeof(*c));
}

/**
 * cl_confidence_hear() - a node has no confidence
 * @c: votes
 * @node: who says it; authenticated, a member, neither isolated nor demoted
 * @voter: it is a voter
 * @term: the term whose leader it means
 * @now: time, ns
 *
 * A higher term forgets the votes of the one before.  A term far ahead would lock
 * out all others: the caller passes only terms that it knows to have begun.
 *
 * Return: 0; -ESTALE if the term is over, -ENOSPC if there are too many nodes.
 */
int cl_confidence_hear(struct cl_confidence *c, u32 node, bool voter, u32 term,
		       s64 now)
{
	unsigned int i = 0;

	if (term < c->term)
		return -ESTALE;
	if (term > c->term)
		c->n = 0;
	c->term = term;
	while (i < c->n && c->vote[i].node != node)
		i++;
	if (i == CL_CONFIDENCE_NODES)
		return -ENOSPC;
	if (i == c->n)
		c->n++;
	c->vote[i] = (struct cl_confidence_vote){ node, voter, now };
	return 0;
}

/**
 * cl_confidence_forget() - a node was isolated or has left: it has no vote
 * @c: votes
 * @node: node id; may be unknown
 */
void cl_confidence_forget(struct cl_confidence *c, u32 node)
{
	for (unsigned int i = 0; i < c->n; i++) {
		if (c->vote[i].node == node)
			c->vote[i--] = c->vote[--c->n];
	}
}

/**
 * cl_confidence_count() - is it enough?
 * @c: votes
 * @term: the leader's
 * @now: time, ns
 * @nodes: members that are judged, the leader among them
 * @voters: voters, the leader among them
 * @ret: answer
 */
void cl_confidence_count(const struct cl_confidence *c, u32 term, s64 now,
			 unsigned int nodes, unsigned int voters,
			 struct cl_confidence_answer *ret)
{
	*ret = (struct cl_confidence_answer){ 0 };
	if (term != c->term)
		return;
	for (unsigned int i = 0; i < c->n; i++) {
		if (now - c->vote[i].when > CL_CONFIDENCE_MEMORY_NS)
			continue;
		ret->nodes++;
		ret->voters += c->vote[i].voter;
	}
	ret->distrust = ret->voters >= enough(voters);
	ret->depose = ret->nodes >= enough(nodes);
}
