// SPDX-License-Identifier: GPL-2.0-or-later
#include "trial.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "kmod/core/fixed.h"

#define WANDER_PPT 1000
/* Raw generation of all voters */
#define GENERATION 7
/* Where a voter's pull is largest, in standard deviations. */
#define PULL 3.0

/**
 * struct run - a trial under way
 * @t: trial
 * @w: its world
 * @e: ensemble of the leader
 * @leader: who leads
 * @line: its line
 * @session: its sessions
 * @lie: random numbers of liars
 * @error2: squares of errors of measurements, ns^2
 * @told2: of what they were said to be
 * @errors: how many
 */
struct run {
	const struct ens_trial *t;
	const struct ens_world *w;
	struct cl_ensemble e;
	unsigned int leader;
	struct cl_map line;
	struct ens_session *session;
	struct vt_rng lie;
	double error2;
	double told2;
	unsigned int errors;
};

static u32 id_of(unsigned int voter)
{
	return voter + 1;
}

static void set_voters(struct run *r, unsigned int n)
{
	u32 ids[CL_ENSEMBLE_VOTERS];

	for (unsigned int i = 0; i < n; i++)
		ids[i] = id_of(i);
	cl_ensemble_set_voters(&r->e, ids, n);
}

static void make_ensemble(struct run *r, unsigned int leader, unsigned int n)
{
	const struct cl_ensemble_params p = { .node = id_of(leader),
					      .wander_ppt = WANDER_PPT };

	r->leader = leader;
	cl_ensemble_init(&r->e, &p);
	set_voters(r, n);
}

/* Frequency of a voter's raw clock against the leader's around a second. */
static double freq_of(const struct run *r, unsigned int voter, unsigned int now)
{
	unsigned int before = now ? now - 1 : 0;
	double here = ens_world_phase(r->w, r->leader, before + 1) -
		      ens_world_phase(r->w, r->leader, before);
	double there = ens_world_phase(r->w, voter, before + 1) -
		       ens_world_phase(r->w, voter, before);

	return (there - here) / 1e9;
}

/* What the errors of the world make of a voter's raw clock. */
static void measure_simply(const struct run *r, unsigned int voter,
			   unsigned int now, struct cl_ensemble_obs *o)
{
	const struct ens_net *net = r->w->net;
	double error = r->w->osc[voter].noise[now] * net->rms_ns;
	double freq = freq_of(r, voter, now) + error / net->persist_s / 1e9;

	o->raw_ns = ens_world_raw(r->w, voter, now).ns + llrint(error);
	o->freq_ppt = llrint(freq * 1e12);
	o->err_ns = (u64)net->rms_ns;
}

static bool measure_really(struct run *r, unsigned int voter, unsigned int now,
			   struct cl_ensemble_obs *o)
{
	struct cl_raw own = ens_world_raw(r->w, r->leader, now);
	struct cl_estimate est;
	double error;

	if (cl_estimator_get(&r->session[voter].estimator, own, &est))
		return false;
	o->raw_ns = own.ns - est.theta_ns;
	o->freq_ppt = -cl_q48_to_ppt(est.y_q48);
	o->err_ns = est.err_ns;
	if (now > r->w->seconds / 2) {
		error = (double)(o->raw_ns -
				 ens_world_raw(r->w, voter, now).ns);
		r->error2 += error * error;
		r->told2 += (double)o->err_ns * (double)o->err_ns;
		r->errors++;
	}
	return true;
}

/* What a liar adds so that its prediction is where it pulls most. */
static double adaptive_ns(const struct run *r, unsigned int now,
			  const struct cl_ensemble_obs *o)
{
	struct cl_raw own = ens_world_raw(r->w, r->leader, now);
	s64 time = cl_map_at(&r->line, own).ns;

	for (unsigned int i = 0; i < r->e.n; i++) {
		const struct cl_ensemble_voter *v = &r->e.voter[i];
		double raw = (double)(o->raw_ns - v->line.raw_ns);
		double honest = (double)(v->line.time_ns - time) +
				v->line.frac_ns + raw * (1 + v->line.rate);

		if (v->node == o->node)
			return r->e.mean_ns - honest +
			       r->t->size * PULL * sqrt(2 * v->s2);
	}
	return 0;
}

static double lie_ns(struct run *r, unsigned int now,
		     const struct cl_ensemble_obs *o)
{
	double age = now - r->t->at_s;

	switch (r->t->event) {
	case ENS_STEP:
		return r->t->size;
	case ENS_FREQ:
		return r->t->size * age;
	case ENS_DRIFT:
		return r->t->size * age * age / 2;
	case ENS_RANDOM:
		return r->t->size * (2 * vt_rng_uniform(&r->lie) - 1);
	case ENS_ADAPTIVE:
		return adaptive_ns(r, now, o);
	default:
		return 0;
	}
}

static unsigned int observe(struct run *r, unsigned int now,
			    struct cl_ensemble_obs *obs)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < r->w->voters; i++) {
		struct cl_ensemble_obs *o = &obs[n];

		if (i == r->leader)
			continue;
		*o = (struct cl_ensemble_obs){ .node = id_of(i),
					       .gen = GENERATION };
		if (!r->t->estimators)
			measure_simply(r, i, now, o);
		else if (!measure_really(r, i, now, o))
			continue;
		if (now >= r->t->at_s && i >= r->w->voters - r->t->liars)
			o->raw_ns += llrint(lie_ns(r, now, o));
		n++;
	}
	return n;
}

