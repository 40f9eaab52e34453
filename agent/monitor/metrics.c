// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * /metrics: the node and its cluster; metricspeer.c has the peers, metricsvoter.c the
 * voters' oscillators.
 */
#include "metrics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "agent/nl/schema.h"
#include "request.h"

#define TYPE_OPENMETRICS \
	"application/openmetrics-text; version=1.0.0; charset=utf-8"
#define TYPE_TEXT "text/plain; version=0.0.4; charset=utf-8"

static void gauge(struct cl_exposition *e, const char *name, const char *unit,
		  double v, const char *help)
{
	cl_exposition_family(e, name, CL_METRIC_GAUGE, unit, help);
	cl_exposition_put(e, "", v);
}

static void counter(struct cl_exposition *e, const char *name, u64 v,
		    const char *help)
{
	cl_exposition_family(e, name, CL_METRIC_COUNTER, "", help);
	cl_exposition_count(e, "", v);
}

/* A bound without limit, too. */
static double seconds(u64 ns)
{
	return ns < S64_MAX ? ns / 1e9 : INFINITY;
}

/**
 * cl_metrics_clock_state() - the set of a clock's states
 * @e: the text; a family of CL_METRIC_STATESET was begun
 * @labels: labels of all of them
 * @state: enum clocklink_state
 */
void cl_metrics_clock_state(struct cl_exposition *e, const char *labels,
			    u32 state)
{
	for (u32 i = 0; i <= CLOCKLINK_STATE_GONE; i++)
		cl_exposition_state(e, labels, cl_nl_state_name(i), i == state);
}

static void put_monitor(struct cl_exposition *e, const struct cl_monitor *m)
{
	char label[CL_EXPOSITION_LABELS_SIZE];

	cl_exposition_family(e, "clocklink_build", CL_METRIC_INFO, "",
			     "Version of the monitor.");
	cl_exposition_put(e, cl_exposition_label(label, "version", CL_VERSION),
			  1);
	cl_exposition_family(e, "clocklink_up", CL_METRIC_GAUGE, "",
			     "Whether module and daemon answer.");
	cl_exposition_count(e, "source=\"module\"", m->look.has_instance);
	cl_exposition_count(e, "source=\"daemon\"", m->look.has_daemon);
	gauge(e, "clocklink_monitor_look_seconds", "seconds", m->look_ns / 1e9,
	      "Time that the last look at the node took.");
	counter(e, "clocklink_monitor_overruns", m->overruns,
		"Times that events of the module came too fast for the monitor.");
}

static void put_clock(struct cl_exposition *e, const struct cl_monitor *m)
{
	const struct cl_nl_clock *c = &m->look.clock;
	s64 held = m->holdover_ns ? m->look.mono_ns - m->holdover_ns : 0;
	bool usable = cl_nl_state_usable(c->state);

	cl_exposition_family(e, "clocklink_state", CL_METRIC_STATESET, "",
			     "State of the clock.");
	cl_metrics_clock_state(e, "", c->state);
	gauge(e, "clocklink_bound_seconds", "seconds",
	      usable ? seconds(c->bound_ns) : NAN,
	      "Bound of the clock's error; not there without time.");
	gauge(e, "clocklink_hard_bound_seconds", "seconds",
	      usable ? seconds(c->hard_ns) : NAN,
	      "The same without an assumption on asymmetry.");
	gauge(e, "clocklink_steering_error_seconds", "seconds",
	      c->parent ? c->error_ns / 1e9 : NAN,
	      "Target minus clock at the last steering.");
	gauge(e, "clocklink_rate_ratio", "ratio",
	      c->parent ? c->rate_ppt / 1e12 : NAN,
	      "Rate against the own oscillator, minus 1.");
	gauge(e, "clocklink_tai_offset_seconds", "seconds",
	      c->tai_offset_s ? c->tai_offset_s : NAN, "TAI minus UTC.");
	gauge(e, "clocklink_holdover_seconds", "seconds", held / 1e9,
	      "How long the clock has not been steered, 0: it is.");
	counter(e, "clocklink_steps", c->steps,
		"Times that the clock was stepped.");
	counter(e, "clocklink_slews", c->slews,
		"Times that the clock was slewed.");
	counter(e, "clocklink_disruptions", c->disruptions,
		"Times that the raw clock was disturbed.");
}

static void put_instance(struct cl_exposition *e, const struct cl_look *look)
{
	const struct cl_nl_instance *inst = &look->instance;

	gauge(e, "clocklink_is_leader", "", inst->role == CLOCKLINK_ROLE_LEADER,
	      "Whether this node makes the time.");
	gauge(e, "clocklink_term", "", inst->term, "Term of the leader.");
	gauge(e, "clocklink_peers", "", look->n_peers, "Peers of this node.");
	counter(e, "clocklink_rounds", look->stats.rounds,
		"Rounds led or obeyed.");
}

