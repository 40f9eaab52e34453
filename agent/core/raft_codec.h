/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Messages of Raft as bytes, all numbers big-endian:
 *
 *	u8 version, u8 type, u16 flags (1 granted, 2 refused, 4 transfer)
 *	u32 from, to, term, log_term
 *	u64 index, commit, seq
 *	u32 offset, size
 *	append:   u16 entries, each u32 term, u8 kind, u32 length, data
 *	snapshot: u64 index, u32 term, u8 length, members, u32 length, data
 *
 * Frames, and who has sent one, are the transport's.
 */
#ifndef _CL_CORE_RAFT_CODEC_H
#define _CL_CORE_RAFT_CODEC_H

#include "raft.h"

#define CL_RAFT_VERSION 1

/* No message of a node is longer. */
#define CL_RAFT_MSG_MAX (56 * 1024)

int cl_raft_encode(const struct cl_raft_msg *m, u8 *buf, size_t size);
int cl_raft_decode(struct cl_raft_msg *m,
		   struct cl_raft_entry entry[CL_RAFT_BATCH_MAX], const u8 *buf,
		   size_t len);

#endif /* _CL_CORE_RAFT_CODEC_H */
