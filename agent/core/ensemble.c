// SPDX-License-Identifier: GPL-2.0-or-later
#include "ensemble.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "kmod/core/fixed.h"

#define NS_PER_S 1e9
#define Q48 0x1p48

/*
 * The estimators average until the wander of the oscillators equals the noise, for
 * (error / wander)^(2/3); so long their errors persist.  All time constants follow
 * from that: of the loop, and of what learns the predictions.
 */
#define PERSIST_MIN_S 5.0
#define PERSIST_MAX_S 1500.0
#define LOOP_FACTOR 2.0
#define LEARN_FACTOR 4.3
#define LEARN_MIN_S 300.0
#define SMOOTH_S 5.0

/*
 * The loop, in units of its time constant: it takes up what is new to it within PULL,
 * and learns what lasts as a frequency within LEARN.  A soft one gives way to a part
 * of what has lasted for YIELD: that may as well be an error of the estimators.
 */
#define FIRM_PULL 0.42
#define SOFT_PULL 0.35
#define FIRM_LEARN 1.0
#define SOFT_LEARN 4.0
#define SOFT_PART 0.7
#define YIELD 1.05
/*
 * T over that of a leader as steady as the median.  The loop is soft from SCALE_SOFT on,
 * the more so the closer errors persist to SOFT_PERSIST_S.
 */
#define SCALE_MIN (1.0 / 3)
#define SCALE_SOFT 0.8
#define SCALE_MAX 3.0
#define SOFT_PERSIST_S 500.0

/* An oscillator's rms residual, when it is followed with a time constant. */
#define RESIDUAL_FACTOR 0.6

/* Outliers: from so many standard deviations on; nothing is known at the start. */
#define OUTLIER CL_ENSEMBLE_OUTLIER
#define OUTLIER_BOOT (10 * OUTLIER)
#define BAD_MIN_S 10.0
/* A step that was slept through counts as so much of it. */
#define BAD_STEP_MAX_S 10.0
#define HOLD_S 3600.0
/* A prediction that is further off is none. */
#define ASTRAY_NS 1e9

/* Shadow of who joins, in units of the time that predictions are learnt in. */
#define SHADOW 3.0
/* Who is not measured for so long has no say. */
#define ABSENT_S 60.0

/* Below this part of the weight the others are not known to be anywhere. */
#define REST_MIN 0.05

#define SHARE_MAX 0.8
/* That oscillators are alike is believed as much as so many independent residuals. */
#define ALIKE 10.0
#define STEER_MAX (500 / NS_PER_S)
#define RATE_MAX CL_ENSEMBLE_RATE_MAX

#define WORSE_FACTOR 2.0
#define WORSE_S 3600.0

static double clamp(double v, double lo, double hi)
{
	return fmin(fmax(v, lo), hi);
}

static double mix(double firm, double soft, double part)
{
	return firm + (soft - firm) * part;
}

static double seconds(struct cl_raw later, struct cl_raw earlier)
{
	return (double)cl_raw_sub(later, earlier) / NS_PER_S;
}

/* T_P: predictions are learnt so fast. */
static double learn_s(const struct cl_ensemble *e)
{
	return fmax(LEARN_MIN_S, LEARN_FACTOR * e->persist_s);
}

/* T_L: the loop of a leader as steady as the median */
static double loop_s(const struct cl_ensemble *e)
{
	return LOOP_FACTOR * fmax(e->persist_s, PERSIST_MIN_S);
}

/* Residual variance of an oscillator of which nothing is known, ns^2. */
static double s2_start(const struct cl_ensemble *e)
{
	double s =
		RESIDUAL_FACTOR * e->wander * pow(learn_s(e), 1.5) * NS_PER_S;

	return s * s;
}

/* Nobody is known well yet: all have the same weight. */
static bool booting(const struct cl_ensemble *e)
{
	return e->age_s < SHADOW * learn_s(e);
}

