// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Samples enter two generations of hulls; the elder answers.  When the younger
 * is half a window old, the elder is emptied and becomes the younger, so that
 * answers rest on half a window to a window of samples.  No sample ever leaves a
 * hull by age: its neighbours, already dropped, would be missing.
 *
 * Ranges: |x| <= 2^23 ticks (2.4 h), u, w < 2^38 and c x^2 <= 2^38 in 2^-4 ns,
 * v < 2^39.  Products that could exceed 64 bits are made in 128.
 */
#include "fixed.h"
#include "parabolic.h"

#define TICK_NS (1LL << CL_LOWER_TICK_SHIFT)
#define EXCESS_MAX_NS (10 * CL_NS_PER_SEC)
/* Most time between the two local stamps of an exchange. */
#define HOLD_MAX_NS (60 * CL_NS_PER_SEC)
/* A frequency needs samples at least so far apart: 0.5 s, ticks. */
#define SPAN_MIN 477
/* A new answer every second, and while a corridor is short, every part of it ... */
#define SOLVE_NS CL_NS_PER_SEC
#define SOLVE_SPAN_DIV 8
/* ... found by bisection of 1000 ppm, or of 60 ppb about the last one, Q40. */
#define NEAR_Y (1 << 15)
/* Half a window, ticks: 10 s to 1.2 h, so that a whole one fits CL_LOWER_X_MAX. */
#define HALF_MIN 9537
#define HALF_MAX (CL_LOWER_X_MAX / 2 - 60000)
#define WANDER_MAX_PPT 1000000
/* The mean of breaches forgets those before the last so many; at first theory
 * counts as so many.
 */
#define BREACHES_MEAN_OF 32
#define BREACHES_EXPECTED 2
/* Errors count as no more than 6 s, 2^-4 ns. */
#define ERR_MAX_Q4 100000000000LL
/* There is a corridor from so many samples on. */
#define BREACHES_FROM 16
/* Errors count as no more than so many times what was expected, Q8. */
#define BREACH_LIMIT_Q8 (1LL << 20)
/* So many breaches say something, and between 1/32 and 1 they set the scales, Q8. */
#define BREACHES_TELL 6
#define BREACH_MIN_Q8 8
#define BREACH_MAX_Q8 256
/* The width of the corridor is forgotten in so many answers ... */
#define WIDE_MEAN_OF 512
/*
 * ... and one narrower by so many mean errors is not so by chance; no more than this
 * share of the delay is left to the asymmetry of paths.
 */
#define SQUEEZED 6
#define SQUEEZED_SHARE 128
/* One answer is old enough that a late sample changes nothing, ns. */
#define LATE_MAX_NS CL_NS_PER_SEC
#define NOISE_MAX_NS CL_NS_PER_MS
/* The mean interval is that of so many samples. */
#define INTERVAL_MEAN_OF 64
/* Interval and mean excess beyond these are taken as these, ns. */
#define INTERVAL_MIN_NS CL_NS_PER_MS
#define INTERVAL_MAX_NS (100 * CL_NS_PER_SEC)

/*
 * Binary logarithms, Q16, of the constants of the curvature and of the window:
 * 0.3 * 1e-12 * 1.048576e-3 * 2^(20 + 4 + 40); 1e6; 8 / 1.048576e-3.
 */
#define LOG_C 819367
#define LOG_TAU 1306235
#define LOG_WINDOW 845241

static u32 place(const struct cl_lower *h, u32 i)
{
	return (h->head + i) % CL_LOWER_MAX;
}

/* Is the last corner on or above the line from the one before to (x, v)? */
static bool last_is_above(const struct cl_lower *h, s32 x, s64 v)
{
	u32 i = place(h, h->n - 2);
	u32 j = place(h, h->n - 1);

	return (__int128)(h->v[j] - h->v[i]) * (x - h->x[i]) >=
	       (__int128)(v - h->v[i]) * (h->x[j] - h->x[i]);
}

/* Take a point that is newer than all corners. */
static void append(struct cl_lower *h, s32 x, s64 v)
{
	while (h->n >= 2) {
		h->steps++;
		if (!last_is_above(h, x, v))
			break;
		h->n--;
	}
	if (h->n == CL_LOWER_MAX) {
		h->head = place(h, 1);
		h->n--;
		h->drops++;
	}
	h->v[place(h, h->n)] = v;
	h->x[place(h, h->n)] = x;
	h->n++;
}

