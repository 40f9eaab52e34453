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

#define SIM_SIDES 2

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
 * @asks: it asks the other one, a peer, in its turns
 * @line: last line that the other one has told
 * @line_at: own raw time when it came
 * @line_known: there is one
 * @line_fresh: @gap was not made of it yet
 * @gap: the other one against the leader
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
	bool asks;
	struct cl_map line;
	struct cl_raw line_at;
	bool line_known;
	bool line_fresh;
	struct cl_joint_gap gap;
	bool gap_known;
};

/**
 * struct sim_link - a link
 * @id: its number
 * @side: both ends
 */
struct sim_link {
	unsigned int id;
	struct sim_side side[SIM_SIDES];
};

void sim_link_init(struct sim_link *l, const struct vt_scenario *s,
		   unsigned int id, unsigned int a, unsigned int b);
void sim_side_measure(struct sim_side *side,
		      const struct cl_estimator_params *params);
void sim_side_request(struct sim_side *side, struct sim_host *host,
		      struct sim_queue *q, s64 now, const struct cl_map *line);
void sim_side_update(struct sim_side *side, struct sim_host *host,
		     struct sim_queue *q, s64 now,
		     const struct cl_wire_update *u);
bool sim_side_arrive(struct sim_side *side, struct sim_host *host,
		     struct sim_queue *q, const struct sim_event *e,
		     const struct cl_map *line);

/* The other end of a link. */
static inline struct sim_side *sim_side_other(struct sim_side *side)
{
	return &side->link->side[side == side->link->side];
}

#endif /* _SIM_LINK_H */
