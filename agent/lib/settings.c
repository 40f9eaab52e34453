// SPDX-License-Identifier: GPL-2.0-or-later
#include "settings.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "agent/nl/schema.h"
#include "units.h"

#define ID(name) CLOCKLINK_A_INSTANCE_##name
#define PEER(name) CLOCKLINK_A_PEER_##name
#define DEVICE(name) CLOCKLINK_A_DEVICE_##name

/* Ranges are those of the netlink spec, so that the message can name them. */
/* clang-format off */
static const struct cl_setting of_instance[] = {
	{ "node", ID(NODE), true, NULL, 1, 0xfffffffe,
	  "own node id" },
	{ "cluster", ID(CLUSTER), true, NULL, 0, 0xffffffff,
	  "cluster: a name, or its id as a number" },
	{ "port", ID(PORT), true, NULL, 1, 65535,
	  "local UDP port, default 20319" },
	{ "phc", ID(PHC), true, NULL, 0, 1,
	  "register a PTP clock (yes, no); needs CAP_SYS_TIME" },
	{ "leader", ID(LEADER), false, "none", 0, 0xfffffffe,
	  "node id of the leader, or none" },
	{ "interval", ID(INTERVAL), false, NULL,
	  CL_NS_PER_MS, 1000 * CL_NS_PER_SEC,
	  "time between two rounds, default 100ms" },
	{ "interval-max", ID(INTERVAL_MAX), false, "off",
	  0, 1000 * CL_NS_PER_SEC,
	  "interval that a quiet run may grow to, default off" },
	{ "asymmetry", ID(ASYMMETRY), false, "auto", 0, CL_NS_PER_SEC,
	  "asymmetry budget of a link, default auto: 1us or 1 % of the RTT" },
	{ "stamp-noise", ID(STAMP_NOISE), false, NULL, 1, CL_NS_PER_MS,
	  "rms of one time stamp, default 1us" },
	{ "wander", ID(WANDER), false, NULL, 1, 1000000,
	  "wander of the oscillators per sqrt(s), default 1ppb" },
	{ "max-bound", ID(MAX_BOUND), false, NULL,
	  1000, 1000 * CL_NS_PER_SEC,
	  "the clock is void when its bound exceeds this, default 1s" },
	{ "probes", ID(PROBES), false, NULL, 0, 16,
	  "other followers to measure as well, default 8" },
	{ "probe-every", ID(PROBE_EVERY), false, NULL, 1, 1000,
	  "rounds per exchange with each of them, default 1" },
	{ "multicast", ID(MULTICAST), false, "off", 0, 0,
	  "group by which a leader reaches followers, ADDRESS[%INTERFACE] or off" },
	{ "multicast-hops", ID(MULTICAST_HOPS), false, NULL, 1, 255,
	  "TTL or hop limit of packets to it, default 1" },
	{ "managed", ID(MANAGED), true, NULL, 0, 1,
	  "leader and peers come from a cluster (yes, no), by clocklinkd" },
	{ .name = NULL },
};

static const struct cl_setting of_peer[] = {
	{ "asymmetry", PEER(ASYMMETRY), false, "auto", 0, CL_NS_PER_SEC,
	  "asymmetry budget of the path, default auto: that of the instance" },
	{ "delay-asymmetry", PEER(DELAY_ASYMMETRY), false, NULL,
	  -CL_NS_PER_SEC, CL_NS_PER_SEC,
	  "half of what the way from the peer takes longer, default 0" },
	{ "shadow", PEER(SHADOW), false, NULL, 0, 1,
	  "measure it, but do not use what it says of cluster time (yes, no)" },
	{ .name = NULL },
};

static const struct cl_setting of_device[] = {
	{ "rx-bias", DEVICE(RX_BIAS), false, NULL, -CL_NS_PER_MS, CL_NS_PER_MS,
	  "the kernel's receive stamps are too late by this, default 0" },
	{ "tx-bias", DEVICE(TX_BIAS), false, NULL, -CL_NS_PER_MS, CL_NS_PER_MS,
	  "the kernel's transmit stamps are too early by this, default 0" },
	{ "hw-rx-bias", DEVICE(HW_RX_BIAS), false, NULL,
	  -CL_NS_PER_MS, CL_NS_PER_MS,
	  "the device's receive stamps are too late by this, default 0" },
	{ "hw-tx-bias", DEVICE(HW_TX_BIAS), false, NULL,
	  -CL_NS_PER_MS, CL_NS_PER_MS,
	  "the device's transmit stamps are too early by this, default 0" },
	{ .name = NULL },
};

/* clang-format on */

static const struct cl_setting *first(u8 cmd)
{
	switch (cmd) {
	case CLOCKLINK_CMD_PEER_SET:
		return of_peer;
	case CLOCKLINK_CMD_DEVICE_SET:
		return of_device;
	default:
		return of_instance;
	}
}

/**
 * cl_settings_next() - walk all settings of an object
 * @cmd: CLOCKLINK_CMD_INSTANCE_SET, _PEER_SET or _DEVICE_SET
 * @s: a setting, NULL for the start
 *
 * Return: the next one, NULL at the end.
 */
const struct cl_setting *cl_settings_next(u8 cmd, const struct cl_setting *s)
{
	s = s ? s + 1 : first(cmd);
	return s->name ? s : NULL;
}

