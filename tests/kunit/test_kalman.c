// SPDX-License-Identifier: GPL-2.0-or-later
#include <kunit/test.h>

#include "core/fixed.h"
#include "core/kalman.h"
#include "estimator_vectors.inc"

#define DT(s) ((s64)((s) * (1 << 20)))
/* ns and ns^2 as the filter has them */
#define Q16(n) (65536LL * (n))
#define Q2_1PPB (1LL << 24)

struct vector {
	const char *name;
	const s64 (*in)[4];
	const s64 (*out)[7];
	size_t n_in;
	size_t n_out;
	s64 q2;
	s64 sigma_ts2;
};

static const struct vector vectors[] = {
#define VECTOR(id, q2_, sigma_ts2_)      \
	{ .name = #id,                   \
	  .in = id##_in,                 \
	  .out = id##_out,               \
	  .n_in = ARRAY_SIZE(id##_in),   \
	  .n_out = ARRAY_SIZE(id##_out), \
	  .q2 = (q2_),                   \
	  .sigma_ts2 = (sigma_ts2_) },
	KALMAN_VECTORS(VECTOR)
#undef VECTOR
};

/* One exchange in the arithmetic of the vectors. */
static void feed(struct cl_kalman *k, const struct vector *v, size_t i,
		 s64 *min_rtt)
{
	const s64 *t = v->in[i];
	s64 d0 = v->in[0][1] - v->in[0][0];
	s64 u = t[1] - t[0] - d0;
	s64 w = t[3] - t[2] + d0;
	s64 dt = i ? t[1] - v->in[i - 1][1] : 0;
	s64 excess;

	*min_rtt = cl_min_s64(*min_rtt, u + w);
	excess = cl_min_s64(u + w - *min_rtt, 20 * CL_NS_PER_MS);
	cl_kalman_update(k, cl_shl_div(dt, 20, CL_NS_PER_SEC),
			 (u - w) * (1 << 15),
			 (excess * excess / 12 + v->sigma_ts2 + 10000) << 16);
}

static void run_vector(struct kunit *test, const struct vector *v)
{
	const s64(*want)[7] = v->out;
	struct cl_kalman k;
	s64 min_rtt = S64_MAX;
	size_t i;

	cl_kalman_init(&k, v->q2);
	for (i = 0; i < v->n_in; i++) {
		feed(&k, v, i, &min_rtt);
		if (want == v->out + v->n_out || (s64)i + 1 != (*want)[0])
			continue;
		KUNIT_ASSERT_EQ_MSG(test, k.theta, (*want)[1], "%s", v->name);
		KUNIT_ASSERT_EQ_MSG(test, k.y, (*want)[2], "%s", v->name);
		KUNIT_ASSERT_EQ_MSG(test, k.p00, (*want)[3], "%s", v->name);
		KUNIT_ASSERT_EQ_MSG(test, k.p01, (*want)[4], "%s", v->name);
		KUNIT_ASSERT_EQ_MSG(test, k.p11, (*want)[5], "%s", v->name);
		want++;
	}
	/* every row of the expected file was reached */
	KUNIT_ASSERT_TRUE(test, want == v->out + v->n_out);
}

static void test_vectors_are_reproduced_bit_by_bit(struct kunit *test)
{
	size_t i;

	KUNIT_EXPECT_EQ(test, ARRAY_SIZE(vectors), (size_t)4);
	for (i = 0; i < ARRAY_SIZE(vectors); i++)
		run_vector(test, &vectors[i]);
}

/* Mean error against the true offset, from the 1000th exchange on, ns. */
static s64 mean_error(const struct vector *v)
{
	const s64(*row)[7] = v->out;
	s64 min_rtt = S64_MAX;
	struct cl_kalman k;
	s64 sum = 0;
	s64 n = 0;
	size_t i;

	cl_kalman_init(&k, v->q2);
	for (i = 0; i < v->n_in; i++) {
		feed(&k, v, i, &min_rtt);
		if (row == v->out + v->n_out || (s64)i + 1 != (*row)[0])
			continue;
		if ((*row)[0] >= 1000) {
			sum += (s64)cl_abs_s64((k.theta >> 16) - (*row)[6]);
			n++;
		}
		row++;
	}
	return n ? sum / n : S64_MAX;
}

static void test_lan_vectors_come_close_to_the_truth(struct kunit *test)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(vectors); i++)
		if (!strncmp(vectors[i].name, "vec_lan", 7))
			KUNIT_ASSERT_LE_MSG(test, mean_error(&vectors[i]), 310,
					    "%s", vectors[i].name);
}

/* A filter that has seen a straight line for 100 s. */
static void train(struct cl_kalman *k, s64 q2)
{
	int i;

	cl_kalman_init(k, q2);
	for (i = 0; i < 100; i++)
		cl_kalman_update(k, DT(1), Q16(5000 + 200 * i), Q16(10000));
}

static void test_straight_line_is_learnt(struct kunit *test)
{
	struct cl_kalman k;

	train(&k, Q2_1PPB);
	KUNIT_EXPECT_EQ(test, (k.theta + 32768) >> 16, 5000 + 200 * 99);
	KUNIT_EXPECT_EQ(test, (k.y + (1 << 23)) >> 24, 200);
}

