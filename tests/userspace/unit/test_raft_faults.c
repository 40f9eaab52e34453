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

/* Disks. */

static void test_a_write_fails(void **state)
{
	struct raftnet *n = *state;
	struct raftnet_node *x = raftnet_node(n, 2);
	u32 elections;

	raftnet_cluster(n, 3);
	x->disk_err = -ENOSPC;
	raftnet_propose(n, "a");
	raftnet_run(n, 100 * MS);
	assert_int_equal(x->failures, 1);
	assert_int_equal(cl_raft_error(x->r), -ENOSPC);
	assert_true(cl_raft_deadline(x->r) == CL_RAFT_NEVER);
	/* For good: nothing is sent, voted or written, whatever comes. */
	elections = x->elections;
	x->disk_err = 0;
	raftnet_crash(n, 1, 0);
	raftnet_run(n, 5 * SEC);
	assert_int_equal(raftnet_leader(n), 0);
	assert_int_equal(x->elections, elections);
	assert_int_equal(x->failures, 1);
	assert_null(x->writes);
	/* Started again it goes on with what is on the disk. */
	raftnet_crash(n, 2, 0);
	raftnet_start(n, 2);
	assert_int_not_equal(raftnet_await_leader(n, 2 * SEC), 0);
	raftnet_run(n, 100 * MS);
	assert_true(raftnet_agree(n));
}

static void test_a_leaders_write_fails(void **state)
{
	struct raftnet *n = *state;

	raftnet_cluster(n, 3);
	raftnet_node(n, 1)->disk_err = -EIO;
	raftnet_propose(n, "a");
	raftnet_run(n, 10 * MS);
	assert_int_equal(cl_raft_role(raftnet_node(n, 1)->r), CL_RAFT_FOLLOWER);
	assert_true(cl_raft_lease(raftnet_node(n, 1)->r) == 0);
	/* Its last word saves a time-out. */
	assert_true(raftnet_await_leader(n, 10 * MS) > 1);
	/* The others had the entry: it was committed without the leader. */
	raftnet_run(n, 100 * MS);
	assert_int_equal(raftnet_node(n, 2)->applied, n->committed);
}

static void test_no_acknowledgement_before_the_disk(void **state)
{
	struct raftnet *n = *state;
	struct cl_raft_progress p;
	u64 before;

	raftnet_cluster(n, 3);
	before = n->committed;
	raftnet_node(n, 2)->disk_ns = 50 * MS;
	raftnet_node(n, 3)->disk_ns = 80 * MS;
	raftnet_propose(n, "a");
	raftnet_run(n, 40 * MS);
	cl_raft_progress(raftnet_node(n, 1)->r, 2, &p);
	assert_int_equal(p.match, before);
	raftnet_run(n, 13 * MS);
	cl_raft_progress(raftnet_node(n, 1)->r, 2, &p);
	assert_int_equal(p.match, before + 1);
	assert_int_equal(n->committed, before + 1);
}

/* Not even of entries that are there, until the term is. */
static void test_the_term_has_to_be_on_the_disk(void **state)
{
	struct raftnet *n = *state;
	struct cl_raft_progress p;

	raftnet_cluster(n, 3);
	raftnet_node(n, 3)->stalled = true;
	assert_int_equal(cl_raft_transfer(raftnet_node(n, 1)->r, n->now, 2), 0);
	raftnet_run(n, 100 * MS);
	assert_int_equal(raftnet_leader(n), 2);
	cl_raft_progress(raftnet_node(n, 2)->r, 3, &p);
	assert_true(p.heard > n->now - 30 * MS);
	assert_int_equal(p.match, 0);
	raftnet_node(n, 3)->stalled = false;
	raftnet_run(n, 10 * MS);
	cl_raft_progress(raftnet_node(n, 2)->r, 3, &p);
	assert_int_equal(p.match, n->committed);
}

/* Writes that are under way at a time are limited, however many entries come. */
static void test_a_stalled_disk_gets_few_writes(void **state)
{
	struct raftnet *n = *state;
	struct raftnet_write *q;
	u32 writes = 0;

	raftnet_cluster(n, 3);
	raftnet_node(n, 2)->stalled = true;
	for (u32 i = 0; i < 500; i++) {
		raftnet_propose(n, "a");
		raftnet_run(n, MS);
	}
	for (q = raftnet_node(n, 2)->writes; q; q = q->next)
		writes++;
	assert_int_equal(writes, CL_RAFT_WRITES_MAX);
	raftnet_node(n, 2)->stalled = false;
	raftnet_run(n, SEC);
	assert_true(raftnet_agree(n));
}

