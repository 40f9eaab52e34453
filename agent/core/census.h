/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which voters have cluster time, and how well they know its rate: what who was
 * elected asks of all before it begins a new time, or goes on with one whose rate it
 * hardly knows.
 */
#ifndef _CL_CORE_CENSUS_H
#define _CL_CORE_CENSUS_H

#include "raft.h"
#include "round.h"

/*
 * Who does not hear of cluster time takes it to run by CL_ROUND_ALONE_PPT at most
 * beside what was heard; CL_ROUND_SETTLE_PPM of that are for lines that go over into
 * each other.  So whose bound grows by more than by that and the rest does not know
 * the rate well enough to lead.
 */
#define CL_CENSUS_STEADY_PPT \
	(2 * CL_ROUND_ALONE_PPT - CL_ROUND_SETTLE_PPM * 1000000ULL)

/* Types of frames, after that of timescale.h. */
enum cl_census_frame {
	CL_CENSUS_ASK = 26, /* who was elected, to the other voters */
	CL_CENSUS_TELL, /* the answer */
	CL_CENSUS_FRAMES,
};

#define CL_CENSUS_MAX 17 /* bytes of the longest */

/**
 * struct cl_census_word - one of them
 * @type: enum cl_census_frame; ASK has nothing but the term
 * @term: of who was elected
 * @state: state of the clock, enum clocklink_state, at most 255
 * @obeyed: highest term of which it has taken time, as leader or follower
 * @drift_ppt: growth of its bound, 1e-12
 */
struct cl_census_word {
	u8 type;
	u32 term;
	u32 state;
	u32 obeyed;
	u64 drift_ppt;
};

/**
 * struct cl_census - answers in one term
 * @term: the term
 * @n: answers
 * @from: of whom
 * @word: what each says
 * @n_passed: of @passed
 * @passed: voters that had a time, were to lead and did not
 */
struct cl_census {
	u32 term;
	unsigned int n;
	u32 from[CL_RAFT_VOTERS_MAX];
	struct cl_census_word word[CL_RAFT_VOTERS_MAX];
	unsigned int n_passed;
	u32 passed[CL_RAFT_VOTERS_MAX];
};

/* What a clock is good for as the cluster's, the more the better. */
enum cl_census_worth {
	CL_CENSUS_NONE, /* it has no time */
	CL_CENSUS_TIME, /* but has missed a term, and may run as it likes */
	CL_CENSUS_FRESH, /* has missed none */
	CL_CENSUS_STEADY, /* knows the rate well enough */
	CL_CENSUS_GOOD, /* both */
};

/**
 * struct cl_census_count - what the voters have said
 * @voters: that there are
 * @told: that have answered
 * @none: of these, have no time
 * @weak: of these, have none or do not know its rate well enough
 * @worth: of the own clock, if the own node has spoken
 * @drift_ppt: growth of its bound
 * @best: of the others that have a better clock the one with the best; who was passed
 *	over comes last; 0: nobody has
 * @best_worth: of @best
 * @best_drift_ppt: growth of its bound
 */
struct cl_census_count {
	unsigned int voters;
	unsigned int told;
	unsigned int none;
	unsigned int weak;
	enum cl_census_worth worth;
	u64 drift_ppt;
	u32 best;
	enum cl_census_worth best_worth;
	u64 best_drift_ppt;
};

void cl_census_begin(struct cl_census *c, u32 term, bool again);
void cl_census_hear(struct cl_census *c, u32 node,
		    const struct cl_census_word *w);
void cl_census_keep(struct cl_census *c, const struct cl_raft_conf *conf);
void cl_census_pass(struct cl_census *c, u32 node);
void cl_census_count(const struct cl_census *c, const struct cl_raft_conf *conf,
		     u32 own, struct cl_census_count *ret);

size_t cl_census_encode(const struct cl_census_word *w, u8 *buf);
int cl_census_decode(struct cl_census_word *w, u8 type, const u8 *data,
		     size_t len);

#endif /* _CL_CORE_CENSUS_H */
