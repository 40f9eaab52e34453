// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Residuals are one-way differences without the offset that is known: one-way
 * delays, if the estimate is right.  A path that became longer in one direction
 * lifts the lowest residuals of this direction only, a clock that moved lifts
 * them in one direction and lowers them in the other.
 *
 * A direction that became longer shows as the lack of low samples, for which
 * windows are compared; the estimators ignore late samples meanwhile.  One that
 * became shorter shows in the first low sample, and every estimator believes
 * it, so that samples are kept back until the other direction has said whether
 * it rose.
 */
#include "continuity.h"
#include "fixed.h"

#define DIRECTIONS CL_CONTINUITY_DIRECTIONS
#define WINDOWS CL_CONTINUITY_WINDOWS
#define LOWEST CL_CONTINUITY_LOWEST
#define ONE_Q16 65536LL

/*
 * A window lasts so long that its samples lie as close to the floor as the
 * estimate is sure, a quarter of the time that the estimate looks back ...
 */
#define WINDOW_SHARE 3
/* ... but at least and at most, ns */
#define WINDOW_MIN_NS (5 * CL_NS_PER_SEC)
#define WINDOW_MAX_NS (600 * CL_NS_PER_SEC)
/* The present is at least so long, longer than bursts, ns; the past ... */
#define PRESENT_NS (19 * CL_NS_PER_SEC)
/* ... at least so many windows. */
#define PAST_MIN 2
/* Nothing is believed before, and floors are not known before, ns. */
#define SKIP_NS (20 * CL_NS_PER_SEC)
#define START_NS (60 * CL_NS_PER_SEC)
#define START_WINDOWS 3

/*
 * A change is one of more than 8 times the noise, 6 times the deviation of the
 * estimate and 14 times the mean distance from the floor to the lowest sample:
 * e^-14 is once in a million.
 */
#define RISE_NOISE 8
#define FALL_NOISE 4
#define RISE_ERR 3
#define FALL_ERR 3
#define FALL_REST 4
#define PROOF_ERR 6
#define PROOF_REST 12
#define RISE_REST 10

/*
 * Samples are kept back when so many should have come near the floor of a
 * direction, Q16, and none did ...
 */
#define LACK_Q16 (14 * ONE_Q16)
/* ... but not longer than comparing windows takes, ns. */
#define LACK_MAX_NS (30 * CL_NS_PER_SEC)

/* Floors tell how far they are from the true one if there are so many. */
#define REST_WINDOWS 4
/* A window is wrong if so many gaps lie between its floor and the next. */
#define OUTLIER_GAPS 10

/* A direction fell when so many samples say so, ... */
#define LOWS_MIN 3
/* ... unless so many should have, Q16. */
#define STRAY_Q16 (4 * ONE_Q16)
#define SLOW_STRAY_Q16 (2 * ONE_Q16)
#define SLOW_MISSED_Q16 (2 * ONE_Q16)
/* The other one did not rise when so many samples say so, ... */
#define TOUCHES_MIN 3
/* ... and it rose when for each that does so many should have, Q16. */
#define MISSED_Q16 (7 * ONE_Q16)
/* ... and if not more than so many; else it is open. */
#define RISE_Q16 (2 * ONE_Q16)
/* What one sample may add to the expected number, Q16: bursts delay several. */
#define SAMPLE_Q16 (ONE_Q16 / 2)
/* Limits that keep sums of products small: samples of a window, gaps, ns. */
#define SAMPLES_MAX 1000000
#define GAP_MAX_NS CL_NS_PER_SEC
#define RESTART_PROOFS 2
/* With a spread above so many times the drop, decisions need more samples than
 * the caller keeps back.
 */
#define KEEP_DROPS 4
/* A doubt lasts no longer. */
#define DOUBT_MAX_NS (600 * CL_NS_PER_SEC)
#define KEEP_MAX_NS (60 * CL_NS_PER_SEC)
/* A direction is as at the start if its shift is below so many deviations. */
#define RETURN_FACTOR 3
/* What was learnt may be corrected by so many deviations. */
#define SETTLE_FACTOR 8

