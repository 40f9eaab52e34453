// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Rounds of a node of a cluster: leader and term are those of an election.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent/core/round.h"
#include "fakeio.h"
#include "kmod/core/fixed.h"
#include "unit.h"

#define MS CL_NS_PER_MS
#define SEC CL_NS_PER_SEC

/**
 * struct fixture - a node of a cluster
 * @f: the world
 * @r: the rounds
 * @answer: of the guard
 * @asked: times that it was asked
 */
struct fixture {
	struct fakeio f;
	struct cl_round r;
	struct cl_guard_answer answer;
	int asked;
};

static int setup(void **state)
{
	struct fixture *x = calloc(1, sizeof(*x));

	fakeio_init(&x->f);
	cl_round_init(&x->r, &x->f.io);
	*state = x;
	return 0;
}

static int teardown(void **state)
{
	free(*state);
	return 0;
}

/* Let time pass; the loop calls at each deadline. */
static void advance(struct fixture *x, s64 to)
{
	while (cl_round_deadline(&x->r) <= to) {
		if (x->f.now < cl_round_deadline(&x->r))
			x->f.now = cl_round_deadline(&x->r);
		cl_round_run(&x->r);
	}
	x->f.now = to;
}

static void pass(struct fixture *x, s64 ns)
{
	advance(x, x->f.now + ns);
}

/* A node of a cluster whose clock follows some leader. */
static void begin(struct fixture *x)
{
	x->f.clock.state = CLOCKLINK_STATE_SYNCED;
	x->f.inst.state = CLOCKLINK_STATE_SYNCED;
	cl_round_settings(&x->r, &x->f.inst);
}

static void elect(struct fixture *x, u32 leader, u32 term)
{
	cl_round_elect(&x->r, leader, term);
	pass(x, 0);
}

static struct cl_nl_update an_update(u32 sender, u32 term, u32 round)
{
	struct cl_nl_update u = {
		.sender = sender,
		.term = term,
		.round = round,
		.gen = 0x77,
		.state = CLOCKLINK_STATE_SYNCED,
		.raw_ns = 1000,
		.time_ns = FAKE_UTC,
		.interval_ns = 100 * MS,
		.tai_offset_s = 36,
		.leap = CLOCKLINK_LEAP_INSERT,
		.epoch = 8,
	};

	for (int a = CLOCKLINK_A_UPDATE_SENDER; a <= CLOCKLINK_A_UPDATE_MAX;
	     a++)
		u.have |= 1ULL << a;
	return u;
}

static enum cl_round_verdict update(struct fixture *x, u32 sender, u32 term,
				    u32 round)
{
	const struct cl_nl_update u = an_update(sender, term, round);

	return cl_round_update(&x->r, &u);
}

static bool has_map(const struct cl_nl_steer *s)
{
	return cl_nl_has(s, STEER_RAW) && cl_nl_has(s, STEER_TIME) &&
	       cl_nl_has(s, STEER_RATE);
}

static void assert_said(const struct fixture *x, const char *line)
{
	assert_string_equal(x->f.line, line);
}

static void test_the_engine_is_told_at_once(void **state)
{
	struct fixture *x = *state;

	begin(x);
	cl_round_elect(&x->r, 1, 7);
	assert_int_equal(x->f.sets, 1);
	assert_int_equal(x->f.set.leader, 1);
	assert_int_equal(x->f.set.managed, 1);
	assert_true(x->f.set.have ==
		    (CL_NL_BIT(INSTANCE_LEADER) | CL_NL_BIT(INSTANCE_MANAGED)));
	/* The role has changed without an event. */
	pass(x, 0);
	assert_int_equal(x->f.steer.term, 7);
	assert_true(x->f.steer.interval_ns == SEC);
	assert_true(x->f.steer.expiry_ns == SEC);
	assert_int_equal(x->f.asks, 1);
	cl_round_elect(&x->r, 3, 8);
	assert_int_equal(x->f.sets, 2);
	assert_true(cl_round_deadline(&x->r) == CL_ROUND_NEVER);
	assert_int_equal(update(x, 3, 8, 1), CL_ROUND_TAKEN);
	cl_round_elect(&x->r, 0, 8);
	assert_int_equal(x->f.sets, 3);
	assert_int_equal(x->f.inst.leader, 0);
	assert_int_equal(update(x, 3, 8, 2), CL_ROUND_NOT_FOLLOWING);
	assert_said(x, "no leader is known");
	/* The same once more is nothing. */
	cl_round_elect(&x->r, 0, 8);
	assert_int_equal(x->f.sets, 3);
}

