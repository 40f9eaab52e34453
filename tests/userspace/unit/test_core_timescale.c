// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The time scale of a leader, whose voters have raw clocks without noise: what its
 * line does shows every wrong sign.
 */
#include "agent/core/timescale.h"

#include <math.h>
#include <stdlib.h>

#include "fakeio.h"
#include "statekit.h"

#define VOTERS 3
#define S CL_NS_PER_SEC
#define BIRTH 1700000000LL
#define GEN 0x12340000U

/**
 * struct world - nodes 1 to VOTERS and true time
 * @now: true time, ns
 * @freq: frequency error of each raw clock
 * @raw0: each raw clock at true time 0
 * @gen: each raw generation
 * @flip_offset: the engines tell offsets with the wrong sign
 * @flip_freq: and frequencies
 * @late: the peers are read so long after the clock, ns
 */
struct world {
	s64 now;
	double freq[VOTERS + 1];
	s64 raw0[VOTERS + 1];
	u32 gen[VOTERS + 1];
	bool flip_offset;
	bool flip_freq;
	s64 late;
};

/**
 * struct node - a node of the world
 * @w: the world
 * @id: node id, 1 to VOTERS
 * @f: its engine
 * @judge: what it thinks of the others
 * @t: its time scale
 * @line: what its clock follows
 * @slew: its clock has not reached that yet by so much, ns
 */
struct node {
	struct world *w;
	u32 id;
	struct fakeio f;
	struct cl_reputation judge;
	struct cl_timescale t;
	struct cl_map line;
	s64 slew;
};

static struct cl_state state;

static s64 raw_at(const struct world *w, u32 id, s64 at)
{
	return w->raw0[id] + at + llrint((double)at * w->freq[id]);
}

/* Cluster time that a node's line gives now, minus true time, ns. */
static double error_of(const struct node *n)
{
	struct cl_raw raw = cl_raw(raw_at(n->w, n->id, n->w->now));

	return (double)(cl_map_at(&n->line, raw).ns - BIRTH * S - n->w->now);
}

/* Rate of a node's line against true time, 1e-9. */
static double ppb_of(const struct node *n)
{
	double rate = (double)n->line.rate_q48 / 0x1p48;

	return ((1 + n->w->freq[n->id]) * (1 + rate) - 1) * 1e9;
}

static void look(struct node *n)
{
	const struct world *w = n->w;
	struct fakeio *f = &n->f;
	struct cl_raw raw = cl_raw(raw_at(w, n->id, w->now));
	u32 k = 0;

	f->now = w->now;
	f->inst.gen = w->gen[n->id];
	f->clock.raw_ns = raw.ns;
	f->clock.time_ns = cl_map_at(&n->line, raw).ns - n->slew;
	f->clock.slew_left_ns = n->slew;
	f->clock.rate_ppt = cl_q48_to_ppt(n->line.rate_q48);
	for (u32 id = 1; id <= VOTERS; id++) {
		s64 at = w->now + w->late;
		double freq =
			(w->freq[n->id] - w->freq[id]) / (1 + w->freq[n->id]);
		struct cl_nl_peer *p = &f->peer[k];

		if (id == n->id)
			continue;
		k++;
		p->node = id;
		p->gen = w->gen[id];
		p->raw_ns = raw_at(w, n->id, at);
		p->offset_ns = p->raw_ns - raw_at(w, id, at);
		p->freq_ppt = llrint(freq * 1e12);
		if (w->flip_offset)
			p->offset_ns = -p->offset_ns;
		if (w->flip_freq)
			p->freq_ppt = -p->freq_ppt;
	}
	f->inst.peers = k;
}

/* Settings are told, as if they had changed. */
static void tell(struct node *n)
{
	look(n);
	cl_timescale_members(&n->t, &state, &n->f.inst);
}

