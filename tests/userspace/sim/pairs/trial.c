// SPDX-License-Identifier: GPL-2.0-or-later
#include "trial.h"

#include <math.h>

#include "kmod/core/fixed.h"
#include "scripts/lab/vtime/osc.h"

/* Exchanges of all plans, as many as the product has by default. */
#define EXCHANGES_PER_S 10
/* From a packet's arrival to its answer. */
#define TURNAROUND_NS 20000.0
/* Each oscillator is so far off, and wanders. */
#define OFF_PPT 20000000.0
#define WANDER_PPT 1000
/* Oscillators go on for the exchanges that are on their way at the end. */
#define MARGIN_S 10

/* Directions, and the streams of their random numbers. */
enum direction {
	HERE, /* from the peer to the local node */
	THERE,
	DIRECTIONS,
};

/**
 * struct trial - a run
 * @c: case
 * @plan: how packets are sent
 * @local: oscillator of the node that estimates
 * @peer: of the other one, which asks
 * @path: random numbers of each direction
 * @noise: of the stamps
 */
struct trial {
	const struct pairs_case *c;
	const struct pairs_plan *plan;
	struct vt_osc local;
	struct vt_osc peer;
	struct vt_rng path[DIRECTIONS];
	struct vt_rng noise;
};

static int make_oscillator(struct vt_osc *o, const struct pairs_case *c,
			   u64 seed, u32 id)
{
	struct vt_osc_model model = { .wander_ppt = WANDER_PPT };
	struct vt_rng rng;

	vt_rng_init(&rng, seed, VT_STREAM_SETUP, id, 0);
	model.ppt = llrint((2 * vt_rng_uniform(&rng) - 1) * OFF_PPT);
	vt_rng_init(&rng, seed, VT_STREAM_OSC, id, 0);
	return vt_osc_init(o, &model, rng, c->seconds + MARGIN_S);
}

static struct cl_raw raw_at(const struct vt_osc *o, double ns)
{
	return cl_raw(vt_osc_local_ns(o, llrint(ns * VT_PS_PER_NS)));
}

static struct cl_raw stamp(struct trial *t, const struct vt_osc *o, double ns)
{
	double noise = t->c->noise_ns;

	if (noise > 0)
		noise *= vt_rng_normal(&t->noise);
	return cl_raw_add(raw_at(o, ns), llrint(noise));
}

/* Exchanges that begin at @now, true ns. */
static void exchange(struct trial *t, double now, struct cl_exchange *x)
{
	double at[PAIRS_PACKETS], arrival[PAIRS_PACKETS];
	unsigned int n = t->plan->n;
	unsigned int i;

	for (i = 0; i < n; i++)
		at[i] = now + i * t->plan->gap_ns;
	pairs_traffic_pass(&t->c->path, &t->path[HERE], at, n, arrival);
	for (i = 0; i < n; i++) {
		x[i].hardware = t->c->hardware;
		x[i].in_tx = stamp(t, &t->peer, at[i]);
		x[i].in_rx = stamp(t, &t->local, arrival[i]);
		at[i] = arrival[i] + TURNAROUND_NS;
	}
	pairs_traffic_pass(&t->c->path, &t->path[THERE], at, n, arrival);
	for (i = 0; i < n; i++) {
		x[i].out_tx = stamp(t, &t->local, at[i]);
		x[i].out_rx = stamp(t, &t->peer, arrival[i]);
	}
}

/* Is a gap, or a round trip, further from what it was than is allowed? */
static bool stretched(s64 before, s64 after, const struct pairs_taker *k)
{
	return (double)cl_abs_s64(after - before) > k->tolerance_ns;
}

static bool pair_kept(const struct pairs_taker *k, const struct cl_exchange *x)
{
	return !stretched(cl_raw_sub(x[1].in_tx, x[0].in_tx),
			  cl_raw_sub(x[1].in_rx, x[0].in_rx), k) &&
	       !stretched(cl_raw_sub(x[1].out_tx, x[0].out_tx),
			  cl_raw_sub(x[1].out_rx, x[0].out_rx), k);
}

