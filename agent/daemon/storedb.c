// SPDX-License-Identifier: GPL-2.0-or-later
#include "storedb.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/core/raft_conf.h"
#include "kmod/core/bytes.h"

/* Of SQLite's file format: length and what we read of it. */
#define HEADER_SIZE 100
#define HEADER_JOURNAL 18 /* twice: 1 with a rollback journal */
#define HEADER_VERSION 60
#define HEADER_ID 68

#define TEXT_OF(x) #x
#define TEXT(x) TEXT_OF(x)

/* clang-format off */
static const char *const tables[][2] = {
	{ "log", "CREATE TABLE log (\n"
		 "idx INTEGER PRIMARY KEY,\n"
		 "term INTEGER,\n"
		 "kind INTEGER,\n"
		 "data BLOB,\n"
		 "sum BLOB)" },
	{ "node", "CREATE TABLE node (\n"
		  "id INTEGER PRIMARY KEY,\n"
		  "cluster INTEGER,\n"
		  "node INTEGER,\n"
		  "term INTEGER,\n"
		  "vote INTEGER,\n"
		  "base INTEGER,\n"
		  "base_sum BLOB,\n"
		  "last INTEGER,\n"
		  "last_sum BLOB,\n"
		  "snap INTEGER,\n"
		  "snap_sum BLOB,\n"
		  "sum BLOB)" },
	{ "snapshot", "CREATE TABLE snapshot (\n"
		      "id INTEGER PRIMARY KEY,\n"
		      "idx INTEGER,\n"
		      "term INTEGER,\n"
		      "conf BLOB,\n"
		      "data BLOB)" },
};

/* clang-format on */

static const char *const statements[] = {
	[CL_STOREDB_BEGIN] = "BEGIN IMMEDIATE",
	[CL_STOREDB_COMMIT] = "COMMIT",
	[CL_STOREDB_NODE] =
		"REPLACE INTO node VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	[CL_STOREDB_APPEND] = "INSERT INTO log VALUES (?, ?, ?, ?, ?)",
	[CL_STOREDB_CUT] = "DELETE FROM log WHERE idx >= ?",
	[CL_STOREDB_DROP] = "DELETE FROM log WHERE idx <= ?",
	[CL_STOREDB_SUM_OF] = "SELECT sum FROM log WHERE idx = ?",
	[CL_STOREDB_SNAPSHOT] = "REPLACE INTO snapshot VALUES (1, ?, ?, ?, ?)",
};

/* clang-format off */
static const char set_ids[] =
	"PRAGMA application_id = " TEXT(CL_STOREDB_ID) ";"
	"PRAGMA user_version = " TEXT(CL_STOREDB_VERSION) ";";

/* clang-format on */

/* What does not depend on the file.  Exclusive: no second daemon, ever. */
static const char settings[] = "PRAGMA locking_mode = EXCLUSIVE;"
			       "PRAGMA synchronous = FULL;"
			       "PRAGMA temp_store = MEMORY;"
			       "PRAGMA mmap_size = 0;"
			       "PRAGMA cell_size_check = ON;"
			       "PRAGMA trusted_schema = OFF";

/**
 * cl_storedb_fail() - say what failed
 * @d: the file
 * @err: -errno
 * @fmt: printf() format: what
 *
 * Return: @err.
 */
int cl_storedb_fail(struct cl_storedb *d, int err, const char *fmt, ...)
{
	char text[CL_STOREDB_ERROR_SIZE / 2];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	snprintf(d->error, sizeof(d->error), "%.*s: %s",
		 CL_STOREDB_ERROR_SIZE / 2 - 4, d->path, text);
	return err;
}

/* -errno of what SQLite said last. */
static int errno_of(sqlite3 *db)
{
	switch (sqlite3_errcode(db) & 0xff) {
	case SQLITE_NOMEM:
		return -ENOMEM;
	case SQLITE_FULL:
		return -ENOSPC;
	case SQLITE_READONLY:
		return -EROFS;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return -EBUSY;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return -EBADMSG;
	default:
		return -EIO;
	}
}

/**
 * cl_storedb_error() - say what SQLite could not do
 * @d: the file
 * @what: what it was to do
 *
 * Return: -ENOSPC, -EROFS, -EBUSY, -EBADMSG (corrupt), -ENOMEM, else -EIO.
 */
