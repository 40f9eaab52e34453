// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "agent/lib/units.h"
#include "cli.h"
#include "output.h"

/* What the discipline did; the rest of the clock is the clock command's. */
static const u16 clock_attrs[] = {
	CLOCKLINK_A_CLOCK_PARENT,  CLOCKLINK_A_CLOCK_STEER_AGE,
	CLOCKLINK_A_CLOCK_ERROR,   CLOCKLINK_A_CLOCK_RATE,
	CLOCKLINK_A_CLOCK_SLEW,	   CLOCKLINK_A_CLOCK_SLEW_LEFT,
	CLOCKLINK_A_CLOCK_STEPS,   CLOCKLINK_A_CLOCK_SLEWS,
	CLOCKLINK_A_CLOCK_LIMITED,
};

/* What the estimator of a session knows. */
static const u16 peer_attrs[] = {
	CLOCKLINK_A_PEER_NODE,	     CLOCKLINK_A_PEER_OFFSET,
	CLOCKLINK_A_PEER_ERROR,	     CLOCKLINK_A_PEER_FREQ,
	CLOCKLINK_A_PEER_FREQ_ERROR, CLOCKLINK_A_PEER_MIN_RTT,
	CLOCKLINK_A_PEER_EXCESS,     CLOCKLINK_A_PEER_AGE,
};

#define N_CLOCK (sizeof(clock_attrs) / sizeof(*clock_attrs))
#define N_PEER (sizeof(peer_attrs) / sizeof(*peer_attrs))

static void print_clock(const struct cl_nl_msg *m)
{
	const struct cl_nl_schema *s = cl_nl_schema_of(m->cmd);
	struct cl_table t = { .columns = 2 };
	char buf[CL_OUTPUT_VALUE_SIZE];
	const struct cl_nl_field *f;

	for (size_t i = 0; i < N_CLOCK; i++) {
		f = cl_nl_schema_find(s, clock_attrs[i]);
		cl_table_cell(&t, f->name);
		cl_table_cell(&t, cl_output_value(buf, f, m));
	}
	cl_table_print(&t, stdout);
}

static void print_peers(const struct cl_nl_msg *peers, size_t n)
{
	static const char *const head[] = { "PEER",	 "OFFSET", "SIGMA",
					    "FREQUENCY", "SIGMA",  "MIN RTT",
					    "EXCESS",	 "AGE" };
	struct cl_table t = { .columns = N_PEER, .right = 0xff };
	char buf[CL_OUTPUT_VALUE_SIZE];
	const struct cl_nl_schema *s;
	const struct cl_nl_field *f;

	putchar('\n');
	cl_table_row(&t, head);
	for (size_t i = 0; i < n; i++) {
		s = cl_nl_schema_of(peers[i].cmd);
		for (size_t j = 0; j < N_PEER; j++) {
			f = cl_nl_schema_find(s, peer_attrs[j]);
			/* Before the estimator is ready there is no answer. */
			if (peers[i].have & (1ULL << f->attr))
				cl_output_value(buf, f, &peers[i]);
			else
				strcpy(buf, "-");
			cl_table_cell(&t, buf);
		}
	}
	cl_table_print(&t, stdout);
}

static void print_json(const struct cl_nl_msg *clock,
		       const struct cl_nl_msg *peers, size_t n)
{
	struct cl_nl_msg part = *clock;
	json_t *array = json_array();
	json_t *j = json_object();

	part.have = 0;
	for (size_t i = 0; i < N_CLOCK; i++)
		part.have |= clock->have & (1ULL << clock_attrs[i]);
	json_object_set_new(j, "discipline", cl_output_json(&part));
	for (size_t i = 0; i < n; i++) {
		part = peers[i];
		part.have = 0;
		for (size_t k = 0; k < N_PEER; k++)
			part.have |= peers[i].have & (1ULL << peer_attrs[k]);
		json_array_append_new(array, cl_output_json(&part));
	}
	json_object_set_new(j, "estimators", array);
	cl_output_print_json(j);
}

static enum cl_exit run_servo(struct cl_cli *cli, int argc, char **argv)
{
	struct cl_nl_msg clock, *peers;
	enum cl_exit ex;
	size_t n;

	ex = cl_cli_no_arguments(argc, argv);
	if (!ex)
		ex = cl_cli_get(cli, CLOCKLINK_CMD_CLOCK_GET, &clock);
	if (!ex)
		ex = cl_cli_get_peers(cli, &peers, &n);
	if (ex)
		return ex;
	if (cli->opts.json) {
		print_json(&clock, peers, n);
	} else {
		print_clock(&clock);
		if (n)
			print_peers(peers, n);
	}
	free(peers);
	return CL_EXIT_OK;
}

const struct cl_command cl_command_servo = {
	.name = "servo",
	.synopsis = "",
	.summary = "show what estimators and discipline do",
	.help = "Discipline: parent that is followed, age and error of the last steering\n"
		"(target minus clock), rate against raw time, slew and what it will still\n"
		"add; how often the clock was stepped, slewed, held back by the slew limit.\n"
		"Estimators, one per peer: own raw clock against the peer's (offset and\n"
		"frequency, with their standard deviations), smallest round trip, mean\n"
		"excess over it, time since the last exchange.\n",
	.run = run_servo,
};
