// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli.h"
#include "output.h"

static enum cl_exit run_clock(struct cl_cli *cli, int argc, char **argv)
{
	struct cl_nl_msg m;
	enum cl_exit ex;

	ex = cl_cli_no_arguments(argc, argv);
	if (!ex)
		ex = cl_cli_get(cli, CLOCKLINK_CMD_CLOCK_GET, &m);
	if (ex)
		return ex;
	if (cli->opts.json)
		cl_output_print_json(cl_json_object(&m));
	else
		cl_output_object(&m);
	return CL_EXIT_OK;
}

const struct cl_command cl_command_clock = {
	.name = "clock",
	.synopsis = "",
	.summary = "show the published clock at this instant",
	.help = "raw          own CLOCK_MONOTONIC_RAW at the instant shown\n"
		"time         cluster time at that instant\n"
		"rate, slew   rate against raw time, and extra rate while a slew lasts\n"
		"bound, hard  cluster time lies within this; hard: even if a path is\n"
		"             as asymmetric as it can be\n"
		"drift        growth of both bounds\n"
		"error        target minus clock at the last steering\n"
		"temperature, tempco  of the oscillator, and what a kelvin does to its\n"
		"             frequency, as learnt: used in holdover once it is certain\n",
	.run = run_clock,
};
