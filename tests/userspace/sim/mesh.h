/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Followers that measure each other as well.
 */
#ifndef _SIM_MESH_H
#define _SIM_MESH_H

#include "follower.h"
#include "link.h"

/**
 * struct sim_peers - the peers that a follower measures
 * @side: its sides of the links to them
 * @n: how many
 */
struct sim_peers {
	struct sim_side *side[CL_JOINT_PEERS];
	unsigned int n;
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
void sim_mesh_free(struct sim_mesh *m);
void sim_mesh_note(struct sim_side *side, const struct sim_follower *own,
		   struct cl_raw now, const struct sim_follower *peer,
		   struct cl_raw peer_now);
unsigned int sim_mesh_gaps(const struct sim_peers *p, struct cl_raw now,
			   s64 max_age_ns, struct cl_joint_gap *ret);

#endif /* _SIM_MESH_H */
