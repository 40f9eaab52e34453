// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <linux/clocklink.h>
#include <string.h>

#include "statekit.h"

static void test_cluster_begins_with_its_founder(void **state)
{
	struct cl_state s;

	(void)state;
	found(&s);
	assert_int_equal(s.roster->n, 1);
	assert_int_equal(cl_state_role(&s, 1), CL_MEMBER_VOTER);
	assert_int_equal(cl_state_role(&s, 2), CL_MEMBER_FOLLOWER);
	assert_int_equal(s.epoch, 1);
	assert_int_equal(s.common[CL_COMMON_INTERVAL], 100 * CL_NS_PER_MS);
	assert_int_equal(cl_utc_offset(&s.utc, SINCE), 37);
	cl_state_fini(&s);
}

static void test_bad_founder_is_refused(void **state)
{
	const struct cl_utc utc = { 0 }, bad = { .leap = 3 };
	struct cl_member m = member(1);
	struct cl_state s;

	(void)state;
	assert_int_equal(cl_state_init(&s, CLUSTER), 0);
	assert_int_equal(cl_state_found(&s, &m, &bad, error), -EINVAL);
	m.name[0] = '-';
	assert_int_equal(cl_state_found(&s, &m, &utc, error), -EINVAL);
	assert_string_equal(error, "name: does not begin with a letter");
	assert_int_equal(s.roster->n, 0);
	assert_int_equal(s.conf.voters, 0);
	cl_state_fini(&s);
}

static void test_members_come_change_and_go(void **state)
{
	struct cl_member m = member(7);
	struct cl_state s;
	u32 epoch;

	(void)state;
	make(&s, 1, 1);
	epoch = s.epoch;
	agree(&s, put(&m));
	assert_int_equal(changed, CL_CHANGED_MEMBERS);
	assert_int_equal(s.epoch, epoch + 1);
	agree(&s, put(&m)); /* as it is */
	assert_int_equal(changed, 0);
	assert_int_equal(s.epoch, epoch + 1);
	strcpy(m.name, "seven");
	agree(&s, put(&m));
	assert_string_equal(cl_roster_find(s.roster, 7)->name, "seven");
	assert_int_equal(cl_roster_named(s.roster, "seven")->id, 7);
	assert_null(cl_roster_named(s.roster, "n7"));
	agree(&s, del(7));
	assert_null(cl_roster_find(s.roster, 7));
	assert_int_equal(s.epoch, epoch + 3);
	cl_state_fini(&s);
}

static void test_members_are_walked_in_order(void **state)
{
	static const u32 ids[] = { 9, 3, CL_MEMBER_ID_MAX, 5, 2 };
	static const u32 want[] = { 1, 2, 3, 9, CL_MEMBER_ID_MAX };
	const struct cl_member *m = NULL;
	struct cl_state s;

	(void)state;
	make(&s, 1, 1);
	for (int i = 0; i < 5; i++)
		agree(&s, put_id(ids[i], 0));
	agree(&s, del(5));
	for (int i = 0; i < 5; i++) {
		m = cl_roster_next(s.roster, m ? m->id : 0);
		assert_int_equal(m->id, want[i]);
	}
	assert_null(cl_roster_next(s.roster, m->id));
	cl_state_fini(&s);
}

static void test_names_addresses_and_keys_are_ones_own(void **state)
{
	struct cl_member m = member(2);
	struct cl_state s;

	(void)state;
	make(&s, 1, 1);
	m.key[0] = 1;
	agree(&s, put(&m));
	m = member(3);
	strcpy(m.name, "n2");
	refuse(&s, put(&m), CL_ANSWER_TAKEN,
	       "member-put: node 2, 'n2', has that name");
	m = member(3);
	m.time = member(2).time;
	refuse(&s, put(&m), CL_ANSWER_TAKEN,
	       "member-put: node 2, 'n2', has that time address");
	m.time.port++;
	m.stream = member(2).stream;
	refuse(&s, put(&m), CL_ANSWER_TAKEN,
	       "member-put: node 2, 'n2', has that stream address");
	m.stream.port++;
	m.key[0] = 1;
	refuse(&s, put(&m), CL_ANSWER_TAKEN,
	       "member-put: node 2, 'n2', has that key");
	m.key[0] = 2;
	agree(&s, put(&m));
	agree(&s, put_id(4, 0)); /* any number may have no key */
	agree(&s, put_id(5, 0));
	cl_state_fini(&s);
}

