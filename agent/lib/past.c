// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The anchors of the page are knots at which all clocks are known.  Between two of
 * them CLOCK_MONOTONIC and CLOCK_REALTIME are taken to be linear against raw time.
 * NTP may have bent them there.  Their rates within a segment are taken to differ by no
 * more than CL_PAST_BEND_PPM beyond what the means of it and of its neighbours differ
 * by: a slew that is faster lasts longer than a segment.  A curve whose rates differ by
 * no more than r and which meets its chord at both ends is off it by no more than r
 * times the distance to the nearer end.
 *
 * CLOCK_REALTIME may have been set as well.  In a segment with such a step nothing is
 * known, and a value that the clock may have shown twice means nothing.
 */
#include "past.h"

#define PPM_PER_ONE 1000000

/* Beyond NTP's 10 %: what a clock shows in a segment in which it was set. */
#define SET_SHARE 8

/**
 * struct past - knots and a stamp
 * @s: page
 * @end: last knot, but for the page's own if that is later
 * @clock: clock of the stamp
 * @knots: number of knots
 */
struct past {
	const struct clocklink_page *s;
	const struct clocklink_stamp *end;
	enum cl_past_clock clock;
	unsigned int knots;
};

/* All clocks at one instant. */
static struct clocklink_stamp knot(const struct past *p, unsigned int i)
{
	u64 n = p->s->first + i;
	const struct clocklink_anchor *a =
		&p->s->anchor[n % CLOCKLINK_PAGE_ANCHORS];

	if (n > p->s->updates)
		return *p->end;
	return (struct clocklink_stamp){
		.raw = a->raw,
		.monotonic = a->monotonic,
		.realtime = a->realtime,
		.set = a->set,
	};
}

static s64 shown(const struct past *p, const struct clocklink_stamp *k)
{
	switch (p->clock) {
	case CL_PAST_MONOTONIC:
		return k->monotonic;
	case CL_PAST_REALTIME:
		return k->realtime;
	default:
		return k->raw;
	}
}

static bool was_set(const struct past *p, const struct clocklink_stamp *a,
		    const struct clocklink_stamp *b)
{
	return p->clock == CL_PAST_REALTIME && a->set != b->set;
}

/*
 * Rate of a clock against raw time between knots @i and @i + 1, minus 1, in 1e-6; false
 * if there is none.
 */
static bool chord_ppm(const struct past *p, unsigned int i, s64 *ret)
{
	struct clocklink_stamp a, b;
	s64 raw;

	if (i + 1 >= p->knots)
		return false;
	a = knot(p, i);
	b = knot(p, i + 1);
	raw = b.raw - a.raw;
	if (raw <= 0 || was_set(p, &a, &b))
		return false;
	*ret = (s64)((__int128)(shown(p, &b) - shown(p, &a) - raw) *
		     PPM_PER_ONE / raw);
	return true;
}

/* What the rate may vary by in the segment from knot @i on, in 1e-6. */
static s64 bend_ppm(const struct past *p, unsigned int i)
{
	s64 low = S64_MAX, high = S64_MIN, ppm;
	unsigned int j;

	if (p->clock == CL_PAST_RAW)
		return 0;
	for (j = i ? i - 1 : 0; j <= i + 1; j++) {
		if (!chord_ppm(p, j, &ppm))
			continue;
		low = cl_min_s64(low, ppm);
		high = cl_max_s64(high, ppm);
	}
	/* 2: each was rounded towards 0 */
	return high - low + 2 + CL_PAST_BEND_PPM;
}

/* May the clock have shown @ns in a segment in which it was set? */
static bool may_have_shown(s64 a, s64 b, s64 raw, s64 ns)
{
	s64 most = raw + raw / SET_SHARE;

	return ns >= cl_min_s64(a, b - most) && ns <= cl_max_s64(b, a + most);
}

/*
 * The segment in which the clock showed @ns.  A knot belongs to both sides: either
 * will do.
 */
static int find(const struct past *p, s64 ns, unsigned int *ret)
{
	const struct clocklink_stamp last = knot(p, p->knots - 1);
	unsigned int i, found = p->knots;

	for (i = 0; i + 1 < p->knots; i++) {
		const struct clocklink_stamp a = knot(p, i), b = knot(p, i + 1);
		s64 from = shown(p, &a), to = shown(p, &b);

		if (was_set(p, &a, &b)) {
			if (may_have_shown(from, to, b.raw - a.raw, ns))
				return -ESTALE;
		} else if (ns >= from && ns <= to) {
			if (found < p->knots && (found + 1 != i || ns != from))
				return -ESTALE;
			found = i;
		}
	}
	if (found == p->knots)
		return ns > shown(p, &last) ? -EDOM : -ERANGE;
	*ret = found;
	return 0;
}

