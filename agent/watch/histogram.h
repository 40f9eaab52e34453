/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Distribution of delays in buckets of constant relative width.
 */
#ifndef _CL_WATCH_HISTOGRAM_H
#define _CL_WATCH_HISTOGRAM_H

#include "kmod/core/types.h"

/*
 * Buckets of an octave, and the octaves from 128 ns to 69 s; one bucket for what is below.
 * What is above lies in the last one.
 */
#define CL_HISTOGRAM_SUB 64
#define CL_HISTOGRAM_FIRST 7
#define CL_HISTOGRAM_OCTAVES 29
#define CL_HISTOGRAM_BUCKETS (1 + CL_HISTOGRAM_SUB * CL_HISTOGRAM_OCTAVES)

/**
 * struct cl_histogram - a distribution
 * @count: values
 * @sum_ns: their sum
 * @min_ns: the smallest, if there is any
 * @max_ns: the largest
 * @bucket: values of each bucket, saturate
 */
struct cl_histogram {
	u64 count;
	u64 sum_ns;
	u64 min_ns;
	u64 max_ns;
	u32 bucket[CL_HISTOGRAM_BUCKETS];
};

void cl_histogram_add(struct cl_histogram *h, u64 ns);
u64 cl_histogram_edge(unsigned int bucket);
u64 cl_histogram_quantile(const struct cl_histogram *h, double share);
u64 cl_histogram_octave(const struct cl_histogram *h, unsigned int octave);

#endif /* _CL_WATCH_HISTOGRAM_H */
