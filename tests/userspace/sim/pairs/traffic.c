// SPDX-License-Identifier: GPL-2.0-or-later
#include "traffic.h"

#include <math.h>
#include <stdbool.h>

/* Links carry 1 Gbit/s. */
#define NS_PER_BYTE 8.0
#define PROBE_NS (90 * NS_PER_BYTE)
/* Bursts come ten times as fast as a link carries them, 5 kB in the mean. */
#define BURST_PEAK 10.0
#define BURST_ON_NS (5000 * NS_PER_BYTE / BURST_PEAK)

/* Sizes of packets of others: many small, few large. */
#define SIZES 3
static const struct {
	double bytes;
	double share;
} sizes[SIZES] = { { 64, 7.0 / 12 }, { 576, 4.0 / 12 }, { 1500, 1.0 / 12 } };

/**
 * struct hop - queue of a link
 * @traffic: what passes it
 * @rng: random numbers
 * @work_ns: time until all that it holds has left
 * @on: PAIRS_BURSTS: a burst is arriving
 */
struct hop {
	const struct pairs_traffic *traffic;
	struct vt_rng *rng;
	double work_ns;
	bool on;
};

static double mean_packet_ns(void)
{
	double sum = 0;

	for (unsigned int i = 0; i < SIZES; i++)
		sum += sizes[i].share * sizes[i].bytes * NS_PER_BYTE;
	return sum;
}

/* Time on the wire of a packet; with @biased a size counts in proportion to itself. */
static double packet_ns(struct vt_rng *rng, bool biased)
{
	double left = vt_rng_uniform(rng) * (biased ? mean_packet_ns() : 1);
	unsigned int i;

	for (i = 0; i < SIZES - 1; i++) {
		left -= sizes[i].share *
			(biased ? sizes[i].bytes * NS_PER_BYTE : 1);
		if (left < 0)
			break;
	}
	return sizes[i].bytes * NS_PER_BYTE;
}

/* Mean of the silence between bursts. */
static double burst_off_ns(double load)
{
	return BURST_ON_NS * (BURST_PEAK - load) / load;
}

/*
 * Queue at a random instant.  Random arrivals: a geometric number of remainders of
 * packets (Pollaczek and Khinchine).
 */
static void draw_poisson(struct hop *h)
{
	while (vt_rng_uniform(h->rng) < h->traffic->load)
		h->work_ns += vt_rng_uniform(h->rng) * packet_ns(h->rng, true);
}

/*
 * Bursts: where one begins, the queue is the waiting time of an M/M/1 queue whose
 * service is the growth during a burst.  How long a burst or silence has lasted is
 * exponential as its length is.
 */
static void draw_bursts(struct hop *h)
{
	double off = burst_off_ns(h->traffic->load);
	double growth = (BURST_PEAK - 1) * BURST_ON_NS;
	double load = growth / off;

	if (vt_rng_uniform(h->rng) < load)
		h->work_ns = vt_rng_exp(h->rng) * growth / (1 - load);
	h->work_ns += vt_rng_exp(h->rng) * growth;
	h->on = vt_rng_uniform(h->rng) * (BURST_ON_NS + off) < BURST_ON_NS;
	if (!h->on)
		h->work_ns = fmax(h->work_ns - vt_rng_exp(h->rng) * off, 0);
}

/* The queue after some time. */
static void advance_poisson(struct hop *h, double ns)
{
	double mean = mean_packet_ns() / h->traffic->load;
	double next;

	while ((next = vt_rng_exp(h->rng) * mean) < ns) {
		h->work_ns =
			fmax(h->work_ns - next, 0) + packet_ns(h->rng, false);
		ns -= next;
	}
	h->work_ns = fmax(h->work_ns - ns, 0);
}

static void advance_bursts(struct hop *h, double ns)
{
	double off = burst_off_ns(h->traffic->load);

	while (ns > 0) {
		double end = vt_rng_exp(h->rng) * (h->on ? BURST_ON_NS : off);
		double step = fmin(end, ns);

		if (h->on)
			h->work_ns += (BURST_PEAK - 1) * step;
		else
			h->work_ns = fmax(h->work_ns - step, 0);
		if (end < ns)
			h->on = !h->on;
		ns -= step;
	}
}

/* Packets pass a link; @at becomes when they leave it. */
static void pass_hop(const struct pairs_traffic *t, struct vt_rng *rng,
		     double *at, unsigned int n)
{
	struct hop h = { .traffic = t, .rng = rng };
	bool bursts = t->law == PAIRS_BURSTS;
	double now = at[0];

	if (bursts)
		draw_bursts(&h);
	else
		draw_poisson(&h);
	for (unsigned int i = 0; i < n; i++) {
		if (i && bursts)
			advance_bursts(&h, at[i] - now);
		else if (i)
			advance_poisson(&h, at[i] - now);
		now = at[i];
		h.work_ns += PROBE_NS;
		at[i] = now + h.work_ns;
	}
}

/**
 * pairs_traffic_pass() - send packets together
 * @t: direction of a path
 * @rng: random numbers
 * @at: when they leave, ns, the earliest first
 * @n: packets, 1 to PAIRS_PACKETS
 * @arrival: gets when they arrive, ns; in the same order if there are queues
 *
 * The state of a queue is drawn anew at each call: calls are to be much further
 * apart than queues remember (2 ms at a load of 0.9, 11 ms with bursts).
 */
void pairs_traffic_pass(const struct pairs_traffic *t, struct vt_rng *rng,
			const double *at, unsigned int n, double *arrival)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		arrival[i] = at[i];
	if (t->law == PAIRS_INDEPENDENT) {
		for (i = 0; i < n; i++)
			arrival[i] += vt_rng_exp(rng) * t->mean_ns;
	} else {
		for (i = 0; i < t->hops; i++)
			pass_hop(t, rng, arrival, n);
	}
	for (i = 0; i < n; i++)
		arrival[i] += t->base_ns;
}
