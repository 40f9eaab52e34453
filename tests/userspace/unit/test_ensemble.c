// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The rule of the ensemble, step by step.  How steady it is: test_timescale.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "agent/core/ensemble.h"
#include "kmod/core/fixed.h"
#include "unit.h"

#define N 5
/* Cluster time when a test begins. */
#define BEGIN_NS 1700000000000000000LL
#define WANDER_PPT 1000
#define ERR_NS 200
#define GEN 0x12345678
/* T_P of ERR_NS */
#define LEARN_S 300
#define PPB (1 / 1e9)

static const u32 ids[] = { 11, 12, 13, 14, 15, 16, 17, 18, 19, 20 };

/**
 * struct clock - a raw clock
 * @raw: its time now, ns, and what is less than 1 ns
 * @rest: the latter
 * @freq: its frequency error
 * @wander: of that, per sqrt(s)
 * @gen: its raw generation
 * @lie_ns: what is added to what is measured
 * @absent: it is not measured
 */
struct clock {
	s64 raw;
	double rest;
	double freq;
	double wander;
	u32 gen;
	s64 lie_ns;
	bool absent;
};

/**
 * struct world - the clocks, and the ensemble of the first
 * @clock: the clocks
 * @n: how many
 * @e: the ensemble
 * @line: its line
 * @random: state of random numbers
 */
struct world {
	struct clock clock[CL_ENSEMBLE_VOTERS];
	unsigned int n;
	struct cl_ensemble e;
	struct cl_map line;
	u64 random;
};

/* Uniform, mean 0, rms 1. */
static double noise(struct world *w)
{
	w->random = w->random * 6364136223846793005ULL + 1442695040888963407ULL;
	return ((double)(w->random >> 11) / 0x1p53 - 0.5) * sqrt(12);
}

static void begin(struct world *w, unsigned int n)
{
	const struct cl_ensemble_params p = { .node = ids[0],
					      .wander_ppt = WANDER_PPT };

	memset(w, 0, sizeof(*w));
	w->random = 1;
	w->n = n;
	for (unsigned int i = 0; i < n; i++)
		w->clock[i] =
			(struct clock){ .raw = (i + 1) * 1000000007LL,
					.freq = (i * 7.0 - 10) * 1000 * PPB,
					.wander = PPB,
					.gen = GEN };
	cl_ensemble_init(&w->e, &p);
	assert_int_equal(cl_ensemble_set_voters(&w->e, ids, n), 0);
	w->line = (struct cl_map){ cl_raw(w->clock[0].raw), cl_time(BEGIN_NS),
				   cl_ppt_to_q48(2000000) };
	cl_ensemble_lead(&w->e, GEN, w->line.raw, &w->line);
}

static void pass(struct world *w, double s)
{
	for (unsigned int i = 0; i < w->n; i++) {
		struct clock *c = &w->clock[i];
		double z = noise(w) * c->wander * sqrt(s);
		double d = s * 1e9 * (1 + c->freq + z / 2) + c->rest;

		c->raw += (s64)floor(d);
		c->rest = d - floor(d);
		c->freq += z;
	}
}

static unsigned int observe(const struct world *w, struct cl_ensemble_obs *obs)
{
	unsigned int n = 0;

	for (unsigned int i = 1; i < w->n; i++) {
		const struct clock *c = &w->clock[i];
		double freq = (1 + c->freq) / (1 + w->clock[0].freq) - 1;

		if (!c->absent)
			obs[n++] = (struct cl_ensemble_obs){
				ids[i], c->gen, c->raw + c->lie_ns, ERR_NS,
				llrint(freq * 1e12)
			};
	}
	return n;
}

/* A step; whatever happens, the line has no step, and a rate that is sane. */
static void step(struct world *w, double s)
{
	struct cl_ensemble_obs obs[CL_ENSEMBLE_VOTERS];
	struct cl_raw now;
	struct cl_map was = w->line;
	unsigned int n;

	pass(w, s);
	n = observe(w, obs);
	now = cl_raw(w->clock[0].raw);
	assert_int_equal(cl_ensemble_step(&w->e, now, obs, n, &w->line), 0);
	assert_int_equal(w->line.raw.ns, now.ns);
	assert_int_equal(w->line.time.ns, cl_map_at(&was, now).ns);
	assert_true(fabs((double)w->line.rate_q48) < 0x1p48 / 1000);
	assert_true(fabs(w->e.steer) <= 501 * PPB);
}

static void run(struct world *w, unsigned int s)
{
	while (s--)
		step(w, 1);
}

