/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Clocks of the network devices that stamp an instance's packets.
 */
#ifndef _CL_HWMAP_H
#define _CL_HWMAP_H

#include <linux/seqlock.h>

#include "core/hwclock.h"

/* Devices that carry packets of one instance. */
#define CL_HWMAP_DEVICES 8

/**
 * struct cl_hwdevice - a network device
 * @lock: protects all fields; readers in softirq
 * @ifindex: interface index, 0: the entry is free
 * @state: enum clocklink_device_state, as set
 * @phc_index: number of /dev/ptpN, -1 if there is none
 * @clock: its clock
 */
struct cl_hwdevice {
	seqlock_t lock;
	u32 ifindex;
	u32 state;
	s32 phc_index;
	struct cl_hwclock clock;
};

/**
 * struct cl_hwmap - devices of an instance
 * @clocks: devices whose clock is known; changed with the lock of the namespace
 *	held, read without: the way of a packet is short while there is none
 * @device: entries
 */
struct cl_hwmap {
	unsigned int clocks;
	struct cl_hwdevice device[CL_HWMAP_DEVICES];
};

/**
 * struct cl_hwmap_change - what is new of a device
 * @ifindex: interface index
 * @state: enum clocklink_device_state; CLOCKLINK_DEVICE_STATE_HARDWARE comes with
 *	@line
 * @phc_index: number of /dev/ptpN, -1 if there is none
 * @line: new line of its clock
 */
struct cl_hwmap_change {
	u32 ifindex;
	u32 state;
	s32 phc_index;
	struct cl_hwline line;
};

static inline bool cl_hwmap_active(const struct cl_hwmap *m)
{
	return READ_ONCE(m->clocks); /* pairs with hwmap_count() */
}

void cl_hwmap_init(struct cl_hwmap *m);
int cl_hwmap_set(struct cl_hwmap *m, const struct cl_hwmap_change *c);
int cl_hwmap_del(struct cl_hwmap *m, u32 ifindex);
bool cl_hwmap_read(const struct cl_hwmap *m, u32 ifindex,
		   struct cl_hwclock *ret);

#endif /* _CL_HWMAP_H */
