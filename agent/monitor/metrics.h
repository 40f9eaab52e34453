/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parts of /metrics.
 */
#ifndef _CL_MONITOR_METRICS_H
#define _CL_MONITOR_METRICS_H

#include "exposition.h"
#include "monitor.h"

void cl_metrics_clock_state(struct cl_exposition *e, const char *labels,
			    u32 state);
void cl_metrics_peers(struct cl_exposition *e, const struct cl_monitor *m);

#endif /* _CL_MONITOR_METRICS_H */
