// SPDX-License-Identifier: GPL-2.0-or-later
#include "pace.h"

#include <errno.h>
#include <math.h>
#include <string.h>

/* Who has been silent for so long is not looked at. */
#define SILENT_NS (10 * CL_NS_PER_SEC)

/**
 * cl_pace_init() - nothing is known
 * @p: pace
 */
void cl_pace_init(struct cl_pace *p)
{
	memset(p, 0, sizeof(*p));
}

static struct cl_pace_source *lookup(struct cl_pace *p, u32 node)
{
	for (unsigned int i = 0; i < p->n; i++) {
		if (p->source[i].node == node)
			return &p->source[i];
	}
	return NULL;
}

/**
 * cl_pace_forget() - an oscillator was disturbed, or is not measured any more
 * @p: pace
 * @node: whose; may be unknown
 *
 * Not for a change of the leader: cluster time goes on.
 */
void cl_pace_forget(struct cl_pace *p, u32 node)
{
	struct cl_pace_source *s = lookup(p, node);

	if (s)
		*s = p->source[--p->n];
}

/* Time constant of a mean, s. */
static double span_of(unsigned int i)
{
	return CL_PACE_FIRST_S * pow(CL_PACE_NEXT, i - 1.0);
}

/* Each mean is that of all rates until there are enough for its time constant. */
static void feed(struct cl_pace_source *s, s64 now, double rate_ppb)
{
	double dt = (double)(now - s->last) / CL_NS_PER_SEC;
	double age = (double)(now - s->since) / CL_NS_PER_SEC;

	if (dt <= 0)
		return;
	s->rate_ppb[0] = rate_ppb;
	for (unsigned int i = 1; i < CL_PACE_RATES; i++) {
		double gain = fmin(dt / fmin(age, span_of(i)), 1);

		s->rate_ppb[i] += gain * (rate_ppb - s->rate_ppb[i]);
	}
}

/**
 * cl_pace_add() - rate of cluster time against an oscillator
 * @p: pace
 * @now: time, ns; only differences count
 * @node: whose; the own one is a source as well
 * @rate_ppb: the leader's map and the measurements, composed
 * @sigma_ppb: standard deviation of it, at least 0
 *
 * To be told at each update, also of those that are not obeyed.
 *
 * Return: 0; -EINVAL if a value is out of range, -ENOSPC if there are
 * CL_PACE_SOURCES others; then nothing has changed.
 */
int cl_pace_add(struct cl_pace *p, s64 now, u32 node, double rate_ppb,
		double sigma_ppb)
{
	struct cl_pace_source *s = lookup(p, node);

	if (!isfinite(rate_ppb) || !isfinite(sigma_ppb) || sigma_ppb < 0)
		return -EINVAL;
	if (sigma_ppb > CL_PACE_SETTLED_PPB) {
		cl_pace_forget(p, node);
		return 0;
	}
	if (!s) {
		if (p->n == CL_PACE_SOURCES)
			return -ENOSPC;
		s = &p->source[p->n++];
		*s = (struct cl_pace_source){ .node = node, .since = now };
		for (unsigned int i = 0; i < CL_PACE_RATES; i++)
			s->rate_ppb[i] = rate_ppb;
	} else {
		feed(s, now, rate_ppb);
	}
	s->last = now;
	s->sigma_ppb = sigma_ppb;
	return 0;
}

/**
 * cl_pace_slew_limit() - R5, how fast a clock may be slewed while it is locked
 * @sigma_ppb: standard deviation of the predicted frequency
 *
 * Return: limit, ppb.
 */
double cl_pace_slew_limit(double sigma_ppb)
{
	return fmax(CL_PACE_SLEW_SIGMAS * sigma_ppb, CL_PACE_SLEW_MIN_PPB);
}

/*
 * What a rate may differ by from the next.  The difference of two means of a random
 * walk of the frequency, with time constants t and u, has the standard deviation
 * wander (u - t) / sqrt(2 (t + u)).
 */
static double limit_of(unsigned int pair, double wander_ppb, double sigma_ppb)
{
	double t = span_of(pair), u = span_of(pair + 1), usual;

	if (!pair)
		return cl_pace_slew_limit(sigma_ppb);
	usual = hypot(wander_ppb * (u - t) / sqrt(2 * (t + u)), sigma_ppb);
	return fmax(CL_PACE_SIGMAS * usual, CL_PACE_MIN_PPB);
}

/*
 * By a majority, in one direction?  The error of the best known rate, which is our
 * own, is in all of them; those that the others have besides are outvoted.
 */
static void judge_pair(const struct cl_pace *p, s64 now, unsigned int pair,
		       double wander_ppb, struct cl_pace_answer *a)
{
	double least[2] = { INFINITY, INFINITY }, sigma = INFINITY;
	unsigned int against[2] = { 0 }, way, i;

	*a = (struct cl_pace_answer){ 0 };
	for (i = 0; i < p->n; i++)
		sigma = fmin(sigma, p->source[i].sigma_ppb);
	a->limit_ppb = limit_of(pair, wander_ppb, sigma);
	for (i = 0; i < p->n; i++) {
		const struct cl_pace_source *s = &p->source[i];
		double d = s->rate_ppb[pair] - s->rate_ppb[pair + 1];

		if (now - s->last > SILENT_NS ||
		    (double)(s->last - s->since) <
			    span_of(pair + 1) * CL_NS_PER_SEC)
			continue;
		a->sources++;
		if (fabs(d) <= a->limit_ppb)
			continue;
		against[d < 0]++;
		least[d < 0] = fmin(least[d < 0], fabs(d));
	}
	way = against[1] > against[0];
	a->against = against[way];
	if (a->against)
		a->change_ppb = way ? -least[way] : least[way];
	a->too_fast = a->sources >= CL_PACE_LEAST &&
		      a->against > a->sources / 2;
}

/**
 * cl_pace_judge() - does cluster time run as it did?
 * @p: pace
 * @now: time, ns
 * @wander_ppb: wander of one oscillator, per root of s
 * @ret: answer, of the first pair of rates that says no, else of the first
 */
void cl_pace_judge(const struct cl_pace *p, s64 now, double wander_ppb,
		   struct cl_pace_answer *ret)
{
	struct cl_pace_answer a;

	judge_pair(p, now, 0, wander_ppb, ret);
	for (unsigned int i = 1; i + 1 < CL_PACE_RATES && !ret->too_fast; i++) {
		judge_pair(p, now, i, wander_ppb, &a);
		if (a.too_fast)
			*ret = a;
	}
}
