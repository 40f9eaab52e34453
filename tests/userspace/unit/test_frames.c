// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent/daemon/frames.h"
#include "unit.h"

/* What was put out goes in, @step bytes at a time. */
static void carry(struct cl_frames *out, struct cl_frames *in, size_t step)
{
	const u8 *bytes;
	size_t len, size;
	u8 *to;

	bytes = cl_frames_bytes(out, &len);
	if (len > step)
		len = step;
	to = cl_frames_space(in, &size);
	assert_non_null(to);
	assert_true(size >= 1);
	if (len > size)
		len = size;
	memcpy(to, bytes, len);
	cl_frames_add(in, len);
	cl_frames_drop(out, len);
}

static void test_frames_of_all_sizes_arrive(void **state)
{
	static const size_t sizes[] = {
		0, 1, 4090, 4091, 4092, 5000, CL_FRAME_MAX - CL_FRAME_HEAD
	};
	static const size_t steps[] = { 1, 7, 4096, 100000 };
	static u8 data[CL_FRAME_MAX];
	struct cl_frames out = { 0 }, in = { 0 };
	struct cl_frame f;

	(void)state;
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (u8)(i * 7 + i / 256);
	for (size_t s = 0; s < 4; s++) {
		for (size_t i = 0; i < 7; i++)
			assert_int_equal(cl_frames_put(&out, (u8)(20 + i), data,
						       sizes[i]),
					 0);
		for (size_t i = 0; i < 7; i++) {
			while (!cl_frames_next(&in, &f))
				carry(&out, &in, steps[s]);
			assert_int_equal(f.type, 20 + i);
			assert_int_equal(f.len, sizes[i]);
			assert_memory_equal(f.data, data, sizes[i]);
		}
		assert_int_equal(cl_frames_next(&in, &f), 0);
	}
	cl_frames_free(&out);
	cl_frames_free(&in);
}

static int read_length(u8 a, u8 b, u8 c, u8 d)
{
	struct cl_frames in = { 0 };
	struct cl_frame f;
	size_t size;
	u8 *to = cl_frames_space(&in, &size);
	int got;

	to[0] = a;
	to[1] = b;
	to[2] = c;
	to[3] = d;
	to[4] = 16;
	cl_frames_add(&in, 5);
	/* What cannot be read must not make it ask for memory, either. */
	assert_non_null(cl_frames_space(&in, &size));
	assert_true(size <= CL_FRAME_MAX);
	got = cl_frames_next(&in, &f);
	cl_frames_free(&in);
	return got;
}

static void test_lengths_out_of_range(void **state)
{
	(void)state;
	assert_int_equal(read_length(0, 0, 0, 5), 1);
	assert_int_equal(read_length(0, 0, 0, 4), -EMSGSIZE);
	assert_int_equal(read_length(0, 0, 0, 0), -EMSGSIZE);
	assert_int_equal(read_length(0, 1, 0, 0), 0);
	assert_int_equal(read_length(0, 1, 0, 1), -EMSGSIZE);
	assert_int_equal(read_length(255, 255, 255, 255), -EMSGSIZE);
}

static void test_a_queue_has_an_end(void **state)
{
	static u8 data[CL_FRAME_MAX];
	struct cl_frames out = { 0 };
	size_t len, n = 0;

	(void)state;
	assert_int_equal(cl_frames_put(&out, 16, data,
				       CL_FRAME_MAX - CL_FRAME_HEAD + 1),
			 -EMSGSIZE);
	while (!cl_frames_put(&out, 16, data, 1000))
		n++;
	assert_int_equal(n, CL_FRAMES_QUEUE_MAX / 1005);
	assert_int_equal(cl_frames_put(&out, 16, data, 1000), -ENOBUFS);
	cl_frames_bytes(&out, &len);
	assert_int_equal(len, n * 1005);
	cl_frames_drop(&out, 1005);
	assert_int_equal(cl_frames_put(&out, 16, data, 1000), 0);
	cl_frames_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_frames_of_all_sizes_arrive),
		cmocka_unit_test(test_lengths_out_of_range),
		cmocka_unit_test(test_a_queue_has_an_end),
	};

	return cmocka_run_group_tests_name("frames", tests, NULL, NULL);
}
