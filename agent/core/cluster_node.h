/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a node of the cluster is, for the files cluster*.c only.
 */
#ifndef _CL_CORE_CLUSTER_NODE_H
#define _CL_CORE_CLUSTER_NODE_H

#include "cluster.h"
#include "raft_codec.h"

/* As many as there can be streams. */
#define CL_CLUSTER_PEERS 4096

/* Bytes of the state in one frame. */
#define CL_CLUSTER_PART_MAX (48 * 1024)

/**
 * struct cl_cluster_ask - a request of this node's own
 * @handle: of who asked
 * @act: it belongs to that act, 0: to none, else 1 + its place
 * @id: request id
 * @wish: enum cl_cluster_wish
 * @len: bytes of @data
 * @data: of the request
 * @until: no answer by then: it has failed, ns
 * @again: when it is sent once more, ns
 * @node: the leader that was asked last, 0: none
 * @term: its term
 */
struct cl_cluster_ask {
	u64 handle;
	unsigned int act;
	u64 id;
	u8 wish;
	u16 len;
	u8 data[CL_ENTRY_MAX];
	s64 until;
	s64 again;
	u32 node;
	u32 term;
};

/**
 * struct cl_cluster_job - a request that waits at the leader
 * @from: who asked, may be this node itself
 * @id: request id
 * @wish: enum cl_cluster_wish
 * @len: bytes of @data
 * @data: of the request
 */
struct cl_cluster_job {
	u32 from;
	u64 id;
	u8 wish;
	u16 len;
	u8 data[CL_ENTRY_MAX];
};

enum cl_cluster_stage {
	CL_CLUSTER_FREE, /* no act */
	CL_CLUSTER_BEGUN, /* its first request is to be sent */
	CL_CLUSTER_ASKED, /* a request is under way */
	CL_CLUSTER_WAITS, /* until voters or leader are as wanted */
	CL_CLUSTER_DELETES, /* its last request is under way */
};

/**
 * struct cl_cluster_doing - an operator's act
 * @stage: how far it is
 * @act: what it is
 * @node: the member
 * @before: who led when it began
 * @handle: of who asked
 * @time_ns: cluster time of the request
 * @until: it has failed then, ns
 */
struct cl_cluster_doing {
	enum cl_cluster_stage stage;
	enum cl_cluster_act act;
	u32 node;
	u32 before;
	u64 handle;
	s64 time_ns;
	s64 until;
};

/**
 * struct cl_cluster_offer - who leads, and what state there is
 * @node: of whom, or to whom
 * @leader: who leads, 0: not known
 * @term: term of Raft
 * @epoch: of the state
 */
struct cl_cluster_offer {
	u32 node;
	u32 leader;
	u32 term;
	u32 epoch;
};

/**
 * struct cl_cluster_copy - the state as bytes
 * @node: where it comes from, 0: none is coming
 * @epoch: its epoch
 * @index: last entry in it
 * @data: the bytes, NULL: none
 * @size: how many
 * @got: of them have come
 * @until: nothing more by then: given up, ns
 */
struct cl_cluster_copy {
	u32 node;
	u32 epoch;
	u64 index;
	u8 *data;
	u32 size;
	u32 got;
	s64 until;
};

/**
 * struct cl_cluster - one node
 * @p: settings
 * @ops: the world
 * @ctx: for @ops
 * @now: time of the call
 * @raft: its Raft
 * @own: the state by Raft
 * @current: it has all that was agreed upon before this node started
 * @fed: the state as voters gave it
 * @ask: own requests, oldest first
 * @asks: how many
 * @job: requests at the leader, oldest first
 * @jobs: how many
 * @doing: operators' acts
 * @again: an act can go on
 * @peer: nodes with a stream, and what each was told
 * @peers: how many
 * @frozen: @own as bytes, for those who ask for it
 * @source: voters' offers to this node
 * @sources: how many
 * @offered_term: latest term of which as many of them as can lie, and one more, told
 * @coming: a state that is coming
 * @wishes: who votes may not be as wanted; looked at from @look_at on
 * @look_at: see @wishes, ns
 * @roster: ops->roster() is due
 * @told_leader: last told by ops->leader()
 * @told_term: the same
 * @bad: frames that made no sense
 * @bad_types: one bit per type: that was logged
 * @buf: a frame to be sent
 */
