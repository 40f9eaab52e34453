// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>

#include "agent/watch/source.h"
#include "watchkit.h"

static void test_arrays_are_sorted_and_each_is_there_once(void **state)
{
	static const u32 peer[] = { 7, 3, 900, 3, 5 };
	struct cl_look l = { 0 };

	(void)state;
	kit_look(&l, 0, peer, 5);
	kit_peer(&l, 5, 42);
	cl_look_finish(&l);
	assert_int_equal(l.n_peers, 4);
	for (size_t i = 1; i < l.n_peers; i++)
		assert_true(l.peers[i - 1].node < l.peers[i].node);
	for (size_t i = 0; i < l.n_peers; i++)
		assert_ptr_equal(cl_look_peer(&l, l.peers[i].node),
				 &l.peers[i]);
	assert_null(cl_look_peer(&l, 4));
	assert_null(cl_look_peer(&l, 901));
	assert_null(cl_look_member(&l, 3));
	assert_true(l.has_instance && !l.has_daemon && !l.has_cluster);
	cl_look_clear(&l);
	assert_int_equal(l.n_peers, 0);
}

static void test_accusations_have_two_keys(void **state)
{
	struct cl_nl_msg m = { .cmd = CL_CTL_ACCUSATION_GET };
	struct cl_look l = { 0 };

	(void)state;
	for (u32 i = 0; i < 6; i++) {
		m.accusation.have = CL_CTL_BIT(ACCUSATION_NODE);
		m.accusation.node = 9 - i / 2;
		m.accusation.accuser = 4 - i % 2;
		kit_put(&l, &m);
	}
	kit_put(&l, &m);
	cl_look_finish(&l);
	assert_int_equal(l.n_accusations, 6);
	assert_int_equal(l.accusations[0].node, 7);
	assert_int_equal(l.accusations[0].accuser, 3);
	assert_int_equal(l.accusations[5].node, 9);
	assert_int_equal(l.accusations[5].accuser, 4);
	cl_look_clear(&l);
}

static void test_what_is_of_no_look_is_refused(void **state)
{
	struct cl_nl_msg m = { .cmd = CLOCKLINK_CMD_SAMPLE_NTF };
	struct cl_look l = { 0 };

	(void)state;
	assert_int_equal(cl_look_put(&l, &m), -ENOMSG);
}

static int count(void *ctx, const struct cl_nl_msg *m)
{
	unsigned int *n = ctx;

	return ++*n == 4 ? m->cmd : 0;
}

static void test_each_object_comes(void **state)
{
	static const u32 peer[] = { 2, 3 };
	struct cl_look l = { 0 };
	unsigned int n = 0;

	(void)state;
	kit_look(&l, 0, peer, 2);
	assert_int_equal(cl_look_each(&l, count, &n), CLOCKLINK_CMD_PEER_GET);
	assert_int_equal(n, 4);
	cl_look_clear(&l);
	n = 0;
	assert_int_equal(cl_look_each(&l, count, &n), 0);
	assert_int_equal(n, 0);
}

/* In a namespace of nobody else's daemon: this one runs none. */
static void test_what_is_missing_is_told(void **state)
{
	struct cl_look l = { 0 };
	struct cl_source *s;

	(void)state;
	assert_int_equal(cl_source_live(&s, true), 0);
	assert_int_equal(cl_source_look(s, &l), 0);
	assert_true(l.utc_ns > KIT_UTC && l.mono_ns > 0);
	if (!l.has_instance)
		assert_non_null(strstr(l.error, "module: "));
	if (!l.has_daemon)
		assert_non_null(strstr(l.error, "daemon: "));
	assert_int_equal(cl_source_events(s, NULL, NULL), 0);
	cl_look_clear(&l);
	cl_source_close(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_arrays_are_sorted_and_each_is_there_once),
		cmocka_unit_test(test_accusations_have_two_keys),
		cmocka_unit_test(test_what_is_of_no_look_is_refused),
		cmocka_unit_test(test_each_object_comes),
		cmocka_unit_test(test_what_is_missing_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
