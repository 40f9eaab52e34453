/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Random numbers: every oscillator, path and node has a stream of its own, so
 * that a change to one does not shift the numbers of another.
 */
#ifndef _VT_RNG_H
#define _VT_RNG_H

#include "kmod/core/types.h"

/* What a stream is for; part of its seed. */
enum vt_stream {
	VT_STREAM_SETUP, /* what a scenario line draws at the start */
	VT_STREAM_OSC,
	VT_STREAM_PHC,
	VT_STREAM_PATH,
	VT_STREAM_NOISE,
	VT_STREAM_GUEST,
	VT_STREAM_FAULTS,
	VT_STREAM_NET,
	VT_STREAM_DISK,
	VT_STREAM_NODE,
	VT_STREAM_CLIENT,
};

/**
 * struct vt_rng - one stream (splitmix64)
 * @s: state
 */
struct vt_rng {
	u64 s;
};

void vt_rng_init(struct vt_rng *r, u64 seed, enum vt_stream stream, u32 a,
		 u32 b);
u64 vt_rng_next(struct vt_rng *r);
double vt_rng_uniform(struct vt_rng *r);
double vt_rng_normal(struct vt_rng *r);
double vt_rng_exp(struct vt_rng *r);
double vt_rng_gamma(struct vt_rng *r, double shape);

#endif /* _VT_RNG_H */
