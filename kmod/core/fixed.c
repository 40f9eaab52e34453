// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Exact division and roots without 128-bit division, which no kernel has.
 */
#include "fixed.h"

/**
 * cl_shl_div() - quotient of a shifted dividend
 * @a: dividend
 * @sh: left shift of @a
 * @b: divisor, > 0
 *
 * Return: @a * 2^@sh / @b, rounded towards zero; S64_MIN or S64_MAX if that
 * does not fit.
 */
s64 cl_shl_div(s64 a, unsigned int sh, s64 b)
{
	u64 n = cl_abs_s64(a);
	u64 q = n / (u64)b;
	u64 r = n % (u64)b;

	/* r < b < 2^63, so that 2 r does not overflow. */
	for (; sh && (q || r); sh--) {
		if (q >> 62)
			return a < 0 ? S64_MIN : S64_MAX;
		q <<= 1;
		r <<= 1;
		if (r >= (u64)b) {
			r -= (u64)b;
			q |= 1;
		}
	}
	return (s64)(a < 0 ? -q : q);
}

/**
 * cl_isqrt() - integer square root
 * @v: radicand
 *
 * Return: floor(sqrt(@v)).
 */
u64 cl_isqrt(u64 v)
{
	u64 root = 0;
	u64 bit;

	for (bit = 1ULL << 62; bit; bit >>= 2) {
		if (v >= root + bit) {
			v -= root + bit;
			root = (root >> 1) + bit;
		} else {
			root >>= 1;
		}
	}
	return root;
}

/**
 * cl_ppt_to_q48() - frequency from parts per 1e12
 * @ppt: frequency, 1e-12
 *
 * Return: @ppt * 2^48 / 1e12, rounded to nearest; saturated beyond 3.2e16 ppt.
 */
s64 cl_ppt_to_q48(s64 ppt)
{
	s64 twice = cl_shl_div(ppt, CL_Q48_SHIFT + 1, CL_PPT);

	return twice / 2 + twice % 2;
}

/**
 * cl_q48_to_ppt() - frequency in parts per 1e12
 * @q48: frequency times 2^48
 *
 * Return: @q48 * 1e12 / 2^48, rounded to nearest.
 */
s64 cl_q48_to_ppt(s64 q48)
{
	return (cl_mulshr(q48, CL_PPT, CL_Q48_SHIFT - 1) + 1) >> 1;
}

/**
 * cl_drift_ns() - what a frequency error may make of a time
 * @ppt: largest frequency error, 1e-12; taken as S64_MAX above that
 * @age_ns: time passed; negative counts as none
 *
 * Return: their product in ns, rounded up, saturated.
 */
u64 cl_drift_ns(u64 ppt, s64 age_ns)
{
	unsigned __int128 drift;
	u64 q48;

	if (age_ns <= 0 || !ppt)
		return 0;
	if (ppt > S64_MAX)
		ppt = S64_MAX;
	/* One more than rounded down is at least rounded up. */
	q48 = (u64)cl_shl_div((s64)ppt, CL_Q48_SHIFT, CL_PPT) + 1;
	drift = (((unsigned __int128)(u64)age_ns * q48 - 1) >> CL_Q48_SHIFT) +
		1;
	return drift > U64_MAX ? U64_MAX : (u64)drift;
}
