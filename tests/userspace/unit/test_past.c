// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "agent/lib/past.h"
#include "unit.h"

#define START_RAW (5 * CL_NS_PER_SEC)
#define BASE_TIME 1700000000000000000LL
#define BASE_REAL (BASE_TIME - 37 * CL_NS_PER_SEC)
#define STEP_NS (500 * CL_NS_PER_MS)
#define RATE_Q48 (1000LL * 1000 * 1000 * 17) /* 60 ppm */
#define BOUND_NS 3

/* What the system's clocks do against raw time, from @from on. */
struct law {
	s64 from;
	s64 ppm;
};

/* A page and the clocks that it was made of. */
struct fixture {
	struct clocklink_page page;
	struct clocklink_stamp end;
	const struct law *law;
	s64 set_at;
	s64 set_by;
};

static s64 mono_at(const struct fixture *f, s64 raw)
{
	s64 mono = raw;

	for (const struct law *l = f->law; l->from < raw; l++) {
		s64 to = cl_min_s64(l[1].from, raw);

		mono += (to - l->from) / 1000000 * l->ppm +
			(to - l->from) % 1000000 * l->ppm / 1000000;
	}
	return mono;
}

static struct clocklink_stamp stamp_at(const struct fixture *f, s64 raw)
{
	bool set = raw >= f->set_at;

	return (struct clocklink_stamp){
		.raw = raw,
		.monotonic = mono_at(f, raw),
		.realtime = mono_at(f, raw) + BASE_REAL + (set ? f->set_by : 0),
		.set = 7 + set,
	};
}

static s64 time_at(s64 raw)
{
	return BASE_TIME + raw + cl_scale(raw, RATE_Q48);
}

/* @n anchors, STEP_NS apart, and an end half a step after the last. */
static void fill(struct fixture *f, unsigned int n)
{
	struct clocklink_page *p = &f->page;
	s64 raw = START_RAW;

	for (p->updates = 1;; p->updates++) {
		struct clocklink_stamp k = stamp_at(f, raw);

		p->now = (struct clocklink_anchor){
			.raw = raw,
			.time = time_at(raw),
			.rate_q48 = RATE_Q48,
			.bound_ns = BOUND_NS,
			.void_raw = S64_MAX,
			.monotonic = k.monotonic,
			.realtime = k.realtime,
			.state = CLOCKLINK_STATE_SYNCED,
			.set = k.set,
		};
		p->anchor[p->updates % CLOCKLINK_PAGE_ANCHORS] = p->now;
		if (p->updates == n)
			break;
		raw += STEP_NS;
	}
	p->first = n > CLOCKLINK_PAGE_ANCHORS ? n - CLOCKLINK_PAGE_ANCHORS + 1 :
						1;
	f->end = stamp_at(f, raw + STEP_NS / 2);
}

/* The anchor with number @n. */
static struct clocklink_anchor *anchor(struct fixture *f, u64 n)
{
	return &f->page.anchor[n % CLOCKLINK_PAGE_ANCHORS];
}

static int read_at(struct fixture *f, enum cl_past_clock clock, s64 raw,
		   struct cl_interval *ret)
{
	struct clocklink_stamp k = stamp_at(f, raw);

	return cl_past_read(&f->page, &f->end, clock,
			    clock == CL_PAST_RAW       ? k.raw :
			    clock == CL_PAST_MONOTONIC ? k.monotonic :
							 k.realtime,
			    ret);
}

/* Returns the half width of the interval, which holds the truth. */
static s64 assert_true_at(struct fixture *f, enum cl_past_clock clock, s64 raw)
{
	struct cl_interval iv;

	assert_int_equal(read_at(f, clock, raw, &iv), 0);
	assert_int_equal(iv.state, CLOCKLINK_STATE_SYNCED);
	assert_true(iv.earliest.ns <= time_at(raw));
	assert_true(iv.latest.ns >= time_at(raw));
	return (iv.latest.ns - iv.earliest.ns) / 2;
}

/* Corrected by NTP now and then, once by adjtimex() with 8 %, in mid-segment. */
static const struct law bent[] = {
	{ 0, 30 },
	{ START_RAW + 2 * STEP_NS + STEP_NS / 3, -400 },
	{ START_RAW + 4 * STEP_NS + STEP_NS / 2, 450 },
	{ START_RAW + 6 * STEP_NS, 0 },
	{ START_RAW + 7 * STEP_NS + STEP_NS / 4, 83333 },
	{ START_RAW + 10 * STEP_NS + STEP_NS / 4, 10 },
	{ S64_MAX, 0 },
};

