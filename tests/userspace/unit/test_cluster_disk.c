// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>

#include "agent/sim/disk.h"
#include "agent/sim/machine.h"
#include "unit.h"

#define MS CL_NS_PER_MS
#define WRITES 20

/**
 * struct fixture - a disk and what it has reported
 * @heap: when
 * @disk: disk
 * @number: of the last write that was reported
 * @err: and its result
 * @reports: how many
 * @stored: how often the image changed
 */
struct fixture {
	struct cs_heap heap;
	struct cs_disk disk;
	u64 number;
	int err;
	int reports;
	int stored;
};

static void done(void *ctx, u64 number, int err)
{
	struct fixture *x = ctx;

	assert_int_equal(number, x->number + 1);
	x->number = number;
	x->err = err;
	x->reports++;
}

static void stored(void *ctx)
{
	struct fixture *x = ctx;

	x->stored++;
}

static int setup(void **state)
{
	struct fixture *x = calloc(1, sizeof(*x));

	x->disk.mean_ns = MS;
	x->disk.done = done;
	x->disk.stored = stored;
	x->disk.ctx = x;
	vt_rng_init(&x->disk.rng, 1, VT_STREAM_DISK, 0, 0);
	cs_disk_init(&x->disk, &x->heap);
	*state = x;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *x = *state;

	cs_disk_free(&x->disk);
	cs_heap_free(&x->heap);
	free(x);
	return 0;
}

static void finish(struct fixture *x)
{
	struct cs_event *e;

	while ((e = cs_heap_take(&x->heap)))
		e->run(e);
}

static void write_from(struct fixture *x, u64 number, u64 from, u64 index,
		       u32 count)
{
	struct cl_raft_entry e[8] = { 0 };
	struct cl_raft_write w = {
		.number = number,
		.term = (u32)number,
		.from = from,
		.entry = e,
		.entries = count,
	};
	struct cs_write copy;

	for (u32 i = 0; i < count; i++) {
		e[i].index = index + i;
		e[i].term = (u32)number;
	}
	cs_write_init(&copy, &w);
	cs_disk_write(&x->disk, &copy);
}

static void write_one(struct fixture *x, u64 number)
{
	write_from(x, number, 0, number, 1);
}

static void write_snapshot(struct fixture *x, u64 number, u64 index, u64 from,
			   u64 keep)
{
	const struct cs_machine m = { .index = index, .chain = 77 };
	u8 *data = cs_machine_freeze(&m, 100);
	const struct cl_raft_snapshot s = {
		.index = index, .term = 1, .data = data, .len = 100
	};
	const struct cl_raft_write w = { .number = number,
					 .term = 1,
					 .from = from,
					 .snap = &s,
					 .keep = keep };
	struct cs_write copy;

	cs_write_init(&copy, &w);
	free(data);
	cs_disk_write(&x->disk, &copy);
}

static void test_writes(void **state)
{
	struct fixture *x = *state;

	for (u64 i = 1; i <= WRITES; i++)
		write_one(x, i);
	assert_int_equal(x->reports, 0);
	finish(x);
	assert_int_equal(x->reports, WRITES);
	assert_int_equal(x->stored, WRITES);
	assert_int_equal(x->err, 0);
	assert_int_equal(x->disk.image.term, WRITES);
	assert_int_equal(cs_image_last(&x->disk.image), WRITES);
	assert_true(x->heap.now > 0);
	write_from(x, WRITES + 1, 5, 5, 2);
	finish(x);
	assert_int_equal(cs_image_last(&x->disk.image), 6);
	assert_int_equal(cs_image_at(&x->disk.image, 5)->term, WRITES + 1);
	assert_false(x->disk.broken);
}

static void test_gap(void **state)
{
	struct fixture *x = *state;

	write_from(x, 1, 0, 2, 1);
	finish(x);
	assert_true(x->disk.broken);
}

static void test_snapshots(void **state)
{
	struct fixture *x = *state;
	u64 chain;
	u32 term;

	write_from(x, 1, 0, 1, 8);
	write_snapshot(x, 2, 6, 0, 4);
	finish(x);
	assert_int_equal(x->disk.image.entry[0].index, 5);
	assert_int_equal(cs_image_last(&x->disk.image), 8);
	assert_true(cs_image_has(&x->disk.image, 6, &term, &chain));
	assert_int_equal(chain, 77);
	write_snapshot(x, 3, 20, 1, 20);
	write_from(x, 4, 0, 21, 1);
	finish(x);
	assert_int_equal(x->disk.image.entries, 1);
	assert_int_equal(cs_image_last(&x->disk.image), 21);
	assert_false(cs_image_has(&x->disk.image, 6, &term, &chain));
	assert_false(x->disk.broken);
}

/* Any number of the first may be there, but nothing was reported. */
static void test_crash(void **state)
{
	struct fixture *x = *state;
	u64 seen = 0;

	for (int i = 0; i < 400; i++) {
		write_from(x, 1, 1, 1, 1);
		for (u64 k = 2; k <= 4; k++)
			write_one(x, k);
		cs_disk_crash(&x->disk);
		assert_int_equal(x->reports, 0);
		assert_null(cs_heap_take(&x->heap));
		assert_false(x->disk.broken);
		seen |= 1 << cs_image_last(&x->disk.image);
		cs_image_free(&x->disk.image);
	}
	assert_int_equal(seen, 1 << 0 | 1 << 1 | 1 << 2 | 1 << 3 | 1 << 4);
}

/* After a write that fails none is done until the node starts again. */
static void test_full(void **state)
{
	struct fixture *x = *state;

	x->disk.full = true;
	write_one(x, 1);
	finish(x);
	assert_int_equal(x->err, -ENOSPC);
	x->disk.full = false;
	write_one(x, 2);
	finish(x);
	assert_int_equal(x->err, -ENOSPC);
	assert_int_equal(x->stored, 0);
	cs_disk_crash(&x->disk);
	x->number = 0;
	write_one(x, 1);
	finish(x);
	assert_int_equal(x->err, 0);
	assert_int_equal(x->stored, 1);
}

static void test_stall(void **state)
{
	struct fixture *x = *state;

	write_one(x, 1);
	cs_disk_stall(&x->disk, 1000 * MS);
	finish(x);
	assert_int_equal(x->heap.now, 1000 * MS);
	cs_disk_stall(&x->disk, 2000 * MS);
	write_one(x, 2);
	finish(x);
	assert_true(x->heap.now > 2000 * MS);
	assert_int_equal(x->reports, 2);
}

/* Reported at once, and gone when the power fails. */
static void test_planted_early(void **state)
{
	struct fixture *x = *state;
	struct cs_event *e;

	x->disk.early = true;
	for (u64 i = 1; i <= 4; i++)
		write_one(x, i);
	e = cs_heap_take(&x->heap);
	e->run(e);
	assert_int_equal(x->heap.now, 0);
	assert_int_equal(x->reports, 4);
	cs_disk_crash(&x->disk);
	assert_int_equal(x->stored, 0);
	write_from(x, 5, 0, 1, 1);
	finish(x);
	assert_int_equal(x->reports, 5);
	assert_int_equal(x->stored, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_writes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_gap, setup, teardown),
		cmocka_unit_test_setup_teardown(test_snapshots, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_crash, setup, teardown),
		cmocka_unit_test_setup_teardown(test_full, setup, teardown),
		cmocka_unit_test_setup_teardown(test_stall, setup, teardown),
		cmocka_unit_test_setup_teardown(test_planted_early, setup,
						teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
