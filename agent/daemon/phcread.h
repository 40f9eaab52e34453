/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads the clock of a network device together with raw time.
 */
#ifndef _CL_DAEMON_PHCREAD_H
#define _CL_DAEMON_PHCREAD_H

#include <linux/ptp_clock.h>

#include "kmod/core/types.h"

/**
 * struct cl_phcread - one reading of both clocks at one instant
 * @phc_ns: the device's clock
 * @raw_ns: CLOCK_MONOTONIC_RAW
 * @width_ns: the instant is known to this, 0: exactly
 */
struct cl_phcread {
	s64 phc_ns;
	s64 raw_ns;
	s64 width_ns;
};

int cl_phcread_mean(const struct ptp_sys_offset_extended *x,
		    struct cl_phcread *ret);
int cl_phcread_open(int index, int flags);
bool cl_phcread_wide(s64 *usual_ns, s64 width_ns);
int cl_phcread_get(int fd, struct cl_phcread *ret);

#endif /* _CL_DAEMON_PHCREAD_H */
