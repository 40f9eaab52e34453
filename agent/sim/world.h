/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What all nodes of a run have in common.
 */
#ifndef _CS_WORLD_H
#define _CS_WORLD_H

#include <stdio.h>

#include "fault.h"
#include "invariant.h"
#include "schedule.h"

struct cs_node;

/**
 * struct cs_counts - what has come to pass, so that tests can demand that it did
 * @events: all
 * @messages: sent
 * @lost: of these
 * @elections: terms with a leader
 * @committed: entries
 * @answered: proposals that clients were told of
 * @changes: entries that change the members
 * @snapshots: that came from others
 * @failures: nodes that gave up because a write failed
 * @actions: of the schedule, by kind, that could be done
 */
struct cs_counts {
	u64 events;
	u64 messages;
	u64 lost;
	u64 elections;
	u64 committed;
	u64 answered;
	u64 changes;
	u64 snapshots;
	u64 failures;
	u64 actions[CS_ACTIONS];
};

/**
 * struct cs_world - the world
 * @heap: time and all that will happen
 * @net: between the nodes
 * @checks: what must hold
 * @schedule: what is to happen
 * @fault: planted
 * @trace: gets a line for each thing that happens; NULL: none
 * @counts: so far
 * @failed: a node has given up
 */
struct cs_world {
	struct cs_heap heap;
	struct cs_net net;
	struct cs_checks checks;
	const struct cs_schedule *schedule;
	enum cs_fault fault;
	FILE *trace;
	struct cs_counts counts;
	void (*failed)(struct cs_world *w, struct cs_node *n);
};

void cs_trace(const struct cs_world *w, const char *fmt, ...) __printf(2, 3);

#endif /* _CS_WORLD_H */
