/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Networks, by what the estimator makes of them: it is not in the loop, the error of
 * a filtered offset is an AR(1) process.
 */
#ifndef _BYZ_NET_H
#define _BYZ_NET_H

#include "scripts/lab/vtime/rng.h"

/* Laws of the queueing delay. */
enum byz_law {
	BYZ_EXPONENTIAL,
	BYZ_GAMMA, /* shape 0.5 */
};

/**
 * struct byz_net - a network
 * @name: of the network
 * @law: of the queueing delay of a packet
 * @mean_ns: its mean
 * @sigma_ns: rms error of a filtered offset
 * @tau: its correlation time, rounds
 * @noise_ns: rms noise of one exchange without queues
 * @slew_ppb: R5
 * @interval_ns: time between two rounds
 */
struct byz_net {
	const char *name;
	enum byz_law law;
	double mean_ns;
	double sigma_ns;
	double tau;
	double noise_ns;
	double slew_ppb;
	s64 interval_ns;
};

/* Queueing delay of a packet, ns. */
static inline double byz_delay(const struct byz_net *net, struct vt_rng *rng)
{
	if (net->law == BYZ_GAMMA)
		return net->mean_ns * vt_rng_gamma(rng, 0.5) / 0.5;
	return net->mean_ns * vt_rng_exp(rng);
}

#endif /* _BYZ_NET_H */
