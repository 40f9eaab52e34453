// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * byzantine - nodes that lie, against the rules of the product
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/lib/compiler.h"
#include "agent/lib/units.h"
#include "drag.h"
#include "world.h"

#define SEEDS_MAX 1000
#define LIARS 15

static const struct byz_net nets[] = {
	{ "lan", BYZ_EXPONENTIAL, 10e3, 250, 160, 1e3, 100, 100000000 },
	{ "wan", BYZ_EXPONENTIAL, 30e6, 6e3, 4000, 1e3, 500, 100000000 },
	{ "wan-gamma", BYZ_GAMMA, 30e6, 1e3, 1000, 1e3, 200, 100000000 },
	/* One exchange per second: a fifth of the accuracy, three times as slow. */
	{ "lan-1s", BYZ_EXPONENTIAL, 10e3, 1250, 50, 1e3, 100, 1000000000 },
};

/**
 * struct row - a line of the table
 * @name: of the attack
 * @attack: of the liars
 * @size: of the lie in floors B0 (@floors) or mean queueing delays
 * @floors: which of both
 * @leader: the leader lies
 * @period: of BYZ_SELDOM
 * @rounds: how long
 */
struct row {
	const char *name;
	enum byz_attack attack;
	double size;
	bool floors;
	bool leader;
	unsigned int period;
	unsigned int rounds;
};

static const struct row rows[] = {
	{ "none", BYZ_NONE, 0, true, false, 0, 1200 },
	{ "none-long", BYZ_NONE, 0, true, false, 0, 6000 },
	{ "0.5-floors", BYZ_CONSTANT, 0.5, true, false, 0, 300 },
	{ "2-floors", BYZ_CONSTANT, 2, true, false, 0, 300 },
	{ "5-floors", BYZ_CONSTANT, 5, true, false, 0, 300 },
	{ "1-queue", BYZ_CONSTANT, 1, false, false, 0, 300 },
	{ "2-queues", BYZ_CONSTANT, 2, false, false, 0, 300 },
	{ "3-queues", BYZ_CONSTANT, 3, false, false, 0, 300 },
	{ "5-queues", BYZ_CONSTANT, 5, false, false, 0, 300 },
	{ "100-queues", BYZ_CONSTANT, 100, false, false, 0, 300 },
	{ "two-faced", BYZ_TWO_FACED, 5, false, false, 0, 300 },
	{ "random", BYZ_RANDOM, 5, false, false, 0, 300 },
	{ "intermittent", BYZ_INTERMITTENT, 5, false, false, 0, 300 },
	{ "drift-slow", BYZ_DRIFT, 0.001, true, false, 0, 1200 },
	{ "drift", BYZ_DRIFT, 0.01, true, false, 0, 1200 },
	{ "drift-fast", BYZ_DRIFT, 0.1, true, false, 0, 1200 },
	{ "adaptive-11", BYZ_SELDOM, 0, true, false, 11, 1200 },
	{ "adaptive-101", BYZ_SELDOM, 0, true, false, 101, 6000 },
	{ "adaptive-1001", BYZ_SELDOM, 0, true, false, 1001, 6000 },
	{ "adaptive-pulses", BYZ_PULSES, 4, true, false, 0, 1200 },
	{ "leader-0.8-floors", BYZ_CONSTANT, 0.8, true, true, 0, 200 },
	{ "leader-3-floors", BYZ_CONSTANT, 3, true, true, 0, 200 },
	{ "leader-5-floors", BYZ_CONSTANT, 5, true, true, 0, 200 },
	{ "leader-5-queues", BYZ_CONSTANT, 5, false, true, 0, 200 },
	{ "leader-100-queues", BYZ_CONSTANT, 100, false, true, 0, 200 },
};

/* Nodes, voters, liars of small clusters. */
static const unsigned int small[][3] = {
	{ 3, 3, 1 },
	{ 4, 3, 1 },
	{ 5, 5, 1 },
	{ 7, 5, 2 },
};

