// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A follower's guard: node 1 among peers 2 to 9 whose clocks are known.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "agent/core/guard.h"
#include "fakeio.h"
#include "unit.h"

#define MS CL_NS_PER_MS
#define SEC CL_NS_PER_SEC

#define LEADER 2 /* peer 0 of the engine */
#define PEERS 8

/* Raw time of peers begins that much later than ours. */
#define THETA(i) (((i) + 1) * 1000 * SEC)

/* Cluster time minus our raw time. */
#define EPOCH FAKE_UTC

/**
 * struct fixture - a cluster as one node sees it
 * @f: the world
 * @g: the guard
 * @state: what was agreed upon
 * @own_ns: own clock minus cluster time
 * @clock_ns: the same of each peer
 * @error_ns: of the measurement of each peer
 * @freq_ppb: own oscillator against each peer's
 * @rate_ppb: of cluster time against the own oscillator
 * @shift_ns: what that has made of cluster time, up to @at
 * @at: io time
 * @lie_ns: added to what the leader tells
 * @lie_ppb: added to its rate
 * @bound_ns: its bound
 * @term: of the leader
 * @leader: index of the leader
 * @restarts: raw generations of the leader that we have not heard of
 * @obeyed: what an update does to the own clock is done
 * @a: last answer
 */
struct fixture {
	struct fakeio f;
	struct cl_guard g;
	struct cl_state state;
	double own_ns;
	double clock_ns[FAKE_PEERS];
	double error_ns[FAKE_PEERS];
	double freq_ppb[FAKE_PEERS];
	double rate_ppb;
	double shift_ns;
	s64 at;
	double lie_ns;
	double lie_ppb;
	u64 bound_ns;
	u32 term;
	unsigned int leader;
	u32 restarts;
	bool obeyed;
	struct cl_guard_answer a;
};

static void make_peer(struct fixture *x, unsigned int i)
{
	struct cl_nl_peer *p = &x->f.peer[i];

	p->have = CL_NL_BIT(PEER_STATE) | CL_NL_BIT(PEER_AHEAD);
	p->ready = true;
	p->gen = 100 + i;
	p->state = CLOCKLINK_STATE_SYNCED;
	p->error_ns = 100;
	p->freq_error_ppt = 2000;
	p->wander_ppt = 1000;
	p->min_rtt_ns = 50000;
	p->exchanges = 1000;
	p->ahead_age_ns = 50 * MS;
}

static int setup(void **state)
{
	struct fixture *x = calloc(1, sizeof(*x));

	fakeio_init(&x->f);
	cl_guard_init(&x->g, &x->f.io);
	assert_int_equal(cl_state_init(&x->state, 7), 0);
	x->state.conf.voters = 5;
	for (u32 i = 0; i < 5; i++)
		x->state.conf.voter[i] = i + 2;
	x->f.inst.peers = PEERS;
	for (unsigned int i = 0; i < PEERS; i++)
		make_peer(x, i);
	x->f.clock.state = CLOCKLINK_STATE_SYNCED;
	x->f.now = 100 * SEC;
	x->at = x->f.now;
	x->term = 1;
	x->obeyed = true;
	*state = x;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *x = *state;

	cl_state_fini(&x->state);
	free(x);
	return 0;
}

static double normal(struct fixture *x)
{
	double sum = -6;

	for (int i = 0; i < 12; i++)
		sum += (double)(x->f.io.ops->random(&x->f.io) >> 11) / 0x1p53;
	return sum;
}

/* Cluster time, as it runs against the own raw clock. */
static s64 cluster_time(const struct fixture *x)
{
	return EPOCH + x->f.now + (s64)llround(x->shift_ns);
}

/* What the engine would say now. */
static void measure(struct fixture *x)
{
	struct cl_nl_clock *c = &x->f.clock;
	s64 raw = x->f.now + 5 * SEC;

	c->raw_ns = raw - 300;
	c->time_ns = cluster_time(x) - 300 + (s64)llround(x->own_ns) -
		     c->slew_left_ns;
	c->rate_ppt = (s64)(x->rate_ppb * 1000);
	for (unsigned int i = 0; i < x->f.inst.peers; i++) {
		struct cl_nl_peer *p = &x->f.peer[i];

		p->raw_ns = raw;
		p->offset_ns = THETA(i) + (s64)llround(x->error_ns[i]);
		p->freq_ppt = (s64)(x->freq_ppb[i] * 1000);
		p->ahead_ns = (s64)llround(x->clock_ns[i] - x->own_ns -
					   x->error_ns[i]) +
			      c->slew_left_ns;
	}
}

