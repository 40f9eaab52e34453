// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "agent/core/probe.h"
#include "agent/core/round.h"
#include "fakeio.h"
#include "unit.h"

#define MS CL_NS_PER_MS
#define SEC CL_NS_PER_SEC

#define LEADER 2 /* peer 0 of the engine */

struct fixture {
	struct fakeio f;
	struct cl_probe p;
};

static int setup(void **state)
{
	struct fixture *x = calloc(1, sizeof(*x));

	fakeio_init(&x->f);
	cl_probe_init(&x->p, &x->f.io);
	x->f.inst.leader = LEADER;
	x->f.inst.peers = 20;
	cl_probe_settings(&x->p, &x->f.inst);
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
	while (cl_probe_deadline(&x->p) <= to) {
		if (x->f.now < cl_probe_deadline(&x->p))
			x->f.now = cl_probe_deadline(&x->p);
		cl_probe_run(&x->p);
	}
	x->f.now = to;
}

static void follow(struct fixture *x, u32 gen, s64 interval)
{
	const struct cl_nl_update u = {
		.sender = x->f.inst.leader,
		.gen = gen,
		.interval_ns = interval,
	};

	cl_probe_followed(&x->p, &u);
}

static void set_state(struct fixture *x, u32 state)
{
	x->f.inst.state = state;
	cl_probe_state(&x->p, state);
}

static void forget_probes(struct fixture *x)
{
	memset(x->f.probed, 0, sizeof(x->f.probed));
	x->f.probes = 0;
}

/* Peers that were probed at least @times. */
static int count_probed(const struct fixture *x, int times)
{
	int n = 0;

	for (int i = 1; i < FAKE_PEERS; i++)
		n += x->f.probed[i] >= times;
	return n;
}

static void test_nobody_is_probed_before_an_update(void **state)
{
	struct fixture *x = *state;

	assert_true(cl_probe_deadline(&x->p) == CL_ROUND_NEVER);
	x->f.inst.leader = 1;
	cl_probe_settings(&x->p, &x->f.inst);
	follow(x, 7, SEC);
	assert_true(cl_probe_deadline(&x->p) == CL_ROUND_NEVER);
	x->f.inst.leader = 0;
	cl_probe_settings(&x->p, &x->f.inst);
	follow(x, 7, SEC);
	assert_true(cl_probe_deadline(&x->p) == CL_ROUND_NEVER);
	cl_probe_settings(&x->p, NULL);
	assert_true(cl_probe_deadline(&x->p) == CL_ROUND_NEVER);
	cl_probe_run(&x->p);
	assert_int_equal(x->f.probes, 0);
}

static void test_the_leader_is_asked_less_and_less(void **state)
{
	struct fixture *x = *state;
	int *leader = &x->f.probed[0];

	x->f.inst.probes = 0;
	cl_probe_settings(&x->p, &x->f.inst);
	follow(x, 7, 100 * MS);
	set_state(x, CLOCKLINK_STATE_JOINING);
	set_state(x, CLOCKLINK_STATE_SYNCED);
	advance(x, 10 * SEC);
	assert_in_range(*leader, 995, 1005);
	/* 1000 ln 10 more */
	advance(x, 99 * SEC);
	assert_in_range(*leader, 3270, 3310);
	assert_true(x->f.now - x->p.burst < 100 * MS);
	/* the leader's rounds come as often */
	advance(x, 1000 * SEC);
	assert_in_range(*leader, 3290, 3320);
	assert_true(cl_probe_deadline(&x->p) == CL_ROUND_NEVER);
	assert_int_equal(x->f.probes, *leader);
	/* further updates change nothing */
	follow(x, 7, 100 * MS);
	assert_true(cl_probe_deadline(&x->p) == CL_ROUND_NEVER);
}

static void test_a_short_interval_needs_no_burst(void **state)
{
	struct fixture *x = *state;

	x->f.inst.probes = 0;
	cl_probe_settings(&x->p, &x->f.inst);
	follow(x, 7, 10 * MS);
	advance(x, SEC);
	assert_int_equal(x->f.probes, 1);
}