static void test_an_instance_that_comes_later_is_told(void **state)
{
	struct fixture *x = *state;

	cl_round_elect(&x->r, 1, 7);
	assert_int_equal(x->f.sets, 0);
	begin(x);
	assert_int_equal(x->f.sets, 1);
	pass(x, 0);
	assert_int_equal(x->f.ask.term, 7);
	/* And the next one, after this has gone. */
	cl_round_settings(&x->r, NULL);
	x->f.inst.leader = 0;
	begin(x);
	assert_int_equal(x->f.sets, 2);
	pass(x, 0);
	assert_int_equal(x->f.ask.term, 7);
}

static void test_news_of_the_own_doing_changes_nothing(void **state)
{
	struct cl_nl_instance news[3];
	struct fixture *x = *state;
	int asks, lines;

	begin(x);
	elect(x, 2, 6);
	news[0] = x->f.inst;
	elect(x, 0, 6);
	news[1] = x->f.inst;
	elect(x, 1, 7);
	news[2] = x->f.inst;
	asks = x->f.asks;
	lines = x->f.lines;
	for (int i = 0; i < 3; i++)
		cl_round_settings(&x->r, &news[i]);
	pass(x, 0);
	assert_int_equal(x->f.sets, 3);
	assert_int_equal(x->f.asks, asks);
	assert_int_equal(x->f.lines, lines);
	assert_int_equal(x->f.inst.leader, 1);
	pass(x, SEC);
	assert_int_equal(x->f.asks, asks + 10);
}

static void test_another_leader_of_the_settings_is_put_right(void **state)
{
	struct fixture *x = *state;

	begin(x);
	elect(x, 3, 7);
	x->f.inst.leader = 5;
	cl_round_settings(&x->r, &x->f.inst);
	assert_int_equal(x->f.sets, 2);
	assert_int_equal(x->f.inst.leader, 3);
	assert_said(x, "node 5 was set as leader, elected is 3: put right");
	assert_int_equal(update(x, 5, 7, 1), CL_ROUND_NOT_LEADER);
	assert_int_equal(update(x, 3, 7, 1), CL_ROUND_TAKEN);
}

static void test_an_engine_that_refuses_is_told_again(void **state)
{
	struct fixture *x = *state;
	int lines;

	begin(x);
	x->f.fail = -EBUSY;
	elect(x, 3, 7);
	lines = x->f.lines;
	assert_said(x, "node 1 obeys node 3");
	pass(x, 5 * SEC);
	assert_int_equal(x->f.sets, 6);
	assert_int_equal(x->f.lines, lines);
	x->f.fail = 0;
	/* Whom it obeys does not depend on it. */
	assert_int_equal(update(x, 3, 7, 1), CL_ROUND_TAKEN);
	pass(x, SEC);
	assert_int_equal(x->f.sets, 7);
	assert_said(x, "can say who leads again");
	assert_true(cl_round_deadline(&x->r) == CL_ROUND_NEVER);
}

static void test_a_leader_below_the_engines_term_is_silent(void **state)
{
	struct fixture *x = *state;
	int lines;

	x->f.inst.term = 9;
	begin(x);
	elect(x, 1, 8);
	assert_int_equal(x->f.steers + x->f.asks, 0);
	assert_said(x, "node 1 does not lead, term 8: term 9 was obeyed");
	lines = x->f.lines;
	cl_round_settings(&x->r, &x->f.inst);
	pass(x, 10 * SEC);
	assert_int_equal(x->f.steers + x->f.asks, 0);
	assert_int_equal(x->f.lines, lines);
	elect(x, 1, 10);
	assert_int_equal(x->f.steer.term, 10);
	assert_int_equal(x->f.asks, 1);
}