static void run_to(struct fixture *x, s64 to)
{
	x->shift_ns += x->rate_ppb * (double)(to - x->at) / 1e9;
	x->f.now = to;
	x->at = to;
}

/* An update comes after a while. */
static enum cl_guard_verdict update_after(struct fixture *x, s64 ns)
{
	struct cl_nl_peer *l = &x->f.peer[x->leader];
	struct cl_nl_update u = {
		.sender = l->node,
		.term = x->term,
		.gen = l->gen + x->restarts,
		.state = CLOCKLINK_STATE_SYNCED,
		.interval_ns = 100 * MS,
	};
	double told;

	run_to(x, x->f.now + ns);
	measure(x);
	told = x->clock_ns[x->leader] + x->lie_ns;
	u.raw_ns = x->f.now + 5 * SEC - THETA(x->leader) - 40 * MS;
	u.time_ns = cluster_time(x) - 40 * MS + (s64)llround(told);
	u.rate_ppt = (s64)((x->rate_ppb + x->freq_ppb[x->leader] + x->lie_ppb) *
			   1000);
	u.bound_ns = x->bound_ns;
	cl_guard_update(&x->g, &x->state, &x->f.inst, x->f.clock.state, &u,
			&x->a);
	if (x->a.verdict != CL_GUARD_OBEY || !x->obeyed) {
		x->f.clock.steer_age_ns += ns;
		return x->a.verdict;
	}
	x->f.clock.steer_age_ns = 0;
	x->own_ns = told - x->error_ns[x->leader];
	return x->a.verdict;
}

static enum cl_guard_verdict update(struct fixture *x)
{
	return update_after(x, 100 * MS);
}

/* Nothing is refused for a while; noise is redrawn each time. */
static void stay_calm(struct fixture *x, s64 ns)
{
	for (s64 end = x->f.now + ns; x->f.now < end;) {
		for (unsigned int i = 0; i < x->f.inst.peers; i++) {
			double sigma = (double)x->f.peer[i].error_ns;

			x->error_ns[i] += 0.1 * (sigma * normal(x) * 4.4 -
						 x->error_ns[i]);
			if (i != x->leader)
				x->clock_ns[i] = sigma * normal(x);
		}
		if (update(x) != CL_GUARD_OBEY)
			fail_msg("at %lld ms: %s", (long long)(x->f.now / MS),
				 x->a.why);
	}
}

static void refused_for(const struct fixture *x, const char *what)
{
	assert_int_equal(x->a.verdict, CL_GUARD_REFUSE);
	if (!strstr(x->a.why, what))
		fail_msg("'%s' is not in '%s'", what, x->a.why);
}

static void test_an_honest_leader_is_obeyed(void **state)
{
	struct fixture *x = *state;

	stay_calm(x, 100 * SEC);
	assert_false(x->a.unverified);
	assert_string_equal(x->a.why, "");
	assert_int_equal(x->f.lines, 0);
}

static void test_a_leader_that_lies_is_refused(void **state)
{
	struct fixture *x = *state;

	stay_calm(x, 10 * SEC);
	for (int sign = -1; sign <= 1; sign += 2) {
		x->lie_ns = sign * 20000;
		assert_int_equal(update(x), CL_GUARD_REFUSE);
		refused_for(x, "0 of 8 clocks agree within");
		refused_for(x, "ns, the own one does not");
		refused_for(x, sign < 0 ? "by -2" : "by 2");
		assert_false(x->a.no_confidence);
		update(x);
		assert_false(x->a.no_confidence);
		update(x);
		assert_true(x->a.no_confidence);
		x->lie_ns = 0;
		assert_int_equal(update(x), CL_GUARD_OBEY);
	}
	/* Once when it begins, and once when it ends. */
	assert_int_equal(x->f.lines, 2);
	assert_int_equal(x->f.events[CL_EVENT_UPDATE_REFUSED], 1);
	assert_string_equal(x->f.line,
			    "node 2 is obeyed, term 1, after 3 refusals");
	assert_int_equal(x->g.refused, 6);
}

