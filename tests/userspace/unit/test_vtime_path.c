// SPDX-License-Identifier: GPL-2.0-or-later
#include <math.h>
#include <string.h>

#include "sample.h"
#include "scripts/lab/vtime/path.h"
#include "unit.h"

#define N 20000
#define US 1000000LL
#define MS 1000000000LL
/* With VT_PATH_FRAMING, 1500 bytes: 12 us at 1 Gbit/s. */
#define BYTES 1476
#define WIRE (12 * US)
#define LOST (-1)

static struct vt_path make(const char *delay)
{
	struct vt_traces none = { .dir = "." };
	struct vt_path p = {};
	char why[256];
	int err = vt_delay_parse(delay, &none, &p.delay, why, sizeof(why));

	assert_int_equal(err, 0);
	vt_rng_init(&p.rng, 1, VT_STREAM_PATH, 0, 1);
	return p;
}

/* When the frame sent at @at arrives, LOST if it does not. */
static s64 send(struct vt_path *p, s64 at)
{
	s64 ret[2];
	unsigned int n = vt_path_send(p, at, BYTES, ret);

	assert_true(n <= 1);
	return n ? ret[0] : LOST;
}

/* Delays of N frames, 1 ms apart, in ps; LOST for the lost ones. */
static void send_many(struct vt_path *p, s64 delay[N])
{
	for (int i = 0; i < N; i++) {
		s64 at = send(p, i * MS);

		delay[i] = at == LOST ? LOST : at - i * MS;
	}
}

static void test_constant_delay_is_exact(void **state)
{
	struct vt_path p = make("100us");

	(void)state;
	assert_int_equal(send(&p, 0), 100 * US);
	assert_int_equal(send(&p, 12345), 100 * US + 12345);
	assert_int_equal(send(&p, 12345), 100 * US + 12345);
	assert_int_equal(vt_path_min(&p), 100 * US);
}

static void test_additions(void **state)
{
	struct vt_path p = make("100us");

	(void)state;
	p.extra_ps = 7 * US;
	p.asym_ps = -20 * US;
	assert_int_equal(send(&p, 5), 87 * US + 5);
	assert_int_equal(vt_path_min(&p), 87 * US);
	p.asym_ps = -107 * US;
	assert_int_equal(send(&p, 5), VT_PATH_MIN_PS + 5);
	assert_int_equal(vt_path_min(&p), VT_PATH_MIN_PS);
}

static void test_short_delays_are_made_longer(void **state)
{
	struct vt_path p = make("0");

	(void)state;
	assert_int_equal(send(&p, 5), VT_PATH_MIN_PS + 5);
	assert_int_equal(vt_path_min(&p), VT_PATH_MIN_PS);
}

static void test_frames_wait_for_the_wire(void **state)
{
	struct vt_path p = make("100us");
	s64 at[2];

	(void)state;
	p.rate = 1e9;
	assert_int_equal(send(&p, 0), 100 * US + WIRE);
	assert_int_equal(send(&p, 2 * US), 100 * US + 2 * WIRE);
	assert_int_equal(send(&p, 2 * WIRE), 100 * US + 3 * WIRE);
	/* the wire was idle for a while */
	assert_int_equal(send(&p, MS), MS + 100 * US + WIRE);
	p.rate = 1e6;
	assert_int_equal(vt_path_send(&p, 2 * MS, 101, at), 1);
	assert_int_equal(at[0], 2 * MS + 100 * US + 1000 * US);
}

static void test_full_queue_drops(void **state)
{
	struct vt_path p = make("100us");

	(void)state;
	p.rate = 1e9;
	p.queue_ps = 24 * US;
	assert_int_equal(send(&p, 0), 100 * US + WIRE);
	assert_int_equal(send(&p, 0), 100 * US + 2 * WIRE);
	assert_int_equal(send(&p, 0), 100 * US + 3 * WIRE);
	/* would wait for 36 us; what is dropped keeps nothing busy */
	assert_int_equal(send(&p, 0), LOST);
	assert_int_equal(send(&p, WIRE - 1), LOST);
	assert_int_equal(send(&p, WIRE), 100 * US + 4 * WIRE);
}

static void test_loss(void **state)
{
	static s64 delay[N];
	struct vt_path p = make("100us");
	unsigned int lost = 0, again = 0;

	(void)state;
	p.loss = 0.1;
	send_many(&p, delay);
	for (int i = 0; i < N; i++) {
		lost += delay[i] == LOST;
		again += i && delay[i] == LOST && delay[i - 1] == LOST;
	}
	assert_near(lost, 0.1 * N, 5 * sqrt(0.09 * N));
	assert_near(again, 0.01 * N, 5 * sqrt(0.0099 * N));
	p.loss = 1;
	for (int i = 0; i < 1000; i++)
		assert_int_equal(send(&p, 0), LOST);
}

