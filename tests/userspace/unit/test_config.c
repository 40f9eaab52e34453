// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent/daemon/config.h"
#include "unit.h"

#define NODE "[node]\nid = 1\ncluster = demo\n"

static int read_text(struct cl_config *c, const char *text)
{
	FILE *f = fmemopen((void *)text, strlen(text), "r");
	int err;

	assert_non_null(f);
	err = cl_config_read(c, "x", f);
	fclose(f);
	return err;
}

static void check_error(const char *text, const char *error)
{
	struct cl_config c;

	assert_int_equal(read_text(&c, text), -EINVAL);
	assert_string_equal(c.error, error);
	cl_config_free(&c);
}

static void test_whole_file_is_read(void **state)
{
	struct cl_config c;

	(void)state;
	assert_int_equal(read_text(&c, "# comment\n"
				       "[node]\n"
				       "id = 1      ; inline\n"
				       "cluster = 7\n"
				       "port = 1234\n"
				       "phc = yes\n"
				       "leader = 2\n"
				       "interval = 50ms\n"
				       "asymmetry = auto\n"
				       "stamp-noise = 2us\n"
				       "wander = 3ppb\n"
				       "max-bound = 10ms\n"
				       "tai-offset = 38\n"
				       "pps = /dev/pps0\n"
				       "\n"
				       "[peer b]\n"
				       "id = 2\n"
				       "address = 10.0.0.2\n"
				       "[peer c]\n"
				       "address = 10.0.0.3\n"
				       "port = 99\n"
				       "id = 3\n"),
			 0);
	assert_int_equal(c.node.node, 1);
	assert_int_equal(c.node.cluster, 7);
	assert_int_equal(c.node.port, 1234);
	assert_string_equal(c.pps, "/dev/pps0");
	assert_int_equal(c.node.phc, 1);
	assert_int_equal(c.node.leader, 2);
	assert_true(c.node.interval_ns == 50000000);
	assert_int_equal(c.node.asymmetry_ns, 0);
	assert_int_equal(c.node.stamp_noise_ns, 2000);
	assert_int_equal(c.node.wander_ppt, 3000);
	assert_true(c.node.max_bound_ns == 10000000);
	assert_int_equal(c.tai_offset_s, 38);
	assert_int_equal(c.n_peers, 2);
	assert_string_equal(c.peers[0].name, "b");
	assert_int_equal(c.peers[0].peer.node, 2);
	assert_false(cl_nl_has(&c.peers[0].peer, PEER_PORT));
	assert_string_equal(c.peers[1].name, "c");
	assert_int_equal(c.peers[1].peer.node, 3);
	assert_int_equal(c.peers[1].peer.port, 99);
	assert_true(cl_nl_has(&c.peers[1].peer, PEER_PORT));
	cl_config_free(&c);
}

static void test_what_is_not_given_is_not_sent(void **state)
{
	struct cl_config c;

	(void)state;
	assert_int_equal(read_text(&c, NODE), 0);
	assert_true(c.node.have ==
		    (CL_NL_BIT(INSTANCE_NODE) | CL_NL_BIT(INSTANCE_CLUSTER)));
	assert_int_equal(c.tai_offset_s, CL_CONFIG_TAI_OFFSET);
	assert_string_equal(c.hwstamp, CL_CONFIG_HWSTAMP_AUTO);
	cl_config_free(&c);
}