/*
 * Take a point among the corners: take the newer ones off and put them back
 * behind it.  A point above the hull is nothing to it, now and later.
 */
static void insert(struct cl_lower *h, s32 x, s64 v)
{
	s64 newer_v[CL_LOWER_LATE_MAX];
	s32 newer_x[CL_LOWER_LATE_MAX];
	u32 n = 0;
	u32 i;

	while (h->n && h->x[place(h, h->n - 1)] >= x) {
		i = place(h, h->n - 1);
		if (n == CL_LOWER_LATE_MAX)
			break;
		newer_v[n] = h->v[i];
		newer_x[n++] = h->x[i];
		h->n--;
	}
	if (!h->n || h->x[place(h, h->n - 1)] < x) {
		if (n && newer_x[n - 1] == x)
			v = cl_min_s64(v, newer_v[--n]);
		append(h, x, v);
	}
	while (n--)
		append(h, newer_x[n], newer_v[n]);
}

/**
 * cl_lower_push() - take a point
 * @h: hull
 * @x: instant, ticks, magnitude up to CL_LOWER_X_MAX
 * @v: value, 2^-4 ns, magnitude below 2^39
 *
 * Of points at one instant the lowest stays.  Each newer point makes one comparison
 * more than it drops corners, so that it costs at most two over the life of the
 * hull; one that comes late costs as many as there are newer corners, and is
 * ignored if those are more than CL_LOWER_LATE_MAX.  If all places are taken,
 * the oldest corner goes.
 */
void cl_lower_push(struct cl_lower *h, s32 x, s64 v)
{
	if (h->n && x <= h->x[place(h, h->n - 1)])
		insert(h, x, v);
	else
		append(h, x, v);
}

/* c x^2, 2^-4 ns */
static s64 lift(s64 c, s32 x)
{
	return cl_mulshr(c, (s64)x * x, 40);
}

/*
 * Value of a corner at time t for the slope y (Q40) without c t^2, which all of
 * them share; k = 2 c t, Q32.
 */
static s64 corner(const struct cl_lower *h, u32 i, s32 t, s64 k, s64 y)
{
	s32 x = h->x[place(h, i)];

	return h->v[place(h, i)] - cl_mulshr(k, x, 32) +
	       ((y * ((s64)t - x)) >> 16);
}

/* Smallest value at time t, and the instant of the corner that has it. */
static s64 lowest(const struct cl_lower *h, s64 c, s32 t, s64 y, s32 *ret_x)
{
	s64 k = cl_mulshr(c, 2 * (s64)t, 8);
	u32 lo = 0;
	u32 hi = h->n - 1;

	/* The values fall and then rise along the hull. */
	while (lo < hi) {
		u32 mid = (lo + hi) / 2;

		if (corner(h, mid, t, k, y) <= corner(h, mid + 1, t, k, y))
			hi = mid;
		else
			lo = mid + 1;
	}
	*ret_x = h->x[place(h, lo)];
	return corner(h, lo, t, k, y) + lift(c, t);
}

static void clear_hull(struct cl_lower *h)
{
	h->head = 0;
	h->n = 0;
}

/**
 * cl_corridor_start() - begin a generation
 * @r: generation, zeroed before its first start
 * @s: sample that sets the origins; it is not taken yet
 * @c: curvature, 2^-4 ns per tick^2 Q40, 0..CL_LOWER_C_MAX
 */
void cl_corridor_start(struct cl_corridor *r, const struct cl_oneway *s, s64 c)
{
	clear_hull(&r->fwd);
	clear_hull(&r->back);
	r->x0 = s->at_u;
	r->d0 = s->u;
	r->c = c;
	r->n = 0;
	r->rtt_sum = 0;
}

/**
 * cl_corridor_push() - take a sample
 * @r: generation
 * @s: sample; both instants within CL_LOWER_X_MAX ticks of the origin, both
 *	differences within CL_LOWER_U_MAX_NS of theirs
 * @y: frequency, Q40, |@y| <= CL_LOWER_Y_MAX: moves both differences to the
 *	beginnings of their ticks; 0 leaves them, wrong by up to @y ticks
 */