static struct cl_ensemble_voter *find(struct cl_ensemble *e, u32 node)
{
	for (unsigned int i = 0; i < e->n; i++) {
		if (e->voter[i].node == node)
			return &e->voter[i];
	}
	return NULL;
}

/**
 * cl_ensemble_init() - begin without voters and without a line
 * @e: the ensemble
 * @p: what is known
 */
void cl_ensemble_init(struct cl_ensemble *e, const struct cl_ensemble_params *p)
{
	memset(e, 0, sizeof(*e));
	e->node = p->node;
	e->wander = fmax(p->wander_ppt, 1) / CL_PPT;
}

/*
 * Take its weight from a voter.  The ensemble stays where it is: the predictions
 * of the others move by what it has pulled.
 */
static void silence(struct cl_ensemble *e, struct cl_ensemble_voter *v)
{
	double pull = v->weight * v->phi * v->residual_ns;
	double rest = 0, weights = 0;

	if (v->weight <= 0)
		return;
	v->weight = 0;
	for (unsigned int i = 0; i < e->n; i++) {
		rest += e->voter[i].weight * e->voter[i].phi;
		weights += e->voter[i].weight;
	}
	for (unsigned int i = 0; i < e->n; i++) {
		struct cl_ensemble_voter *o = &e->voter[i];

		if (o->weight <= 0)
			continue;
		if (rest > REST_MIN * weights) {
			o->line.frac_ns += pull / rest;
			o->offset_ns += pull / rest;
			o->residual_ns += pull / rest;
		}
		o->weight /= weights;
	}
}

/**
 * cl_ensemble_set_voters() - voters have been chosen
 * @e: the ensemble
 * @ids: node ids of all of them, not 0, none twice
 * @n: how many, at most CL_ENSEMBLE_VOTERS
 *
 * Who is new gets weight when its oscillator has been learnt.  Who leaves has
 * none from now on.
 *
 * Return: 0; -E2BIG: too many; -EINVAL: an id is 0 or there twice. Then nothing
 * has changed.
 */
int cl_ensemble_set_voters(struct cl_ensemble *e, const u32 *ids,
			   unsigned int n)
{
	struct cl_ensemble_voter next[CL_ENSEMBLE_VOTERS];
	bool stays[CL_ENSEMBLE_VOTERS] = { false };
	unsigned int i;

	if (n > CL_ENSEMBLE_VOTERS)
		return -E2BIG;
	for (i = 0; i < n; i++) {
		for (unsigned int j = 0; j < i; j++) {
			if (ids[j] == ids[i])
				return -EINVAL;
		}
		if (!ids[i])
			return -EINVAL;
	}
	for (i = 0; i < n; i++) {
		struct cl_ensemble_voter *v = find(e, ids[i]);

		if (v)
			stays[v - e->voter] = true;
	}
	for (i = 0; i < e->n; i++) {
		if (!stays[i])
			silence(e, &e->voter[i]);
	}
	memset(next, 0, sizeof(next));
	for (i = 0; i < n; i++) {
		const struct cl_ensemble_voter *v = find(e, ids[i]);

		if (v)
			next[i] = *v;
		next[i].node = ids[i];
	}
	memcpy(e->voter, next, sizeof(next));
	e->n = n;
	return 0;
}

/**
 * cl_ensemble_isolate() - judge a voter
 * @e: the ensemble
 * @node: the voter; others are ignored
 * @isolated: it gets no weight, or may get some again
 */
void cl_ensemble_isolate(struct cl_ensemble *e, u32 node, bool isolated)
{
	struct cl_ensemble_voter *v = find(e, node);

	if (!v)
		return;
	if (isolated)
		silence(e, v);
	v->isolated = isolated;
}

