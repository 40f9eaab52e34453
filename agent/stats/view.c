// SPDX-License-Identifier: GPL-2.0-or-later
#include "view.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent/watch/warning.h"

/* The host changes slowly, and asking it reads all of /proc. */
#define HOST_EVERY 10

/**
 * cl_view_init() - begin
 * @v: the view
 */
void cl_view_init(struct cl_view *v)
{
	memset(v, 0, sizeof(*v));
}

/**
 * cl_view_free() - end
 * @v: the view
 */
void cl_view_free(struct cl_view *v)
{
	for (size_t i = 0; i < v->n; i++)
		free(v->peers[i]);
	free(v->peers);
	cl_view_init(v);
}

static int compare_peers(const void *a, const void *b)
{
	const struct cl_view_peer *const *x = a, *const *y = b;

	return ((*x)->node > (*y)->node) - ((*x)->node < (*y)->node);
}

/**
 * cl_view_peer() - what is known of a peer
 * @v: the view
 * @node: node id
 *
 * Return: the peer; NULL: nothing is.
 */
struct cl_view_peer *cl_view_peer(const struct cl_view *v, u32 node)
{
	const struct cl_view_peer key = { .node = node }, *p = &key;
	struct cl_view_peer **found;

	if (!v->n)
		return NULL;
	found = bsearch(&p, v->peers, v->n, sizeof(*v->peers), compare_peers);
	return found ? *found : NULL;
}

static struct cl_view_peer *get(struct cl_view *v, u32 node)
{
	struct cl_view_peer *p = cl_view_peer(v, node), **all;

	if (p)
		return p;
	all = reallocarray(v->peers, v->n + 1, sizeof(*all));
	if (!all)
		return NULL;
	v->peers = all;
	p = calloc(1, sizeof(*p));
	if (!p)
		return NULL;
	p->node = node;
	v->peers[v->n++] = p;
	qsort(v->peers, v->n, sizeof(*v->peers), compare_peers);
	return p;
}

/**
 * cl_view_sample() - a complete exchange
 * @v: the view
 * @s: the exchange
 *
 * Return: 0 or -ENOMEM.
 */
int cl_view_sample(struct cl_view *v, const struct cl_nl_sample *s)
{
	struct cl_view_peer *p = get(v, s->peer);
	s64 rtt = cl_nl_sample_rtt(s);

	if (!p)
		return -ENOMEM;
	cl_histogram_add(&p->rtt, rtt > 0 ? rtt : 0);
	cl_histogram_add(&p->excess, s->excess_ns);
	return 0;
}

static void note(struct cl_view_peer *p, const struct cl_nl_peer *is)
{
	unsigned int i = p->looks++ % CL_VIEW_WINDOW;

	p->came[i] = cl_nl_peer_came(is);
	p->lost[i] = is->lost;
}

/* A raw clock that began anew is another one. */
static void watch(struct cl_view_peer *p, const struct cl_nl_peer *is)
{
	struct cl_anomaly_event event[CL_ANOMALY_KINDS];
	struct cl_anomaly_record r;

	cl_warning_record(is, &r);
	if (!p->raw_ns || r.at_ns < p->raw_ns)
		cl_anomaly_init(&p->anomaly, 0);
	p->raw_ns = r.at_ns;
	cl_anomaly_feed(&p->anomaly, &r, event);
}

/**
 * cl_view_look() - take a look in
 * @v: the view
 * @l: the look; valid until the next
 *
 * Return: 0 or -ENOMEM.
 */
int cl_view_look(struct cl_view *v, const struct cl_look *l)
{
	struct cl_view_peer *p;

	v->now = l;
	if (v->looks++ % HOST_EVERY == 0)
		cl_host_look(&v->host, l);
	if (l->has_instance)
		cl_allan_add(&v->allan, &l->clock);
	for (size_t i = 0; i < l->n_peers; i++) {
		p = get(v, l->peers[i].node);
		if (!p)
			return -ENOMEM;
		note(p, &l->peers[i]);
		watch(p, &l->peers[i]);
	}
	return 0;
}

/**
 * cl_view_loss() - what share of a peer's messages is lost
 * @p: the peer; NULL: not known
 *
 * Return: 0 to 1, of the last minute; negative: nothing came, and nothing is missed.
 */
double cl_view_loss(const struct cl_view_peer *p)
{
	unsigned int last, first;
	u64 came, lost;

	if (!p || p->looks < 2)
		return -1;
	last = (p->looks - 1) % CL_VIEW_WINDOW;
	first = p->looks < CL_VIEW_WINDOW ? 0 : p->looks % CL_VIEW_WINDOW;
	came = p->came[last] - p->came[first];
	lost = p->lost[last] - p->lost[first];
	/* Counters that were started anew are of another time. */
	if (p->came[last] < p->came[first] || p->lost[last] < p->lost[first] ||
	    !(came + lost))
		return -1;
	return (double)lost / (came + lost);
}