static void test_many_peers_slow_the_burst(void **state)
{
	struct fixture *x = *state;

	x->f.inst.probes = 0;
	x->f.inst.peers = FAKE_PEERS;
	cl_probe_settings(&x->p, &x->f.inst);
	follow(x, 7, SEC);
	advance(x, SEC);
	assert_in_range(x->f.probes, 99, 101);

	forget_probes(x);
	/* the engine lists only those that there is room for */
	x->p.inst.peers = 10 * FAKE_PEERS;
	advance(x, 11 * SEC);
	assert_in_range(x->f.probes, 99, 102);
}

static void test_a_lost_estimate_begins_a_burst(void **state)
{
	struct fixture *x = *state;

	x->f.inst.probes = 0;
	cl_probe_settings(&x->p, &x->f.inst);
	follow(x, 7, 100 * MS);
	set_state(x, CLOCKLINK_STATE_SYNCED);
	advance(x, 1000 * SEC);
	assert_true(cl_probe_deadline(&x->p) == CL_ROUND_NEVER);

	/* the own raw clock was disturbed */
	set_state(x, CLOCKLINK_STATE_VOID);
	assert_true(cl_probe_deadline(&x->p) == CL_ROUND_NEVER);
	forget_probes(x);
	follow(x, 7, 100 * MS);
	set_state(x, CLOCKLINK_STATE_SYNCED);
	advance(x, 1001 * SEC);
	assert_in_range(x->f.probed[0], 99, 101);

	/* the leader's was */
	advance(x, 3000 * SEC);
	forget_probes(x);
	follow(x, 8, 100 * MS);
	advance(x, 3001 * SEC);
	assert_in_range(x->f.probed[0], 99, 101);

	/* there is another leader */
	advance(x, 5000 * SEC);
	forget_probes(x);
	x->f.inst.leader = 3;
	cl_probe_settings(&x->p, &x->f.inst);
	assert_true(cl_probe_deadline(&x->p) == CL_ROUND_NEVER);
	follow(x, 9, 100 * MS);
	advance(x, 5001 * SEC);
	assert_int_equal(x->f.probed[0], 0);
	assert_in_range(x->f.probed[1], 99, 101);
}

static void test_a_restarted_daemon_begins_none(void **state)
{
	struct fixture *x = *state;

	x->f.inst.state = CLOCKLINK_STATE_SYNCED;
	cl_probe_init(&x->p, &x->f.io);
	cl_probe_settings(&x->p, &x->f.inst);
	follow(x, 7, 100 * MS);
	advance(x, 100 * SEC);
	assert_int_equal(x->f.probed[0], 0);
	assert_int_equal(count_probed(x, 900), 2);
	/* but the next leader is new to the engine */
	x->f.inst.leader = 3;
	cl_probe_settings(&x->p, &x->f.inst);
	follow(x, 7, 100 * MS);
	advance(x, 101 * SEC);
	assert_true(x->f.probed[1] > 90);
	/* and so is the first one when it comes back */
	x->f.inst.leader = LEADER;
	cl_probe_settings(&x->p, &x->f.inst);
	follow(x, 7, 100 * MS);
	advance(x, 102 * SEC);
	assert_true(x->f.probed[0] > 90);
}

static void test_peers_are_asked_in_turn(void **state)
{
	struct fixture *x = *state;
	s64 last = 0;

	x->f.inst.state = CLOCKLINK_STATE_SYNCED;
	x->f.inst.probes = 8;
	x->f.inst.probe_every = 3;
	cl_probe_init(&x->p, &x->f.io);
	cl_probe_settings(&x->p, &x->f.inst);
	follow(x, 7, SEC);
	/* 8 of them in 3 s, evenly */
	for (int i = 0; i < 80; i++) {
		s64 at = cl_probe_deadline(&x->p);

		if (i)
			assert_true(at - last == 375 * MS);
		last = at;
		x->f.now = at;
		cl_probe_run(&x->p);
		assert_int_equal(x->f.probes, i + 1);
	}
	assert_int_equal(count_probed(x, 10), 8);
	assert_int_equal(count_probed(x, 1), 8);
	assert_int_equal(x->f.probed[0], 0);
	assert_int_equal(x->f.lists, 1);
}

