// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "agent/lib/errors.h"
#include "agent/lib/settings.h"
#include "agent/nl/schema.h"
#include "unit.h"

static int parse(struct cl_nl_instance *inst, const char *name,
		 const char *value)
{
	static char msg[CL_SETTINGS_MSG_SIZE];

	return cl_settings_parse(CLOCKLINK_CMD_INSTANCE_SET, inst, name, value,
				 msg);
}

/* @obj has room for any object and begins with its bits. */
static void check_limits(u8 cmd, struct cl_nl_msg *obj)
{
	const struct cl_setting *s = NULL;
	char msg[CL_SETTINGS_MSG_SIZE];
	const struct cl_nl_field *f;
	char text[32];
	const char *unit;

	while ((s = cl_settings_next(cmd, s))) {
		f = cl_nl_schema_find(cl_nl_schema_of(cmd), s->attr);
		assert_string_equal(f->name, s->name);
		if (f->unit == CL_NL_UNIT_BOOL || f->unit == CL_NL_UNIT_PPT ||
		    f->unit == CL_NL_UNIT_GROUP)
			continue;
		unit = f->unit == CL_NL_UNIT_NS ||
				       f->unit == CL_NL_UNIT_NS_AUTO ||
				       f->unit == CL_NL_UNIT_NS_OFF ?
			       "ns" :
			       "";
		memset(obj, 0, sizeof(*obj));
		snprintf(text, sizeof(text), "%lld%s", (long long)s->min, unit);
		assert_int_equal(cl_settings_parse(cmd, &obj->have, s->name,
						   text, msg),
				 0);
		assert_true(cl_nl_field_s64(f, &obj->have) == s->min);
		snprintf(text, sizeof(text), "%lld%s", (long long)s->max, unit);
		assert_int_equal(cl_settings_parse(cmd, &obj->have, s->name,
						   text, msg),
				 0);
		assert_true(cl_nl_field_s64(f, &obj->have) == s->max);
		assert_true(obj->have == 1ULL << s->attr);
		snprintf(text, sizeof(text), "%lld%s", (long long)s->max + 1,
			 unit);
		assert_int_equal(cl_settings_parse(cmd, &obj->have, s->name,
						   text, msg),
				 -ERANGE);
		assert_true(cl_nl_field_s64(f, &obj->have) == s->max);
	}
}

static void test_every_setting_takes_its_limits(void **state)
{
	struct cl_nl_msg obj;

	(void)state;
	check_limits(CLOCKLINK_CMD_INSTANCE_SET, &obj);
	check_limits(CLOCKLINK_CMD_PEER_SET, &obj);
	check_limits(CLOCKLINK_CMD_DEVICE_SET, &obj);
}

static void test_each_object_has_its_own(void **state)
{
	struct cl_nl_peer peer = { 0 };
	char msg[CL_SETTINGS_MSG_SIZE];

	(void)state;
	assert_int_equal(cl_settings_parse(CLOCKLINK_CMD_PEER_SET, &peer,
					   "delay-asymmetry", "-1.5us", msg),
			 0);
	assert_int_equal(peer.delay_asymmetry_ns, -1500);
	assert_true(peer.have == CL_NL_BIT(PEER_DELAY_ASYMMETRY));
	assert_int_equal(cl_settings_parse(CLOCKLINK_CMD_PEER_SET, &peer,
					   "interval", "1s", msg),
			 -ENOENT);
	assert_int_equal(cl_settings_parse(CLOCKLINK_CMD_DEVICE_SET, &peer,
					   "asymmetry", "1us", msg),
			 -ENOENT);
}

static void test_words_are_understood(void **state)
{
	struct cl_nl_instance inst = { 0 };
	u64 have;

	(void)state;
	assert_int_equal(parse(&inst, "leader", "none"), 0);
	assert_int_equal(parse(&inst, "asymmetry", "auto"), 0);
	assert_int_equal(parse(&inst, "interval-max", "off"), 0);
	assert_int_equal(parse(&inst, "phc", "yes"), 0);
	assert_int_equal(parse(&inst, "wander", "1ppb"), 0);
	assert_int_equal(parse(&inst, "max-bound", "1s"), 0);
	assert_int_equal(parse(&inst, "probes", "16"), 0);
	assert_int_equal(parse(&inst, "probe-every", "1000"), 0);
	assert_int_equal(parse(&inst, "managed", "yes"), 0);
	assert_int_equal(inst.leader, 0);
	assert_int_equal(inst.asymmetry_ns, 0);
	assert_true(inst.interval_max_ns == 0);
	assert_int_equal(inst.phc, 1);
	assert_int_equal(inst.managed, 1);
	assert_int_equal(inst.wander_ppt, 1000);
	assert_true(inst.max_bound_ns == 1000000000);
	assert_int_equal(inst.probes, 16);
	assert_int_equal(inst.probe_every, 1000);
	have = CL_NL_BIT(INSTANCE_LEADER) | CL_NL_BIT(INSTANCE_PHC) |
	       CL_NL_BIT(INSTANCE_ASYMMETRY) | CL_NL_BIT(INSTANCE_WANDER) |
	       CL_NL_BIT(INSTANCE_MAX_BOUND) |
	       CL_NL_BIT(INSTANCE_INTERVAL_MAX) | CL_NL_BIT(INSTANCE_PROBES) |
	       CL_NL_BIT(INSTANCE_PROBE_EVERY) | CL_NL_BIT(INSTANCE_MANAGED);
	assert_true(inst.have == have);
}

