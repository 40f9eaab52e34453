/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The way of frames from one node to another, one direction.
 */
#ifndef _VT_PATH_H
#define _VT_PATH_H

#include "delay.h"

/* A path of no delay would leave nodes no time to run on their own. */
#define VT_PATH_MIN_PS 1000000LL /* 1 us */
/* Preamble, check sequence and gap of Ethernet, which take time on the wire. */
#define VT_PATH_FRAMING 24

/**
 * struct vt_path - one direction of a link
 * @delay: one-way delay
 * @extra_ps: constant addition: another route, an attack; may be negative
 * @asym_ps: constant addition: asymmetry; may be negative
 * @loss: probability that a frame is lost
 * @dup: probability that it arrives twice
 * @reorder: probability that it is held back by @reorder_ps
 * @reorder_ps: how long
 * @rate: bit/s, adds serialisation and queueing; 0: infinite
 * @queue_ps: frames that would wait longer for the wire are lost; 0: no limit
 * @fifo: frames do not overtake each other, but for those held back
 * @cut: nothing gets through
 * @rng: its stream
 * @busy_until: the wire is busy, global ps
 * @last: latest arrival so far but for frames held back, global ps
 */
struct vt_path {
	struct vt_delay delay;
	s64 extra_ps;
	s64 asym_ps;
	double loss;
	double dup;
	double reorder;
	s64 reorder_ps;
	double rate;
	s64 queue_ps;
	bool fifo;
	bool cut;
	struct vt_rng rng;
	s64 busy_until;
	s64 last;
};

unsigned int vt_path_send(struct vt_path *p, s64 global_ps, size_t bytes,
			  s64 ret_at[2]);
s64 vt_path_min(const struct vt_path *p);

#endif /* _VT_PATH_H */