static void test_voters_are_not_deleted(void **state)
{
	struct cl_state s;

	(void)state;
	make(&s, 3, 4);
	refuse(&s, del(3), CL_ANSWER_VOTES,
	       "member-del: node 3 is a voter or learner");
	refuse(&s, del(9), CL_ANSWER_UNKNOWN,
	       "member-del: node 9 is no member");
	set_conf(&s, 2);
	agree(&s, del(3));
	cl_state_fini(&s);
}

static void test_only_members_ask(void **state)
{
	struct cl_entry e = put_id(9, 0), i = isolate(4, 2);
	struct cl_state s;

	(void)state;
	make(&s, 3, 4);
	e.requester = 8;
	refuse(&s, e, CL_ANSWER_REQUESTER, "requester 8 is no member");
	/* for itself only, and to become one only */
	e.requester = 9;
	assert_int_equal(cl_state_fits(&s, &e, error), CL_ANSWER_DONE);
	e = del(3);
	e.requester = 9;
	refuse(&s, e, CL_ANSWER_REQUESTER, "requester 9 is no member");
	e = entry(CL_ENTRY_SETTINGS);
	e.change.have = 1 << CL_COMMON_PROBES;
	e.requester = 9;
	refuse(&s, e, CL_ANSWER_REQUESTER, "requester 9 is no member");
	i.requester = 4; /* a member, but no voter */
	refuse(&s, i, CL_ANSWER_REQUESTER, "requester 4 is no trusted voter");
	cl_state_fini(&s);
}

static void test_every_answer_has_its_words(void **state)
{
	(void)state;
	for (int a = 0; a < CL_ANSWERS; a++) {
		assert_true(strlen(cl_answer_name(a)) > 3);
		for (int b = 0; b < a; b++)
			assert_string_not_equal(cl_answer_name(a),
						cl_answer_name(b));
	}
	assert_string_equal(cl_answer_name(CL_ANSWERS), "unknown answer");
}

static void test_a_request_takes_effect_once(void **state)
{
	struct cl_entry e = put_id(9, 0), first = e, bad = del(77);
	struct cl_state s;

	(void)state;
	make(&s, 1, 1);
	agree(&s, e);
	agree(&s, del(9));
	agree(&s, first);
	assert_int_equal(changed, 0);
	assert_null(cl_roster_find(s.roster, 9));
	/* who was refused asks anew: the answer stays */
	refuse(&s, bad, CL_ANSWER_UNKNOWN, "member-del: node 77 is no member");
	agree(&s, put_id(77, 0));
	agree(&s, bad);
	assert_non_null(cl_roster_find(s.roster, 77));
	assert_int_equal(cl_state_answer(&s, bad.request)->answer,
			 CL_ANSWER_UNKNOWN);
	cl_state_fini(&s);
}

static void test_the_last_64_answers_are_kept(void **state)
{
	struct cl_state s;
	u64 first;

	(void)state;
	make(&s, 1, 1);
	first = requests + 1;
	for (int i = 0; i < CL_STATE_ANSWERS; i++)
		agree(&s, put_id(100 + i, 0));
	assert_non_null(cl_state_answer(&s, first));
	agree(&s, put_id(99, 0));
	assert_null(cl_state_answer(&s, first));
	assert_non_null(cl_state_answer(&s, first + 1));
	assert_int_equal(s.n_answers, CL_STATE_ANSWERS);
	cl_state_fini(&s);
}

static void test_settings_fit_each_other(void **state)
{
	struct cl_entry e = entry(CL_ENTRY_SETTINGS);
	struct cl_state s;

	(void)state;
	make(&s, 1, 1);
	e.change.have = 1 << CL_COMMON_INTERVAL_MAX;
	e.change.value[CL_COMMON_INTERVAL_MAX] = 99 * CL_NS_PER_MS;
	refuse(&s, e, CL_ANSWER_CONFLICT,
	       "settings: interval-max is below interval");
	e.request = ++requests;
	e.change.have |= 1 << CL_COMMON_INTERVAL;
	e.change.value[CL_COMMON_INTERVAL] = 50 * CL_NS_PER_MS;
	agree(&s, e);
	assert_int_equal(changed, CL_CHANGED_SETTINGS);
	assert_int_equal(s.common[CL_COMMON_INTERVAL], 50 * CL_NS_PER_MS);
	assert_int_equal(s.common[CL_COMMON_INTERVAL_MAX], 99 * CL_NS_PER_MS);
	assert_int_equal(s.common[CL_COMMON_PROBES], 8);
	cl_state_fini(&s);
}

