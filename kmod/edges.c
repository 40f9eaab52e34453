// SPDX-License-Identifier: GPL-2.0
#include "edges.h"

#include <linux/rculist.h>

#include "instance.h"

/* A peer that is silent for so many of its turns is not counted. */
#define EDGES_EXPIRY_TURNS 5

/*
 * The gap of a peer, which is locked, if it has one.  @leader is the leader's
 * edge as it was known when the peer's line came, NULL: there was none.
 */
static bool edges_gap(struct cl_peer *peer, const struct cl_order *o,
		      const struct cl_map *leader)
{
	struct cl_peer_line *line = &peer->line;
	struct cl_joint_edge edge;
	struct cl_estimate e;

	lockdep_assert_held(&peer->lock);
	if (peer->settings.shadow || !line->known || line->term != o->term)
		return false;
	if (!line->fresh)
		return line->gap_known;
	line->fresh = false;
	line->gap_known = leader && !cl_peer_estimate(peer, line->at, &e);
	if (line->gap_known) {
		cl_joint_edge(&line->map, &e, &edge);
		cl_joint_gap(leader, &edge, &line->gap);
	}
	return line->gap_known;
}

/**
 * cl_edges_gather() - what the peers say against the leader
 * @inst: instance
 * @o: order of the leader
 * @leader: line of the leader's edge since the order before, NULL: there was
 *	none
 * @now: own raw time
 * @ret: gets at most CL_JOINT_PEERS gaps
 *
 * Looks at all peers, but only once per round.
 *
 * Context: process.
 * Return: number of gaps.
 */
unsigned int cl_edges_gather(struct cl_instance *inst, const struct cl_order *o,
			     const struct cl_map *leader, struct cl_raw now,
			     struct cl_joint_gap *ret)
{
	s64 expiry = EDGES_EXPIRY_TURNS * o->interval_ns *
		     inst->settings.probe_every;
	struct cl_peer *peer;
	unsigned int n = 0;

	rcu_read_lock();
	list_for_each_entry_rcu(peer, &inst->peers.list, list) {
		/* Most have none.  Pairs with engine_take_line(). */
		if (!READ_ONCE(peer->line.known) || peer->node == o->parent)
			continue;
		spin_lock_bh(&peer->lock);
		if (n < CL_JOINT_PEERS && edges_gap(peer, o, leader) &&
		    cl_raw_sub(now, peer->line.at) <= expiry)
			ret[n++] = peer->line.gap;
		spin_unlock_bh(&peer->lock);
	}
	rcu_read_unlock();
	return n;
}