int cl_storedb_error(struct cl_storedb *d, const char *what)
{
	int err = errno_of(d->db), sys = sqlite3_system_errno(d->db);

	if (err == -EBUSY)
		return cl_storedb_fail(d, err, "in use by another process");
	if (err == -EIO && sys)
		return cl_storedb_fail(d, err, "%s: %s: %s", what,
				       sqlite3_errmsg(d->db), strerror(sys));
	return cl_storedb_fail(d, err, "%s: %s", what, sqlite3_errmsg(d->db));
}

/**
 * cl_storedb_step() - run a statement that gives no row
 * @d: the file
 * @i: the statement, its values are bound
 * @what: what it does, for messages
 *
 * Return: 0 or -errno as cl_storedb_error().
 */
int cl_storedb_step(struct cl_storedb *d, enum cl_storedb_stmt i,
		    const char *what)
{
	int err = 0;

	if (sqlite3_step(d->stmt[i]) != SQLITE_DONE)
		err = cl_storedb_error(d, what);
	sqlite3_reset(d->stmt[i]);
	sqlite3_clear_bindings(d->stmt[i]);
	return err;
}

static void sum_u64(struct cl_blake2s *b, u64 v)
{
	u8 raw[8];

	cl_put_be64(raw, v);
	cl_blake2s_update(b, raw, sizeof(raw));
}

/**
 * cl_storedb_sum_row() - digest of the row of a node
 * @d: the file
 * @sum: gets it
 */
void cl_storedb_sum_row(const struct cl_storedb *d, u8 *sum)
{
	const struct cl_storedb_node *r = &d->row;
	struct cl_blake2s b;

	cl_blake2s_init(&b);
	sum_u64(&b, d->cluster);
	sum_u64(&b, d->node);
	sum_u64(&b, r->term);
	sum_u64(&b, r->vote);
	sum_u64(&b, r->base);
	cl_blake2s_update(&b, r->base_sum, CL_STOREDB_SUM);
	sum_u64(&b, r->last);
	cl_blake2s_update(&b, r->last_sum, CL_STOREDB_SUM);
	sum_u64(&b, r->snap);
	cl_blake2s_update(&b, r->snap_sum, CL_STOREDB_SUM);
	cl_blake2s_final(&b, sum);
}

/**
 * cl_storedb_sum_entry() - digest of an entry
 * @sum: digest of the one before; becomes that of this one
 * @e: the entry
 */
void cl_storedb_sum_entry(u8 *sum, const struct cl_raft_entry *e)
{
	struct cl_blake2s b;

	cl_blake2s_init(&b);
	cl_blake2s_update(&b, sum, CL_STOREDB_SUM);
	sum_u64(&b, e->index);
	sum_u64(&b, e->term);
	sum_u64(&b, e->kind);
	cl_blake2s_update(&b, e->data, e->len);
	cl_blake2s_final(&b, sum);
}

/**
 * cl_storedb_sum_snapshot() - digest of a snapshot
 * @s: the snapshot
 * @sum: gets it
 */
void cl_storedb_sum_snapshot(const struct cl_raft_snapshot *s, u8 *sum)
{
	u8 conf[CL_RAFT_CONF_BYTES];
	u32 len = cl_raft_conf_encode(&s->conf, conf);
	struct cl_blake2s b;

	cl_blake2s_init(&b);
	sum_u64(&b, s->index);
	sum_u64(&b, s->term);
	cl_blake2s_update(&b, conf, len);
	cl_blake2s_update(&b, s->data, s->len);
	cl_blake2s_final(&b, sum);
}

static int run(struct cl_storedb *d, const char *sql, const char *what)
{
	if (sqlite3_exec(d->db, sql, NULL, NULL, NULL) == SQLITE_OK)
		return 0;
	return cl_storedb_error(d, what);
}

/* Only its owner may look at it; @want: S_IFDIR or S_IFREG. */
static int check_access(struct cl_storedb *d, const char *path, mode_t want)
{
	struct stat st;

	if (lstat(path, &st))
		return cl_storedb_fail(d, -errno, "%s", strerror(errno));
	if ((st.st_mode & S_IFMT) != want)
		return cl_storedb_fail(d, -EINVAL, "%s is not a %s", path,
				       want == S_IFDIR ? "directory" :
							 "plain file");
	if (st.st_uid != geteuid())
		return cl_storedb_fail(d, -EPERM, "%s belongs to user %u", path,
				       st.st_uid);
	if (st.st_mode & 077)
		return cl_storedb_fail(d, -EPERM,
				       "%s: others must not see it (mode %04o)",
				       path, st.st_mode & 07777);
	return 0;
}

