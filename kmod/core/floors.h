/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The lowest delays of both directions of a path, window by window: how low they
 * are, and how close samples lie there.
 */
#ifndef _CL_CORE_FLOORS_H
#define _CL_CORE_FLOORS_H

#include "cltime.h"
#include "types.h"

/* Directions: samples u, from the peer, and w, to it. */
#define CL_FLOORS_DIRECTIONS 2
/* Windows remembered: some of them the present, the others the past. */
#define CL_FLOORS_WINDOWS 12
/* The lowest samples of a window: their distances tell how dense samples are. */
#define CL_FLOORS_LOWEST 8
/* The present is the last windows that together last so long, ns. */
#define CL_FLOORS_PRESENT_NS (19 * CL_NS_PER_SEC)

/**
 * struct cl_floors_window - a complete window of samples
 * @floor_ns: lowest sample of each direction
 * @gap_ns: mean distance between the lowest samples of each direction, at most 1 s
 * @n: samples, at most 1e6
 * @err_ns: largest standard deviation of the estimate
 */
struct cl_floors_window {
	s64 floor_ns[CL_FLOORS_DIRECTIONS];
	u32 gap_ns[CL_FLOORS_DIRECTIONS];
	u32 n;
	u32 err_ns;
};

/**
 * struct cl_floors_low - the lowest samples of a window
 * @ns: ascending
 * @n: how many there are
 */
struct cl_floors_low {
	s64 ns[CL_FLOORS_LOWEST];
	u32 n;
};

/**
 * struct cl_floors_level - what is known of some windows together
 * @floor_ns: lowest sample of each direction
 * @level_ns: the same, or the mean of the windows' lowest where noise blurs them
 * @spread_ns: mean distance from a sample to the next above the floor, times the
 *	samples of a window: the mean excess, if delays were exponential
 * @rest_ns: how far @floor_ns may be above the true floor, on average
 * @blur_ns: the same by how much the windows differ, for any law; 0 for one
 * @n: samples
 * @windows: windows
 * @err_ns: largest standard deviation of the estimate
 */
struct cl_floors_level {
	s64 floor_ns[CL_FLOORS_DIRECTIONS];
	s64 level_ns[CL_FLOORS_DIRECTIONS];
	s64 spread_ns[CL_FLOORS_DIRECTIONS];
	s64 rest_ns[CL_FLOORS_DIRECTIONS];
	s64 blur_ns[CL_FLOORS_DIRECTIONS];
	s64 n;
	s64 windows;
	s64 err_ns;
};

/**
 * struct cl_floors - windows of one path
 * @past: complete windows, a ring, the present among them
 * @head: place of the oldest in @past
 * @n_past: windows in @past
 * @held: so many of them, the oldest, are the past, however long the present
 *	lasts; 0: as many as are not the present
 * @known: all of the past together; valid once @n_past > 0
 * @noise_ns: noise of a one-way difference; follows the caller's upwards slowly
 * @start: instant of the first sample of the window that is being filled
 * @n: its samples
 * @err_ns: largest standard deviation of the estimate in it
 * @low: its lowest samples of each direction
 */
struct cl_floors {
	struct cl_floors_window past[CL_FLOORS_WINDOWS];
	u32 head;
	u32 n_past;
	u32 held;
	struct cl_floors_level known;
	s64 noise_ns;
	struct cl_raw start;
	u32 n;
	u32 err_ns;
	struct cl_floors_low low[CL_FLOORS_DIRECTIONS];
};

void cl_floors_clear(struct cl_floors *f);
void cl_floors_collect(struct cl_floors *f, struct cl_raw at,
		       const s64 r[CL_FLOORS_DIRECTIONS], s64 err_ns);
bool cl_floors_complete(const struct cl_floors *f, struct cl_raw at,
			s64 excess_ns, s64 err_ns);
void cl_floors_remember(struct cl_floors *f, s64 noise_ns, s64 interval_ns);
u32 cl_floors_present(const struct cl_floors *f, s64 interval_ns);
void cl_floors_combine(const struct cl_floors *f, u32 from, u32 to,
		       struct cl_floors_level *ret);
void cl_floors_hold(struct cl_floors *f);
void cl_floors_release(struct cl_floors *f, bool forget);
void cl_floors_lower(struct cl_floors *f, unsigned int k, u32 from, s64 d,
		     s64 interval_ns);
s64 cl_floors_expected_q16(const struct cl_floors *f, unsigned int k, s64 d);
void cl_floors_lift(struct cl_floors *f, unsigned int k);

#endif /* _CL_CORE_FLOORS_H */
