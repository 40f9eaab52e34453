// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>

#include "scripts/lab/vtime/inbox.h"
#include "unit.h"

static void put(struct vt_inbox *in, s64 at, u32 src, u64 ord)
{
	const u8 *data = (const u8 *)"ab";

	assert_int_equal(vt_inbox_put(in, at, src, ord, data, 2, "c", 1), 0);
}

static void takes(struct vt_inbox *in, s64 at, u32 src, u64 ord)
{
	struct vt_frame *f;

	assert_true(in->len > 0);
	assert_int_equal(vt_inbox_next(in), at);
	f = vt_inbox_take(in);
	assert_int_equal(f->at, at);
	assert_int_equal(f->src, src);
	assert_int_equal(f->ord, ord);
	assert_int_equal(f->len, 3);
	assert_memory_equal(f->data, "abc", 3);
	free(f);
}

static void test_order_is_arrival_then_sender_then_number(void **state)
{
	struct vt_inbox in = {};

	(void)state;
	put(&in, 20, 1, 1);
	put(&in, 10, 2, 7);
	put(&in, 10, 1, 9);
	put(&in, 10, 1, 8);
	put(&in, 5, 9, 1);
	takes(&in, 5, 9, 1);
	takes(&in, 10, 1, 8);
	takes(&in, 10, 1, 9);
	takes(&in, 10, 2, 7);
	takes(&in, 20, 1, 1);
	assert_int_equal(in.len, 0);
	vt_inbox_clear(&in);
}

static void test_many_frames_come_in_order(void **state)
{
	struct vt_inbox in = {};
	s64 last = -1;
	u32 x = 1;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		x = x * 1103515245 + 12345;
		put(&in, x >> 8, 0, i);
	}
	for (int i = 0; i < 1000; i++) {
		struct vt_frame *f = vt_inbox_take(&in);

		assert_true(f->at >= last);
		last = f->at;
		free(f);
	}
	vt_inbox_clear(&in);
}

static void test_empty_and_cleared_inbox_has_no_next(void **state)
{
	struct vt_inbox in = {};

	(void)state;
	assert_true(vt_inbox_next(&in) == S64_MAX);
	put(&in, 3, 0, 0);
	vt_inbox_clear(&in);
	assert_true(vt_inbox_next(&in) == S64_MAX);
	put(&in, 4, 0, 0);
	takes(&in, 4, 0, 0);
	vt_inbox_clear(&in);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order_is_arrival_then_sender_then_number),
		cmocka_unit_test(test_many_frames_come_in_order),
		cmocka_unit_test(test_empty_and_cleared_inbox_has_no_next),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
