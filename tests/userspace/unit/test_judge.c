// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>

#include "agent/core/judge.h"
#include "fakeio.h"
#include "statekit.h"

#define MS CL_NS_PER_MS
#define SEC CL_NS_PER_SEC
#define US 1000LL

/* R1's gate without a queue: 4 * root(250^2 + 500^2) ns + 4.5 * 200 ns. */
#define GATE 3136

/* Voters 1 to 4, followers up to 6; this is node 1, its peers are at [node - 2]. */
struct fixture {
	struct fakeio f;
	struct cl_judge j;
	struct cl_state s;
	u32 clock_state;
};

static struct cl_nl_peer *peer(struct fixture *x, u32 node)
{
	return &x->f.peer[node - 2];
}

static int set_up(void **state)
{
	struct fixture *x = calloc(1, sizeof(*x));

	fakeio_init(&x->f);
	x->f.now = 1000 * SEC;
	x->f.inst.peers = 5;
	x->f.inst.term = 3;
	x->f.inst.round = 77;
	for (u32 node = 2; node <= 6; node++)
		*peer(x, node) = (struct cl_nl_peer){
			.have = ~0ULL,
			.node = node,
			.state = CLOCKLINK_STATE_SYNCED,
			.gen = node,
			.error_ns = 250,
			.freq_error_ppt = 1000,
			.min_rtt_ns = 100 * US,
			.noise_ns = 200,
			.ahead_age_ns = 100 * MS,
		};
	make(&x->s, 4, 6);
	x->clock_state = CLOCKLINK_STATE_SYNCED;
	cl_judge_init(&x->j, &x->f.io);
	*state = x;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *x = *state;

	cl_state_fini(&x->s);
	free(x);
	return 0;
}

static void members(struct fixture *x)
{
	cl_judge_members(&x->j, &x->s, &x->f.inst, x->clock_state);
}

/* An exchange that says so, and the estimate as well. */
static void sample(struct fixture *x, u32 node, s64 ahead)
{
	const struct cl_nl_sample s = {
		.have = ~0ULL,
		.peer = node,
		.ahead_ns = ahead,
	};

	cl_judge_sample(&x->j, &s);
}

/*
 * For so long all are measured every interval as their peers' entries say.  How
 * often the leader is to be told something.
 */
static unsigned int run(struct fixture *x, s64 ns)
{
	s64 end = x->f.now + ns;
	unsigned int told = 0;

	while (x->f.now < end) {
		for (u32 node = 2; node < x->f.inst.peers + 2; node++)
			sample(x, node, peer(x, node)->ahead_ns);
		for (unsigned int i = 0; i < 4; i++) {
			x->f.now += (s64)x->f.inst.interval_ns / 4;
			if (x->f.now >= cl_judge_deadline(&x->j))
				told += cl_judge_run(&x->j, &x->f.inst);
		}
	}
	return told;
}

/* Long enough that nobody is excused any more. */
static void settle(struct fixture *x)
{
	members(x);
	run(x, 12 * SEC);
}

static const struct cl_reputation_node *about(struct fixture *x, u32 node)
{
	return cl_reputation_find(&x->j.reputation, node);
}

static enum cl_reputation_state state_of(struct fixture *x, u32 node)
{
	const struct cl_reputation_node *k = about(x, node);

	return k ? k->state : CL_REPUTATION_GOOD;
}

static void test_j_is_voters_and_others(void **state)
{
	struct fixture *x = *state;

	members(x);
	assert_true(x->j.judging);
	assert_int_equal(x->j.n, 5);
	for (u32 i = 0; i < 5; i++) {
		assert_int_equal(x->j.node[i].node, i + 2);
		assert_int_equal(x->j.node[i].voter, i < 3);
	}
}

static void test_a_liar_is_accused(void **state)
{
	struct fixture *x = *state;
	struct cl_testimony t[CL_GATE_NODES];

	settle(x);
	assert_int_equal(x->j.events, 0);
	assert_int_equal(cl_judge_testimony(&x->j, &x->s, NOW, t, 64), 0);
	peer(x, 6)->ahead_ns = GATE + 10;
	assert_int_equal(run(x, 200 * MS), 0);
	assert_int_equal(state_of(x, 6), CL_REPUTATION_SUSPICIOUS);
	assert_int_equal(run(x, 100 * MS), 1);
	assert_int_equal(state_of(x, 6), CL_REPUTATION_ACCUSED);
	assert_int_equal(cl_judge_testimony(&x->j, &x->s, NOW, t, 64), 1);
	assert_int_equal(t[0].type, CL_TESTIMONY_ACCUSE);
	assert_int_equal(t[0].node, 6);
	assert_int_equal(t[0].accusation.accuser, 1);
	assert_int_equal(t[0].accusation.rule, CL_RULE_STRIKES);
	assert_int_equal(t[0].accusation.offset_ns, GATE + 10);
	assert_int_equal(t[0].accusation.limit_ns, GATE);
	assert_int_equal(t[0].accusation.round, 77);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_j_is_voters_and_others,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_a_liar_is_accused, set_up,
						tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
