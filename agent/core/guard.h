/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A follower's guard: is an update to be obeyed?  It gathers what the rules of
 * check.h, pace.h and join.h want to know from the engine, and asks them.
 */
#ifndef _CL_CORE_GUARD_H
#define _CL_CORE_GUARD_H

#include "check.h"
#include "io.h"
#include "join.h"
#include "pace.h"
#include "state.h"

enum cl_guard_verdict {
	CL_GUARD_OBEY,
	CL_GUARD_REFUSE, /* the clock goes on as it did */
	CL_GUARD_HOLD, /* hold over, the bound wider by widen_ns */
};

/**
 * struct cl_guard_answer - what became of an update
 * @verdict: what to do
 * @no_confidence: tell the voters that this leader is not believed
 * @unverified: there is nobody to check it with
 * @widen_ns: CL_GUARD_HOLD: by how much
 * @why: of a refusal, in words with figures; else empty
 */
struct cl_guard_answer {
	enum cl_guard_verdict verdict;
	bool no_confidence;
	bool unverified;
	u64 widen_ns;
	char why[160];
};

/**
 * struct cl_guard - the guard of one node
 * @io: the world
 * @state: what was agreed upon: voters, who is isolated
 * @check: R4
 * @pace: R5
 * @last: last answer, for the eyes of who shows it
 * @refused: updates refused, of all leaders
 * @logged: that the leader of the current term is refused
 */
struct cl_guard {
	struct cl_io *io;
	const struct cl_state *state;
	struct cl_check check;
	struct cl_pace pace;
	struct cl_guard_answer last;
	u64 refused;
	bool logged;
};

void cl_guard_init(struct cl_guard *g, struct cl_io *io);
void cl_guard_update(struct cl_guard *g, const struct cl_state *state,
		     const struct cl_nl_instance *inst, u32 clock_state,
		     const struct cl_nl_update *u, struct cl_guard_answer *ret);

#endif /* _CL_CORE_GUARD_H */
