/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Snapshots: making them, and taking over those of a leader.
 */
#ifndef _CL_CORE_RAFT_SNAPSHOT_H
#define _CL_CORE_RAFT_SNAPSHOT_H

#include "raft_node.h"

int cl_raft_snapshot_hold(struct cl_raft *r, const struct cl_raft_snapshot *s);
void cl_raft_snapshot_take(struct cl_raft *r);
void cl_raft_snapshot_forget(struct cl_raft *r);
void cl_raft_snapshot_receive(struct cl_raft *r, const struct cl_raft_msg *m);

#endif /* _CL_CORE_RAFT_SNAPSHOT_H */
