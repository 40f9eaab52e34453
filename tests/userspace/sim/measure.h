/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Figures: errors of clocks and estimates, bounds, violations.
 */
#ifndef _SIM_MEASURE_H
#define _SIM_MEASURE_H

#include <jansson.h>

#include "follower.h"

/**
 * struct sim_series - numbers, to be ordered
 * @v: numbers
 * @len: how many
 * @room: for how many there is memory
 */
struct sim_series {
	double *v;
	size_t len;
	size_t room;
};

/**
 * struct sim_measure - figures of a node or of several
 * @error: magnitudes of the clock's error, ns
 * @error_sum: of the errors with their signs, ns
 * @open: magnitudes of the estimate's error, ns
 * @open_sum: of those with their signs, ns
 * @err: deviations that the estimates claim, ns
 * @ratio: errors of estimates over those
 * @corridor: estimates that were the corridor's
 * @bound: bounds, ns
 * @hard: hard bounds, ns
 * @samples: instants that were looked at
 * @synced: those at which the clock was synced
 * @held: seconds of holdover from the start of the run
 * @violations: readings that missed the truth, from the start of the run
 * @violations_hard: those beyond the hard bound
 */
struct sim_measure {
	struct sim_series error;
	double error_sum;
	struct sim_series open;
	double open_sum;
	struct sim_series err;
	struct sim_series ratio;
	u64 corridor;
	struct sim_series bound;
	struct sim_series hard;
	u64 samples;
	u64 synced;
	u64 held;
	u64 violations;
	u64 violations_hard;
};

/**
 * struct sim_sample - a node at an instant
 * @usable: its clock may be read
 * @reading: what it says
 * @error_ns: true error of the clock
 * @estimated: there is an estimate
 * @open_ns: true error of the estimate
 * @err_ns: deviation that it claims
 * @corridor: it is that of the corridor, else the filter's
 */
struct sim_sample {
	bool usable;
	struct sim_reading reading;
	s64 error_ns;
	bool estimated;
	s64 open_ns;
	u64 err_ns;
	bool corridor;
};

void sim_measure_add(struct sim_measure *m, const struct sim_sample *s,
		     bool warm);
void sim_measure_merge(struct sim_measure *m, const struct sim_measure *other);
void sim_measure_json(struct sim_measure *m, json_t *j);
void sim_measure_free(struct sim_measure *m);

#endif /* _SIM_MEASURE_H */
