// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vtime - run a scenario: User Mode Linux kernels in one virtual time
 */
#include <errno.h>
#include <getopt.h>
#include <sched.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "agent/lib/compiler.h"
#include "agent/lib/units.h"
#include "report.h"
#include "symbol.h"

/* Some time in 2023: programs distrust clocks that start in 1970. */
#define TOD_BASE_NS 1700000000000000000LL
/* Oscillators go on behind the end: timers are set there. */
#define OSC_MARGIN_S 100
#define EXTRA_MAX 64
/*
 * Of few nodes one works at a time, and handing over to another processor takes
 * longer than its turn; of many, several work at once.
 */
#define PIN_NODES 8

enum {
	EXIT_ERROR = 1,
	EXIT_HUNG = 3,
	EXIT_NODE = 4,
};

static const char usage[] =
	"usage: vtime [options] -k KERNEL -r ROOT -o DIR SCENARIO\n"
	"  -k FILE     User Mode Linux kernel of the lab\n"
	"  -r DIR      root file system of the nodes, read only\n"
	"  -o DIR      directory of this run, made if it is missing\n"
	"  -L FILE     library that is preloaded to the kernels\n"
	"  -c CPU      where a run of few nodes, that gains nothing by more\n"
	"              processors, stays\n"
	"  -p PROGRAM  what all nodes run, instead of what the scenario says\n"
	"  -s SEED     of all random streams, instead of the scenario's\n"
	"  -x LINE     one more line of the scenario\n"
	"DIR gets run.json (summary), truth.jsonl (what the clocks say) and\n"
	"nK.log (console of node K). Exit status: 0 the scenario has run to its\n"
	"end, 1 error, 3 a node hung, 4 a node ended that should not.\n";

/**
 * struct options - the command line
 * @machine: kernel, root and preload
 * @dir: directory of the run
 * @cpu: where a run of few nodes stays, -1: anywhere
 * @program: of all nodes, NULL: as in the scenario
 * @seed: 0: as in the scenario
 * @extra: more lines of the scenario
 * @extras: how many
 * @scenario: its file
 */
struct options {
	struct vt_machine machine;
	const char *dir;
	int cpu;
	const char *program;
	u64 seed;
	char *extra[EXTRA_MAX];
	unsigned int extras;
	const char *scenario;
};

static void __printf(1, 2) __noreturn die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fputs("vtime: ", stderr);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
	exit(EXIT_ERROR);
}

/* Names stay valid when the working directory changes. */
static const char *absolute(const char *path)
{
	char *real = realpath(path, NULL);

	if (!real)
		die("%s: %m", path);
	return real;
}

static s64 parse_number(char option, const char *text, s64 min, s64 max)
{
	s64 n;

	if (cl_units_parse_number(text, min, max, &n))
		die("-%c %s: not a number from %lld to %lld", option, text,
		    (long long)min, (long long)max);
	return n;
}

static void parse(int argc, char **argv, struct options *o)
{
	int opt;

	while ((opt = getopt(argc, argv, "k:r:o:L:c:p:s:x:h")) >= 0) {
		switch (opt) {
		case 'k':
			o->machine.kernel = absolute(optarg);
			break;
		case 'r':
			o->machine.root = absolute(optarg);
			break;
		case 'o':
			o->dir = optarg;
			break;
		case 'L':
			o->machine.preload = absolute(optarg);
			break;
		case 'c':
			o->cpu = parse_number(opt, optarg, 0, CPU_SETSIZE - 1);
			break;
		case 'p':
			o->program = optarg;
			break;
		case 's':
			o->seed = parse_number(opt, optarg, 1, S64_MAX);
			break;
		case 'x':
			if (o->extras == EXTRA_MAX)
				die("more than %d -x", EXTRA_MAX);
			o->extra[o->extras++] = optarg;
			break;
		case 'h':
			fputs(usage, stdout);
			exit(0);
		default:
			fputs(usage, stderr);
			exit(EXIT_ERROR);
		}
	}
	if (optind + 1 != argc || !o->machine.kernel || !o->machine.root ||
	    !o->dir) {
		fputs(usage, stderr);
		exit(EXIT_ERROR);
	}
	o->scenario = argv[optind];
}

static void make_oscillator(struct vt_osc *o, const struct vt_scenario *s,
			    const struct vt_osc_model *model,
			    enum vt_stream stream, unsigned int id)
{
	struct vt_rng rng;

	vt_rng_init(&rng, s->seed, stream, id, 0);
	if (vt_osc_init(o, model, rng,
			s->duration / VT_PS_PER_SEC + OSC_MARGIN_S))
		die("out of memory");
}

