// SPDX-License-Identifier: GPL-2.0-or-later
#include <math.h>
#include <stdlib.h>

#include "agent/core/usual.h"
#include "unit.h"

#define ROUND (100 * CL_NS_PER_MS)
#define TRIP 1e6
#define QUEUE 10e3
#define SLACK 10e3

/* Exchanges that show a lie: those back whose queue is not as long as all but the gate. */
#define MOST_OF_1000 910

/* A node, its path, what the estimator has learnt of that, and what is usual. */
struct fixture {
	struct cl_usual u;
	double out;
	double in;
	double learnt;
	double offset;
	double noise;
	double slack;
};

static int setup(void **state)
{
	struct fixture *x = calloc(1, sizeof(*x));

	cl_usual_init(&x->u);
	x->slack = SLACK;
	srand48(7);
	*state = x;
	return 0;
}

static int teardown(void **state)
{
	free(*state);
	return 0;
}

/* Of a packet, ns; exponential. */
static double queue(void)
{
	return -QUEUE * log(1 - drand48());
}

static double noise(double sigma)
{
	return sigma * sqrt(-2 * log(1 - drand48())) *
	       cos(2 * acos(-1) * drand48());
}

/* An exchange; the path is longer by @out one way and by @in the other. */
static struct cl_usual_sample exchange(struct fixture *x, double lie)
{
	double out = x->out + queue();
	double in = x->in + queue();

	return (struct cl_usual_sample){
		.trip_ns = TRIP + out + in,
		.raw_ns = x->offset + lie + (out - in) / 2 - x->learnt +
			  noise(x->noise),
		.offset_ns = x->offset,
		.slack_ns = x->slack,
	};
}

static bool passes(const struct fixture *x, const struct cl_usual_sample *s)
{
	return fabs(s->raw_ns - x->u.base_ns) <= cl_usual_gate(&x->u, s);
}

/* So many of @n exchanges do not pass; a judge learns from honest ones that do. */
static unsigned int strange(struct fixture *x, unsigned int n, double lie)
{
	unsigned int found = 0;

	while (n--) {
		const struct cl_usual_sample s = exchange(x, lie);

		if (!passes(x, &s))
			found++;
		else if (lie == 0)
			cl_usual_learn(&x->u, ROUND, &s);
	}
	return found;
}

static void test_little_is_known(void **state)
{
	struct fixture *x = *state;
	struct cl_usual_sample s = exchange(x, 0);

	for (unsigned int i = 0; i < CL_USUAL_LEAST; i++) {
		assert_true(isinf(cl_usual_gate(&x->u, &s)));
		cl_usual_learn(&x->u, ROUND, &s);
	}
	assert_true(isfinite(cl_usual_gate(&x->u, &s)));
}

static void test_honest_nodes_pass(void **state)
{
	struct fixture *x = *state;

	assert_int_equal(strange(x, 20000, 0), 0);
}

/*
 * Of few exchanges the mean is not known well: judges that have just learnt enough, of
 * paths that are known to be symmetric, and stamps with noise.
 */
static void test_few_say_little(void **state)
{
	struct fixture *x = *state;
	unsigned int found = 0;

	x->noise = QUEUE / 10;
	x->slack = 1;
	for (unsigned int i = 0; i < 20000; i++) {
		cl_usual_init(&x->u);
		found += strange(x, CL_USUAL_LEAST + 100, 0);
	}
	assert_int_equal(found, 0);
}

/* No asymmetry at all is expected: queues are learnt even so. */
static void test_symmetric_path(void **state)
{
	struct fixture *x = *state;

	x->slack = 0;
	assert_int_equal(strange(x, 1000, 0), 0);
	assert_true(x->u.excess_ns > QUEUE);
	assert_true(strange(x, 1000, 5 * QUEUE) > MOST_OF_1000);
}

/* Five mean queueing delays, of which the budget of two paths would hide two. */
static void test_a_lie_does_not(void **state)
{
	struct fixture *x = *state;

	strange(x, 100, 0);
	assert_true(strange(x, 1000, 5 * QUEUE) > MOST_OF_1000);
	assert_true(strange(x, 1000, -5 * QUEUE) > MOST_OF_1000);
}

/* A constant asymmetry within the budget is usual, and a lie is beside that. */
static void test_asymmetry_is_usual(void **state)
{
	struct fixture *x = *state;

	x->offset = 1.4 * SLACK;
	assert_int_equal(strange(x, 1000, 0), 0);
	assert_true(fabs(x->u.base_ns - x->offset) < 1);
	assert_true(strange(x, 1000, 5 * QUEUE) > MOST_OF_1000);
	x->offset = 100 * SLACK;
	strange(x, 1000, 0);
	assert_true(x->u.base_ns <= CL_USUAL_BASE * SLACK);
}

/* A path may become longer, then shorter again, one way or both. */
static void test_paths_change(void **state)
{
	struct fixture *x = *state;
	static const double way[][2] = {
		{ 200e3, 0 },  { 0, 0 }, { 0, 300e3 },	{ 0, 0 },
		{ 5e5, 5e5 },  { 0, 0 }, { -100e3, 0 }, { 0, 0 },
		{ 0, -200e3 }, { 0, 0 },
	};

	strange(x, 1000, 0);
	for (unsigned int i = 0; i < sizeof(way) / sizeof(*way); i++) {
		x->out = way[i][0];
		x->in = way[i][1];
		x->learnt = 0;
		assert_true(strange(x, 50, 0) <= 2);
		/* The estimator has learnt it before the floor follows. */
		x->learnt = (x->out - x->in) / 2;
		assert_true(strange(x, 3000, 0) <= 2);
	}
}

/* Single stamps that do not belong together do not change what is usual. */
static void test_floor_holds(void **state)
{
	struct fixture *x = *state;
	struct cl_usual_sample s;
	double before;

	strange(x, 1000, 0);
	before = x->u.floor_ns;
	s = exchange(x, 0);
	s.trip_ns -= 50 * QUEUE;
	cl_usual_learn(&x->u, ROUND, &s);
	assert_true(x->u.floor_ns > before - QUEUE);
	assert_true(x->u.floor_ns < before);
	assert_true(strange(x, 1000, 5 * QUEUE) > MOST_OF_1000);
}

/* A host that slept: what was on its way is late by half a second, once or a few times. */
static void test_a_pause_is_no_queue(void **state)
{
	struct fixture *x = *state;

	for (unsigned int i = 0; i < 3; i++) {
		struct cl_usual_sample s = exchange(x, 0);

		for (unsigned int late = 0; late <= i; late++) {
			s.trip_ns += 500e6;
			s.raw_ns += 250e6;
			cl_usual_learn(&x->u, ROUND, &s);
		}
		assert_int_equal(strange(x, 2000, 0), 0);
		assert_true(strange(x, 1000, 5 * QUEUE) > MOST_OF_1000);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_little_is_known),	TEST(test_honest_nodes_pass),
		TEST(test_few_say_little),	TEST(test_symmetric_path),
		TEST(test_a_lie_does_not),	TEST(test_asymmetry_is_usual),
		TEST(test_paths_change),	TEST(test_floor_holds),
		TEST(test_a_pause_is_no_queue),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
