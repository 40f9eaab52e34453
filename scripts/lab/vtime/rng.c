// SPDX-License-Identifier: GPL-2.0-or-later
#include "rng.h"

#include <math.h>

/**
 * vt_rng_init() - start a stream
 * @r: the stream
 * @seed: of the run
 * @stream: what it is for
 * @a: whose it is: a node, the sender of a path
 * @b: which of several, the receiver of a path; 0 if there is but one
 *
 * Streams that differ in anything have nothing in common.
 */
void vt_rng_init(struct vt_rng *r, u64 seed, enum vt_stream stream, u32 a,
		 u32 b)
{
	r->s = seed;
	r->s = vt_rng_next(r) ^ stream;
	r->s = vt_rng_next(r) ^ a;
	r->s = vt_rng_next(r) ^ b;
	r->s = vt_rng_next(r);
}

/**
 * vt_rng_next() - next number of a stream
 * @r: the stream
 *
 * Return: 64 random bits.
 */
u64 vt_rng_next(struct vt_rng *r)
{
	u64 z = (r->s += 0x9e3779b97f4a7c15ULL);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

/**
 * vt_rng_uniform() - a number between 0 and 1
 * @r: the stream; one number of it is used
 *
 * Return: 2^-53 to 1 - 2^-53 in steps of 2^-52, never 0 or 1.
 */
double vt_rng_uniform(struct vt_rng *r)
{
	return ((vt_rng_next(r) >> 12) + 0.5) / (1LL << 52);
}

/**
 * vt_rng_normal() - a normally distributed number
 * @r: the stream; two numbers of it are used
 *
 * Return: mean 0, standard deviation 1, at most 8.6 off.
 */
double vt_rng_normal(struct vt_rng *r)
{
	double radius = sqrt(-2 * log(vt_rng_uniform(r)));

	return radius * cos(2 * M_PI * vt_rng_uniform(r));
}

/**
 * vt_rng_exp() - an exponentially distributed number
 * @r: the stream; one number of it is used
 *
 * Return: mean 1, above 0, at most 36.8.
 */
double vt_rng_exp(struct vt_rng *r)
{
	return -log(vt_rng_uniform(r));
}

/**
 * vt_rng_gamma() - a number of a gamma distribution
 * @r: the stream; how many numbers of it are used varies
 * @shape: shape, above 0
 *
 * G. Marsaglia and W. W. Tsang, "A simple method for generating gamma
 * variables", 2000; a shape below 1 by the identity of its section 6.
 *
 * Return: mean and variance @shape (scale 1), at least 0.
 */
double vt_rng_gamma(struct vt_rng *r, double shape)
{
	double boost = 1, c, d, v, x;

	if (shape < 1) {
		boost = pow(vt_rng_uniform(r), 1 / shape);
		shape += 1;
	}
	d = shape - 1.0 / 3;
	c = 1 / sqrt(9 * d);
	for (;;) {
		x = vt_rng_normal(r);
		v = pow(1 + c * x, 3);
		/* Below 0 the logarithm is no number: refused as well. */
		x = x * x / 2 + d * (1 - v + log(v));
		if (log(vt_rng_uniform(r)) < x)
			return boost * d * v;
	}
}
