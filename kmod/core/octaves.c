// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * If the frequency walks by q^2 per second, the second difference of the offset
 * at spacing T has the mean square 2/3 q^2 T^3.  What the estimate is wrong by
 * comes on top and is all there is for small T, so the octave that says least is
 * right (D. W. Allan, Proc. IEEE 54 (1966), 221, for clocks compared without
 * error).
 */
#include "fixed.h"
#include "octaves.h"

/* Offsets are taken this far apart, ns. */
#define STEP_NS (CL_NS_PER_SEC << CL_OCTAVES_FIRST)
/* Bends needed for an answer, and how many are remembered. */
#define N_MIN 8
#define N_MAX 32
/* Larger bends are taken as this: 34 ms ... */
#define BEND_MAX (1LL << 25)
/*
 * ... and larger squares as so many times their mean, so that each at most
 * doubles it: a step of the frequency, which is no walk, counts little.
 */
#define OUTLIER 32

/**
 * cl_octaves_init() - know nothing
 * @o: second differences
 */
void cl_octaves_init(struct cl_octaves *o)
{
	*o = (struct cl_octaves){};
}

/**
 * cl_octaves_restart() - the offset has jumped
 * @o: second differences
 *
 * The spacing begins anew, what has been learnt stays.
 */
void cl_octaves_restart(struct cl_octaves *o)
{
	o->taken = 0;
}

static void learn(struct cl_octaves *o, unsigned int i, s64 theta_ns)
{
	s64 *theta = o->octave[i].theta;
	u64 twice = 2 * (u64)theta[0];
	s64 bend = cl_clamp_s64((s64)((u64)theta_ns - twice + (u64)theta[1]),
				-BEND_MAX, BEND_MAX);
	s64 mean = o->octave[i].mean;
	s64 square = bend * bend;

	if (o->octave[i].n >= N_MIN)
		square = cl_min_s64(square, OUTLIER * (mean + 1));
	if (o->octave[i].n < N_MAX)
		o->octave[i].n++;
	o->octave[i].mean += (square - mean) / (s64)o->octave[i].n;
}

/**
 * cl_octaves_push() - take an estimate
 * @o: second differences
 * @e: estimate; one in 16 s is used, those between cost nothing
 *
 * Offsets must be evenly spaced, or the frequency would look like a bend;
 * therefore they are taken at the instants that are due, up to 16 s before the
 * estimate's.  After a gap, in which the estimate was a mere straight line, the
 * spacing begins anew, and what has been learnt stays.
 */
void cl_octaves_push(struct cl_octaves *o, const struct cl_estimate *e)
{
	s64 passed = cl_raw_sub(e->at, o->at);
	struct cl_estimate due;
	unsigned int i;

	if (o->taken && passed < STEP_NS)
		return;
	if (passed >= 2 * STEP_NS || cl_raw_sub(e->at, e->last) >= STEP_NS)
		o->taken = 0;
	o->at = o->taken ? cl_raw_add(o->at, STEP_NS) : e->at;
	cl_estimate_at(e, o->at, &due);
	for (i = 0; i < CL_OCTAVES; i++) {
		if (o->taken & ((1U << i) - 1))
			break;
		if (o->taken >> i >= 2)
			learn(o, i, due.theta_ns);
		o->octave[i].theta[1] = o->octave[i].theta[0];
		o->octave[i].theta[0] = due.theta_ns;
	}
	o->taken++;
}

/* Square of the wander that the mean of an octave stands for, ppt^2/s */
static u64 q2_of(unsigned int i, u64 mean)
{
	/* 3/2 (1 ns)^2/s^3 are 1.5e6 ppt^2/s */
	return (u64)cl_mulshr((s64)mean, 1500000, 3 * (i + CL_OCTAVES_FIRST));
}

/**
 * cl_octaves_ppt() - the wander
 * @o: second differences
 *
 * As long as errors of the estimate outweigh the wander, each octave says much
 * less than the one before (an eighth, if they are independent), and nothing is
 * known but that the wander is less than that.  It is known when the last
 * octave says half of the one before or more, and a quarter of the one before
 * that.  Two standard deviations are added to each mean: few bends may happen to
 * be small, and the least of several means would be too small even of many.
 *
 * Return: wander, 1e-12 per sqrt(s), in simulations 0.7 to 2.5 times the truth;
 * 0: not known yet.
 */
u32 cl_octaves_ppt(const struct cl_octaves *o)
{
	u64 q2[CL_OCTAVES];
	u64 least = U64_MAX;
	unsigned int i;

	for (i = 0; i < CL_OCTAVES && o->octave[i].n >= N_MIN; i++) {
		u64 mean = (u64)o->octave[i].mean;
		u64 n = o->octave[i].n;
		u64 more = q2_of(i, mean + 3 * mean / cl_isqrt(n));

		q2[i] = q2_of(i, mean);
		if (more < least)
			least = more;
	}
	if (i < 3 || q2[i - 1] < q2[i - 2] / 2 || q2[i - 1] < q2[i - 3] / 4)
		return 0;
	return (u32)cl_isqrt(least) + 1;
}
