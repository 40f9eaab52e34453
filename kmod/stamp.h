/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Time stamps of packets are CLOCK_REALTIME; sessions want raw time.
 */
#ifndef _CL_STAMP_H
#define _CL_STAMP_H

#include <linux/ktime.h>
#include <linux/spinlock.h>

/**
 * struct cl_stamp - conversion of CLOCK_REALTIME stamps
 * @lock: protects all fields; taken with bottom halves disabled
 * @real: CLOCK_REALTIME of the previous snapshot, ns
 * @raw: CLOCK_MONOTONIC_RAW of the previous snapshot, ns
 * @rate_q32: raw per real between the last two snapshots, minus 1, times 2^32
 * @steady: the last two rates agreed, so @rate_q32 may be used
 * @set_seq: the kernel's count of steps of CLOCK_REALTIME
 * @source_seq: the kernel's count of changes of the clock source
 * @hold_until: no stamp is converted before this raw time
 */
struct cl_stamp {
	spinlock_t lock; /* all fields */
	s64 real;
	s64 raw;
	s64 rate_q32;
	bool steady;
	unsigned int set_seq;
	u8 source_seq;
	s64 hold_until;
};

void cl_stamp_init(struct cl_stamp *s);
int cl_stamp_to_raw(struct cl_stamp *s, ktime_t real, s64 *ret_raw);
bool cl_stamp_source_changed(struct cl_stamp *s);

#endif /* _CL_STAMP_H */
