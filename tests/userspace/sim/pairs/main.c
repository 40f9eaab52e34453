// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pairs - do coded probe pairs help?
 *
 * Y. Geng et al., "Exploiting a natural network effect for scalable, fine-grained
 * clock synchronization", NSDI 2018: two packets are sent with a known gap; if it
 * changes on the way, a queue was met and both are discarded.  Here the estimator
 * of the product is fed single exchanges, pairs that kept their gap, or all pairs,
 * at the same number of packets; and, to see what a pair tells that a single
 * exchange does not, those whose round trip is nearly the shortest.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "agent/lib/units.h"
#include "trial.h"

#define SEEDS_MAX 1000
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define TOLERANCES 4
/* What is within each tolerance, both of a pair or the earlier; and all. */
#define TAKERS (2 * TOLERANCES + 1)
#define SINGLE_TAKERS (TOLERANCES + 1)

#define LAN .seconds = 600, .warm_s = 300
#define WAN .seconds = 3000, .warm_s = 1500
#define QUEUES(l, ld, h) \
	.path = { .law = (l), .load = (ld), .hops = (h), .base_ns = 50e3 }
#define INDEPENDENT(mean, base)             \
	.path = { .law = PAIRS_INDEPENDENT, \
		  .mean_ns = (mean),        \
		  .base_ns = (base) }

/* Noise of the stamps is added. */
static const struct pairs_case cases[] = {
	{ "poisson-0.1", QUEUES(PAIRS_POISSON, 0.1, 1), LAN },
	{ "poisson-0.3", QUEUES(PAIRS_POISSON, 0.3, 1), LAN },
	{ "poisson-0.6", QUEUES(PAIRS_POISSON, 0.6, 1), LAN },
	{ "poisson-0.9", QUEUES(PAIRS_POISSON, 0.9, 1), LAN },
	{ "poisson-0.6-5-hops", QUEUES(PAIRS_POISSON, 0.6, 5), LAN },
	{ "poisson-0.9-5-hops", QUEUES(PAIRS_POISSON, 0.9, 5), LAN },
	{ "bursts-0.1", QUEUES(PAIRS_BURSTS, 0.1, 1), LAN },
	{ "bursts-0.3", QUEUES(PAIRS_BURSTS, 0.3, 1), LAN },
	{ "bursts-0.6", QUEUES(PAIRS_BURSTS, 0.6, 1), LAN },
	{ "bursts-0.9", QUEUES(PAIRS_BURSTS, 0.9, 1), LAN },
	{ "lan-exponential", INDEPENDENT(10e3, 500e3), LAN },
	{ "wan-exponential", INDEPENDENT(30e6, 20e6), WAN },
};

/* Stamps are exact, or as those of network devices, or as those of kernels. */
static const struct {
	double ns;
	bool hardware;
} noises[] = { { 0, false }, { 50, true }, { 1000, false } };

static const double gaps_ns[] = { 10e3, 50e3 };

/* The best of these counts. */
static const double exact_ns[TOLERANCES] = { 2, 100, 1e3, 1e4 };
static const double fine_ns[TOLERANCES] = { 100, 300, 1e3, 1e4 };
static const double coarse_ns[TOLERANCES] = { 1e3, 3e3, 1e4, 3e4 };
static const double wan_ns[TOLERANCES] = { 1e6, 3e6, 1e7, 3e7 };

static void die(const char *why)
{
	fprintf(stderr, "pairs: %s\n", why);
	exit(1);
}

static const double *tolerances(const struct pairs_case *c)
{
	if (c->path.mean_ns >= 1e6)
		return wan_ns;
	if (c->path.law == PAIRS_INDEPENDENT || c->noise_ns >= 1e3)
		return coarse_ns;
	return c->noise_ns > 0 ? fine_ns : exact_ns;
}

static int order(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Figures, as one JSON object; null where there was no estimate for a time. */
static void print(const struct pairs_case *c, const struct pairs_plan *plan,
		  struct pairs_taker *k)
{
	double sum = 0;
	size_t i;

	printf("{\"case\":\"%s\",\"noise_ns\":%.0f,\"packets\":%u,", c->name,
	       c->noise_ns, plan->n);
	printf("\"gap_ns\":%.0f,\"earlier\":%s,", plan->gap_ns,
	       k->earlier ? "true" : "false");
	if (isfinite(k->tolerance_ns))
		printf("\"tolerance_ns\":%.0f,", k->tolerance_ns);
	else
		printf("\"tolerance_ns\":null,");
	printf("\"kept\":%.5f,\"n\":%zu,", (double)k->fed / k->seen, k->errors);
	if (k->missed) {
		printf("\"mean\":null,\"p99\":null}\n");
		return;
	}
	qsort(k->error, k->errors, sizeof(*k->error), order);
	for (i = 0; i < k->errors; i++)
		sum += k->error[i];
	i = (99 * k->errors + 99) / 100 - 1;
	printf("\"mean\":%.3f,\"p99\":%.3f}\n", sum / k->errors, k->error[i]);
}

/* All seeds of a case with packets sent in one way. */
static void measure(const struct pairs_case *c, const struct pairs_plan *plan,
		    u64 seed, unsigned int seeds)
{
	struct pairs_taker *taker = calloc(TAKERS, sizeof(*taker));
	size_t room = seeds * (c->seconds - c->warm_s);
	unsigned int takers = plan->n == 1 ? SINGLE_TAKERS : TAKERS;
	unsigned int i;

	if (!taker)
		die("out of memory");
	for (i = 0; i < takers; i++) {
		taker[i].tolerance_ns =
			i ? tolerances(c)[(i - 1) % TOLERANCES] : INFINITY;
		taker[i].earlier = i > TOLERANCES;
		taker[i].error = calloc(room, sizeof(*taker[i].error));
		if (!taker[i].error)
			die("out of memory");
	}
	for (i = 0; i < seeds; i++) {
		if (pairs_trial(c, plan, seed + i, taker, takers))
			die("out of memory");
	}
	for (i = 0; i < takers; i++) {
		print(c, plan, &taker[i]);
		free(taker[i].error);
	}
	free(taker);
}

/* Single exchanges, and pairs with each gap. */
static void compare(const struct pairs_case *c, u64 seed, unsigned int seeds)
{
	struct pairs_plan plan = { .n = 1 };

	measure(c, &plan, seed, seeds);
	plan.n = PAIRS_PACKETS;
	for (unsigned int i = 0; i < ARRAY_SIZE(gaps_ns); i++) {
		plan.gap_ns = gaps_ns[i];
		measure(c, &plan, seed, seeds);
	}
}

int main(int argc, char **argv)
{
	s64 seed, seeds;

	if (argc != 3 ||
	    cl_units_parse_number(argv[1], 1, S64_MAX - SEEDS_MAX, &seed) ||
	    cl_units_parse_number(argv[2], 1, SEEDS_MAX, &seeds))
		die("arguments: first seed, from 1; number of seeds, 1 to 1000");
	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		for (unsigned int j = 0; j < ARRAY_SIZE(noises); j++) {
			struct pairs_case c = cases[i];

			c.noise_ns = noises[j].ns;
			c.hardware = noises[j].hardware;
			compare(&c, (u64)seed, (unsigned int)seeds);
		}
	}
	return fflush(stdout) ? 1 : 0;
}
