/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Oscillators of the voters, and what a leader measures of them.
 */
#ifndef _ENSEMBLE_WORLD_H
#define _ENSEMBLE_WORLD_H

#include "agent/core/ensemble.h"
#include "kmod/core/estimator.h"
#include "scripts/lab/vtime/rng.h"

/**
 * struct ens_net - network between the voters
 * @name: of the network
 * @rms_ns: rms error of a measurement, if estimators are not in the loop
 * @persist_s: and its correlation time
 * @base_ns: delay of a packet, if they are
 * @queue_ns: and mean of its exponential rest
 * @start_s: sessions have converged
 */
struct ens_net {
	const char *name;
	double rms_ns;
	double persist_s;
	double base_ns;
	double queue_ns;
	unsigned int start_s;
};

/**
 * struct ens_osc - an oscillator, each second; ns against the truth
 * @raw_ns: raw time at 0 s
 * @freq_ns: initial frequency error, ns per s
 * @white: random walk of the phase, 1 ns per sqrt(s): white noise of the frequency
 * @walk: phase of a frequency that walks at random, 1e-9 per sqrt(s)
 * @noise: error of its measurement, rms 1
 * @wander: its wander in 1e-9 per sqrt(s)
 */
struct ens_osc {
	s64 raw_ns;
	double freq_ns;
	double *white;
	double *walk;
	double *noise;
	double wander;
};

/**
 * struct ens_world - all voters
 * @net: network
 * @seconds: how long
 * @voters: how many
 * @osc: their oscillators
 */
struct ens_world {
	const struct ens_net *net;
	unsigned int seconds;
	unsigned int voters;
	struct ens_osc osc[CL_ENSEMBLE_VOTERS];
};

/**
 * struct ens_session - a session of the leader with a voter
 * @estimator: of its raw clock against the leader's
 * @path: random numbers of both directions
 */
struct ens_session {
	struct cl_estimator estimator;
	struct vt_rng path;
};

int ens_world_init(struct ens_world *w, const struct ens_net *net, u64 seed,
		   unsigned int voters, unsigned int seconds);
void ens_world_free(struct ens_world *w);
double ens_world_phase(const struct ens_world *w, unsigned int voter,
		       double at_s);
struct cl_raw ens_world_raw(const struct ens_world *w, unsigned int voter,
			    double at_s);
void ens_session_init(struct ens_session *s, u64 seed, unsigned int voter);
void ens_session_run(struct ens_session *s, const struct ens_world *w,
		     unsigned int leader, unsigned int voter,
		     unsigned int second);

#endif /* _ENSEMBLE_WORLD_H */