static bool single_kept(struct pairs_taker *k, const struct cl_exchange *x)
{
	s64 rtt = cl_raw_sub(x->out_rx, x->in_tx) -
		  cl_raw_sub(x->out_tx, x->in_rx);

	k->shortest_ns = cl_min_s64(k->shortest_ns, rtt);
	return !stretched(k->shortest_ns, rtt, k);
}

static void feed(struct pairs_taker *k, const struct cl_exchange *x,
		 unsigned int n)
{
	k->seen++;
	if (!(n == 1 ? single_kept(k, x) : pair_kept(k, x)))
		return;
	k->fed++;
	for (unsigned int i = 0; i < (k->earlier ? 1 : n); i++)
		cl_estimator_push(&k->estimator, &x[i]);
}

/* Compare with the truth at @now, true ns. */
static void look(const struct trial *t, struct pairs_taker *k, double now)
{
	struct cl_raw local = raw_at(&t->local, now);
	s64 theta = cl_raw_sub(local, raw_at(&t->peer, now));
	struct cl_estimate e;

	if (cl_estimator_get(&k->estimator, local, &e))
		k->missed++;
	else
		k->error[k->errors++] = (double)cl_abs_s64(e.theta_ns - theta);
}

/* Exchanges are fed when they are sent: they take much less than their interval. */
static void run(struct trial *t, struct pairs_taker *taker, unsigned int takers)
{
	unsigned int groups = t->c->seconds * EXCHANGES_PER_S / t->plan->n;
	double interval = 1e9 * t->plan->n / EXCHANGES_PER_S;
	struct cl_exchange x[PAIRS_PACKETS] = { { .seq = 0 } };

	for (unsigned int g = 0; g < groups; g++) {
		double now = g * interval;
		bool look_now = now >= t->c->warm_s * 1e9 &&
				fmod(now, 1e9) == 0;

		for (unsigned int i = 0; look_now && i < takers; i++)
			look(t, &taker[i], now);
		exchange(t, now, x);
		for (unsigned int i = 0; i < takers; i++)
			feed(&taker[i], x, t->plan->n);
	}
}

/**
 * pairs_trial() - run a case once
 * @c: case
 * @plan: how packets are sent; all plans have the same number of them
 * @seed: of all random streams; the oscillators are those of other plans
 * @taker: what is fed; their estimators are started, and their figures go on.
 *	There must be room for an error each second that counts
 * @takers: how many
 *
 * Return: 0, or -ENOMEM
 */
int pairs_trial(const struct pairs_case *c, const struct pairs_plan *plan,
		u64 seed, struct pairs_taker *taker, unsigned int takers)
{
	/* Stamps that are exact have the noise of their granularity. */
	const struct cl_estimator_params params = {
		.stamp_noise_ns = (u32)fmax(c->noise_ns, 1),
		.wander_ppt = WANDER_PPT,
	};
	struct trial t = { .c = c, .plan = plan };
	int ret;

	ret = make_oscillator(&t.local, c, seed, 0);
	if (!ret)
		ret = make_oscillator(&t.peer, c, seed, 1);
	if (ret)
		goto out;
	for (unsigned int i = 0; i < DIRECTIONS; i++)
		vt_rng_init(&t.path[i], seed, VT_STREAM_PATH, i, 0);
	vt_rng_init(&t.noise, seed, VT_STREAM_NOISE, 0, 0);
	for (unsigned int i = 0; i < takers; i++) {
		cl_estimator_init(&taker[i].estimator, &params);
		taker[i].shortest_ns = S64_MAX;
	}
	run(&t, taker, takers);
out:
	vt_osc_free(&t.local);
	vt_osc_free(&t.peer);
	return ret;
}
