/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The calendar: who runs next, and how far.
 */
#ifndef _VT_CALENDAR_H
#define _VT_CALENDAR_H

#include "net.h"
#include "truth.h"

/**
 * struct vt_calendar - a run
 * @scenario: what happens when
 * @node: the nodes
 * @net: the network between them
 * @truth: where the clocks are written to
 * @epoll: the descriptors of all nodes
 * @fd: the descriptor that is in @epoll, VT_FDS a node, -1: none
 * @next: when something happens in each node, global ps
 * @event: next event of the scenario
 * @sample: next sample of the truth, global ps
 * @windows: how often nodes were let run
 * @runs: sum over windows of the nodes that ran
 */
struct vt_calendar {
	struct vt_scenario *scenario;
	struct vt_node *node;
	struct vt_net *net;
	struct vt_truth *truth;
	int epoll;
	int *fd;
	s64 *next;
	unsigned int event;
	s64 sample;
	u64 windows;
	u64 runs;
};

/* How a run ended. */
enum vt_result {
	VT_RESULT_DONE,
	VT_RESULT_HUNG,
	VT_RESULT_ERROR,
};

enum vt_result vt_calendar_run(struct vt_calendar *c, char *why,
			       size_t why_len);

#endif /* _VT_CALENDAR_H */
