/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hybrid Logical Clock on intervals of libclocklink (Kulkarni et al., "Logical
 * Physical Clocks", 2014): stamps that order causally related events everywhere and
 * stay within the clock's bound of true time.
 *
 * The physical part is the latest end of the interval, so a stamp is never before the
 * true time at which it was given; who waits until the clock is after its own stamp
 * (clocklink_hlc_wait) before telling anybody gets external consistency.
 */
#ifndef CLOCKLINK_HLC_H
#define CLOCKLINK_HLC_H

#include <clocklink.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Bytes of a stamp that sort as the stamps do. */
#define CLOCKLINK_HLC_BYTES 12

/**
 * struct clocklink_hlc_stamp - an HLC stamp
 * @time: cluster time, ns
 * @count: events at one @time
 */
struct clocklink_hlc_stamp {
	int64_t time;
	uint32_t count;
};

/* An HLC, to be made once per process and used by all its threads; opaque. */
struct clocklink_hlc;

int clocklink_hlc_new(const struct clocklink *c, int64_t max_ahead_ns,
		      struct clocklink_hlc **ret);
void clocklink_hlc_free(struct clocklink_hlc *h);
int clocklink_hlc_now(struct clocklink_hlc *h, struct clocklink_hlc_stamp *ret);
int clocklink_hlc_receive(struct clocklink_hlc *h,
			  const struct clocklink_hlc_stamp *theirs,
			  struct clocklink_hlc_stamp *ret);
int clocklink_hlc_wait(struct clocklink_hlc *h,
		       const struct clocklink_hlc_stamp *stamp,
		       int64_t timeout_ns);
int clocklink_hlc_compare(const struct clocklink_hlc_stamp *a,
			  const struct clocklink_hlc_stamp *b);
void clocklink_hlc_pack(const struct clocklink_hlc_stamp *stamp,
			unsigned char ret[CLOCKLINK_HLC_BYTES]);
void clocklink_hlc_unpack(const unsigned char bytes[CLOCKLINK_HLC_BYTES],
			  struct clocklink_hlc_stamp *ret);

#ifdef __cplusplus
}
#endif

#endif /* CLOCKLINK_HLC_H */
