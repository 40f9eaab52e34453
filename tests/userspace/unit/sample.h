/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Statistics of random numbers.
 */
#ifndef _CL_TEST_SAMPLE_H
#define _CL_TEST_SAMPLE_H

#include <stddef.h>

double sample_mean(const double *x, size_t n);
double sample_sd(const double *x, size_t n);
double sample_below(const double *x, size_t n, double limit);
double sample_min(const double *x, size_t n);
double sample_max(const double *x, size_t n);
void assert_near(double value, double want, double tolerance);

#endif /* _CL_TEST_SAMPLE_H */
