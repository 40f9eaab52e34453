// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Two parts, which do not disturb each other: an observer that learns phase and rate of
 * the clock against raw time, by fixed gains (the alpha-beta filter, a Kalman filter in
 * its steady state), and an order that follows from what it says.  Cluster time is known
 * against raw time, so that a change of its rate needs no learning.
 *
 * The frequency changes slowly, because others measure by the clock: the module turns
 * stamps of the device into raw time by a line through the last seconds.  An offset of
 * any size is so reduced without overshoot: where the slew begins to get less, it does so by
 * SLEW_MAX / TIME_S = 62 ppb per second, which is below CHANGE_MAX.
 */
#include "phcloop.h"

#include <math.h>

#include "kmod/core/fixed.h"

/*
 * Share of a surprise that counts as phase and as rate.  BETA = ALPHA^2 / (2 - ALPHA) is
 * that of a filter which settles as fast as it can without ringing (Benedict and
 * Bordner, 1962).  The noise of a reading is halved.
 */
#define ALPHA 0.3
#define BETA (ALPHA * ALPHA / (2 - ALPHA))

/**
 * cl_phcloop_init() - a clock that was measured
 * @l: clock
 * @line: what it shows against raw time
 * @freq: frequency that was set meanwhile, as a number
 */
void cl_phcloop_init(struct cl_phcloop *l, const struct cl_line *line,
		     double freq)
{
	*l = (struct cl_phcloop){
		.rate = (1 + line->rate) / (1 + freq) - 1,
		.freq = freq,
	};
}

/**
 * cl_phcloop_see() - see where the clock is
 * @l: clock
 * @raw_ns: raw time, after that of the last reading
 * @phc_ns: what the clock showed
 *
 * Return: how far it is ahead of where it should be, ns; 0 for the first reading.
 */
double cl_phcloop_see(struct cl_phcloop *l, s64 raw_ns, s64 phc_ns)
{
	double d = (double)(raw_ns - l->raw_ns);
	double moved, surprise;

	if (!l->known) {
		l->known = true;
		l->raw_ns = raw_ns;
		l->phc_ns = phc_ns;
		l->phc_part = 0;
		return 0;
	}
	/* beyond d, so that a double has digits enough */
	moved = l->phc_part + d * (l->rate + l->freq + l->rate * l->freq);
	surprise = (double)(s64)((u64)phc_ns - (u64)l->phc_ns - (u64)raw_ns +
				 (u64)l->raw_ns) -
		   moved;
	l->phc_ns += raw_ns - l->raw_ns;
	l->phc_part = moved + ALPHA * surprise;
	l->phc_ns += llrint(floor(l->phc_part));
	l->phc_part -= floor(l->phc_part);
	l->raw_ns = raw_ns;
	if (d > 0)
		l->rate += BETA * surprise / d;
	return surprise;
}

/**
 * cl_phcloop_freq() - the frequency by which the clock would run as cluster time does
 * @l: clock
 * @rate: rate of cluster time against raw time, as a number
 *
 * Return: the frequency, as a number.
 */
double cl_phcloop_freq(const struct cl_phcloop *l, double rate)
{
	return (1 + rate) / (1 + l->rate) - 1;
}

/**
 * cl_phcloop_order() - which frequency to set for the next second
 * @l: clock
 * @offset_ns: cluster time minus the clock
 * @rate: rate of cluster time against raw time, as a number
 * @max: largest frequency that the clock takes, as a number
 *
 * Return: the frequency, as a number.
 */
double cl_phcloop_order(const struct cl_phcloop *l, s64 offset_ns, double rate,
			double max)
{
	double slew = offset_ns / 1e9 / CL_PHCLOOP_TIME_S;
	double freq = cl_phcloop_freq(l, rate);

	freq += fmax(fmin(slew, CL_PHCLOOP_SLEW_MAX), -CL_PHCLOOP_SLEW_MAX);
	freq = fmax(fmin(freq, l->freq + CL_PHCLOOP_CHANGE_MAX),
		    l->freq - CL_PHCLOOP_CHANGE_MAX);
	return fmax(fmin(freq, max), -max);
}
