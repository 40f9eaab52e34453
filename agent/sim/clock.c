// SPDX-License-Identifier: GPL-2.0-or-later
#include "clock.h"

/**
 * cs_clock_read() - what the clock shows
 * @c: clock
 * @now: ns of true time
 *
 * Return: ns of local time.
 */
s64 cs_clock_read(const struct cs_clock *c, s64 now)
{
	s64 d = now - c->base_true;

	return c->base_local + d + (s64)((__int128)d * c->ppb / CL_NS_PER_SEC);
}

/**
 * cs_clock_when() - when the clock will show a time
 * @c: clock
 * @local: ns of local time
 *
 * Return: ns of true time, where cs_clock_read() is at least @local.
 */
s64 cs_clock_when(const struct cs_clock *c, s64 local)
{
	__int128 d = (__int128)(local - c->base_local) * CL_NS_PER_SEC;
	s64 t = c->base_true + (s64)(d / (CL_NS_PER_SEC + c->ppb));

	while (cs_clock_read(c, t) < local)
		t++;
	return t;
}

/**
 * cs_clock_turn() - change rate or value
 * @c: clock
 * @now: ns of true time
 * @jump: added to what it shows, ns
 * @ppb: rate error from now on
 */
void cs_clock_turn(struct cs_clock *c, s64 now, s64 jump, s64 ppb)
{
	c->base_local = cs_clock_read(c, now) + jump;
	c->base_true = now;
	c->ppb = ppb;
}
