// SPDX-License-Identifier: GPL-2.0-or-later
#include <math.h>

#include "agent/core/warm.h"
#include "unit.h"

#define SEC CL_NS_PER_SEC
#define RAW (1000 * SEC)

/* Its raw clock is 5 s behind ours and 1 ppm slow; 300 ns are asymmetry of the path. */
static const struct cl_nl_peer peer = {
	.have = ~0ULL,
	.raw_ns = RAW,
	.offset_ns = 5 * SEC,
	.freq_ppt = 1000000,
	.error_ns = 30,
	.freq_error_ppt = 4000,
	.wander_ppt = 1000,
	.learnt_asymmetry_ns = 200,
	.delay_asymmetry_ns = 100,
};

/* An exchange so long after that, its stamps are ahead by @lie. */
static struct cl_warm_stamps stamps(s64 after, s64 lie)
{
	return (struct cl_warm_stamps){
		.ours_ns = RAW + after,
		.theirs_ns =
			RAW + after - 5 * SEC - after / 1000000 - 300 + lie,
	};
}

static void test_raw_clocks_go_on(void **state)
{
	struct cl_warm w;
	struct cl_warm_stamps s;

	(void)state;
	cl_warm_note(&w, &peer);
	assert_true(w.known);
	for (s64 lie = -50000; lie <= 50000; lie += 50000) {
		s = stamps(10 * SEC, lie);
		assert_int_equal(cl_warm_age(&w, s.ours_ns), 10 * SEC);
		assert_true(fabs(cl_warm_ahead(&w, &s) - (double)lie) < 1);
	}
}

/* 30 ns, 4 ns per s, and 1 ns per s and root of s over root of 3. */
static void test_it_is_known_less_and_less_well(void **state)
{
	struct cl_warm w;

	(void)state;
	cl_warm_note(&w, &peer);
	assert_true(fabs(cl_warm_sigma(&w, RAW) - 30) < 0.001);
	assert_true(fabs(cl_warm_sigma(&w, RAW + 10 * SEC) -
			 sqrt(900 + 1600 + 1000 / 3.0)) < 0.001);
	assert_true(fabs(cl_warm_sigma(&w, RAW - SEC) - 30) < 0.001);
}

static void test_too_little_was_measured(void **state)
{
	struct cl_nl_peer p = peer;
	struct cl_warm w;

	(void)state;
	p.have &= ~CL_NL_BIT(PEER_FREQ);
	cl_warm_note(&w, &p);
	assert_false(w.known);
}

/* Stamps of a liar can be anything. */
static void test_huge_stamps(void **state)
{
	struct cl_warm_stamps s = { S64_MIN, S64_MAX };
	struct cl_warm w;

	(void)state;
	cl_warm_note(&w, &peer);
	assert_true(isfinite(cl_warm_ahead(&w, &s)));
	s = (struct cl_warm_stamps){ S64_MAX, S64_MIN };
	assert_true(isfinite(cl_warm_ahead(&w, &s)));
	assert_true(isfinite(cl_warm_sigma(&w, S64_MIN)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_raw_clocks_go_on),
		cmocka_unit_test(test_it_is_known_less_and_less_well),
		cmocka_unit_test(test_too_little_was_measured),
		cmocka_unit_test(test_huge_stamps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
