// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Residuals are one-way differences without the offset that is known: one-way
 * delays, if the estimate is right.  A path that became longer in one direction
 * lifts the lowest residuals of this direction only, a clock that moved lifts
 * them in one direction and lowers them in the other.
 *
 * A direction that became longer shows as the lack of low samples, for which
 * windows are compared.  Late samples are kept back meanwhile, and for minutes if
 * they come from a queue without a floor: the clock coasts better than a guess
 * would be.  One that became shorter shows in the first low sample, and every
 * estimator believes it, so that samples are kept back until the other direction
 * has said whether it rose.
 */
#include "continuity.h"
#include "fixed.h"

#define DIRECTIONS CL_FLOORS_DIRECTIONS
#define ONE_Q16 65536LL

/* Nothing is taken before, and nothing judged: estimates converge first, ns. */
#define SKIP_NS (20 * CL_NS_PER_SEC)
#define START_NS (60 * CL_NS_PER_SEC)
#define START_WINDOWS 3
/* It takes longer where delays spread: ns per ns of spread. */
#define START_SPREAD 10000
/*
 * A sample is too low from so many on, and it proves something from so many on;
 * in halves of a deviation of the estimate.
 */
#define FALL_NOISE 4
#define FALL_ERR2 3
#define FALL_REST 4
#define PROOF_ERR2 6
#define PROOF_REST 12

/* Late samples are kept back no longer if there is something to be learnt, ns. */
#define LACK_MAX_NS (300 * CL_NS_PER_SEC)
/*
 * Meanwhile nothing is learnt that would be less certain than so many deviations
 * of the estimate, which grow, but for the noise.
 */
#define LEARN_ERR 2

/*
 * If the spread is above so many times the drop, decisions need more samples
 * than the caller keeps back: see keep_all().
 */
#define KEEP_DROPS 4
/* A sample so many times as low as those before begins another doubt. */
#define OTHER_DROPS 4
/* A doubt lasts no longer, ns. */
#define DOUBT_MAX_NS (600 * CL_NS_PER_SEC)
#define KEEP_MAX_NS (60 * CL_NS_PER_SEC)

/* A direction fell when so many samples say so ... */
#define LOWS_MIN 3
/* ... unless so many should have, Q16, for each that does. */
#define STRAY_Q16 (4 * ONE_Q16)
#define SLOW_STRAY_Q16 (2 * ONE_Q16)
/* The other one did not rise when so many samples say so ... */
#define TOUCHES_MIN 3
/* ... and not more than so many are missing, Q16, for each ... */
#define MISSED_FEW_Q16 (2 * ONE_Q16)
/* ... and it rose if so many are: e^-7 is once in 1000. */
#define MISSED_MANY_Q16 (7 * ONE_Q16)
/* A new start where samples are few is worth an error of so many proofs. */
#define RESTART_PROOFS 2

/* A direction is as at the start if its shift is below so many deviations. */
#define RETURN_FACTOR 3
/* What was learnt may be corrected by so many deviations. */
#define SETTLE_FACTOR 8

/* Residuals and scales beyond these are taken as these, ns. */
#define RESIDUAL_MAX_NS (CL_NS_PER_SEC << 14)
#define SCALE_MAX_NS CL_NS_PER_SEC

static bool floors_known(const struct cl_continuity *c, struct cl_raw at)
{
	const struct cl_floors_level *l = &c->floors.known;
	s64 age = cl_raw_sub(at, c->first);

	return c->floors.n_past >= START_WINDOWS && age >= START_NS &&
	       age / START_SPREAD >=
		       cl_max_s64(l->spread_ns[0], l->spread_ns[1]);
}

static void forget_floors(struct cl_continuity *c)
{
	c->floors.n_past = 0;
	cl_floors_release(&c->floors, false);
	cl_floors_clear(&c->floors);
}

/**
 * cl_continuity_restart() - forget floors: the estimate starts anew
 * @c: state; the shifts stay
 */
void cl_continuity_restart(struct cl_continuity *c)
{
	c->started = false;
	c->doubt = false;
	forget_floors(c);
	cl_lack_restart(&c->lack);
	memset(c->settle, 0, sizeof(c->settle));
	memset(c->slack_ns, 0, sizeof(c->slack_ns));
}

/**
 * cl_continuity_forget() - forget floors and shifts: they cannot be true
 * @c: state
 */
void cl_continuity_forget(struct cl_continuity *c)
{
	cl_continuity_restart(c);
	memset(c->shift_ns, 0, sizeof(c->shift_ns));
	memset(c->var_ns2, 0, sizeof(c->var_ns2));
}