static void test_network_device_is_a_name_or_a_word(void **state)
{
	static const char *const good[] = { "auto", "off", "eth0",
					    "fifteen-letters" };
	static const char *const clocks[] = { "eth0", "/dev/ptp0",
					      "/dev/ptp12" };
	static const char *const no_clock =
		"x:4: phc-steer: '/dev/ptp_clocklink' is not a device or /dev/ptpN";
	static const char *const no_number =
		"x:4: phc-steer: '/dev/ptp1x' is not a device or /dev/ptpN";
	static const char *const no_path =
		"x:4: temperature: 'hwmon0' is not a path from / on, shorter than 128 letters";
	static const char *const too_long =
		"x:4: hwstamp: 'more-than-15-letters' is not auto, off or a device";
	struct cl_config c;
	char text[128];

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		snprintf(text, sizeof(text), NODE "hwstamp = %s\n", good[i]);
		assert_int_equal(read_text(&c, text), 0);
		assert_string_equal(c.hwstamp, good[i]);
		cl_config_free(&c);
	}
	check_error(NODE "hwstamp = more-than-15-letters\n", too_long);
	check_error(NODE "hwstamp = a/b\n",
		    "x:4: hwstamp: 'a/b' is not auto, off or a device");
	check_error(NODE "temperature = hwmon0\n", no_path);
	check_error(NODE "temperature = /a\ntemperature = /b\n",
		    "x:5: key 'temperature' was given before");
	check_error(NODE "phc-steer = /dev/ptp_clocklink\n", no_clock);
	check_error(NODE "phc-steer = /dev/ptp\n",
		    "x:4: phc-steer: '/dev/ptp' is not a device or /dev/ptpN");
	check_error(NODE "phc-steer = /dev/ptp1x\n", no_number);
	check_error(NODE "phc-steer = eth0\nphc-steer = eth1\n",
		    "x:5: key 'phc-steer' was given before");
	for (size_t i = 0; i < sizeof(clocks) / sizeof(*clocks); i++) {
		snprintf(text, sizeof(text), NODE "phc-steer = %s\n",
			 clocks[i]);
		assert_int_equal(read_text(&c, text), 0);
		assert_string_equal(c.phc_steer, clocks[i]);
		cl_config_free(&c);
	}
	check_error(NODE "pps = /dev/pps0\npps = /dev/pps0\n",
		    "x:5: key 'pps' was given before");
	check_error(NODE "hwstamp = off\nhwstamp = auto\n",
		    "x:5: key 'hwstamp' was given before");
}

static void test_system_clock(void **state)
{
	static const struct {
		const char *text;
		bool on;
		s64 step_ns;
	} good[] = {
		{ NODE, false, CL_NS_PER_SEC },
		{ NODE "system-clock = off\n", false, CL_NS_PER_SEC },
		{ NODE "system-clock = steer\n", true, CL_NS_PER_SEC },
		{ NODE "system-clock-step = off\n", false, 0 },
		{ NODE "system-clock-step = 1us\n", false, 1000 },
		{ NODE "system-clock-step = 1000s\n", false,
		  1000 * CL_NS_PER_SEC },
	};
	static const char *const wants =
		"x:4: system-clock-step: '%s' is not off or 1us to 1000s";
	static const char *const bad[] = { "999ns", "17min", "1", "on" };
	char text[128], want[128];
	struct cl_config c;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		assert_int_equal(read_text(&c, good[i].text), 0);
		assert_int_equal(c.system_clock, good[i].on);
		assert_true(c.system_clock_step_ns == good[i].step_ns);
		cl_config_free(&c);
	}
	check_error(NODE "system-clock = yes\n",
		    "x:4: system-clock: 'yes' is not steer or off");
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		snprintf(text, sizeof(text), NODE "system-clock-step = %s\n",
			 bad[i]);
		snprintf(want, sizeof(want), wants, bad[i]);
		check_error(text, want);
	}
	check_error(NODE "system-clock = off\nsystem-clock = steer\n",
		    "x:5: key 'system-clock' was given before");
	check_error(NODE "system-clock-step = off\nsystem-clock-step = 1s\n",
		    "x:5: key 'system-clock-step' was given before");
}

static void test_unknown_names_are_errors(void **state)
{
	static const char *const nodes =
		"x:5: unknown section 'nodes' (known: node, cluster, peer NAME, device NAME)";
	static const char *const log =
		"x:4: unknown section 'log' (known: node, cluster, peer NAME, device NAME)";

	(void)state;
	check_error(NODE "speed = 3\n", "x:4: unknown key 'speed' in [node]");
	check_error(NODE "node = 3\n", "x:4: unknown key 'node' in [node]");
	check_error(NODE "[peer b]\nid=2\nhost = h\n",
		    "x:6: unknown key 'host' in [peer b]");
	check_error(NODE "\n[nodes]\nid=2\n", nodes);
	/* Also without any key. */
	check_error(NODE "[log]\n", log);
	check_error(NODE "[device eth0]\nbias = 1us\n",
		    "x:5: unknown key 'bias' in [device eth0]");
}

