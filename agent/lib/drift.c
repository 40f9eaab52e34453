// SPDX-License-Identifier: GPL-2.0-or-later
#include "drift.h"

#include <math.h>

#include "compiler.h"

/* Points are as far apart as so many exchanges, but within these limits. */
#define POINT_EXCHANGES 8
#define POINT_MIN_NS (6500 * CL_NS_PER_MS)
#define POINT_MAX_NS (300 * CL_NS_PER_SEC)
/* Deviations that it takes to warn. */
#define LIMIT 5.0
/* A part of them that says little; when no more has been said for so long it is over. */
#define LITTLE 0.5
#define CLEAR_NS (60 * CL_NS_PER_SEC)
/* A scale has a say after so many independent bends, and remembers so many. */
#define BENDS_MIN 4
#define BENDS_MAX 64
/* Frequencies that wander by less do no harm, 1e-9 per root of s. */
#define LEAST 1.0
/* What the estimator says of its errors counts as much. */
#define CLAIMED 0.75
/* The estimator's frequency must have changed by this part of what the offset says. */
#define AGREES 0.4
/* A bend counts for the usual ones as no more than so many deviations. */
#define FAR 4.0
/* Mean size to standard deviation of a normal law. */
#define OF_MEAN 1.2533

/**
 * struct bend - what an offset says of the frequency
 * @dev: change by the root of the time it took, 1e-9 per root of s
 * @claimed: standard deviation of that by errors that the estimator claims
 * @mean_s: time from the middle of the first half to that of the second, s
 * @began_ns: when the second half began
 * @agrees: the estimator's frequency says the same
 */
struct bend {
	double dev;
	double claimed;
	double mean_s;
	s64 began_ns;
	bool agrees;
};

/* Instants and offsets may be any; their differences are small. */
static double minus(s64 a, s64 b)
{
	return (double)(s64)((u64)a - (u64)b);
}

/* The @back-th of the last points, 1: the last one. */
static const struct cl_drift_reading *last(const struct cl_drift *d,
					   unsigned int back)
{
	return &d->point[(d->next + CL_DRIFT_POINTS - back) % CL_DRIFT_POINTS];
}

static unsigned int points_of(unsigned int scale)
{
	return CL_DRIFT_SHORTEST << scale;
}

/* The bend of a scale that ends with @r; false if it has not lasted for so long. */
static bool find(const struct cl_drift *d, unsigned int scale,
		 const struct cl_drift_reading *r, struct bend *ret)
{
	unsigned int half = points_of(scale);
	const struct cl_drift_reading *b, *m;
	double first, second, change, said, root;

	if (d->n < 2 * half)
		return false;
	b = last(d, 2 * half);
	m = last(d, half);
	first = minus(m->at_ns, b->at_ns) / CL_NS_PER_SEC;
	second = minus(r->at_ns, m->at_ns) / CL_NS_PER_SEC;
	root = sqrt((first + second) / 3);
	change = minus(r->offset_ns, m->offset_ns) / second -
		 minus(m->offset_ns, b->offset_ns) / first;
	said = minus(r->freq_ppt, m->freq_ppt) / 1000;
	*ret = (struct bend){
		.dev = change / root,
		.claimed = hypot(hypot(b->err_ns / first, r->err_ns / second),
				 m->err_ns * (1 / first + 1 / second)) /
			   root,
		.mean_s = (first + second) / 2,
		.began_ns = m->at_ns,
		.agrees = said * change > 0 &&
			  fabs(said) >= AGREES * fabs(change),
	};
	return true;
}

/* Bends of a scale overlap: so many make one that depends on none before. */
static double deviation(const struct cl_drift_scale *s, unsigned int scale,
			const struct bend *b)
{
	double few = 1 + 2.0 * points_of(scale) / s->n;

	return hypot(fmax(s->usual * few, LEAST), CLAIMED * b->claimed);
}

static void learn(struct cl_drift_scale *s, unsigned int scale,
		  const struct bend *b)
{
	double most = FAR * fmax(s->usual, LEAST);

	if (s->n < BENDS_MAX * points_of(scale))
		s->n++;
	s->usual += (fmin(OF_MEAN * fabs(b->dev), most) - s->usual) / s->n;
}

