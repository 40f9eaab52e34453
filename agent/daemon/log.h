/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Log: lines on stderr; under systemd messages for the journal, with ids and values.
 */
#ifndef _CL_DAEMON_LOG_H
#define _CL_DAEMON_LOG_H

#include "agent/core/io.h"
#include "agent/lib/compiler.h"

void cl_log_init(const char *journal);
void cl_log_line(const struct cl_io_line *line);
void __printf(2, 3) cl_log(enum cl_io_prio prio, const char *fmt, ...);

#endif /* _CL_DAEMON_LOG_H */