/**
 * cl_ensemble_doubt() - there is something against a voter, or nothing any more
 * @e: the ensemble
 * @node: the voter; others, and the own one, are ignored
 * @doubted: it is not to be believed
 *
 * Its measurements do not count meanwhile, so it is taken to be where it was, and
 * loses its weight after a minute.  When it is believed again its prediction goes on
 * from there: by what it has shown meanwhile nothing is moved.
 */
void cl_ensemble_doubt(struct cl_ensemble *e, u32 node, bool doubted)
{
	struct cl_ensemble_voter *v = find(e, node);

	if (!v || node == e->node)
		return;
	v->back |= doubted;
	v->doubted = doubted;
}

/**
 * cl_ensemble_put_table() - take the predictions of the leader
 * @e: the ensemble of a node that does not lead, or is about to
 * @t: the leader's table
 *
 * Entries of nodes that are not voters are ignored; voters without an entry
 * become unknown.
 */
void cl_ensemble_put_table(struct cl_ensemble *e,
			   const struct cl_ensemble_table *t)
{
	e->leading = false;
	e->age_s = 0;
	e->persist_s = t->persist_s4 / 4.0;
	for (unsigned int i = 0; i < e->n; i++) {
		struct cl_ensemble_voter *v = &e->voter[i];

		*v = (struct cl_ensemble_voter){ .node = v->node,
						 .isolated = v->isolated,
						 .doubted = v->doubted };
	}
	for (unsigned int i = 0; i < t->n; i++) {
		struct cl_ensemble_voter *v = find(e, t->entry[i].node);

		if (!v)
			continue;
		cl_ensemble_voter_take(v, &t->entry[i], cl_time(t->time_ns));
		e->age_s = fmax(e->age_s, v->age_s);
	}
}

/**
 * cl_ensemble_get_table() - what the leader tells the other voters
 * @e: the ensemble of a leader
 * @ret: gets the table
 *
 * Return: 0; -EAGAIN: does not lead, or no oscillator is known yet.
 */
int cl_ensemble_get_table(const struct cl_ensemble *e,
			  struct cl_ensemble_table *ret)
{
	if (!e->leading)
		return -EAGAIN;
	memset(ret, 0, sizeof(*ret));
	ret->time_ns = e->line.time.ns;
	ret->persist_s4 = (u16)lrint(4 * fmax(e->persist_s, PERSIST_MIN_S));
	for (unsigned int i = 0; i < e->n; i++) {
		if (e->voter[i].known)
			cl_ensemble_voter_tell(&e->voter[i], e->line.time,
					       &ret->entry[ret->n++]);
	}
	return ret->n ? 0 : -EAGAIN;
}

/*
 * Begin to learn a voter's raw clock, @freq against the own one, so that it
 * agrees with the ensemble now.
 */
static void begin(struct cl_ensemble *e, struct cl_ensemble_voter *v, u32 gen,
		  struct cl_raw now, s64 raw_ns, double freq)
{
	silence(e, v);
	*v = (struct cl_ensemble_voter){
		.node = v->node,
		.gen = (u16)gen,
		.known = true,
		.counts = booting(e) && !v->isolated,
		.isolated = v->isolated,
		.doubted = v->doubted,
		.line = { .raw_ns = raw_ns,
			  .time_ns = e->line.time.ns,
			  .frac_ns = e->mean_ns,
			  .rate = clamp((1 + e->freq) / (1 + freq) - 1,
					-RATE_MAX, RATE_MAX) },
		.s2 = s2_start(e),
		.phi = 1,
		.age_s = e->persist_s,
		.seen = now,
	};
	if (v->counts)
		v->weight = 1.0 / e->n;
}

/**
 * cl_ensemble_lead() - begin to lead
 * @e: the ensemble; with a table if there is one
 * @gen: raw generation of the own node
 * @now: own raw time
 * @line: own raw time to cluster time; cluster time goes on from its value at
 *	@now
 *
 * Also to be called when the own raw clock was disturbed.
 */
