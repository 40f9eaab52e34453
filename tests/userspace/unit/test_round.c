// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent/core/round.h"
#include "fakeio.h"
#include "unit.h"

#define MS CL_NS_PER_MS
#define SEC CL_NS_PER_SEC

struct fixture {
	struct fakeio f;
	struct cl_round r;
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

static void lead(struct fixture *x)
{
	x->f.inst.leader = x->f.inst.node;
	cl_round_settings(&x->r, &x->f.inst);
	advance(x, x->f.now);
}

static void follow(struct fixture *x)
{
	x->f.inst.leader = 2;
	cl_round_settings(&x->r, &x->f.inst);
}

static struct cl_nl_update an_update(void)
{
	struct cl_nl_update u = {
		.sender = 2,
		.term = 10,
		.round = 5,
		.gen = 0x77,
		.state = CLOCKLINK_STATE_SYNCED,
		.raw_ns = 1000,
		.time_ns = FAKE_UTC,
		.rate_ppt = -3000,
		.bound_ns = 40,
		.hard_ns = 50,
		.drift_ppt = 60,
		.interval_ns = 100 * MS,
		.tai_offset_s = 37,
		.leap = CLOCKLINK_LEAP_INSERT,
		.epoch = 8,
		.hops = 1,
	};

	for (int a = CLOCKLINK_A_UPDATE_SENDER; a <= CLOCKLINK_A_UPDATE_MAX;
	     a++)
		u.have |= 1ULL << a;
	return u;
}

static bool keeps_its_line(const struct cl_nl_steer *s)
{
	return !cl_nl_has(s, STEER_RAW) && !cl_nl_has(s, STEER_TIME) &&
	       !cl_nl_has(s, STEER_RATE) && !cl_nl_has(s, STEER_FORCE);
}

static void test_leader_asks_and_tells_in_turn(void **state)
{
	struct fixture *x = *state;

	lead(x);
	assert_int_equal(x->f.steers, 1);
	assert_int_equal(x->f.asks, 1);
	assert_int_equal(x->f.ask.round, 1);
	assert_int_equal(x->f.ask.term, x->f.steer.term);
	assert_int_equal(x->f.tells, 0);
	advance(x, 50 * MS - 1);
	assert_int_equal(x->f.tells, 0);
	advance(x, 50 * MS);
	assert_int_equal(x->f.tells, 1);
	assert_int_equal(x->f.tell.round, 2);
	assert_int_equal(x->f.tell.term, x->f.ask.term);
	advance(x, 100 * MS);
	assert_int_equal(x->f.asks, 2);
	assert_int_equal(x->f.ask.round, 2);
	advance(x, 10 * SEC);
	assert_int_equal(x->f.asks, 101);
	assert_int_equal(x->f.tells, 100);
	assert_true(x->f.asked_at == 10 * SEC);
	assert_true(x->f.told_at == 10 * SEC - 50 * MS);
}

static void test_new_leader_begins_with_the_hosts_time(void **state)
{
	struct fixture *x = *state;
	const struct cl_nl_steer *s = &x->f.steer;

	x->f.now = 3 * SEC;
	lead(x);
	assert_int_equal(s->parent, 1);
	assert_int_equal(s->gen, 0xabc);
	assert_true(s->raw_ns == x->f.clock.raw_ns);
	assert_true(s->time_ns == FAKE_UTC + 3 * SEC + FAKE_TAI_OFFSET * SEC);
	assert_true(s->rate_ppt == 0);
	assert_true(s->bound_ns == 0 && s->hard_ns == 0 && s->drift_ppt == 0);
	assert_int_equal(s->tai_offset_s, FAKE_TAI_OFFSET);
	assert_true(s->force && cl_nl_has(s, STEER_FORCE));
	assert_true(cl_nl_has(s, STEER_RAW));
	assert_true(cl_nl_has(s, STEER_TIME));
	assert_true(cl_nl_has(s, STEER_RATE));
	assert_true(s->interval_ns == 100 * MS);
	assert_true(s->expiry_ns == 1 * SEC);
	/* No term was ever obeyed: seconds of cluster time. */
	assert_int_equal(s->term, s->time_ns / SEC);
}

static void test_restarted_leader_goes_on_without_a_step(void **state)
{
	static const u32 states[] = { CLOCKLINK_STATE_SYNCED,
				      CLOCKLINK_STATE_UNVERIFIED,
				      CLOCKLINK_STATE_HOLDOVER };
	struct fixture *x = *state;

	for (int i = 0; i < 3; i++) {
		fakeio_init(&x->f);
		cl_round_init(&x->r, &x->f.io);
		x->f.clock.state = states[i];
		x->f.clock.tai_offset_s = 38;
		x->f.clock.leap = CLOCKLINK_LEAP_DELETE;
		x->f.inst.term = 4000000000U;
		lead(x);
		assert_true(keeps_its_line(&x->f.steer));
		assert_int_equal(x->f.steer.tai_offset_s, 38);
		assert_int_equal(x->f.steer.leap, CLOCKLINK_LEAP_DELETE);
		assert_int_equal(x->f.steer.term, 4000000001U);
	}
}

static void test_leader_without_a_time_takes_the_hosts(void **state)
{
	static const u32 states[] = { CLOCKLINK_STATE_UNSYNCED,
				      CLOCKLINK_STATE_JOINING,
				      CLOCKLINK_STATE_VOID };
	struct fixture *x = *state;

	for (int i = 0; i < 3; i++) {
		fakeio_init(&x->f);
		cl_round_init(&x->r, &x->f.io);
		x->f.clock.state = states[i];
		lead(x);
		assert_true(x->f.steer.time_ns > FAKE_UTC);
		assert_true(cl_nl_has(&x->f.steer, STEER_FORCE));
	}
}

static void test_leader_renews_its_line_before_it_expires(void **state)
{
	struct fixture *x = *state;
	struct cl_nl_steer first;
	int before;

	lead(x);
	first = x->f.steer;
	for (s64 t = 0; t < 20 * SEC; t += 10 * MS) {
		before = x->f.steers;
		advance(x, t);
		/* Half of the expiry and a round, not more often than needed. */
		assert_true(x->f.steers <= before + 1);
		assert_true(x->r.refresh > t - 100 * MS);
	}
	assert_in_range(x->f.steers, 33, 41);
	assert_int_equal(x->f.steer.term, first.term);
	assert_true(x->f.steer.round > first.round);
	/* The step was made once. */
	assert_true(keeps_its_line(&x->f.steer));
}

static void test_rounds_slept_through_are_not_made_up(void **state)
{
	struct fixture *x = *state;

	lead(x);
	advance(x, 50 * MS);
	x->f.now = 10 * SEC;
	cl_round_run(&x->r);
	assert_int_equal(x->f.asks, 2);
	assert_true(cl_round_deadline(&x->r) == 10 * SEC + 50 * MS);
	advance(x, 10 * SEC + 50 * MS);
	assert_int_equal(x->f.tells, 2);
	assert_int_equal(x->f.asks, 2);
}

static void test_early_call_does_nothing(void **state)
{
	struct fixture *x = *state;

	lead(x);
	x->f.now = 10 * MS;
	cl_round_run(&x->r);
	assert_int_equal(x->f.asks + x->f.tells + x->f.steers, 2);
}

static void test_interval_may_change_while_leading(void **state)
{
	struct fixture *x = *state;
	u32 term;

	x->f.inst.interval_ns = 100 * SEC;
	lead(x);
	term = x->f.ask.term;
	advance(x, 1 * SEC);
	x->f.inst.term = term;
	x->f.inst.interval_ns = 10 * MS;
	cl_round_settings(&x->r, &x->f.inst);
	advance(x, 2 * SEC);
	assert_in_range(x->f.asks, 95, 102);
	assert_int_equal(x->f.ask.term, term);
	assert_true(x->f.steer.interval_ns == 10 * MS);
	assert_true(x->f.steer.expiry_ns == 1 * SEC);
	x->f.inst.interval_ns = 1 * SEC;
	cl_round_settings(&x->r, &x->f.inst);
	advance(x, 4 * SEC);
	assert_true(x->f.steer.expiry_ns == 5 * SEC);
	assert_int_equal(x->f.ask.term, term);
}

static void lead_quietly(struct fixture *x, s64 interval_max_ns)
{
	x->f.inst.interval_max_ns = interval_max_ns;
	x->f.inst.peer_changes = 7;
	lead(x);
}

/* Rounds in a time that follows. */
static int asks_in(struct fixture *x, s64 ns)
{
	int before = x->f.asks;

	advance(x, x->f.now + ns);
	return x->f.asks - before;
}

static void test_interval_grows_while_it_is_quiet(void **state)
{
	struct fixture *x = *state;
	s64 told;

	lead_quietly(x, 5 * SEC);
	/* 10 s are needed to get beyond 100 ms. */
	assert_int_equal(asks_in(x, 10 * SEC), 100);
	/* From then on the integral of 100 / t. */
	assert_in_range(asks_in(x, 90 * SEC), 225, 235);
	assert_in_range(x->f.tell.interval_ns, 980 * MS, 1000 * MS);
	told = x->f.told_at;
	while (x->f.told_at == told)
		advance(x, cl_round_deadline(&x->r));
	/* What is told is what is done, but for the growth in between. */
	assert_in_range(x->f.told_at - told, 980 * MS, 1010 * MS);
	advance(x, 600 * SEC);
	assert_true(x->f.tell.interval_ns == 5 * SEC);
	assert_in_range(asks_in(x, 100 * SEC), 19, 21);
}

static void test_interval_stays_without_a_maximum(void **state)
{
	struct fixture *x = *state;

	lead_quietly(x, 0);
	advance(x, 1000 * SEC);
	assert_int_equal(asks_in(x, 10 * SEC), 100);
	assert_true(x->f.tell.interval_ns == 100 * MS);
	assert_true(cl_nl_has(&x->f.tell, ROUND_INTERVAL));
}

static void test_interval_falls_back_at_once(void **state)
{
	struct fixture *x = *state;

	lead_quietly(x, 50 * SEC);
	advance(x, 4000 * SEC);
	assert_true(x->f.tell.interval_ns > 39 * SEC);
	x->f.inst.peer_changes++;
	/* It is seen within a second. */
	assert_in_range(asks_in(x, 3 * SEC), 20, 31);
	assert_true(x->f.tell.interval_ns == 100 * MS);
	assert_int_equal(asks_in(x, 5 * SEC), 50);
	advance(x, x->f.now + 1000 * SEC);
	assert_true(x->f.tell.interval_ns > 9 * SEC);
	/* So does a change of peers, or the own clock's state. */
	cl_round_settings(&x->r, &x->f.inst);
	assert_in_range(asks_in(x, 5 * SEC), 49, 51);
	advance(x, x->f.now + 1000 * SEC);
	assert_true(x->f.tell.interval_ns > 9 * SEC);
	cl_round_state(&x->r, CLOCKLINK_STATE_HOLDOVER);
	assert_int_equal(x->f.events[CL_EVENT_CLOCK_HOLDOVER], 1);
	assert_in_range(asks_in(x, 5 * SEC), 49, 51);
}

static void test_interval_is_short_until_all_are_locked(void **state)
{
	struct fixture *x = *state;

	x->f.inst.unsettled = 1;
	lead_quietly(x, 50 * SEC);
	advance(x, 4000 * SEC);
	assert_int_equal(asks_in(x, 5 * SEC), 50);
	x->f.inst.unsettled = 0;
	advance(x, x->f.now + 1000 * SEC);
	assert_in_range(x->f.tell.interval_ns, 9 * SEC, 10 * SEC);
	/* Nor if they cannot be looked at. */
	x->f.fail_get = -EIO;
	advance(x, x->f.now + 2 * SEC);
	assert_int_equal(asks_in(x, 5 * SEC), 50);
}

static void test_interval_is_short_while_somebody_is_suspected(void **state)
{
	struct fixture *x = *state;

	lead_quietly(x, 50 * SEC);
	advance(x, 4000 * SEC);
	assert_true(x->f.tell.interval_ns > 39 * SEC);
	cl_round_suspect(&x->r, true);
	assert_in_range(asks_in(x, 5 * SEC), 49, 51);
	advance(x, x->f.now + 1000 * SEC);
	assert_in_range(asks_in(x, 5 * SEC), 49, 51);
	cl_round_suspect(&x->r, false);
	advance(x, x->f.now + 1000 * SEC);
	assert_true(x->f.tell.interval_ns > 9 * SEC);
}

static void test_long_interval_outlives_no_line(void **state)
{
	struct fixture *x = *state;
	s64 given = 0;
	int steers = 0;

	lead_quietly(x, 100 * SEC);
	while (x->f.now < 20000 * SEC) {
		advance(x, cl_round_deadline(&x->r));
		assert_true(x->f.now - given <
			    (s64)x->f.steer.expiry_ns * 9 / 10);
		if (x->f.steers != steers)
			given = x->f.now;
		steers = x->f.steers;
	}
	assert_true(x->f.steer.interval_ns == 100 * SEC);
	assert_true(x->f.steer.expiry_ns == 500 * SEC);
}

static void test_role_may_change(void **state)
{
	struct fixture *x = *state;
	struct cl_nl_update u = an_update();
	u32 term;

	lead(x);
	term = x->f.steer.term;
	x->f.inst.term = term;
	follow(x);
	assert_true(cl_round_deadline(&x->r) == CL_ROUND_NEVER);
	u.term = term - 1;
	assert_int_equal(cl_round_update(&x->r, &u), CL_ROUND_OLD_TERM);
	u.term = term + 1;
	assert_int_equal(cl_round_update(&x->r, &u), CL_ROUND_TAKEN);
	x->f.inst.term = term + 1;
	x->f.clock.state = CLOCKLINK_STATE_SYNCED;
	lead(x);
	assert_true(x->f.steer.term > term + 1);
	assert_int_equal(x->f.steer.parent, 1);
	x->f.inst.leader = 0;
	cl_round_settings(&x->r, &x->f.inst);
	assert_true(cl_round_deadline(&x->r) == CL_ROUND_NEVER);
	assert_int_equal(cl_round_update(&x->r, &u), CL_ROUND_NOT_FOLLOWING);
}

static void test_leader_overtaken_takes_a_higher_term(void **state)
{
	struct fixture *x = *state;
	u32 term;

	lead(x);
	term = x->f.steer.term;
	x->f.clock.state = CLOCKLINK_STATE_SYNCED;
	x->f.inst.term = term + 100;
	cl_round_settings(&x->r, &x->f.inst);
	advance(x, 1);
	assert_int_equal(x->f.steer.term, term + 101);
	assert_true(keeps_its_line(&x->f.steer));
}

static void test_refused_leader_tries_again(void **state)
{
	struct fixture *x = *state;
	int lines;

	x->f.fail = -EPERM;
	lead(x);
	assert_int_equal(x->f.steers, 1);
	assert_int_equal(x->f.asks, 0);
	assert_string_equal(x->f.line, "cannot lead: error 1");
	lines = x->f.lines;
	advance(x, 10 * SEC);
	assert_int_equal(x->f.steers, 11);
	assert_int_equal(x->f.asks, 0);
	assert_int_equal(x->f.lines, lines);
	x->f.fail = 0;
	advance(x, 11 * SEC);
	assert_int_equal(x->f.asks, 1);
	assert_string_equal(x->f.line, "can lead again");
}

static void test_disturbed_leader_begins_anew(void **state)
{
	struct fixture *x = *state;

	lead(x);
	advance(x, 5 * SEC);
	x->f.clock.state = CLOCKLINK_STATE_VOID;
	x->f.inst.gen = 0xdef;
	x->f.inst.term = x->f.steer.term;
	cl_round_state(&x->r, CLOCKLINK_STATE_VOID);
	assert_int_equal(x->f.events[CL_EVENT_CLOCK_VOID], 1);
	advance(x, 5 * SEC);
	assert_int_equal(x->f.steer.gen, 0xdef);
	assert_true(cl_nl_has(&x->f.steer, STEER_FORCE));
	assert_true(x->f.steer.time_ns ==
		    FAKE_UTC + 5 * SEC + FAKE_TAI_OFFSET * SEC);
	assert_true(x->f.steer.term > x->f.inst.term);
}

static void test_leader_with_a_new_generation_begins_anew(void **state)
{
	struct fixture *x = *state;

	lead(x);
	advance(x, 1 * SEC);
	x->f.inst.gen++;
	cl_round_settings(&x->r, &x->f.inst);
	advance(x, 1 * SEC + 1);
	assert_int_equal(x->f.steer.gen, x->f.inst.gen);
	assert_int_equal(x->f.steer.round, 1);
}

static void test_old_news_of_a_void_clock_makes_no_step(void **state)
{
	struct fixture *x = *state;

	lead(x);
	x->f.clock.state = CLOCKLINK_STATE_SYNCED;
	cl_round_state(&x->r, CLOCKLINK_STATE_VOID);
	advance(x, 1);
	assert_int_equal(x->f.steers, 2);
	assert_true(keeps_its_line(&x->f.steer));
}

static void test_few_nodes_are_unverified(void **state)
{
	struct fixture *x = *state;
	struct cl_nl_update u = an_update();

	for (u32 peers = 0; peers < 4; peers++) {
		fakeio_init(&x->f);
		cl_round_init(&x->r, &x->f.io);
		x->f.inst.peers = peers;
		lead(x);
		assert_int_equal(x->f.steer.unverified, peers < 2);
		follow(x);
		u.term = x->f.steer.term;
		assert_int_equal(cl_round_update(&x->r, &u), CL_ROUND_TAKEN);
		assert_int_equal(x->f.steer.unverified, peers < 2);
	}
}

static void test_instance_may_go_and_come(void **state)
{
	struct fixture *x = *state;
	struct cl_nl_update u = an_update();

	lead(x);
	cl_round_settings(&x->r, NULL);
	assert_true(cl_round_deadline(&x->r) == CL_ROUND_NEVER);
	assert_int_equal(cl_round_update(&x->r, &u), CL_ROUND_NOT_FOLLOWING);
	cl_round_state(&x->r, CLOCKLINK_STATE_GONE);
	advance(x, 1 * SEC);
	assert_int_equal(x->f.asks, 1);
	lead(x);
	assert_int_equal(x->f.asks, 2);
}

static void test_follower_steers_by_the_update(void **state)
{
	struct fixture *x = *state;
	struct cl_nl_update u = an_update();
	const struct cl_nl_steer *s = &x->f.steer;

	follow(x);
	assert_int_equal(cl_round_update(&x->r, &u), CL_ROUND_TAKEN);
	assert_int_equal(x->f.steers, 1);
	assert_int_equal(s->parent, 2);
	assert_int_equal(s->term, 10);
	assert_int_equal(s->round, 5);
	assert_int_equal(s->gen, 0x77);
	assert_true(s->raw_ns == 1000);
	assert_true(s->time_ns == FAKE_UTC);
	assert_true(s->rate_ppt == -3000);
	assert_true(cl_nl_has(s, STEER_RAW));
	assert_true(cl_nl_has(s, STEER_TIME));
	assert_true(cl_nl_has(s, STEER_RATE));
	assert_true(s->bound_ns == 40);
	assert_true(s->hard_ns == 50);
	assert_true(s->drift_ppt == 60);
	assert_int_equal(s->tai_offset_s, 37);
	assert_int_equal(s->leap, CLOCKLINK_LEAP_INSERT);
	assert_int_equal(s->epoch, 8);
	assert_int_equal(s->hops, 1);
	assert_true(s->interval_ns == 100 * MS);
	assert_true(s->expiry_ns == 1 * SEC);
	assert_false(cl_nl_has(s, STEER_FORCE));
	u.round++;
	u.interval_ns = 2 * SEC;
	assert_int_equal(cl_round_update(&x->r, &u), CL_ROUND_TAKEN);
	assert_true(s->expiry_ns == 10 * SEC);
	/* A follower never acts by itself. */
	advance(x, 100 * SEC);
	assert_int_equal(x->f.steers, 2);
	assert_int_equal(x->f.asks + x->f.tells, 0);
}

static void check_ignored(struct fixture *x, const struct cl_nl_update *u,
			  enum cl_round_verdict want)
{
	int before = x->f.steers;