/* A node that leads, or is to: its clock is cluster time, which is true time. */
static void node_init(struct node *n, struct world *w, u32 id)
{
	memset(n, 0, sizeof(*n));
	n->w = w;
	n->id = id;
	fakeio_init(&n->f);
	n->f.inst.node = id;
	n->f.inst.wander_ppt = 1000;
	n->f.clock.state = CLOCKLINK_STATE_SYNCED;
	n->line = (struct cl_map){
		.raw = cl_raw(raw_at(w, id, w->now)),
		.time = cl_time(BIRTH * S + w->now),
		.rate_q48 = llrint((1 / (1 + w->freq[id]) - 1) * 0x1p48),
	};
	for (u32 i = 0; i < VOTERS; i++) {
		struct cl_nl_peer *p = &n->f.peer[i];

		p->ready = true;
		p->error_ns = 100;
		p->freq_error_ppt = 13000;
		p->wander_ppt = 1500;
	}
	cl_reputation_init(&n->judge, NULL, NULL);
	cl_timescale_init(&n->t, &n->f.io, &n->judge);
	tell(n);
}

/* Its clock is on the line of the leader, but for an error. */
static void follow(struct node *n, const struct node *leader, s64 error_ns)
{
	s64 now = n->w->now;
	double rate = 1 + ppb_of(leader) / 1e9;

	n->line.raw = cl_raw(raw_at(n->w, n->id, now));
	n->line.time =
		cl_time(BIRTH * S + now + llrint(error_of(leader)) + error_ns);
	n->line.rate_q48 =
		llrint((rate / (1 + n->w->freq[n->id]) - 1) * 0x1p48);
}

static void world_init(struct world *w)
{
	*w = (struct world){
		.freq = { 0, 20 / 1e6, -15 / 1e6, 5 / 1e6 },
		.raw0 = { 0, 100 * S, 7 * S + 123456789, 90000 * S },
		.gen = { 0, GEN + 1, GEN + 2, GEN + 3 },
	};
}

static int setup(void **unused)
{
	(void)unused;
	make(&state, VOTERS, VOTERS + 1);
	return 0;
}

static int teardown(void **unused)
{
	(void)unused;
	cl_state_fini(&state);
	return 0;
}

/* Seconds of leading; the line never steps, and its rate changes by less than this. */
static void run(struct node *n, unsigned int seconds, double ppb)
{
	while (seconds--) {
		struct cl_map next, was = n->line;
		double rate = ppb_of(n);

		n->w->now += S;
		n->w->late = (s64)(n->w->now / S * 7919 % 3000) * 1000;
		look(n);
		assert_true(cl_timescale_deadline(&n->t) <= n->w->now);
		if (!cl_timescale_run(&n->t, &next))
			continue;
		n->line = next;
		assert_int_equal(next.raw.ns, n->f.clock.raw_ns);
		assert_true(llabs(cl_map_at(&was, next.raw).ns -
				  next.time.ns) <= 1);
		if (fabs(ppb_of(n) - rate) > ppb)
			fail_msg("rate changed from %f ppb to %f", rate,
				 ppb_of(n));
	}
}

static double worst_residual(const struct node *n)
{
	double worst = 0;

	for (unsigned int i = 0; i < n->t.ensemble.n; i++)
		worst = fmax(worst, fabs(n->t.ensemble.voter[i].residual_ns));
	return worst;
}

/* Of how many voters it has known the oscillators when it began. */
static void assert_known(const struct node *n, int known)
{
	char line[sizeof(n->f.line)];

	snprintf(line, sizeof(line),
		 "cluster time follows %d oscillators, %d of them are known",
		 VOTERS, known);
	assert_string_equal(n->f.line, line);
}

