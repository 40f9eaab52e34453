// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "raftnet.h"
#include "unit.h"

#define MS CL_NS_PER_MS
#define SEC CL_NS_PER_SEC

static int setup(void **state)
{
	*state = raftnet_new(1);
	return 0;
}

static int teardown(void **state)
{
	raftnet_free(*state);
	return 0;
}

static void propose_many(struct raftnet *n, u32 count)
{
	for (u32 i = 0; i < count; i++) {
		while (raftnet_propose(n, "entry") == -ENOBUFS)
			raftnet_run(n, MS);
	}
}

static void test_single_voter_commits_alone(void **state)
{
	struct raftnet *n = *state;

	raftnet_boot(n, 1);
	raftnet_run(n, 2 * RAFTNET_ELECTION + 10 * MS);
	assert_int_equal(raftnet_leader(n), 1);
	assert_int_equal(raftnet_propose(n, "a"), 0);
	assert_int_equal(raftnet_node(n, 1)->applied, 2);
	/* Not before it is on the disk. */
	raftnet_run(n, MS + 1);
	assert_int_equal(raftnet_node(n, 1)->applied, 3);
	assert_true(cl_raft_lease(raftnet_node(n, 1)->r) == CL_RAFT_NEVER);
}

static void test_entry_is_committed_by_a_majority(void **state)
{
	struct raftnet *n = *state;
	u64 before;

	raftnet_cluster(n, 5);
	before = n->committed;
	raftnet_isolate(n, 4, true);
	raftnet_isolate(n, 5, true);
	assert_int_equal(raftnet_propose(n, "a"), 0);
	/* There, to the disk, back. */
	raftnet_run(n, 3 * MS + 1);
	assert_int_equal(n->committed, before + 1);
	raftnet_isolate(n, 3, true);
	assert_int_equal(raftnet_propose(n, "b"), 0);
	raftnet_run(n, 100 * MS);
	assert_int_equal(n->committed, before + 1);
	for (u32 id = 3; id <= 5; id++)
		raftnet_isolate(n, id, false);
	raftnet_run(n, SEC);
	assert_true(raftnet_agree(n));
}

static void test_followers_apply_at_once(void **state)
{
	struct raftnet *n = *state;

	raftnet_cluster(n, 3);
	assert_int_equal(raftnet_propose(n, "a"), 0);
	/* One more way than the commit took; no heartbeat is waited for. */
	raftnet_run(n, 4 * MS + 1);
	assert_true(raftnet_agree(n));
	assert_int_equal(n->committed, cl_raft_last(raftnet_node(n, 1)->r));
}

static void test_two_voters_need_both(void **state)
{
	struct raftnet *n = *state;
	u64 before;

	raftnet_cluster(n, 2);
	before = n->committed;
	raftnet_isolate(n, 2, true);
	assert_int_equal(raftnet_propose(n, "a"), 0);
	raftnet_run(n, 2 * SEC);
	assert_int_equal(n->committed, before);
	assert_int_equal(raftnet_leader(n), 0);
	raftnet_isolate(n, 2, false);
	assert_int_not_equal(raftnet_await_leader(n, SEC), 0);
	raftnet_run(n, 100 * MS);
	assert_true(raftnet_agree(n));
}

static void test_uncommitted_entries_are_limited(void **state)
{
	struct raftnet *n = *state;
	struct cl_raft_progress p;
	u32 sent;

	raftnet_cluster(n, 3);
	raftnet_node(n, 2)->stalled = true;
	raftnet_node(n, 3)->stalled = true;
	for (u32 i = 0; i < CL_RAFT_WINDOW_MAX; i++)
		assert_int_equal(raftnet_propose(n, "x"), 0);
	assert_int_equal(raftnet_propose(n, "x"), -ENOBUFS);
	raftnet_run(n, 150 * MS);
	assert_int_equal(raftnet_propose(n, "x"), -ENOBUFS);
	assert_int_equal(cl_raft_progress(raftnet_node(n, 1)->r, 2, &p), 0);
	assert_int_equal(p.match, n->committed);
	/* Heartbeats only. */
	sent = n->sent[CL_RAFT_APPEND];
	raftnet_run(n, SEC);
	assert_in_range(n->sent[CL_RAFT_APPEND] - sent, 90, 110);
	raftnet_node(n, 2)->stalled = false;
	raftnet_node(n, 3)->stalled = false;
	raftnet_run(n, SEC);
	assert_true(raftnet_agree(n));
	assert_int_equal(raftnet_propose(n, "x"), 0);
}

