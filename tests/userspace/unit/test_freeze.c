// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "statekit.h"

/* Everything that a state can hold. */
static void make_full(struct cl_state *s)
{
	struct cl_member m = member(40);

	make(s, 5, 30);
	m.key[5] = 9;
	agree(s, put(&m));
	agree(s, utc(SINCE, 37, CLOCKLINK_LEAP_INSERT, LEAP));
	agree(s, isolate(30, 2));
	agree(s, isolate(29, 5));
	agree(s, readmit(29, 2, NOW + 2 * HOUR));
	refuse(s, del(99), CL_ANSWER_UNKNOWN,
	       "member-del: node 99 is no member");
	agree(s, del(8));
}

static struct cl_raft_snapshot freeze(const struct cl_state *s)
{
	struct cl_raft_snapshot snap = { .index = s->index, .conf = s->conf };

	snap.data = cl_state_freeze(s, &snap.len);
	assert_non_null(snap.data);
	return snap;
}

static void test_state_survives_a_snapshot(void **state)
{
	struct cl_raft_snapshot snap, again;
	struct cl_state a, b;

	(void)state;
	make_full(&a);
	snap = freeze(&a);
	assert_int_equal(cl_state_init(&b, CLUSTER), 0);
	assert_int_equal(cl_state_thaw(&b, &snap, error), 0);
	assert_int_equal(b.index, a.index);
	assert_int_equal(b.epoch, a.epoch);
	assert_int_equal(b.roster->n, a.roster->n);
	assert_true(cl_state_isolated(&b, 30));
	assert_false(cl_state_isolated(&b, 29));
	assert_true(cl_roster_standing(b.roster, 29)->readmitted_ns ==
		    NOW + 2 * HOUR);
	assert_int_equal(cl_state_role(&b, 5), CL_MEMBER_VOTER);
	assert_int_equal(b.utc.leap_s, LEAP);
	again = freeze(&b);
	assert_int_equal(again.len, snap.len);
	assert_memory_equal(again.data, snap.data, snap.len);
	free((void *)snap.data);
	free((void *)again.data);
	cl_state_fini(&a);
	cl_state_fini(&b);
}

/* The order of joining does not show; anything agreed upon does. */
static void test_digest_is_that_of_the_content(void **state)
{
	u8 a[CL_STATE_DIGEST_LEN], b[CL_STATE_DIGEST_LEN];
	struct cl_entry two = put_id(2, 0), three = put_id(3, 0);
	struct cl_state s, t;

	(void)state;
	found(&s);
	found(&t);
	agree(&s, two);
	agree(&s, three);
	agree(&t, three);
	agree(&t, two);
	memcpy(t.answers, s.answers, sizeof(s.answers));
	assert_int_equal(cl_state_digest(&s, a), 0);
	assert_int_equal(cl_state_digest(&t, b), 0);
	assert_memory_equal(a, b, sizeof(a));
	t.utc.offset_s++;
	assert_int_equal(cl_state_digest(&t, b), 0);
	assert_memory_not_equal(a, b, sizeof(a));
	cl_state_fini(&s);
	cl_state_fini(&t);
}

static void thaw_fails(struct cl_state *s, const struct cl_raft_snapshot *snap)
{
	struct cl_state before = *s;

	assert_int_equal(cl_state_thaw(s, snap, error), -EINVAL);
	assert_memory_equal(s, &before, sizeof(before));
}

static void test_damaged_snapshot_changes_nothing(void **state)
{
	struct cl_raft_snapshot snap;
	struct cl_state a, b;
	u32 len;
	u8 *p;

	(void)state;
	make_full(&a);
	make(&b, 1, 1);
	snap = freeze(&a);
	p = (u8 *)snap.data;
	len = snap.len;
	for (u32 i = 0; i < len; i++) {
		p[i] ^= 1 << i % 8;
		thaw_fails(&b, &snap);
		assert_string_equal(error, "state: the digest is wrong");
		p[i] ^= 1 << i % 8;
	}
	for (snap.len = 0; snap.len < len; snap.len += 1 + snap.len / 7)
		thaw_fails(&b, &snap);
	free(p);
	cl_state_fini(&a);
	cl_state_fini(&b);
}

/* Freezes what @s holds and expects that nobody takes it. */
static void assert_no_state(const struct cl_state *s, const char *message)
{
	struct cl_raft_snapshot snap = freeze(s);
	struct cl_state t;

	assert_int_equal(cl_state_init(&t, CLUSTER), 0);
	thaw_fails(&t, &snap);
	assert_string_equal(error, message);
	free((void *)snap.data);
	cl_state_fini(&t);
}