/* How far below a direction's floor a sample has to be. */
static s64 fall_threshold(const struct cl_continuity *c, unsigned int k,
			  s64 err2, s64 rest_factor,
			  const struct cl_continuity_scale *scale)
{
	/* In doubt it may grow. */
	s64 err = c->doubt ? c->doubt_err_ns : scale->err_ns;

	return FALL_NOISE * c->floors.noise_ns + err2 * err / 2 +
	       rest_factor * c->floors.known.rest_ns[k] + c->slack_ns[k];
}

/* Learn that a direction is by d longer than it was, so far above its floor. */
static void shift(struct cl_continuity *c, unsigned int k, s64 d, s64 rest,
		  const struct cl_continuity_scale *scale)
{
	s64 sigma = cl_min_s64(rest + c->floors.noise_ns / 2 + scale->err_ns,
			       CL_NS_PER_SEC);
	u64 was, now;

	was = cl_abs_s64(c->shift_ns[k]);
	c->shift_ns[k] += d;
	c->var_ns2[k] = cl_add_sat(c->var_ns2[k], (u64)(sigma * sigma));
	now = cl_abs_s64(c->shift_ns[k]);
	/* The lowest of few samples is too high, but noise makes it too low. */
	c->settle[k] = c->floors.known.level_ns[k] ==
				       c->floors.known.floor_ns[k] ?
			       (u32)c->floors.known.n :
			       0;
	if (now < was / 4 && now <= RETURN_FACTOR * cl_isqrt(c->var_ns2[k])) {
		/* The path of the start is back, with nothing to be learnt. */
		c->shift_ns[k] = 0;
		c->var_ns2[k] = 0;
		c->settle[k] = 0;
	}
}

/* A direction rose; what did the other one do? */
static enum cl_continuity_verdict
lengthen(struct cl_continuity *c, const struct cl_rise *s,
	 const struct cl_continuity_scale *scale)
{
	unsigned int k;

	if ((s->rose[0] && s->d_ns[1] < -s->d_ns[0] / 2) ||
	    (s->rose[1] && s->d_ns[0] < -s->d_ns[1] / 2)) {
		cl_continuity_restart(c);
		return CL_CONTINUITY_CLOCK;
	}
	cl_home_leave(&c->home, c->floors.known.floor_ns, c->shift_ns,
		      c->var_ns2);
	cl_floors_release(&c->floors, false);
	for (k = 0; k < DIRECTIONS; k++) {
		if (!s->rose[k])
			continue;
		shift(c, k, s->d_ns[k], s->rest_ns[k], scale);
		cl_floors_lower(&c->floors, k, s->from, s->d_ns[k],
				scale->interval_ns);
	}
	cl_home_shifted(&c->home, c->shift_ns);
	c->changes++;
	return CL_CONTINUITY_SHIFTED;
}

/*
 * Samples are kept back: is what would be learnt better than to wait?  After a
 * while anything is, if it says how wrong it may be.
 */
static bool better_learnt(const struct cl_continuity *c, struct cl_raw at,
			  struct cl_rise *s,
			  const struct cl_continuity_scale *scale)
{
	s64 most = LEARN_ERR * scale->err_ns + c->floors.noise_ns / 2;
	s64 age = cl_raw_sub(at, c->lack.since);
	unsigned int k;

	if (age < CL_FLOORS_PRESENT_NS)
		return false;
	if (age >= LACK_MAX_NS) {
		cl_rise_compare(&c->floors, c->floors.held, scale->err_ns, s);
		for (k = 0; k < DIRECTIONS; k++)
			s->rose[k] = c->lack.missing_q16[k] && s->d_ns[k] > 0;
		return cl_rise_any(s);
	}
	for (k = 0; k < DIRECTIONS; k++)
		if (s->rose[k] && s->rest_ns[k] > most)
			return false;
	return cl_rise_any(s);
}

/* Did a direction become longer, and is it time to say so? */
static enum cl_continuity_verdict
look_back(struct cl_continuity *c, struct cl_raw at,
	  const struct cl_continuity_scale *scale)
{
	struct cl_rise rise;

	if (!floors_known(c, at))
		return CL_CONTINUITY_QUIET;
	cl_rise_find(&c->floors, scale->interval_ns, scale->err_ns, &rise);
	if (c->floors.held ? better_learnt(c, at, &rise, scale) :
			     cl_rise_any(&rise))
		return lengthen(c, &rise, scale);
	return CL_CONTINUITY_QUIET;
}

/* A sample is too low: from now on keep samples back. */
static void begin_doubt(struct cl_continuity *c, unsigned int k, s64 d,
			s64 err_ns)
{
	cl_floors_clear(&c->floors);
	c->doubt = true;
	c->down = (u8)k;
	c->drop_ns = d;
	c->doubt_err_ns = err_ns;
	c->lows = 0;
	c->expected_q16 = 0;
	c->touches = 0;
	c->missed_q16 = 0;
}

