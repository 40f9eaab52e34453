// SPDX-License-Identifier: GPL-2.0-or-later
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/cli/output.h"
#include "unit.h"

static void test_table_is_aligned(void **state)
{
	static const char *const head[] = { "A", "NUMBER", "TEXT" };
	static const char *const row[] = { "long", "1 s", "t" };
	struct cl_table t = { .columns = 3, .right = 1U << 1 };
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	(void)state;
	cl_table_row(&t, head);
	cl_table_row(&t, row);
	cl_table_print(&t, f);
	fclose(f);
	assert_string_equal(text, "A     NUMBER  TEXT\n"
				  "long     1 s  t\n");
	free(text);
}

static const char *value(const struct cl_nl_msg *m, unsigned int attr)
{
	static char buf[CL_OUTPUT_VALUE_SIZE];
	const struct cl_nl_schema *s = cl_nl_schema_of(m->cmd);

	return cl_output_value(buf, cl_nl_schema_find(s, attr), m);
}

static void test_values_have_units(void **state)
{
	struct cl_nl_msg m = { .cmd = CLOCKLINK_CMD_CLOCK_GET };

	(void)state;
	m.clock.raw_ns = 12000000034LL;
	m.clock.time_ns = 1700000000000000001LL;
	m.clock.rate_ppt = 20000000;
	m.clock.drift_ppt = 1000;
	m.clock.error_ns = 1500;
	m.clock.bound_ns = 1500;
	m.clock.hard_ns = U64_MAX;
	m.clock.state = CLOCKLINK_STATE_HOLDOVER;
	m.clock.tai_offset_s = 37;
	assert_string_equal(value(&m, CLOCKLINK_A_CLOCK_RAW), "12.000000034 s");
	assert_string_equal(value(&m, CLOCKLINK_A_CLOCK_TIME),
			    "2023-11-14 22:13:20.000000001 TAI");
	assert_string_equal(value(&m, CLOCKLINK_A_CLOCK_RATE), "+20.00 ppm");
	assert_string_equal(value(&m, CLOCKLINK_A_CLOCK_DRIFT), "1.000 ppb");
	assert_string_equal(value(&m, CLOCKLINK_A_CLOCK_ERROR), "+1.500 us");
	assert_string_equal(value(&m, CLOCKLINK_A_CLOCK_BOUND), "1.500 us");
	assert_string_equal(value(&m, CLOCKLINK_A_CLOCK_HARD), "unlimited");
	assert_string_equal(value(&m, CLOCKLINK_A_CLOCK_STATE), "holdover");
	assert_string_equal(value(&m, CLOCKLINK_A_CLOCK_TAI_OFFSET), "37 s");
	assert_string_equal(value(&m, CLOCKLINK_A_CLOCK_PARENT), "none");
	m = (struct cl_nl_msg){ .cmd = CLOCKLINK_CMD_INSTANCE_GET };
	m.instance.phc_index = -1;
	assert_string_equal(value(&m, CLOCKLINK_A_INSTANCE_PHC_INDEX), "none");
	assert_string_equal(value(&m, CLOCKLINK_A_INSTANCE_ASYMMETRY), "auto");
	assert_string_equal(value(&m, CLOCKLINK_A_INSTANCE_NODE), "0");
}

static void test_words_and_fractions(void **state)
{
	struct cl_nl_msg m = { .cmd = CL_CTL_EVENT_GET };
	json_t *j;

	(void)state;
	m.event.have = CL_CTL_BIT(EVENT_NAME) | CL_CTL_BIT(EVENT_TIME) |
		       CL_CTL_BIT(EVENT_EVIDENCE);
	strcpy(m.event.name, "alpha");
	m.event.utc_ns = 1700000000000000001LL;
	m.event.evidence_m = 3500;
	assert_string_equal(value(&m, CL_CTL_A_EVENT_NAME), "alpha");
	assert_string_equal(value(&m, CL_CTL_A_EVENT_TIME),
			    "2023-11-14 22:13:20.000000001 UTC");
	assert_string_equal(value(&m, CL_CTL_A_EVENT_EVIDENCE), "3.5");
	j = cl_json_object(&m);
	assert_string_equal(json_string_value(json_object_get(j, "name")),
			    "alpha");
	assert_true(json_integer_value(json_object_get(j, "utc_ns")) ==
		    1700000000000000001LL);
	assert_true(json_real_value(json_object_get(j, "evidence")) == 3.5);
	json_decref(j);
	m = (struct cl_nl_msg){ .cmd = CL_CTL_STATUS_GET };
	m.status.phase = CL_CTL_PHASE_FAILED;
	m.status.role = CL_CTL_ROLE_LEARNER;
	assert_string_equal(value(&m, CL_CTL_A_STATUS_PHASE), "failed");
	assert_string_equal(value(&m, CL_CTL_A_STATUS_ROLE), "learner");
	m.status.role = CL_CTL_ROLE_LEADER + 1;
	assert_string_equal(value(&m, CL_CTL_A_STATUS_ROLE), "unknown");
}

static void test_json_keys_end_in_their_unit(void **state)
{
	struct cl_nl_msg m = { .cmd = CLOCKLINK_CMD_PEER_GET };
	json_t *j;

	(void)state;
	m.peer.have = CL_NL_BIT(PEER_NODE) | CL_NL_BIT(PEER_ADDR4) |
		      CL_NL_BIT(PEER_PORT) | CL_NL_BIT(PEER_FREQ) |
		      CL_NL_BIT(PEER_MIN_RTT) | CL_NL_BIT(PEER_ERROR) |
		      CL_NL_BIT(PEER_LOST);
	m.peer.node = 3;
	inet_pton(AF_INET, "10.0.0.3", &m.peer.addr4);
	m.peer.port = 20319;
	m.peer.freq_ppt = -19998;
	m.peer.min_rtt_ns = 1000123;
	m.peer.error_ns = U64_MAX;
	j = cl_json_object(&m);
	assert_int_equal(json_integer_value(json_object_get(j, "node")), 3);
	assert_string_equal(json_string_value(json_object_get(j, "address")),
			    "10.0.0.3");
	assert_int_equal(json_integer_value(json_object_get(j, "port")), 20319);
	assert_true(json_real_value(json_object_get(j, "freq_ppb")) == -19.998);
	assert_int_equal(json_integer_value(json_object_get(j, "min_rtt_ns")),
			 1000123);
	assert_true(json_is_null(json_object_get(j, "error_ns")));
	assert_int_equal(json_integer_value(json_object_get(j, "lost")), 0);
	/* A flag is always there, what was not sent is not. */
	assert_true(json_is_false(json_object_get(j, "ready")));
	assert_null(json_object_get(j, "offset_ns"));
	assert_null(json_object_get(j, "addr4"));
	json_decref(j);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table_is_aligned),
		cmocka_unit_test(test_values_have_units),
		cmocka_unit_test(test_words_and_fractions),
		cmocka_unit_test(test_json_keys_end_in_their_unit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
