// SPDX-License-Identifier: GPL-2.0-or-later
#include "join.h"

#include <errno.h>
#include <math.h>

static bool valid(const struct cl_join_voter *v, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		if (!isfinite(v[i].offset_ns) || !isfinite(v[i].bound_ns) ||
		    v[i].bound_ns < 0)
			return false;
		for (unsigned int j = 0; j < i; j++) {
			if (v[i].node == v[j].node)
				return false;
		}
	}
	return true;
}

/* How many voters have an instant within their bounds. */
static unsigned int count_at(const struct cl_join_voter *v, unsigned int n,
			     double at)
{
	unsigned int all = 0;

	for (unsigned int i = 0; i < n; i++)
		all += at >= v[i].offset_ns - v[i].bound_ns &&
		       at <= v[i].offset_ns + v[i].bound_ns;
	return all;
}

/**
 * cl_join_check() - may a node that joins step to cluster time?
 * @v: voters that were measured, each once
 * @n: how many, at most CL_JOIN_VOTERS
 * @voters: voters that the roster has, 1 to CL_JOIN_VOTERS
 * @ret: answer
 *
 * Intersection of intervals (K. Marzullo, S. Owicki, "Maintaining the time in a
 * distributed system", 1983): all instants that a majority of the voters allows.
 * What a majority allows is connected only if bounds are small, so the answer is
 * from the earliest to the latest.
 *
 * Return: 0; -EAGAIN if too few agree, then only @agree and @need of @ret are
 * valid; -EINVAL if a value is out of range or a voter is there twice, then
 * nothing has changed.
 */
int cl_join_check(const struct cl_join_voter *v, unsigned int n,
		  unsigned int voters, struct cl_join *ret)
{
	unsigned int need = voters <= CL_JOIN_ALL ? voters : voters / 2 + 1;
	double first = INFINITY, last = -INFINITY;
	unsigned int all;

	if (!voters || voters > CL_JOIN_VOTERS || n > voters || !valid(v, n))
		return -EINVAL;
	ret->need = need;
	ret->agree = 0;
	/* An instant with most voters is at the edge of an interval. */
	for (unsigned int i = 0; i < 2 * n; i++) {
		double at = v[i / 2].offset_ns +
			    (i % 2 ? 1 : -1) * v[i / 2].bound_ns;

		all = count_at(v, n, at);
		ret->agree = all > ret->agree ? all : ret->agree;
		if (all < need)
			continue;
		first = fmin(first, at);
		last = fmax(last, at);
	}
	if (first > last)
		return -EAGAIN;
	ret->offset_ns = (first + last) / 2;
	ret->bound_ns = (last - first) / 2;
	return 0;
}
