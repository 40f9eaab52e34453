// SPDX-License-Identifier: GPL-2.0
#include "output.h"

#include <linux/clocklink_page.h>
#include <linux/math64.h>
#include <linux/ktime.h>

#include "core/fixed.h"
#include "instant.h"
#include "page.h"
#include "testosc.h"
#include "trace.h"

/* Cluster time before the first lock: the system's TAI, if it knows it. */
static s64 output_start_time(s64 *ret_raw)
{
	struct system_time_snapshot sn;
	s64 tai = ktime_to_ns(ktime_get_clocktai()) -
		  ktime_to_ns(ktime_get_real());

	ktime_get_snapshot(&sn);
	*ret_raw = ktime_to_ns(sn.raw);
	/* Two readings: the offset is whole seconds. */
	return ktime_to_ns(sn.real) +
	       DIV_ROUND_CLOSEST(tai, NSEC_PER_SEC) * NSEC_PER_SEC;
}

/**
 * cl_output_init() - an unsynchronized clock, set to the system's time
 * @o: output
 * @osc: oscillator of the instance, initialised
 * @page: its page
 * @node: own node id
 * @cluster: cluster id
 *
 * The page is filled by the first cl_output_step().
 *
 * Context: process.
 */
void cl_output_init(struct cl_output *o, struct cl_testosc *osc,
		    struct cl_page *page, u32 node, u32 cluster)
{
	struct cl_published *p = &o->now;
	s64 raw;

	raw_spin_lock_init(&o->lock);
	seqcount_raw_spinlock_init(&o->seq, &o->lock);
	o->osc = osc;
	o->page = page;
	page->data->magic = CLOCKLINK_PAGE_MAGIC;
	page->data->version = CLOCKLINK_PAGE_VERSION;
	page->data->size = sizeof(*page->data);
	page->data->id = page->id;
	page->data->node = node;
	page->data->cluster = cluster;

	*p = (struct cl_published){ .state = CLOCKLINK_STATE_UNSYNCED };
	p->clock.map.time = cl_time(output_start_time(&raw));
	p->clock.map.raw = cl_testosc_raw(osc, raw);
	p->bound.bound_ns = U64_MAX;
	p->bound.hard_ns = U64_MAX;
	cl_testosc_view(osc, raw, &p->clock, &p->view);
}

/**
 * cl_output_raw() - raw time of the instance, now
 * @o: output
 *
 * Context: any.
 * Return: raw time.
 */
struct cl_raw cl_output_raw(const struct cl_output *o)
{
	return cl_testosc_raw(o->osc, ktime_get_raw_ns());
}

/**
 * cl_output_read() - read the published set
 * @o: output
 * @ret: the set
 *
 * Context: any but NMI.
 */
void cl_output_read(const struct cl_output *o, struct cl_published *ret)
{
	unsigned int seq;

	do {
		seq = cl_output_read_begin(o);
		*ret = o->now;
	} while (cl_output_read_retry(o, seq));
}

/* The last anchor that is not after @raw, which is not before the first. */
static const struct clocklink_anchor *
output_anchor_at(const struct clocklink_page *page, s64 raw)
{
	u64 low = page->first, high = page->updates;

	while (low < high) {
		u64 n = low + (high - low + 1) / 2;

		if (page->anchor[n % CLOCKLINK_PAGE_ANCHORS].raw <= raw)
			low = n;
		else
			high = n - 1;
	}
	return &page->anchor[low % CLOCKLINK_PAGE_ANCHORS];
}

static bool output_usable(u32 state)
{
	return state == CLOCKLINK_STATE_SYNCED ||
	       state == CLOCKLINK_STATE_UNVERIFIED ||
	       state == CLOCKLINK_STATE_HOLDOVER;
}

static int output_past(const struct clocklink_page *page, s64 raw,
		       struct cl_time *ret)
{
	const struct clocklink_anchor *a;
	struct cl_clock c;

	if (raw > ktime_get_raw_ns())
		return -EDOM;
	if (raw < page->anchor[page->first % CLOCKLINK_PAGE_ANCHORS].raw)
		return -ERANGE;
	a = output_anchor_at(page, raw);
	if (!output_usable(a->state) || raw >= a->void_raw)
		return -ENODATA;
	c = (struct cl_clock){
		.map.raw = cl_raw(a->raw),
		.map.time = cl_time(a->time),
		.map.rate_q48 = a->rate_q48,
		.slew_q48 = a->slew_q48,
		.slew_ns = a->slew_ns,
	};
	*ret = cl_clock_at(&c, cl_raw(raw));
	return 0;
}