static void test_a_leader_elected_again_has_the_new_term(void **state)
{
	struct fixture *x = *state;

	begin(x);
	elect(x, 1, 8);
	pass(x, 5 * SEC);
	elect(x, 1, 9);
	assert_int_equal(x->f.sets, 1);
	assert_int_equal(x->f.steer.term, 9);
	assert_int_equal(x->f.ask.term, 9);
	assert_int_equal(x->f.ask.round, 1);
	assert_false(has_map(&x->f.steer));
}

/* Its bound falls by 1 us per s, and never below. */
static void test_the_bound_of_a_new_leader_shrinks(void **state)
{
	struct fixture *x = *state;
	s64 start;
	u64 least;
	int steers;

	begin(x);
	x->f.clock.bound_ns = 5000;
	x->f.clock.hard_ns = 9500;
	x->f.inst.interval_ns = 10 * SEC;
	pass(x, 3 * SEC);
	start = x->f.now;
	elect(x, 1, 8);
	assert_true(x->f.steer.bound_ns == 5000);
	assert_true(x->f.steer.hard_ns == 9500);
	assert_false(has_map(&x->f.steer));
	while (x->f.now < start + 12 * SEC) {
		steers = x->f.steers;
		pass(x, SEC);
		if (x->f.now <= start + 9 * SEC)
			assert_true(x->f.steers >= steers + 2);
		least = (u64)(x->f.now - start) / 1000000;
		assert_true(x->f.steer.bound_ns + least >= 5000);
		assert_true(x->f.steer.bound_ns + least <= 5500 ||
			    !x->f.steer.bound_ns);
	}
	assert_true(x->f.steer.bound_ns == 0 && x->f.steer.hard_ns == 0);
	/* From then on it is a line like any other. */
	steers = x->f.steers;
	pass(x, 100 * SEC);
	assert_true(x->f.steers <= steers + 10);
}

static void test_the_first_leader_begins_with_the_hosts_time(void **state)
{
	struct fixture *x = *state;

	cl_round_settings(&x->r, &x->f.inst);
	x->f.clock.bound_ns = U64_MAX;
	elect(x, 1, 1);
	assert_true(has_map(&x->f.steer) && x->f.steer.force);
	assert_true(x->f.steer.time_ns ==
		    FAKE_UTC + x->f.now + FAKE_TAI_OFFSET * SEC);
	assert_true(x->f.steer.bound_ns == 0 && x->f.steer.hard_ns == 0);
	assert_int_equal(x->f.steer.term, 1);
}

static void test_a_named_leader_has_no_bound_at_once(void **state)
{
	struct fixture *x = *state;

	x->f.clock.bound_ns = 5000;
	x->f.inst.leader = 1;
	begin(x);
	pass(x, 0);
	assert_int_equal(x->f.steers, 1);
	assert_true(x->f.steer.bound_ns == 0);
}

static void test_a_line_is_given_at_once(void **state)
{
	const struct cl_map line = {
		.raw = { 77 },
		.time = { FAKE_UTC },
		.rate_q48 = cl_ppt_to_q48(-250000),
	};
	struct fixture *x = *state;
	int steers;

	begin(x);
	cl_round_line(&x->r, &line);
	assert_int_equal(x->f.steers, 0);
	elect(x, 1, 8);
	steers = x->f.steers;
	cl_round_line(&x->r, &line);
	assert_int_equal(x->f.steers, steers + 1);
	assert_true(has_map(&x->f.steer) &&
		    !cl_nl_has(&x->f.steer, STEER_FORCE));
	assert_int_equal(x->f.steer.parent, 1);
	assert_true(x->f.steer.raw_ns == 77);
	assert_true(x->f.steer.time_ns == FAKE_UTC);
	assert_true(x->f.steer.rate_ppt == -250000);
	/* What refreshes it later goes on along it. */
	pass(x, 5 * SEC);
	assert_true(x->f.steers > steers + 1);
	assert_false(has_map(&x->f.steer));
	elect(x, 2, 9);
	steers = x->f.steers;
	cl_round_line(&x->r, &line);
	assert_int_equal(x->f.steers, steers);
}

