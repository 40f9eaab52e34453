// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
#include "filter.h"
#include "fixed.h"

/* A frequency beyond 977 ppm is not one; see also CL_WIRE_RATE_MAX_Q48. */
#define Y_MAX_Q48 (1LL << 38)

/*
 * The innovation guard looks at blocks of this many samples: the mean of innovations
 * must not be further from 0 than so many times its deviation.
 */
#define GUARD_BLOCK 32
#define GUARD_SIGMAS 5
#define INNOVATION_MAX_Q8 (1 << 16)
/* What innovations have in common is their mean over so many. */
#define BIAS_MEAN_OF 32

static s64 dt_q20(s64 ns)
{
	return cl_shl_div(ns, 20, CL_NS_PER_SEC);
}

/* Standard deviation of a variance in ns^2 Q16, rounded up. */
static u64 sigma_ns(s64 var_q16)
{
	return (cl_isqrt((u64)var_q16) >> 8) + 1;
}

/**
 * cl_filter_init() - before the first sample
 * @f: filter
 * @wander_ppt: wander to begin with, 1e-12 per sqrt(s); as cl_wander_init()
 * @stamps_ns2: variance of a sample by its stamps, ns^2
 */
void cl_filter_init(struct cl_filter *f, u32 wander_ppt, s64 stamps_ns2)
{
	*f = (struct cl_filter){ .n = 0 };
	cl_wander_init(&f->wander, wander_ppt);
	cl_variance_init(&f->var, stamps_ns2);
}

static void forget_innovations(struct cl_filter *f)
{
	f->sum_q8 = 0;
	f->squares_q16 = 0;
	f->n = 0;
	f->bias_q8 = 0;
}

/**
 * cl_filter_start() - forget all samples; what was learnt goes on
 * @f: filter
 * @s: the sample that will be the first; it is not taken yet
 */
void cl_filter_start(struct cl_filter *f, const struct cl_oneway *s)
{
	u64 rtt = s->u + s->w;

	cl_wander_restart(&f->wander);
	cl_variance_start(&f->var, cl_oneway_middle(s), (s64)rtt);
	f->d0 = (s64)(s->u - rtt / 2);
	forget_innovations(f);
}

/**
 * cl_filter_follow() - go on from the state of another filter
 * @f: filter; what was learnt of noise and wander goes on
 * @k: the other one
 * @d0: what its offset is relative to, ns
 * @at: its newest sample
 */
void cl_filter_follow(struct cl_filter *f, const struct cl_kalman *k, s64 d0,
		      struct cl_raw at)
{
	cl_wander_follow(&f->wander, k);
	f->d0 = d0;
	f->at = at;
	forget_innovations(f);
}

/* Innovation of the last sample, over its deviation, Q8. */
static s64 innovation_q8(const struct cl_filter *f)
{
	u64 sigma_q8 = cl_isqrt((u64)f->wander.s_q16);
	u64 size_q8 = cl_abs_s64(f->wander.in_q16) / (sigma_q8 ? sigma_q8 : 1);

	if (size_q8 > INNOVATION_MAX_Q8)
		size_q8 = INNOVATION_MAX_Q8;
	return f->wander.in_q16 < 0 ? -(s64)size_q8 : (s64)size_q8;
}

/*
 * Innovation, Q8, less what the last ones had in common: a filter that lags must not
 * take that for noise of the samples, or it would lag the more.
 */
static s64 unbiased_q8(struct cl_filter *f, s64 in_q8)
{
	s64 ret = in_q8 - f->bias_q8;

	f->bias_q8 += ret / BIAS_MEAN_OF;
	return ret;
}

/*
 * Innovation guard: if innovations are to one side for a whole block, the clocks
 * did what the model excludes: open the covariance, so that the filter follows the
 * samples again.  Innovations that are large to both sides tell about the samples'
 * variance, which cl_variance_learn() corrects.
 */