/* What a sample says in doubt. */
static void weigh(struct cl_continuity *c, const s64 *r)
{
	unsigned int other = !c->down;
	s64 d = c->floors.known.floor_ns[c->down] - r[c->down];
	s64 rise, limit, share_q16;
	s64 part;

	/* So much lower than before that it is something else. */
	if (d > OTHER_DROPS * c->drop_ns)
		begin_doubt(c, c->down, d, c->doubt_err_ns);
	part = c->drop_ns / 2;
	if (d > part)
		c->lows++;
	c->expected_q16 += cl_floors_expected_q16(&c->floors, c->down, part);
	c->drop_ns = cl_max_s64(c->drop_ns, d);

	/*
	 * Where delays are as likely close to the floor as a bit above, this share
	 * of those below the limit should be below the part.
	 */
	rise = r[other] - c->floors.known.floor_ns[other];
	part = c->drop_ns * 3 / 4;
	limit = 2 * part + c->floors.known.spread_ns[other];
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
	cl_floors_clear(&c->floors);
}

/* The path is shorter by what the window shows. */
static enum cl_continuity_verdict
shorten(struct cl_continuity *c, const struct cl_continuity_scale *scale)
{
	unsigned int k;

	for (k = 0; k < DIRECTIONS; k++) {
		s64 low = c->floors.low[k].ns[0];

		if (c->floors.known.floor_ns[k] - low <
		    fall_threshold(c, k, FALL_ERR2, FALL_REST, scale))
			continue;
		shift(c, k, low - c->floors.known.level_ns[k],
		      c->floors.known.spread_ns[k] / c->floors.n, scale);
		cl_floors_lift(&c->floors, k);
	}
	cl_home_shifted(&c->home, c->shift_ns);
	end_doubt(c);
	c->changes++;
	return CL_CONTINUITY_SHIFTED;
}

/*
 * Are few samples enough to decide?  Then all are kept back; else only those are
 * left out that are too low, the others do no harm.
 */
static bool keep_all(const struct cl_continuity *c)
{
	return c->floors.known.spread_ns[c->down] <= KEEP_DROPS * c->drop_ns;
}