static void put_packets(struct cl_exposition *e, const struct cl_look *look)
{
	const struct cl_nl_schema *s = cl_nl_schema_of(CLOCKLINK_CMD_STATS_GET);
	char label[CL_EXPOSITION_LABELS_SIZE];
	const struct cl_nl_field *f;

	counter(e, "clocklink_packets_received", look->stats.rx,
		"Packets received.");
	counter(e, "clocklink_packets_sent", look->stats.tx, "Packets sent.");
	counter(e, "clocklink_packets_not_sent", look->stats.tx_error,
		"Packets that could not be sent.");
	cl_exposition_family(e, "clocklink_packets_dropped", CL_METRIC_COUNTER,
			     "", "Packets received and dropped.");
	for (unsigned int i = 0; i < s->n; i++) {
		f = &s->fields[i];
		if (strncmp(f->name, "drop-", 5))
			continue;
		cl_exposition_label(label, "reason", f->name + 5);
		cl_exposition_count(e, label, cl_nl_field_u64(f, &look->stats));
	}
}

static void put_cluster(struct cl_exposition *e, const struct cl_ctl_status *s)
{
	gauge(e, "clocklink_quorum", "", s->quorum,
	      "Whether this node reaches a majority of the voters.");
	gauge(e, "clocklink_voters", "", s->voters, "Voters of the cluster.");
	gauge(e, "clocklink_voters_reachable", "", s->reachable,
	      "Those of them that this node reaches.");
	gauge(e, "clocklink_members", "", s->members,
	      "Members of the cluster.");
	gauge(e, "clocklink_members_isolated", "", s->isolated,
	      "Members that the cluster has isolated.");
}

static void put_owner(struct cl_exposition *e, const char *labels,
		      const struct cl_ctl_sysclock *s)
{
	static const char *const states[] = { "off", "waiting", "left-alone",
					      "steered" };

	for (size_t i = 0; i < ARRAY_SIZE(states); i++)
		cl_exposition_state(e, labels, states[i],
				    !strcmp(states[i], s->state));
}

/* NaN: it is not steered. */
static double offset_of(const struct cl_ctl_sysclock *s)
{
	return cl_ctl_has(s, SYSCLOCK_OFFSET) ? s->offset_ns / 1e9 : NAN;
}

static void put_system_clock(struct cl_exposition *e,
			     const struct cl_ctl_sysclock *s)
{
	cl_exposition_family(e, "clocklink_system_clock_owner",
			     CL_METRIC_STATESET, "",
			     "What the daemon does with CLOCK_REALTIME.");
	put_owner(e, "", s);
	gauge(e, "clocklink_system_clock_offset_seconds", "seconds",
	      offset_of(s), "Cluster time in UTC minus CLOCK_REALTIME.");
	counter(e, "clocklink_system_clock_yields", s->yields,
		"Times that it was left to another program.");
}

static void put_device_clock(struct cl_exposition *e,
			     const struct cl_ctl_sysclock *s)
{
	char label[CL_EXPOSITION_LABELS_SIZE];

	cl_exposition_label(label, "device", s->device);
	cl_exposition_family(e, "clocklink_device_clock_owner",
			     CL_METRIC_STATESET, "",
			     "What the daemon does with a device's PTP clock.");
	put_owner(e, label, s);
	cl_exposition_family(e, "clocklink_device_clock_offset_seconds",
			     CL_METRIC_GAUGE, "seconds",
			     "Cluster time minus the device's PTP clock.");
	cl_exposition_put(e, label, offset_of(s));
	cl_exposition_family(e, "clocklink_device_clock_yields",
			     CL_METRIC_COUNTER, "",
			     "Times that it was left to another program.");
	cl_exposition_count(e, label, s->yields);
}

static void put_all(struct cl_exposition *e, const struct cl_monitor *m)
{
	put_monitor(e, m);
	if (m->look.has_instance) {
		put_clock(e, m);
		put_instance(e, &m->look);
		put_packets(e, &m->look);
		cl_exposition_family(e, "clocklink_delay_seconds",
				     CL_METRIC_HISTOGRAM, "seconds",
				     "Round trips of all exchanges.");
		cl_exposition_histogram(e, "", &m->delay);
	}
	if (m->look.has_cluster)
		put_cluster(e, &m->look.status);
	if (m->look.n_voters)
		cl_metrics_voters(e, &m->look);
	if (m->look.sysclock.have)
		put_system_clock(e, &m->look.sysclock);
	if (cl_ctl_has(&m->look.phcclock, SYSCLOCK_DEVICE))
		put_device_clock(e, &m->look.phcclock);
	if (m->look.n_peers && m->look.n_peers <= m->metrics_peers)
		cl_metrics_peers(e, m);
	cl_exposition_end(e);
}

static unsigned int run(struct cl_request *r)
{
	struct cl_exposition e = { .openmetrics = r->accept_openmetrics };

	e.f = open_memstream(&r->body, &r->size);
	if (!e.f)
		return cl_request_fail(r, 503, "metrics", "out of memory");
	put_all(&e, r->m);
	if (fclose(e.f)) {
		free(r->body);
		r->body = NULL;
		return cl_request_fail(r, 503, "metrics", "out of memory");
	}
	r->type = e.openmetrics ? TYPE_OPENMETRICS : TYPE_TEXT;
	return 0;
}

const struct cl_route cl_api_metrics = {
	.path = "metrics",
	.run = run,
};
