/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The last rounds, as far as looks and updates tell of them.
 */
#ifndef _CL_MONITOR_ROUNDS_H
#define _CL_MONITOR_ROUNDS_H

#include "agent/watch/look.h"

#define CL_ROUNDS_SIZE 1024

/**
 * struct cl_round - the rounds between two looks
 * @utc_ns: of the second look
 * @term: term of the leader
 * @round: last of the rounds
 * @rounds: their number, as counted by this node
 * @leader: who led it, 0: not known
 * @interval_ns: time until the next round
 * @bound_ns: the leader's, U64_MAX: not known, or without limit
 * @state: enum clocklink_state of the leader, if @has_state
 * @has_state: it is known
 * @requests: requests that this node has sent meanwhile
 * @responses: responses that came
 * @lost: messages that did not
 */
struct cl_round {
	s64 utc_ns;
	u32 term;
	u32 round;
	u64 rounds;
	u32 leader;
	u64 interval_ns;
	u64 bound_ns;
	u32 state;
	bool has_state;
	u64 requests;
	u64 responses;
	u64 lost;
};

/**
 * struct cl_rounds - the log
 * @round: ring, the last one at @n - 1
 * @n: how many there were
 * @update: the last update of a leader
 * @has_before: those up to @lost are of the look before
 * @counted: rounds
 * @requests: requests sent
 * @responses: responses accepted
 * @lost: messages that never came
 */
struct cl_rounds {
	struct cl_round round[CL_ROUNDS_SIZE];
	u64 n;
	struct cl_nl_update update;
	bool has_before;
	u64 counted;
	u64 requests;
	u64 responses;
	u64 lost;
};

void cl_rounds_update(struct cl_rounds *r, const struct cl_nl_update *u);
void cl_rounds_look(struct cl_rounds *r, const struct cl_look *look);

#endif /* _CL_MONITOR_ROUNDS_H */