static u32 to_u32(s64 v)
{
	return (u32)cl_clamp_s64(v, 0, U32_MAX);
}

static const struct cl_continuity_window *past(const struct cl_continuity *c,
					       u32 i)
{
	return &c->past[(c->head + i) % WINDOWS];
}

/* One direction of combine(). */
static void combine_direction(const struct cl_continuity *c, unsigned int k,
			      u32 from, u32 to, struct cl_continuity_level *ret)
{
	s64 origin = past(c, from)->floor_ns[k];
	s64 lowest = S64_MAX;
	s64 second = S64_MAX;
	s64 mean = 0;
	s64 gap = 0;
	s64 spread = 0;
	s64 rest;
	u32 i;

	for (i = from; i < to; i++) {
		const struct cl_continuity_window *w = past(c, i);

		s64 floor = w->floor_ns[k] - origin;

		second = cl_min_s64(second, cl_max_s64(floor, lowest));
		lowest = cl_min_s64(lowest, floor);
		mean += floor;
		gap += w->gap_ns[k];
		spread += (s64)w->gap_ns[k] * w->n;
	}
	mean /= ret->windows;
	gap /= ret->windows;
	spread /= ret->windows;
	/* One of the past far below all others: the estimate was wrong then. */
	if (!from && ret->windows > 2 &&
	    second - lowest > OUTLIER_GAPS * gap + FALL_NOISE * c->noise_ns +
				      FALL_ERR * ret->err_ns) {
		mean += (second - lowest) / ret->windows;
		lowest = second;
	}
	/* Denser still close to the floor?  The lowest of all windows show it. */
	rest = spread / ret->n;
	if (ret->windows >= REST_WINDOWS)
		rest = cl_min_s64(rest, 3 * (mean - lowest) / ret->windows);
	ret->floor_ns[k] = origin + lowest;
	ret->level_ns[k] = origin + (gap < c->noise_ns ? mean : lowest);
	ret->spread_ns[k] = spread;
	ret->rest_ns[k] = rest;
}

/* Windows number from .. to - 1, counted from the oldest, together. */
static void combine(const struct cl_continuity *c, u32 from, u32 to,
		    struct cl_continuity_level *ret)
{
	unsigned int k;
	u32 i;

	ret->n = 0;
	ret->windows = to - from;
	ret->err_ns = 0;
	for (i = from; i < to; i++) {
		ret->n += past(c, i)->n;
		ret->err_ns = cl_max_s64(ret->err_ns, past(c, i)->err_ns);
	}
	for (k = 0; k < DIRECTIONS; k++)
		combine_direction(c, k, from, to, ret);
}

/* First window of the present, the last PRESENT_NS. */
static u32 present(const struct cl_continuity *c,
		   const struct cl_continuity_scale *scale)
{
	u32 from = c->n_past;
	s64 age = 0;

	while (from > 1 && age < PRESENT_NS)
		age += past(c, --from)->n * scale->interval_ns;
	return from;
}

/* The present is left out: a slow fall would lower what it is compared with. */
static void know(struct cl_continuity *c,
		 const struct cl_continuity_scale *scale)
{
	combine(c, 0, present(c, scale), &c->known);
}

static void clear_window(struct cl_continuity *c)
{
	unsigned int k;

	c->n = 0;
	c->err_ns = 0;
	for (k = 0; k < DIRECTIONS; k++)
		c->low[k].n = 0;
}

static void insert_low(struct cl_continuity_low *l, s64 r)
{
	u32 i = l->n;

	if (i == LOWEST) {
		if (r >= l->ns[LOWEST - 1])
			return;
		i--;
	} else {
		l->n++;
	}
	for (; i && l->ns[i - 1] > r; i--)
		l->ns[i] = l->ns[i - 1];
	l->ns[i] = r;
}

