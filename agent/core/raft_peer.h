/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One member as the leader sees it: what is sent to it, and what its answers tell.
 */
#ifndef _CL_CORE_RAFT_PEER_H
#define _CL_CORE_RAFT_PEER_H

#include "raft_node.h"

void cl_raft_peer_start(const struct cl_raft *r, struct cl_raft_peer *p,
			u32 node);
bool cl_raft_peer_answers(const struct cl_raft *r,
			  const struct cl_raft_peer *p);
bool cl_raft_peer_caught_up(const struct cl_raft *r,
			    const struct cl_raft_peer *p);
bool cl_raft_peer_refuses(const struct cl_raft *r,
			  const struct cl_raft_peer *p);
s64 cl_raft_peer_due(const struct cl_raft *r, const struct cl_raft_peer *p);
void cl_raft_peer_push(struct cl_raft *r, struct cl_raft_peer *p);
void cl_raft_peer_append_reply(struct cl_raft *r, struct cl_raft_peer *p,
			       const struct cl_raft_msg *m);
void cl_raft_peer_snapshot_reply(struct cl_raft *r, struct cl_raft_peer *p,
				 const struct cl_raft_msg *m);
void cl_raft_peer_stamp(struct cl_raft *r, struct cl_raft_msg *m);

#endif /* _CL_CORE_RAFT_PEER_H */
