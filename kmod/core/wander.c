// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Each sample has a likelihood in each filter, that of its innovation under the
 * variance the filter expects.  The sums tell which wander fits; they matter
 * only by their differences, and those are limited, so that what happened long
 * ago does not outweigh what happens now.
 */
#include "fixed.h"
#include "wander.h"

/* Wander of the middle filter, 1e-12 per sqrt(s). */
#define PPT_MIN 10
#define PPT_MAX 1000000

/* Time before samples are judged: the frequency is being found. */
#define QUIET_Q20 (30LL << 20)
/* Time before the wander may fall below that at the start. */
#define TRUST_Q20 (900LL << 20)
/*
 * A lead that makes another filter the middle one, Q24.  Too little wander costs
 * more than too much, so less evidence is asked for more of it.  With 1 to 4 and
 * 2 to 6 the error of the estimate is the same within 3 %.
 */
#define LEAD_UP (2LL << 24)
#define LEAD_DOWN (4LL << 24)
/* What leads and lags beyond this is forgotten. */
#define LEAD_MAX (8LL << 24)
/* The square of an innovation counts up to this many times its variance. */
#define NIS_MAX (16LL << 24)

/* 1e-12 per sqrt(s) to ppb^2/s Q24: (1e-12)^2 is 1e-6 ppb^2. */
static s64 q2_of(s64 ppt)
{
	return cl_shl_div(ppt * ppt, 24, 1000000);
}

/* And back, rounded to nearest. */
static u32 ppt_of(s64 q2)
{
	return ((u32)cl_isqrt((u64)cl_mulshr(q2, 4000000, 24)) + 1) / 2;
}

/**
 * cl_wander_init() - start the filters
 * @w: filters
 * @start_ppt: wander to begin with, 1e-12 per sqrt(s); taken as 10..1000000
 */
void cl_wander_init(struct cl_wander *w, u32 start_ppt)
{
	s64 ppt = cl_clamp_s64(start_ppt, PPT_MIN, PPT_MAX);
	s64 q2 = q2_of(ppt);

	*w = (struct cl_wander){};
	cl_kalman_init(&w->kf[0], q2 / 10);
	cl_kalman_init(&w->kf[1], q2);
	cl_kalman_init(&w->kf[2], q2 * 10);
	w->ppt = ppt_of(q2);
	w->start_ppt = w->ppt;
}

/* What the filters made of a sample. */
struct cl_verdict {
	s64 in; /* innovation, ns Q16 */
	s64 weight; /* variance of the sample over that of in, Q32, > 0 */
};

/*
 * Square of an innovation over its variance, Q24, limited to NIS_MAX.  The
 * variance of the sample is 2^(95 - @norm) / @inverse.
 */
static s64 nis_q24(const struct cl_verdict *v, u64 inverse, unsigned int norm)
{
	u64 in = cl_abs_s64(v->in);
	u64 scale = (u64)v->weight * inverse >> 32;
	__int128 nis;

	if (in >> 47)
		return NIS_MAX;
	nis = (__int128)in * in * scale >> (87 - norm);
	return nis < NIS_MAX ? (s64)nis : NIS_MAX;
}

/*
 * (ln b - ln a) / 2 = atanh((b - a) / (b + a)), Q24, for a, b of 1..2^32; within
 * 0.1 % for ratios up to 2 and 6 % for 10, the most that neighbours have.
 */
static s64 half_log_ratio_q24(s64 a, s64 b)
{
	s64 t = (b - a) * (1 << 24) / (b + a);
	s64 t2 = t * t >> 24;
	s64 series = (1 << 24) / 3 + t2 / 5;

	return t + (t * (t2 * series >> 24) >> 24);
}

/* Is there evidence for a filter beside the middle one, and may it be used? */
static bool lower_is_better(const struct cl_wander *w)
{
	return w->lead[0] >= LEAD_DOWN && w->ppt >= 3 * PPT_MIN &&
	       (w->ppt > w->start_ppt || w->age_q20 >= TRUST_Q20);
}