void cl_ensemble_lead(struct cl_ensemble *e, u32 gen, struct cl_raw now,
		      const struct cl_map *line)
{
	struct cl_ensemble_voter *own = find(e, e->node);
	bool any = false;

	e->line = (struct cl_map){ now, cl_map_at(line, now), line->rate_q48 };
	e->gen = (u16)gen;
	e->leading = true;
	e->mean_ns = 0;
	e->filtered_ns = 0;
	e->slow_ns = 0;
	e->soft = 0;
	e->steer = 0;
	e->worse_s = 0;
	e->freq = clamp((double)line->rate_q48 / Q48, -RATE_MAX, RATE_MAX);
	if (own && own->gen != e->gen)
		own->known = false;
	for (unsigned int i = 0; i < e->n; i++) {
		any |= e->voter[i].known;
		e->voter[i].seen = now;
		e->voter[i].residual_ns = 0;
	}
	if (!any)
		e->age_s = 0;
}

static void note(const struct cl_ensemble *e, struct cl_ensemble_voter *v,
		 struct cl_raw now, s64 raw_ns)
{
	double part = seconds(now, v->seen) / learn_s(e);

	v->slack = v->slack * exp(-part) + pow(part, 3);
	v->offset_ns = cl_ensemble_voter_offset(v, raw_ns, e->line.time);
	if (v->back) {
		v->line.frac_ns += e->mean_ns + v->residual_ns - v->offset_ns;
		v->offset_ns = e->mean_ns + v->residual_ns;
		v->back = false;
	}
	v->measured = true;
}

/* Compare predictions with the line. */
static void measure(struct cl_ensemble *e, struct cl_raw now,
		    const struct cl_ensemble_obs *obs, unsigned int n)
{
	struct cl_ensemble_voter *v;
	unsigned int i;

	for (i = 0; i < e->n; i++)
		e->voter[i].measured = false;
	for (i = 0; i < n; i++) {
		v = find(e, obs[i].node);
		if (!v || v->node == e->node || v->measured || v->doubted)
			continue;
		if (!v->known || v->gen != (u16)obs[i].gen ||
		    seconds(now, v->seen) > SHADOW * learn_s(e)) {
			begin(e, v, obs[i].gen, now, obs[i].raw_ns,
			      (double)obs[i].freq_ppt / CL_PPT);
		}
		note(e, v, now, obs[i].raw_ns);
	}
	v = find(e, e->node);
	if (v && !v->known)
		begin(e, v, e->gen, now, now.ns, 0);
	if (v)
		note(e, v, now, now.ns);
	for (i = 0; i < e->n; i++) {
		v = &e->voter[i];
		v->absent = seconds(now, v->seen) > fmax(ABSENT_S, loop_s(e)) &&
			    !v->measured;
		if (v->absent && v->weight > 0)
			silence(e, v);
	}
}

static void sort(double *x, unsigned int n)
{
	for (unsigned int i = 1; i < n; i++) {
		double v = x[i];
		unsigned int j = i;

		for (; j && x[j - 1] > v; j--)
			x[j] = x[j - 1];
		x[j] = v;
	}
}

/* May it have a say? */
static bool eligible(const struct cl_ensemble_voter *v)
{
	return v->counts && !v->isolated;
}

/* Lower median of the variances of those that count, ns^2; 0: nobody does. */
static double s2_median(const struct cl_ensemble *e)
{
	double s2[CL_ENSEMBLE_VOTERS];
	unsigned int n = 0;

	for (unsigned int i = 0; i < e->n; i++) {
		if (eligible(&e->voter[i]))
			s2[n++] = e->voter[i].s2;
	}
	sort(s2, n);
	return n ? s2[(n - 1) / 2] : 0;
}

