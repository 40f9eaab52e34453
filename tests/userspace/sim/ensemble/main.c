// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ensemble - is cluster time steadier than the oscillators of the voters?
 *
 * The oscillators have white noise of the frequency, 1e-9 at 1 s, and a frequency
 * that walks at random.  Measurements have an error of their own, or are those of
 * the product's estimators.  One JSON object per line.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/lib/units.h"
#include "trial.h"

#define SEEDS_MAX 1000
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
/* An hour before it counts, and ten that do. */
#define WARM_S 3600
#define COUNT_S 36000
#define SECONDS (WARM_S + COUNT_S)
#define EVENT_S (WARM_S + 7200)

static const unsigned int taus[] = { 1, 10, 100, 1000, 10000 };

#define TAUS ARRAY_SIZE(taus)

static const struct ens_net nets[] = {
	{ "lan", 200, 16, 500e3, 10e3, 60 },
	{ "lan-fine", 80, 16, 500e3, 10e3, 60 },
	{ "wan", 6000, 400, 20e6, 30e6, 600 },
	{ "wan-fine", 1000, 100, 20e6, 2e6, 600 },
};

/* Wander of the first three voters; the first leads. */
static const struct {
	const char *name;
	double wander[3];
} cases[] = {
	{ "equal", { 1, 1, 1 } },
	{ "mixed", { 1, 10, 0.1 } },
	{ "bad-leader", { 10, 0.1, 1 } },
	{ "good-leader", { 0.1, 10, 1 } },
};

static const struct {
	const char *name;
	enum ens_event event;
	double size;
} events[] = {
	{ "leave", ENS_LEAVE, 0 },
	{ "join", ENS_JOIN, 0 },
	{ "leader", ENS_LEADER, 0 },
	{ "step-1us", ENS_STEP, 1e3 },
	{ "step-10us", ENS_STEP, 1e4 },
	{ "step-1ms", ENS_STEP, 1e6 },
	{ "freq-10ppb", ENS_FREQ, 10 },
	{ "freq-100ppb", ENS_FREQ, 100 },
	{ "freq-1ppm", ENS_FREQ, 1000 },
	{ "drift-0.01ppb", ENS_DRIFT, 0.01 },
	{ "drift-0.1ppb", ENS_DRIFT, 0.1 },
	{ "random-20us", ENS_RANDOM, 2e4 },
	{ "adaptive", ENS_ADAPTIVE, 1 },
	{ "adaptive-0.3", ENS_ADAPTIVE, 0.3 },
};

static void die(const char *why)
{
	fprintf(stderr, "ensemble: %s\n", why);
	exit(1);
}

static double *phases(void)
{
	double *p = calloc(SECONDS + 1, sizeof(*p));

	if (!p)
		die("out of memory");
	return p;
}

static void make_world(struct ens_world *w, const struct ens_net *net, u64 seed,
		       unsigned int voters, const double *wander)
{
	if (ens_world_init(w, net, seed, voters, SECONDS + 1))
		die("out of memory");
	for (unsigned int i = 0; i < 3; i++)
		w->osc[i].wander = wander[i];
}

static void try(const struct ens_trial *t, struct ens_result *ret)
{
	if (ens_trial(t, ret))
		die("a trial has failed");
}

/**
 * struct steadiness - sums over seeds
 * @line: Allan variance of cluster time
 * @median: of the median oscillator
 * @away2: squares of cluster time minus the mean of the oscillators at the end
 * @rms2: squares of the errors of measurements
 * @told2: of what they were said to be
 * @weight: of the leader
 */
struct steadiness {
	double line[TAUS];
	double median[TAUS];
	double away2;
	double rms2;
	double told2;
	double weight;
};