static void test_utc_goes_forward(void **state)
{
	struct cl_state s;

	(void)state;
	make(&s, 1, 1);
	refuse(&s, utc(SINCE - 1, 36, 0, 0), CL_ANSWER_CONFLICT,
	       "utc: older than what was agreed on");
	refuse(&s, utc(SINCE, 38, 0, 0), CL_ANSWER_CONFLICT,
	       "utc: 37 s was agreed on for that time");
	agree(&s, utc(SINCE, 37, CLOCKLINK_LEAP_INSERT, LEAP));
	assert_int_equal(changed, CL_CHANGED_UTC);
	assert_int_equal(cl_utc_offset(&s.utc, LEAP - 1), 37);
	assert_int_equal(cl_utc_offset(&s.utc, LEAP), 38);
	agree(&s, utc(LEAP, 38, CLOCKLINK_LEAP_DELETE, LEAP + 1000));
	assert_int_equal(cl_utc_offset(&s.utc, LEAP + 1000), 37);
	cl_state_fini(&s);
}

static void test_leap_is_told_in_its_month(void **state)
{
	const struct cl_utc u = {
		.since_s = 1435708836,
		.offset_s = 36,
		.leap = CLOCKLINK_LEAP_INSERT,
		.leap_s = SINCE,
	};
	struct cl_utc shorter = u;
	const s64 december = 1480550400 + 36;

	(void)state;
	assert_int_equal(cl_utc_leap(&u, december - 1), CLOCKLINK_LEAP_NONE);
	assert_int_equal(cl_utc_leap(&u, december), CLOCKLINK_LEAP_INSERT);
	/* 23:59:60 */
	assert_int_equal(cl_utc_leap(&u, SINCE - 1), CLOCKLINK_LEAP_INSERT);
	assert_int_equal(cl_utc_leap(&u, SINCE), CLOCKLINK_LEAP_NONE);
	shorter.leap = CLOCKLINK_LEAP_DELETE;
	shorter.leap_s = SINCE - 2;
	assert_int_equal(cl_utc_leap(&shorter, december - 1),
			 CLOCKLINK_LEAP_NONE);
	assert_int_equal(cl_utc_leap(&shorter, SINCE - 3),
			 CLOCKLINK_LEAP_DELETE);
	shorter.leap = CLOCKLINK_LEAP_NONE;
	assert_int_equal(cl_utc_leap(&shorter, december), CLOCKLINK_LEAP_NONE);
}

static const struct cl_leapfile table = {
	.row = { { 1435708836, 36 }, { SINCE, 37 }, { LEAP, 38 } },
	.n = 3,
};

/* What a voter says of an entry that comes next, or @ahead entries later. */
static int valid(struct cl_state *s, struct cl_entry e, u64 ahead,
		 const struct cl_leapfile *t)
{
	u8 buf[CL_ENTRY_MAX];
	struct cl_raft_entry r = { .index = s->index + 1 + ahead,
				   .kind = CL_RAFT_DATA,
				   .data = buf };

	r.len = cl_entry_encode(&e, buf, sizeof(buf), error);
	*error = '\0';
	return cl_state_valid(s, &r, t, error);
}

static void test_utc_agrees_with_the_published_table(void **state)
{
	const struct cl_leapfile old = { .row = { table.row[0], table.row[1] },
					 .n = 2 };
	struct cl_entry leap = utc(SINCE, 37, CLOCKLINK_LEAP_INSERT, LEAP);
	struct cl_state s;

	(void)state;
	make(&s, 1, 1);
	assert_int_equal(valid(&s, leap, 5, &table), 0);
	assert_int_equal(valid(&s, leap, 5, NULL), -EINVAL);
	assert_string_equal(error, "utc: no table of leap seconds to compare");
	assert_int_equal(valid(&s, leap, 0, &old), -EINVAL);
	assert_string_equal(error,
			    "utc: the table has no such leap at 1900000038");
	leap.utc.leap = CLOCKLINK_LEAP_DELETE;
	assert_int_equal(valid(&s, leap, 0, &table), -EINVAL);
	assert_int_equal(valid(&s, utc(SINCE, 36, 0, 0), 1, &table), -EINVAL);
	assert_string_equal(error,
			    "utc: the table has no 36 s since 1483228837");
	assert_int_equal(valid(&s, utc(SINCE + 1, 37, 0, 0), 1, &table),
			 -EINVAL);
	assert_int_equal(valid(&s, utc(1, 10, 0, 0), 1, &table), -EINVAL);
	/* it may be from before the announcement */
	assert_int_equal(valid(&s, utc(SINCE, 37, 0, 0), 0, &table), 0);
	agree(&s, utc(SINCE, 37, CLOCKLINK_LEAP_INSERT, LEAP));
	assert_int_equal(valid(&s, utc(SINCE, 37, 0, 0), 0, &table), -EINVAL);
	assert_string_equal(error, "utc: denies a leap that the table has");
	cl_state_fini(&s);
}

