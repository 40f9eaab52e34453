/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How fast cluster time runs by oscillators that nobody steers: our own, and those
 * of the peers, which are measured against it.
 *
 * A leader that lies by less than the gate of a follower can drag all clocks away,
 * as each looks at others that are dragged as well.  But it cannot change raw
 * clocks.  If cluster time has come to run faster or slower by most of them, and by
 * more than oscillators and estimates can, the leader has done it; if it is so by
 * our own only, our oscillator has.
 *
 * What is compared are the last rate and the mean rates over about 10 s, 100 s and
 * 1000 s, each with the next: the first pairs find a change sooner, the last a
 * slower one.
 */
#ifndef _CL_CORE_PACE_H
#define _CL_CORE_PACE_H

#include "kmod/core/types.h"

/* Our own oscillator and those of the peers. */
#define CL_PACE_SOURCES 9

/* The last rate, and means with time constants in s of 10 times the one before. */
#define CL_PACE_RATES 4
#define CL_PACE_FIRST_S 10.0
#define CL_PACE_NEXT 10.0

/* By our own oscillator alone nothing can be said. */
#define CL_PACE_LEAST 2

/* A rate that is not known this well counts for nothing. */
#define CL_PACE_SETTLED_PPB 50.0

/* What means may differ by: standard deviations of what is usual, and at least. */
#define CL_PACE_SIGMAS 5.0
#define CL_PACE_MIN_PPB 20.0

/*
 * What the last rate may differ by from the mean, which is also how fast a clock is
 * slewed while it is locked: standard deviations of the frequency, and at least.
 */
#define CL_PACE_SLEW_SIGMAS 10.0
#define CL_PACE_SLEW_MIN_PPB 100.0

/**
 * struct cl_pace_source - one oscillator
 * @node: whose; the own node's is one of them
 * @since: first rate that was known well enough, ns
 * @last: last one, ns
 * @sigma_ppb: standard deviation of the last one
 * @rate_ppb: rates of cluster time against it, the longest mean last
 */
struct cl_pace_source {
	u32 node;
	s64 since;
	s64 last;
	double sigma_ppb;
	double rate_ppb[CL_PACE_RATES];
};

/**
 * struct cl_pace - all of them
 * @source: oscillators
 * @n: how many
 */
struct cl_pace {
	struct cl_pace_source source[CL_PACE_SOURCES];
	unsigned int n;
};

/**
 * struct cl_pace_answer - does cluster time run as it did?
 * @too_fast: no; by most oscillators it has changed more than it can
 * @sources: oscillators that were looked at, in the pair of rates that decides
 * @against: those by which it has, all in one direction
 * @change_ppb: smallest change of these; 0 if there are none
 * @limit_ppb: what it may be
 */
struct cl_pace_answer {
	bool too_fast;
	unsigned int sources;
	unsigned int against;
	double change_ppb;
	double limit_ppb;
};

void cl_pace_init(struct cl_pace *p);
int cl_pace_add(struct cl_pace *p, s64 now, u32 node, double rate_ppb,
		double sigma_ppb);
void cl_pace_forget(struct cl_pace *p, u32 node);
void cl_pace_judge(const struct cl_pace *p, s64 now, double wander_ppb,
		   struct cl_pace_answer *ret);
double cl_pace_slew_limit(double sigma_ppb);

#endif /* _CL_CORE_PACE_H */
