/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two nodes that exchange messages, and what they make of it.
 */
#ifndef _SIM_LINK_H
#define _SIM_LINK_H

#include "host.h"
#include "kmod/core/estimator.h"
#include "kmod/core/joint.h"
#include "queue.h"

enum sim_role {
	SIM_ASKER, /* sends requests and updates */
	SIM_ANSWERER, /* responds */
	SIM_ROLES,
};

struct sim_link;

/**
 * struct sim_side - a node's side of a link
 * @link: the link
 * @node: its number
 * @out: path to the other side
 * @noise: of its receive stamps
 * @session: its session
 * @measured: its exchanges are estimated
 * @estimator: of the other node's clock
 * @exchanges: that it took
 * @gap: the other node, a peer, against the leader
 * @gap_at: raw time of @gap
 * @gap_known: there is one
 */
struct sim_side {
	struct sim_link *link;
	unsigned int node;
	struct vt_path *out;
	struct vt_rng noise;
	struct cl_session session;
	bool measured;
	struct cl_estimator estimator;
	u64 exchanges;
	struct cl_joint_gap gap;
	struct cl_raw gap_at;
	bool gap_known;
};

/**
 * struct sim_link - a link
 * @id: its number
 * @side: both ends, by role
 */
struct sim_link {
	unsigned int id;
	struct sim_side side[SIM_ROLES];
};

void sim_link_init(struct sim_link *l, const struct vt_scenario *s,
		   unsigned int id, unsigned int asker, unsigned int answerer);
void sim_link_measure(struct sim_link *l, enum sim_role role,
		      const struct cl_estimator_params *params);
void sim_link_request(struct sim_link *l, struct sim_host *host,
		      struct sim_queue *q, s64 now);
void sim_link_update(struct sim_link *l, struct sim_host *host,
		     struct sim_queue *q, s64 now,
		     const struct cl_wire_update *u);
bool sim_link_arrive(struct sim_link *l, struct sim_host *host,
		     struct sim_queue *q, const struct sim_event *e);

#endif /* _SIM_LINK_H */
