/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All that the agent core gets from outside.  It has no clock, no socket and no
 * timer of its own, so it runs in virtual time as well.
 */
#ifndef _CL_CORE_IO_H
#define _CL_CORE_IO_H

#include "agent/lib/compiler.h"
#include "engine.h"
#include "event.h"
#include "kmod/core/types.h"

/* Priorities of syslog. */
enum cl_io_prio {
	CL_IO_ERR = 3,
	CL_IO_WARNING = 4,
	CL_IO_NOTICE = 5,
	CL_IO_INFO = 6,
};

struct cl_io;

/**
 * struct cl_io_line - one line of the log
 * @prio: priority
 * @event: what it is about
 * @values: of @event, ended by one without a name; NULL: none
 * @text: for people, without a line feed
 */
struct cl_io_line {
	enum cl_io_prio prio;
	enum cl_event event;
	const struct cl_event_value *values;
	const char *text;
};

/**
 * struct cl_io_ops - the world
 * @now: monotonic time, ns; only differences count
 * @utc: wall clock, ns since 1970 UTC; a new cluster time begins with it
 * @tai_offset: TAI - UTC as the host knows it, s
 * @random: uniform over 64 bits
 * @log: write one line; it is valid during the call
 */
struct cl_io_ops {
	s64 (*now)(struct cl_io *io);
	s64 (*utc)(struct cl_io *io);
	s32 (*tai_offset)(struct cl_io *io);
	u64 (*random)(struct cl_io *io);
	void (*log)(struct cl_io *io, const struct cl_io_line *line);
};

/**
 * struct cl_io - the world of one node
 * @ops: time and log
 * @engine: what keeps the time
 */
struct cl_io {
	const struct cl_io_ops *ops;
	struct cl_engine *engine;
};

void __printf(3, 4)
	cl_io_log(struct cl_io *io, enum cl_io_prio prio, const char *fmt, ...);
void __printf(5, 6)
	cl_io_event(struct cl_io *io, enum cl_io_prio prio, enum cl_event event,
		    const struct cl_event_value *values, const char *fmt, ...);

#endif /* _CL_CORE_IO_H */
