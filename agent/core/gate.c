// SPDX-License-Identifier: GPL-2.0-or-later
#include "gate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int order(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/**
 * cl_gate_median() - median
 * @v: values, none of them NaN; sorted afterwards
 * @n: how many
 *
 * Return: the middle one, or the mean of the two in the middle; 0 if there is
 * none.
 */
double cl_gate_median(double *v, unsigned int n)
{
	if (!n)
		return 0;
	qsort(v, n, sizeof(*v), order);
	return n % 2 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

/**
 * cl_gate_floor() - B0, how far apart the clocks of honest nodes may be
 * @sigma_ns: standard deviations of the estimates in use
 * @n: how many; those beyond CL_GATE_NODES do not count
 *
 * Never a constant: it is large after a start and in a bad network.
 *
 * Return: CL_GATE_SIGMAS times the worst of those that are settled, ns; 0 if
 * there are none.
 */
double cl_gate_floor(const double *sigma_ns, unsigned int n)
{
	double sorted[CL_GATE_NODES], median;

	n = n < CL_GATE_NODES ? n : CL_GATE_NODES;
	if (!n)
		return 0;
	memcpy(sorted, sigma_ns, n * sizeof(*sorted));
	median = cl_gate_median(sorted, n);
	while (n > 1 && sorted[n - 1] > CL_GATE_COARSE * median)
		n--;
	return CL_GATE_SIGMAS * sorted[n - 1];
}

/**
 * cl_gate_rounds() - how many rounds an observation counts for
 * @since: the one before, ns
 * @now: this one, ns, same clock
 * @most: no more than this
 *
 * Rules go by time.  But what is seen rarely must not be decided by one look, so
 * there is a limit.
 *
 * Return: rounds of CL_GATE_ROUND_NS between them, 0 to @most.
 */
double cl_gate_rounds(s64 since, s64 now, double most)
{
	double rounds = (double)(now - since) / CL_GATE_ROUND_NS;

	if (fabs(rounds - 1) < CL_GATE_ROUND_SLACK)
		rounds = 1;
	return fmin(fmax(rounds, 0), most);
}
