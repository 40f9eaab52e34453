/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Delays of packets on a path whose links are shared with cross traffic.
 */
#ifndef _PAIRS_TRAFFIC_H
#define _PAIRS_TRAFFIC_H

#include "scripts/lab/vtime/rng.h"

/* Packets that are sent together: one, or a pair. */
#define PAIRS_PACKETS 2

/**
 * enum pairs_law - what delays packets
 * @PAIRS_POISSON: FIFO queues; packets of others arrive at random
 * @PAIRS_BURSTS: FIFO queues; one source that sends bursts, else nothing
 * @PAIRS_INDEPENDENT: an exponential delay of each packet's own
 */
enum pairs_law {
	PAIRS_POISSON,
	PAIRS_BURSTS,
	PAIRS_INDEPENDENT,
};

/**
 * struct pairs_traffic - one direction of a path
 * @law: what delays packets
 * @load: of each link by others, 0 to below 1, if there are queues
 * @hops: links one after the other, each with traffic of its own
 * @mean_ns: mean delay, if independent
 * @base_ns: delay of a packet that meets nobody
 */
struct pairs_traffic {
	enum pairs_law law;
	double load;
	unsigned int hops;
	double mean_ns;
	double base_ns;
};

void pairs_traffic_pass(const struct pairs_traffic *t, struct vt_rng *rng,
			const double *at, unsigned int n, double *arrival);

#endif /* _PAIRS_TRAFFIC_H */