static void test_every_peer_is_chosen_at_times(void **state)
{
	struct fixture *x = *state;
	int chosen[FAKE_PEERS] = { 0 };

	x->f.inst.state = CLOCKLINK_STATE_SYNCED;
	x->f.inst.probes = 4;
	x->f.inst.peers = 41;
	for (int i = 0; i < 1000; i++) {
		cl_probe_init(&x->p, &x->f.io);
		cl_probe_settings(&x->p, &x->f.inst);
		follow(x, 7, SEC);
		forget_probes(x);
		advance(x, x->f.now + 2 * SEC);
		for (int k = 0; k < FAKE_PEERS; k++)
			chosen[k] += x->f.probed[k] > 0;
	}
	/* 100 each, 5 sigma */
	for (int k = 1; k < 41; k++)
		assert_in_range(chosen[k], 53, 147);
}

static void test_a_silent_peer_is_replaced(void **state)
{
	struct fixture *x = *state;
	int heard = 0;

	x->f.inst.state = CLOCKLINK_STATE_SYNCED;
	x->f.inst.probes = 8;
	for (int i = 1; i < 12; i++)
		x->f.deaf[i] = true;
	cl_probe_init(&x->p, &x->f.io);
	cl_probe_settings(&x->p, &x->f.inst);
	follow(x, 7, 100 * MS);
	/* eight of 20 but the leader answer: sooner or later it is these */
	advance(x, 500 * SEC);
	forget_probes(x);
	advance(x, 509 * SEC);
	for (int i = 12; i < 20; i++)
		heard += x->f.probed[i] > 80;
	assert_int_equal(heard, 8);
}

static void test_a_peer_that_is_gone_is_replaced_at_once(void **state)
{
	struct fixture *x = *state;
	u32 gone;

	x->f.inst.state = CLOCKLINK_STATE_SYNCED;
	cl_probe_init(&x->p, &x->f.io);
	cl_probe_settings(&x->p, &x->f.inst);
	follow(x, 7, 100 * MS);
	advance(x, 5 * SEC);
	assert_int_equal(x->p.n, 2);
	gone = x->p.peers[0].node;
	x->f.peer[gone - 2].node = 99;
	cl_probe_settings(&x->p, &x->f.inst);
	forget_probes(x);
	advance(x, 6 * SEC);
	assert_int_equal(x->p.n, 2);
	assert_int_not_equal(x->p.peers[0].node, gone);
	assert_int_not_equal(x->p.peers[1].node, gone);
	assert_int_equal(x->f.probes, 20);
	assert_int_equal(count_probed(x, 9), 2);
}

static void test_fewer_probes_count_at_once(void **state)
{
	struct fixture *x = *state;

	x->f.inst.state = CLOCKLINK_STATE_SYNCED;
	x->f.inst.probes = 16;
	cl_probe_init(&x->p, &x->f.io);
	cl_probe_settings(&x->p, &x->f.inst);
	follow(x, 7, 100 * MS);
	advance(x, SEC);
	assert_int_equal(count_probed(x, 9), 16);
	x->f.inst.probes = 3;
	cl_probe_settings(&x->p, &x->f.inst);
	forget_probes(x);
	advance(x, 2 * SEC);
	assert_int_equal(count_probed(x, 1), 3);
	x->f.inst.probes = 0;
	cl_probe_settings(&x->p, &x->f.inst);
	forget_probes(x);
	advance(x, 3 * SEC);
	assert_int_equal(x->f.probes, 0);
	assert_true(cl_probe_deadline(&x->p) == CL_ROUND_NEVER);
	x->f.inst.probes = 1;
	cl_probe_settings(&x->p, &x->f.inst);
	advance(x, 4 * SEC);
	assert_int_equal(count_probed(x, 9), 1);
}

