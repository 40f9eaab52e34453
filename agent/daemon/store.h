/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The durable state of a node, written by a thread of its own: who asks for a
 * write never waits for the disk.
 */
#ifndef _CL_DAEMON_STORE_H
#define _CL_DAEMON_STORE_H

#include "storedb.h"

/* Raft has a few writes under way; more than this is a fault. */
#define CL_STORE_QUEUE 64

struct cl_store;

/**
 * struct cl_store_params - which state
 * @dir: directory, of this node alone
 * @cluster: cluster id
 * @node: own node id
 * @create: make it; it must not be there yet.  Else it must be there
 */
struct cl_store_params {
	const char *dir;
	u32 cluster;
	u32 node;
	bool create;
};

/**
 * struct cl_store_done - a write that has ended
 * @number: its number
 * @err: 0: it is durable; -errno: it may be lost, and so are all later ones
 */
struct cl_store_done {
	u64 number;
	int err;
};

int cl_store_open(const struct cl_store_params *p, struct cl_store **ret,
		  char error[CL_STOREDB_ERROR_SIZE]);
void cl_store_close(struct cl_store *s);

const struct cl_raft_stored *cl_store_stored(const struct cl_store *s);
void cl_store_forget(struct cl_store *s);

void cl_store_save(struct cl_store *s, const struct cl_raft_write *w);
int cl_store_fd(const struct cl_store *s);
bool cl_store_next(struct cl_store *s, struct cl_store_done *ret);
const char *cl_store_error(struct cl_store *s);

#endif /* _CL_DAEMON_STORE_H */
