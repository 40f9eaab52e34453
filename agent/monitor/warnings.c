// SPDX-License-Identifier: GPL-2.0-or-later
#include "warnings.h"

#include <stdio.h>

#include "agent/lib/units.h"
#include "agent/nl/schema.h"

static struct cl_anomaly_record record_of(const struct cl_node *n,
					  const struct cl_look *look)
{
	const struct cl_nl_peer *p = n->peer;
	const struct cl_nl_clock *c = &look->clock;

	/* The own node stands for its bound. */
	if (!p)
		return (struct cl_anomaly_record){
			.at_ns = c->raw_ns,
			.has_bound = cl_nl_state_usable(c->state) &&
				     c->bound_ns < S64_MAX,
			.bound_ns = c->bound_ns,
		};
	return (struct cl_anomaly_record){
		.at_ns = p->raw_ns,
		.ready = p->ready,
		.starts = p->starts,
		.exchanges = p->exchanges,
		.min_rtt_ns = p->min_rtt_ns,
		.err_ns = p->error_ns,
		.excess_ns = p->excess_ns,
		.freq_ppt = p->freq_ppt,
		.came = cl_nl_peer_came(p),
		.lost = p->lost,
		.has_ahead = cl_nl_has(p, PEER_AHEAD),
		.ahead_ns = p->ahead_ns,
	};
}

/* What goes on as usual is not worth more than a line. */
static void tell(struct cl_eventlog *log, u32 node,
		 const struct cl_anomaly_event *e)
{
	char text[CL_EVENTLOG_TEXT_SIZE];

	cl_warning_text(&e->warning, text);
	cl_eventlog_add(log, CL_EVENT_ANOMALY,
			e->change == CL_ANOMALY_RAISED ? CL_EVENT_WARNING :
							 CL_EVENT_INFO,
			node, "%s %s: %.120s",
			cl_anomaly_kind_name(e->warning.kind),
			cl_anomaly_change_name(e->change), text);
}

/**
 * cl_warnings_look() - what a look says of all links
 * @t: the nodes, as of the look
 * @log: gets warnings that are new, or have ended
 * @look: the look, finished
 */
void cl_warnings_look(const struct cl_nodes *t, struct cl_eventlog *log,
		      const struct cl_look *look)
{
	struct cl_anomaly_event event[CL_ANOMALY_KINDS];
	struct cl_anomaly_record r;
	struct cl_node *n;
	unsigned int k;

	if (!look->has_instance)
		return;
	for (size_t i = 0; i < t->n; i++) {
		n = t->node[i];
		if (!n->peer && !n->self)
			continue;
		r = record_of(n, look);
		/* A raw clock that began anew is another one. */
		if (r.at_ns < n->anomaly_ns || !n->anomaly_ns)
			cl_anomaly_init(&n->anomaly,
					look->instance.max_bound_ns);
		n->anomaly_ns = r.at_ns;
		k = cl_anomaly_feed(&n->anomaly, &r, event);
		while (k--)
			tell(log, n->id, &event[k]);
	}
}

static const char *figure(char buf[CL_UNITS_SIZE],
			  const struct cl_anomaly_warning *w, double v)
{
	switch (w->kind) {
	case CL_ANOMALY_LOSS:
		snprintf(buf, CL_UNITS_SIZE, "%.1f %%", 100 * v);
		return buf;
	case CL_ANOMALY_FREQUENCY:
		snprintf(buf, CL_UNITS_SIZE, "%.3g ppb per s", v / 1000);
		return buf;
	default:
		return cl_units_duration(buf, (s64)v);
	}
}

/**
 * cl_warning_text() - a warning in words
 * @w: the warning
 * @text: the words, without its kind
 */
void cl_warning_text(const struct cl_anomaly_warning *w,
		     char text[CL_EVENTLOG_TEXT_SIZE])
{
	static const char *const what[CL_ANOMALY_KINDS] = {
		[CL_ANOMALY_JITTER] = "mean queue",
		[CL_ANOMALY_FLOOR] = "smallest round trip",
		[CL_ANOMALY_LOSS] = "loss",
		[CL_ANOMALY_OFFSET] = "spread of the offset",
		[CL_ANOMALY_FREQUENCY] = "change of the frequency",
		[CL_ANOMALY_BOUND] = "bound",
	};
	char now[CL_UNITS_SIZE], usual[CL_UNITS_SIZE];

	snprintf(text, CL_EVENTLOG_TEXT_SIZE, "%s %s, %s %s", what[w->kind],
		 figure(now, w, w->now),
		 w->kind == CL_ANOMALY_BOUND ? "limit" : "usually",
		 figure(usual, w, w->usual));
}

/**
 * cl_warnings_count() - warnings of a node
 * @n: the node
 *
 * Return: how many there are now.
 */
unsigned int cl_warnings_count(const struct cl_node *n)
{
	return n->anomaly_ns ? __builtin_popcount(n->anomaly.raised) : 0;
}
