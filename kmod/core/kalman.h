/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Two-state Kalman filter: offset and frequency of one oscillator against
 * another, integer only.
 */
#ifndef _CL_CORE_KALMAN_H
#define _CL_CORE_KALMAN_H

#include "types.h"

/* Variance of the frequency at the start: (100 ppm)^2. */
#define CL_KALMAN_P11_START (10000000000LL << 24)
/* Largest variance of theta: a standard deviation of 5.9 ms. */
#define CL_KALMAN_P00_MAX (1LL << 61)
/* Square of the largest wander that makes sense, (10 ppm)^2/s. */
#define CL_KALMAN_Q2_MAX (100000000LL << 24)

/**
 * struct cl_kalman - state and covariance
 * @theta: offset, ns Q16
 * @y: frequency, ppb Q24 (1 ppb * 1 s = 1 ns)
 * @p00: variance of @theta, ns^2 Q16
 * @p01: covariance, ns ppb Q16
 * @p11: variance of @y, ppb^2 Q24
 * @q2: oscillator wander squared, ppb^2/s Q24
 * @started: a first sample has been taken
 */
struct cl_kalman {
	s64 theta;
	s64 y;
	s64 p00;
	s64 p01;
	s64 p11;
	s64 q2;
	bool started;
};

void cl_kalman_init(struct cl_kalman *k, s64 q2);
void cl_kalman_predict(struct cl_kalman *k, s64 dt_q20);
u64 cl_kalman_correct(struct cl_kalman *k, s64 z_q16, s64 r_q16);
void cl_kalman_update(struct cl_kalman *k, s64 dt_q20, s64 z_q16, s64 r_q16);

#endif /* _CL_CORE_KALMAN_H */