static bool has_upper(const struct cl_wander *w)
{
	return w->ppt <= PPT_MAX / 4;
}

static bool upper_is_better(const struct cl_wander *w)
{
	return w->lead[1] >= LEAD_UP && has_upper(w);
}

/*
 * Make a neighbour the middle filter.  The new one at the edge begins as a copy
 * of it: its own wander makes it differ within the memory of the filter.
 */
static void move(struct cl_wander *w, bool up)
{
	struct cl_kalman *edge = &w->kf[up ? 2 : 0];
	s64 lead = w->lead[up];

	w->kf[up ? 0 : 2] = w->kf[CL_WANDER_CENTRE];
	w->kf[CL_WANDER_CENTRE] = *edge;
	edge->q2 = up ? edge->q2 * 10 : edge->q2 / 10;
	w->lead[!up] = -lead;
	w->lead[up] = 0;
	w->ppt = ppt_of(w->kf[CL_WANDER_CENTRE].q2);
	w->moves++;
}

/* Compare the filters by a sample of variance @r_q16. */
static void judge(struct cl_wander *w, const struct cl_verdict *v, s64 r_q16)
{
	unsigned int norm = (unsigned int)__builtin_clzll((u64)r_q16);
	u64 inverse = U64_MAX / ((u64)r_q16 << norm >> 31); /* below 2^32 */
	s64 nis = nis_q24(&v[CL_WANDER_CENTRE], inverse, norm);
	s64 weight = v[CL_WANDER_CENTRE].weight;
	int i;

	for (i = 0; i < 2; i++) {
		s64 gain = (nis - nis_q24(&v[2 * i], inverse, norm)) / 2 -
			   half_log_ratio_q24(v[2 * i].weight, weight);

		w->lead[i] =
			cl_clamp_s64(w->lead[i] + gain, -LEAD_MAX, LEAD_MAX);
	}
	if (upper_is_better(w))
		move(w, true);
	else if (lower_is_better(w))
		move(w, false);
}

/**
 * cl_wander_restart() - forget all samples; the wander learnt goes on
 * @w: filters
 */
void cl_wander_restart(struct cl_wander *w)
{
	int i;

	for (i = 0; i < CL_WANDER_FILTERS; i++)
		cl_kalman_init(&w->kf[i], w->kf[i].q2);
	w->s_q16 = 0;
}

/**
 * cl_wander_follow() - go on from the state of another filter
 * @w: filters; the wander learnt goes on
 * @k: that filter
 */
void cl_wander_follow(struct cl_wander *w, const struct cl_kalman *k)
{
	int i;

	for (i = 0; i < CL_WANDER_FILTERS; i++) {
		s64 q2 = w->kf[i].q2;

		w->kf[i] = *k;
		w->kf[i].q2 = q2;
	}
	w->lead[0] = 0;
	w->lead[1] = 0;
	w->s_q16 = 0;
}

/**
 * cl_wander_raise() - the frequency changes more than was thought
 * @w: filters; the middle one gets the next larger wander, if there is one
 */
void cl_wander_raise(struct cl_wander *w)
{
	if (has_upper(w))
		move(w, true);
}

/**
 * cl_wander_push() - take a sample
 * @w: filters
 * @dt_q20: time since the last sample, s Q20, >= 0
 * @z_q16: offset measured, ns Q16, magnitude below 2^62
 * @r_q16: its variance, ns^2 Q16, 1..2^61
 */