static enum cl_continuity_verdict
undecided(const struct cl_continuity *c, const s64 *r,
	  const struct cl_continuity_scale *scale)
{
	unsigned int k;

	if (keep_all(c))
		return CL_CONTINUITY_DOUBT;
	for (k = 0; k < DIRECTIONS; k++)
		if (c->floors.known.floor_ns[k] - r[k] >
		    fall_threshold(c, k, FALL_ERR2, 0, scale))
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
	       c->missed_q16 < MISSED_FEW_Q16 * (1 + c->touches);
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
	bool late = cl_raw_sub(at, c->floors.start) >=
		    (keep_all(c) ? KEEP_MAX_NS : DOUBT_MAX_NS);
	s64 least = fall_threshold(c, c->down, PROOF_ERR2, PROOF_REST, scale);
	bool proof = c->lows >= LOWS_MIN && c->drop_ns > least;
	s64 need =
		cl_max_s64(c->floors.known.n / c->floors.known.windows,
			   8 * c->floors.known.spread_ns[c->down] / c->drop_ns);

	if (!proof)
		return late || !promising(c, least) ? unfounded(c) :
						      undecided(c, r, scale);
	if (c->missed_q16 >= MISSED_MANY_Q16 * (1 + c->touches)) {
		/* A new start is worse than a small error, if samples are few. */
		if (!keep_all(c) && c->drop_ns < RESTART_PROOFS * least)
			return unfounded(c);
		cl_continuity_restart(c);
		return CL_CONTINUITY_CLOCK;
	}
	if ((c->touches >= TOUCHES_MIN && c->floors.n >= need &&
	     c->missed_q16 <= MISSED_FEW_Q16 * c->touches) ||
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
		s64 d = c->floors.known.floor_ns[k] - r[k];

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
static enum cl_continuity_verdict
lacking(struct cl_continuity *c, struct cl_raw at, const s64 *r,
	const struct cl_continuity_scale *scale)
{
	switch (cl_lack_push(&c->lack, at, r, &c->floors, scale->err_ns)) {
	case CL_LACK_LATE:
		if (!c->floors.held)
			cl_floors_hold(&c->floors);
		return CL_CONTINUITY_DOUBT;
	case CL_LACK_NEAR:
		/* The floor is where it was: begin to look for a new one anew. */
		cl_floors_release(&c->floors, true);
		cl_floors_hold(&c->floors);
		return CL_CONTINUITY_LATE;
	case CL_LACK_OVER:
		cl_floors_release(&c->floors, true);
		return CL_CONTINUITY_LATE;
	default:
		return CL_CONTINUITY_QUIET;
	}
}

/* The path is as before it became longer, the estimate may be or not. */
static enum cl_continuity_verdict
arrive(struct cl_continuity *c, s64 *r, const struct cl_continuity_scale *scale)
{
	enum cl_continuity_verdict v = CL_CONTINUITY_SHIFTED;
	unsigned int k;

	for (k = 0; k < DIRECTIONS; k++) {
		r[k] += c->shift_ns[k] - c->home.shift_ns[k];
		if (c->home.floor_ns[k] - r[k] >
		    fall_threshold(c, k, FALL_ERR2, FALL_REST, scale))
			v = CL_CONTINUITY_CLOCK;
		c->shift_ns[k] = c->home.shift_ns[k];
		c->var_ns2[k] = c->home.var_ns2[k];
		c->settle[k] = 0;
	}
	c->home.away = false;
	c->doubt = false;
	c->changes++;
	forget_floors(c);
	return v;
}

/**
 * cl_continuity_init() - start for a new path
 * @c: state
 */
void cl_continuity_init(struct cl_continuity *c)
{
	memset(c, 0, sizeof(*c));
}

/* Put a sample into its window; what does the window say when it is complete? */
static enum cl_continuity_verdict note(struct cl_continuity *c,
				       struct cl_raw at, const s64 *r,
				       const struct cl_continuity_scale *scale)
{
	unsigned int k;

	cl_floors_collect(&c->floors, at, r, scale->err_ns);
	if (!cl_floors_complete(&c->floors, at, scale->excess_ns,
				scale->err_ns))
		return CL_CONTINUITY_QUIET;
	cl_floors_remember(&c->floors, scale->noise_ns, scale->interval_ns);
	for (k = 0; k < DIRECTIONS; k++)
		c->slack_ns[k] /= 2;
	return look_back(c, at, scale);
}

/* Judge a sample, its scales within their limits. */
static enum cl_continuity_verdict judge(struct cl_continuity *c,
					struct cl_raw at, s64 *r,
					const struct cl_continuity_scale *scale)
{
	bool known = floors_known(c, at);
	enum cl_continuity_verdict v;
	unsigned int k;
	bool settled;

	if (cl_home_back(&c->home, r, c->shift_ns,
			 CL_RISE_NOISE * c->floors.noise_ns))
		return arrive(c, r, scale);
	settled = !c->doubt && settle(c, r);
	for (k = 0; k < DIRECTIONS && known && !c->doubt; k++) {
		s64 d = c->floors.known.floor_ns[k] - r[k];

		if (d > fall_threshold(c, k, FALL_ERR2, FALL_REST, scale))
			begin_doubt(c, k, d, scale->err_ns);
	}
	if (c->doubt) {
		weigh(c, r);
		cl_floors_collect(&c->floors, at, r, scale->err_ns);
		return conclude(c, at, r, scale);
	}
	v = note(c, at, r, scale);
	if (v == CL_CONTINUITY_QUIET && settled)
		v = CL_CONTINUITY_SHIFTED;
	if (v == CL_CONTINUITY_QUIET)
		return known ? lacking(c, at, r, scale) : v;
	cl_lack_clear(&c->lack);
	cl_floors_release(&c->floors, false);
	return v;
}

/**
 * cl_continuity_push() - judge a sample before it is used
 * @c: state
 * @at: local raw instant of the sample, not before that of the last one
 * @ru: u - @c->shift_ns[0] - theta, ns, with the estimate before this sample
 * @rw: w - @c->shift_ns[1] + theta, ns
 * @scale: what is known of the samples and of the estimate; negative numbers, 0
 *	and numbers above 1 s are taken as 1 ns and 1 s, intervals as up to 100 s
 *
 * Constant time: a window is compared with at most CL_FLOORS_WINDOWS others.
 *
 * Return: what to do with the sample.
 */
enum cl_continuity_verdict
cl_continuity_push(struct cl_continuity *c, struct cl_raw at, s64 ru, s64 rw,
		   const struct cl_continuity_scale *scale)
{
	struct cl_continuity_scale within = {
		.noise_ns = cl_clamp_s64(scale->noise_ns, 1, SCALE_MAX_NS),
		.excess_ns = cl_clamp_s64(scale->excess_ns, 1, SCALE_MAX_NS),
		.err_ns = cl_clamp_s64(scale->err_ns, 1, SCALE_MAX_NS),
		.interval_ns =
			cl_clamp_s64(scale->interval_ns, 1, 100 * SCALE_MAX_NS),
	};
	s64 r[DIRECTIONS] = {
		cl_clamp_s64(ru, -RESIDUAL_MAX_NS, RESIDUAL_MAX_NS),
		cl_clamp_s64(rw, -RESIDUAL_MAX_NS, RESIDUAL_MAX_NS),
	};

	if (!c->started)
		c->first = at;
	c->started = true;
	if (cl_raw_sub(at, c->first) < SKIP_NS)
		return CL_CONTINUITY_QUIET;
	return judge(c, at, r, &within);
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
