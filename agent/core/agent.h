/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All of a node's agent, without input or output of its own: rounds and probes, and
 * in a cluster what is agreed upon, who leads, who is believed.
 *
 *	streams, disk, operator  -> cluster -> who leads -> round, probe, timescale
 *	                                \-> members ------> apply -> engine
 *	samples, peers -> judge -> testimony -> leader: proofs -> entry -> cluster
 *	updates -> guard -> round -> engine
 *
 * Everything comes in by a call and goes out by the engine, by struct cl_io, and by
 * struct cl_agent_ops.  A call may call back; a callback must not call in again.
 */
#ifndef _CL_CORE_AGENT_H
#define _CL_CORE_AGENT_H

#include "cluster.h"
#include "engine.h"
#include "io.h"

#define CL_AGENT_NEVER S64_MAX

/**
 * struct cl_agent_ops - what goes out, besides what the engine and the world do
 * @send: a frame to a node; 0, or -errno if it is not on its way
 * @save: begin a write; cl_agent_saved() says when it has ended, not before the
 *	call that began it has returned
 * @contacts: members, addresses or voters may have changed: whom to dial, and
 *	whom to admit
 * @answered: a request or an act has ended, as by struct cl_cluster_ops
 *
 * All have to be set.
 */
struct cl_agent_ops {
	int (*send)(void *ctx, u32 node, u8 type, const void *data, size_t len);
	void (*save)(void *ctx, const struct cl_raft_write *w);
	void (*contacts)(void *ctx);
	void (*answered)(void *ctx, u64 handle, int result, const char *why);
};

/* One node's agent; allocated by cl_agent_new(). */
struct cl_agent;

struct cl_agent *cl_agent_new(struct cl_io *io, const struct cl_agent_ops *ops,
			      void *ctx);
void cl_agent_free(struct cl_agent *a);

/* What the engine tells. */
void cl_agent_settings(struct cl_agent *a, const struct cl_nl_instance *inst);
void cl_agent_state(struct cl_agent *a, u32 state);
void cl_agent_update(struct cl_agent *a, const struct cl_nl_update *u);
void cl_agent_sample(struct cl_agent *a, const struct cl_nl_sample *s);

/* The cluster. */
int cl_agent_start(struct cl_agent *a, const struct cl_cluster_params *p,
		   const struct cl_raft_stored *s, const char **why);
int cl_agent_found(struct cl_agent *a, const struct cl_cluster_params *p,
		   const struct cl_member *first, const struct cl_utc *utc,
		   char *error);
void cl_agent_leave(struct cl_agent *a);
void cl_agent_opened(struct cl_agent *a, u32 node);
void cl_agent_closed(struct cl_agent *a, u32 node);
void cl_agent_frame(struct cl_agent *a, u32 node, u8 type, const u8 *data,
		    size_t len);
void cl_agent_saved(struct cl_agent *a, u64 number, int err);

/* What operators want. */
int cl_agent_request(struct cl_agent *a, const struct cl_entry *e, u64 handle,
		     char *error);
int cl_agent_act(struct cl_agent *a, enum cl_cluster_act act, u32 node,
		 u64 handle, char *error);
int cl_agent_new_time(struct cl_agent *a, u64 handle, char *error);

s64 cl_agent_deadline(const struct cl_agent *a);
void cl_agent_run(struct cl_agent *a);

/* What there is to see. */
const struct cl_nl_instance *cl_agent_instance(const struct cl_agent *a);
u32 cl_agent_clock_state(const struct cl_agent *a);
const struct cl_cluster *cl_agent_cluster(const struct cl_agent *a);
const struct cl_judge *cl_agent_judge(const struct cl_agent *a);
const struct cl_guard *cl_agent_guard(const struct cl_agent *a);
const struct cl_timescale *cl_agent_timescale(const struct cl_agent *a);

#endif /* _CL_CORE_AGENT_H */