/* What says most; returns when it began. */
static s64 judge(struct cl_drift *d, const struct cl_drift_reading *r)
{
	s64 began_ns = r->at_ns;
	struct bend b;
	double dev, z;

	d->strength = 0;
	for (unsigned int i = 0; i < CL_DRIFT_SCALES; i++) {
		if (!find(d, i, r, &b) || !b.agrees ||
		    d->scale[i].n < BENDS_MIN * points_of(i))
			continue;
		dev = deviation(&d->scale[i], i, &b);
		z = fabs(b.dev) / dev / LIMIT;
		if (z <= d->strength)
			continue;
		d->strength = z;
		d->now = 1000 * b.dev * sqrt(b.mean_s * 2 / 3) / b.mean_s;
		d->normal = 1000 * dev * sqrt(b.mean_s * 2 / 3) / b.mean_s;
		began_ns = b.began_ns;
	}
	return began_ns;
}

static void decide(struct cl_drift *d, const struct cl_drift_reading *r)
{
	s64 began_ns = judge(d, r);

	if (!d->warns && d->strength >= 1) {
		d->warns = true;
		d->since_ns = began_ns;
		d->warned_ns = r->at_ns;
	}
	if (d->strength >= LITTLE)
		d->spoke_ns = r->at_ns;
	else if (r->at_ns - d->spoke_ns >= CLEAR_NS)
		d->warns = false;
}

static void add_point(struct cl_drift *d, const struct cl_drift_reading *r)
{
	struct bend b;

	for (unsigned int i = 0; d->strength < LITTLE && i < CL_DRIFT_SCALES;
	     i++)
		if (find(d, i, r, &b))
			learn(&d->scale[i], i, &b);
	d->point[d->next] = *r;
	d->next = (d->next + 1) % CL_DRIFT_POINTS;
	if (d->n < CL_DRIFT_POINTS)
		d->n++;
}

/* Time for another point? */
static bool is_due(const struct cl_drift *d, const struct cl_drift_reading *r)
{
	s64 passed = r->at_ns - last(d, 1)->at_ns;

	return !d->n || passed >= POINT_MAX_NS ||
	       (passed >= POINT_MIN_NS &&
		r->exchanges - last(d, 1)->exchanges >= POINT_EXCHANGES);
}

/**
 * cl_drift_init() - nothing is known
 * @d: two clocks
 */
void cl_drift_init(struct cl_drift *d)
{
	*d = (struct cl_drift){ .n = 0 };
}

/**
 * cl_drift_restart() - offsets before do not belong together with those to come
 * @d: two clocks
 *
 * What is usual stays.
 */
void cl_drift_restart(struct cl_drift *d)
{
	d->n = 0;
}

/**
 * cl_drift_push() - the next reading
 * @d: two clocks
 * @r: reading, later than the one before; neither instants nor exchanges went back
 *	since cl_drift_restart()
 *
 * On return d->warns says whether the frequency runs away; it does so until less than
 * half of what it took to warn has been left for a minute.
 *
 * If a frequency that walks at random begins to drift, the likelihood ratio of that is
 * largest for its change within the time of the drift, over the deviation of such
 * changes; when the drift began is not known, so the largest of some times counts:
 * the generalized likelihood ratio within a window (Willsky and Jones, IEEE
 * Transactions on Automatic Control 1976; Lai, Journal of the Royal Statistical Society
 * B 1995).  Changes are seen in the offset, as mean frequencies of two halves of the
 * time: the estimator's frequency follows a drift late, while its offset is corrected
 * by it at once.  Of a walk of q per root of s those differ by q^2 (a + b) / 3 in the
 * square, a and b being the halves (Allan, Proc. IEEE 1966); what is usual is learnt,
 * for each time on its own, while nothing speaks for a drift.
 */
void cl_drift_push(struct cl_drift *d, const struct cl_drift_reading *r)
{
	if (d->n >= 2 * CL_DRIFT_SHORTEST)
		decide(d, r);
	if (is_due(d, r))
		add_point(d, r);
}
