// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * A corridor is best where delays have a sharp floor, a Kalman filter where
 * noise hides it.  Both are fed with every sample and say how wrong they are:
 * the filter by its covariance, the corridor by how deep samples break out of
 * it.  The smaller error answers.
 */
#include "estimator.h"
#include "fixed.h"

#define RTT_MAX_NS (10 * CL_NS_PER_SEC)
/* Most time between the two local stamps of an exchange. */
#define HOLD_MAX_NS (60 * CL_NS_PER_SEC)
/* A sample may be so much older than the newest. */
#define LATE_MAX_NS CL_NS_PER_SEC
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

/*
 * Deviations of the corridor's answer, in tenths of the filter's, at which the
 * corridor answers, and at which it stops.
 */
#define CORRIDOR_ENTER 11
#define CORRIDOR_LEAVE 14

/* For so long samples are compared with the same answer. */
#define NOW_MAX_NS (250 * CL_NS_PER_MS)

/* A corridor more wrong than so many deviations of the filter starts anew. */
#define SQUEEZE_SIGMAS 4

/* Samples impossibly far from the answer: how far, and how many in a row. */
#define REFUTED_SIGMAS 10
#define REFUTED_MAX 4

/* For so many samples the errors are not believed; see answer(). */
#define SLOPELESS \
	128 /* before, the frequency comes from the same few samples */
#define UNPROVEN 1024
/* Later, answers so many deviations of the filter apart contradict each other. */
#define APART_SIGMAS 5
#define APART_DIV 3

/* Two clocks run apart by no more than that part of the time, 500 ppm. */
#define APART_MAX_DIV 2000

/*
 * Two changes of a frequency so soon after each other are no blows, it wanders.  An
 * oscillator that drifts by 0.3 ppm per s makes one each 15 s.
 */
#define BLOWS_APART_NS (60 * CL_NS_PER_SEC)

static s64 stamps_ns2(const struct cl_estimator *e)
{
	s64 noise = e->params.stamp_noise_ns;

	return e->hardware ? HW_VAR_NS2 : noise * noise + FLOOR_NS2;
}

/*
 * Wander for the corridor: what the estimate itself shows, if it is old enough, else
 * what the filters learnt, if that is not what was said.  Both err upwards, which
 * a corridor does not like: by 1.4 and by up to half a step of sqrt(10).  In the
 * first hour on a WAN the former may take its own errors for wander, by far more
 * than the filters, slow as they are there, would not have seen.
 */
static u32 corridor_wander(const struct cl_estimator *e)
{
	u64 filters = cl_wander_ppt(&e->filter.wander);
	u64 ppt = cl_octaves_ppt(&e->octaves);

	if (!ppt)
		ppt = filters;
	else if (ppt > 10 * filters)
		ppt = 10 * filters;
	if (ppt == e->params.wander_ppt)
		return (u32)ppt;
	return (u32)(ppt * 9 / 16);
}

/* Let the estimator with the smaller error answer. */
static void choose(struct cl_estimator *e)
{
	struct cl_parabolic_estimate c;
	bool now = e->choice == CL_CHOICE_CORRIDOR;
	u64 sigma;

	if (cl_parabolic_get(&e->corridor, e->last, &c))
		return;
	sigma = cl_filter_sigma(&e->filter);
	if (cl_parabolic_squeezed(&e->corridor) > SQUEEZE_SIGMAS * sigma)
		cl_parabolic_restart(&e->corridor);
	e->choice = c.err_ns * 10 < sigma * (now ? CORRIDOR_LEAVE :
						   CORRIDOR_ENTER) ?
			    CL_CHOICE_CORRIDOR :
			    CL_CHOICE_FILTER;
}

/* Feed the samples kept, now that their smallest round trip is known. */
static void feed_start(struct cl_estimator *e)
{
	unsigned int i;

	for (i = 0; i < e->n_kept; i++)
		cl_filter_push(&e->filter, &e->kept[i]);
	e->n_kept = 0;
}

/* Keep a sample; if there is no room, the oldest goes. */
static void keep(struct cl_estimator *e, const struct cl_oneway *s)
{
	unsigned int i;

	if (e->n_kept == CL_ESTIMATOR_KEPT) {
		for (i = 1; i < e->n_kept; i++)
			e->kept[i - 1] = e->kept[i];
		e->n_kept--;
	}
	e->kept[e->n_kept++] = *s;
}

/* Below 0 if more has been taken off than there was; see shift(). */
static s64 rtt_of(const struct cl_oneway *s)
{
	return (s64)(s->u + s->w);
}

