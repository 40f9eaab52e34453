// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>

#include "agent/core/raft_conf.h"
#include "storedb.h"

static void bind_u64(struct cl_storedb *d, enum cl_storedb_stmt i, int column,
		     u64 v)
{
	sqlite3_bind_int64(d->stmt[i], column, (s64)v);
}

/* Valid until the statement has run. */
static void bind_bytes(struct cl_storedb *d, enum cl_storedb_stmt i, int column,
		       const void *data, u32 len)
{
	sqlite3_bind_blob(d->stmt[i], column, data ? data : "", len,
			  SQLITE_STATIC);
}

static int write_row(struct cl_storedb *d)
{
	const struct cl_storedb_node *r = &d->row;
	u8 sum[CL_STOREDB_SUM];

	cl_storedb_sum_row(d, sum);
	bind_u64(d, CL_STOREDB_NODE, 1, d->cluster);
	bind_u64(d, CL_STOREDB_NODE, 2, d->node);
	bind_u64(d, CL_STOREDB_NODE, 3, r->term);
	bind_u64(d, CL_STOREDB_NODE, 4, r->vote);
	bind_u64(d, CL_STOREDB_NODE, 5, r->base);
	bind_bytes(d, CL_STOREDB_NODE, 6, r->base_sum, CL_STOREDB_SUM);
	bind_u64(d, CL_STOREDB_NODE, 7, r->last);
	bind_bytes(d, CL_STOREDB_NODE, 8, r->last_sum, CL_STOREDB_SUM);
	bind_u64(d, CL_STOREDB_NODE, 9, r->snap);
	bind_bytes(d, CL_STOREDB_NODE, 10, r->snap_sum, CL_STOREDB_SUM);
	bind_bytes(d, CL_STOREDB_NODE, 11, sum, sizeof(sum));
	return cl_storedb_step(d, CL_STOREDB_NODE, "write term and vote");
}

/* Digest of entry @index, which is in the log or just before it. */
static int sum_of(struct cl_storedb *d, u64 index, u8 *sum)
{
	sqlite3_stmt *s = d->stmt[CL_STOREDB_SUM_OF];
	int err = 0;

	if (index == d->row.base) {
		memcpy(sum, d->row.base_sum, CL_STOREDB_SUM);
		return 0;
	}
	bind_u64(d, CL_STOREDB_SUM_OF, 1, index);
	if (sqlite3_step(s) != SQLITE_ROW)
		err = cl_storedb_error(d, "read the log");
	else if (sqlite3_column_bytes(s, 0) != CL_STOREDB_SUM)
		err = cl_storedb_fail(d, -EBADMSG, "log entry %llu is wrong",
				      (unsigned long long)index);
	else
		memcpy(sum, sqlite3_column_blob(s, 0), CL_STOREDB_SUM);
	sqlite3_reset(s);
	return err;
}

/* Entries from @from on go. */
static int cut(struct cl_storedb *d, u64 from)
{
	struct cl_storedb_node *r = &d->row;
	int err;

	if (from > r->last)
		return 0;
	r->last = from > r->base ? from - 1 : r->base;
	err = sum_of(d, r->last, r->last_sum);
	if (err)
		return err;
	bind_u64(d, CL_STOREDB_CUT, 1, from);
	return cl_storedb_step(d, CL_STOREDB_CUT, "shorten the log");
}

/* Entries up to @keep go; there may be none after it, nor even as far as it. */
static int drop(struct cl_storedb *d, u64 keep)
{
	struct cl_storedb_node *r = &d->row;
	int err = 0;

	if (keep <= r->base)
		return 0;
	if (keep <= r->last) {
		err = sum_of(d, keep, r->base_sum);
	} else {
		memset(r->base_sum, 0, CL_STOREDB_SUM);
		memset(r->last_sum, 0, CL_STOREDB_SUM);
		r->last = keep;
	}
	r->base = keep;
	if (err)
		return err;
	bind_u64(d, CL_STOREDB_DROP, 1, keep);
	return cl_storedb_step(d, CL_STOREDB_DROP, "shorten the log");
}

static int write_snapshot(struct cl_storedb *d,
			  const struct cl_raft_snapshot *s)
{
	u8 conf[CL_RAFT_CONF_BYTES];
	u32 len = cl_raft_conf_encode(&s->conf, conf);

	d->row.snap = s->index;
	cl_storedb_sum_snapshot(s, d->row.snap_sum);
	bind_u64(d, CL_STOREDB_SNAPSHOT, 1, s->index);
	bind_u64(d, CL_STOREDB_SNAPSHOT, 2, s->term);
	bind_bytes(d, CL_STOREDB_SNAPSHOT, 3, conf, len);
	bind_bytes(d, CL_STOREDB_SNAPSHOT, 4, s->data, s->len);
	return cl_storedb_step(d, CL_STOREDB_SNAPSHOT, "write the snapshot");
}

static int add_entry(struct cl_storedb *d, const struct cl_raft_entry *e)
{
	struct cl_storedb_node *r = &d->row;

	if (e->index != r->last + 1)
		return cl_storedb_fail(d, -EINVAL,
				       "entry %llu does not follow %llu",
				       (unsigned long long)e->index,
				       (unsigned long long)r->last);
	cl_storedb_sum_entry(r->last_sum, e);
	r->last = e->index;
	bind_u64(d, CL_STOREDB_APPEND, 1, e->index);
	bind_u64(d, CL_STOREDB_APPEND, 2, e->term);
	bind_u64(d, CL_STOREDB_APPEND, 3, e->kind);
	bind_bytes(d, CL_STOREDB_APPEND, 4, e->data, e->len);
	bind_bytes(d, CL_STOREDB_APPEND, 5, r->last_sum, CL_STOREDB_SUM);
	return cl_storedb_step(d, CL_STOREDB_APPEND, "append to the log");
}

/**
 * cl_storedb_begin() - begin a transaction
 * @d: the file
 *
 * Return: 0 or -errno as cl_storedb_error().
 */
int cl_storedb_begin(struct cl_storedb *d)
{
	return cl_storedb_step(d, CL_STOREDB_BEGIN, "begin a write");
}

/**
 * cl_storedb_write() - one write of Raft, as a part of a transaction
 * @d: the file
 * @w: the write
 *
 * After a failure nothing of the transaction may be committed: close the file.
 *
 * Return: 0; -EINVAL if the log would get a gap; or as cl_storedb_error().
 */
int cl_storedb_write(struct cl_storedb *d, const struct cl_raft_write *w)
{
	int err = 0;

	d->row.term = w->term;
	d->row.vote = w->vote;
	if (w->from)
		err = cut(d, w->from);
	/* what is appended may follow the snapshot, not the entries before */
	if (!err && w->snap)
		err = write_snapshot(d, w->snap);
	if (!err && w->snap)
		err = drop(d, w->keep);
	for (u32 i = 0; !err && i < w->entries; i++)
		err = add_entry(d, &w->entry[i]);
	return err ? err : write_row(d);
}

/**
 * cl_storedb_commit() - end a transaction
 * @d: the file
 *
 * Return: 0: all of it is durable; -errno as cl_storedb_error(): nobody knows what
 * of it is.  Close the file.
 */
int cl_storedb_commit(struct cl_storedb *d)
{
	return cl_storedb_step(d, CL_STOREDB_COMMIT, "end a write");
}
