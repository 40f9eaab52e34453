/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text of metrics: OpenMetrics 1.0, or the older format of Prometheus (0.0.4) for who
 * does not ask for it.
 */
#ifndef _CL_MONITOR_EXPOSITION_H
#define _CL_MONITOR_EXPOSITION_H

#include <stdio.h>

#include "agent/watch/histogram.h"

#define CL_EXPOSITION_LABELS_SIZE 128

enum cl_metric_type {
	CL_METRIC_GAUGE,
	CL_METRIC_COUNTER,
	CL_METRIC_INFO,
	CL_METRIC_STATESET,
	CL_METRIC_HISTOGRAM,
};

/**
 * struct cl_exposition - a text that is being made
 * @f: where it goes
 * @openmetrics: in the newer format
 * @name: family that is being written, static
 * @type: its type
 */
struct cl_exposition {
	FILE *f;
	bool openmetrics;
	const char *name;
	enum cl_metric_type type;
};

void cl_exposition_family(struct cl_exposition *e, const char *name,
			  enum cl_metric_type type, const char *unit,
			  const char *help);
void cl_exposition_put(struct cl_exposition *e, const char *labels, double v);
void cl_exposition_count(struct cl_exposition *e, const char *labels, u64 v);
void cl_exposition_state(struct cl_exposition *e, const char *labels,
			 const char *state, bool on);
void cl_exposition_histogram(struct cl_exposition *e, const char *labels,
			     const struct cl_histogram *h);
void cl_exposition_end(struct cl_exposition *e);
char *cl_exposition_label(char ret[CL_EXPOSITION_LABELS_SIZE], const char *name,
			  const char *value);

#endif /* _CL_MONITOR_EXPOSITION_H */