/*
 * Is there no offset that both samples allow?  Delays are not negative, so one way there
 * and another one back take some time together, but for what the clocks run apart.
 */
static bool contradict(const struct cl_estimator *e, const struct cl_oneway *a,
		       const struct cl_oneway *b)
{
	s64 there = cl_abs_s64(cl_raw_sub(a->at_u, b->at_w));
	s64 back = cl_abs_s64(cl_raw_sub(b->at_u, a->at_w));
	s64 noise = e->params.stamp_noise_ns;

	return (s64)(a->u + b->w) + noise < -(there / APART_MAX_DIV) ||
	       (s64)(b->u + a->w) + noise < -(back / APART_MAX_DIV);
}

/* Start anew; what was learnt of noise and wander goes on. */
static void restart(struct cl_estimator *e)
{
	cl_parabolic_restart(&e->corridor);
	cl_continuity_restart(&e->continuity);
	cl_octaves_restart(&e->octaves);
	cl_shock_restart(&e->shock);
	e->choice = CL_CHOICE_FILTER;
	e->now_known = false;
	e->n = 0;
}

/*
 * Take a sample of which nothing is in doubt.  Of the first ones one may have stamps from
 * before and after a clock moved, or be made up; the corridor would never get rid of it.
 * Which of the two is wrong does not matter, nothing is lost by a new start.
 */
static void feed(struct cl_estimator *e, const struct cl_oneway *s)
{
	struct cl_raw at = cl_oneway_middle(s);

	if (rtt_of(s) < 0)
		return;
	if (e->n && !cl_estimator_ready(e) && e->n_kept &&
	    contradict(e, &e->kept[e->n_kept - 1], s)) {
		restart(e);
		e->n_kept = 0;
	}
	if (!e->n)
		cl_filter_start(&e->filter, s);
	if (!e->n || cl_raw_sub(at, e->last) > 0)
		e->last = at;
	cl_variance_note(&e->filter.var, at, rtt_of(s));
	cl_parabolic_push(&e->corridor, s);
	e->n++;
	if (cl_estimator_ready(e)) {
		cl_filter_push(&e->filter, s);
		return;
	}
	keep(e, s);
	if (e->n >= CL_ESTIMATOR_START)
		feed_start(e);
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
	memset(e, 0, sizeof(*e));
	e->params.stamp_noise_ns =
		(u32)cl_min_s64(p->stamp_noise_ns, STAMP_NOISE_MAX_NS);
	e->params.wander_ppt = (u32)cl_min_s64(p->wander_ppt, WANDER_MAX_PPT);
	cl_parabolic_init(&e->corridor, e->params.wander_ppt,
			  e->params.stamp_noise_ns);
	cl_filter_init(&e->filter, e->params.wander_ppt, stamps_ns2(e));
	cl_continuity_init(&e->continuity);
	cl_octaves_init(&e->octaves);
	cl_shock_restart(&e->shock);
}

/* Let the corridor answer, or say how wrong the filter may be. */
static void answer_corridor(const struct cl_estimator *e,
			    struct cl_estimate *ret)
{
	struct cl_parabolic_estimate c;
	u64 sigma = ret->err_ns;
	u64 apart;

	if (cl_parabolic_get(&e->corridor, ret->at, &c))
		return;
	apart = cl_abs_s64((s64)((u64)c.theta_ns - (u64)ret->theta_ns));
	if (e->choice == CL_CHOICE_CORRIDOR) {
		ret->theta_ns = c.theta_ns;
		ret->y_q48 = c.y_q48;
		ret->err_ns = c.err_ns;
		ret->y_err_ppt = c.y_err_ppt;
	}
	if (e->n >= UNPROVEN && apart < APART_SIGMAS * sigma)
		return;
	if (ret->err_ns < apart / APART_DIV)
		ret->err_ns = apart / APART_DIV;
}

/*
 * The answer of the estimator in use, at its newest sample.  At the start none of
 * them has proven its error: if they disagree by more, one must be wrong, and a
 * law of delays that is not known yet allows no more than plain averaging.
 */
static void answer(const struct cl_estimator *e, struct cl_estimate *ret)
{
	u64 share, plain;

	cl_filter_get(&e->filter, e->last, ret);
	ret->last = e->last;
	answer_corridor(e, ret);
	if (e->n >= UNPROVEN)
		return;
	/* The end of a line is twice as uncertain as its middle. */
	share = e->n < SLOPELESS ? 2 : 4;
	plain = (u64)e->filter.var.awake_ns / (share * cl_isqrt(e->n));
	if (ret->err_ns < plain)
		ret->err_ns = plain;
}