/* Median offset of those that count; false: there are none. */
static bool offset_median(const struct cl_ensemble *e, double *ret)
{
	double x[CL_ENSEMBLE_VOTERS];
	unsigned int n = 0;

	for (unsigned int i = 0; i < e->n; i++) {
		if (eligible(&e->voter[i]) && e->voter[i].measured)
			x[n++] = e->voter[i].offset_ns;
	}
	sort(x, n);
	if (n)
		*ret = (x[(n - 1) / 2] + x[n / 2]) / 2;
	return n;
}

/* How far from the median, in units of the limit for outliers. */
static double strangeness(const struct cl_ensemble *e,
			  const struct cl_ensemble_voter *v, double median,
			  double s2)
{
	double limit = booting(e) ? OUTLIER_BOOT : OUTLIER;

	return fabs(v->offset_ns - median) /
	       (limit * sqrt((v->s2 + s2) * (1 + v->slack)));
}

/*
 * D: the ensemble minus the line.  Who is not measured now is taken to be as far
 * from the ensemble as it was, so that it does not matter who is.
 */
static void combine(struct cl_ensemble *e)
{
	double median, s2 = s2_median(e);
	double sum = 0, weights = 0;

	e->mean_ns = 0;
	if (!offset_median(e, &median))
		return;
	for (unsigned int i = 0; i < e->n; i++) {
		struct cl_ensemble_voter *v = &e->voter[i];

		if (v->weight <= 0)
			continue;
		if (!v->measured) {
			sum += v->weight * v->phi * v->residual_ns;
			continue;
		}
		v->phi = clamp(2 - 2 * strangeness(e, v, median, s2), 0, 1);
		sum += v->weight * v->phi * (v->offset_ns - median);
		weights += v->weight * v->phi;
	}
	if (weights > 0)
		e->mean_ns = median + sum / weights;
}

/* Forget a prediction that has proved wrong. */
static void reject(struct cl_ensemble *e, struct cl_ensemble_voter *v)
{
	silence(e, v);
	v->line.time_ns = e->line.time.ns;
	v->line.frac_ns = e->mean_ns;
	v->s2 = fmax(v->s2, s2_start(e));
	v->counts = false;
	v->age_s = e->persist_s;
	v->bad_s = 0;
	v->hold_s = HOLD_S;
}

/* Learn from the residuals. */
static void judge(struct cl_ensemble *e, struct cl_raw now)
{
	double s2 = s2_median(e), median = e->mean_ns;

	offset_median(e, &median);
	for (unsigned int i = 0; i < e->n; i++) {
		struct cl_ensemble_voter *v = &e->voter[i];
		double dt = seconds(now, v->seen);

		if (!v->measured)
			continue;
		v->residual_ns = v->offset_ns - e->mean_ns;
		v->seen = now;
		v->hold_s = fmax(v->hold_s - dt, 0);
		if (!(fabs(v->residual_ns) < ASTRAY_NS)) {
			reject(e, v);
		} else if (v->counts && strangeness(e, v, median, s2) > 1) {
			v->bad_s += fmin(dt, BAD_STEP_MAX_S);
			if (v->bad_s > fmax(BAD_MIN_S, e->persist_s / 4))
				reject(e, v);
		} else if (dt > 0) {
			v->bad_s = 0;
			cl_ensemble_voter_learn(v, dt, learn_s(e));
		}
		v->age_s += dt;
		if (v->hold_s <= 0 && v->age_s >= SHADOW * learn_s(e))
			v->counts = true;
	}
}

/*
 * Variance by which an oscillator is weighed, ns^2; @median that of all.  Residuals
 * persist for the time constant of the predictions: what few of them tell is mostly
 * chance.
 */
static double s2_weighed(const struct cl_ensemble *e,
			 const struct cl_ensemble_voter *v, double median)
{
	double n = fmin(v->age_s / learn_s(e), CL_ENSEMBLE_MEMORY);

	return (n * v->s2 + ALIKE * median) / (n + ALIKE);
}