/* Put a sample into the window that is being filled. */
static void collect(struct cl_continuity *c, struct cl_raw at, const s64 *r,
		    const struct cl_continuity_scale *scale)
{
	unsigned int k;

	if (!c->n)
		c->start = at;
	c->n = (u32)cl_min_s64((s64)c->n + 1, SAMPLES_MAX);
	if (c->err_ns < scale->err_ns)
		c->err_ns = to_u32(scale->err_ns);
	for (k = 0; k < DIRECTIONS; k++)
		insert_low(&c->low[k], r[k]);
}

/* Is the window that is being filled complete? */
static bool complete(const struct cl_continuity *c, struct cl_raw at,
		     const struct cl_continuity_scale *scale)
{
	s64 age = cl_raw_sub(at, c->start);
	s64 excess = scale->excess_ns;
	s64 need;

	if (c->n < LOWEST || age < WINDOW_MIN_NS)
		return false;
	/* A path that became longer makes the caller's mean too large. */
	if (c->n_past)
		excess = cl_max_s64(c->known.spread_ns[0],
				    c->known.spread_ns[1]);
	need = excess / cl_max_s64(scale->err_ns, 1);
	return c->n >= need / WINDOW_SHARE || age >= WINDOW_MAX_NS;
}

/* The window that is being filled becomes the youngest of the past. */
static void remember(struct cl_continuity *c,
		     const struct cl_continuity_scale *scale)
{
	struct cl_continuity_window *w;
	unsigned int k;

	if (c->n_past == WINDOWS) {
		c->head = (c->head + 1) % WINDOWS;
		c->n_past--;
	}
	/* What was taken against a much worse estimate is not comparable. */
	while (c->n_past && past(c, 0)->err_ns > 2 * (u64)c->err_ns &&
	       past(c, 0)->err_ns > c->noise_ns) {
		c->head = (c->head + 1) % WINDOWS;
		c->n_past--;
	}
	/* Neither is it noise. */
	if (!c->n_past || c->noise_ns > scale->noise_ns)
		c->noise_ns = scale->noise_ns;
	else
		c->noise_ns = cl_min_s64(scale->noise_ns,
					 c->noise_ns + c->noise_ns / 8 + 1);
	w = &c->past[(c->head + c->n_past) % WINDOWS];
	c->n_past++;
	for (k = 0; k < DIRECTIONS; k++) {
		const struct cl_continuity_low *l = &c->low[k];
		s64 gap = (l->ns[l->n - 1] - l->ns[0]) / (l->n - 1);

		w->floor_ns[k] = l->ns[0];
		w->gap_ns[k] = (u32)cl_min_s64(gap, GAP_MAX_NS);
	}
	for (k = 0; k < DIRECTIONS; k++)
		c->slack_ns[k] /= 2;
	w->n = c->n;
	w->err_ns = c->err_ns;
	clear_window(c);
	know(c, scale);
}

static bool floors_known(const struct cl_continuity *c, struct cl_raw at)
{
	return c->n_past >= START_WINDOWS &&
	       cl_raw_sub(at, c->first) >= START_NS;
}

/**
 * cl_continuity_restart() - forget floors: the estimate starts anew
 * @c: state; the shifts stay
 */
void cl_continuity_restart(struct cl_continuity *c)
{
	c->started = false;
	c->n_past = 0;
	c->doubt = false;
	clear_window(c);
	memset(c->settle, 0, sizeof(c->settle));
	memset(c->lack_q16, 0, sizeof(c->lack_q16));
	memset(c->slack_ns, 0, sizeof(c->slack_ns));
}

/*
 * Least change that is one, of n samples of one direction against windows of
 * the past.
 */
static s64 rise_threshold(const struct cl_continuity *c, s64 rest_ns,
			  s64 err_ns)
{
	return RISE_NOISE * c->noise_ns + RISE_ERR * err_ns +
	       RISE_REST * rest_ns;
}