/* What was stored. */

static const char *why(const struct cl_raft_stored *s)
{
	static const struct cl_raft_ops none;
	const struct cl_raft_params p = { 1, 20 * MS, 200 * MS, 100 };
	struct cl_raft *r = cl_raft_new(&p, &none, NULL);
	static char text[80];

	assert_int_equal(cl_raft_start(r, 0, s), -EINVAL);
	strncpy(text, cl_raft_why(r), sizeof(text) - 1);
	cl_raft_free(r);
	return text;
}

static void test_stored_states_that_cannot_be(void **state)
{
	struct cl_raft_entry e[2] = {
		{ .index = 6, .term = 2, .kind = CL_RAFT_DATA },
		{ .index = 7, .term = 2, .kind = CL_RAFT_DATA },
	};
	struct cl_raft_snapshot snap = {
		.index = 5,
		.term = 2,
		.conf = { .voter = { 1 }, .voters = 1 },
	};
	struct cl_raft_stored s = { .vote = 1 };

	(void)state;
	assert_string_equal(why(&s), "a vote without a term");
	s = (struct cl_raft_stored){ 3, 1, NULL, e, 2 };
	assert_string_equal(why(&s), "entries without a snapshot");
	s.snap = &snap;
	s.term = CL_RAFT_TERM_END;
	assert_string_equal(why(&s), "stored term out of range");
	s.term = 1;
	assert_string_equal(why(&s),
			    "snapshot of a later term than the stored one");
	s.term = 3;
	e[1].term = 4;
	assert_string_equal(why(&s),
			    "entry of a later term than the stored one");
	e[1].term = 1;
	assert_string_equal(why(&s), "term falls from one entry to the next");
	e[1].term = 2;
	e[1].index = 8;
	assert_string_equal(why(&s), "gap between entries");
	e[1].index = 7;
	e[1].kind = CL_RAFT_CONF;
	assert_string_equal(why(&s), "entry with members that cannot be");
	e[1].kind = CL_RAFT_DATA + 1;
	assert_string_equal(why(&s), "entry of an unknown kind");
	e[1].kind = CL_RAFT_DATA;
	e[1].len = CL_RAFT_DATA_MAX + 1;
	assert_string_equal(why(&s), "entry too long");
	e[1].len = 0;
	snap.index = 4;
	assert_string_equal(why(&s), "gap between snapshot and entries");
	snap.index = 8;
	assert_string_equal(why(&s), "entries end before the snapshot");
	snap.index = 6;
	snap.term = 1;
	assert_string_equal(why(&s), "snapshot and entry differ in their term");
	snap.index = 5;
	snap.term = 3;
	assert_string_equal(why(&s),
			    "entry of an earlier term than the snapshot");
	snap.term = 0;
	assert_string_equal(why(&s), "snapshot without index or term");
	snap.term = 2;
	snap.conf.voters = 0;
	assert_string_equal(why(&s), "snapshot with members that cannot be");
	snap.conf.voters = 1;
	snap.len = CL_RAFT_SNAPSHOT_MAX + 1;
	assert_string_equal(why(&s), "snapshot too long");
}

static void check_params(struct cl_raft_params p, const char *text)
{
	static const struct cl_raft_ops none;
	const struct cl_raft_stored s = { 0 };
	struct cl_raft *r = cl_raft_new(&p, &none, NULL);

	assert_int_equal(cl_raft_start(r, 0, &s), -EINVAL);
	assert_string_equal(cl_raft_why(r), text);
	cl_raft_free(r);
}

static void test_settings_that_cannot_be(void **state)
{
	struct cl_raft_params p = { 0, 20 * MS, 200 * MS, 100 };

	(void)state;
	check_params(p, "the node has no id");
	p.id = 1;
	p.heartbeat_ns = 0;
	check_params(p, "the heartbeat is not above 0");
	p.heartbeat_ns = 101 * MS;
	check_params(p, "the election time is below two heartbeats");
	p.election_ns = CL_RAFT_NEVER / 2;
	check_params(p, "the election time is too long");
	p.election_ns = 202 * MS;
	p.snapshot_entries = 0;
	check_params(p, "no entries between two snapshots");
}

/* Entries that are not valid. */

