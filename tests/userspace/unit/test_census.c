// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What voters answer who was elected: bytes, and who of them is to lead.
 */
#include <errno.h>
#include <string.h>

#include "agent/core/census.h"
#include "agent/nl/schema.h"
#include "unit.h"

#define TERM 9
#define GOOD_PPT 2100000

static const struct cl_raft_conf conf = { .voter = { 1, 2, 3, 4, 5 },
					  .voters = 5 };

static struct cl_census_word word(u32 state, u32 obeyed, u64 drift_ppt)
{
	return (struct cl_census_word){ .type = CL_CENSUS_TELL,
					.term = TERM,
					.state = state,
					.obeyed = obeyed,
					.drift_ppt = drift_ppt };
}

static void hear(struct cl_census *c, u32 node, u32 state, u32 obeyed,
		 u64 drift_ppt)
{
	const struct cl_census_word w = word(state, obeyed, drift_ppt);

	cl_census_hear(c, node, &w);
}

static void test_words_come_back(void **state)
{
	struct cl_census_word w = word(CLOCKLINK_STATE_HOLDOVER, 7, 1ULL << 40);
	u8 buf[CL_CENSUS_MAX + 1] = { 0 };
	struct cl_census_word got;

	(void)state;
	assert_int_equal(cl_census_encode(&w, buf), CL_CENSUS_MAX);
	assert_int_equal(cl_census_decode(&got, w.type, buf, CL_CENSUS_MAX), 0);
	assert_int_equal(got.term, TERM);
	assert_int_equal(got.state, CLOCKLINK_STATE_HOLDOVER);
	assert_int_equal(got.obeyed, 7);
	assert_true(got.drift_ppt == 1ULL << 40);
	w.type = CL_CENSUS_ASK;
	assert_int_equal(cl_census_encode(&w, buf), 4);
	assert_int_equal(cl_census_decode(&got, w.type, buf, 4), 0);
	assert_int_equal(got.term, TERM);
}

static void test_what_makes_no_sense_is_refused(void **state)
{
	const struct cl_census_word w = word(CLOCKLINK_STATE_SYNCED, 7, 1);
	u8 buf[CL_CENSUS_MAX + 1] = { 0 };
	struct cl_census_word got;

	(void)state;
	cl_census_encode(&w, buf);
	for (size_t len = 0; len <= CL_CENSUS_MAX + 1; len++)
		assert_int_equal(cl_census_decode(&got, w.type, buf, len),
				 len == CL_CENSUS_MAX ? 0 : -EINVAL);
	assert_int_equal(cl_census_decode(&got, CL_CENSUS_FRAMES, buf, 4),
			 -EINVAL);
	/* There is no term 0. */
	memset(buf, 0, 4);
	assert_int_equal(cl_census_decode(&got, CL_CENSUS_ASK, buf, 4),
			 -EINVAL);
}

static void test_only_voters_of_the_term_count(void **state)
{
	struct cl_census_word old = word(CLOCKLINK_STATE_SYNCED, 7, GOOD_PPT);
	struct cl_census_count n;
	struct cl_census c;

	(void)state;
	cl_census_begin(&c, TERM, false);
	old.term = TERM - 1;
	cl_census_hear(&c, 2, &old);
	hear(&c, 6, CLOCKLINK_STATE_SYNCED, 7, GOOD_PPT);
	hear(&c, 3, CLOCKLINK_STATE_VOID, 0, 0);
	hear(&c, 3, CLOCKLINK_STATE_VOID, 0, 0);
	cl_census_count(&c, &conf, 1, &n);
	assert_int_equal(n.voters, 5);
	assert_int_equal(n.told, 1);
	assert_int_equal(n.none, 1);
	assert_int_equal(n.weak, 1);
	assert_int_equal(n.best, 0);
}

