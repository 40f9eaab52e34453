// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The module of simulated hosts: that it keeps time, says what it does not take, and
 * that what disturbs a host disturbs its clock.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "agent/sim/kernel/engine.h"
#include "kmod/core/wire.h"
#include "unit.h"

#define NODES 5
#define LEADER 1
#define MS CL_NS_PER_MS
#define SEC CL_NS_PER_SEC
#define TERM 3
#define START_NS (1000 * SEC)
#define INTERVAL (100 * MS)

/**
 * struct machine - a host that leads or follows
 * @x: where
 * @host: host
 * @engine: its module
 * @gen: raw generation of the leader as it was told last
 * @updates: that came
 * @samples: that came
 * @state: as it was told last
 */
struct machine {
	struct fixture *x;
	struct cs_host host;
	struct cs_engine engine;
	u32 gen;
	u64 updates;
	u64 samples;
	u32 state;
};

/**
 * struct fixture - node 1 leads
 * @heap: time
 * @net: network
 * @law: of all hosts
 * @machine: hosts, by id
 * @beat: half a round
 * @round: number of it
 * @half: a request is due, else an update
 * @lie_ns: added to the time at which the leader's requests left
 */
struct fixture {
	struct cs_heap heap;
	struct cs_net net;
	struct cs_host_law law;
	struct machine machine[NODES + 1];
	struct cs_event beat;
	u32 round;
	bool half;
	s64 lie_ns;
};

static struct cl_engine *engine_of(struct fixture *x, u32 id)
{
	return &x->machine[id].engine.module.engine;
}

static int call_steer(struct fixture *x, u32 id, const struct cl_nl_steer *s)
{
	struct cl_engine *e = engine_of(x, id);

	return e->ops->steer(e, s);
}

#define STEER_OWN                                           \
	(CL_NL_BIT(STEER_PARENT) | CL_NL_BIT(STEER_TERM) |  \
	 CL_NL_BIT(STEER_ROUND) | CL_NL_BIT(STEER_EXPIRY) | \
	 CL_NL_BIT(STEER_INTERVAL) | CL_NL_BIT(STEER_GEN) | \
	 CL_NL_BIT(STEER_BOUND) | CL_NL_BIT(STEER_HARD) |   \
	 CL_NL_BIT(STEER_DRIFT))
#define STEER_MAP \
	(CL_NL_BIT(STEER_RAW) | CL_NL_BIT(STEER_TIME) | CL_NL_BIT(STEER_RATE))

static void follow(struct machine *m, const struct cl_nl_update *u)
{
	const struct cl_nl_steer s = {
		.have = STEER_OWN | STEER_MAP,
		.parent = u->sender,
		.term = u->term,
		.round = u->round,
		.expiry_ns = SEC,
		.interval_ns = u->interval_ns,
		.gen = u->gen,
		.raw_ns = u->raw_ns,
		.time_ns = u->time_ns,
		.rate_ppt = u->rate_ppt,
		.bound_ns = u->bound_ns,
		.hard_ns = u->hard_ns,
		.drift_ppt = u->drift_ppt,
	};

	m->gen = u->gen;
	m->updates++;
	assert_int_equal(call_steer(m->x, m->host.id, &s), 0);
}

static void event(void *ctx, const struct cl_nl_msg *m)
{
	struct machine *machine = ctx;

	switch (m->cmd) {
	case CLOCKLINK_CMD_UPDATE_NTF:
		follow(machine, &m->update);
		break;
	case CLOCKLINK_CMD_SAMPLE_NTF:
		machine->samples++;
		break;
	case CLOCKLINK_CMD_STATE_NTF:
		machine->state = m->clock.state;
		break;
	}
}

static void tamper(void *ctx, struct cl_wire_msg *m)
{
	const struct machine *machine = ctx;

	if (m->hdr.type == CL_WIRE_REQUEST)
		m->req.t1.ns += machine->x->lie_ns;
}

static s64 asleep(void *ctx, u32 id)
{
	const struct fixture *x = ctx;

	return x->machine[id].host.asleep_until;
}