static void test_what_was_agreed_is_told(void **state)
{
	struct fixture *x = *state;
	int steers;

	x->f.clock.tai_offset_s = 35;
	begin(x);
	cl_round_epoch(&x->r, 41);
	elect(x, 1, 8);
	assert_int_equal(x->f.steer.tai_offset_s, 35);
	assert_int_equal(x->f.steer.epoch, 41);
	steers = x->f.steers;
	cl_round_utc(&x->r, 38, CLOCKLINK_LEAP_DELETE);
	assert_int_equal(x->f.steers, steers + 1);
	assert_int_equal(x->f.steer.tai_offset_s, 38);
	assert_int_equal(x->f.steer.leap, CLOCKLINK_LEAP_DELETE);
	cl_round_epoch(&x->r, 42);
	pass(x, SEC);
	assert_int_equal(x->f.steer.epoch, 42);
	assert_int_equal(x->f.tell.epoch, 42);
	assert_int_equal(x->f.steer.tai_offset_s, 38);
	/* A follower knows it as well. */
	elect(x, 3, 9);
	update(x, 3, 9, 1);
	assert_int_equal(x->f.steer.tai_offset_s, 38);
	assert_int_equal(x->f.steer.leap, CLOCKLINK_LEAP_DELETE);
	assert_int_equal(x->f.steer.epoch, 8);
	/* What is not agreed upon any more is the leader's again. */
	cl_round_utc(&x->r, 0, 0);
	update(x, 3, 9, 2);
	assert_int_equal(x->f.steer.tai_offset_s, 36);
	assert_int_equal(x->f.steer.leap, CLOCKLINK_LEAP_INSERT);
}

static void test_a_first_time_has_the_agreed_offset(void **state)
{
	struct fixture *x = *state;

	cl_round_settings(&x->r, &x->f.inst);
	cl_round_utc(&x->r, 38, CLOCKLINK_LEAP_NONE);
	elect(x, 1, 1);
	assert_int_equal(x->f.steer.tai_offset_s, 38);
	assert_true(x->f.steer.time_ns == FAKE_UTC + x->f.now + 38 * SEC);
}

static void test_only_the_elected_term_counts(void **state)
{
	struct fixture *x = *state;

	begin(x);
	elect(x, 3, 7);
	assert_int_equal(update(x, 3, 8, 1), CL_ROUND_NEW_TERM);
	assert_int_equal(update(x, 4, 8, 1), CL_ROUND_NEW_TERM);
	assert_int_equal(update(x, 3, 6, 1), CL_ROUND_OLD_TERM);
	assert_int_equal(update(x, 4, 7, 1), CL_ROUND_NOT_LEADER);
	assert_int_equal(x->f.steers, 0);
	assert_int_equal(update(x, 3, 7, 5), CL_ROUND_TAKEN);
	assert_int_equal(update(x, 3, 7, 5), CL_ROUND_OLD_ROUND);
	/* Elected again it counts its rounds anew. */
	elect(x, 3, 8);
	assert_int_equal(update(x, 3, 7, 6), CL_ROUND_OLD_TERM);
	assert_int_equal(update(x, 3, 8, 1), CL_ROUND_TAKEN);
	assert_int_equal(x->f.steer.term, 8);
}

static enum cl_guard_verdict guard(void *ctx, const struct cl_nl_update *u,
				   struct cl_guard_answer *ret)
{
	struct fixture *x = ctx;

	assert_int_equal(u->sender, 3);
	x->asked++;
	*ret = x->answer;
	return x->answer.verdict;
}

/* Unheard another one may lead, whose line is beside by as much. */
static void test_what_is_not_heard_widens_the_bound(void **state)
{
	struct fixture *x = *state;
	struct cl_nl_update u = an_update(2, 7, 1);

	begin(x);
	elect(x, 2, 7);
	u.drift_ppt = 60;
	assert_int_equal(cl_round_update(&x->r, &u), CL_ROUND_TAKEN);
	assert_true(x->f.steer.drift_ppt == 60 + CL_ROUND_ALONE_PPT);
}