static double weights(const struct world *w)
{
	double sum = 0;

	for (unsigned int i = 0; i < w->e.n; i++)
		sum += w->e.voter[i].weight;
	return sum;
}

static s64 time_now(const struct world *w)
{
	return cl_map_at(&w->line, cl_raw(w->clock[0].raw)).ns;
}

static void test_line_has_no_step_at_any_interval(void **state)
{
	struct world w;

	(void)state;
	begin(&w, N);
	for (int i = 0; i < 3000; i++)
		step(&w, 0.1 + 5 * (1 + noise(&w) / 1.8));
	assert_true(fabs(w.e.mean_ns) < 3000);
}

/* What the integers of the line lose, at most 1 ns per step, does not add up. */
static void test_line_loses_nothing(void **state)
{
	struct world w;
	double d;

	(void)state;
	begin(&w, 1);
	w.clock[0].wander = 0;
	for (int i = 0; i < 20000; i++)
		step(&w, 0.1);
	d = (double)(w.clock[0].raw - 1000000007LL);
	assert_true(fabs((double)(time_now(&w) - BEGIN_NS) - d * 1.000002) <
		    50);
}

static void test_lead_begins_on_the_line(void **state)
{
	struct cl_map line;
	struct world w;
	s64 time;

	(void)state;
	begin(&w, N);
	line = w.line;
	pass(&w, 7);
	time = time_now(&w);
	cl_ensemble_lead(&w.e, GEN, cl_raw(w.clock[0].raw), &line);
	assert_int_equal(w.e.line.time.ns, time);
	assert_int_equal(w.e.line.rate_q48, line.rate_q48);
	w.line = w.e.line;
	/* step() compares with the line that was taken over. */
	step(&w, 1);
	assert_true(fabs(w.e.freq - 2000 * PPB) < 100 * PPB);
}

static void test_weights_are_capped_and_add_up(void **state)
{
	struct world w;

	(void)state;
	begin(&w, 9);
	w.clock[1].wander = 0.01 * PPB;
	for (unsigned int i = 2; i < 6; i++)
		w.clock[i].wander = 10 * PPB;
	run(&w, 12000);
	assert_true(fabs(weights(&w) - 1) < 0.000001);
	assert_true(w.e.voter[1].weight > 0.21);
	assert_true(w.e.voter[1].weight < 2 / 9.0 + 0.000001);
	assert_true(w.e.voter[2].weight < 0.02);
	assert_true(w.e.voter[6].weight > 0.05);
}

static void test_leave_does_not_move_the_mean(void **state)
{
	struct cl_ensemble_voter *v;
	struct world w, left;
	double most = 0;

	(void)state;
	begin(&w, N);
	run(&w, 3000);
	for (unsigned int i = 1; i < N; i++) {
		u32 rest[N - 1];
		double pull;

		v = &w.e.voter[i];
		pull = v->weight * v->residual_ns / (1 - v->weight);
		most = fmax(most, fabs(pull));
		for (unsigned int j = 0, k = 0; j < N; j++) {
			if (j != i)
				rest[k++] = ids[j];
		}
		left = w;
		assert_int_equal(cl_ensemble_set_voters(&left.e, rest, N - 1),
				 0);
		assert_true(fabs(weights(&left) - 1) < 0.000001);
		step(&left, 0.001);
		assert_true(fabs(left.e.mean_ns - w.e.mean_ns) < 20);
	}
	assert_true(most > 100);
}

static void test_joiner_waits_in_the_shadow(void **state)
{
	struct world w, without;

	(void)state;
	begin(&w, N);
	assert_int_equal(cl_ensemble_set_voters(&w.e, ids, N - 1), 0);
	run(&w, 3000);
	without = w;
	assert_int_equal(cl_ensemble_set_voters(&w.e, ids, N), 0);
	for (int i = 0; i < 3 * LEARN_S - 60; i++) {
		step(&w, 1);
		step(&without, 1);
		assert_true(w.e.voter[N - 1].weight <= 0);
		/* The cap is another one. */
		assert_true(llabs(time_now(&w) - time_now(&without)) < 10);
	}
	run(&w, 60);
	assert_true(w.e.voter[N - 1].weight < 0.05);
	run(&w, 4 * LEARN_S);
	assert_true(w.e.voter[N - 1].weight > 0.08);
	assert_true(fabs(weights(&w) - 1) < 0.000001);
}