static void arrive(void *ctx, const struct cs_packet *p)
{
	struct fixture *x = ctx;

	cs_host_arrive(&x->machine[p->to].host, p);
}

static void beat(struct cs_event *e)
{
	struct fixture *x =
		(struct fixture *)((char *)e - offsetof(struct fixture, beat));
	struct cl_engine *engine = engine_of(x, LEADER);
	const struct cl_nl_round r = {
		.have = CL_NL_BIT(ROUND_TERM) | CL_NL_BIT(ROUND_ROUND) |
			(x->half ? 0 : CL_NL_BIT(ROUND_EPOCH)),
		.term = TERM,
		.round = x->round += !x->half,
	};

	assert_int_equal(x->half ? engine->ops->start_round(engine, &r) :
				   engine->ops->send_update(engine, &r),
			 0);
	x->half = !x->half;
	cs_heap_put(&x->heap, e, x->heap.now + INTERVAL / 2);
}

static void add_peers(struct fixture *x, u32 id)
{
	struct cl_engine *e = engine_of(x, id);

	for (u32 i = 1; i <= NODES; i++) {
		const struct cl_nl_peer p = {
			.have = CL_NL_BIT(PEER_NODE) | CL_NL_BIT(PEER_ADDR4),
			.node = i,
			.addr4.s_addr = htonl(0x0a000000 + i),
		};

		if (i != id && (i == LEADER || id == LEADER))
			assert_int_equal(e->ops->add_peer(e, &p), 0);
	}
}

static void boot(struct fixture *x, u32 id)
{
	const struct cl_nl_instance inst = {
		.have = CL_NL_BIT(INSTANCE_NODE) | CL_NL_BIT(INSTANCE_CLUSTER) |
			CL_NL_BIT(INSTANCE_LEADER) | CL_NL_BIT(INSTANCE_PROBES),
		.node = id,
		.cluster = 1,
		.leader = LEADER,
	};
	struct machine *m = &x->machine[id];
	struct cl_nl_instance got = { 0 };
	struct cl_engine *e;

	cs_host_boot(&m->host);
	cs_engine_open(&m->engine, &m->host);
	e = engine_of(x, id);
	assert_int_equal(e->ops->add_instance(e, &inst, &got), 0);
	assert_int_equal(got.node, id);
	add_peers(x, id);
}

static void lead(struct fixture *x)
{
	const struct machine *m = &x->machine[LEADER];
	struct cl_nl_instance inst = { 0 };
	struct cl_engine *e = engine_of(x, LEADER);
	struct cl_nl_steer s = {
		.have = STEER_OWN | STEER_MAP | CL_NL_BIT(STEER_FORCE),
		.parent = LEADER,
		.term = TERM,
		.expiry_ns = 10000 * SEC,
		.interval_ns = INTERVAL,
		.raw_ns = cs_host_raw(&m->host),
		.time_ns = START_NS,
		.force = true,
	};

	assert_int_equal(e->ops->get_instance(e, &inst), 0);
	s.gen = inst.gen;
	assert_int_equal(call_steer(x, LEADER, &s), 0);
}

static void make_host(struct fixture *x, u32 id)
{
	const struct vt_osc_model model = {
		.ppt = ((s64)id - LEADER) * 10000000,
		.wander_ppt = 1000,
	};
	struct machine *m = &x->machine[id];
	struct vt_rng rng;

	m->x = x;
	m->host = (struct cs_host){
		.heap = &x->heap,
		.net = &x->net,
		.law = &x->law,
		.id = id,
		.raw_ns = id * SEC,
		.event = event,
		.tamper = id == LEADER ? tamper : NULL,
		.ctx = m,
	};
	vt_rng_init(&rng, 1, VT_STREAM_OSC, id, 0);
	assert_int_equal(vt_osc_init(&m->host.osc, &model, rng, 400), 0);
	vt_rng_init(&m->host.rng, 1, VT_STREAM_NODE, id, 0);
}