static void test_one_does_not_take_an_entry(void **state)
{
	struct raftnet *n = *state;
	struct cl_raft_progress p;
	u64 before;
	u32 sent, elections = 0;

	raftnet_cluster(n, 3);
	raftnet_node(n, 3)->refuses = true;
	before = n->committed;
	raftnet_propose(n, "good");
	raftnet_propose(n, "!bad");
	raftnet_propose(n, "good");
	raftnet_run(n, 100 * MS);
	/* The others do; it has what came before. */
	assert_int_equal(n->committed, before + 3);
	assert_int_equal(raftnet_node(n, 3)->applied, before + 1);
	cl_raft_progress(raftnet_node(n, 1)->r, 3, &p);
	assert_int_equal(p.match, before + 1);
	assert_true(p.refused && !p.caught_up);
	/* Heartbeats, and one attempt per election time among them. */
	sent = n->sent[CL_RAFT_APPEND];
	raftnet_run(n, 2 * SEC);
	assert_in_range(n->sent[CL_RAFT_APPEND] - sent, 180, 220);
	for (u32 id = 1; id <= 3; id++)
		elections += raftnet_node(n, id)->elections;
	assert_int_equal(elections, 1);
	assert_int_equal(raftnet_leader(n), 1);
	raftnet_node(n, 3)->refuses = false;
	raftnet_run(n, RAFTNET_ELECTION + 50 * MS);
	assert_true(raftnet_agree(n));
	cl_raft_progress(raftnet_node(n, 1)->r, 3, &p);
	assert_false(p.refused);
}

static void test_a_majority_does_not_take_an_entry(void **state)
{
	struct raftnet *n = *state;
	u64 before;

	raftnet_cluster(n, 3);
	raftnet_node(n, 2)->refuses = true;
	raftnet_node(n, 3)->refuses = true;
	before = n->committed;
	raftnet_propose(n, "!bad");
	raftnet_run(n, 3 * SEC);
	assert_int_equal(n->committed, before);
	assert_int_equal(raftnet_leader(n), 1);
	/* The voters say so, and with the next leader it is gone. */
	n->trusts = false;
	for (u32 id = 1; id <= 3; id++)
		cl_raft_distrust(raftnet_node(n, id)->r, n->now,
				 cl_raft_term(raftnet_node(n, 1)->r));
	raftnet_run(n, SEC);
	assert_true(raftnet_leader(n) > 1);
	assert_true(raftnet_agree(n));
	assert_int_equal(n->committed, before + 1);
}

/* A change of members that no honest leader can have made. */
static void test_members_are_checked_by_all(void **state)
{
	struct raftnet *n = *state;
	static const u8 two[] = { 2, 0, 0, 0, 0, 7, 0, 0, 0, 8 };
	struct cl_raft *r;
	struct cl_raft_entry e = { .kind = CL_RAFT_CONF,
				   .data = two,
				   .len = sizeof(two) };
	struct cl_raft_msg m = { .type = CL_RAFT_APPEND,
				 .from = 1,
				 .to = 2,
				 .entry = &e,
				 .entries = 1 };
	u64 last;

	raftnet_cluster(n, 3);
	r = raftnet_node(n, 2)->r;
	last = cl_raft_last(r);
	cl_raft_entry(r, last, &e);
	m.index = last;
	m.log_term = e.term;
	m.term = cl_raft_term(r);
	m.seq = n->now;
	e = (struct cl_raft_entry){ .index = last + 1,
				    .term = m.term,
				    .kind = CL_RAFT_CONF,
				    .data = two,
				    .len = sizeof(two) };
	cl_raft_receive(r, n->now, &m);
	assert_int_equal(cl_raft_last(r), last);
	assert_int_equal(cl_raft_conf(r)->voters, 3);
}

/* Leaders that are not trusted. */

static void test_a_leader_is_deposed(void **state)
{
	struct raftnet *n = *state;
	s64 begun;
	u32 term;

	raftnet_cluster(n, 5);
	n->trusts = false;
	term = cl_raft_term(raftnet_node(n, 1)->r);
	begun = n->now;
	/* It does not step down by itself, and one voter trusts it. */
	for (u32 id = 2; id <= 4; id++)
		cl_raft_distrust(raftnet_node(n, id)->r, n->now, term);
	assert_int_equal(cl_raft_leader(raftnet_node(n, 2)->r), 0);
	while (raftnet_leader(n) < 2 && n->now < begun + SEC)
		raftnet_run(n, MS);
	assert_in_range(raftnet_leader(n), 2, 4);
	/* No promise is kept: less than an election time. */
	assert_true(n->now - begun < RAFTNET_ELECTION + 10 * MS);
	raftnet_run(n, SEC);
	assert_int_equal(cl_raft_role(raftnet_node(n, 1)->r), CL_RAFT_FOLLOWER);
	assert_true(raftnet_agree(n));
}

