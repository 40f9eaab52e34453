// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The live view for people: one screen.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "agent/lib/compiler.h"
#include "agent/lib/units.h"
#include "agent/nl/schema.h"
#include "agent/watch/table.h"
#include "agent/watch/warning.h"
#include "view.h"

#define LABEL "%-11s"

/* Columns of a distribution: below 128 ns, each octave from there on, the rest. */
#define BARS 22

static void print_node(const struct cl_look *l, FILE *f)
{
	char time[CL_UNITS_SIZE];

	fprintf(f, LABEL "%u", "node", l->instance.node);
	if (l->has_cluster)
		fprintf(f, ", %s, %s of cluster 0x%08x, %u members, term %u",
			l->status.name, cl_ctl_role_name(l->status.role),
			l->status.cluster, l->status.members, l->status.term);
	fprintf(f, "   %s UTC\n", cl_units_time(time, l->utc_ns));
	if (l->has_cluster && l->status.leader)
		fprintf(f,
			LABEL
			"node %u, %s; %u of %u voters are reached, %u are needed\n",
			"leader", l->status.leader, l->status.leader_name,
			l->status.reachable, l->status.voters,
			l->status.needed);
	else if (l->has_cluster)
		fprintf(f, LABEL "not known\n", "leader");
	if (l->error[0])
		fprintf(f, LABEL "%s\n", "missing", l->error);
}

static void print_clock(const struct cl_look *l, FILE *f)
{
	char a[CL_UNITS_SIZE], b[CL_UNITS_SIZE], d[CL_UNITS_SIZE];
	const struct cl_nl_clock *c = &l->clock;

	fprintf(f, LABEL "%s", "clock", cl_nl_state_name(c->state));
	if (cl_nl_state_usable(c->state))
		fprintf(f, ", bound %s, hard %s, growing by %s",
			cl_units_bound(a, c->bound_ns),
			cl_units_bound(b, c->hard_ns),
			cl_units_drift(d, c->drift_ppt));
	fputc('\n', f);
	if (!c->parent)
		return;
	fprintf(f,
		LABEL
		"%s at the last correction, %s ago; rate %s, %llu steps, %llu slews\n",
		"steering", cl_units_offset(a, c->error_ns),
		cl_units_duration(b, c->steer_age_ns),
		cl_units_freq(d, c->rate_ppt), (unsigned long long)c->steps,
		(unsigned long long)c->slews);
}

static void print_oscillator(const struct cl_view *v, FILE *f)
{
	double dev;

	fprintf(f, LABEL "%s", "oscillator",
		v->host.clocksource[0] ? v->host.clocksource : "unknown");
	for (unsigned int tau = 1; tau <= CL_ALLAN_POINTS / 2; tau *= 4) {
		dev = cl_allan_deviation(&v->allan, tau);
		if (isnan(dev))
			break;
		fprintf(f, "%s %u s: %.2g",
			tau == 1 ? ", Allan deviation" : ",", tau, dev);
	}
	fputc('\n', f);
}

static void print_steered(const struct cl_ctl_sysclock *s, FILE *f)
{
	char a[CL_UNITS_SIZE];

	fprintf(f, " is %s by clocklinkd", s->state);
	if (cl_ctl_has(s, SYSCLOCK_OFFSET))
		fprintf(f, ", %s off", cl_units_offset(a, s->offset_ns));
}

static void print_device_clock(const struct cl_ctl_sysclock *s, FILE *f)
{
	if (!cl_ctl_has(s, SYSCLOCK_DEVICE))
		return;
	fprintf(f, LABEL "clock of %s", "phc", s->device);
	print_steered(s, f);
	fprintf(f, "%s%s\n", *s->why ? ": " : "", s->why);
}

static void print_owner(const struct cl_view *v, FILE *f)
{
	const struct cl_ctl_sysclock *s = &v->now->sysclock;

	fprintf(f, LABEL, "system");
	if (cl_ctl_has(s, SYSCLOCK_STATE) && strcmp(s->state, "off")) {
		fputs("clock", f);
		print_steered(s, f);
		if (v->host.owners[0])
			fprintf(f, "; also set by %s", v->host.owners);
		fputc('\n', f);
		return;
	}
	fprintf(f, "clock is set by %s\n",
		v->host.owners[0] ? v->host.owners : "nobody");
}

/* What the orders compare. */
struct key {
	double by;
	const struct cl_nl_peer *peer;
};

static int compare_keys(const void *a, const void *b)
{
	const struct key *x = a, *y = b;

	if (x->by != y->by)
		return x->by < y->by ? 1 : -1;
	return (x->peer->node > y->peer->node) -
	       (x->peer->node < y->peer->node);
}

static double key_of(const struct cl_view *v, const struct cl_nl_peer *p)
{
	switch (v->order) {
	case CL_VIEW_BY_OFFSET:
		return llabs(p->ahead_ns);
	case CL_VIEW_BY_EXCESS:
		return p->excess_ns;
	case CL_VIEW_BY_LOSS:
		return cl_view_loss(cl_view_peer(v, p->node));
	default:
		return 0;
	}
}

