/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What every subcommand gets, and what it is.
 */
#ifndef _CL_CLI_CLI_H
#define _CL_CLI_CLI_H

#include "agent/lib/compiler.h"
#include "agent/watch/ctlsocket.h"
#include "options.h"
#include "transport.h"

/* Exit status; part of the interface (help wait). */
enum cl_exit {
	CL_EXIT_OK = 0,
	CL_EXIT_FAILURE = 1,
	CL_EXIT_USAGE = 2,
	CL_EXIT_ABSENT =
		3, /* no module, no instance, no daemon or no cluster */
};

/**
 * struct cl_cli - one run of the program
 * @opts: options of the command line
 * @transport: for requests to the module
 * @control: for requests to the daemon
 */
struct cl_cli {
	struct cl_options opts;
	struct cl_transport transport;
	struct cl_ctlsocket control;
};

/**
 * struct cl_command - a subcommand
 * @name: its name
 * @synopsis: its arguments
 * @summary: one line
 * @help: the rest, lines of at most 79 characters
 * @run: does it; @argv are the arguments behind the name; gives an exit status
 * @waits: knows --bound and --timeout
 */
struct cl_command {
	const char *name;
	const char *synopsis;
	const char *summary;
	const char *help;
	enum cl_exit (*run)(struct cl_cli *cli, int argc, char **argv);
	bool waits;
};

extern const struct cl_command cl_command_status;
extern const struct cl_command cl_command_instance;
extern const struct cl_command cl_command_clock;
extern const struct cl_command cl_command_peer;
extern const struct cl_command cl_command_device;
extern const struct cl_command cl_command_servo;
extern const struct cl_command cl_command_stats;
extern const struct cl_command cl_command_monitor;
extern const struct cl_command cl_command_wait;
extern const struct cl_command cl_command_test;
extern const struct cl_command cl_command_cluster;

enum cl_exit __printf(1, 2) cl_cli_usage(const char *fmt, ...);
enum cl_exit __printf(2, 3)
	cl_cli_fail(const struct cl_cli *cli, const char *fmt, ...);
enum cl_exit __printf(2, 3)
	cl_cli_refused(const struct cl_cli *cli, const char *fmt, ...);
enum cl_exit cl_cli_no_arguments(int argc, char **argv);
enum cl_exit cl_cli_settings(struct cl_nl_msg *m, int argc, char **argv);
enum cl_exit cl_cli_get(struct cl_cli *cli, u8 cmd, struct cl_nl_msg *ret);
enum cl_exit cl_cli_get_peers(struct cl_cli *cli, struct cl_nl_msg **ret,
			      size_t *ret_n);

#endif /* _CL_CLI_CLI_H */