void cl_wander_push(struct cl_wander *w, s64 dt_q20, s64 z_q16, s64 r_q16)
{
	struct cl_verdict v[CL_WANDER_FILTERS];
	int i;

	if (!cl_wander_filter(w)->started) {
		for (i = 0; i < CL_WANDER_FILTERS; i++)
			cl_kalman_update(&w->kf[i], 0, z_q16, r_q16);
		return;
	}
	for (i = 0; i < CL_WANDER_FILTERS; i++) {
		struct cl_kalman *k = &w->kf[i];

		cl_kalman_predict(k, dt_q20);
		v[i].in = z_q16 - k->theta;
		if (i == CL_WANDER_CENTRE)
			w->s_q16 = k->p00 + r_q16;
		v[i].weight =
			(1LL << 32) - (s64)cl_kalman_correct(k, z_q16, r_q16);
	}
	w->in_q16 = v[CL_WANDER_CENTRE].in;
	w->age_q20 = cl_min_s64(w->age_q20 + dt_q20, S64_MAX / 2);
	if (w->age_q20 >= QUIET_Q20)
		judge(w, v, r_q16);
}

/*
 * How much the upper filter counts beside the middle one, Q16: the square root of
 * what one is likelier than the other, because samples are not as normal as the
 * likelihood takes them to be; 2^x is interpolated, within 6 %.
 */
static s64 upper_weight_q16(const struct cl_wander *w)
{
	s64 log2 = w->lead[1] * 47274 >> 16; /* 1 / (2 ln 2), Q16 */
	s64 m = (1 << 16) + ((log2 & 0xffffff) >> 8);
	s64 whole = log2 >> 24;

	return whole < 0 ? m >> -whole : m << whole;
}

/**
 * cl_wander_doubt() - the filter in use, as uncertain as the wander is
 * @w: filters
 * @ret: the middle filter with variances that allow for more wander
 *
 * The wander learnt may be one step too low, which is most likely before there
 * are many samples.  Variances are means over the middle and the upper filter,
 * weighted by how likely the samples make them.  In 2800 simulations of 10 min
 * of samples and 1 h without, the error was up to 6.4 times what the middle
 * filter foresaw, and up to 4.4 times what this does.
 *
 * Return: wander that @ret stands for, 1e-12 per sqrt(s).
 */
u32 cl_wander_doubt(const struct cl_wander *w, struct cl_kalman *ret)
{
	const struct cl_kalman *upper = &w->kf[CL_WANDER_CENTRE + 1];
	s64 weight = upper_weight_q16(w);
	s64 share = (weight << 16) / ((1 << 16) + weight);

	*ret = *cl_wander_filter(w);
	ret->p00 += cl_mulshr(upper->p00 - ret->p00, share, 16);
	ret->p01 += cl_mulshr(upper->p01 - ret->p01, share, 16);
	ret->p11 += cl_mulshr(upper->p11 - ret->p11, share, 16);
	ret->q2 += cl_mulshr(upper->q2 - ret->q2, share, 16);
	return ppt_of(ret->q2);
}

/**
 * cl_wander_rebase() - count offsets from elsewhere
 * @w: filters
 * @whole_ns: how far the new zero is above the old one, ns, magnitude < 2^46
 */
void cl_wander_rebase(struct cl_wander *w, s64 whole_ns)
{
	int i;

	for (i = 0; i < CL_WANDER_FILTERS; i++)
		w->kf[i].theta -= whole_ns * (1 << 16);
}

/* v * times for positive numbers, at most max */
static s64 widen(s64 v, s64 times, s64 max)
{
	return v > max / times ? max : v * times;
}

/**
 * cl_wander_open() - trust the state less, so that it follows the samples again
 * @w: filters
 * @p00_times: what the variance of the offset is multiplied by, > 0
 * @p11_times: what that of the frequency is multiplied by, > 0
 */
void cl_wander_open(struct cl_wander *w, s64 p00_times, s64 p11_times)
{
	int i;

	for (i = 0; i < CL_WANDER_FILTERS; i++) {
		struct cl_kalman *k = &w->kf[i];

		k->p00 = widen(k->p00, p00_times, CL_KALMAN_P00_MAX);
		k->p11 = widen(k->p11, p11_times, CL_KALMAN_P11_START);
	}
}
