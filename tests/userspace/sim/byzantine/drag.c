// SPDX-License-Identifier: GPL-2.0-or-later
#include "drag.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "agent/core/check.h"
#include "agent/core/pace.h"

#define FOLLOWERS 20
#define FAULTY (FOLLOWERS / 3)

/* Offsets agree in this experiment; only the pace decides. */
#define SIGMA_NS 1000.0

/**
 * struct follower - one of them
 * @osc_ppb: frequency of its oscillator
 * @error_ppb: of the measured rates: of the leader, of peers
 * @peer: its peers
 * @jump_s: its oscillator jumps then
 * @pace: what it knows
 * @check: what it thinks of the leader
 */
struct follower {
	double osc_ppb;
	double error_ppb[CL_PACE_SOURCES];
	unsigned int peer[CL_PACE_SOURCES - 1];
	unsigned int jump_s;
	struct cl_pace pace;
	struct cl_check check;
};

/**
 * struct cluster - all of them
 * @c: case
 * @rng: random numbers
 * @now: time, ns
 * @rate_ppb: of cluster time, without the attack
 * @f: followers
 */
struct cluster {
	const struct byz_drag_case *c;
	struct vt_rng rng;
	s64 now;
	double rate_ppb;
	struct follower f[FOLLOWERS];
};

static void begin(struct cluster *w, u64 seed)
{
	vt_rng_init(&w->rng, seed, VT_STREAM_OSC, 0, 0);
	for (unsigned int i = 0; i < FOLLOWERS; i++) {
		struct follower *f = &w->f[i];

		cl_pace_init(&f->pace);
		cl_check_init(&f->check);
		f->osc_ppb = 20e3 * (2 * vt_rng_uniform(&w->rng) - 1);
		f->jump_s = vt_rng_next(&w->rng) % w->c->before_s;
		for (unsigned int k = 0; k < CL_PACE_SOURCES; k++)
			f->error_ppb[k] =
				w->c->sigma_ppb * vt_rng_normal(&w->rng);
		for (unsigned int k = 0; k < CL_PACE_SOURCES - 1; k++)
			f->peer[k] = (i + 1 + k) % FOLLOWERS;
	}
}

/* Oscillators and estimates wander. */
static void move(struct cluster *w, unsigned int second)
{
	double keep = exp(-1 / w->c->tau_s);
	double fresh = w->c->sigma_ppb * sqrt(1 - keep * keep);

	w->now += CL_NS_PER_SEC;
	w->rate_ppb += w->c->wander_ppb * vt_rng_normal(&w->rng);
	for (unsigned int i = 0; i < FOLLOWERS; i++) {
		struct follower *f = &w->f[i];

		f->osc_ppb += w->c->wander_ppb * vt_rng_normal(&w->rng);
		if (second == f->jump_s)
			f->osc_ppb += w->c->jump_ppb;
		for (unsigned int k = 0; k < CL_PACE_SOURCES; k++)
			f->error_ppb[k] = keep * f->error_ppb[k] +
					  fresh * vt_rng_normal(&w->rng);
	}
}

/* What a follower makes of an update; the error of the leader's edge is in all. */
static enum cl_check_verdict follow(struct cluster *w, unsigned int i,
				    double drag_ppb)
{
	struct follower *f = &w->f[i];
	const struct cl_check_source peer = { 0, SIGMA_NS };
	struct cl_check_ask ask = {
		.now = w->now,
		.term = 1,
		.floor_ns = CL_GATE_SIGMAS * SIGMA_NS,
		.locked = true,
		.own_sigma_ns = SIGMA_NS,
		.peers = &peer,
		.n = 1,
	};
	double rate = w->rate_ppb + drag_ppb - f->osc_ppb + f->error_ppb[0];
	double between = sqrt(2) * w->c->sigma_ppb;
	struct cl_check_answer a;
	struct cl_pace_answer p;
	int err;

	err = cl_pace_add(&f->pace, w->now, i + 1, rate, w->c->sigma_ppb);
	for (unsigned int k = 0; k < CL_PACE_SOURCES - 1; k++) {
		double other = f->osc_ppb - w->f[f->peer[k]].osc_ppb;

		err |= cl_pace_add(&f->pace, w->now, f->peer[k] + 1,
				   rate + other + f->error_ppb[k + 1], between);
	}
	cl_pace_judge(&f->pace, w->now, w->c->wander_ppb, &p);
	ask.too_fast = p.too_fast;
	err |= cl_check_update(&f->check, &ask, &a);
	if (err)
		abort();
	return a.verdict;
}

/**
 * byz_drag() - simulate a case
 * @c: case
 * @seed: of all random numbers
 * @ret: result
 */
void byz_drag(const struct byz_drag_case *c, u64 seed,
	      struct byz_drag_result *ret)
{
	static struct cluster w;
	double drag = 0;

	memset(&w, 0, sizeof(w));
	memset(ret, 0, sizeof(*ret));
	w.c = c;
	begin(&w, seed);
	for (unsigned int s = 0; s < c->before_s + c->after_s; s++) {
		unsigned int none = 0;

		move(&w, s);
		if (s >= c->before_s)
			drag = c->drag_ppb + c->ramp_ppb * (s - c->before_s);
		ret->moved_ns += drag;
		for (unsigned int i = 0; i < FOLLOWERS; i++) {
			enum cl_check_verdict v = follow(&w, i, drag);

			none += v == CL_CHECK_NO_CONFIDENCE;
			if (s < c->before_s)
				ret->refused += v != CL_CHECK_ACCEPT;
		}
		if (s < c->before_s) {
			ret->false_no_confidence += none;
			ret->false_deposed += none > FAULTY;
		} else if (none > FAULTY) {
			ret->deposed_s = s - c->before_s + 1;
			return;
		}
	}
}
