/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Raft among the voters of a cluster, without input or output of its own.
 *
 * Everything comes in by a call and goes out by struct cl_raft_ops.  A call may
 * call back; a callback must not call in again.  Times are ns of the caller's
 * monotonic clock, not negative and never going back.
 *
 * Ongaro, "Consensus: Bridging Theory and Practice" (2014): elections with
 * pre-vote and check-quorum (4.2.3, 6.2, 9.6), changes of one member at a time
 * (4.3, with the correction of 2015: not before an entry of the own term is
 * committed), learners, snapshots (5), transfer of the lead (3.10), leases (6.4.1).
 *
 * Writing is asynchronous.  Entries leave before they are on the own disk, but
 * nothing is acknowledged, voted or counted before it is: what a message promises
 * waits for the write that it depends on.
 *
 * A node keeps its promises only as long as it keeps its disk.  One that has lost
 * it comes back under another id.
 */
#ifndef _CL_CORE_RAFT_H
#define _CL_CORE_RAFT_H

#include "kmod/core/types.h"

#define CL_RAFT_VOTERS_MAX 9
#define CL_RAFT_LEARNERS_MAX 9
#define CL_RAFT_MEMBERS_MAX (CL_RAFT_VOTERS_MAX + CL_RAFT_LEARNERS_MAX)

/* Bytes of an entry, of one message's part of a snapshot, of a snapshot. */
#define CL_RAFT_DATA_MAX (32 * 1024)
#define CL_RAFT_CHUNK_MAX (16 * 1024)
#define CL_RAFT_SNAPSHOT_MAX (64 * 1024 * 1024)

/* Entries of one message, and their bytes (a single entry always fits). */
#define CL_RAFT_BATCH_MAX 64
#define CL_RAFT_BATCH_BYTES (48 * 1024)

/* What may be uncommitted, and what may be on its way to one member. */
#define CL_RAFT_WINDOW_MAX 256
#define CL_RAFT_WINDOW_BYTES (1024 * 1024)

/* Writes that are under way at a time; what comes then is put together. */
#define CL_RAFT_WRITES_MAX 8

/* A snapshot is due after so many bytes of applied entries, however few. */
#define CL_RAFT_LOG_BYTES (4 * 1024 * 1024)

/* A learner that lacks no more entries than this has caught up. */
#define CL_RAFT_LAG_MAX 16

/* The lease ends before the promises of the voters do, by this part of them. */
#define CL_RAFT_DRIFT_DIV 8

/* No node is ever in this term or beyond, and no entry of others beyond this. */
#define CL_RAFT_TERM_END U32_MAX
#define CL_RAFT_INDEX_MAX (U64_MAX / 2)

/*
 * One voter alone may bring about so many terms in as many election times: more cannot
 * be held.  See raft_term.c.
 */
#define CL_RAFT_JUMP 1000

#define CL_RAFT_NEVER S64_MAX

/**
 * struct cl_raft_conf - who votes, and who is being caught up
 * @voter: node ids, ascending, not 0
 * @learner: node ids, ascending, not 0, none of them a voter
 * @voters: 1 to CL_RAFT_VOTERS_MAX; 0 only where nothing is known yet
 * @learners: 0 to CL_RAFT_LEARNERS_MAX
 */
struct cl_raft_conf {
	u32 voter[CL_RAFT_VOTERS_MAX];
	u32 learner[CL_RAFT_LEARNERS_MAX];
	u8 voters;
	u8 learners;
};

/* What an entry is. */
enum cl_raft_kind {
	CL_RAFT_NOOP, /* begins a term, no data */
	CL_RAFT_CONF, /* data is by cl_raft_conf_encode() */
	CL_RAFT_DATA, /* the state machine's */
};

/**
 * struct cl_raft_entry - one entry of the log
 * @index: its place, from 1
 * @term: of the leader that made it
 * @kind: whose data it is
 * @data: the data, NULL if there is none
 * @len: bytes, at most CL_RAFT_DATA_MAX
 */
struct cl_raft_entry {
	u64 index;
	u32 term;
	enum cl_raft_kind kind;
	const u8 *data;
	u32 len;
};

