/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two raw clocks and a network between them, with the exact truth.
 */
#ifndef _CL_TESTS_SIM_H
#define _CL_TESTS_SIM_H

#include "core/estimator.h"
#include "core/fixed.h"
#include "random.h"

/**
 * struct sim - a peer with a perfect raw clock, seen from the local node
 * @rng: state of the random numbers
 * @peer: peer's raw time = true time, ns
 * @theta_q16: local raw - peer's raw - @offset, ns times 2^16
 * @y_ppt: frequency of the local clock against the peer's, 1e-12
 * @wander_ppt: its random walk, 1e-12 per sqrt(s)
 * @offset: constant part of the offset, ns
 * @base_ns: smallest one-way delay
 * @queue_ns: mean of the exponential delay on top, each way
 * @noise_ns: rms of a stamp
 * @hold_ns: time from receipt to response
 * @local_asks: the local node sends the requests; else the peer does
 * @seq: exchanges made
 */
struct sim {
	u64 rng;
	s64 peer;
	s64 theta_q16;
	s64 y_ppt;
	s64 wander_ppt;
	s64 offset;
	s64 base_ns;
	s64 queue_ns;
	s64 noise_ns;
	s64 hold_ns;
	bool local_asks;
	u32 seq;
};

/* LAN of the vectors: 0.5 ms + exp(10 us), stamps +-1 us, +20 ppm. */
static inline struct sim sim_lan(u64 seed)
{
	return (struct sim){
		.rng = seed,
		.peer = 1900000000000000000LL,
		.y_ppt = 20000000,
		.wander_ppt = 1000,
		.offset = -1899999000000000000LL,
		.base_ns = 500 * CL_NS_PER_US,
		.queue_ns = 10 * CL_NS_PER_US,
		.noise_ns = CL_NS_PER_US,
		.hold_ns = 30 * CL_NS_PER_US,
	};
}

static inline const struct cl_estimator_params *sim_params(void)
{
	static const struct cl_estimator_params params = {
		.stamp_noise_ns = 1000,
		.wander_ppt = 1000,
	};

	return &params;
}

/* True offset some time from now, for times much shorter than 1 s, ns. */
static inline s64 sim_theta_at(const struct sim *s, s64 ahead)
{
	s64 gain_q16 =
		cl_mulshr(ahead, s->y_ppt * 18446744, 48); /* 2^64 / 1e12 */

	return s->offset + ((s->theta_q16 + gain_q16 + 32768) >> 16);
}

static inline s64 sim_theta(const struct sim *s)
{
	return sim_theta_at(s, 0);
}

static inline struct cl_raw sim_local(const struct sim *s, s64 ahead)
{
	return cl_raw(s->peer + ahead + sim_theta_at(s, ahead));
}

/* Let true time pass, in steps short enough for the random walk. */
static inline void sim_advance(struct sim *s, s64 ns)
{
	while (ns > 0) {
		s64 step = cl_min_s64(ns, CL_NS_PER_SEC);
		/* sqrt(step in s), Q16 */
		s64 root = (s64)cl_isqrt((u64)step << 20) * 65536 /
			   (s64)cl_isqrt((u64)CL_NS_PER_SEC << 20);
		s64 y = s->y_ppt;

		s->y_ppt += cl_mulshr(random_gauss_q16(&s->rng) * root,
				      s->wander_ppt, 32);
		/* 2^16 / 1e12 = 2^48 / (1e12 2^32) */
		s->theta_q16 += cl_shl_div((y + s->y_ppt) / 2 * step / 1000, 16,
					   CL_NS_PER_SEC);
		s->peer += step;
		ns -= step;
	}
}

static inline s64 sim_delay(struct sim *s)
{
	return s->base_ns + (random_exp_q16(&s->rng) * s->queue_ns >> 16);
}

static inline s64 sim_noise(struct sim *s)
{
	return random_gauss_q16(&s->rng) * s->noise_ns >> 16;
}

/* An exchange that begins now.  Time does not pass. */
static inline struct cl_exchange sim_exchange(struct sim *s)
{
	s64 there = sim_delay(s);
	s64 left = there + s->hold_ns;
	s64 back = left + sim_delay(s);
	struct cl_exchange x = { .seq = s->seq++ };

	if (s->local_asks) {
		x.out_tx = cl_raw_add(sim_local(s, 0), sim_noise(s));
		x.out_rx = cl_raw(s->peer + there + sim_noise(s));
		x.in_tx = cl_raw(s->peer + left + sim_noise(s));
		x.in_rx = cl_raw_add(sim_local(s, back), sim_noise(s));
	} else {
		x.in_tx = cl_raw(s->peer + sim_noise(s));
		x.in_rx = cl_raw_add(sim_local(s, there), sim_noise(s));
		x.out_tx = cl_raw_add(sim_local(s, left), sim_noise(s));
		x.out_rx = cl_raw(s->peer + back + sim_noise(s));
	}
	return x;
}

#endif /* _CL_TESTS_SIM_H */