/**
 * cl_output_past() - cluster time of an instant not long ago
 * @o: output
 * @raw: CLOCK_MONOTONIC_RAW then
 * @ret: what the clock showed
 *
 * The page keeps the lines of the last 10 s to a minute.
 *
 * Context: any but NMI.
 * Return: 0; -EDOM if it is to come, -ERANGE if it is not known any more, or from before
 * the clock was stepped or disturbed, -ENODATA if the clock was not usable then.
 */
int cl_output_past(struct cl_output *o, struct cl_raw raw, struct cl_time *ret)
{
	unsigned long flags;
	int err;

	raw_spin_lock_irqsave(&o->lock, flags);
	err = output_past(o->page->data, raw.ns, ret);
	raw_spin_unlock_irqrestore(&o->lock, flags);
	return err;
}

/* How long the bound stays below @max and the linear drift holds, raw ns. */
static s64 output_valid_ns(const struct cl_bound *b, u64 max)
{
	u64 room;

	if (b->bound_ns > max)
		return 0;
	room = max - b->bound_ns;
	if (cl_bound_grow(0, b->drift_ppt, CL_BOUND_HORIZON_NS) <= room)
		return CL_BOUND_HORIZON_NS;
	/* room < 4e9 ns * drift / 1e12, and drift <= 4e9: below 2^64 */
	return div64_u64(room * 1000000000000ULL, b->drift_ppt);
}

/* The clock as it is from @i on. */
static void output_fill_anchor(const struct cl_published *p,
			       const struct cl_instant *i,
			       struct clocklink_anchor *ret)
{
	ret->raw = p->view.map.raw.ns;
	ret->time = p->view.map.time.ns;
	ret->rate_q48 = p->view.map.rate_q48;
	ret->slew_q48 = p->view.slew_q48;
	ret->slew_ns = p->view.slew_ns;
	ret->bound_ns = p->bound.bound_ns;
	ret->hard_ns = p->bound.hard_ns;
	ret->drift_q48 = cl_ppt_to_q48(p->bound.drift_ppt) + 1;
	ret->void_raw = p->void_raw;
	ret->monotonic = i->monotonic;
	ret->realtime = i->realtime;
	ret->state = p->state;
	ret->set = i->set;
}

/* @restart: the anchors before say nothing about the clock of now. */
static void output_write_page(const struct cl_output *o,
			      const struct cl_instant *i, bool restart)
{
	struct clocklink_page *page = o->page->data;
	const struct cl_published *p = &o->now;
	u64 n = page->updates + 1;

	lockdep_assert_held(&o->lock);
	output_fill_anchor(p, i, &page->now);
	page->anchor[n % CLOCKLINK_PAGE_ANCHORS] = page->now;
	if (restart || n == 1)
		page->first = n;
	else if (n - page->first >= CLOCKLINK_PAGE_ANCHORS)
		page->first = n - CLOCKLINK_PAGE_ANCHORS + 1;
	page->gen = p->gen;
	page->disruptions = p->disruptions;
	page->tai_offset = p->tai_offset;
	page->leap = p->leap;
	page->leap_time = p->leap ? o->leap.time.ns : 0;
	page->updates = n;
}

/* The sequence count of the page is written by hand: its reader is user space. */
static void output_begin(struct cl_output *o)
{
	struct clocklink_page *page = o->page->data;

	lockdep_assert_held(&o->lock);
	write_seqcount_begin(&o->seq);
	WRITE_ONCE(page->seq, page->seq + 1);
	/*
	 * No reader may use the old line after the raw time that is read next.
	 * Pairs with the reader's acquire load of the count.
	 */
	smp_mb();
}

static void output_end(struct cl_output *o, const struct cl_instant *i,
		       bool restart)
{
	struct clocklink_page *page = o->page->data;

	output_write_page(o, i, restart);
	smp_wmb(); /* contents before the even count; pairs with the reader */
	WRITE_ONCE(page->seq, page->seq + 1);
	write_seqcount_end(&o->seq);
	trace_clocklink_publish(o);
}

/* Bounds at @now: grown since @c->at, and what the slew has still to add. */
static void output_set_bound(struct cl_published *p, const struct cl_change *c,
			     struct cl_raw now)
{
	s64 age = cl_raw_sub(now, c->at);
	u64 error = c->done == CL_STEER_STEPPED ? 0 :
						  cl_abs_s64(c->steer.error_ns);

	p->bound = c->bound;
	if (c->bound.bound_ns == U64_MAX)
		return;
	p->bound.bound_ns = cl_add_sat(cl_bound_grow(c->bound.bound_ns,
						     c->bound.drift_ppt, age),
				       error);
	p->bound.hard_ns = cl_add_sat(cl_bound_grow(c->bound.hard_ns,
						    c->bound.drift_ppt, age),
				      error);
}

