// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * The slope is a Kalman filter's only state.  Numbers stay small: changes of the
 * temperature in 1/256 K and below 64 K, variances below 2^41, so that no sum exceeds
 * 2^62.
 */
#include "thermal.h"

#include "fixed.h"

#define TEMPERATURE_MAX_MK 200000
#define CHANGE_MAX_256 (64 * 256)

/* An offset that is known less tells nothing of temperatures, ns. */
#define ERR_MAX_NS 100000ULL

/* A span that took longer is not looked at, s. */
#define AGE_MAX_S (2 * CL_THERMAL_SPAN_S)

#define PRIOR_VAR ((u64)CL_THERMAL_PRIOR_PPT * CL_THERMAL_PRIOR_PPT)

/* A change of more sigma has another cause. */
#define OUTLIER_SIGMAS 5

/* No slope is known better, 1e-12 per kelvin: it is one of a curve. */
#define SLOPE_ERR_MIN_PPT 1000

/* What it may change the frequency by, 1e-12: more than any crystal does. */
#define EFFECT_MAX_PPT 50000000LL

/**
 * cl_thermal_init() - nothing is known
 * @t: temperature
 */
void cl_thermal_init(struct cl_thermal *t)
{
	*t = (struct cl_thermal){ .var = PRIOR_VAR };
}

/**
 * cl_thermal_read() - the sensor was read
 * @t: temperature
 * @mk: reading, 1e-3 degrees Celsius
 */
void cl_thermal_read(struct cl_thermal *t, s32 mk)
{
	t->now_mk =
		(s32)cl_clamp_s64(mk, -TEMPERATURE_MAX_MK, TEMPERATURE_MAX_MK);
	t->known = true;
}

/**
 * cl_thermal_rebase() - what is measured from here on cannot be compared with what
 *			  was before
 * @t: temperature; what was learnt stays
 */
void cl_thermal_rebase(struct cl_thermal *t)
{
	t->begun = false;
	t->has_last = false;
}

static void begin(struct cl_thermal *t, const struct cl_estimate *e)
{
	t->begun = true;
	t->first = *e;
	t->sum_mk = 0;
	t->n = 0;
}

/*
 * Variance of the difference between two spans' mean frequencies without the
 * temperature, (1e-12)^2: the second difference of three offsets, and a random walk,
 * whose next difference depends on it: on average as if they did not, and had all of the
 * walk's variance.
 */
static u64 noise_var(const struct cl_thermal *t, const struct cl_estimate *e,
		     s64 age_s)
{
	u64 wander = e->wander_ppt;
	u64 err = (e->err_ns > t->first.err_ns ? e->err_ns : t->first.err_ns) *
		  1000 / (u64)age_s;

	return 6 * err * err + (u64)age_s * wander * wander;
}

/* @h: change of the temperature, 1/256 K; @y_ppt: of the frequency. */
static void update(struct cl_thermal *t, s64 h, s64 y_ppt, u64 noise)
{
	u64 own = (u64)cl_mulshr(h * h, (s64)t->var, 16);
	u64 all = own + noise;
	s64 d = y_ppt - t->slope_ppt * h / 256;
	s64 gain_q32;

	if (cl_abs_s64(d) > OUTLIER_SIGMAS * (cl_isqrt(all) + 1))
		return;
	/* own / all, below 1 */
	gain_q32 = cl_ratio_q32((s64)own, (s64)all + 1);
	t->slope_ppt += cl_mulshr(gain_q32, d, 32) * 256 / h;
	t->var -= (u64)cl_mulshr(gain_q32, (s64)t->var, 32);
	if (t->var < SLOPE_ERR_MIN_PPT * SLOPE_ERR_MIN_PPT)
		t->var = SLOPE_ERR_MIN_PPT * SLOPE_ERR_MIN_PPT;
	t->changes++;
}

