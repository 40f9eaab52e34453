// SPDX-License-Identifier: GPL-2.0-or-later
#include "level.h"

#include <math.h>
#include <string.h>

/*
 * The baseline follows what takes many values: a day's load, not a fault.  In this
 * time it forgets to a third.
 */
#define MEMORY 256
/* A value counts as no further away, in deviations: four in a row make a change. */
#define FAR 4.0
/* By no more than this is the baseline moved by one value. */
#define PULL 2.0
/* A sum that is above the limit goes no further above it, so that it comes back. */
#define ABOVE 4.0
/* Mean distance to standard deviation, and median distance, of a normal law. */
#define OF_MEAN 1.2533
#define OF_MEDIAN 1.4826
/* Values in a row are taken for no more alike than this, and no more unlike. */
#define PAIRS_MAX 0.8
#define PAIRS_MIN -0.5

static double clamp(double x, double limit)
{
	return fmin(fmax(x, -limit), limit);
}

/* Median of the first values; they get into order. */
static float median(float v[CL_LEVEL_START])
{
	for (unsigned int i = 1; i < CL_LEVEL_START; i++) {
		unsigned int k = i;
		float x = v[i];

		for (; k && v[k - 1] > x; k--)
			v[k] = v[k - 1];
		v[k] = x;
	}
	return (v[CL_LEVEL_START / 2 - 1] + v[CL_LEVEL_START / 2]) / 2;
}

static void begin(struct cl_level *l)
{
	float v[CL_LEVEL_START];

	memcpy(v, l->first, sizeof(v));
	l->mid = median(v);
	for (unsigned int i = 0; i < CL_LEVEL_START; i++)
		v[i] = fabsf(l->first[i] - l->mid);
	l->spread = OF_MEDIAN * median(v);
}

/*
 * What one value may deviate by.  While few are known the spread is uncertain itself.
 * If values in a row are alike, the sum of many deviates by more than that of
 * independent ones, and by less if they take turns, as differences of noise do: by the
 * ratio that a first-order autoregression has.
 */
static double deviation(const struct cl_level *l, double least)
{
	double alike = fmin(fmax(l->pairs, PAIRS_MIN), PAIRS_MAX);
	double s = l->spread * (1 + 4.0 / l->n);

	return fmax(s * sqrt((1 + alike) / (1 - alike)), least);
}

static void learn(struct cl_level *l, double x, double least)
{
	double gain = 1.0 / l->n;
	double s = fmax(l->spread, least);
	double z = (x - l->mid) / s;

	l->spread +=
		gain * (fmin(OF_MEAN * fabs(x - l->mid), FAR * s) - l->spread);
	l->mid += gain * s * clamp(z, PULL);
	z = clamp(z, PULL);
	l->pairs += gain * (clamp(z * l->before, PULL) - l->pairs);
	l->before = z;
	if (l->n < MEMORY)
		l->n++;
}

static void decide(struct cl_level *l)
{
	double sum = l->side < 0 ? l->down : l->up;

	if (l->side && sum <= 0)
		l->side = 0;
	if (l->side)
		return;
	if (l->up >= CL_LEVEL_LIMIT)
		l->side = 1;
	else if (l->down >= CL_LEVEL_LIMIT)
		l->side = -1;
}

/**
 * cl_level_init() - nothing is known
 * @l: figure
 */
void cl_level_init(struct cl_level *l)
{
	*l = (struct cl_level){ .n = 0 };
}

/**
 * cl_level_push() - the next value
 * @l: figure
 * @x: value, finite
 * @least: deviation below which nothing matters, above 0
 *
 * Two CUSUM with reference value CL_LEVEL_DRIFT and decision interval CL_LEVEL_LIMIT
 * (Page, Continuous inspection schemes, Biometrika 1954), over deviations from a
 * baseline that is learnt meanwhile (self-starting: Hawkins, The Statistician 1987).
 * Against heavy tails deviations are limited (Lucas and Crosier, Communications in
 * Statistics 1982), and the first baseline is a median with the median deviation;
 * against values that depend on each other deviations are divided by the long-run
 * spread (Johnson and Bagshaw, Technometrics 1974).  While the level may have changed
 * nothing is learnt.
 *
 * On return l->side says whether the level has changed; it does so until the sum is
 * back at 0.
 */
void cl_level_push(struct cl_level *l, double x, double least)
{
	double z;

	l->now = x;
	if (l->n < CL_LEVEL_START) {
		l->first[l->n++] = x;
		if (l->n == CL_LEVEL_START)
			begin(l);
		return;
	}
	z = clamp((x - l->mid) / deviation(l, least), FAR);
	l->up = fmin(fmax(l->up + z - CL_LEVEL_DRIFT, 0),
		     CL_LEVEL_LIMIT + ABOVE);
	l->down = fmin(fmax(l->down - z - CL_LEVEL_DRIFT, 0),
		       CL_LEVEL_LIMIT + ABOVE);
	decide(l);
	if (fmax(l->up, l->down) < CL_LEVEL_LIMIT / 2)
		learn(l, x, least);
}

/**
 * cl_level_known() - is there a baseline?
 * @l: figure
 *
 * Return: true if so; before that no change is found.
 */
bool cl_level_known(const struct cl_level *l)
{
	return l->n >= CL_LEVEL_START;
}