static void test_table_is_looked_up(void **state)
{
	struct cl_utc u;

	(void)state;
	cl_utc_lookup(&u, &table, SINCE - 1);
	assert_int_equal(u.offset_s, 36);
	assert_int_equal(u.leap, CLOCKLINK_LEAP_INSERT);
	assert_int_equal(u.leap_s, SINCE);
	cl_utc_lookup(&u, &table, LEAP);
	assert_int_equal(u.since_s, LEAP);
	assert_int_equal(u.leap, CLOCKLINK_LEAP_NONE);
	cl_utc_lookup(&u, &table, 0);
	assert_int_equal(u.since_s, 0);
	assert_int_equal(u.offset_s, 0);
}

static void test_voters_refuse_what_would_have_no_effect(void **state)
{
	struct cl_entry again = put_id(6, 0);
	u8 junk[] = { 1, 2, 3 };
	const struct cl_raft_entry bad = {
		.index = 1, .kind = CL_RAFT_DATA, .data = junk, .len = 3
	};
	struct cl_state s;

	(void)state;
	make(&s, 5, 5);
	assert_int_equal(cl_state_valid(&s, &bad, NULL, error), -EINVAL);
	assert_string_equal(error, "entry: ends after 3 bytes");
	assert_int_equal(valid(&s, isolate(5, 1), 0, NULL), -EINVAL);
	assert_string_equal(error, "isolate: 1 of 2 voters");
	assert_int_equal(valid(&s, isolate(5, 2), 0, NULL), 0);
	/* what lies between may make it right; if not it has no effect */
	assert_int_equal(valid(&s, isolate(9, 2), 0, NULL), -EINVAL);
	assert_int_equal(valid(&s, isolate(9, 2), 1, NULL), 0);
	agree(&s, again);
	agree(&s, del(6));
	assert_int_equal(valid(&s, again, 0, NULL), 0);
	cl_state_fini(&s);
}

static void test_proposals_wait_for_what_is_before_them(void **state)
{
	struct cl_entry e = put_id(2, 0);
	struct cl_state s;

	(void)state;
	make(&s, 1, 1);
	assert_int_equal(cl_state_check(&s, s.index + 1, &e, error), 0);
	assert_int_equal(cl_state_check(&s, s.index + 2, &e, error), -EAGAIN);
	e.requester = 5;
	assert_int_equal(cl_state_check(&s, s.index + 1, &e, error),
			 CL_ANSWER_REQUESTER);
	cl_state_fini(&s);
}

static void test_proofs_needed_by_number_of_voters(void **state)
{
	static const unsigned int want[] = { 1, 2, 2, 2, 2, 2, 3, 3, 3 };
	struct cl_state s;

	(void)state;
	make(&s, 9, 9);
	for (u32 v = 1; v <= 9; v++) {
		set_conf(&s, v);
		assert_int_equal(cl_state_proofs(&s), want[v - 1]);
	}
	cl_state_fini(&s);
}

static void test_isolation_needs_trusted_accusers(void **state)
{
	struct cl_entry e;
	struct cl_state s;

	(void)state;
	make(&s, 7, 12);
	refuse(&s, isolate(12, 2), CL_ANSWER_UNPROVEN,
	       "isolate: 2 of 3 voters");
	e = isolate(12, 3);
	e.isolate.accusations[2].accuser = 8;
	refuse(&s, e, CL_ANSWER_UNPROVEN,
	       "isolate: accuser 8 is no trusted voter");
	refuse(&s, isolate(13, 3), CL_ANSWER_UNKNOWN,
	       "isolate: node 13 is no member");
	agree(&s, isolate(12, 3));
	assert_int_equal(changed, CL_CHANGED_ISOLATION);
	assert_true(cl_state_isolated(&s, 12));
	assert_false(cl_state_isolated(&s, 11));
	refuse(&s, isolate(12, 3), CL_ANSWER_CONFLICT,
	       "isolate: node 12 is isolated already");
	agree(&s, isolate(2, 3)); /* a voter: its word does not count now */
	refuse(&s, isolate(11, 3), CL_ANSWER_UNPROVEN,
	       "isolate: accuser 2 is no trusted voter");
	e = isolate(11, 3);
	e.isolate.accusations[1].accuser = 4;
	agree(&s, e);
	cl_state_fini(&s);
}

