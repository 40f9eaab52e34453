/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Entries in memory.  Those up to @base are gone; what they made is in a snapshot.
 * Entries lie in one piece, so that messages and writes can point into it.
 */
#ifndef _CL_CORE_RAFT_LOG_H
#define _CL_CORE_RAFT_LOG_H

#include "raft.h"

/**
 * struct cl_raft_log - entries after a base
 * @entry: entries base + 1 to base + count, data in memory of their own
 * @end: bytes of all entries ever up to the one of the same place
 * @count: how many entries
 * @room: for how many there is memory
 * @base: index of the last that is gone, 0: none
 * @base_term: its term
 * @base_end: its @end
 */
struct cl_raft_log {
	struct cl_raft_entry *entry;
	u64 *end;
	u32 count;
	u32 room;
	u64 base;
	u32 base_term;
	u64 base_end;
};

void cl_raft_log_free(struct cl_raft_log *l);
void cl_raft_log_reset(struct cl_raft_log *l, u64 base, u32 base_term);
u64 cl_raft_log_last(const struct cl_raft_log *l);
u32 cl_raft_log_term(const struct cl_raft_log *l, u64 index);
const struct cl_raft_entry *cl_raft_log_at(const struct cl_raft_log *l,
					   u64 index);
u64 cl_raft_log_bytes(const struct cl_raft_log *l, u64 from, u64 to);
u32 cl_raft_log_batch(const struct cl_raft_log *l, u64 index);
u64 cl_raft_log_floor(const struct cl_raft_log *l, u64 index, u32 term);
u64 cl_raft_log_conf(const struct cl_raft_log *l, u64 after, u64 index);
int cl_raft_log_append(struct cl_raft_log *l, u32 term, enum cl_raft_kind kind,
		       const void *data, u32 len);
void cl_raft_log_truncate(struct cl_raft_log *l, u64 from);
void cl_raft_log_trim(struct cl_raft_log *l, u64 index);

#endif /* _CL_CORE_RAFT_LOG_H */
