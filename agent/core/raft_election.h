/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Elections: time-outs, pre-votes, votes.
 */
#ifndef _CL_CORE_RAFT_ELECTION_H
#define _CL_CORE_RAFT_ELECTION_H

#include "raft_node.h"

bool cl_raft_election_may(const struct cl_raft *r);
void cl_raft_election_rearm(struct cl_raft *r);
void cl_raft_election_run(struct cl_raft *r);
void cl_raft_election_campaign(struct cl_raft *r, bool forced);
void cl_raft_election_saved(struct cl_raft *r);
void cl_raft_election_distrust(struct cl_raft *r, u32 term);
void cl_raft_election_prevote(struct cl_raft *r, const struct cl_raft_msg *m);
void cl_raft_election_prevote_reply(struct cl_raft *r,
				    const struct cl_raft_msg *m);
void cl_raft_election_vote(struct cl_raft *r, const struct cl_raft_msg *m);
void cl_raft_election_vote_reply(struct cl_raft *r,
				 const struct cl_raft_msg *m);

#endif /* _CL_CORE_RAFT_ELECTION_H */