static void test_outlier_has_no_say(void **state)
{
	const struct cl_ensemble_voter *v;
	struct world w, honest;

	(void)state;
	begin(&w, N);
	run(&w, 3000);
	honest = w;
	v = &w.e.voter[3];
	w.clock[3].lie_ns = 1000000;
	step(&w, 1);
	assert_true(v->phi <= 0);
	assert_true(v->weight > 0);
	run(&w, 12);
	assert_true(v->weight <= 0);
	assert_false(v->counts);
	/* As if it had left: no more than what it has pulled until now. */
	run(&w, 87);
	run(&honest, 100);
	assert_true(llabs(time_now(&w) - time_now(&honest)) < 1500);
	/* From now on it is honest; it is believed again after an hour. */
	run(&w, 3400);
	assert_true(v->weight <= 0);
	run(&w, 200);
	assert_true(v->weight > 0);
}

static void test_new_generation_is_learnt_anew(void **state)
{
	struct world w;

	(void)state;
	begin(&w, N);
	run(&w, 3000);
	w.clock[2].gen++;
	w.clock[2].raw -= 5000000000000LL;
	step(&w, 1);
	assert_true(w.e.voter[2].weight <= 0);
	assert_true(fabs(w.e.voter[2].residual_ns) < 100);
	assert_true(fabs(w.e.mean_ns) < 1000);
	run(&w, 3 * LEARN_S + 60);
	assert_true(w.e.voter[2].weight > 0);
}

static void test_isolated_voter_has_no_weight(void **state)
{
	struct world w;

	(void)state;
	begin(&w, N);
	run(&w, 2000);
	cl_ensemble_isolate(&w.e, 99, true);
	cl_ensemble_isolate(&w.e, ids[1], true);
	assert_true(w.e.voter[1].weight <= 0);
	assert_true(fabs(weights(&w) - 1) < 0.000001);
	run(&w, 1000);
	assert_true(w.e.voter[1].weight <= 0);
	cl_ensemble_isolate(&w.e, ids[1], false);
	run(&w, 300);
	assert_true(w.e.voter[1].weight > 0.02);
	/* The own one, too: then others alone are the ensemble. */
	cl_ensemble_isolate(&w.e, ids[0], true);
	run(&w, 300);
	assert_true(fabs(w.e.mean_ns) < 1000);
	cl_ensemble_isolate(&w.e, ids[0], false);
	/* Nor do they decide who is an outlier, even if they are most. */
	for (unsigned int i = 1; i < 4; i++) {
		cl_ensemble_isolate(&w.e, ids[i], true);
		w.clock[i].lie_ns = 1000000;
	}
	run(&w, 60);
	assert_true(w.e.voter[0].counts && w.e.voter[4].counts);
	assert_true(w.e.voter[4].phi > 0.9);
	assert_true(fabs(w.e.mean_ns) < 1000);
}

static void test_doubted_voter_stays_where_it_was(void **state)
{
	struct world w;

	(void)state;
	begin(&w, N);
	run(&w, 2000);
	cl_ensemble_doubt(&w.e, ids[0], true);
	assert_false(w.e.voter[0].doubted);
	cl_ensemble_doubt(&w.e, ids[1], true);
	w.clock[1].lie_ns = 50000;
	run(&w, 30);
	assert_false(w.e.voter[1].measured);
	assert_true(w.e.voter[1].weight > 0.02);
	/* Believed again, before it has lost its weight and after that. */
	for (int i = 0; i < 2; i++) {
		cl_ensemble_doubt(&w.e, ids[1], false);
		run(&w, 1);
		assert_true(w.e.voter[1].measured);
		assert_true(w.e.voter[1].phi > 0.9);
		assert_true(fabs(w.e.mean_ns) < 1000);
		cl_ensemble_doubt(&w.e, ids[1], true);
		w.clock[1].lie_ns -= 30000;
		run(&w, 200);
		assert_true(w.e.voter[1].weight <= 0);
	}
}

static void test_pause_rejects_nobody(void **state)
{
	struct world w;

	(void)state;
	begin(&w, N);
	run(&w, 3000);
	step(&w, 600);
	step(&w, 1);
	for (unsigned int i = 0; i < N; i++)
		assert_true(w.e.voter[i].phi > 0);
	run(&w, 600);
	for (unsigned int i = 0; i < N; i++)
		assert_true(w.e.voter[i].counts && w.e.voter[i].weight > 0.02);
	assert_true(fabs(w.e.mean_ns) < 1000);
	/* Much longer: all but the own one are learnt anew. */
	step(&w, 36000);
	run(&w, 6000);
	assert_true(fabs(w.e.mean_ns) < 1000);
	assert_true(fabs(weights(&w) - 1) < 0.000001);
}