static int setup(void **state)
{
	struct fixture *x = calloc(1, sizeof(*x));

	assert_non_null(x);
	x->net = (struct cs_net){
		.heap = &x->heap,
		.law = { .base_ns = 500000, .jitter_ns = 10000 },
		.asleep = asleep,
		.arrive = arrive,
		.ctx = x,
	};
	vt_rng_init(&x->net.rng, 1, VT_STREAM_NET, 0, 0);
	for (u32 id = 1; id <= NODES; id++) {
		make_host(x, id);
		boot(x, id);
	}
	lead(x);
	x->beat.run = beat;
	cs_heap_put(&x->heap, &x->beat, 0);
	*state = x;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *x = *state;

	for (u32 id = 1; id <= NODES; id++) {
		cs_host_halt(&x->machine[id].host);
		vt_osc_free(&x->machine[id].host.osc);
	}
	cs_net_free(&x->net);
	cs_heap_free(&x->heap);
	free(x);
	return 0;
}

static void pass(struct fixture *x, s64 until)
{
	while (x->heap.count && x->heap.event[0]->at <= until) {
		struct cs_event *e = cs_heap_take(&x->heap);

		e->run(e);
	}
	x->heap.now = until;
}

/* Cluster time is the leader's. */
static s64 truth(const struct fixture *x)
{
	struct cs_reading r;

	assert_true(cs_host_read(&x->machine[LEADER].host, &r));
	return r.time_ns;
}

static struct cs_reading read_node(const struct fixture *x, u32 id)
{
	struct cs_reading r;

	assert_true(cs_host_read(&x->machine[id].host, &r));
	return r;
}

/* Followers are as good as those of build/sim in such a network, and know it. */
static void test_follows(void **state)
{
	struct fixture *x = *state;
	double sum = 0;
	int n = 0;

	for (s64 t = 60 * SEC; t < 120 * SEC; t += 10 * MS) {
		pass(x, t);
		for (u32 id = 2; id <= NODES; id++) {
			struct cs_reading r = read_node(x, id);
			s64 error = r.time_ns - truth(x);

			assert_true(r.usable);
			assert_int_equal(r.state, CLOCKLINK_STATE_SYNCED);
			assert_true(llabs(error) <= (s64)r.bound_ns);
			sum += (double)error * (double)error;
			n++;
		}
	}
	assert_in_range((u64)sqrt(sum / n), 30, 400);
	assert_true(x->machine[2].samples > 1000);
	assert_true(x->machine[2].updates > 1100);
	assert_int_equal(read_node(x, 2).steps, 1);
}

/* Alone it holds over, and finds back without a step. */
static void test_holds_over(void **state)
{
	struct fixture *x = *state;
	s64 last = 0;

	pass(x, 60 * SEC);
	cs_net_part(&x->net, 2, 1);
	pass(x, 62 * SEC);
	assert_int_equal(read_node(x, 2).state, CLOCKLINK_STATE_HOLDOVER);
	assert_int_equal(x->machine[2].state, CLOCKLINK_STATE_HOLDOVER);
	assert_int_equal(read_node(x, 3).state, CLOCKLINK_STATE_SYNCED);
	cs_net_heal(&x->net);
	for (s64 t = 62 * SEC; t < 70 * SEC; t += MS) {
		struct cs_reading r;

		pass(x, t);
		r = read_node(x, 2);
		assert_true(r.time_ns > last);
		assert_true(llabs(r.time_ns - truth(x)) <= (s64)r.bound_ns);
		last = r.time_ns;
	}
	assert_int_equal(read_node(x, 2).state, CLOCKLINK_STATE_SYNCED);
	assert_int_equal(read_node(x, 2).steps, 1);
}

/* A host that has slept has no time until it is set, in a new raw generation. */
static void test_suspend(void **state)
{
	struct fixture *x = *state;
	struct cs_reading before, r;

	pass(x, 30 * SEC);
	before = read_node(x, 2);
	cs_host_suspend(&x->machine[2].host, true);
	x->machine[2].host.asleep_until = 32 * SEC;
	x->machine[2].host.raw_ns -= 2 * SEC;
	pass(x, 31 * SEC);
	r = read_node(x, 2);
	assert_int_equal(r.state, CLOCKLINK_STATE_VOID);
	assert_int_not_equal(r.gen, before.gen);
	pass(x, 32 * SEC);
	cs_host_suspend(&x->machine[2].host, false);
	pass(x, 40 * SEC);
	r = read_node(x, 2);
	assert_int_equal(r.state, CLOCKLINK_STATE_SYNCED);
	assert_true(llabs(r.time_ns - truth(x)) <= (s64)r.bound_ns);
	assert_int_equal(r.steps, 2);
}

