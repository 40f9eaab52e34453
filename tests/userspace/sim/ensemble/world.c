// SPDX-License-Identifier: GPL-2.0-or-later
#include "world.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#define FREQ_MAX_NS 20e3
#define OFFSET_MAX_S 1000.0
#define EXCHANGES_PER_S 10
#define TURNAROUND_S 0.00002

/* Errors of both ends of an exchange. */
static const struct cl_estimator_params params = {
	.stamp_noise_ns = 1,
	.wander_ppt = 1000,
};

static int make_oscillator(struct ens_osc *o, const struct ens_net *net,
			   u64 seed, unsigned int voter, unsigned int seconds)
{
	struct vt_rng setup, osc, noise;
	double keep = exp(-1 / net->persist_s);
	double fresh = sqrt(1 - keep * keep);
	double freq = 0;

	o->white = calloc(seconds + 1, sizeof(*o->white));
	o->walk = calloc(seconds + 1, sizeof(*o->walk));
	o->noise = calloc(seconds + 1, sizeof(*o->noise));
	if (!o->white || !o->walk || !o->noise)
		return -ENOMEM;
	vt_rng_init(&setup, seed, VT_STREAM_SETUP, voter, 0);
	vt_rng_init(&osc, seed, VT_STREAM_OSC, voter, 0);
	vt_rng_init(&noise, seed, VT_STREAM_NOISE, voter, 0);
	o->freq_ns = (2 * vt_rng_uniform(&setup) - 1) * FREQ_MAX_NS;
	o->raw_ns = llrint(vt_rng_uniform(&setup) * OFFSET_MAX_S * 1e9);
	o->wander = 1;
	o->noise[0] = vt_rng_normal(&noise);
	for (unsigned int t = 1; t <= seconds; t++) {
		double z = vt_rng_normal(&osc);

		o->white[t] = o->white[t - 1] + vt_rng_normal(&osc);
		o->walk[t] = o->walk[t - 1] + freq + z / 2;
		freq += z;
		o->noise[t] =
			keep * o->noise[t - 1] + fresh * vt_rng_normal(&noise);
	}
	return 0;
}

/**
 * ens_world_init() - make all oscillators and errors
 * @w: to be filled
 * @net: network
 * @seed: of all random streams
 * @voters: how many, at most CL_ENSEMBLE_VOTERS
 * @seconds: how long
 *
 * Return: 0, or -ENOMEM; ens_world_free() is to be called either way.
 */
int ens_world_init(struct ens_world *w, const struct ens_net *net, u64 seed,
		   unsigned int voters, unsigned int seconds)
{
	*w = (struct ens_world){ .net = net,
				 .voters = voters,
				 .seconds = seconds };
	for (unsigned int i = 0; i < voters; i++) {
		int ret = make_oscillator(&w->osc[i], net, seed, i, seconds);

		if (ret)
			return ret;
	}
	return 0;
}

/**
 * ens_world_free() - give the memory back
 * @w: world
 */
void ens_world_free(struct ens_world *w)
{
	for (unsigned int i = 0; i < w->voters; i++) {
		free(w->osc[i].white);
		free(w->osc[i].walk);
		free(w->osc[i].noise);
	}
}

/**
 * ens_world_phase() - raw time minus true time, less what it was at 0 s
 * @w: world
 * @voter: whose
 * @at_s: true time, 0 to @w->seconds
 *
 * Return: ns.
 */
double ens_world_phase(const struct ens_world *w, unsigned int voter,
		       double at_s)
{
	const struct ens_osc *o = &w->osc[voter];
	unsigned int t = (unsigned int)at_s;
	double part = at_s - t;
	double phase = o->freq_ns * at_s;

	phase += (1 - part) * (o->white[t] + o->wander * o->walk[t]);
	if (part > 0)
		phase += part * (o->white[t + 1] + o->wander * o->walk[t + 1]);
	return phase;
}

/**
 * ens_world_raw() - raw time
 * @w: world
 * @voter: whose
 * @at_s: true time, 0 to @w->seconds
 *
 * Return: raw time.
 */
struct cl_raw ens_world_raw(const struct ens_world *w, unsigned int voter,
			    double at_s)
{
	s64 whole = (s64)at_s;
	double rest = (at_s - (double)whole) * 1e9;

	return cl_raw(w->osc[voter].raw_ns + whole * CL_NS_PER_SEC +
		      llrint(rest + ens_world_phase(w, voter, at_s)));
}

/**
 * ens_session_init() - begin to measure a voter
 * @s: session
 * @seed: of its path
 * @voter: the voter
 */
void ens_session_init(struct ens_session *s, u64 seed, unsigned int voter)
{
	cl_estimator_init(&s->estimator, &params);
	vt_rng_init(&s->path, seed, VT_STREAM_PATH, voter, 0);
}

static double delay_s(struct ens_session *s, const struct ens_net *net)
{
	return (net->base_ns + vt_rng_exp(&s->path) * net->queue_ns) / 1e9;
}

/**
 * ens_session_run() - the exchanges of a second
 * @s: session
 * @w: world
 * @leader: who measures
 * @voter: whom
 * @second: true time of their end, from 1 and below the end of @w
 *
 * They are fed when they begin, which may be before others have ended.
 */
void ens_session_run(struct ens_session *s, const struct ens_world *w,
		     unsigned int leader, unsigned int voter,
		     unsigned int second)
{
	for (unsigned int i = 0; i < EXCHANGES_PER_S; i++) {
		double at = second - 1 + i / (double)EXCHANGES_PER_S;
		struct cl_exchange x = { .seq = 0 };

		x.out_tx = ens_world_raw(w, leader, at);
		at += delay_s(s, w->net);
		x.out_rx = ens_world_raw(w, voter, at);
		at += TURNAROUND_S;
		x.in_tx = ens_world_raw(w, voter, at);
		at += delay_s(s, w->net);
		x.in_rx = ens_world_raw(w, leader, fmin(at, w->seconds));
		cl_estimator_push(&s->estimator, &x);
	}
}
