// SPDX-License-Identifier: GPL-2.0-or-later
#include "usual.h"

#include <math.h>
#include <string.h>

/**
 * cl_usual_init() - nothing is usual
 * @u: what is usual
 */
void cl_usual_init(struct cl_usual *u)
{
	memset(u, 0, sizeof(*u));
}

/*
 * By how much queues may have moved an exchange.  Was it quicker than any before, its way
 * is shorter one way, and a queue the other way may be hidden in that.
 */
static double reach(const struct cl_usual *u, double trip_ns)
{
	double above = trip_ns - u->floor_ns;

	if (above >= 0)
		return above / 2;
	return CL_USUAL_HIDDEN * u->excess_ns - above / 2;
}

/*
 * How far beyond their queue exchanges may be.  The next of an exponential law is above
 * c means of n of them with (1 + c / n)^-n, which of all of them were e^-c.
 */
static double most_depth(const struct cl_usual *u)
{
	double n = fmin(fmax(u->overs, 1), CL_USUAL_MOST);

	return u->depth_ns +
	       (n * expm1((CL_USUAL_OVERS + 1) / n) - 1) * u->over_ns;
}

/**
 * cl_usual_gate() - how far from its usual offset may an exchange be?
 * @u: what is usual
 * @s: the exchange
 *
 * Return: ns; infinity if too little is known.
 */
double cl_usual_gate(const struct cl_usual *u, const struct cl_usual_sample *s)
{
	if (u->n < CL_USUAL_LEAST)
		return INFINITY;
	return reach(u, s->trip_ns) + fmax(most_depth(u), 0) +
	       CL_USUAL_KEEP * s->slack_ns;
}

static void learn_trip(struct cl_usual *u, double gain, s64 since,
		       const struct cl_usual_sample *s)
{
	double unit = fmax(u->excess_ns, s->slack_ns);
	double most = unit > 0 ? CL_USUAL_CLIP * unit : INFINITY;
	double above = fmin(s->trip_ns - u->floor_ns, most);
	double fall = CL_USUAL_FALL * u->excess_ns;

	if (!u->n)
		u->floor_ns = s->trip_ns;
	else if (above >= 0)
		u->excess_ns += gain * (above - u->excess_ns);
	else
		u->floor_ns += u->n < CL_USUAL_LEAST ? above :
						       fmax(above, -fall);
	u->floor_ns +=
		u->excess_ns * fmin((double)since / CL_USUAL_FLOOR_NS, 1);
}

/**
 * cl_usual_learn() - one more exchange, that nothing speaks against
 * @u: what is usual
 * @since: time since the one before, ns
 * @s: the exchange
 */
void cl_usual_learn(struct cl_usual *u, s64 since,
		    const struct cl_usual_sample *s)
{
	double n = fmin(u->n + 1.0, CL_USUAL_MOST);
	double limit = CL_USUAL_BASE * s->slack_ns;
	double slow = fmin((double)since / CL_USUAL_BASE_NS, 1);
	double depth;

	learn_trip(u, 1 / n, since, s);
	u->base_ns += fmax(1 / n, slow) * (s->offset_ns - u->base_ns);
	u->base_ns = fmin(fmax(u->base_ns, -limit), limit);
	if (++u->n <= CL_USUAL_FIRST)
		return;
	n = fmin(u->n - CL_USUAL_FIRST, CL_USUAL_MOST);
	depth = fabs(s->raw_ns - u->base_ns) - reach(u, s->trip_ns) -
		u->depth_ns;
	u->depth_ns += depth / n;
	/* The first one is the mean itself. */
	if (n < 2 || depth < 0)
		return;
	u->overs++;
	u->over_ns += (depth - u->over_ns) / fmin(u->overs, CL_USUAL_MOST);
}