/* Stamps of a liar are believed here: nobody judges. */
static void test_lie(void **state)
{
	struct fixture *x = *state;

	x->lie_ns = MS;
	pass(x, 60 * SEC);
	assert_in_range(llabs(read_node(x, 2).time_ns - truth(x)), 400000,
			600000);
}

static void test_off(void **state)
{
	struct fixture *x = *state;
	struct cs_reading r;

	pass(x, 5 * SEC);
	cs_host_halt(&x->machine[2].host);
	assert_false(cs_host_read(&x->machine[2].host, &r));
	pass(x, 10 * SEC);
	boot(x, 2);
	assert_int_equal(read_node(x, 2).state, CLOCKLINK_STATE_UNSYNCED);
	pass(x, 20 * SEC);
	assert_int_equal(read_node(x, 2).state, CLOCKLINK_STATE_SYNCED);
}

/* The module's own words. */
static void refused(struct fixture *x, const struct cl_nl_steer *s, int err,
		    const char *why)
{
	assert_int_equal(call_steer(x, 2, s), err);
	assert_non_null(strstr(engine_of(x, 2)->error, why));
}

static void test_refusals(void **state)
{
	struct fixture *x = *state;
	struct cl_nl_steer s = {
		.have = STEER_OWN | STEER_MAP,
		.parent = LEADER,
		.term = TERM,
		.expiry_ns = SEC,
		.interval_ns = INTERVAL,
	};

	pass(x, 30 * SEC);
	s.gen = x->machine[2].gen;
	s.term = TERM - 1;
	refused(x, &s, -ESTALE, "older");
	s.term = TERM;
	s.parent = 77;
	refused(x, &s, -ENOENT, "not a peer");
	s.parent = LEADER;
	s.expiry_ns = 0;
	refused(x, &s, -ERANGE, "range");
	s.expiry_ns = SEC;
	s.have &= ~CL_NL_BIT(STEER_GEN);
	refused(x, &s, -EINVAL, "missing");
	s.have |= CL_NL_BIT(STEER_GEN);
	assert_int_equal(call_steer(x, 2, &s), 0);
}

static void count(void *ctx, const struct cl_nl_peer *p)
{
	u64 *seen = ctx;

	*seen |= 1ULL << p->node;
	assert_true(p->ready);
	assert_true(p->min_rtt_ns >= 1000000);
}

static void test_peers(void **state)
{
	const struct cl_nl_peer del = { .have = CL_NL_BIT(PEER_NODE),
					.node = 3 };
	struct fixture *x = *state;
	struct cl_engine *e = engine_of(x, LEADER);
	struct cl_nl_peer p = { 0 };
	u64 seen = 0;

	pass(x, 30 * SEC);
	assert_int_equal(e->ops->list_peers(e, count, &seen), 0);
	assert_int_equal(seen, 0x3c);
	assert_int_equal(e->ops->get_peer(e, 3, &p), 0);
	/* Raw clocks: 20 ppm for 30 s, and 2 s of the start. */
	assert_in_range(-(p.offset_ns + 2 * SEC), 590000, 610000);
	assert_true(cl_nl_has(&p, PEER_STATE));
	assert_int_equal(e->ops->del_peer(e, &del), 0);
	assert_int_equal(e->ops->get_peer(e, 3, &p), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_follows, setup, teardown),
		cmocka_unit_test_setup_teardown(test_holds_over, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_suspend, setup, teardown),
		cmocka_unit_test_setup_teardown(test_lie, setup, teardown),
		cmocka_unit_test_setup_teardown(test_off, setup, teardown),
		cmocka_unit_test_setup_teardown(test_refusals, setup, teardown),
		cmocka_unit_test_setup_teardown(test_peers, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
