/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is behind an open time page.
 */
#ifndef _CL_LIBCLOCKLINK_HANDLE_H
#define _CL_LIBCLOCKLINK_HANDLE_H

/* All else is hidden; the symbol map says the same. */
#pragma GCC visibility push(default)
#include "clocklink.h"
#pragma GCC visibility pop

#include <sys/types.h>

#include "agent/lib/page.h"
#include "shift.h"

/**
 * struct clocklink - an open time page
 * @page: the page
 * @shift: what the process's clocks are ahead; forgotten by a child
 * @fd: the device, to ask it after a fork
 * @dev: where @fd's file is: who closed @fd may have opened another file
 * @ino: number of it there
 * @is_file: a file in place of the device: nothing is ahead
 *
 * Nothing but @shift changes while it is open.
 */
struct clocklink {
	struct cl_page page;
	struct cl_shift *shift;
	int fd;
	dev_t dev;
	ino_t ino;
	bool is_file;
};

/* What a clock that has no time says; 0 if it has. */
static inline int cl_handle_state_error(u32 state)
{
	if (cl_page_usable(state))
		return CLOCKLINK_OK;
	switch (state) {
	case CLOCKLINK_STATE_VOID:
		return CLOCKLINK_ERROR_VOID;
	case CLOCKLINK_STATE_GONE:
		return CLOCKLINK_ERROR_GONE;
	default:
		return CLOCKLINK_ERROR_UNSYNCED;
	}
}

int cl_handle_check_file(const struct clocklink *c);
int cl_handle_shift_slow(const struct clocklink *c, s64 *ret);

/*
 * What CLOCK_MONOTONIC and CLOCK_MONOTONIC_RAW of this process are ahead of those
 * of the page, ns.  Costs two loads but for the first time in a process.
 */
static inline int cl_handle_shift(const struct clocklink *c, s64 *ret)
{
	if (cl_shift_load(c->shift, ret))
		return CLOCKLINK_OK;
	return cl_handle_shift_slow(c, ret);
}

#endif /* _CL_LIBCLOCKLINK_HANDLE_H */
