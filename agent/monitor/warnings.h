/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Warnings of links before synchronization degrades (agent/lib/anomaly.h).
 */
#ifndef _CL_MONITOR_WARNINGS_H
#define _CL_MONITOR_WARNINGS_H

#include "eventlog.h"
#include "node.h"

void cl_warnings_look(const struct cl_nodes *t, struct cl_eventlog *log,
		      const struct cl_look *look);
unsigned int cl_warnings_count(const struct cl_node *n);

#endif /* _CL_MONITOR_WARNINGS_H */
