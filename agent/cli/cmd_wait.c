// SPDX-License-Identifier: GPL-2.0-or-later
#include <poll.h>
#include <stdio.h>
#include <time.h>

#include "agent/lib/units.h"
#include "cli.h"
#include "output.h"

/* A change of state is an event, but the bound sinks without one. */
#define POLL_MS 100

static s64 now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * CL_NS_PER_SEC + ts.tv_nsec;
}

static bool is_good(const struct cl_nl_clock *c, const struct cl_options *o)
{
	if (c->state != CLOCKLINK_STATE_SYNCED &&
	    c->state != CLOCKLINK_STATE_UNVERIFIED)
		return false;
	return !o->has_bound || c->bound_ns <= (u64)o->bound_ns;
}

static void ignore(void *ctx, const struct cl_nl_msg *m)
{
	(void)ctx;
	(void)m;
}

/* Sleep until an event, the next look or the end, whichever is first. */
static void doze(struct cl_transport *events, s64 left_ns)
{
	struct pollfd pfd = {
		.fd = cl_transport_fd(events),
		.events = POLLIN,
	};
	int ms = POLL_MS;

	if (left_ns < POLL_MS * CL_NS_PER_MS)
		ms = left_ns / CL_NS_PER_MS + 1;
	if (poll(&pfd, 1, ms) > 0)
		/* An event that was lost only makes us look later. */
		cl_transport_events(events, ignore, NULL);
}

static void report(const struct cl_cli *cli, const struct cl_nl_msg *m)
{
	char bound[CL_UNITS_SIZE];
	const struct cl_nl_clock *c = &m->clock;

	if (cli->opts.json)
		cl_output_print_json(cl_json_object(m));
	else
		printf("%s, bound %s\n", cl_nl_state_name(c->state),
		       cl_units_bound(bound, c->bound_ns));
}

static enum cl_exit wait_good(struct cl_cli *cli, struct cl_transport *events)
{
	const struct cl_options *o = &cli->opts;
	s64 end = o->has_timeout ? now_ns() + o->timeout_ns : S64_MAX;
	struct cl_nl_msg m;
	enum cl_exit ex;
	s64 left;

	for (;;) {
		ex = cl_cli_get(cli, CLOCKLINK_CMD_CLOCK_GET, &m);
		if (ex)
			return ex;
		left = end - now_ns();
		if (is_good(&m.clock, o) || left <= 0)
			break;
		doze(events, left);
	}
	report(cli, &m);
	return is_good(&m.clock, o) ? CL_EXIT_OK : CL_EXIT_FAILURE;
}

static enum cl_exit run_wait(struct cl_cli *cli, int argc, char **argv)
{
	struct cl_cli listener = { .opts = cli->opts };
	enum cl_exit ex;

	ex = cl_cli_no_arguments(argc, argv);
	if (ex)
		return ex;
	/* Events first: a change after the first look must wake us. */
	if (cl_transport_join(&listener.transport, CL_NL_GROUP_STATE))
		ex = cl_cli_fail(&listener, "cannot wait for the clock");
	else
		ex = wait_good(cli, &listener.transport);
	cl_transport_close(&listener.transport);
	return ex;
}

const struct cl_command cl_command_wait = {
	.name = "wait",
	.synopsis = "[--bound TIME] [--timeout TIME]",
	.summary = "wait until cluster time can be relied on",
	.help = "Waits until the clock is synced or unverified and, with --bound, its bound\n"
		"is not larger; with --timeout not for ever. Prints state and bound.\n"
		"Exit status: 0 it is so, 1 time is up, 2 wrong usage, 3 the module is not\n"
		"loaded or the namespace has no instance.\n"
		"    ExecStartPre=clocklinkctl wait --bound 10us --timeout 30s\n",
	.run = run_wait,
	.waits = true,
};
