// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * The filter in the formats of kalman.h.  Every product is made in 128 bits
 * and saturated at 2^61, so that nothing overflows whatever the interval.
 */
#include "fixed.h"
#include "kalman.h"

#define CL_KALMAN_MAX CL_KALMAN_P00_MAX

static s64 saturate(__int128 v)
{
	if (v > CL_KALMAN_MAX)
		return CL_KALMAN_MAX;
	if (v < -CL_KALMAN_MAX)
		return -CL_KALMAN_MAX;
	return (s64)v;
}

/* floor(a * b / 2^sh) */
static s64 product(s64 a, s64 b, unsigned int sh)
{
	return saturate(((__int128)a * b) >> sh);
}

/**
 * cl_kalman_init() - start a filter
 * @k: filter
 * @q2: oscillator wander squared, ppb^2/s Q24, >= 0
 */
void cl_kalman_init(struct cl_kalman *k, s64 q2)
{
	*k = (struct cl_kalman){ .q2 = q2 };
}

/*
 * May products be made without saturation?  Up to 16 s and within these limits
 * each stays below 2^60 in magnitude, whatever the wander.
 */
static bool is_small(const struct cl_kalman *k, s64 dt_q20)
{
	return dt_q20 < 16 << 20 && k->p00 < 1LL << 60 &&
	       cl_abs_s64(k->p01) < 1ULL << 54 && k->p11 < 1LL << 58 &&
	       k->q2 <= CL_KALMAN_Q2_MAX;
}

/* cl_kalman_predict() for the small, the same to the bit */
static void predict_small(struct cl_kalman *k, s64 dt_q20)
{
	s64 p11dt = cl_mulshr(k->p11, dt_q20, 28);
	s64 qdt = cl_mulshr(k->q2, dt_q20, 20);
	s64 dt2 = dt_q20 * dt_q20 >> 20;

	k->theta = saturate((__int128)k->theta + cl_mulshr(k->y, dt_q20, 28));
	k->p00 += cl_mulshr(k->p01, dt_q20, 20) * 2 +
		  cl_mulshr(p11dt, dt_q20, 20) + cl_mulshr(qdt, dt2, 28) / 3;
	k->p01 += p11dt + cl_mulshr(qdt, dt_q20, 29);
	k->p11 += qdt;
}

static void predict_any(struct cl_kalman *k, s64 dt_q20)
{
	s64 p11dt = product(k->p11, dt_q20, 28);
	s64 qdt = product(k->q2, dt_q20, 20);
	s64 dt2 = product(dt_q20, dt_q20, 20);
	__int128 p00 = ((__int128)k->p01 * dt_q20 >> 20) * 2 +
		       ((__int128)p11dt * dt_q20 >> 20) +
		       product(qdt, dt2, 28) / 3 + k->p00;
	s64 p01 = saturate((__int128)k->p01 + p11dt + product(qdt, dt_q20, 29));
	__int128 over;

	for (over = p00; over > CL_KALMAN_P00_MAX; over >>= 1)
		p01 /= 2;
	k->theta = saturate((__int128)k->theta + product(k->y, dt_q20, 28));
	k->p00 = saturate(p00);
	k->p01 = p01;
	k->p11 = saturate((__int128)k->p11 + qdt);
}

/**
 * cl_kalman_predict() - state and covariance some time later
 * @k: filter that has taken a sample
 * @dt_q20: time since its last update or prediction, s Q20, >= 0
 *
 * Any interval is safe.  When the standard deviation of theta exceeds 5.9 ms
 * the format ends: @p00 stays at CL_KALMAN_P00_MAX, and @p01 is scaled down
 * with it, so that the next sample still corrects the frequency by no more
 * than it should.
 */
void cl_kalman_predict(struct cl_kalman *k, s64 dt_q20)
{
	if (is_small(k, dt_q20))
		predict_small(k, dt_q20);
	else
		predict_any(k, dt_q20);
}

/* Take the first sample. */
static void start(struct cl_kalman *k, s64 z_q16, s64 r_q16)
{
	k->theta = z_q16;
	k->y = 0;
	k->p00 = r_q16;
	k->p01 = 0;
	k->p11 = CL_KALMAN_P11_START;
	k->started = true;
}

/**
 * cl_kalman_correct() - take a sample of the instant predicted last
 * @k: filter that has taken a sample
 * @z_q16: offset measured, ns Q16, magnitude below 2^62
 * @r_q16: its variance, ns^2 Q16, 1..2^61
 *
 * Return: weight of the sample in the offset, the variance of the offset over
 * that of the innovation, Q32, 0..2^32 - 1.
 */
u64 cl_kalman_correct(struct cl_kalman *k, s64 z_q16, s64 r_q16)
{
	s64 s = k->p00 + r_q16;
	s64 in = z_q16 - k->theta;
	s64 k0 = cl_ratio_q32(k->p00, s);
	s64 k1 = cl_ratio_q32(k->p01, s); /* 1/s */

	k->theta = cl_clamp_s64(k->theta + cl_mulshr(k0, in, 32),
				-CL_KALMAN_MAX, CL_KALMAN_MAX);
	k->y = saturate((__int128)k->y + product(k1, in, 24));
	k->p11 = cl_max_s64(k->p11 - product(k1, k->p01, 24), 1);
	k->p01 -= cl_mulshr(k0, k->p01, 32);
	/* At least p00 r / s: stays positive without help. */
	k->p00 -= cl_mulshr(k0, k->p00, 32);
	return (u64)k0;
}

/**
 * cl_kalman_update() - take a sample
 * @k: filter
 * @dt_q20: time since the last update or prediction, s Q20, >= 0
 * @z_q16: offset measured, ns Q16, magnitude below 2^62
 * @r_q16: its variance, ns^2 Q16, 1..2^61
 *
 * The first sample sets the offset; the frequency starts as 0 +- 100 ppm.
 */
void cl_kalman_update(struct cl_kalman *k, s64 dt_q20, s64 z_q16, s64 r_q16)
{
	if (!k->started) {
		start(k, z_q16, r_q16);
		return;
	}
	cl_kalman_predict(k, dt_q20);
	cl_kalman_correct(k, z_q16, r_q16);
}
