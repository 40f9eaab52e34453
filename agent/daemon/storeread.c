// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reading a file back.  Nothing in it is believed before its digest is right.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent/core/raft_conf.h"
#include "storedb.h"

static int select_rows(struct cl_storedb *d, const char *sql, sqlite3_stmt **s)
{
	if (sqlite3_prepare_v2(d->db, sql, -1, s, NULL) == SQLITE_OK)
		return 0;
	return cl_storedb_error(d, "read");
}

/* SQLite's own view of its file. */
static int check_file(struct cl_storedb *d)
{
	sqlite3_stmt *s;
	int err = select_rows(d, "PRAGMA integrity_check(1)", &s);

	if (err)
		return err;
	if (sqlite3_step(s) != SQLITE_ROW)
		err = cl_storedb_error(d, "check");
	else if (strcmp((const char *)sqlite3_column_text(s, 0), "ok"))
		err = cl_storedb_fail(d, -EBADMSG, "is damaged: %.100s",
				      sqlite3_column_text(s, 0));
	sqlite3_finalize(s);
	return err;
}

/* False: there is something else. */
static bool take_sum(sqlite3_stmt *s, int column, u8 *sum)
{
	if (sqlite3_column_bytes(s, column) != CL_STOREDB_SUM)
		return false;
	memcpy(sum, sqlite3_column_blob(s, column), CL_STOREDB_SUM);
	return true;
}

static bool is_sum(sqlite3_stmt *s, int column, const u8 *sum)
{
	u8 stored[CL_STOREDB_SUM];

	return take_sum(s, column, stored) &&
	       !memcmp(stored, sum, CL_STOREDB_SUM);
}

static int take_row(struct cl_storedb *d, sqlite3_stmt *s)
{
	struct cl_storedb_node *r = &d->row;
	u32 cluster = sqlite3_column_int64(s, 1);
	u32 node = sqlite3_column_int64(s, 2);
	struct cl_storedb owner = { .cluster = cluster, .node = node };
	u8 sum[CL_STOREDB_SUM];
	bool good;

	r->term = sqlite3_column_int64(s, 3);
	r->vote = sqlite3_column_int64(s, 4);
	r->base = sqlite3_column_int64(s, 5);
	good = take_sum(s, 6, r->base_sum);
	r->last = sqlite3_column_int64(s, 7);
	good = good && take_sum(s, 8, r->last_sum);
	r->snap = sqlite3_column_int64(s, 9);
	good = good && take_sum(s, 10, r->snap_sum);
	owner.row = *r;
	cl_storedb_sum_row(&owner, sum);
	if (!good || !is_sum(s, 11, sum))
		return cl_storedb_fail(d, -EBADMSG,
				       "term and vote: the digest is wrong");
	if (cluster != d->cluster || node != d->node)
		return cl_storedb_fail(d, -EINVAL, "of node %u, cluster 0x%08x",
				       node, cluster);
	return 0;
}

static int read_row(struct cl_storedb *d)
{
	sqlite3_stmt *s;
	int err = select_rows(d, "SELECT * FROM node", &s);

	if (err)
		return err;
	switch (sqlite3_step(s)) {
	case SQLITE_ROW:
		err = take_row(d, s);
		break;
	case SQLITE_DONE:
		err = cl_storedb_fail(d, -EBADMSG, "term and vote are missing");
		break;
	default:
		err = cl_storedb_error(d, "read term and vote");
	}
	if (!err && sqlite3_step(s) != SQLITE_DONE)
		err = cl_storedb_fail(d, -EBADMSG,
				      "term and vote are there twice");
	sqlite3_finalize(s);
	return err;
}

/* Not of zero bytes, so that NULL means no memory. */
static u8 *copy_column(sqlite3_stmt *s, int column, u32 *len)
{
	u8 *p;

	*len = sqlite3_column_bytes(s, column);
	p = malloc(*len + 1);
	if (p && *len)
		memcpy(p, sqlite3_column_blob(s, column), *len);
	return p;
}

static int take_snapshot(struct cl_storedb *d, sqlite3_stmt *s,
			 struct cl_raft_snapshot *snap)
{
	u8 sum[CL_STOREDB_SUM];

	snap->index = sqlite3_column_int64(s, 1);
	snap->term = sqlite3_column_int64(s, 2);
	snap->data = copy_column(s, 4, &snap->len);
	if (!snap->data)
		return cl_storedb_fail(d, -ENOMEM, "no memory");
	if (!cl_raft_conf_decode(&snap->conf, sqlite3_column_blob(s, 3),
				 sqlite3_column_bytes(s, 3)))
		return cl_storedb_fail(d, -EBADMSG,
				       "snapshot: the voters are wrong");
	cl_storedb_sum_snapshot(snap, sum);
	if (snap->index != d->row.snap ||
	    memcmp(sum, d->row.snap_sum, sizeof(sum)))
		return cl_storedb_fail(d, -EBADMSG,
				       "snapshot: the digest is wrong");
	return 0;
}