static void test_unmeasured_voter_does_no_harm(void **state)
{
	struct world w, all;

	(void)state;
	begin(&w, N);
	run(&w, 3000);
	all = w;
	for (int i = 0; i < 300; i++) {
		for (unsigned int k = 1; k < N; k++)
			w.clock[k].absent = (i + k) % 3;
		step(&w, 1);
		step(&all, 1);
		assert_true(fabs(w.e.mean_ns - all.e.mean_ns) < 100);
	}
	assert_true(llabs(time_now(&w) - time_now(&all)) < 200);
	/* Gone for good: no step either; the clocks of both worlds are the same. */
	w.clock[1].absent = true;
	for (unsigned int k = 2; k < N; k++)
		w.clock[k].absent = false;
	run(&w, 200);
	assert_true(w.e.voter[1].weight <= 0);
	assert_true(w.e.voter[1].counts);
	w.clock[1].absent = false;
	run(&w, 100);
	assert_true(w.e.voter[1].weight > 0.01);
}

static void test_without_others_the_line_goes_on(void **state)
{
	struct world w;
	s64 rate;

	(void)state;
	begin(&w, N);
	run(&w, 3000);
	for (unsigned int k = 1; k < N; k++)
		w.clock[k].absent = true;
	run(&w, 500);
	rate = w.line.rate_q48;
	run(&w, 3000);
	assert_true(llabs(w.line.rate_q48 - rate) < 0x1p48 * 20 * PPB);
	assert_true(fabs(w.e.voter[0].weight - 1) < 0.000001);
}

static void test_one_and_two_voters(void **state)
{
	struct world w;

	(void)state;
	begin(&w, 1);
	run(&w, 3000);
	assert_true(fabs((double)w.line.rate_q48 / 0x1p48 - 2000 * PPB) <
		    10 * PPB);
	assert_true(fabs(w.e.voter[0].weight - 1) < 0.000001);
	begin(&w, 2);
	run(&w, 3000);
	assert_true(fabs(w.e.voter[0].weight - 0.5) < 0.01);
	/* Nobody knows who lies: neither counts, and the line goes on. */
	w.clock[1].lie_ns = 1000000;
	run(&w, 100);
	assert_true(fabs(w.e.mean_ns) < 1000);
	assert_true(w.e.voter[1].weight <= 0);
	run(&w, 4000);
	assert_true(weights(&w) > 0.7);
	assert_true(fabs(w.e.mean_ns) < 1000);
}

static void test_leader_need_not_vote(void **state)
{
	struct world w;

	(void)state;
	begin(&w, N);
	assert_int_equal(cl_ensemble_set_voters(&w.e, ids + 1, N - 1), 0);
	run(&w, 2000);
	assert_true(fabs(w.e.mean_ns) < 1000);
	assert_int_equal(cl_ensemble_set_voters(&w.e, ids, 0), 0);
	run(&w, 100);
	assert_true(fabs(w.e.mean_ns) <= 0);
}

static void test_wild_numbers_do_no_harm(void **state)
{
	static const s64 wild[] = { S64_MIN, S64_MAX, 0, -1, 1LL << 62 };
	struct world w;

	(void)state;
	begin(&w, N);
	run(&w, 2000);
	for (int i = 0; i < 200; i++) {
		struct cl_ensemble_obs obs[] = {
			{ ids[1], GEN + i / 50, wild[i % 5], U64_MAX,
			  wild[i % 3] },
			{ ids[1], GEN, 0, 0, 0 },
			{ ids[0], GEN, 0, 0, 0 },
			{ 99, GEN, 0, 0, 0 },
			{ ids[2], GEN, w.clock[2].raw, 0, 0 },
			{ ids[3], GEN, w.clock[3].raw, 0, 0 },
		};
		struct cl_map was = w.line;
		struct cl_raw now;

		pass(&w, 1);
		obs[4].raw_ns = w.clock[2].raw;
		obs[5].raw_ns = w.clock[3].raw;
		now = cl_raw(w.clock[0].raw);
		assert_int_equal(cl_ensemble_step(&w.e, now, obs, 6, &w.line),
				 0);
		assert_int_equal(w.line.time.ns, cl_map_at(&was, now).ns);
		assert_true(fabs(w.e.mean_ns) < 10000);
	}
}