static void test_steady_clocks_give_a_steady_line(void **unused)
{
	struct world w;
	struct node n;

	(void)unused;
	world_init(&w);
	node_init(&n, &w, 1);
	assert_int_equal(cl_timescale_deadline(&n.t), CL_TIMESCALE_NEVER);
	cl_timescale_lead(&n.t, true);
	n.slew = 1500;
	run(&n, 1, 0);
	assert_int_equal(n.t.steps, 0);
	n.slew = 0;
	run(&n, 600, 0.5);
	assert_int_equal(n.t.steps, 600);
	assert_int_equal(n.t.measured, VOTERS - 1);
	assert_true(worst_residual(&n) < 5);
	assert_true(fabs(ppb_of(&n)) < 1);
	assert_true(fabs(error_of(&n)) < 20);
	for (unsigned int i = 0; i < VOTERS; i++)
		assert_true(fabs(n.t.ensemble.voter[i].weight - 1.0 / 3) < 0.1);
}

/* The checks above would fail if a sign were wrong. */
static void test_wrong_signs_are_seen(void **unused)
{
	(void)unused;
	for (int i = 0; i < 2; i++) {
		struct world w;
		struct node n;

		world_init(&w);
		w.flip_offset = i;
		w.flip_freq = !i;
		node_init(&n, &w, 1);
		cl_timescale_lead(&n.t, true);
		run(&n, 5, 1000);
		assert_true(worst_residual(&n) > 1000);
	}
}

static void test_next_leader_goes_on_from_the_table(void **unused)
{
	u8 buf[CL_ENSEMBLE_TABLE_MAX];
	struct node old, next, ignorant;
	struct world w;
	size_t len;

	(void)unused;
	world_init(&w);
	node_init(&old, &w, 1);
	/* Cluster time may have another rate than true time. */
	old.line.rate_q48 += llrint(100 / 1e9 * 0x1p48);
	cl_timescale_lead(&old.t, true);
	run(&old, 1200, 0.5);
	len = cl_timescale_table(&old.t, buf);
	assert_true(len > 0);
	node_init(&next, &w, 2);
	node_init(&ignorant, &w, 3);
	assert_int_equal(cl_timescale_hear(&next.t, buf, len), 0);
	cl_timescale_lead(&old.t, false);
	assert_int_equal(cl_timescale_deadline(&old.t), CL_TIMESCALE_NEVER);
	assert_int_equal(cl_timescale_table(&old.t, buf), 0);

	follow(&next, &old, 10);
	cl_timescale_lead(&next.t, true);
	run(&next, 1, 0);
	assert_known(&next, 3);
	assert_true(next.t.ensemble.voter[2].weight > 0.2);
	assert_true(next.t.ensemble.voter[2].age_s > 1000);
	run(&next, 300, 0.5);
	assert_true(fabs(ppb_of(&next) - 100) < 1);
	assert_true(fabs(error_of(&next) - error_of(&old)) < 1000);

	follow(&ignorant, &next, 0);
	cl_timescale_lead(&ignorant.t, true);
	run(&ignorant, 1, 0);
	assert_known(&ignorant, 0);
	run(&ignorant, 100, 0.5);
	assert_true(ignorant.t.ensemble.voter[0].age_s < 200);
}

static void test_old_table_is_forgotten(void **unused)
{
	u8 buf[CL_ENSEMBLE_TABLE_MAX];
	struct node old, next;
	struct world w;
	size_t len;

	(void)unused;
	world_init(&w);
	node_init(&old, &w, 1);
	cl_timescale_lead(&old.t, true);
	run(&old, 600, 0.5);
	len = cl_timescale_table(&old.t, buf);
	node_init(&next, &w, 2);
	assert_int_equal(cl_timescale_hear(&next.t, buf, len), 0);
	w.now += CL_TIMESCALE_STALE_NS + S;
	cl_timescale_lead(&next.t, true);
	run(&next, 1, 0);
	assert_known(&next, 0);
	run(&next, 20, 0.5);
	assert_int_equal(next.t.measured, VOTERS - 1);
}

