/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A disk for SQLite that fails, stalls, or loses power: of what was written after the
 * last sync of a file any sectors may be lost.
 */
#ifndef _CL_TEST_CRASHVFS_H
#define _CL_TEST_CRASHVFS_H

#include "kmod/core/types.h"

/**
 * struct crashvfs - what the disk does; set by tests
 * @stall: syncs wait as long as it is set
 * @stalled: one is waiting
 * @writes: writes, truncations and syncs so far
 * @crash_at: at this one and from then on nothing gets to the disk, 0: never
 * @full_at: from this one on a write finds no room, 0: never
 * @sync_at: from this one on a sync fails, 0: never
 */
struct crashvfs {
	_Atomic bool stall;
	_Atomic bool stalled;
	_Atomic unsigned int writes;
	_Atomic unsigned int crash_at;
	_Atomic unsigned int full_at;
	_Atomic unsigned int sync_at;
};

extern struct crashvfs crashvfs;

void crashvfs_use(void);
void crashvfs_power(unsigned int seed);

#endif /* _CL_TEST_CRASHVFS_H */