static void test_reason_of_an_isolation_is_kept(void **state)
{
	const struct cl_standing *st;
	struct cl_state s;

	(void)state;
	make(&s, 3, 5);
	agree(&s, isolate(5, 2));
	agree(&s, del(4)); /* moves the last one */
	st = cl_roster_standing(s.roster, 5);
	assert_true(st->isolated_ns == NOW);
	assert_int_equal(st->isolation.n, 2);
	assert_int_equal(st->isolation.rule, CL_RULE_STRIKES);
	assert_int_equal(st->isolation.accusations[1].accuser, 2);
	assert_int_equal(st->isolation.accusations[1].offset_ns, 50000);
	assert_int_equal(st->isolation.accusations[1].limit_ns, 1000);
	/* another address does not help */
	agree(&s, put_id(5, CL_MEMBER_F_VOTER));
	assert_true(cl_state_isolated(&s, 5));
	assert_int_equal(s.roster->isolated, 1);
	agree(&s, isolate(3, 2));
	assert_int_equal(s.roster->isolated, 2);
	cl_roster_del(s.roster, 3);
	assert_int_equal(s.roster->isolated, 1);
	assert_true(cl_state_isolated(&s, 5));
	cl_state_fini(&s);
}

static void test_new_member_has_a_clean_record(void **state)
{
	struct cl_state s;

	(void)state;
	make(&s, 3, 5);
	agree(&s, isolate(5, 2));
	agree(&s, del(5));
	agree(&s, put_id(6, 0)); /* where the other one was */
	assert_false(cl_state_isolated(&s, 6));
	agree(&s, put_id(5, 0)); /* by an operator */
	assert_false(cl_state_isolated(&s, 5));
	cl_state_fini(&s);
}

static void test_a_majority_of_voters_stays_trusted(void **state)
{
	struct cl_state s;

	(void)state;
	make(&s, 2, 4);
	refuse(&s, isolate(2, 1), CL_ANSWER_MAJORITY,
	       "isolate: only 1 of 2 voters would be left");
	agree(&s, isolate(4, 2)); /* no voter */
	cl_state_fini(&s);

	make(&s, 5, 5);
	agree(&s, isolate(5, 2));
	agree(&s, isolate(4, 2));
	refuse(&s, isolate(3, 2), CL_ANSWER_MAJORITY,
	       "isolate: only 2 of 5 voters would be left");
	cl_state_fini(&s);
}

static void test_readmission_needs_reports_and_time(void **state)
{
	const s64 later = NOW + 2 * HOUR;
	struct cl_entry e;
	struct cl_state s;

	(void)state;
	make(&s, 5, 6);
	refuse(&s, readmit(6, 2, later), CL_ANSWER_CONFLICT,
	       "readmit: node 6 is not isolated");
	refuse(&s, readmit(7, 2, later), CL_ANSWER_UNKNOWN,
	       "readmit: node 7 is no member");
	agree(&s, isolate(6, 2));
	refuse(&s, readmit(6, 1, later), CL_ANSWER_UNPROVEN,
	       "readmit: 1 of 2 voters");
	refuse(&s, readmit(6, 2, NOW + HOUR - 1), CL_ANSWER_UNPROVEN,
	       "readmit: report of 1 is from before");
	e = readmit(6, 2, later);
	e.readmit.reports[1].voter = 9;
	refuse(&s, e, CL_ANSWER_UNPROVEN, "readmit: 9 is no trusted voter");
	agree(&s, readmit(6, 2, later));
	assert_int_equal(changed, CL_CHANGED_ISOLATION);
	assert_false(cl_state_isolated(&s, 6));

	agree(&s, isolate(6, 2));
	refuse(&s, readmit(6, 2, later + DAY - 1), CL_ANSWER_SOON,
	       "readmit: node 6 was readmitted within a day");
	agree(&s, readmit(6, 2, later + DAY));
	cl_state_fini(&s);
}

static int check_conf(struct cl_state *s, struct cl_raft_conf c)
{
	*error = '\0';
	return cl_state_check_conf(s, &c, error);
}

