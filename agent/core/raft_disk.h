/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the disk knows, what is on its way there and what still has to be.
 *
 * Writes end in the order in which they began.  While CL_RAFT_WRITES_MAX of them
 * are under way, changes gather for the next.
 */
#ifndef _CL_CORE_RAFT_DISK_H
#define _CL_CORE_RAFT_DISK_H

#include "raft.h"

/**
 * struct cl_raft_flight - a write under way
 * @last: entries up to this one are durable when it ends; lower than it was
 *	written if memory has other entries since
 * @term: the term that it brings
 */
struct cl_raft_flight {
	u64 last;
	u32 term;
};

/**
 * struct cl_raft_disk - memory against disk
 * @begun: number of the last write that was begun
 * @done: number of the last that ended
 * @flight: the writes between, by number modulo CL_RAFT_WRITES_MAX
 * @durable: entries up to this one are on the disk as they are in memory
 * @term: the term on the disk
 * @unsaved: first entry that no write has yet
 * @from: the next write removes entries from this one on first, 0: none
 * @touched: term, vote or snapshot has to be written
 * @snap: a snapshot has to be written
 * @keep: with @snap: entries up to this one go
 */
struct cl_raft_disk {
	u64 begun;
	u64 done;
	struct cl_raft_flight flight[CL_RAFT_WRITES_MAX];
	u64 durable;
	u32 term;
	u64 unsaved;
	u64 from;
	bool touched;
	bool snap;
	u64 keep;
};

void cl_raft_disk_start(struct cl_raft_disk *d, u64 last, u32 term);
void cl_raft_disk_touch(struct cl_raft_disk *d);
void cl_raft_disk_cut(struct cl_raft_disk *d, u64 from);
void cl_raft_disk_snapshot(struct cl_raft_disk *d, u64 keep);
void cl_raft_disk_install(struct cl_raft_disk *d, u64 index);
u64 cl_raft_disk_next(const struct cl_raft_disk *d, u64 last);
bool cl_raft_disk_begin(struct cl_raft_disk *d, u64 last, u32 term,
			const struct cl_raft_snapshot *snap,
			struct cl_raft_write *w);
bool cl_raft_disk_end(struct cl_raft_disk *d, u64 number);

#endif /* _CL_CORE_RAFT_DISK_H */
