// SPDX-License-Identifier: GPL-2.0-or-later
#include <clocklink_hlc.h>
#include <string.h>

#include "agent/lib/compiler.h"
#include "libkit.h"

#define NODES 5
#define EVENTS 4000
#define SEEDS 10
/* No two clocks of the graph are further apart, and no bound is larger. */
#define APART (4 * NS_PER_MS)
#define THREADS 4
#define STAMPS 1000000

/* A clock that is wrong by what nobody may know. */
struct node {
	struct kit *kit;
	struct clocklink_hlc *hlc;
};

/* An event of the graph: which ones before it could have caused it. */
struct event {
	unsigned int node;
	unsigned int clock[NODES];
	struct clocklink_hlc_stamp stamp;
};

static uint32_t random_u32(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return *seed >> 33;
}

/* A clock that is @offset ahead of one that read BASE_TIME at @raw. */
static void node_setup(struct node *n, int64_t raw, int64_t offset,
		       uint64_t bound)
{
	assert_int_equal(kit_setup((void **)&n->kit), 0);
	n->kit->page->now.raw = raw;
	n->kit->page->now.time += offset;
	n->kit->page->now.bound_ns = bound;
	assert_int_equal(clocklink_hlc_new(n->kit->clock, APART, &n->hlc), 0);
}

static void node_teardown(struct node *n)
{
	clocklink_hlc_free(n->hlc);
	kit_teardown((void **)&n->kit);
}

static int may_have_caused(const struct event *a, const struct event *b)
{
	return a->clock[a->node] <= b->clock[a->node];
}

static void is_earlier(const struct clocklink_hlc_stamp *a,
		       const struct clocklink_hlc_stamp *b)
{
	assert_int_equal(clocklink_hlc_compare(a, b), -1);
	assert_int_equal(clocklink_hlc_compare(b, a), 1);
}

/* One event: local, or the receipt of @from.  True time when it happened is in @b. */
static void happen(struct node *nodes, struct event *e,
		   const struct event *last, const struct event *from)
{
	struct clocklink_interval before, after;
	struct clocklink *c = nodes[e->node].kit->clock;
	int err;

	memcpy(e->clock, last->clock, sizeof(e->clock));
	assert_int_equal(clocklink_now(c, &before), 0);
	if (from) {
		err = clocklink_hlc_receive(nodes[e->node].hlc, &from->stamp,
					    &e->stamp);
		for (int i = 0; i < NODES; i++)
			if (from->clock[i] > e->clock[i])
				e->clock[i] = from->clock[i];
	} else {
		err = clocklink_hlc_now(nodes[e->node].hlc, &e->stamp);
	}
	assert_int_equal(err, 0);
	e->clock[e->node]++;
	assert_int_equal(clocklink_now(c, &after), 0);
	/* never before the own clock, nor further ahead than any clock is */
	assert_true(e->stamp.time >= before.latest);
	assert_true(e->stamp.time <= after.latest + APART);
}

/* A random graph of local events and messages, judged by vector clocks. */
static void graph(struct node *nodes, uint64_t seed, struct event *events)
{
	struct event last[NODES] = {};
	unsigned int n;

	for (n = 0; n < EVENTS; n++) {
		struct event *e = &events[n];
		const struct event *from = NULL;

		e->node = random_u32(&seed) % NODES;
		/* any event may have been a message, taken late or twice */
		if (n && random_u32(&seed) % 3)
			from = &events[n - 1 -
				       random_u32(&seed) % (n < 100 ? n : 100)];
		happen(nodes, e, &last[e->node], from);
		last[e->node] = *e;
	}
	for (n = 0; n < EVENTS; n++)
		for (unsigned int m = n + 1; m < EVENTS; m++)
			if (may_have_caused(&events[n], &events[m]))
				is_earlier(&events[n].stamp, &events[m].stamp);
}

static void test_cause_has_the_earlier_stamp(void **state)
{
	struct event *events = calloc(EVENTS, sizeof(*events));
	int64_t raw = kit_clock(CLOCK_MONOTONIC_RAW);
	struct node nodes[NODES];

	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		for (int i = 0; i < NODES; i++)
			node_setup(&nodes[i], raw, (i - 2) * NS_PER_MS / 2,
				   (i + 1) * NS_PER_MS / 4);
		graph(nodes, seed, events);
		for (int i = 0; i < NODES; i++)
			node_teardown(&nodes[i]);
	}
	free(events);
}

