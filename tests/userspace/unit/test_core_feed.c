// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What voters tell the other members, and frames that make no sense.
 */
#include "clusterkit.h"

static void offer(u32 from, u32 to, u32 leads, u32 term)
{
	u8 bytes[12] = { 0 };

	cl_put_be32(bytes, leads);
	cl_put_be32(bytes + 4, term);
	hand(from, to, CL_CLUSTER_OFFER, bytes, sizeof(bytes));
}

static void offer_leader(u32 from, u32 to, u32 term)
{
	offer(from, to, from, term);
}

static void test_latest_term_counts(void **state)
{
	const struct cl_raft_msg m = { .type = CL_RAFT_VOTE,
				       .from = 3,
				       .to = 4,
				       .term = 999,
				       .transfer = true };
	u8 buf[128];

	(void)state;
	build(3, 4);
	offer_leader(1, 4, 100);
	offer_leader(2, 4, 90);
	assert_int_equal(node[4].leader, 1);
	offer_leader(2, 4, 110);
	assert_int_equal(node[4].leader, 2);
	offer_leader(1, 4, 120);
	assert_int_equal(node[4].leader, 1);
	/* of its own Raft it counts for members only */
	hand(3, 4, CL_CLUSTER_RAFT, buf, cl_raft_encode(&m, buf, sizeof(buf)));
	assert_int_equal(cl_cluster_bad_frames(node[4].c), 0);
	assert_int_equal(node[4].leader, 1);
}

static void told(u32 id, u32 leads, u32 term)
{
	u32 t;

	assert_int_equal(cl_cluster_leader(node[id].c, &t), leads);
	assert_int_equal(t, term);
	assert_int_equal(node[id].leader, leads);
}

/* Of four voters one may lie. */
static void test_one_voter_makes_no_term(void **state)
{
	const u32 huge = CL_RAFT_TERM_END - 1;
	u32 term, next;

	(void)state;
	build(4, 5);
	assert_int_equal(leader(), 1);
	cl_cluster_leader(node[1].c, &term);
	next = term + 1;
	told(5, 1, term);
	/* neither to who is fed nor to who votes */
	offer_leader(4, 5, huge);
	told(5, 1, term);
	offer_leader(4, 2, huge);
	told(2, 1, term);
	/* nor does it lead in a term that there is */
	offer_leader(4, 5, term);
	told(5, 1, term);
	/* what two say is so */
	offer_leader(4, 5, huge);
	offer(3, 5, 3, next);
	told(5, 0, next);
	offer(2, 5, 3, next);
	told(5, 3, next);
}

/* Who hears one voter alone believes it what Raft would. */
static void test_only_voter_heard_makes_few_terms(void **state)
{
	u32 term;

	(void)state;
	build(4, 5);
	cl_cluster_leader(node[1].c, &term);
	for (u32 id = 1; id <= 3; id++)
		cl_cluster_closed(node[5].c, now, id);
	offer_leader(4, 5, term + CL_RAFT_JUMP + 1);
	told(5, 0, 0);
	offer_leader(4, 5, term + CL_RAFT_JUMP);
	told(5, 4, term + CL_RAFT_JUMP);
	offer_leader(4, 5, term + CL_RAFT_JUMP + 1);
	told(5, 0, 0);
	/* more of them may be so far ahead */
	offer(3, 5, 4, term + 2 * CL_RAFT_JUMP);
	offer_leader(4, 5, term + 2 * CL_RAFT_JUMP);
	told(5, 4, term + 2 * CL_RAFT_JUMP);
}

static void ask_for_state(u32 from, u32 to)
{
	u8 get[8] = { 0 };

	cl_put_be32(get, state_of(to)->epoch);
	hand(from, to, CL_CLUSTER_GET, get, sizeof(get));
}

static void test_only_voters_feed(void **state)
{
	struct frame **before;

	(void)state;
	build(2, 4);
	before = end;
	ask_for_state(3, 4);
	ask_for_state(1, 2);
	assert_ptr_equal(end, before);
	ask_for_state(4, 2);
	assert_ptr_not_equal(end, before);
	assert_int_not_equal(leader(), 3);
}