static void test_a_lie_within_the_gate_is_obeyed(void **state)
{
	struct fixture *x = *state;

	stay_calm(x, 60 * SEC);
	/* three paths of 1 us each, and noise */
	x->lie_ns = 3000;
	assert_int_equal(update(x), CL_GUARD_OBEY);
	x->lie_ns = 6500;
	assert_int_equal(update(x), CL_GUARD_REFUSE);
}

static void test_peers_that_lie_together_are_outvoted(void **state)
{
	struct fixture *x = *state;

	stay_calm(x, 10 * SEC);
	for (int i = 5; i < PEERS; i++)
		x->clock_ns[i] = 1e6;
	for (int i = 0; i < 50; i++)
		assert_int_equal(update(x), CL_GUARD_OBEY);
}

static void test_who_was_followed_is_slewed_to(void **state)
{
	struct fixture *x = *state;

	/* 20 us are still to be slewed: that is no disagreement. */
	x->f.clock.slew_left_ns = 20000;
	stay_calm(x, 10 * SEC);
	assert_false(x->a.unverified);
	x->f.clock.slew_left_ns = -20000;
	stay_calm(x, 10 * SEC);
	x->lie_ns = 20000;
	assert_int_equal(update(x), CL_GUARD_REFUSE);
}

/* The limit holds back most of a correction that is 20 times the noise. */
static void test_a_limited_slew_is_no_disagreement(void **state)
{
	struct fixture *x = *state;

	x->f.inst.peers = 2;
	stay_calm(x, 60 * SEC);
	x->obeyed = false;
	x->own_ns = -5000;
	x->f.clock.error_ns = 5000;
	for (int i = 0; i < 40; i++) {
		x->f.clock.limited++;
		x->own_ns += 100;
		assert_int_equal(update(x), CL_GUARD_OBEY);
	}
}

static void test_another_leader_is_as_wrong_as_its_estimate(void **state)
{
	struct fixture *x = *state;

	stay_calm(x, 30 * SEC);
	for (unsigned int k = 1; k < 5; k++) {
		x->leader = k;
		x->term++;
		x->clock_ns[k] = 2500;
		stay_calm(x, 10 * SEC);
		x->clock_ns[k] = 0;
		stay_calm(x, 10 * SEC);
	}
}

static void test_who_was_leader_is_compared_with_at_once(void **state)
{
	struct fixture *x = *state;
	bool drawn = false;

	stay_calm(x, 30 * SEC);
	x->leader = 5;
	x->term++;
	stay_calm(x, 30 * SEC);
	x->leader = 6;
	x->term++;
	stay_calm(x, 2 * SEC);
	assert_int_equal(x->g.n_drawn, PEERS - 1);
	for (unsigned int i = 0; i < x->g.n_drawn; i++)
		drawn |= x->g.drawn[i] == x->f.peer[5].node;
	assert_true(drawn);
}

/* After a step of the raw clocks all is measured anew. */
static void test_calm_while_estimates_become_good(void **state)
{
	struct fixture *x = *state;

	x->f.inst.gen++;
	for (double t = 0.1; t < 100; t += 1) {
		u64 error = (u64)(100 + 50000 / t);

		for (int i = 0; i < PEERS; i++) {
			x->f.peer[i].error_ns = error;
			x->f.peer[i].freq_error_ppt = (u64)(2e6 / t);
		}
		stay_calm(x, SEC);
	}
}

/* Clocks have still what the estimates were wrong by a moment ago. */
static void test_calm_when_estimates_become_good_at_once(void **state)
{
	struct fixture *x = *state;

	for (int i = 0; i < PEERS; i++)
		x->f.peer[i].error_ns = 5000;
	stay_calm(x, 10 * SEC);
	for (int i = 0; i < PEERS; i++) {
		x->f.peer[i].error_ns = 100;
		x->error_ns[i] = 0;
		x->clock_ns[i] = i % 2 ? 6000 : -6000;
	}
	x->clock_ns[x->leader] = 0;
	for (int i = 0; i < 300; i++) {
		assert_int_equal(update(x), CL_GUARD_OBEY);
		for (int k = 0; k < PEERS; k++)
			x->clock_ns[k] *= 0.98;
	}
	/* That has an end. */
	x->lie_ns = 7000;
	assert_int_equal(update(x), CL_GUARD_REFUSE);
}

