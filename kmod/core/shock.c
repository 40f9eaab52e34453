// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * The sum of log-likelihood ratios, never below 0, of two filters is Page's
 * test for a change (E. S. Page, Biometrika 41 (1954), 100).  Samples tell
 * offsets, and a path that became longer or shorter changes those as well; but it
 * also changes the sum of the smallest delays of both directions, by twice what it
 * seems to do to the offset, and at once.  A clock does not.  No queue moves the
 * offset of a sample by more than half of what it adds to the round trip: a load of
 * one direction swings the filter, but proves nothing.
 */
#include "fixed.h"
#include "shock.h"

/* Wander that the filter expects: 1 ppm per sqrt(s); ppb^2/s Q24. */
#define Q2 (1000000LL << 24)
/* Standard deviation of its frequency when it begins: 1 ppm; ppb^2 Q24. */
#define P11_START (1000000LL << 24)
/* After a start the frequency is being found, ns. */
#define QUIET_NS (10 * CL_NS_PER_SEC)

/* A shock is proven by so much, Q16; half of it is a doubt. */
#define LEAD_PROOF (8LL << 16)
/* More is forgotten. */
#define LEAD_MAX (2 * LEAD_PROOF)
/* ln(2) / 2, Q16 */
#define HALF_LN2 22713
/* Innovations count as no more than so many deviations, Q8. */
#define SIGMAS_MAX_Q8 (16 << 8)
/* The square of one counts in a sum as no more than this, Q16. */
#define NIS_MAX (20LL << 16)
/* Larger ones of a filter that expects shocks are jumps of the offset ... */
#define NIS_JUMP (25LL << 16)
/* ... which last until so many samples in a row agree so well with the estimate. */
#define JUMP_OVER 10
#define NIS_AGREES (9LL << 16)
/* A round trip shorter by more than this part of that is the path's. */
#define SHORTER_DIV 4
/* The mean of squares is that of so many. */
#define NIS_MEAN_OF 64

/* The smallest delays are those of one to two blocks of so many samples. */
#define BLOCK 8
/* The usual sum of them is the mean of so many. */
#define WIDTH_MEAN_OF 128
/*
 * It must be as usual within this part of what the clock moved by, and that must
 * be more than so many of its deviations.
 */
#define WIDTH_DIV 2
#define WIDTH_DEVS 3
/* No oscillator changes by more, ppb ... */
#define Y_MAX_PPB 10000
/* ... and the change must explain this part of what the offset moved by. */
#define EXPLAIN_DIV 2
/* All of that has to be so at so many samples in a row ... */
#define AGREE_MIN 2
/* ... and no queue may explain so many, but for deviations of the estimate. */
#define BEYOND_MIN 2
#define BEYOND_ERRS 2

/**
 * cl_shock_restart() - the estimate begins anew
 * @k: state
 */
void cl_shock_restart(struct cl_shock *k)
{
	*k = (struct cl_shock){ .n = 0 };
}

/* Begin with a sample and with the frequency of the estimate. */
static void start(struct cl_shock *k, const struct cl_estimate *line,
		  struct cl_raw at, u64 offset, s64 r_q16)
{
	k->d0 = (s64)offset;
	k->at = at;
	k->from = cl_raw_add(at, QUIET_NS);
	k->onset = at;
	cl_kalman_init(&k->kf, Q2);
	cl_kalman_update(&k->kf, 0, 0, r_q16);
	k->kf.y = cl_mulshr(line->y_q48, CL_NS_PER_SEC, 24);
	k->kf.p11 = P11_START;
}

/* Square of an innovation, ns Q16, over its variance, ns^2 Q16; Q16, limited. */
static s64 nis(s64 in_q16, s64 s_q16)
{
	u64 sigma_q8 = cl_isqrt((u64)s_q16);
	u64 q8 = cl_abs_s64(in_q16) / (sigma_q8 ? sigma_q8 : 1);

	if (q8 > SIGMAS_MAX_Q8)
		q8 = SIGMAS_MAX_Q8;
	return (s64)(q8 * q8);
}