void cl_corridor_push(struct cl_corridor *r, const struct cl_oneway *s, s64 y)
{
	s64 at_u = cl_raw_sub(s->at_u, r->x0);
	s64 at_w = cl_raw_sub(s->at_w, r->x0);
	s32 xu = (s32)(at_u >> CL_LOWER_TICK_SHIFT);
	s32 xw = (s32)(at_w >> CL_LOWER_TICK_SHIFT);
	s64 u = (s64)(s->u - r->d0) * 16;
	s64 w = (s64)(s->w + r->d0) * 16;

	u -= (y * (at_u & (TICK_NS - 1))) >> 36;
	w += (y * (at_w & (TICK_NS - 1))) >> 36;
	cl_lower_push(&r->fwd, xu, u + lift(r->c, xu));
	cl_lower_push(&r->back, xw, w + lift(r->c, xw));
	r->n++;
	r->rtt_sum += (s64)(s->u + s->w);
}

/**
 * cl_corridor_at() - answer for a given frequency
 * @r: generation with a sample
 * @t: instant, ticks since the origin, magnitude up to CL_LOWER_X_MAX
 * @y: frequency, Q40, |@y| <= CL_LOWER_Y_MAX
 *
 * The answer is left in @r.
 */
void cl_corridor_at(struct cl_corridor *r, s32 t, s64 y)
{
	s32 x;
	s64 a = lowest(&r->fwd, r->c, t, y, &x);
	s64 b = lowest(&r->back, r->c, t, -y, &x);

	r->t = t;
	r->y = y;
	r->theta = (a - b) / 2;
	r->delay = (a + b) / 2;
}

/*
 * Which way is the widest corridor from a frequency?  The width is concave in it, and
 * its derivative is the difference of the ages of the two corners that bound it.
 *
 * Return: > 0 if above, < 0 if below, 0 if it is there.
 */
static int uphill(const struct cl_corridor *r, s32 t, s64 y)
{
	s32 xu, xw;

	lowest(&r->fwd, r->c, t, y, &xu);
	lowest(&r->back, r->c, t, -y, &xw);
	return xu < xw ? 1 : xu > xw ? -1 : 0;
}

/* Find the widest corridor for frequencies between two, by bisection. */
static void solve_between(struct cl_corridor *r, s32 t, s64 lo, s64 hi)
{
	while (hi - lo > 1) {
		s64 y = (lo + hi) >> 1;
		int way = uphill(r, t, y);

		if (way >= 0)
			lo = y;
		if (way <= 0)
			hi = y;
	}
	cl_corridor_at(r, t, (lo + hi) >> 1);
}

/**
 * cl_corridor_solve() - find the widest corridor
 * @r: generation with a sample
 * @t: instant, ticks since the origin, magnitude up to CL_LOWER_X_MAX
 *
 * The answer is left in @r.
 */
void cl_corridor_solve(struct cl_corridor *r, s32 t)
{
	solve_between(r, t, -CL_LOWER_Y_MAX, CL_LOWER_Y_MAX);
}

/* The same, if it is likely to be near a frequency: half of the work. */
static void solve_near(struct cl_corridor *r, s32 t, s64 y)
{
	s64 lo = cl_max_s64(y - NEAR_Y, -CL_LOWER_Y_MAX);
	s64 hi = cl_min_s64(y + NEAR_Y, CL_LOWER_Y_MAX);

	if (uphill(r, t, lo) >= 0 && uphill(r, t, hi) <= 0)
		solve_between(r, t, lo, hi);
	else
		cl_corridor_solve(r, t);
}

/* log2(v), Q16, rounded down; v >= 1 */
static s64 log2_q16(u64 v)
{
	unsigned int whole = 63 - (unsigned int)__builtin_clzll(v);
	s64 m = (s64)(v << (63 - whole) >> 1); /* Q62, 1 <= m < 2 */
	s64 log = (s64)whole << 16;
	int i;

	for (i = 15; i >= 0; i--) {
		u64 square = (u64)(((__int128)m * m) >> 62); /* below 4 */

		if (square >> 63) {
			square >>= 1;
			log += 1 << i;
		}
		m = (s64)square;
	}
	return log;
}

/* 2^log for log in Q16, rounded to nearest; 1 below 0, 2^32 above */
static s64 exp2_q16(s64 log)
{
	u64 m = 1ULL << 30; /* Q30 */
	int i;

	if (log < 0)
		return 1;
	if (log >= 32 << 16)
		return 1LL << 32;
	/* 2^0.b1b2... = sqrt(2^b1 * 2^0.b2...) */
	for (i = 0; i < 16; i++)
		m = cl_isqrt(m << (30 + ((log >> i) & 1)));
	return (s64)((m << (log >> 16)) + (1 << 29)) >> 30;
}