static void test_calm_on_long_paths(void **state)
{
	struct fixture *x = *state;

	for (int i = 0; i < PEERS; i++) {
		x->f.peer[i].min_rtt_ns = 40 * MS;
		x->f.peer[i].error_ns = 9000;
		/* asymmetric by as much as the bound assumes */
		x->clock_ns[i] = i % 2 ? 350000 : -350000;
	}
	for (int i = 0; i < 300; i++)
		assert_int_equal(update(x), CL_GUARD_OBEY);
	assert_false(x->a.unverified);
	x->lie_ns = 3e6;
	assert_int_equal(update(x), CL_GUARD_REFUSE);
}

/* The leader has been away for ten minutes; who comes back slews for a while. */
static void test_calm_after_holdover(void **state)
{
	struct fixture *x = *state;

	stay_calm(x, 60 * SEC);
	x->own_ns = 9000;
	x->f.clock.steer_age_ns = 600 * SEC;
	run_to(x, x->f.now + 600 * SEC);
	for (int i = 1; i < PEERS; i++)
		x->clock_ns[i] = i % 2 ? 15000 : -15000;
	for (int i = 0; i < 1000; i++) {
		assert_int_equal(update(x), CL_GUARD_OBEY);
		for (int k = 1; k < PEERS; k++)
			x->clock_ns[k] *= 0.99;
	}
	assert_true(x->a.unverified);
	/* Later they count again. */
	stay_calm(x, 250 * SEC);
	assert_false(x->a.unverified);
	x->lie_ns = 20000;
	assert_int_equal(update(x), CL_GUARD_REFUSE);
}

/* Others were cut off; what they were wrong by is no reason to refuse. */
static void test_calm_when_others_come_back(void **state)
{
	struct fixture *x = *state;

	stay_calm(x, 60 * SEC);
	for (int i = 2; i < PEERS; i++)
		x->f.peer[i].state = CLOCKLINK_STATE_VOID;
	for (int i = 0; i < 1200; i++)
		update(x);
	for (int i = 2; i < PEERS; i++) {
		x->f.peer[i].state = CLOCKLINK_STATE_SYNCED;
		x->clock_ns[i] = 30000;
	}
	for (int i = 0; i < 550; i++) {
		assert_int_equal(update(x), CL_GUARD_OBEY);
		assert_false(x->a.unverified);
	}
}

/* A short silence, as of an election, is none. */
static void test_a_new_leader_that_lies_is_refused_at_once(void **state)
{
	struct fixture *x = *state;

	stay_calm(x, 60 * SEC);
	x->leader = 1;
	x->term++;
	x->lie_ns = 50000;
	for (int i = 0; i < PEERS; i++)
		x->f.peer[i].ahead_age_ns = 3 * SEC;
	update_after(x, 3 * SEC);
	refused_for(x, "0 of 8 clocks agree");
	/* Those that refuse as well hold over, and then say nothing more. */
	for (int i = 0; i < PEERS; i++)
		x->f.peer[i].ahead_age_ns = 60 * SEC;
	for (int i = 0; i < 50; i++) {
		assert_int_equal(update(x), CL_GUARD_REFUSE);
		assert_true(x->a.no_confidence == (i >= 2));
	}
	x->lie_ns = 0;
	assert_int_equal(update(x), CL_GUARD_OBEY);
	assert_true(x->a.unverified);
}

static void test_of_two_nobody_can_tell(void **state)
{
	struct fixture *x = *state;

	x->f.inst.peers = 1;
	for (int i = 0; i < 20; i++)
		assert_int_equal(update(x), CL_GUARD_OBEY);
	assert_true(x->a.unverified);
	x->lie_ns = 1e6;
	assert_int_equal(update(x), CL_GUARD_OBEY);
	assert_true(x->a.unverified);
}

