// SPDX-License-Identifier: GPL-2.0-or-later
#include "reach.h"

#include <math.h>

#include "compiler.h"

/* A value of the quick trend lasts so long, and a gap of more ends all. */
#define VALUE_NS (5 * CL_NS_PER_SEC)
#define GAP_NS (60 * CL_NS_PER_SEC)
/* A trend is one if so much of the order agrees and it has risen by so much. */
#define ORDER_MIN 0.75
#define RISE_MIN 1.5
/* Values in a row that it takes to warn, and to be quiet again. */
#define TO_WARN 2
#define TO_CLEAR 6

/**
 * struct outlook - what a trend says
 * @in_ns: time to the limit, S64_MAX: it says nothing
 * @lasted_ns: since when the figure rises
 */
struct outlook {
	s64 in_ns;
	s64 lasted_ns;
};

/* The last @n values of a trend, @step_ns apart; the one that is sooner is kept. */
static void look(const struct cl_trend *t, unsigned int n, s64 step_ns,
		 double limit, struct outlook *o)
{
	s64 lasted = (s64)(n - 1) * step_ns;
	struct cl_slope s;
	double in;

	if (!cl_trend_get(t, n, &s) || s.step <= 0 || s.order < ORDER_MIN ||
	    s.last < RISE_MIN * fmax(s.first, 0))
		return;
	in = fmax(limit - s.last, 0) / s.step * step_ns;
	if (in > (double)lasted || in >= (double)o->in_ns)
		return;
	o->in_ns = (s64)in;
	o->lasted_ns = lasted;
}

static void judge(struct cl_reach *r, s64 at_ns, double limit)
{
	struct outlook o = { .in_ns = S64_MAX };
	bool soon;

	look(&r->quick, CL_TREND_POINTS / 2, VALUE_NS, limit, &o);
	look(&r->quick, CL_TREND_POINTS, VALUE_NS, limit, &o);
	look(&r->slow, r->slow.n, CL_TREND_POINTS * VALUE_NS, limit, &o);
	soon = o.in_ns < S64_MAX || (r->warns && r->now > limit);
	if (soon == r->warns) {
		r->doubts = 0;
	} else if (++r->doubts >= (soon ? TO_WARN : TO_CLEAR)) {
		r->doubts = 0;
		r->warns = soon;
		r->warned_ns = at_ns;
		r->since_ns = at_ns - o.lasted_ns;
	}
	if (soon)
		r->in_ns = r->now > limit ? 0 : o.in_ns;
}

static float median(float *v, unsigned int n)
{
	for (unsigned int i = 1; i < n; i++) {
		unsigned int k = i;
		float x = v[i];

		for (; k && v[k - 1] > x; k--)
			v[k] = v[k - 1];
		v[k] = x;
	}
	return (v[(n - 1) / 2] + v[n / 2]) / 2;
}

static void add_value(struct cl_reach *r)
{
	unsigned int n = r->n < CL_REACH_READINGS ? r->n : CL_REACH_READINGS;
	float v[CL_TREND_POINTS];

	r->now = median(r->v, n);
	cl_trend_push(&r->quick, r->now);
	if (++r->turns < CL_TREND_POINTS)
		return;
	r->turns = 0;
	for (unsigned int i = 0; i < CL_TREND_POINTS; i++)
		v[i] = r->quick.v[i];
	cl_trend_push(&r->slow, median(v, CL_TREND_POINTS));
}

/**
 * cl_reach_init() - nothing is known
 * @r: figure
 */
void cl_reach_init(struct cl_reach *r)
{
	*r = (struct cl_reach){ .n = 0 };
}

/**
 * cl_reach_push() - the next reading
 * @r: figure
 * @at_ns: when, later than the one before
 * @x: the figure, not negative
 * @limit: limit, above 0
 *
 * On return r->warns says whether the limit will be reached soon.
 *
 * A figure of a clock goes its way for a while also by chance, so that no test of
 * significance applies: what counts is that the rise is large and that its line would
 * reach the limit within the time for which it has lasted; a minute, two and
 * up to 46 are looked at.
 */
void cl_reach_push(struct cl_reach *r, s64 at_ns, double x, double limit)
{
	s64 lasted = at_ns - r->began_ns;

	if (!r->n || lasted > GAP_NS) {
		cl_reach_init(r);
		r->began_ns = at_ns;
	} else if (lasted >= VALUE_NS) {
		add_value(r);
		judge(r, at_ns, limit);
		r->n = 0;
		r->began_ns = at_ns;
	}
	r->v[r->n++ % CL_REACH_READINGS] = x;
}