struct cl_cluster {
	struct cl_cluster_params p;
	const struct cl_cluster_ops *ops;
	void *ctx;
	s64 now;
	struct cl_raft *raft;
	struct cl_state own;
	bool current;
	struct cl_state fed;
	struct cl_cluster_ask ask[CL_CLUSTER_REQUESTS];
	unsigned int asks;
	struct cl_cluster_job job[CL_CLUSTER_REQUESTS];
	unsigned int jobs;
	struct cl_cluster_doing doing[CL_CLUSTER_ACTS];
	bool again;
	struct cl_cluster_offer peer[CL_CLUSTER_PEERS];
	unsigned int peers;
	struct cl_cluster_copy frozen;
	struct cl_cluster_offer source[CL_RAFT_VOTERS_MAX];
	unsigned int sources;
	u32 offered_term;
	struct cl_cluster_copy coming;
	bool wishes;
	s64 look_at;
	bool roster;
	u32 told_leader;
	u32 told_term;
	u64 bad;
	u32 bad_types;
	u8 buf[CL_RAFT_MSG_MAX];
};

/* cluster.c */
void __printf(3, 4) cl_cluster_log(struct cl_cluster *c, enum cl_io_prio prio,
				   const char *fmt, ...);
bool cl_cluster_leads(const struct cl_cluster *c);

/* cluster_ask.c */
int cl_cluster_ask(struct cl_cluster *c, const struct cl_cluster_ask *a,
		   char *error);
void cl_cluster_ask_answer(struct cl_cluster *c, u64 id, int result,
			   const char *why);
bool cl_cluster_ask_receive(struct cl_cluster *c, u32 node, const u8 *data,
			    size_t len);
void cl_cluster_ask_run(struct cl_cluster *c);
s64 cl_cluster_ask_deadline(const struct cl_cluster *c);

/* cluster_job.c */
bool cl_cluster_job_receive(struct cl_cluster *c, u32 node, const u8 *data,
			    size_t len);
void cl_cluster_job_put(struct cl_cluster *c, const struct cl_cluster_job *j);
void cl_cluster_job_run(struct cl_cluster *c);

/* cluster_act.c */
void cl_cluster_act_answer(struct cl_cluster *c, unsigned int act, int result,
			   const char *why);
void cl_cluster_act_run(struct cl_cluster *c);
s64 cl_cluster_act_deadline(const struct cl_cluster *c);

/* cluster_voters.c */
void cl_cluster_voters_run(struct cl_cluster *c);
s64 cl_cluster_voters_deadline(const struct cl_cluster *c);

/* cluster_feed.c */
void cl_cluster_feed_opened(struct cl_cluster *c, u32 node);
void cl_cluster_feed_closed(struct cl_cluster *c, u32 node);
bool cl_cluster_feed_receive(struct cl_cluster *c, u32 node, const u8 *data,
			     size_t len);
void cl_cluster_feed_run(struct cl_cluster *c);

/* cluster_fed.c */
bool cl_cluster_fed_offer(struct cl_cluster *c, u32 node, const u8 *data,
			  size_t len);
bool cl_cluster_fed_part(struct cl_cluster *c, u32 node, const u8 *data,
			 size_t len);
void cl_cluster_fed_closed(struct cl_cluster *c, u32 node);
u32 cl_cluster_fed_leader(const struct cl_cluster *c, u32 *term);
void cl_cluster_fed_run(struct cl_cluster *c);
s64 cl_cluster_fed_deadline(const struct cl_cluster *c);

#endif /* _CL_CORE_CLUSTER_NODE_H */
