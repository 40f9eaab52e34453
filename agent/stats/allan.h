/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Allan deviation of the own oscillator against cluster time.
 */
#ifndef _CL_STATS_ALLAN_H
#define _CL_STATS_ALLAN_H

#include "agent/nl/model.h"

/* Phases that are kept, one per second: an hour. */
#define CL_ALLAN_POINTS 3600

/* Seconds that a clock needs to settle after its start, which are not looked at. */
#define CL_ALLAN_SETTLE 16

/**
 * struct cl_allan - phase of an oscillator at whole seconds
 * @known: there is a last clock
 * @settling: seconds that are still to be passed over
 * @next: place of the next phase
 * @n: phases, at most CL_ALLAN_POINTS
 * @second: raw second of the last one
 * @steps: of the clock then
 * @disruptions: of the raw clock then
 * @base_ns: subtracted from phases, so that a double holds them
 * @x: phases: what the clock is steered to, minus raw time minus @base_ns, ns
 */
struct cl_allan {
	bool known;
	unsigned int settling;
	unsigned int next;
	unsigned int n;
	s64 second;
	u64 steps;
	u32 disruptions;
	s64 base_ns;
	double x[CL_ALLAN_POINTS];
};

void cl_allan_init(struct cl_allan *a);
void cl_allan_add(struct cl_allan *a, const struct cl_nl_clock *c);
double cl_allan_deviation(const struct cl_allan *a, unsigned int tau_s);

#endif /* _CL_STATS_ALLAN_H */
