/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parts of /metrics.
 */
#ifndef _CL_MONITOR_METRICS_H
#define _CL_MONITOR_METRICS_H

#include "exposition.h"
#include "monitor.h"

/* Of the labels of a node. */
#define CL_METRICS_LABELS_SIZE (2 * CL_EXPOSITION_LABELS_SIZE)

char *cl_metrics_node(char ret[CL_METRICS_LABELS_SIZE], u32 node,
		      const char *name);
void cl_metrics_clock_state(struct cl_exposition *e, const char *labels,
			    u32 state);
void cl_metrics_peers(struct cl_exposition *e, const struct cl_monitor *m);
void cl_metrics_voters(struct cl_exposition *e, const struct cl_look *look);

#endif /* _CL_MONITOR_METRICS_H */
