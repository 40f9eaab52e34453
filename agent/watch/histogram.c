// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The buckets are linear within an octave, as in HdrHistogram (G. Tene,
 * https://hdrhistogram.org): an edge is found by shifts, and no value is farther from
 * the edge above it than 1/64 of itself.
 */
#include "histogram.h"

/* log2(CL_HISTOGRAM_SUB) */
#define SUB_BITS 6

static unsigned int bucket_of(u64 ns)
{
	unsigned int log, sub, i;

	if (ns < 1ULL << CL_HISTOGRAM_FIRST)
		return 0;
	log = 63 - __builtin_clzll(ns);
	sub = (ns >> (log - SUB_BITS)) & (CL_HISTOGRAM_SUB - 1);
	i = 1 + (log - CL_HISTOGRAM_FIRST) * CL_HISTOGRAM_SUB + sub;
	return i < CL_HISTOGRAM_BUCKETS ? i : CL_HISTOGRAM_BUCKETS - 1;
}

/**
 * cl_histogram_add() - one more value
 * @h: the distribution
 * @ns: the value
 */
void cl_histogram_add(struct cl_histogram *h, u64 ns)
{
	u32 *n = &h->bucket[bucket_of(ns)];

	if (!h->count || ns < h->min_ns)
		h->min_ns = ns;
	if (ns > h->max_ns)
		h->max_ns = ns;
	h->count++;
	h->sum_ns += ns;
	*n += *n < U32_MAX;
}

/**
 * cl_histogram_edge() - where a bucket ends
 * @bucket: below CL_HISTOGRAM_BUCKETS
 *
 * Return: the smallest value above it, ns; of the last bucket U64_MAX.
 */
u64 cl_histogram_edge(unsigned int bucket)
{
	unsigned int log = CL_HISTOGRAM_FIRST + bucket / CL_HISTOGRAM_SUB;
	u64 sub = bucket % CL_HISTOGRAM_SUB;

	if (bucket == CL_HISTOGRAM_BUCKETS - 1)
		return U64_MAX;
	return (CL_HISTOGRAM_SUB + sub) << (log - SUB_BITS);
}

/**
 * cl_histogram_quantile() - below what a share of all values lies
 * @h: the distribution
 * @share: from 0 to 1
 *
 * Return: the end of the bucket in which it is, but not more than the largest value,
 * ns: at most 1/64 too much. 0 if there are no values.
 */
u64 cl_histogram_quantile(const struct cl_histogram *h, double share)
{
	u64 seen = 0, edge;

	for (unsigned int i = 0; i < CL_HISTOGRAM_BUCKETS; i++) {
		seen += h->bucket[i];
		if (!seen || seen < share * h->count)
			continue;
		edge = cl_histogram_edge(i);
		return edge < h->max_ns ? edge : h->max_ns;
	}
	return h->max_ns;
}

/**
 * cl_histogram_octave() - values from a power of two up to the next one
 * @h: the distribution
 * @octave: exponent of 2 ns, from CL_HISTOGRAM_FIRST to CL_HISTOGRAM_FIRST +
 *	CL_HISTOGRAM_OCTAVES - 1; the first one has all below it too, the last one all
 *	above
 *
 * Return: their number.
 */
u64 cl_histogram_octave(const struct cl_histogram *h, unsigned int octave)
{
	unsigned int i = 1 + (octave - CL_HISTOGRAM_FIRST) * CL_HISTOGRAM_SUB;
	unsigned int end = i + CL_HISTOGRAM_SUB;
	u64 n = octave == CL_HISTOGRAM_FIRST ? h->bucket[0] : 0;

	for (; i < end; i++)
		n += h->bucket[i];
	return n;
}
