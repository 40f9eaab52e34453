// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Delays of busy networks have any law; near the floor only their density
 * matters.  The distances between the lowest samples show it, whatever happens
 * far above: bursts and changing loads included.
 */
#include "fixed.h"
#include "floors.h"

#define DIRECTIONS CL_FLOORS_DIRECTIONS
#define WINDOWS CL_FLOORS_WINDOWS
#define LOWEST CL_FLOORS_LOWEST

/*
 * A window lasts until samples are as dense as the estimate is sure, divided by
 * this ...
 */
#define WINDOW_SHARE 3
/* ... but at least and at most, ns. */
#define WINDOW_MIN_NS (5 * CL_NS_PER_SEC)
#define WINDOW_MAX_NS (600 * CL_NS_PER_SEC)

/*
 * Floors of so many windows tell how far the lowest is from the true one, within
 * this factor.
 */
#define REST_WINDOWS 4
#define REST_FACTOR 3

/*
 * The lowest window is wrong if it is so many gaps, deviations of the noise and
 * of the estimate below the next.
 */
#define OUTLIER_GAPS 10
#define OUTLIER_NOISE 4
#define OUTLIER_ERR 3

/* Windows of a present that is held: younger ones are added to the first. */
#define HELD_PRESENT 4

#define ONE_Q16 65536LL
/* What one sample counts for at most. */
#define SAMPLE_Q16 (ONE_Q16 / 2)

/* Limits that keep sums of products in 64 bits: samples of a window, gaps, ns. */
#define SAMPLES_MAX 1000000
#define GAP_MAX_NS CL_NS_PER_SEC

static struct cl_floors_window *window(struct cl_floors *f, u32 i)
{
	return &f->past[(f->head + i) % WINDOWS];
}

static const struct cl_floors_window *past(const struct cl_floors *f, u32 i)
{
	return &f->past[(f->head + i) % WINDOWS];
}

/* One direction of cl_floors_combine(). */
static void combine(const struct cl_floors *f, unsigned int k, u32 from, u32 to,
		    struct cl_floors_level *ret)
{
	s64 origin = past(f, from)->floor_ns[k];
	s64 lowest = S64_MAX;
	s64 second = S64_MAX;
	s64 mean = 0;
	s64 gap = 0;
	s64 spread = 0;
	s64 rest;
	u32 i;

	for (i = from; i < to; i++) {
		const struct cl_floors_window *w = past(f, i);
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
	    second - lowest > OUTLIER_GAPS * gap + OUTLIER_NOISE * f->noise_ns +
				      OUTLIER_ERR * ret->err_ns) {
		mean += (second - lowest) / ret->windows;
		lowest = second;
	}
	/* Denser still close to the floor?  The lowest of all windows show it. */
	rest = spread / ret->n;
	if (ret->windows >= REST_WINDOWS)
		rest = cl_min_s64(rest,
				  REST_FACTOR * (mean - lowest) / ret->windows);
	ret->floor_ns[k] = origin + lowest;
	ret->level_ns[k] = origin + (gap < f->noise_ns ? mean : lowest);
	ret->spread_ns[k] = spread;
	ret->rest_ns[k] = rest;
	ret->blur_ns[k] =
		ret->windows > 1 ? (mean - lowest) / (ret->windows - 1) : 0;
}

/**
 * cl_floors_combine() - what some windows say together
 * @f: windows
 * @from: first window, counted from the oldest, 0
 * @to: the one after the last; @from < @to <= @f->n_past
 * @ret: the answer
 */
void cl_floors_combine(const struct cl_floors *f, u32 from, u32 to,
		       struct cl_floors_level *ret)
{
	unsigned int k;
	u32 i;

	ret->n = 0;
	ret->windows = to - from;
	ret->err_ns = 0;
	for (i = from; i < to; i++) {
		ret->n += past(f, i)->n;
		ret->err_ns = cl_max_s64(ret->err_ns, past(f, i)->err_ns);
	}
	for (k = 0; k < DIRECTIONS; k++)
		combine(f, k, from, to, ret);
}

/**
 * cl_floors_present() - where the present begins
 * @f: windows, at least one
 * @interval_ns: mean time between samples, ns
 *
 * Return: number of the first window of the present, counted from the oldest; 0
 * if there is nothing else.
 */
