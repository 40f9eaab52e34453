// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * agent-sim - whole agents with the module's estimators in virtual time
 */
#include <err.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "agent/lib/units.h"
#include "trial.h"

#define RUNS_MAX 100000000
#define SEED_MAX 1000000000000000LL
#define NODES_MAX 10000
#define SECONDS_MAX 100000

static const char usage[] =
	"usage: agent-sim [options] TRIAL\n"
	"  -s, --seed=SEED       of the first run, default 1\n"
	"  -n, --runs=RUNS       how many, each with the next seed, default 1\n"
	"  -N, --nodes=NODES     in the beginning, default 5; faults: as drawn\n"
	"  -V, --voters=VOTERS   of these, default all up to 5\n"
	"  -F, --founded         all are members from the start\n"
	"  -w, --network=NAME    lan (default), wan, wan-gamma, lan-noise\n"
	"  -t, --time=TIME       of the trial itself, default 20s\n"
	"  -a, --attack=NAME     constant, two-faced, random, now-and-then, drift, line\n"
	"  -z, --size=TIME       of the lie, default 100us\n"
	"  -l, --liars=LIARS     how many, default 1\n"
	"  -L, --leader          the leader is one of them\n"
	"  -k, --kind=NAME       of failover: crash, cut, pause\n"
	"  -c, --cost            print CPU time and memory as well\n"
	"  -f, --fault=NAME      plant a fault that the checks must find\n"
	"  -v, --verbose         write what agents log to standard output\n"
	"  -h, --help\n"
	"TRIAL is calm, named, join, attack, failover, minority, restart\n"
	"or faults.\n"
	"Prints a JSON object for each run, and a line for each in which a rule was broken.\n"
	"Exit status: 0, 1 a rule was broken, 2 error.\n";

static const struct option options[] = {
	{ "seed", required_argument, NULL, 's' },
	{ "runs", required_argument, NULL, 'n' },
	{ "nodes", required_argument, NULL, 'N' },
	{ "voters", required_argument, NULL, 'V' },
	{ "founded", no_argument, NULL, 'F' },
	{ "network", required_argument, NULL, 'w' },
	{ "time", required_argument, NULL, 't' },
	{ "attack", required_argument, NULL, 'a' },
	{ "size", required_argument, NULL, 'z' },
	{ "liars", required_argument, NULL, 'l' },
	{ "leader", no_argument, NULL, 'L' },
	{ "kind", required_argument, NULL, 'k' },
	{ "cost", no_argument, NULL, 'c' },
	{ "fault", required_argument, NULL, 'f' },
	{ "verbose", no_argument, NULL, 'v' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static s64 read_number(const char *option, const char *value, s64 min, s64 max)
{
	s64 n;

	if (cl_units_parse_number(value, min, max, &n))
		errx(2, "%s %s: not a number from %lld to %lld", option, value,
		     (long long)min, (long long)max);
	return n;
}

static s64 read_time(const char *option, const char *value, s64 max)
{
	s64 ns;

	if (cl_units_parse_duration(value, &ns) || ns < 1 || ns > max)
		errx(2, "%s %s: not a time up to %lld s", option, value,
		     (long long)(max / CL_NS_PER_SEC));
	return ns;
}

static int read_name(const char *option, const char *value, int found)
{
	if (found < 0)
		errx(2, "%s %s: there is none of that name", option, value);
	return found;
}

static void read_option(struct cs_trial *t, s64 *runs, int c)
{
	switch (c) {
	case 's':
		t->plan.seed = (u64)read_number("--seed", optarg, 0, SEED_MAX);
		break;
	case 'n':
		*runs = read_number("--runs", optarg, 1, RUNS_MAX);
		break;
	case 'N':
		t->plan.nodes =
			(u32)read_number("--nodes", optarg, 1, NODES_MAX);
		break;
	case 'V':
		t->plan.voters = (u32)read_number("--voters", optarg, 1,
						  CL_RAFT_VOTERS_MAX);
		break;
	case 'F':
		t->plan.founded = true;
		break;
	case 'w':
		t->network =
			read_name("--network", optarg, cs_network_find(optarg));
		break;
	case 't':
		t->time_ns = read_time("--time", optarg,
				       SECONDS_MAX * CL_NS_PER_SEC);
		break;
	case 'a':
		t->lie = read_name("--attack", optarg, cs_lie_find(optarg));
		break;
	case 'z':
		t->size_ns = read_time("--size", optarg, 10 * CL_NS_PER_SEC);
		break;
	case 'l':
		t->liars = (u32)read_number("--liars", optarg, 0, NODES_MAX);
		break;
	case 'L':
		t->leader_lies = true;
		break;
	case 'k':
		t->failure =
			read_name("--kind", optarg, cs_failure_find(optarg));
		break;
	case 'c':
		t->cost = true;
		break;
	case 'f':
		t->plan.plant =
			read_name("--fault", optarg, cs_plant_find(optarg));
		break;
	case 'v':
		t->plan.trace = stdout;
		break;
	case 'h':
		fputs(usage, stdout);
		exit(0);
	default:
		fputs(usage, stderr);
		exit(2);
	}
}

int main(int argc, char **argv)
{
	struct cs_trial t = {
		.plan = { .seed = 1, .nodes = 5 },
		.time_ns = 20 * CL_NS_PER_SEC,
		.lie = CS_LIE_CONSTANT,
		.size_ns = 100 * CL_NS_PER_US,
		.liars = 1,
	};
	s64 runs = 1, broken = 0;
	int c;

	while ((c = getopt_long(argc, argv, "s:n:N:V:Fw:t:a:z:l:Lk:cf:vh",
				options, NULL)) != -1)
		read_option(&t, &runs, c);
	if (optind + 1 != argc)
		errx(2, "one trial is to be named, see --help");
	t.kind = read_name("trial", argv[optind], cs_trial_find(argv[optind]));
	if (!t.plan.voters)
		t.plan.voters = t.plan.nodes < 5 ? t.plan.nodes : 5;
	if (t.plan.founded &&
	    (t.kind == CS_TRIAL_NAMED || t.kind == CS_TRIAL_FAULTS))
		errx(2, "--founded: not with this trial");
	if (t.plan.voters > t.plan.nodes)
		errx(2, "--voters %u: there are %u nodes", t.plan.voters,
		     t.plan.nodes);
	for (s64 i = 0; i < runs; i++, t.plan.seed++)
		broken += !cs_trial_run(&t);
	return broken != 0;
}
