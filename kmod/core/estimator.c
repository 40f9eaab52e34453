// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Kalman filter over exchanges, each weighted by how much longer its round
 * trip took than the shortest: half of that excess is the most by which its
 * offset can be wrong (Documentation: estimation).
 */
#include "estimator.h"
#include "fixed.h"

#define RTT_MAX_NS (10 * CL_NS_PER_SEC)
/* |offset| relative to d0 that the filter's ns Q16 can take. */
#define OFFSET_MAX_NS (1LL << 44)
/* Beyond 20 ms of excess the variance would leave its format. */
#define EXCESS_MAX_NS (20 * CL_NS_PER_MS)
#define EXCESS_MEAN_OF 64
/* A frequency beyond 977 ppm is not one; see also CL_WIRE_RATE_MAX_Q48. */
#define Y_MAX_Q48 (1LL << 38)
#define WINDOW_NS (100 * CL_NS_PER_SEC)
/*
 * Added to the variance of the kernel's stamps, (100 ns)^2: none is better than
 * that proves.
 */
#define FLOOR_NS2 10000

/*
 * Variance of stamps by network devices, (50 ns)^2: their resolution, 1 to 40 ns,
 * and the maps from their clocks to raw time.
 */
#define HW_VAR_NS2 2500

/* Larger parameters would leave the formats of the filter. */
#define STAMP_NOISE_MAX_NS CL_NS_PER_MS
#define WANDER_MAX_PPT 1000000

/* The innovation guard looks at blocks of this many samples ... */
#define NIS_BLOCK 64
/* ... and a mean above this says that the filter believes itself too much. */
#define NIS_LIMIT 3
#define NIS_SIGMA_MAX_Q8 (1 << 16)

static s64 dt_q20(s64 ns)
{
	return cl_shl_div(ns, 20, CL_NS_PER_SEC);
}

/* Standard deviation of a variance in ns^2 Q16, rounded up. */
static u64 sigma_ns(s64 var_q16)
{
	return (cl_isqrt((u64)var_q16) >> 8) + 1;
}

/* Twice an offset, relative to d0, if it is not more than 2^63 away. */
static s64 relative(const struct cl_estimator *e, s64 z2)
{
	return (s64)((u64)z2 - 2 * (u64)e->d0);
}

static s64 min_rtt(const struct cl_estimator *e)
{
	return cl_min_s64(e->win_min[0], e->win_min[1]);
}

static void note_rtt(struct cl_estimator *e, struct cl_raw at, s64 rtt)
{
	if (cl_raw_sub(at, e->win_start) >= WINDOW_NS) {
		e->win_min[1] = e->win_min[0];
		e->win_n[1] = e->win_n[0];
		e->win_min[0] = rtt;
		e->win_n[0] = 0;
		e->win_start = at;
	}
	e->win_min[0] = cl_min_s64(e->win_min[0], rtt);
	e->win_n[0]++;
}

/*
 * Innovation guard: judge an innovation against its variance.  If a block of
 * them is too large in the mean, the clocks or the path did what the model
 * excludes: open the covariance, so that the filter follows the samples again.
 */
static void guard(struct cl_estimator *e, s64 innovation_q16, s64 s_q16)
{
	u64 sigma_q8 = cl_isqrt((u64)s_q16);
	u64 ratio_q8 = cl_abs_s64(innovation_q16) / (sigma_q8 ? sigma_q8 : 1);
	u64 mean;

	if (ratio_q8 > NIS_SIGMA_MAX_Q8)
		ratio_q8 = NIS_SIGMA_MAX_Q8;
	e->nis_sum += ratio_q8 * ratio_q8;
	if (++e->nis_n < NIS_BLOCK)
		return;
	mean = (e->nis_sum / NIS_BLOCK) >> 16;
	e->nis_sum = 0;
	e->nis_n = 0;
	if (mean < NIS_LIMIT)
		return;
	e->kf.p00 = cl_min_s64(e->kf.p00, CL_KALMAN_P00_MAX / (4 * mean)) *
		    (4 * mean - 3);
	e->kf.p11 = cl_min_s64(e->kf.p11, CL_KALMAN_P11_START / 100) * 100;
}