/*
 * log2, Q16, of tau*, the age in s at which wander and spacing of the samples
 * balance: (interval excess / wander)^0.4.
 */
static s64 log_tau(u32 wander_ppt, s64 interval_ns, s64 excess_ns)
{
	s64 interval =
		cl_clamp_s64(interval_ns, INTERVAL_MIN_NS, INTERVAL_MAX_NS);
	s64 excess = cl_clamp_s64(excess_ns, 1, EXCESS_MAX_NS);

	return (log2_q16((u64)interval) + log2_q16((u64)excess) -
		log2_q16(wander_ppt) - LOG_TAU) *
	       2 / 5;
}

/**
 * cl_parabolic_curvature() - how far a clock may leave a straight line
 * @wander_ppt: wander, 1e-12 per sqrt(s), 1..1000000
 * @interval_ns: mean time between exchanges, ns; taken as 1 ms to 100 s
 * @excess_ns: mean one-way delay above the smallest, ns; taken as 1 ns to 10 s
 *
 * c = 0.3 wander / sqrt(tau*), within 1e-4 or half a unit.
 *
 * Return: c in 2^-4 ns per tick^2 Q40, 1..CL_LOWER_C_MAX.
 */
s64 cl_parabolic_curvature(u32 wander_ppt, s64 interval_ns, s64 excess_ns)
{
	return exp2_q16(LOG_C + log2_q16(wander_ppt) -
			log_tau(wander_ppt, interval_ns, excess_ns) / 2);
}

/**
 * cl_parabolic_window() - oldest age of samples
 * @wander_ppt: as for cl_parabolic_curvature()
 * @interval_ns: as for cl_parabolic_curvature()
 * @excess_ns: as for cl_parabolic_curvature()
 *
 * Return: 8 tau*, at least 20 s and at most 2.4 h, in ticks.
 */
s32 cl_parabolic_window(u32 wander_ppt, s64 interval_ns, s64 excess_ns)
{
	s64 log = LOG_WINDOW + log_tau(wander_ppt, interval_ns, excess_ns);

	return (s32)cl_clamp_s64(exp2_q16(log), 2 * HALF_MIN, 2 * HALF_MAX);
}

/*
 * Mean delay of the exponential law that would give the errors seen: samples are
 * denser at the floor of some laws (gamma), less dense where noise blurs it.
 * Errors go with the density to the power -0.6.
 */
static s64 as_exponential(s64 excess_ns, s64 breach_q8)
{
	s64 log = log2_q16((u64)cl_clamp_s64(breach_q8, BREACH_MIN_Q8,
					     BREACH_MAX_Q8)) -
		  (8 << 16);

	return exp2_q16(log2_q16((u64)excess_ns) + log * 5 / 3);
}

/* Set scales for the next generation. */
static void set_scales(struct cl_parabolic *p, s64 excess)
{
	s64 interval =
		cl_clamp_s64(p->interval_ns, INTERVAL_MIN_NS, INTERVAL_MAX_NS);
	s32 window;

	p->excess_ns = cl_max_s64(excess, 0);
	excess = cl_clamp_s64(excess, p->noise_ns, EXCESS_MAX_NS);
	window = cl_parabolic_window(p->wander_ppt, interval, excess);
	/* eps* = interval excess / tau*, and tau* is an eighth of a window. */
	p->eps = interval / CL_NS_PER_US * 16 *
		 cl_min_s64(excess, CL_NS_PER_SEC) /
		 (((s64)window << CL_LOWER_TICK_SHIFT) / 8 / CL_NS_PER_US);
	p->scaled_q8 = p->breach_q8;
	p->scaled_ppt = p->wander_ppt;
	p->scaled_ns = interval;
	excess = as_exponential(excess, p->breach_q8);
	p->c = cl_parabolic_curvature(p->wander_ppt, interval, excess);
	p->half = cl_parabolic_window(p->wander_ppt, interval, excess) / 2;
}

/* Ticks from a generation's origin to a sample; far beyond s32 is possible. */
static s64 age(const struct cl_corridor *r, const struct cl_oneway *s)
{
	return cl_raw_sub(s->at_u, r->x0) >> CL_LOWER_TICK_SHIFT;
}

