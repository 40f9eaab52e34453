// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A node that is this process: its kernel's clocks and its page are variables here.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/lib/page.h"
#include "scripts/lab/vtime/kernel/vtime.h"
#include "scripts/lab/vtime/truth.h"
#include "unit.h"

#define BASE_TIME 1700000000000000000LL
#define MS CL_NS_PER_MS
#define PPM 281474977LL /* times 2^48 */

static struct vtime_clock clocks;
static struct clocklink_page page;
static struct cl_clock shown;
static struct vt_node node;
static struct vt_truth truth;
static char path[32];

/* The clock goes on from @raw with another rate and another slew. */
static void publish(s64 raw, s64 rate_q48, s64 slew_q48, s64 slew_ns)
{
	struct clocklink_anchor *a = &page.now;

	cl_clock_rebase(&shown, cl_raw(raw));
	shown.map.rate_q48 = rate_q48;
	shown.slew_q48 = slew_q48;
	shown.slew_ns = slew_ns;
	*a = (struct clocklink_anchor){
		.raw = raw,
		.time = shown.map.time.ns,
		.rate_q48 = rate_q48,
		.slew_q48 = slew_q48,
		.slew_ns = slew_ns,
		.void_raw = S64_MAX,
		.state = CLOCKLINK_STATE_SYNCED,
	};
	page.updates++;
	page.anchor[page.updates % CLOCKLINK_PAGE_ANCHORS] = *a;
}

static int setup(void **state)
{
	const struct vt_osc_model exact = {};
	struct vt_rng rng;
	int fd;

	(void)state;
	vt_rng_init(&rng, 1, VT_STREAM_OSC, 0, 0);
	node = (struct vt_node){ .pid = getpid() };
	strcpy(path, "/tmp/truth-XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	close(fd);
	clocks = (struct vtime_clock){
		.magic = VTIME_MAGIC,
		.real = { .mult = 1 },
		.raw = { .mult = 1 },
		.page = (u64)&page,
	};
	memset(&page, 0, sizeof(page));
	page.magic = CLOCKLINK_PAGE_MAGIC;
	page.first = 1;
	shown = (struct cl_clock){ .map.time = cl_time(BASE_TIME) };
	truth = (struct vt_truth){ .clock_addr = (u64)&clocks };
	assert_int_equal(vt_osc_init(&node.osc, &exact, rng, 1), 0);
	assert_int_equal(vt_truth_open(&truth, path, 1), 0);
	publish(0, 7 * PPM, 0, 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	vt_osc_free(&node.osc);
	return unlink(path);
}

static void sample(s64 ns)
{
	vt_truth_sample(&truth, &node, ns * VT_PS_PER_NS);
}

/* All that was written; each line is an object. */
static json_t *finish(void)
{
	json_t *lines = json_array();
	char line[4096];
	FILE *f;

	assert_int_equal(vt_truth_close(&truth), 0);
	f = fopen(path, "r");
	assert_non_null(f);
	while (fgets(line, sizeof(line), f))
		json_array_append_new(lines, json_loads(line, 0, NULL));
	fclose(f);
	return lines;
}

static s64 value(const json_t *lines, size_t i, const char *key)
{
	const json_t *v = json_object_get(json_array_get(lines, i), key);

	assert_true(json_is_integer(v));
	return json_integer_value(v);
}

/* What the clock moved beyond raw time between the samples @i - 1 and @i. */
static s64 moved(const json_t *lines, size_t i)
{
	return value(lines, i, "time") - value(lines, i - 1, "time") -
	       (value(lines, i, "raw") - value(lines, i - 1, "raw"));
}

static void assert_near(s64 a, s64 b)
{
	assert_in_range(a - b + 2, 0, 4);
}

static void test_one_line(void **state)
{
	json_t *lines;

	(void)state;
	sample(10 * MS);
	sample(20 * MS);
	lines = finish();
	assert_int_equal(json_array_size(lines), 2);
	assert_int_equal(value(lines, 0, "raw"), 10 * MS);
	assert_null(json_object_get(json_array_get(lines, 0), "gain"));
	assert_near(value(lines, 1, "gain"), 70);
	assert_near(moved(lines, 1), 70);
	json_decref(lines);
}

/* Neither sample sees the line between, which slews by 300 ppm for 4 ms. */
static void test_several_lines(void **state)
{
	json_t *lines;

	(void)state;
	sample(10 * MS);
	publish(12 * MS, 7 * PPM, 300 * PPM, 1000 * MS);
	publish(16 * MS, 9 * PPM, 0, 0);
	sample(20 * MS);
	sample(30 * MS);
	lines = finish();
	assert_near(value(lines, 1, "gain"), 42 + 1200 + 36);
	assert_near(moved(lines, 1), 42 + 1200 + 36);
	assert_near(value(lines, 2, "gain"), 90);
	json_decref(lines);
}

static void test_slew_that_ends(void **state)
{
	json_t *lines;

	(void)state;
	publish(5 * MS, 7 * PPM, -100 * PPM, 7 * MS);
	sample(10 * MS);
	sample(20 * MS);
	sample(30 * MS);
	lines = finish();
	assert_near(value(lines, 1, "gain"), 70 - 200);
	assert_near(moved(lines, 1), 70 - 200);
	assert_near(value(lines, 2, "gain"), 70);
	json_decref(lines);
}

static void test_step_is_no_gain(void **state)
{
	json_t *lines;

	(void)state;
	sample(10 * MS);
	shown.map.time.ns += 500;
	publish(15 * MS, 7 * PPM, 0, 0);
	sample(20 * MS);
	lines = finish();
	assert_near(value(lines, 1, "gain"), 70);
	assert_near(moved(lines, 1), 570);
	json_decref(lines);
}

static void publish_many(s64 raw, unsigned int n)
{
	for (unsigned int i = 1; i <= n; i++)
		publish(raw + i, 7 * PPM, 0, 0);
}

static void test_lines_that_are_not_known(void **state)
{
	json_t *lines;

	(void)state;
	sample(10 * MS);
	publish_many(10 * MS, CLOCKLINK_PAGE_ANCHORS - 1);
	sample(20 * MS);
	publish_many(20 * MS, CLOCKLINK_PAGE_ANCHORS);
	sample(30 * MS);
	/* Another page, and one after none. */
	page.updates = 1;
	sample(40 * MS);
	clocks.page = 0;
	sample(50 * MS);
	clocks.page = (u64)&page;
	sample(60 * MS);
	sample(70 * MS);
	/* The node was down. */
	node.pid = 0;
	sample(80 * MS);
	node.pid = getpid();
	sample(90 * MS);
	sample(100 * MS);
	lines = finish();
	assert_int_equal(json_array_size(lines), 9);
	for (size_t i = 0; i < 9; i++)
		assert_int_equal(!!json_object_get(json_array_get(lines, i),
						   "gain"),
				 i == 1 || i == 6 || i == 8);
	assert_near(value(lines, 1, "gain"), 70);
	json_decref(lines);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_one_line, setup, teardown),
		cmocka_unit_test_setup_teardown(test_several_lines, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_slew_that_ends, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_step_is_no_gain, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_lines_that_are_not_known,
						setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
