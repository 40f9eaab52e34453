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
#define RTT_MAX_NS (10 * CL_NS_PER_SEC)
/* Most time between the two local stamps of an exchange. */
#define HOLD_MAX_NS (60 * CL_NS_PER_SEC)
/* A frequency needs samples at least so far apart: 0.5 s, ticks. */
#define SPAN_MIN 477
/* A new answer at most so often ... */
#define SOLVE_NS CL_NS_PER_SEC
/* ... found by bisection of 1000 ppm in steps of 2^-40. */
#define SOLVE_STEPS 44
/* Half a window, ticks: 10 s to 1.2 h, so that a whole one fits CL_LOWER_X_MAX. */
#define HALF_MIN 9537
#define HALF_MAX (CL_LOWER_X_MAX / 2 - 60000)
#define WANDER_MAX_PPT 1000000
#define NOISE_MAX_NS CL_NS_PER_MS
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

/**
 * cl_lower_push() - take a point
 * @h: hull
 * @x: instant, ticks, magnitude up to CL_LOWER_X_MAX
 * @v: value, 2^-4 ns, magnitude below 2^39
 *
 * Of points at one instant the lowest stays; one before the last is ignored.
 * Each call makes one comparison more than it drops corners, so that a point
 * costs at most two over the life of the hull.  If all places are taken, the
 * oldest corner goes.
 */
