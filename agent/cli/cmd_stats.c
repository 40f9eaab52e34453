// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli.h"
#include "output.h"

static void print_text(const struct cl_nl_msg *m)
{
	static const char *const head[] = { "COUNTER", "EVENTS" };
	const struct cl_nl_schema *s = cl_nl_schema_of(m->cmd);
	struct cl_table t = { .columns = 2, .right = 1U << 1 };
	char buf[CL_OUTPUT_VALUE_SIZE];

	cl_table_row(&t, head);
	for (unsigned int i = 0; i < s->n; i++) {
		cl_table_cell(&t, s->fields[i].name);
		cl_table_cell(&t, cl_output_value(buf, &s->fields[i], m));
	}
	cl_table_print(&t, stdout);
}

static enum cl_exit run_stats(struct cl_cli *cli, int argc, char **argv)
{
	struct cl_nl_msg m;
	enum cl_exit ex;

	ex = cl_cli_no_arguments(argc, argv);
	if (!ex)
		ex = cl_cli_get(cli, CLOCKLINK_CMD_STATS_GET, &m);
	if (ex)
		return ex;
	if (cli->opts.json)
		cl_output_print_json(cl_json_object(&m));
	else
		print_text(&m);
	return CL_EXIT_OK;
}

const struct cl_command cl_command_stats = {
	.name = "stats",
	.synopsis = "",
	.summary = "show the counters of the instance",
	.help = "rx, tx          packets received and sent\n"
		"rx-no-stamp     packets without a receive stamp\n"
		"tx-stamp        transmit stamps; -again: second ones, dropped\n"
		"stamp-held      stamps dropped after the system clock was changed\n"
		"drop-...        packets dropped, by reason\n"
		"steers          steering commands accepted; steer-refused: refused\n"
		"rounds          rounds led or obeyed\n"
		"hw-rx, hw-tx    stamps of network devices; hw-held: could not be used\n"
		"asks, resent    updates that were late and asked for; sent again\n",
	.run = run_stats,
};
