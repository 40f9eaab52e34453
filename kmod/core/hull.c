// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Two convex hulls and the two lines that separate them most steeply and least
 * steeply.
 *
 * Stamps are relative to those of the first point, so that differences are
 * below 2^62 and cross products below 2^125: exact in 128 bits, whatever the
 * span.  Nothing is divided until somebody asks for a number.
 *
 * A line from a point below the true line to a later one above it is at least as
 * steep as the true line, and vice versa.  So every pair of points that a line
 * can rest on gives a valid bound: late points, and points dropped from a full
 * chain, cost precision, never truth.  The exception is a pair of the same x:
 * the algorithm counts its slope as 1, like a missing one.
 */
#include "fixed.h"
#include "hull.h"

/*
 * Is the turn from @p to @a and @b the one that makes @a superfluous, or shows
 * that @p is inside the corridor, for points of @side?
 */
static bool turns(enum cl_hull_side side, const struct cl_hull_point *p,
		  const struct cl_hull_point *a, const struct cl_hull_point *b)
{
	__int128 left = (__int128)(a->x - p->x) * (b->y - p->y);
	__int128 right = (__int128)(a->y - p->y) * (b->x - p->x);

	return side == CL_HULL_BACK ? left > right : left < right;
}

static bool same(const struct cl_hull_point *a, const struct cl_hull_point *b)
{
	return a->x == b->x && a->y == b->y;
}

/*
 * Give up every second vertex but the last and the one that @line rests on.  A
 * part of the vertices of a convex chain is a convex chain.  It takes 64 turns
 * and makes room for 31 points at least: 2 turns for each of them.
 */
static void thin(struct cl_hull *h, struct cl_hull_chain *c,
		 struct cl_hull_line *line)
{
	s32 foot = line->foot;
	u32 n = 0;
	u32 i;

	for (i = 0; i < c->n; i++) {
		h->steps++;
		if (i % 2 && i != c->n - 1 && (s32)i != foot)
			continue;
		if ((s32)i == foot)
			line->foot = (s32)n;
		c->p[n++] = c->p[i];
	}
	h->dropped += c->n - n;
	c->n = n;
	/* Not behind the place where the disorder began. */
	if (c->tangled > 1)
		c->tangled /= 2;
}

/* Put a point that qualifies at the end of its own chain. */
static void push(struct cl_hull *h, enum cl_hull_side side,
		 const struct cl_hull_point *p)
{
	struct cl_hull_chain *c = &h->chain[side];
	struct cl_hull_line *other = &h->line[!side];

	h->late += c->n && p->x < c->p[c->n - 1].x;
	while (c->n >= 2 && turns(side, p, &c->p[c->n - 2], &c->p[c->n - 1])) {
		c->n--;
		h->steps++;
	}
	if (other->foot >= (s32)c->n)
		other->foot = -1;
	if (c->tangled >= c->n)
		c->tangled = 0;
	if (c->n == CL_HULL_POINTS)
		thin(h, c, other);
	if (!c->tangled && c->n && p->x < c->p[c->n - 1].x)
		c->tangled = c->n;
	if (other->has_from && other->foot < 0 && same(p, &other->from))
		other->foot = (s32)c->n;
	c->p[c->n++] = *p;
}

/*
 * Let a line begin at vertex @i, or at the first one with the same stamps.  The
 * line turned in one direction to get there, so that an equal one before is
 * possible only if the chain is not in order.
 */
static void rest_on(struct cl_hull *h, struct cl_hull_line *line,
		    const struct cl_hull_chain *c, u32 i)
{
	const struct cl_hull_point *p = &c->p[i];

	line->from = *p;
	line->has_from = true;
	line->foot = (s32)i;
	while (c->tangled && i > 0) {
		i--;
		h->steps++;
		if (same(p, &c->p[i]))
			line->foot = (s32)i;
	}
}

/*
 * Move the beginning of the line of @side along the opposite chain until the
 * line touches it; from its start if the vertex it rested on is gone.
 */
