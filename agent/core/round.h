/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rounds: when the leader asks and tells, and what a follower obeys.
 *
 *	leader    request r     update r+1    request r+1   update r+2
 *	          |-- interval/2 --|-- interval/2 --|
 *
 * While all followers are locked and nothing happens, the interval grows with
 * the time that this has lasted.
 *
 * The leader is named in the settings.  Its own clock is the cluster's: it
 * steers itself by the line that its clock is on, and so never steps it.
 */
#ifndef _CL_CORE_ROUND_H
#define _CL_CORE_ROUND_H

#include "io.h"
#include "kmod/core/types.h"

#define CL_ROUND_NEVER S64_MAX

/* Followers hold over after so many silent intervals, but not before 1 s. */
#define CL_ROUND_EXPIRY_INTERVALS 5
#define CL_ROUND_EXPIRY_MIN_NS CL_NS_PER_SEC

/* With so few peers nobody can check the leader. */
#define CL_ROUND_VERIFY_PEERS 2

/* A leader that was refused tries again after this. */
#define CL_ROUND_RETRY_NS CL_NS_PER_SEC

/*
 * With interval-max, the interval is this part of the quiet time, and the leader
 * looks at its followers once per interval within these limits.
 */
#define CL_ROUND_QUIET_DIV 100
#define CL_ROUND_LOOK_MIN_NS (100 * CL_NS_PER_MS)
#define CL_ROUND_LOOK_MAX_NS CL_NS_PER_SEC

/* What became of an update. */
enum cl_round_verdict {
	CL_ROUND_TAKEN,
	CL_ROUND_NOT_FOLLOWING, /* no instance, no leader, or own node leads */
	CL_ROUND_NOT_LEADER, /* sender is not the leader of the settings */
	CL_ROUND_BAD_VALUE, /* attribute missing or out of range */
	CL_ROUND_NOT_USABLE, /* sender has no time to give */
	CL_ROUND_OLD_TERM,
	CL_ROUND_OLD_ROUND, /* repeated or overtaken */
	CL_ROUND_REFUSED, /* the engine did not take it */
};

/**
 * struct cl_round - rounds of one node
 * @io: the world
 * @inst: settings, valid if @present
 * @present: there is an instance
 * @state: last known state of the clock, enum clocklink_state
 * @failing: bit by action: its last engine call failed, and that was logged
 * @next: leader: instant of the next action, io time
 * @leading: leader: the engine took our line
 * @update_due: leader: the next action is an update, not a request
 * @term: leader: own term; follower: highest term obeyed
 * @round: leader: current round; follower: last round obeyed
 * @interval_ns: leader: time between two rounds now
 * @quiet: leader: nothing has happened since, io time
 * @look: leader: next look at the followers, io time
 * @changes: leader: changes of peers at the last look
 * @refresh: leader: @line is given again from here on, io time
 * @line: leader: own steering command; the map only until the engine has it
 * @seen: follower: @round and @gen are valid
 * @gen: follower: raw generation of the leader
 * @logged: follower: bit by verdict: logged since settings or term changed
 */
struct cl_round {
	struct cl_io *io;
	struct cl_nl_instance inst;
	bool present;
	u32 state;
	u8 failing;
	s64 next;
	bool leading;
	bool update_due;
	u32 term;
	u32 round;
	s64 interval_ns;
	s64 quiet;
	s64 look;
	u64 changes;
	s64 refresh;
	struct cl_nl_steer line;
	bool seen;
	u32 gen;
	u32 logged;
};

void cl_round_init(struct cl_round *r, struct cl_io *io);
void cl_round_settings(struct cl_round *r, const struct cl_nl_instance *inst);
void cl_round_state(struct cl_round *r, u32 state);
enum cl_round_verdict cl_round_update(struct cl_round *r,
				      const struct cl_nl_update *u);
s64 cl_round_deadline(const struct cl_round *r);
void cl_round_run(struct cl_round *r);

#endif /* _CL_CORE_ROUND_H */