/*
 * Can the times of the sample be represented in a generation?  It may be older
 * than the first.
 */
static bool fits_time(const struct cl_corridor *r, const struct cl_oneway *s)
{
	s64 margin = HOLD_MAX_NS >> CL_LOWER_TICK_SHIFT;

	return age(r, s) >= -margin && age(r, s) <= CL_LOWER_X_MAX - margin;
}

static bool fits_offset(const struct cl_corridor *r, const struct cl_oneway *s)
{
	u64 max = CL_LOWER_U_MAX_NS;

	return cl_abs_s64((s64)(s->u - r->d0)) <= max &&
	       cl_abs_s64((s64)(s->w + r->d0)) <= max;
}

/*
 * tau*, ns: the age at which wander and spacing of the samples balance; an
 * eighth of a window of the younger generation.
 */
static s64 balance_ns(const struct cl_parabolic *p)
{
	return ((s64)p->half << CL_LOWER_TICK_SHIFT) / 4;
}

/*
 * Mean error that theory expects of a hard floor, 2^-4 ns: eps* = interval
 * excess / tau*, and at the start, when a floor is known to about the n-th part of
 * the mean excess, 1.9 times that (measured) for offset and frequency together.
 */
static s64 expected_q4(const struct cl_parabolic *p)
{
	const struct cl_corridor *r = &p->gen[p->elder];
	s64 excess = cl_clamp_s64(p->excess_ns, 1, CL_NS_PER_SEC);

	return cl_max_s64(p->eps, excess * 30 / (s64)r->n) + 1;
}

/*
 * Clocks that leave each other faster than the curvature allows squeeze the
 * corridor: one side holds it where it was, the other pushes.  A path cannot make
 * it narrower and wide again, so the widest of late is what it should be, once it
 * is known: samples make it narrower at first.
 */
static void note_width(struct cl_parabolic *p)
{
	if (!p->y_known || expected_q4(p) > 2 * p->eps || p->delay > p->wide)
		p->wide = p->delay;
	else
		p->wide -= (p->wide - p->delay) / WIDE_MEAN_OF;
}

/*
 * Answer at the instant of a sample just taken.  Until there is a frequency, clocks
 * that leave each other squeeze the corridor, and what it says of its error is not
 * true.
 */
static void solve(struct cl_parabolic *p, const struct cl_oneway *s)
{
	struct cl_corridor *r = &p->gen[p->elder];
	s32 t = (s32)age(r, s);

	if (t < SPAN_MIN)
		cl_corridor_at(r, t, p->y);
	else
		solve_near(r, t, p->y);
	p->solved = cl_raw_add(r->x0, (s64)t * TICK_NS);
	p->y = r->y;
	p->theta = r->theta;
	p->d0 = r->d0;
	p->delay = r->delay;
	note_width(p);
	p->y_known = p->y_known || t >= SPAN_MIN;
}

/* Mean error that the noise of stamps alone may make, 0.6 of its rms (measured). */
static s64 noise_q4(const struct cl_parabolic *p)
{
	return p->noise_ns * 10LL;
}

/*
 * Mean error, 2^-4 ns: what breaches make of the expected one, and the noise,
 * until so many were seen that it would have shown.
 */
static s64 mean_error_q4(const struct cl_parabolic *p)
{
	s64 n = p->fine + BREACHES_EXPECTED;
	s64 share = noise_q4(p) * BREACHES_EXPECTED * BREACHES_EXPECTED;
	s64 error = cl_mulshr(p->breach_q8, expected_q4(p), 8);
	const struct cl_corridor *r = &p->gen[p->elder];

	/* One too stiff for what is known by now lags: by about as much. */
	if (p->c > r->c) {
		s64 ratio_q8 = cl_shl_div(p->c, 8, r->c);

		ratio_q8 = cl_min_s64(ratio_q8, BREACH_LIMIT_Q8);
		error = cl_mulshr(cl_min_s64(error, ERR_MAX_Q4), ratio_q8, 8);
	}
	return cl_min_s64(error + share / (n * n), ERR_MAX_Q4);
}

/* How far one direction of a sample is above its floor in the answer, 2^-4 ns. */
static s64 above_floor(const struct cl_parabolic *p, s64 diff, struct cl_raw at,
		       s64 sign)
{
	s64 theta = p->theta + cl_mulshr(cl_raw_sub(at, p->solved), p->y, 36);

	return diff * 16 - sign * theta - p->delay;
}