static void test_who_votes_is_the_operators_wish(void **state)
{
	const struct cl_raft_conf four = { .voter = { 1, 2, 3, 4 },
					   .voters = 4 };
	const struct cl_raft_conf learner = { .voter = { 1, 2, 3 },
					      .learner = { 4 },
					      .voters = 3,
					      .learners = 1 };
	const struct cl_raft_conf two = { .voter = { 1, 2 }, .voters = 2 };
	struct cl_state s;

	(void)state;
	make(&s, 3, 4);
	assert_int_equal(check_conf(&s, four), CL_ANSWER_REQUESTER);
	assert_string_equal(error, "no operator wants node 4 to vote");
	assert_int_equal(check_conf(&s, learner), CL_ANSWER_REQUESTER);
	agree(&s, put_id(4, CL_MEMBER_F_VOTER));
	assert_int_equal(check_conf(&s, learner), 0);
	assert_int_equal(check_conf(&s, two), CL_ANSWER_REQUESTER);
	assert_string_equal(error, "node 3 votes by the operator's wish");
	agree(&s, put_id(3, 0));
	assert_int_equal(check_conf(&s, two), 0);
	agree(&s, isolate(4, 2));
	assert_int_equal(check_conf(&s, four), CL_ANSWER_CONFLICT);
	agree(&s, del(4));
	assert_int_equal(check_conf(&s, four), CL_ANSWER_UNKNOWN);
	cl_state_fini(&s);
}

static void test_isolated_voter_may_lose_its_vote(void **state)
{
	const struct cl_raft_conf four = { .voter = { 1, 2, 3, 4 },
					   .voters = 4 };
	const struct cl_raft_conf two = { .voter = { 4, 5 }, .voters = 2 };
	struct cl_state s;

	(void)state;
	make(&s, 5, 5);
	agree(&s, isolate(5, 2));
	assert_int_equal(check_conf(&s, four), 0);
	agree(&s, put_id(1, 0));
	agree(&s, put_id(2, 0));
	assert_int_equal(check_conf(&s, two), CL_ANSWER_REQUESTER);
	agree(&s, put_id(3, 0));
	assert_int_equal(check_conf(&s, two), CL_ANSWER_MAJORITY);
	assert_string_equal(error, "only 1 of 2 voters are not isolated");
	cl_state_fini(&s);
}

static void test_change_of_voters_counts(void **state)
{
	struct cl_state s;
	u32 epoch;

	(void)state;
	make(&s, 3, 3);
	epoch = s.epoch;
	set_conf(&s, 3);
	assert_int_equal(changed, 0);
	set_conf(&s, 2);
	assert_int_equal(changed, CL_CHANGED_CONF);
	assert_int_equal(s.epoch, epoch + 1);
	assert_int_equal(cl_state_role(&s, 3), CL_MEMBER_FOLLOWER);
	cl_state_fini(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cluster_begins_with_its_founder),
		cmocka_unit_test(test_bad_founder_is_refused),
		cmocka_unit_test(test_members_come_change_and_go),
		cmocka_unit_test(test_members_are_walked_in_order),
		cmocka_unit_test(test_names_addresses_and_keys_are_ones_own),
		cmocka_unit_test(test_voters_are_not_deleted),
		cmocka_unit_test(test_only_members_ask),
		cmocka_unit_test(test_every_answer_has_its_words),
		cmocka_unit_test(test_a_request_takes_effect_once),
		cmocka_unit_test(test_the_last_64_answers_are_kept),
		cmocka_unit_test(test_settings_fit_each_other),
		cmocka_unit_test(test_utc_goes_forward),
		cmocka_unit_test(test_leap_is_told_in_its_month),
		cmocka_unit_test(test_utc_agrees_with_the_published_table),
		cmocka_unit_test(test_table_is_looked_up),
		cmocka_unit_test(test_voters_refuse_what_would_have_no_effect),
		cmocka_unit_test(test_proposals_wait_for_what_is_before_them),
		cmocka_unit_test(test_proofs_needed_by_number_of_voters),
		cmocka_unit_test(test_isolation_needs_trusted_accusers),
		cmocka_unit_test(test_reason_of_an_isolation_is_kept),
		cmocka_unit_test(test_new_member_has_a_clean_record),
		cmocka_unit_test(test_a_majority_of_voters_stays_trusted),
		cmocka_unit_test(test_readmission_needs_reports_and_time),
		cmocka_unit_test(test_who_votes_is_the_operators_wish),
		cmocka_unit_test(test_isolated_voter_may_lose_its_vote),
		cmocka_unit_test(test_change_of_voters_counts),
	};

	return cmocka_run_group_tests_name("state", tests, NULL, NULL);
}
