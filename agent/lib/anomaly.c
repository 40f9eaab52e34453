// SPDX-License-Identifier: GPL-2.0-or-later
#include "anomaly.h"

#include <math.h>

/*
 * A span of records makes one value of each level: so many exchanges, as the module's
 * mean excess is of the last 64, but no less time than this and no more than that.
 */
#define SPAN_EXCHANGES 64
#define SPAN_MIN_NS (5 * CL_NS_PER_SEC)
#define SPAN_MAX_NS (300 * CL_NS_PER_SEC)
/* No records for so long: what was between them is not known. */
#define GAP_NS (60 * CL_NS_PER_SEC)
/* The smallest round trip and what follows from it take so long to be found. */
#define SETTLE_NS (60 * CL_NS_PER_SEC)
/* What has lasted for so long is usual. */
#define ACCEPT_NS (1800 * CL_NS_PER_SEC)

/*
 * Deviations below which nothing matters, see cl_level_push().  Jitter and offset are
 * compared by logarithms to base 2: 41 % more, and four times as much, as healthy
 * estimators are less sure for a minute now and then.
 */
#define LEAST_JITTER_LOG 0.5
#define LEAST_OFFSET_LOG 2.0
/* Smallest round trip: of itself, of the excess, and what stamps are worth, ns. */
#define LEAST_RTT (1.0 / 64)
#define LEAST_OF_EXCESS 0.25
#define LEAST_NS 1000.0
/* Loss: of arcsin(sqrt(share)), that has a deviation of 1 / (2 sqrt(n)). */
#define LEAST_ANGLE 0.06
/* Offsets and excesses smaller than this are all alike, ns. */
#define NOTHING_NS 20.0

static void begin_span(struct cl_anomaly *a, const struct cl_anomaly_record *r)
{
	a->open = true;
	a->begin = *r;
	a->squares = 0;
	a->aheads = 0;
}

static bool is_complete(const struct cl_anomaly *a,
			const struct cl_anomaly_record *r)
{
	s64 lasted = r->at_ns - a->begin.at_ns;

	return lasted >= SPAN_MAX_NS ||
	       (lasted >= SPAN_MIN_NS &&
		r->exchanges - a->begin.exchanges >= SPAN_EXCHANGES);
}

/* The records since the last one do not belong together with those before. */
static bool is_other(const struct cl_anomaly *a,
		     const struct cl_anomaly_record *r)
{
	return r->at_ns - a->last_ns > GAP_NS || r->starts != a->begin.starts ||
	       r->exchanges < a->begin.exchanges || r->came < a->begin.came ||
	       r->lost < a->begin.lost;
}

/* Anscombe's angle of a share of @n, whose deviation does not depend on the share. */
static double angle(double lost, double n)
{
	return asin(sqrt((lost + 0.375) / (n + 0.75)));
}

static double share(double angle)
{
	double s = sin(fmax(angle, 0));

	return s * s;
}

static void push_levels(struct cl_anomaly *a, const struct cl_anomaly_record *r)
{
	struct cl_anomaly_figure *f = a->figure;
	double lost = r->lost - a->begin.lost;
	double all = lost + (r->came - a->begin.came);

	if (all > 0)
		cl_level_push(&f[CL_ANOMALY_LOSS].level, angle(lost, all),
			      fmax(LEAST_ANGLE, 0.5 / sqrt(all)));
	if (a->aheads)
		cl_level_push(&f[CL_ANOMALY_OFFSET].level,
			      log2(sqrt(a->squares / a->aheads) + NOTHING_NS),
			      LEAST_OFFSET_LOG);
	if (r->exchanges == a->begin.exchanges)
		return;
	cl_level_push(&f[CL_ANOMALY_JITTER].level,
		      log2(r->excess_ns + NOTHING_NS), LEAST_JITTER_LOG);
	cl_level_push(&f[CL_ANOMALY_FLOOR].level, r->min_rtt_ns,
		      fmax(fmax(LEAST_RTT * r->min_rtt_ns, LEAST_NS),
			   LEAST_OF_EXCESS * r->excess_ns));
}

/* A figure of a level in the unit of warnings. */
static double in_units(enum cl_anomaly_kind kind, double x)
{
	switch (kind) {
	case CL_ANOMALY_JITTER:
	case CL_ANOMALY_OFFSET:
		return fmax(exp2(x) - NOTHING_NS, 0);
	case CL_ANOMALY_LOSS:
		return share(x);
	default:
		return x;
	}
}

static void describe_level(const struct cl_anomaly *a,
			   enum cl_anomaly_kind kind,
			   struct cl_anomaly_warning *ret)
{
	const struct cl_anomaly_figure *f = &a->figure[kind];

