// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From a lie to an isolation and back: judges, what they say as frames, the leader's
 * proofs, entries, the state, and what the judges make of that.
 */
#include <stdlib.h>

#include "agent/core/proofs.h"
#include "judgekit.h"

/* Nodes 1 to 3 vote and judge, 1 leads, 5 lies. */
#define JUDGES 3
#define NODES 5
#define LIAR 5

struct fixture {
	struct court court[JUDGES + 1];
	struct cl_proofs proofs;
	struct cl_state s;
	s64 began;
	unsigned int entries;
};

static s64 now_of(const struct fixture *x)
{
	return x->court[1].f.now;
}

/* Since all this has begun. */
static s64 passed(const struct fixture *x)
{
	return now_of(x) - x->began;
}

static void tell_all(struct fixture *x)
{
	for (u32 id = 1; id <= JUDGES; id++)
		members(&x->court[id], &x->s);
}

static int set_up(void **state)
{
	struct fixture *x = calloc(1, sizeof(*x));

	make(&x->s, JUDGES, NODES);
	cl_proofs_init(&x->proofs);
	for (u32 id = 1; id <= JUDGES; id++) {
		open_court(&x->court[id], id, NODES);
		x->court[id].f.inst.interval_ns = SEC;
	}
	x->began = now_of(x);
	tell_all(x);
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

static void say(struct fixture *x, u32 from, const struct cl_testimony *t)
{
	u8 buf[CL_TESTIMONY_MAX];
	size_t len = cl_testimony_encode(t, buf);
	struct cl_testimony got;

	assert_true(len > 0);
	assert_int_equal(cl_testimony_decode(&got, from, t->type, buf, len), 0);
	cl_proofs_hear(&x->proofs, now_of(x), from, &got);
}

static void testify(struct fixture *x, u32 id)
{
	struct cl_testimony t[CL_GATE_NODES];
	unsigned int n = cl_judge_testimony(&x->court[id].j, &x->s,
					    NOW + passed(x), t, CL_GATE_NODES);

	for (unsigned int i = 0; i < n; i++)
		say(x, id, &t[i]);
}

/* A second in the life of all. */
static void second(struct fixture *x)
{
	struct cl_entry e;
	bool tell[JUDGES + 1];

	for (u32 id = 1; id <= JUDGES; id++)
		tell[id] = round_of(&x->court[id]);
	for (u32 id = 1; id <= JUDGES; id++) {
		if (tell[id])
			testify(x, id);
	}
	while (cl_proofs_next(&x->proofs, now_of(x), NOW + passed(x), &x->s, 3,
			      &e)) {
		e.requester = 1;
		e.request = ++requests;
		agree(&x->s, e);
		tell_all(x);
		x->entries++;
	}
}

static void seconds(struct fixture *x, unsigned int n)
{
	while (n--)
		second(x);
}

static void lie(struct fixture *x, s64 ns)
{
	for (u32 id = 1; id <= JUDGES; id++)
		peer(&x->court[id], LIAR)->ahead_ns = ns;
}

static void expect(struct fixture *x, u32 node, enum cl_reputation_state state)
{
	for (u32 id = 1; id <= JUDGES; id++) {
		if (id != node)
			assert_int_equal(state_of(&x->court[id], node), state);
	}
	assert_int_equal(cl_state_isolated(&x->s, node),
			 state >= CL_REPUTATION_ISOLATED);
}

static void test_isolated_and_readmitted(void **state)
{
	struct fixture *x = *state;
	const struct cl_standing *st;

	seconds(x, 20);
	lie(x, 10 * GATE);
	second(x);
	expect(x, LIAR, CL_REPUTATION_ISOLATED);
	assert_int_equal(x->entries, 1);
	st = cl_roster_standing(x->s.roster, LIAR);
	assert_int_equal(st->isolation.n, JUDGES);
	assert_int_equal(st->isolation.accusations[0].offset_ns, 10 * GATE);
	assert_int_equal(st->isolation.accusations[0].round, 77);
	/* it goes on to lie, for an hour and more */
	seconds(x, 4000);
	expect(x, LIAR, CL_REPUTATION_ISOLATED);
	lie(x, 0);
	seconds(x, 3599);
	expect(x, LIAR, CL_REPUTATION_ISOLATED);
	assert_int_equal(x->entries, 1);
	seconds(x, 3);
	expect(x, LIAR, CL_REPUTATION_GOOD);
	assert_int_equal(x->entries, 2);
	/* what it was is over */
	seconds(x, 100);
	expect(x, LIAR, CL_REPUTATION_GOOD);
	/* it lies again: then a day is what it takes */
	lie(x, -10 * GATE);
	second(x);
	expect(x, LIAR, CL_REPUTATION_ISOLATED);
	lie(x, 0);
	seconds(x, 2 * 3600);
	expect(x, LIAR, CL_REPUTATION_ISOLATED);
	assert_int_equal(x->entries, 3);
}

/* One that lies to one judge only, and a judge that accuses all others. */
static void test_one_judge_is_not_enough(void **state)
{
	struct fixture *x = *state;
	struct cl_testimony t = {
		.type = CL_TESTIMONY_ACCUSE,
		.accusation = { JUDGES, CL_RULE_STRIKES, 1000, 10, 1 },
	};

	seconds(x, 20);
	peer(&x->court[2], LIAR)->ahead_ns = 10 * GATE;
	for (unsigned int i = 0; i < 100; i++) {
		for (t.node = 1; t.node <= 4; t.node++) {
			if (t.node != JUDGES)
				say(x, JUDGES, &t);
		}
		second(x);
	}
	assert_int_equal(state_of(&x->court[2], LIAR), CL_REPUTATION_ACCUSED);
	assert_int_equal(x->entries, 0);
	/* the second one does it, however much later */
	peer(&x->court[1], LIAR)->ahead_ns = 10 * GATE;
	second(x);
	assert_int_equal(x->entries, 1);
	expect(x, LIAR, CL_REPUTATION_ISOLATED);
	for (u32 node = 1; node <= 4; node++)
		expect(x, node, CL_REPUTATION_GOOD);
}

/* A voter whose own clock is wrong is found by the others, and finds nobody. */
static void test_liar_that_judges(void **state)
{
	struct fixture *x = *state;

	seconds(x, 20);
	peer(&x->court[1], 3)->ahead_ns = 10 * GATE;
	peer(&x->court[2], 3)->ahead_ns = 10 * GATE;
	for (u32 node = 1; node <= NODES; node++) {
		if (node != 3)
			peer(&x->court[3], node)->ahead_ns = -10 * GATE;
	}
	seconds(x, 60);
	assert_int_equal(x->entries, 1);
	expect(x, 3, CL_REPUTATION_ISOLATED);
	expect(x, 1, CL_REPUTATION_GOOD);
	expect(x, 4, CL_REPUTATION_GOOD);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_isolated_and_readmitted),
		TEST(test_one_judge_is_not_enough),
		TEST(test_liar_that_judges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
