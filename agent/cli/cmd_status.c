// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "agent/lib/units.h"
#include "agent/nl/schema.h"
#include "cli.h"
#include "device.h"
#include "output.h"

#define LABEL "%-10s"

/* A daemon that hangs must not hide what the module says. */
#define DAEMON_TIMEOUT_S 2

/* All that the screen shows, read one after the other. */
struct status {
	struct cl_nl_msg instance;
	struct cl_nl_msg clock;
	struct cl_nl_msg *peers;
	size_t n;
	struct cl_nl_msg *devices;
	size_t n_devices;
	struct cl_nl_msg sysclock;
	bool has_sysclock;
	struct cl_nl_msg phcclock;
	bool has_phcclock;
};

static void print_node(const struct cl_nl_instance *i)
{
	printf(LABEL "%u of cluster 0x%08x, ", "node", i->node, i->cluster);
	switch (i->role) {
	case CLOCKLINK_ROLE_LEADER:
		printf("leader, term %u, round %u\n", i->term, i->round);
		break;
	case CLOCKLINK_ROLE_FOLLOWER:
		printf("follower of node %u, term %u, round %u\n", i->leader,
		       i->term, i->round);
		break;
	default:
		puts("no leader is set");
		break;
	}
	printf(LABEL "/dev/clocklink%u", "device", i->id);
	if (cl_nl_has(i, INSTANCE_PHC_INDEX) && i->phc_index >= 0)
		printf(", /dev/ptp%d", i->phc_index);
	puts(i->test ? ", test build" : "");
}

static void print_time(const struct cl_nl_clock *c)
{
	char a[CL_UNITS_SIZE], b[CL_UNITS_SIZE], d[CL_UNITS_SIZE];

	printf(LABEL "%s\n", "state", cl_nl_state_name(c->state));
	printf(LABEL "%s TAI", "time", cl_units_time(a, c->time_ns));
	if (cl_nl_state_usable(c->state))
		printf(" \u00b1 %s", cl_units_bound(b, c->bound_ns));
	putchar('\n');
	if (c->tai_offset_s)
		printf(LABEL "%s UTC, TAI - UTC = %d s%s%s\n", "",
		       cl_units_time(a, c->time_ns - c->tai_offset_s *
							     CL_NS_PER_SEC),
		       c->tai_offset_s, c->leap ? ", leap second: " : "",
		       c->leap ? cl_nl_leap_name(c->leap) : "");
	if (!cl_nl_state_usable(c->state))
		return;
	printf(LABEL "%s, hard %s, growing by %s\n", "bound",
	       cl_units_bound(a, c->bound_ns), cl_units_bound(b, c->hard_ns),
	       cl_units_drift(d, c->drift_ppt));
}

static void print_steering(const struct cl_nl_clock *c)
{
	char a[CL_UNITS_SIZE], b[CL_UNITS_SIZE];

	if (!c->parent) {
		printf(LABEL "not steered yet\n", "offset");
		return;
	}
	printf(LABEL "%s at the last steering, %s ago\n", "offset",
	       cl_units_offset(a, c->error_ns),
	       cl_units_duration(b, c->steer_age_ns));
	printf(LABEL "%s against the own oscillator", "rate",
	       cl_units_freq(a, c->rate_ppt));
	if (c->slew_left_ns)
		printf(", slewing by %s, %s to go",
		       cl_units_freq(a, c->slew_ppt),
		       cl_units_offset(b, c->slew_left_ns));
	putchar('\n');
	if (c->edges || c->edges_dropped)
		printf(LABEL
		       "%u peers besides the parent, which move it by %s; "
		       "%u disagree\n",
		       "edges", c->edges, cl_units_offset(a, c->beside_ns),
		       c->edges_dropped);
}

static void print_sysclock(const struct cl_ctl_sysclock *s)
{
	bool device = cl_ctl_has(s, SYSCLOCK_DEVICE);
	char a[CL_UNITS_SIZE], b[CL_UNITS_SIZE];

	printf(LABEL "clock%s%s %s", device ? "phc" : "system",
	       device ? " of " : "", device ? s->device : "", s->state);
	if (cl_ctl_has(s, SYSCLOCK_OFFSET))
		printf(", %s off, %s%s", cl_units_offset(a, s->offset_ns),
		       cl_units_freq(b, s->freq_ppt),
		       device ? " set" : " against raw time");
	if (cl_ctl_has(s, SYSCLOCK_WHY))
		printf(": %s", s->why);
	putchar('\n');
}

/* A number that is there only once the estimator is ready. */
static void cell(struct cl_table *t, bool has, const char *text)
{
	cl_table_cell(t, has ? text : "-");
}

