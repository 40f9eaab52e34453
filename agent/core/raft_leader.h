/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The leader's part: it makes entries, brings them to the members, and knows what
 * is committed and how long it leads for sure.
 */
#ifndef _CL_CORE_RAFT_LEADER_H
#define _CL_CORE_RAFT_LEADER_H

#include "raft_node.h"

void cl_raft_leader_begin(struct cl_raft *r);
void cl_raft_leader_end(struct cl_raft *r);
void cl_raft_leader_members(struct cl_raft *r);
void cl_raft_leader_commit(struct cl_raft *r);
void cl_raft_leader_push(struct cl_raft *r);
void cl_raft_leader_run(struct cl_raft *r);
s64 cl_raft_leader_deadline(const struct cl_raft *r);
s64 cl_raft_leader_lease(const struct cl_raft *r);
void cl_raft_leader_append_reply(struct cl_raft *r,
				 const struct cl_raft_msg *m);
void cl_raft_leader_snapshot_reply(struct cl_raft *r,
				   const struct cl_raft_msg *m);
const struct cl_raft_peer *cl_raft_leader_peer(const struct cl_raft *r,
					       u32 node);

#endif /* _CL_CORE_RAFT_LEADER_H */
