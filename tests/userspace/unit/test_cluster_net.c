// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>

#include "agent/sim/net.h"
#include "unit.h"

#define NODES 4
#define MESSAGES 4000
#define MS CL_NS_PER_MS

/**
 * struct letter - a numbered message
 * @parcel: first
 * @number: its number
 */
struct letter {
	struct cs_parcel parcel;
	int number;
};

/**
 * struct fixture - a network and what it has delivered
 * @heap: when
 * @net: network
 * @got: messages that came
 * @of: messages that came, by sender and receiver
 * @last: number of the last
 * @overtaken: how many came after a later one
 * @awake: when node 3 takes something, ns
 */
struct fixture {
	struct cs_heap heap;
	struct cs_net net;
	int got;
	int of[NODES][NODES];
	int last;
	int overtaken;
	s64 awake;
};

static s64 asleep(void *ctx, u32 id)
{
	const struct fixture *x = ctx;

	return id == 3 ? x->awake : 0;
}

static void arrive(void *ctx, const struct cs_packet *p)
{
	const struct letter *l = (const struct letter *)p->parcel;
	struct fixture *x = ctx;

	x->got++;
	x->of[p->from][p->to]++;
	x->overtaken += l->number < x->last;
	if (l->number > x->last)
		x->last = l->number;
}

static int setup(void **state)
{
	struct fixture *x = calloc(1, sizeof(*x));

	x->net.heap = &x->heap;
	x->net.asleep = asleep;
	x->net.arrive = arrive;
	x->net.ctx = x;
	x->net.law.base_ns = MS;
	vt_rng_init(&x->net.rng, 1, VT_STREAM_NET, 0, 0);
	*state = x;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *x = *state;

	cs_net_free(&x->net);
	cs_heap_free(&x->heap);
	free(x);
	return 0;
}

static void send(struct fixture *x, u32 from, u32 to, int number)
{
	struct letter *l = calloc(1, sizeof(*l));

	l->parcel.refs = 1;
	l->number = number;
	cs_net_send(&x->net, from, to, &l->parcel);
	cs_parcel_put(&l->parcel);
}

static void deliver(struct fixture *x)
{
	struct cs_event *e;

	while ((e = cs_heap_take(&x->heap)))
		e->run(e);
}

static void send_many(struct fixture *x)
{
	for (int i = 0; i < MESSAGES; i++)
		send(x, 1, 2, i);
	deliver(x);
}

static void test_delay(void **state)
{
	struct fixture *x = *state;

	send(x, 1, 2, 0);
	deliver(x);
	assert_int_equal(x->got, 1);
	assert_int_equal(x->heap.now, MS);
}

static void test_loss_and_copies(void **state)
{
	struct fixture *x = *state;

	x->net.law.loss = 0.25;
	send_many(x);
	assert_in_range(x->got, MESSAGES * 0.7, MESSAGES * 0.8);
	assert_int_equal(x->net.lost, MESSAGES - x->got);
	x->net.law.loss = 0;
	x->net.law.twice = 0.5;
	x->got = 0;
	send_many(x);
	assert_int_equal(x->got, MESSAGES + x->net.doubled);
	assert_in_range(x->net.doubled, MESSAGES * 0.45, MESSAGES * 0.55);
}

static void test_overtaking(void **state)
{
	struct fixture *x = *state;

	send_many(x);
	assert_int_equal(x->overtaken, 0);
	x->last = 0;
	x->net.law.late = 0.1;
	x->net.law.late_ns = MS;
	send_many(x);
	assert_in_range(x->overtaken, MESSAGES * 0.08, MESSAGES * 0.12);
}

static void all_to_all(struct fixture *x)
{
	for (u32 i = 0; i < NODES; i++)
		for (u32 k = 0; k < NODES; k++)
			send(x, i, k, 0);
	deliver(x);
}

static void test_parts(void **state)
{
	struct fixture *x = *state;

	cs_net_part(&x->net, 2, 1);
	cs_net_cut(&x->net, 0, 1, 1);
	all_to_all(x);
	assert_int_equal(x->of[0][1], 0);
	assert_int_equal(x->of[1][0], 1);
	assert_int_equal(x->of[1][2], 0);
	assert_int_equal(x->of[2][1], 0);
	assert_int_equal(x->of[2][2], 1);
	assert_int_equal(x->of[0][3], 1);
	cs_net_heal(&x->net);
	all_to_all(x);
	assert_int_equal(x->of[0][1], 1);
	assert_int_equal(x->of[1][2], 1);
}

/* What is on its way when the net is parted does not arrive. */
static void test_part_under_way(void **state)
{
	struct fixture *x = *state;

	send(x, 1, 2, 0);
	cs_net_part(&x->net, 1, 1);
	deliver(x);
	assert_int_equal(x->got, 0);
	assert_int_equal(x->net.lost, 1);
}

static void test_sleep(void **state)
{
	struct fixture *x = *state;

	x->awake = 5 * MS;
	for (int i = 0; i < 10; i++)
		send(x, 1, 3, i);
	deliver(x);
	assert_int_equal(x->heap.now, 5 * MS);
	assert_int_equal(x->got, 10);
	assert_int_equal(x->overtaken, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_delay, setup, teardown),
		cmocka_unit_test_setup_teardown(test_loss_and_copies, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_overtaking, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_parts, setup, teardown),
		cmocka_unit_test_setup_teardown(test_part_under_way, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_sleep, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
