/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Members of a cluster: sets of node ids, their bytes, and which set may follow
 * which.
 */
#ifndef _CL_CORE_RAFT_CONF_H
#define _CL_CORE_RAFT_CONF_H

#include "raft.h"

/* Bytes of the largest: two counts and the ids. */
#define CL_RAFT_CONF_BYTES (2 + 4 * CL_RAFT_MEMBERS_MAX)

void cl_raft_conf_insert(u32 *id, u8 *n, u32 node);
void cl_raft_conf_take_out(u32 *id, u8 *n, u32 node);
bool cl_raft_conf_votes(const struct cl_raft_conf *c, u32 node);
bool cl_raft_conf_learns(const struct cl_raft_conf *c, u32 node);
bool cl_raft_conf_has(const struct cl_raft_conf *c, u32 node);
u32 cl_raft_conf_honest(const struct cl_raft_conf *c);
u32 cl_raft_conf_quorum(const struct cl_raft_conf *c);
u32 cl_raft_conf_members(const struct cl_raft_conf *c,
			 u32 node[CL_RAFT_MEMBERS_MAX]);
bool cl_raft_conf_good(const struct cl_raft_conf *c);
bool cl_raft_conf_follows(const struct cl_raft_conf *old,
			  const struct cl_raft_conf *next, u32 *node);
u32 cl_raft_conf_encode(const struct cl_raft_conf *c,
			u8 buf[CL_RAFT_CONF_BYTES]);
bool cl_raft_conf_decode(struct cl_raft_conf *c, const u8 *buf, u32 len);

#endif /* _CL_CORE_RAFT_CONF_H */
