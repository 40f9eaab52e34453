/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The truth: what every clock says at one true instant.
 *
 * The clocks of a kernel that waits are numbers in its memory.  They are read
 * from outside and evaluated here, so the nodes are not disturbed.
 */
#ifndef _VT_TRUTH_H
#define _VT_TRUTH_H

#include <stdio.h>

#include "node.h"

/**
 * struct vt_truth_stamp - clocks of a node at an earlier sample
 * @t: true time, ns; 0: none is remembered
 * @raw: CLOCK_MONOTONIC_RAW, ns
 * @real: CLOCK_REALTIME, ns
 */
struct vt_truth_stamp {
	s64 t;
	s64 raw;
	s64 real;
};

/**
 * struct vt_truth_node - what is remembered of a node
 * @stamp: what is asked for until it has forgotten it
 * @raw: CLOCK_MONOTONIC_RAW at the sample before, ns
 * @updates: writes to its page until then, 0: there was none
 */
struct vt_truth_node {
	struct vt_truth_stamp stamp;
	s64 raw;
	u64 updates;
};

/**
 * struct vt_truth - where it goes
 * @file: one JSON object per line
 * @clock_addr: address of vtime_clock in the kernel
 * @node: what is remembered, by node
 */
struct vt_truth {
	FILE *file;
	u64 clock_addr;
	struct vt_truth_node *node;
};

int vt_truth_open(struct vt_truth *t, const char *path, unsigned int nodes);
int vt_truth_close(struct vt_truth *t);
void vt_truth_sample(struct vt_truth *t, const struct vt_node *n, s64 global);

#endif /* _VT_TRUTH_H */
