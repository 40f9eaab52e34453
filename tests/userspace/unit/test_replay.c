// SPDX-License-Identifier: GPL-2.0-or-later
/* clocklink-stats replay: makes of recorded exchanges what the module made of them. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "agent/stats/replay.h"
#include "kmod/core/fixed.h"

#define EXCHANGES 600

/* One that began with the first exchange stands for the module's. */
static struct cl_estimator module;
static struct cl_replay replay;
static const struct cl_estimator_params params = { 1000, 1000 };

/* The peer is 5 ms ahead and 10 ppm faster; 500 us each way and some queues. */
static struct cl_nl_sample sample(int i)
{
	static unsigned int seed = 1;
	s64 t = (s64)i * 100 * CL_NS_PER_MS, there, back, ahead;

	if (!i)
		seed = 1;
	there = 500000 + rand_r(&seed) % 20000;
	back = 500000 + rand_r(&seed) % 20000;
	ahead = 5000000 + t / 100000;
	return (struct cl_nl_sample){
		.peer = 2,
		.seq = i,
		.out_tx_ns = t,
		.out_rx_ns = t + there + ahead,
		.in_tx_ns = t + there + 20000 + ahead,
		.in_rx_ns = t + there + 20000 + back,
	};
}

static void feed(int first, int end)
{
	for (int i = 0; i < end; i++) {
		const struct cl_nl_sample s = sample(i);
		const struct cl_exchange x = {
			.seq = s.seq,
			.out_tx = cl_raw(s.out_tx_ns),
			.out_rx = cl_raw(s.out_rx_ns),
			.in_tx = cl_raw(s.in_tx_ns),
			.in_rx = cl_raw(s.in_rx_ns),
		};

		if (i < first) {
			cl_estimator_push(&module, &x);
			continue;
		}
		cl_estimator_push(&module, &x);
		assert_int_equal(cl_replay_sample(&replay, &s), 0);
	}
}

/* What the module says of its peer @asymmetry_ns being told. */
static struct cl_nl_peer told(s32 asymmetry_ns)
{
	s64 raw = (s64)EXCHANGES * 100 * CL_NS_PER_MS;
	struct cl_estimate e;

	assert_int_equal(cl_estimator_get(&module, cl_raw(raw), &e), 0);
	return (struct cl_nl_peer){
		.have = CL_NL_BIT(PEER_RAW),
		.node = 2,
		.ready = true,
		.raw_ns = raw,
		.offset_ns = e.theta_ns - asymmetry_ns,
		.freq_ppt = cl_q48_to_ppt(e.y_q48),
		.delay_asymmetry_ns = asymmetry_ns,
		.starts = 1,
	};
}

static void look(struct cl_nl_peer *p)
{
	struct cl_look l = { .has_instance = true, .peers = p, .n_peers = 1 };

	l.instance.stamp_noise_ns = params.stamp_noise_ns;
	l.instance.wander_ppt = params.wander_ppt;
	assert_int_equal(cl_replay_look(&replay, &l), 0);
}

static int set_up(void **state)
{
	(void)state;
	cl_estimator_init(&module, &params);
	cl_replay_init(&replay);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	cl_replay_free(&replay);
	return 0;
}

/* From the first exchange on both are the same code: no difference at all. */
static void test_same(void **state)
{
	struct cl_nl_peer p;

	(void)state;
	feed(0, EXCHANGES);
	p = told(1500);
	look(&p);
	assert_int_equal(replay.n, 1);
	assert_int_equal(replay.peers[0]->samples, EXCHANGES);
	assert_int_equal(replay.peers[0]->compared, 1);
	assert_int_equal(replay.peers[0]->difference_ns, 0);
	assert_int_equal(replay.peers[0]->freq_ppt, p.freq_ppt);
	assert_true(llabs(replay.peers[0]->offset_ns + 5600000) < 3000);
}

/* A record that begins later leads to nearly the same. */
static void test_later(void **state)
{
	struct cl_nl_peer p;

	(void)state;
	feed(EXCHANGES / 2, EXCHANGES);
	p = told(0);
	look(&p);
	assert_int_equal(replay.peers[0]->samples, EXCHANGES / 2);
	assert_int_not_equal(replay.peers[0]->difference_ns, 0);
	assert_true(llabs(replay.peers[0]->difference_ns) < 1000);
}

/* The module has begun anew: so does the replay. */
static void test_anew(void **state)
{
	struct cl_nl_peer p;

	(void)state;
	feed(0, EXCHANGES);
	p = told(0);
	look(&p);
	p.starts = 2;
	p.ready = false;
	look(&p);
	assert_int_equal(replay.peers[0]->compared, 1);
	p.ready = true;
	look(&p);
	/* It has seen nothing since. */
	assert_int_equal(replay.peers[0]->compared, 1);
}

static void test_json(void **state)
{
	struct cl_nl_peer p;
	json_t *all, *one;

	(void)state;
	feed(0, EXCHANGES);
	p = told(0);
	look(&p);
	all = cl_replay_json(&replay);
	one = json_array_get(all, 0);
	assert_int_equal(json_integer_value(json_object_get(one, "node")), 2);
	assert_int_equal(json_integer_value(json_object_get(one, "offset_ns")),
			 p.offset_ns);
	assert_int_equal(json_integer_value(json_object_get(one, "samples")),
			 EXCHANGES);
	json_decref(all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_same, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_later, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_anew, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_json, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