u32 cl_floors_present(const struct cl_floors *f, s64 interval_ns)
{
	u32 from = f->n_past;
	s64 age = 0;

	if (f->held)
		return f->held;
	while (from && age < CL_FLOORS_PRESENT_NS)
		age += past(f, --from)->n * interval_ns;
	return from;
}

/*
 * The present is left out: a slow fall would lower what it is compared with.
 */
static void know(struct cl_floors *f, s64 interval_ns)
{
	u32 to = cl_floors_present(f, interval_ns);

	cl_floors_combine(f, 0, to ? to : 1, &f->known);
}

/**
 * cl_floors_clear() - forget the window that is being filled
 * @f: windows
 */
void cl_floors_clear(struct cl_floors *f)
{
	unsigned int k;

	f->n = 0;
	f->err_ns = 0;
	for (k = 0; k < DIRECTIONS; k++)
		f->low[k].n = 0;
}

static void insert(struct cl_floors_low *l, s64 r)
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

/**
 * cl_floors_collect() - put a sample into the window that is being filled
 * @f: windows
 * @at: local raw instant
 * @r: residuals of both directions, ns, magnitudes up to 2^44
 * @err_ns: standard deviation of the estimate, 0..1 s
 */
void cl_floors_collect(struct cl_floors *f, struct cl_raw at,
		       const s64 r[CL_FLOORS_DIRECTIONS], s64 err_ns)
{
	unsigned int k;

	if (!f->n)
		f->start = at;
	f->n = (u32)cl_min_s64((s64)f->n + 1, SAMPLES_MAX);
	f->err_ns = (u32)cl_max_s64(f->err_ns, err_ns);
	for (k = 0; k < DIRECTIONS; k++)
		insert(&f->low[k], r[k]);
}

/**
 * cl_floors_complete() - is the window that is being filled complete
 * @f: windows
 * @at: instant of its last sample
 * @excess_ns: mean of a one-way delay above the smallest, ns; used until a window
 *	is known, because a path that becomes longer makes it too large
 * @err_ns: standard deviation of the estimate, ns, >= 1
 *
 * Return: true when the estimate is not surer than the window's lowest samples
 * can show.
 */
bool cl_floors_complete(const struct cl_floors *f, struct cl_raw at,
			s64 excess_ns, s64 err_ns)
{
	s64 age = cl_raw_sub(at, f->start);

	if (f->n < LOWEST || age < WINDOW_MIN_NS)
		return false;
	if (f->n_past)
		excess_ns = cl_max_s64(f->known.spread_ns[0],
				       f->known.spread_ns[1]);
	return f->n >= excess_ns / err_ns / WINDOW_SHARE ||
	       age >= WINDOW_MAX_NS;
}

static void drop_oldest(struct cl_floors *f)
{
	f->head = (f->head + 1) % WINDOWS;
	f->n_past--;
}

/*
 * Make one window of two neighbours.  Samples are as dense as in both, where both
 * have some.
 */
static void merge(struct cl_floors_window *w, const struct cl_floors_window *b)
{
	unsigned int k;

	for (k = 0; k < DIRECTIONS; k++) {
		s64 higher = b->floor_ns[k] - w->floor_ns[k];
		u64 gap = w->gap_ns[k];

		if (higher < 0)
			gap = b->gap_ns[k];
		if (cl_abs_s64(higher) < LOWEST * gap)
			gap = (u64)w->gap_ns[k] * b->gap_ns[k] /
			      ((u64)w->gap_ns[k] + b->gap_ns[k] + 1);
		w->gap_ns[k] = (u32)gap;
		w->floor_ns[k] = cl_min_s64(w->floor_ns[k], b->floor_ns[k]);
	}
	w->n = (u32)cl_min_s64((s64)w->n + b->n, SAMPLES_MAX);
	w->err_ns = (u32)cl_max_s64(w->err_ns, b->err_ns);
}

/* Make room in a present that lasts. */
static void condense(struct cl_floors *f)
{
	u32 i;

	if (f->n_past - f->held < HELD_PRESENT)
		return;
	merge(window(f, f->held), past(f, f->held + 1));
	f->n_past--;
	for (i = f->held + 1; i < f->n_past; i++)
		*window(f, i) = *past(f, i + 1);
}

