// SPDX-License-Identifier: GPL-2.0-or-later
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "agent/lib/units.h"

enum {
	OPT_JSON = 256,
	OPT_NETNS,
	OPT_BOUND,
	OPT_TIMEOUT,
	OPT_VERSION,
};

/* clang-format off */
static const struct option options[] = {
	{ "json", no_argument, NULL, OPT_JSON },
	{ "netns", required_argument, NULL, OPT_NETNS },
	{ "bound", required_argument, NULL, OPT_BOUND },
	{ "timeout", required_argument, NULL, OPT_TIMEOUT },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

/* clang-format on */

static int parse_duration(const char *name, const char *value, s64 *ret,
			  char *error)
{
	s64 v = 0;

	if (cl_units_parse_duration(value, &v) || v < 0) {
		snprintf(error, CL_OPTIONS_ERROR_SIZE,
			 "%s: '%.32s' is not a duration such as 10us", name,
			 value);
		return -EINVAL;
	}
	*ret = v;
	return 0;
}

static int take_option(int c, struct cl_options *ret, char *error)
{
	switch (c) {
	case OPT_JSON:
		ret->json = true;
		return 0;
	case OPT_NETNS:
		ret->netns = optarg;
		return 0;
	case OPT_BOUND:
		ret->has_bound = true;
		return parse_duration("--bound", optarg, &ret->bound_ns, error);
	case OPT_TIMEOUT:
		ret->has_timeout = true;
		return parse_duration("--timeout", optarg, &ret->timeout_ns,
				      error);
	case OPT_VERSION:
		ret->version = true;
		return 0;
	default:
		ret->help = true;
		return 0;
	}
}

/* Name the option that getopt_long() did not like. */
static void explain(char **argv, int c, char *error)
{
	char letter[] = { '-', optopt, '\0' };
	const char *name = argv[optind - 1];

	/* A long option leaves no letter, but its number if it is known. */
	if (optopt > 0 && optopt < OPT_JSON)
		name = letter;
	snprintf(error, CL_OPTIONS_ERROR_SIZE,
		 c == ':'	    ? "option '%.32s' needs a value" :
		 optopt >= OPT_JSON ? "option '%.32s' takes no value" :
				      "unknown option '%.32s'",
		 name);
}

/**
 * cl_options_parse() - read the options
 * @argc: number of @argv
 * @argv: command line; options are moved to its front
 * @ret: the options
 * @error: CL_OPTIONS_ERROR_SIZE bytes; on failure which option is wrong
 *
 * Return: 0 or -EINVAL.
 */
int cl_options_parse(int argc, char **argv, struct cl_options *ret, char *error)
{
	int c, err;

	memset(ret, 0, sizeof(*ret));
	opterr = 0;
	/* 0 starts anew, also after another command line. */
	optind = 0;
	while ((c = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
		if (c == ':' || c == '?') {
			explain(argv, c, error);
			return -EINVAL;
		}
		err = take_option(c, ret, error);
		if (err)
			return err;
	}
	ret->first = optind;
	return 0;
}