static struct vt_node *make_nodes(const struct vt_scenario *s,
				  const struct options *o,
				  const struct vt_node_ops *ops, void *ctx)
{
	struct vt_node *node = calloc(s->nodes, sizeof(*node));
	char log[32];

	if (!node)
		die("out of memory");
	for (unsigned int i = 0; i < s->nodes; i++) {
		const struct vt_node_spec *spec = &s->node[i];
		struct vt_node *n = &node[i];

		n->id = i;
		n->machine = &o->machine;
		n->program = o->program ? o->program : spec->program;
		n->ops = ops;
		n->ctx = ctx;
		n->time = -1;
		/* Consoles are appended to: a node may boot more than once. */
		snprintf(log, sizeof(log), "n%u.log", i);
		unlink(log);
		n->tod_error = spec->offset_ns;
		make_oscillator(&n->osc, s, &spec->osc, VT_STREAM_OSC, i);
		n->has_phc = spec->phc.on;
		if (!n->has_phc)
			continue;
		make_oscillator(&n->phc, s, &spec->phc.osc, VT_STREAM_PHC, i);
		n->phc_granularity_ns = spec->phc.granularity_ns;
		n->phc_read_ns = (spec->phc.read.base_ps +
				  (s64)spec->phc.read.scale_ps) /
				 VT_PS_PER_NS;
	}
	return node;
}

static void find_symbols(struct options *o, struct vt_truth *truth)
{
	struct {
		const char *name;
		u64 *addr;
	} symbol[] = {
		{ "vtime_clock", &truth->clock_addr },
		{ "vtime_phc", &o->machine.phc_addr },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(symbol); i++) {
		int err = vt_symbol(o->machine.kernel, symbol[i].name,
				    symbol[i].addr);

		if (err)
			die("%s: no symbol %s: %s", o->machine.kernel,
			    symbol[i].name, strerror(-err));
	}
}

static double wall(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* The nodes inherit it. */
static void pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		die("-c %d: %m", cpu);
}

/* Three descriptors and the memory's file for each node. */
static void raise_limits(void)
{
	struct rlimit r;

	if (!getrlimit(RLIMIT_NOFILE, &r)) {
		r.rlim_cur = r.rlim_max;
		setrlimit(RLIMIT_NOFILE, &r);
	}
}

static int run_scenario(struct vt_calendar *c, const struct options *o)
{
	unsigned int nodes = c->scenario->nodes;
	char why[256] = "";
	double start = wall();
	enum vt_result r;
	int err, failed = -1;

	r = vt_calendar_run(c, why, sizeof(why));
	err = vt_report_write("run.json", c, o->program, wall() - start);
	for (unsigned int i = 0; i < nodes; i++) {
		if (c->node[i].end == VT_END_FAILED)
			failed = i;
		vt_node_kill(&c->node[i], VT_END_RUNNING);
	}
	if (err)
		die("%s/run.json: %s", o->dir, strerror(-err));
	if (r) {
		fprintf(stderr, "vtime: %s\n", why);
		return r == VT_RESULT_HUNG ? EXIT_HUNG : EXIT_ERROR;
	}
	if (failed >= 0) {
		fprintf(stderr, "vtime: node %d ended, see %s/n%d.log\n",
			failed, o->dir, failed);
		return EXIT_NODE;
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct options o = { .machine.tod_base = TOD_BASE_NS, .cpu = -1 };
	struct vt_node_ops ops = { .sent = vt_net_sent };
	struct vt_scenario scenario;
	struct vt_calendar c = { .scenario = &scenario };
	struct vt_truth truth;
	struct vt_net net;
	char why[512];
	int err, status;

	parse(argc, argv, &o);
	if (vt_scenario_load(&scenario, o.scenario, o.seed, o.extra, o.extras,
			     why, sizeof(why)))
		die("%s", why);
	o.machine.scenario = scenario.name;
	o.machine.nodes = scenario.nodes;
	o.machine.seed = scenario.seed;
	find_symbols(&o, &truth);
	raise_limits();
	if (o.cpu >= 0 && scenario.nodes <= PIN_NODES)
		pin(o.cpu);
	if ((mkdir(o.dir, 0777) && errno != EEXIST) || chdir(o.dir))
		die("%s: %m", o.dir);
	c.node = make_nodes(&scenario, &o, &ops, &net);
	if (vt_net_init(&net, &scenario, c.node))
		die("out of memory");
	err = vt_truth_open(&truth, "truth.jsonl", scenario.nodes);
	if (err)
		die("%s/truth.jsonl: %s", o.dir, strerror(-err));
	c.net = &net;
	c.truth = &truth;
	status = run_scenario(&c, &o);
	err = vt_truth_close(&truth);
	if (err)
		die("%s/truth.jsonl: %s", o.dir, strerror(-err));
	return status;
}