static int order(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Distance from the mean oscillator, whose first 1000 s give phase and frequency. */
static double away_ns(const struct ens_world *w, const double *phase)
{
	const unsigned int at[] = { WARM_S, WARM_S + 1000, SECONDS - 1 };
	double d[3];

	for (unsigned int k = 0; k < 3; k++) {
		d[k] = phase[at[k]];
		for (unsigned int i = 0; i < w->voters; i++)
			d[k] -= ens_world_phase(w, i, at[k]) / w->voters;
	}
	return d[2] - d[0] - (d[1] - d[0]) / 1000 * (at[2] - at[0]);
}

static void add(struct steadiness *s, const struct ens_world *w,
		const struct ens_result *r, double *scratch)
{
	double v[CL_ENSEMBLE_VOTERS][TAUS], one[CL_ENSEMBLE_VOTERS];
	double away = away_ns(w, r->phase);
	unsigned int i;

	for (i = 0; i < w->voters; i++) {
		for (unsigned int t = 0; t < COUNT_S; t++)
			scratch[t] = ens_world_phase(w, i, WARM_S + t);
		for (unsigned int k = 0; k < TAUS; k++)
			v[i][k] = ens_adev2(scratch, COUNT_S, taus[k]);
	}
	for (unsigned int k = 0; k < TAUS; k++) {
		for (i = 0; i < w->voters; i++)
			one[i] = v[i][k];
		qsort(one, w->voters, sizeof(*one), order);
		s->median[k] += one[w->voters / 2];
		s->line[k] += ens_adev2(r->phase + WARM_S, COUNT_S, taus[k]);
	}
	s->away2 += away * away;
	s->rms2 += r->rms_ns * r->rms_ns;
	s->told2 += r->told_ns * r->told_ns;
	s->weight += r->weight[0];
}

static void print_list(const char *name, const double *v, double factor)
{
	printf(",\"%s\":[", name);
	for (unsigned int k = 0; k < TAUS; k++)
		printf("%s%.3f", k ? "," : "", v[k] * factor);
	printf("]");
}

/* How steady cluster time is. */
static void steady(const struct ens_net *net, unsigned int voters,
		   unsigned int c, bool estimators, unsigned int step_s,
		   u64 seed, unsigned int seeds)
{
	struct ens_result r = { .phase = phases() };
	double *scratch = phases(), ratio[TAUS];
	struct steadiness s = { .away2 = 0 };
	struct ens_world w;

	for (unsigned int i = 0; i < seeds; i++) {
		const struct ens_trial t = { .world = &w,
					     .seed = seed + i,
					     .estimators = estimators,
					     .step_s = step_s };

		make_world(&w, net, seed + i, voters, cases[c].wander);
		try(&t, &r);
		add(&s, &w, &r, scratch);
		ens_world_free(&w);
	}
	for (unsigned int k = 0; k < TAUS; k++) {
		s.line[k] = sqrt(s.line[k] / seeds);
		s.median[k] = sqrt(s.median[k] / seeds);
		ratio[k] = s.median[k] / s.line[k];
	}
	printf("{\"part\":\"%s\",\"net\":\"%s\",\"voters\":%u,\"case\":\"%s\",\"step_s\":%u",
	       estimators ? "estimators" : "steady", net->name, voters,
	       cases[c].name, step_s);
	print_list("adev_ppb", s.line, 1e9);
	print_list("median_ppb", s.median, 1e9);
	print_list("ratio", ratio, 1);
	printf(",\"away_us\":%.1f,\"rms_ns\":%.1f,\"told_ns\":%.1f,\"weight\":%.3f}\n",
	       sqrt(s.away2 / seeds) / 1e3, sqrt(s.rms2 / seeds),
	       sqrt(s.told2 / seeds), s.weight / seeds);
	fflush(stdout);
	free(scratch);
	free(r.phase);
}

/**
 * struct change - what an event has changed: sums over seeds, and the largest
 * @soon_ns: phase within 100 s
 * @later_ns: phase within 1000 s
 * @end_ns: at the end
 * @freq_ppb: frequency over 10 s, in 600 s
 */
struct change {
	double soon_ns[2];
	double later_ns[2];
	double end_ns[2];
	double freq_ppb[2];
};

static void note(double *sums, double v)
{
	sums[0] += v;
	sums[1] = fmax(sums[1], v);
}

static double largest(const double *d, unsigned int n)
{
	double max = 0;

	for (unsigned int i = 0; i < n; i++)
		max = fmax(max, fabs(d[i]));
	return max;
}

static void differ(struct change *c, const double *with, const double *without)
{
	double *d = phases();
	double freq = 0;
	unsigned int n = SECONDS - EVENT_S, i;

	for (i = 0; i < n; i++)
		d[i] = with[EVENT_S + i] - without[EVENT_S + i];
	for (i = 0; i < 590; i++)
		freq = fmax(freq, fabs(d[i + 10] - d[i]) / 10);
	note(c->soon_ns, largest(d, 100));
	note(c->later_ns, largest(d, 1000));
	note(c->end_ns, fabs(d[n - 1]));
	note(c->freq_ppb, freq);
	free(d);
}

static void print_change(const char *name, const double *sums,
			 unsigned int seeds)
{
	printf(",\"%s\":%.2f,\"%s_worst\":%.2f", name, sums[0] / seeds, name,
	       sums[1]);
}

/* What events change, against the same run without. */
static void disturb(const struct ens_net *net, unsigned int voters, bool lies,
		    u64 seed, unsigned int seeds)
{
	struct change change[ARRAY_SIZE(events)] = { 0 };
	double weight[ARRAY_SIZE(events)] = { 0 };
	struct ens_result base = { .phase = phases() };
	struct ens_result away = { .phase = phases() };
	struct ens_result r = { .phase = phases() };
	unsigned int k;

	for (unsigned int i = 0; i < seeds; i++) {
		struct ens_world w;
		struct ens_trial t = { .world = &w,
				       .seed = seed + i,
				       .step_s = 1,
				       .at_s = EVENT_S };

		make_world(&w, net, seed + i, voters, cases[0].wander);
		try(&t, &base);
		t.event = ENS_AWAY;
		try(&t, &away);
		for (k = 0; k < ARRAY_SIZE(events); k++) {
			bool lie = events[k].event >= ENS_STEP;

			if (lie != lies)
				continue;
			t.event = events[k].event;
			t.size = events[k].size;
			t.liars = lie ? (voters - 1) / 3 : 0;
			if (lie && voters < 4)
				t.liars = 1;
			try(&t, &r);
			differ(&change[k], r.phase,
			       t.event == ENS_JOIN ? away.phase : base.phase);
			weight[k] += r.weight[1];
		}
		ens_world_free(&w);
	}
	for (k = 0; k < ARRAY_SIZE(events); k++) {
		bool lie = events[k].event >= ENS_STEP;

		if (lie != lies)
			continue;
		printf("{\"part\":\"%s\",\"net\":\"%s\",\"voters\":%u,\"event\":\"%s\"",
		       lies ? "liars" : "events", net->name, voters,
		       events[k].name);
		print_change("in_100s_ns", change[k].soon_ns, seeds);
		print_change("in_1000s_ns", change[k].later_ns, seeds);
		print_change("end_ns", change[k].end_ns, seeds);
		print_change("freq_ppb", change[k].freq_ppb, seeds);
		printf(",\"weight\":%.3f}\n", weight[k] / seeds);
	}
	fflush(stdout);
	free(base.phase);
	free(away.phase);
	free(r.phase);
}

int main(int argc, char **argv)
{
	s64 seed, seeds, voters;
	const struct ens_net *net = NULL;

	if (argc != 6 ||
	    cl_units_parse_number(argv[3], 3, CL_ENSEMBLE_VOTERS, &voters) ||
	    cl_units_parse_number(argv[4], 1, S64_MAX - SEEDS_MAX, &seed) ||
	    cl_units_parse_number(argv[5], 1, SEEDS_MAX, &seeds))
		die("arguments: part, network, voters (3 to 9), first seed, seeds (up to 1000)");
	for (unsigned int i = 0; i < ARRAY_SIZE(nets); i++) {
		if (!strcmp(argv[2], nets[i].name))
			net = &nets[i];
	}
	if (!net)
		die("no such network");
	if (!strcmp(argv[1], "steady")) {
		for (unsigned int c = 0; c < ARRAY_SIZE(cases); c++)
			steady(net, voters, c, false, 1, seed, seeds);
	} else if (!strcmp(argv[1], "equal")) {
		steady(net, voters, 0, false, 1, seed, seeds);
	} else if (!strcmp(argv[1], "slow")) {
		steady(net, voters, 0, false, 10, seed, seeds);
	} else if (!strcmp(argv[1], "estimators")) {
		steady(net, voters, 0, true, 1, seed, seeds);
	} else if (!strcmp(argv[1], "events") || !strcmp(argv[1], "liars")) {
		disturb(net, voters, !strcmp(argv[1], "liars"), seed, seeds);
	} else {
		die("parts are steady, equal, slow, estimators, events, liars");
	}
	return fflush(stdout) ? 1 : 0;
}