/*
 * How far the smallest round trip seen may be above the true minimum.  Of n
 * sums of two exponential delays the smallest lies 0.63 / sqrt(n) of their
 * mean above the floor on average; 1 / sqrt(n) has been exceeded in no
 * simulation.  Without it the best samples look too good, most of all at the
 * start and on busy paths, and the estimate is less sure than it claims.
 */
static s64 floor_gap(const struct cl_estimator *e)
{
	return e->excess_ns / (s64)cl_isqrt((u64)e->win_n[0] + e->win_n[1]);
}

/*
 * Feed one sample: twice the offset (modulo 2^64), the round trip and the
 * variance of its stamps.  One whose variance does not fit the format is left out.
 */
static void feed(struct cl_estimator *e, struct cl_raw at, s64 z2, s64 rtt,
		 s64 var)
{
	s64 excess = cl_max_s64(rtt - min_rtt(e), 0);
	s64 range = excess + floor_gap(e);
	s64 z = relative(e, z2) * (1 << 15);
	s64 r, whole;

	e->excess_ns += (excess - e->excess_ns) / EXCESS_MEAN_OF;
	if (range > EXCESS_MAX_NS)
		return;
	/* The offset is wrong by up to range / 2, evenly distributed. */
	r = (range * range / 12 + var) << 16;
	if (e->kf.started) {
		cl_kalman_predict(&e->kf, dt_q20(cl_raw_sub(at, e->last)));
		guard(e, z - e->kf.theta, e->kf.p00 + r);
	}
	cl_kalman_update(&e->kf, 0, z, r);
	whole = e->kf.theta >> 16;
	e->d0 = (s64)((u64)e->d0 + (u64)whole);
	e->kf.theta -= whole * (1 << 16);
	e->last = at;
}

/* Feed the exchanges kept, now that their smallest round trip is known. */
static void feed_start(struct cl_estimator *e)
{
	s64 sum = 0;
	unsigned int i;

	for (i = 0; i < CL_ESTIMATOR_START; i++)
		sum += cl_max_s64(e->start[i].rtt - min_rtt(e), 0);
	e->excess_ns = sum / CL_ESTIMATOR_START;
	for (i = 0; i < CL_ESTIMATOR_START; i++)
		feed(e, e->start[i].at, e->start[i].z2, e->start[i].rtt,
		     e->start[i].var);
}

/* Begin with a first exchange; the counters of dropped ones go on. */
static void start(struct cl_estimator *e, struct cl_raw at, s64 d0)
{
	e->d0 = d0;
	e->n = 0;
	e->win_start = at;
	e->win_min[0] = S64_MAX;
	e->win_min[1] = S64_MAX;
	e->win_n[0] = 0;
	e->win_n[1] = 0;
}

/**
 * cl_estimator_init() - start an estimator
 * @e: estimator
 * @p: parameters; stamp noise above 1 ms and wander above 1 ppm/sqrt(s) are
 *	taken as that
 */
void cl_estimator_init(struct cl_estimator *e,
		       const struct cl_estimator_params *p)
{
	s64 wander = cl_min_s64(p->wander_ppt, WANDER_MAX_PPT);

	memset(e, 0, sizeof(*e));
	e->params.stamp_noise_ns =
		(u32)cl_min_s64(p->stamp_noise_ns, STAMP_NOISE_MAX_NS);
	e->params.wander_ppt = (u32)wander;
	/* (1e-12)^2 is 1e-6 ppb^2. */
	cl_kalman_init(&e->kf, cl_shl_div(wander * wander, 24, 1000000));
}

/**
 * cl_estimator_push() - take a complete exchange
 * @e: estimator
 * @x: exchange, seen from the local node
 *
 * The sample belongs to the middle of the two local stamps: there the mean of
 * both one-way differences is free of the frequency.  Sums are made modulo
 * 2^64, because the two raw clocks may be any distance apart.
 *
 * Return: 0, or -ERANGE for an impossible exchange (round trip negative or
 * above 10 s, offset hours away from the estimate), or -ESTALE if it is not
 * newer than the one before.  In both cases only a counter changes.
 */
