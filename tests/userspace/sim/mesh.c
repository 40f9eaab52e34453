// SPDX-License-Identifier: GPL-2.0-or-later
#include "mesh.h"

#include "options.h"

/* Beyond all that the scenario draws for its nodes at the start. */
#define STREAM_ID VT_NODES_MAX

static struct sim_side *find(const struct sim_mesh *m, unsigned int node,
			     unsigned int other)
{
	for (unsigned int i = 0; i < m->links; i++) {
		struct sim_side *side = m->link[i].side;

		if (side[0].node == node && side[1].node == other)
			return &side[0];
		if (side[1].node == node && side[0].node == other)
			return &side[1];
	}
	return NULL;
}

/* A random follower that another one does not ask yet; there must be one. */
static unsigned int draw(const struct sim_mesh *m, const struct vt_scenario *s,
			 unsigned int node, struct vt_rng *rng)
{
	for (;;) {
		unsigned int other = 1 + vt_rng_next(rng) % (s->nodes - 1);
		const struct sim_side *side = find(m, node, other);

		if (other != node && !(side && side->asks))
			return other;
	}
}

static void add(struct sim_mesh *m, const struct vt_scenario *s,
		unsigned int first_id, unsigned int node, unsigned int other,
		const struct cl_estimator_params *params)
{
	struct sim_side *side = find(m, node, other);
	struct sim_link *l;

	if (!side) {
		l = &m->link[m->links];
		sim_link_init(l, s, first_id + m->links, node, other);
		sim_side_measure(&l->side[0], params);
		sim_side_measure(&l->side[1], params);
		m->links++;
		side = &l->side[0];
	}
	side->asks = true;
}

static void list(struct sim_mesh *m, struct sim_side *side, bool asks)
{
	struct sim_peers *p = &m->peers[side->node];

	if (side->asks != asks)
		return;
	p->side[p->n++] = side;
	p->asked += asks;
}

/**
 * sim_mesh_init() - every follower asks some others, drawn by the seed
 * @m: to be filled
 * @s: scenario; must live as long
 * @peers: whom each asks, if there are so many
 * @first_id: number of the first link
 * @params: of all estimators
 *
 * Two that ask each other have one link.
 */
void sim_mesh_init(struct sim_mesh *m, const struct vt_scenario *s,
		   unsigned int peers, unsigned int first_id,
		   const struct cl_estimator_params *params)
{
	unsigned int asked = peers < s->nodes - 2 ? peers : s->nodes - 2;
	struct vt_rng rng;

	*m = (struct sim_mesh){
		.link = sim_alloc(s->nodes * asked + 1, sizeof(*m->link)),
		.peers = sim_alloc(s->nodes, sizeof(*m->peers)),
	};
	vt_rng_init(&rng, s->seed, VT_STREAM_SETUP, STREAM_ID, 0);
	for (unsigned int i = 1; i < s->nodes; i++) {
		m->peers[i].side =
			sim_alloc(s->nodes, sizeof(*m->peers[i].side));
		for (unsigned int k = 0; k < asked; k++)
			add(m, s, first_id, i, draw(m, s, i, &rng), params);
	}
	for (int asks = 1; asks >= 0; asks--) {
		for (unsigned int i = 0; i < m->links; i++) {
			list(m, &m->link[i].side[0], asks);
			list(m, &m->link[i].side[1], asks);
		}
	}
}

/**
 * sim_mesh_free() - give its memory back
 * @m: mesh
 * @nodes: number of nodes
 */
void sim_mesh_free(struct sim_mesh *m, unsigned int nodes)
{
	for (unsigned int i = 0; i < nodes; i++)
		free(m->peers[i].side);
	free(m->link);
	free(m->peers);
}

/**
 * sim_mesh_turn() - whom to ask next
 * @p: peers, of which some are asked
 *
 * Return: own side of the link to it.
 */
struct sim_side *sim_mesh_turn(struct sim_peers *p)
{
	return p->side[p->next++ % p->asked];
}

/* As edges_gap() in kmod/edges.c. */
static bool has_gap(struct sim_side *side, const struct cl_map *leader)
{
	struct cl_joint_edge edge;
	struct cl_estimate e;

	if (!side->line_known)
		return false;
	if (!side->line_fresh)
		return side->gap_known;
	side->line_fresh = false;
	side->gap_known = leader && !cl_estimator_get(&side->estimator,
						      side->line_at, &e);
	if (side->gap_known) {
		cl_joint_edge(&side->line, &e, &edge);
		cl_joint_gap(leader, &edge, &side->gap);
	}
	return side->gap_known;
}

/**
 * sim_mesh_gaps() - what the peers of a follower say against the leader
 * @p: its peers
 * @now: its raw time
 * @max_age_ns: what is older does not count
 * @leader: line of the leader's edge so far, NULL: there is none
 * @ret: gets at most CL_JOINT_PEERS gaps
 *
 * Return: how many.
 */
unsigned int sim_mesh_gaps(const struct sim_peers *p, struct cl_raw now,
			   s64 max_age_ns, const struct cl_map *leader,
			   struct cl_joint_gap *ret)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < p->n && n < CL_JOINT_PEERS; i++) {
		struct sim_side *side = p->side[i];

		if (has_gap(side, leader) &&
		    cl_raw_sub(now, side->line_at) <= max_age_ns)
			ret[n++] = side->gap;
	}
	return n;
}
