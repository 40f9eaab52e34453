// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cluster-sim - clusters in virtual time under random faults
 */
#include <err.h>
#include <getopt.h>
#include <stdlib.h>

#include "agent/lib/units.h"
#include "cluster.h"

#define RUNS_MAX 100000000
#define SEED_MAX 1000000000000000LL

static const char usage[] =
	"usage: cluster-sim [options]\n"
	"  -s, --seed=SEED       of the first run, default 1\n"
	"  -n, --runs=RUNS       how many, each with the next seed, default 1\n"
	"  -f, --fault=NAME      plant a fault that no correct node has\n"
	"  -i, --invariant=NAME  check only these; may be given several times\n"
	"  -m, --most=FAILURES   end after so many\n"
	"  -v, --verbose         write all that happens to standard output\n"
	"  -h, --help\n"
	"Prints one line for each run in which an invariant was broken, and as last line\n"
	"counts as a JSON object. Exit status: 0, 1 an invariant was broken, 2 error.\n";

static const struct option options[] = {
	{ "seed", required_argument, NULL, 's' },
	{ "runs", required_argument, NULL, 'n' },
	{ "fault", required_argument, NULL, 'f' },
	{ "invariant", required_argument, NULL, 'i' },
	{ "most", required_argument, NULL, 'm' },
	{ "verbose", no_argument, NULL, 'v' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

/**
 * struct task - what is to be done
 * @seed: of the first run
 * @runs: how many
 * @most: failures at which it ends, 0: none
 * @fault: planted
 * @wanted: bit set of invariants, 0: all
 * @trace: for all that happens, or NULL
 */
struct task {
	s64 seed;
	s64 runs;
	s64 most;
	enum cs_fault fault;
	u32 wanted;
	FILE *trace;
};

/**
 * struct sums - of all runs
 * @runs: how many
 * @failed: of these
 * @virtual_ns: simulated time
 * @digest: of what was committed
 * @counts: the rest
 */
struct sums {
	u64 runs;
	u64 failed;
	s64 virtual_ns;
	u64 digest;
	struct cs_counts counts;
};

static s64 read_number(const char *option, const char *value, s64 min, s64 max)
{
	s64 n;

	if (cl_units_parse_number(value, min, max, &n))
		errx(2, "%s %s: not a number from %lld to %lld", option, value,
		     (long long)min, (long long)max);
	return n;
}

static int read_name(const char *option, const char *value, int found)
{
	if (found < 0)
		errx(2, "%s %s: there is none of that name", option, value);
	return found;
}

static void read_options(struct task *t, int argc, char **argv)
{
	int c;

	while ((c = getopt_long(argc, argv, "s:n:f:i:m:vh", options, NULL)) !=
	       -1) {
		switch (c) {
		case 's':
			t->seed = read_number("--seed", optarg, 0, SEED_MAX);
			break;
		case 'n':
			t->runs = read_number("--runs", optarg, 1, RUNS_MAX);
			break;
		case 'f':
			t->fault = read_name("--fault", optarg,
					     cs_fault_find(optarg));
			break;
		case 'i':
			t->wanted |= 1U << read_name("--invariant", optarg,
						     cs_invariant_find(optarg));
			break;
		case 'm':
			t->most = read_number("--most", optarg, 1, RUNS_MAX);
			break;
		case 'v':
			t->trace = stdout;
			break;
		case 'h':
			fputs(usage, stdout);
			exit(0);
		default:
			fputs(usage, stderr);
			exit(2);
		}
	}
	if (optind < argc)
		errx(2, "%s: no argument expected", argv[optind]);
}

static void add(struct sums *sums, const struct cs_cluster *c)
{
	const struct cs_counts *n = &c->world.counts;
	struct cs_counts *s = &sums->counts;
	const struct cs_history *h = &c->world.checks.history;

	sums->runs++;
	sums->failed += c->world.checks.broken;
	sums->virtual_ns += c->world.heap.now;
	sums->digest = sums->digest * 31 + n->events;
	if (h->committed)
		sums->digest ^= h->fact[h->committed].chain;
	s->events += n->events;
	s->messages += n->messages;
	s->lost += n->lost;
	s->elections += n->elections;
	s->committed += n->committed;
	s->answered += n->answered;
	s->changes += n->changes;
	s->snapshots += n->snapshots;
	s->failures += n->failures;
	for (int k = 0; k < CS_ACTIONS; k++)
		s->actions[k] += n->actions[k];
}

static void run(const struct task *t, u64 seed, struct sums *sums)
{
	struct cs_cluster c = {
		.world.fault = t->fault,
		.world.trace = t->trace,
		.world.checks.wanted = t->wanted ? t->wanted : ~0U,
	};
	const struct cs_checks *checks = &c.world.checks;
	struct cs_schedule s;

	cs_schedule_draw(&s, seed);
	cs_cluster_run(&c, &s);
	if (checks->broken)
		printf("seed %llu: %s at %lld.%09lld s: %s\n",
		       (unsigned long long)seed,
		       cs_invariant_name(checks->which),
		       (long long)(checks->at / CL_NS_PER_SEC),
		       (long long)(checks->at % CL_NS_PER_SEC), checks->text);
	add(sums, &c);
	cs_cluster_free(&c);
	cs_schedule_free(&s);
}

static void print(const struct task *t, const struct sums *s)
{
	const struct cs_counts *n = &s->counts;

	printf("{\"seed\": %lld, \"runs\": %llu, \"failed\": %llu, \"fault\": \"%s\", ",
	       (long long)t->seed, (unsigned long long)s->runs,
	       (unsigned long long)s->failed, cs_fault_name(t->fault));
	printf("\"virtual_s\": %lld, \"digest\": \"%016llx\", \"events\": %llu, ",
	       (long long)(s->virtual_ns / CL_NS_PER_SEC),
	       (unsigned long long)s->digest, (unsigned long long)n->events);
	printf("\"messages\": %llu, \"lost\": %llu, \"elections\": %llu, ",
	       (unsigned long long)n->messages, (unsigned long long)n->lost,
	       (unsigned long long)n->elections);
	printf("\"committed\": %llu, \"answered\": %llu, \"changes\": %llu, ",
	       (unsigned long long)n->committed,
	       (unsigned long long)n->answered, (unsigned long long)n->changes);
	printf("\"snapshots\": %llu, \"failures\": %llu, \"actions\": {",
	       (unsigned long long)n->snapshots,
	       (unsigned long long)n->failures);
	for (int k = 0; k < CS_ACTIONS; k++)
		printf("%s\"%s\": %llu", k ? ", " : "", cs_action_name(k),
		       (unsigned long long)n->actions[k]);
	puts("}}");
}

int main(int argc, char **argv)
{
	struct task t = { .seed = 1, .runs = 1 };
	struct sums sums = { .runs = 0 };

	read_options(&t, argc, argv);
	for (s64 i = 0; i < t.runs && (!t.most || (s64)sums.failed < t.most);
	     i++)
		run(&t, (u64)(t.seed + i), &sums);
	print(&t, &sums);
	return sums.failed != 0;
}