/* Shares of the ensemble that the voters deserve; they add up to 1. */
static void shares(const struct cl_ensemble *e, double *share)
{
	double cap, sum = 0, median = s2_median(e);
	unsigned int n = 0, i;

	for (i = 0; i < e->n; i++) {
		const struct cl_ensemble_voter *v = &e->voter[i];
		bool in = eligible(v) && !v->absent;

		/* The more weight, the more a residual is its own pull. */
		share[i] = !in	      ? 0 :
			   booting(e) ? 1 :
					(1 - fmin(v->weight, SHARE_MAX)) /
						s2_weighed(e, v, median);
		n += in;
		sum += share[i];
	}
	if (!n)
		return;
	cap = fmax(2.0 / e->n, 1.0 / n);
	/* Each turn caps one more, or is the last. */
	for (unsigned int turn = 0; turn < e->n; turn++) {
		double room = 1, free = 0;

		for (i = 0; i < e->n; i++) {
			share[i] /= sum;
			if (share[i] >= cap)
				room -= share[i] = cap;
			else
				free += share[i];
		}
		for (i = 0; i < e->n && free > 0; i++) {
			if (share[i] < cap)
				share[i] *= room / free;
		}
		sum = 1;
	}
}

static void weigh(struct cl_ensemble *e, double dt)
{
	double part = fmin(dt / learn_s(e), 1);
	double share[CL_ENSEMBLE_VOTERS];

	shares(e, share);
	for (unsigned int i = 0; i < e->n; i++)
		e->voter[i].weight += (share[i] - e->voter[i].weight) * part;
}

/* Residuals grow with the time that predictions are learnt in. */
static void set_persist(struct cl_ensemble *e, double persist)
{
	double before = learn_s(e), factor;

	e->persist_s = persist;
	factor = pow(learn_s(e) / before, 3);
	for (unsigned int i = 0; i < e->n; i++)
		e->voter[i].s2 *= factor;
}

/* Time constants follow the median error of the measurements. */
static void adapt(struct cl_ensemble *e, const struct cl_ensemble_obs *obs,
		  unsigned int n, double dt)
{
	double err[CL_ENSEMBLE_VOTERS], part = fmin(dt / learn_s(e), 1);
	double persist;
	unsigned int k = 0;

	for (unsigned int i = 0; i < n && k < CL_ENSEMBLE_VOTERS; i++) {
		if (obs[i].node != e->node && find(e, obs[i].node))
			err[k++] = (double)obs[i].err_ns / NS_PER_S;
	}
	if (!k)
		return;
	sort(err, k);
	persist = clamp(cbrt(pow(err[(k - 1) / 2] / e->wander, 2)),
			PERSIST_MIN_S, PERSIST_MAX_S);
	if (e->persist_s > 0)
		persist = e->persist_s + (persist - e->persist_s) * part;
	set_persist(e, persist);
}

/* T of the loop over that of a leader as steady as the median. */
static double loop_scale(struct cl_ensemble *e)
{
	const struct cl_ensemble_voter *own = find(e, e->node);
	double s2 = s2_median(e);

	if (!own || !own->known || s2 <= 0)
		return 1;
	return clamp(pow(s2 / own->s2, 0.25), SCALE_MIN, SCALE_MAX);
}

/*
 * How soft the loop is to be, 0 to 1.  Errors that persist for seconds are averaged
 * long before anybody looks at the frequency: then a firm loop is as good.
 */
static double softness(const struct cl_ensemble *e, double scale)
{
	double spread = (scale - SCALE_MIN) / (SCALE_SOFT - SCALE_MIN);

	return clamp(spread, 0, 1) * fmin(e->persist_s / SOFT_PERSIST_S, 1);
}

/*
 * Loop of the second type: pull the line to the ensemble.  A leader that is worse
 * than others is corrected faster, a better one more slowly.  Who begins to lead, or
 * is much worse, has a firm loop: its frequency is not known well, or not for long.
 */
