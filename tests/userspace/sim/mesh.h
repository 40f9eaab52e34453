/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Followers that measure each other as well.
 */
#ifndef _SIM_MESH_H
#define _SIM_MESH_H

#include "link.h"

/**
 * struct sim_peers - the peers of a follower
 * @side: its sides of the links to them; at first those that it asks itself
 * @asked: how many it asks itself
 * @n: how many there are
 * @next: whose turn it is to be asked
 */
struct sim_peers {
	struct sim_side **side;
	unsigned int asked;
	unsigned int n;
	unsigned int next;
};

/**
 * struct sim_mesh - links between followers
 * @link: links
 * @links: how many
 * @peers: of each node
 */
struct sim_mesh {
	struct sim_link *link;
	unsigned int links;
	struct sim_peers *peers;
};

void sim_mesh_init(struct sim_mesh *m, const struct vt_scenario *s,
		   unsigned int peers, unsigned int first_id,
		   const struct cl_estimator_params *params);
void sim_mesh_free(struct sim_mesh *m, unsigned int nodes);
struct sim_side *sim_mesh_turn(struct sim_peers *p);
unsigned int sim_mesh_gaps(const struct sim_peers *p, struct cl_raw now,
			   s64 max_age_ns, const struct cl_map *leader,
			   struct cl_joint_gap *ret);

#endif /* _SIM_MESH_H */
