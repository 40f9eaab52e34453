// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kernel works once per second of CLOCK_REALTIME (second_overflow() in
 * kernel/time/ntp.c): a quarter of the offset that is left is added evenly in the
 * second that begins.  What is still to come of that quarter is known here, so that an
 * order does not ask for it twice, and an offset falls by the same quarter each second.
 */
#include "realtime.h"

#include <math.h>

#include "kmod/core/fixed.h"

/*
 * The excess is the kernel's rounding, or its boot parameter ntp_tick_adj: it does
 * not change.  A clock whose processor sleeps errs by some 100 ns between ticks.
 */
#define EXCESS_LOOKS 64

/* Ticks come late while a processor sleeps: only small slews are known well enough. */
#define LEARN_SLEW_NS 1000
#define LEARN_SURPRISE_NS 10000

/* Orders are given in the middle of a second, so that none is near its end. */
#define MIDDLE_NS (CL_NS_PER_SEC / 2)
#define WAIT_MIN_NS (CL_NS_PER_SEC / 4)

static s64 second_of(s64 ns)
{
	return ns / CL_NS_PER_SEC;
}

/* How much of its second is still to come, 0 to 1. */
static double rest_of_second(s64 ns)
{
	return 1 - (double)(ns % CL_NS_PER_SEC) / CL_NS_PER_SEC;
}

/* Part of the offset that the kernel takes out in the second of @now. */
static double part_of_second(const struct cl_realtime *r,
			     const struct cl_stamp *now, s64 left_ns)
{
	s64 seconds = second_of(now->real_ns) - second_of(r->at.real_ns);

	if (seconds <= 0)
		return r->second_ns;
	if (seconds == 1)
		return r->offset_ns - left_ns;
	return (double)left_ns / (CL_REALTIME_PLL_S - 1);
}

static bool may_learn(const struct cl_realtime *r, double surprise)
{
	return cl_abs_s64(r->offset_ns) < LEARN_SLEW_NS &&
	       fabs(r->second_ns) < LEARN_SLEW_NS &&
	       fabs(surprise) < LEARN_SURPRISE_NS;
}

/**
 * cl_realtime_see() - see where the clock is
 * @r: clock
 * @now: where it is
 * @left_ns: what the kernel has left of the offset
 *
 * Return: how far it is ahead of where it should be, ns; 0 without an order before.
 */
double cl_realtime_see(struct cl_realtime *r, const struct cl_stamp *now,
		       s64 left_ns)
{
	double raw = now->raw_ns - r->at.raw_ns;
	double part, slewed, surprise;

	if (!r->known)
		return 0;
	part = part_of_second(r, now, left_ns);
	slewed = r->second_ns * rest_of_second(r->at.real_ns) + r->offset_ns -
		 left_ns - part * rest_of_second(now->real_ns);
	surprise = (double)(now->real_ns - r->at.real_ns) - raw -
		   raw * (r->freq + r->excess) - slewed;
	if (raw > 0 && may_learn(r, surprise))
		r->excess += surprise / raw / EXCESS_LOOKS;
	r->at = *now;
	r->offset_ns = left_ns;
	r->second_ns = part;
	return surprise;
}

/**
 * cl_realtime_order() - what to set
 * @r: clock, seen at @now if it is known
 * @now: where it is
 * @offset_ns: cluster time in UTC minus the clock
 * @rate: rate of cluster time against raw time in the next second, as a number
 *
 * An offset of up to 2 ms is down to a thousandth after 24 s; a larger one becomes
 * less by 500 us each second.
 *
 * Return: the order, within the limits.
 */
struct cl_realtime_order cl_realtime_order(const struct cl_realtime *r,
					   const struct cl_stamp *now,
					   s64 offset_ns, double rate)
{
	const s64 max_ns =
		CL_REALTIME_SLEW_MAX * CL_REALTIME_PLL_S * CL_NS_PER_SEC;
	s64 to_come = 0;

	if (r->known)
		to_come = llrint(r->second_ns * rest_of_second(now->real_ns));
	return (struct cl_realtime_order){
		.freq = fmax(fmin(rate - r->excess, CL_REALTIME_FREQ_MAX),
			     -CL_REALTIME_FREQ_MAX),
		.offset_ns = cl_clamp_s64(offset_ns - to_come, -max_ns, max_ns),
	};
}

/**
 * cl_realtime_set() - an order was carried out
 * @r: clock, seen at @now if it was @known
 * @now: when
 * @set: what was set
 */
void cl_realtime_set(struct cl_realtime *r, const struct cl_stamp *now,
		     const struct cl_realtime_order *set)
{
	if (!r->known)
		r->second_ns = 0;
	r->known = true;
	r->at = *now;
	r->freq = set->freq;
	r->offset_ns = set->offset_ns;
}

/**
 * cl_realtime_wait() - when to give the next order
 * @now: where the clock is
 *
 * Return: time until then, 0.25 s to 1.25 s, ns.
 */
s64 cl_realtime_wait(const struct cl_stamp *now)
{
	s64 wait = MIDDLE_NS - now->real_ns % CL_NS_PER_SEC;

	return wait < WAIT_MIN_NS ? wait + CL_NS_PER_SEC : wait;
}