/* A clock is worth more that knows its rate, then one that has missed nothing. */
static void test_the_best_clock_is_found(void **state)
{
	struct cl_census_count n;
	struct cl_census c;

	(void)state;
	cl_census_begin(&c, TERM, false);
	hear(&c, 1, CLOCKLINK_STATE_HOLDOVER, 6, 2 * CL_CENSUS_STEADY_PPT);
	cl_census_count(&c, &conf, 1, &n);
	assert_int_equal(n.worth, CL_CENSUS_FRESH);
	assert_int_equal(n.best, 0);
	hear(&c, 2, CLOCKLINK_STATE_SYNCED, 8, 3 * CL_CENSUS_STEADY_PPT);
	cl_census_count(&c, &conf, 1, &n);
	assert_int_equal(n.worth, CL_CENSUS_TIME);
	assert_int_equal(n.best, 2);
	assert_int_equal(n.best_worth, CL_CENSUS_FRESH);
	assert_int_equal(n.weak, 2);
	hear(&c, 3, CLOCKLINK_STATE_HOLDOVER, 5, CL_CENSUS_STEADY_PPT);
	cl_census_count(&c, &conf, 1, &n);
	assert_int_equal(n.best, 3);
	assert_int_equal(n.best_worth, CL_CENSUS_STEADY);
	hear(&c, 4, CLOCKLINK_STATE_UNVERIFIED, 8, CL_CENSUS_STEADY_PPT);
	hear(&c, 5, CLOCKLINK_STATE_SYNCED, 8, GOOD_PPT);
	cl_census_count(&c, &conf, 1, &n);
	assert_int_equal(n.best, 5);
	assert_int_equal(n.best_worth, CL_CENSUS_GOOD);
	assert_true(n.best_drift_ppt == GOOD_PPT);
	assert_int_equal(n.weak, 2);
	assert_int_equal(n.none, 0);
}

/* Who is no better is not asked to lead, least of all in the place of who is. */
static void test_only_better_clocks_count(void **state)
{
	struct cl_census_count n;
	struct cl_census c;

	(void)state;
	cl_census_begin(&c, TERM, false);
	hear(&c, 1, CLOCKLINK_STATE_SYNCED, 8, 2 * CL_CENSUS_STEADY_PPT);
	hear(&c, 2, CLOCKLINK_STATE_SYNCED, 8, 4 * CL_CENSUS_STEADY_PPT);
	hear(&c, 3, CLOCKLINK_STATE_VOID, 8, 0);
	hear(&c, 4, CLOCKLINK_STATE_SYNCED, 7, 2 * CL_CENSUS_STEADY_PPT);
	cl_census_count(&c, &conf, 1, &n);
	assert_int_equal(n.best, 0);
	hear(&c, 5, CLOCKLINK_STATE_SYNCED, 8, GOOD_PPT);
	cl_census_pass(&c, 5);
	cl_census_count(&c, &conf, 1, &n);
	assert_int_equal(n.best, 5);
}

static void test_who_did_not_lead_comes_last(void **state)
{
	struct cl_census_count n;
	struct cl_census c;

	(void)state;
	cl_census_begin(&c, TERM, false);
	hear(&c, 4, CLOCKLINK_STATE_SYNCED, 8, GOOD_PPT);
	hear(&c, 5, CLOCKLINK_STATE_HOLDOVER, 3, 50 * CL_CENSUS_STEADY_PPT);
	cl_census_pass(&c, 4);
	cl_census_count(&c, &conf, 1, &n);
	assert_int_equal(n.best, 5);
	/* but before nobody; in a later term of the same search as well */
	cl_census_pass(&c, 5);
	cl_census_begin(&c, TERM, true);
	cl_census_count(&c, &conf, 1, &n);
	assert_int_equal(n.best, 0);
	hear(&c, 5, CLOCKLINK_STATE_HOLDOVER, 3, 50 * CL_CENSUS_STEADY_PPT);
	hear(&c, 4, CLOCKLINK_STATE_SYNCED, 8, GOOD_PPT);
	cl_census_count(&c, &conf, 1, &n);
	assert_int_equal(n.best, 4);
	hear(&c, 3, CLOCKLINK_STATE_SYNCED, 8, 2 * GOOD_PPT);
	cl_census_count(&c, &conf, 1, &n);
	assert_int_equal(n.best, 3);
}

/* Members may be changed while nobody has a time. */
static void test_new_voters_are_heard_too(void **state)
{
	struct cl_census_count n;
	struct cl_census c;

	(void)state;
	cl_census_begin(&c, TERM, false);
	for (u32 id = 5; id < 5 + CL_RAFT_VOTERS_MAX; id++)
		hear(&c, id, CLOCKLINK_STATE_UNSYNCED, 0, 0);
	cl_census_keep(&c, &conf);
	for (u32 id = 1; id <= 4; id++)
		hear(&c, id, CLOCKLINK_STATE_UNSYNCED, 0, 0);
	cl_census_count(&c, &conf, 1, &n);
	assert_int_equal(n.told, 5);
	assert_int_equal(n.none, 5);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words_come_back),
		cmocka_unit_test(test_what_makes_no_sense_is_refused),
		cmocka_unit_test(test_only_voters_of_the_term_count),
		cmocka_unit_test(test_the_best_clock_is_found),
		cmocka_unit_test(test_only_better_clocks_count),
		cmocka_unit_test(test_who_did_not_lead_comes_last),
		cmocka_unit_test(test_new_voters_are_heard_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