/* UTC is right after a leap second, though nobody may tell that it is over. */
static void output_set_utc(struct cl_output *o, const struct cl_change *c)
{
	struct cl_published *p = &o->now;
	s32 change = 0;

	if (c->tai_offset && c->leap)
		change = c->leap == CLOCKLINK_LEAP_INSERT ? 1 : -1;
	p->tai_offset = c->tai_offset;
	p->leap = c->leap;
	if (!cl_leap_passed(&o->leap, p->view.map.time,
			    c->done == CL_STEER_STEPPED, c->tai_offset, change))
		return;
	p->tai_offset += change;
	p->leap = CLOCKLINK_LEAP_NONE;
}

static void output_set_state(struct cl_published *p, struct cl_change *c,
			     s64 real)
{
	s64 valid = output_valid_ns(&p->bound, c->max_bound_ns);

	p->state = c->state;
	if (cl_published_usable(p) && !valid)
		p->state = CLOCKLINK_STATE_VOID;
	c->state = p->state;
	p->void_raw = cl_published_usable(p) ? real + valid : real;
	p->gen = c->gen;
	p->disruptions = c->disruptions;
	p->hops = c->hops;
}

/**
 * cl_output_step() - steer the clock and publish it
 * @o: output
 * @c: what to do; results come back
 *
 * The anchor moves to now on the old line, so time does not jump unless
 * c->steer.step is set.
 *
 * Context: any but NMI and hard interrupt.
 */
void cl_output_step(struct cl_output *o, struct cl_change *c)
{
	struct cl_published *p = &o->now;
	struct cl_instant i;
	unsigned long flags;
	struct cl_raw now;
	bool restart;

	raw_spin_lock_irqsave(&o->lock, flags);
	output_begin(o);
	cl_instant_now(&i);
	now = cl_testosc_raw(o->osc, i.raw);
	c->done = cl_discipline_steer(&p->clock, now, c->target, &c->steer);
	restart = c->done == CL_STEER_STEPPED || c->gen != p->gen ||
		  c->disruptions != p->disruptions;
	cl_testosc_view(o->osc, i.raw, &p->clock, &p->view);
	output_set_utc(o, c);
	output_set_bound(p, c, now);
	output_set_state(p, c, i.raw);
	output_end(o, &i, restart);
	raw_spin_unlock_irqrestore(&o->lock, flags);
}

/**
 * cl_output_gone() - last words: the instance is deleted
 * @o: output; its page may be given up after it
 *
 * Context: process.
 */
void cl_output_gone(struct cl_output *o)
{
	struct cl_published *p = &o->now;
	struct cl_instant i;
	unsigned long flags;

	raw_spin_lock_irqsave(&o->lock, flags);
	output_begin(o);
	cl_instant_now(&i);
	cl_clock_rebase(&p->clock, cl_testosc_raw(o->osc, i.raw));
	cl_testosc_view(o->osc, i.raw, &p->clock, &p->view);
	p->state = CLOCKLINK_STATE_GONE;
	p->bound.bound_ns = U64_MAX;
	p->bound.hard_ns = U64_MAX;
	p->void_raw = i.raw;
	output_end(o, &i, false);
	raw_spin_unlock_irqrestore(&o->lock, flags);
}

/**
 * cl_published_usable() - may readings be used, unless void_raw has passed?
 * @p: published set
 *
 * Return: true if they may.
 */
bool cl_published_usable(const struct cl_published *p)
{
	return output_usable(p->state);
}

/**
 * cl_published_bound() - bounds at an instant
 * @p: published set
 * @at: raw time of the instance
 * @ret: bounds
 */
void cl_published_bound(const struct cl_published *p, struct cl_raw at,
			struct cl_bound *ret)
{
	s64 age = cl_raw_sub(at, p->clock.map.raw);

	*ret = p->bound;
	if (p->bound.bound_ns == U64_MAX)
		return;
	ret->bound_ns =
		cl_bound_grow(p->bound.bound_ns, p->bound.drift_ppt, age);
	ret->hard_ns = cl_bound_grow(p->bound.hard_ns, p->bound.drift_ppt, age);
}

/**
 * cl_published_line() - the clock as a line for others to follow
 * @p: published set
 * @at: raw time of the instance: anchor
 * @interval_ns: time for which the line is to serve, > 0
 * @ret: line that meets the clock at @at and @interval_ns later
 */
void cl_published_line(const struct cl_published *p, struct cl_raw at,
		       s64 interval_ns, struct cl_map *ret)
{
	s64 slewing = cl_clamp_s64(cl_raw_sub(p->clock.map.raw, at) +
					   p->clock.slew_ns,
				   0, interval_ns);
	s64 share_q16 = div64_s64(slewing << 16, interval_ns);

	ret->raw = at;
	ret->time = cl_clock_at(&p->clock, at);
	ret->rate_q48 = p->clock.map.rate_q48 +
			cl_mulshr(p->clock.slew_q48, share_q16, 16);
}
