/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rounds: when the leader asks and tells, and what a follower obeys.
 *
 *	leader    request r     update r+1    request r+1   update r+2
 *	          |-- interval/2 --|-- interval/2 --|
 *
 * While all followers are locked, nobody is suspected and nothing happens, the interval grows with
 * the time that this has lasted.
 *
 * The leader is named in the settings, or is the one that was elected.  Its own
 * clock is the cluster's: it steers itself by the line that its clock is on, and so
 * never steps it.
 */
#ifndef _CL_CORE_ROUND_H
#define _CL_CORE_ROUND_H

#include "guard.h"
#include "io.h"
#include "kmod/core/cltime.h"
#include "kmod/core/types.h"

#define CL_ROUND_NEVER S64_MAX

/* Followers hold over after so many silent intervals, but not before 1 s. */
#define CL_ROUND_EXPIRY_INTERVALS 5
#define CL_ROUND_EXPIRY_MIN_NS CL_NS_PER_SEC

/* With so few peers nobody can check the leader. */
#define CL_ROUND_VERIFY_PEERS 2

/* What the engine has refused is tried again after this. */
#define CL_ROUND_RETRY_NS CL_NS_PER_SEC

/*
 * With interval-max, the interval is this part of the quiet time, and the leader
 * looks at its followers once per interval within these limits.
 */
#define CL_ROUND_QUIET_DIV 100
#define CL_ROUND_LOOK_MIN_NS (100 * CL_NS_PER_MS)
#define CL_ROUND_LOOK_MAX_NS CL_NS_PER_SEC

/*
 * Cluster time by a new leader may differ from that by the old one, by up to the
 * bound that its clock had when it took over.  A line that begins at the old time
 * and goes over to the new one at this rate is within all bounds that were ever
 * published, and within those of the new leader if its own begin with that bound
 * and shrink by as much; the line is drawn that slowly because a time scale that
 * bends by more would be worse than the oscillators.  1e-6 is 1 us per second.
 */
#define CL_ROUND_SETTLE_PPM 1

/*
 * Whose lease is over does not know whether another one leads already: from then on
 * its bound grows by this, 1e-12, twice as fast as lines change, for its oscillator.
 */
#define CL_ROUND_ALONE_PPT (2 * CL_ROUND_SETTLE_PPM * 1000000ULL)

/* Meanwhile the engine gets the new bound so often. */
#define CL_ROUND_SETTLE_NS (CL_NS_PER_SEC / 2)

/* The clock of an elected leader reaches its line within this, or an interval. */
#define CL_ROUND_LEAD_NS CL_NS_PER_SEC

/* What became of an update. */
enum cl_round_verdict {
	CL_ROUND_TAKEN,
	CL_ROUND_NOT_FOLLOWING, /* no instance, no leader, or own node leads */
	CL_ROUND_NOT_LEADER, /* sender is not the leader */
	CL_ROUND_BAD_VALUE, /* attribute missing or out of range */
	CL_ROUND_NOT_USABLE, /* sender has no time to give */
	CL_ROUND_OLD_TERM,
	CL_ROUND_NEW_TERM, /* the news of the election has not come yet */
	CL_ROUND_OLD_ROUND, /* repeated or overtaken */
	CL_ROUND_DOUBTED, /* the guard does not believe it */
	CL_ROUND_REFUSED, /* the engine did not take it */
};

typedef enum cl_guard_verdict (*cl_round_ask_fn)(void *ctx,
						 const struct cl_nl_update *u,
						 struct cl_guard_answer *ret);

/**
 * struct cl_round_told - what whoever composes the node has told
 * @elected: leader and term are those of an election, not those of the settings
 * @leader: who was elected, 0: not known
 * @term: its term
 * @lease: may lead until then, io time
 * @epoch: of the replicated state
 * @tai_offset_s: TAI - UTC as was agreed, 0: not known
 * @leap: enum clocklink_leap, goes with @tai_offset_s
 * @suspects: the own judge has somebody under suspicion
 * @ask: guard, NULL: none
 * @ctx: for @ask
 *
 * It outlives the instance.
 */
struct cl_round_told {
	bool elected;
	u32 leader;
	u32 term;
	s64 lease;
	u32 epoch;
	s32 tai_offset_s;
	u32 leap;
	bool suspects;
	cl_round_ask_fn ask;
	void *ctx;
};

/**
 * struct cl_round - rounds of one node
 * @io: the world
 * @told: what whoever composes the node has told
 * @inst: settings, valid if @present; its leader is the one who was elected
 * @present: there is an instance
 * @state: last known state of the clock, enum clocklink_state
 * @failing: bit by action: its last engine call failed, and that was logged
 * @again: the engine is told again who was elected, io time
 * @next: leader: instant of the next action, io time
 * @leading: leader: the engine took our line
 * @lapsed: leader: silent, as the lease has run out
 * @outranked: leader: higher term that the engine knows, 0: none
 * @update_due: leader: the next action is an update, not a request
 * @term: leader: own term; follower: highest term obeyed
 * @round: leader: current round; follower: last round obeyed or doubted
 * @interval_ns: leader: time between two rounds now
 * @quiet: leader: nothing has happened since, io time
 * @look: leader: next look at the followers, io time
 * @changes: leader: changes of peers at the last look
 * @refresh: leader: @line is given again from here on, io time
 * @line: leader: own steering command; the map only until the engine has it
 * @took_over: leader: began to lead, io time
 * @bound_ns: leader: bound of the clock then
 * @hard_ns: leader: hard bound of the clock then
 * @seen: follower: @round and @gen are valid
 * @gen: follower: raw generation of the leader
 * @logged: follower: bit by verdict: logged since settings or term changed
 */
struct cl_round {
	struct cl_io *io;
	struct cl_round_told told;
	struct cl_nl_instance inst;
	bool present;
	u32 state;
	u16 failing;
	s64 again;
	s64 next;
	bool leading;
	bool lapsed;
	u32 outranked;
	bool update_due;
	u32 term;
	u32 round;
	s64 interval_ns;
	s64 quiet;
	s64 look;
	u64 changes;
	s64 refresh;
	struct cl_nl_steer line;
	s64 took_over;
	u64 bound_ns;
	u64 hard_ns;
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

/* In a cluster. */
void cl_round_elect(struct cl_round *r, u32 leader, u32 term);
void cl_round_lease(struct cl_round *r, s64 until);
void cl_round_line(struct cl_round *r, const struct cl_map *line);
void cl_round_utc(struct cl_round *r, s32 tai_offset_s, u32 leap);
void cl_round_epoch(struct cl_round *r, u32 epoch);
void cl_round_suspect(struct cl_round *r, bool suspects);
void cl_round_guard(struct cl_round *r, cl_round_ask_fn ask, void *ctx);

#endif /* _CL_CORE_ROUND_H */
