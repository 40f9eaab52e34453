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
 * struct vt_truth - where it goes
 * @file: one JSON object per line
 * @clock_addr: address of vtime_clock in the kernel
 */
struct vt_truth {
	FILE *file;
	u64 clock_addr;
};

int vt_truth_open(struct vt_truth *t, const char *path, u64 clock_addr);
int vt_truth_close(struct vt_truth *t);
void vt_truth_sample(struct vt_truth *t, const struct vt_node *n, s64 global);

#endif /* _VT_TRUTH_H */