	assert_int_equal(cl_round_update(&x->r, u), want);
	assert_int_equal(x->f.steers, before);
}

static void test_follower_ignores_what_it_must(void **state)
{
	struct fixture *x = *state;
	struct cl_nl_update u = an_update();

	check_ignored(x, &u, CL_ROUND_NOT_FOLLOWING);
	follow(x);
	assert_int_equal(cl_round_update(&x->r, &u), CL_ROUND_TAKEN);
	check_ignored(x, &u, CL_ROUND_OLD_ROUND);
	u.round = 4;
	check_ignored(x, &u, CL_ROUND_OLD_ROUND);
	u = an_update();
	u.round = 6;
	u.sender = 3;
	check_ignored(x, &u, CL_ROUND_NOT_LEADER);
	u.sender = 2;
	u.term = 9;
	check_ignored(x, &u, CL_ROUND_OLD_TERM);
	u.term = 10;
	u.interval_ns = MS - 1;
	check_ignored(x, &u, CL_ROUND_BAD_VALUE);
	u.interval_ns = 1000 * SEC + 1;
	check_ignored(x, &u, CL_ROUND_BAD_VALUE);
	u.interval_ns = 1000 * SEC;
	assert_int_equal(cl_round_update(&x->r, &u), CL_ROUND_TAKEN);
}

static void test_follower_wants_every_attribute(void **state)
{
	struct fixture *x = *state;
	struct cl_nl_update u;

	follow(x);
	for (int a = CLOCKLINK_A_UPDATE_SENDER; a <= CLOCKLINK_A_UPDATE_MAX;
	     a++) {
		u = an_update();
		u.have &= ~(1ULL << a);
		check_ignored(x, &u, CL_ROUND_BAD_VALUE);
	}
}

static void test_follower_wants_a_leader_with_a_time(void **state)
{
	struct fixture *x = *state;
	struct cl_nl_update u = an_update();
	int taken = 0;

	follow(x);
	for (u32 s = 0; s <= CLOCKLINK_STATE_GONE + 1; s++) {
		u.state = s;
		u.round++;
		if (cl_round_update(&x->r, &u) == CL_ROUND_TAKEN)
			taken |= 1 << s;
		else
			check_ignored(x, &u, CL_ROUND_NOT_USABLE);
	}
	assert_int_equal(taken, 1 << CLOCKLINK_STATE_SYNCED |
					1 << CLOCKLINK_STATE_UNVERIFIED |
					1 << CLOCKLINK_STATE_HOLDOVER);
}

static void test_follower_takes_a_leader_that_started_anew(void **state)
{
	struct fixture *x = *state;
	struct cl_nl_update u = an_update();

	follow(x);
	assert_int_equal(cl_round_update(&x->r, &u), CL_ROUND_TAKEN);
	/* New term: rounds begin again. */
	u.term++;
	u.round = 1;
	assert_int_equal(cl_round_update(&x->r, &u), CL_ROUND_TAKEN);
	/* New raw generation in the same term. */
	u.gen++;
	assert_int_equal(cl_round_update(&x->r, &u), CL_ROUND_TAKEN);
	assert_int_equal(x->f.steer.gen, 0x78);
	check_ignored(x, &u, CL_ROUND_OLD_ROUND);
	/* Rounds are numbers of a circle. */
	u.round = 0x7fffff00;
	assert_int_equal(cl_round_update(&x->r, &u), CL_ROUND_TAKEN);
	u.round = 0xfffffe00;
	assert_int_equal(cl_round_update(&x->r, &u), CL_ROUND_TAKEN);
	u.round = 2;
	assert_int_equal(cl_round_update(&x->r, &u), CL_ROUND_TAKEN);
}

static void test_restarted_follower_keeps_the_term(void **state)
{
	struct fixture *x = *state;
	struct cl_nl_update u = an_update();

	x->f.inst.term = 11;
	follow(x);
	check_ignored(x, &u, CL_ROUND_OLD_TERM);
	u.term = 11;
	assert_int_equal(cl_round_update(&x->r, &u), CL_ROUND_TAKEN);
}

static void test_refused_update_may_come_again(void **state)
{
	struct fixture *x = *state;
	struct cl_nl_update u = an_update();
	int lines;

	follow(x);
	x->f.fail = -ESTALE;
	assert_int_equal(cl_round_update(&x->r, &u), CL_ROUND_REFUSED);
	lines = x->f.lines;
	assert_int_equal(cl_round_update(&x->r, &u), CL_ROUND_REFUSED);
	assert_int_equal(x->f.lines, lines);
	x->f.fail = 0;
	assert_int_equal(cl_round_update(&x->r, &u), CL_ROUND_TAKEN);
}

static void test_other_leader_is_followed_from_any_round(void **state)
{
	struct fixture *x = *state;
	struct cl_nl_update u = an_update();

	follow(x);
	u.round = 1000;
	assert_int_equal(cl_round_update(&x->r, &u), CL_ROUND_TAKEN);
	x->f.inst.leader = 3;
	x->f.inst.term = 10;
	cl_round_settings(&x->r, &x->f.inst);
	check_ignored(x, &u, CL_ROUND_NOT_LEADER);
	u.sender = 3;
	u.round = 1;
	assert_int_equal(cl_round_update(&x->r, &u), CL_ROUND_TAKEN);
	/* Other settings do not make old rounds new. */
	x->f.inst.wander_ppt = 5;
	cl_round_settings(&x->r, &x->f.inst);
	check_ignored(x, &u, CL_ROUND_OLD_ROUND);
}

static void test_warnings_come_once(void **state)
{
	struct fixture *x = *state;
	struct cl_nl_update u = an_update();
	int lines;

	follow(x);
	u.sender = 9;
	cl_round_update(&x->r, &u);
	lines = x->f.lines;
	for (int i = 0; i < 100; i++)
		cl_round_update(&x->r, &u);
	assert_int_equal(x->f.lines, lines);
	cl_round_settings(&x->r, &x->f.inst);
	cl_round_update(&x->r, &u);
	assert_int_equal(x->f.lines, lines + 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_leader_asks_and_tells_in_turn),
		TEST(test_new_leader_begins_with_the_hosts_time),
		TEST(test_restarted_leader_goes_on_without_a_step),
		TEST(test_leader_without_a_time_takes_the_hosts),
		TEST(test_leader_renews_its_line_before_it_expires),
		TEST(test_rounds_slept_through_are_not_made_up),
		TEST(test_early_call_does_nothing),
		TEST(test_interval_may_change_while_leading),
		TEST(test_interval_grows_while_it_is_quiet),
		TEST(test_interval_is_short_while_somebody_is_suspected),
		TEST(test_interval_stays_without_a_maximum),
		TEST(test_interval_falls_back_at_once),
		TEST(test_interval_is_short_until_all_are_locked),
		TEST(test_long_interval_outlives_no_line),
		TEST(test_role_may_change),
		TEST(test_leader_overtaken_takes_a_higher_term),
		TEST(test_refused_leader_tries_again),
		TEST(test_disturbed_leader_begins_anew),
		TEST(test_leader_with_a_new_generation_begins_anew),
		TEST(test_old_news_of_a_void_clock_makes_no_step),
		TEST(test_few_nodes_are_unverified),
		TEST(test_instance_may_go_and_come),
		TEST(test_follower_steers_by_the_update),
		TEST(test_follower_ignores_what_it_must),
		TEST(test_follower_wants_every_attribute),
		TEST(test_follower_wants_a_leader_with_a_time),
		TEST(test_follower_takes_a_leader_that_started_anew),
		TEST(test_restarted_follower_keeps_the_term),
		TEST(test_refused_update_may_come_again),
		TEST(test_other_leader_is_followed_from_any_round),
		TEST(test_warnings_come_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
