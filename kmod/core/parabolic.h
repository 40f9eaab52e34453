/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Parabolic two-hull estimator: the widest corridor between the two one-way
 * streams of exchanges, for delays with a hard floor; integer only.
 *
 * With ages a = t - x of the samples (x, u) and (x, w) at time t,
 *
 *	A(y) = min(u + y a + c a^2), B(y) = min(w - y a + c a^2),
 *
 * the estimate is the y with the largest A + B; theta = (A - B) / 2 and the
 * one-way delay (A + B) / 2 there.  Only corners of
 * the lower convex hull of (x, u + c x^2) can be a minimum, whatever t and y.
 */
#ifndef _CL_CORE_PARABOLIC_H
#define _CL_CORE_PARABOLIC_H

#include "cltime.h"
#include "oneway.h"
#include "types.h"

/* Corners of one hull, a power of two; 36 is the most seen in simulation. */
#define CL_LOWER_MAX 64
/* A tick of the hulls is 2^20 ns. */
#define CL_LOWER_TICK_SHIFT 20
/* |x| of a sample, ticks: 2.4 h */
#define CL_LOWER_X_MAX ((1 << 23) - 1)
/* |u| and |w| of a sample, ns: 17 s */
#define CL_LOWER_U_MAX_NS ((1LL << 34) - 1)
/* Largest curvature; the design's are 2^15 to 2^26. */
#define CL_LOWER_C_MAX (1LL << 32)
/* |y|, Q40: 500 ppm */
#define CL_LOWER_Y_MAX 549755813LL
/* A point may be older than so many corners; one older still is ignored. */
#define CL_LOWER_LATE_MAX 16
/* Exchanges kept at the start, until their mean delay is known. */
#define CL_PARABOLIC_START 64

/**
 * struct cl_lower - lower convex hull of one direction
 * @v: corners, 2^-4 ns, magnitude below 2^39; a ring
 * @x: their instants, ticks since the corridor's origin, ascending
 * @head: place of the oldest corner in @v and @x
 * @n: corners
 * @steps: comparisons made by all insertions: at most two for each
 * @drops: corners lost because there were CL_LOWER_MAX
 *
 * The counters survive cl_corridor_start().
 */
struct cl_lower {
	s64 v[CL_LOWER_MAX];
	s32 x[CL_LOWER_MAX];
	u32 head;
	u32 n;
	u64 steps;
	u64 drops;
};

/**
 * struct cl_corridor - one generation: both hulls and the last answer
 * @x0: origin of time: @at_u of the first sample
 * @d0: origin of the offset: @u of the first sample, ns modulo 2^64
 * @c: curvature, 2^-4 ns per tick^2 Q40, 0..CL_LOWER_C_MAX
 * @fwd: hull of u - @d0
 * @back: hull of w + @d0
 * @n: samples taken
 * @rtt_sum: sum of their u + w, ns
 * @t: instant of the answer, ticks since @x0
 * @y: frequency, Q40
 * @theta: offset - @d0, 2^-4 ns
 * @delay: one-way delay, 2^-4 ns
 */
struct cl_corridor {
	struct cl_raw x0;
	u64 d0;
	s64 c;
	struct cl_lower fwd;
	struct cl_lower back;
	u64 n;
	s64 rtt_sum;
	s32 t;
	s64 y;
	s64 theta;
	s64 delay;
};

