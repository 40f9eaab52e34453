// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Moving the anchor of a clock, and the inverse of a clock.
 */
#include "clock.h"

/* More than the 64 halvings of the largest error. */
#define WHEN_STEPS 66

/* Raw time that the slew still lasts. */
static s64 length_left(const struct cl_clock *c, struct cl_raw raw)
{
	s64 d = cl_raw_sub(raw, c->map.raw);

	return cl_max_s64((s64)((u64)c->slew_ns - (u64)d), 0);
}

/**
 * cl_clock_slew_left() - what a slew has still to add
 * @c: clock
 * @raw: instant
 *
 * Return: offset that the slew adds after @raw, ns, rounded away from zero.
 */
s64 cl_clock_slew_left(const struct cl_clock *c, struct cl_raw raw)
{
	s64 length = length_left(c, raw);

	if (c->slew_q48 < 0)
		return cl_scale(length, c->slew_q48);
	return -cl_scale(length, -c->slew_q48);
}

/**
 * cl_clock_rebase() - move the anchor, keep the clock
 * @c: clock
 * @raw: new anchor
 *
 * The new line starts at the old one's exact value rounded down, and readings
 * of the old line are rounded down as well, so that no reading made before is
 * above one made after.  What the rounding cuts off is kept in @c->frac_q48.
 */
void cl_clock_rebase(struct cl_clock *c, struct cl_raw raw)
{
	s64 d = cl_raw_sub(raw, c->map.raw);
	s64 s = cl_min_s64(d, c->slew_ns);
	__int128 gain = (__int128)d * c->map.rate_q48 +
			(__int128)s * c->slew_q48 + c->frac_q48;

	c->slew_ns = length_left(c, raw);
	if (!c->slew_ns)
		c->slew_q48 = 0;
	c->map.raw = raw;
	c->map.time = cl_time_add(cl_time_add(c->map.time, d),
				  (s64)(gain >> CL_Q48_SHIFT));
	c->frac_q48 = (u64)gain & ((1ULL << CL_Q48_SHIFT) - 1);
}

/**
 * cl_clock_when() - raw instant at which a clock reaches a time
 * @c: clock
 * @t: cluster time, no further than 2^61 ns (73 years) from the anchor
 *
 * Return: smallest raw instant at which the clock shows @t or more.
 */
struct cl_raw cl_clock_when(const struct cl_clock *c, struct cl_time t)
{
	struct cl_raw raw = cl_raw_add(c->map.raw, cl_time_sub(t, c->map.time));
	unsigned int i;

	/*
	 * |rate + slew| < 1/2 halves the error at each step.  It ends within
	 * 2 ns, because the clock gains at least 1 ns in 2 ns.
	 */
	for (i = 0; i < WHEN_STEPS; i++) {
		s64 error = cl_time_sub(t, cl_clock_at(c, raw));

		if (!error)
			break;
		raw = cl_raw_add(raw, error);
	}
	while (cl_time_sub(cl_clock_at(c, raw), t) < 0)
		raw = cl_raw_add(raw, 1);
	while (cl_time_sub(cl_clock_at(c, cl_raw_add(raw, -1)), t) >= 0)
		raw = cl_raw_add(raw, -1);
	return raw;
}