static const struct {
	const char *name;
	struct byz_drag_case c;
} drags[] = {
	{ "none", { 15, 16, 1, 0, 0, 0, 14400, 0 } },
	{ "none-wander-10", { 15, 16, 10, 0, 0, 0, 14400, 0 } },
	{ "none-wan", { 15, 400, 1, 0, 0, 0, 14400, 0 } },
	{ "own-jumps", { 15, 16, 1, 500, 0, 0, 14400, 0 } },
	{ "step-50", { 15, 16, 1, 0, 50, 0, 3600, 3600 } },
	{ "step-100", { 15, 16, 1, 0, 100, 0, 3600, 3600 } },
	{ "step-200", { 15, 16, 1, 0, 200, 0, 3600, 3600 } },
	{ "step-500", { 15, 16, 1, 0, 500, 0, 3600, 3600 } },
	{ "ramp-0.1", { 15, 16, 1, 0, 0, 0.1, 3600, 3600 } },
	{ "ramp-0.3", { 15, 16, 1, 0, 0, 0.3, 3600, 3600 } },
	{ "ramp-1", { 15, 16, 1, 0, 0, 1, 3600, 3600 } },
	{ "ramp-3", { 15, 16, 1, 0, 0, 3, 3600, 3600 } },
};

static void die(const char *why)
{
	fprintf(stderr, "byzantine: %s\n", why);
	exit(1);
}

/* All seeds of a case, as one JSON object. */
static void measure(const char *name, const struct byz_case *c, u64 seed,
		    unsigned int seeds)
{
	struct byz_result sum = { 0 }, r;
	unsigned int deposed = 0, deposed_max = 0;
	double shift_max = 0, spread_max = 0;

	for (unsigned int i = 0; i < seeds; i++) {
		byz_run(c, seed + i, &r);
		sum.liars += r.liars;
		sum.isolated += r.isolated;
		sum.within_3 += r.within_3;
		sum.within_30 += r.within_30;
		sum.powerless += r.powerless;
		sum.false_isolations += r.false_isolations;
		sum.false_demotions += r.false_demotions;
		sum.shift_ns += r.shift_ns;
		sum.held += r.held;
		sum.widened += r.widened;
		sum.missed += r.missed;
		deposed += r.deposed > 0;
		deposed_max = r.deposed > deposed_max ? r.deposed : deposed_max;
		shift_max = fmax(shift_max, r.shift_ns);
		spread_max = fmax(spread_max, r.spread_ns);
	}
	printf("{\"kind\":\"attack\",\"net\":\"%s\",\"attack\":\"%s\",",
	       c->net->name, name);
	printf("\"nodes\":%u,\"size_ns\":%.0f,\"runs\":%u,\"liars\":%u,",
	       c->nodes, c->size_ns, seeds, sum.liars);
	printf("\"isolated\":%u,\"within_3\":%u,\"within_30\":%u,",
	       sum.isolated, sum.within_3, sum.within_30);
	printf("\"powerless\":%u,\"false_isolations\":%u,", sum.powerless,
	       sum.false_isolations);
	printf("\"false_demotions\":%u,\"shift_ns\":%.1f,\"shift_max_ns\":%.1f,",
	       sum.false_demotions, sum.shift_ns / seeds, shift_max);
	printf("\"spread_max_ns\":%.1f,\"leader\":%s,\"deposed\":%u,",
	       spread_max, c->leader ? "true" : "false", deposed);
	printf("\"deposed_rounds_max\":%u,\"held\":%.3f,", deposed_max,
	       sum.held / seeds);
	printf("\"widened\":%.3f,\"missed\":%.3f}\n", sum.widened / seeds,
	       sum.missed / seeds);
	fflush(stdout);
}