static const struct law straight[] = { { 0, 250 }, { S64_MAX, 0 } };

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	*state = f;
	if (!f)
		return -1;
	f->law = bent;
	f->set_at = S64_MAX;
	fill(f, 20);
	return 0;
}

static int teardown(void **state)
{
	free(*state);
	return 0;
}

static void test_raw_stamp_has_the_bound_of_then(void **state)
{
	struct fixture *f = *state;

	for (unsigned int n = 1; n <= 20; n++)
		anchor(f, n)->bound_ns = 100 * n;
	for (s64 raw = START_RAW; raw <= f->end.raw; raw += 1234567) {
		s64 n = (raw - START_RAW) / STEP_NS + 1;

		assert_true(assert_true_at(f, CL_PAST_RAW, raw) == 100 * n + 1);
	}
}

static void test_bent_clocks_are_converted_with_an_honest_bound(void **state)
{
	struct fixture *f = *state;

	for (s64 raw = START_RAW; raw <= f->end.raw; raw += 1234567) {
		assert_true_at(f, CL_PAST_MONOTONIC, raw);
		assert_true_at(f, CL_PAST_REALTIME, raw);
	}
	for (unsigned int n = 1; n <= 20; n++)
		assert_true(assert_true_at(f, CL_PAST_MONOTONIC,
					   anchor(f, n)->raw) <= BOUND_NS + 4);
}

static void test_bound_is_that_of_the_distance_to_an_anchor(void **state)
{
	struct fixture *f = *state;
	s64 half;

	f->law = straight;
	fill(f, 20);
	/* 1002 ppm of 1/4 of a step */
	half = assert_true_at(f, CL_PAST_REALTIME, START_RAW + STEP_NS / 4);
	assert_true(llabs(half - STEP_NS / 4 * 1002 / 1000000) < 100);
	half = assert_true_at(f, CL_PAST_REALTIME, START_RAW + STEP_NS * 7 / 8);
	assert_true(llabs(half - STEP_NS / 8 * 1002 / 1000000) < 100);
}

static void test_raw_time_of_a_stamp(void **state)
{
	struct fixture *f = *state;
	struct clocklink_page *p = &f->page;
	struct cl_raw raw;
	s64 error = 0, ns;
	int err;

	for (s64 at = START_RAW; at <= f->end.raw; at += 1234567) {
		ns = stamp_at(f, at).realtime;
		err = cl_past_raw(p, &f->end, CL_PAST_REALTIME, ns, &raw,
				  &error);
		assert_int_equal(err, 0);
		assert_true(llabs(raw.ns - at) <= error);
	}
	ns = f->end.realtime + 1;
	err = cl_past_raw(p, &f->end, CL_PAST_REALTIME, ns, &raw, &error);
	assert_int_equal(err, -EDOM);
	p->first = p->updates + 1;
	err = cl_past_raw(p, &f->end, CL_PAST_REALTIME, ns, &raw, &error);
	assert_int_equal(err, -EPROTO);
}

static void test_ring_that_is_full(void **state)
{
	struct fixture *f = *state;
	struct cl_interval iv;
	s64 oldest;

	f->law = straight;
	fill(f, 300);
	oldest = anchor(f, f->page.first)->raw;
	assert_true(oldest == START_RAW + 172 * STEP_NS);
	for (s64 raw = oldest; raw <= f->end.raw; raw += 12345678) {
		assert_true_at(f, CL_PAST_RAW, raw);
		assert_true_at(f, CL_PAST_MONOTONIC, raw);
	}
	for (int clock = CL_PAST_RAW; clock <= CL_PAST_REALTIME; clock++) {
		assert_int_equal(read_at(f, clock, oldest - 1000, &iv),
				 -ERANGE);
		assert_true(iv.earliest.ns == S64_MIN);
		assert_true(iv.latest.ns == S64_MAX);
		assert_int_equal(read_at(f, clock, f->end.raw + 1000, &iv),
				 -EDOM);
	}
}

