/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the cluster has agreed upon: the state machine behind the log.
 *
 * Each entry is judged twice.  A voter appends one only if it is right by itself,
 * if the voter's own table of leap seconds says the same, and, as far as all before
 * it has been applied, if it fits the state (cl_state_valid()).  And when an entry is
 * applied it takes effect only if it fits the state; that depends on the state and
 * the entry alone, so it comes out the same on every node.
 *
 * Nothing here allocates memory but cl_state_init(), _freeze() and _thaw().
 */
#ifndef _CL_CORE_STATE_H
#define _CL_CORE_STATE_H

#include "agent/lib/blake2s.h"
#include "entry.h"
#include "raft.h"
#include "roster.h"
#include "utc.h"

/* Answers to so many requests are kept. */
#define CL_STATE_ANSWERS 64

/* A node is readmitted at most once in this time. */
#define CL_STATE_READMIT_NS (86400 * CL_NS_PER_SEC)

#define CL_STATE_DIGEST_LEN CL_BLAKE2S_LEN

/* What became of an entry. */
enum cl_answer {
	CL_ANSWER_DONE,
	CL_ANSWER_REQUESTER, /* the requester may not ask for that */
	CL_ANSWER_UNKNOWN, /* no such member */
	CL_ANSWER_TAKEN, /* another member has that name, address or key */
	CL_ANSWER_FULL, /* too many members */
	CL_ANSWER_VOTES, /* the member votes, or is about to */
	CL_ANSWER_CONFLICT, /* contradicts what was agreed on before */
	CL_ANSWER_UNPROVEN, /* too few voters say so */
	CL_ANSWER_MAJORITY, /* too few trusted voters would be left */
	CL_ANSWER_SOON, /* too soon after the last time */
	CL_ANSWERS,
};

/* What an entry has changed. */
enum cl_changed {
	CL_CHANGED_MEMBERS = 1 << 0,
	CL_CHANGED_SETTINGS = 1 << 1,
	CL_CHANGED_UTC = 1 << 2,
	CL_CHANGED_ISOLATION = 1 << 3,
	CL_CHANGED_CONF = 1 << 4,
};

enum cl_member_role {
	CL_MEMBER_FOLLOWER,
	CL_MEMBER_LEARNER,
	CL_MEMBER_VOTER,
};

/**
 * struct cl_state_answer - answer to a request
 * @request: id of the request
 * @answer: enum cl_answer
 */
struct cl_state_answer {
	u64 request;
	u8 answer;
};

/**
 * struct cl_state - what was agreed upon
 * @cluster: cluster id
 * @index: last entry applied
 * @epoch: entries that have changed something
 * @conf: who votes
 * @common: settings of all nodes, by enum cl_common
 * @utc: TAI and UTC; all zero if not known
 * @answers: the last ones, oldest first
 * @n_answers: number of @answers
 * @roster: the members
 */
struct cl_state {
	u32 cluster;
	u64 index;
	u32 epoch;
	struct cl_raft_conf conf;
	u64 common[CL_COMMON_N];
	struct cl_utc utc;
	struct cl_state_answer answers[CL_STATE_ANSWERS];
	u8 n_answers;
	struct cl_roster *roster;
};

int cl_state_init(struct cl_state *s, u32 cluster);
void cl_state_fini(struct cl_state *s);
int cl_state_found(struct cl_state *s, const struct cl_member *first,
		   const struct cl_utc *utc, char *error);

int cl_state_valid(const struct cl_state *s, const struct cl_raft_entry *e,
		   const struct cl_leapfile *table, char *error);
int cl_state_apply(struct cl_state *s, const struct cl_raft_entry *e,
		   u32 *changed, char *error);

enum cl_member_role cl_state_role(const struct cl_state *s, u32 node);
bool cl_state_isolated(const struct cl_state *s, u32 node);
unsigned int cl_state_proofs(const struct cl_state *s);
const struct cl_state_answer *cl_state_answer(const struct cl_state *s,
					      u64 request);
const char *cl_answer_name(enum cl_answer a);

void cl_state_common(u64 *common, const struct cl_common_change *c);

/* state_check.c */
int cl_state_fits(const struct cl_state *s, const struct cl_entry *e,
		  char *error);
int cl_state_check(const struct cl_state *s, u64 index,
		   const struct cl_entry *e, char *error);
int cl_state_check_conf(const struct cl_state *s,
			const struct cl_raft_conf *next, char *error);

/* freeze.c */
u8 *cl_state_freeze(const struct cl_state *s, u32 *len);
int cl_state_thaw(struct cl_state *s, const struct cl_raft_snapshot *snap,
		  char *error);
int cl_state_digest(const struct cl_state *s, u8 digest[CL_STATE_DIGEST_LEN]);

#endif /* _CL_CORE_STATE_H */