static void test_follower_is_fed(void **state)
{
	(void)state;
	build(1, 1);
	/* so many that one frame does not do */
	for (u32 id = 100; id < 1200; id++) {
		request(1, put_id(id, 0));
		assert_int_equal(outcome(1), 0);
	}
	join(1, 2);
	run(100 * CL_NS_PER_MS);
	assert_int_equal(state_of(2)->roster->n, 1102);
	assert_int_equal(cl_raft_last(cl_cluster_raft(node[2].c)), 0);
	assert_int_equal(node[2].leader, 1);
	assert_true(node[2].rosters > 0);
	agree_all(2);
	/* asks by itself */
	request(2, probes(6));
	assert_int_equal(outcome(2), 0);
	run(100 * CL_NS_PER_MS);
	agree_all(2);
}

static void test_lost_part_is_asked_for_again(void **state)
{
	(void)state;
	build(3, 4);
	node[4].deaf[CL_CLUSTER_PART] = true;
	request(1, probes(6));
	run(CL_NS_PER_SEC / 2);
	assert_int_equal(node[4].dropped[CL_CLUSTER_PART], 1);
	assert_int_not_equal(state_of(4)->common[CL_COMMON_PROBES], 6);
	node[4].deaf[CL_CLUSTER_PART] = false;
	run(CL_NS_PER_SEC);
	assert_int_equal(state_of(4)->common[CL_COMMON_PROBES], 6);
	assert_int_equal(cl_cluster_bad_frames(node[4].c), 0);
}

/* An offer of a state of some epoch, and then what is asked for. */
static void offer_epoch(u32 from, u32 to, const struct cl_state *s, u32 epoch,
			bool damage)
{
	u8 offer[12] = { 0 }, *part;
	u32 len;
	u8 *bytes = cl_state_freeze(s, &len);

	cl_put_be32(offer, from);
	cl_put_be32(offer + 4, 1000);
	cl_put_be32(offer + 8, epoch);
	hand(from, to, CL_CLUSTER_OFFER, offer, sizeof(offer));
	part = calloc(1, 20 + len);
	cl_put_be32(part, epoch);
	cl_put_be64(part + 4, s->index);
	cl_put_be32(part + 12, len);
	memcpy(part + 20, bytes, len);
	part[20 + len / 2] ^= damage;
	hand(from, to, CL_CLUSTER_PART, part, 20 + len);
	free(part);
	free(bytes);
}

static void offer_state(u32 from, u32 to, const struct cl_state *s, bool damage)
{
	offer_epoch(from, to, s, s->epoch, damage);
}

/*
 * One that was removed, and has not heard of it, knows no leader.  By its state nobody
 * else would be believed.
 */
static void test_first_state_is_of_who_knows_a_leader(void **state)
{
	const struct cl_raft_stored nothing = { 0 };
	struct frame **before;
	u8 offer[12] = { 0 };
	const char *why;

	(void)state;
	build(3, 3);
	make_node(4);
	assert_int_equal(cl_cluster_start(node[4].c, now, &nothing, &why), 0);
	cl_cluster_opened(node[4].c, now, 2);
	before = end;
	cl_put_be32(offer + 4, 900);
	cl_put_be32(offer + 8, 5);
	hand(2, 4, CL_CLUSTER_OFFER, offer, sizeof(offer));
	assert_ptr_equal(end, before);
	cl_put_be32(offer, 3);
	hand(2, 4, CL_CLUSTER_OFFER, offer, sizeof(offer));
	assert_ptr_not_equal(end, before);
}

/* A voter that was started again has what its last snapshot says, and a leader. */
static void test_state_of_the_last_snapshot_is_not_offered(void **state)
{
	struct cl_raft_msg m = { .type = CL_RAFT_APPEND,
				 .from = 1,
				 .to = 2,
				 .term = 900,
				 .seq = 1 };
	struct cl_raft_snapshot snap = { .term = 1 };
	struct cl_raft_entry noop = { .term = 900, .kind = CL_RAFT_NOOP };
	const struct cl_raft_stored stored = { .term = 1, .snap = &snap };
	const char *why;
	u8 *bytes, buf[128];

	(void)state;
	build(3, 4);
	bytes = cl_state_freeze(state_of(2), &snap.len);
	snap.data = bytes;
	snap.index = state_of(2)->index;
	snap.conf = state_of(2)->conf;
	for (u32 id = 1; id <= 4; id++)
		die(id);
	make_node(2);
	assert_int_equal(cl_cluster_start(node[2].c, now, &stored, &why), 0);
	start(4);
	m.index = snap.index;
	m.log_term = snap.term;
	hand(1, 2, CL_CLUSTER_RAFT, buf, cl_raft_encode(&m, buf, sizeof(buf)));
	run(50 * CL_NS_PER_MS);
	assert_int_equal(node[2].leader, 1);
	assert_int_equal(state_of(4)->epoch, 0);
	noop.index = snap.index + 1;
	m.entry = &noop;
	m.entries = 1;
	m.commit = noop.index;
	m.seq++;
	hand(1, 2, CL_CLUSTER_RAFT, buf, cl_raft_encode(&m, buf, sizeof(buf)));
	run(50 * CL_NS_PER_MS);
	assert_int_equal(state_of(4)->epoch, state_of(2)->epoch);
	free(bytes);
}