/**
 * cl_settings_cluster_id() - cluster id of a name
 * @name: the name
 *
 * Return: FNV-1a hash; the same on every node, so that a name suffices.
 */
u32 cl_settings_cluster_id(const char *name)
{
	u32 hash = 2166136261U;

	for (; *name; name++)
		hash = (hash ^ (u8)*name) * 16777619U;
	return hash;
}

static int parse_id(const struct cl_setting *s, const char *value, s64 *ret)
{
	if (!strcmp(s->name, "cluster") && isalpha((unsigned char)*value)) {
		*ret = cl_settings_cluster_id(value);
		return 0;
	}
	return cl_units_parse_number(value, s->min, s->max, ret);
}

static int parse_value(const struct cl_setting *s, u8 unit, const char *value,
		       s64 *ret)
{
	bool on = false;
	int err;

	if (s->zero && !strcmp(value, s->zero)) {
		*ret = 0;
		return 0;
	}
	switch (unit) {
	case CL_NL_UNIT_NS:
	case CL_NL_UNIT_NS_AUTO:
	case CL_NL_UNIT_NS_OFF:
		err = cl_units_parse_duration(value, ret);
		break;
	case CL_NL_UNIT_PPT:
		err = cl_units_parse_freq(value, ret);
		break;
	case CL_NL_UNIT_BOOL:
		err = cl_units_parse_bool(value, &on);
		*ret = on;
		break;
	default:
		err = parse_id(s, value, ret);
		break;
	}
	if (!err && (*ret < s->min || *ret > s->max))
		err = -ERANGE;
	return err;
}

static const char *wanted(u8 unit)
{
	switch (unit) {
	case CL_NL_UNIT_NS:
	case CL_NL_UNIT_NS_AUTO:
	case CL_NL_UNIT_NS_OFF:
		return "a number with a unit (ns, us, ms, s, min, h)";
	case CL_NL_UNIT_PPT:
		return "a number with a unit (ppb, ppm)";
	case CL_NL_UNIT_BOOL:
		return "yes or no";
	case CL_NL_UNIT_GROUP:
		return "a multicast group, ADDRESS[%INTERFACE],";
	default:
		return "a number";
	}
}

static void explain(const struct cl_setting *s, u8 unit, const char *value,
		    int err, char *msg)
{
	const char *(*text)(char *, s64) = NULL;
	char min[CL_UNITS_SIZE], max[CL_UNITS_SIZE];

	if (err == -ENXIO) {
		snprintf(msg, CL_SETTINGS_MSG_SIZE,
			 "%s: '%.48s' needs %%interface of this host", s->name,
			 value);
		return;
	}
	if (err == -EINVAL) {
		snprintf(msg, CL_SETTINGS_MSG_SIZE, "%s: '%.32s' is not %s%s%s",
			 s->name, value, wanted(unit), s->zero ? " or " : "",
			 s->zero ? s->zero : "");
		return;
	}
	if (unit == CL_NL_UNIT_NS || unit == CL_NL_UNIT_NS_AUTO ||
	    unit == CL_NL_UNIT_NS_OFF)
		text = cl_units_duration;
	if (unit == CL_NL_UNIT_PPT)
		text = cl_units_freq;
	snprintf(min, sizeof(min), "%lld", (long long)s->min);
	snprintf(max, sizeof(max), "%lld", (long long)s->max);
	snprintf(msg, CL_SETTINGS_MSG_SIZE,
		 "%s: '%.32s' is out of range (%.24s to %.24s)", s->name, value,
		 text ? text(min, s->min) : min,
		 text ? text(max, s->max) : max);
}

/**
 * cl_settings_parse() - read one setting
 * @cmd: CLOCKLINK_CMD_INSTANCE_SET, _PEER_SET or _DEVICE_SET
 * @obj: struct of the model for @cmd; gets the value and its bit
 * @name: name of the setting
 * @value: its text
 * @msg: CL_SETTINGS_MSG_SIZE bytes; on failure what is wrong with which
 *
 * Return: 0; -ENOENT for an unknown name, -EINVAL, -ERANGE or, without an interface that
 * is needed or exists, -ENXIO for a bad value;
 * @obj is unchanged then.
 */
int cl_settings_parse(u8 cmd, void *obj, const char *name, const char *value,
		      char *msg)
{
	const struct cl_nl_schema *schema;
	const struct cl_nl_field *f;
	const struct cl_setting *s = NULL;
	s64 v = 0;
	int err;

	while ((s = cl_settings_next(cmd, s)))
		if (!strcmp(s->name, name))
			break;
	if (!s) {
		snprintf(msg, CL_SETTINGS_MSG_SIZE, "unknown setting '%.32s'",
			 name);
		return -ENOENT;
	}
	schema = cl_nl_schema_of(cmd);
	f = cl_nl_schema_find(schema, s->attr);
	if (f->unit == CL_NL_UNIT_GROUP)
		err = cl_units_parse_group(value, obj);
	else
		err = parse_value(s, f->unit, value, &v);
	if (err) {
		explain(s, f->unit, value, err, msg);
		return err;
	}
	if (f->unit != CL_NL_UNIT_GROUP)
		cl_nl_field_set(f, obj, v);
	return 0;
}
