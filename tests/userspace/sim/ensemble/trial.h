/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An ensemble and what happens to it.
 */
#ifndef _ENSEMBLE_TRIAL_H
#define _ENSEMBLE_TRIAL_H

#include "world.h"

/**
 * enum ens_event - what happens at the second of the event
 * @ENS_NOTHING: nothing
 * @ENS_LEAVE: the last voter is no voter any more
 * @ENS_JOIN: the last voter becomes one
 * @ENS_AWAY: the last voter never becomes one
 * @ENS_LEADER: the second voter goes on as the leader
 * @ENS_STEP: liars report a raw time that is off by a constant
 * @ENS_FREQ: by one that grows
 * @ENS_DRIFT: by one that grows ever faster
 * @ENS_RANDOM: by a random one
 * @ENS_ADAPTIVE: by what pulls most, as one would who knew all predictions
 */
enum ens_event {
	ENS_NOTHING,
	ENS_LEAVE,
	ENS_JOIN,
	ENS_AWAY,
	ENS_LEADER,
	ENS_STEP,
	ENS_FREQ,
	ENS_DRIFT,
	ENS_RANDOM,
	ENS_ADAPTIVE,
};

/**
 * struct ens_trial - what is tried
 * @world: oscillators and errors
 * @seed: of all random streams
 * @estimators: real ones are in the loop, instead of errors of the world
 * @step_s: time between two steps
 * @event: what happens
 * @size: of a lie: ns, 1e-9, 1e-9 per s, ns, part of the largest pull
 * @at_s: when
 * @liars: how many
 */
struct ens_trial {
	const struct ens_world *world;
	u64 seed;
	bool estimators;
	unsigned int step_s;
	enum ens_event event;
	double size;
	unsigned int at_s;
	unsigned int liars;
};

/**
 * struct ens_result - what came of it
 * @phase: cluster time minus true time at each second of the world, ns; 0 before
 *	the start
 * @rms_ns: rms error of the measurements in the second half
 * @told_ns: rms of what they were said to be
 * @weight: weight of the leader, last voter at the end
 */
struct ens_result {
	double *phase;
	double rms_ns;
	double told_ns;
	double weight[2];
};

int ens_trial(const struct ens_trial *t, struct ens_result *ret);
double ens_adev2(const double *phase, unsigned int n, unsigned int tau);

#endif /* _ENSEMBLE_TRIAL_H */
