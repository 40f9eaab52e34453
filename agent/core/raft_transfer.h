/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Giving the lead to another voter.
 */
#ifndef _CL_CORE_RAFT_TRANSFER_H
#define _CL_CORE_RAFT_TRANSFER_H

#include "raft_node.h"

void cl_raft_transfer_push(struct cl_raft *r);
void cl_raft_transfer_run(struct cl_raft *r);
s64 cl_raft_transfer_deadline(const struct cl_raft *r);
void cl_raft_transfer_leave(struct cl_raft *r);
void cl_raft_transfer_timeout_now(struct cl_raft *r,
				  const struct cl_raft_msg *m);

#endif /* _CL_CORE_RAFT_TRANSFER_H */
