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

#define N_CLOCK (sizeof(clock_attrs) / sizeof(*clock_attrs))

/**
 * struct column - a column of a table of peers
 * @head: its head
 * @attr: what it shows
 */
struct column {
	const char *head;
	u16 attr;
};

/* The answer of a peer's estimator. */
static const struct column answer[] = {
	{ "PEER", CLOCKLINK_A_PEER_NODE },
	{ "OFFSET", CLOCKLINK_A_PEER_OFFSET },
	{ "SIGMA", CLOCKLINK_A_PEER_ERROR },
	{ "FREQUENCY", CLOCKLINK_A_PEER_FREQ },
	{ "SIGMA", CLOCKLINK_A_PEER_FREQ_ERROR },
	{ "MIN RTT", CLOCKLINK_A_PEER_MIN_RTT },
	{ "EXCESS", CLOCKLINK_A_PEER_EXCESS },
	{ "AGE", CLOCKLINK_A_PEER_AGE },
	{ .head = NULL },
};

/* What it was told and has learnt. */
static const struct column learnt[] = {
	{ "PEER", CLOCKLINK_A_PEER_NODE },
	{ "ESTIMATOR", CLOCKLINK_A_PEER_ESTIMATOR },
	{ "WANDER", CLOCKLINK_A_PEER_WANDER },
	{ "NOISE", CLOCKLINK_A_PEER_NOISE },
	{ "ASYMMETRY", CLOCKLINK_A_PEER_DELAY_ASYMMETRY },
	{ "LEARNT", CLOCKLINK_A_PEER_LEARNT_ASYMMETRY },
	{ "DOUBT", CLOCKLINK_A_PEER_DOUBT },
	{ "PATHS", CLOCKLINK_A_PEER_PATH_CHANGES },
	{ "CLOCKS", CLOCKLINK_A_PEER_CLOCK_CHANGES },
	{ "STARTS", CLOCKLINK_A_PEER_STARTS },
	{ .head = NULL },
};

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

static void print_peers(const struct column *columns,
			const struct cl_nl_msg *peers, size_t n)
{
	char buf[CL_OUTPUT_VALUE_SIZE];
	const struct cl_nl_schema *s;
	const struct cl_nl_field *f;
	const struct column *c;
	struct cl_table t = { .right = ~0U };

	putchar('\n');
	for (c = columns; c->head; c++)
		t.columns++;
	for (c = columns; c->head; c++)
		cl_table_cell(&t, c->head);
	for (size_t i = 0; i < n; i++) {
		s = cl_nl_schema_of(peers[i].cmd);
		for (c = columns; c->head; c++) {
			f = cl_nl_schema_find(s, c->attr);
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

/* The attributes of all columns. */
static u64 shown(const struct column *columns)
{
	u64 have = 0;

	for (; columns->head; columns++)
		have |= 1ULL << columns->attr;
	return have;
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
	json_object_set_new(j, "discipline", cl_json_object(&part));
	for (size_t i = 0; i < n; i++) {
		part = peers[i];
		part.have &= shown(answer) | shown(learnt);
		json_array_append_new(array, cl_json_object(&part));
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
		if (n) {
			print_peers(answer, peers, n);
			print_peers(learnt, peers, n);
		}
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
		"excess over it, time since the last exchange. Then which estimator answers,\n"
		"learnt wander and noise of a sample; asymmetry that was told, and that by\n"
		"which the path has changed since; what the offset may be wrong by while it\n"
		"is not clear whether it has; how often the path changed, a clock moved, and\n"
		"the estimator was started anew.\n",
	.run = run_servo,
};