static void test_uncommitted_bytes_are_limited(void **state)
{
	struct raftnet *n = *state;
	static char big[CL_RAFT_DATA_MAX + 2];
	u64 index, i = 0;
	int err;

	raftnet_cluster(n, 3);
	memset(big, 'x', sizeof(big));
	assert_int_equal(cl_raft_propose(raftnet_node(n, 1)->r, n->now, big,
					 CL_RAFT_DATA_MAX + 1, &index),
			 -EMSGSIZE);
	do {
		err = cl_raft_propose(raftnet_node(n, 1)->r, n->now, big,
				      CL_RAFT_DATA_MAX, &index);
		i++;
	} while (!err);
	assert_int_equal(err, -ENOBUFS);
	assert_in_range(i, CL_RAFT_WINDOW_BYTES / CL_RAFT_DATA_MAX,
			CL_RAFT_WINDOW_BYTES / CL_RAFT_DATA_MAX + 1);
	raftnet_run(n, SEC);
	assert_true(raftnet_agree(n));
	assert_true(n->largest > CL_RAFT_DATA_MAX);
}

static void test_loss_and_disorder_are_made_good(void **state)
{
	struct raftnet *n = *state;

	raftnet_cluster(n, 3);
	n->loss_ppm = 100000;
	n->copies_ppm = 100000;
	n->jitter_ns = 5 * MS;
	for (u32 i = 0; i < 300; i++) {
		raftnet_propose(n, "entry");
		raftnet_run(n, 3 * MS);
	}
	n->loss_ppm = 0;
	raftnet_run(n, SEC);
	assert_true(raftnet_agree(n));
	assert_true(n->committed > 250);
}

static void test_long_lag_is_sent_in_pieces(void **state)
{
	struct raftnet *n = *state;
	u32 sent;

	n->snapshot_entries = 10000;
	raftnet_cluster(n, 3);
	raftnet_isolate(n, 3, true);
	propose_many(n, 1000);
	raftnet_run(n, SEC);
	sent = n->sent[CL_RAFT_APPEND];
	raftnet_isolate(n, 3, false);
	raftnet_run(n, 200 * MS);
	assert_true(raftnet_agree(n));
	assert_true(n->committed > 1000);
	/* 1000 entries at 64 per message, commits and heartbeats. */
	assert_in_range(n->sent[CL_RAFT_APPEND] - sent, 1000 / 64, 80);
	assert_int_equal(n->sent[CL_RAFT_SNAPSHOT], 2);
}

/* One message is lost, and those behind it do not fit: one step back is enough. */
static void test_one_loss_is_repaired_once(void **state)
{
	struct raftnet *n = *state;
	char text[1000];
	u64 bytes;

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = 0;
	raftnet_cluster(n, 3);
	n->delay_ns = 5 * MS;
	raftnet_node(n, 3)->disk_ns = 50 * MS;
	raftnet_run(n, 100 * MS);
	bytes = n->bytes;
	n->cut[1][3] = true;
	raftnet_propose(n, text);
	n->cut[1][3] = false;
	for (u32 i = 0; i < 30; i++) {
		raftnet_propose(n, text);
		raftnet_run(n, MS);
	}
	raftnet_run(n, 100 * MS);
	assert_true(raftnet_agree(n));
	/* To 2 all once, to 3 what was on its way twice, and heads. */
	assert_in_range(n->bytes - bytes, 62 * 1000, 105 * 1000);
}

static void test_a_dead_node_gets_heartbeats(void **state)
{
	struct raftnet *n = *state;
	u32 sent;

	raftnet_cluster(n, 3);
	raftnet_crash(n, 3, 0);
	raftnet_run(n, SEC);
	sent = n->sent[CL_RAFT_APPEND];
	for (u32 i = 0; i < 100; i++)
		raftnet_propose(n, "a");
	/* As many as there are, to the other. */
	assert_int_equal(n->sent[CL_RAFT_APPEND] - sent, 100);
}

