// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a node that is no member of Raft is told by the voters.
 *
 * Voters are those of the newest state that the node has, and not isolated.  A node
 * that has none yet takes the first from anybody to whom it has a stream.
 *
 * Who leads, in which term, is what so many of them say that one is honest: a term takes
 * the place of all below it, so one voter that lies could else make all others deaf to
 * who does lead.  Of three voters each is believed.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kmod/core/bytes.h"
#include "cluster_node.h"
#include "kmod/core/fixed.h"
#include "raft_conf.h"

#define OFFER_BYTES 12
#define GET_BYTES 8
#define PART_HEAD 20

/* Without another part for so long it is asked for elsewhere. */
#define PART_NS CL_NS_PER_SEC

static bool trusted(const struct cl_cluster *c, u32 node)
{
	const struct cl_state *s = cl_cluster_state(c);

	return !s->epoch || (cl_raft_conf_votes(&s->conf, node) &&
			     !cl_state_isolated(s, node));
}

/*
 * Worth asking for?  A node without a state believes anybody, so it takes one from who
 * is in touch with a leader: one that was removed, and has not heard of it, has a state
 * from before, by which the voters of now would never be believed.
 */
static bool worth(const struct cl_cluster *c, const struct cl_cluster_offer *o)
{
	return trusted(c, o->node) && (cl_cluster_state(c)->epoch || o->leader);
}

static struct cl_cluster_offer *source(struct cl_cluster *c, u32 node)
{
	for (unsigned int i = 0; i < c->sources; i++)
		if (c->source[i].node == node)
			return &c->source[i];
	return NULL;
}

static void forget(struct cl_cluster *c)
{
	free(c->coming.data);
	memset(&c->coming, 0, sizeof(c->coming));
}

/* This copy is not asked for there again. */
static void give_up(struct cl_cluster *c)
{
	struct cl_cluster_offer *o = source(c, c->coming.node);

	if (o && o->epoch == c->coming.epoch)
		o->epoch = 0;
	forget(c);
}

static struct cl_cluster_offer *new_source(struct cl_cluster *c)
{
	if (c->sources < CL_RAFT_VOTERS_MAX)
		return &c->source[c->sources++];
	for (unsigned int i = 0; i < c->sources; i++)
		if (!trusted(c, c->source[i].node))
			return &c->source[i];
	return NULL;
}

/* So many have to say the same. */
static u32 needed(const struct cl_cluster *c)
{
	const struct cl_state *s = cl_cluster_state(c);

	return s->epoch ? cl_raft_conf_honest(&s->conf) : 1;
}

/* Terms of those that are trusted, the latest first; how many. */
static u32 terms(const struct cl_cluster *c, u32 term[CL_RAFT_VOTERS_MAX])
{
	u32 n = 0;

	for (unsigned int i = 0; i < c->sources; i++) {
		const struct cl_cluster_offer *o = &c->source[i];
		u32 at = n;

		if (!trusted(c, o->node))
			continue;
		for (; at && term[at - 1] < o->term; at--)
			term[at] = term[at - 1];
		term[at] = o->term;
		n++;
	}
	return n;
}

/* So many of them say that a node leads in a term. */
static u32 names(const struct cl_cluster *c, u32 leader, u32 term)
{
	u32 n = 0;

	for (unsigned int i = 0; i < c->sources; i++)
		n += c->source[i].leader == leader &&
		     c->source[i].term == term && trusted(c, c->source[i].node);
	return n;
}

/* What enough of them say is where others may go on from. */
static void note_term(struct cl_cluster *c)
{
	u32 term[CL_RAFT_VOTERS_MAX];
	u32 need = needed(c);

	if (terms(c, term) >= need && term[need - 1] > c->offered_term)
		c->offered_term = term[need - 1];
}

/**
 * cl_cluster_fed_offer() - a frame OFFER has come
 * @c: the node
 * @node: of whom
 * @data: its bytes
 * @len: how many
 *
 * Return: false if it makes no sense.
 */
bool cl_cluster_fed_offer(struct cl_cluster *c, u32 node, const u8 *data,
			  size_t len)
{
	struct cl_cluster_offer *o = source(c, node);

	if (len != OFFER_BYTES || cl_get_be32(data + 4) >= CL_RAFT_TERM_END)
		return false;
	if (!o)
		o = new_source(c);
	if (o)
		*o = (struct cl_cluster_offer){
			.node = node,
			.leader = cl_get_be32(data),
			.term = cl_get_be32(data + 4),
			.epoch = cl_get_be32(data + 8),
		};
	note_term(c);
	/* What was asked for and has not begun to come does not come any more. */
	if (o && c->coming.node == node && !c->coming.got &&
	    c->coming.epoch != o->epoch)
		forget(c);
	return true;
}

/**
 * cl_cluster_fed_closed() - a stream has ended
 * @c: the node
 * @node: the other end
 */
void cl_cluster_fed_closed(struct cl_cluster *c, u32 node)
{
	struct cl_cluster_offer *o = source(c, node);

	if (o)
		*o = c->source[--c->sources];
	if (c->coming.node == node)
		forget(c);
}

