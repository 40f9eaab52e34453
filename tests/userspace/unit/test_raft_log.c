// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "agent/core/raft_log.h"
#include "unit.h"

static int setup(void **state)
{
	*state = calloc(1, sizeof(struct cl_raft_log));
	return 0;
}

static int teardown(void **state)
{
	cl_raft_log_free(*state);
	free(*state);
	return 0;
}

static void append(struct cl_raft_log *l, u32 term, u32 len)
{
	static const char data[CL_RAFT_DATA_MAX] = "data";

	assert_int_equal(cl_raft_log_append(l, term, CL_RAFT_DATA, data, len),
			 0);
}

/* Entries 11 to 15 of terms 1, 1, 3, 3, 4 after a base of term 1. */
static void fill(struct cl_raft_log *l)
{
	static const u32 term[] = { 1, 1, 3, 3, 4 };

	cl_raft_log_reset(l, 10, 1);
	for (u32 i = 0; i < 5; i++)
		append(l, term[i], i);
}

static void test_empty(void **state)
{
	struct cl_raft_log *l = *state;

	assert_int_equal(cl_raft_log_last(l), 0);
	assert_int_equal(cl_raft_log_term(l, 0), 0);
	assert_int_equal(cl_raft_log_batch(l, 1), 0);
	assert_int_equal(cl_raft_log_floor(l, 0, 5), 0);
	assert_null(cl_raft_log_at(l, 0));
	assert_null(cl_raft_log_at(l, 1));
}

static void test_entries(void **state)
{
	struct cl_raft_log *l = *state;

	fill(l);
	assert_int_equal(cl_raft_log_last(l), 15);
	assert_null(cl_raft_log_at(l, 10));
	assert_null(cl_raft_log_at(l, 16));
	for (u64 i = 11; i <= 15; i++) {
		assert_int_equal(cl_raft_log_at(l, i)->index, i);
		assert_int_equal(cl_raft_log_at(l, i)->len, i - 11);
	}
	assert_int_equal(cl_raft_log_term(l, 9), 0);
	assert_int_equal(cl_raft_log_term(l, 10), 1);
	assert_int_equal(cl_raft_log_term(l, 15), 4);
	assert_int_equal(cl_raft_log_term(l, 16), 0);
}

static void test_truncate(void **state)
{
	struct cl_raft_log *l = *state;
	u64 bytes;

	fill(l);
	bytes = cl_raft_log_bytes(l, 10, 13);
	cl_raft_log_truncate(l, 16);
	assert_int_equal(cl_raft_log_last(l), 15);
	cl_raft_log_truncate(l, 14);
	assert_int_equal(cl_raft_log_last(l), 13);
	assert_int_equal(cl_raft_log_bytes(l, 10, 13), bytes);
	append(l, 5, 1);
	assert_int_equal(cl_raft_log_term(l, 14), 5);
	cl_raft_log_truncate(l, 11);
	assert_int_equal(cl_raft_log_last(l), 10);
	assert_int_equal(cl_raft_log_term(l, 10), 1);
}

static void test_trim(void **state)
{
	struct cl_raft_log *l = *state;

	fill(l);
	cl_raft_log_trim(l, 10);
	assert_int_equal(l->count, 5);
	cl_raft_log_trim(l, 13);
	assert_int_equal(l->base, 13);
	assert_int_equal(l->base_term, 3);
	assert_int_equal(cl_raft_log_last(l), 15);
	assert_int_equal(cl_raft_log_at(l, 14)->len, 3);
	assert_int_equal(cl_raft_log_bytes(l, 10, 15),
			 cl_raft_log_bytes(l, 13, 15));
	cl_raft_log_trim(l, 15);
	assert_int_equal(l->count, 0);
	assert_int_equal(l->base_term, 4);
	append(l, 4, 1);
	assert_int_equal(cl_raft_log_at(l, 16)->index, 16);
}

static void test_bytes_count_all(void **state)
{
	struct cl_raft_log *l = *state;
	u64 head = sizeof(struct cl_raft_entry);

	fill(l);
	assert_int_equal(cl_raft_log_bytes(l, 10, 10), 0);
	assert_int_equal(cl_raft_log_bytes(l, 12, 11), 0);
	assert_int_equal(cl_raft_log_bytes(l, 10, 15), 5 * head + 10);
	assert_int_equal(cl_raft_log_bytes(l, 13, 14), head + 3);
}

static void test_floor_passes_over_terms(void **state)
{
	struct cl_raft_log *l = *state;

	fill(l);
	assert_int_equal(cl_raft_log_floor(l, 99, 9), 15);
	assert_int_equal(cl_raft_log_floor(l, 15, 3), 14);
	assert_int_equal(cl_raft_log_floor(l, 15, 2), 12);
	assert_int_equal(cl_raft_log_floor(l, 11, 4), 11);
	assert_int_equal(cl_raft_log_floor(l, 15, 1), 12);
	/* The base has term 1 as well: below 1 nothing here fits. */
	assert_int_equal(cl_raft_log_floor(l, 15, 0), 9);
	assert_int_equal(cl_raft_log_floor(l, 4, 1), 4);
}

static void test_batches_are_limited(void **state)
{
	struct cl_raft_log *l = *state;

	for (u32 i = 0; i < 100; i++)
		append(l, 1, 10);
	assert_int_equal(cl_raft_log_batch(l, 1), CL_RAFT_BATCH_MAX);
	assert_int_equal(cl_raft_log_batch(l, 91), 10);
	assert_int_equal(cl_raft_log_batch(l, 101), 0);
	append(l, 1, CL_RAFT_DATA_MAX);
	append(l, 1, CL_RAFT_DATA_MAX);
	append(l, 1, CL_RAFT_BATCH_BYTES - CL_RAFT_DATA_MAX);
	assert_int_equal(cl_raft_log_batch(l, 101), 1);
	assert_int_equal(cl_raft_log_batch(l, 102), 2);
	assert_int_equal(cl_raft_log_batch(l, 103), 1);
}

static void test_last_change_of_members(void **state)
{
	struct cl_raft_log *l = *state;

	fill(l);
	assert_int_equal(cl_raft_log_conf(l, 10, 15), 0);
	assert_int_equal(cl_raft_log_append(l, 4, CL_RAFT_CONF, "x", 1), 0);
	append(l, 4, 1);
	assert_int_equal(cl_raft_log_append(l, 4, CL_RAFT_CONF, "y", 1), 0);
	assert_int_equal(cl_raft_log_conf(l, 10, 18), 18);
	assert_int_equal(cl_raft_log_conf(l, 10, 17), 16);
	assert_int_equal(cl_raft_log_conf(l, 16, 17), 0);
	assert_int_equal(cl_raft_log_conf(l, 10, 15), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_empty),
		TEST(test_entries),
		TEST(test_truncate),
		TEST(test_trim),
		TEST(test_bytes_count_all),
		TEST(test_floor_passes_over_terms),
		TEST(test_batches_are_limited),
		TEST(test_last_change_of_members),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
