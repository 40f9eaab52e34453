/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A small deterministic network of Raft nodes with disks of their own, that looks
 * after every event whether Raft's safety holds:
 *
 *	- one leader per term
 *	- the same entries are applied everywhere (state machine safety)
 *	- logs that agree in one entry agree in all before (log matching)
 *	- a leader has all that was committed (leader completeness)
 *	- nobody is elected before the lease of another has ended, wherever that
 *	  one is by then; but it may give the lead away
 *	- a snapshot comes as it was sent, and is of the state that others had
 *
 * A breach prints what and when, and aborts.  Messages go through the codec.
 */
#ifndef _CL_TEST_RAFTNET_H
#define _CL_TEST_RAFTNET_H

#include "agent/core/raft.h"

#define RAFTNET_NODES 10 /* ids 1 to this */
#define RAFTNET_IDS (RAFTNET_NODES + 1)
#define RAFTNET_TERMS 4096
#define RAFTNET_ENTRIES 16384
#define RAFTNET_MESSAGES 4096

#define RAFTNET_HEARTBEAT (20 * CL_NS_PER_MS)
#define RAFTNET_ELECTION (200 * CL_NS_PER_MS)

/* Entries that begin with this are refused by nodes that are told to. */
#define RAFTNET_BAD '!'

/* What a node has stored: owns all that it points to. */
struct raftnet_store {
	u32 term;
	u32 vote;
	bool has_snap;
	struct cl_raft_snapshot snap;
	struct cl_raft_entry *entry;
	u32 entries;
};

/* A write under way. */
struct raftnet_write {
	struct raftnet_write *next;
	s64 due;
	struct cl_raft_write w;
	struct cl_raft_snapshot snap;
};

/**
 * struct raftnet_node - a node
 * @net: its network
 * @id: its id
 * @r: the node while it is up
 * @applied: state machine: last entry
 * @hash: state machine: of all entries up to there
 * @lease: last that it had as leader, time of the network
 * @store: its disk
 * @writes: under way, oldest first
 * @skew_ns: its clock is ahead by this at time 0, not negative
 * @drift_ppm: and runs faster by this
 * @disk_ns: time that a write takes
 * @stalled: no write ends
 * @disk_err: the next write that ends fails, -errno
 * @refuses: entries that begin with RAFTNET_BAD
 * @starved: freeze() has no memory
 * @picky: thaw() takes nothing
 * @failures: calls of failed()
 * @changes: calls of changed()
 * @elections: times it became candidate or pre-candidate
 */
struct raftnet_node {
	struct raftnet *net;
	u32 id;
	struct cl_raft *r;
	u64 applied;
	u64 hash;
	s64 lease;
	struct raftnet_store store;
	struct raftnet_write *writes;
	s64 skew_ns;
	s64 drift_ppm;
	s64 disk_ns;
	bool stalled;
	int disk_err;
	bool refuses;
	bool starved;
	bool picky;
	u32 failures;
	u32 changes;
	u32 elections;
};

struct raftnet_message {
	s64 due;
	u64 order;
	u32 from;
	u32 to;
	enum cl_raft_type type;
	u8 *bytes;
	u32 len;
};

/**
 * struct raftnet - the network
 * @now: time
 * @rng: state of the random numbers
 * @node: nodes, by id - 1
 * @message: on their way, in no order
 * @messages: how many
 * @order: counts messages
 * @cut: by sender and receiver: nothing gets through
 * @delay_ns: of every message
 * @jitter_ns: uniform, in addition; messages overtake each other
 * @loss_ppm: lost by chance
 * @copies_ppm: sent twice by chance
 * @sent: by type
 * @bytes: of all messages sent
 * @largest: bytes of the largest
 * @leader: by term, who led
 * @hash: by index, state after that entry, 0: not applied by anybody
 * @term: by index, its term
 * @committed: last entry applied by anybody
 * @snapshot_entries: setting of nodes
 * @state_bytes: size of a snapshot
 * @trusts: nobody was distrusted, so leases have to hold
 */
struct raftnet {
	s64 now;
	u64 rng;
	struct raftnet_node node[RAFTNET_NODES];
	struct raftnet_message message[RAFTNET_MESSAGES];
	u32 messages;
	u64 order;
	bool cut[RAFTNET_IDS][RAFTNET_IDS];
	s64 delay_ns;
	s64 jitter_ns;
	u32 loss_ppm;
	u32 copies_ppm;
	u32 sent[CL_RAFT_TIMEOUT_NOW + 1];
	u64 bytes;
	u32 largest;
	u32 leader[RAFTNET_TERMS];
	u64 hash[RAFTNET_ENTRIES];
	u32 term[RAFTNET_ENTRIES];
	u64 committed;
	u32 snapshot_entries;
	u32 state_bytes;
	bool trusts;
};

struct raftnet *raftnet_new(u64 seed);
void raftnet_free(struct raftnet *n);
u64 raftnet_random(struct raftnet *n);
struct raftnet_node *raftnet_node(struct raftnet *n, u32 id);

s64 raftnet_clock(struct raftnet *n, u32 id);

/* Nodes come and go. */
void raftnet_boot(struct raftnet *n, u32 id);
void raftnet_start(struct raftnet *n, u32 id);
int raftnet_try(struct raftnet *n, u32 id, const struct cl_raft_stored *s);
void raftnet_crash(struct raftnet *n, u32 id, u32 written);
void raftnet_wipe(struct raftnet *n, u32 id);
void raftnet_isolate(struct raftnet *n, u32 id, bool isolated);

/* Events, one at a time or by time. */
void raftnet_deliver(struct raftnet *n, u32 message, bool keep);
void raftnet_lose(struct raftnet *n, u32 message);
bool raftnet_written(struct raftnet *n, u32 id);
void raftnet_tick(struct raftnet *n, u32 id);
void raftnet_check(struct raftnet *n);
void raftnet_run(struct raftnet *n, s64 ns);

/* What tests do again and again. */
u32 raftnet_leader(struct raftnet *n);
u32 raftnet_await_leader(struct raftnet *n, s64 ns);
u32 raftnet_other(struct raftnet *n, u32 id);
int raftnet_propose(struct raftnet *n, const char *text);
int raftnet_change(struct raftnet *n, u32 id, int rank);
void raftnet_cluster(struct raftnet *n, u32 voters);
bool raftnet_agree(struct raftnet *n);

#endif /* _CL_TEST_RAFTNET_H */