/* A span has ended. */
static void take_span(struct cl_thermal *t, const struct cl_estimate *e,
		      s64 age_s)
{
	s64 y_q48 = cl_shl_div(e->theta_ns - t->first.theta_ns, CL_Q48_SHIFT,
			       cl_raw_sub(e->at, t->first.at));
	s32 mk = (s32)(t->sum_mk / t->n);
	s64 h = cl_clamp_s64(((s64)mk - t->last_mk) * 256 / 1000,
			     -CHANGE_MAX_256, CHANGE_MAX_256);
	s64 y_ppt = cl_q48_to_ppt(y_q48 - t->last_y_q48);

	if (t->has_last && h && cl_abs_s64(y_ppt) < EFFECT_MAX_PPT)
		update(t, h, y_ppt, noise_var(t, e, age_s));
	t->has_last = true;
	t->last_mk = mk;
	t->last_y_q48 = y_q48;
}

/**
 * cl_thermal_learn() - the offset was measured
 * @t: temperature
 * @e: estimate of the local oscillator against another; the same other since
 *	cl_thermal_rebase()
 *
 * Linear regression of increments, by a Kalman filter (Bar-Shalom, Li,
 * Kirubarajan, "Estimation with Applications to Tracking and Navigation", 5.2).
 */
void cl_thermal_learn(struct cl_thermal *t, const struct cl_estimate *e)
{
	s64 age_s;

	if (!t->known || e->err_ns > ERR_MAX_NS) {
		cl_thermal_rebase(t);
		return;
	}
	if (!t->begun)
		begin(t, e);
	t->sum_mk += t->now_mk;
	t->n++;
	age_s = cl_raw_sub(e->at, t->first.at) / CL_NS_PER_SEC;
	if (age_s < CL_THERMAL_SPAN_S)
		return;
	if (age_s > AGE_MAX_S)
		t->has_last = false;
	else
		take_span(t, e, age_s);
	begin(t, e);
}

/**
 * cl_thermal_trusted() - is enough known to be used?
 * @t: temperature
 *
 * Return: true after CL_THERMAL_CHANGES_MIN changes, if the slope is more than
 * CL_THERMAL_SIGMAS standard deviations.
 */
bool cl_thermal_trusted(const struct cl_thermal *t)
{
	return t->known && t->changes >= CL_THERMAL_CHANGES_MIN &&
	       cl_abs_s64(t->slope_ppt) > CL_THERMAL_SIGMAS * cl_isqrt(t->var);
}

/**
 * cl_thermal_since() - what the frequency has changed by since a temperature
 * @t: temperature, trusted
 * @mk: that temperature, 1e-3 degrees Celsius
 * @ret_err_ppt: gets the standard deviation of the answer, 1e-12
 *
 * Return: change of the frequency, 1e-12, at most 50 ppm.
 */
s64 cl_thermal_since(const struct cl_thermal *t, s32 mk, u64 *ret_err_ppt)
{
	s64 change_mk = (s64)t->now_mk - mk;

	*ret_err_ppt =
		(cl_isqrt(t->var) + 1) * cl_abs_s64(change_mk) / 1000 + 1;
	return cl_clamp_s64(t->slope_ppt * change_mk / 1000, -EFFECT_MAX_PPT,
			    EFFECT_MAX_PPT);
}

/**
 * cl_thermal_begin() - a line was measured
 * @t: temperature
 * @h: the line's
 */
void cl_thermal_begin(const struct cl_thermal *t, struct cl_thermal_hold *h)
{
	*h = (struct cl_thermal_hold){
		.known = t->known,
		.began_mk = t->now_mk,
		.line_mk = t->now_mk,
	};
}

/**
 * cl_thermal_go_on() - what the line's rate has to change by
 * @t: temperature
 * @h: the line's; taken as corrected from here on
 *
 * Return: change of the rate of cluster time, times 2^48: it falls when the local
 * oscillator becomes faster; 0 unless enough is known.
 */
s64 cl_thermal_go_on(const struct cl_thermal *t, struct cl_thermal_hold *h)
{
	u64 err;
	s64 ppt;

	if (!h->known || h->line_mk == t->now_mk || !cl_thermal_trusted(t))
		return 0;
	ppt = cl_thermal_since(t, h->line_mk, &err);
	cl_thermal_since(t, h->began_mk, &err);
	if (err > h->err_ppt)
		h->err_ppt = err;
	h->line_mk = t->now_mk;
	return -cl_ppt_to_q48(ppt);
}