/* A bar for each octave; the highest has all eight eighths. */
static void bars(const struct cl_histogram *h, char *buf, size_t size)
{
	static const char *const eighths[] = { " ", "▁", "▂", "▃", "▄",
					       "▅", "▆", "▇", "█" };
	u64 sum[BARS] = { 0 }, most = 1;
	unsigned int bar = 0;
	size_t used = 0;

	buf[0] = '\0';
	for (unsigned int i = 0; i < CL_HISTOGRAM_BUCKETS; i++) {
		if (i % CL_HISTOGRAM_SUB == 1 && bar < BARS - 1)
			bar++;
		sum[bar] += h->bucket[i];
		if (sum[bar] > most)
			most = sum[bar];
	}
	for (bar = 0; bar < BARS; bar++)
		used += snprintf(buf + used, size - used, "%s",
				 eighths[(8 * sum[bar] + most - 1) / most]);
}

static void cell(struct cl_table *t, bool has, const char *text)
{
	cl_table_cell(t, has ? text : "-");
}

static void put_peer(struct cl_table *t, const struct cl_view *v,
		     const struct cl_nl_peer *p)
{
	const struct cl_ctl_member *m = cl_look_member(v->now, p->node);
	const struct cl_view_peer *seen = cl_view_peer(v, p->node);
	char buf[4 * BARS + 1];
	double loss = cl_view_loss(seen);
	bool timed = seen && seen->rtt.count;

	snprintf(buf, sizeof(buf), "%u", p->node);
	cl_table_cell(t, buf);
	cell(t, m, m ? m->name : "");
	cl_table_cell(t, cl_nl_state_name(p->state));
	cell(t, cl_nl_has(p, PEER_AHEAD), cl_units_offset(buf, p->ahead_ns));
	cell(t, p->ready, cl_units_freq(buf, p->freq_ppt));
	cell(t, p->ready, cl_units_duration(buf, p->min_rtt_ns));
	cell(t, p->ready, cl_units_duration(buf, p->excess_ns));
	cell(t, timed,
	     timed ? cl_units_duration(buf, cl_histogram_quantile(&seen->rtt,
								  0.99)) :
		     "");
	snprintf(buf, sizeof(buf), "%.2g %%", 100 * loss);
	cell(t, loss >= 0, buf);
	cell(t, p->exchanges, cl_nl_stamps_name(p->stamps));
	buf[0] = '\0';
	if (timed)
		bars(&seen->excess, buf, sizeof(buf));
	cl_table_cell(t, buf);
}

static void print_peers(const struct cl_view *v, FILE *f)
{
	static const char *const head[] = { "PEER",
					    "NAME",
					    "STATE",
					    "AHEAD",
					    "FREQUENCY",
					    "FLOOR",
					    "EXCESS",
					    "P99",
					    "LOST",
					    "STAMPS",
					    "QUEUES: 0.1 us, x2..." };
	struct cl_table t = { .columns = ARRAY_SIZE(head), .right = 0x1f9 };
	const struct cl_look *l = v->now;
	struct key *keys = calloc(l->n_peers + 1, sizeof(*keys));

	if (!keys)
		return;
	for (size_t i = 0; i < l->n_peers; i++)
		keys[i] = (struct key){ key_of(v, &l->peers[i]), &l->peers[i] };
	qsort(keys, l->n_peers, sizeof(*keys), compare_keys);
	cl_table_row(&t, head);
	for (size_t i = 0; i < l->n_peers; i++)
		put_peer(&t, v, keys[i].peer);
	cl_table_print(&t, f);
	free(keys);
}

static void print_warnings(const struct cl_view *v, FILE *f)
{
	struct cl_anomaly_warning w[CL_ANOMALY_KINDS];
	char text[CL_WARNING_TEXT_SIZE], ago[CL_UNITS_SIZE];
	const struct cl_view_peer *p;
	unsigned int n;

	for (size_t i = 0; i < v->now->n_peers; i++) {
		p = cl_view_peer(v, v->now->peers[i].node);
		n = p ? cl_anomaly_warnings(&p->anomaly, w) : 0;
		for (unsigned int k = 0; k < n; k++) {
			cl_warning_text(&w[k], text);
			fprintf(f, LABEL "unusual %s of node %u for %s: %s\n",
				"warning", cl_anomaly_kind_name(w[k].kind),
				p->node,
				cl_units_duration(ago,
						  p->raw_ns - w[k].since_ns),
				text);
		}
	}
}

/**
 * cl_view_order_name() - word for an order
 * @order: the order
 *
 * Return: the word.
 */
const char *cl_view_order_name(enum cl_view_order order)
{
	static const char *const names[] = {
		[CL_VIEW_BY_NODE] = "node",
		[CL_VIEW_BY_OFFSET] = "offset",
		[CL_VIEW_BY_EXCESS] = "excess",
		[CL_VIEW_BY_LOSS] = "loss",
	};

	return names[order];
}

/**
 * cl_view_print() - the view for people
 * @v: the view, with a look
 * @f: where to
 */
void cl_view_print(const struct cl_view *v, FILE *f)
{
	const struct cl_look *l = v->now;

	if (!l->has_instance) {
		fprintf(f, LABEL "%s\n", "missing", l->error);
		print_owner(v, f);
		return;
	}
	print_node(l, f);
	print_clock(l, f);
	print_oscillator(v, f);
	print_owner(v, f);
	print_device_clock(&l->phcclock, f);
	print_warnings(v, f);
	fputc('\n', f);
	print_peers(v, f);
}