static void test_lost_frames_take_the_wire(void **state)
{
	struct vt_path p = make("100us");

	(void)state;
	p.rate = 1e9;
	p.loss = 1;
	send(&p, 0);
	p.loss = 0;
	assert_int_equal(send(&p, 0), 100 * US + 2 * WIRE);
	p.cut = true;
	assert_int_equal(send(&p, 0), LOST);
	p.cut = false;
	assert_int_equal(send(&p, 0), 100 * US + 3 * WIRE);
}

static void check_nothing_shifts(struct vt_path p)
{
	static s64 plain[N], some[N];
	struct vt_path q = p;
	s64 at[2];

	send_many(&p, plain);
	q.loss = 0.2;
	q.dup = 0.2;
	q.reorder = 0.2;
	q.reorder_ps = 10000 * MS;
	for (int i = 0; i < N; i++) {
		q.cut = i % 100 == 0;
		some[i] = vt_path_send(&q, i * MS, BYTES, at) ? at[0] - i * MS :
								LOST;
		if (some[i] >= q.reorder_ps)
			some[i] -= q.reorder_ps;
		if (some[i] != LOST)
			assert_int_equal(some[i], plain[i]);
	}
	assert_true(p.rng.s == q.rng.s);
}

/* gamma takes a varying number of random numbers, burst and trace have a state. */
static void test_features_do_not_shift_delays(void **state)
{
	static s64 value[] = { 2 * MS, 3 * MS, 5 * MS, 7 * MS, 11 * MS };
	struct vt_trace trace = { .value = value, .len = 5, .min = 2 * MS };
	struct vt_path p = make("0");

	(void)state;
	check_nothing_shifts(make("1ms+exp:1ms"));
	check_nothing_shifts(make("1ms+gamma:1ms/0.5"));
	check_nothing_shifts(make("1ms+burst:8ms/100ms/400ms"));
	p.delay.law = VT_LAW_TRACE;
	p.delay.trace = &trace;
	check_nothing_shifts(p);
}

/* What happens to a frame says nothing about the next ones. */
static void test_frames_are_independent(void **state)
{
	static s64 delay[N];
	struct vt_path p = make("1ms+uniform:1ms");

	(void)state;
	p.loss = 0.5;
	p.reorder = 0.5;
	p.reorder_ps = 10 * MS;
	send_many(&p, delay);
	for (int lag = 1; lag <= 4; lag++) {
		unsigned int held = 0, late = 0;

		for (int i = 0; i < N - lag; i++) {
			if (delay[i + lag] != LOST)
				continue;
			held += delay[i] >= 11 * MS;
			late += delay[i] != LOST &&
				delay[i] % (10 * MS) > 3 * MS / 2;
		}
		assert_near(held, N / 8, 5 * sqrt(N / 8));
		assert_near(late, N / 8, 5 * sqrt(N / 8));
	}
}

static void test_paths_differ(void **state)
{
	static s64 a[N], b[N];
	struct vt_path p = make("exp:1ms");
	unsigned int same = 0;

	(void)state;
	send_many(&p, a);
	p = make("exp:1ms");
	vt_rng_init(&p.rng, 1, VT_STREAM_PATH, 1, 0);
	send_many(&p, b);
	for (int i = 0; i < N; i++)
		same += a[i] == b[i];
	assert_true(same < 100);
}

static void test_delays_have_their_distribution(void **state)
{
	static double x[N];
	static s64 delay[N];
	struct vt_path p = make("100us+exp:50us");

	(void)state;
	send_many(&p, delay);
	for (int i = 0; i < N; i++)
		x[i] = delay[i] / 1e6;
	assert_near(sample_mean(x, N), 150, 5 * 50 / sqrt(N));
	assert_near(sample_sd(x, N), 50, 5 * 50 * sqrt(2.0 / N));
	assert_near(sample_below(x, N, 100 + 50 * M_LN2), 0.5,
		    5 * 0.5 / sqrt(N));
}

/* Frames 1 us apart with a jitter of 50 us. */
static unsigned int overtaken(struct vt_path *p)
{
	unsigned int n = 0;
	s64 last = 0;

	for (int i = 0; i < N; i++) {
		s64 at = send(p, i * US);

		n += at <= last;
		if (at > last)
			last = at;
	}
	return n;
}

static void test_fifo_keeps_the_order(void **state)
{
	struct vt_path p = make("100us+exp:50us");

	(void)state;
	assert_true(overtaken(&p) > N / 2);
	p = make("100us+exp:50us");
	p.fifo = true;
	assert_int_equal(overtaken(&p), 0);
	p = make("100us");
	p.fifo = true;
	assert_int_equal(send(&p, 0), 100 * US);
	assert_int_equal(send(&p, 0), 100 * US + 1);
	p.extra_ps = -10 * US;
	assert_int_equal(send(&p, US), 100 * US + 2);
	assert_int_equal(send(&p, 20 * US), 110 * US);
	/* the order is kept from what is under way on */
	p = make("100us");
	p.extra_ps = 50 * US;
	assert_int_equal(send(&p, 0), 150 * US);
	p.extra_ps = 0;
	assert_int_equal(send(&p, 1), 100 * US + 1);
	p.fifo = true;
	assert_int_equal(send(&p, 2), 150 * US + 1);
}