static void test_predict_is_the_update_without_a_sample(struct kunit *test)
{
	struct cl_kalman a, b;

	train(&a, Q2_1PPB);
	b = a;
	cl_kalman_predict(&a, DT(3) + 777);
	cl_kalman_update(&a, 0, Q16(123), Q16(99));
	cl_kalman_update(&b, DT(3) + 777, Q16(123), Q16(99));
	KUNIT_EXPECT_EQ(test, a.theta, b.theta);
	KUNIT_EXPECT_EQ(test, a.y, b.y);
	KUNIT_EXPECT_EQ(test, a.p00, b.p00);
	KUNIT_EXPECT_EQ(test, a.p01, b.p01);
	KUNIT_EXPECT_EQ(test, a.p11, b.p11);
}

static void test_covariance_stays_positive(struct kunit *test)
{
	struct cl_kalman k;
	int i;

	cl_kalman_init(&k, 0);
	for (i = 0; i < 20000; i++) {
		cl_kalman_update(&k, 1, 0, 1);
		KUNIT_ASSERT_TRUE(test, k.p00 >= 1 && k.p11 >= 1);
	}
}

static void test_variance_grows_and_saturates_with_age(struct kunit *test)
{
	struct cl_kalman start, before;
	s64 dt;

	train(&start, 100 * Q2_1PPB);
	before = start;
	for (dt = DT(1); dt < S64_MAX / 2; dt *= 2) {
		struct cl_kalman k = start;

		cl_kalman_predict(&k, dt);
		KUNIT_ASSERT_TRUE(test, k.p00 >= before.p00);
		KUNIT_ASSERT_TRUE(test, k.p00 <= CL_KALMAN_P00_MAX);
		KUNIT_ASSERT_TRUE(test, k.p11 >= before.p11);
		KUNIT_ASSERT_TRUE(test, k.p01 >= 0);
		before = k;
	}
	KUNIT_EXPECT_EQ(test, before.p00, CL_KALMAN_P00_MAX);
}

static void test_offset_saturates_on_both_sides(struct kunit *test)
{
	struct cl_kalman k;

	train(&k, Q2_1PPB);
	k.y = 500000LL << 24;
	cl_kalman_predict(&k, S64_MAX);
	KUNIT_EXPECT_EQ(test, k.theta, 1LL << 61);
	k.y = -k.y;
	cl_kalman_predict(&k, S64_MAX);
	cl_kalman_predict(&k, S64_MAX);
	KUNIT_EXPECT_EQ(test, k.theta, -(1LL << 61));
}

static void test_one_long_prediction_equals_many_short(struct kunit *test)
{
	struct cl_kalman one, many;
	int i;

	train(&one, Q2_1PPB);
	many = one;
	cl_kalman_predict(&one, DT(1024));
	for (i = 0; i < 1024; i++)
		cl_kalman_predict(&many, DT(1));
	KUNIT_EXPECT_EQ(test, (one.theta - many.theta) >> 16, 0);
	KUNIT_EXPECT_EQ(test, one.p11, many.p11);
	/* within 1e-4: each step rounds */
	KUNIT_EXPECT_LE(test, cl_abs_s64(one.p00 - many.p00),
			(u64)one.p00 / 10000);
	KUNIT_EXPECT_LE(test, cl_abs_s64(one.p01 - many.p01),
			(u64)one.p01 / 10000);
}

static void test_samples_far_apart_still_teach_frequency(struct kunit *test)
{
	struct cl_kalman k;
	int i;

	/* 100 ppm for 200 s is 20 ms, beyond the format of the variance. */
	cl_kalman_init(&k, Q2_1PPB);
	for (i = 0; i < 20; i++) {
		cl_kalman_update(&k, DT(200), Q16(100000LL * 200 * i),
				 Q16(1000000));
		KUNIT_ASSERT_LE_MSG(test, k.y >> 24, 100010, "sample %d", i);
	}
	KUNIT_EXPECT_LE(test, cl_abs_s64((k.y >> 24) - 100000), 20ULL);
}

static struct kunit_case kalman_cases[] = {
	KUNIT_CASE(test_vectors_are_reproduced_bit_by_bit),
	KUNIT_CASE(test_lan_vectors_come_close_to_the_truth),
	KUNIT_CASE(test_straight_line_is_learnt),
	KUNIT_CASE(test_predict_is_the_update_without_a_sample),
	KUNIT_CASE(test_covariance_stays_positive),
	KUNIT_CASE(test_variance_grows_and_saturates_with_age),
	KUNIT_CASE(test_offset_saturates_on_both_sides),
	KUNIT_CASE(test_one_long_prediction_equals_many_short),
	KUNIT_CASE(test_samples_far_apart_still_teach_frequency),
	{}
};

static struct kunit_suite kalman_suite = {
	.name = "cl_kalman",
	.test_cases = kalman_cases,
};

kunit_test_suite(kalman_suite);
