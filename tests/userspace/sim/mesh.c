// SPDX-License-Identifier: GPL-2.0-or-later
#include "mesh.h"

#include "options.h"

/* Beyond all that the scenario draws for its nodes at the start. */
#define STREAM_ID VT_NODES_MAX

static bool linked(const struct sim_mesh *m, unsigned int a, unsigned int b)
{
	for (unsigned int i = 0; i < m->links; i++) {
		const struct sim_side *side = m->link[i].side;

		if ((side[0].node == a && side[1].node == b) ||
		    (side[0].node == b && side[1].node == a))
			return true;
	}
	return false;
}

static bool full(const struct sim_mesh *m, unsigned int node)
{
	return m->peers[node].n == CL_JOINT_PEERS;
}

static void add(struct sim_mesh *m, const struct vt_scenario *s,
		unsigned int id, unsigned int asker, unsigned int answerer,
		const struct cl_estimator_params *params)
{
	struct sim_link *l = &m->link[m->links++];

	sim_link_init(l, s, id, asker, answerer);
	for (int role = 0; role < SIM_ROLES; role++) {
		struct sim_peers *p = &m->peers[l->side[role].node];

		sim_link_measure(l, role, params);
		p->side[p->n++] = &l->side[role];
	}
}

/**
 * sim_mesh_init() - every follower asks some others, drawn by the seed
 * @m: to be filled
 * @s: scenario; must live as long
 * @peers: whom each asks; it is asked by as many on average
 * @first_id: number of the first link
 * @params: of all estimators
 *
 * Nobody asks whom he is asked by, or measures more than CL_JOINT_PEERS.
 */
void sim_mesh_init(struct sim_mesh *m, const struct vt_scenario *s,
		   unsigned int peers, unsigned int first_id,
		   const struct cl_estimator_params *params)
{
	unsigned int followers = s->nodes - 1;
	struct vt_rng rng;

	*m = (struct sim_mesh){
		.link = sim_alloc(followers * peers + 1, sizeof(*m->link)),
		.peers = sim_alloc(s->nodes, sizeof(*m->peers)),
	};
	vt_rng_init(&rng, s->seed, VT_STREAM_SETUP, STREAM_ID, 0);
	for (unsigned int k = 0; k < peers; k++) {
		for (unsigned int i = 1; i <= followers; i++) {
			/* From a random one on, the first that is possible. */
			unsigned int at = vt_rng_next(&rng) % followers, tries;

			for (tries = 0; tries < followers; tries++) {
				unsigned int j = 1 + (at + tries) % followers;

				if (j == i || linked(m, i, j) || full(m, i) ||
				    full(m, j))
					continue;
				add(m, s, first_id + m->links, i, j, params);
				break;
			}
		}
	}
}

/**
 * sim_mesh_free() - give its memory back
 * @m: mesh
 */
void sim_mesh_free(struct sim_mesh *m)
{
	free(m->link);
	free(m->peers);
}

/**
 * sim_mesh_note() - a message of a peer has come, with its line
 * @side: own side of the link
 * @own: own clock
 * @now: own raw time
 * @peer: the peer's clock
 * @peer_now: its raw time
 *
 * The line is the peer's of now, not that of when the message left: it is
 * younger than in the product by the delay of the path.
 */
void sim_mesh_note(struct sim_side *side, const struct sim_follower *own,
		   struct cl_raw now, const struct sim_follower *peer,
		   struct cl_raw peer_now)
{
	const struct cl_map line = {
		.raw = peer_now,
		.time = cl_clock_at(&peer->clock, peer_now),
		.rate_q48 = peer->clock.map.rate_q48,
	};
	struct cl_joint_edge edge;
	struct cl_estimate e;

	if (!own->locked || !peer->locked ||
	    cl_estimator_get(&side->estimator, now, &e))
		return;
	cl_joint_edge(&line, &e, &edge);
	cl_joint_gap(&own->leader, &edge, &side->gap);
	side->gap_at = now;
	side->gap_known = true;
}

/**
 * sim_mesh_gaps() - what a follower knows of its peers
 * @p: its peers
 * @now: its raw time
 * @max_age_ns: what is older does not count
 * @ret: gets at most CL_JOINT_PEERS gaps
 *
 * Return: how many.
 */
unsigned int sim_mesh_gaps(const struct sim_peers *p, struct cl_raw now,
			   s64 max_age_ns, struct cl_joint_gap *ret)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < p->n; i++) {
		const struct sim_side *side = p->side[i];

		if (side->gap_known &&
		    cl_raw_sub(now, side->gap_at) <= max_age_ns)
			ret[n++] = side->gap;
	}
	return n;
}