static void test_group_has_an_address_and_a_device(void **state)
{
	static const char not_a_group[] =
		"multicast: 'fd00::1' is not a multicast group, ADDRESS[%INTERFACE], or off";
	static const char no_interface[] =
		"multicast: 'ff02::1' needs %interface of this host";
	char msg[CL_SETTINGS_MSG_SIZE];
	struct cl_nl_instance inst = { 0 };

	(void)state;
	assert_int_equal(parse(&inst, "multicast", "239.192.79.95%lo"), 0);
	assert_true(inst.have == (CL_NL_BIT(INSTANCE_MULTICAST) |
				  CL_NL_BIT(INSTANCE_MULTICAST_IFINDEX)));
	assert_true(inst.multicast_ifindex > 0);
	assert_true(IN6_IS_ADDR_V4MAPPED(&inst.multicast));
	inst.have = 0;
	assert_int_equal(parse(&inst, "multicast", "10.0.0.1"), -EINVAL);
	assert_int_equal(parse(&inst, "multicast", "ff02::1"), -ENXIO);
	assert_true(inst.have == 0 && inst.multicast_ifindex > 0);
	assert_int_equal(parse(&inst, "multicast", "off"), 0);
	assert_true(IN6_IS_ADDR_UNSPECIFIED(&inst.multicast));
	assert_int_equal(inst.multicast_ifindex, 0);
	cl_settings_parse(CLOCKLINK_CMD_INSTANCE_SET, &inst, "multicast",
			  "fd00::1", msg);
	assert_string_equal(msg, not_a_group);
	cl_settings_parse(CLOCKLINK_CMD_INSTANCE_SET, &inst, "multicast",
			  "ff02::1", msg);
	assert_string_equal(msg, no_interface);
}

static void test_cluster_may_be_a_name(void **state)
{
	struct cl_nl_instance inst = { 0 };

	(void)state;
	assert_int_equal(parse(&inst, "cluster", "305419896"), 0);
	assert_int_equal(inst.cluster, 0x12345678);
	assert_int_equal(parse(&inst, "cluster", "0xffffffff"), 0);
	assert_int_equal(inst.cluster, 0xffffffff);
	/* FNV-1a of "a", from its specification. */
	assert_int_equal(parse(&inst, "cluster", "a"), 0);
	assert_int_equal(inst.cluster, 0xe40c292c);
	assert_int_equal(parse(&inst, "cluster", "4294967296"), -ERANGE);
	assert_int_equal(parse(&inst, "cluster", "-1"), -ERANGE);
}

static void test_error_names_setting_and_value(void **state)
{
	struct cl_nl_instance inst = { 0 };
	char msg[CL_SETTINGS_MSG_SIZE];
	const char *range, *unit;

	(void)state;
	range = "interval: '1us' is out of range (1.000 ms to 16.67 min)";
	unit = "interval: 'fast' is not a number with a unit (ns, us, ms, s, min, h)";
	assert_int_equal(cl_settings_parse(CLOCKLINK_CMD_INSTANCE_SET, &inst,
					   "interval", "1us", msg),
			 -ERANGE);
	assert_string_equal(msg, range);
	assert_int_equal(cl_settings_parse(CLOCKLINK_CMD_INSTANCE_SET, &inst,
					   "interval", "fast", msg),
			 -EINVAL);
	assert_string_equal(msg, unit);
	assert_int_equal(cl_settings_parse(CLOCKLINK_CMD_INSTANCE_SET, &inst,
					   "leader", "x", msg),
			 -EINVAL);
	assert_string_equal(msg, "leader: 'x' is not a number or none");
	assert_int_equal(cl_settings_parse(CLOCKLINK_CMD_INSTANCE_SET, &inst,
					   "speed", "1", msg),
			 -ENOENT);
	assert_string_equal(msg, "unknown setting 'speed'");
	assert_true(inst.have == 0);
}

static void test_kernel_error_is_explained(void **state)
{
	struct cl_nl_error e = { .code = -ENODEV };
	char buf[128];

	(void)state;
	cl_error_explain(&e, buf, sizeof(buf));
	assert_string_equal(buf, cl_error_text(-ENODEV));
	e.attr = "node";
	e.missing = true;
	cl_error_explain(&e, buf, sizeof(buf));
	assert_string_equal(buf, "node: missing");
	strcpy(e.text, "out of range");
	cl_error_explain(&e, buf, sizeof(buf));
	assert_string_equal(buf, "node: out of range");
	assert_string_equal(cl_error_text(-EEXIST), strerror(EEXIST));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_setting_takes_its_limits),
		cmocka_unit_test(test_each_object_has_its_own),
		cmocka_unit_test(test_words_are_understood),
		cmocka_unit_test(test_group_has_an_address_and_a_device),
		cmocka_unit_test(test_cluster_may_be_a_name),
		cmocka_unit_test(test_error_names_setting_and_value),
		cmocka_unit_test(test_kernel_error_is_explained),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
