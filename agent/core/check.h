/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a follower asks itself before it obeys an update: would most of those that
 * it measures, its own clock among them, make the same correction?
 *
 * From four nodes on one liar is outvoted.  Of three the follower cannot say who is
 * wrong, leader or peer: it holds over with a bound that covers both.  Of two it
 * obeys and says that nobody has verified it.
 */
#ifndef _CL_CORE_CHECK_H
#define _CL_CORE_CHECK_H

#include "gate.h"

/* Peers that are asked, at most. */
#define CL_CHECK_PEERS 8

/* A source agrees within so many floors. */
#define CL_CHECK_GATE 1.5

/*
 * Refusals in a row, in rounds, until there is no confidence.  Slow: our own clock
 * agrees with the leader, so it may be that we have met peers that lie.  Until then
 * others have been drawn three times, every CL_CHECK_REDRAW rounds.
 */
#define CL_CHECK_REFUSALS 3.0
#define CL_CHECK_REFUSALS_SLOW 30.0
#define CL_CHECK_REDRAW 10

/* So many sources outvote one liar; fewer must all be against the leader. */
#define CL_CHECK_OUTVOTE 3

/* What to do with an update. */
enum cl_check_verdict {
	CL_CHECK_ACCEPT,
	CL_CHECK_REFUSE, /* go on with the own frequency */
	CL_CHECK_NO_CONFIDENCE, /* the same, and tell the voters */
};

/* Why it was refused. */
enum cl_check_reason {
	CL_CHECK_NO_REASON,
	CL_CHECK_DISAGREE, /* too few sources agree */
	CL_CHECK_PACE, /* no set of oscillators has changed like that */
};

/**
 * struct cl_check_source - a peer
 * @offset_ns: its clock minus ours
 * @sigma_ns: standard deviation of it, what the peer's clock may be wrong by
 *	included; above 0
 */
struct cl_check_source {
	double offset_ns;
	double sigma_ns;
};

/**
 * struct cl_check_ask - an update that wants to be obeyed
 * @now: time, ns; only differences count
 * @term: of the leader
 * @correction_ns: what our clock is to be moved by
 * @floor_ns: B0, by cl_gate_floor() from the estimates of leader and peers
 * @locked: our clock has been synchronized
 * @own_sigma_ns: standard deviation of our clock if it goes on alone
 * @peers: peers with a usable clock, neither isolated nor demoted, without the
 *	leader
 * @n: number of @peers; those beyond CL_CHECK_PEERS do not count
 * @too_fast: cl_pace_judge() says no
 */
struct cl_check_ask {
	s64 now;
	u32 term;
	double correction_ns;
	double floor_ns;
	bool locked;
	double own_sigma_ns;
	const struct cl_check_source *peers;
	unsigned int n;
	bool too_fast;
};

/**
 * struct cl_check_answer - what became of it
 * @verdict: what to do
 * @reason: why
 * @unverified: there is no peer to check it with
 * @sources: clocks that were compared
 * @agree: those that agree
 * @own_against: our own clock does not
 * @need: how many had to
 * @gate_ns: within what
 * @widen_ns: our bound is to cover so much more: who is wrong cannot be told
 */
struct cl_check_answer {
	enum cl_check_verdict verdict;
	enum cl_check_reason reason;
	bool unverified;
	unsigned int sources;
	unsigned int agree;
	bool own_against;
	unsigned int need;
	double gate_ns;
	double widen_ns;
};

/**
 * struct cl_check - what a follower remembers
 * @term: of the last update
 * @last: when that was, ns
 * @any: there was one
 * @refused: rounds refused in a row
 */
struct cl_check {
	u32 term;
	s64 last;
	bool any;
	double refused;
};

void cl_check_init(struct cl_check *c);
int cl_check_update(struct cl_check *c, const struct cl_check_ask *ask,
		    struct cl_check_answer *ret);

#endif /* _CL_CORE_CHECK_H */
