// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
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
		raftnet_propose(n, "entry");
		raftnet_run(n, MS);
	}
}

/* How many entries are in memory. */
static u64 entries(struct raftnet *n, u32 id)
{
	struct cl_raft *r = raftnet_node(n, id)->r;
	struct cl_raft_entry e;
	u64 i = cl_raft_last(r);

	while (i && cl_raft_entry(r, i, &e))
		i--;
	return cl_raft_last(r) - i;
}

static void test_memory_and_disk_stay_bounded(void **state)
{
	struct raftnet *n = *state;

	raftnet_cluster(n, 3);
	for (u32 i = 0; i < 50; i++) {
		propose_many(n, 20);
		for (u32 id = 1; id <= 3; id++) {
			struct raftnet_node *x = raftnet_node(n, id);

			/* 64 until the next and 16 that stay, and some. */
			assert_true(entries(n, id) < 90);
			assert_true(x->store.entries < 90);
		}
	}
	assert_true(n->committed > 1000);
	assert_true(raftnet_node(n, 2)->store.snap.index > 900);
}

static void test_large_entries_make_a_snapshot_earlier(void **state)
{
	struct raftnet *n = *state;
	static char big[CL_RAFT_DATA_MAX];
	u64 index;

	n->snapshot_entries = 100000;
	raftnet_boot(n, 1);
	raftnet_run(n, SEC);
	for (u32 i = 0; i < 300; i++) {
		assert_int_equal(cl_raft_propose(raftnet_node(n, 1)->r, n->now,
						 big, sizeof(big), &index),
				 0);
		raftnet_run(n, 2 * MS);
		assert_true(entries(n, 1) <=
			    CL_RAFT_LOG_BYTES / CL_RAFT_DATA_MAX);
	}
	assert_true(raftnet_node(n, 1)->store.snap.index > 150);
}

static void test_a_new_node_gets_one(void **state)
{
	struct raftnet *n = *state;

	n->state_bytes = 500000;
	raftnet_cluster(n, 2);
	propose_many(n, 100);
	raftnet_start(n, 3);
	assert_int_equal(raftnet_change(n, 3, 1), 0);
	raftnet_run(n, 500 * MS);
	assert_true(raftnet_agree(n));
	assert_true(raftnet_node(n, 3)->store.snap.index > 50);
	assert_true(raftnet_node(n, 3)->store.snap.len > 500000);
	/* 31 parts, and heartbeats; none sent twice. */
	assert_in_range(n->sent[CL_RAFT_SNAPSHOT], 31, 50);
	assert_int_equal(cl_raft_conf(raftnet_node(n, 3)->r)->learners, 1);
	raftnet_crash(n, 3, 0);
	raftnet_start(n, 3);
	assert_true(raftnet_node(n, 3)->applied > 50);
	assert_int_equal(cl_raft_conf(raftnet_node(n, 3)->r)->voters, 2);
}

static void test_it_comes_through_loss(void **state)
{
	struct raftnet *n = *state;

	n->state_bytes = 300000;
	raftnet_cluster(n, 2);
	propose_many(n, 100);
	raftnet_start(n, 3);
	assert_int_equal(raftnet_change(n, 3, 1), 0);
	n->loss_ppm = 100000;
	n->copies_ppm = 100000;
	n->jitter_ns = 3 * MS;
	raftnet_run(n, 10 * SEC);
	n->loss_ppm = 0;
	raftnet_run(n, SEC);
	assert_true(raftnet_agree(n));
}

static void test_the_receiver_restarts_in_the_middle(void **state)
{
	struct raftnet *n = *state;

	n->state_bytes = 3000000;
	raftnet_cluster(n, 2);
	propose_many(n, 100);
	raftnet_start(n, 3);
	assert_int_equal(raftnet_change(n, 3, 1), 0);
	raftnet_run(n, 30 * MS);
	assert_int_equal(raftnet_node(n, 3)->applied, 0);
	raftnet_crash(n, 3, 0);
	raftnet_start(n, 3);
	raftnet_run(n, 2 * SEC);
	assert_true(raftnet_agree(n));
}

/* The leader dies in the middle; its successor has another snapshot. */
static void test_the_sender_dies_in_the_middle(void **state)
{
	struct raftnet *n = *state;

	n->state_bytes = 3000000;
	raftnet_cluster(n, 3);
	raftnet_isolate(n, 3, true);
	propose_many(n, 300);
	raftnet_start(n, 4);
	assert_int_equal(raftnet_change(n, 4, 1), 0);
	raftnet_run(n, 30 * MS);
	raftnet_isolate(n, 3, false);
	raftnet_crash(n, 1, 0);
	raftnet_run(n, 5 * SEC);
	assert_true(raftnet_agree(n));
	assert_true(raftnet_node(n, 4)->applied > 300);
}

/* Writing it is slow: nothing is acknowledged, and nobody stands for election. */
static void test_it_counts_when_it_is_on_the_disk(void **state)
{
	struct raftnet *n = *state;
	struct cl_raft_progress p;

	raftnet_cluster(n, 3);
	raftnet_isolate(n, 3, true);
	propose_many(n, 200);
	raftnet_crash(n, 3, 0);
	raftnet_start(n, 3);
	raftnet_node(n, 3)->stalled = true;
	raftnet_isolate(n, 3, false);
	raftnet_run(n, 3 * SEC);
	assert_true(raftnet_node(n, 3)->applied > 100);
	cl_raft_progress(raftnet_node(n, 1)->r, 3, &p);
	assert_true(p.match < 100);
	assert_int_equal(raftnet_leader(n), 1);
	/* It is not there after a crash. */
	raftnet_crash(n, 3, 0);
	raftnet_start(n, 3);
	assert_true(raftnet_node(n, 3)->applied < 100);
	raftnet_node(n, 3)->stalled = false;
	raftnet_run(n, SEC);
	assert_true(raftnet_agree(n));
	cl_raft_progress(raftnet_node(n, 1)->r, 3, &p);
	assert_int_equal(p.match, n->committed);
}