/* Local raw - peer's raw at an instant, modulo 2^64. */
static u64 theta_at(const struct cl_estimate *now, struct cl_raw at)
{
	return (u64)now->theta_ns +
	       (u64)cl_scale(cl_raw_sub(at, now->at), now->y_q48);
}

/* Take a change of the path off a sample that came before it was known. */
static void shift(struct cl_oneway *s, const s64 by[CL_CONTINUITY_DIRECTIONS])
{
	s->u -= (u64)by[0];
	s->w -= (u64)by[1];
}

/*
 * The path is no longer as long as it had become.  What is kept back may be samples of
 * it as it is now.
 */
static void forget_shifts(struct cl_estimator *e)
{
	const s64 *by = e->continuity.shift_ns;
	const s64 back[CL_CONTINUITY_DIRECTIONS] = { -by[0], -by[1] };
	unsigned int i;

	for (i = 0; i < e->n_kept; i++)
		shift(&e->kept[i], back);
	cl_continuity_forget(&e->continuity);
	cl_shock_restart(&e->shock);
}

/* Feed what was kept back, and the newest sample. */
static void feed_kept(struct cl_estimator *e, const struct cl_oneway *s)
{
	unsigned int n = e->n_kept;
	unsigned int i;

	/* keep() may write what has been read. */
	e->n_kept = 0;
	for (i = 0; i < n; i++) {
		struct cl_oneway old = e->kept[i];

		feed(e, &old);
	}
	feed(e, s);
}

/*
 * A clock moved: start anew with what was kept back and the newest sample, once they
 * are enough.  The answer is the old one until then.
 */
static void clock_moved(struct cl_estimator *e, const struct cl_oneway *s)
{
	e->moved = e->n_kept < CL_ESTIMATOR_START - 1;
	if (e->moved) {
		keep(e, s);
		return;
	}
	restart(e);
	e->clock_changes++;
	feed_kept(e, s);
}

/*
 * No path can make an offset wrong by more than half of the round trip.  A sample
 * that is further from the answer is kept back; several in a row prove that a
 * clock moved.  (Smaller moves are found by cl_continuity_push(), once it knows
 * the path.)
 *
 * Return: true if the sample has been dealt with.
 */
static bool refuted(struct cl_estimator *e, const struct cl_oneway *s,
		    const struct cl_estimate *now)
{
	const s64 *shift = e->continuity.shift_ns;
	s64 rtt = (s64)(s->u + s->w) + shift[0] + shift[1];
	u64 off;

	/* What was learnt of the path is no proof: take the sample as it came. */
	off = cl_abs_s64((s64)(s->u + (u64)shift[0] - (u64)rtt / 2 -
			       theta_at(now, cl_oneway_middle(s))));
	if (off <= (u64)rtt / 2 + REFUTED_SIGMAS * now->err_ns) {
		if (e->refuted)
			e->n_kept = 0;
		e->refuted = 0;
		return false;
	}
	if (!e->refuted)
		e->n_kept = 0;
	if (++e->refuted < REFUTED_MAX) {
		keep(e, s);
		return true;
	}
	e->refuted = 0;
	clock_moved(e, s);
	return true;
}

/*
 * Noise of a one-way difference.  Where the corridor answers, the floor is sharp
 * and nothing but stamps blurs it, whatever variance the filter gives to samples.
 */
static s64 oneway_noise(const struct cl_estimator *e)
{
	s64 noise = (s64)cl_variance_noise(&e->filter.var);

	if (e->choice == CL_CHOICE_CORRIDOR)
		noise = cl_min_s64(noise, (s64)cl_isqrt(stamps_ns2(e)));
	return noise * 3 / 2;
}

