/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Time page of the instance, for as long as there is one.
 */
#ifndef _CL_DAEMON_TIMEPAGE_H
#define _CL_DAEMON_TIMEPAGE_H

#include "agent/core/io.h"
#include "agent/lib/page.h"

/**
 * struct cl_timepage - the page
 * @page: it; not mapped without an instance
 * @fd: its device, -1: there is no instance
 */
struct cl_timepage {
	struct cl_page page;
	int fd;
};

void cl_timepage_init(struct cl_timepage *t);
void cl_timepage_close(struct cl_timepage *t);
void cl_timepage_settings(struct cl_timepage *t, struct cl_io *io,
			  const char *who, const struct cl_nl_instance *inst);
int cl_timepage_stamp(const struct cl_timepage *t, struct clocklink_stamp *ret);

#endif /* _CL_DAEMON_TIMEPAGE_H */
