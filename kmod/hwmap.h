/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The network devices that stamp an instance's packets: their clocks, and what
 * their stamps are known to be wrong by.
 */
#ifndef _CL_HWMAP_H
#define _CL_HWMAP_H

#include <linux/seqlock.h>

#include "core/hwclock.h"

/* Devices that carry packets of one instance. */
#define CL_HWMAP_DEVICES 8

/**
 * struct cl_stamp_bias - what the stamps of a device are wrong by, ns
 * @rx_ns: receive stamps by the kernel are too late by this
 * @tx_ns: transmit stamps by the kernel are too early by this
 * @hw_rx_ns: as @rx_ns, by the device
 * @hw_tx_ns: as @tx_ns, by the device
 */
struct cl_stamp_bias {
	s32 rx_ns;
	s32 tx_ns;
	s32 hw_rx_ns;
	s32 hw_tx_ns;
};

/**
 * struct cl_hwdevice - a network device
 * @lock: protects all fields; readers in softirq
 * @ifindex: interface index, 0: the entry is free
 * @judged: @state and @phc_index are set; else the entry is there for its @bias
 * @state: enum clocklink_device_state, as set
 * @phc_index: number of /dev/ptpN, -1 if there is none
 * @clock: its clock
 * @bias: of its stamps
 */
struct cl_hwdevice {
	seqlock_t lock;
	u32 ifindex;
	bool judged;
	u32 state;
	s32 phc_index;
	struct cl_hwclock clock;
	struct cl_stamp_bias bias;
};

/**
 * struct cl_hwmap - devices of an instance
 * @clocks: devices whose clock is known; changed with the lock of the namespace
 *	held, read without: the way of a packet is short while there is none
 * @biased: devices whose bias is not 0, as @clocks
 * @device: entries
 */
struct cl_hwmap {
	unsigned int clocks;
	unsigned int biased;
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

static inline bool cl_hwmap_biased(const struct cl_hwmap *m)
{
	return READ_ONCE(m->biased); /* pairs with hwmap_count() */
}

void cl_hwmap_init(struct cl_hwmap *m);
int cl_hwmap_set(struct cl_hwmap *m, const struct cl_hwmap_change *c);
int cl_hwmap_del(struct cl_hwmap *m, u32 ifindex);
bool cl_hwmap_read(const struct cl_hwmap *m, u32 ifindex,
		   struct cl_hwclock *ret);
void cl_hwmap_get_bias(const struct cl_hwmap *m, u32 ifindex,
		       struct cl_stamp_bias *ret);
int cl_hwmap_set_bias(struct cl_hwmap *m, u32 ifindex,
		      const struct cl_stamp_bias *bias);

#endif /* _CL_HWMAP_H */
