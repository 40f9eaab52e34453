// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/lib/errors.h"
#include "agent/lib/settings.h"

/**
 * cl_cli_usage() - complain of the command line
 * @fmt: printf() format: which argument and what is wrong with it
 *
 * Return: CL_EXIT_USAGE.
 */
enum cl_exit cl_cli_usage(const char *fmt, ...)
{
	va_list ap;

	fputs("clocklinkctl: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputs("\nTry 'clocklinkctl help'.\n", stderr);
	return CL_EXIT_USAGE;
}

static enum cl_exit complain(const struct cl_nl_error *e, const char *fmt,
			     va_list ap)
{
	char why[CL_NL_TEXT_SIZE + 64];

	cl_error_explain(e, why, sizeof(why));
	fputs("clocklinkctl: ", stderr);
	vfprintf(stderr, fmt, ap);
	fprintf(stderr, ": %s\n", why);
	if (e->code == -EPROTONOSUPPORT || e->code == -ENODEV)
		return CL_EXIT_ABSENT;
	return CL_EXIT_FAILURE;
}

/**
 * cl_cli_fail() - complain of a request that the module has refused
 * @cli: the run; its transport knows why
 * @fmt: printf() format: what was to be done
 *
 * Return: CL_EXIT_ABSENT if module or instance are missing, else
 * CL_EXIT_FAILURE.
 */
enum cl_exit cl_cli_fail(const struct cl_cli *cli, const char *fmt, ...)
{
	enum cl_exit ex;
	va_list ap;

	va_start(ap, fmt);
	ex = complain(&cli->transport.error, fmt, ap);
	va_end(ap);
	return ex;
}

/**
 * cl_cli_refused() - complain of a request that the daemon has refused
 * @cli: the run; its control socket knows why
 * @fmt: printf() format: what was to be done
 *
 * Return: CL_EXIT_ABSENT if there is no daemon or no cluster, else
 * CL_EXIT_FAILURE.
 */
enum cl_exit cl_cli_refused(const struct cl_cli *cli, const char *fmt, ...)
{
	enum cl_exit ex;
	va_list ap;

	va_start(ap, fmt);
	ex = complain(&cli->control.error, fmt, ap);
	va_end(ap);
	return ex;
}

/**
 * cl_cli_no_arguments() - refuse arguments
 * @argc: their number
 * @argv: the arguments
 *
 * Return: CL_EXIT_OK if there are none, else CL_EXIT_USAGE.
 */
enum cl_exit cl_cli_no_arguments(int argc, char **argv)
{
	return argc ? cl_cli_usage("unexpected argument '%s'", argv[0]) :
		      CL_EXIT_OK;
}

/**
 * cl_cli_settings() - read settings of the form key=value
 * @m: command; gets their values and bits
 * @argc: number of arguments
 * @argv: the arguments; cut at their equals sign
 *
 * Return: CL_EXIT_OK; else CL_EXIT_USAGE, the reason is printed.
 */
enum cl_exit cl_cli_settings(struct cl_nl_msg *m, int argc, char **argv)
{
	char msg[CL_SETTINGS_MSG_SIZE];
	char *value;
	u64 before;

	for (int i = 0; i < argc; i++) {
		value = strchr(argv[i], '=');
		before = m->have;
		if (!value)
			return cl_cli_usage("'%s' is not of the form key=value",
					    argv[i]);
		*value++ = '\0';
		if (cl_settings_parse(m->cmd, &m->have, argv[i], value, msg))
			return cl_cli_usage("%s", msg);
		if (m->have == before)
			return cl_cli_usage("%s was given twice", argv[i]);
	}
	return CL_EXIT_OK;
}

/**
 * cl_cli_get() - ask for one object
 * @cli: the run
 * @cmd: the GET command
 * @ret: the answer
 *
 * Return: CL_EXIT_OK; else an exit status, the reason is printed.
 */
enum cl_exit cl_cli_get(struct cl_cli *cli, u8 cmd, struct cl_nl_msg *ret)
{
	const struct cl_nl_msg req = { .cmd = cmd };

	if (cl_transport_call(&cli->transport, &req, ret))
		return cl_cli_fail(cli, "cannot read the %s",
				   cmd == CLOCKLINK_CMD_CLOCK_GET ? "clock" :
				   cmd == CLOCKLINK_CMD_STATS_GET ? "counters" :
								    "instance");
	return CL_EXIT_OK;
}

static int by_node(const void *a, const void *b)
{
	u32 x = ((const struct cl_nl_msg *)a)->peer.node;
	u32 y = ((const struct cl_nl_msg *)b)->peer.node;

	return (x > y) - (x < y);
}

/**
 * cl_cli_get_peers() - ask for all peers
 * @cli: the run
 * @ret: the peers by node id, to be freed
 * @ret_n: their number
 *
 * Return: CL_EXIT_OK; else an exit status, the reason is printed.
 */
enum cl_exit cl_cli_get_peers(struct cl_cli *cli, struct cl_nl_msg **ret,
			      size_t *ret_n)
{
	const struct cl_nl_msg req = { .cmd = CLOCKLINK_CMD_PEER_GET };

	if (cl_transport_dump(&cli->transport, &req, ret, ret_n))
		return cl_cli_fail(cli, "cannot read the peers");
	if (*ret_n)
		qsort(*ret, *ret_n, sizeof(**ret), by_node);
	return CL_EXIT_OK;
}
