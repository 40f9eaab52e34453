// SPDX-License-Identifier: GPL-2.0-or-later
#include "linefit.h"

#include <errno.h>
#include <math.h>

/* The line passes the last reading closer than this, or it is none. */
#define AT_MAX_NS 1e9

/* Difference modulo 2^64: the clocks may count from anything. */
static double diff(s64 a, s64 b)
{
	return (double)(s64)((u64)a - (u64)b);
}

/**
 * cl_linefit_init() - no readings
 * @f: fit
 */
void cl_linefit_init(struct cl_linefit *f)
{
	f->n = 0;
	f->next = 0;
}

/**
 * cl_linefit_add() - one more reading; the oldest goes
 * @f: fit
 * @x: one clock, ns, later than the reading before
 * @y: the other one at that instant, ns
 */
void cl_linefit_add(struct cl_linefit *f, s64 x, s64 y)
{
	f->x[f->next] = x;
	f->y[f->next] = y;
	f->next = (f->next + 1) % CL_LINEFIT_POINTS;
	if (f->n < CL_LINEFIT_POINTS)
		f->n++;
}

/**
 * cl_linefit_get() - the line of least squares
 * @f: fit
 * @ret: the line
 *
 * What is fitted is the small difference of both intervals since the last
 * reading: so a double has digits enough.
 *
 * Return: 0; -EAGAIN with fewer than CL_LINEFIT_MIN readings, or if they are not
 * of a line; then @ret is untouched.
 */
int cl_linefit_get(const struct cl_linefit *f, struct cl_line *ret)
{
	unsigned int last =
		(f->next + CL_LINEFIT_POINTS - 1) % CL_LINEFIT_POINTS;
	double u[CL_LINEFIT_POINTS], z[CL_LINEFIT_POINTS];
	double um = 0, zm = 0, uu = 0, uz = 0, rr = 0, rate, at, r;

	if (f->n < CL_LINEFIT_MIN)
		return -EAGAIN;
	for (unsigned int i = 0; i < f->n; i++) {
		u[i] = diff(f->x[i], f->x[last]);
		z[i] = diff(f->y[i], f->y[last]) - u[i];
		um += u[i] / f->n;
		zm += z[i] / f->n;
	}
	for (unsigned int i = 0; i < f->n; i++) {
		uu += (u[i] - um) * (u[i] - um);
		uz += (u[i] - um) * (z[i] - zm);
	}
	if (uu <= 0)
		return -EAGAIN;
	rate = uz / uu;
	for (unsigned int i = 0; i < f->n; i++) {
		r = z[i] - zm - rate * (u[i] - um);
		rr += r * r;
	}
	at = zm - rate * um;
	if (!(fabs(at) < AT_MAX_NS))
		return -EAGAIN;
	*ret = (struct cl_line){
		.x = f->x[last],
		.y = (s64)((u64)f->y[last] + (u64)llround(at)),
		.rate = rate,
		.sigma_ns = sqrt(rr / (f->n - 2)),
	};
	return 0;
}

/**
 * cl_line_residual() - how far a reading is from a line
 * @l: line
 * @x: one clock, ns
 * @y: the other one, ns
 *
 * Return: @y minus the line at @x, ns.
 */
double cl_line_residual(const struct cl_line *l, s64 x, s64 y)
{
	double d = diff(x, l->x);

	return diff(y, l->y) - d - l->rate * d;
}
