/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Log on stderr; under systemd with the priority in front.
 */
#ifndef _CL_DAEMON_LOG_H
#define _CL_DAEMON_LOG_H

#include "agent/core/io.h"
#include "agent/lib/compiler.h"

void cl_log_init(void);
void cl_log_line(enum cl_io_prio prio, const char *line);
void __printf(2, 3) cl_log(enum cl_io_prio prio, const char *fmt, ...);

#endif /* _CL_DAEMON_LOG_H */