static void test_stamp_too_far_ahead_changes_nothing(void **state)
{
	struct node n;
	struct clocklink_hlc_stamp far, s = { 1, 2 }, next;
	struct clocklink_interval iv;

	(void)state;
	node_setup(&n, kit_clock(CLOCK_MONOTONIC_RAW), 0, 500);
	assert_int_equal(clocklink_now(n.kit->clock, &iv), 0);
	far = (struct clocklink_hlc_stamp){ iv.latest + APART + NS_PER_S, 0 };
	assert_int_equal(clocklink_hlc_receive(n.hlc, &far, &s),
			 CLOCKLINK_ERROR_DRIFT);
	assert_true(s.time == 1 && s.count == 2);
	assert_int_equal(clocklink_hlc_now(n.hlc, &next), 0);
	assert_true(next.time < far.time - APART);
	far.time = INT64_MAX;
	assert_int_equal(clocklink_hlc_receive(n.hlc, &far, &s),
			 CLOCKLINK_ERROR_DRIFT);
	/* what is within is taken over, and counted on */
	far = (struct clocklink_hlc_stamp){ iv.latest + APART, 7 };
	assert_int_equal(clocklink_hlc_receive(n.hlc, &far, &s), 0);
	assert_true(s.time == far.time && s.count == 8);
	assert_int_equal(clocklink_hlc_now(n.hlc, &s), 0);
	assert_true(s.time == far.time && s.count == 9);
	/* the past is no news */
	far.time = INT64_MIN;
	assert_int_equal(clocklink_hlc_receive(n.hlc, &far, &s), 0);
	assert_int_equal(s.count, 10);
	node_teardown(&n);
}

static void test_count_overflows_into_the_time(void **state)
{
	struct node n;
	struct clocklink_hlc_stamp ahead, s;

	(void)state;
	node_setup(&n, kit_clock(CLOCK_MONOTONIC_RAW), 0, 500);
	assert_int_equal(clocklink_hlc_now(n.hlc, &ahead), 0);
	ahead.time += APART;
	ahead.count = UINT32_MAX - 1;
	assert_int_equal(clocklink_hlc_receive(n.hlc, &ahead, &s), 0);
	assert_true(s.time == ahead.time && s.count == UINT32_MAX);
	assert_int_equal(clocklink_hlc_now(n.hlc, &s), 0);
	assert_true(s.time == ahead.time + 1 && s.count == 0);
	node_teardown(&n);
}

static void test_no_time_no_stamp(void **state)
{
	struct clocklink_hlc_stamp first, s = { 1, 2 }, after;
	struct node n;

	(void)state;
	node_setup(&n, kit_clock(CLOCK_MONOTONIC_RAW), 0, 500);
	assert_int_equal(clocklink_hlc_now(n.hlc, &first), 0);
	n.kit->page->now.state = CLOCKLINK_STATE_VOID;
	assert_int_equal(clocklink_hlc_now(n.hlc, &s), CLOCKLINK_ERROR_VOID);
	assert_int_equal(clocklink_hlc_receive(n.hlc, &first, &s),
			 CLOCKLINK_ERROR_VOID);
	assert_true(s.time == 1 && s.count == 2);
	/* Back, but earlier: stamps do not go back. */
	n.kit->page->now.state = CLOCKLINK_STATE_SYNCED;
	n.kit->page->now.time -= NS_PER_S;
	assert_int_equal(clocklink_hlc_now(n.hlc, &after), 0);
	assert_true(after.time == first.time && after.count == 1);
	node_teardown(&n);
}

static void test_own_stamp_is_over_after_a_wait(void **state)
{
	struct clocklink_interval iv;
	struct node n;
	struct clocklink_hlc_stamp s;

	(void)state;
	node_setup(&n, kit_clock(CLOCK_MONOTONIC_RAW), 0, 2 * NS_PER_MS);
	assert_int_equal(clocklink_hlc_now(n.hlc, &s), 0);
	assert_int_equal(clocklink_hlc_wait(n.hlc, &s, 0),
			 CLOCKLINK_ERROR_TIMEOUT);
	assert_int_equal(clocklink_hlc_wait(n.hlc, &s, -1), 0);
	assert_int_equal(clocklink_now(n.kit->clock, &iv), 0);
	assert_true(iv.earliest > s.time);
	node_teardown(&n);
}

/* What all threads get. */
struct work {
	struct clocklink_hlc *hlc;
	pthread_barrier_t begin;
};

