// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>

#include "agent/core/proofs.h"
#include "statekit.h"

#define SEC CL_NS_PER_SEC
#define TERM 9

struct fixture {
	struct cl_proofs p;
	struct cl_state s;
	s64 now;
	s64 time_ns;
	struct cl_entry e;
};

/* Four voters of six nodes: two have to agree, three trusted ones have to be left. */
static int set_up(void **state)
{
	struct fixture *x = calloc(1, sizeof(*x));

	cl_proofs_init(&x->p);
	make(&x->s, 4, 6);
	x->now = 100 * SEC;
	x->time_ns = NOW;
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

static void accuse(struct fixture *x, u32 from, u32 node)
{
	const struct cl_testimony t = {
		.type = CL_TESTIMONY_ACCUSE,
		.node = node,
		.accusation = { from, CL_RULE_STRIKES, 500 + from, 100, 3 },
	};

	cl_proofs_hear(&x->p, x->now, from, &t);
}

static void report(struct fixture *x, u32 from, u32 node, s64 until)
{
	const struct cl_testimony t = {
		.type = CL_TESTIMONY_REPORT,
		.node = node,
		.report = { from, until - HOUR, until, 1, 2 },
	};

	cl_proofs_hear(&x->p, x->now, from, &t);
}

static bool next(struct fixture *x)
{
	return cl_proofs_next(&x->p, x->now, x->time_ns, &x->s, TERM, &x->e);
}

/* The entry takes effect as it is. */
static void carry_out(struct fixture *x)
{
	x->e.requester = 1;
	x->e.request = ++requests;
	agree(&x->s, x->e);
	assert_int_equal(changed, CL_CHANGED_ISOLATION);
}

static void test_enough_voters_isolate(void **state)
{
	struct fixture *x = *state;

	assert_false(next(x));
	accuse(x, 2, 6);
	accuse(x, 2, 6);
	assert_false(next(x));
	accuse(x, 1, 6);
	assert_true(next(x));
	assert_int_equal(x->e.kind, CL_ENTRY_ISOLATE);
	assert_true(x->e.time_ns == NOW);
	assert_int_equal(x->e.requester, 0);
	assert_int_equal(x->e.request, 0);
	assert_int_equal(x->e.isolate.node, 6);
	assert_int_equal(x->e.isolate.term, TERM);
	assert_int_equal(x->e.isolate.rule, CL_RULE_STRIKES);
	assert_int_equal(x->e.isolate.n, 2);
	assert_int_equal(x->e.isolate.accusations[0].accuser, 2);
	assert_true(x->e.isolate.accusations[0].offset_ns == 502);
	assert_int_equal(x->e.isolate.accusations[1].accuser, 1);
	carry_out(x);
	assert_true(cl_state_isolated(&x->s, 6));
	/* what is decided is not asked for again */
	x->now += CL_PROOFS_AGAIN_NS;
	accuse(x, 1, 6);
	accuse(x, 2, 6);
	accuse(x, 3, 6);
	assert_false(next(x));
}

static void test_not_again_at_once(void **state)
{
	struct fixture *x = *state;

	accuse(x, 1, 6);
	accuse(x, 2, 6);
	assert_true(next(x));
	x->now += CL_PROOFS_AGAIN_NS - 1;
	accuse(x, 1, 6);
	accuse(x, 2, 6);
	accuse(x, 3, 6);
	assert_false(next(x));
	/* others need not wait */
	accuse(x, 1, 5);
	accuse(x, 3, 5);
	assert_true(next(x));
	assert_int_equal(x->e.isolate.node, 5);
	x->now++;
	assert_true(next(x));
	assert_int_equal(x->e.isolate.node, 6);
	assert_int_equal(x->e.isolate.n, 3);
}

/* What it was proposed by is nothing any more: it was refused. */
static void test_again_without_a_liars_word(void **state)
{
	struct fixture *x = *state;

	accuse(x, 1, 6);
	accuse(x, 4, 6);
	assert_true(next(x));
	accuse(x, 5, 6);
	assert_false(next(x));
	agree(&x->s, isolate(4, 2));
	assert_false(next(x));
	accuse(x, 2, 6);
	assert_true(next(x));
	assert_int_equal(x->e.isolate.node, 6);
	assert_int_equal(x->e.isolate.n, 2);
	assert_false(next(x));
}

static void test_most_accused_first(void **state)
{
	struct fixture *x = *state;

	accuse(x, 1, 5);
	accuse(x, 2, 5);
	accuse(x, 1, 6);
	accuse(x, 2, 6);
	accuse(x, 3, 6);
	accuse(x, 1, 4);
	accuse(x, 2, 4);
	assert_true(next(x));
	assert_int_equal(x->e.isolate.node, 6);
	assert_true(next(x));
	assert_int_equal(x->e.isolate.node, 5);
	assert_true(next(x));
	assert_int_equal(x->e.isolate.node, 4);
	assert_false(next(x));
}

static void test_old_words_are_forgotten(void **state)
{
	struct fixture *x = *state;

	accuse(x, 1, 5);
	accuse(x, 1, 6);
	x->now += CL_PROOFS_MEMORY_NS;
	accuse(x, 2, 6);
	assert_true(next(x));
	x->now++;
	accuse(x, 2, 5);
	assert_false(next(x));
	assert_int_equal(x->p.n, 2);
	accuse(x, 1, 5);
	assert_true(next(x));
}

/* Followers, strangers and who is isolated; what a node says of itself is no frame. */
static void test_only_trusted_voters_count(void **state)
{
	struct fixture *x = *state;

	accuse(x, 1, 6);
	accuse(x, 5, 6);
	accuse(x, 77, 6);
	assert_false(next(x));
	agree(&x->s, isolate(4, 2));
	accuse(x, 4, 6);
	assert_false(next(x));
	accuse(x, 3, 6);
	assert_true(next(x));
	assert_int_equal(x->e.isolate.n, 2);
	/* nor is a stranger isolated */
	accuse(x, 1, 77);
	accuse(x, 2, 77);
	assert_false(next(x));
}

/* Of four voters one may go, not two; the others stay accused. */
static void test_a_majority_is_left(void **state)
{
	struct fixture *x = *state;

	agree(&x->s, isolate(4, 2));
	accuse(x, 1, 3);
	accuse(x, 2, 3);
	assert_false(next(x));
	accuse(x, 1, 5);
	accuse(x, 2, 5);
	assert_true(next(x));
	assert_int_equal(x->e.isolate.node, 5);
}

static void test_reports_readmit(void **state)
{
	struct fixture *x = *state;

	agree(&x->s, isolate(6, 2));
	/* before the isolation; from the future */
	report(x, 1, 6, NOW + HOUR - 1);
	report(x, 2, 6, NOW + HOUR);
	x->time_ns = NOW + HOUR - 1;
	assert_false(next(x));
	x->time_ns = NOW + HOUR;
	assert_false(next(x));
	report(x, 1, 6, NOW + HOUR);
	assert_true(next(x));
	assert_int_equal(x->e.kind, CL_ENTRY_READMIT);
	assert_int_equal(x->e.readmit.node, 6);
	assert_int_equal(x->e.readmit.n, 2);
	carry_out(x);
	assert_false(cl_state_isolated(&x->s, 6));
	/* not twice a day, whatever they say */
	agree(&x->s, isolate(6, 2));
	x->now += CL_PROOFS_AGAIN_NS;
	x->time_ns += DAY - 1;
	report(x, 1, 6, x->time_ns);
	report(x, 2, 6, x->time_ns);
	assert_false(next(x));
	x->time_ns++;
	assert_true(next(x));
}

/* Reports from the future, or from before, do not spoil those of others. */
static void test_bad_report_is_left_out(void **state)
{
	struct fixture *x = *state;

	agree(&x->s, isolate(6, 2));
	x->time_ns = NOW + 2 * HOUR;
	report(x, 3, 6, x->time_ns + DAY);
	report(x, 4, 6, NOW + HOUR - 1);
	report(x, 1, 6, x->time_ns);
	report(x, 2, 6, x->time_ns);
	assert_true(next(x));
	assert_int_equal(x->e.readmit.n, 2);
	carry_out(x);
}

/* A voter and many others accuse everybody; two honest voters get a word in. */
static void test_floods_do_no_harm(void **state)
{
	struct fixture *x = *state;

	assert_false(next(x));
	for (u32 node = 100; node < 100 + 2 * CL_PROOFS_MAX; node++)
		accuse(x, 4, node);
	assert_int_equal(x->p.n, CL_PROOFS_OF_ONE);
	for (u32 from = 1000; from < 1000 + CL_PROOFS_MAX; from++)
		accuse(x, from, 6);
	assert_int_equal(x->p.n, CL_PROOFS_MAX);
	accuse(x, 1, 6);
	accuse(x, 2, 6);
	accuse(x, 1000 + CL_PROOFS_MAX, 6);
	assert_int_equal(x->p.n, CL_PROOFS_MAX);
	assert_true(next(x));
	assert_int_equal(x->e.isolate.n, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_enough_voters_isolate,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_not_again_at_once, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_again_without_a_liars_word,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_most_accused_first, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_old_words_are_forgotten,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_only_trusted_voters_count,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_a_majority_is_left, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_reports_readmit, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_bad_report_is_left_out,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_floods_do_no_harm, set_up,
						tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