static void test_the_guard_is_asked_first(void **state)
{
	struct fixture *x = *state;

	begin(x);
	cl_round_guard(&x->r, guard, x);
	elect(x, 3, 7);
	assert_int_equal(update(x, 3, 7, 1), CL_ROUND_TAKEN);
	assert_false(x->f.steer.unverified);
	x->answer.unverified = true;
	assert_int_equal(update(x, 3, 7, 2), CL_ROUND_TAKEN);
	assert_true(x->f.steer.unverified);
	x->answer.verdict = CL_GUARD_REFUSE;
	assert_int_equal(update(x, 3, 7, 3), CL_ROUND_DOUBTED);
	assert_int_equal(x->f.steers, 2);
	assert_int_equal(x->asked, 3);
	/* It was seen: not to be asked twice about one round. */
	x->answer.verdict = CL_GUARD_OBEY;
	assert_int_equal(update(x, 3, 7, 3), CL_ROUND_OLD_ROUND);
	assert_int_equal(update(x, 3, 7, 4), CL_ROUND_TAKEN);
	/* What fails another check does not come before it. */
	update(x, 4, 7, 5);
	update(x, 3, 6, 5);
	assert_int_equal(x->asked, 4);
}

static void test_who_cannot_tell_holds_over(void **state)
{
	struct fixture *x = *state;

	begin(x);
	cl_round_guard(&x->r, guard, x);
	elect(x, 3, 7);
	x->answer.verdict = CL_GUARD_HOLD;
	x->answer.widen_ns = 12345;
	x->answer.widen_ppt = 678;
	assert_int_equal(update(x, 3, 7, 4), CL_ROUND_DOUBTED);
	assert_int_equal(x->f.steers, 1);
	assert_true(x->f.steer.have ==
		    (CL_NL_BIT(STEER_TERM) | CL_NL_BIT(STEER_ROUND) |
		     CL_NL_BIT(STEER_BOUND) | CL_NL_BIT(STEER_DRIFT) |
		     CL_NL_BIT(STEER_HOLD)));
	assert_true(x->f.steer.hold);
	assert_int_equal(x->f.steer.term, 7);
	assert_int_equal(x->f.steer.round, 4);
	assert_true(x->f.steer.bound_ns == 12345);
	assert_true(x->f.steer.drift_ppt == 678);
	assert_int_equal(update(x, 3, 7, 4), CL_ROUND_OLD_ROUND);
}

static void test_no_lease_no_word(void **state)
{
	const struct cl_map line = { .time = { FAKE_UTC } };
	struct fixture *x = *state;
	int asks, tells, steers;

	begin(x);
	cl_round_lease(&x->r, 2 * SEC);
	elect(x, 1, 8);
	pass(x, SEC);
	assert_int_equal(x->f.asks, 11);
	advance(x, 2 * SEC - 1);
	asks = x->f.asks;
	tells = x->f.tells;
	steers = x->f.steers;
	advance(x, 100 * SEC);
	cl_round_line(&x->r, &line);
	cl_round_state(&x->r, CLOCKLINK_STATE_HOLDOVER);
	cl_round_utc(&x->r, 38, 0);
	pass(x, 100 * SEC);
	assert_int_equal(x->f.asks, asks);
	assert_int_equal(x->f.tells, tells);
	assert_int_equal(x->f.steers, steers);
	/* A lease that is over already is none. */
	cl_round_lease(&x->r, 150 * SEC);
	pass(x, SEC);
	assert_int_equal(x->f.asks, asks);
	cl_round_lease(&x->r, x->f.now + SEC);
	pass(x, SEC - 1);
	assert_in_range(x->f.asks, asks + 9, asks + 11);
	assert_in_range(x->f.tells, tells + 9, tells + 11);
	assert_true(x->f.steers > steers);
	assert_int_equal(x->f.steer.tai_offset_s, 38);
	cl_round_lease(&x->r, CL_ROUND_NEVER);
	pass(x, 10 * SEC);
	assert_in_range(x->f.asks, asks + 108, asks + 112);
}

