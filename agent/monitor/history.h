/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What some figures were: rings of rows at three resolutions, of constant size.
 */
#ifndef _CL_MONITOR_HISTORY_H
#define _CL_MONITOR_HISTORY_H

#include "kmod/core/types.h"

#define CL_HISTORY_LEVELS 3
#define CL_HISTORY_COLUMNS 8

/* How several rows become one. */
enum cl_history_join {
	CL_HISTORY_MEAN,
	CL_HISTORY_MAX,
	CL_HISTORY_LAST,
};

/**
 * struct cl_history_column - what a figure is
 * @name: in the API
 * @join: how several of it become one
 */
struct cl_history_column {
	const char *name;
	enum cl_history_join join;
};

/**
 * struct cl_history - the rings
 * @column: what the figures are, static
 * @columns: their number, at most CL_HISTORY_COLUMNS
 * @row: rings of each level, allocated; NaN: not known
 * @first: first row of each level, counted from CLOCK_MONOTONIC 0
 * @slot: last row of each level, -1: there is none
 */
struct cl_history {
	const struct cl_history_column *column;
	unsigned int columns;
	float *row[CL_HISTORY_LEVELS];
	s64 first[CL_HISTORY_LEVELS];
	s64 slot[CL_HISTORY_LEVELS];
};

/**
 * struct cl_history_view - a part of a history
 * @level: the resolution
 * @group: rows of the level that become one row of the view
 * @rows: rows of the view
 * @first: slot of the level where it begins
 * @step_ns: time of one row
 */
struct cl_history_view {
	unsigned int level;
	unsigned int group;
	unsigned int rows;
	s64 first;
	s64 step_ns;
};

int cl_history_open(struct cl_history *h,
		    const struct cl_history_column *column,
		    unsigned int columns);
void cl_history_close(struct cl_history *h);
void cl_history_put(struct cl_history *h, s64 mono_ns, const float *figure);
void cl_history_view(struct cl_history_view *ret, s64 mono_ns, s64 span_ns,
		     unsigned int points);
bool cl_history_row(const struct cl_history *h, const struct cl_history_view *v,
		    unsigned int i, float *ret);

#endif /* _CL_MONITOR_HISTORY_H */