/**
 * struct cl_parabolic - estimator of one session
 * @wander_ppt: wander of the pair's frequency, 1e-12 per sqrt(s), 1..1000000
 * @noise_ns: rms of one time stamp, ns, 1..1000000
 * @n: exchanges taken since the start
 * @restarts: new starts after the first
 * @swaps: generations handed over
 * @c: curvature of the next generation, as in struct cl_corridor
 * @half: age at which the younger generation takes over, ticks
 * @excess_ns: mean one-way delay above the smallest, ns
 * @interval_ns: running mean of the time between samples, ns
 * @eps: mean error expected of a hard floor, 2^-4 ns
 * @breach_q8: mean depth by which samples fell below the corridor predicted for
 *	them, over the error expected of a hard floor, Q8: it is about the mean
 *	error of the answer
 * @scaled_q8: that when the scales were set
 * @scaled_ppt: the wander then
 * @scaled_ns: @interval_ns then
 * @breaches: how many did
 * @fine: of those, when the noise of stamps would have shown; saturated
 * @last: newest sample
 * @solved: raw instant of the answer
 * @y: frequency, Q40
 * @y_known: it was found since the start
 * @theta: offset - @d0, 2^-4 ns
 * @d0: origin of the offset, ns modulo 2^64
 * @delay: one-way delay, 2^-4 ns
 * @wide: largest @delay of late, 2^-4 ns
 * @elder: generation that answers
 * @gen: both generations
 * @start: the first exchanges
 */
struct cl_parabolic {
	u32 wander_ppt;
	u32 noise_ns;
	u64 n;
	u64 restarts;
	u64 swaps;
	s64 c;
	s32 half;
	s64 excess_ns;
	s64 interval_ns;
	s64 eps;
	s64 breach_q8;
	s64 scaled_q8;
	u32 scaled_ppt;
	s64 scaled_ns;
	u64 breaches;
	u32 fine;
	struct cl_oneway last;
	struct cl_raw solved;
	s64 y;
	bool y_known;
	s64 theta;
	u64 d0;
	s64 delay;
	s64 wide;
	unsigned int elder;
	struct cl_corridor gen[2];
	struct cl_oneway start[CL_PARABOLIC_START];
};

static_assert(sizeof(struct cl_parabolic) <= 6144,
	      "half of what a session may use");

/**
 * struct cl_parabolic_estimate - an answer, valid at one instant
 * @at: local raw instant
 * @theta_ns: local raw - peer's raw at @at
 * @y_q48: d theta / d local raw, times 2^48
 * @err_ns: standard deviation of @theta_ns, rounded up
 * @y_err_ppt: standard deviation of the frequency, 1e-12, rounded up
 * @delay_ns: smallest one-way delay, half of the smallest round trip
 * @excess_ns: mean one-way delay above it
 * @last: local raw instant of the last exchange used
 */
struct cl_parabolic_estimate {
	struct cl_raw at;
	s64 theta_ns;
	s64 y_q48;
	u64 err_ns;
	u64 y_err_ppt;
	s64 delay_ns;
	s64 excess_ns;
	struct cl_raw last;
};

void cl_lower_push(struct cl_lower *h, s32 x, s64 v);

void cl_corridor_start(struct cl_corridor *r, const struct cl_oneway *s, s64 c);
void cl_corridor_push(struct cl_corridor *r, const struct cl_oneway *s, s64 y);
void cl_corridor_at(struct cl_corridor *r, s32 t, s64 y);
void cl_corridor_solve(struct cl_corridor *r, s32 t);

s64 cl_parabolic_curvature(u32 wander_ppt, s64 interval_ns, s64 excess_ns);
s32 cl_parabolic_window(u32 wander_ppt, s64 interval_ns, s64 excess_ns);
void cl_parabolic_init(struct cl_parabolic *p, u32 wander_ppt, u32 noise_ns);
void cl_parabolic_set_wander(struct cl_parabolic *p, u32 ppt);
void cl_parabolic_restart(struct cl_parabolic *p);
int cl_parabolic_push(struct cl_parabolic *p, const struct cl_oneway *s);
int cl_parabolic_get(const struct cl_parabolic *p, struct cl_raw at,
		     struct cl_parabolic_estimate *ret);
u64 cl_parabolic_squeezed(const struct cl_parabolic *p);
u64 cl_parabolic_young_q8(const struct cl_parabolic *p);
u64 cl_parabolic_drops(const struct cl_parabolic *p);

#endif /* _CL_CORE_PARABOLIC_H */
