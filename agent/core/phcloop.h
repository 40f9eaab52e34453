/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How the PTP clock of a device runs, and which frequency to order so that it shows
 * cluster time.  Numbers in, numbers out.
 */
#ifndef _CL_CORE_PHCLOOP_H
#define _CL_CORE_PHCLOOP_H

#include "agent/lib/linefit.h"

/* What an offset may add to the frequency, and what that may change by in a second. */
#define CL_PHCLOOP_SLEW_MAX 0.0000005
#define CL_PHCLOOP_CHANGE_MAX 0.0000001

/* Seconds in which an offset becomes less by e. */
#define CL_PHCLOOP_TIME_S 8

/**
 * struct cl_phcloop - the clock since it was taken
 * @rate: its rate against raw time, were no frequency set, as a number
 * @freq: frequency set, as a number
 * @known: it was read since it was taken
 * @raw_ns: raw time of the last reading
 * @phc_ns: what it is thought to have shown then
 * @phc_part: and the part of a nanosecond
 */
struct cl_phcloop {
	double rate;
	double freq;
	bool known;
	s64 raw_ns;
	s64 phc_ns;
	double phc_part;
};

void cl_phcloop_init(struct cl_phcloop *l, const struct cl_line *line,
		     double freq);
double cl_phcloop_see(struct cl_phcloop *l, s64 raw_ns, s64 phc_ns);
double cl_phcloop_freq(const struct cl_phcloop *l, double rate);
double cl_phcloop_order(const struct cl_phcloop *l, s64 offset_ns, double rate,
			double max);

#endif /* _CL_CORE_PHCLOOP_H */
