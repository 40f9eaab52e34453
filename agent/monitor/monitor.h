/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All that the monitor knows: the last look, and what it remembers of those before.
 */
#ifndef _CL_MONITOR_MONITOR_H
#define _CL_MONITOR_MONITOR_H

#include "agent/watch/source.h"
#include "changes.h"
#include "eventlog.h"
#include "node.h"
#include "rounds.h"

/* Columns of the own clock's history. */
enum cl_own_column {
	CL_OWN_ERROR,
	CL_OWN_BOUND,
	CL_OWN_HARD,
	CL_OWN_RATE,
	CL_OWN_LOST,
	CL_OWN_STATE,
	CL_OWN_P50,
	CL_OWN_P99,
	CL_OWN_COLUMNS,
};

/**
 * struct cl_monitor - the monitor
 * @look: the last look
 * @looks: how many there were
 * @look_ns: what the last one took
 * @overruns: times that events of the module were lost
 * @nodes: all nodes
 * @own: history of the own clock
 * @delay: round trips of all exchanges
 * @delay_utc_ns: since when
 * @recent: those since the last look
 * @lost: messages of all peers that never came, up to the last look
 * @rounds: the last rounds
 * @changes: what is compared to find events
 * @events: what has happened
 * @holdover_ns: CLOCK_MONOTONIC of the first look of this holdover, 0: there is none
 * @metrics_peers: with more peers than that /metrics leaves them out
 */
struct cl_monitor {
	struct cl_look look;
	u64 looks;
	s64 look_ns;
	u64 overruns;
	struct cl_nodes nodes;
	struct cl_history own;
	struct cl_histogram delay;
	s64 delay_utc_ns;
	struct cl_histogram recent;
	u64 lost;
	struct cl_rounds rounds;
	struct cl_changes changes;
	struct cl_eventlog events;
	s64 holdover_ns;
	unsigned int metrics_peers;
};

int cl_monitor_new(struct cl_monitor **ret, unsigned int metrics_peers);
void cl_monitor_free(struct cl_monitor *m);
int cl_monitor_look(struct cl_monitor *m, struct cl_source *s);
int cl_monitor_events(struct cl_monitor *m, struct cl_source *s);

#endif /* _CL_MONITOR_MONITOR_H */