/* Ask whether the path or the clocks have changed, and do what follows. */
static void watch(struct cl_estimator *e, struct cl_oneway *s,
		  const struct cl_estimate *now)
{
	struct cl_continuity *c = &e->continuity;
	struct cl_continuity_scale scale;
	enum cl_continuity_verdict verdict;
	struct cl_estimate aged;
	s64 change[CL_CONTINUITY_DIRECTIONS] = { c->shift_ns[0],
						 c->shift_ns[1] };
	struct cl_raw at;
	unsigned int i;
	s64 ru, rw;

	scale.noise_ns = oneway_noise(e);
	scale.excess_ns = e->filter.var.usual_ns / 2;
	scale.interval_ns = e->corridor.interval_ns;
	ru = (s64)(s->u - theta_at(now, s->at_u));
	rw = (s64)(s->w + theta_at(now, s->at_w));
	at = cl_oneway_middle(s);
	cl_estimate_at(now, at, &aged);
	scale.err_ns = (s64)aged.err_ns;
	verdict = cl_continuity_push(c, at, ru, rw, &scale);
	for (i = 0; i < CL_CONTINUITY_DIRECTIONS; i++)
		change[i] = c->shift_ns[i] - change[i];
	for (i = 0; i < e->n_kept; i++)
		shift(&e->kept[i], change);
	shift(s, change);
	switch (verdict) {
	case CL_CONTINUITY_DOUBT:
		keep(e, s);
		return;
	case CL_CONTINUITY_CLOCK:
		clock_moved(e, s);
		return;
	case CL_CONTINUITY_STRAY:
		e->n_kept = 0;
		return;
	case CL_CONTINUITY_LATE:
		e->n_kept = 0;
		break;
	case CL_CONTINUITY_SHIFTED:
		/* It saw samples without that. */
		cl_shock_restart(&e->shock);
		break;
	case CL_CONTINUITY_QUIET:
		break;
	}
	feed_kept(e, s);
}

/*
 * Find out anew who answers and what, for samples to be compared with: a line is
 * good for a while.
 */
static void refresh(struct cl_estimator *e, const struct cl_oneway *s)
{
	s64 age = cl_raw_sub(cl_oneway_middle(s), e->now.at);

	/* The same answer again while samples are kept back, however long. */
	if (e->now_known &&
	    (age < NOW_MAX_NS || !cl_raw_sub(e->last, e->now.last)))
		return;
	choose(e);
	answer(e, &e->now);
	e->now_known = true;
	cl_octaves_push(&e->octaves, &e->now);
	cl_parabolic_set_wander(&e->corridor, corridor_wander(e));
}

/*
 * Has the frequency changed at once?  Samples that are kept back in doubt count as
 * well: that the offset drifts away may be what the doubt is about.
 *
 * Return: true if the sample has been dealt with: the estimate begins anew, with
 * what the samples since then tell.
 */
static bool shocked(struct cl_estimator *e, const struct cl_oneway *s)
{
	const struct cl_variance *v = &e->filter.var;
	s64 floor = cl_variance_min(v) - (s64)cl_variance_noise(v);
	s64 r = cl_variance_of(v, rtt_of(s));
	struct cl_estimate line = e->now;
	struct cl_shock k;

	/* Samples are beside it by what was learnt wrong of the path as well. */
	line.err_ns =
		cl_add_sat(line.err_ns, cl_continuity_err_ns(&e->continuity));
	if (!r || !cl_shock_push(&e->shock, s, &line, r, floor))
		return false;
	k = e->shock;
	if (e->shocks++ && cl_raw_sub(k.at, e->shocked) < BLOWS_APART_NS)
		cl_wander_raise(&e->filter.wander);
	e->shocked = k.at;
	restart(e);
	e->corridor.y = cl_shl_div(k.kf.y, 16, CL_NS_PER_SEC);
	cl_filter_follow(&e->filter, &k.kf, k.d0, k.at);
	e->last = k.at;
	e->n = CL_ESTIMATOR_START;
	e->n_kept = 0;
	e->refuted = 0;
	e->clock_changes++;
	return true;
}

/*
 * Stamps of a network device are better, the law of the samples is another, and so
 * are the floors: the kernel's stamps have delays of their own in each direction.
 * That is no change of the path, and what was kept back because it looked like one
 * must not be taken for samples of the new law.
 */
static void note_source(struct cl_estimator *e, bool hardware)
{
	if (hardware == e->hardware)
		return;
	e->hardware = hardware;
	cl_variance_set_stamps(&e->filter.var, stamps_ns2(e));
	e->corridor.noise_ns = (u32)cl_isqrt((u64)stamps_ns2(e));
	cl_shock_restart(&e->shock);
	if (!cl_estimator_ready(e) || e->moved)
		return;
	e->refuted = 0;
	e->n_kept = 0;
}

/**
 * cl_estimator_push() - take a complete exchange
 * @e: estimator
 * @x: exchange, seen from the local node
 *
 * Sums are made modulo 2^64, because the two raw clocks may be any distance
 * apart.  An exchange may come up to 1 s late.
 *
 * Return: 0, or -ERANGE for an impossible exchange (round trip negative or
 * above 10 s, local stamps more than 60 s apart, offset hours away from the
 * estimate), or -ESTALE if it is too late.  In both cases only a counter
 * changes.
 */
