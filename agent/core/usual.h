/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What exchanges with a node usually show.  Asymmetry of paths and noise of stamps have
 * budgets that bear the worst; of a node that was measured for a while is known how
 * far beyond its queue it has ever been, and how quick its path is.  Whoever begins to lie
 * differs from that, and cannot change it meanwhile: its round trips and what the
 * estimator makes of them are its own word.
 */
#ifndef _CL_CORE_USUAL_H
#define _CL_CORE_USUAL_H

#include "kmod/core/types.h"

/* Nothing is said of fewer exchanges; of more than the second number the last ones count. */
#define CL_USUAL_LEAST 50
#define CL_USUAL_MOST 500
/* The first ones say how quick the path is, the others what is beyond that. */
#define CL_USUAL_FIRST 20

/*
 * Exchanges reach beyond their queue: mean, and so many times what those above it are
 * above it; of an exponential law that is e^-7.  It is more as long as those are few,
 * so that e^-7 holds for what was learnt of them.
 */
#define CL_USUAL_OVERS 6.0

/*
 * Paths may change later, so a part of their asymmetry budget is kept.  What was learnt
 * is not more than both paths may have, that from us and that to the leader, less it.
 */
#define CL_USUAL_KEEP 0.5
#define CL_USUAL_BASE 1.5

/* The smallest round trip and the usual offset follow so slowly, ns. */
#define CL_USUAL_FLOOR_NS (100 * CL_NS_PER_SEC)
#define CL_USUAL_BASE_NS (20 * CL_NS_PER_SEC)

/*
 * What a round trip is above the floor counts up to so many times what is usual, and at
 * first what paths may have: a host that slept is no queue, and after one such exchange
 * the floor would rise above all others.
 */
#define CL_USUAL_CLIP 8.0

/*
 * A round trip below the floor: the path became shorter, or stamps do not belong
 * together.  The floor falls by no more than this part of the usual excess at a time,
 * more slowly than the estimator learns what the path has become.
 */
#define CL_USUAL_FALL 0.03125
/* Meanwhile a queue may hide so many usual ones. */
#define CL_USUAL_HIDDEN 1.5

/**
 * struct cl_usual - what is usual of a node
 * @n: exchanges
 * @floor_ns: smallest round trip
 * @excess_ns: mean of what they are above that
 * @base_ns: offset from the median clock
 * @depth_ns: how far beyond its queue an exchange is from that, mean; below 0
 * @overs: how many were not below @depth_ns
 * @over_ns: mean of what those were above it
 */
struct cl_usual {
	unsigned int n;
	double floor_ns;
	double excess_ns;
	double base_ns;
	double depth_ns;
	unsigned int overs;
	double over_ns;
};

/**
 * struct cl_usual_sample - an exchange
 * @trip_ns: round trip
 * @raw_ns: clock minus the median one, by it alone
 * @offset_ns: the same, filtered
 * @slack_ns: asymmetry that the path may have
 */
struct cl_usual_sample {
	double trip_ns;
	double raw_ns;
	double offset_ns;
	double slack_ns;
};

void cl_usual_init(struct cl_usual *u);
double cl_usual_gate(const struct cl_usual *u, const struct cl_usual_sample *s);
void cl_usual_learn(struct cl_usual *u, s64 since,
		    const struct cl_usual_sample *s);

#endif /* _CL_CORE_USUAL_H */
