/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The published clock: a line and a slew that ends by itself.
 *
 *	d = raw - map.raw
 *	time = map.time + d + d * rate + min(d, slew_ns) * slew
 *
 * So a slew needs no writer to end it: if the writer is late, the clock goes on
 * with the target's rate.  The time page carries the same numbers.  The sum of
 * both products is rounded down, not each product: two roundings could make a
 * later reading 1 ns smaller.
 */
#ifndef _CL_CORE_CLOCK_H
#define _CL_CORE_CLOCK_H

#include "cltime.h"
#include "types.h"

/* |rate| and |slew| stay below this: 2^47 would be 50 %. */
#define CL_CLOCK_MAX_Q48 (1LL << 46)

/**
 * struct cl_clock - raw time to cluster time
 * @map: the target's line from the anchor on, without the slew
 * @slew_q48: extra rate while the slew lasts, times 2^48
 * @slew_ns: length of the slew from the anchor, raw ns, >= 0
 * @frac_q48: what map.time lacks to the exact line, ns times 2^48, < 2^48;
 *	readings ignore it, it only keeps the roundings of many rebases from
 *	adding up
 */
struct cl_clock {
	struct cl_map map;
	s64 slew_q48;
	s64 slew_ns;
	u64 frac_q48;
};

/**
 * cl_clock_at() - cluster time at a raw instant
 * @c: the clock
 * @raw: instant; before the anchor the slew counts as well
 *
 * Return: cluster time, rounded down to 1 ns.
 */
static inline struct cl_time cl_clock_at(const struct cl_clock *c,
					 struct cl_raw raw)
{
	s64 d = cl_raw_sub(raw, c->map.raw);
	s64 s = d < c->slew_ns ? d : c->slew_ns;
	__int128 gain =
		(__int128)d * c->map.rate_q48 + (__int128)s * c->slew_q48;

	return cl_time_add(cl_time_add(c->map.time, d),
			   (s64)(gain >> CL_Q48_SHIFT));
}

s64 cl_clock_slew_left(const struct cl_clock *c, struct cl_raw raw);
void cl_clock_rebase(struct cl_clock *c, struct cl_raw raw);
struct cl_raw cl_clock_when(const struct cl_clock *c, struct cl_time t);

#endif /* _CL_CORE_CLOCK_H */
