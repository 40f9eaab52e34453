/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sets CLOCK_REALTIME.
 */
#ifndef _CL_DAEMON_ADJTIME_H
#define _CL_DAEMON_ADJTIME_H

#include <sys/timex.h>
#include <time.h>

/**
 * struct cl_adjtime_calls - the system calls; tests have others
 * @clock: as clock_adjtime()
 * @posix: as ntp_adjtime()
 */
struct cl_adjtime_calls {
	int (*clock)(clockid_t id, struct timex *tx);
	int (*posix)(struct timex *tx);
};

int cl_adjtime_by(const struct cl_adjtime_calls *c, struct timex *tx);
int cl_adjtime(struct timex *tx);

#endif /* _CL_DAEMON_ADJTIME_H */
