// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * All seeds are fixed; tolerances are about five standard errors of N numbers.
 */
#include <math.h>

#include "sample.h"
#include "scripts/lab/vtime/rng.h"
#include "unit.h"

#define N 200000

static double x[N];

static struct vt_rng start(u64 seed)
{
	struct vt_rng r;

	vt_rng_init(&r, seed, VT_STREAM_NOISE, 1, 2);
	return r;
}

/* Published outputs of splitmix64 from state 0. */
static void test_generator_is_splitmix64(void **state)
{
	struct vt_rng r = { 0 };

	(void)state;
	assert_true(vt_rng_next(&r) == 0xe220a8397b1dcdafULL);
	assert_true(vt_rng_next(&r) == 0x6e789e6aa1b965f4ULL);
	assert_true(vt_rng_next(&r) == 0x06c45d188009454fULL);
}

static void test_same_start_same_stream(void **state)
{
	struct vt_rng a = start(7), b = start(7);

	(void)state;
	for (int i = 0; i < 1000; i++)
		assert_true(vt_rng_next(&a) == vt_rng_next(&b));
}

static void test_streams_differ_in_anything(void **state)
{
	static u64 first[2 * 6 * 10 * 10];
	unsigned int n = 0;
	struct vt_rng r;

	(void)state;
	for (u32 i = 0; i < 2 * 6 * 10 * 10; i++) {
		vt_rng_init(&r, i % 2, i / 2 % 6, i / 12 % 10, i / 120);
		first[n] = r.s;
		for (unsigned int j = 0; j < n; j++)
			assert_true(first[j] != first[n]);
		n++;
	}
}

static void test_neighbours_are_not_correlated(void **state)
{
	struct vt_rng a, b;

	(void)state;
	for (u32 i = 0; i < N; i++) {
		vt_rng_init(&a, 1, VT_STREAM_PATH, i % 100, i / 100);
		vt_rng_init(&b, 1, VT_STREAM_PATH, i % 100 + 1, i / 100);
		x[i] = (vt_rng_uniform(&a) - 0.5) * (vt_rng_uniform(&b) - 0.5);
	}
	assert_near(sample_mean(x, N), 0, 5.0 / 12 / sqrt(N));
}

static void test_uniform(void **state)
{
	struct vt_rng r = start(1);

	(void)state;
	for (int i = 0; i < N; i++)
		x[i] = vt_rng_uniform(&r);
	assert_near(sample_mean(x, N), 0.5, 0.0033);
	assert_near(sample_sd(x, N), sqrt(1.0 / 12), 0.002);
	for (int i = 1; i < 10; i++)
		assert_near(sample_below(x, N, i / 10.0), i / 10.0, 0.0056);
	assert_true(sample_min(x, N) > 0 && sample_min(x, N) < 0.0001);
	assert_true(sample_max(x, N) < 1 && sample_max(x, N) > 0.9999);
}

/* The state whose next number is all ones: splitmix64 backwards. */
static void test_uniform_never_is_1(void **state)
{
	u64 z = U64_MAX;
	struct vt_rng r;

	(void)state;
	z ^= z >> 31 ^ z >> 62;
	z *= 0x319642b2d24d8ec3ULL;
	z ^= z >> 27 ^ z >> 54;
	z *= 0x96de1b173f119089ULL;
	z ^= z >> 30 ^ z >> 60;
	r.s = z - 0x9e3779b97f4a7c15ULL;
	assert_true(vt_rng_next(&(struct vt_rng){ r.s }) == U64_MAX);
	assert_true(vt_rng_uniform(&r) < 1);
	/* The finisher maps 0 to 0. */
	r.s = -0x9e3779b97f4a7c15ULL;
	assert_true(vt_rng_next(&(struct vt_rng){ r.s }) == 0);
	assert_true(vt_rng_uniform(&r) > 0);
}

static void test_normal(void **state)
{
	struct vt_rng r = start(2);

	(void)state;
	for (int i = 0; i < N; i++)
		x[i] = vt_rng_normal(&r);
	assert_near(sample_mean(x, N), 0, 0.0112);
	assert_near(sample_sd(x, N), 1, 0.008);
	assert_near(sample_below(x, N, -2), 0.02275, 0.0017);
	assert_near(sample_below(x, N, -1), 0.15866, 0.0041);
	assert_near(sample_below(x, N, 0), 0.5, 0.0056);
	assert_near(sample_below(x, N, 1), 0.84134, 0.0041);
	assert_near(sample_below(x, N, 3), 0.99865, 0.0005);
	assert_true(sample_max(x, N) > 3.5 && sample_max(x, N) < 8.6);
}

static void test_exp(void **state)
{
	struct vt_rng r = start(3);

	(void)state;
	for (int i = 0; i < N; i++)
		x[i] = vt_rng_exp(&r);
	assert_near(sample_mean(x, N), 1, 0.0112);
	assert_near(sample_sd(x, N), 1, 0.016);
	assert_near(sample_below(x, N, M_LN2), 0.5, 0.0056);
	assert_near(sample_below(x, N, 3), 1 - exp(-3), 0.0025);
	assert_true(sample_min(x, N) > 0 && sample_min(x, N) < 0.001);
}

/* Values of the distribution function are exact ones of these shapes. */
static void test_gamma(void **state)
{
	static const struct {
		double shape;
		double at;
		double below;
	} c[] = {
		{ 0.5, 0.5, 0.6826895 }, /* erf(sqrt(1/2)) */
		{ 0.5, 0.01, 0.1124629 }, /* erf(0.1) */
		{ 1, 1, 0.6321206 }, /* 1 - exp(-1) */
		{ 2, 2, 0.5939942 }, /* 1 - 3 exp(-2) */
		{ 2, 0.2, 0.0175231 }, /* 1 - 1.2 exp(-0.2) */
		{ 9, 9, 0.5443474 }, /* 1 - P(Poisson(9) <= 8) */
	};

	(void)state;
	for (size_t j = 0; j < sizeof(c) / sizeof(*c); j++) {
		double k = c[j].shape;
		struct vt_rng r = start(10 + j);

		for (int i = 0; i < N; i++)
			x[i] = vt_rng_gamma(&r, k);
		assert_near(sample_mean(x, N), k, 5 * sqrt(k / N));
		/* variance of the sample variance: (2 + 6 / k) k^2 / N */
		assert_near(sample_sd(x, N), sqrt(k),
			    5 * sqrt(k * (0.5 + 1.5 / k) / N));
		assert_near(sample_below(x, N, c[j].at), c[j].below, 0.0056);
		assert_true(sample_min(x, N) >= 0);
	}
}

static void test_draws_take_fixed_numbers(void **state)
{
	struct vt_rng a = start(4), b = a;

	(void)state;
	vt_rng_uniform(&a);
	vt_rng_exp(&a);
	vt_rng_normal(&a);
	for (int i = 0; i < 4; i++)
		vt_rng_next(&b);
	assert_true(a.s == b.s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_generator_is_splitmix64),
		cmocka_unit_test(test_same_start_same_stream),
		cmocka_unit_test(test_streams_differ_in_anything),
		cmocka_unit_test(test_neighbours_are_not_correlated),
		cmocka_unit_test(test_uniform),
		cmocka_unit_test(test_uniform_never_is_1),
		cmocka_unit_test(test_normal),
		cmocka_unit_test(test_exp),
		cmocka_unit_test(test_gamma),
		cmocka_unit_test(test_draws_take_fixed_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