static void guard(struct cl_filter *f, s64 in_q8)
{
	u64 mean, sided;

	f->squares_q16 += (u64)(in_q8 * in_q8);
	f->sum_q8 += in_q8;
	if (++f->n < GUARD_BLOCK)
		return;
	/* Both are 1 if all is well; the square of a sum is that over n. */
	mean = (f->squares_q16 / GUARD_BLOCK) >> 16;
	sided = ((u64)(f->sum_q8 * f->sum_q8) / GUARD_BLOCK) >> 16;
	if (sided >= GUARD_SIGMAS * GUARD_SIGMAS * (mean ? mean : 1))
		cl_wander_open(&f->wander, (s64)sided / 2, 100);
	f->sum_q8 = 0;
	f->squares_q16 = 0;
	f->n = 0;
}

/* Keep theta small: its whole ns go into d0. */
static void rebase(struct cl_filter *f)
{
	s64 whole = cl_wander_filter(&f->wander)->theta >> 16;

	f->d0 = (s64)((u64)f->d0 + (u64)whole);
	cl_wander_rebase(&f->wander, whole);
}

/**
 * cl_filter_push() - take a sample
 * @f: filter; its round trip has been noted in @f->var
 * @s: sample, offset within CL_FILTER_OFFSET_MAX_NS
 *
 * One that came late counts as if it had come with the newest.  One whose round
 * trip says nothing is left out.
 */
void cl_filter_push(struct cl_filter *f, const struct cl_oneway *s)
{
	s64 r = cl_variance_of(&f->var, (s64)(s->u + s->w));
	s64 z = (s64)(s->u - s->w - 2 * (u64)f->d0) * (1 << 15);
	struct cl_raw at = cl_oneway_middle(s);
	s64 age, in_q8;

	if (!r)
		return;
	if (!cl_filter_ready(f))
		f->at = at;
	age = cl_raw_sub(at, f->at);
	if (age < 0) {
		z -= cl_mulshr(cl_wander_filter(&f->wander)->y, dt_q20(age),
			       28);
		age = 0;
	}
	cl_wander_push(&f->wander, dt_q20(age), z, r);
	f->at = cl_raw_add(f->at, age);
	if (f->wander.s_q16) {
		in_q8 = innovation_q8(f);
		cl_variance_learn(&f->var, unbiased_q8(f, in_q8),
				  f->wander.s_q16, r);
		guard(f, in_q8);
	}
	rebase(f);
}

/**
 * cl_filter_ready() - has a sample been used
 * @f: filter
 *
 * Return: true if there is an answer.
 */
bool cl_filter_ready(const struct cl_filter *f)
{
	return cl_wander_filter(&f->wander)->started;
}

/**
 * cl_filter_distance() - how far an offset is from the filter's numbers
 * @f: filter that has been started
 * @offset: local raw - peer's raw, ns modulo 2^64
 *
 * Return: ns, to be compared with CL_FILTER_OFFSET_MAX_NS.
 */
u64 cl_filter_distance(const struct cl_filter *f, u64 offset)
{
	return cl_abs_s64((s64)(offset - (u64)f->d0));
}

/**
 * cl_filter_sigma() - standard deviation of the offset at the newest sample
 * @f: filter that is ready
 *
 * Return: ns, rounded up.
 */
u64 cl_filter_sigma(const struct cl_filter *f)
{
	return sigma_ns(cl_wander_filter(&f->wander)->p00);
}

/**
 * cl_filter_get() - the answer
 * @f: filter that is ready
 * @at: local raw instant
 * @ret: @at, which is the newest sample if @at is older, offset, frequency, their
 *	deviations and the wander are set
 *
 * The deviations are those that cl_wander_doubt() allows for.
 */
void cl_filter_get(const struct cl_filter *f, struct cl_raw at,
		   struct cl_estimate *ret)
{
	s64 age = cl_max_s64(cl_raw_sub(at, f->at), 0);
	struct cl_kalman kf;
	s64 theta;

	ret->wander_ppt = cl_wander_doubt(&f->wander, &kf);
	cl_kalman_predict(&kf, dt_q20(age));
	theta = (kf.theta + (1 << 15)) >> 16;
	ret->at = cl_raw_add(f->at, age);
	ret->theta_ns = (s64)((u64)f->d0 + (u64)theta);
	ret->y_q48 = cl_clamp_s64(cl_shl_div(kf.y, 24, CL_NS_PER_SEC),
				  -Y_MAX_Q48, Y_MAX_Q48);
	ret->err_ns = sigma_ns(kf.p00);
	ret->y_err_ppt = (cl_isqrt((u64)kf.p11) * 1000 >> 12) + 1;
}
