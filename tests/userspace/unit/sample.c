// SPDX-License-Identifier: GPL-2.0-or-later
#include "sample.h"

#include <math.h>

#include "unit.h"

/**
 * sample_mean() - mean of numbers
 * @x: the numbers
 * @n: how many, at least 1
 *
 * Return: their mean.
 */
double sample_mean(const double *x, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += x[i];
	return sum / n;
}

/**
 * sample_sd() - standard deviation of numbers
 * @x: the numbers
 * @n: how many, at least 1
 *
 * Return: their standard deviation about their mean.
 */
double sample_sd(const double *x, size_t n)
{
	double mean = sample_mean(x, n);
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += (x[i] - mean) * (x[i] - mean);
	return sqrt(sum / n);
}

/**
 * sample_below() - distribution function of numbers
 * @x: the numbers
 * @n: how many, at least 1
 * @limit: where
 *
 * Return: which part of them is less than @limit.
 */
double sample_below(const double *x, size_t n, double limit)
{
	size_t below = 0;

	for (size_t i = 0; i < n; i++)
		below += x[i] < limit;
	return (double)below / n;
}

/**
 * sample_min() - least of numbers
 * @x: the numbers
 * @n: how many, at least 1
 *
 * Return: the least.
 */
double sample_min(const double *x, size_t n)
{
	double min = x[0];

	for (size_t i = 1; i < n; i++)
		min = fmin(min, x[i]);
	return min;
}

/**
 * sample_max() - greatest of numbers
 * @x: the numbers
 * @n: how many, at least 1
 *
 * Return: the greatest.
 */
double sample_max(const double *x, size_t n)
{
	double max = x[0];

	for (size_t i = 1; i < n; i++)
		max = fmax(max, x[i]);
	return max;
}

/**
 * assert_near() - a number has to be about another
 * @value: the number
 * @want: what it should be
 * @tolerance: how far off it may be
 */
void assert_near(double value, double want, double tolerance)
{
	if (!(fabs(value - want) <= tolerance))
		fail_msg("%.9g is not %.9g +- %.3g", value, want, tolerance);
}