void cl_lower_push(struct cl_lower *h, s32 x, s64 v)
{
	u32 last = place(h, h->n - 1);

	if (h->n && x <= h->x[last]) {
		if (x < h->x[last] || h->v[last] <= v)
			return;
		h->n--;
	}
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

/**
 * cl_corridor_solve() - find the widest corridor
 * @r: generation with a sample
 * @t: instant, ticks since the origin, magnitude up to CL_LOWER_X_MAX
 *
 * The width is concave in the frequency and its derivative is the difference of
 * the ages of the two corners that bound it: bisection on its sign.
 *
 * The answer is left in @r.
 */
void cl_corridor_solve(struct cl_corridor *r, s32 t)
{
	s64 lo = -CL_LOWER_Y_MAX;
	s64 hi = CL_LOWER_Y_MAX;
	unsigned int i;

	for (i = 0; i < SOLVE_STEPS && hi - lo > 1; i++) {
		s64 y = (lo + hi) >> 1;
		s32 xu, xw;

		lowest(&r->fwd, r->c, t, y, &xu);
		lowest(&r->back, r->c, t, -y, &xw);
		if (xu <= xw)
			lo = y;
		if (xu >= xw)
			hi = y;
	}
	cl_corridor_at(r, t, (lo + hi) >> 1);
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
	s64 excess = cl_clamp_s64(excess_ns, 1, RTT_MAX_NS);

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

/* Set scales for the next generation from samples over some time, ns. */
static void set_scales(struct cl_parabolic *p, u64 n, s64 span_ns, s64 excess)
{
	s64 interval = span_ns / (s64)(n > 1 ? n - 1 : 1);

	p->excess_ns = cl_max_s64(excess, 0);
	excess = cl_max_s64(excess, p->noise_ns);
	p->c = cl_parabolic_curvature(p->wander_ppt, interval, excess);
	p->half = cl_parabolic_window(p->wander_ppt, interval, excess) / 2;
}

/* Ticks from a generation's origin to a sample; far beyond s32 is possible. */
static s64 age(const struct cl_corridor *r, const struct cl_oneway *s)
{
	return cl_raw_sub(s->at_u, r->x0) >> CL_LOWER_TICK_SHIFT;
}

/* Can the times of the sample be represented in a generation? */
static bool fits_time(const struct cl_corridor *r, const struct cl_oneway *s)
{
	s64 max = CL_LOWER_X_MAX - (HOLD_MAX_NS >> CL_LOWER_TICK_SHIFT);

	return age(r, s) >= 0 && age(r, s) <= max;
}

static bool fits_offset(const struct cl_corridor *r, const struct cl_oneway *s)
{
	u64 max = CL_LOWER_U_MAX_NS;

	return cl_abs_s64((s64)(s->u - r->d0)) <= max &&
	       cl_abs_s64((s64)(s->w + r->d0)) <= max;
}

/* Answer at the instant of a sample just taken. */
static void solve(struct cl_parabolic *p, const struct cl_oneway *s)
{
	struct cl_corridor *r = &p->gen[p->elder];
	s32 t = (s32)age(r, s);

	if (t < SPAN_MIN)
		cl_corridor_at(r, t, p->y);
	else
		cl_corridor_solve(r, t);
	p->solved = cl_raw_add(r->x0, (s64)t * TICK_NS);
	p->y = r->y;
	p->theta = r->theta;
	p->d0 = r->d0;
	p->delay = r->delay;
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
	set_scales(p, p->n, cl_raw_sub(s->at_u, p->start[0].at_u),
		   (sum / n - min) / 2);
	cl_corridor_start(r, &p->start[0], p->c);
	for (i = 0; i < n; i++)
		cl_corridor_push(r, &p->start[i], p->y);
	if (n == CL_PARABOLIC_START)
		p->gen[1] = *r;
}

/* Empty the elder generation, let the younger answer. */
static void hand_over(struct cl_parabolic *p, const struct cl_oneway *s)
{
	struct cl_corridor *old = &p->gen[p->elder];
	s64 delay_ns = (p->delay + 8) >> 4;

	set_scales(p, old->n, cl_raw_sub(p->last.at_u, old->x0),
		   old->rtt_sum / (s64)old->n / 2 - delay_ns);
	cl_corridor_start(old, s, p->c);
	p->elder = !p->elder;
	p->swaps++;
}

/* Take a sample after the start. */
static void push_on(struct cl_parabolic *p, const struct cl_oneway *s)
{
	if (age(&p->gen[!p->elder], s) >= p->half ||
	    !fits_time(&p->gen[p->elder], s))
		hand_over(p, s);
	cl_corridor_push(&p->gen[0], s, p->y);
	cl_corridor_push(&p->gen[1], s, p->y);
	p->n++;
}

/* Forget all samples; counters and the frequency go on. */
static void restart(struct cl_parabolic *p)
{
	p->n = 0;
	p->elder = 0;
	p->restarts++;
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
	p->wander_ppt = (u32)cl_clamp_s64(wander_ppt, 1, WANDER_MAX_PPT);
	p->noise_ns = (u32)cl_clamp_s64(noise_ns, 1, NOISE_MAX_NS);
}

/**
 * cl_parabolic_push() - take a complete exchange
 * @p: estimator
 * @x: exchange, seen from the local node
 *
 * After 2.4 h without an exchange the estimator starts anew; so it does for an
 * impossible offset during the first CL_PARABOLIC_START exchanges.  A new
 * answer is found at every exchange of the start, then once per second.
 *
 * Return: 0, or -ERANGE for an impossible exchange (round trip negative or
 * above 10 s, local stamps more than 60 s apart, offset more than 17 s away
 * from that at the birth of a generation), or -ESTALE if one of its local
 * stamps is older than that of the exchange before.  In both cases only a
 * counter changes.
 */
int cl_parabolic_push(struct cl_parabolic *p, const struct cl_exchange *x)
{
	struct cl_oneway s = cl_oneway(x);
	s64 rtt = (s64)(s.u + s.w);
	s64 hold = cl_raw_sub(s.at_w, s.at_u);

	if (rtt < 0 || rtt > RTT_MAX_NS || hold < -HOLD_MAX_NS ||
	    hold > HOLD_MAX_NS)
		goto reject;
	if (p->n) {
		if (cl_raw_sub(s.at_u, p->last.at_u) < 0 ||
		    cl_raw_sub(s.at_w, p->last.at_w) < 0) {
			p->late++;
			return -ESTALE;
		}
		if (too_old(p, &s)) {
			restart(p);
		} else if (!fits_offset(&p->gen[p->elder], &s) ||
			   (p->n >= CL_PARABOLIC_START &&
			    !fits_offset(&p->gen[!p->elder], &s))) {
			if (p->n >= CL_PARABOLIC_START)
				goto reject;
			/* One of the two is wrong. */
			restart(p);
		}
	}

	if (p->n < CL_PARABOLIC_START)
		push_start(p, &s);
	else
		push_on(p, &s);
	p->last = s;
	if (p->n <= CL_PARABOLIC_START ||
	    cl_raw_sub(s.at_u, p->solved) >= SOLVE_NS)
		solve(p, &s);
	return 0;

reject:
	p->rejected++;
	return -ERANGE;
}

/**
 * cl_parabolic_get() - offset and frequency at an instant
 * @p: estimator
 * @at: local raw instant, any
 * @ret: the estimate
 *
 * A straight line through the last answer, which is at most a second or an
 * exchange old when exchanges go on.
 *
 * Return: 0, or -EAGAIN before the first exchange, then @ret is untouched.
 */
int cl_parabolic_get(const struct cl_parabolic *p, struct cl_raw at,
		     struct cl_parabolic_estimate *ret)
{
	s64 theta;

	if (!p->n)
		return -EAGAIN;

	theta = p->theta + cl_mulshr(cl_raw_sub(at, p->solved), p->y, 36);
	ret->at = at;
	ret->theta_ns = (s64)(p->d0 + (u64)((theta + 8) >> 4));
	ret->y_q48 = p->y * 256;
	ret->delay_ns = (p->delay + 8) >> 4;
	ret->excess_ns = p->excess_ns;
	ret->last = p->last.at_u;
	return 0;
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