	*ret = (struct cl_anomaly_warning){
		.kind = kind,
		.since_ns = f->quiet_ns,
		.warned_ns = f->warned_ns,
		.strength = fmax(f->level.up, f->level.down) / CL_LEVEL_LIMIT,
		.usual = in_units(kind, f->level.mid),
		.now = in_units(kind, f->level.now),
		.exceeds_in_ns = -1,
	};
}

static void describe_drift(const struct cl_anomaly *a,
			   struct cl_anomaly_warning *ret)
{
	*ret = (struct cl_anomaly_warning){
		.kind = CL_ANOMALY_FREQUENCY,
		.since_ns = a->drift.since_ns,
		.warned_ns = a->drift.warned_ns,
		.strength = a->drift.strength,
		.usual = a->drift.normal,
		.now = a->drift.now,
		.exceeds_in_ns = -1,
	};
}

static void describe_bound(const struct cl_anomaly *a,
			   struct cl_anomaly_warning *ret)
{
	*ret = (struct cl_anomaly_warning){
		.kind = CL_ANOMALY_BOUND,
		.since_ns = a->bound.since_ns,
		.warned_ns = a->bound.warned_ns,
		.strength = 1,
		.usual = a->limit_ns,
		.now = a->bound.now,
		.exceeds_in_ns = a->bound.in_ns,
	};
}

static void describe(const struct cl_anomaly *a, enum cl_anomaly_kind kind,
		     struct cl_anomaly_warning *ret)
{
	if (kind == CL_ANOMALY_BOUND)
		describe_bound(a, ret);
	else if (kind == CL_ANOMALY_FREQUENCY)
		describe_drift(a, ret);
	else
		describe_level(a, kind, ret);
}

static bool is_raised(const struct cl_anomaly *a, enum cl_anomaly_kind kind)
{
	return a->raised & 1U << kind;
}

/* What is less than usual, but for delays of another route, is no reason to warn. */
static bool is_bad(const struct cl_level *l, enum cl_anomaly_kind kind)
{
	return l->side > 0 || (l->side < 0 && kind == CL_ANOMALY_FLOOR);
}

/* What a level is now, and whether it has to be learnt anew. */
static bool judge_level(struct cl_anomaly *a, enum cl_anomaly_kind kind,
			s64 at_ns, enum cl_anomaly_change *ret)
{
	struct cl_anomaly_figure *f = &a->figure[kind];
	struct cl_level *l = &f->level;
	bool bad = is_bad(l, kind);

	if (l->up <= 0 && l->down <= 0)
		f->quiet_ns = at_ns;
	if (bad && !is_raised(a, kind)) {
		f->warned_ns = at_ns;
		*ret = CL_ANOMALY_RAISED;
		return true;
	}
	if (bad && at_ns - f->warned_ns < ACCEPT_NS)
		return false;
	if (l->side) {
		cl_level_init(l);
		f->quiet_ns = at_ns;
		*ret = CL_ANOMALY_ACCEPTED;
	} else {
		*ret = CL_ANOMALY_CLEARED;
	}
	return is_raised(a, kind);
}

static unsigned int judge_levels(struct cl_anomaly *a, s64 at_ns,
				 struct cl_anomaly_event *ret)
{
	unsigned int n = 0;

	for (unsigned int k = 0; k < CL_ANOMALY_LEVELS; k++) {
		struct cl_anomaly_warning before;
		enum cl_anomaly_change change;

		describe_level(a, k, &before);
		if (!judge_level(a, k, at_ns, &change))
			continue;
		a->raised ^= 1U << k;
		ret[n].change = change;
		ret[n].warning = before;
		if (change == CL_ANOMALY_RAISED)
			ret[n].warning.warned_ns = at_ns;
		n++;
	}
	return n;
}

static unsigned int judge_drift(struct cl_anomaly *a,
				const struct cl_anomaly_record *r,
				struct cl_anomaly_event *ret)
{
	const struct cl_drift_reading reading = {
		.at_ns = r->at_ns,
		.exchanges = r->exchanges,
		.offset_ns = r->offset_ns,
		.err_ns = r->err_ns,
		.freq_ppt = r->freq_ppt,
	};
	bool warned = is_raised(a, CL_ANOMALY_FREQUENCY);

	cl_drift_push(&a->drift, &reading);
	describe_drift(a, &ret->warning);
	if (warned && r->at_ns - a->drift.warned_ns >= ACCEPT_NS) {
		cl_drift_init(&a->drift);
		ret->change = CL_ANOMALY_ACCEPTED;
	} else if (a->drift.warns != warned) {
		ret->change = warned ? CL_ANOMALY_CLEARED : CL_ANOMALY_RAISED;
	} else {
		return 0;
	}
	a->raised ^= 1U << CL_ANOMALY_FREQUENCY;
	return 1;
}

