/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Looks at regular times, the events between them, until somebody has seen enough.
 */
#ifndef _CL_STATS_WATCHING_H
#define _CL_STATS_WATCHING_H

#include "agent/watch/source.h"

/**
 * struct cl_watcher - who watches
 * @look: gets each look, which stays valid until the next; true: enough
 * @event: gets each event before it; NULL: nobody
 * @key: gets a key that was pressed; true: enough; NULL: keys are not read
 * @ctx: passed on
 */
struct cl_watcher {
	bool (*look)(void *ctx, struct cl_look *l);
	cl_source_event_t event;
	bool (*key)(void *ctx, char key);
	void *ctx;
};

int cl_watching(struct cl_source *s, s64 period_ns, const struct cl_watcher *w);

#endif /* _CL_STATS_WATCHING_H */