/*
 * How far below a direction's floor a sample is suspicious, or proves something:
 * lower by that many times the mean distance from the floor to the lowest sample.
 */
static s64 fall_threshold(const struct cl_continuity *c, unsigned int k,
			  s64 err_factor, s64 rest_factor,
			  const struct cl_continuity_scale *scale)
{
	/* In doubt it grows. */
	s64 err = c->doubt ? c->doubt_err_ns : scale->err_ns;

	return FALL_NOISE * c->noise_ns + err_factor * err / 2 +
	       rest_factor * c->known.rest_ns[k] + c->slack_ns[k];
}

/* Learn that a direction is by d longer than it was. */
static void shift(struct cl_continuity *c, unsigned int k, s64 d, s64 n,
		  const struct cl_continuity_scale *scale)
{
	s64 spread = c->known.spread_ns[k] / cl_max_s64(n, 1);
	s64 sigma;
	u64 was, now;

	sigma = cl_min_s64(spread + c->noise_ns / 2 + scale->err_ns,
			   CL_NS_PER_SEC);
	was = cl_abs_s64(c->shift_ns[k]);
	c->shift_ns[k] += d;
	c->var_ns2[k] += (u64)(sigma * sigma);
	now = cl_abs_s64(c->shift_ns[k]);
	/* The lowest of few samples is too high, but noise makes it too low. */
	c->settle[k] = c->known.level_ns[k] == c->known.floor_ns[k] ?
			       to_u32(c->known.n) :
			       0;
	if (now < was / 4 && now <= RETURN_FACTOR * cl_isqrt(c->var_ns2[k])) {
		/* The path of the start is back, with nothing to be learnt. */
		c->shift_ns[k] = 0;
		c->var_ns2[k] = 0;
		c->settle[k] = 0;
	}
}

/* Take what was learnt out of the windows that have it. */
static void lower(struct cl_continuity *c, unsigned int k, u32 from, s64 d)
{
	u32 i;

	for (i = from; i < c->n_past; i++)
		c->past[(c->head + i) % WINDOWS].floor_ns[k] -= d;
}

/* Compare the present, the windows from a given one on, with the past. */
static enum cl_continuity_verdict
compare(struct cl_continuity *c, u32 from,
	const struct cl_continuity_scale *scale)
{
	struct cl_continuity_level then, now;
	s64 d[DIRECTIONS];
	bool rose[DIRECTIONS];
	s64 err;
	unsigned int k;

	u32 windows = c->n_past - from;

	/* As many windows: then both are as far above the true floors. */
	combine(c, from > windows ? from - windows : 0, from, &then);
	combine(c, from, c->n_past, &now);
	err = cl_max_s64(scale->err_ns, cl_max_s64(then.err_ns, now.err_ns));
	for (k = 0; k < DIRECTIONS; k++) {
		s64 rest = cl_max_s64(then.rest_ns[k], now.rest_ns[k]);
		s64 thr = rise_threshold(c, rest, err);

		/* All of the present: else a change in its midst is averaged. */
		rose[k] = now.floor_ns[k] - then.level_ns[k] > thr;
		d[k] = now.level_ns[k] - then.level_ns[k];
	}
	if (!rose[0] && !rose[1])
		return CL_CONTINUITY_QUIET;
	if ((rose[0] && d[1] < -d[0] / 2) || (rose[1] && d[0] < -d[1] / 2)) {
		cl_continuity_restart(c);
		return CL_CONTINUITY_CLOCK;
	}
	for (k = 0; k < DIRECTIONS; k++) {
		if (!rose[k])
			continue;
		shift(c, k, d[k], now.n, scale);
		lower(c, k, from, d[k]);
	}
	know(c, scale);
	return CL_CONTINUITY_SHIFTED;
}

