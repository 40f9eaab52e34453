/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Options of the command line; they may stand before or behind the subcommand.
 */
#ifndef _CL_CLI_OPTIONS_H
#define _CL_CLI_OPTIONS_H

#include "kmod/core/types.h"

#define CL_OPTIONS_ERROR_SIZE 128

/**
 * struct cl_options - the options
 * @json: machine-readable output
 * @help: print help instead
 * @version: print the version instead
 * @netns: name of the network namespace to work in, NULL: own
 * @has_bound: @bound_ns was given
 * @bound_ns: wait until the bound is not larger
 * @has_timeout: @timeout_ns was given
 * @timeout_ns: wait no longer than this
 * @first: index of the subcommand in argv
 */
struct cl_options {
	bool json;
	bool help;
	bool version;
	const char *netns;
	bool has_bound;
	s64 bound_ns;
	bool has_timeout;
	s64 timeout_ns;
	int first;
};

int cl_options_parse(int argc, char **argv, struct cl_options *ret,
		     char *error);

#endif /* _CL_CLI_OPTIONS_H */
