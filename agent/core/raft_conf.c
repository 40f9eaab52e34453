// SPDX-License-Identifier: GPL-2.0-or-later
#include "raft_conf.h"

#include <string.h>

#include "kmod/core/bytes.h"

static bool has(const u32 *node, u32 count, u32 wanted)
{
	for (u32 i = 0; i < count; i++)
		if (node[i] == wanted)
			return true;
	return false;
}

/**
 * cl_raft_conf_insert() - one more of the voters or of the learners
 * @id: their node ids, ascending; there is room for one more
 * @n: how many
 * @node: who comes; none of them yet
 */
void cl_raft_conf_insert(u32 *id, u8 *n, u32 node)
{
	u8 i = (*n)++;

	for (; i && id[i - 1] > node; i--)
		id[i] = id[i - 1];
	id[i] = node;
}

/**
 * cl_raft_conf_take_out() - one less of the voters or of the learners
 * @id: their node ids
 * @n: how many
 * @node: who goes; nothing happens if it is none of them
 */
void cl_raft_conf_take_out(u32 *id, u8 *n, u32 node)
{
	u8 kept = 0;

	for (u8 i = 0; i < *n; i++)
		if (id[i] != node)
			id[kept++] = id[i];
	*n = kept;
}

/**
 * cl_raft_conf_votes() - is it a voter
 * @c: members
 * @node: node id
 *
 * Return: true if it is.
 */
bool cl_raft_conf_votes(const struct cl_raft_conf *c, u32 node)
{
	return has(c->voter, c->voters, node);
}

/**
 * cl_raft_conf_learns() - is it a learner
 * @c: members
 * @node: node id
 *
 * Return: true if it is.
 */
bool cl_raft_conf_learns(const struct cl_raft_conf *c, u32 node)
{
	return has(c->learner, c->learners, node);
}

/**
 * cl_raft_conf_has() - is it a member
 * @c: members
 * @node: node id
 *
 * Return: true if it is a voter or a learner.
 */
bool cl_raft_conf_has(const struct cl_raft_conf *c, u32 node)
{
	return cl_raft_conf_votes(c, node) || cl_raft_conf_learns(c, node);
}

/**
 * cl_raft_conf_honest() - so many voters, one of them honest
 * @c: members
 *
 * Return: one more than the (V - 1) / 3 of V that may lie; 1 without voters.
 */
u32 cl_raft_conf_honest(const struct cl_raft_conf *c)
{
	return c->voters ? (c->voters - 1U) / 3 + 1 : 1;
}

/**
 * cl_raft_conf_quorum() - how many voters decide
 * @c: members
 *
 * Return: the smallest majority.
 */
u32 cl_raft_conf_quorum(const struct cl_raft_conf *c)
{
	return c->voters / 2 + 1;
}

/**
 * cl_raft_conf_members() - all members
 * @c: members
 * @node: room for their ids; voters first
 *
 * Return: how many there are.
 */
u32 cl_raft_conf_members(const struct cl_raft_conf *c,
			 u32 node[CL_RAFT_MEMBERS_MAX])
{
	memcpy(node, c->voter, c->voters * sizeof(*node));
	memcpy(node + c->voters, c->learner, c->learners * sizeof(*node));
	return c->voters + c->learners;
}

static bool ascends(const u32 *node, u32 count)
{
	for (u32 i = 0; i < count; i++)
		if (node[i] <= (i ? node[i - 1] : 0))
			return false;
	return true;
}

/**
 * cl_raft_conf_good() - can these be the members of a cluster
 * @c: members
 *
 * Return: true if counts are in range, ids ascend and no node is listed twice.
 */
bool cl_raft_conf_good(const struct cl_raft_conf *c)
{
	if (!c->voters || c->voters > CL_RAFT_VOTERS_MAX ||
	    c->learners > CL_RAFT_LEARNERS_MAX)
		return false;
	if (!ascends(c->voter, c->voters) || !ascends(c->learner, c->learners))
		return false;
	for (u32 i = 0; i < c->learners; i++)
		if (cl_raft_conf_votes(c, c->learner[i]))
			return false;
	return true;
}

/* 0: no member, 1: learner, 2: voter */
static int rank(const struct cl_raft_conf *c, u32 node)
{
	return cl_raft_conf_votes(c, node) ? 2 : cl_raft_conf_learns(c, node);
}

/**
 * cl_raft_conf_follows() - may these members follow those
 * @old: members now, good
 * @next: members wanted
 * @node: on success the node that changes
 *
 * One node at a time, so that every majority of the one meets every majority of
 * the other (Ongaro, 4.1).  A node begins as learner: a voter that has to be
 * caught up first could stop the cluster.
 *
 * Return: true if they may.
 */
bool cl_raft_conf_follows(const struct cl_raft_conf *old,
			  const struct cl_raft_conf *next, u32 *node)
{
	u32 members[2 * CL_RAFT_MEMBERS_MAX];
	u32 count, changed = 0;

	if (!cl_raft_conf_good(next))
		return false;
	count = cl_raft_conf_members(old, members);
	count += cl_raft_conf_members(next, members + count);
	for (u32 i = 0; i < count; i++) {
		int from = rank(old, members[i]), to = rank(next, members[i]);

		if (from == to || members[i] == changed)
			continue;
		if (changed || (!from && to == 2))
			return false;
		changed = members[i];
	}
	*node = changed;
	return changed != 0;
}

/**
 * cl_raft_conf_encode() - members as bytes
 * @c: members, counts in range
 * @buf: u8 voters, u8 learners, then their ids, u32 big-endian
 *
 * Return: bytes used.
 */
u32 cl_raft_conf_encode(const struct cl_raft_conf *c,
			u8 buf[CL_RAFT_CONF_BYTES])
{
	u32 members[CL_RAFT_MEMBERS_MAX];
	u32 count = cl_raft_conf_members(c, members);

	buf[0] = c->voters;
	buf[1] = c->learners;
	for (u32 i = 0; i < count; i++)
		cl_put_be32(buf + 2 + 4 * i, members[i]);
	return 2 + 4 * count;
}

/**
 * cl_raft_conf_decode() - members from bytes
 * @c: members; untouched if the bytes are not good
 * @buf: bytes of cl_raft_conf_encode()
 * @len: how many
 *
 * Return: true if they are good members and nothing else.
 */
bool cl_raft_conf_decode(struct cl_raft_conf *c, const u8 *buf, u32 len)
{
	struct cl_raft_conf d = { 0 };

	if (len < 2 || buf[0] > CL_RAFT_VOTERS_MAX ||
	    buf[1] > CL_RAFT_LEARNERS_MAX)
		return false;
	d.voters = buf[0];
	d.learners = buf[1];
	if (len != 2U + 4 * (d.voters + d.learners))
		return false;
	for (u32 i = 0; i < d.voters; i++)
		d.voter[i] = cl_get_be32(buf + 2 + 4 * i);
	for (u32 i = 0; i < d.learners; i++)
		d.learner[i] = cl_get_be32(buf + 2 + 4 * (d.voters + i));
	if (!cl_raft_conf_good(&d))
		return false;
	*c = d;
	return true;
}
