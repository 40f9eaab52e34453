/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the kernel of the virtual-time lab and its controller know of each other.
 * The controller reads and writes the two structures in the memory of a kernel
 * that waits; it finds them by their symbols, vtime_clock and vtime_phc.
 */
#ifndef _VTIME_H
#define _VTIME_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include "kmod/core/types.h"
#endif

#define VTIME_MAGIC 0x656d69747674ULL

/**
 * struct vtime_base - one clock of the kernel as its timekeeping core keeps it
 * @ns: its time at @cycles, whole ns (CLOCK_REALTIME: since 1970)
 * @cycles: local time of the last update, ns
 * @frac: the rest, ns times 2^@shift
 * @mult: ns per cycle times 2^shift
 * @shift: see above
 *
 * time = ns + ((now - cycles) * mult + frac >> shift); a cycle is 1 ns of the
 * node's local time.
 */
struct vtime_base {
	u64 ns;
	u64 cycles;
	u64 frac;
	u32 mult;
	u32 shift;
};

/**
 * struct vtime_clock - clocks of the kernel, kept up to date by it
 * @magic: VTIME_MAGIC once valid
 * @real: CLOCK_REALTIME
 * @raw: CLOCK_MONOTONIC_RAW
 * @tai_s: CLOCK_TAI - CLOCK_REALTIME, s
 * @page: kernel address of the page that a process gave to /dev/vtime, 0: none
 * @pages: how often that happened
 */
struct vtime_clock {
	u64 magic;
	struct vtime_base real;
	struct vtime_base raw;
	s64 tai_s;
	u64 page;
	u64 pages;
};

#define VTIME_PHC_KNOTS 8192

/**
 * struct vtime_phc - free-running counter of the card's clock, written by the
 *                    controller before the node boots
 * @knots: entries in @knot, 0: the card has no clock
 * @granularity_ns: stamps are multiples of it
 * @read_ns: a reading from the host is late by up to this, uniformly
 * @knot: piecewise linear: counter at a local time, both in ps, rising
 */
struct vtime_phc {
	u32 knots;
	u32 granularity_ns;
	u64 read_ns;
	struct {
		u64 local;
		u64 counter;
	} knot[VTIME_PHC_KNOTS];
};

#ifdef __KERNEL__
/* Exported to the card's driver. */
extern struct vtime_phc vtime_phc;
u64 vtime_phc_counter(u64 local_ns);
u64 vtime_local_ns(void);
#endif

/* Frames between the controller and a node's card driver (network byte order). */
#define VTIME_ETH_STAMP 0x88b5 /* a transmit stamp comes back */
#define VTIME_ETH_EXEC 0x88b6 /* payload: a command line, 0-terminated */

/**
 * struct vtime_trailer - at the end of each frame of a card that has a clock
 * @magic: VTIME_TRAILER, big endian
 * @id: to the controller: wants a stamp by this id, 0: none; from it: 0
 * @stamp: from the controller: counter at arrival, ns, big endian
 *
 * A stamp frame has the same structure as its payload: @id names the frame that
 * left when the counter was @stamp.
 */
struct vtime_trailer {
	u32 magic;
	u32 id;
	u64 stamp;
};

#define VTIME_TRAILER 0x76747472

#endif /* _VTIME_H */