/* Did a direction become longer? */
static enum cl_continuity_verdict
look_back(struct cl_continuity *c, struct cl_raw at,
	  const struct cl_continuity_scale *scale)
{
	enum cl_continuity_verdict v = CL_CONTINUITY_QUIET;
	u32 from;

	if (!floors_known(c, at))
		return v;
	for (from = present(c, scale);
	     from >= PAST_MIN && v == CL_CONTINUITY_QUIET; from--)
		v = compare(c, from, scale);
	return v;
}

/* A sample is too low: from now on keep samples back. */
static void begin_doubt(struct cl_continuity *c, unsigned int k, s64 d,
			const struct cl_continuity_scale *scale)
{
	clear_window(c);
	c->doubt = true;
	c->down = (u8)k;
	c->drop_ns = d;
	c->doubt_err_ns = scale->err_ns;
	c->lows = 0;
	c->expected_q16 = 0;
	c->touches = 0;
	c->missed_q16 = 0;
}

/* How many samples are expected within d of the floor, of one, Q16. */
static s64 expected_q16(const struct cl_continuity *c, unsigned int k, s64 d)
{
	s64 spread = cl_max_s64(c->known.spread_ns[k], 1);

	return cl_min_s64(cl_min_s64(d, CL_NS_PER_SEC) * ONE_Q16 / spread,
			  SAMPLE_Q16);
}

/* What a sample says in doubt. */
static void weigh(struct cl_continuity *c, const s64 *r)
{
	unsigned int other = !c->down;
	s64 d = c->known.floor_ns[c->down] - r[c->down];
	s64 part = c->drop_ns / 2;
	s64 rise, limit, share_q16;

	if (d > part)
		c->lows++;
	c->expected_q16 += expected_q16(c, c->down, part);
	c->drop_ns = cl_max_s64(c->drop_ns, d);

	/*
	 * Where delays are as likely close to the floor as a bit above, this share
	 * of those below the limit should be below the part.
	 */
	rise = r[other] - c->known.floor_ns[other];
	part = c->drop_ns * 3 / 4;
	limit = 2 * part + c->known.spread_ns[other];
	share_q16 = part * ONE_Q16 / limit;
	if (rise < part)
		c->touches++;
	else if (rise < limit)
		c->missed_q16 +=
			share_q16 + share_q16 * share_q16 / (2 * ONE_Q16);
}

static void end_doubt(struct cl_continuity *c)
{
	c->doubt = false;
	clear_window(c);
}

static void raise(struct cl_continuity *c, unsigned int k, u32 i)
{
	s64 *floor = &c->past[(c->head + i) % WINDOWS].floor_ns[k];

	*floor = cl_max_s64(*floor, c->known.floor_ns[k]);
}

/* The path is shorter by what the window shows. */
static enum cl_continuity_verdict
shorten(struct cl_continuity *c, const struct cl_continuity_scale *scale)
{
	unsigned int k;
	u32 i;

	for (k = 0; k < DIRECTIONS; k++) {
		s64 low = c->low[k].ns[0];

		if (c->known.floor_ns[k] - low <
		    fall_threshold(c, k, FALL_ERR, FALL_REST, scale))
			continue;
		shift(c, k, low - c->known.level_ns[k], c->n, scale);
		/* Low samples may have been taken for strays before. */
		for (i = (u32)c->known.windows; i < c->n_past; i++)
			raise(c, k, i);
	}
	end_doubt(c);
	return CL_CONTINUITY_SHIFTED;
}

/*
 * Are few samples enough to decide?  Then all are kept back; else only those are
 * left out that are too low, the others do no harm.
 */
static bool keep_all(const struct cl_continuity *c)
{
	return c->known.spread_ns[c->down] <= KEEP_DROPS * c->drop_ns;
}

