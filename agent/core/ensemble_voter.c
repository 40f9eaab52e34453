// SPDX-License-Identifier: GPL-2.0-or-later
#include "ensemble_voter.h"

#include <math.h>

#include "kmod/core/fixed.h"

#define Q40 0x1p40
/* Gain of phase over frequency, of a prediction. */
#define DAMPING M_SQRT2
/* Finest residual of a table, squared, ns^2 */
#define S2_MIN (1.0 / 256)

static double clamp(double v, double lo, double hi)
{
	return fmin(fmax(v, lo), hi);
}

/* a - b for counters that may start anywhere. */
static double diff(s64 a, s64 b)
{
	return (double)(s64)((u64)a - (u64)b);
}

/* Move the anchor; what the line says stays. */
static void advance(struct cl_ensemble_line *l, s64 raw_ns)
{
	double more = l->frac_ns + l->rate * diff(raw_ns, l->raw_ns);
	double whole = floor(more);

	l->time_ns = (s64)((u64)l->time_ns + (u64)raw_ns - (u64)l->raw_ns +
			   (u64)(s64)whole);
	l->frac_ns = more - whole;
	l->raw_ns = raw_ns;
}

/**
 * cl_ensemble_voter_offset() - compare a prediction with cluster time
 * @v: voter that is known
 * @raw_ns: its raw time
 * @time: cluster time then; any number does no harm
 *
 * Return: predicted minus actual cluster time, ns.
 */
double cl_ensemble_voter_offset(struct cl_ensemble_voter *v, s64 raw_ns,
				struct cl_time time)
{
	advance(&v->line, raw_ns);
	return diff(v->line.time_ns, time.ns) + v->line.frac_ns;
}

/**
 * cl_ensemble_voter_learn() - bring a prediction closer to the ensemble
 * @v: voter; its residual is that of the anchor of its line
 * @dt: since its residual before, s, above 0
 * @t: time constant, s
 *
 * All oscillators that have been learnt have the same gains.  The ensemble is not
 * moved by that: the sum of weight times residual is 0.  The gains of a young one
 * are those of least squares over all its past.
 */
void cl_ensemble_voter_learn(struct cl_ensemble_voter *v, double dt, double t)
{
	double n = fmax(v->age_s / dt, 1), young = (n + 1) * (n + 2);
	double step = fmin(dt, t / CL_ENSEMBLE_STEPS);
	double gain = fmax(DAMPING * step / t, 2 * (2 * n + 1) / young);
	double gain2 = fmax(step / (t * t), 6 / (young * dt));
	double r = v->residual_ns, r2;

	v->line.frac_ns -= gain * r;
	v->line.rate = clamp(v->line.rate - gain2 * r / CL_NS_PER_SEC,
			     -CL_ENSEMBLE_RATE_MAX, CL_ENSEMBLE_RATE_MAX);
	if (v->age_s <= 2 * t)
		return;
	r2 = fmin(r * r, CL_ENSEMBLE_OUTLIER * CL_ENSEMBLE_OUTLIER * v->s2);
	v->s2 += (r2 - v->s2) * step / fmin(CL_ENSEMBLE_MEMORY * t, v->age_s);
	v->s2 = fmax(v->s2, S2_MIN);
}

/**
 * cl_ensemble_voter_take() - take the prediction of a table
 * @v: voter; all of it is set, but its node and what was said against it
 * @x: entry of the table
 * @time: time of the table
 */
void cl_ensemble_voter_take(struct cl_ensemble_voter *v,
			    const struct cl_ensemble_entry *x,
			    struct cl_time time)
{
	double s = x->s_ns16 / 16.0;

	*v = (struct cl_ensemble_voter){
		.node = v->node,
		.gen = x->gen,
		.known = true,
		.counts = x->weight_q15,
		.isolated = v->isolated,
		.doubted = v->doubted,
		.line = { .raw_ns = x->raw_ns,
			  .time_ns = time.ns,
			  .rate = x->rate_q40 / Q40 },
		.s2 = s * s,
		.weight = v->isolated ? 0 : x->weight_q15 / 0x1p15,
		.phi = 1,
		.age_s = x->age_s,
	};
}

/**
 * cl_ensemble_voter_tell() - make an entry of a table
 * @v: voter that is known
 * @time: time of the table, about that of the anchor of its line
 * @ret: gets the entry
 */
void cl_ensemble_voter_tell(const struct cl_ensemble_voter *v,
			    struct cl_time time, struct cl_ensemble_entry *ret)
{
	double d = diff(time.ns, v->line.time_ns);
	double back = (d - v->line.frac_ns) / (1 + v->line.rate);

	/* back - d is small: a double has digits enough for it. */
	*ret = (struct cl_ensemble_entry){
		.node = v->node,
		.gen = v->gen,
		.raw_ns = (s64)((u64)v->line.raw_ns + (u64)time.ns -
				(u64)v->line.time_ns + (u64)llrint(back - d)),
		.rate_q40 = (s32)lrint(v->line.rate * Q40),
		.s_ns16 = (u32)clamp(16 * sqrt(v->s2), 1, U32_MAX),
		.weight_q15 = (u16)lrint(v->weight * 0x1p15),
		.age_s = (u16)fmin(v->age_s, UINT16_MAX),
	};
}
