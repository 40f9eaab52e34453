// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a voter gives those that are not of Raft: who leads, whenever that changes,
 * and the state, part by part as they ask for it.  Each knows how much it can take,
 * so nothing piles up here.  Who is no member gets it as well: it wants to join, or
 * has to learn that it was removed.  Whoever owns the streams sees that there are few.
 */
#include <stdlib.h>
#include <string.h>

#include "kmod/core/bytes.h"
#include "cluster_node.h"
#include "raft_conf.h"

#define OFFER_BYTES 12
#define GET_BYTES 8
#define PART_HEAD 20

static_assert(PART_HEAD + CL_CLUSTER_PART_MAX <= CL_RAFT_MSG_MAX,
	      "a part of the state is one frame");

static int place_of(const struct cl_cluster *c, u32 node)
{
	for (unsigned int i = 0; i < c->peers; i++)
		if (c->peer[i].node == node)
			return i;
	return -1;
}

/**
 * cl_cluster_feed_opened() - there is a new stream
 * @c: the node
 * @node: the other end; it was told nothing on this stream
 */
void cl_cluster_feed_opened(struct cl_cluster *c, u32 node)
{
	int i = place_of(c, node);

	if (i < 0 && c->peers == CL_CLUSTER_PEERS)
		return;
	if (i < 0)
		i = c->peers++;
	c->peer[i] = (struct cl_cluster_offer){ .node = node };
}

/**
 * cl_cluster_feed_closed() - a stream has ended
 * @c: the node
 * @node: the other end
 */
void cl_cluster_feed_closed(struct cl_cluster *c, u32 node)
{
	int i = place_of(c, node);

	if (i >= 0)
		c->peer[i] = c->peer[--c->peers];
}

/**
 * cl_cluster_connected() - is there a stream to a node
 * @c: the node
 * @node: the other one
 *
 * Return: true if there is.
 */
bool cl_cluster_connected(const struct cl_cluster *c, u32 node)
{
	return place_of(c, node) >= 0;
}

/**
 * cl_cluster_reachable() - how many voters can be reached
 * @c: the node
 *
 * Return: those that there is a stream to, and this one if it votes.
 */
unsigned int cl_cluster_reachable(const struct cl_cluster *c)
{
	const struct cl_raft_conf *conf = &c->own.conf;
	unsigned int n = 0;

	for (unsigned int i = 0; i < conf->voters; i++)
		n += conf->voter[i] == c->p.raft.id ||
		     cl_cluster_connected(c, conf->voter[i]);
	return n;
}

static bool feeds(const struct cl_cluster *c)
{
	return cl_raft_conf_votes(&c->own.conf, c->p.raft.id);
}

static bool eats(const struct cl_cluster *c, u32 node)
{
	return !cl_raft_conf_has(&c->own.conf, node);
}

static void free_frozen(struct cl_cluster *c)
{
	free(c->frozen.data);
	memset(&c->frozen, 0, sizeof(c->frozen));
}

/* Who has begun to copy a state gets the rest of it. */
static bool freeze(struct cl_cluster *c, u32 epoch)
{
	if (c->frozen.data && c->frozen.epoch == epoch)
		return true;
	if (epoch != c->own.epoch)
		return false;
	free_frozen(c);
	c->frozen.data = cl_state_freeze(&c->own, &c->frozen.size);
	c->frozen.epoch = epoch;
	c->frozen.index = c->own.index;
	return c->frozen.data;
}

/**
 * cl_cluster_feed_receive() - a frame GET has come
 * @c: the node
 * @node: of whom
 * @data: its bytes
 * @len: how many
 *
 * A state that is not there any more is not given: the node has been offered a newer
 * one.
 *
 * Return: false if it makes no sense.
 */
bool cl_cluster_feed_receive(struct cl_cluster *c, u32 node, const u8 *data,
			     size_t len)
{
	u32 epoch, offset, n;

	if (len != GET_BYTES)
		return false;
	epoch = cl_get_be32(data);
	offset = cl_get_be32(data + 4);
	if (!eats(c, node) || !freeze(c, epoch))
		return true;
	if (offset >= c->frozen.size)
		return false;
	n = c->frozen.size - offset;
	if (n > CL_CLUSTER_PART_MAX)
		n = CL_CLUSTER_PART_MAX;
	cl_put_be32(c->buf, epoch);
	cl_put_be64(c->buf + 4, c->frozen.index);
	cl_put_be32(c->buf + 12, c->frozen.size);
	cl_put_be32(c->buf + 16, offset);
	memcpy(c->buf + PART_HEAD, c->frozen.data + offset, n);
	c->ops->send(c->ctx, node, CL_CLUSTER_PART, c->buf, PART_HEAD + n);
	return true;
}

/**
 * cl_cluster_feed_run() - tell what has changed
 * @c: the node
 *
 * After a restart the state is that of the last snapshot, by which the voters of now
 * may not be believed; it is not offered.
 */
void cl_cluster_feed_run(struct cl_cluster *c)
{
	struct cl_cluster_offer o = { .epoch = c->current ? c->own.epoch : 0 };
	u8 b[OFFER_BYTES];

	if (!feeds(c))
		return;
	o.leader = cl_raft_leader(c->raft);
	o.term = cl_raft_term(c->raft);
	cl_put_be32(b, o.leader);
	cl_put_be32(b + 4, o.term);
	cl_put_be32(b + 8, o.epoch);
	for (unsigned int i = 0; i < c->peers; i++) {
		o.node = c->peer[i].node;
		if (!memcmp(&o, &c->peer[i], sizeof(o)) || !eats(c, o.node))
			continue;
		if (!c->ops->send(c->ctx, o.node, CL_CLUSTER_OFFER, b,
				  sizeof(b)))
			c->peer[i] = o;
	}
}