static void adjust(struct cl_hull *h, enum cl_hull_side side)
{
	const struct cl_hull_chain *c = &h->chain[!side];
	struct cl_hull_line *line = &h->line[side];
	u32 i = line->foot < 0 ? 0 : (u32)line->foot;
	bool seen = i + 1 < c->n;

	for (; i + 1 < c->n; i++) {
		const struct cl_hull_point *next = &c->p[i + 1];

		h->steps++;
		if (turns(side, &c->p[i], next, &line->to) &&
		    next->x < line->to.x)
			continue;
		rest_on(h, line, c, i);
		break;
	}
	if (!line->has_from && seen)
		rest_on(h, line, c, i - 1);
	if (line->has_from && line->from.x > line->to.x) {
		line->has_from = false;
		line->foot = -1;
	}
}

/* The line as it is; a missing slope counts as 1. */
static struct cl_hull_bound bound_of(const struct cl_hull_line *line)
{
	struct cl_hull_bound b = { .dy = 1, .dx = 1, .at = line->to };

	if (line->has_from && line->from.x != line->to.x) {
		b.dy = line->to.y - line->from.y;
		b.dx = line->to.x - line->from.x;
	}
	return b;
}

static void evaluate(struct cl_hull *h)
{
	const struct cl_hull_line *max = &h->line[CL_HULL_FORTH];
	const struct cl_hull_line *min = &h->line[CL_HULL_BACK];
	struct cl_hull_bound steep = bound_of(max);
	struct cl_hull_bound flat = bound_of(min);

	if (!max->has_from && !min->has_from) {
		if (!max->has_to || !min->has_to)
			h->quality = CL_HULL_INCOMPLETE;
		return;
	}
	if (h->quality == CL_HULL_FAIL)
		return;
	if (!max->has_from || !min->has_from) {
		h->quality = CL_HULL_APPROXIMATE;
	} else if ((__int128)steep.dy * flat.dx >
		   (__int128)flat.dy * steep.dx) {
		h->quality = CL_HULL_ACCURATE;
	} else {
		h->quality = CL_HULL_FAIL;
		return;
	}
	h->bound[CL_HULL_FORTH] = steep;
	h->bound[CL_HULL_BACK] = flat;
	h->valid = true;
}

/**
 * cl_hull_init() - start a synchronization
 * @h: state; all counters become zero
 */
void cl_hull_init(struct cl_hull *h)
{
	memset(h, 0, sizeof(*h));
	h->line[CL_HULL_FORTH].foot = -1;
	h->line[CL_HULL_BACK].foot = -1;
}

/* Difference of two stamps, if it is in range. */
static bool relative(s64 stamp, s64 first, s64 *d)
{
	__int128 wide = (__int128)stamp - first;

	*d = (s64)wide;
	return wide > -CL_HULL_SPAN && wide < CL_HULL_SPAN;
}

/**
 * cl_hull_add() - take a message that both hosts have stamped
 * @h: state
 * @side: who sent it
 * @x: stamp of the reference host, ns of its clock
 * @y: stamp of the other host, ns of its clock
 *
 * Points are best given in the order of their reception.  Another order is safe
 * and gives a valid, maybe wider result.
 *
 * Every vertex is removed once at most; a line moves forward along the chain,
 * and begins anew when the vertex it rested on was removed.  In the mean
 * a point of real traffic takes 1.0 to 1.2 steps, and some 2 at the start of a
 * dense stream; whatever the stream, it takes 6 * CL_HULL_POINTS at most.
 *
 * Return: 0; -ERANGE, with nothing changed but @h->refused, if a stamp is
 * CL_HULL_SPAN or more from that of the first point.
 */
int cl_hull_add(struct cl_hull *h, enum cl_hull_side side, s64 x, s64 y)
{
	struct cl_hull_line *own = &h->line[side];
	const struct cl_hull_line *other = &h->line[!side];
	struct cl_hull_point p;
	bool qualifies;

	if (!h->points) {
		h->x0 = x;
		h->y0 = y;
	}
	if (!relative(x, h->x0, &p.x) || !relative(y, h->y0, &p.y)) {
		h->refused++;
		return -ERANGE;
	}
	h->points++;
	qualifies = !own->has_from || turns(side, &p, &own->from, &own->to);
	if (qualifies) {
		h->qualified++;
		push(h, side, &p);
		own->to = p;
		own->has_to = true;
	}
	adjust(h, side);
	if (other->has_to && other->foot < 0)
		adjust(h, !side);
	if (qualifies)
		evaluate(h);
	return 0;
}