static void test_what_is_refused_changes_nothing(void **state)
{
	const u32 twice[] = { 11, 12, 11 }, none[] = { 11, 0 };
	struct cl_ensemble was;
	struct cl_map line;
	struct world w;

	(void)state;
	begin(&w, N);
	run(&w, 10);
	was = w.e;
	assert_int_equal(cl_ensemble_set_voters(&w.e, ids, 10), -E2BIG);
	assert_int_equal(cl_ensemble_set_voters(&w.e, twice, 3), -EINVAL);
	assert_int_equal(cl_ensemble_set_voters(&w.e, none, 2), -EINVAL);
	assert_int_equal(cl_ensemble_step(&w.e, w.line.raw, NULL, 0, &line),
			 -EINVAL);
	assert_memory_equal(&was, &w.e, sizeof(was));
	w.e.leading = false;
	assert_int_equal(cl_ensemble_step(&w.e, cl_raw(w.line.raw.ns + 1), NULL,
					  0, &line),
			 -EAGAIN);
}

static void test_time_constants_follow_the_error(void **state)
{
	struct world w;

	(void)state;
	begin(&w, N);
	run(&w, 10);
	/* (200 ns / 1 ns)^(2/3) */
	assert_true(fabs(w.e.persist_s - 34.2) < 0.1);
	assert_true(fabs(w.e.time_s - 68.4) < 0.2);
	begin(&w, N);
	w.clock[0].wander = 10 * PPB;
	run(&w, 8000);
	assert_true(w.e.time_s < 68.4 / 2);
}

static void test_leader_that_is_worse_hands_over(void **state)
{
	struct world w;
	u32 to = 0;

	(void)state;
	begin(&w, N);
	w.clock[0].wander = 10 * PPB;
	w.clock[3].wander = 0.1 * PPB;
	run(&w, 3600);
	assert_false(cl_ensemble_worse(&w.e, &to));
	run(&w, 6000);
	assert_true(cl_ensemble_worse(&w.e, &to));
	assert_int_equal(to, ids[3]);
	begin(&w, N);
	run(&w, 9600);
	assert_false(cl_ensemble_worse(&w.e, &to));
}

static void test_next_leader_goes_on(void **state)
{
	const struct cl_ensemble_params p = { .node = ids[1],
					      .wander_ppt = WANDER_PPT };
	u8 bytes[CL_ENSEMBLE_TABLE_MAX];
	struct cl_ensemble_table t;
	struct cl_raw own;
	struct world w;
	struct cl_ensemble next;
	struct cl_ensemble_obs obs[N] = { { .node = 0 } };
	struct cl_map line, was;
	size_t len;
	int ret;

	(void)state;
	begin(&w, N);
	run(&w, 5000);
	w.clock[4].absent = true;
	run(&w, 20);
	w.clock[4].absent = false;
	assert_int_equal(cl_ensemble_get_table(&w.e, &t), 0);
	len = cl_ensemble_table_encode(&t, bytes);
	assert_true(len <= 252);
	memset(&t, 0, sizeof(t));
	assert_int_equal(cl_ensemble_table_decode(bytes, len, &t), 0);
	cl_ensemble_init(&next, &p);
	assert_int_equal(cl_ensemble_set_voters(&next, ids, N), 0);
	assert_int_equal(cl_ensemble_get_table(&next, &t), -EAGAIN);
	cl_ensemble_put_table(&next, &t);
	own = cl_raw(w.clock[1].raw);
	line = (struct cl_map){ own, cl_time(time_now(&w)),
				llrint(((1 + w.e.freq + w.e.steer) /
						(1 + w.clock[1].freq) *
						(1 + w.clock[0].freq) -
					1) *
				       0x1p48) };
	cl_ensemble_lead(&next, GEN, own, &line);
	was = line;
	step(&w, 1);
	observe(&w, obs);
	obs[0] = (struct cl_ensemble_obs){ ids[0], GEN, w.clock[0].raw, ERR_NS,
					   0 };
	own = cl_raw(w.clock[1].raw);
	ret = cl_ensemble_step(&next, own, obs, N - 1, &line);
	assert_int_equal(ret, 0);
	assert_int_equal(line.time.ns, cl_map_at(&was, own).ns);
	assert_true(fabs(next.mean_ns - w.e.mean_ns) < 20);
	for (unsigned int k = 0; k < N; k++) {
		assert_true(fabs(next.voter[k].weight - w.e.voter[k].weight) <
			    0.001);
		assert_true(fabs(next.voter[k].residual_ns -
				 w.e.voter[k].residual_ns) < 20);
	}
}

