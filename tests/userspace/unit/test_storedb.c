// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/daemon/storedb.h"
#include "crashvfs.h"
#include "storemodel.h"
#include "unit.h"

#define CLUSTER 0xc1c1
#define NODE 7

static char top[64], dir[96], file[128], journal[160];
static struct cl_storedb db;

static int set_up(void **state)
{
	(void)state;
	strcpy(top, "/tmp/storedb-XXXXXX");
	assert_non_null(mkdtemp(top));
	snprintf(dir, sizeof(dir), "%s/node", top);
	snprintf(file, sizeof(file), "%s/" CL_STOREDB_FILE, dir);
	snprintf(journal, sizeof(journal), "%s-journal", file);
	return 0;
}

static void empty_dir(void)
{
	unlink(journal);
	unlink(file);
	rmdir(dir);
}

static int tear_down(void **state)
{
	(void)state;
	crashvfs_power(0);
	empty_dir();
	rmdir(top);
	return 0;
}

static void open_db(bool create)
{
	if (cl_storedb_open(&db, dir, CLUSTER, NODE, create))
		fail_msg("%s", db.error);
}

/* Opening or reading fails with this; nothing of the file has changed. */
static void assert_no_db(bool create, int err, const char *message)
{
	struct cl_raft_stored s = { 0 };
	char want[CL_STOREDB_ERROR_SIZE];
	int got = cl_storedb_open(&db, dir, CLUSTER, NODE, create);

	if (!got)
		got = cl_storedb_read(&db, &s);
	snprintf(want, sizeof(want), "%s: %s", file, message);
	assert_string_equal(db.error, want);
	assert_int_equal(got, err);
	cl_storedb_forget(&s);
	cl_storedb_close(&db);
}

static int write_one(const struct cl_raft_write *w)
{
	int err = cl_storedb_begin(&db);

	if (!err)
		err = cl_storedb_write(&db, w);
	return err ? err : cl_storedb_commit(&db);
}

static bool holds(const struct model *m)
{
	struct cl_raft_stored s;
	bool same;

	if (cl_storedb_read(&db, &s))
		fail_msg("%s", db.error);
	same = model_is(m, &s);
	cl_storedb_forget(&s);
	return same;
}

/* A file after some writes. */
static void make_db(struct model *m, unsigned int writes)
{
	struct model_write w;

	memset(m, 0, sizeof(*m));
	open_db(true);
	for (unsigned int i = 1; i <= writes; i++) {
		model_next(m, i, &w);
		assert_int_equal(write_one(&w.w), 0);
	}
	cl_storedb_close(&db);
}

