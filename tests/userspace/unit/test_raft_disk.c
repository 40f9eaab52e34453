// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "agent/core/raft_disk.h"
#include "unit.h"

static const struct cl_raft_snapshot snap = { .index = 9, .term = 2 };

static struct cl_raft_disk a_disk(void)
{
	struct cl_raft_disk d;

	cl_raft_disk_start(&d, 10, 3);
	return d;
}

static struct cl_raft_write begin(struct cl_raft_disk *d, u64 last, u32 term)
{
	struct cl_raft_write w;

	assert_true(cl_raft_disk_begin(d, last, term, &snap, &w));
	return w;
}

static void test_nothing_to_write(void **state)
{
	struct cl_raft_disk d = a_disk();
	struct cl_raft_write w;

	(void)state;
	assert_false(cl_raft_disk_begin(&d, 10, 3, &snap, &w));
	assert_int_equal(cl_raft_disk_next(&d, 10), 0);
	assert_false(cl_raft_disk_end(&d, 1));
}

static void test_durable_when_it_ends(void **state)
{
	struct cl_raft_disk d = a_disk();
	struct cl_raft_write w;

	(void)state;
	assert_int_equal(cl_raft_disk_next(&d, 12), 1);
	w = begin(&d, 12, 4);
	assert_int_equal(w.number, 1);
	assert_int_equal(w.entries, 2);
	assert_int_equal(w.term, 4);
	assert_null(w.snap);
	assert_int_equal(cl_raft_disk_next(&d, 12), 1);
	assert_int_equal(d.durable, 10);
	assert_int_equal(d.term, 3);
	assert_false(cl_raft_disk_end(&d, 2));
	assert_true(cl_raft_disk_end(&d, 1));
	assert_int_equal(d.durable, 12);
	assert_int_equal(d.term, 4);
}

static void test_term_alone_is_a_write(void **state)
{
	struct cl_raft_disk d = a_disk();
	struct cl_raft_write w;

	(void)state;
	cl_raft_disk_touch(&d);
	assert_int_equal(cl_raft_disk_next(&d, 10), 1);
	w = begin(&d, 10, 5);
	assert_int_equal(w.entries, 0);
	assert_int_equal(w.from, 0);
	assert_true(cl_raft_disk_end(&d, 1));
	assert_int_equal(d.durable, 10);
	assert_int_equal(d.term, 5);
}

/* Entries 11 and 12 are on their way when 12 becomes another. */
static void test_old_entries_on_their_way_do_not_count(void **state)
{
	struct cl_raft_disk d = a_disk();
	struct cl_raft_write w;

	(void)state;
	begin(&d, 12, 3);
	cl_raft_disk_cut(&d, 12);
	w = begin(&d, 13, 4);
	assert_int_equal(w.from, 12);
	assert_int_equal(w.entries, 2);
	cl_raft_disk_end(&d, 1);
	assert_int_equal(d.durable, 11);
	cl_raft_disk_end(&d, 2);
	assert_int_equal(d.durable, 13);
}

static void test_durable_entries_that_go_do_not_count(void **state)
{
	struct cl_raft_disk d = a_disk();
	struct cl_raft_write w;

	(void)state;
	cl_raft_disk_cut(&d, 8);
	assert_int_equal(d.durable, 7);
	cl_raft_disk_cut(&d, 9);
	cl_raft_disk_cut(&d, 8);
	w = begin(&d, 8, 4);
	assert_int_equal(w.from, 8);
	assert_int_equal(w.entries, 1);
	cl_raft_disk_end(&d, 1);
	assert_int_equal(d.durable, 8);
}

static void test_what_was_not_written_need_not_be_removed(void **state)
{
	struct cl_raft_disk d = a_disk();
	struct cl_raft_write w;

	(void)state;
	cl_raft_disk_cut(&d, 12);
	w = begin(&d, 12, 4);
	assert_int_equal(w.from, 0);
	assert_int_equal(w.entries, 2);
}

static void test_slow_disk_gets_one_write_for_many(void **state)
{
	struct cl_raft_disk d = a_disk();
	struct cl_raft_write w;
	u64 last = 10;

	(void)state;
	for (u32 i = 0; i < CL_RAFT_WRITES_MAX; i++)
		begin(&d, ++last, 3);
	last += 5;
	assert_false(cl_raft_disk_begin(&d, last, 3, &snap, &w));
	assert_int_equal(cl_raft_disk_next(&d, last), CL_RAFT_WRITES_MAX + 1);
	cl_raft_disk_touch(&d);
	assert_false(cl_raft_disk_begin(&d, last, 4, &snap, &w));
	assert_true(cl_raft_disk_end(&d, 1));
	assert_int_equal(d.durable, 11);
	w = begin(&d, last, 4);
	assert_int_equal(w.number, CL_RAFT_WRITES_MAX + 1);
	assert_int_equal(w.entries, 5);
}

static void test_snapshot_goes_with_the_next_write(void **state)
{
	struct cl_raft_disk d = a_disk();
	struct cl_raft_write w;

	(void)state;
	cl_raft_disk_snapshot(&d, 7);
	w = begin(&d, 11, 3);
	assert_ptr_equal(w.snap, &snap);
	assert_int_equal(w.keep, 7);
	assert_int_equal(w.entries, 1);
	assert_int_equal(w.from, 0);
	w = begin(&d, 12, 3);
	assert_null(w.snap);
}

static void test_install_replaces_all(void **state)
{
	struct cl_raft_disk d = a_disk();
	struct cl_raft_write w;

	(void)state;
	begin(&d, 12, 3);
	cl_raft_disk_install(&d, 50);
	assert_int_equal(d.durable, 0);
	w = begin(&d, 51, 3);
	assert_int_equal(w.from, 1);
	assert_int_equal(w.entries, 1);
	assert_ptr_equal(w.snap, &snap);
	assert_int_equal(w.keep, 50);
	cl_raft_disk_end(&d, 1);
	assert_int_equal(d.durable, 0);
	cl_raft_disk_end(&d, 2);
	assert_int_equal(d.durable, 51);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_to_write),
		cmocka_unit_test(test_durable_when_it_ends),
		cmocka_unit_test(test_term_alone_is_a_write),
		cmocka_unit_test(test_old_entries_on_their_way_do_not_count),
		cmocka_unit_test(test_durable_entries_that_go_do_not_count),
		cmocka_unit_test(test_what_was_not_written_need_not_be_removed),
		cmocka_unit_test(test_slow_disk_gets_one_write_for_many),
		cmocka_unit_test(test_snapshot_goes_with_the_next_write),
		cmocka_unit_test(test_install_replaces_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
