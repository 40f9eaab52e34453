/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All that the page says of now, as of one instant.
 */
#ifndef _CL_LIBCLOCKLINK_HEAD_H
#define _CL_LIBCLOCKLINK_HEAD_H

#include "handle.h"

/**
 * struct cl_head - the page without its past
 * @raw: the instant, raw time of the initial time namespace
 * @now: the line that the clock follows
 * @node: own node id
 * @cluster: cluster id
 * @disruptions: times that the raw clock was disturbed
 * @tai_offset: TAI - UTC, s, before the leap second announced; 0: not known
 * @leap: enum clocklink_leap
 * @leap_time: cluster time from which the leap second counts in TAI - UTC, ns;
 *	0: none
 */
struct cl_head {
	struct cl_raw raw;
	struct clocklink_anchor now;
	u32 node;
	u32 cluster;
	u32 disruptions;
	s32 tai_offset;
	u32 leap;
	s64 leap_time;
};

int cl_head_read(const struct clocklink *c, struct cl_head *ret);
int cl_head_interval(const struct cl_head *h, struct clocklink_interval *ret);

#endif /* _CL_LIBCLOCKLINK_HEAD_H */
