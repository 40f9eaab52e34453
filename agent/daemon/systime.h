/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The system's clock follows the instance's: what agent/core/sysclock.h decides, with
 * the time page, the kernel's calls and the other programs.
 */
#ifndef _CL_DAEMON_SYSTIME_H
#define _CL_DAEMON_SYSTIME_H

#include "agent/core/sysclock.h"
#include "timepage.h"

#define CL_SYSTIME_NEVER S64_MAX

/**
 * struct cl_systime - the clock
 * @on: it is wanted
 * @sysclock: owner and steering
 * @page: time page of the instance
 */
struct cl_systime {
	bool on;
	struct cl_sysclock sysclock;
	struct cl_timepage page;
};

bool cl_systime_allowed(void);
void cl_systime_init(struct cl_systime *t, struct cl_io *io, bool on,
		     s64 step_ns);
void cl_systime_close(struct cl_systime *t);
void cl_systime_settings(struct cl_systime *t,
			 const struct cl_nl_instance *inst);
s64 cl_systime_deadline(const struct cl_systime *t);
void cl_systime_run(struct cl_systime *t);
void cl_systime_get(const struct cl_systime *t, struct cl_ctl_sysclock *ret);

#endif /* _CL_DAEMON_SYSTIME_H */
