/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the leader's ensemble knows of a voter's oscillator.
 */
#ifndef _CL_CORE_ENSEMBLE_VOTER_H
#define _CL_CORE_ENSEMBLE_VOTER_H

#include "ensemble_table.h"
#include "kmod/core/cltime.h"
#include "kmod/core/types.h"

/* Standard deviations, from which on a residual is an outlier. */
#define CL_ENSEMBLE_OUTLIER 6.0

/* A filter makes so many steps within its time constant, or it is slower. */
#define CL_ENSEMBLE_STEPS 4.0

/* The residual variance is a mean over so many of the prediction's time constants. */
#define CL_ENSEMBLE_MEMORY 30.0

/* Rates are within 900 ppm: those on the wire have room for a slew. */
#define CL_ENSEMBLE_RATE_MAX (900 / 1e6)

/**
 * struct cl_ensemble_line - predicted cluster time of a raw clock
 * @raw_ns: anchor on the raw side
 * @time_ns: cluster time there, whole ns
 * @frac_ns: and what is to be added
 * @rate: d time / d raw - 1
 */
struct cl_ensemble_line {
	s64 raw_ns;
	s64 time_ns;
	double frac_ns;
	double rate;
};

/**
 * struct cl_ensemble_voter - what is known of a voter's oscillator
 * @node: its node id
 * @gen: its raw generation, the low 16 bits
 * @known: @line and what follows are valid
 * @counts: it has passed the shadow; has weight, or gets some
 * @isolated: judged by others to deserve no weight
 * @doubted: there is something against it: what it shows does not count
 * @back: it was doubted since its last measurement
 * @measured: it was, at the last step
 * @absent: it was not, for too long to count
 * @line: its prediction
 * @offset_ns: its prediction minus the leader's line, at its last measurement
 * @residual_ns: its prediction minus the ensemble, the same
 * @s2: residual variance, ns^2
 * @weight: share of the ensemble, 0 to 1
 * @phi: part of @weight that its last residual left, 0 to 1
 * @slack: by how much its residual may exceed @s2 after it was not measured
 * @age_s: how long its oscillator has been learnt
 * @bad_s: how long it has been an outlier
 * @hold_s: it gets no weight for so long
 * @seen: own raw instant of its last measurement
 */
struct cl_ensemble_voter {
	u32 node;
	u16 gen;
	bool known;
	bool counts;
	bool isolated;
	bool doubted;
	bool back;
	bool measured;
	bool absent;
	struct cl_ensemble_line line;
	double offset_ns;
	double residual_ns;
	double s2;
	double weight;
	double phi;
	double slack;
	double age_s;
	double bad_s;
	double hold_s;
	struct cl_raw seen;
};

double cl_ensemble_voter_offset(struct cl_ensemble_voter *v, s64 raw_ns,
				struct cl_time time);
void cl_ensemble_voter_learn(struct cl_ensemble_voter *v, double dt, double t);
void cl_ensemble_voter_take(struct cl_ensemble_voter *v,
			    const struct cl_ensemble_entry *x,
			    struct cl_time time);
void cl_ensemble_voter_tell(const struct cl_ensemble_voter *v,
			    struct cl_time time, struct cl_ensemble_entry *ret);

#endif /* _CL_CORE_ENSEMBLE_VOTER_H */