int cl_estimator_push(struct cl_estimator *e, const struct cl_exchange *x)
{
	u64 u = (u64)cl_raw_sub(x->in_rx, x->in_tx);
	u64 w = (u64)cl_raw_sub(x->out_rx, x->out_tx);
	s64 z2 = (s64)(u - w);
	s64 rtt = (s64)(u + w);
	s64 var = (s64)e->params.stamp_noise_ns * e->params.stamp_noise_ns +
		  FLOOR_NS2;
	struct cl_raw at =
		cl_raw_add(x->out_tx, cl_raw_sub(x->in_rx, x->out_tx) >> 1);

	if (rtt < 0 || rtt > RTT_MAX_NS)
		goto reject;
	if (e->n && cl_abs_s64(relative(e, z2)) > 2 * OFFSET_MAX_NS) {
		if (cl_estimator_ready(e))
			goto reject;
		/* One of the two is wrong; nothing is lost by a new start. */
		e->n = 0;
	}
	if (!e->n) {
		start(e, at, (s64)(u - (u64)rtt / 2));
	} else if (cl_raw_sub(at, e->last) <= 0) {
		e->late++;
		return -ESTALE;
	}

	if (x->hardware)
		var = cl_min_s64(var, HW_VAR_NS2);
	note_rtt(e, at, rtt);
	if (e->n >= CL_ESTIMATOR_START) {
		feed(e, at, z2, rtt, var);
		e->n++;
		return 0;
	}
	e->last = at;
	e->start[e->n].at = at;
	e->start[e->n].z2 = z2;
	e->start[e->n].rtt = rtt;
	e->start[e->n].var = var;
	if (++e->n == CL_ESTIMATOR_START)
		feed_start(e);
	return 0;

reject:
	e->rejected++;
	return -ERANGE;
}

/**
 * cl_estimator_ready() - is there an estimate
 * @e: estimator
 *
 * Return: true after CL_ESTIMATOR_START exchanges; later if their round trips
 * vary so much that not even the best one says anything.
 */
bool cl_estimator_ready(const struct cl_estimator *e)
{
	return e->kf.started;
}

/**
 * cl_estimator_get() - offset and frequency at an instant
 * @e: estimator
 * @at: local raw instant, at or after the last exchange; shortly before it is
 *	allowed, then the uncertainty is that at the last exchange
 * @ret: the estimate
 *
 * Any age is safe.  Beyond the format of the filter (5.9 ms) the standard
 * deviation is replaced by an upper limit: that at the last exchange plus the
 * age times that of the frequency now.
 *
 * Return: 0, or -EAGAIN before the estimator is ready, then @ret is untouched.
 */
int cl_estimator_get(const struct cl_estimator *e, struct cl_raw at,
		     struct cl_estimate *ret)
{
	s64 age = cl_raw_sub(at, e->last);
	struct cl_kalman kf = e->kf;
	s64 theta;

	if (!cl_estimator_ready(e))
		return -EAGAIN;

	if (age > 0)
		cl_kalman_predict(&kf, dt_q20(age));
	ret->at = at;
	ret->y_q48 = cl_clamp_s64(cl_shl_div(kf.y, 24, CL_NS_PER_SEC),
				  -Y_MAX_Q48, Y_MAX_Q48);
	theta = (kf.theta + (1 << 15)) >> 16;
	if (age < 0)
		theta += cl_scale(age, ret->y_q48);
	ret->theta_ns = (s64)((u64)e->d0 + (u64)theta);
	ret->y_err_ppt = (cl_isqrt((u64)kf.p11) * 1000 >> 12) + 1;
	if (kf.p00 < CL_KALMAN_P00_MAX)
		ret->err_ns = sigma_ns(kf.p00);
	else
		ret->err_ns = sigma_ns(e->kf.p00) + 1 +
			      cl_scale(age, cl_ppt_to_q48(ret->y_err_ppt) + 1);
	ret->wander_ppt = e->params.wander_ppt;
	ret->shift_ns = 0;
	ret->min_rtt_ns = (u64)min_rtt(e);
	ret->last = e->last;
	return 0;
}