/* floor(a b / c), c > 0; saturated */
static s64 mul_div(s64 a, s64 b, s64 c)
{
	__uint128_t product = (__uint128_t)cl_abs_s64(a) * cl_abs_s64(b);
	u64 r = (u64)(product >> 64);
	u64 low = (u64)product;
	bool negative = (a < 0) != (b < 0);
	u64 q = 0;
	int i;

	if (r >= (u64)c)
		return negative ? S64_MIN : S64_MAX;
	/* r < c < 2^63, so that 2 r + 1 does not overflow. */
	for (i = 63; i >= 0; i--) {
		r = r << 1 | (low >> i & 1);
		q <<= 1;
		if (r >= (u64)c) {
			r -= (u64)c;
			q |= 1;
		}
	}
	if (q > S64_MAX)
		return negative ? S64_MIN : S64_MAX;
	if (!negative)
		return (s64)q;
	return -(s64)q - (r != 0);
}

static s64 saturate(__int128 v)
{
	if (v > S64_MAX)
		return S64_MAX;
	if (v < S64_MIN)
		return S64_MIN;
	return (s64)v;
}

/* Slope less 1, 1e-12, rounded down. */
static s64 slope_ppt(const struct cl_hull_bound *b)
{
	return mul_div(b->dy - b->dx, CL_PPT, b->dx);
}

/**
 * cl_hull_freq_ppt() - frequency of the other clock against the reference
 * @h: state
 *
 * Both slopes are rounded down, and then their mean: the value is less than 1.5
 * below the exact one, never above.
 *
 * Return: slope less 1, 1e-12; saturated; 0 if there is no result.
 */
s64 cl_hull_freq_ppt(const struct cl_hull *h)
{
	if (!h->valid)
		return 0;
	return saturate(((__int128)slope_ppt(&h->bound[CL_HULL_FORTH]) +
			 slope_ppt(&h->bound[CL_HULL_BACK])) >>
			1);
}

/**
 * cl_hull_accuracy_ppt() - width of the corridor of frequencies
 * @h: state
 *
 * Return: steepest less flattest slope, 1e-12, within 1 of the exact value;
 * saturated; 0 if there is no result.  It may be negative while a slope is
 * missing.
 */
s64 cl_hull_accuracy_ppt(const struct cl_hull *h)
{
	if (!h->valid)
		return 0;
	return saturate((__int128)slope_ppt(&h->bound[CL_HULL_FORTH]) -
			slope_ppt(&h->bound[CL_HULL_BACK]));
}

/* What the bound gives for y - x, less y0 - x0, ns, rounded down. */
static __int128 bound_offset(const struct cl_hull_bound *b, s64 x)
{
	return (__int128)b->at.y - b->at.x +
	       mul_div(b->dy - b->dx, x - b->at.x, b->dx);
}

/**
 * cl_hull_offset() - offset of the other clock to the reference
 * @h: state
 * @x: time of the reference, ns of its clock; CL_HULL_SPAN or more from the
 *	first point counts as that distance
 *
 * Both lines are rounded down, and then their mean: the value is less than 1.5
 * ns below the exact one, never above.
 *
 * Return: time of the other clock less @x, ns; saturated; 0 if there is no
 * result.
 */
s64 cl_hull_offset(const struct cl_hull *h, s64 x)
{
	s64 d;

	if (!h->valid)
		return 0;
	if (!relative(x, h->x0, &d))
		d = x < h->x0 ? -CL_HULL_SPAN : CL_HULL_SPAN;
	return saturate(((bound_offset(&h->bound[CL_HULL_FORTH], d) +
			  bound_offset(&h->bound[CL_HULL_BACK], d)) >>
			 1) +
			h->y0 - h->x0);
}
