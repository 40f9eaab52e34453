/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * Read-only time page of /dev/clocklinkN, version 1
 *
 * mmap() of up to sizeof(struct clocklink_page), rounded up to pages, at offset 0. A
 * reader needs no system call:
 *
 *	do {
 *		s = seq;			acquire; again while odd
 *		raw = CLOCK_MONOTONIC_RAW;
 *		d = raw - now.raw;
 *		time = now.time + d + (d * rate + min(d, slew_ns) * slew);
 *		err = bound_ns + d * drift + 1;
 *	} while (s != seq);
 *
 * rate, slew and drift are numbers times 2^48; products need 128 bits, their
 * sum is rounded down.  The reading counts only if state is synced, unverified or
 * holdover and raw < void_raw; then cluster time lies in [time - err,
 * time + err].  Cluster time is TAI.
 *
 * Fields of version 1 keep place and meaning. Later kernels may add to the end, size
 * says what there is; a change that old readers would misread gets another version.
 */
#ifndef _UAPI_LINUX_CLOCKLINK_PAGE_H
#define _UAPI_LINUX_CLOCKLINK_PAGE_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define CLOCKLINK_PAGE_MAGIC 0x434c4b50 /* "CLKP" */
#define CLOCKLINK_PAGE_VERSION 1

/* Anchors that are kept, a power of two. */
#define CLOCKLINK_PAGE_ANCHORS 128

/**
 * struct clocklink_anchor - what the clock reads from one instant on
 * @raw: the instant, CLOCK_MONOTONIC_RAW, ns
 * @time: cluster time at it, ns
 * @rate_q48: rate against raw time, times 2^48
 * @slew_q48: extra rate while the slew lasts, times 2^48
 * @slew_ns: length of the slew from the anchor, raw ns
 * @bound_ns: error bound at the anchor
 * @hard_ns: hard bound at the anchor
 * @drift_q48: growth of both bounds with raw time, times 2^48
 * @void_raw: readings at or after this raw time are void
 * @monotonic: CLOCK_MONOTONIC at the instant, ns
 * @realtime: CLOCK_REALTIME at the instant, ns
 * @state: enum clocklink_state from here on
 * @set: times that CLOCK_REALTIME had been set until then
 */
struct clocklink_anchor {
	__s64 raw;
	__s64 time;
	__s64 rate_q48;
	__s64 slew_q48;
	__s64 slew_ns;
	__u64 bound_ns;
	__u64 hard_ns;
	__u64 drift_q48;
	__s64 void_raw;
	__s64 monotonic;
	__s64 realtime;
	__u32 state;
	__u32 set;
};

/**
 * struct clocklink_page - the time page
 * @magic: CLOCKLINK_PAGE_MAGIC
 * @version: CLOCKLINK_PAGE_VERSION
 * @size: bytes of this struct that are valid
 * @seq: odd while the kernel writes
 * @id: number N of /dev/clocklinkN
 * @node: own node id
 * @cluster: cluster id
 * @gen: raw generation
 * @disruptions: times that the raw clock was disturbed: what was read before
 *	says nothing about what is read after
 * @tai_offset: TAI - UTC at @now, s; 0: not known
 * @leap: enum clocklink_leap
 * @reserved: 0
 * @leap_time: cluster time from which the leap second counts in TAI - UTC, ns;
 *	0: none is known
 * @updates: number of writes, that of @now
 * @now: the clock now
 * @first: number of the oldest anchor kept; from it to @updates they are of one raw
 *	generation
 * @reserved2: 0
 * @anchor: the last ones, number n at n modulo CLOCKLINK_PAGE_ANCHORS; @now is
 *	among them
 */
struct clocklink_page {
	__u32 magic;
	__u32 version;
	__u32 size;
	__u32 seq;
	__u32 id;
	__u32 node;
	__u32 cluster;
	__u32 gen;
	__u32 disruptions;
	__s32 tai_offset;
	__u32 leap;
	__u32 reserved;
	__s64 leap_time;
	__u64 updates;
	struct clocklink_anchor now;
	__u64 first;
	__u64 reserved2[11];
	struct clocklink_anchor anchor[CLOCKLINK_PAGE_ANCHORS];
};

/**
 * struct clocklink_stamp - the system's clocks at one instant
 * @raw: CLOCK_MONOTONIC_RAW, ns
 * @monotonic: CLOCK_MONOTONIC, ns
 * @realtime: CLOCK_REALTIME, ns
 * @set: times that CLOCK_REALTIME had been set until then
 * @reserved: 0
 *
 * Those of the initial time namespace, as all of the page.
 */
struct clocklink_stamp {
	__s64 raw;
	__s64 monotonic;
	__s64 realtime;
	__u32 set;
	__u32 reserved;
};

/* On an open /dev/clocklinkN, for everybody. */
#define CLOCKLINK_IOC_STAMP _IOR(0xCD, 0x00, struct clocklink_stamp)

#endif /* _UAPI_LINUX_CLOCKLINK_PAGE_H */
