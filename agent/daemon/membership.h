/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * This node as a member of a cluster: carries what the agent core says to streams and
 * disk, and what comes back; founds, joins and leaves.
 *
 *	nothing on disk, nobody to ask   -> alone, until an operator says init or join
 *	an operator says join            -> asks contacts for the state, asks to be a
 *	                                    member, is one when the state says so
 *	something on disk                -> member, as it was
 */
#ifndef _CL_DAEMON_MEMBERSHIP_H
#define _CL_DAEMON_MEMBERSHIP_H

#include "agent/core/agent.h"
#include "config.h"
#include "store.h"
#include "streams.h"

#define CL_MEMBERSHIP_NEVER S64_MAX
#define CL_MEMBERSHIP_CONTACTS CL_CLUSTERCONF_JOIN_MAX

/* Handles from this on belong to the membership itself, and to the agent. */
#define CL_MEMBERSHIP_HANDLES (1ULL << 63)

#define CL_MEMBERSHIP_ERROR_SIZE CL_STOREDB_ERROR_SIZE

enum cl_membership_phase {
	CL_MEMBERSHIP_ALONE, /* of no cluster */
	CL_MEMBERSHIP_JOINING, /* not in the state yet */
	CL_MEMBERSHIP_MEMBER,
	CL_MEMBERSHIP_FAILED, /* the disk has failed: no part in it any more */
};

struct cl_membership;

/**
 * struct cl_membership_ops - calls of a membership
 * @answered: what was begun with this handle has ended, as by struct cl_cluster_ops
 */
struct cl_membership_ops {
	void (*answered)(void *ctx, u64 handle, int result, const char *why);
};

int cl_membership_open(const struct cl_config *c, struct cl_io *io,
		       const struct cl_membership_ops *ops, void *ctx,
		       struct cl_membership **ret,
		       char error[CL_CONFIG_ERROR_SIZE]);
void cl_membership_close(struct cl_membership *m);

/* To be called when there is an instance, once, before events are handed on. */
int cl_membership_begin(struct cl_membership *m,
			const struct cl_nl_instance *inst,
			char error[CL_CONFIG_ERROR_SIZE]);

struct cl_agent *cl_membership_agent(struct cl_membership *m);
enum cl_membership_phase cl_membership_phase(const struct cl_membership *m);

/* Descriptors to wait for, readable; two of them. */
int cl_membership_streams_fd(const struct cl_membership *m);
int cl_membership_store_fd(const struct cl_membership *m);
const char *cl_membership_role(const struct cl_membership *m);
s64 cl_membership_deadline(const struct cl_membership *m);
void cl_membership_run(struct cl_membership *m);

/*
 * What operators want; ends with ops->answered(), unless that fails at once; @error has
 * CL_MEMBERSHIP_ERROR_SIZE bytes.
 */
int cl_membership_found(struct cl_membership *m, u64 handle, char *error);
int cl_membership_join(struct cl_membership *m,
		       const struct cl_tcp_address *contact, unsigned int n,
		       bool vote, u64 handle, char *error);
int cl_membership_leave(struct cl_membership *m, u64 handle, char *error);

#endif /* _CL_DAEMON_MEMBERSHIP_H */
