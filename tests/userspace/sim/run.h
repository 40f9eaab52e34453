/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A run: node 0 leads, all others follow it.
 */
#ifndef _SIM_RUN_H
#define _SIM_RUN_H

#include "link.h"
#include "mesh.h"
#include "measure.h"
#include "options.h"
#include "watch.h"

/**
 * struct sim_run - a run
 * @options: of the command line
 * @scenario: what happens when
 * @host: the nodes
 * @link: link[i - 1]: of the leader and node i
 * @mesh: links between followers; the first is number nodes - 1
 * @follower: the followers; that of node 0 means nothing
 * @measure: their figures
 * @watch: links to the leader that are watched, NULL: none; that of node 0 means
 *	nothing
 * @began: when each got its first update, global ps, 0: never
 * @queue: what will happen
 * @now: global ps
 * @event: next event of the scenario
 * @sample: next look at the truth, global ps
 * @bad: last look that found an error above the limit, or no reading, global ps
 * @trace: gets the trace, NULL: none
 * @traced: second of the last line there
 */
struct sim_run {
	const struct sim_options *options;
	struct vt_scenario *scenario;
	struct sim_host *host;
	struct sim_link *link;
	struct sim_mesh mesh;
	struct sim_follower *follower;
	struct sim_measure *measure;
	struct sim_watch *watch;
	s64 *began;
	struct sim_queue queue;
	s64 now;
	unsigned int event;
	s64 sample;
	s64 bad;
	FILE *trace;
	s64 traced;
};

void sim_run_init(struct sim_run *r, const struct sim_options *o,
		  struct vt_scenario *s);
void sim_run_go(struct sim_run *r);
void sim_run_free(struct sim_run *r);

#endif /* _SIM_RUN_H */
