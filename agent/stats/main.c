// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * clocklink-stats: looks at a node for somebody who wants to know how it is.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/lib/units.h"
#include "commands.h"

enum {
	OPT_JSON = 256,
	OPT_ONCE,
	OPT_INTERVAL,
	OPT_FOR,
	OPT_LIMIT,
	OPT_PLAY,
	OPT_VERSION,
};

static const struct option options[] = {
	{ "json", no_argument, NULL, OPT_JSON },
	{ "once", no_argument, NULL, OPT_ONCE },
	{ "interval", required_argument, NULL, OPT_INTERVAL },
	{ "for", required_argument, NULL, OPT_FOR },
	{ "limit", required_argument, NULL, OPT_LIMIT },
	{ "play", required_argument, NULL, OPT_PLAY },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

/* Of five voters some 16 hours, of 50 nodes four. */
#define LIMIT_MB 1024
#define LIMIT_MAX_MB 1000000

static const char help[] =
	"Usage: clocklink-stats [OPTION]...             live view, q ends it, s sorts\n"
	"       clocklink-stats [OPTION]... doctor      find the usual faults\n"
	"       clocklink-stats [OPTION]... record FILE write down all measurements\n"
	"       clocklink-stats [OPTION]... replay FILE estimate from them once more\n"
	"\n"
	"  --json          output for programs; keys end in their unit\n"
	"  --once          live view: one frame, after two looks\n"
	"  --interval TIME between two looks, from 100ms (1s)\n"
	"  --for TIME      how long to examine (5s), or to record (until SIGINT)\n"
	"  --limit MB      a record ends with so many (1024)\n"
	"  --play FILE     view or examine a record instead of this host\n"
	"  --version       print the version and exit\n"
	"  -h, --help      print help and exit\n"
	"\n"
	"Everyone may look. Exit status: 0 success, and for doctor good health; 1 failure,\n"
	"2 wrong usage, 4 the doctor has found something.\n";

static enum cl_stats_exit usage(const char *text, const char *arg)
{
	fprintf(stderr, "clocklink-stats: %s '%.64s'; see --help\n", text, arg);
	return CL_STATS_USAGE;
}

static int take_duration(const char *value, s64 least, s64 *ret)
{
	s64 ns;

	if (cl_units_parse_duration(value, &ns) || ns < least)
		return -EINVAL;
	*ret = ns;
	return 0;
}

static enum cl_stats_exit take_option(int c, struct cl_stats_options *o)
{
	switch (c) {
	case OPT_JSON:
		o->json = true;
		return CL_STATS_OK;
	case OPT_ONCE:
		o->once = true;
		return CL_STATS_OK;
	case OPT_PLAY:
		o->play = optarg;
		return CL_STATS_OK;
	case OPT_INTERVAL:
		if (take_duration(optarg, 100 * CL_NS_PER_MS, &o->interval_ns))
			return usage("--interval: not a duration from 100ms:",
				     optarg);
		return CL_STATS_OK;
	case OPT_LIMIT:
		if (cl_units_parse_number(optarg, 1, LIMIT_MAX_MB,
					  &o->limit_mb))
			return usage("--limit: not a number from 1 to 1000000:",
				     optarg);
		return CL_STATS_OK;
	default:
		if (take_duration(optarg, CL_NS_PER_SEC, &o->for_ns))
			return usage("--for: not a duration from 1s:", optarg);
		return CL_STATS_OK;
	}
}

static enum cl_stats_exit run(struct cl_stats_options *o, int argc, char **argv)
{
	const char *name = argc ? argv[0] : "";

	if (!argc)
		return cl_stats_live(o);
	if (!strcmp(name, "doctor") && argc == 1)
		return cl_stats_doctor(o);
	if (!strcmp(name, "record") && argc == 2)
		return cl_stats_record(o, argv[1]);
	if (!strcmp(name, "replay") && argc == 2)
		return cl_stats_replay(o, argv[1]);
	return usage("wrong command or arguments:", name);
}

int main(int argc, char **argv)
{
	struct cl_stats_options o = {
		.interval_ns = CL_NS_PER_SEC,
		.limit_mb = LIMIT_MB,
	};
	enum cl_stats_exit ex;
	int c;

	while ((c = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (c) {
		case 'h':
			fputs(help, stdout);
			return CL_STATS_OK;
		case OPT_VERSION:
			puts("clocklink-stats " CL_VERSION);
			return CL_STATS_OK;
		case '?':
			/* getopt_long() has said what is wrong. */
			return CL_STATS_USAGE;
		}
		ex = take_option(c, &o);
		if (ex)
			return ex;
	}
	return run(&o, argc - optind, argv + optind);
}