/* Returns NULL if each stamp was later than the one before. */
static void *stamp_all(void *arg)
{
	struct clocklink_hlc_stamp s, last = { INT64_MIN, 0 };
	struct work *w = arg;

	pthread_barrier_wait(&w->begin);
	for (int i = 0; i < STAMPS; i++) {
		if (clocklink_hlc_now(w->hlc, &s) ||
		    clocklink_hlc_compare(&last, &s) >= 0)
			return arg;
		last = s;
	}
	return NULL;
}

/* Ahead of the clock all stamps have one time, and the count is that of the stamps. */
static void test_threads_get_stamps_of_their_own(void **state)
{
	struct clocklink_hlc_stamp first, end;
	pthread_t id[THREADS];
	struct work w;
	struct node n;
	void *bad;

	(void)state;
	node_setup(&n, kit_clock(CLOCK_MONOTONIC_RAW), 0, 500);
	assert_int_equal(clocklink_hlc_now(n.hlc, &first), 0);
	n.kit->page->now.time -= 600 * NS_PER_S;
	w.hlc = n.hlc;
	pthread_barrier_init(&w.begin, NULL, THREADS);
	for (int i = 0; i < THREADS; i++)
		kit_thread(&id[i], stamp_all, &w);
	for (int i = 0; i < THREADS; i++) {
		pthread_join(id[i], &bad);
		assert_null(bad);
	}
	assert_int_equal(clocklink_hlc_now(n.hlc, &end), 0);
	assert_true(end.time == first.time);
	assert_int_equal(end.count, first.count + THREADS * STAMPS + 1);
	pthread_barrier_destroy(&w.begin);
	node_teardown(&n);
}

static void test_bytes_sort_as_stamps(void **state)
{
	const struct clocklink_hlc_stamp stamps[] = {
		{ INT64_MIN, 0 },
		{ INT64_MIN, 1 },
		{ -2, 5 },
		{ -1, UINT32_MAX },
		{ 0, 0 },
		{ 0, 255 },
		{ 0, 256 },
		{ 1, 0 },
		{ 255, 3 },
		{ 256, 2 },
		{ BASE_TIME, 70000 },
		{ INT64_MAX, 0 },
	};
	unsigned char bytes[2][CLOCKLINK_HLC_BYTES];
	const unsigned char known[CLOCKLINK_HLC_BYTES] = {
		0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0
	};
	size_t n = ARRAY_SIZE(stamps);
	struct clocklink_hlc_stamp back;

	(void)state;
	for (size_t i = 0; i < n; i++) {
		clocklink_hlc_pack(&stamps[i], bytes[0]);
		clocklink_hlc_unpack(bytes[0], &back);
		assert_int_equal(clocklink_hlc_compare(&back, &stamps[i]), 0);
		if (!i)
			continue;
		clocklink_hlc_pack(&stamps[i - 1], bytes[1]);
		assert_true(memcmp(bytes[1], bytes[0], sizeof(bytes[0])) < 0);
		is_earlier(&stamps[i - 1], &stamps[i]);
	}
	clocklink_hlc_pack(&stamps[6], bytes[0]);
	assert_memory_equal(bytes[0], known, sizeof(known));
}

static void test_arguments_out_of_range_are_refused(void **state)
{
	struct kit *k = *state;
	struct clocklink_hlc *h = (struct clocklink_hlc *)1;

	assert_int_equal(clocklink_hlc_new(k->clock, -1, &h),
			 CLOCKLINK_ERROR_ARGUMENT);
	assert_null(h);
	assert_int_equal(clocklink_hlc_new(k->clock, INT64_MAX, &h),
			 CLOCKLINK_ERROR_ARGUMENT);
	assert_int_equal(clocklink_hlc_new(NULL, 0, &h),
			 CLOCKLINK_ERROR_ARGUMENT);
	assert_int_equal(clocklink_hlc_new(k->clock, 0, NULL),
			 CLOCKLINK_ERROR_ARGUMENT);
	clocklink_hlc_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cause_has_the_earlier_stamp),
		cmocka_unit_test(test_stamp_too_far_ahead_changes_nothing),
		cmocka_unit_test(test_count_overflows_into_the_time),
		cmocka_unit_test(test_no_time_no_stamp),
		cmocka_unit_test(test_own_stamp_is_over_after_a_wait),
		cmocka_unit_test(test_threads_get_stamps_of_their_own),
		cmocka_unit_test(test_bytes_sort_as_stamps),
		KIT_TEST(test_arguments_out_of_range_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