static void test_false_state_is_not_taken(void **state)
{
	struct cl_state s = { 0 };
	u32 epoch, before;

	(void)state;
	build(2, 4);
	epoch = state_of(4)->epoch;
	make(&s, 3, 3);
	while (s.epoch < epoch + 10)
		agree(&s, probes(s.epoch % 2 + 2));
	/* 3 has no vote, so its word counts for nothing */
	before = node[4].leader;
	offer_state(3, 4, &s, false);
	assert_int_equal(state_of(4)->epoch, epoch);
	assert_int_equal(node[4].leader, before);
	offer_state(2, 4, &s, true);
	assert_int_equal(state_of(4)->epoch, epoch);
	assert_int_equal(cl_cluster_bad_frames(node[4].c), 1);
	/* older than what it has: not even asked for */
	s.epoch = epoch - 1;
	offer_state(2, 4, &s, false);
	assert_int_equal(state_of(4)->epoch, epoch);
	s.epoch = epoch + 10;
	/* another one than was offered */
	offer_epoch(2, 4, &s, s.epoch + 1, false);
	assert_int_equal(state_of(4)->epoch, epoch);
	assert_int_equal(cl_cluster_bad_frames(node[4].c), 2);
	/* one in which the sender has no vote */
	set_conf(&s, 1);
	offer_state(2, 4, &s, false);
	assert_int_equal(state_of(4)->epoch, epoch);
	assert_int_equal(cl_cluster_bad_frames(node[4].c), 3);
	/* from a voter, whole and new: nothing is signed */
	set_conf(&s, 3);
	offer_state(2, 4, &s, false);
	assert_int_equal(state_of(4)->epoch, s.epoch);
	assert_int_equal(cl_cluster_bad_frames(node[4].c), 3);
	cl_state_fini(&s);
}

static void test_bad_frames_are_counted(void **state)
{
	static const u8 junk[400] = { 1, 2, 3 };
	u8 digest[CL_STATE_DIGEST_LEN], after[CL_STATE_DIGEST_LEN];
	struct cl_raft_msg m = {
		.type = CL_RAFT_APPEND, .from = 2, .to = 1, .term = 99
	};
	struct cl_entry e = probes(3);
	u8 buf[CL_ENTRY_MAX + 9] = { 0 };
	u32 lines, bad = 0;
	int len;

	(void)state;
	build(3, 3);
	lines = node[1].lines;
	assert_int_equal(cl_state_digest(state_of(1), digest), 0);
	for (u8 type = CL_CLUSTER_RAFT; type <= CL_CLUSTER_FRAMES; type++) {
		hand(2, 1, type, junk, type == CL_CLUSTER_PART ? 20 : 400);
		hand(2, 1, type, junk, 0);
		bad += 2;
		assert_int_equal(cl_cluster_bad_frames(node[1].c), bad);
		lines++;
		assert_int_equal(node[1].lines, lines);
	}
	/* in the name of another */
	len = cl_raft_encode(&m, buf, sizeof(buf));
	hand(3, 1, CL_CLUSTER_RAFT, buf, len);
	assert_int_equal(cl_cluster_bad_frames(node[1].c), ++bad);
	e.requester = 2;
	len = cl_entry_encode(&e, buf + 9, CL_ENTRY_MAX, error);
	cl_put_be64(buf, e.request);
	buf[8] = CL_CLUSTER_ENTRY;
	hand(3, 1, CL_CLUSTER_REQUEST, buf, 9 + len);
	assert_int_equal(cl_cluster_bad_frames(node[1].c), ++bad);
	run(CL_NS_PER_SEC);
	assert_int_equal(leader(), 1);
	assert_int_equal(cl_state_digest(state_of(1), after), 0);
	assert_memory_equal(digest, after, sizeof(digest));
}

