/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Does a frequency run away?  It wanders always: by how much the offset bends, compared
 * with how much it usually does.
 */
#ifndef _CL_LIB_DRIFT_H
#define _CL_LIB_DRIFT_H

#include "kmod/core/types.h"

/* Bends are looked at within 2, 4 and 8 spans of so many points. */
#define CL_DRIFT_SCALES 3
#define CL_DRIFT_SHORTEST 4
#define CL_DRIFT_POINTS (2 * CL_DRIFT_SHORTEST << (CL_DRIFT_SCALES - 1))

/**
 * struct cl_drift_reading - what is known of two clocks at one instant
 * @at_ns: instant
 * @exchanges: exchanges so far
 * @offset_ns: one less the other
 * @err_ns: standard deviation of that, as claimed
 * @freq_ppt: frequency of one against the other, 1e-12
 */
struct cl_drift_reading {
	s64 at_ns;
	u64 exchanges;
	s64 offset_ns;
	u64 err_ns;
	s64 freq_ppt;
};

/**
 * struct cl_drift_scale - what is usual within a span
 * @n: bends that were learnt from, saturates
 * @usual: their mean size as a standard deviation, ns per s and per root of s: change of
 *	the frequency by the root of the time that it took
 */
struct cl_drift_scale {
	u16 n;
	float usual;
};

/**
 * struct cl_drift - two clocks
 * @point: readings, some 7 s apart, in a ring
 * @n: how many
 * @next: place of the next one
 * @scale: what is usual
 * @warns: the frequency runs away
 * @strength: how much speaks for that, in multiples of what it takes to warn
 * @spoke_ns: when half as much did last
 * @since_ns: when it began, when @warns
 * @warned_ns: when @warns became true
 * @now: by how much the frequency changes, 1e-12 per s; of the span that says most
 * @normal: by how much it usually does within that span, either way, 1e-12 per s
 */
struct cl_drift {
	struct cl_drift_reading point[CL_DRIFT_POINTS];
	u8 n;
	u8 next;
	struct cl_drift_scale scale[CL_DRIFT_SCALES];
	bool warns;
	float strength;
	s64 spoke_ns;
	s64 since_ns;
	s64 warned_ns;
	float now;
	float normal;
};

void cl_drift_init(struct cl_drift *d);
void cl_drift_restart(struct cl_drift *d);
void cl_drift_push(struct cl_drift *d, const struct cl_drift_reading *r);

#endif /* _CL_LIB_DRIFT_H */
