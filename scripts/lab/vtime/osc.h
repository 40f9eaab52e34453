/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An oscillator: local time as a function of true (global) time.
 *
 * Its rate is constant within each second of global time and changes at full
 * seconds: constant error, random walk, steps, a ramp (temperature), a trace.
 * All of it is drawn when it is made, and conversions are exact integer
 * arithmetic, so the error of a clock is known to the ns at any instant.
 */
#ifndef _VT_OSC_H
#define _VT_OSC_H

#include "rng.h"

#define VT_PS_PER_NS 1000LL
#define VT_PS_PER_SEC 1000000000000LL
/* More than any instant of a run; arithmetic on it must not be done. */
#define VT_NEVER INT64_MAX
/* No oscillator is further off, 1e-12: 10 %. */
#define VT_OSC_PPT_MAX 100000000000LL
/* So many seconds of the fastest one are still below VT_NEVER. */
#define VT_OSC_SECONDS_MAX 8000000

/**
 * struct vt_osc_change - from a full second on the rate changes
 * @at_s: second of global time
 * @ppt: by how much, 1e-12
 * @over_s: 0: a step; else a ramp that is complete after so many seconds
 */
struct vt_osc_change {
	s64 at_s;
	s64 ppt;
	s64 over_s;
};

/**
 * struct vt_osc_model - what an oscillator does
 * @ppt: constant frequency error, 1e-12
 * @wander_ppt: random walk of the frequency, 1e-12 per sqrt(s)
 * @change: steps and ramps
 * @changes: how many
 * @trace: frequency error in 1e-12 of each second, added to the rest; after its
 *         end it starts again; NULL for none
 * @trace_len: entries in @trace
 */
struct vt_osc_model {
	s64 ppt;
	double wander_ppt;
	struct vt_osc_change *change;
	unsigned int changes;
	const s64 *trace;
	unsigned int trace_len;
};

/**
 * struct vt_osc_knot - the oscillator at a full second of global time
 * @local: local time, ps
 * @ppt: rate - 1 until the next knot, 1e-12
 */
struct vt_osc_knot {
	s64 local;
	s64 ppt;
};

/**
 * struct vt_osc - an oscillator
 * @knot: local time in ps and rate - 1 in 1e-12 at each second of global time
 * @knots: entries in @knot; the last rate goes on for ever
 */
struct vt_osc {
	struct vt_osc_knot *knot;
	unsigned int knots;
};

int vt_osc_init(struct vt_osc *o, const struct vt_osc_model *model,
		struct vt_rng rng, s64 seconds);
s64 vt_osc_changed_ppt(const struct vt_osc_model *m, s64 t);
void vt_osc_free(struct vt_osc *o);
s64 vt_osc_local_ps(const struct vt_osc *o, s64 global_ps);
s64 vt_osc_local_ns(const struct vt_osc *o, s64 global_ps);
s64 vt_osc_global_ps(const struct vt_osc *o, s64 local_ns);

#endif /* _VT_OSC_H */