/**
 * struct cl_raft_snapshot - what all entries up to one have made
 * @index: that entry
 * @term: its term
 * @conf: members after it
 * @data: the state machine's
 * @len: bytes, at most CL_RAFT_SNAPSHOT_MAX
 */
struct cl_raft_snapshot {
	u64 index;
	u32 term;
	struct cl_raft_conf conf;
	const u8 *data;
	u32 len;
};

/* Messages; their numbers are on the wire. */
enum cl_raft_type {
	CL_RAFT_PREVOTE,
	CL_RAFT_PREVOTE_REPLY,
	CL_RAFT_VOTE,
	CL_RAFT_VOTE_REPLY,
	CL_RAFT_APPEND,
	CL_RAFT_APPEND_REPLY,
	CL_RAFT_SNAPSHOT,
	CL_RAFT_SNAPSHOT_REPLY,
	CL_RAFT_TIMEOUT_NOW,
};

/**
 * struct cl_raft_msg - a message between two nodes
 * @type: what it says
 * @from: sender; whoever receives it vouches for that
 * @to: receiver
 * @term: of the sender; pre-vote and its grant: the term it would be
 * @index: vote, pre-vote: last of the log; append: the entry before the first
 *	here; append reply: what matches and is on the disk, or if not @granted
 *	where to try next; snapshot reply: index of the snapshot
 * @log_term: term of @index; append reply not @granted: as well
 * @commit: append: committed by the leader
 * @seq: append, snapshot, timeout-now: grows with every message of a leader to
 *	anybody; a reply repeats it (lease, check-quorum)
 * @granted: vote, pre-vote reply: yes; append reply: @index matches; snapshot
 *	reply: the snapshot is on the disk
 * @refused: append reply: an entry of the message was not taken, because it did
 *	not pass validation or for lack of memory; snapshot reply: the state
 *	machine did not take it
 * @transfer: vote: by the leader's wish, so its lease does not count
 * @entry: append: entries without a gap, the first is @index + 1
 * @entries: how many, at most CL_RAFT_BATCH_MAX
 * @snap: snapshot: data and len are of this part only
 * @offset: snapshot: where this part begins; reply: bytes that have come
 * @size: snapshot: bytes of the whole
 */
struct cl_raft_msg {
	enum cl_raft_type type;
	u32 from;
	u32 to;
	u32 term;
	u64 index;
	u32 log_term;
	u64 commit;
	u64 seq;
	bool granted;
	bool refused;
	bool transfer;
	const struct cl_raft_entry *entry;
	u32 entries;
	struct cl_raft_snapshot snap;
	u32 offset;
	u32 size;
};

/**
 * struct cl_raft_write - what the disk shall know
 * @number: counts from 1 without a gap
 * @term: the term as of now
 * @vote: voted for in it, 0: nobody
 * @from: first remove the entries from this on, 0: none
 * @entry: then append these
 * @entries: how many
 * @snap: not NULL: then this replaces the snapshot before
 * @keep: with @snap: and entries up to this one go
 *
 * One transaction: it becomes durable as a whole or not at all, and not before
 * those with lower numbers.  All that it points to is valid during the call.
 */
struct cl_raft_write {
	u64 number;
	u32 term;
	u32 vote;
	u64 from;
	const struct cl_raft_entry *entry;
	u32 entries;
	const struct cl_raft_snapshot *snap;
	u64 keep;
};

/**
 * struct cl_raft_ops - all that goes out
 * @send: send a message or lose it; it is valid during the call
 * @save: begin a write; cl_raft_saved() says when it has ended, not before the
 *	call that began it has returned
 * @random: uniform over 64 bits
 * @valid: may this entry of another node be appended?  The answer must be the same
 *	at all nodes and later on, or the node stays behind.  Not asked for NOOP
 *	and CONF
 * @apply: an entry is committed; in order, each once, NOOP and CONF too
 * @freeze: the state after what was applied: memory that free() frees, and its
 *	length; NULL: none to be had, asked again after more entries
 * @thaw: replace the state.  0, or -errno with the state as it was
 * @changed: role, leader or term is another
 * @failed: a write has failed; this node takes no part any more.  -errno
 *
 * All have to be set.
 */
