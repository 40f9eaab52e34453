/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What clocklink-stats does, one function per command.
 */
#ifndef _CL_STATS_COMMANDS_H
#define _CL_STATS_COMMANDS_H

#include <stdbool.h>

#include "agent/watch/source.h"

/* Exit status; part of the interface (--help). */
enum cl_stats_exit {
	CL_STATS_OK = 0,
	CL_STATS_FAILURE = 1,
	CL_STATS_USAGE = 2,
	CL_STATS_FOUND = 4,
};

/**
 * struct cl_stats_options - options of the command line
 * @json: output for programs
 * @once: one frame
 * @interval_ns: time between two looks
 * @for_ns: how long, 0: as the command likes
 * @limit_mb: a record ends with so many megabytes
 * @play: name of a record to look at, NULL: this host
 */
struct cl_stats_options {
	bool json;
	bool once;
	s64 interval_ns;
	s64 for_ns;
	s64 limit_mb;
	const char *play;
};

enum cl_stats_exit cl_stats_live(const struct cl_stats_options *o);
enum cl_stats_exit cl_stats_doctor(const struct cl_stats_options *o);
enum cl_stats_exit cl_stats_record(const struct cl_stats_options *o,
				   const char *path);
enum cl_stats_exit cl_stats_replay(const struct cl_stats_options *o,
				   const char *path);

int cl_stats_open(struct cl_source **ret, const char *play, bool samples);
enum cl_stats_exit cl_stats_fail(const char *what, const char *why);

#endif /* _CL_STATS_COMMANDS_H */
