// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the clock is steered to is a line between two steerings, so its phase at a whole
 * second of raw time is exact whenever the look was taken.  What the deviation shows
 * at short times is the noise of steering, at long ones the oscillator.
 */
#include "allan.h"

#include <math.h>
#include <string.h>

#include "agent/nl/schema.h"

/* Terms of a sum that means something. */
#define TERMS_MIN 8

/**
 * cl_allan_init() - forget all
 * @a: phases
 */
void cl_allan_init(struct cl_allan *a)
{
	memset(a, 0, sizeof(*a));
}

static void put(struct cl_allan *a, double x)
{
	a->x[a->next] = x;
	a->next = (a->next + 1) % CL_ALLAN_POINTS;
	if (a->n < CL_ALLAN_POINTS)
		a->n++;
}

/**
 * cl_allan_add() - take the phase at the last whole second
 * @a: phases
 * @c: the clock; to be given at least once a second
 *
 * A clock that cannot be read or was stepped, a disturbed oscillator, or a second
 * that nobody looked at, begins anew.
 */
void cl_allan_add(struct cl_allan *a, const struct cl_nl_clock *c)
{
	s64 second = c->raw_ns / CL_NS_PER_SEC;
	s64 back = c->raw_ns - second * CL_NS_PER_SEC;
	s64 phase = c->time_ns + c->slew_left_ns - c->raw_ns;
	double rate = c->rate_ppt / 1e12;

	if (!cl_nl_state_usable(c->state)) {
		cl_allan_init(a);
		return;
	}
	if (a->known && second == a->second)
		return;
	if (!a->known || second != a->second + 1 || c->steps != a->steps ||
	    c->disruptions != a->disruptions) {
		cl_allan_init(a);
		a->base_ns = phase;
		a->settling = CL_ALLAN_SETTLE;
	}
	a->known = true;
	a->second = second;
	a->steps = c->steps;
	a->disruptions = c->disruptions;
	if (a->settling)
		a->settling--;
	else
		put(a, phase - a->base_ns - rate * back);
}

/* Phase by age, 0: the oldest. */
static double at(const struct cl_allan *a, unsigned int i)
{
	return a->x[(a->next + CL_ALLAN_POINTS - a->n + i) % CL_ALLAN_POINTS];
}

/**
 * cl_allan_deviation() - overlapping Allan deviation
 * @a: phases
 * @tau_s: averaging time, s, at least 1
 *
 * Source: NIST SP 1065, section 5.2.5, equation 11.
 *
 * Return: the deviation of the fractional frequency; NaN if the phases do not
 * reach far enough.
 */
double cl_allan_deviation(const struct cl_allan *a, unsigned int tau_s)
{
	double d, sum = 0, tau_ns = (double)tau_s * CL_NS_PER_SEC;
	unsigned int terms;

	if (a->n < 2 * tau_s + TERMS_MIN)
		return NAN;
	terms = a->n - 2 * tau_s;
	for (unsigned int i = 0; i < terms; i++) {
		d = at(a, i + 2 * tau_s) - 2 * at(a, i + tau_s) + at(a, i);
		sum += d * d;
	}
	return sqrt(sum / (2.0 * terms)) / tau_ns;
}
