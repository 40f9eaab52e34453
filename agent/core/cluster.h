/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One node's part in the cluster: Raft and the replicated state where it votes or
 * learns, the state that voters give it where it does not, and what is asked of
 * the leader.
 *
 * Streams and the disk are outside: frames and ends of writes come in by a call,
 * everything goes out by struct cl_cluster_ops.  A call may call back; a callback
 * must not call in again.  Times are ns of the caller's monotonic clock, not
 * negative and never going back.
 */
#ifndef _CL_CORE_CLUSTER_H
#define _CL_CORE_CLUSTER_H

#include "io.h"
#include "raft.h"
#include "state.h"

/* Own requests that wait for an answer, and others' that wait at the leader. */
#define CL_CLUSTER_REQUESTS 64

/* Operators' acts under way at a node. */
#define CL_CLUSTER_ACTS 8

#define CL_CLUSTER_REQUEST_NS (5 * CL_NS_PER_SEC)
#define CL_CLUSTER_ACT_NS (30 * CL_NS_PER_SEC)

#define CL_CLUSTER_NEVER CL_RAFT_NEVER

/* Types of frames; streams keep those below 16 for themselves. */
enum cl_cluster_frame {
	CL_CLUSTER_RAFT = 16, /* a message of Raft, by raft_codec.h */
	CL_CLUSTER_REQUEST, /* u64 request, u8 enum cl_cluster_wish, its data */
	CL_CLUSTER_ANSWER, /* u64 request, u8 enum cl_answer, text */
	CL_CLUSTER_OFFER, /* u32 leader, u32 term, u32 epoch */
	CL_CLUSTER_GET, /* u32 epoch, u32 offset */
	CL_CLUSTER_PART, /* u32 epoch, u64 index, u32 size, u32 offset, bytes */
	CL_CLUSTER_FRAMES,
};

/* What a leader is asked for; the numbers are on the wire. */
enum cl_cluster_wish {
	CL_CLUSTER_ENTRY, /* an entry, by entry.h */
	CL_CLUSTER_TRANSFER, /* u32 node: shall lead, 0: another */
	CL_CLUSTER_WISHES,
};

/* What operators do with members. */
enum cl_cluster_act {
	CL_CLUSTER_PROMOTE, /* it shall vote */
	CL_CLUSTER_DEMOTE, /* it shall not vote any more */
	CL_CLUSTER_REMOVE, /* it is no member any more; it must not vote */
	CL_CLUSTER_EVICT, /* the same, after it has lost its vote */
	CL_CLUSTER_LEAD, /* it shall lead; node 0: another shall */
};

/**
 * struct cl_cluster_ops - all that goes out
 * @send: a frame to a node; 0, or -errno if it is not on its way
 * @save: begin a write; cl_cluster_saved() says when it has ended, not before the
 *	call that began it has returned
 * @random: uniform over 64 bits
 * @log: write one line
 * @news: an entry has changed the state, as one of this term: not what is only
 *	read again after a start; who votes as of now
 * @roster: what was agreed upon may have changed: members, addresses, voters,
 *	settings, TAI and UTC, who is isolated
 * @leader: another node leads, or in another term; 0: none known
 * @may_lead: this node leads: may that one?  0 yes; -EAGAIN not known yet, to be asked
 *	again; other -errno no, and why, CL_ENTRY_ERROR_SIZE bytes
 * @answered: a request or an act has ended: 0 done, enum cl_answer refused,
 *	-ETIMEDOUT it may be done or not, other -errno not done; @why in words
 *
 * All have to be set.
 */
struct cl_cluster_ops {
	int (*send)(void *ctx, u32 node, u8 type, const void *data, size_t len);
	void (*save)(void *ctx, const struct cl_raft_write *w);
	u64 (*random)(void *ctx);
	void (*log)(void *ctx, enum cl_io_prio prio, const char *line);
	void (*news)(void *ctx, const struct cl_raft_entry *e,
		     const struct cl_raft_conf *conf);
	void (*roster)(void *ctx);
	void (*leader)(void *ctx, u32 node, u32 term);
	int (*may_lead)(void *ctx, u32 node, char *why);
	void (*answered)(void *ctx, u64 handle, int result, const char *why);
};

/**
 * struct cl_cluster_params - settings of a node
 * @raft: settings of Raft, with the own node id
 * @cluster: cluster id
 * @table: leap seconds, NULL: none; has to stay
 * @fed: state that voters gave before a restart: its index and bytes; NULL: none.
 *	Read by the start
 */
struct cl_cluster_params {
	struct cl_raft_params raft;
	u32 cluster;
	const struct cl_leapfile *table;
	const struct cl_raft_snapshot *fed;
};

/* One node; allocated by cl_cluster_new(). */
struct cl_cluster;

struct cl_cluster *cl_cluster_new(const struct cl_cluster_params *p,
				  const struct cl_cluster_ops *ops, void *ctx);
void cl_cluster_free(struct cl_cluster *c);
int cl_cluster_start(struct cl_cluster *c, s64 now,
		     const struct cl_raft_stored *s, const char **why);
int cl_cluster_found(struct cl_cluster *c, s64 now, u32 term,
		     const struct cl_member *first, const struct cl_utc *utc,
		     char *error);

void cl_cluster_opened(struct cl_cluster *c, s64 now, u32 node);
void cl_cluster_closed(struct cl_cluster *c, s64 now, u32 node);
void cl_cluster_frame(struct cl_cluster *c, s64 now, u32 node, u8 type,
		      const u8 *data, size_t len);
void cl_cluster_saved(struct cl_cluster *c, s64 now, u64 number, int err);
void cl_cluster_distrust(struct cl_cluster *c, s64 now, u32 term);
s64 cl_cluster_deadline(const struct cl_cluster *c);
void cl_cluster_run(struct cl_cluster *c, s64 now);

int cl_cluster_request(struct cl_cluster *c, s64 now, const struct cl_entry *e,
		       u64 handle, char *error);
int cl_cluster_act(struct cl_cluster *c, s64 now, enum cl_cluster_act act,
		   u32 node, s64 time_ns, u64 handle, char *error);

const struct cl_state *cl_cluster_state(const struct cl_cluster *c);
bool cl_cluster_is_fed(const struct cl_cluster *c);
const struct cl_raft *cl_cluster_raft(const struct cl_cluster *c);
u32 cl_cluster_leader(const struct cl_cluster *c, u32 *term);
bool cl_cluster_keeps_vote(const struct cl_cluster *c);
bool cl_cluster_connected(const struct cl_cluster *c, u32 node);
unsigned int cl_cluster_reachable(const struct cl_cluster *c);
u64 cl_cluster_bad_frames(const struct cl_cluster *c);

#endif /* _CL_CORE_CLUSTER_H */
