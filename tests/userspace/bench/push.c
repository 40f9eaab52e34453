// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Time that the estimator takes for a sample on this machine: "push ns" for each of
 * some batches, which are alike.
 */
#include <stdio.h>

#include "agent/lib/now.h"
#include "core/estimator.h"
#include "sim.h"

#define BATCHES 200
#define SAMPLES 6000
#define INTERVAL_NS (100 * CL_NS_PER_MS)

static struct cl_exchange exchange[SAMPLES];
static struct cl_estimator estimator;

int main(void)
{
	struct sim s = sim_lan(1);
	s64 before;

	for (int i = 0; i < SAMPLES; i++) {
		exchange[i] = sim_exchange(&s);
		sim_advance(&s, INTERVAL_NS);
	}
	for (int batch = 0; batch < BATCHES; batch++) {
		cl_estimator_init(&estimator, sim_params());
		before = cl_now_ns(CLOCK_MONOTONIC);
		for (int i = 0; i < SAMPLES; i++)
			cl_estimator_push(&estimator, &exchange[i]);
		printf("push %lld\n",
		       (long long)(cl_now_ns(CLOCK_MONOTONIC) - before) /
			       SAMPLES);
	}
	return 0;
}