static void test_new_file_knows_nothing(void **state)
{
	struct cl_raft_stored s;
	struct stat st;

	(void)state;
	open_db(true);
	assert_int_equal(cl_storedb_read(&db, &s), 0);
	assert_int_equal(s.term, 0);
	assert_int_equal(s.vote, 0);
	assert_null(s.snap);
	assert_int_equal(s.entries, 0);
	cl_storedb_forget(&s);
	assert_int_equal(write_one(&(struct cl_raft_write){ .number = 1 }), 0);
	cl_storedb_close(&db);
	assert_int_equal(stat(dir, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_int_equal(stat(file, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(stat(journal, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
}

static void test_what_was_written_is_read(void **state)
{
	struct model m = { 0 };
	struct model_write w;
	unsigned int snapshots = 0, installs = 0;

	(void)state;
	srandom(3);
	open_db(true);
	for (unsigned int i = 1; i <= 400; i++) {
		model_next(&m, i, &w);
		snapshots += !!w.w.snap;
		installs += w.w.from == 1;
		if (write_one(&w.w))
			fail_msg("%s", db.error);
		if (i % 10)
			continue;
		cl_storedb_close(&db);
		open_db(false);
		assert_true(holds(&m));
	}
	cl_storedb_close(&db);
	assert_true(snapshots > 20 && installs > 3);
}

static void test_gap_in_the_log_is_refused(void **state)
{
	const struct cl_raft_entry e = { .index = 2, .kind = CL_RAFT_NOOP };
	const struct cl_raft_write w = { .number = 1,
					 .entry = &e,
					 .entries = 1 };
	struct model m = { 0 };

	(void)state;
	open_db(true);
	assert_int_equal(write_one(&w), -EINVAL);
	assert_non_null(strstr(db.error, ": entry 2 does not follow 0"));
	cl_storedb_close(&db);
	open_db(false);
	assert_true(holds(&m));
	cl_storedb_close(&db);
}

static void test_directory_must_be_ones_own(void **state)
{
	char message[256];

	(void)state;
	assert_no_db(false, -ENOENT, "No such file or directory");
	assert_int_equal(mkdir(dir, 0700), 0);
	assert_no_db(false, -ENOENT, "No such file or directory");
	assert_int_equal(chmod(dir, 0750), 0);
	snprintf(message, sizeof(message),
		 "%s: others must not see it (mode 0750)", dir);
	assert_no_db(true, -EPERM, message);
	assert_int_equal(access(file, F_OK), -1);
	assert_int_equal(rmdir(dir), 0);
	assert_int_equal(symlink("/tmp", dir), 0);
	snprintf(message, sizeof(message), "%s is not a directory", dir);
	assert_no_db(true, -EINVAL, message);
	assert_int_equal(unlink(dir), 0);
	strcat(dir, "/a");
	snprintf(message, sizeof(message),
		 "cannot make %s: No such file or directory", dir);
	snprintf(file, sizeof(file), "%s/" CL_STOREDB_FILE, dir);
	assert_no_db(true, -ENOENT, message);
}

static void put_file(const void *data, size_t len)
{
	int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, len), len);
	close(fd);
}

static size_t get_file(u8 *data, size_t size)
{
	int fd = open(file, O_RDONLY);
	ssize_t n = read(fd, data, size);

	assert_true(fd >= 0 && n >= 0 && (size_t)n < size);
	close(fd);
	return n;
}

static void test_file_must_be_ones_own(void **state)
{
	static const char text[] =
		"all work and no play makes jack a dull boy\n";
	char message[256];
	u8 data[200];

	(void)state;
	assert_int_equal(mkdir(dir, 0700), 0);
	put_file(text, sizeof(text));
	assert_no_db(false, -EBADMSG, "is not the state of a node");
	assert_no_db(true, -EEXIST, "is there already");
	assert_int_equal(get_file(data, sizeof(data)), sizeof(text));
	assert_memory_equal(data, text, sizeof(text));
	assert_int_equal(chmod(file, 0640), 0);
	snprintf(message, sizeof(message),
		 "%s: others must not see it (mode 0640)", file);
	assert_no_db(false, -EPERM, message);
	assert_int_equal(unlink(file), 0);
	assert_int_equal(mkdir(file, 0700), 0);
	snprintf(message, sizeof(message), "%s is not a plain file", file);
	assert_no_db(false, -EINVAL, message);
	assert_int_equal(rmdir(file), 0);
	put_file("", 0);
	assert_no_db(false, -EBADMSG, "is not the state of a node");
	assert_int_equal(unlink(file), 0);
	open_db(true);
	cl_storedb_close(&db);
	assert_no_db(true, -EEXIST, "is there already");
}

/* What becomes of our file after a command of SQL; it is undone. */
static void with_sql(const char *sql, int err, const char *message)
{
	static u8 data[1 << 20];
	size_t len = get_file(data, sizeof(data));
	sqlite3 *s;

	assert_int_equal(sqlite3_open_v2(file, &s, SQLITE_OPEN_READWRITE,
					 "unix"),
			 SQLITE_OK);
	assert_int_equal(sqlite3_exec(s, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(s);
	assert_no_db(false, err, message);
	put_file(data, len);
}

static void test_foreign_database_is_refused(void **state)
{
	struct model m;

	(void)state;
	make_db(&m, 30);
	with_sql("PRAGMA application_id = 5", -EBADMSG,
		 "is not the state of a node");
	with_sql("PRAGMA user_version = 2", -EPROTONOSUPPORT,
		 "has version 2, this program has 1");
	with_sql("PRAGMA journal_mode = WAL", -EBADMSG,
		 "is not the state of a node");
	with_sql("CREATE TABLE other (x)", -EBADMSG, "the tables are wrong");
	with_sql("ALTER TABLE log RENAME TO lag", -EBADMSG,
		 "the tables are wrong");
	with_sql("CREATE TRIGGER t AFTER INSERT ON log BEGIN SELECT 1; END",
		 -EBADMSG, "the tables are wrong");
}

static void test_state_of_another_node_is_refused(void **state)
{
	struct cl_raft_stored s;

	(void)state;
	open_db(true);
	cl_storedb_close(&db);
	assert_int_equal(cl_storedb_open(&db, dir, CLUSTER, 8, false), 0);
	assert_int_equal(cl_storedb_read(&db, &s), -EINVAL);
	assert_non_null(strstr(db.error, "of node 7, cluster "));
	cl_storedb_close(&db);
	assert_int_equal(cl_storedb_open(&db, dir, 5, NODE, false), 0);
	assert_int_equal(cl_storedb_read(&db, &s), -EINVAL);
	cl_storedb_close(&db);
}

static void test_second_process_is_refused(void **state)
{
	struct cl_storedb first;

	(void)state;
	open_db(true);
	first = db;
	assert_no_db(false, -EBUSY, "in use by another process");
	cl_storedb_close(&first);
	open_db(false);
	cl_storedb_close(&db);
}

static void test_damaged_rows_are_named(void **state)
{
	unsigned long long i;
	char message[128], sql[160];
	struct model m;

	(void)state;
	srandom(5);
	do {
		empty_dir();
		make_db(&m, 40);
	} while (!m.snap || m.last < m.base + 5);
	i = m.base + 3;
	snprintf(sql, sizeof(sql),
		 "UPDATE log SET term = term + 1 WHERE idx = %llu", i);
	snprintf(message, sizeof(message),
		 "log entry %llu: the digest is wrong", i);
	with_sql(sql, -EBADMSG, message);
	snprintf(sql, sizeof(sql), "DELETE FROM log WHERE idx = %llu", i);
	snprintf(message, sizeof(message), "log entry %llu is missing", i);
	with_sql(sql, -EBADMSG, message);
	i = m.last;
	snprintf(sql, sizeof(sql), "DELETE FROM log WHERE idx = %llu", i);
	snprintf(message, sizeof(message), "log entry %llu is missing", i);
	with_sql(sql, -EBADMSG, message);
	snprintf(sql, sizeof(sql),
		 "INSERT INTO log SELECT %llu, 1, 2, NULL, NULL", i + 1);
	with_sql(sql, -EBADMSG, "the log is too long");
	with_sql("UPDATE node SET vote = vote + 1", -EBADMSG,
		 "term and vote: the digest is wrong");
	with_sql("DELETE FROM node", -EBADMSG, "term and vote are missing");
	with_sql("CREATE TEMP TABLE t AS SELECT * FROM node;"
		 "UPDATE t SET id = 2;"
		 "INSERT INTO node SELECT * FROM t",
		 -EBADMSG, "term and vote are there twice");
	with_sql("UPDATE snapshot SET term = term + 1", -EBADMSG,
		 "snapshot: the digest is wrong");
	with_sql("UPDATE snapshot SET conf = x'0000'", -EBADMSG,
		 "snapshot: the voters are wrong");
	with_sql("DELETE FROM snapshot", -EBADMSG, "the snapshot is missing");
	open_db(false);
	assert_true(holds(&m));
	cl_storedb_close(&db);
}

/* What was right once, and was replaced, is wrong. */
static void test_old_rows_are_refused(void **state)
{
	/* BLAKE2s of 32 zeros, index 1, term 1, kind 0 */
	static const char sum[] =
		"8d05dd9709e89f90eb8c2db322886e8f4cd31c7bbf553543b066b18fa348928d";
	const struct cl_raft_entry old = { .index = 1, .term = 1 };
	const struct cl_raft_entry new = { .index = 1, .term = 2 };
	struct cl_raft_snapshot snap = {
		.term = 1,
		.conf = { .voter = { 1 }, .voters = 1 },
	};
	struct cl_raft_write w = {
		.number = 1, .entry = &old, .entries = 1, .snap = &snap
	};
	char sql[160];

	(void)state;
	open_db(true);
	snap.index = 1;
	assert_int_equal(write_one(&w), 0);
	w.from = 1;
	w.entry = &new;
	snap.index = 2;
	assert_int_equal(write_one(&w), 0);
	cl_storedb_close(&db);
	with_sql("UPDATE snapshot SET idx = 1", -EBADMSG,
		 "snapshot: the digest is wrong");
	snprintf(sql, sizeof(sql), "UPDATE log SET term = 1, sum = x'%s'", sum);
	with_sql(sql, -EBADMSG, "the last log entry is another");
	open_db(false);
	cl_storedb_close(&db);
}

/* False: it was refused.  A state that is another fails the test. */
static bool survives(const struct model *m)
{
	struct cl_raft_stored s = { 0 };
	bool good = !cl_storedb_open(&db, dir, CLUSTER, NODE, false) &&
		    !cl_storedb_read(&db, &s);

	if (good)
		assert_true(model_is(m, &s));
	else
		assert_true(strlen(db.error) > strlen(file));
	cl_storedb_forget(&s);
	cl_storedb_close(&db);
	return good;
}

static void test_changed_bytes_are_refused_or_harmless(void **state)
{
	static u8 data[1 << 20];
	unsigned int refused = 0, harmless = 0;
	struct model m;
	size_t len;

	(void)state;
	srandom(11);
	make_db(&m, 60);
	len = get_file(data, sizeof(data));
	for (int i = 0; i < 1200; i++) {
		size_t at = i < 200 ? (size_t)i : random() % len;
		u8 bit = 1 << random() % 8;

		unlink(journal);
		data[at] ^= bit;
		put_file(data, len);
		data[at] ^= bit;
		if (survives(&m))
			harmless++;
		else
			refused++;
	}
	print_message("%u refused, %u harmless\n", refused, harmless);
	assert_true(refused > 200);
	assert_true(harmless > 200);
}

static void test_file_that_is_cut_off_is_refused(void **state)
{
	static u8 data[1 << 20], after[1 << 20];
	struct model m;
	size_t len;

	(void)state;
	srandom(12);
	make_db(&m, 60);
	len = get_file(data, sizeof(data));
	for (size_t n = 1; n < len; n += 1 + random() % 1500) {
		unlink(journal);
		put_file(data, n);
		assert_false(survives(&m));
		assert_int_equal(get_file(after, sizeof(after)), n);
		assert_memory_equal(after, data, n);
	}
}

static void test_changed_journal_is_harmless(void **state)
{
	struct model m;
	struct stat st;

	(void)state;
	srandom(13);
	make_db(&m, 60);
	assert_int_equal(stat(journal, &st), 0);
	assert_true(st.st_size > 1000);
	for (int i = 0; i < 200; i++) {
		int fd = open(journal, O_RDWR);
		off_t at = i < 64 ? i : random() % st.st_size;
		u8 byte = 0;

		assert_int_equal(pread(fd, &byte, 1, at), 1);
		byte ^= 1 << random() % 8;
		assert_int_equal(pwrite(fd, &byte, 1, at), 1);
		close(fd);
		assert_true(survives(&m));
	}
}

/*
 * Power is lost at each of the writes and syncs of some commits; what is on the disk
 * then is up to chance.  All that was acknowledged is there.
 */
static void test_nothing_acknowledged_is_lost_with_the_power(void **state)
{
	static struct model at[16];
	unsigned int crashes = 0, later = 0, crash_at;
	bool crashed = true;

	(void)state;
	for (crash_at = 1; crashed; crash_at++) {
		unsigned int acked = 10, begun = 10;
		struct model_write w;
		int err = 0;

		srandom(crash_at / 4);
		empty_dir();
		make_db(&at[10], 10);
		open_db(false);
		assert_true(holds(&at[10]));
		crashvfs.writes = 0;
		crashvfs.crash_at = crash_at / 4 + 1;
		while (!err && begun < 15) {
			at[begun + 1] = at[begun];
			begun++;
			model_next(&at[begun], begun, &w);
			err = write_one(&w.w);
			if (!err)
				acked = begun;
		}
		cl_storedb_close(&db);
		crashed = err != 0;
		crashvfs_power(crash_at);
		open_db(false);
		if (!holds(&at[acked])) {
			assert_true(holds(&at[begun]));
			later++;
		}
		cl_storedb_close(&db);
		crashvfs_power(0);
		crashes += crashed;
	}
	assert_true(crashes > 200);
	assert_true(later > 0); /* lost: only that it was done */
}

/* The same while the file is made: it is there as a whole or not at all. */
static void test_power_may_go_while_the_file_is_made(void **state)
{
	unsigned int made = 0, not_made = 0;
	bool crashed = true;

	(void)state;
	for (unsigned int crash_at = 1; crashed; crash_at++) {
		struct model m = { 0 };

		empty_dir();
		crashvfs.crash_at = crash_at / 4 + 1;
		crashed = cl_storedb_open(&db, dir, CLUSTER, NODE, true) != 0;
		cl_storedb_close(&db);
		crashvfs_power(crash_at);
		if (cl_storedb_open(&db, dir, CLUSTER, NODE, false)) {
			assert_non_null(strstr(db.error, ": No such file"));
			cl_storedb_close(&db);
			open_db(true);
			not_made++;
		} else {
			made++;
		}
		assert_true(holds(&m));
		cl_storedb_close(&db);
		crashvfs_power(0);
	}
	assert_true(made > 0 && not_made > 4);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_new_file_knows_nothing),
		TEST(test_what_was_written_is_read),
		TEST(test_gap_in_the_log_is_refused),
		TEST(test_directory_must_be_ones_own),
		TEST(test_file_must_be_ones_own),
		TEST(test_foreign_database_is_refused),
		TEST(test_state_of_another_node_is_refused),
		TEST(test_second_process_is_refused),
		TEST(test_damaged_rows_are_named),
		TEST(test_old_rows_are_refused),
		TEST(test_changed_bytes_are_refused_or_harmless),
		TEST(test_file_that_is_cut_off_is_refused),
		TEST(test_changed_journal_is_harmless),
		TEST(test_nothing_acknowledged_is_lost_with_the_power),
		TEST(test_power_may_go_while_the_file_is_made),
	};

	crashvfs_use();
	return cmocka_run_group_tests_name("storedb", tests, NULL, NULL);
}
