// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "fixed.h"
#include "variance.h"

#define WINDOW_NS (100 * CL_NS_PER_SEC)
#define EXCESS_MEAN_OF 64
#define USUAL_OF 2048
/* So many samples tell what is usual, as far as has_waited() asks. */
#define USUAL_FIRST 16
/* No queue becomes so many times longer than the usual excess at once. */
#define WAITED_USUAL 16
/*
 * What waited counts so many times as much as what did not, up to so much: it takes 32 in
 * a row, twice as many as are under way in a session.
 */
#define WAITED_WEIGHT 4
#define WAITED_MAX 128
/* Learning takes so many samples, log2: few at the start, ... */
#define LEARN_SHIFT_FIRST 4
#define LEARN_SHIFT 7
/* ... and longer each time that twice as many have come as these. */
#define LEARN_FIRST 32
/* An innovation counts as no more than so many times its variance, Q16. */
#define RATIO_MAX_Q8 (5 << 8)
/* (2 ns)^2 to (5 ms)^2: none is better, none fits the filter that is worse. */
#define A_MIN_Q16 (4LL << 16)
#define A_MAX_Q16 (25000000000000LL << 16)
#define B_MIN_Q32 (CL_VARIANCE_B_MAX >> 10)

/**
 * cl_variance_init() - begin
 * @v: state
 * @stamps_ns2: variance of a sample by its stamps, ns^2
 */
void cl_variance_init(struct cl_variance *v, s64 stamps_ns2)
{
	*v = (struct cl_variance){ .n = 0 };
	cl_variance_set_stamps(v, stamps_ns2);
}

/**
 * cl_variance_set_stamps() - forget what was learnt of the law
 * @v: state
 * @stamps_ns2: variance of a sample by its stamps, ns^2
 */
void cl_variance_set_stamps(struct cl_variance *v, s64 stamps_ns2)
{
	v->a_q16 = cl_clamp_s64(stamps_ns2, 4, 1000000000000LL) << 16;
	v->b_q32 = CL_VARIANCE_B_MAX;
}

/**
 * cl_variance_start() - forget the round trips; what was learnt goes on
 * @v: state
 * @at: local raw instant of a first one
 * @rtt: round trip, ns
 */
void cl_variance_start(struct cl_variance *v, struct cl_raw at, s64 rtt)
{
	v->win_start = at;
	v->win_min[0] = rtt;
	v->win_min[1] = rtt;
	v->win_n[0] = 0;
	v->win_n[1] = 0;
	v->excess_ns = 0;
	v->awake_ns = 0;
	v->usual_ns = 0;
	v->waited = 0;
	v->n = 0;
}

/* The largest excess of a path with queues. */
static s64 queue_max(const struct cl_variance *v)
{
	return WAITED_USUAL * v->usual_ns + CL_NS_PER_US;
}

/*
 * Has a sample waited in a host that slept?  It took longer than any that is used, and
 * than any queue.  Few do, all of them in one instant; if many do, the path is like that.
 */
static bool has_waited(struct cl_variance *v, s64 excess)
{
	if (v->n <= USUAL_FIRST)
		return false;
	if (excess <= queue_max(v) + CL_VARIANCE_EXCESS_MAX_NS) {
		v->waited -= v->waited > 0;
		return false;
	}
	v->waited = (u32)cl_min_s64(v->waited + WAITED_WEIGHT, WAITED_MAX);
	return v->waited < WAITED_MAX;
}

/**
 * cl_variance_note() - take a round trip for the smallest and for the mean
 * @v: state
 * @at: local raw instant
 * @rtt: round trip, ns
 *
 * Two windows of 100 s take turns: the smallest is that of the last 100 to 200
 * s, because a path may become longer.
 */
void cl_variance_note(struct cl_variance *v, struct cl_raw at, s64 rtt)
{
	s64 excess, n, of;
	bool waited;

	if (cl_raw_sub(at, v->win_start) >= WINDOW_NS) {
		v->win_min[1] = v->win_min[0];
		v->win_n[1] = v->win_n[0];
		v->win_min[0] = rtt;
		v->win_n[0] = 0;
		v->win_start = at;
	}
	v->win_min[0] = cl_min_s64(v->win_min[0], rtt);
	v->win_n[0]++;

	excess = rtt - cl_variance_min(v);
	v->n++;
	n = cl_min_s64((s64)v->n, USUAL_OF);
	of = cl_min_s64(n, EXCESS_MEAN_OF);
	v->excess_ns += (excess - v->excess_ns) / of;
	waited = has_waited(v, excess);
	if (waited)
		excess = queue_max(v);
	v->awake_ns += (excess - v->awake_ns) / of;
	if (waited || n > EXCESS_MEAN_OF)
		excess = cl_min_s64(excess, 2 * v->usual_ns + CL_NS_PER_US);
	v->usual_ns += (excess - v->usual_ns) / n;
}