static void measure_net(const struct byz_net *net, u64 seed, unsigned int seeds)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *r = &rows[i];
		const struct byz_case c = {
			.net = net,
			.nodes = BYZ_NODES,
			.voters = BYZ_VOTERS,
			.liars = r->attack == BYZ_NONE ? 0 : LIARS,
			.lying_voters = (BYZ_VOTERS - 1) / 3,
			.leader = r->leader,
			.attack = r->attack,
			.size_ns = r->size * (r->floors ? 4 * net->sigma_ns :
							  net->mean_ns),
			.period = r->period,
			.rounds = BYZ_ATTACK + r->rounds,
		};

		measure(r->name, &c, seed, seeds);
	}
}

/* With and without the leader, far beyond the noise of one exchange and below. */
static void measure_small(u64 seed, unsigned int seeds)
{
	const struct byz_net *net = &nets[0];

	for (unsigned int i = 0; i < 4 * ARRAY_SIZE(small); i++) {
		const unsigned int *s = small[i / 4];
		bool far = i & 2;
		const struct byz_case c = {
			.net = net,
			.nodes = s[0],
			.voters = s[1],
			.liars = s[2],
			.lying_voters = s[0] == s[1] ? s[2] : (s[1] - 1) / 3,
			.leader = i & 1,
			.attack = BYZ_CONSTANT,
			.size_ns = far ? 5 * net->mean_ns : 12 * net->sigma_ns,
			.rounds = BYZ_ATTACK + 200,
		};
		char name[32];

		snprintf(name, sizeof(name), "%s%s", c.leader ? "leader-" : "",
			 far ? "5-queues" : "3-floors");
		measure(name, &c, seed, seeds);
	}
}

static void measure_drag(u64 seed, unsigned int seeds)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(drags); i++) {
		struct byz_drag_result r, sum = { 0 };
		unsigned int deposed = 0, last = 0;
		double moved = 0;

		for (unsigned int k = 0; k < seeds; k++) {
			byz_drag(&drags[i].c, seed + k, &r);
			sum.refused += r.refused;
			sum.false_no_confidence += r.false_no_confidence;
			sum.false_deposed += r.false_deposed;
			deposed += r.deposed_s > 0;
			last = r.deposed_s > last ? r.deposed_s : last;
			moved = fmax(moved, r.moved_ns);
		}
		printf("{\"kind\":\"drag\",\"attack\":\"%s\",\"runs\":%u,",
		       drags[i].name, seeds);
		printf("\"hours\":%.1f,\"refused\":%u,",
		       seeds * drags[i].c.before_s / 3600.0, sum.refused);
		printf("\"false_no_confidence\":%u,\"false_deposed\":%u,",
		       sum.false_no_confidence, sum.false_deposed);
		printf("\"deposed\":%u,\"deposed_s_max\":%u,", deposed, last);
		printf("\"moved_max_ns\":%.0f}\n", moved);
		fflush(stdout);
	}
}

int main(int argc, char **argv)
{
	const char *only = argc == 4 ? argv[3] : NULL;
	unsigned int done = 0;
	s64 seed, seeds;

	if ((argc != 3 && argc != 4) ||
	    cl_units_parse_number(argv[1], 1, S64_MAX - SEEDS_MAX, &seed) ||
	    cl_units_parse_number(argv[2], 1, SEEDS_MAX, &seeds))
		die("arguments: first seed, from 1; number of seeds, 1 to 1000; "
		    "lan, wan, wan-gamma, lan-1s, small or drag, default all");
	for (unsigned int i = 0; i < ARRAY_SIZE(nets); i++) {
		if (only && strcmp(only, nets[i].name))
			continue;
		measure_net(&nets[i], (u64)seed, (unsigned int)seeds);
		done++;
	}
	if (!only || !strcmp(only, "small")) {
		measure_small((u64)seed, (unsigned int)seeds);
		done++;
	}
	if (!only || !strcmp(only, "drag")) {
		measure_drag((u64)seed, (unsigned int)seeds);
		done++;
	}
	if (!done)
		die("there is no such part");
	return fflush(stdout) ? 1 : 0;
}