static void test_some_frames_are_held_back(void **state)
{
	static s64 delay[N];
	struct vt_path p = make("100us");
	unsigned int held = 0;

	(void)state;
	p.reorder = 0.01;
	p.reorder_ps = 300 * US;
	send_many(&p, delay);
	for (int i = 0; i < N; i++) {
		assert_true(delay[i] == 100 * US || delay[i] == 400 * US);
		held += delay[i] == 400 * US;
	}
	assert_near(held, 0.01 * N, 5 * sqrt(0.0099 * N));
	/* others pass it, in order or not */
	p = make("100us");
	p.reorder_ps = 300 * US;
	p.fifo = true;
	p.reorder = 1;
	assert_int_equal(send(&p, 0), 400 * US);
	p.reorder = 0;
	assert_int_equal(send(&p, 1), 100 * US + 1);
}

static void test_copies(void **state)
{
	static double a[N], b[N];
	struct vt_path p = make("100us+exp:50us");
	unsigned int two = 0, earlier = 0;
	s64 at[2];

	(void)state;
	p.dup = 0.01;
	for (int i = 0; i < N; i++) {
		unsigned int n = vt_path_send(&p, 0, BYTES, at);

		assert_true(n == 1 || n == 2);
		two += n == 2;
	}
	assert_near(two, 0.01 * N, 5 * sqrt(0.0099 * N));
	p.dup = 1;
	for (int i = 0; i < N; i++) {
		assert_int_equal(vt_path_send(&p, 0, BYTES, at), 2);
		a[i] = at[0] / 1e6;
		b[i] = at[1] / 1e6;
		earlier += at[1] < at[0];
	}
	assert_near(sample_mean(a, N), 150, 5 * 50 / sqrt(N));
	assert_near(sample_mean(b, N), 150, 5 * 50 / sqrt(N));
	assert_near(earlier, N / 2, 5 * sqrt(N / 4));
	for (int i = 0; i < N; i++)
		a[i] = (a[i] - 150) * (b[i] - 150);
	assert_near(sample_mean(a, N), 0, 5 * 2500 / sqrt(N));
	p = make("100us");
	p.dup = 1;
	p.fifo = true;
	assert_int_equal(vt_path_send(&p, 0, BYTES, at), 2);
	assert_int_equal(at[0], 100 * US);
	assert_int_equal(at[1], 100 * US + 1);
	/* the copy of a frame held back is not */
	p = make("100us");
	p.dup = 1;
	p.reorder = 1;
	p.reorder_ps = 300 * US;
	assert_int_equal(vt_path_send(&p, 0, BYTES, at), 2);
	assert_int_equal(at[0], 400 * US);
	assert_int_equal(at[1], 100 * US);
}

static void test_cut(void **state)
{
	struct vt_path p = make("100us");

	(void)state;
	p.cut = true;
	assert_int_equal(send(&p, 0), LOST);
	p.cut = false;
	assert_int_equal(send(&p, 0), 100 * US);
}

/* Nothing may come sooner than vt_path_min() says, and it is not far too low. */
static void test_lower_bound(void **state)
{
	static const char *const laws[] = {
		"100us",
		"100us+exp:10us",
		"100us+normal:10us",
		"30us+normal:10us",
		"100us+uniform:10us",
		"100us+gamma:10us/0.5",
		"100us+lognormal:1us/2",
		"100us+burst:8ms/1ms/1ms",
	};
	s64 at[2];

	(void)state;
	for (size_t l = 0; l < sizeof(laws) / sizeof(*laws); l++) {
		struct vt_path p = make(laws[l]);
		s64 min = vt_path_min(&p), least = VT_PATH_MIN_PS + MS;

		p.dup = 0.3;
		p.reorder = 0.3;
		p.reorder_ps = US;
		for (int i = 0; i < N; i++) {
			unsigned int n = vt_path_send(&p, i * MS, 64, at);

			while (n--)
				least = at[n] - i * MS < least ?
						at[n] - i * MS :
						least;
		}
		assert_true(least >= min);
		assert_true(least < min + 6 * US);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_constant_delay_is_exact),
		cmocka_unit_test(test_additions),
		cmocka_unit_test(test_short_delays_are_made_longer),
		cmocka_unit_test(test_frames_wait_for_the_wire),
		cmocka_unit_test(test_full_queue_drops),
		cmocka_unit_test(test_loss),
		cmocka_unit_test(test_lost_frames_take_the_wire),
		cmocka_unit_test(test_features_do_not_shift_delays),
		cmocka_unit_test(test_frames_are_independent),
		cmocka_unit_test(test_paths_differ),
		cmocka_unit_test(test_delays_have_their_distribution),
		cmocka_unit_test(test_fifo_keeps_the_order),
		cmocka_unit_test(test_some_frames_are_held_back),
		cmocka_unit_test(test_copies),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_lower_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