struct cl_raft_ops {
	void (*send)(void *ctx, const struct cl_raft_msg *m);
	void (*save)(void *ctx, const struct cl_raft_write *w);
	u64 (*random)(void *ctx);
	bool (*valid)(void *ctx, const struct cl_raft_entry *e);
	void (*apply)(void *ctx, const struct cl_raft_entry *e);
	u8 *(*freeze)(void *ctx, u32 *len);
	int (*thaw)(void *ctx, const struct cl_raft_snapshot *s);
	void (*changed)(void *ctx);
	void (*failed)(void *ctx, int err);
};

/**
 * struct cl_raft_params - settings of a node
 * @id: own node id, not 0
 * @heartbeat_ns: a leader is not silent for longer, > 0; 20 ms in a LAN
 * @election_ns: promises of voters last so long, and time-outs are uniform in 1 to
 *	2 of it; at least 2 heartbeats, the same at all nodes; 200 ms in a LAN
 * @snapshot_entries: a snapshot after so many applied entries, >= 1
 */
struct cl_raft_params {
	u32 id;
	s64 heartbeat_ns;
	s64 election_ns;
	u32 snapshot_entries;
};

/**
 * struct cl_raft_stored - what the disk knew
 * @term: last written, 0: never
 * @vote: the same
 * @snap: NULL: none
 * @entry: entries, ascending without a gap, from at most one after the snapshot
 * @entries: how many
 */
struct cl_raft_stored {
	u32 term;
	u32 vote;
	const struct cl_raft_snapshot *snap;
	const struct cl_raft_entry *entry;
	u32 entries;
};

enum cl_raft_role {
	CL_RAFT_FOLLOWER,
	CL_RAFT_PRECANDIDATE,
	CL_RAFT_CANDIDATE,
	CL_RAFT_LEADER,
};

/**
 * struct cl_raft_progress - what a leader knows of a member
 * @match: entries up to this one are on its disk
 * @heard: send time of the last message that it has answered, 0: none yet
 * @caught_up: it lacks no more than CL_RAFT_LAG_MAX entries and answers
 * @refused: it did not take an entry after @match, or a snapshot
 */
struct cl_raft_progress {
	u64 match;
	s64 heard;
	bool caught_up;
	bool refused;
};

/* One node; allocated by cl_raft_new(). */
struct cl_raft;

struct cl_raft *cl_raft_new(const struct cl_raft_params *p,
			    const struct cl_raft_ops *ops, void *ctx);
void cl_raft_free(struct cl_raft *r);
int cl_raft_start(struct cl_raft *r, s64 now, const struct cl_raft_stored *s);
int cl_raft_bootstrap(struct cl_raft *r, s64 now, u32 term, const void *data,
		      u32 len);
const char *cl_raft_why(const struct cl_raft *r);

bool cl_raft_receive(struct cl_raft *r, s64 now, const struct cl_raft_msg *m);
void cl_raft_saved(struct cl_raft *r, s64 now, u64 number, int err);
s64 cl_raft_deadline(const struct cl_raft *r);
void cl_raft_run(struct cl_raft *r, s64 now);

int cl_raft_propose(struct cl_raft *r, s64 now, const void *data, u32 len,
		    u64 *index);
int cl_raft_change(struct cl_raft *r, s64 now, const struct cl_raft_conf *c,
		   u64 *index);
int cl_raft_transfer(struct cl_raft *r, s64 now, u32 node);
void cl_raft_distrust(struct cl_raft *r, s64 now, u32 term);

enum cl_raft_role cl_raft_role(const struct cl_raft *r);
u32 cl_raft_leader(const struct cl_raft *r);
u32 cl_raft_term(const struct cl_raft *r);
u64 cl_raft_commit(const struct cl_raft *r);
u64 cl_raft_last(const struct cl_raft *r);
const struct cl_raft_conf *cl_raft_conf(const struct cl_raft *r);
s64 cl_raft_lease(const struct cl_raft *r);
int cl_raft_error(const struct cl_raft *r);
int cl_raft_progress(const struct cl_raft *r, u32 node,
		     struct cl_raft_progress *p);
bool cl_raft_entry(const struct cl_raft *r, u64 index, struct cl_raft_entry *e);

#endif /* _CL_CORE_RAFT_H */