static void test_the_leader_itself_hears_of_it(void **state)
{
	struct raftnet *n = *state;
	u32 term;

	raftnet_cluster(n, 3);
	term = cl_raft_term(raftnet_node(n, 1)->r);
	cl_raft_distrust(raftnet_node(n, 1)->r, n->now, term - 1);
	assert_int_equal(cl_raft_role(raftnet_node(n, 1)->r), CL_RAFT_LEADER);
	cl_raft_distrust(raftnet_node(n, 1)->r, n->now, term);
	assert_int_equal(cl_raft_role(raftnet_node(n, 1)->r), CL_RAFT_FOLLOWER);
	assert_int_equal(cl_raft_leader(raftnet_node(n, 1)->r), 0);
}

/* Entries and snapshots of its leader mean nothing to a node, answers neither. */
static void test_who_is_not_trusted_is_not_obeyed(void **state)
{
	struct raftnet *n = *state;
	struct cl_raft_progress p;
	u64 before;
	u32 term;

	raftnet_cluster(n, 3);
	n->trusts = false;
	term = cl_raft_term(raftnet_node(n, 1)->r);
	raftnet_run(n, 10 * MS);
	cl_raft_distrust(raftnet_node(n, 3)->r, n->now, term);
	before = n->committed;
	raftnet_propose(n, "a");
	raftnet_run(n, SEC);
	assert_int_equal(n->committed, before + 1);
	assert_int_equal(raftnet_node(n, 3)->applied, before);
	cl_raft_progress(raftnet_node(n, 1)->r, 3, &p);
	assert_true(p.heard < n->now - 900 * MS);
	/* Alone with it, it cannot depose the leader; in the next term it obeys. */
	assert_int_equal(cl_raft_term(raftnet_node(n, 1)->r), term);
	cl_raft_transfer(raftnet_node(n, 1)->r, n->now, 2);
	raftnet_run(n, SEC);
	assert_int_equal(raftnet_leader(n), 2);
	assert_true(raftnet_agree(n));
}

/* When somebody else has led, it is a candidate as others are. */
static void test_trusted_again(void **state)
{
	struct raftnet *n = *state;

	raftnet_cluster(n, 3);
	n->trusts = false;
	for (u32 id = 2; id <= 3; id++)
		cl_raft_distrust(raftnet_node(n, id)->r, n->now,
				 cl_raft_term(raftnet_node(n, 1)->r));
	raftnet_run(n, 2 * RAFTNET_ELECTION);
	assert_true(raftnet_leader(n) > 1);
	assert_int_equal(cl_raft_transfer(raftnet_node(n, raftnet_leader(n))->r,
					  n->now, 1),
			 0);
	raftnet_run(n, 20 * MS);
	assert_int_equal(raftnet_leader(n), 1);
}

/* Of two it may be the only one with all entries: then it leads again, later. */
static void test_the_same_leader_again(void **state)
{
	struct raftnet *n = *state;
	s64 begun;

	raftnet_cluster(n, 3);
	raftnet_crash(n, 3, 0);
	raftnet_propose(n, "a");
	raftnet_run(n, 10 * MS);
	n->cut[1][2] = true;
	raftnet_propose(n, "b");
	raftnet_run(n, 10 * MS);
	n->cut[1][2] = false;
	n->trusts = false;
	begun = n->now;
	for (u32 id = 1; id <= 2; id++)
		cl_raft_distrust(raftnet_node(n, id)->r, n->now,
				 cl_raft_term(raftnet_node(n, 1)->r));
	while (!raftnet_leader(n) && n->now < begun + 5 * SEC)
		raftnet_run(n, MS);
	assert_int_equal(raftnet_leader(n), 1);
	assert_true(n->now - begun >= 4 * RAFTNET_ELECTION);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_write_fails),
		TEST(test_a_leaders_write_fails),
		TEST(test_no_acknowledgement_before_the_disk),
		TEST(test_the_term_has_to_be_on_the_disk),
		TEST(test_a_stalled_disk_gets_few_writes),
		TEST(test_stored_states_that_cannot_be),
		TEST(test_settings_that_cannot_be),
		TEST(test_one_does_not_take_an_entry),
		TEST(test_a_majority_does_not_take_an_entry),
		TEST(test_members_are_checked_by_all),
		TEST(test_a_leader_is_deposed),
		TEST(test_the_leader_itself_hears_of_it),
		TEST(test_who_is_not_trusted_is_not_obeyed),
		TEST(test_trusted_again),
		TEST(test_the_same_leader_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