static void note_breach(struct cl_parabolic *p, s64 above)
{
	s64 depth_q8;
	u64 n;

	if (above >= 0)
		return;
	p->breaches++;
	n = p->breaches + BREACHES_EXPECTED;
	if (expected_q4(p) < cl_max_s64(noise_q4(p) / 4, 2 * p->eps) &&
	    p->fine < BREACHES_MEAN_OF)
		p->fine++;
	depth_q8 = cl_min_s64(-above, ERR_MAX_Q4) * 256 / expected_q4(p);
	depth_q8 = cl_min_s64(depth_q8, BREACH_LIMIT_Q8);
	p->breach_q8 += (depth_q8 - p->breach_q8) /
			(s64)(n < BREACHES_MEAN_OF ? n : BREACHES_MEAN_OF);
}

/*
 * Compare a sample with what the answer, found without it, predicts.  An empty
 * corridor would show nothing: what falls below it shows how wrong it was.  Without
 * a frequency nothing is predicted.
 */
static void note_breaches(struct cl_parabolic *p, const struct cl_oneway *s)
{
	if (!p->y_known)
		return;
	note_breach(p, above_floor(p, (s64)(s->u - p->d0), s->at_u, 1));
	note_breach(p, above_floor(p, (s64)(s->w + p->d0), s->at_w, -1));
}

/*
 * Take one of the first samples.  While few are known, so is their mean delay,
 * and the hulls are made anew whenever their number has doubled.
 */
static void push_start(struct cl_parabolic *p, const struct cl_oneway *s)
{
	struct cl_corridor *r = &p->gen[0];
	s64 min = S64_MAX;
	s64 sum = 0;
	s64 n;
	s64 i;

	if (p->n == BREACHES_FROM) {
		p->breach_q8 = 256;
		p->breaches = 0;
		p->fine = 0;
	}
	if (p->n >= BREACHES_FROM)
		note_breaches(p, s);
	p->start[p->n++] = *s;
	n = (s64)p->n;
	if (n & (n - 1)) {
		cl_corridor_push(r, s, p->y);
		return;
	}
	for (i = 0; i < n; i++) {
		s64 rtt = (s64)(p->start[i].u + p->start[i].w);

		sum += rtt;
		min = cl_min_s64(min, rtt);
	}
	set_scales(p, (sum / n - min) / 2);
	cl_corridor_start(r, &p->start[0], p->c);
	for (i = 0; i < n; i++)
		cl_corridor_push(r, &p->start[i], p->y);
	if (n == CL_PARABOLIC_START)
		p->gen[1] = *r;
}

/* Begin a generation anew, with scales by the other one, the longer. */
static void renew(struct cl_parabolic *p, struct cl_corridor *r,
		  const struct cl_corridor *by, const struct cl_oneway *s)
{
	s64 delay_ns = (p->delay + 8) >> 4;

	set_scales(p, by->rtt_sum / (s64)by->n / 2 - delay_ns);
	cl_corridor_start(r, s, p->c);
}

/* Empty the elder generation, let the younger answer. */
static void hand_over(struct cl_parabolic *p, const struct cl_oneway *s)
{
	struct cl_corridor *old = &p->gen[p->elder];

	renew(p, old, old, s);
	p->elder = !p->elder;
	p->swaps++;
}

/* Is the curvature of the younger generation a wrong one by now? */
static bool scales_are_off(const struct cl_parabolic *p)
{
	s64 now = cl_clamp_s64(p->breach_q8, BREACH_MIN_Q8, BREACH_MAX_Q8);
	s64 then = cl_clamp_s64(p->scaled_q8, BREACH_MIN_Q8, BREACH_MAX_Q8);

	if (p->wander_ppt / 4 > p->scaled_ppt ||
	    p->scaled_ppt / 4 > p->wander_ppt ||
	    p->interval_ns / 3 > p->scaled_ns ||
	    p->scaled_ns / 3 > p->interval_ns)
		return true;
	return p->breaches >= BREACHES_TELL &&
	       (now > 2 * then || then > 2 * now);
}

