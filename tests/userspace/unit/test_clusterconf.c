// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Section [cluster] of the file.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "agent/daemon/config.h"
#include "unit.h"

#define NODE "[node]\nid = 7\ncluster = demo\n"
#define SECTION NODE "[cluster]\naddress = 192.0.2.7\n"

static struct cl_config config;

static int read_text(const char *text)
{
	FILE *f = fmemopen((void *)text, strlen(text), "r");
	int err;

	assert_non_null(f);
	err = cl_config_read(&config, "x", f);
	fclose(f);
	cl_config_free(&config);
	return err;
}

static void good(const char *text)
{
	if (read_text(text))
		fail_msg("%s", config.error);
}

static void bad(const char *text, const char *error)
{
	assert_int_equal(read_text(text), -EINVAL);
	assert_string_equal(config.error, error);
}

static void test_without_it_there_is_no_cluster(void **state)
{
	(void)state;
	good(NODE);
	assert_int_equal(config.cluster.line, 0);
	assert_false(cl_nl_has(&config.node, INSTANCE_MANAGED));
}

static void test_defaults(void **state)
{
	const struct cl_clusterconf *c = &config.cluster;
	char host[64], text[CL_MEMBER_TEXT_SIZE];
	struct cl_member m;

	(void)state;
	good(SECTION);
	assert_int_equal(c->line, 4);
	assert_true(cl_nl_has(&config.node, INSTANCE_MANAGED));
	assert_int_equal(config.node.managed, 1);
	assert_string_equal(cl_endpoint_text(text, &c->time),
			    "192.0.2.7:20319");
	assert_string_equal(cl_endpoint_text(text, &c->stream),
			    "192.0.2.7:20319");
	assert_string_equal(c->state, "/var/lib/clocklink");
	assert_string_equal(c->leap_seconds,
			    "/usr/share/zoneinfo/leap-seconds.list");
	assert_true(c->heartbeat_ns == 20 * CL_NS_PER_MS);
	assert_true(c->election_ns == 200 * CL_NS_PER_MS);
	assert_true(c->vote);
	assert_int_equal(c->n_join, 0);
	assert_int_equal(gethostname(host, sizeof(host)), 0);
	host[strcspn(host, ".")] = '\0';
	assert_string_equal(c->name, host);
	cl_clusterconf_member(c, 7, &m);
	assert_int_equal(m.id, 7);
	assert_string_equal(m.name, host);
	assert_int_equal(m.flags, 0);
}

static void test_all_keys_are_read(void **state)
{
	const struct cl_clusterconf *c = &config.cluster;
	char text[CL_TCP_ADDRESS_SIZE];

	(void)state;
	good("[cluster]\n"
	     "name = alpha\n"
	     "address = [2001:db8::7]:99\n"
	     "stream-address = 192.0.2.7\n"
	     "stream-port = 100\n"
	     "state = /a/b\n"
	     "heartbeat = 50ms\n"
	     "election = 1s\n"
	     "vote = no\n"
	     "join = 192.0.2.1, 192.0.2.2:7\n"
	     "join = [2001:db8::3]:8 fe80::1%lo,srv:example.org\n"
	     "join = multicast:eth0\n"
	     "leap-seconds = /l\n" NODE);
	assert_string_equal(c->name, "alpha");
	assert_string_equal(cl_endpoint_text(text, &c->time),
			    "[2001:db8::7]:99");
	assert_string_equal(cl_endpoint_text(text, &c->stream),
			    "192.0.2.7:100");
	assert_string_equal(c->state, "/a/b");
	assert_string_equal(c->leap_seconds, "/l");
	assert_true(c->heartbeat_ns == 50 * CL_NS_PER_MS);
	assert_true(c->election_ns == CL_NS_PER_SEC);
	assert_false(c->vote);
	assert_int_equal(c->n_join, 4);
	assert_int_equal(c->n_look, 2);
	assert_string_equal(c->look[0], "srv:example.org");
	assert_string_equal(c->look[1], "multicast:eth0");
	cl_tcp_text(text, &c->join[0]);
	assert_string_equal(text, "192.0.2.1:20319");
	cl_tcp_text(text, &c->join[1]);
	assert_string_equal(text, "192.0.2.2:7");
	cl_tcp_text(text, &c->join[2]);
	assert_string_equal(text, "[2001:db8::3]:8");
	cl_tcp_text(text, &c->join[3]);
	assert_string_equal(text, "[fe80::1%1]:20319");
}

