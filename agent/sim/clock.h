/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The clock of a node: a constant rate error, and jumps ahead, or stops while the
 * node does not run (a paused virtual machine).  It never goes back.
 */
#ifndef _CS_CLOCK_H
#define _CS_CLOCK_H

#include "kmod/core/types.h"

/**
 * struct cs_clock - local time as a function of true time
 * @base_true: where the line begins, ns of true time
 * @base_local: what the clock shows there, ns
 * @ppb: rate error from there on
 */
struct cs_clock {
	s64 base_true;
	s64 base_local;
	s64 ppb;
};

s64 cs_clock_read(const struct cs_clock *c, s64 now);
s64 cs_clock_when(const struct cs_clock *c, s64 local);
void cs_clock_turn(struct cs_clock *c, s64 now, s64 jump, s64 ppb);

#endif /* _CS_CLOCK_H */
