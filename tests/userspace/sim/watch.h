/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What warns of links, fed with what the module would say of them.
 */
#ifndef _SIM_WATCH_H
#define _SIM_WATCH_H

#include <jansson.h>

#include "agent/lib/anomaly.h"
#include "follower.h"
#include "link.h"

/**
 * struct sim_watch - a link that is watched
 * @anomaly: its history
 * @warnings: what became of warnings: array of objects
 */
struct sim_watch {
	struct cl_anomaly anomaly;
	json_t *warnings;
};

void sim_watch_init(struct sim_watch *w, u64 limit_ns);
void sim_watch_look(struct sim_watch *w, const struct sim_side *side,
		    const struct sim_follower *f, struct cl_raw now,
		    s64 base_ns);
void sim_watch_free(struct sim_watch *w);

#endif /* _SIM_WATCH_H */
