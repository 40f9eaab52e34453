/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Random numbers for tests: the same everywhere, integers only.
 */
#ifndef _CL_TESTS_RANDOM_H
#define _CL_TESTS_RANDOM_H

#include "core/types.h"

/* Uniform over 64 bits (splitmix64). */
static inline u64 random_u64(u64 *state)
{
	u64 z = *state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

/* Uniform over 0 .. n - 1. */
static inline u32 random_below(u64 *state, u32 n)
{
	return (u32)((random_u64(state) >> 32) * n >> 32);
}

/* Signed and of any magnitude: the number of bits is random as well. */
static inline s64 random_s64(u64 *state)
{
	return (s64)random_u64(state) >> random_below(state, 64);
}

/* Standard normal, Q16: sum of 12 uniform numbers. */
static inline s64 random_gauss_q16(u64 *state)
{
	s64 sum = -6 * 65536;
	int i;

	for (i = 0; i < 12; i++)
		sum += random_below(state, 65536);
	return sum;
}

/* Exponential with mean 1, Q16: -ln of a uniform number, bit by bit. */
static inline s64 random_exp_q16(u64 *state)
{
	u64 u = (random_u64(state) >> 32) + 1;
	s64 log2_q16 = 0;
	int i;

	/* u / 2^32 = m / 2^(1 + k), 1 <= m < 2 in Q32 */
	while (u < 1ULL << 32) {
		u <<= 1;
		log2_q16 += 65536;
	}
	for (i = 15; i >= 0; i--) {
		u = (u64)(((__int128)u * u) >> 32);
		if (u >> 33) {
			u >>= 1;
			log2_q16 -= 1 << i;
		}
	}
	return log2_q16 * 45426 >> 16; /* ln 2 */
}

#endif /* _CL_TESTS_RANDOM_H */
