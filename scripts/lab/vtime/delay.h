/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A random delay: "500us", "500us+exp:10us", "2us+normal:1us", ...
 */
#ifndef _VT_DELAY_H
#define _VT_DELAY_H

#include "rng.h"
#include "trace.h"

/* No delay is longer, ps: an hour. */
#define VT_DELAY_MAX_PS 3600000000000000LL
/* Burst: nothing was drawn yet. */
#define VT_DELAY_UNSEEN (-1)

enum vt_law {
	VT_LAW_CONST,
	VT_LAW_EXP, /* exp:MEAN */
	VT_LAW_NORMAL, /* normal:SD, cut off at 4 SD */
	VT_LAW_UNIFORM, /* uniform:WIDTH, from 0 to WIDTH */
	VT_LAW_GAMMA, /* gamma:MEAN/SHAPE */
	VT_LAW_LOGNORMAL, /* lognormal:MEDIAN/SIGMA, sigma of the logarithm */
	/*
	 * burst:MEAN/ON/OFF: exponential while a queue is busy, nothing while it
	 * is idle; mean durations of both, which are exponential as well
	 */
	VT_LAW_BURST,
	VT_LAW_TRACE, /* trace:FILE, one delay in us per line, in turn */
};

/**
 * struct vt_delay - a law and where its random process is
 *
 * All 0 is no delay at all.
 *
 * @base_ps: constant part
 * @law: law of the random part
 * @scale_ps: mean, standard deviation, width or median of the random part
 * @shape: shape of gamma, sigma of lognormal
 * @on_ps: burst: mean duration of busy
 * @off_ps: burst: mean duration of idle
 * @busy: burst: state at @seen_at
 * @seen_at: burst: instant of the last draw, global ps, or VT_DELAY_UNSEEN
 * @trace: trace: delays in ps; whoever had it read owns it
 * @next: trace: index of the next draw
 */
struct vt_delay {
	s64 base_ps;
	enum vt_law law;
	double scale_ps;
	double shape;
	double on_ps;
	double off_ps;
	bool busy;
	s64 seen_at;
	const struct vt_trace *trace;
	unsigned int next;
};

int vt_delay_parse(const char *s, struct vt_traces *traces,
		   struct vt_delay *ret, char *why, size_t why_len);
s64 vt_delay_draw(struct vt_delay *d, struct vt_rng *rng, s64 global_ps);
s64 vt_delay_min(const struct vt_delay *d);

#endif /* _VT_DELAY_H */