/* Take a sample after the start. */
static void push_on(struct cl_parabolic *p, const struct cl_oneway *s)
{
	if (age(&p->gen[!p->elder], s) >= p->half ||
	    !fits_time(&p->gen[p->elder], s))
		hand_over(p, s);
	else if (scales_are_off(p))
		renew(p, &p->gen[!p->elder], &p->gen[p->elder], s);
	note_breaches(p, s);
	cl_corridor_push(&p->gen[0], s, p->y);
	cl_corridor_push(&p->gen[1], s, p->y);
	p->n++;
}

/**
 * cl_parabolic_set_wander() - the wander has been learnt better
 * @p: estimator
 * @ppt: wander of the pair's frequency, 1e-12 per sqrt(s); 0 and above 1 ppm are
 *	taken as 1 and 1 ppm
 *
 * It is that of generations that begin from now on; one begins at once if it
 * is another by more than a factor of four.
 */
void cl_parabolic_set_wander(struct cl_parabolic *p, u32 ppt)
{
	p->wander_ppt = (u32)cl_clamp_s64(ppt, 1, WANDER_MAX_PPT);
}

/**
 * cl_parabolic_restart() - forget all samples; counters and the frequency go on
 * @p: estimator
 */
void cl_parabolic_restart(struct cl_parabolic *p)
{
	p->n = 0;
	p->elder = 0;
	p->y_known = false;
	p->restarts++;
}

/*
 * Is the answer to be found anew for a sample?  The less time a corridor spans, the
 * less does its frequency foretell.
 */
static bool answer_is_old(const struct cl_parabolic *p,
			  const struct cl_oneway *s)
{
	s64 span = cl_raw_sub(s->at_u, p->gen[p->elder].x0);

	return cl_raw_sub(s->at_u, p->solved) >=
	       cl_min_s64(span / SOLVE_SPAN_DIV, SOLVE_NS);
}

/* Has no generation room for the time of a sample? */
static bool too_old(const struct cl_parabolic *p, const struct cl_oneway *s)
{
	return !fits_time(&p->gen[p->elder], s) &&
	       (p->n < CL_PARABOLIC_START || !fits_time(&p->gen[!p->elder], s));
}

/**
 * cl_parabolic_init() - start an estimator
 * @p: estimator
 * @wander_ppt: wander of the pair's frequency, 1e-12 per sqrt(s); 0 and above
 *	1 ppm are taken as 1 and 1 ppm
 * @noise_ns: rms of one time stamp, ns; 0 and above 1 ms are taken as 1 ns and
 *	1 ms
 */
void cl_parabolic_init(struct cl_parabolic *p, u32 wander_ppt, u32 noise_ns)
{
	memset(p, 0, sizeof(*p));
	cl_parabolic_set_wander(p, wander_ppt);
	p->noise_ns = (u32)cl_clamp_s64(noise_ns, 1, NOISE_MAX_NS);
	p->breach_q8 = 256;
}

/**
 * cl_parabolic_push() - take a sample
 * @p: estimator
 * @s: sample; its round trip is within 0 to 10 s, its instants within 60 s of
 *	each other
 *
 * It may be up to 1 s older than the newest.  After 2.4 h without one the estimator
 * starts anew; so it does for an impossible offset during the first
 * CL_PARABOLIC_START samples.  A new answer is found at every sample of the
 * start, then after an eighth of the time known so far, then once per second.
 *
 * Return: 0, or -ERANGE if the offset is more than 17 s away from that at the
 * birth of a generation, or -ESTALE if the sample is too late: then nothing
 * changes.
 */
int cl_parabolic_push(struct cl_parabolic *p, const struct cl_oneway *s)
{
	bool newest = !p->n || cl_raw_sub(s->at_u, p->last.at_u) >= 0;
	s64 gap = cl_raw_sub(s->at_u, p->last.at_u);

	if (p->n) {
		if (cl_raw_sub(p->last.at_u, s->at_u) > LATE_MAX_NS)
			return -ESTALE;
		if (too_old(p, s)) {
			cl_parabolic_restart(p);
		} else if (!fits_offset(&p->gen[p->elder], s) ||
			   (p->n >= CL_PARABOLIC_START &&
			    !fits_offset(&p->gen[!p->elder], s))) {
			if (p->n >= CL_PARABOLIC_START)
				return -ERANGE;
			/* One of the two is wrong. */
			cl_parabolic_restart(p);
			newest = true;
		}
	}

	if (p->n && newest)
		p->interval_ns +=
			(cl_min_s64(gap, INTERVAL_MAX_NS) - p->interval_ns) /
			cl_min_s64((s64)p->n, INTERVAL_MEAN_OF);
	if (p->n < CL_PARABOLIC_START)
		push_start(p, s);
	else
		push_on(p, s);
	if (newest)
		p->last = *s;
	if (p->n <= CL_PARABOLIC_START || answer_is_old(p, s))
		solve(p, &p->last);
	return 0;
}