static void test_of_three_it_holds_over(void **state)
{
	struct fixture *x = *state;

	x->f.inst.peers = 2;
	stay_calm(x, 60 * SEC);
	assert_false(x->a.unverified);
	x->clock_ns[1] = 30000;
	assert_int_equal(update(x), CL_GUARD_HOLD);
	/* asymmetry 1 us, five deviations: of the offset 500 ns, of the rate 10 ppb */
	assert_in_range(x->a.widen_ns, 30500, 32500);
	assert_in_range(x->a.widen_ppt, 10000, 10001);
	x->bound_ns = 7000;
	x->lie_ppb = -20000;
	assert_int_equal(update(x), CL_GUARD_HOLD);
	assert_in_range(x->a.widen_ns, 37500, 39500);
	assert_in_range(x->a.widen_ppt, 20010000 - 10, 20010000 + 10);
	x->bound_ns = 0;
	x->lie_ppb = 0;
	assert_non_null(strstr(x->a.why, "1 of 2 clocks agree"));
	for (int i = 0; i < 50; i++) {
		assert_int_equal(update(x), CL_GUARD_HOLD);
		assert_false(x->a.no_confidence);
	}
	/* Who contradicts both is the liar. */
	x->clock_ns[1] = 0;
	x->lie_ns = 30000;
	for (int i = 0; i < 3; i++)
		assert_int_not_equal(update(x), CL_GUARD_OBEY);
	assert_true(x->a.no_confidence);
}

/* Refused for ten minutes; the own clock has drifted meanwhile. */
static void test_an_own_clock_that_goes_alone_becomes_vague(void **state)
{
	struct fixture *x = *state;

	x->f.inst.peers = 2;
	x->f.peer[0].wander_ppt = 1;
	x->f.peer[1].wander_ppt = 1;
	stay_calm(x, 60 * SEC);
	x->lie_ns = 30000;
	for (int i = 0; i < 6000; i++)
		assert_int_not_equal(update(x), CL_GUARD_OBEY);
	x->lie_ns = 0;
	x->own_ns = 6000;
	assert_int_equal(update(x), CL_GUARD_OBEY);
	assert_false(x->a.unverified);
}

/*
 * Another leader took over after a holdover, beside by what its clock was wrong by.
 * That is within the own bound, and all others agree.
 */
static void test_another_leader_may_be_beside_by_the_own_bound(void **state)
{
	struct fixture *x = *state;

	x->f.inst.peers = 2;
	stay_calm(x, 60 * SEC);
	x->own_ns = -190000;
	x->f.clock.bound_ns = 540000;
	assert_int_equal(update_after(x, 3 * SEC), CL_GUARD_HOLD);
	/* An order to hold over made the bound wide, but knows nothing. */
	x->term++;
	x->f.clock.widened_ns = 535000;
	assert_int_equal(update(x), CL_GUARD_HOLD);
	x->f.clock.widened_ns = 0;
	assert_int_equal(update(x), CL_GUARD_OBEY);
	assert_false(x->a.unverified);
	/* From now on its line is known. */
	x->own_ns = -190000;
	assert_int_equal(update(x), CL_GUARD_HOLD);
}

/* But who contradicts it is believed, and oneself if there is nobody else. */
static void test_a_wide_bound_opens_no_gate_to_a_liar(void **state)
{
	struct fixture *x = *state;

	x->f.inst.peers = 2;
	stay_calm(x, 60 * SEC);
	x->term++;
	x->f.clock.bound_ns = 540000;
	x->lie_ns = 100000;
	assert_int_equal(update(x), CL_GUARD_HOLD);
	assert_non_null(strstr(x->a.why, "0 of 1 clocks agree"));
	x->f.peer[1].ahead_age_ns = 60 * SEC;
	for (int i = 0; i < 50; i++)
		assert_int_equal(update(x), CL_GUARD_REFUSE);
	refused_for(x, "the own one does not");
	assert_true(x->a.no_confidence);
}

static void isolate(struct fixture *x, u32 node)
{
	const struct cl_standing s = { .isolation = { .n = 2 } };
	struct cl_member m = { .id = node };

	cl_roster_put(x->state.roster, &m);
	cl_roster_stand(x->state.roster, node, &s);
	assert_true(cl_state_isolated(&x->state, node));
}

static void test_who_is_not_believed_does_not_count(void **state)
{
	struct fixture *x = *state;

	for (int i = 1; i < PEERS; i++) {
		struct cl_nl_peer *p = &x->f.peer[i];

		x->clock_ns[i] = 1e6;
		switch (i % 4) {
		case 0:
			p->shadow = 1;
			break;
		case 1:
			p->state = CLOCKLINK_STATE_UNSYNCED;
			break;
		case 2:
			p->ahead_age_ns = 6 * SEC;
			break;
		case 3:
			p->ready = false;
			break;
		}
	}
	x->f.peer[7].ready = true;
	isolate(x, x->f.peer[7].node);
	for (int i = 0; i < 20; i++)
		assert_int_equal(update(x), CL_GUARD_OBEY);
	assert_true(x->a.unverified);
}

