// SPDX-License-Identifier: GPL-2.0-or-later
/* The live view: loss of the last minute, round trips, orders, both outputs. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "agent/stats/view.h"

#define PEERS 3

static struct cl_view view;
static struct cl_look now;
static struct cl_nl_peer peers[PEERS];
static struct cl_ctl_member members[PEERS];

static int set_up(void **state)
{
	(void)state;
	cl_view_init(&view);
	now = (struct cl_look){
		.has_instance = true,
		.peers = peers,
		.n_peers = PEERS,
		.members = members,
		.n_members = PEERS,
	};
	now.instance.node = 1;
	now.clock.state = CLOCKLINK_STATE_SYNCED;
	now.clock.bound_ns = 12345;
	for (u32 i = 0; i < PEERS; i++) {
		peers[i] = (struct cl_nl_peer){
			.node = i + 2,
			.state = CLOCKLINK_STATE_SYNCED,
			.excess_ns = 1000 * (PEERS - i),
			.ready = true,
		};
		members[i] = (struct cl_ctl_member){ .node = i + 2 };
		snprintf(members[i].name, sizeof(members[i].name), "db%u",
			 i + 2);
	}
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	cl_view_free(&view);
	return 0;
}

static void look(u64 came, u64 lost)
{
	peers[0].responses += came;
	peers[0].lost += lost;
	now.clock.raw_ns += CL_NS_PER_SEC;
	now.clock.time_ns += CL_NS_PER_SEC;
	assert_int_equal(cl_view_look(&view, &now), 0);
}

static double loss(void)
{
	return cl_view_loss(cl_view_peer(&view, 2));
}

static void test_loss(void **state)
{
	(void)state;
	assert_true(cl_view_loss(NULL) < 0);
	look(1000, 1000);
	/* What was before nobody saw. */
	assert_true(loss() < 0);
	look(9, 1);
	assert_true(loss() > 0.099 && loss() < 0.101);
	assert_true(cl_view_loss(cl_view_peer(&view, 3)) < 0);
	for (int i = 0; i < 2 * CL_VIEW_WINDOW; i++)
		look(10, 0);
	/* That was more than a minute ago. */
	assert_true(loss() >= 0 && loss() < 0.001);
	peers[0].responses = 3;
	look(0, 0);
	/* The module has begun anew. */
	assert_true(loss() < 0);
}

static void sample(s64 rtt)
{
	const struct cl_nl_sample s = {
		.peer = 2,
		.out_rx_ns = 7000000,
		.in_tx_ns = 7050000,
		.in_rx_ns = rtt + 50000,
		.excess_ns = rtt - 1000000,
	};

	assert_int_equal(cl_view_sample(&view, &s), 0);
}

static const char *text_of(void)
{
	static char *text;
	size_t size;
	FILE *f;

	free(text);
	f = open_memstream(&text, &size);
	assert_non_null(f);
	cl_view_print(&view, f);
	assert_int_equal(fclose(f), 0);
	return text;
}

static void test_round_trips(void **state)
{
	const struct cl_histogram *h;
	json_t *j, *peers_json, *peer, *rtt;

	(void)state;
	for (int i = 0; i < 99; i++)
		sample(1000000);
	sample(8000000);
	look(1, 0);
	look(1, 0);
	h = &cl_view_peer(&view, 2)->rtt;
	assert_int_equal(h->count, 100);
	assert_int_equal(h->min_ns, 1000000);
	assert_int_equal(h->max_ns, 8000000);
	j = cl_view_json(&view);
	peers_json = json_object_get(j, "peers");
	peer = json_array_get(peers_json, 0);
	rtt = json_object_get(peer, "round_trips");
	assert_int_equal(json_integer_value(json_object_get(rtt, "count")),
			 100);
	peer = json_array_get(peers_json, 1);
	assert_true(json_is_null(json_object_get(peer, "loss")));
	json_decref(j);
	assert_non_null(strstr(text_of(), "db2"));
	/* 99 below 128 ns; one of 7 ms, in the octave from 4.2 ms on. */
	assert_non_null(strstr(text_of(), "█               ▁     "));
	assert_non_null(strstr(text_of(), "synced"));
	assert_non_null(strstr(text_of(), "12.35 us"));
}

/* Where a peer stands in the view. */
static size_t place(const char *name)
{
	const char *text = text_of();
	const char *at = strstr(text, name);

	assert_non_null(at);
	return at - text;
}

static void test_orders(void **state)
{
	(void)state;
	look(1, 0);
	assert_true(place("db2") < place("db3") && place("db3") < place("db4"));
	view.order = CL_VIEW_BY_EXCESS;
	assert_true(place("db2") < place("db3"));
	peers[2].excess_ns = 9000;
	assert_true(place("db4") < place("db2"));
	view.order = CL_VIEW_BY_OFFSET;
	peers[1].ahead_ns = -500;
	assert_true(place("db3") < place("db2"));
}

static void test_nothing(void **state)
{
	json_t *j;

	(void)state;
	now = (struct cl_look){ .error = "module: it is not loaded" };
	assert_int_equal(cl_view_look(&view, &now), 0);
	assert_non_null(strstr(text_of(), "module: it is not loaded"));
	j = cl_view_json(&view);
	assert_string_equal(json_string_value(json_object_get(j, "missing")),
			    "module: it is not loaded");
	assert_null(json_object_get(j, "clock"));
	json_decref(j);
}

/* So many seconds of a link whose queues are that long. */
static void link_of(u64 excess_ns, int seconds)
{
	for (int i = 0; i < seconds; i++) {
		peers[0].raw_ns += CL_NS_PER_SEC;
		peers[0].exchanges += 10;
		peers[0].excess_ns = excess_ns + 100 * (i % 7);
		look(20, 0);
	}
}

static void test_unusual_link(void **state)
{
	json_t *j, *peer;

	(void)state;
	link_of(20000, 600);
	assert_null(strstr(text_of(), "warning"));
	link_of(200000, 60);
	assert_non_null(strstr(text_of(), "unusual jitter of node 2 for "));
	assert_non_null(strstr(text_of(), ": mean queue 20"));
	assert_null(strstr(text_of(), "of node 3"));
	j = cl_view_json(&view);
	peer = json_array_get(json_object_get(j, "peers"), 0);
	assert_int_equal(json_array_size(json_object_get(peer, "warnings")), 1);
	json_decref(j);
	/* A raw clock that began anew is another one. */
	peers[0].raw_ns = 0;
	link_of(200000, 1);
	assert_null(strstr(text_of(), "warning"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_loss, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_round_trips, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_orders, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_unusual_link, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_nothing, set_up,
						tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