/**
 * cl_floors_hold() - begin a present that lasts until it is released
 * @f: windows
 *
 * The window that is being filled is forgotten: it may be of both times.
 */
void cl_floors_hold(struct cl_floors *f)
{
	while (f->n_past > WINDOWS - HELD_PRESENT)
		drop_oldest(f);
	f->held = f->n_past;
	cl_floors_combine(f, 0, f->held, &f->known);
	cl_floors_clear(f);
}

/**
 * cl_floors_release() - end a present that was held
 * @f: windows
 * @forget: forget its windows
 */
void cl_floors_release(struct cl_floors *f, bool forget)
{
	if (f->held && forget) {
		f->n_past = f->held;
		cl_floors_clear(f);
	}
	f->held = 0;
}

/**
 * cl_floors_remember() - a complete window becomes the youngest of the past
 * @f: windows
 * @noise_ns: rms of the noise of a one-way difference, 1 ns..1 s
 * @interval_ns: mean time between samples, ns
 *
 * The oldest window goes if there is no room, and those go that were taken
 * against a much worse estimate.
 */
void cl_floors_remember(struct cl_floors *f, s64 noise_ns, s64 interval_ns)
{
	struct cl_floors_window *w;
	unsigned int k;

	if (f->held)
		condense(f);
	else if (f->n_past == WINDOWS)
		drop_oldest(f);
	while (!f->held && f->n_past &&
	       past(f, 0)->err_ns > 2 * (u64)f->err_ns &&
	       past(f, 0)->err_ns > f->noise_ns)
		drop_oldest(f);
	/* A path that became longer may pass for noise. */
	if (f->n_past)
		noise_ns =
			cl_min_s64(noise_ns, f->noise_ns + f->noise_ns / 8 + 1);
	f->noise_ns = noise_ns;
	w = window(f, f->n_past++);
	for (k = 0; k < DIRECTIONS; k++) {
		const struct cl_floors_low *l = &f->low[k];
		s64 gap = (l->ns[LOWEST - 1] - l->ns[0]) / (LOWEST - 1);

		w->floor_ns[k] = l->ns[0];
		w->gap_ns[k] = (u32)cl_min_s64(gap, GAP_MAX_NS);
	}
	w->n = f->n;
	w->err_ns = f->err_ns;
	cl_floors_clear(f);
	know(f, interval_ns);
}

/**
 * cl_floors_lower() - take what was learnt out of the windows that have it
 * @f: windows
 * @k: direction
 * @from: first window, counted from the oldest, 0
 * @d: by how much they are too high, ns
 * @interval_ns: mean time between samples, ns
 */
void cl_floors_lower(struct cl_floors *f, unsigned int k, u32 from, s64 d,
		     s64 interval_ns)
{
	u32 i;

	for (i = from; i < f->n_past; i++)
		window(f, i)->floor_ns[k] -= d;
	know(f, interval_ns);
}

/**
 * cl_floors_expected_q16() - how many samples are expected near the floor, of one
 * @f: windows, of which the past is known
 * @k: direction
 * @d: within so many ns of the floor, >= 0
 *
 * Return: Q16; one half at most, because delays of neighbours are alike.
 */
s64 cl_floors_expected_q16(const struct cl_floors *f, unsigned int k, s64 d)
{
	s64 spread = cl_max_s64(f->known.spread_ns[k], 1);

	return cl_min_s64(cl_min_s64(d, CL_NS_PER_SEC) * ONE_Q16 / spread,
			  SAMPLE_Q16);
}

/**
 * cl_floors_lift() - lift the present to the known floor
 * @f: windows
 * @k: direction
 *
 * For a direction that has just been found shorter: low samples may have entered
 * windows before.
 */
void cl_floors_lift(struct cl_floors *f, unsigned int k)
{
	u32 i;

	for (i = (u32)f->known.windows; i < f->n_past; i++) {
		s64 *floor = &window(f, i)->floor_ns[k];

		*floor = cl_max_s64(*floor, f->known.floor_ns[k]);
	}
}
