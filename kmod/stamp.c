// SPDX-License-Identifier: GPL-2.0
/*
 * One snapshot reads CLOCK_REALTIME and CLOCK_MONOTONIC_RAW at one instant, so
 * the error of a converted stamp is (error of the rate between the two clocks)
 * times (age of the stamp): 1000 ppm and 20 us give 20 ns.
 *
 * Somebody may step or slew CLOCK_REALTIME at any time.  A stamp from before a
 * step must not be converted by a snapshot from after it, and while the rate
 * changes the scale of the age is not known: such stamps are refused, which
 * costs a sample each.
 */
#include "stamp.h"

#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/ktime.h>
#include <linux/math64.h>

#include "core/fixed.h"

/*
 * A stamp is converted within well under 1 ms of its making; 10 ms leave room
 * for a delayed softirq.  An older one may come from before a step.
 */
#define CL_STAMP_HOLD_NS (10 * CL_NS_PER_MS)

/* Snapshots are read to 1 ns: over 1 ms that is 1 ppm of the rate. */
#define CL_STAMP_RATE_NS (1 * CL_NS_PER_MS)

/* 2^-32 of a stamp's age is far below 1 ns. */
#define CL_STAMP_RATE_ONE BIT_ULL(32)
#define CL_STAMP_RATE_TOL (CL_STAMP_RATE_ONE / 1000) /* 1000 ppm */

/**
 * cl_stamp_init() - start with the clocks as they are now
 * @s: conversion
 */
void cl_stamp_init(struct cl_stamp *s)
{
	struct system_time_snapshot sn;

	ktime_get_snapshot(&sn);
	*s = (struct cl_stamp){
		.real = ktime_to_ns(sn.real),
		.raw = ktime_to_ns(sn.raw),
		.steady = true,
		.set_seq = sn.clock_was_set_seq,
		.source_seq = sn.cs_was_changed_seq,
		.hold_until = ktime_to_ns(sn.raw),
	};
	spin_lock_init(&s->lock);
}

/* @diff / @real times 2^32, for |@diff| <= @real */
static s64 stamp_rate_q32(s64 diff, s64 real)
{
	u64 rate =
		mul_u64_u64_div_u64(cl_abs_s64(diff), CL_STAMP_RATE_ONE, real);

	return diff < 0 ? -(s64)rate : rate;
}

/* Learn from one more snapshot. */
static void stamp_note(struct cl_stamp *s,
		       const struct system_time_snapshot *sn)
{
	s64 real = ktime_to_ns(sn->real), raw = ktime_to_ns(sn->raw);
	s64 dreal = real - s->real, draw = raw - s->raw;
	s64 rate;

	lockdep_assert_held(&s->lock);
	if (sn->clock_was_set_seq != s->set_seq) {
		s->set_seq = sn->clock_was_set_seq;
		s->hold_until = raw + CL_STAMP_HOLD_NS;
	} else if (draw < CL_STAMP_RATE_NS) {
		return;
	} else if (dreal < draw / 2 || dreal > draw * 2) {
		s->steady = false;
	} else {
		rate = stamp_rate_q32(draw - dreal, dreal);
		s->steady = cl_abs_s64(rate - s->rate_q32) <= CL_STAMP_RATE_TOL;
		s->rate_q32 = rate;
	}
	s->real = real;
	s->raw = raw;
}

/**
 * cl_stamp_to_raw() - raw time of a packet's stamp
 * @s: conversion
 * @real: the stamp, CLOCK_REALTIME
 * @ret_raw: CLOCK_MONOTONIC_RAW of the same instant, ns
 *
 * Context: softirq, or process with bottom halves disabled.
 * Return: 0, -EAGAIN if the stamp cannot be trusted now (*@ret_raw untouched).
 */
int cl_stamp_to_raw(struct cl_stamp *s, ktime_t real, s64 *ret_raw)
{
	struct system_time_snapshot sn;
	int err = -EAGAIN;
	s64 age;

	spin_lock(&s->lock);
	ktime_get_snapshot(&sn);
	stamp_note(s, &sn);
	age = ktime_to_ns(ktime_sub(sn.real, real));
	if (s->steady && sn.cs_was_changed_seq == s->source_seq &&
	    ktime_to_ns(sn.raw) >= s->hold_until && age >= 0 &&
	    age <= CL_STAMP_HOLD_NS) {
		*ret_raw = ktime_to_ns(sn.raw) - age -
			   cl_mulshr(age, s->rate_q32, 32);
		err = 0;
	}
	spin_unlock(&s->lock);
	return err;
}

/**
 * cl_stamp_source_changed() - has the kernel changed its clock source?
 * @s: conversion
 *
 * Another clock source gives CLOCK_MONOTONIC_RAW another rate.  Until this was
 * called cl_stamp_to_raw() refuses stamps.
 *
 * Context: process.
 * Return: true once for every change.
 */
bool cl_stamp_source_changed(struct cl_stamp *s)
{
	struct system_time_snapshot sn;
	bool changed;

	ktime_get_snapshot(&sn);
	spin_lock_bh(&s->lock);
	changed = sn.cs_was_changed_seq != s->source_seq;
	s->source_seq = sn.cs_was_changed_seq;
	spin_unlock_bh(&s->lock);
	return changed;
}