static void test_constants_of_a_path_are_read(void **state)
{
	struct cl_config c;

	(void)state;
	assert_int_equal(read_text(&c, NODE "interval-max = 30s\n"
					    "[device eth0]\n"
					    "rx-bias = 3us\n"
					    "hw-tx-bias = -25ns\n"
					    "[peer b]\n"
					    "id = 2\n"
					    "delay-asymmetry = -1.5us\n"
					    "address = ::2\n"
					    "asymmetry = 5us\n"),
			 0);
	assert_true(c.node.interval_max_ns == 30 * CL_NS_PER_SEC);
	assert_int_equal(c.n_devices, 1);
	assert_string_equal(c.devices[0].name, "eth0");
	assert_int_equal(c.devices[0].device.rx_bias_ns, 3000);
	assert_int_equal(c.devices[0].device.hw_tx_bias_ns, -25);
	assert_true(c.devices[0].device.have ==
		    (CL_NL_BIT(DEVICE_RX_BIAS) | CL_NL_BIT(DEVICE_HW_TX_BIAS)));
	assert_int_equal(c.peers[0].peer.delay_asymmetry_ns, -1500);
	assert_int_equal(c.peers[0].peer.asymmetry_ns, 5000);
	cl_config_free(&c);
}

static void test_bad_constants_of_a_path_are_errors(void **state)
{
	static const char *const name =
		"x:4: 'more-than-15-letters' is no name of a network device";
	static const char *const range =
		"x:5: rx-bias: '2ms' is out of range (-1.000 ms to 1.000 ms)";

	(void)state;
	check_error(NODE "[device eth0]\nrx-bias = 2ms\n", range);
	check_error(NODE "[device eth0]\n[peer b]\nid=2\naddress=::1\n",
		    "x:4: device 'eth0' has no key");
	check_error(NODE "[device a]\nrx-bias=1us\n[device a]\n",
		    "x:6: device 'a' is already in line 4");
	check_error(NODE "[device a]\nrx-bias=1us\nrx-bias=2us\n",
		    "x:6: key 'rx-bias' was given before");
	check_error(NODE "[device more-than-15-letters]\n", name);
	check_error(NODE "[peer b]\nasymmetry = 2s\n",
		    "x:5: asymmetry: '2s' is out of range (0 ns to 1.000 s)");
	check_error(NODE "interval-max = 50ms\n",
		    "x:1: interval-max is below interval in [node]");
	check_error(NODE "interval = 2s\ninterval-max = 1s\n",
		    "x:1: interval-max is below interval in [node]");
	/* What else is known of a path does not make it another one. */
	check_error(NODE "[peer b]\nid=2\naddress=::1\nasymmetry=1us\n"
			 "[peer c]\nid=3\naddress=::1\n",
		    "x:8: peers 'b' and 'c' have the same address");
}

static void test_bad_values_are_errors(void **state)
{
	static const char *const unit =
		"x:4: interval: '100' is not a number with a unit (ns, us, ms, s, min, h)";

	(void)state;
	check_error("[node]\nid = 0\n",
		    "x:2: node: '0' is out of range (1 to 4294967294)");
	check_error(NODE "interval = 100\n", unit);
	check_error(NODE "phc = maybe\n", "x:4: phc: 'maybe' is not yes or no");
	check_error(NODE "tai-offset = 37s\n",
		    "x:4: tai-offset: '37s' is not a number of seconds");
	check_error(NODE "[peer b]\nid = x\n",
		    "x:5: id: 'x' is not a number 1 to 4294967294");
	check_error(NODE "[peer b]\nport = 0\n",
		    "x:5: port: '0' is not a number 1 to 65535");
	check_error(NODE "[peer b]\naddress = 10.0.0\n",
		    "x:5: address: '10.0.0' is not an address");
	check_error(NODE "[peer b]\naddress = fe80::1\n",
		    "x:5: address: 'fe80::1' needs %interface of this host");
	check_error(NODE "leader =\n", "x:4: key 'leader' has no value");
}