static void test_an_isolated_leader_is_refused(void **state)
{
	struct fixture *x = *state;

	stay_calm(x, 10 * SEC);
	isolate(x, LEADER);
	update(x);
	refused_for(x, "it is isolated");
	assert_true(x->a.no_confidence);
}

static void test_a_leader_that_is_not_measured_is_refused(void **state)
{
	struct fixture *x = *state;

	x->f.peer[0].ready = false;
	update(x);
	refused_for(x, "not measured");
	assert_false(x->a.no_confidence);
	x->f.peer[0].ready = true;
	assert_int_equal(update(x), CL_GUARD_OBEY);
	x->restarts = 1;
	update(x);
	refused_for(x, "not measured");
	x->restarts = 0;
	assert_int_equal(update(x), CL_GUARD_OBEY);
	x->f.peer[0].node = 99;
	x->f.inst.peers = 0;
	update(x);
	refused_for(x, "no peer");
	x->f.fail_get = -EIO;
	update(x);
	refused_for(x, "cannot be read");
}

static void test_a_leader_that_drags_is_refused(void **state)
{
	struct fixture *x = *state;
	int refused = 0;

	stay_calm(x, 60 * SEC);
	/* All clocks obey, so all agree; their oscillators do not. */
	x->rate_ppb = 500;
	for (int i = 0; i < 60; i++)
		refused += update(x) == CL_GUARD_REFUSE;
	assert_true(refused > 20);
	refused_for(x, "oscillators");
	assert_true(x->a.no_confidence);
}

/* The last leader was a liar, and cluster time ran too fast for long. */
static void test_another_leader_may_have_another_pace(void **state)
{
	struct fixture *x = *state;

	x->rate_ppb = 500;
	stay_calm(x, 60 * SEC);
	x->rate_ppb = 0;
	x->leader = 3;
	x->term++;
	stay_calm(x, 60 * SEC);
	x->rate_ppb = 500;
	for (int i = 0; i < 60; i++)
		update(x);
	refused_for(x, "oscillators");
}

static void test_the_own_oscillator_may_change(void **state)
{
	struct fixture *x = *state;

	stay_calm(x, 60 * SEC);
	/* Against ours everything runs faster, cluster time and all peers. */
	x->rate_ppb = 500;
	for (int i = 0; i < PEERS; i++)
		x->freq_ppb[i] = -500;
	stay_calm(x, 60 * SEC);
}

static void unsync(struct fixture *x)
{
	x->f.clock.state = CLOCKLINK_STATE_UNSYNCED;
	x->obeyed = false;
	/* Its clock shows anything. */
	x->own_ns = -1.7e18;
}

static void test_who_joins_asks_the_voters(void **state)
{
	struct fixture *x = *state;

	unsync(x);
	for (int i = 1; i < 5; i++)
		x->f.peer[i].have &= ~CL_NL_BIT(PEER_AHEAD);
	update(x);
	refused_for(x, "asked 1 of 5 voters");
	x->f.peer[1].have |= CL_NL_BIT(PEER_AHEAD);
	update(x);
	refused_for(x, "asked 2 of 5 voters, 2 agree");
	x->f.peer[2].have |= CL_NL_BIT(PEER_AHEAD);
	assert_int_equal(update(x), CL_GUARD_OBEY);
	assert_false(x->a.unverified);
	/* The leader lies: a majority without it is no reason to obey. */
	for (int i = 1; i < 5; i++)
		x->f.peer[i].have |= CL_NL_BIT(PEER_AHEAD);
	x->lie_ns = 1e6;
	update(x);
	refused_for(x, "it is ");
	refused_for(x, "beside the time of 4 voters");
	x->lie_ns = 0;
	/* One that lies changes nothing. */
	x->clock_ns[3] = 1e9;
	assert_int_equal(update(x), CL_GUARD_OBEY);
	x->clock_ns[2] = 1e8;
	x->clock_ns[1] = 1e7;
	update(x);
	refused_for(x, "asked 5 of 5 voters, 2 agree");
}