/* Makes the name of something new in @dir durable. */
static int sync_dir(struct cl_storedb *d, const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), err = 0;

	if (fd < 0 || fsync(fd))
		err = cl_storedb_fail(d, -errno, "cannot sync %s: %s", dir,
				      strerror(errno));
	if (fd >= 0)
		close(fd);
	return err;
}

static int make_dir(struct cl_storedb *d, const char *dir)
{
	char *parent, *slash;
	int err;

	if (mkdir(dir, 0700)) {
		if (errno == EEXIST)
			return 0;
		return cl_storedb_fail(d, -errno, "cannot make %s: %s", dir,
				       strerror(errno));
	}
	if (asprintf(&parent, "%s", dir) < 0)
		return cl_storedb_fail(d, -ENOMEM, "no memory");
	slash = strrchr(parent, '/');
	if (slash)
		slash[slash == parent] = '\0';
	err = sync_dir(d, slash ? parent : ".");
	free(parent);
	return err;
}

/* Before SQLite, which might write, sees it: is it one of ours? */
static int check_header(struct cl_storedb *d)
{
	int fd = open(d->path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	u8 head[HEADER_SIZE];
	ssize_t n;

	if (fd < 0)
		return cl_storedb_fail(d, -errno, "cannot be opened: %s",
				       strerror(errno));
	n = read(fd, head, sizeof(head));
	close(fd);
	if (n < 0)
		return cl_storedb_fail(d, -EIO, "cannot be read");
	if (n < HEADER_SIZE || memcmp(head, "SQLite format 3", 16) ||
	    cl_get_be16(head + HEADER_JOURNAL) != 0x0101 ||
	    cl_get_be32(head + HEADER_ID) != CL_STOREDB_ID)
		return cl_storedb_fail(d, -EBADMSG,
				       "is not the state of a node");
	if (cl_get_be32(head + HEADER_VERSION) != CL_STOREDB_VERSION)
		return cl_storedb_fail(d, -EPROTONOSUPPORT,
				       "has version %u, this program has %d",
				       cl_get_be32(head + HEADER_VERSION),
				       CL_STOREDB_VERSION);
	return 0;
}

static int open_db(struct cl_storedb *d)
{
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX |
		    SQLITE_OPEN_EXRESCODE;

	if (sqlite3_open_v2(d->path, &d->db, flags, NULL) != SQLITE_OK) {
		if (!d->db)
			return cl_storedb_fail(d, -ENOMEM, "no memory");
		return cl_storedb_error(d, "open");
	}
	sqlite3_db_config(d->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	return run(d, settings, "open");
}

static int check_tables(struct cl_storedb *d)
{
	sqlite3_stmt *s = NULL;
	size_t n = 0;
	int err = 0, rc;

	if (sqlite3_prepare_v2(d->db,
			       "SELECT name, sql FROM sqlite_schema ORDER BY 1",
			       -1, &s, NULL) != SQLITE_OK)
		return cl_storedb_error(d, "schema");
	while (!err && (rc = sqlite3_step(s)) == SQLITE_ROW) {
		const char *name = (const char *)sqlite3_column_text(s, 0);
		const char *sql = (const char *)sqlite3_column_text(s, 1);

		if (n == ARRAY_SIZE(tables) || !name || !sql ||
		    strcmp(name, tables[n][0]) || strcmp(sql, tables[n][1]))
			err = cl_storedb_fail(d, -EBADMSG,
					      "the tables are wrong");
		n++;
	}
	if (!err && rc != SQLITE_DONE)
		err = cl_storedb_error(d, "schema");
	sqlite3_finalize(s);
	if (!err && n != ARRAY_SIZE(tables))
		err = cl_storedb_fail(d, -EBADMSG, "a table is missing");
	return err;
}

static int prepare(struct cl_storedb *d)
{
	for (size_t i = 0; i < CL_STOREDB_STMTS; i++)
		if (sqlite3_prepare_v2(d->db, statements[i], -1, &d->stmt[i],
				       NULL) != SQLITE_OK)
			return cl_storedb_error(d, "statements");
	return 0;
}

/* The lock is held from here on; a file that cannot be written is noticed. */
static int lock(struct cl_storedb *d)
{
	int err = run(d, "BEGIN EXCLUSIVE; COMMIT", "lock");

	/* keeps the journal's blocks: they are not to be had on a full disk */
	return err ? err : run(d, "PRAGMA journal_mode = PERSIST", "journal");
}

static int open_file(struct cl_storedb *d)
{
	int err = check_access(d, d->path, S_IFREG);

	if (!err)
		err = check_header(d);
	if (!err)
		err = open_db(d);
	if (!err)
		err = lock(d);
	if (!err)
		err = check_tables(d);
	return err ? err : prepare(d);
}

static int make_tables(struct cl_storedb *d)
{
	int err = run(d, "BEGIN EXCLUSIVE", "create");

	if (!err)
		err = run(d, set_ids, "create");
	for (size_t i = 0; !err && i < ARRAY_SIZE(tables); i++)
		err = run(d, tables[i][1], "create");
	if (!err)
		err = prepare(d);
	/* the row of a node that knows nothing */
	if (!err)
		err = cl_storedb_write(d, &(struct cl_raft_write){ .term = 0 });
	return err ? err : cl_storedb_commit(d);
}

/* An empty file for SQLite, with its mode; one of an earlier attempt goes. */
static int make_empty(struct cl_storedb *d)
{
	int fd;

	unlink(d->path);
	fd = open(d->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return cl_storedb_fail(d, -errno, "cannot be made: %s",
				       strerror(errno));
	close(fd);
	return 0;
}

static int rename_file(struct cl_storedb *d, const char *from, const char *dir)
{
	if (rename(from, d->path))
		return cl_storedb_fail(d, -errno, "cannot be made: %s",
				       strerror(errno));
	return sync_dir(d, dir);
}

/* Made under another name, so that it is there as a whole or not at all. */
static int make_file(struct cl_storedb *d, const char *dir)
{
	struct cl_storedb n = { .cluster = d->cluster, .node = d->node };
	int err;

	if (asprintf(&n.path, "%s.new", d->path) < 0) {
		n.path = NULL;
		return cl_storedb_fail(d, -ENOMEM, "no memory");
	}
	err = make_empty(&n);
	if (!err)
		err = open_db(&n);
	/* a journal in memory: if this is not finished, it is begun anew */
	if (!err)
		err = run(&n, "PRAGMA journal_mode = MEMORY", "journal");
	if (!err)
		err = make_tables(&n);
	if (err)
		memcpy(d->error, n.error, sizeof(d->error));
	else
		err = rename_file(d, n.path, dir);
	if (err)
		unlink(n.path);
	cl_storedb_close(&n);
	return err;
}

static int open_or_make(struct cl_storedb *d, const char *dir, bool create)
{
	int err = create ? make_dir(d, dir) : 0;

	if (!err)
		err = check_access(d, dir, S_IFDIR);
	if (!err && create && !access(d->path, F_OK))
		err = cl_storedb_fail(d, -EEXIST, "is there already");
	if (!err && create)
		err = make_file(d, dir);
	return err ? err : open_file(d);
}

/**
 * cl_storedb_open() - open or make the file of a node
 * @d: the file; after a failure @d->error says why, and it has to be closed as well
 * @dir: its directory
 * @cluster: cluster id
 * @node: own node id
 * @create: make it, and the directory, but not what the directory is in; else it
 *	must be there
 *
 * What it holds is not looked at: cl_storedb_read() has to come next.
 *
 * Return: 0; -ENOENT, -EACCES and so on of the directory or the file; -EEXIST if
 * one is to be made but there is one; -EPERM if others may access it; -EBUSY if
 * another process has it; -EBADMSG if it is not ours or corrupt; -EPROTONOSUPPORT
 * if it is of another version; or as cl_storedb_error().
 */
int cl_storedb_open(struct cl_storedb *d, const char *dir, u32 cluster,
		    u32 node, bool create)
{
	memset(d, 0, sizeof(*d));
	d->cluster = cluster;
	d->node = node;
	if (asprintf(&d->path, "%s/" CL_STOREDB_FILE, dir) < 0) {
		d->path = NULL;
		snprintf(d->error, sizeof(d->error), "no memory");
		return -ENOMEM;
	}
	return open_or_make(d, dir, create);
}

/**
 * cl_storedb_close() - close the file
 * @d: the file, also one that could not be opened
 *
 * What was not committed is as if it never had been written.
 */
void cl_storedb_close(struct cl_storedb *d)
{
	for (size_t i = 0; i < CL_STOREDB_STMTS; i++)
		sqlite3_finalize(d->stmt[i]);
	sqlite3_close(d->db);
	free(d->path);
	memset(d->stmt, 0, sizeof(d->stmt));
	d->db = NULL;
	d->path = NULL;
}