/*
 * The second voter leads.  It has followed the leader as followers do: its line is
 * wrong by the error of one measurement.
 */
static int change_leader(struct run *r, unsigned int now)
{
	struct cl_ensemble_obs obs = { .node = id_of(1) };
	struct cl_raw own = ens_world_raw(r->w, r->leader, now);
	u8 bytes[CL_ENSEMBLE_TABLE_MAX];
	struct cl_ensemble_table table;
	struct cl_map line;
	double rate = (double)r->line.rate_q48 / 0x1p48;
	size_t len;

	cl_ensemble_get_table(&r->e, &table);
	len = cl_ensemble_table_encode(&table, bytes);
	if (cl_ensemble_table_decode(bytes, len, &table))
		return -EBADMSG;
	measure_simply(r, 1, now, &obs);
	line.raw = cl_raw(obs.raw_ns);
	line.time = cl_map_at(&r->line, own);
	rate = (1 + rate) / (1 + (double)obs.freq_ppt / 1e12) - 1;
	line.rate_q48 = llrint(rate * 0x1p48);
	make_ensemble(r, 1, r->w->voters);
	cl_ensemble_put_table(&r->e, &table);
	cl_ensemble_lead(&r->e, GENERATION, ens_world_raw(r->w, 1, now), &line);
	r->line = line;
	return 0;
}

static int happen(struct run *r, unsigned int now)
{
	if (now != r->t->at_s)
		return 0;
	if (r->t->event == ENS_LEAVE)
		set_voters(r, r->w->voters - 1);
	else if (r->t->event == ENS_JOIN)
		set_voters(r, r->w->voters);
	else if (r->t->event == ENS_LEADER)
		return change_leader(r, now);
	return 0;
}

static int start(struct run *r)
{
	const struct ens_world *w = r->w;
	bool less = r->t->event == ENS_JOIN || r->t->event == ENS_AWAY;

	if (r->t->estimators) {
		r->session = calloc(w->voters, sizeof(*r->session));
		if (!r->session)
			return -ENOMEM;
		for (unsigned int i = 1; i < w->voters; i++)
			ens_session_init(&r->session[i], r->t->seed, i);
	}
	vt_rng_init(&r->lie, r->t->seed, VT_STREAM_GUEST, 0, 0);
	make_ensemble(r, 0, w->voters - less);
	return 0;
}

/* Cluster time is true time at the start. */
static void begin(struct run *r, unsigned int now)
{
	r->line = (struct cl_map){ .raw = ens_world_raw(r->w, 0, now),
				   .time = cl_time(now * CL_NS_PER_SEC) };
	cl_ensemble_lead(&r->e, GENERATION, r->line.raw, &r->line);
}

static int second(struct run *r, unsigned int now)
{
	struct cl_ensemble_obs obs[CL_ENSEMBLE_VOTERS];
	struct cl_raw own;
	unsigned int n;
	int ret;

	for (unsigned int i = 1; r->session && i < r->w->voters; i++)
		ens_session_run(&r->session[i], r->w, 0, i, now);
	if (now < r->w->net->start_s || now % r->t->step_s)
		return 0;
	if (now == r->w->net->start_s) {
		begin(r, now);
		return 0;
	}
	ret = happen(r, now);
	if (ret)
		return ret;
	n = observe(r, now, obs);
	own = ens_world_raw(r->w, r->leader, now);
	if (r->t->event == ENS_LEADER && now == r->t->at_s)
		return 0;
	return cl_ensemble_step(&r->e, own, obs, n, &r->line);
}

/* Cluster time minus true time, finer than the raw clock's 1 ns. */
static double phase_of(const struct run *r, unsigned int now)
{
	double exact = ens_world_phase(r->w, r->leader, now);
	struct cl_raw raw = ens_world_raw(r->w, r->leader, now);
	s64 time = cl_map_at(&r->line, raw).ns - now * CL_NS_PER_SEC;

	return (double)time + exact - rint(exact);
}

/**
 * ens_trial() - try it
 * @t: trial
 * @ret: gets the result; there must be room for all seconds of the world
 *
 * Return: 0, or -ENOMEM, or an error of the ensemble.
 */
int ens_trial(const struct ens_trial *t, struct ens_result *ret)
{
	struct run r = { .t = t, .w = t->world };
	unsigned int last = r.w->voters - 1;
	int err = start(&r);

	for (unsigned int now = 1; !err && now < r.w->seconds; now++) {
		err = second(&r, now);
		if (now < r.w->net->start_s)
			continue;
		ret->phase[now] = phase_of(&r, now);
	}
	if (r.errors) {
		ret->rms_ns = sqrt(r.error2 / r.errors);
		ret->told_ns = sqrt(r.told2 / r.errors);
	}
	ret->weight[0] = r.e.voter[0].weight;
	ret->weight[1] = r.e.n > last ? r.e.voter[last].weight : 0;
	free(r.session);
	return err;
}

/**
 * ens_adev2() - overlapping Allan variance
 * @phase: of each second, ns
 * @n: how many
 * @tau: averaging time, s, below half of @n
 *
 * Return: square of the Allan deviation.
 */
double ens_adev2(const double *phase, unsigned int n, unsigned int tau)
{
	double sum = 0;

	for (unsigned int i = 0; i + 2 * tau < n; i++) {
		double d = phase[i + 2 * tau] - 2 * phase[i + tau] + phase[i];

		sum += d * d;
	}
	return sum / (n - 2 * tau) / 2 / tau / tau / 1e18;
}
