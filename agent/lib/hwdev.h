/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A network device that can stamp packets: what it can, what it is set to, and
 * whether it may be set.
 */
#ifndef _CL_LIB_HWDEV_H
#define _CL_LIB_HWDEV_H

#include <linux/net_tstamp.h>
#include <net/if.h>

#include "kmod/core/types.h"

/**
 * struct cl_hwdev_caps - what a device can
 * @all: it stamps every packet each way, not only those of PTP
 * @phc_index: number of /dev/ptpN of its clock, -1: it has none
 */
struct cl_hwdev_caps {
	bool all;
	int phc_index;
};

/* What to do with a device. */
enum cl_hwdev_verdict {
	CL_HWDEV_UNSUPPORTED, /* it cannot serve us */
	CL_HWDEV_IN_USE, /* somebody has set it to what excludes us */
	CL_HWDEV_READY, /* it does what is needed */
	CL_HWDEV_TAKE, /* nobody uses its stamps: switch them on */
};

enum cl_hwdev_verdict cl_hwdev_judge(const struct cl_hwdev_caps *caps,
				     const struct hwtstamp_config *now);
bool cl_hwdev_same(const struct hwtstamp_config *a,
		   const struct hwtstamp_config *b);

int cl_hwdev_caps(int fd, const char *name, struct cl_hwdev_caps *ret);
int cl_hwdev_get(int fd, const char *name, struct hwtstamp_config *ret);
int cl_hwdev_set(int fd, const char *name, struct hwtstamp_config *config);

#endif /* _CL_LIB_HWDEV_H */