/* The leader dies while a voter's snapshot is being written. */
static void test_a_candidate_whose_snapshot_is_being_written(void **state)
{
	struct raftnet *n = *state;

	raftnet_cluster(n, 3);
	raftnet_isolate(n, 3, true);
	propose_many(n, 200);
	raftnet_node(n, 3)->disk_ns = 600 * MS;
	raftnet_isolate(n, 3, false);
	raftnet_run(n, 100 * MS);
	assert_true(raftnet_node(n, 3)->applied > 100);
	raftnet_crash(n, 1, 0);
	raftnet_run(n, 10 * SEC);
	assert_int_not_equal(raftnet_leader(n), 0);
	assert_true(raftnet_agree(n));
}

/* A term begins while a node's own snapshot is on its way to the disk. */
static void test_a_new_term_while_one_is_written(void **state)
{
	struct raftnet *n = *state;
	u32 term;

	raftnet_cluster(n, 3);
	raftnet_node(n, 2)->stalled = true;
	propose_many(n, 100);
	raftnet_crash(n, 1, 0);
	raftnet_start(n, 1);
	raftnet_run(n, 3 * SEC);
	assert_true(raftnet_leader(n) != 2);
	raftnet_node(n, 2)->stalled = false;
	raftnet_run(n, SEC);
	assert_true(raftnet_agree(n));
	term = cl_raft_term(raftnet_node(n, 2)->r);
	assert_int_equal(raftnet_node(n, 2)->store.term, term);
	raftnet_crash(n, 2, 0);
	raftnet_start(n, 2);
	assert_int_equal(cl_raft_term(raftnet_node(n, 2)->r), term);
	raftnet_run(n, SEC);
	assert_true(raftnet_agree(n));
}

static void test_no_memory_for_one(void **state)
{
	struct raftnet *n = *state;

	raftnet_boot(n, 1);
	raftnet_run(n, SEC);
	raftnet_node(n, 1)->starved = true;
	propose_many(n, 200);
	assert_int_equal(raftnet_node(n, 1)->store.snap.index, 1);
	raftnet_node(n, 1)->starved = false;
	propose_many(n, 2);
	raftnet_run(n, 10 * MS);
	assert_true(raftnet_node(n, 1)->store.snap.index > 200);
}

/* A state machine that does not take it: tried slowly, and nothing else happens. */
static void test_one_that_is_not_taken(void **state)
{
	struct raftnet *n = *state;
	struct cl_raft_progress p;
	u32 sent;

	n->state_bytes = 100000;
	raftnet_cluster(n, 2);
	propose_many(n, 100);
	raftnet_start(n, 3);
	raftnet_node(n, 3)->picky = true;
	assert_int_equal(raftnet_change(n, 3, 1), 0);
	raftnet_run(n, 200 * MS);
	sent = n->sent[CL_RAFT_SNAPSHOT];
	raftnet_run(n, SEC);
	/* 7 parts per election time, and heartbeats. */
	assert_in_range(n->sent[CL_RAFT_SNAPSHOT] - sent, 50, 100);
	assert_int_equal(cl_raft_error(raftnet_node(n, 3)->r), 0);
	cl_raft_progress(raftnet_node(n, 1)->r, 3, &p);
	assert_true(p.refused && !p.caught_up);
	raftnet_node(n, 3)->picky = false;
	raftnet_run(n, SEC);
	assert_true(raftnet_agree(n));
	cl_raft_progress(raftnet_node(n, 1)->r, 3, &p);
	assert_false(p.refused);
}

/* A change of members that is in the log but not yet applied is not in it. */
static void test_members_as_of_its_end(void **state)
{
	struct raftnet *n = *state;

	n->snapshot_entries = 20;
	raftnet_cluster(n, 2);
	raftnet_isolate(n, 2, true);
	for (u32 i = 0; i < 30; i++)
		raftnet_propose(n, "a");
	assert_int_equal(raftnet_change(n, 5, 1), 0);
	raftnet_isolate(n, 2, false);
	raftnet_node(n, 2)->stalled = true;
	raftnet_run(n, 50 * MS);
	raftnet_node(n, 2)->stalled = false;
	raftnet_run(n, 3 * SEC);
	assert_int_equal(raftnet_node(n, 2)->store.snap.conf.learners +
				 2 * raftnet_node(n, 2)->store.snap.conf.voters,
			 5);
	assert_true(raftnet_agree(n));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_memory_and_disk_stay_bounded),
		TEST(test_large_entries_make_a_snapshot_earlier),
		TEST(test_a_new_node_gets_one),
		TEST(test_it_comes_through_loss),
		TEST(test_the_receiver_restarts_in_the_middle),
		TEST(test_the_sender_dies_in_the_middle),
		TEST(test_it_counts_when_it_is_on_the_disk),
		TEST(test_a_candidate_whose_snapshot_is_being_written),
		TEST(test_a_new_term_while_one_is_written),
		TEST(test_no_memory_for_one),
		TEST(test_one_that_is_not_taken),
		TEST(test_members_as_of_its_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
