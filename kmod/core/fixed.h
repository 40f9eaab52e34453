/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Fixed-point arithmetic: wide products, exact division, integer square root.
 *
 * Frequencies inside the core are dimensionless numbers times 2^48 (suffix
 * _q48, resolution 3.6e-15); outside they are parts per 1e12 (suffix _ppt).
 */
#ifndef _CL_CORE_FIXED_H
#define _CL_CORE_FIXED_H

#include "types.h"

#define CL_Q48_SHIFT 48
#define CL_PPT 1000000000000LL /* 1 in parts per 1e12 */

/**
 * cl_mulshr() - product of two 64-bit numbers, shifted right
 * @a: factor
 * @b: factor
 * @sh: 0..127; the shifted product must fit s64
 *
 * Return: floor(@a * @b / 2^@sh).
 */
static inline s64 cl_mulshr(s64 a, s64 b, unsigned int sh)
{
	return (s64)(((__int128)a * b) >> sh);
}

/**
 * cl_scale() - change of an interval by a frequency correction
 * @d: interval, ns, may be negative
 * @q48: correction times 2^48, |@q48| < 2^47
 *
 * Kernel and user space share this helper, so that they round alike.
 *
 * Return: floor(@d * @q48 / 2^48), ns.
 */
static inline s64 cl_scale(s64 d, s64 q48)
{
	return cl_mulshr(d, q48, CL_Q48_SHIFT);
}

static inline s64 cl_min_s64(s64 a, s64 b)
{
	return a < b ? a : b;
}

static inline s64 cl_max_s64(s64 a, s64 b)
{
	return a > b ? a : b;
}

static inline s64 cl_clamp_s64(s64 v, s64 lo, s64 hi)
{
	return v < lo ? lo : v > hi ? hi : v;
}

/* Magnitude without overflow at S64_MIN. */
static inline u64 cl_abs_s64(s64 v)
{
	return v < 0 ? -(u64)v : (u64)v;
}

/* a + b, saturating at U64_MAX: bounds never wrap to something small. */
static inline u64 cl_add_sat(u64 a, u64 b)
{
	return a + b < a ? U64_MAX : a + b;
}

/* a - b; where that overflows it goes round: who lies may have said anything. */
static inline s64 cl_sub_wrap(s64 a, s64 b)
{
	return (s64)((u64)a - (u64)b);
}

s64 cl_shl_div(s64 a, unsigned int sh, s64 b);
s64 cl_ratio_q32(s64 a, s64 b);
u64 cl_isqrt(u64 v);
s64 cl_ppt_to_q48(s64 ppt);
s64 cl_q48_to_ppt(s64 q48);
u64 cl_drift_ns(u64 ppt, s64 age_ns);

#endif /* _CL_CORE_FIXED_H */
