/* SPDX-License-Identifier: GPL-2.0 */
/*
 * /dev/ptpN of an instance.
 */
#ifndef _CL_PHC_H
#define _CL_PHC_H

#include <linux/hrtimer.h>
#include <linux/mutex.h>
#include <linux/ptp_clock_kernel.h>

#include "core/cltime.h"

struct cl_instance;
struct netlink_ext_ack;

/* For external events; the netlink spec has the last one's number. */
#define CL_PHC_CHANNELS 4

/**
 * struct cl_phc - PTP clock
 * @info: operations given to the PTP core
 * @ptp: registered clock, NULL if there is none
 * @inst: the instance
 * @lock: protects @closing and the start of @pps
 * @closing: the clock is going: @pps must not be started any more
 * @pps: fires at full seconds of cluster time while PPS is enabled
 * @second: cluster time's second of the last event, only used by @pps
 * @pins: where external events come from, one for each channel
 * @wanted: channels that somebody has enabled, a bit for each
 */
struct cl_phc {
	struct ptp_clock_info info;
	struct ptp_clock *ptp;
	struct cl_instance *inst;
	struct mutex lock; /* start of @pps */
	bool closing;
	struct hrtimer pps;
	s64 second;
	struct ptp_pin_desc pins[CL_PHC_CHANNELS];
	unsigned long wanted;
};

int cl_phc_open(struct cl_instance *inst);
void cl_phc_close(struct cl_instance *inst);
int cl_phc_index(const struct cl_instance *inst);
int cl_phc_event(struct cl_instance *inst, u32 channel, struct cl_raw raw,
		 struct netlink_ext_ack *extack);

#endif /* _CL_PHC_H */
