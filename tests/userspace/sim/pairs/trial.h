/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two nodes that exchange packets over a path, and estimators that are fed some of
 * them.
 */
#ifndef _PAIRS_TRIAL_H
#define _PAIRS_TRIAL_H

#include <stddef.h>

#include "kmod/core/estimator.h"
#include "traffic.h"

/**
 * struct pairs_case - what is simulated
 * @name: of the case
 * @path: both directions, which are independent
 * @noise_ns: rms of a stamp; 0: exact to 1 ns
 * @hardware: stamps are those of network devices
 * @seconds: how long
 * @warm_s: from then on errors count
 */
struct pairs_case {
	const char *name;
	struct pairs_traffic path;
	double noise_ns;
	bool hardware;
	unsigned int seconds;
	unsigned int warm_s;
};

/**
 * struct pairs_taker - an estimator and what it is fed
 * @tolerance_ns: the delays of a pair may differ by so much each way, the round
 *	trip of a single exchange may be longer than the shortest so far by so
 *	much; else nothing is fed
 * @earlier: of a pair only the earlier exchange is fed
 * @estimator: the estimator
 * @shortest_ns: round trip of a single exchange
 * @error: magnitudes of its errors, ns
 * @errors: how many
 * @missed: seconds without an estimate
 * @fed: groups that were fed
 * @seen: groups, single exchanges or pairs
 */
struct pairs_taker {
	double tolerance_ns;
	bool earlier;
	struct cl_estimator estimator;
	s64 shortest_ns;
	double *error;
	size_t errors;
	size_t missed;
	size_t fed;
	size_t seen;
};

/**
 * struct pairs_plan - how packets are sent
 * @n: exchanges that are sent together, 1 to PAIRS_PACKETS
 * @gap_ns: between them
 */
struct pairs_plan {
	unsigned int n;
	double gap_ns;
};

int pairs_trial(const struct pairs_case *c, const struct pairs_plan *plan,
		u64 seed, struct pairs_taker *taker, unsigned int takers);

#endif /* _PAIRS_TRIAL_H */