/**
 * cl_cluster_fed_leader() - who leads by the word of voters
 * @c: the node
 * @term: gets the latest term that enough of them have told, 0: none
 *
 * With streams to fewer than enough all of them have to say so, and a term may not be
 * further ahead of what enough have ever told than Raft lets one voter go.
 *
 * Return: node id; 0: not known.
 */
u32 cl_cluster_fed_leader(const struct cl_cluster *c, u32 *term)
{
	u32 told[CL_RAFT_VOTERS_MAX], leader = 0;
	u32 n = terms(c, told), need = needed(c);

	*term = 0;
	if (!n)
		return 0;
	if (n < need && c->offered_term && told[n - 1] > c->offered_term &&
	    told[n - 1] - c->offered_term > CL_RAFT_JUMP)
		return 0;
	if (need > n)
		need = n;
	*term = told[need - 1];
	for (unsigned int i = 0; i < c->sources; i++) {
		const struct cl_cluster_offer *o = &c->source[i];

		if (o->leader && o->term == *term && trusted(c, o->node) &&
		    names(c, o->leader, *term) >= need)
			leader = o->leader;
	}
	return leader;
}

static void get(struct cl_cluster *c)
{
	u8 b[GET_BYTES];

	c->coming.until = c->now + PART_NS;
	cl_put_be32(b, c->coming.epoch);
	cl_put_be32(b + 4, c->coming.got);
	c->ops->send(c->ctx, c->coming.node, CL_CLUSTER_GET, b, sizeof(b));
}

/* All parts have come.  A new state takes the place of the old one as a whole. */
static bool thaw(struct cl_cluster *c)
{
	const struct cl_raft_snapshot snap = { .index = c->coming.index,
					       .data = c->coming.data,
					       .len = c->coming.size };
	struct cl_state next = { .cluster = c->p.cluster };
	char error[CL_ENTRY_ERROR_SIZE];
	int err = cl_state_thaw(&next, &snap, error);

	if (err == -ENOMEM)
		return true;
	if (err) {
		cl_cluster_log(c, CL_IO_WARNING,
			       "cluster: state of node %u: %s", c->coming.node,
			       error);
		return false;
	}
	if (next.epoch != c->coming.epoch ||
	    !cl_raft_conf_votes(&next.conf, c->coming.node)) {
		cl_state_fini(&next);
		return false;
	}
	if (next.epoch <= cl_cluster_state(c)->epoch) {
		cl_state_fini(&next);
		return true;
	}
	cl_state_fini(&c->fed);
	c->fed = next;
	c->roster = true;
	return true;
}

static bool begin(struct cl_cluster_copy *copy, u64 index, u32 size)
{
	if (!size || size > CL_RAFT_SNAPSHOT_MAX)
		return false;
	copy->data = malloc(size);
	copy->index = index;
	copy->size = size;
	return copy->data;
}

/* False if it is not the next part. */
static bool append(struct cl_cluster_copy *copy, const u8 *data, size_t len)
{
	u64 index = cl_get_be64(data + 4);
	u32 size = cl_get_be32(data + 12);

	if (!copy->data && !begin(copy, index, size))
		return false;
	len -= PART_HEAD;
	if (index != copy->index || size != copy->size ||
	    len > copy->size - copy->got)
		return false;
	memcpy(copy->data + copy->got, data + PART_HEAD, len);
	copy->got += len;
	return true;
}

/**
 * cl_cluster_fed_part() - a frame PART has come
 * @c: the node
 * @node: of whom
 * @data: its bytes
 * @len: how many
 *
 * One that was not asked for has no effect.
 *
 * Return: false if it, or the state that it completes, makes no sense.
 */
bool cl_cluster_fed_part(struct cl_cluster *c, u32 node, const u8 *data,
			 size_t len)
{
	struct cl_cluster_copy *copy = &c->coming;
	bool good;

	if (len <= PART_HEAD)
		return false;
	if (!copy->node || copy->node != node ||
	    cl_get_be32(data) != copy->epoch ||
	    cl_get_be32(data + 16) != copy->got)
		return true;
	good = append(copy, data, len);
	if (good && copy->got < copy->size) {
		get(c);
		return true;
	}
	good = good && thaw(c);
	give_up(c);
	return good;
}

/**
 * cl_cluster_fed_run() - ask for a newer state if there is one
 * @c: the node
 */
void cl_cluster_fed_run(struct cl_cluster *c)
{
	const struct cl_cluster_offer *best = NULL;
	u32 epoch = cl_cluster_state(c)->epoch;

	if (c->coming.node && c->now >= c->coming.until)
		give_up(c);
	if (c->coming.node)
		return;
	for (unsigned int i = 0; i < c->sources; i++) {
		const struct cl_cluster_offer *o = &c->source[i];

		if (o->epoch > epoch && worth(c, o)) {
			best = o;
			epoch = o->epoch;
		}
	}
	if (!best)
		return;
	c->coming.node = best->node;
	c->coming.epoch = best->epoch;
	get(c);
}

/**
 * cl_cluster_fed_deadline() - when to look
 * @c: the node
 *
 * Return: that time, CL_CLUSTER_NEVER if only events matter.
 */
s64 cl_cluster_fed_deadline(const struct cl_cluster *c)
{
	return c->coming.node ? c->coming.until : CL_CLUSTER_NEVER;
}
