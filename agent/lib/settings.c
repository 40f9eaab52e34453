// SPDX-License-Identifier: GPL-2.0-or-later
#include "settings.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "agent/nl/schema.h"
#include "units.h"

#define ID(name) CLOCKLINK_A_INSTANCE_##name

/* Ranges are those of the netlink spec, so that the message can name them. */
/* clang-format off */
static const struct cl_setting settings[] = {
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
	{ "asymmetry", ID(ASYMMETRY), false, "auto", 0, CL_NS_PER_SEC,
	  "asymmetry budget of a link, default auto: 1us or 1 % of the RTT" },
	{ "stamp-noise", ID(STAMP_NOISE), false, NULL, 1, CL_NS_PER_MS,
	  "rms of one time stamp, default 1us" },
	{ "wander", ID(WANDER), false, NULL, 1, 1000000,
	  "wander of the oscillators per sqrt(s), default 1ppb" },
	{ "max-bound", ID(MAX_BOUND), false, NULL,
	  1000, 1000 * CL_NS_PER_SEC,
	  "the clock is void when its bound exceeds this, default 1s" },
	{ .name = NULL },
};

/* clang-format on */

/**
 * cl_settings_next() - walk all settings
 * @s: a setting, NULL for the start
 *
 * Return: the next one, NULL at the end.
 */
const struct cl_setting *cl_settings_next(const struct cl_setting *s)
{
	s = s ? s + 1 : settings;
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
	if (s->attr == ID(CLUSTER) && isalpha((unsigned char)*value)) {
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
		return "a number with a unit (ns, us, ms, s, min, h)";
	case CL_NL_UNIT_PPT:
		return "a number with a unit (ppb, ppm)";
	case CL_NL_UNIT_BOOL:
		return "yes or no";
	default:
		return "a number";
	}
}

static void explain(const struct cl_setting *s, u8 unit, const char *value,
		    int err, char *msg)
{
	const char *(*text)(char *, s64) = NULL;
	char min[CL_UNITS_SIZE], max[CL_UNITS_SIZE];

	if (err == -EINVAL) {
		snprintf(msg, CL_SETTINGS_MSG_SIZE, "%s: '%.32s' is not %s%s%s",
			 s->name, value, wanted(unit), s->zero ? " or " : "",
			 s->zero ? s->zero : "");
		return;
	}
	if (unit == CL_NL_UNIT_NS || unit == CL_NL_UNIT_NS_AUTO)
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
 * @inst: gets the value and its bit
 * @name: name of the setting
 * @value: its text
 * @msg: CL_SETTINGS_MSG_SIZE bytes; on failure what is wrong with which
 *
 * Return: 0; -ENOENT for an unknown name, -EINVAL or -ERANGE for a bad value;
 * @inst is unchanged then.
 */
int cl_settings_parse(struct cl_nl_instance *inst, const char *name,
		      const char *value, char *msg)
{
	const struct cl_nl_schema *schema;
	const struct cl_nl_field *f;
	const struct cl_setting *s;
	s64 v = 0;
	int err;

	for (s = settings; s->name; s++)
		if (!strcmp(s->name, name))
			break;
	if (!s->name) {
		snprintf(msg, CL_SETTINGS_MSG_SIZE, "unknown setting '%.32s'",
			 name);
		return -ENOENT;
	}
	schema = cl_nl_schema_of(CLOCKLINK_CMD_INSTANCE_SET);
	f = cl_nl_schema_find(schema, s->attr);
	err = parse_value(s, f->unit, value, &v);
	if (err) {
		explain(s, f->unit, value, err, msg);
		return err;
	}
	cl_nl_field_set(f, inst, v);
	return 0;
}