static void test_leader_without_a_table_begins_anew(void **state)
{
	const struct cl_ensemble_params p = { .node = ids[0],
					      .wander_ppt = WANDER_PPT };
	struct cl_map line;
	struct world w;

	(void)state;
	begin(&w, N);
	w.clock[1].wander = 0.01 * PPB;
	run(&w, 5000);
	line = w.line;
	cl_ensemble_init(&w.e, &p);
	assert_int_equal(cl_ensemble_set_voters(&w.e, ids, N), 0);
	cl_ensemble_lead(&w.e, GEN + 1, line.raw, &line);
	run(&w, 10);
	for (unsigned int i = 0; i < N; i++)
		assert_true(fabs(w.e.voter[i].weight - 0.2) < 0.001);
	assert_true(fabs(w.e.mean_ns) < 500);
}

static void test_decode_refuses_garbage(void **state)
{
	u8 good[CL_ENSEMBLE_TABLE_MAX], bad[CL_ENSEMBLE_TABLE_MAX];
	struct cl_ensemble_table t, was;
	struct world w;
	size_t len;
	static const struct {
		size_t at;
		u8 value;
		int err;
	} faults[] = {
		{ 10, 1, -EPROTONOSUPPORT }, { 11, 8, -EBADMSG },
		{ 11, 10, -EBADMSG },	     { 11, 255, -EBADMSG },
		{ 12 + 14, 0x40, -EBADMSG }, { 12 + 14, 0x80, -EBADMSG },
		{ 12 + 22, 0x81, -EBADMSG }, { 12 + 26 + 3, 11, -EBADMSG },
		{ 12 + 3, 0, -EBADMSG },
	};

	(void)state;
	begin(&w, CL_ENSEMBLE_VOTERS);
	run(&w, 2000);
	assert_int_equal(cl_ensemble_get_table(&w.e, &t), 0);
	len = cl_ensemble_table_encode(&t, good);
	assert_int_equal(len, CL_ENSEMBLE_TABLE_MAX);
	assert_int_equal(cl_ensemble_table_decode(good, len, &was), 0);
	assert_memory_equal(was.entry, t.entry, sizeof(t.entry));
	for (size_t i = 0; i < len; i++)
		assert_int_equal(cl_ensemble_table_decode(good, i, &t),
				 -EBADMSG);
	for (size_t i = 0; i < sizeof(faults) / sizeof(*faults); i++) {
		memcpy(bad, good, len);
		bad[faults[i].at] = faults[i].value;
		assert_int_equal(cl_ensemble_table_decode(bad, len, &t),
				 faults[i].err);
	}
	memcpy(bad, good, len);
	memset(bad + 8, 0, 2);
	assert_int_equal(cl_ensemble_table_decode(bad, len, &t), -EBADMSG);
	memcpy(bad, good, len);
	memset(bad + 12 + 18, 0, 4);
	assert_int_equal(cl_ensemble_table_decode(bad, len, &t), -EBADMSG);
	assert_memory_equal(&t, &was, sizeof(t));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_line_has_no_step_at_any_interval),
		cmocka_unit_test(test_line_loses_nothing),
		cmocka_unit_test(test_lead_begins_on_the_line),
		cmocka_unit_test(test_weights_are_capped_and_add_up),
		cmocka_unit_test(test_leave_does_not_move_the_mean),
		cmocka_unit_test(test_joiner_waits_in_the_shadow),
		cmocka_unit_test(test_outlier_has_no_say),
		cmocka_unit_test(test_new_generation_is_learnt_anew),
		cmocka_unit_test(test_isolated_voter_has_no_weight),
		cmocka_unit_test(test_doubted_voter_stays_where_it_was),
		cmocka_unit_test(test_pause_rejects_nobody),
		cmocka_unit_test(test_unmeasured_voter_does_no_harm),
		cmocka_unit_test(test_without_others_the_line_goes_on),
		cmocka_unit_test(test_one_and_two_voters),
		cmocka_unit_test(test_leader_need_not_vote),
		cmocka_unit_test(test_wild_numbers_do_no_harm),
		cmocka_unit_test(test_what_is_refused_changes_nothing),
		cmocka_unit_test(test_time_constants_follow_the_error),
		cmocka_unit_test(test_leader_that_is_worse_hands_over),
		cmocka_unit_test(test_next_leader_goes_on),
		cmocka_unit_test(test_leader_without_a_table_begins_anew),
		cmocka_unit_test(test_decode_refuses_garbage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
