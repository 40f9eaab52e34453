/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What has happened in a run, as no node can know it: who led when, which entries
 * there were, which were committed, applied and acknowledged.
 */
#ifndef _CS_HISTORY_H
#define _CS_HISTORY_H

#include "agent/core/raft.h"

/* Ids of nodes are below; one that has lost its disk gets a new one. */
#define CS_IDS 64

/**
 * struct cs_term - a term
 * @leader: id, 0: none yet
 * @vote: of each id, for whom it has voted on its disk, 0: nobody yet
 */
struct cs_term {
	u32 leader;
	u8 vote[CS_IDS];
};

/**
 * struct cs_fact - what is settled of an index
 * @chain: digest of the entry and all before it
 * @term: of the entry
 * @by: term in which it was committed, 0: not yet
 * @applied: digest of the state after it at who applied it first, 0: nobody yet
 * @token: what that entry carried, 0: nothing of a client
 * @acked: what a client was told of it, 0: nothing
 */
struct cs_fact {
	u64 chain;
	u32 term;
	u32 by;
	u64 applied;
	u64 token;
	u64 acked;
};

/**
 * struct cs_made - an entry that was ever in a log
 * @index: its place
 * @term: its term, 0: no entry
 * @members: the members up to it, a number for cs_history.members
 * @chain: digest of it and all before it
 */
struct cs_made {
	u64 index;
	u32 term;
	u32 members;
	u64 chain;
};

/**
 * struct cs_members - members as an entry has made them
 * @index: of the entry
 * @conf: the members
 */
struct cs_members {
	u64 index;
	struct cl_raft_conf conf;
};

/**
 * struct cs_history - all of it
 * @term: by number
 * @terms: room of @term
 * @fact: by index
 * @facts: room of @fact
 * @committed: last index that was committed
 * @acked: last index that a client was told of
 * @made: hash table by index and term
 * @made_room: its size, a power of two
 * @made_count: entries in it
 * @members: all members there ever were, in the order of their making
 * @members_count: how many
 * @members_room: of @members
 */
struct cs_history {
	struct cs_term *term;
	size_t terms;
	struct cs_fact *fact;
	size_t facts;
	u64 committed;
	u64 acked;
	struct cs_made *made;
	size_t made_room;
	size_t made_count;
	struct cs_members *members;
	size_t members_count;
	size_t members_room;
};

struct cs_term *cs_history_term(struct cs_history *h, u32 term);
struct cs_fact *cs_history_fact(struct cs_history *h, u64 index);
struct cs_made *cs_history_made(struct cs_history *h, u64 index, u32 term);
u32 cs_history_members(struct cs_history *h, u64 index,
		       const struct cl_raft_conf *conf);
void cs_history_free(struct cs_history *h);

#endif /* _CS_HISTORY_H */
