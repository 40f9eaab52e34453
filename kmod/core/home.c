// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * What a clock does cannot be seen in a round trip, and no queue makes one
 * shorter.  So a round trip that is too short for a path that was learnt to be
 * longer proves that it is not, whatever has become of the estimate meanwhile.
 */
#include "fixed.h"
#include "home.h"

/* So many samples prove it. */
#define SEEN_MIN 3

static s64 both(const s64 ns[CL_FLOORS_DIRECTIONS])
{
	s64 sum = 0;
	unsigned int k;

	for (k = 0; k < CL_FLOORS_DIRECTIONS; k++)
		sum += ns[k];
	return sum;
}

/**
 * cl_home_leave() - the path is about to become longer
 * @h: home; if the path has left it before, nothing happens
 * @floor: lowest residual of each direction, ns
 * @shift: shift of each direction, ns
 * @var: variances of @shift, ns^2
 */
void cl_home_leave(struct cl_home *h, const s64 floor[CL_FLOORS_DIRECTIONS],
		   const s64 shift[CL_FLOORS_DIRECTIONS],
		   const u64 var[CL_FLOORS_DIRECTIONS])
{
	unsigned int k;

	if (h->away)
		return;
	h->away = true;
	h->seen = 0;
	h->rtt_ns = both(floor) + both(shift);
	for (k = 0; k < CL_FLOORS_DIRECTIONS; k++) {
		h->floor_ns[k] = floor[k];
		h->shift_ns[k] = shift[k];
		h->var_ns2[k] = var[k];
	}
}

/**
 * cl_home_shifted() - the path has changed
 * @h: home; forgotten if the path has become as short as it was, or shorter
 * @shift: shift of each direction, ns
 */
void cl_home_shifted(struct cl_home *h, const s64 shift[CL_FLOORS_DIRECTIONS])
{
	h->seen = 0;
	if (both(shift) <= both(h->shift_ns))
		h->away = false;
}

/**
 * cl_home_back() - is the path as it was
 * @h: home
 * @r: residuals of a sample, ns
 * @shift: shift of each direction, which was taken out of them, ns
 * @least_ns: how much longer the path must have become for a round trip to tell,
 *	ns
 *
 * Return: true if this sample and some before were closer to the shortest round
 * trip then than to that which was learnt since.
 */
bool cl_home_back(struct cl_home *h, const s64 r[CL_FLOORS_DIRECTIONS],
		  const s64 shift[CL_FLOORS_DIRECTIONS], s64 least_ns)
{
	s64 longer = both(shift) - both(h->shift_ns);

	if (!h->away || longer < least_ns ||
	    both(r) + both(shift) - h->rtt_ns >= longer / 2)
		return false;
	h->seen++;
	return h->seen >= SEEN_MIN;
}