int cl_estimator_push(struct cl_estimator *e, const struct cl_exchange *x)
{
	struct cl_oneway s = cl_oneway(x);
	s64 rtt = (s64)(s.u + s.w);
	s64 hold = cl_raw_sub(s.at_w, s.at_u);

	if (rtt < 0 || rtt > RTT_MAX_NS || hold < -HOLD_MAX_NS ||
	    hold > HOLD_MAX_NS)
		goto reject;
	if (e->n && cl_raw_sub(e->last, cl_oneway_middle(&s)) > LATE_MAX_NS) {
		e->late++;
		return -ESTALE;
	}
	if (cl_estimator_ready(e) &&
	    cl_filter_distance(&e->filter, s.u - (u64)rtt / 2) >
		    CL_FILTER_OFFSET_MAX_NS)
		goto reject;
	note_source(e, x->hardware);
	e->accepted++;
	shift(&s, e->continuity.shift_ns);
	if (rtt_of(&s) < 0) {
		forget_shifts(e);
		s = cl_oneway(x);
	}
	if (!cl_estimator_ready(e)) {
		feed(e, &s);
	} else if (e->moved) {
		clock_moved(e, &s);
	} else {
		refresh(e, &s);
		if (!shocked(e, &s) && !refuted(e, &s, &e->now))
			watch(e, &s, &e->now);
	}
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
	return cl_filter_ready(&e->filter);
}

/*
 * Whoever uses the answer counts on five deviations.  What samples are compared
 * with stays as narrow as it is: changes are to be found in a young answer as well.
 */
static void widen_young(const struct cl_estimator *e, struct cl_estimate *ret)
{
	s64 more_q8;

	if (e->choice != CL_CHOICE_CORRIDOR)
		return;
	more_q8 = (s64)cl_parabolic_young_q8(&e->corridor) - 256;
	ret->err_ns += (u64)cl_mulshr((s64)ret->err_ns, more_q8, 8);
	ret->y_err_ppt += (u64)cl_mulshr((s64)ret->y_err_ppt, more_q8, 8);
}

/* How wrong the old answer may be, by the newest sample, after a clock moved. */
static u64 moved_ns(const struct cl_estimator *e, const struct cl_estimate *now)
{
	const struct cl_oneway *s = &e->kept[e->n_kept - 1];
	u64 half = (s->u + s->w) / 2;

	return half + cl_abs_s64((s64)(s->u - half -
				       theta_at(now, cl_oneway_middle(s))));
}

/**
 * cl_estimator_get() - offset and frequency at an instant
 * @e: estimator
 * @at: local raw instant, any; see cl_estimate_at()
 * @ret: the estimate
 *
 * Return: 0, or -EAGAIN before the estimator is ready, then @ret is untouched.
 */
int cl_estimator_get(const struct cl_estimator *e, struct cl_raw at,
		     struct cl_estimate *ret)
{
	const struct cl_continuity *c = &e->continuity;

	if (!cl_estimator_ready(e))
		return -EAGAIN;
	answer(e, ret);
	widen_young(e, ret);
	ret->err_ns = cl_add_sat(ret->err_ns, cl_continuity_err_ns(c));
	ret->shift_ns = cl_add_sat(cl_abs_s64(cl_continuity_asymmetry_ns(c)),
				   cl_continuity_doubt_ns(c));
	ret->shift_ns = cl_add_sat(ret->shift_ns, cl_shock_doubt_ns(&e->shock));
	if (e->moved)
		ret->shift_ns = cl_add_sat(ret->shift_ns, moved_ns(e, ret));
	ret->told_ns = 0;
	ret->min_rtt_ns =
		(u64)cl_max_s64(cl_variance_min(&e->filter.var) +
					c->shift_ns[0] + c->shift_ns[1],
				0);
	cl_estimate_at(ret, at, ret);
	return 0;
}

/**
 * cl_estimator_get_info() - what the estimator has learnt
 * @e: estimator
 * @ret: filled in
 */
void cl_estimator_get_info(const struct cl_estimator *e,
			   struct cl_estimator_info *ret)
{
	*ret = (struct cl_estimator_info){
		.choice = e->choice,
		.wander_ppt = cl_wander_ppt(&e->filter.wander),
		.noise_ns = cl_variance_noise(&e->filter.var),
		.excess_ns = e->filter.var.excess_ns,
		.asymmetry_ns = cl_continuity_asymmetry_ns(&e->continuity),
		.doubt_ns = cl_continuity_doubt_ns(&e->continuity),
		.path_changes = e->continuity.changes,
		.clock_changes = e->clock_changes,
	};
}
