/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the rules about liars have in common: how far apart honest clocks may be,
 * and how much one observation counts.
 */
#ifndef _CL_CORE_GATE_H
#define _CL_CORE_GATE_H

#include "kmod/core/types.h"

/* Most nodes that one node judges, besides itself. */
#define CL_GATE_NODES 64

/* The floor of a gate, in standard deviations of the worst estimate in use. */
#define CL_GATE_SIGMAS 4.0

/*
 * An estimate that is worse than the median one by this is not settled: it does
 * not widen the floor, or a liar could open the gate by making its own noisy.
 */
#define CL_GATE_COARSE 4.0

/*
 * The round for which the constants of all rules are.  An interval that differs by
 * less than a quarter is one round: timers are late.
 */
#define CL_GATE_ROUND_NS (100 * CL_NS_PER_MS)
#define CL_GATE_ROUND_SLACK 0.25

double cl_gate_median(double *v, unsigned int n);
double cl_gate_floor(const double *sigma_ns, unsigned int n);
double cl_gate_rounds(s64 since, s64 now, double most);

#endif /* _CL_CORE_GATE_H */
