// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "agent/core/raft_conf.h"
#include "unit.h"

/* Voters 2, 4, 6, learners 3, 5. */
static const struct cl_raft_conf base = {
	.voter = { 2, 4, 6 },
	.learner = { 3, 5 },
	.voters = 3,
	.learners = 2,
};

static void test_members(void **state)
{
	u32 node[CL_RAFT_MEMBERS_MAX];

	(void)state;
	assert_true(cl_raft_conf_votes(&base, 4));
	assert_false(cl_raft_conf_votes(&base, 3));
	assert_true(cl_raft_conf_learns(&base, 3));
	assert_false(cl_raft_conf_learns(&base, 6));
	assert_true(cl_raft_conf_has(&base, 5));
	assert_false(cl_raft_conf_has(&base, 1));
	assert_int_equal(cl_raft_conf_members(&base, node), 5);
	assert_int_equal(node[0], 2);
	assert_int_equal(node[4], 5);
}

static void test_more_than_can_lie(void **state)
{
	static const u32 honest[] = { 1, 1, 1, 1, 2, 2, 2, 3, 3, 3 };
	struct cl_raft_conf c = base;

	(void)state;
	for (u8 n = 0; n <= CL_RAFT_VOTERS_MAX; n++) {
		c.voters = n;
		assert_int_equal(cl_raft_conf_honest(&c), honest[n]);
	}
}

static void test_quorum_is_a_majority(void **state)
{
	struct cl_raft_conf c = base;

	(void)state;
	for (u8 n = 1; n <= CL_RAFT_VOTERS_MAX; n++) {
		c.voters = n;
		assert_true(2 * cl_raft_conf_quorum(&c) > n);
		assert_true(2 * (cl_raft_conf_quorum(&c) - 1) <= n);
	}
}

static void test_what_cannot_be(void **state)
{
	struct cl_raft_conf c = base;

	(void)state;
	assert_true(cl_raft_conf_good(&c));
	c.voters = 0;
	assert_false(cl_raft_conf_good(&c));
	c.voters = CL_RAFT_VOTERS_MAX + 1;
	assert_false(cl_raft_conf_good(&c));
	c = base;
	c.learners = CL_RAFT_LEARNERS_MAX + 1;
	assert_false(cl_raft_conf_good(&c));
	c = base;
	c.voter[0] = 0;
	assert_false(cl_raft_conf_good(&c));
	c = base;
	c.voter[1] = 2;
	assert_false(cl_raft_conf_good(&c));
	c = base;
	c.learner[1] = 2;
	assert_false(cl_raft_conf_good(&c));
	c = base;
	c.learner[0] = 4;
	assert_false(cl_raft_conf_good(&c));
}

struct change {
	const char *what;
	struct cl_raft_conf next;
	u32 node; /* that changes, 0: may not follow */
};

static void test_one_change_at_a_time(void **state)
{
	static const struct change table[] = {
		{ "nothing", { { 2, 4, 6 }, { 3, 5 }, 3, 2 }, 0 },
		{ "learner more", { { 2, 4, 6 }, { 3, 5, 7 }, 3, 3 }, 7 },
		{ "learner less", { { 2, 4, 6 }, { 5 }, 3, 1 }, 3 },
		{ "promoted", { { 2, 3, 4, 6 }, { 5 }, 4, 1 }, 3 },
		{ "demoted", { { 4, 6 }, { 2, 3, 5 }, 2, 3 }, 2 },
		{ "voter less", { { 2, 4 }, { 3, 5 }, 2, 2 }, 6 },
		{ "voter from nowhere", { { 2, 4, 6, 7 }, { 3, 5 }, 4, 2 }, 0 },
		{ "two promoted", { { 2, 3, 4, 5, 6 }, { 0 }, 5, 0 }, 0 },
		{ "one for another", { { 2, 4, 5 }, { 3, 6 }, 3, 2 }, 0 },
		{ "two less", { { 2, 4 }, { 3 }, 2, 1 }, 0 },
		{ "not good", { { 4, 2, 6 }, { 3, 5 }, 3, 2 }, 0 },
	};
	u32 node;

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		const struct change *c = &table[i];

		node = 0;
		if (cl_raft_conf_follows(&base, &c->next, &node) != !!c->node ||
		    (c->node && node != c->node))
			fail_msg("%s: node %u", c->what, node);
	}
}

static void test_bytes(void **state)
{
	static const u8 bytes[] = { 3, 2, 0, 0, 0, 2, 0, 0, 0, 4, 0,
				    0, 0, 6, 0, 0, 0, 3, 0, 0, 0, 5 };
	u8 buf[CL_RAFT_CONF_BYTES];
	struct cl_raft_conf c = { 0 };

	(void)state;
	assert_int_equal(cl_raft_conf_encode(&base, buf), sizeof(bytes));
	assert_memory_equal(buf, bytes, sizeof(bytes));
	assert_true(cl_raft_conf_decode(&c, buf, sizeof(bytes)));
	assert_memory_equal(&c, &base, sizeof(c));
}

static void test_bad_bytes_change_nothing(void **state)
{
	u8 buf[CL_RAFT_CONF_BYTES + 1] = { 0 };
	u32 len = cl_raft_conf_encode(&base, buf);
	struct cl_raft_conf c = base;

	(void)state;
	for (u32 i = 0; i <= sizeof(buf); i++)
		assert_int_equal(cl_raft_conf_decode(&c, buf, i), i == len);
	buf[0] = CL_RAFT_VOTERS_MAX + 1;
	assert_false(cl_raft_conf_decode(&c, buf, len));
	buf[0] = 2;
	assert_false(cl_raft_conf_decode(&c, buf, len));
	buf[0] = 3;
	buf[5] = 4; /* 4, 4, 6 */
	assert_false(cl_raft_conf_decode(&c, buf, len));
	assert_memory_equal(&c, &base, sizeof(c));
}

static void test_sets_stay_ascending(void **state)
{
	u32 id[CL_RAFT_VOTERS_MAX];
	u8 n = 0;

	(void)state;
	cl_raft_conf_insert(id, &n, 5);
	cl_raft_conf_insert(id, &n, 9);
	cl_raft_conf_insert(id, &n, 2);
	cl_raft_conf_insert(id, &n, 7);
	assert_int_equal(n, 4);
	assert_memory_equal(id, ((u32[]){ 2, 5, 7, 9 }), sizeof(u32[4]));
	cl_raft_conf_take_out(id, &n, 5);
	cl_raft_conf_take_out(id, &n, 6);
	assert_int_equal(n, 3);
	assert_memory_equal(id, ((u32[]){ 2, 7, 9 }), sizeof(u32[3]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sets_stay_ascending),
		cmocka_unit_test(test_members),
		cmocka_unit_test(test_more_than_can_lie),
		cmocka_unit_test(test_quorum_is_a_majority),
		cmocka_unit_test(test_what_cannot_be),
		cmocka_unit_test(test_one_change_at_a_time),
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_bad_bytes_change_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