static void print_peers(const struct status *s)
{
	static const char *const head[] = { "PEER",  "ROLE",	  "ADDRESS",
					    "RTT",   "QUEUE",	  "FREQUENCY",
					    "LAST",  "EXCHANGES", "LOST",
					    "STAMPS" };
	struct cl_table t = { .columns = 10, .right = 0x1f9 };
	char buf[CL_UNITS_ADDR_SIZE];
	const struct cl_nl_peer *p;

	cl_table_row(&t, head);
	for (size_t i = 0; i < s->n; i++) {
		p = &s->peers[i].peer;
		snprintf(buf, sizeof(buf), "%u", p->node);
		cl_table_cell(&t, buf);
		cl_table_cell(&t, p->node == s->instance.instance.leader ?
					  "leader" :
					  "-");
		cl_table_cell(&t, cl_units_host(buf, p));
		cell(&t, p->ready, cl_units_duration(buf, p->min_rtt_ns));
		cell(&t, p->ready, cl_units_duration(buf, p->excess_ns));
		cell(&t, p->ready, cl_units_freq(buf, p->freq_ppt));
		cell(&t, p->ready, cl_units_duration(buf, p->age_ns));
		snprintf(buf, sizeof(buf), "%llu",
			 (unsigned long long)p->exchanges);
		cl_table_cell(&t, buf);
		snprintf(buf, sizeof(buf), "%llu", (unsigned long long)p->lost);
		cl_table_cell(&t, buf);
		cl_table_cell(&t, cl_nl_stamps_name(p->stamps));
	}
	putchar('\n');
	cl_table_print(&t, stdout);
}

static void print_json(const struct status *s)
{
	json_t *peers = json_array();
	json_t *j = json_object();

	for (size_t i = 0; i < s->n; i++)
		json_array_append_new(peers, cl_json_object(&s->peers[i]));
	json_object_set_new(j, "instance", cl_json_object(&s->instance));
	json_object_set_new(j, "clock", cl_json_object(&s->clock));
	json_object_set_new(j, "peers", peers);
	json_object_set_new(j, "devices",
			    cl_device_json(s->devices, s->n_devices));
	if (s->has_sysclock)
		json_object_set_new(j, "system_clock",
				    cl_json_object(&s->sysclock));
	if (s->has_phcclock)
		json_object_set_new(j, "device_clock",
				    cl_json_object(&s->phcclock));
	cl_output_print_json(j);
}

/* The daemon has it; without one, or if it is off, there is nothing to tell. */
static bool get_steered(struct cl_cli *cli, u8 cmd, struct cl_nl_msg *ret)
{
	const struct cl_nl_msg req = { .cmd = cmd };

	cli->control.timeout_s = DAEMON_TIMEOUT_S;
	return !cl_ctlsocket_call(&cli->control, &req, ret) &&
	       strcmp(ret->sysclock.state, "off");
}

static enum cl_exit run_status(struct cl_cli *cli, int argc, char **argv)
{
	struct status s;
	enum cl_exit ex;

	ex = cl_cli_no_arguments(argc, argv);
	if (!ex)
		ex = cl_cli_get(cli, CLOCKLINK_CMD_INSTANCE_GET, &s.instance);
	if (!ex)
		ex = cl_cli_get(cli, CLOCKLINK_CMD_CLOCK_GET, &s.clock);
	if (!ex)
		ex = cl_cli_get_peers(cli, &s.peers, &s.n);
	if (ex)
		return ex;
	ex = cl_device_get(cli, &s.devices, &s.n_devices);
	if (ex) {
		free(s.peers);
		return ex;
	}
	s.has_sysclock = get_steered(cli, CL_CTL_SYSCLOCK_GET, &s.sysclock);
	s.has_phcclock = get_steered(cli, CL_CTL_PHCCLOCK_GET, &s.phcclock);
	if (cli->opts.json) {
		print_json(&s);
	} else {
		print_node(&s.instance.instance);
		print_time(&s.clock.clock);
		print_steering(&s.clock.clock);
		if (s.has_sysclock)
			print_sysclock(&s.sysclock.sysclock);
		if (s.has_phcclock)
			print_sysclock(&s.phcclock.sysclock);
		if (s.n)
			print_peers(&s);
		if (s.n_devices) {
			putchar('\n');
			cl_device_print(s.devices, s.n_devices);
		}
	}
	free(s.peers);
	free(s.devices);
	return CL_EXIT_OK;
}

const struct cl_command cl_command_status = {
	.name = "status",
	.synopsis = "",
	.summary = "show node, clock and peers on one screen",
	.help = "States: unsynced, joining (the leader is being measured), synced,\n"
		"unverified (synced, but too few peers to check the leader), holdover (no\n"
		"steering any more), void (not to be used).\n"
		"Cluster time lies within bound of the time shown. RTT is the smallest\n"
		"recent round trip, QUEUE the mean excess over it, FREQUENCY that of the\n"
		"own oscillator against the peer's, LAST the time since the last exchange,\n"
		"STAMPS who stamps its packets: the kernel (software) or the network device\n"
		"(hardware). Behind the peers: see help device.\n"
		"system: what the daemon does with CLOCK_REALTIME, if it is to steer it:\n"
		"steered, waiting (there is no time), left-alone (somebody else sets it);\n"
		"phc: the same with the PTP clock of a device, and the frequency set there.\n",
	.run = run_status,
};
