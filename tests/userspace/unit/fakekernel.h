/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's CLOCK_REALTIME in virtual time, as kernel/time/ntp.c has it, and
 * cluster time beside it.
 */
#ifndef _CL_TEST_FAKEKERNEL_H
#define _CL_TEST_FAKEKERNEL_H

#include <sys/timex.h>

#include "agent/core/sysclock.h"

/**
 * struct fakekernel - both clocks
 * @raw: CLOCK_MONOTONIC_RAW, ns
 * @real: CLOCK_REALTIME minus @real_s, ns
 * @real_s: its seconds
 * @excess: what the clock runs faster than it is told, as a number
 * @tx: settings; offset is what is left
 * @second: what is slewed in the current second, ns
 * @adjust_us: what adjtime() has left
 * @time: cluster time minus @time_s, ns
 * @time_s: its seconds
 * @look: what is told of cluster time besides
 * @calls: settings that changed something
 * @steps: those of them that were steps
 * @fail: returned by all calls
 * @fail_look: returned by looks
 * @rival: who runs
 * @suspect: who else could
 * @leaps: leap seconds made
 */
struct fakekernel {
	double raw;
	double real;
	s64 real_s;
	double excess;
	struct timex tx;
	double second;
	s64 adjust_us;
	double time;
	s64 time_s;
	struct cl_sysclock_look look;
	int calls;
	int steps;
	int fail;
	int fail_look;
	const char *rival;
	const char *suspect;
	int leaps;
};

extern const struct cl_sysclock_ops fakekernel_ops;

void fakekernel_init(struct fakekernel *k);
void fakekernel_advance(struct fakekernel *k, s64 raw_ns);
void fakekernel_set(struct fakekernel *k, s64 ns);
s64 fakekernel_offset(const struct fakekernel *k);

#endif /* _CL_TEST_FAKEKERNEL_H */