static void test_no_lease_no_lead(void **state)
{
	struct fixture *x = *state;

	begin(x);
	pass(x, 5 * SEC);
	cl_round_lease(&x->r, 4 * SEC);
	elect(x, 1, 8);
	pass(x, SEC);
	assert_int_equal(x->f.steers + x->f.asks, 0);
	cl_round_lease(&x->r, 20 * SEC);
	pass(x, 0);
	assert_int_equal(x->f.steers, 1);
	assert_int_equal(x->f.asks, 1);
	/* Who is silent can be told to follow. */
	pass(x, 20 * SEC);
	elect(x, 3, 9);
	assert_int_equal(update(x, 3, 9, 1), CL_ROUND_TAKEN);
}

/* Of a message about a clock that holds over. */
static const char HELD[] =
	" NODE=1 STATE=holdover STATE_BEFORE=synced LEADER=3 TERM=7 BOUND_NS=6000 OFFSET_NS=-70";

static void told(const struct fixture *x, const char *text)
{
	assert_string_equal(x->f.values, text);
}

/* Bound and offset as of the message, if there are any. */
static void test_messages_have_the_bound(void **state)
{
	struct fixture *x = *state;

	x->f.clock.bound_ns = 5000;
	x->f.clock.error_ns = -70;
	begin(x);
	elect(x, 3, 7);
	told(x, " NODE=1 LEADER=3 TERM=7 BOUND_NS=5000");
	assert_int_equal(update(x, 3, 7, 1), CL_ROUND_TAKEN);
	x->f.clock.bound_ns = 6000;
	cl_round_state(&x->r, CLOCKLINK_STATE_HOLDOVER);
	told(x, HELD);
	elect(x, 0, 7);
	told(x, " NODE=1 TERM=7 BOUND_NS=6000");
	cl_round_lease(&x->r, x->f.now + SEC);
	elect(x, 1, 8);
	told(x, " NODE=1 LEADER=1 TERM=8 BOUND_NS=6000");
	x->f.clock.bound_ns = 7000;
	pass(x, 2 * SEC);
	assert_int_equal(x->f.events[CL_EVENT_LEASE_OVER], 1);
	told(x, " NODE=1 TERM=8 BOUND_NS=7000");
	cl_round_lease(&x->r, CL_ROUND_NEVER);
	assert_said(x, "node 1 leads, term 8, with a lease again");
	/* None of a clock that cannot be used, or read. */
	x->f.clock.state = CLOCKLINK_STATE_VOID;
	cl_round_state(&x->r, CLOCKLINK_STATE_VOID);
	told(x, " NODE=1 STATE=void STATE_BEFORE=holdover LEADER=1 TERM=8");
	x->f.clock.state = CLOCKLINK_STATE_SYNCED;
	x->f.fail_get = -EIO;
	cl_round_state(&x->r, CLOCKLINK_STATE_SYNCED);
	told(x, " NODE=1 STATE=synced STATE_BEFORE=void LEADER=1 TERM=8");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_the_engine_is_told_at_once),
		TEST(test_an_instance_that_comes_later_is_told),
		TEST(test_news_of_the_own_doing_changes_nothing),
		TEST(test_another_leader_of_the_settings_is_put_right),
		TEST(test_an_engine_that_refuses_is_told_again),
		TEST(test_a_leader_below_the_engines_term_is_silent),
		TEST(test_a_leader_elected_again_has_the_new_term),
		TEST(test_the_bound_of_a_new_leader_shrinks),
		TEST(test_the_first_leader_begins_with_the_hosts_time),
		TEST(test_a_named_leader_has_no_bound_at_once),
		TEST(test_a_line_is_given_at_once),
		TEST(test_what_was_agreed_is_told),
		TEST(test_a_first_time_has_the_agreed_offset),
		TEST(test_only_the_elected_term_counts),
		TEST(test_what_is_not_heard_widens_the_bound),
		TEST(test_the_guard_is_asked_first),
		TEST(test_who_cannot_tell_holds_over),
		TEST(test_no_lease_no_word),
		TEST(test_no_lease_no_lead),
		TEST(test_messages_have_the_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
