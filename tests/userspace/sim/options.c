// SPDX-License-Identifier: GPL-2.0-or-later
#include "options.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "agent/core/probe.h"
#include "agent/lib/units.h"
#include "scripts/lab/vtime/value.h"

/* What the module takes if it is told nothing. */
#define INTERVAL_NS (100 * CL_NS_PER_MS)
#define STAMP_NOISE_NS 1000
#define WANDER_PPT 1000

static const char usage[] =
	"usage: sim [options] SCENARIO\n"
	"  -s SEED       of all random streams, instead of the scenario's\n"
	"  -x LINE       one more line of the scenario\n"
	"  -o KEY=VALUE  one of\n"
	"     interval=100ms   between rounds\n"
	"     burst=1          0: followers do not ask more often at the start\n"
	"     stamp-noise=1us  rms of a stamp, for the estimator\n"
	"     wander=1000      of a pair of oscillators, ppt per root of s, for\n"
	"                      the estimator\n"
	"     asymmetry=0us    budget of a link, 0: the default\n"
	"     tempco=0         all steps and ramps of followers' frequencies are by\n"
	"                      temperature, so many ppt per K, and they have sensors\n"
	"     watch=0us        warn of what happens to links, and before a bound is\n"
	"                      that long\n"
	"     peers=0          other followers that each follower asks, at most 16\n"
	"     bound-percent=100    what is left of each bound: a fault to be found\n"
	"     converge=10us    says from when on no error is larger\n"
	"     trace=FILE       CSV, a line each second and follower\n"
	"Prints one JSON object. Exit status: 0, 1 error.\n";

/**
 * sim_die() - end with a message
 * @fmt: as of printf()
 */
void sim_die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fputs("sim: ", stderr);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
	exit(1);
}

static s64 read_ns(const char *word, const char *value, s64 min, s64 max)
{
	const char *bad;
	s64 ps;

	bad = vt_value_duration(value, min * 1000, max * 1000, &ps);
	if (bad)
		sim_die("-o %s: %s", word, bad);
	return ps / 1000;
}

static s64 read_number(const char *word, const char *value, s64 min, s64 max)
{
	s64 n;

	if (cl_units_parse_number(value, min, max, &n))
		sim_die("%s: not a number from %lld to %lld", word,
			(long long)min, (long long)max);
	return n;
}

static bool is(const char *word, const char *key)
{
	size_t len = strlen(key);

	return !strncmp(word, key, len) && word[len] == '=';
}

static void read_key(struct sim_options *o, const char *word)
{
	const char *v = strchr(word, '=');

	if (!v)
		sim_die("-o %s: KEY=VALUE expected", word);
	v++;
	if (is(word, "interval"))
		o->interval_ns =
			read_ns(word, v, CL_NS_PER_MS, 1000 * CL_NS_PER_SEC);
	else if (is(word, "burst"))
		o->burst = read_number(word, v, 0, 1);
	else if (is(word, "stamp-noise"))
		o->params.stamp_noise_ns = read_ns(word, v, 0, CL_NS_PER_MS);
	else if (is(word, "wander"))
		o->params.wander_ppt = read_number(word, v, 0, 1000000);
	else if (is(word, "asymmetry"))
		o->asymmetry_ns = read_ns(word, v, 0, CL_NS_PER_SEC);
	else if (is(word, "tempco"))
		o->tempco_ppt = read_number(word, v, -10000000, 10000000);
	else if (is(word, "watch"))
		o->limit_ns = read_ns(word, v, 0, 1000 * CL_NS_PER_SEC);
	else if (is(word, "peers"))
		o->peers = read_number(word, v, 0, CL_PROBE_PEERS_MAX);
	else if (is(word, "bound-percent"))
		o->bound_pct = read_number(word, v, 0, 100);
	else if (is(word, "converge"))
		o->converge_ns = read_ns(word, v, 1, CL_NS_PER_SEC);
	else if (is(word, "trace"))
		o->trace = v;
	else
		sim_die("-o %s: no such key, see sim -h", word);
}

/**
 * sim_options_read() - read the command line
 * @o: gets it; the strings stay those of @argv
 * @argc: as of main()
 * @argv: as of main()
 *
 * The program ends if there is an error in it.
 */
void sim_options_read(struct sim_options *o, int argc, char **argv)
{
	int opt;

	*o = (struct sim_options){
		.interval_ns = INTERVAL_NS,
		.burst = true,
		.params.stamp_noise_ns = STAMP_NOISE_NS,
		.params.wander_ppt = WANDER_PPT,
		.bound_pct = 100,
	};
	while ((opt = getopt(argc, argv, "s:x:o:h")) >= 0) {
		switch (opt) {
		case 's':
			o->seed = read_number("-s", optarg, 1, S64_MAX);
			break;
		case 'x':
			if (o->extras == SIM_EXTRA_MAX)
				sim_die("more than %d -x", SIM_EXTRA_MAX);
			o->extra[o->extras++] = optarg;
			break;
		case 'o':
			read_key(o, optarg);
			break;
		case 'h':
			fputs(usage, stdout);
			exit(0);
		default:
			fputs(usage, stderr);
			exit(1);
		}
	}
	if (optind + 1 != argc) {
		fputs(usage, stderr);
		exit(1);
	}
	o->scenario = argv[optind];
}