static void test_wrong_state_with_right_digest_is_refused(void **state)
{
	struct cl_state s;

	(void)state;
	make_full(&s);
	s.cluster++;
	assert_no_state(&s, "state: of cluster 0x0000c1c2, not 0x0000c1c1");
	s.cluster--;
	s.common[CL_COMMON_PROBES] = 17;
	assert_no_state(&s, "state: probes: 17 is out of range (0 to 16)");
	s.common[CL_COMMON_PROBES] = 8;
	s.common[CL_COMMON_INTERVAL_MAX] = CL_NS_PER_MS;
	assert_no_state(&s, "state: interval-max is below interval");
	s.common[CL_COMMON_INTERVAL_MAX] = 0;
	s.utc.leap = 9;
	assert_no_state(&s, "state: utc: leap: unknown kind 9");
	s.utc.leap = CLOCKLINK_LEAP_INSERT;
	s.answers[3].request = s.answers[2].request;
	assert_no_state(&s, "state: answer 4 is wrong");
	s.answers[3].request++;
	s.roster->member[2].name[0] = '3';
	assert_no_state(&s,
			"state: member 3: name: does not begin with a letter");
	strcpy(s.roster->member[2].name, "n4");
	assert_no_state(&s, "state: members 3 and 4 have the same name");
	strcpy(s.roster->member[2].name, "n3");
	s.roster->member[2].time = s.roster->member[0].time;
	assert_no_state(&s,
			"state: members 1 and 3 have the same time address");
	s.roster->member[2].time = member(3).time;
	s.roster->standing[2].isolation.n = 1;
	assert_no_state(&s, "state: member 3: node: 0 is no node id");
	s.roster->standing[2].isolation = s.roster->standing[8].isolation;
	s.roster->standing[2].readmitted_ns = -1;
	assert_no_state(&s, "state: member 3: isolation is wrong");
	s.roster->standing[2].readmitted_ns = 0;
	s.conf.voter[0] = 2;
	assert_no_state(&s, "state: voters are wrong");
	cl_state_fini(&s);
}

static void test_voters_of_the_snapshot_must_be_the_same(void **state)
{
	struct cl_raft_snapshot snap;
	struct cl_state s;

	(void)state;
	make(&s, 3, 3);
	snap = freeze(&s);
	snap.conf.voters = 2;
	thaw_fails(&s, &snap);
	assert_string_equal(error,
			    "state: voters are not those of the snapshot");
	snap.conf.voters = 0; /* not by Raft: none are named */
	assert_int_equal(cl_state_thaw(&s, &snap, error), 0);
	free((void *)snap.data);
	cl_state_fini(&s);
}

static void test_ten_thousand_members(void **state)
{
	struct cl_raft_snapshot snap;
	struct cl_state s;

	(void)state;
	found(&s);
	for (u32 i = 2; i <= CL_ROSTER_MAX; i++) /* 7919: in no order */
		agree(&s, put_id(i * 7919U % 10007U + 10, 0));
	assert_int_equal(s.roster->n, CL_ROSTER_MAX);
	refuse(&s, put_id(20000, 0), CL_ANSWER_FULL,
	       "member-put: there are 10000 members already");
	snap = freeze(&s);
	assert_int_equal(cl_state_thaw(&s, &snap, error), 0);
	assert_int_equal(s.roster->n, CL_ROSTER_MAX);
	free((void *)snap.data);
	cl_state_fini(&s);
}

/* Random entries, most of them nonsense, at two nodes of which one restarts. */
static void test_nodes_stay_the_same_whatever_is_agreed(void **state)
{
	u8 a[CL_STATE_DIGEST_LEN], b[CL_STATE_DIGEST_LEN];
	struct cl_raft_snapshot snap;
	struct cl_state s, t;
	int effects = 0;

	(void)state;
	srandom(1);
	make(&s, 5, 9);
	make(&t, 1, 1);
	snap = freeze(&s);
	assert_int_equal(cl_state_thaw(&t, &snap, error), 0);
	free((void *)snap.data);
	for (int i = 0; i < 3000; i++) {
		u32 id = random() % 12 + 1;
		struct cl_entry e = put_id(id, random() % 2);

		switch (random() % 5) {
		case 0:
			e = del(id);
			break;
		case 1:
			e = isolate(id, random() % 4 + 1);
			break;
		case 2:
			e = readmit(id, random() % 4 + 1,
				    NOW + i * (HOUR / 2) + HOUR);
			break;
		case 3:
			sprintf(e.put.name, "m%ld", random() % 12);
			break;
		}
		e.time_ns = NOW + i * (HOUR / 2) + HOUR;
		apply(&s, &e);
		effects += changed != 0;
		apply(&t, &e);
		if (i % 100)
			continue;
		assert_int_equal(cl_state_digest(&s, a), 0);
		snap = freeze(&t);
		assert_int_equal(cl_state_thaw(&t, &snap, error), 0);
		free((void *)snap.data);
		assert_int_equal(cl_state_digest(&t, b), 0);
		assert_memory_equal(a, b, sizeof(a));
	}
	assert_true(effects > 300);
	cl_state_fini(&s);
	cl_state_fini(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_state_survives_a_snapshot),
		cmocka_unit_test(test_digest_is_that_of_the_content),
		cmocka_unit_test(test_damaged_snapshot_changes_nothing),
		cmocka_unit_test(test_wrong_state_with_right_digest_is_refused),
		cmocka_unit_test(test_voters_of_the_snapshot_must_be_the_same),
		cmocka_unit_test(test_ten_thousand_members),
		cmocka_unit_test(test_nodes_stay_the_same_whatever_is_agreed),
	};

	return cmocka_run_group_tests_name("freeze", tests, NULL, NULL);
}
