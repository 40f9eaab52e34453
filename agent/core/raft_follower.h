/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The follower's part: it takes the entries of the leader.
 */
#ifndef _CL_CORE_RAFT_FOLLOWER_H
#define _CL_CORE_RAFT_FOLLOWER_H

#include "raft_node.h"

bool cl_raft_follower_obeys(struct cl_raft *r, const struct cl_raft_msg *m);
void cl_raft_follower_append(struct cl_raft *r, const struct cl_raft_msg *m);
void cl_raft_follower_saved(struct cl_raft *r);

#endif /* _CL_CORE_RAFT_FOLLOWER_H */
