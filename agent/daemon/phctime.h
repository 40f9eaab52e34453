/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The PTP clock of a device follows the instance's: what agent/core/phcclock.h decides,
 * with the time page, the device and the other programs.
 */
#ifndef _CL_DAEMON_PHCTIME_H
#define _CL_DAEMON_PHCTIME_H

#include "agent/core/phcclock.h"
#include "timepage.h"

#define CL_PHCTIME_NEVER S64_MAX
#define CL_PHCTIME_NAME_SIZE 160

/**
 * struct cl_phctime - the clock
 * @device: name of the network device that it belongs to, or its path; NULL: nothing is
 *	wanted
 * @name: the same in words
 * @clock: owner and steering
 * @page: time page of the instance
 * @fd: the clock, -1: not open
 * @index: number of /dev/ptpN of @fd
 * @max_freq: largest frequency that it takes, as a number
 * @width_ns: usual width of a reading
 */
struct cl_phctime {
	const char *device;
	char name[CL_PHCTIME_NAME_SIZE];
	struct cl_phcclock clock;
	struct cl_timepage page;
	int fd;
	int index;
	double max_freq;
	s64 width_ns;
};

void cl_phctime_init(struct cl_phctime *t, struct cl_io *io,
		     const char *device);
void cl_phctime_close(struct cl_phctime *t);
void cl_phctime_settings(struct cl_phctime *t,
			 const struct cl_nl_instance *inst);
s64 cl_phctime_deadline(const struct cl_phctime *t);
bool cl_phctime_run(struct cl_phctime *t);
void cl_phctime_get(const struct cl_phctime *t, struct cl_ctl_sysclock *ret);

#endif /* _CL_DAEMON_PHCTIME_H */