/* Raw time of a stamp, and by how much it may be wrong, ns. */
static int to_raw(const struct past *p, s64 ns, struct cl_raw *ret,
		  s64 *ret_error)
{
	struct clocklink_stamp a, b;
	s64 length, share, nearer;
	unsigned int i;
	int err = find(p, ns, &i);

	if (err)
		return err;
	a = knot(p, i);
	b = knot(p, i + 1);
	length = shown(p, &b) - shown(p, &a);
	share = ns - shown(p, &a);
	*ret = cl_raw(a.raw);
	if (length > 0)
		*ret = cl_raw_add(*ret, (s64)((__int128)share *
					      (b.raw - a.raw) / length));
	nearer = cl_min_s64(share, length - share);
	*ret_error = (s64)((__int128)nearer * bend_ppm(p, i) / PPM_PER_ONE);
	/* its own rounding and that of the clocks, all to 1 ns */
	if (p->clock != CL_PAST_RAW)
		*ret_error += 2;
	return 0;
}

/* The last anchor that is not after @raw; there is one. */
static const struct clocklink_anchor *anchor_at(const struct clocklink_page *s,
						s64 raw)
{
	u64 low = s->first, high = s->updates;

	while (low < high) {
		u64 n = low + (high - low + 1) / 2;

		if (s->anchor[n % CLOCKLINK_PAGE_ANCHORS].raw <= raw)
			low = n;
		else
			high = n - 1;
	}
	return &s->anchor[low % CLOCKLINK_PAGE_ANCHORS];
}

static int refuse(int err, u32 state, struct cl_interval *ret)
{
	ret->earliest = cl_time(S64_MIN);
	ret->latest = cl_time(S64_MAX);
	ret->state = state;
	return err;
}

/* From the earliest time at @from to the latest at @to. */
static int eval_span(const struct clocklink_page *s, struct cl_raw from,
		     struct cl_raw to, struct cl_interval *ret)
{
	struct cl_interval last;

	if (cl_page_eval(anchor_at(s, from.ns), from, ret))
		return -ENODATA;
	if (cl_page_eval(anchor_at(s, to.ns), to, &last))
		return refuse(-ENODATA, last.state, ret);
	ret->latest = last.latest;
	return 0;
}

/* False if the page is damaged. */
static bool begin(struct past *p)
{
	const struct clocklink_page *s = p->s;

	if (s->updates - s->first >= CLOCKLINK_PAGE_ANCHORS)
		return false;
	p->knots = (unsigned int)(s->updates - s->first + 1);
	if (p->end->raw > s->now.raw)
		p->knots++;
	return true;
}

/**
 * cl_past_raw() - raw time of a stamp that was taken before
 * @s: consistent copy of a page, made after @end was read
 * @end: all clocks at an instant after the stamp, by CLOCKLINK_IOC_STAMP
 * @clock: clock that the stamp was taken by, in the initial time namespace
 * @ns: the stamp
 * @ret: raw time then
 * @ret_error: what @ret may be wrong by, ns
 *
 * Return: 0; -ERANGE, -EDOM, -ESTALE, -EPROTO as cl_past_read().
 */
int cl_past_raw(const struct clocklink_page *s,
		const struct clocklink_stamp *end, enum cl_past_clock clock,
		s64 ns, struct cl_raw *ret, s64 *ret_error)
{
	struct past p = { .s = s, .end = end, .clock = clock };

	return begin(&p) ? to_raw(&p, ns, ret, ret_error) : -EPROTO;
}

/**
 * cl_past_read() - cluster time of a stamp that was taken before
 * @s: consistent copy of a page, made after @end was read
 * @end: all clocks at an instant after the stamp, by CLOCKLINK_IOC_STAMP
 * @clock: clock that the stamp was taken by, in the initial time namespace
 * @ns: the stamp
 * @ret: the interval of cluster time then; if there is none, all of time
 *
 * The bound is that of then, as it was known then; for CLOCK_MONOTONIC and
 * CLOCK_REALTIME with what NTP may have bent them by between two anchors.
 *
 * Return: 0; -ENODATA if the clock was not usable then, @ret->state says why; -ERANGE
 * if it is from before the oldest anchor that is kept, or from before the raw clock was
 * disturbed or the clock stepped; -EDOM if it is after @end; -ESTALE if CLOCK_REALTIME
 * may have been set at that time or shown it twice; -EPROTO if the page is damaged.
 */
int cl_past_read(const struct clocklink_page *s,
		 const struct clocklink_stamp *end, enum cl_past_clock clock,
		 s64 ns, struct cl_interval *ret)
{
	struct past p = { .s = s, .end = end, .clock = clock };
	struct cl_raw raw, first, last;
	s64 error;
	int err;

	if (!begin(&p))
		return refuse(-EPROTO, s->now.state, ret);
	first = cl_raw(knot(&p, 0).raw);
	last = cl_raw(knot(&p, p.knots - 1).raw);
	err = to_raw(&p, ns, &raw, &error);
	if (err)
		return refuse(err, s->now.state, ret);
	return eval_span(s, cl_raw(cl_max_s64(raw.ns - error, first.ns)),
			 cl_raw(cl_min_s64(raw.ns + error, last.ns)), ret);
}
