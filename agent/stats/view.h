/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the live view knows, and shows: a node, its oscillator, its peers.
 */
#ifndef _CL_STATS_VIEW_H
#define _CL_STATS_VIEW_H

#include <jansson.h>
#include <stdio.h>

#include "agent/lib/anomaly.h"
#include "agent/watch/histogram.h"
#include "agent/watch/look.h"
#include "allan.h"
#include "host.h"

/* Orders of the peers. */
enum cl_view_order {
	CL_VIEW_BY_NODE,
	CL_VIEW_BY_OFFSET, /* how far its time is from the own */
	CL_VIEW_BY_EXCESS,
	CL_VIEW_BY_LOSS,
	__CL_VIEW_ORDERS,
};

/* Looks of which a peer's loss is told. */
#define CL_VIEW_WINDOW 60

/**
 * struct cl_view_peer - what happens with a peer
 * @node: its node id
 * @looks: times that it was looked at
 * @came: messages of it that came, by then, at each of the last looks
 * @lost: messages that did not
 * @rtt: round trips of all exchanges since the view began
 * @excess: what they took longer than the quickest
 * @raw_ns: raw time of the last look, 0: there was none
 * @anomaly: what is unusual of the link, learnt since the view began
 */
struct cl_view_peer {
	u32 node;
	u64 looks;
	u64 came[CL_VIEW_WINDOW];
	u64 lost[CL_VIEW_WINDOW];
	struct cl_histogram rtt;
	struct cl_histogram excess;
	s64 raw_ns;
	struct cl_anomaly anomaly;
};

/**
 * struct cl_view - the live view
 * @order: of the peers
 * @looks: looks so far
 * @now: the last one, the caller's
 * @host: the host, as asked every ten looks
 * @allan: the oscillator
 * @peers: what happens with each peer, by node id, allocated
 * @n: number of @peers
 */
struct cl_view {
	enum cl_view_order order;
	u64 looks;
	const struct cl_look *now;
	struct cl_host host;
	struct cl_allan allan;
	struct cl_view_peer **peers;
	size_t n;
};

void cl_view_init(struct cl_view *v);
void cl_view_free(struct cl_view *v);
int cl_view_look(struct cl_view *v, const struct cl_look *l);
int cl_view_sample(struct cl_view *v, const struct cl_nl_sample *s);
struct cl_view_peer *cl_view_peer(const struct cl_view *v, u32 node);
double cl_view_loss(const struct cl_view_peer *p);
const char *cl_view_order_name(enum cl_view_order order);
void cl_view_print(const struct cl_view *v, FILE *f);
json_t *cl_view_json(const struct cl_view *v);

#endif /* _CL_STATS_VIEW_H */