/* log2(v), Q16, the mantissa taken as linear: up to 0.09 too small; v >= 1 */
static s64 log2_q16(s64 v)
{
	unsigned int zeros = (unsigned int)__builtin_clzll((u64)v);

	return ((s64)(63 - zeros) << 16) +
	       (s64)((u64)v << zeros >> 47 & 0xffff);
}

/*
 * Has something jumped?  Then nothing is said until samples agree with the estimate
 * again.
 */
static bool jumped(struct cl_shock *k, s64 own, s64 theirs, s64 shorter_ns)
{
	if (own > NIS_JUMP ||
	    (k->lead &&
	     shorter_ns > (s64)cl_abs_s64(k->apart_ns) / SHORTER_DIV))
		k->jumped = JUMP_OVER;
	else if (k->jumped && theirs > NIS_AGREES)
		k->jumped = JUMP_OVER;
	else if (k->jumped)
		k->jumped--;
	return k->jumped;
}

/*
 * Add up what a sample says.  If the filter itself fits worse than it claims, noise
 * is underestimated, and both count less.
 */
static void weigh(struct cl_shock *k, s64 own, s64 theirs, s64 log_ratio)
{
	s64 scale = cl_max_s64(k->nis_q16, 1 << 16);

	own = cl_min_s64(own, NIS_MAX);
	theirs = cl_min_s64(theirs, NIS_MAX);
	k->nis_q16 += (own - k->nis_q16) / NIS_MEAN_OF;
	k->lead += cl_shl_div(theirs - own, 15, scale) +
		   cl_mulshr(log_ratio, HALF_LN2, 16);
	k->lead = cl_clamp_s64(k->lead, 0, LEAD_MAX);
}

/* Sum of the smallest delays of late, ns; those of a sample are @u and @w. */
static s64 width(struct cl_shock *k, s64 u, s64 w)
{
	if (k->n++ % BLOCK == 0) {
		k->low[1][0] = k->n > 1 ? k->low[0][0] : u;
		k->low[1][1] = k->n > 1 ? k->low[0][1] : w;
		k->low[0][0] = u;
		k->low[0][1] = w;
	}
	k->low[0][0] = cl_min_s64(k->low[0][0], u);
	k->low[0][1] = cl_min_s64(k->low[0][1], w);
	return cl_min_s64(k->low[0][0], k->low[1][0]) +
	       cl_min_s64(k->low[0][1], k->low[1][1]);
}

/* Learn what is usual while nothing happens. */
static void learn_width(struct cl_shock *k, s64 now)
{
	s64 n = cl_min_s64((s64)k->n, WIDTH_MEAN_OF);
	s64 d = now - k->width_ns;

	k->width_ns += d / n;
	d = (s64)cl_abs_s64(now - k->width_ns);
	k->width_dev_ns += (d - k->width_dev_ns) / n;
}

/*
 * Is it the clock?  Then both directions have their smallest delays again when the
 * change is taken into account, and the frequency explains the offset.
 */
static bool is_clock(const struct cl_shock *k, const struct cl_estimate *line,
		     s64 width_ns)
{
	u64 apart = cl_abs_s64(k->apart_ns);
	s64 dy = cl_mulshr(k->kf.y, 1, 24) -
		 cl_mulshr(line->y_q48, CL_NS_PER_SEC, 48);
	s64 us = cl_raw_sub(k->at, k->onset) / 1000;

	if (k->apart_ns < 0)
		dy = -dy;
	if (dy < 0 || dy > Y_MAX_PPB)
		return false;
	return cl_abs_s64(width_ns - k->width_ns) < apart / WIDTH_DIV &&
	       apart > WIDTH_DEVS * (u64)k->width_dev_ns &&
	       (u64)dy * (u64)us / 1000000 >= apart / EXPLAIN_DIV;
}

/*
 * Compare what both foretell of a sample with it; its round trip is longer than the
 * smallest by @excess_ns.
 */
