/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Test build: a synthetic oscillator between CLOCK_MONOTONIC_RAW and the raw
 * clock of an instance, and a lie in the stamps that it sends.  So the clocks
 * of all instances of a machine are functions of one raw clock, and the error
 * of each is known exactly.  In a release build nothing of it exists.
 */
#ifndef _CL_TESTOSC_H
#define _CL_TESTOSC_H

#include <linux/errno.h>
#include <linux/seqlock.h>

#include "core/clock.h"
#include "core/wire.h"

/* 500 ppm: what a bad crystal does, and what a slew can follow. */
#define CL_TESTOSC_MAX_PPT 500000000LL
#define CL_TESTOSC_MAX_LIE_NS (1000 * CL_NS_PER_SEC)

#if IS_ENABLED(CONFIG_CLOCKLINK_TEST)

/**
 * struct cl_testosc - synthetic oscillator and lie
 * @lock: protects the line; readers in any context
 * @real: anchor, CLOCK_MONOTONIC_RAW, ns
 * @raw: raw time of the instance at the anchor
 * @freq_q48: frequency error from the anchor on, times 2^48
 * @lie_ns: added to raw stamps that are sent; READ_ONCE()/WRITE_ONCE()
 */
struct cl_testosc {
	seqlock_t lock;
	s64 real;
	struct cl_raw raw;
	s64 freq_q48;
	s64 lie_ns;
};

void cl_testosc_init(struct cl_testosc *o);
struct cl_raw cl_testosc_raw(struct cl_testosc *o, s64 real);
void cl_testosc_view(struct cl_testosc *o, s64 real, const struct cl_clock *c,
		     struct cl_clock *ret);
void cl_testosc_set_freq(struct cl_testosc *o, s64 ppt);
void cl_testosc_set_lie(struct cl_testosc *o, s64 ns);
void cl_testosc_lie(struct cl_testosc *o, struct cl_wire_msg *m);

#else

struct cl_testosc {};

static inline void cl_testosc_init(struct cl_testosc *o)
{
}

static inline struct cl_raw cl_testosc_raw(struct cl_testosc *o, s64 real)
{
	return cl_raw(real);
}

static inline void cl_testosc_view(struct cl_testosc *o, s64 real,
				   const struct cl_clock *c,
				   struct cl_clock *ret)
{
	*ret = *c;
}

static inline void cl_testosc_set_freq(struct cl_testosc *o, s64 ppt)
{
}

static inline void cl_testosc_set_lie(struct cl_testosc *o, s64 ns)
{
}

static inline void cl_testosc_lie(struct cl_testosc *o, struct cl_wire_msg *m)
{
}

#endif
#endif /* _CL_TESTOSC_H */