static void test_bad_tables_change_nothing(void **unused)
{
	u8 buf[CL_ENSEMBLE_TABLE_MAX];
	struct world w;
	struct node n;
	size_t len;

	(void)unused;
	world_init(&w);
	node_init(&n, &w, 1);
	assert_int_equal(cl_timescale_hear(&n.t, buf, 0), -EBADMSG);
	assert_false(n.t.known);
	cl_timescale_lead(&n.t, true);
	run(&n, 20, 0.5);
	len = cl_timescale_table(&n.t, buf);
	assert_true(len > 0);
	assert_int_equal(cl_timescale_hear(&n.t, buf, len), -EBUSY);
	run(&n, 20, 0.5);
}

static void test_table_is_told_every_ten_seconds(void **unused)
{
	u8 buf[CL_ENSEMBLE_TABLE_MAX];
	unsigned int told = 0;
	struct world w;
	struct node n;

	(void)unused;
	world_init(&w);
	node_init(&n, &w, 1);
	cl_timescale_lead(&n.t, true);
	for (int i = 0; i < 101; i++) {
		run(&n, 1, 0.5);
		told += cl_timescale_table(&n.t, buf) > 0;
	}
	assert_int_equal(told, 10);
}

static void test_voter_that_starts_anew_does_no_harm(void **unused)
{
	struct world w;
	struct node n;
	double was;

	(void)unused;
	world_init(&w);
	node_init(&n, &w, 1);
	cl_timescale_lead(&n.t, true);
	run(&n, 300, 0.5);
	was = error_of(&n);
	w.gen[3]++;
	w.raw0[3] = -5000 * S;
	w.freq[3] = -40 / 1e6;
	run(&n, 300, 0.5);
	assert_true(fabs(error_of(&n) - was) < 20);
	assert_int_equal(n.t.ensemble.voter[2].gen, (u16)w.gen[3]);
	assert_true(worst_residual(&n) < 5);
}

static void test_own_raw_clock_may_be_disturbed(void **unused)
{
	struct world w;
	struct node n;

	(void)unused;
	world_init(&w);
	node_init(&n, &w, 1);
	cl_timescale_lead(&n.t, true);
	run(&n, 300, 0.5);
	w.now += S;
	w.gen[1]++;
	w.raw0[1] += 3600 * S;
	n.f.clock.disruptions++;
	/* The rounds have found the way back to cluster time. */
	n.line.raw.ns += 3600 * S;
	run(&n, 300, 0.5);
	assert_int_equal(n.t.steps, 598);
	assert_int_equal(n.t.gen, w.gen[1]);
	/* Settings of before are told once more, then those of now. */
	n.f.inst.gen--;
	cl_timescale_members(&n.t, &state, &n.f.inst);
	assert_true(n.t.begun);
	tell(&n);
	assert_true(n.t.begun);
	assert_true(worst_residual(&n) < 5);
	assert_true(fabs(error_of(&n)) < 20);
	/* The settings may tell it first. */
	w.gen[1]++;
	tell(&n);
	assert_false(n.t.begun);
}

static void test_sessions_have_to_converge(void **unused)
{
	struct world w;
	struct node n;
	struct cl_nl_peer *p = &n.f.peer[0];

	(void)unused;
	world_init(&w);
	node_init(&n, &w, 1);
	cl_timescale_lead(&n.t, true);
	p->error_ns = 1003;
	p->freq_error_ppt = 400000;
	run(&n, 2, 0.5);
	assert_int_equal(n.t.measured, VOTERS - 2);
	p->freq_error_ppt = 62000;
	run(&n, 1, 0.5);
	assert_int_equal(n.t.measured, VOTERS - 1);
	/* Once it has it may vary. */
	p->freq_error_ppt = 400000;
	run(&n, 1, 0.5);
	assert_int_equal(n.t.measured, VOTERS - 1);
	p->starts++;
	run(&n, 1, 0.5);
	assert_int_equal(n.t.measured, VOTERS - 2);
	p->freq_error_ppt = 62000;
	p->ready = false;
	run(&n, 1, 0.5);
	assert_int_equal(n.t.measured, VOTERS - 2);
	p->ready = true;
	run(&n, 1, 0.5);
	assert_int_equal(n.t.measured, VOTERS - 1);
}