static void test_nothing_before_a_restart_of_the_ring(void **state)
{
	struct fixture *f = *state;
	struct cl_interval iv;

	f->page.first = 20;
	assert_int_equal(read_at(f, CL_PAST_RAW, f->page.now.raw - 1, &iv),
			 -ERANGE);
	assert_true_at(f, CL_PAST_RAW, f->page.now.raw);
	assert_true_at(f, CL_PAST_MONOTONIC, f->page.now.raw + STEP_NS / 3);
	/* The page was written after the end was read. */
	f->end = stamp_at(f, f->page.now.raw - 1);
	assert_int_equal(read_at(f, CL_PAST_RAW, f->end.raw, &iv), -ERANGE);
}

static void test_clock_that_was_void_then(void **state)
{
	struct fixture *f = *state;
	s64 raw = anchor(f, 6)->raw;
	struct cl_interval iv;

	anchor(f, 6)->state = CLOCKLINK_STATE_JOINING;
	assert_int_equal(read_at(f, CL_PAST_RAW, raw, &iv), -ENODATA);
	assert_int_equal(iv.state, CLOCKLINK_STATE_JOINING);
	assert_true_at(f, CL_PAST_RAW, raw - 1);
	/* it may be before or after */
	assert_int_equal(read_at(f, CL_PAST_MONOTONIC, raw - 1, &iv), -ENODATA);
	assert_true(iv.latest.ns == S64_MAX);
	anchor(f, 9)->void_raw = anchor(f, 9)->raw + 500;
	assert_int_equal(read_at(f, CL_PAST_RAW, anchor(f, 9)->raw + 500, &iv),
			 -ENODATA);
	assert_int_equal(iv.state, CLOCKLINK_STATE_VOID);
	assert_true_at(f, CL_PAST_RAW, anchor(f, 9)->raw + 499);
}

static void check_set(struct fixture *f, s64 by)
{
	s64 half = STEP_NS / 2;
	struct cl_interval iv;

	f->law = straight;
	f->set_by = by;
	f->set_at = START_RAW + 9 * STEP_NS + half;
	fill(f, 20);
	assert_int_equal(read_at(f, CL_PAST_REALTIME, f->set_at - 1000, &iv),
			 -ESTALE);
	assert_int_equal(read_at(f, CL_PAST_REALTIME, f->set_at + 1000, &iv),
			 -ESTALE);
	assert_true_at(f, CL_PAST_MONOTONIC, f->set_at + 1000);
}

static void test_setting_the_clock_makes_its_segment_unknown(void **state)
{
	struct fixture *f = *state;
	struct cl_interval iv;

	check_set(f, 3600 * CL_NS_PER_SEC);
	assert_true_at(f, CL_PAST_REALTIME, f->set_at - STEP_NS);
	assert_true_at(f, CL_PAST_REALTIME, f->set_at + STEP_NS);
	/* Back by 2 s: the times before are shown again. */
	check_set(f, -2 * CL_NS_PER_SEC);
	assert_int_equal(read_at(f, CL_PAST_REALTIME, f->set_at - STEP_NS, &iv),
			 -ESTALE);
	assert_true_at(f, CL_PAST_REALTIME, START_RAW + STEP_NS / 2);
	assert_true_at(f, CL_PAST_REALTIME, f->end.raw);
	/* After the last anchor only the end knows of it. */
	f->set_at = f->page.now.raw + 1;
	fill(f, 20);
	assert_int_equal(read_at(f, CL_PAST_REALTIME, f->end.raw - 1, &iv),
			 -ESTALE);
}

static void test_damaged_ring_is_refused(void **state)
{
	struct fixture *f = *state;
	struct cl_interval iv;

	f->page.first = f->page.updates + 1;
	assert_int_equal(read_at(f, CL_PAST_RAW, f->end.raw, &iv), -EPROTO);
	f->page.first = f->page.updates - CLOCKLINK_PAGE_ANCHORS;
	assert_int_equal(read_at(f, CL_PAST_RAW, f->end.raw, &iv), -EPROTO);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_raw_stamp_has_the_bound_of_then),
		TEST(test_bent_clocks_are_converted_with_an_honest_bound),
		TEST(test_bound_is_that_of_the_distance_to_an_anchor),
		TEST(test_raw_time_of_a_stamp),
		TEST(test_ring_that_is_full),
		TEST(test_nothing_before_a_restart_of_the_ring),
		TEST(test_clock_that_was_void_then),
		TEST(test_setting_the_clock_makes_its_segment_unknown),
		TEST(test_damaged_ring_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
