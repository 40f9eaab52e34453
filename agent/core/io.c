// SPDX-License-Identifier: GPL-2.0-or-later
#include "io.h"

#include <stdarg.h>
#include <stdio.h>

#define LINE_SIZE 512

/**
 * cl_io_log() - write one line to the log
 * @io: the world
 * @prio: priority
 * @fmt: printf() format, no line feed; more than 511 bytes are cut
 */
void cl_io_log(struct cl_io *io, enum cl_io_prio prio, const char *fmt, ...)
{
	char line[LINE_SIZE];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	io->ops->log(io, prio, line);
}