static void test_fewer_peers_than_wanted(void **state)
{
	struct fixture *x = *state;

	x->f.inst.state = CLOCKLINK_STATE_SYNCED;
	x->f.inst.probes = 8;
	x->f.inst.peers = 1;
	cl_probe_init(&x->p, &x->f.io);
	cl_probe_settings(&x->p, &x->f.inst);
	follow(x, 7, 100 * MS);
	advance(x, 100 * SEC);
	assert_int_equal(x->f.probes, 0);
	assert_in_range(x->f.lists, 5, 12);
	x->f.inst.peers = 3;
	cl_probe_settings(&x->p, &x->f.inst);
	advance(x, 101 * SEC);
	assert_int_equal(count_probed(x, 9), 2);
}

static void test_failures_are_logged_once(void **state)
{
	struct fixture *x = *state;

	x->f.fail = -5;
	follow(x, 7, 100 * MS);
	advance(x, 5 * SEC);
	assert_true(x->f.probes > 400);
	assert_int_equal(x->f.lines, 1);
	assert_string_equal(x->f.line, "cannot probe node 2: error 5");
	x->f.fail = 0;
	advance(x, 6 * SEC);
	assert_int_equal(x->f.lines, 1);
	x->f.fail = -5;
	advance(x, 7 * SEC);
	assert_int_equal(x->f.lines, 2);
}

static void test_a_list_that_fails_is_asked_for_again(void **state)
{
	struct fixture *x = *state;

	x->f.inst.state = CLOCKLINK_STATE_SYNCED;
	cl_probe_init(&x->p, &x->f.io);
	cl_probe_settings(&x->p, &x->f.inst);
	x->f.fail = -5;
	follow(x, 7, 100 * MS);
	advance(x, SEC);
	assert_int_equal(x->f.probes, 0);
	assert_int_equal(x->f.lines, 1);
	assert_string_equal(x->f.line, "cannot list the peers: error 5");
	x->f.fail = 0;
	advance(x, 2 * SEC);
	assert_int_equal(count_probed(x, 9), 2);
}

static void test_time_slept_through_is_not_made_up_for(void **state)
{
	struct fixture *x = *state;

	follow(x, 7, 100 * MS);
	advance(x, SEC);
	forget_probes(x);
	x->f.now = 50 * SEC;
	cl_probe_run(&x->p);
	assert_int_equal(x->f.probes, 2);
	assert_true(cl_probe_deadline(&x->p) == 50 * SEC + 50 * MS);
}

static void set_warm(struct fixture *x, u32 node, u64 exchanges)
{
	x->f.peer[node - 2].ready = true;
	x->f.peer[node - 2].exchanges = exchanges;
}

static void elect(struct fixture *x, u32 leader)
{
	x->f.inst.leader = leader;
	cl_probe_elect(&x->p, leader);
}

/* A node of a cluster whose voters are 1 to 5. */
static void join(struct fixture *x, u32 state)
{
	static const u32 voters[] = { 1, 2, 3, 4, 5 };

	x->f.inst.leader = 0;
	x->f.inst.state = state;
	x->f.inst.probes = 4;
	cl_probe_init(&x->p, &x->f.io);
	cl_probe_pin(&x->p, voters, 5);
	cl_probe_elect(&x->p, 0);
	cl_probe_settings(&x->p, &x->f.inst);
}

static void test_pinned_peers_are_asked_by_who_joins(void **state)
{
	struct fixture *x = *state;
	s64 last = -1;

	join(x, CLOCKLINK_STATE_UNSYNCED);
	/* Evenly: four of them in 100 ms. */
	for (int i = 0; i < 40; i++) {
		x->f.now = cl_probe_deadline(&x->p);
		cl_probe_run(&x->p);
		if (last >= 0)
			assert_true(x->f.now - last == 25 * MS);
		last = x->f.now;
	}
	for (int i = 0; i < 4; i++)
		assert_int_equal(x->f.probed[i], 10);
	assert_int_equal(x->f.probes, 40);
	assert_int_equal(x->f.lists, 0);
}

