/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Recorded measurements through the module's own estimator once more.
 */
#ifndef _CL_STATS_REPLAY_H
#define _CL_STATS_REPLAY_H

#include <jansson.h>

#include "agent/watch/look.h"
#include "kmod/core/estimator.h"

/**
 * struct cl_replay_peer - the measurements of one peer
 * @node: its node id
 * @starts: how often the module has begun anew, as the last look told
 * @hardware: time stamps were made by network devices, as it told
 * @samples: exchanges replayed
 * @refused: of them those that the estimator did not take
 * @estimator: the estimator
 * @compared: looks in which both had an answer
 * @difference_ns: offset replayed minus the recorded one, in the last of them
 * @offset_ns: offset replayed, own raw time minus the peer's
 * @freq_ppt: frequency replayed
 * @recorded: the peer as the last look told it
 */
struct cl_replay_peer {
	u32 node;
	u64 starts;
	bool hardware;
	u64 samples;
	u64 refused;
	struct cl_estimator estimator;
	u64 compared;
	s64 difference_ns;
	s64 offset_ns;
	s64 freq_ppt;
	struct cl_nl_peer recorded;
};

/**
 * struct cl_replay - a replay
 * @params: what the instance knew of path and oscillators
 * @peers: the peers, in the order they came
 * @n: number of @peers
 */
struct cl_replay {
	struct cl_estimator_params params;
	struct cl_replay_peer **peers;
	size_t n;
};

void cl_replay_init(struct cl_replay *r);
void cl_replay_free(struct cl_replay *r);
int cl_replay_sample(struct cl_replay *r, const struct cl_nl_sample *s);
int cl_replay_look(struct cl_replay *r, const struct cl_look *l);
void cl_replay_print(const struct cl_replay *r);
json_t *cl_replay_json(const struct cl_replay *r);

#endif /* _CL_STATS_REPLAY_H */