/**
 * cl_variance_min() - smallest round trip
 * @v: state
 *
 * Return: ns.
 */
s64 cl_variance_min(const struct cl_variance *v)
{
	return cl_min_s64(v->win_min[0], v->win_min[1]);
}

/*
 * How far the smallest round trip seen may be above the true minimum.  Of n
 * sums of two exponential delays the smallest lies 0.63 / sqrt(n) of their
 * mean above the floor on average; 1 / sqrt(n) has been exceeded in no
 * simulation.  Without it the best samples look too good, most of all at the
 * start and on busy paths, and the estimate is less sure than it claims.
 */
static s64 floor_gap(const struct cl_variance *v)
{
	return v->awake_ns / (s64)cl_isqrt((u64)v->win_n[0] + v->win_n[1] + 1);
}

/**
 * cl_variance_of() - variance of a sample
 * @v: state
 * @rtt: its round trip, noted before, ns
 *
 * Return: ns^2 Q16, or 0 if its excess is so large that it says nothing.
 */
s64 cl_variance_of(const struct cl_variance *v, s64 rtt)
{
	s64 excess = cl_max_s64(rtt - cl_variance_min(v), 0);
	s64 range = excess + floor_gap(v);

	if (range > CL_VARIANCE_EXCESS_MAX_NS ||
	    excess > CL_VARIANCE_FAR * v->usual_ns + CL_NS_PER_US)
		return 0;
	return v->a_q16 + cl_mulshr(v->b_q32, range * range, 16);
}

/* log2 of the samples that learning takes. */
static unsigned int learn_shift(const struct cl_variance *v)
{
	unsigned int shift = LEARN_SHIFT_FIRST;
	u64 n;

	for (n = v->n / LEARN_FIRST; n && shift < LEARN_SHIFT; n /= 2)
		shift++;
	return shift;
}

/**
 * cl_variance_learn() - learn from an innovation
 * @v: state
 * @in_q8: sample minus prediction, over the standard deviation of that, Q8
 * @s_q16: square of that deviation, ns^2 Q16, > @r_q16
 * @r_q16: of that the sample's, cl_variance_of()
 *
 * A stochastic gradient of the likelihood in log a and log b: each is corrected by
 * its share of the variance.  Samples of little excess tell about a, the
 * others about b.  What the filter's own uncertainty hides must be able to
 * raise a, or one that began far too small would never grow.
 */
void cl_variance_learn(struct cl_variance *v, s64 in_q8, s64 s_q16, s64 r_q16)
{
	u64 ratio_q8 = cl_abs_s64(in_q8);
	s64 own = s_q16 - r_q16;
	/* of all but the excess in the variance, Q16 */
	s64 share = cl_min_s64(cl_shl_div(v->a_q16 + own, 16, s_q16), 1 << 16);
	unsigned int shift = learn_shift(v);
	s64 excess, base;

	if (ratio_q8 > RATIO_MAX_Q8)
		ratio_q8 = RATIO_MAX_Q8;
	excess = (s64)(ratio_q8 * ratio_q8) - (1 << 16);
	base = v->a_q16 + (excess > 0 ? own / 8 : 0);
	v->a_q16 += cl_mulshr(base, share * excess, 32 + shift);
	v->a_q16 = cl_clamp_s64(v->a_q16, A_MIN_Q16, A_MAX_Q16);
	share = (1 << 16) - share;
	v->b_q32 += cl_mulshr(v->b_q32, share * excess, 32 + shift);
	v->b_q32 = cl_clamp_s64(v->b_q32, B_MIN_Q32, CL_VARIANCE_B_MAX);
}

/**
 * cl_variance_noise() - noise of a sample without excess
 * @v: state
 *
 * For a path with a sharp floor it is at most the rms of one time stamp.
 *
 * Return: standard deviation, ns, rounded up.
 */
u64 cl_variance_noise(const struct cl_variance *v)
{
	return (cl_isqrt((u64)v->a_q16) >> 8) + 1;
}
