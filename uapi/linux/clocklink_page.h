/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * Read-only time page of /dev/clocklinkN, layout 0 (not yet a stable ABI)
 *
 * A reader needs no system call:
 *
 *	do {
 *		s = seq;			acquire; again while odd
 *		raw = CLOCK_MONOTONIC_RAW;
 *		d = raw - base_raw;
 *		time = base_time + d + (d * rate + min(d, slew_ns) * slew);
 *		err = bound_ns + d * drift + 1;
 *	} while (s != seq);
 *
 * rate, slew and drift are numbers times 2^48; products need 128 bits, their
 * sum is rounded down.  The reading counts only if state is synced, unverified or
 * holdover and raw < void_raw; then cluster time lies in [time - err,
 * time + err].  Cluster time is TAI.
 */
#ifndef _UAPI_LINUX_CLOCKLINK_PAGE_H
#define _UAPI_LINUX_CLOCKLINK_PAGE_H

#include <linux/types.h>

#define CLOCKLINK_PAGE_MAGIC 0x434c4b50 /* "CLKP" */
#define CLOCKLINK_PAGE_VERSION 0

/**
 * struct clocklink_page - the time page
 * @magic: CLOCKLINK_PAGE_MAGIC
 * @version: CLOCKLINK_PAGE_VERSION
 * @size: bytes of this struct that are valid
 * @seq: odd while the kernel writes
 * @state: enum clocklink_state
 * @id: number N of /dev/clocklinkN
 * @node: own node id
 * @cluster: cluster id
 * @gen: raw generation
 * @disruptions: times that the raw clock was disturbed
 * @base_raw: anchor, CLOCK_MONOTONIC_RAW, ns
 * @base_time: cluster time at the anchor, ns
 * @rate_q48: rate against raw time, times 2^48
 * @slew_q48: extra rate while the slew lasts, times 2^48
 * @slew_ns: length of the slew from the anchor, raw ns
 * @bound_ns: error bound at the anchor
 * @hard_ns: hard bound at the anchor
 * @drift_q48: growth of both bounds with raw time, times 2^48
 * @void_raw: readings at or after this raw time are void
 * @tai_offset: TAI - UTC, s; 0: not known
 * @leap: enum clocklink_leap
 * @updates: number of writes
 */
struct clocklink_page {
	__u32 magic;
	__u32 version;
	__u32 size;
	__u32 seq;
	__u32 state;
	__u32 id;
	__u32 node;
	__u32 cluster;
	__u32 gen;
	__u32 disruptions;
	__s64 base_raw;
	__s64 base_time;
	__s64 rate_q48;
	__s64 slew_q48;
	__s64 slew_ns;
	__u64 bound_ns;
	__u64 hard_ns;
	__u64 drift_q48;
	__s64 void_raw;
	__s32 tai_offset;
	__u32 leap;
	__u64 updates;
};

#endif /* _UAPI_LINUX_CLOCKLINK_PAGE_H */
