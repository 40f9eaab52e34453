// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * A direction that became longer shows as the lack of low samples.  That many
 * samples are all late by chance has a probability that falls exponentially with
 * how late they are, in units of what the lowest one usually is above the floor.
 */
#include "fixed.h"
#include "rise.h"

/* Windows of the past that the present needs to be compared with. */
#define PAST_MIN 2

/*
 * Deviations of the estimate, and of how far floors are from the true one: e^-10
 * is 5 in 100,000.
 */
#define ERR 3
#define REST 10
/*
 * With fewer windows than these the lowest of one is asked for more: there are
 * many of them, and their density is not well known.
 */
#define FEW_WINDOWS 3
#define FEW_REST 6

/**
 * cl_rise_threshold() - least rise of a direction that is one
 * @f: windows
 * @rest_ns: how far floors may be above the true ones, ns
 * @err_ns: standard deviation of the estimate, ns
 *
 * Return: ns.
 */
s64 cl_rise_threshold(const struct cl_floors *f, s64 rest_ns, s64 err_ns)
{
	return CL_RISE_NOISE * f->noise_ns + ERR * err_ns + REST * rest_ns;
}

/**
 * cl_rise_compare() - compare windows with as many before
 * @f: windows
 * @from: first window of the present, counted from the oldest; 0 < @from <
 *	@f->n_past
 * @err_ns: standard deviation of the estimate, ns
 * @ret: the answer
 */
void cl_rise_compare(const struct cl_floors *f, u32 from, s64 err_ns,
		     struct cl_rise *ret)
{
	u32 windows = f->n_past - from;
	struct cl_floors_level then, now;
	unsigned int k;

	/* As many: then both are as far above the true floors. */
	cl_floors_combine(f, from > windows ? from - windows : 0, from, &then);
	cl_floors_combine(f, from, f->n_past, &now);
	err_ns = cl_max_s64(err_ns, cl_max_s64(then.err_ns, now.err_ns));
	ret->from = from;
	for (k = 0; k < CL_FLOORS_DIRECTIONS; k++) {
		s64 blur = cl_max_s64(then.blur_ns[k], now.blur_ns[k]) / 2;
		s64 rest = cl_max_s64(then.rest_ns[k], now.rest_ns[k]);
		s64 usual = f->known.spread_ns[k] / now.n;
		s64 least =
			cl_rise_threshold(f, cl_max_s64(rest, blur), err_ns);

		if (windows < FEW_WINDOWS)
			least += FEW_REST * usual;
		/* All of the present: else a change in its midst is averaged. */
		ret->rose[k] = now.floor_ns[k] - then.level_ns[k] > least;
		ret->d_ns[k] = now.level_ns[k] - then.level_ns[k];
		ret->rest_ns[k] = cl_max_s64(now.blur_ns[k], usual);
	}
}

static s64 largest(const struct cl_rise *r)
{
	s64 ret = 0;
	unsigned int k;

	for (k = 0; k < CL_FLOORS_DIRECTIONS; k++)
		if (r->rose[k])
			ret = cl_max_s64(ret, r->d_ns[k]);
	return ret;
}

/**
 * cl_rise_find() - did a direction become longer
 * @f: windows, at least one
 * @interval_ns: mean time between samples, ns
 * @err_ns: standard deviation of the estimate, ns
 * @ret: of all instants when it may have, that with the largest rise, because the
 *	others have windows on the wrong side
 */
void cl_rise_find(const struct cl_floors *f, s64 interval_ns, s64 err_ns,
		  struct cl_rise *ret)
{
	struct cl_rise r;
	u32 from;

	*ret = (struct cl_rise){ .from = 0 };
	for (from = cl_floors_present(f, interval_ns); from >= PAST_MIN;
	     from--) {
		cl_rise_compare(f, from, err_ns, &r);
		if (largest(&r) > largest(ret))
			*ret = r;
	}
}

/**
 * cl_rise_any() - did a direction become longer
 * @r: comparison
 *
 * Return: true if one did.
 */
bool cl_rise_any(const struct cl_rise *r)
{
	return largest(r) > 0;
}
