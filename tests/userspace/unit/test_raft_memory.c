// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A core without memory: the linker puts these malloc() and realloc() between
 * (agent.mk), which fail by chance.  raftnet itself uses calloc().
 */
#include <errno.h>
#include <stdlib.h>

#include "raftnet.h"
#include "unit.h"

#define MS CL_NS_PER_MS
#define SEC CL_NS_PER_SEC

void *__real_malloc(size_t size);
void *__real_realloc(void *p, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_realloc(void *p, size_t size);

/* One in so many fails, 0: none. */
static u32 odds;
static struct raftnet *net;
static u32 denied;

static bool deny(void)
{
	if (!odds || !net || raftnet_random(net) % odds)
		return false;
	denied++;
	return true;
}

void *__wrap_malloc(size_t size)
{
	return deny() ? NULL : __real_malloc(size);
}

void *__wrap_realloc(void *p, size_t size)
{
	return deny() ? NULL : __real_realloc(p, size);
}

static int setup(void **state)
{
	net = raftnet_new(3);
	odds = 0;
	denied = 0;
	*state = net;
	return 0;
}

static int teardown(void **state)
{
	odds = 0;
	raftnet_free(*state);
	net = NULL;
	return 0;
}

static void test_an_entry(void **state)
{
	struct raftnet *n = *state;
	u64 before;

	raftnet_cluster(n, 3);
	before = cl_raft_last(raftnet_node(n, 1)->r);
	odds = 1;
	assert_int_equal(raftnet_propose(n, "a"), -ENOMEM);
	assert_int_equal(raftnet_change(n, 5, 1), -ENOMEM);
	assert_int_equal(cl_raft_last(raftnet_node(n, 1)->r), before);
	assert_int_equal(cl_raft_conf(raftnet_node(n, 1)->r)->learners, 0);
	odds = 0;
	assert_int_equal(raftnet_propose(n, "a"), 0);
}

/* Who has none for the first entry of its term does not lead. */
static void test_a_term(void **state)
{
	struct raftnet *n = *state;

	raftnet_boot(n, 1);
	odds = 1;
	raftnet_run(n, 2 * SEC);
	assert_int_equal(raftnet_leader(n), 0);
	assert_true(denied > 1);
	odds = 0;
	assert_int_equal(raftnet_await_leader(n, SEC), 1);
}

static void test_start(void **state)
{
	struct raftnet *n = *state;
	struct raftnet_node *x = raftnet_node(n, 1);
	struct cl_raft_stored s;
	u32 tries = 0;

	raftnet_boot(n, 1);
	raftnet_run(n, SEC);
	for (u32 i = 0; i < 10; i++)
		raftnet_propose(n, "a");
	raftnet_run(n, SEC);
	raftnet_crash(n, 1, 0);
	s = (struct cl_raft_stored){ x->store.term, x->store.vote,
				     &x->store.snap, x->store.entry,
				     x->store.entries };
	odds = 4;
	while (raftnet_try(n, 1, &s) == -ENOMEM)
		tries++;
	odds = 0;
	assert_true(tries > 0);
	raftnet_run(n, SEC);
	assert_int_equal(raftnet_leader(n), 1);
}

/* Nothing that was acknowledged is lost: raftnet looks after every event. */
static void test_all_at_random(void **state)
{
	struct raftnet *n = *state;
	u64 before;

	n->snapshot_entries = 20;
	n->state_bytes = 40000;
	raftnet_cluster(n, 3);
	before = n->committed;
	for (u32 i = 0; i < 300; i++) {
		u32 id = 1 + raftnet_random(n) % 3;

		odds = 2 + raftnet_random(n) % 20;
		for (u32 k = 0; k < 5; k++)
			raftnet_propose(n, "entry");
		raftnet_isolate(n, id, raftnet_random(n) % 2);
		raftnet_run(n, raftnet_random(n) % (300 * MS));
	}
	odds = 0;
	for (u32 id = 1; id <= 3; id++)
		raftnet_isolate(n, id, false);
	assert_int_not_equal(raftnet_await_leader(n, 3 * SEC), 0);
	raftnet_run(n, 2 * SEC);
	assert_true(raftnet_agree(n));
	assert_true(n->committed > before + 100);
	assert_true(denied > 100);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_an_entry),
		TEST(test_a_term),
		TEST(test_start),
		TEST(test_all_at_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