/*
 * Error, 2^-4 ns, that a squeezed corridor shows; 0 if it is no narrower than it
 * may be by chance.
 */
static s64 squeeze_q4(const struct cl_parabolic *p, s64 mean_error)
{
	s64 squeeze = p->y_known ? p->wide - p->delay : 0;
	s64 chance =
		cl_max_s64(SQUEEZED * mean_error, p->delay / SQUEEZED_SHARE);

	return squeeze > chance ? squeeze : 0;
}

/**
 * cl_parabolic_squeezed() - do the samples contradict each other
 * @p: estimator
 *
 * Return: error, ns, that this proves, 0 if they do not.
 */
u64 cl_parabolic_squeezed(const struct cl_parabolic *p)
{
	return (u64)squeeze_q4(p, mean_error_q4(p)) >> 4;
}

/* Standard deviation of the offset, 2^-4 ns: 1.5 times the mean error. */
static u64 error_q4(const struct cl_parabolic *p)
{
	s64 mean = mean_error_q4(p);
	s64 error = cl_max_s64(mean, squeeze_q4(p, mean));

	return (u64)cl_clamp_s64(error * 3 / 2, 1, ERR_MAX_Q4);
}

/**
 * cl_parabolic_get() - offset and frequency at an instant
 * @p: estimator
 * @at: local raw instant, any
 * @ret: the estimate; its deviations are those at the newest sample
 *
 * A straight line through the last answer, which is at most a second or an
 * exchange old when exchanges go on.
 *
 * Return: 0, or -EAGAIN in the first 0.5 s of samples, which say nothing of the
 * frequency; then @ret is untouched.
 */
int cl_parabolic_get(const struct cl_parabolic *p, struct cl_raw at,
		     struct cl_parabolic_estimate *ret)
{
	s64 theta, base;
	u64 error;

	if (!p->y_known)
		return -EAGAIN;

	theta = p->theta + cl_mulshr(cl_raw_sub(at, p->solved), p->y, 36);
	ret->at = at;
	ret->theta_ns = (s64)(p->d0 + (u64)((theta + 8) >> 4));
	ret->y_q48 = p->y * 256;
	error = error_q4(p);
	ret->err_ns = (error + 15) >> 4;
	/* What the answer rests on: tau*, or all there is. */
	base = cl_min_s64(cl_raw_sub(p->last.at_u, p->gen[p->elder].x0),
			  balance_ns(p));
	base = cl_max_s64(base, CL_NS_PER_MS);
	/* Twice the error over that time. */
	ret->y_err_ppt = error * 125000000 / ((u64)base / 1000) + 1;
	ret->delay_ns = (p->delay + 8) >> 4;
	ret->excess_ns = p->excess_ns;
	ret->last = p->last.at_u;
	return 0;
}

/**
 * cl_parabolic_young_q8() - factor for the deviations of a young answer
 * @p: estimator
 *
 * Until a corridor is some tau* long, its frequency rests on a few corners, and its
 * errors have a longer tail: on a WAN (measured) one in a hundred is above 4.5
 * deviations and the worst above 9.  Twice the deviations have the tail of
 * later ones.
 *
 * Return: the factor, Q8: 512 until the answer rests on 2 tau*, from 3 tau* on 256,
 * and 256 as long as there is no answer.
 */
u64 cl_parabolic_young_q8(const struct cl_parabolic *p)
{
	s64 tau = balance_ns(p);
	s64 span = cl_raw_sub(p->last.at_u, p->gen[p->elder].x0);

	if (!p->y_known)
		return 256;
	return 256 + (u64)(cl_clamp_s64(3 * tau - span, 0, tau) * 256 / tau);
}

/**
 * cl_parabolic_drops() - corners lost for want of places
 * @p: estimator
 *
 * Return: their number, over both generations and directions.
 */
u64 cl_parabolic_drops(const struct cl_parabolic *p)
{
	return p->gen[0].fwd.drops + p->gen[0].back.drops +
	       p->gen[1].fwd.drops + p->gen[1].back.drops;
}