/* What may be wrong by a doubt is believed less. */
static void test_doubt_counts_as_error(void **unused)
{
	struct world w;
	struct node n;
	double persist;

	(void)unused;
	world_init(&w);
	node_init(&n, &w, 1);
	cl_timescale_lead(&n.t, true);
	run(&n, 2, 0.5);
	persist = n.t.ensemble.persist_s;
	n.f.peer[0].doubt_ns = 100000;
	n.f.peer[1].doubt_ns = 100000;
	run(&n, 10, 0.5);
	assert_true(n.t.ensemble.persist_s > persist + 1);
}

/* Voter 3 begins to lie; cluster time does not notice, now or when that is forgotten. */
static void assert_unmoved(struct node *n, void (*end)(struct node *n))
{
	n->w->raw0[3] += 20000;
	run(n, 70, 0.5);
	assert_true(n->t.ensemble.voter[2].weight == 0);
	assert_true(n->t.ensemble.voter[2].doubted);
	end(n);
	run(n, 900, 0.5);
	assert_false(n->t.ensemble.voter[2].doubted);
	assert_true(n->t.ensemble.voter[2].weight > 0.2);
	assert_true(fabs(error_of(n)) < 20);
}

static void end_doubt(struct node *n)
{
	n->judge.node[0].doubted = false;
}

static void test_doubted_voter_does_not_pull(void **unused)
{
	struct world w;
	struct node n;

	(void)unused;
	world_init(&w);
	node_init(&n, &w, 1);
	cl_timescale_lead(&n.t, true);
	run(&n, 60, 0.5);
	n.judge.n = 1;
	n.judge.node[0] =
		(struct cl_reputation_node){ .node = 3, .doubted = true };
	assert_unmoved(&n, end_doubt);
}

/* Or the checks of doubt would show nothing. */
static void test_voter_that_steps_pulls(void **unused)
{
	struct world w;
	struct node n;

	(void)unused;
	world_init(&w);
	node_init(&n, &w, 1);
	cl_timescale_lead(&n.t, true);
	run(&n, 60, 0.5);
	w.raw0[3] += 20000;
	run(&n, 70, 500);
	assert_true(fabs(error_of(&n)) > 1000);
}

static void end_error(struct node *n)
{
	n->f.peer[1].error_ns = 100;
}

/* Its estimator says that something is wrong, which a judge may not see. */
static void test_voter_astray_does_not_pull(void **unused)
{
	struct world w;
	struct node n;

	(void)unused;
	world_init(&w);
	node_init(&n, &w, 1);
	cl_timescale_lead(&n.t, true);
	/* It is allowed to vary. */
	run(&n, 60, 0.5);
	n.f.peer[1].error_ns = 350;
	run(&n, 60, 0.5);
	assert_false(n.t.ensemble.voter[2].doubted);
	n.f.peer[1].error_ns = 5000;
	assert_unmoved(&n, end_error);
	/* In the end what it says is usual. */
	n.f.peer[1].error_ns = 5000;
	run(&n, 60, 0.5);
	assert_true(n.t.ensemble.voter[2].doubted);
	run(&n, 120, 0.5);
	assert_false(n.t.ensemble.voter[2].doubted);
}

/* A large error is no sign of convergence. */
static void test_voter_astray_does_not_begin(void **unused)
{
	struct world w;
	struct node n;

	(void)unused;
	world_init(&w);
	node_init(&n, &w, 1);
	cl_timescale_lead(&n.t, true);
	n.f.peer[1].error_ns = 1003;
	n.f.peer[1].freq_error_ppt = 400000;
	run(&n, 2, 0.5);
	n.f.peer[1].error_ns = 10000;
	run(&n, 5, 0.5);
	assert_int_equal(n.t.measured, VOTERS - 2);
}