static int read_snapshot(struct cl_storedb *d, struct cl_raft_stored *ret)
{
	struct cl_raft_snapshot *snap;
	sqlite3_stmt *s;
	int err;

	err = select_rows(d, "SELECT * FROM snapshot", &s);
	if (err)
		return err;
	if (sqlite3_step(s) != SQLITE_ROW) {
		sqlite3_finalize(s);
		if (d->row.snap)
			return cl_storedb_fail(d, -EBADMSG,
					       "the snapshot is missing");
		return 0;
	}
	snap = calloc(1, sizeof(*snap));
	ret->snap = snap;
	if (snap)
		err = take_snapshot(d, s, snap);
	else
		err = cl_storedb_fail(d, -ENOMEM, "no memory");
	sqlite3_finalize(s);
	return err;
}

/* @e is the entry that has to be there. */
static int take_entry(struct cl_storedb *d, sqlite3_stmt *s, u8 *sum,
		      struct cl_raft_entry *e)
{
	u64 index = sqlite3_column_int64(s, 0);
	s64 kind = sqlite3_column_int64(s, 2);

	if (index != e->index)
		return cl_storedb_fail(d, -EBADMSG, "log entry %llu is missing",
				       (unsigned long long)e->index);
	e->term = sqlite3_column_int64(s, 1);
	e->kind = kind;
	e->data = copy_column(s, 3, &e->len);
	if (!e->data)
		return cl_storedb_fail(d, -ENOMEM, "no memory");
	cl_storedb_sum_entry(sum, e);
	if (kind < CL_RAFT_NOOP || kind > CL_RAFT_DATA || !is_sum(s, 4, sum))
		return cl_storedb_fail(d, -EBADMSG,
				       "log entry %llu: the digest is wrong",
				       (unsigned long long)index);
	return 0;
}

static int take_entries(struct cl_storedb *d, sqlite3_stmt *s,
			struct cl_raft_entry *entry, u32 *n)
{
	u64 index = d->row.base;
	u8 sum[CL_STOREDB_SUM];
	int err = 0, rc;

	memcpy(sum, d->row.base_sum, sizeof(sum));
	while (!err && (rc = sqlite3_step(s)) == SQLITE_ROW) {
		if (index == d->row.last)
			return cl_storedb_fail(d, -EBADMSG,
					       "the log is too long");
		entry[*n].index = ++index;
		err = take_entry(d, s, sum, &entry[(*n)++]);
	}
	if (err)
		return err;
	if (rc != SQLITE_DONE)
		return cl_storedb_error(d, "read the log");
	if (index != d->row.last)
		return cl_storedb_fail(d, -EBADMSG, "log entry %llu is missing",
				       (unsigned long long)index + 1);
	if (memcmp(sum, d->row.last_sum, sizeof(sum)))
		return cl_storedb_fail(d, -EBADMSG,
				       "the last log entry is another");
	return 0;
}

static int read_log(struct cl_storedb *d, struct cl_raft_stored *ret)
{
	struct cl_raft_entry *entry;
	sqlite3_stmt *s;
	int err;

	if (d->row.base > d->row.last ||
	    d->row.last - d->row.base > U32_MAX / sizeof(*entry))
		return cl_storedb_fail(d, -EBADMSG,
				       "the length of the log is wrong");
	entry = calloc(d->row.last - d->row.base + 1, sizeof(*entry));
	if (!entry)
		return cl_storedb_fail(d, -ENOMEM, "no memory");
	ret->entry = entry;
	err = select_rows(d, "SELECT * FROM log ORDER BY idx", &s);
	if (err)
		return err;
	err = take_entries(d, s, entry, &ret->entries);
	sqlite3_finalize(s);
	return err;
}

/**
 * cl_storedb_read() - all that the file holds
 * @d: the file
 * @ret: gets it; to be forgotten, also after a failure
 *
 * Return: 0; -EBADMSG if anything is damaged or missing; -EINVAL if it is of
 * another node or cluster; -ENOMEM; or as cl_storedb_error().  @d->error says what
 * and where.
 */
int cl_storedb_read(struct cl_storedb *d, struct cl_raft_stored *ret)
{
	int err;

	memset(ret, 0, sizeof(*ret));
	err = check_file(d);
	if (!err)
		err = read_row(d);
	if (!err)
		err = read_snapshot(d, ret);
	if (!err)
		err = read_log(d, ret);
	if (err)
		return err;
	if (d->row.base && (!ret->snap || ret->snap->index < d->row.base))
		return cl_storedb_fail(d, -EBADMSG,
				       "no snapshot of what is before the log");
	ret->term = d->row.term;
	ret->vote = d->row.vote;
	return 0;
}

/**
 * cl_storedb_forget() - free what was read
 * @s: what was read
 */
void cl_storedb_forget(struct cl_raft_stored *s)
{
	if (s->snap)
		free((void *)s->snap->data);
	free((void *)s->snap);
	for (u32 i = 0; i < s->entries; i++)
		free((void *)s->entry[i].data);
	free((void *)s->entry);
	memset(s, 0, sizeof(*s));
}
