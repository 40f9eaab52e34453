/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The disk of a node: writes are atomic and in order, as transactions of one writer
 * are, and last a while; what has come up to the end of a write goes with the next.
 */
#ifndef _CS_DISK_H
#define _CS_DISK_H

#include "heap.h"
#include "image.h"
#include "scripts/lab/vtime/rng.h"

/**
 * struct cs_disk - a disk
 * @event: end of the write under way
 * @report: with @early: when writes are reported
 * @heap: when
 * @rng: of this disk
 * @image: what would be found after a power failure
 * @queue: writes that are not on it, ascending
 * @count: how many
 * @room: of @queue
 * @batch: how many of the first are under way
 * @told: how many of the first were reported already; only with @early
 * @mean_ns: mean of a write's duration, exponential, ns
 * @stalled_until: no write ends before, ns of true time
 * @full: writes fail
 * @failed: one has, and so do all after it until the next start
 * @early: planted fault: writes are reported before they are done
 * @done: a write ended; err is 0 or -errno. It may write again
 * @stored: the image has changed by a write
 * @ctx: for @done and @stored
 * @broken: a write did not fit what is there
 */
struct cs_disk {
	struct cs_event event;
	struct cs_event report;
	struct cs_heap *heap;
	struct vt_rng rng;
	struct cs_image image;
	struct cs_write *queue;
	size_t count;
	size_t room;
	size_t batch;
	size_t told;
	s64 mean_ns;
	s64 stalled_until;
	bool full;
	bool failed;
	bool early;
	void (*done)(void *ctx, u64 number, int err);
	void (*stored)(void *ctx);
	void *ctx;
	bool broken;
};

void cs_disk_init(struct cs_disk *d, struct cs_heap *heap);
void cs_disk_write(struct cs_disk *d, const struct cs_write *w);
void cs_disk_stall(struct cs_disk *d, s64 until);
void cs_disk_crash(struct cs_disk *d);
void cs_disk_free(struct cs_disk *d);

#endif /* _CS_DISK_H */
