// SPDX-License-Identifier: GPL-2.0-or-later
#include "trend.h"

#include <stdlib.h>

#define PAIRS (CL_TREND_POINTS * (CL_TREND_POINTS - 1) / 2)

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *v, unsigned int n)
{
	qsort(v, n, sizeof(*v), compare);
	return (v[(n - 1) / 2] + v[n / 2]) / 2;
}

/* The @i-th of the last @n values. */
static double value(const struct cl_trend *t, unsigned int n, unsigned int i)
{
	return t->v[(t->next + CL_TREND_POINTS - n + i) % CL_TREND_POINTS];
}

/**
 * cl_trend_init() - no values
 * @t: trend
 */
void cl_trend_init(struct cl_trend *t)
{
	*t = (struct cl_trend){ .n = 0 };
}

/**
 * cl_trend_push() - one more value; the oldest goes
 * @t: trend
 * @x: value, finite
 */
void cl_trend_push(struct cl_trend *t, double x)
{
	t->v[t->next] = x;
	t->next = (t->next + 1) % CL_TREND_POINTS;
	if (t->n < CL_TREND_POINTS)
		t->n++;
}

/**
 * cl_trend_get() - the line of the last values
 * @t: trend
 * @n: how many values, 2 to CL_TREND_POINTS
 * @ret: the line
 *
 * The slope is the median of those of all pairs (Theil 1950; Sen, Journal of the
 * American Statistical Association 1968), which no third of the values can spoil; the
 * line has the median of what is left.  The order is that of the test by Mann
 * (Econometrica 1945) and Kendall.  Its levels of significance are for independent
 * values; those of a clock are not.
 *
 * Return: false if there are not so many values, then @ret is untouched.
 */
bool cl_trend_get(const struct cl_trend *t, unsigned int n,
		  struct cl_slope *ret)
{
	double slope[PAIRS], rest[CL_TREND_POINTS], at;
	unsigned int pairs = 0;
	int order = 0;

	if (n < 2 || n > t->n)
		return false;
	for (unsigned int i = 1; i < n; i++) {
		for (unsigned int k = 0; k < i; k++) {
			double d = value(t, n, i) - value(t, n, k);

			order += (d > 0) - (d < 0);
			slope[pairs++] = d / (i - k);
		}
	}
	ret->step = median(slope, pairs);
	for (unsigned int i = 0; i < n; i++)
		rest[i] = value(t, n, i) - ret->step * i;
	at = median(rest, n);
	ret->first = at;
	ret->last = at + ret->step * (n - 1);
	ret->order = (double)order / pairs;
	return true;
}
