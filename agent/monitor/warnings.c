// SPDX-License-Identifier: GPL-2.0-or-later
#include "warnings.h"

#include "agent/nl/schema.h"
#include "agent/watch/warning.h"

static struct cl_anomaly_record record_of(const struct cl_node *n,
					  const struct cl_look *look)
{
	const struct cl_nl_peer *p = n->peer;
	const struct cl_nl_clock *c = &look->clock;
	struct cl_anomaly_record r;

	/* The own node stands for its bound. */
	if (!p)
		return (struct cl_anomaly_record){
			.at_ns = c->raw_ns,
			.has_bound = cl_nl_state_usable(c->state) &&
				     c->bound_ns < S64_MAX,
			.bound_ns = c->bound_ns,
		};
	cl_warning_record(p, &r);
	return r;
}

/* What goes on as usual is not worth more than a line. */
static void tell(struct cl_eventlog *log, u32 node,
		 const struct cl_anomaly_event *e)
{
	static const char *const format[] = {
		[CL_ANOMALY_RAISED] = "unusual %s: %s",
		[CL_ANOMALY_CLEARED] = "%s as before: %s",
		[CL_ANOMALY_ACCEPTED] = "%s taken as usual: %s",
	};
	char text[CL_WARNING_TEXT_SIZE];

	cl_warning_text(&e->warning, text);
	cl_eventlog_add(log, CL_EVENT_ANOMALY,
			e->change == CL_ANOMALY_RAISED ? CL_EVENT_WARNING :
							 CL_EVENT_INFO,
			node, format[e->change],
			cl_anomaly_kind_name(e->warning.kind), text);
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