static void compare(struct cl_shock *k, s64 z, s64 r_q16,
		    const struct cl_estimate *now, s64 excess_ns)
{
	s64 err = now->err_ns < CL_NS_PER_MS ? (s64)now->err_ns : CL_NS_PER_MS;
	s64 off = (s64)((u64)now->theta_ns - (u64)k->d0);
	s64 own_var = k->kf.p00 + r_q16;
	s64 var = r_q16 + (err * err << 16);
	s64 own = nis(z - k->kf.theta, own_var);
	s64 theirs = nis(z - off * (1 << 16), var);

	k->beyond += (s64)(cl_abs_s64(z - off * (1 << 16)) >> 16) >
		     excess_ns / 2 + BEYOND_ERRS * err;
	if (jumped(k, own, theirs, -excess_ns) ||
	    cl_raw_sub(k->at, k->from) < 0)
		k->lead = 0;
	else
		weigh(k, own, theirs, log2_q16(var) - log2_q16(own_var));
}

/* Let the filter take a sample, and keep its offset small. */
static void correct(struct cl_shock *k, s64 z, s64 r_q16)
{
	s64 whole;

	cl_kalman_correct(&k->kf, z, r_q16);
	whole = k->kf.theta >> 16;
	k->d0 = (s64)((u64)k->d0 + (u64)whole);
	k->kf.theta -= whole * (1 << 16);
}

/**
 * cl_shock_push() - take a sample
 * @k: state
 * @s: sample, its round trip within 10 s, its offset within
 *	CL_FILTER_OFFSET_MAX_NS of those before
 * @line: estimate in use, found without the sample
 * @r_q16: variance of the sample's offset, ns^2 Q16, 1..2^61
 * @floor_ns: round trip that noise alone does not make shorter
 *
 * One that came late is left out.  If something jumped, cl_continuity_push()
 * decides what it was.
 *
 * Return: true if the frequency is proven to have changed.  @k->kf is an estimate
 * of the offset less @k->d0 and of the frequency at @k->at then.
 */
bool cl_shock_push(struct cl_shock *k, const struct cl_oneway *s,
		   const struct cl_estimate *line, s64 r_q16, s64 floor_ns)
{
	struct cl_raw at = cl_oneway_middle(s);
	s64 dt = cl_raw_sub(at, k->at);
	s64 rtt = (s64)(s->u + s->w);
	struct cl_estimate now;
	s64 width_ns, z;

	if (!k->kf.started) {
		start(k, line, at, s->u - (u64)rtt / 2, r_q16);
		return false;
	}
	if (dt < 0)
		return false;
	k->at = at;
	cl_kalman_predict(&k->kf, cl_shl_div(dt, 20, CL_NS_PER_SEC));
	cl_estimate_at(line, at, &now);
	z = (s64)(s->u - s->w - 2 * (u64)k->d0) * (1 << 15);
	compare(k, z, r_q16, &now, rtt - floor_ns);
	correct(k, z, r_q16);
	k->apart_ns = (s64)((u64)k->d0 - (u64)now.theta_ns);

	width_ns = width(k, (s64)(s->u - (u64)k->d0), (s64)(s->w + (u64)k->d0));
	if (!k->lead) {
		k->onset = at;
		k->beyond = 0;
		learn_width(k, width_ns);
	}
	k->agree = is_clock(k, line, width_ns) ? k->agree + 1 : 0;
	return k->lead >= LEAD_PROOF && k->agree >= AGREE_MIN &&
	       k->beyond >= BEYOND_MIN;
}

/**
 * cl_shock_doubt_ns() - what is not proven yet
 * @k: state
 *
 * Return: by how much the estimate is wrong if the frequency has changed, ns; 0 if
 * little speaks for that.
 */
u64 cl_shock_doubt_ns(const struct cl_shock *k)
{
	return k->lead >= LEAD_PROOF / 2 ? cl_abs_s64(k->apart_ns) : 0;
}
