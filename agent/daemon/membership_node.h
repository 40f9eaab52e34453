/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a membership is, for the files membership*.c only.
 */
#ifndef _CL_DAEMON_MEMBERSHIP_NODE_H
#define _CL_DAEMON_MEMBERSHIP_NODE_H

#include "discovery.h"
#include "guests.h"
#include "membership.h"

/* What is begun by an operator has ended by then. */
#define CL_MEMBERSHIP_TASK_NS (30 * CL_NS_PER_SEC)

enum cl_membership_doing {
	CL_MEMBERSHIP_IDLE,
	CL_MEMBERSHIP_FOUND, /* until this node leads */
	CL_MEMBERSHIP_JOIN, /* until the state has this node */
	CL_MEMBERSHIP_LEAVE, /* until it has not */
};

enum cl_membership_look {
	CL_MEMBERSHIP_LOOKS_NOT,
	CL_MEMBERSHIP_ASKS, /* where members are */
	CL_MEMBERSHIP_ANSWERS, /* those who ask */
};

/**
 * struct cl_membership_task - what is under way
 * @doing: what it is
 * @automatic: join: by the file, again and again; nobody waits for an answer
 * @handle: of who asked
 * @until: it has failed then, ns
 * @contact: join: who is asked
 * @n: how many
 * @vote: join: with a vote
 * @asking: a request or an act is under way, its handle is @ask
 * @ask: handle of the last one; others are out of date
 * @asked: one has ended since it was looked at, with @result and @why
 * @result: as by ops->answered()
 * @why: in words
 * @accepted: join: the leader has said yes
 * @again: join: the leader is asked again then, ns
 * @hold: join, automatic: nothing before this, ns
 * @retry_ns: join, automatic: time until the attempt after the next one
 * @evicts: leave: the lead is given away, the rest is under way
 */
struct cl_membership_task {
	enum cl_membership_doing doing;
	bool automatic;
	u64 handle;
	s64 until;
	struct cl_tcp_address contact[CL_MEMBERSHIP_CONTACTS];
	unsigned int n;
	bool vote;
	bool asking;
	u64 ask;
	bool asked;
	int result;
	char why[CL_ENTRY_ERROR_SIZE];
	bool accepted;
	s64 again;
	s64 hold;
	s64 retry_ns;
	bool evicts;
};

/**
 * struct cl_membership_move - the cluster knows another name or address of this node
 * @at: it is told then (again), ns; 0: it knows the right ones
 * @handle: of the request, 0: none is under way
 */
struct cl_membership_move {
	s64 at;
	u64 handle;
};

/**
 * struct cl_membership - a membership
 * @io: the world
 * @ops: calls of the owner
 * @ctx: for @ops
 * @conf: section [cluster], NULL: there is none
 * @cluster: cluster id
 * @self: this node as a member
 * @agent: the agent
 * @phase: how far it is
 * @table: leap seconds, if @has_table
 * @has_table: there is a table
 * @streams: to the others, if @conf
 * @dialled: voters that are dialled
 * @n_dialled: how many
 * @guests: who is no member and has a stream
 * @store: the disk, NULL: not in use
 * @wait_fd: waits for the disk, whichever store is in use, and for @look
 * @written: Raft has written to it, now or before
 * @cached: epoch of the state in the cache
 * @cache_at: the cache may be written again then, ns
 * @cache_failed: that was logged
 * @contacts: members or voters may have changed
 * @task: what is under way
 * @move: news of this node's address
 * @asks: own requests so far
 * @looking: what @look is for
 * @look: places where members are looked for, or others are answered
 * @n_look: how many are open
 */
struct cl_membership {
	struct cl_io *io;
	const struct cl_membership_ops *ops;
	void *ctx;
	const struct cl_clusterconf *conf;
	u32 cluster;
	struct cl_member self;
	struct cl_agent *agent;
	enum cl_membership_phase phase;
	struct cl_leapfile table;
	bool has_table;
	struct cl_streams streams;
	u32 dialled[CL_RAFT_VOTERS_MAX];
	unsigned int n_dialled;
	struct cl_guests guests;
	struct cl_store *store;
	int wait_fd;
	bool written;
	u32 cached;
	s64 cache_at;
	bool cache_failed;
	bool contacts;
	struct cl_membership_task task;
	struct cl_membership_move move;
	u64 asks;
	enum cl_membership_look looking;
	struct cl_discovery look[CL_CLUSTERCONF_LOOK_MAX];
	unsigned int n_look;
};

/* membership.c */
s64 cl_membership_now(const struct cl_membership *m);
const struct cl_state *cl_membership_state(const struct cl_membership *m);
u32 cl_membership_leader(const struct cl_membership *m);
void cl_membership_alone(struct cl_membership *m);
void cl_membership_log_joined(struct cl_membership *m,
			      const struct cl_member *me);

/* membership_disk.c */
int cl_membership_open_store(struct cl_membership *m, bool make, char *error);
void cl_membership_close_store(struct cl_membership *m);
void cl_membership_remove_disk(struct cl_membership *m);
void cl_membership_params(struct cl_membership *m,
			  struct cl_cluster_params *ret);
int cl_membership_start(struct cl_membership *m, char *error);
void cl_membership_saved(struct cl_membership *m);
void cl_membership_cache(struct cl_membership *m, bool now);
s64 cl_membership_cache_deadline(const struct cl_membership *m);

/* membership_look.c */
void cl_membership_look_end(struct cl_membership *m);
void cl_membership_look_run(struct cl_membership *m);
s64 cl_membership_look_deadline(const struct cl_membership *m);

/* membership_move.c */
bool cl_membership_same(const struct cl_member *a, const struct cl_member *b);
void cl_membership_move_run(struct cl_membership *m);
s64 cl_membership_move_deadline(const struct cl_membership *m);
bool cl_membership_move_answered(struct cl_membership *m, u64 handle,
				 int result, const char *why);

/* membership_task.c */
void cl_membership_join_automatically(struct cl_membership *m);
bool cl_membership_hears_raft(const struct cl_membership *m);
bool cl_membership_task_answered(struct cl_membership *m, u64 handle,
				 int result, const char *why);
void cl_membership_task_run(struct cl_membership *m);
s64 cl_membership_task_deadline(const struct cl_membership *m);

#endif /* _CL_DAEMON_MEMBERSHIP_NODE_H */
