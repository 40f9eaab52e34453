// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a member keeps on its disk: Raft's store, and the state that voters gave it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "cache.h"
#include "membership_node.h"

/* Entries between two snapshots. */
#define SNAPSHOT_ENTRIES 1024

/* The cache is written at most so often. */
#define CACHE_NS CL_NS_PER_SEC

static bool has_written(const struct cl_raft_stored *s)
{
	return s->term || s->snap || s->entries;
}

/**
 * cl_membership_open_store() - open Raft's store
 * @m: the membership, without a store
 * @make: make it if there is none
 * @error: CL_MEMBERSHIP_ERROR_SIZE bytes; on failure what is wrong
 *
 * Context: May wait for the disk.
 * Return: 0; -ENOENT: there is none; -errno as cl_store_open().
 */
int cl_membership_open_store(struct cl_membership *m, bool make, char *error)
{
	struct epoll_event ev = { .events = EPOLLIN };
	struct cl_store_params p = {
		.dir = m->conf->state,
		.cluster = m->cluster,
		.node = m->self.id,
	};
	int err = cl_store_open(&p, &m->store, error);

	if (err == -ENOENT && make) {
		p.create = true;
		err = cl_store_open(&p, &m->store, error);
	}
	if (err) {
		m->store = NULL;
		return err;
	}
	m->written = has_written(cl_store_stored(m->store));
	if (!epoll_ctl(m->wait_fd, EPOLL_CTL_ADD, cl_store_fd(m->store), &ev))
		return 0;
	err = -errno;
	snprintf(error, CL_MEMBERSHIP_ERROR_SIZE, "cannot wait for the disk");
	cl_membership_close_store(m);
	return err;
}

/**
 * cl_membership_close_store() - close it; what it holds stays
 * @m: the membership
 *
 * Context: May wait for the disk.
 */
void cl_membership_close_store(struct cl_membership *m)
{
	/* who waits for it does so no more: the last descriptor goes */
	cl_store_close(m->store);
	m->store = NULL;
}

/**
 * cl_membership_remove_disk() - forget all that the disk has
 * @m: the membership; the store is closed
 */
void cl_membership_remove_disk(struct cl_membership *m)
{
	char path[CL_CLUSTERCONF_PATH_SIZE + 32];

	cl_membership_close_store(m);
	cl_cache_remove(m->conf->state);
	snprintf(path, sizeof(path), "%s/" CL_STOREDB_FILE, m->conf->state);
	if (unlink(path) && errno != ENOENT)
		cl_io_log(m->io, CL_IO_ERR, "cannot remove %s: %s", path,
			  strerror(errno));
	snprintf(path, sizeof(path), "%s/" CL_STOREDB_FILE "-journal",
		 m->conf->state);
	unlink(path);
}

/**
 * cl_membership_params() - settings of the node's part in the cluster
 * @m: the membership
 * @ret: gets them
 */
void cl_membership_params(struct cl_membership *m,
			  struct cl_cluster_params *ret)
{
	*ret = (struct cl_cluster_params){
		.raft = { .id = m->self.id,
			  .heartbeat_ns = m->conf->heartbeat_ns,
			  .election_ns = m->conf->election_ns,
			  .snapshot_entries = SNAPSHOT_ENTRIES },
		.cluster = m->cluster,
		.table = m->has_table ? &m->table : NULL,
	};
}

/**
 * cl_membership_start() - go on with what the disk has
 * @m: the membership, with an open store
 * @error: CL_MEMBERSHIP_ERROR_SIZE bytes; on failure what is wrong
 *
 * Return: 0 or -errno.
 */
int cl_membership_start(struct cl_membership *m, char *error)
{
	char text[CL_CACHE_ERROR_SIZE];
	struct cl_raft_snapshot fed;
	struct cl_cluster_params p;
	const char *why = NULL;
	int err;

	cl_membership_params(m, &p);
	err = cl_cache_load(m->conf->state, &fed, text);
	if (!err)
		p.fed = &fed;
	else if (err != -ENOENT)
		cl_io_log(m->io, CL_IO_WARNING, "%s", text);
	err = cl_agent_start(m->agent, &p, cl_store_stored(m->store), &why);
	free((void *)fed.data);
	cl_store_forget(m->store);
	if (err) {
		snprintf(error, CL_MEMBERSHIP_ERROR_SIZE,
			 "%s/" CL_STOREDB_FILE ": %s", m->conf->state,
			 why ? why : strerror(-err));
		return err;
	}
	m->contacts = true;
	return 0;
}

/* From here on nothing is promised any more, and nothing promised is broken. */
static void fail(struct cl_membership *m)
{
	const char *why = cl_store_error(m->store);

	if (m->phase == CL_MEMBERSHIP_FAILED)
		return;
	m->phase = CL_MEMBERSHIP_FAILED;
	cl_io_event(m->io, CL_IO_ERR, CL_EVENT_DISK_FAILED,
		    CL_VALUES(cl_int("NODE", m->self.id),
			      cl_text("REASON", why ? why : "unknown")),
		    "no part in the cluster any more, the disk has failed: %s",
		    why ? why : "unknown");
}

/**
 * cl_membership_saved() - the agent is told which writes have ended
 * @m: the membership
 */
void cl_membership_saved(struct cl_membership *m)
{
	struct cl_store_done d;

	while (m->store && cl_store_next(m->store, &d)) {
		if (d.err)
			fail(m);
		cl_agent_saved(m->agent, d.number, d.err);
	}
}

/*
 * Who belongs to Raft finds the state in its store.  One without this node in it is
 * kept only after a removal.
 */
static bool wants_cache(const struct cl_membership *m)
{
	const struct cl_state *s = cl_membership_state(m);

	if (m->phase != CL_MEMBERSHIP_MEMBER || !s || !s->epoch ||
	    s->epoch == m->cached)
		return false;
	return cl_state_role(s, m->self.id) == CL_MEMBER_FOLLOWER;
}

/**
 * cl_membership_cache() - keep the state for the next start if that is due
 * @m: the membership
 * @now: do not wait
 */
void cl_membership_cache(struct cl_membership *m, bool now)
{
	s64 at = cl_membership_now(m);
	char error[CL_CACHE_ERROR_SIZE];
	const struct cl_state *s;
	int err;

	if (!wants_cache(m) || (at < m->cache_at && !now))
		return;
	s = cl_membership_state(m);
	m->cached = s->epoch;
	m->cache_at = at + CACHE_NS;
	err = cl_cache_save(m->conf->state, s, error);
	if (err && !m->cache_failed)
		cl_io_log(m->io, CL_IO_WARNING,
			  "the state is not kept for the next start: %s",
			  error);
	m->cache_failed = err;
}

/**
 * cl_membership_cache_deadline() - when to look
 * @m: the membership
 *
 * Return: instant in ns, CL_MEMBERSHIP_NEVER if only events matter.
 */
s64 cl_membership_cache_deadline(const struct cl_membership *m)
{
	return wants_cache(m) ? m->cache_at : CL_MEMBERSHIP_NEVER;
}