static void steer(struct cl_ensemble *e, double dt)
{
	double scale = loop_scale(e), pull, learn, limit, d, t;

	e->time_s = loop_s(e) * scale;
	t = fmax(e->time_s, CL_ENSEMBLE_STEPS * dt);
	e->soft += (softness(e, scale) - e->soft) * -expm1(-dt / learn_s(e));
	pull = t * mix(FIRM_PULL, SOFT_PULL, e->soft);
	learn = t * mix(FIRM_LEARN, SOFT_LEARN, e->soft);
	e->filtered_ns +=
		(e->mean_ns - e->filtered_ns) * -expm1(-dt / SMOOTH_S);
	limit = STEER_MAX * pull / (1 - SOFT_PART * e->soft);
	d = clamp(e->filtered_ns / NS_PER_S, -limit, limit);
	e->slow_ns += (d * NS_PER_S - e->slow_ns) * -expm1(-dt / (YIELD * t));
	e->freq =
		clamp(e->freq + d * dt / (learn * learn), -RATE_MAX, RATE_MAX);
	d -= SOFT_PART * e->soft * e->slow_ns / NS_PER_S;
	e->steer = clamp(d / pull, -STEER_MAX, STEER_MAX);
}

/* Is the own oscillator much worse than the median? */
static void compare(struct cl_ensemble *e, double dt)
{
	const struct cl_ensemble_voter *own = find(e, e->node);
	double s2 = WORSE_FACTOR * WORSE_FACTOR * s2_median(e);

	if (own && own->known && s2 > 0 && own->s2 > s2)
		e->worse_s += dt;
	else
		e->worse_s = 0;
}

/**
 * cl_ensemble_step() - compare all clocks and steer the line
 * @e: the ensemble of a leader
 * @now: own raw time
 * @obs: the other voters' raw clocks at @now, as far as they are measured; from
 *	sessions that have converged
 * @n: how many
 * @ret: gets the line from @now on; at @now it is on the line before
 *
 * To be called about once per second; 0.1 to 10 s do as well, and a longer pause
 * does no harm.
 *
 * Return: 0; -EAGAIN: does not lead; -EINVAL: @now is not later than the step
 * before. Then nothing has changed.
 */
int cl_ensemble_step(struct cl_ensemble *e, struct cl_raw now,
		     const struct cl_ensemble_obs *obs, unsigned int n,
		     struct cl_map *ret)
{
	double dt = seconds(now, e->line.raw);

	if (!e->leading)
		return -EAGAIN;
	if (dt <= 0)
		return -EINVAL;
	e->line.time = cl_map_at(&e->line, now);
	e->line.raw = now;
	adapt(e, obs, n, dt);
	measure(e, now, obs, n);
	combine(e);
	judge(e, now);
	steer(e, dt);
	weigh(e, dt);
	compare(e, dt);
	e->line.rate_q48 = llrint((e->freq + e->steer) * Q48);
	e->age_s += dt;
	*ret = e->line;
	return 0;
}

/**
 * cl_ensemble_worse() - should another voter lead?
 * @e: the ensemble of a leader
 * @ret_node: gets the voter with the steadiest oscillator
 *
 * Below the time constant of the loop cluster time is the leader's oscillator.
 *
 * Return: the own one has been more than twice as unsteady as the median for an
 * hour, and there is another voter; else @ret_node is untouched.
 */
bool cl_ensemble_worse(const struct cl_ensemble *e, u32 *ret_node)
{
	const struct cl_ensemble_voter *best = NULL;

	if (!e->leading || e->worse_s <= WORSE_S)
		return false;
	for (unsigned int i = 0; i < e->n; i++) {
		const struct cl_ensemble_voter *v = &e->voter[i];

		if (v->node != e->node && v->measured && v->weight > 0 &&
		    (!best || v->s2 < best->s2))
			best = v;
	}
	if (best)
		*ret_node = best->node;
	return best;
}