static void test_pinned_peers_come_besides_those_drawn(void **state)
{
	struct fixture *x = *state;

	join(x, CLOCKLINK_STATE_SYNCED);
	set_warm(x, 3, CL_PROBE_WARM);
	elect(x, 3);
	follow(x, 7, 100 * MS);
	forget_probes(x);
	advance(x, x->f.now + 10 * SEC);
	assert_in_range(x->f.probed[0], 99, 101);
	assert_int_equal(x->f.probed[1], 0);
	assert_in_range(x->f.probed[2], 99, 101);
	assert_in_range(x->f.probed[3], 99, 101);
	assert_int_equal(count_probed(x, 99), 2 + 4);
	assert_int_equal(count_probed(x, 1), 2 + 4);
	/* The next leader was among them, the last one is now. */
	set_warm(x, 4, CL_PROBE_WARM);
	elect(x, 4);
	forget_probes(x);
	advance(x, x->f.now + 10 * SEC);
	assert_int_equal(x->f.probed[2], 0);
	assert_in_range(x->f.probed[1], 99, 101);
	assert_int_equal(count_probed(x, 99), 2 + 4);
}

static void test_a_leader_probes_nobody(void **state)
{
	struct fixture *x = *state;

	join(x, CLOCKLINK_STATE_SYNCED);
	elect(x, 1);
	assert_true(cl_probe_deadline(&x->p) == CL_ROUND_NEVER);
	cl_probe_settings(&x->p, &x->f.inst);
	cl_probe_state(&x->p, CLOCKLINK_STATE_HOLDOVER);
	cl_probe_pin(&x->p, (const u32[]){ 3 }, 1);
	assert_true(cl_probe_deadline(&x->p) == CL_ROUND_NEVER);
	elect(x, 0);
	advance(x, x->f.now + 10 * SEC);
	assert_in_range(x->f.probed[1], 99, 101);
}

static void test_an_elected_leader_is_asked_at_once(void **state)
{
	struct fixture *x = *state;

	join(x, CLOCKLINK_STATE_UNSYNCED);
	elect(x, 3);
	advance(x, SEC);
	assert_in_range(x->f.probed[1], 99, 101);
	/* Its first update is no reason to begin anew. */
	follow(x, 7, 100 * MS);
	set_state(x, CLOCKLINK_STATE_SYNCED);
	advance(x, 2000 * SEC);
	assert_in_range(x->f.probed[1], 3290, 3320);
	/* What was measured may be lost. */
	forget_probes(x);
	set_state(x, CLOCKLINK_STATE_VOID);
	advance(x, 2001 * SEC);
	assert_in_range(x->f.probed[1], 99, 101);
}

static void test_a_warm_leader_needs_no_burst(void **state)
{
	struct fixture *x = *state;

	join(x, CLOCKLINK_STATE_SYNCED);
	set_warm(x, 3, CL_PROBE_WARM);
	elect(x, 3);
	follow(x, 7, 100 * MS);
	follow(x, 7, 100 * MS);
	advance(x, 10 * SEC);
	assert_int_equal(x->f.probed[1], 0);
	/* one more exchange would do */
	set_warm(x, 4, CL_PROBE_WARM - 1);
	elect(x, 4);
	forget_probes(x);
	advance(x, 11 * SEC);
	assert_in_range(x->f.probed[2], 99, 101);
	/* it is measured by now, but it starts anew */
	set_warm(x, 4, CL_PROBE_WARM);
	follow(x, 8, 100 * MS);
	advance(x, 2000 * SEC);
	forget_probes(x);
	x->f.peer[2].ready = false;
	follow(x, 9, 100 * MS);
	advance(x, 2001 * SEC);
	assert_in_range(x->f.probed[2], 99, 101);
}

static void test_an_update_of_others_is_nothing(void **state)
{
	struct fixture *x = *state;

	join(x, CLOCKLINK_STATE_SYNCED);
	set_warm(x, 3, CL_PROBE_WARM);
	elect(x, 3);
	x->f.inst.leader = 9;
	follow(x, 7, SEC);
	advance(x, 10 * SEC);
	assert_in_range(x->f.probed[0], 99, 101);
	assert_int_equal(x->f.probed[1], 0);
}