/* What others send time messages to is the port that the module listens at. */
static void test_port_of_the_node_counts(void **state)
{
	(void)state;
	good("[node]\nid = 7\ncluster = demo\nport = 99\n"
	     "[cluster]\naddress = 192.0.2.7\n");
	assert_int_equal(config.cluster.time.port, 99);
	assert_int_equal(config.cluster.stream.port, 20319);
}

static void test_values_that_are_wrong(void **state)
{
	(void)state;
	bad(NODE "[cluster]\nname = a\n",
	    "x:4: key 'address' is missing in [cluster]");
	bad(SECTION "name = 1a\n",
	    "x:4: [cluster] makes no member: name: does not begin with a letter");
	bad(SECTION "name = abcdefghijklmnopqrstuvwxyz123456\n",
	    "x:6: name: 'abcdefghijklmnopqrstuvwxyz123456...' has more than 31 bytes");
	bad(NODE "[cluster]\naddress = nowhere\n",
	    "x:5: address: 'nowhere' is not an address");
	bad(NODE "[cluster]\naddress = fe80::1%lo\n",
	    "x:5: address: 'fe80::1%lo' is link-local");
	bad(NODE "[cluster]\naddress = 224.0.0.1\n",
	    "x:4: [cluster] makes no member: time address: 224.0.0.1:20319 is the address of many");
	bad(SECTION "stream-address = 192.0.2.7:8\n",
	    "x:6: stream-address: the port is stream-port");
	bad(SECTION "stream-port = 0\n",
	    "x:6: stream-port: '0' is not a number 1 to 65535");
	bad(SECTION "state = here\n",
	    "x:6: state: 'here' is not a path from / on, shorter than 128 letters");
	bad(SECTION "heartbeat = 1us\n",
	    "x:6: heartbeat: '1us' is not a time from 1.000 ms to 10.00 s");
	bad(SECTION "heartbeat = 101ms\n",
	    "x:4: election is below two heartbeats in [cluster]");
	bad(SECTION "election = 101s\n",
	    "x:6: election: '101s' is not a time from 2.000 ms to 100.0 s");
	bad(SECTION "vote = perhaps\n",
	    "x:6: vote: 'perhaps' is not yes or no");
	bad(SECTION "join = 192.0.2.1 x\n", "x:6: join: 'x' is not an address");
	bad(SECTION "join = srv:a srv:b srv:c srv:d srv:e\n",
	    "x:6: join: more than 4 of srv: and multicast:");
	bad(SECTION "leap-seconds = l\n",
	    "x:6: leap-seconds: 'l' is not a path from / on, shorter than 128 letters");
	bad(SECTION "colour = red\n", "x:6: unknown key 'colour' in [cluster]");
	bad(SECTION "vote = no\nvote = no\n",
	    "x:7: key 'vote' was given before");
	bad(SECTION "[cluster]\n",
	    "x:6: section 'cluster' is already in line 4");
}

static void test_too_many_contacts(void **state)
{
	char text[1024] = SECTION;

	(void)state;
	for (int i = 0; i < CL_CLUSTERCONF_JOIN_MAX; i++)
		sprintf(text + strlen(text), "join = 192.0.2.%d\n", i + 1);
	good(text);
	assert_int_equal(config.cluster.n_join, CL_CLUSTERCONF_JOIN_MAX);
	strcat(text, "join = 192.0.2.99\n");
	bad(text, "x:22: join: more than 16 addresses");
}

/* Who leads and who else there is comes from the cluster. */
static void test_static_settings_are_refused(void **state)
{
	(void)state;
	bad("[node]\nid = 7\nleader = 7\ncluster = demo\n"
	    "[cluster]\naddress = 192.0.2.7\n",
	    "x:3: leader: with [cluster] the cluster elects it");
	bad(SECTION "[peer b]\nid = 2\naddress = 192.0.2.2\n",
	    "x:6: peer 'b': with [cluster] peers are members of it");
	bad(NODE "managed = yes\n", "x:4: unknown key 'managed' in [node]");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_without_it_there_is_no_cluster),
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_all_keys_are_read),
		cmocka_unit_test(test_port_of_the_node_counts),
		cmocka_unit_test(test_values_that_are_wrong),
		cmocka_unit_test(test_too_many_contacts),
		cmocka_unit_test(test_static_settings_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
