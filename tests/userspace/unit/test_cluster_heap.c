// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>

#include "agent/sim/clock.h"
#include "agent/sim/heap.h"
#include "scripts/lab/vtime/rng.h"
#include "unit.h"

#define EVENTS 1000

static void put_all(struct cs_heap *h, struct cs_event *e, u64 seed)
{
	struct vt_rng r;

	vt_rng_init(&r, seed, VT_STREAM_NODE, 0, 0);
	for (int i = 0; i < EVENTS; i++)
		cs_heap_put(h, &e[i], (s64)(vt_rng_next(&r) % 50));
}

static void test_order(void **state)
{
	struct cs_event e[EVENTS] = { 0 }, *next, *last = NULL;
	struct cs_heap h = { .now = 0 };
	int count = 0;

	(void)state;
	put_all(&h, e, 1);
	while ((next = cs_heap_take(&h))) {
		assert_true(!next->place);
		assert_int_equal(h.now, next->at);
		if (last)
			assert_true(last->at < next->at ||
				    (last->at == next->at && last < next));
		last = next;
		count++;
	}
	assert_int_equal(count, EVENTS);
	cs_heap_free(&h);
}

/* Each third goes, each fifth gets another time. */
static void test_drop_and_move(void **state)
{
	struct cs_event e[EVENTS] = { 0 }, *next;
	struct cs_heap h = { .now = 0 };
	int count = 0;
	s64 last = 0;

	(void)state;
	put_all(&h, e, 2);
	for (int i = 0; i < EVENTS; i += 5)
		cs_heap_put(&h, &e[i], 50 + i);
	for (int i = 0; i < EVENTS; i += 3)
		cs_heap_drop(&h, &e[i]);
	cs_heap_drop(&h, &e[0]);
	while ((next = cs_heap_take(&h))) {
		assert_true((next - e) % 3);
		if ((next - e) % 5 == 0)
			assert_int_equal(next->at, 50 + (next - e));
		assert_true(next->at >= last);
		last = next->at;
		count++;
	}
	assert_int_equal(count, EVENTS - (EVENTS + 2) / 3);
	cs_heap_free(&h);
}

static void test_past(void **state)
{
	struct cs_event e[2] = { 0 };
	struct cs_heap h = { .now = 0 };

	(void)state;
	cs_heap_put(&h, &e[0], 100);
	assert_ptr_equal(cs_heap_take(&h), &e[0]);
	cs_heap_put(&h, &e[1], 20);
	assert_ptr_equal(cs_heap_take(&h), &e[1]);
	assert_int_equal(h.now, 100);
	assert_null(cs_heap_take(&h));
	cs_heap_free(&h);
}

static void test_clock(void **state)
{
	struct cs_clock c = { .base_local = 1000, .ppb = 50000000 };
	s64 local;

	(void)state;
	assert_int_equal(cs_clock_read(&c, 1000000), 1051000);
	for (local = 2000; local < 100000000; local = local * 3 / 2) {
		s64 when = cs_clock_when(&c, local);

		assert_true(cs_clock_read(&c, when) >= local);
		assert_true(cs_clock_read(&c, when - 1) < local);
	}
	cs_clock_turn(&c, 1000000, 500, -50000000);
	assert_int_equal(cs_clock_read(&c, 1000000), 1051500);
	assert_int_equal(cs_clock_read(&c, 2000000), 2001500);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_drop_and_move),
		cmocka_unit_test(test_past),
		cmocka_unit_test(test_clock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
