// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Exact division and roots without 128-bit division, which no kernel has.
 */
#include "fixed.h"

/*
 * One digit of a long division: (@r * 2^32 + @digit) / @b, where @b has its top
 * bit set and @r < @b, with the remainder left in @r (Knuth, The Art of Computer
 * Programming 2, 4.3.1, algorithm D with two digits).  The estimate from the
 * upper half of @b is too large by 2 at most.
 */
static inline u64 divide_digit(u64 *r, u64 digit, u64 b)
{
	u64 high = b >> 32;
	u64 low = (u32)b;
	u64 q = *r / high;
	u64 part = *r % high;

	while (q >> 32 || q * low > (part << 32 | digit)) {
		q--;
		part += high;
		if (part >> 32)
			break;
	}
	/* Modulo 2^64: the difference is below b. */
	*r = (*r << 32 | digit) - q * b;
	return q;
}

/* (@high * 2^64 + @low) / @b for @high < @b */
static u64 divide_wide(u64 high, u64 low, u64 b)
{
	unsigned int norm = (unsigned int)__builtin_clzll(b);
	u64 q = 0;

	b <<= norm;
	/* In two steps, because norm may be 0. */
	high = high << norm | low >> 1 >> (63 - norm);
	low <<= norm;
	if (high < b >> 32)
		high = high << 32 | low >> 32; /* the first digit is 0 */
	else
		q = divide_digit(&high, low >> 32, b);
	return q << 32 | divide_digit(&high, (u32)low, b);
}

/* @n * 2^@sh / @b for 0 < @b < 2^63, U64_MAX if that does not fit */
static u64 shl_div(u64 n, unsigned int sh, u64 b)
{
	unsigned int room;
	u64 high;

	if (!n)
		return 0;
	room = (unsigned int)__builtin_clzll(n);
	if (sh <= room)
		return (n << sh) / b;
	/* Above 2^127: then the quotient is above 2^64. */
	if (sh - room >= 64)
		return U64_MAX;
	if (sh < 64) {
		high = n >> (64 - sh);
		n <<= sh;
	} else {
		high = n << (sh - 64);
		n = 0;
	}
	return high < b ? divide_wide(high, n, b) : U64_MAX;
}

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
	u64 q = shl_div(cl_abs_s64(a), sh, (u64)b);

	if (q >> 63)
		return a < 0 ? S64_MIN : S64_MAX;
	return a < 0 ? -(s64)q : (s64)q;
}

/**
 * cl_ratio_q32() - cl_shl_div() by 32 bits, cheaper where the ratio is small
 * @a: dividend
 * @b: divisor, > 0
 *
 * Return: @a * 2^32 / @b, rounded towards zero, saturated.
 */
s64 cl_ratio_q32(s64 a, s64 b)
{
	u64 r = cl_abs_s64(a);
	unsigned int norm;
	s64 q;

	if (r >= (u64)b)
		return cl_shl_div(a, 32, b);
	norm = (unsigned int)__builtin_clzll((u64)b);
	r <<= norm;
	q = (s64)divide_digit(&r, 0, (u64)b << norm);
	return a < 0 ? -q : q;
}

/**
 * cl_isqrt() - integer square root
 * @v: radicand
 *
 * Newton's iteration, where each step doubles the number of bits and divides
 * only as many as it has; the last root is one too large at most (M. Dickinson,
 * math.isqrt of CPython 3.8).
 *
 * Return: floor(sqrt(@v)).
 */
u64 cl_isqrt(u64 v)
{
	unsigned int half;
	u64 n, root;

	if (!v)
		return 0;
	half = (unsigned int)__builtin_clzll(v) / 2;
	n = v << (2 * half);
	root = 1 + (n >> 62);
	root = (root << 1) + (n >> 59) / root;
	root = (root << 3) + (n >> 53) / root;
	root = (root << 7) + (n >> 41) / root;
	root = (root << 15) + (n >> 17) / root;
	root >>= half;
	/* root may be 2^32, whose square is 0 here. */
	return root - (root * root - 1 >= v);
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