static enum cl_continuity_verdict
undecided(const struct cl_continuity *c, const s64 *r,
	  const struct cl_continuity_scale *scale)
{
	unsigned int k;

	if (keep_all(c))
		return CL_CONTINUITY_DOUBT;
	for (k = 0; k < DIRECTIONS; k++)
		if (c->known.floor_ns[k] - r[k] >
		    fall_threshold(c, k, FALL_ERR, 0, scale))
			return CL_CONTINUITY_STRAY;
	return CL_CONTINUITY_QUIET;
}

/* May it still be proven that something has changed? */
static bool promising(const struct cl_continuity *c, s64 least)
{
	s64 lows = c->lows + 1;

	if (keep_all(c))
		return c->expected_q16 < STRAY_Q16 * lows;
	if (c->drop_ns > least)
		return c->expected_q16 < SLOW_STRAY_Q16 * lows;
	/* If the other direction rose, the estimate is a bit wrong. */
	return c->expected_q16 < SLOW_STRAY_Q16 / 4 * lows &&
	       c->missed_q16 < SLOW_MISSED_Q16 * (1 + c->touches);
}

/* Nothing was proven. */
static enum cl_continuity_verdict unfounded(struct cl_continuity *c)
{
	if (keep_all(c)) {
		end_doubt(c);
	} else {
		/* The estimate may follow for a while. */
		c->doubt = false;
		c->slack_ns[c->down] = c->drop_ns;
	}
	return CL_CONTINUITY_STRAY;
}

/* Decide, if that is possible, after a sample in doubt. */
static enum cl_continuity_verdict
conclude(struct cl_continuity *c, struct cl_raw at, const s64 *r,
	 const struct cl_continuity_scale *scale)
{
	bool late = cl_raw_sub(at, c->start) >=
		    (keep_all(c) ? KEEP_MAX_NS : DOUBT_MAX_NS);
	s64 least = fall_threshold(c, c->down, PROOF_ERR, PROOF_REST, scale);
	bool proof = c->lows >= LOWS_MIN && c->drop_ns > least;
	s64 need = cl_max_s64(c->known.n / c->known.windows,
			      8 * c->known.spread_ns[c->down] / c->drop_ns);

	if (!proof)
		return late || !promising(c, least) ? unfounded(c) :
						      undecided(c, r, scale);
	if (c->missed_q16 >= MISSED_Q16 * (1 + c->touches)) {
		/* A new start is worse than a small error, if samples are few. */
		if (!keep_all(c) && c->drop_ns < RESTART_PROOFS * least)
			return unfounded(c);
		cl_continuity_restart(c);
		return CL_CONTINUITY_CLOCK;
	}
	if ((c->touches >= TOUCHES_MIN && c->n >= need &&
	     c->missed_q16 <= RISE_Q16 * c->touches) ||
	    late)
		return shorten(c, scale);
	return undecided(c, r, scale);
}

/* A direction whose delay has just changed may be found a bit shorter still. */
static bool settle(struct cl_continuity *c, s64 *r)
{
	bool moved = false;
	unsigned int k;

	for (k = 0; k < DIRECTIONS; k++) {
		s64 d = c->known.floor_ns[k] - r[k];

		if (!c->settle[k])
			continue;
		c->settle[k]--;
		if (d <= 0 || d > SETTLE_FACTOR * (s64)cl_isqrt(c->var_ns2[k]))
			continue;
		c->shift_ns[k] -= d;
		r[k] += d;
		moved = true;
	}
	return moved;
}

/*
 * Are samples near the floor of a direction missing?  Then the path may have
 * become longer, or a queue be long.
 */