static void test_a_cluster_may_begin(void **state)
{
	struct fixture *x = *state;

	unsync(x);
	x->state.conf.voters = 3;
	x->state.conf.voter[2] = x->f.inst.node;
	/* Nobody but the leader has a time, and says so. */
	x->f.peer[1].state = CLOCKLINK_STATE_UNSYNCED;
	assert_int_equal(update(x), CL_GUARD_OBEY);
	assert_true(x->a.unverified);
	/* Who says nothing may have one. */
	x->f.peer[1].have = 0;
	x->f.peer[1].ready = false;
	update(x);
	refused_for(x, "asked 1 of 2 voters");
}

static void test_dead_voters_do_not_lock_out(void **state)
{
	struct fixture *x = *state;
	s64 begin;

	unsync(x);
	x->state.conf.voters = 3;
	x->f.peer[2].ready = false;
	begin = x->f.now;
	while (update(x) != CL_GUARD_OBEY)
		assert_true(x->f.now - begin < 11 * SEC);
	assert_true(x->f.now - begin > 10 * SEC);
	/* But one of three is no majority. */
	x->f.peer[1].ready = false;
	for (int i = 0; i < 200; i++)
		assert_int_equal(update(x), CL_GUARD_REFUSE);
	/* Unless the own node is the second. */
	x->state.conf.voter[1] = x->f.inst.node;
	assert_int_equal(update(x), CL_GUARD_OBEY);
}

static void test_without_voters_nobody_joins(void **state)
{
	struct fixture *x = *state;

	unsync(x);
	x->state.conf.voters = 0;
	update(x);
	refused_for(x, "it is not among the 0 voters that are known");
}

static void test_absurd_values_do_no_harm(void **state)
{
	static const s64 absurd[] = { S64_MIN, S64_MIN + 1, -1, S64_MAX };
	struct fixture *x = *state;
	struct cl_nl_update u = {
		.sender = LEADER,
		.term = 1,
		.gen = 100,
		.state = CLOCKLINK_STATE_SYNCED,
		.interval_ns = 100 * MS,
	};

	for (int usable = 0; usable < 2; usable++) {
		stay_calm(x, 5 * SEC);
		if (!usable)
			unsync(x);
		for (int i = 0; i < 64; i++) {
			run_to(x, x->f.now + 100 * MS);
			measure(x);
			u.raw_ns = absurd[i % 4];
			u.time_ns = absurd[i / 4 % 4];
			u.rate_ppt = absurd[i / 16];
			x->f.peer[3].ahead_ns = absurd[i % 4];
			cl_guard_update(&x->g, &x->state, &x->f.inst,
					x->f.clock.state, &u, &x->a);
			assert_int_equal(x->a.verdict, CL_GUARD_REFUSE);
		}
		teardown((void **)&x);
		setup((void **)&x);
		*state = x;
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_an_honest_leader_is_obeyed),
		TEST(test_a_leader_that_lies_is_refused),
		TEST(test_a_lie_within_the_gate_is_obeyed),
		TEST(test_peers_that_lie_together_are_outvoted),
		TEST(test_who_was_followed_is_slewed_to),
		TEST(test_a_limited_slew_is_no_disagreement),
		TEST(test_another_leader_is_as_wrong_as_its_estimate),
		TEST(test_who_was_leader_is_compared_with_at_once),
		TEST(test_calm_while_estimates_become_good),
		TEST(test_calm_when_estimates_become_good_at_once),
		TEST(test_calm_on_long_paths),
		TEST(test_calm_after_holdover),
		TEST(test_calm_when_others_come_back),
		TEST(test_a_new_leader_that_lies_is_refused_at_once),
		TEST(test_of_two_nobody_can_tell),
		TEST(test_of_three_it_holds_over),
		TEST(test_an_own_clock_that_goes_alone_becomes_vague),
		TEST(test_another_leader_may_be_beside_by_the_own_bound),
		TEST(test_a_wide_bound_opens_no_gate_to_a_liar),
		TEST(test_who_is_not_believed_does_not_count),
		TEST(test_an_isolated_leader_is_refused),
		TEST(test_a_leader_that_is_not_measured_is_refused),
		TEST(test_a_leader_that_drags_is_refused),
		TEST(test_another_leader_may_have_another_pace),
		TEST(test_the_own_oscillator_may_change),
		TEST(test_who_joins_asks_the_voters),
		TEST(test_a_cluster_may_begin),
		TEST(test_dead_voters_do_not_lock_out),
		TEST(test_without_voters_nobody_joins),
		TEST(test_absurd_values_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
