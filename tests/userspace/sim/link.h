/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two nodes that exchange messages, and what one of them makes of it.
 */
#ifndef _SIM_LINK_H
#define _SIM_LINK_H

#include "host.h"
#include "kmod/core/estimator.h"
#include "queue.h"

/**
 * struct sim_link - a link: the asker sends requests, the answerer responds
 * @id: number of the link
 * @asker: number of the node
 * @answerer: number of the node
 * @measured: the answerer's exchanges are estimated, else the asker's
 * @forth: path of requests and updates
 * @back: path of responses
 * @ask_noise: receive noise of the asker
 * @answer_noise: receive noise of the answerer
 * @ask: session of the asker
 * @answer: session of the answerer
 * @estimator: of the side that is estimated
 * @exchanges: that it took
 */
struct sim_link {
	unsigned int id;
	unsigned int asker;
	unsigned int answerer;
	bool measured;
	struct vt_path *forth;
	struct vt_path *back;
	struct vt_rng ask_noise;
	struct vt_rng answer_noise;
	struct cl_session ask;
	struct cl_session answer;
	struct cl_estimator estimator;
	u64 exchanges;
};

void sim_link_init(struct sim_link *l, const struct vt_scenario *s,
		   unsigned int asker, unsigned int answerer);
void sim_link_request(struct sim_link *l, struct sim_host *host,
		      struct sim_queue *q, s64 now);
void sim_link_update(struct sim_link *l, struct sim_host *host,
		     struct sim_queue *q, s64 now,
		     const struct cl_wire_update *u);
bool sim_link_arrive(struct sim_link *l, struct sim_host *host,
		     struct sim_queue *q, const struct sim_event *e);

#endif /* _SIM_LINK_H */