static unsigned int judge_bound(struct cl_anomaly *a,
				const struct cl_anomaly_record *r,
				struct cl_anomaly_event *ret)
{
	if (!a->limit_ns || !r->has_bound)
		return 0;
	cl_reach_push(&a->bound, r->at_ns, r->bound_ns, a->limit_ns);
	if (a->bound.warns == is_raised(a, CL_ANOMALY_BOUND))
		return 0;
	a->raised ^= 1U << CL_ANOMALY_BOUND;
	ret->change = a->bound.warns ? CL_ANOMALY_RAISED : CL_ANOMALY_CLEARED;
	describe_bound(a, &ret->warning);
	return 1;
}

/* The estimator begins anew: its figures are not yet what they will be. */
static void settle(struct cl_anomaly *a, const struct cl_anomaly_record *r)
{
	a->settled_ns = r->at_ns + SETTLE_NS;
	a->open = false;
	cl_drift_restart(&a->drift);
}

/**
 * cl_anomaly_init() - a link of which nothing is known
 * @a: link
 * @limit_ns: bound that the node must not exceed, ns; 0: there is none
 */
void cl_anomaly_init(struct cl_anomaly *a, u64 limit_ns)
{
	*a = (struct cl_anomaly){ .limit_ns = limit_ns };
	for (unsigned int k = 0; k < CL_ANOMALY_LEVELS; k++)
		cl_level_init(&a->figure[k].level);
	cl_drift_init(&a->drift);
	cl_reach_init(&a->bound);
}

/**
 * cl_anomaly_feed() - take the next record
 * @a: link
 * @r: record, usually once a second; one that is not later than the last is ignored
 * @ret: warnings that were raised or have ended
 *
 * Return: how many of them there are.
 */
unsigned int cl_anomaly_feed(struct cl_anomaly *a,
			     const struct cl_anomaly_record *r,
			     struct cl_anomaly_event ret[CL_ANOMALY_KINDS])
{
	unsigned int n = 0;

	if (a->last_ns && r->at_ns <= a->last_ns)
		return 0;
	if (!a->last_ns || !r->ready || (a->open && is_other(a, r)))
		settle(a, r);
	a->last_ns = r->at_ns;
	n += judge_bound(a, r, ret);
	if (r->at_ns < a->settled_ns)
		return n;
	n += judge_drift(a, r, ret + n);
	if (!a->open)
		begin_span(a, r);
	if (r->has_ahead) {
		a->squares += (double)r->ahead_ns * r->ahead_ns +
			      (double)r->err_ns * r->err_ns;
		a->aheads++;
	}
	if (is_complete(a, r)) {
		push_levels(a, r);
		n += judge_levels(a, r->at_ns, ret + n);
		begin_span(a, r);
	}
	return n;
}

/**
 * cl_anomaly_warnings() - what is warned of now
 * @a: link
 * @ret: the warnings
 *
 * Return: how many there are.
 */
unsigned int
cl_anomaly_warnings(const struct cl_anomaly *a,
		    struct cl_anomaly_warning ret[CL_ANOMALY_KINDS])
{
	unsigned int n = 0;

	for (unsigned int k = 0; k < CL_ANOMALY_KINDS; k++)
		if (is_raised(a, k))
			describe(a, k, &ret[n++]);
	return n;
}

/**
 * cl_anomaly_kind_name() - name of a kind
 * @kind: kind
 *
 * Return: a word.
 */
const char *cl_anomaly_kind_name(enum cl_anomaly_kind kind)
{
	static const char *const names[CL_ANOMALY_KINDS] = {
		[CL_ANOMALY_JITTER] = "jitter",
		[CL_ANOMALY_FLOOR] = "floor",
		[CL_ANOMALY_LOSS] = "loss",
		[CL_ANOMALY_OFFSET] = "offset",
		[CL_ANOMALY_FREQUENCY] = "frequency",
		[CL_ANOMALY_BOUND] = "bound",
	};

	return names[kind];
}

/**
 * cl_anomaly_change_name() - name of what has become of a warning
 * @change: change
 *
 * Return: a word.
 */
const char *cl_anomaly_change_name(enum cl_anomaly_change change)
{
	static const char *const names[] = {
		[CL_ANOMALY_RAISED] = "raised",
		[CL_ANOMALY_CLEARED] = "cleared",
		[CL_ANOMALY_ACCEPTED] = "accepted",
	};

	return names[change];
}
