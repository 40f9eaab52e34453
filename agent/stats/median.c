// SPDX-License-Identifier: GPL-2.0-or-later
#include "median.h"

#include <stdlib.h>

static int compare(const void *a, const void *b)
{
	const s64 *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/**
 * cl_median() - median
 * @v: the numbers; sorted on return
 * @n: number of @v, at least 1
 *
 * Return: the median, of an even number the upper one.
 */
s64 cl_median(s64 *v, size_t n)
{
	qsort(v, n, sizeof(*v), compare);
	return v[n / 2];
}
