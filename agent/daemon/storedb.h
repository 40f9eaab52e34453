/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The file of a node's durable state: an SQLite database with the term and vote,
 * the log and the snapshot of Raft.
 *
 * SQLite finds torn writes, but not changed bytes, and of a changed write-ahead log
 * it forgets the end without a word.  So every entry has a digest, which goes
 * on from that of the one before, and the one row that every write renews has the
 * last of them and a digest of its own.  The rollback journal costs four syncs per
 * write where the write-ahead log costs one; but after the end of a write all is
 * in the one file that the digests cover.
 */
#ifndef _CL_DAEMON_STOREDB_H
#define _CL_DAEMON_STOREDB_H

#include <sqlite3.h>

#include "agent/core/raft.h"
#include "agent/lib/blake2s.h"
#include "agent/lib/compiler.h"

#define CL_STOREDB_FILE "state.db"
#define CL_STOREDB_ERROR_SIZE 512
#define CL_STOREDB_SUM CL_BLAKE2S_LEN

/* In the header of the file: "CLKS", and the layout of the tables. */
#define CL_STOREDB_ID 0x434c4b53
#define CL_STOREDB_VERSION 1

/* Prepared statements. */
enum cl_storedb_stmt {
	CL_STOREDB_BEGIN,
	CL_STOREDB_COMMIT,
	CL_STOREDB_NODE,
	CL_STOREDB_APPEND,
	CL_STOREDB_CUT,
	CL_STOREDB_DROP,
	CL_STOREDB_SUM_OF,
	CL_STOREDB_SNAPSHOT,
	CL_STOREDB_STMTS,
};

/**
 * struct cl_storedb_node - the row that every write renews
 * @term: term
 * @vote: voted for in it
 * @base: index before the first entry
 * @base_sum: digest that the first entry goes on from
 * @last: index of the last entry, @base if there is none
 * @last_sum: its digest, @base_sum if there is none
 * @snap: index of the snapshot, 0: none
 * @snap_sum: its digest
 */
struct cl_storedb_node {
	u32 term;
	u32 vote;
	u64 base;
	u8 base_sum[CL_STOREDB_SUM];
	u64 last;
	u8 last_sum[CL_STOREDB_SUM];
	u64 snap;
	u8 snap_sum[CL_STOREDB_SUM];
};

/**
 * struct cl_storedb - an open file
 * @path: its name
 * @cluster: cluster id
 * @node: own node id
 * @db: the database
 * @stmt: prepared statements
 * @row: what its row says
 * @error: what failed last, beginning with @path
 *
 * Only one thread may use it at a time.
 */
struct cl_storedb {
	char *path;
	u32 cluster;
	u32 node;
	struct sqlite3 *db;
	struct sqlite3_stmt *stmt[CL_STOREDB_STMTS];
	struct cl_storedb_node row;
	char error[CL_STOREDB_ERROR_SIZE];
};

int cl_storedb_open(struct cl_storedb *d, const char *dir, u32 cluster,
		    u32 node, bool create);
void cl_storedb_close(struct cl_storedb *d);

/* For storeread.c and storewrite.c. */
int __printf(3, 4)
	cl_storedb_fail(struct cl_storedb *d, int err, const char *fmt, ...);
int cl_storedb_error(struct cl_storedb *d, const char *what);
int cl_storedb_step(struct cl_storedb *d, enum cl_storedb_stmt i,
		    const char *what);
void cl_storedb_sum_row(const struct cl_storedb *d, u8 *sum);
void cl_storedb_sum_entry(u8 *sum, const struct cl_raft_entry *e);
void cl_storedb_sum_snapshot(const struct cl_raft_snapshot *s, u8 *sum);

/* storeread.c */
int cl_storedb_read(struct cl_storedb *d, struct cl_raft_stored *ret);
void cl_storedb_forget(struct cl_raft_stored *s);

/* storewrite.c */
int cl_storedb_begin(struct cl_storedb *d);
int cl_storedb_write(struct cl_storedb *d, const struct cl_raft_write *w);
int cl_storedb_commit(struct cl_storedb *d);

#endif /* _CL_DAEMON_STOREDB_H */
