// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Peers in /metrics: family by family, as the format wants it.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "metrics.h"

/* What a metric of a peer is; NaN: it is not known. */
typedef double (*value_t)(const struct cl_node *n);

static double offset_of(const struct cl_node *n)
{
	s64 offset;

	return cl_node_offset(n, &offset) ? offset / 1e9 : NAN;
}

static double delay_min_of(const struct cl_node *n)
{
	return n->peer->ready ? n->peer->min_rtt_ns / 1e9 : NAN;
}

static double excess_of(const struct cl_node *n)
{
	return n->peer->ready ? n->peer->excess_ns / 1e9 : NAN;
}

static double asymmetry_of(const struct cl_node *n)
{
	return n->peer->ready ? n->peer->learnt_asymmetry_ns / 1e9 : NAN;
}

static double frequency_of(const struct cl_node *n)
{
	return n->peer->ready ? n->peer->freq_ppt / 1e12 : NAN;
}

static double wander_of(const struct cl_node *n)
{
	return n->peer->ready ? n->peer->wander_ppt / 1e12 : NAN;
}

static double age_of(const struct cl_node *n)
{
	return n->peer->ready ? n->peer->age_ns / 1e9 : NAN;
}

static double weight_of(const struct cl_node *n)
{
	return n->reputation ? n->reputation->weight_m / 1e3 : NAN;
}

static double lost_of(const struct cl_node *n)
{
	return n->peer->lost;
}

static double duplicated_of(const struct cl_node *n)
{
	return n->peer->duplicated;
}

static double exchanges_of(const struct cl_node *n)
{
	return n->peer->exchanges;
}

static const struct {
	const char *name;
	enum cl_metric_type type;
	const char *unit;
	value_t value;
	const char *help;
} families[] = {
	{ "clocklink_peer_offset_seconds", CL_METRIC_GAUGE, "seconds",
	  offset_of, "Cluster time of the peer minus the own." },
	{ "clocklink_peer_delay_min_seconds", CL_METRIC_GAUGE, "seconds",
	  delay_min_of, "Smallest recent round trip." },
	{ "clocklink_peer_delay_excess_seconds", CL_METRIC_GAUGE, "seconds",
	  excess_of, "Mean excess of the round trip over the smallest." },
	{ "clocklink_peer_asymmetry_seconds", CL_METRIC_GAUGE, "seconds",
	  asymmetry_of, "Asymmetry by which the path has changed." },
	{ "clocklink_peer_frequency_ratio", CL_METRIC_GAUGE, "ratio",
	  frequency_of,
	  "Frequency of the own oscillator against it, minus 1." },
	{ "clocklink_peer_wander_ratio", CL_METRIC_GAUGE, "ratio", wander_of,
	  "Wander of both oscillators as learnt, per root of a second." },
	{ "clocklink_peer_age_seconds", CL_METRIC_GAUGE, "seconds", age_of,
	  "Time since the last exchange used." },
	{ "clocklink_peer_weight_ratio", CL_METRIC_GAUGE, "ratio", weight_of,
	  "Weight of its clock by its reputation." },
	{ "clocklink_peer_lost", CL_METRIC_COUNTER, "", lost_of,
	  "Messages of the peer that never came." },
	{ "clocklink_peer_duplicated", CL_METRIC_COUNTER, "", duplicated_of,
	  "Messages of the peer that came again." },
	{ "clocklink_peer_exchanges", CL_METRIC_COUNTER, "", exchanges_of,
	  "Complete exchanges with the peer." },
};

/**
 * struct peer - a peer and how it is called
 * @node: the peer
 * @labels: node and name
 */
struct peer {
	const struct cl_node *node;
	char labels[CL_METRICS_LABELS_SIZE];
};

static size_t gather(const struct cl_monitor *m, struct peer *ret)
{
	const struct cl_node *n;
	size_t found = 0;

	for (size_t i = 0; i < m->nodes.n; i++) {
		n = m->nodes.node[i];
		if (!n->peer)
			continue;
		ret[found].node = n;
		cl_metrics_node(ret[found++].labels, n->id,
				cl_node_name(n, &m->look));
	}
	return found;
}

static void put_states(struct cl_exposition *e, const struct peer *p, size_t n)
{
	/* those of agent/core/reputation_name.c */
	static const char *const words[] = {
		"good",	   "suspicious", "demoted",
		"accused", "isolated",	 "cleared"
	};
	const char *word;

	cl_exposition_family(e, "clocklink_peer_state", CL_METRIC_STATESET, "",
			     "State of the peer's clock.");
	for (size_t i = 0; i < n; i++)
		cl_metrics_clock_state(e, p[i].labels, p[i].node->peer->state);
	cl_exposition_family(e, "clocklink_peer_reputation", CL_METRIC_STATESET,
			     "", "What this node thinks of the peer.");
	for (size_t i = 0; i < n; i++) {
		word = cl_node_reputation(p[i].node);
		for (size_t k = 0; word && k < ARRAY_SIZE(words); k++)
			cl_exposition_state(e, p[i].labels, words[k],
					    !strcmp(words[k], word));
	}
}

static void put_warnings(struct cl_exposition *e, const struct peer *p,
			 size_t n)
{
	char labels[CL_METRICS_LABELS_SIZE + CL_EXPOSITION_LABELS_SIZE];

	cl_exposition_family(e, "clocklink_peer_warnings", CL_METRIC_GAUGE, "",
			     "Whether there is a warning of the link.");
	for (size_t i = 0; i < n; i++) {
		for (int k = 0; k < CL_ANOMALY_OF_LINK; k++) {
			snprintf(labels, sizeof(labels), "%s,kind=\"%s\"",
				 p[i].labels, cl_anomaly_kind_name(k));
			cl_exposition_count(e, labels,
					    p[i].node->anomaly.raised >> k & 1);
		}
	}
}

/**
 * cl_metrics_node() - labels of a node
 * @ret: the labels
 * @node: its node id
 * @name: its name, "": not known
 *
 * Return: @ret.
 */
char *cl_metrics_node(char ret[CL_METRICS_LABELS_SIZE], u32 node,
		      const char *name)
{
	char label[CL_EXPOSITION_LABELS_SIZE];

	snprintf(ret, CL_METRICS_LABELS_SIZE, "node=\"%u\",%s", node,
		 cl_exposition_label(label, "name", name));
	return ret;
}

/**
 * cl_metrics_peers() - all peers
 * @e: the text
 * @m: the monitor
 */
void cl_metrics_peers(struct cl_exposition *e, const struct cl_monitor *m)
{
	struct peer *p = calloc(m->look.n_peers, sizeof(*p));
	size_t n = p ? gather(m, p) : 0;

	for (size_t f = 0; f < ARRAY_SIZE(families); f++) {
		cl_exposition_family(e, families[f].name, families[f].type,
				     families[f].unit, families[f].help);
		for (size_t i = 0; i < n; i++)
			cl_exposition_put(e, p[i].labels,
					  families[f].value(p[i].node));
	}
	cl_exposition_family(e, "clocklink_peer_delay_seconds",
			     CL_METRIC_HISTOGRAM, "seconds",
			     "Round trips of exchanges with the peer.");
	for (size_t i = 0; i < n; i++)
		cl_exposition_histogram(e, p[i].labels, &p[i].node->delay);
	put_states(e, p, n);
	put_warnings(e, p, n);
	free(p);
}