static void test_doubles_are_errors(void **state)
{
	(void)state;
	check_error(NODE "id = 1\n", "x:4: key 'id' was given before");
	check_error(NODE "[peer b]\nid=2\naddress=::1\n[node]\n",
		    "x:7: section 'node' is already in line 1");
	check_error(NODE "[peer b]\nid=2\naddress=::1\n[peer b]\n",
		    "x:7: peer 'b' is already in line 4");
	check_error(NODE "[peer b]\nid=2\nid=3\n",
		    "x:6: key 'id' was given before");
	check_error(NODE "[peer b]\naddress=::1\naddress=::2\n",
		    "x:6: key 'address' was given before");
	check_error(NODE "[peer b]\nport=5\naddress=1.2.3.4:5\n",
		    "x:6: the port was given before");
	check_error(NODE "[peer b]\nid=2\naddress=::1\n"
			 "[peer c]\nid=2\naddress=::2\n",
		    "x:7: peers 'b' and 'c' have the same id, 2");
	check_error(NODE "[peer b]\nid=2\naddress=::1\n"
			 "[peer c]\nid=3\naddress=::1\n",
		    "x:7: peers 'b' and 'c' have the same address");
	check_error(NODE "[peer b]\nid=1\naddress=::1\n",
		    "x:4: peer 'b' has the id of this node, 1");
}

static void test_missing_parts_are_errors(void **state)
{
	(void)state;
	check_error("[peer b]\nid=2\naddress=::1\n",
		    "x:3: section 'node' is missing");
	check_error("[node]\ncluster = a\n",
		    "x:1: key 'id' is missing in [node]");
	check_error("\n[node]\nid = 1\n",
		    "x:2: key 'cluster' is missing in [node]");
	check_error(NODE "[peer b]\naddress=::1\n", "x:4: peer 'b' has no id");
	check_error(NODE "[peer b]\nid=2\n", "x:4: peer 'b' has no address");
	check_error(NODE "leader = 5\n",
		    "x:1: leader 5 is neither this node nor a peer");
	check_error(NODE "[peer ]\n",
		    "x:4: a peer needs a name of 1 to 31 bytes");
}

static void test_bad_syntax_is_an_error(void **state)
{
	char text[600] = NODE;

	(void)state;
	check_error(NODE "what\n", "x:4: want 'key = value' or '[section]'");
	check_error(NODE "[peer b\n", "x:4: a section needs a closing bracket");
	check_error("id = 1\n", "x:1: key 'id' before any section");
	memset(text + strlen(NODE), 'x', 400);
	check_error(text, "x:4: longer than 198 bytes");
}

static void test_missing_file_is_named(void **state)
{
	struct cl_config c;

	(void)state;
	assert_int_equal(cl_config_load(&c, "no/such.conf"), -ENOENT);
	assert_string_equal(c.error, "no/such.conf: No such file or directory");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole_file_is_read),
		cmocka_unit_test(test_what_is_not_given_is_not_sent),
		cmocka_unit_test(test_network_device_is_a_name_or_a_word),
		cmocka_unit_test(test_system_clock),
		cmocka_unit_test(test_unknown_names_are_errors),
		cmocka_unit_test(test_constants_of_a_path_are_read),
		cmocka_unit_test(test_bad_constants_of_a_path_are_errors),
		cmocka_unit_test(test_bad_values_are_errors),
		cmocka_unit_test(test_doubles_are_errors),
		cmocka_unit_test(test_missing_parts_are_errors),
		cmocka_unit_test(test_bad_syntax_is_an_error),
		cmocka_unit_test(test_missing_file_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
