// SPDX-License-Identifier: GPL-2.0-or-later
#include "io.h"

#include <stdarg.h>
#include <stdio.h>

#define LINE_SIZE 512

static void put(struct cl_io *io, struct cl_io_line *line, const char *fmt,
		va_list ap)
{
	char text[LINE_SIZE];

	vsnprintf(text, sizeof(text), fmt, ap);
	line->text = text;
	io->ops->log(io, line);
}

/**
 * cl_io_log() - write one line to the log
 * @io: the world
 * @prio: priority
 * @fmt: printf() format, no line feed; more than 511 bytes are cut
 */
void cl_io_log(struct cl_io *io, enum cl_io_prio prio, const char *fmt, ...)
{
	struct cl_io_line line = { .prio = prio };
	va_list ap;

	va_start(ap, fmt);
	put(io, &line, fmt, ap);
	va_end(ap);
}

/**
 * cl_io_event() - write to the log what programs are to find as well
 * @io: the world
 * @prio: priority
 * @event: what has happened
 * @values: by CL_VALUES()
 * @fmt: as cl_io_log()
 */
void cl_io_event(struct cl_io *io, enum cl_io_prio prio, enum cl_event event,
		 const struct cl_event_value *values, const char *fmt, ...)
{
	struct cl_io_line line = {
		.prio = prio,
		.event = event,
		.values = values,
	};
	va_list ap;

	va_start(ap, fmt);
	put(io, &line, fmt, ap);
	va_end(ap);
}
