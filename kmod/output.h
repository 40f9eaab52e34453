/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What an instance publishes: its clock, the bound and the state, for the
 * module's own readers and on the time page.
 */
#ifndef _CL_OUTPUT_H
#define _CL_OUTPUT_H

#include <linux/clocklink.h>
#include <linux/seqlock.h>
#include <linux/spinlock.h>

#include "core/bound.h"
#include "core/clock.h"
#include "core/discipline.h"
#include "core/leap.h"

struct cl_page;
struct cl_testosc;

/**
 * struct cl_published - one consistent set of what is published
 * @clock: instance's raw time to cluster time
 * @view: CLOCK_MONOTONIC_RAW to cluster time; the same line but in a test
 *	build, anchored at the same instant
 * @bound: bounds at the anchor; bound_ns is U64_MAX if nothing is known
 * @void_raw: readings at or after this CLOCK_MONOTONIC_RAW are void, ns
 * @state: enum clocklink_state
 * @gen: raw generation
 * @disruptions: times that the raw clock was disturbed
 * @tai_offset: TAI - UTC, s; 0: not known
 * @leap: enum clocklink_leap
 * @hops: distance from the leader
 */
struct cl_published {
	struct cl_clock clock;
	struct cl_clock view;
	struct cl_bound bound;
	s64 void_raw;
	u32 state;
	u32 gen;
	u32 disruptions;
	s32 tai_offset;
	u32 leap;
	u8 hops;
};

/**
 * struct cl_output - the published set
 * @lock: one writer at a time, interrupts off: a reader on this CPU may be in
 *	an interrupt
 * @seq: odd while @now is written
 * @now: the set
 * @leap: leap second that is announced, or over; guarded by @lock
 * @osc: oscillator of the instance
 * @page: user space's copy, as @now
 */
struct cl_output {
	raw_spinlock_t lock;
	seqcount_raw_spinlock_t seq;
	struct cl_published now;
	struct cl_leap leap;
	struct cl_testosc *osc;
	struct cl_page *page;
};

/**
 * struct cl_change - one step of the clock
 * @target: line to reach, instance's raw time to cluster time
 * @steer: how; its results come back
 * @done: out: what was done
 * @bound: bounds of @target at @at
 * @at: raw instant of @bound, shortly before the step
 * @max_bound_ns: a clock with a larger bound is void
 * @state: in: state, if the bound allows it; out: state
 * @gen: raw generation
 * @disruptions: times that the raw clock was disturbed
 * @tai_offset: TAI - UTC, s
 * @leap: enum clocklink_leap
 * @hops: distance from the leader
 */
struct cl_change {
	const struct cl_map *target;
	struct cl_discipline steer;
	enum cl_steer done;
	struct cl_bound bound;
	struct cl_raw at;
	u64 max_bound_ns;
	u32 state;
	u32 gen;
	u32 disruptions;
	s32 tai_offset;
	u32 leap;
	u8 hops;
};

/*
 * For readers that must read another clock at one instant with the published
 * set: between the two no line may end.
 */
static inline unsigned int cl_output_read_begin(const struct cl_output *o)
{
	return read_seqcount_begin(&o->seq);
}

static inline bool cl_output_read_retry(const struct cl_output *o,
					unsigned int seq)
{
	return read_seqcount_retry(&o->seq, seq);
}

void cl_output_init(struct cl_output *o, struct cl_testosc *osc,
		    struct cl_page *page, u32 node, u32 cluster);
struct cl_raw cl_output_raw(const struct cl_output *o);
void cl_output_read(const struct cl_output *o, struct cl_published *ret);
int cl_output_past(struct cl_output *o, struct cl_raw raw, struct cl_time *ret);
void cl_output_step(struct cl_output *o, struct cl_change *c);
void cl_output_gone(struct cl_output *o);

bool cl_published_usable(const struct cl_published *p);
void cl_published_bound(const struct cl_published *p, struct cl_raw at,
			struct cl_bound *ret);
void cl_published_line(const struct cl_published *p, struct cl_raw at,
		       s64 interval_ns, struct cl_map *ret);

#endif /* _CL_OUTPUT_H */