static void test_stranger_joins_by_itself(void **state)
{
	(void)state;
	found_cluster();
	start(2);
	run(100 * CL_NS_PER_MS);
	assert_int_equal(state_of(2)->roster->n, 1);
	assert_int_equal(node[2].leader, 1);
	/* for nothing else before it is a member */
	request(2, probes(6));
	assert_int_equal(outcome(2), CL_ANSWER_REQUESTER);
	request(2, put_id(3, 0));
	assert_int_equal(outcome(2), CL_ANSWER_REQUESTER);
	assert_int_equal(begin(2, CL_CLUSTER_LEAD, 0), 0);
	assert_int_equal(outcome(2), -ETIMEDOUT);
	assert_true(cl_cluster_bad_frames(node[1].c) > 0);
	assert_int_equal(leader(), 1);
	request(2, put_id(2, CL_MEMBER_F_VOTER));
	assert_int_equal(outcome(2), CL_ANSWER_DONE);
	run(CL_NS_PER_SEC);
	assert_int_equal(state_of(1)->conf.voters, 2);
	agree_all(2);
}

static void test_removed_node_learns_it(void **state)
{
	(void)state;
	build(1, 2);
	run(100 * CL_NS_PER_MS);
	assert_non_null(cl_roster_find(state_of(2)->roster, 2));
	act(1, CL_CLUSTER_REMOVE, 2);
	run(100 * CL_NS_PER_MS);
	assert_null(cl_roster_find(state_of(2)->roster, 2));
}

/* What a node was given is there after a restart, before anybody speaks to it. */
static void test_state_is_kept_over_a_restart(void **state)
{
	const struct cl_raft_stored nothing = { 0 };
	struct cl_raft_snapshot kept = { 0 };
	struct cl_cluster_params p = {
		.raft = { .id = 4,
			  .heartbeat_ns = 20 * CL_NS_PER_MS,
			  .election_ns = 200 * CL_NS_PER_MS,
			  .snapshot_entries = 16 },
		.cluster = CLUSTER,
		.fed = &kept,
	};
	const char *why;
	u32 epoch;
	u8 *bytes;
	int err;

	(void)state;
	build(3, 4);
	run(100 * CL_NS_PER_MS);
	bytes = cl_state_freeze(state_of(4), &kept.len);
	kept.data = bytes;
	kept.index = state_of(4)->index;
	epoch = state_of(4)->epoch;
	die(4);
	for (int damage = 1; damage >= 0; damage--) {
		bytes[kept.len / 2] ^= 1;
		memset(&node[4], 0, sizeof(node[4]));
		node[4].c = cl_cluster_new(&p, &ops, &node[4]);
		err = cl_cluster_start(node[4].c, now, &nothing, &why);
		assert_int_equal(err, 0);
		assert_int_equal(state_of(4)->epoch, damage ? 0 : epoch);
		assert_int_equal(node[4].lines, damage);
		assert_int_equal(node[4].rosters, !damage);
		if (damage)
			die(4);
	}
	assert_int_equal(state_of(4)->index, kept.index);
	assert_true(cl_cluster_is_fed(node[4].c));
	assert_false(cl_cluster_is_fed(node[1].c));
	free(bytes);
	/* only voters of that state are believed from here on */
	offer_leader(4, 4, 1000);
	assert_int_equal(node[4].leader, 0);
	connect_node(4);
	run(100 * CL_NS_PER_MS);
	assert_int_equal(node[4].leader, leader());
	agree_all(4);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_latest_term_counts),
		TEST(test_one_voter_makes_no_term),
		TEST(test_only_voter_heard_makes_few_terms),
		TEST(test_only_voters_feed),
		TEST(test_first_state_is_of_who_knows_a_leader),
		TEST(test_state_of_the_last_snapshot_is_not_offered),
		TEST(test_follower_is_fed),
		TEST(test_lost_part_is_asked_for_again),
		TEST(test_false_state_is_not_taken),
		TEST(test_bad_frames_are_counted),
		TEST(test_stranger_joins_by_itself),
		TEST(test_removed_node_learns_it),
		TEST(test_state_is_kept_over_a_restart),
	};

	return cmocka_run_group_tests_name("feed", tests, NULL, NULL);
}
