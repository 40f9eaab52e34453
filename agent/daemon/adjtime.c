// SPDX-License-Identifier: GPL-2.0-or-later
#include "adjtime.h"

#include <errno.h>

/**
 * cl_adjtime_by() - read and set CLOCK_REALTIME
 * @c: the calls to use
 * @tx: what to set; then how the clock is set
 *
 * A kernel without CONFIG_POSIX_TIMERS has no clock_adjtime(), and a filter of system
 * calls may know only the older one; all that is asked for here is within what
 * ntp_adjtime() can on Linux.
 *
 * Return: 0; -EPERM without CAP_SYS_TIME, or another -errno.
 */
int cl_adjtime_by(const struct cl_adjtime_calls *c, struct timex *tx)
{
	struct timex asked = *tx;

	/* What succeeds says in which state the clock is, which tx has as well. */
	if (c->clock(CLOCK_REALTIME, tx) >= 0)
		return 0;
	*tx = asked;
	return c->posix(tx) < 0 ? -errno : 0;
}

/**
 * cl_adjtime() - cl_adjtime_by() with those of the system
 * @tx: as there
 *
 * Return: as there.
 */
int cl_adjtime(struct timex *tx)
{
	static const struct cl_adjtime_calls calls = {
		.clock = clock_adjtime,
		.posix = ntp_adjtime,
	};

	return cl_adjtime_by(&calls, tx);
}