static bool lacking(struct cl_continuity *c, struct cl_raw at, const s64 *r,
		    const struct cl_continuity_scale *scale)
{
	bool was = c->lack_q16[0] >= LACK_Q16 || c->lack_q16[1] >= LACK_Q16;
	unsigned int k;

	for (k = 0; k < DIRECTIONS; k++) {
		s64 thr = rise_threshold(c, c->known.rest_ns[k], scale->err_ns);
		s64 near = cl_max_s64(4 * thr, c->known.spread_ns[k] / 4);

		if (r[k] - c->known.floor_ns[k] < near)
			c->lack_q16[k] = 0;
		else if (c->lack_q16[k] < LACK_Q16)
			c->lack_q16[k] += expected_q16(c, k, near);
	}
	if (c->lack_q16[0] < LACK_Q16 && c->lack_q16[1] < LACK_Q16)
		return false;
	if (!was)
		c->lack_since = at;
	return cl_raw_sub(at, c->lack_since) < LACK_MAX_NS;
}

/**
 * cl_continuity_init() - start for a new path
 * @c: state
 */
void cl_continuity_init(struct cl_continuity *c)
{
	memset(c, 0, sizeof(*c));
}

/**
 * cl_continuity_push() - judge a sample before it is used
 * @c: state
 * @at: local raw instant of the sample, later than those before
 * @ru: u - @c->shift_ns[0] - theta, ns, with the estimate before this sample
 * @rw: w - @c->shift_ns[1] + theta, ns
 * @scale: what is known of the samples and of the estimate
 *
 * Return: what to do with the sample.
 */
enum cl_continuity_verdict
cl_continuity_push(struct cl_continuity *c, struct cl_raw at, s64 ru, s64 rw,
		   const struct cl_continuity_scale *scale)
{
	enum cl_continuity_verdict v = CL_CONTINUITY_QUIET;
	s64 r[DIRECTIONS] = { ru, rw };
	unsigned int k;
	s64 d;

	if (!c->started)
		c->first = at;
	c->started = true;
	if (cl_raw_sub(at, c->first) < SKIP_NS)
		return v;
	if (!c->doubt && settle(c, r))
		v = CL_CONTINUITY_SHIFTED;
	for (k = 0; k < DIRECTIONS && !c->doubt && floors_known(c, at); k++) {
		d = c->known.floor_ns[k] - r[k];
		if (d > fall_threshold(c, k, FALL_ERR, FALL_REST, scale))
			begin_doubt(c, k, d, scale);
	}
	if (c->doubt) {
		collect(c, at, r, scale);
		weigh(c, r);
		return conclude(c, at, r, scale);
	}
	collect(c, at, r, scale);
	if (complete(c, at, scale)) {
		remember(c, scale);
		if (v == CL_CONTINUITY_QUIET)
			v = look_back(c, at, scale);
	}
	if (v != CL_CONTINUITY_QUIET)
		memset(c->lack_q16, 0, sizeof(c->lack_q16));
	else if (floors_known(c, at) && lacking(c, at, r, scale))
		v = CL_CONTINUITY_DOUBT;
	return v;
}

/**
 * cl_continuity_asymmetry_ns() - what was taken for asymmetry of the path
 * @c: state
 *
 * Return: half of the difference between the shifts of both directions, ns: the
 * offset is wrong by as much, if a clock had moved instead.
 */
s64 cl_continuity_asymmetry_ns(const struct cl_continuity *c)
{
	return (c->shift_ns[0] - c->shift_ns[1]) / 2;
}

/**
 * cl_continuity_err_ns() - what the shifts add to the error of the offset
 * @c: state
 *
 * Return: standard deviation, ns, rounded up.
 */
u64 cl_continuity_err_ns(const struct cl_continuity *c)
{
	u64 var = cl_add_sat(c->var_ns2[0], c->var_ns2[1]);

	return var ? cl_isqrt(var) / 2 + 1 : 0;
}

/**
 * cl_continuity_doubt_ns() - what the doubt adds to the bound of the offset
 * @c: state
 *
 * Return: by how much the offset is wrong if a clock has moved, ns; 0 without a
 * doubt.
 */
u64 cl_continuity_doubt_ns(const struct cl_continuity *c)
{
	return c->doubt ? (u64)c->drop_ns : 0;
}