/* What it has acknowledged it lacks: it gets heartbeats, and no vote of it counts. */
static void test_a_voter_that_has_lost_its_disk(void **state)
{
	struct raftnet *n = *state;
	u32 sent;

	raftnet_cluster(n, 3);
	raftnet_crash(n, 3, 0);
	raftnet_wipe(n, 3);
	raftnet_start(n, 3);
	sent = n->sent[CL_RAFT_APPEND];
	raftnet_run(n, SEC);
	assert_in_range(n->sent[CL_RAFT_APPEND] - sent, 90, 110);
	assert_int_equal(raftnet_node(n, 3)->applied, 0);
	raftnet_crash(n, 1, 0);
	raftnet_run(n, 3 * SEC);
	assert_int_equal(raftnet_leader(n), 0);
}

/* Entries of a leader that was cut off give way to those of its successor. */
static void test_uncommitted_entries_are_replaced(void **state)
{
	struct raftnet *n = *state;
	u64 index;
	struct cl_raft_entry e;

	raftnet_cluster(n, 3);
	raftnet_isolate(n, 1, true);
	for (u32 i = 0; i < 5; i++)
		assert_int_equal(cl_raft_propose(raftnet_node(n, 1)->r, n->now,
						 "old", 3, &index),
				 0);
	raftnet_run(n, SEC);
	assert_int_not_equal(raftnet_leader(n), 0);
	assert_int_not_equal(raftnet_leader(n), 1);
	for (u32 i = 0; i < 5; i++)
		assert_int_equal(raftnet_propose(n, "new"), 0);
	raftnet_run(n, 100 * MS);
	raftnet_isolate(n, 1, false);
	raftnet_run(n, SEC);
	assert_true(raftnet_agree(n));
	assert_true(cl_raft_entry(raftnet_node(n, 1)->r, index, &e));
	assert_memory_equal(e.data, "new", 3);
}

/* Counting replicas of an old term commits nothing (Ongaro, figure 3.7). */
static void test_entries_of_old_terms_are_not_counted(void **state)
{
	struct raftnet *n = *state;
	u64 before, index;
	u32 term;

	raftnet_cluster(n, 3);
	before = n->committed;
	/* On the leader's disk only, and more than one message takes. */
	raftnet_isolate(n, 1, true);
	for (u32 i = 0; i < 100; i++)
		assert_int_equal(cl_raft_propose(raftnet_node(n, 1)->r, n->now,
						 "a", 1, &index),
				 0);
	raftnet_run(n, 10 * MS);
	raftnet_crash(n, 1, 0);
	raftnet_isolate(n, 1, false);
	raftnet_crash(n, 3, 0);
	raftnet_start(n, 1);
	while (n->committed == before)
		raftnet_run(n, MS / 10);
	/* With the first entry of the new term, all at once. */
	assert_int_equal(n->committed, before + 101);
	term = cl_raft_term(raftnet_node(n, 1)->r);
	assert_int_equal(n->term[n->committed], term);
	assert_true(n->term[n->committed - 1] < term);
}

static void test_restart_goes_on(void **state)
{
	struct raftnet *n = *state;

	raftnet_cluster(n, 3);
	propose_many(n, 30);
	raftnet_run(n, SEC);
	for (u32 id = 1; id <= 3; id++)
		raftnet_crash(n, id, 0);
	for (u32 id = 1; id <= 3; id++)
		raftnet_start(n, id);
	assert_int_not_equal(raftnet_await_leader(n, 2 * SEC), 0);
	assert_int_equal(raftnet_propose(n, "after"), 0);
	raftnet_run(n, SEC);
	assert_true(raftnet_agree(n));
}

static void test_only_the_leader_proposes(void **state)
{
	struct raftnet *n = *state;
	u64 index;

	raftnet_cluster(n, 3);
	assert_int_equal(cl_raft_propose(raftnet_node(n, 2)->r, n->now, "a", 1,
					 &index),
			 -EAGAIN);
	assert_int_equal(cl_raft_leader(raftnet_node(n, 2)->r), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_single_voter_commits_alone),
		TEST(test_entry_is_committed_by_a_majority),
		TEST(test_followers_apply_at_once),
		TEST(test_two_voters_need_both),
		TEST(test_uncommitted_entries_are_limited),
		TEST(test_uncommitted_bytes_are_limited),
		TEST(test_loss_and_disorder_are_made_good),
		TEST(test_long_lag_is_sent_in_pieces),
		TEST(test_one_loss_is_repaired_once),
		TEST(test_a_dead_node_gets_heartbeats),
		TEST(test_a_voter_that_has_lost_its_disk),
		TEST(test_uncommitted_entries_are_replaced),
		TEST(test_entries_of_old_terms_are_not_counted),
		TEST(test_restart_goes_on),
		TEST(test_only_the_leader_proposes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
