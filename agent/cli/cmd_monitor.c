// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <time.h>

#include "agent/lib/units.h"
#include "cli.h"
#include "output.h"

/* Local time of day with milliseconds, and the event's kind. */
static void print_start(const char *kind)
{
	struct timespec ts;
	struct tm tm;
	char text[16];

	clock_gettime(CLOCK_REALTIME, &ts);
	localtime_r(&ts.tv_sec, &tm);
	strftime(text, sizeof(text), "%H:%M:%S", &tm);
	printf("%s.%03ld  %-8s  ", text, ts.tv_nsec / 1000000, kind);
}

static void print_instance(const struct cl_nl_instance *i)
{
	char interval[CL_UNITS_SIZE], max[CL_UNITS_SIZE];

	print_start("config");
	if (i->state == CLOCKLINK_STATE_GONE) {
		printf("instance %u is gone\n", i->id);
		return;
	}
	printf("node %u, leader %u, peers: %u, interval %s, max-bound %s\n",
	       i->node, i->leader, i->peers,
	       cl_units_duration(interval, i->interval_ns),
	       cl_units_duration(max, i->max_bound_ns));
}

static void print_peer(const struct cl_nl_peer *p, const char *what)
{
	char address[CL_UNITS_ADDR_SIZE];

	print_start("config");
	printf("peer %u, %s, %s\n", p->node, cl_units_address(address, p),
	       what);
}

static void print_state(const struct cl_nl_clock *c)
{
	char bound[CL_UNITS_SIZE];

	print_start("state");
	printf("%s, bound %s, parent %u\n", cl_nl_state_name(c->state),
	       cl_units_bound(bound, c->bound_ns), c->parent);
}

static void print_update(const struct cl_nl_update *u)
{
	char bound[CL_UNITS_SIZE], rate[CL_UNITS_SIZE];

	print_start("update");
	printf("node %u, %s, term %u, round %u, bound %s, rate %s\n", u->sender,
	       cl_nl_state_name(u->state), u->term, u->round,
	       cl_units_bound(bound, u->bound_ns),
	       cl_units_freq(rate, u->rate_ppt));
}

static s64 sample_offset(const struct cl_nl_sample *s)
{
	return ((s->in_rx_ns - s->in_tx_ns) + (s->out_tx_ns - s->out_rx_ns)) /
	       2;
}

static void print_sample(const struct cl_nl_sample *s)
{
	char rtt[CL_UNITS_SIZE];
	s64 offset = sample_offset(s);

	print_start("sample");
	printf("peer %u, exchange %u, rtt %s, raw offset %.9f s\n", s->peer,
	       s->seq, cl_units_duration(rtt, cl_nl_sample_rtt(s)),
	       offset / 1e9);
}

static const char *event_name(u8 cmd)
{
	switch (cmd) {
	case CLOCKLINK_CMD_INSTANCE_NTF:
		return "instance";
	case CLOCKLINK_CMD_PEER_ADD_NTF:
		return "peer-add";
	case CLOCKLINK_CMD_PEER_DEL_NTF:
		return "peer-del";
	case CLOCKLINK_CMD_PEER_SET_NTF:
		return "peer-set";
	case CLOCKLINK_CMD_STATE_NTF:
		return "state";
	case CLOCKLINK_CMD_UPDATE_NTF:
		return "update";
	default:
		return "sample";
	}
}

static void print_json(const struct cl_nl_msg *m)
{
	json_t *j = cl_json_object(m);
	struct timespec ts;
	s64 ns;

	clock_gettime(CLOCK_REALTIME, &ts);
	ns = ts.tv_sec * CL_NS_PER_SEC + ts.tv_nsec;
	json_object_set_new(j, "event", json_string(event_name(m->cmd)));
	json_object_set_new(j, "received_utc_ns", json_integer(ns));
	if (m->cmd == CLOCKLINK_CMD_SAMPLE_NTF) {
		json_object_set_new(j, "rtt_ns",
				    json_integer(cl_nl_sample_rtt(&m->sample)));
		json_object_set_new(j, "offset_ns",
				    json_integer(sample_offset(&m->sample)));
	}
	cl_json_print_line(j);
}

static void print_text(const struct cl_nl_msg *m)
{
	switch (m->cmd) {
	case CLOCKLINK_CMD_INSTANCE_NTF:
		print_instance(&m->instance);
		break;
	case CLOCKLINK_CMD_PEER_ADD_NTF:
		print_peer(&m->peer, "added");
		break;
	case CLOCKLINK_CMD_PEER_DEL_NTF:
		print_peer(&m->peer, "deleted");
		break;
	case CLOCKLINK_CMD_PEER_SET_NTF:
		print_peer(&m->peer, "changed");
		break;
	case CLOCKLINK_CMD_STATE_NTF:
		print_state(&m->clock);
		break;
	case CLOCKLINK_CMD_UPDATE_NTF:
		print_update(&m->update);
		break;
	case CLOCKLINK_CMD_SAMPLE_NTF:
		print_sample(&m->sample);
		break;
	default:
		return;
	}
	fflush(stdout);
}

static void on_event(void *ctx, const struct cl_nl_msg *m)
{
	const struct cl_cli *cli = ctx;

	if (cli->opts.json)
		print_json(m);
	else
		print_text(m);
}

static int find_group(const char *name)
{
	for (int i = 0; i < __CL_NL_GROUPS; i++)
		if (!strcmp(name, cl_nl_group_name(i)))
			return i;
	return -1;
}

static enum cl_exit join_groups(struct cl_cli *cli, int argc, char **argv)
{
	unsigned int want = argc ? 0 : (1U << __CL_NL_GROUPS) - 1;
	int group;

	for (int i = 0; i < argc; i++) {
		group = find_group(argv[i]);
		if (group < 0)
			return cl_cli_usage("monitor: unknown group '%s'",
					    argv[i]);
		want |= 1U << group;
	}
	for (int i = 0; i < __CL_NL_GROUPS; i++)
		if (want & (1U << i) && cl_transport_join(&cli->transport, i))
			return cl_cli_fail(cli, "cannot listen to group %s",
					   cl_nl_group_name(i));
	return CL_EXIT_OK;
}

static enum cl_exit run_monitor(struct cl_cli *cli, int argc, char **argv)
{
	struct pollfd pfd = { .events = POLLIN };
	enum cl_exit ex;
	int err;

	ex = join_groups(cli, argc, argv);
	if (ex)
		return ex;
	pfd.fd = cl_transport_fd(&cli->transport);
	while (!ferror(stdout)) {
		if (poll(&pfd, 1, -1) < 0 && errno != EINTR) {
			fprintf(stderr, "clocklinkctl: poll: %s\n",
				strerror(errno));
			return CL_EXIT_FAILURE;
		}
		err = cl_transport_events(&cli->transport, on_event, cli);
		/* What was lost is lost; what follows is still of use. */
		if (err == -ENOBUFS)
			cl_cli_fail(cli, "monitor");
		else if (err)
			return cl_cli_fail(cli, "monitor");
	}
	return CL_EXIT_FAILURE;
}

const struct cl_command cl_command_monitor = {
	.name = "monitor",
	.synopsis = "[config] [state] [update] [sample]",
	.summary = "print events as they come, one a line",
	.help = "config  settings and peers that have changed\n"
		"state   changes of the clock's state\n"
		"update  Sync Updates that have come from peers\n"
		"sample  complete exchanges with peers\n"
		"Without an argument all of them. With --json every line is an object.\n",
	.run = run_monitor,
};
