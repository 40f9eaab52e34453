/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a node of Raft is, for the files raft_*.c only, and what all of its roles
 * have in common: term, log, members, what is applied, what goes to the disk.
 */
#ifndef _CL_CORE_RAFT_NODE_H
#define _CL_CORE_RAFT_NODE_H

#include "raft.h"
#include "raft_conf.h"
#include "raft_disk.h"
#include "raft_log.h"

/**
 * struct cl_raft_ballot - who has voted
 * @node: voters, each once
 * @count: how many
 */
struct cl_raft_ballot {
	u32 node[CL_RAFT_VOTERS_MAX];
	u32 count;
};

/**
 * struct cl_raft_election - elections, as voter and as candidate
 * @deadline: no leader by then: stand for election
 * @heard: a leader was heard; no vote for others until an election time later
 * @distrusted: the leader of this term is not obeyed
 * @shunned: that leader; no vote for it before @shunned_until, 0: none
 * @shunned_until: see @shunned
 * @prevotes: pre-candidate: who would vote for us
 * @votes: who has voted for us in this term
 * @stands: @votes count: nobody was followed since
 * @waits: number of the write that the vote in this term waits for, 0: none
 * @forced: candidate: by the leader's wish
 */
struct cl_raft_election {
	s64 deadline;
	s64 heard;
	u32 distrusted;
	u32 shunned;
	s64 shunned_until;
	struct cl_raft_ballot prevotes;
	struct cl_raft_ballot votes;
	bool stands;
	u64 waits;
	bool forced;
};

/* How a leader sends entries to a member. */
enum cl_raft_pace {
	CL_RAFT_PROBE, /* where its log ends is not known: one message at a time */
	CL_RAFT_PIPELINE, /* as they come */
	CL_RAFT_REFUSED, /* it did not take one: one message per election time */
	CL_RAFT_INSTALL, /* what it lacks is gone: a snapshot */
};

/**
 * struct cl_raft_peer - a member as the leader sees it
 * @node: node id
 * @pace: how entries are sent
 * @match: entries up to this one are on its disk
 * @next: the next entry to send
 * @told: commit index that was sent
 * @sent: when something was sent
 * @heard: send time of the last message that was answered, 0: none was
 * @tried: probe, refused: message that had entries, 0: none yet
 * @tried_last: its last entry
 * @tried_at: when; install: last progress, or not before this
 * @waits: probe: a message is under way
 * @snap: install: index of the snapshot being sent
 * @snap_sent: bytes sent
 * @snap_acked: bytes that have come
 */
struct cl_raft_peer {
	u32 node;
	enum cl_raft_pace pace;
	u64 match;
	u64 next;
	u64 told;
	s64 sent;
	s64 heard;
	u64 tried;
	u64 tried_last;
	s64 tried_at;
	bool waits;
	u64 snap;
	u32 snap_sent;
	u32 snap_acked;
};

/**
 * struct cl_raft_lead - a leader's own
 * @since: leads since then
 * @first: its first entry; changes of members wait until it is committed
 * @seq: of the last message: its send time, or one more than the one before
 * @peer: all members but itself
 * @peers: how many
 * @target: to whom the lead is being given, 0: nobody
 * @ask: until then entries may reach the target
 * @asked: when it was told to stand for election, 0: it was not
 */
struct cl_raft_lead {
	s64 since;
	u64 first;
	u64 seq;
	struct cl_raft_peer peer[CL_RAFT_MEMBERS_MAX];
	u32 peers;
	u32 target;
	s64 ask;
	s64 asked;
};

/**
 * struct cl_raft_obey - a follower's own, of one leader
 * @seq: newest message of the leader, 0: none yet
 * @match: entries up to this one are those of the leader
 * @told: the leader was told that entries up to this one are on the disk
 */
struct cl_raft_obey {
	u64 seq;
	u64 match;
	u64 told;
};

/**
 * struct cl_raft_incoming - a snapshot that is coming
 * @index: its index, 0: none is
 * @term: its term
 * @from: who sends it
 * @data: memory for all of it
 * @size: bytes
 * @got: bytes that have come
 */
struct cl_raft_incoming {
	u64 index;
	u32 term;
	u32 from;
	u8 *data;
	u32 size;
	u32 got;
};

/**
 * struct cl_raft_claims - terms far above ours that voters name
 * @since: since then
 * @base: our term then, 0: not begun
 * @node: who, none twice
 * @term: which, the last one
 * @n: how many
 */
struct cl_raft_claims {
	s64 since;
	u32 base;
	u32 node[CL_RAFT_VOTERS_MAX];
	u32 term[CL_RAFT_VOTERS_MAX];
	u32 n;
};

/**
 * struct cl_raft - one node
 * @p: settings
 * @ops: the world
 * @ctx: for @ops
 * @why: what was wrong at the start
 * @now: time of the call
 * @err: 0; once -errno the node takes no part, for good
 * @running: started
 * @role: what the node is
 * @leader: who leads the term, 0: not known
 * @term: current term
 * @vote: voted for in it, 0: nobody
 * @log: entries
 * @snap: last snapshot, data in memory of its own; index 0: none
 * @disk: what of it is durable
 * @commit: entries up to this one are committed
 * @applied: entries up to this one were applied
 * @conf: members by the last entry that changed them, committed or not
 * @conf_index: that entry, or the snapshot that had them
 * @election: see there
 * @claims: see there
 * @lead: leader only
 * @obey: follower only
 * @incoming: follower only
 * @told_role: last reported by changed()
 * @told_leader: the same
 * @told_term: the same
 */
struct cl_raft {
	struct cl_raft_params p;
	const struct cl_raft_ops *ops;
	void *ctx;
	const char *why;
	s64 now;
	int err;
	bool running;
	enum cl_raft_role role;
	u32 leader;
	u32 term;
	u32 vote;
	struct cl_raft_log log;
	struct cl_raft_snapshot snap;
	struct cl_raft_disk disk;
	u64 commit;
	u64 applied;
	struct cl_raft_conf conf;
	u64 conf_index;
	struct cl_raft_election election;
	struct cl_raft_claims claims;
	struct cl_raft_lead lead;
	struct cl_raft_obey obey;
	struct cl_raft_incoming incoming;
	enum cl_raft_role told_role;
	u32 told_leader;
	u32 told_term;
};

void cl_raft_node_send(struct cl_raft *r, u32 to, struct cl_raft_msg *m);
void cl_raft_node_term(struct cl_raft *r, u32 term);
void cl_raft_node_follow(struct cl_raft *r, u32 term, u32 leader);
void cl_raft_node_members(struct cl_raft *r);
void cl_raft_node_conf_at(const struct cl_raft *r, u64 index,
			  struct cl_raft_conf *c, u64 *at);
int cl_raft_node_append(struct cl_raft *r, u32 term, enum cl_raft_kind kind,
			const void *data, u32 len);
void cl_raft_node_truncate(struct cl_raft *r, u64 from);
void cl_raft_node_commit(struct cl_raft *r, u64 index);
void cl_raft_node_fail(struct cl_raft *r, int err);
void cl_raft_node_finish(struct cl_raft *r);

#endif /* _CL_CORE_RAFT_NODE_H */
