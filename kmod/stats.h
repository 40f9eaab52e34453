/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Counters of an instance, one set per CPU.
 */
#ifndef _CL_STATS_H
#define _CL_STATS_H

#include <linux/build_bug.h>
#include <linux/percpu.h>

#include "core/wire.h"

/* In the order of the netlink attributes CLOCKLINK_A_STATS_*. */
enum cl_stat {
	CL_STAT_RX,
	CL_STAT_TX,
	CL_STAT_TX_ERROR,
	CL_STAT_RX_NO_STAMP,
	CL_STAT_TX_STAMP,
	CL_STAT_TX_STAMP_AGAIN,
	CL_STAT_STAMP_HELD,
	CL_STAT_DROP_SHORT, /* from here in the order of enum cl_wire_error */
	CL_STAT_DROP_LONG,
	CL_STAT_DROP_VERSION,
	CL_STAT_DROP_TYPE,
	CL_STAT_DROP_LENGTH,
	CL_STAT_DROP_FIELD,
	CL_STAT_DROP_TLV,
	CL_STAT_DROP_CLUSTER,
	CL_STAT_DROP_RECEIVER,
	CL_STAT_DROP_PEER,
	CL_STAT_DROP_SOURCE,
	CL_STAT_DROP_KEY,
	CL_STAT_DROP_TERM,
	CL_STAT_DROP_SEQ,
	CL_STAT_DROP_RATE,
	CL_STAT_STEERS,
	CL_STAT_STEER_REFUSED,
	CL_STAT_ROUNDS,
	CL_STAT_HW_RX,
	CL_STAT_HW_TX,
	CL_STAT_HW_HELD,
	CL_STAT_ASKS,
	CL_STAT_RESENT,
	CL_STAT_DROP_ASK,
	CL_STAT_MULTICAST_RX,
	CL_STAT_MULTICAST_TX,
	CL_STAT_DROP_MEMORY,
	__CL_STATS,
};

/**
 * struct cl_stats - one CPU's counters
 * @n: by enum cl_stat
 */
struct cl_stats {
	u64 n[__CL_STATS];
};

static inline void cl_stats_inc(struct cl_stats __percpu *s, enum cl_stat i)
{
	this_cpu_inc(s->n[i]);
}

/* Drop counter of a packet that does not decode. */
static inline enum cl_stat cl_stats_wire(enum cl_wire_error err)
{
	static_assert(CL_STAT_DROP_TLV - CL_STAT_DROP_SHORT ==
		      CL_WIRE_BAD_TLV - CL_WIRE_SHORT);
	return CL_STAT_DROP_SHORT + (err - CL_WIRE_SHORT);
}

static inline u64 cl_stats_sum(const struct cl_stats __percpu *s,
			       enum cl_stat i)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu_ptr(s, cpu)->n[i]);
	return sum;
}

#endif /* _CL_STATS_H */