static void test_one_of_those_drawn_changes_each_minute(void **state)
{
	struct fixture *x = *state;
	u32 was[4];
	int same;

	join(x, CLOCKLINK_STATE_SYNCED);
	set_warm(x, 3, CL_PROBE_WARM);
	elect(x, 3);
	follow(x, 7, 100 * MS);
	advance(x, 50 * SEC);
	for (int k = 0; k < 10; k++) {
		for (int i = 0; i < 4; i++)
			was[i] = x->p.peers[i].node;
		advance(x, x->f.now + 60 * SEC);
		same = 0;
		assert_int_equal(x->p.n, 4);
		for (int i = 0; i < 4; i++) {
			assert_true(x->p.peers[i].node > 5);
			for (int j = 0; j < 4; j++)
				same += x->p.peers[i].node == was[j];
		}
		assert_int_equal(same, 3);
	}
}

static void test_who_is_not_believed_is_not_drawn(void **state)
{
	struct fixture *x = *state;

	for (int i = 6; i < FAKE_PEERS; i++)
		x->f.peer[i].shadow = 1;
	x->f.peer[0].shadow = 1;
	join(x, CLOCKLINK_STATE_SYNCED);
	set_warm(x, 3, CL_PROBE_WARM);
	elect(x, 3);
	follow(x, 7, 100 * MS);
	advance(x, 10 * SEC);
	/* Of those not pinned two are left; who votes is asked all the same. */
	assert_int_equal(x->p.n, 2);
	assert_int_equal(count_probed(x, 1), 2 + 2);
	assert_true(x->f.probed[0] > 0);
}

static void test_what_is_pinned_outlives_the_instance(void **state)
{
	struct fixture *x = *state;

	join(x, CLOCKLINK_STATE_UNSYNCED);
	elect(x, 3);
	cl_probe_settings(&x->p, NULL);
	assert_true(cl_probe_deadline(&x->p) == CL_ROUND_NEVER);
	cl_probe_settings(&x->p, &x->f.inst);
	advance(x, SEC);
	assert_in_range(x->f.probed[0], 10, 11);
	assert_in_range(x->f.probed[1], 99, 101);
}

static void test_who_has_its_time_again_draws_peers(void **state)
{
	struct fixture *x = *state;

	join(x, CLOCKLINK_STATE_SYNCED);
	set_warm(x, 3, CL_PROBE_WARM);
	elect(x, 3);
	follow(x, 7, 100 * MS);
	advance(x, SEC);
	assert_int_not_equal(x->p.n, 0);
	set_state(x, CLOCKLINK_STATE_JOINING);
	advance(x, 2 * SEC);
	assert_int_equal(x->p.n, 0);
	set_state(x, CLOCKLINK_STATE_SYNCED);
	advance(x, 3 * SEC);
	assert_int_not_equal(x->p.n, 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_nobody_is_probed_before_an_update),
		TEST(test_the_leader_is_asked_less_and_less),
		TEST(test_a_short_interval_needs_no_burst),
		TEST(test_many_peers_slow_the_burst),
		TEST(test_a_lost_estimate_begins_a_burst),
		TEST(test_a_restarted_daemon_begins_none),
		TEST(test_peers_are_asked_in_turn),
		TEST(test_every_peer_is_chosen_at_times),
		TEST(test_a_silent_peer_is_replaced),
		TEST(test_a_peer_that_is_gone_is_replaced_at_once),
		TEST(test_fewer_probes_count_at_once),
		TEST(test_fewer_peers_than_wanted),
		TEST(test_failures_are_logged_once),
		TEST(test_a_list_that_fails_is_asked_for_again),
		TEST(test_time_slept_through_is_not_made_up_for),
		TEST(test_pinned_peers_are_asked_by_who_joins),
		TEST(test_pinned_peers_come_besides_those_drawn),
		TEST(test_a_leader_probes_nobody),
		TEST(test_an_elected_leader_is_asked_at_once),
		TEST(test_a_warm_leader_needs_no_burst),
		TEST(test_an_update_of_others_is_nothing),
		TEST(test_one_of_those_drawn_changes_each_minute),
		TEST(test_who_is_not_believed_is_not_drawn),
		TEST(test_what_is_pinned_outlives_the_instance),
		TEST(test_who_has_its_time_again_draws_peers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
