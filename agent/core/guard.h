/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A follower's guard: is an update to be obeyed?  It gathers what the rules of
 * check.h, pace.h and join.h want to know from the engine, and asks them.
 *
 * Clocks are compared with what the update would make of the own one.  Two of them
 * may differ by what their measurements are wrong by and by the asymmetry of three
 * paths: peer to leader, own node to leader, own node to peer.  The bounds that are
 * published assume as much, so an honest leader is never beyond.
 */
#ifndef _CL_CORE_GUARD_H
#define _CL_CORE_GUARD_H

#include "check.h"
#include "io.h"
#include "join.h"
#include "pace.h"
#include "state.h"

/* Peers that are remembered. */
#define CL_GUARD_KNOWN 64

/* A peer counts that has told its time within so many turns of probes, or this. */
#define CL_GUARD_FRESH_TURNS 5
#define CL_GUARD_FRESH_NS (5 * CL_NS_PER_SEC)

/*
 * Who has not been heard for longer than this may have held over, and slews what it was
 * wrong by: with ten deviations of the frequency, so in a fifth of that time for two
 * of them.  It does not count for half of it, but not longer than the last.
 */
#define CL_GUARD_GAP_NS (10 * CL_NS_PER_SEC)
#define CL_GUARD_GAP_MAX_NS (600 * CL_NS_PER_SEC)

/* What estimates were wrong by lately counts on for so long, less and less. */
#define CL_GUARD_HOLD_NS (8 * CL_NS_PER_SEC)

/* A voter that has not answered for so long need not agree, if a majority does. */
#define CL_GUARD_PATIENCE_NS (10 * CL_NS_PER_SEC)

/* To list the peers costs the engine some time for each of them. */
#define CL_GUARD_LIST_NS (4 * CL_NS_PER_MS)

enum cl_guard_verdict {
	CL_GUARD_OBEY,
	CL_GUARD_REFUSE, /* the clock goes on as it did */
	CL_GUARD_HOLD, /* hold over, the bound wider by widen_ns and growing */
};

/**
 * struct cl_guard_answer - what became of an update
 * @verdict: what to do
 * @no_confidence: tell the voters that this leader is not believed
 * @unverified: there is nobody to check it with
 * @widen_ns: CL_GUARD_HOLD: by how much
 * @widen_ppt: and how fast that grows, 1e-12
 * @why: of a refusal, in words with figures; else empty
 */
struct cl_guard_answer {
	enum cl_guard_verdict verdict;
	bool no_confidence;
	bool unverified;
	u64 widen_ns;
	u64 widen_ppt;
	char why[160];
};

/**
 * struct cl_guard_peer - a peer that has told its time
 * @node: node id
 * @gen: its raw generation
 * @good: its time counted when the peers were listed last
 * @lost: since when it does not, io time
 * @from: it counts again from then on, io time
 * @paced: its oscillator is one of those of R5
 */
struct cl_guard_peer {
	u32 node;
	u32 gen;
	bool good;
	s64 lost;
	s64 from;
	bool paced;
};

/**
 * struct cl_guard_own - the own clock, as it was when an update was obeyed last
 * @known: there was one
 * @sigma_ns: standard deviation of the clock
 * @freq_ppb: and of its frequency
 * @wander_ppb: wander of the oscillators, per root of s
 * @limited: times that the slew limit had held it back
 * @term: of that update
 */
struct cl_guard_own {
	bool known;
	double sigma_ns;
	double freq_ppb;
	double wander_ppb;
	u64 limited;
	u32 term;
};

/**
 * struct cl_guard - the guard of one node
 * @io: the world
 * @state: what was agreed upon: voters, who is isolated
 * @check: R4
 * @pace: R5
 * @gen: own raw generation, valid if @asked
 * @asked: there was an update
 * @when: last one, io time
 * @leader: its sender
 * @term: its term
 * @known: peers that have told their time
 * @n_known: number of @known
 * @drawn: those that are asked about updates
 * @n_drawn: number of @drawn
 * @draw: others are drawn, io time
 * @pace_at: rates are added again, io time
 * @floor_ns: B0 at @when, with what it was before
 * @own: the own clock
 * @doubted: the last update of the current term that was compared was refused
 * @alone: updates refused since nobody else contradicts the leader any more
 * @joining: the clock has no time
 * @join: since then, io time
 * @last: last answer, for the eyes of who shows it
 * @refused: updates refused, of all leaders
 * @logged: that the leader of the current term is refused
 * @relented: and that it is obeyed after that
 */
struct cl_guard {
	struct cl_io *io;
	const struct cl_state *state;
	struct cl_check check;
	struct cl_pace pace;
	u32 gen;
	bool asked;
	s64 when;
	u32 leader;
	u32 term;
	struct cl_guard_peer known[CL_GUARD_KNOWN];
	unsigned int n_known;
	u32 drawn[CL_CHECK_PEERS];
	unsigned int n_drawn;
	s64 draw;
	s64 pace_at;
	double floor_ns;
	struct cl_guard_own own;
	bool doubted;
	unsigned int alone;
	bool joining;
	s64 join;
	struct cl_guard_answer last;
	u64 refused;
	bool logged;
	bool relented;
};

void cl_guard_init(struct cl_guard *g, struct cl_io *io);
void cl_guard_update(struct cl_guard *g, const struct cl_state *state,
		     const struct cl_nl_instance *inst, u32 clock_state,
		     const struct cl_nl_update *u, struct cl_guard_answer *ret);

#endif /* _CL_CORE_GUARD_H */
