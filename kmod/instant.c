// SPDX-License-Identifier: GPL-2.0
#include "instant.h"

#include <linux/ktime.h>
#include <linux/timekeeping.h>

/**
 * cl_instant_now() - read all clocks at one instant
 * @ret: gets them
 *
 * The kernel's snapshot lacks CLOCK_MONOTONIC.  It differs from CLOCK_REALTIME by an
 * offset that changes only when the latter is set, and that is counted.
 *
 * Context: any but NMI.
 */
void cl_instant_now(struct cl_instant *ret)
{
	struct system_time_snapshot sn, after;
	ktime_t offset;

	do {
		ktime_get_snapshot(&sn);
		offset = ktime_mono_to_any(0, TK_OFFS_REAL);
		ktime_get_snapshot(&after);
	} while (after.clock_was_set_seq != sn.clock_was_set_seq);
	ret->raw = ktime_to_ns(sn.raw);
	ret->monotonic = ktime_to_ns(ktime_sub(sn.real, offset));
	ret->realtime = ktime_to_ns(sn.real);
	ret->set = sn.clock_was_set_seq;
}
