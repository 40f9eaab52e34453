/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Cluster time of stamps that were taken before, by any of the system's clocks: the
 * time page keeps its last anchors, with what these clocks showed.
 */
#ifndef _CL_LIB_PAST_H
#define _CL_LIB_PAST_H

#include "page.h"

/*
 * What the rate of the system's clock may vary by between two anchors beyond what is
 * seen there: a correction of the frequency and one by adjtime() have up to 500 ppm
 * each.
 */
#define CL_PAST_BEND_PPM 1000

/**
 * enum cl_past_clock - clock by which a stamp was taken
 * @CL_PAST_RAW: CLOCK_MONOTONIC_RAW
 * @CL_PAST_MONOTONIC: CLOCK_MONOTONIC
 * @CL_PAST_REALTIME: CLOCK_REALTIME
 */
enum cl_past_clock {
	CL_PAST_RAW,
	CL_PAST_MONOTONIC,
	CL_PAST_REALTIME,
};

int cl_past_raw(const struct clocklink_page *s,
		const struct clocklink_stamp *end, enum cl_past_clock clock,
		s64 ns, struct cl_raw *ret, s64 *ret_error);
int cl_past_read(const struct clocklink_page *s,
		 const struct clocklink_stamp *end, enum cl_past_clock clock,
		 s64 ns, struct cl_interval *ret);

#endif /* _CL_LIB_PAST_H */
