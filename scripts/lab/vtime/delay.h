/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A random delay: "500us", "500us+exp:10us", "2us+normal:1us", ...
 */
#ifndef _VT_DELAY_H
#define _VT_DELAY_H

#include "rng.h"

enum vt_law {
	VT_LAW_CONST,
	VT_LAW_EXP, /* exp:MEAN */
	VT_LAW_NORMAL, /* normal:SD, cut off at 4 SD */
	VT_LAW_UNIFORM, /* uniform:WIDTH, from 0 to WIDTH */
	VT_LAW_GAMMA, /* gamma:MEAN/SHAPE */
	VT_LAW_LOGNORMAL, /* lognormal:MEDIAN/SIGMA, sigma of the logarithm */
	VT_LAW_BURST, /* burst:MEAN/ON/OFF: exponential while a queue is
			   * busy; mean durations of busy and idle */
	VT_LAW_TRACE, /* trace:FILE, one delay in us per line, in turn */
};

/**
 * struct vt_delay - a law and where its random process is
 * @base_ps: constant part
 * @law: law of the random part
 * @scale_ps: mean, standard deviation, width or median of the random part
 * @shape: shape of gamma, sigma of lognormal
 * @on_ps: burst: mean duration of busy
 * @off_ps: burst: mean duration of idle
 * @busy: burst: state until @change_at
 * @change_at: burst: global ps
 * @trace: delays in ps
 * @trace_len: how many
 * @next: next of @trace
 */
struct vt_delay {
	s64 base_ps;
	enum vt_law law;
	double scale_ps;
	double shape;
	double on_ps;
	double off_ps;
	bool busy;
	s64 change_at;
	s64 *trace;
	unsigned int trace_len;
	unsigned int next;
};

int vt_delay_parse(const char *s, struct vt_delay *ret, char *why,
		   size_t why_len);
s64 vt_delay_draw(struct vt_delay *d, struct vt_rng *rng, s64 global_ps);
s64 vt_delay_min(const struct vt_delay *d);

#endif /* _VT_DELAY_H */
