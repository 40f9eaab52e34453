// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The ensemble in its simulator: goals of the benchmark, on few seeds.  All seeds
 * are fixed.
 */
#include <math.h>
#include <stdlib.h>

#include "tests/userspace/sim/ensemble/trial.h"
#include "unit.h"

#define SEEDS 4
#define WARM_S 3600
#define COUNT_S 36000
#define SECONDS (WARM_S + COUNT_S)
#define EVENT_S (WARM_S + 7200)

static const struct ens_net lan = { .name = "lan",
				    .rms_ns = 200,
				    .persist_s = 16,
				    .base_ns = 500e3,
				    .queue_ns = 10e3,
				    .start_s = 60 };
static const struct ens_net wan = { .name = "wan",
				    .rms_ns = 6000,
				    .persist_s = 400,
				    .start_s = 600 };

static double *phases(void)
{
	double *p = calloc(SECONDS + 1, sizeof(*p));

	assert_non_null(p);
	return p;
}

static void make_world(struct ens_world *w, const struct ens_net *net, u64 seed,
		       unsigned int voters)
{
	assert_int_equal(ens_world_init(w, net, seed, voters, SECONDS + 1), 0);
}

/* Mean Allan variance of the oscillators, for many of them that of the median. */
static double oscillators(const struct ens_world *w, unsigned int tau,
			  double *scratch)
{
	double sum = 0;

	for (unsigned int i = 0; i < w->voters; i++) {
		for (unsigned int t = 0; t < COUNT_S; t++)
			scratch[t] = ens_world_phase(w, i, WARM_S + t);
		sum += ens_adev2(scratch, COUNT_S, tau);
	}
	return sum / w->voters;
}

/* Ratios at 10, 100 and 1000 s. */
static void ratios(const struct ens_net *net, unsigned int voters,
		   bool estimators, unsigned int seeds, double *ratio)
{
	double line[3] = { 0 }, osc[3] = { 0 }, *scratch = phases();
	struct ens_result r = { .phase = phases() };

	for (u64 seed = 1; seed <= seeds; seed++) {
		struct ens_world w;
		const struct ens_trial t = { .world = &w,
					     .seed = seed,
					     .estimators = estimators,
					     .step_s = 1 };

		make_world(&w, net, seed, voters);
		assert_int_equal(ens_trial(&t, &r), 0);
		for (unsigned int k = 0, tau = 10; k < 3; k++, tau *= 10) {
			line[k] += ens_adev2(r.phase + WARM_S, COUNT_S, tau);
			osc[k] += oscillators(&w, tau, scratch);
		}
		ens_world_free(&w);
	}
	for (unsigned int k = 0; k < 3; k++)
		ratio[k] = sqrt(osc[k] / line[k]);
	free(scratch);
	free(r.phase);
}

static void test_lan_is_steadier(void **state)
{
	double five[3], nine[3];

	(void)state;
	ratios(&lan, 5, false, SEEDS, five);
	assert_true(five[0] >= 0.7 && five[1] >= 1.4 && five[2] >= 2.0);
	ratios(&lan, 9, false, SEEDS, nine);
	assert_true(nine[0] >= 0.75 && nine[1] >= 1.6 && nine[2] >= 2.6);
}

static void test_wan_is_not_worse_and_steadier_later(void **state)
{
	double ratio[3];

	(void)state;
	ratios(&wan, 5, false, SEEDS, ratio);
	assert_true(ratio[0] >= 0.85 && ratio[1] >= 0.85 && ratio[2] >= 1.4);
	ratios(&wan, 9, false, SEEDS, ratio);
	assert_true(ratio[0] >= 0.85 && ratio[1] >= 0.85 && ratio[2] >= 1.4);
}

static void test_lan_is_steadier_with_real_estimators(void **state)
{
	double ratio[3];

	(void)state;
	ratios(&lan, 5, true, 1, ratio);
	assert_true(ratio[0] >= 0.7 && ratio[1] >= 1.4 && ratio[2] >= 1.9);
}

/* The largest difference that an event makes within some time. */
static double change(const struct ens_net *net, enum ens_event event,
		     enum ens_event without, double size, unsigned int within)
{
	struct ens_result a = { .phase = phases() }, b = { .phase = phases() };
	double most = 0;

	for (u64 seed = 1; seed <= SEEDS; seed++) {
		struct ens_world w;
		struct ens_trial t = { .world = &w,
				       .seed = seed,
				       .step_s = 1,
				       .at_s = EVENT_S,
				       .event = event,
				       .size = size,
				       .liars = event >= ENS_STEP };

		make_world(&w, net, seed, 5);
		assert_int_equal(ens_trial(&t, &a), 0);
		t.event = without;
		t.liars = 0;
		assert_int_equal(ens_trial(&t, &b), 0);
		for (unsigned int i = EVENT_S; i < EVENT_S + within; i++)
			most = fmax(most, fabs(a.phase[i] - b.phase[i]));
		ens_world_free(&w);
	}
	free(a.phase);
	free(b.phase);
	return most;
}

static void test_join_and_leave(void **state)
{
	(void)state;
	assert_true(change(&lan, ENS_JOIN, ENS_AWAY, 0, 100) <= 100);
	assert_true(change(&lan, ENS_LEAVE, ENS_NOTHING, 0, 100) <= 1000);
	assert_true(change(&wan, ENS_JOIN, ENS_AWAY, 0, 100) <= 100);
	assert_true(change(&wan, ENS_LEAVE, ENS_NOTHING, 0, 100) <= 1000);
}

/* What remains is the error of the new leader's line, and of its frequency. */
static void test_leader_changes(void **state)
{
	(void)state;
	assert_true(change(&lan, ENS_LEADER, ENS_NOTHING, 0, 1) <= 700);
	assert_true(change(&lan, ENS_LEADER, ENS_NOTHING, 0, 1000) <= 1500);
}

static void test_liars_are_bounded(void **state)
{
	(void)state;
	assert_true(change(&lan, ENS_STEP, ENS_NOTHING, 1e3, 1000) <= 500);
	assert_true(change(&lan, ENS_STEP, ENS_NOTHING, 1e6, 100) <= 2000);
	assert_true(change(&lan, ENS_RANDOM, ENS_NOTHING, 2e4, 100) <= 2000);
	assert_true(change(&lan, ENS_ADAPTIVE, ENS_NOTHING, 1, 100) <= 10000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lan_is_steadier),
		cmocka_unit_test(test_wan_is_not_worse_and_steadier_later),
		cmocka_unit_test(test_lan_is_steadier_with_real_estimators),
		cmocka_unit_test(test_join_and_leave),
		cmocka_unit_test(test_leader_changes),
		cmocka_unit_test(test_liars_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