static void test_isolated_voter_has_no_weight(void **unused)
{
	struct world w;
	struct node n;

	(void)unused;
	world_init(&w);
	node_init(&n, &w, 1);
	cl_timescale_lead(&n.t, true);
	run(&n, 60, 0.5);
	assert_true(n.t.ensemble.voter[2].weight > 0.2);
	agree(&state, isolate(3, cl_state_proofs(&state)));
	tell(&n);
	run(&n, 60, 0.5);
	assert_true(n.t.ensemble.voter[2].weight == 0);
	assert_true(fabs(error_of(&n)) < 20);
}

static void test_one_voter_needs_no_ensemble(void **unused)
{
	struct world w;
	struct node n;
	double was;

	(void)unused;
	world_init(&w);
	node_init(&n, &w, 1);
	cl_timescale_lead(&n.t, true);
	run(&n, 60, 0.5);
	set_conf(&state, 1);
	tell(&n);
	assert_int_equal(cl_timescale_deadline(&n.t), CL_TIMESCALE_NEVER);
	assert_false(cl_timescale_run(&n.t, &n.line));
	w.now += 5000 * S;
	was = error_of(&n);
	set_conf(&state, 2);
	tell(&n);
	run(&n, 60, 0.5);
	assert_int_equal(n.t.measured, 1);
	assert_true(fabs(error_of(&n) - was) < 20);
	cl_timescale_members(&n.t, &state, NULL);
	assert_int_equal(cl_timescale_deadline(&n.t), CL_TIMESCALE_NEVER);
}

static void test_unusable_clock_waits_for_the_rounds(void **unused)
{
	struct world w;
	struct node n;

	(void)unused;
	world_init(&w);
	node_init(&n, &w, 1);
	n.f.clock.state = CLOCKLINK_STATE_UNSYNCED;
	cl_timescale_lead(&n.t, true);
	run(&n, 3, 0);
	assert_false(n.t.begun);
	n.f.clock.state = CLOCKLINK_STATE_HOLDOVER;
	run(&n, 3, 0.5);
	assert_int_equal(n.t.steps, 2);
	n.f.lines = 0;
	n.f.fail_get = -EIO;
	run(&n, 3, 0);
	assert_int_equal(n.t.steps, 2);
	assert_int_equal(n.f.lines, 1);
	n.f.fail_get = 0;
	run(&n, 3, 0.5);
	assert_int_equal(n.t.steps, 5);
	assert_string_equal(n.f.line,
			    "can read the clock for the ensemble again");
}

static void test_unsteady_leader_is_told(void **unused)
{
	struct world w;
	struct node n;
	u32 who = 0;

	(void)unused;
	world_init(&w);
	node_init(&n, &w, 1);
	cl_timescale_lead(&n.t, true);
	run(&n, 60, 0.5);
	assert_false(cl_timescale_worse(&n.t, &who));
	n.t.ensemble.worse_s = 4000;
	assert_true(cl_timescale_worse(&n.t, &who));
	assert_int_not_equal(who, 1);
	cl_timescale_lead(&n.t, false);
	assert_false(cl_timescale_worse(&n.t, &who));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_steady_clocks_give_a_steady_line),
		TEST(test_wrong_signs_are_seen),
		TEST(test_next_leader_goes_on_from_the_table),
		TEST(test_old_table_is_forgotten),
		TEST(test_bad_tables_change_nothing),
		TEST(test_table_is_told_every_ten_seconds),
		TEST(test_voter_that_starts_anew_does_no_harm),
		TEST(test_own_raw_clock_may_be_disturbed),
		TEST(test_sessions_have_to_converge),
		TEST(test_doubt_counts_as_error),
		TEST(test_voter_that_steps_pulls),
		TEST(test_doubted_voter_does_not_pull),
		TEST(test_voter_astray_does_not_pull),
		TEST(test_voter_astray_does_not_begin),
		TEST(test_isolated_voter_has_no_weight),
		TEST(test_one_voter_needs_no_ensemble),
		TEST(test_unusable_clock_waits_for_the_rounds),
		TEST(test_unsteady_leader_is_told),
	};

	return cmocka_run_group_tests_name("core_timescale", tests, NULL, NULL);
}
