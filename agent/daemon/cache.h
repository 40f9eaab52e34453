/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The newest state that voters gave this node, kept for its next start: who does not
 * belong to Raft has nothing else on its disk that says who the members are.
 *
 * It is not synced, so nobody waits for the disk.  One that is torn or lost costs
 * asking again.
 */
#ifndef _CL_DAEMON_CACHE_H
#define _CL_DAEMON_CACHE_H

#include "agent/core/state.h"

#define CL_CACHE_FILE "state.cache"
#define CL_CACHE_ERROR_SIZE 256

int cl_cache_save(const char *dir, const struct cl_state *s, char *error);
int cl_cache_load(const char *dir, struct cl_raft_snapshot *ret, char *error);
void cl_cache_remove(const char *dir);

#endif /* _CL_DAEMON_CACHE_H */
