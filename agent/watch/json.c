// SPDX-License-Identifier: GPL-2.0-or-later
#include "json.h"

#include <stdio.h>

#include "agent/lib/units.h"

static json_t *json_value(const struct cl_nl_field *f,
			  const struct cl_nl_msg *m)
{
	s64 v = cl_nl_field_s64(f, &m->have);
	const char *word = cl_nl_field_text(f, &m->have);
	char group[CL_UNITS_ADDR_SIZE];

	if (f->unit == CL_NL_UNIT_GROUP)
		word = cl_units_group(group, &m->instance);
	if (!word)
		word = cl_nl_unit_word(f->unit, v);
	if (word)
		return json_string(word);
	switch (f->unit) {
	case CL_NL_UNIT_NS:
		/* Without limit. */
		return v == S64_MAX ? json_null() : json_integer(v);
	case CL_NL_UNIT_PPT:
	case CL_NL_UNIT_MK:
	case CL_NL_UNIT_MILLI:
		return json_real(v / 1000.0);
	case CL_NL_UNIT_BOOL:
		return json_boolean(v);
	default:
		return json_integer(v);
	}
}

static const char *json_suffix(u8 unit)
{
	switch (unit) {
	case CL_NL_UNIT_NS:
	case CL_NL_UNIT_NS_AUTO:
	case CL_NL_UNIT_NS_OFF:
	case CL_NL_UNIT_RAW:
	case CL_NL_UNIT_TAI:
	case CL_NL_UNIT_UTC:
		return "_ns";
	case CL_NL_UNIT_PPT:
		return "_ppb";
	case CL_NL_UNIT_S:
		return "_s";
	case CL_NL_UNIT_MK:
		return "_c";
	default:
		return "";
	}
}

/**
 * cl_json_object() - an object as JSON
 * @m: the object
 *
 * Keys are the names of the netlink spec with underscores and the unit. A bound
 * without limit is null.
 *
 * Return: a new reference.
 */
json_t *cl_json_object(const struct cl_nl_msg *m)
{
	const struct cl_nl_schema *s = cl_nl_schema_of(m->cmd);
	char key[CL_UNITS_SIZE], host[CL_UNITS_ADDR_SIZE];
	json_t *j = json_object();

	for (unsigned int i = 0; i < s->n; i++) {
		if (!cl_nl_field_shown(&s->fields[i], &m->have))
			continue;
		snprintf(key, sizeof(key), "%s%s", s->fields[i].name,
			 json_suffix(s->fields[i].unit));
		for (char *c = key; *c; c++)
			*c = *c == '-' ? '_' : *c;
		json_object_set_new(j, key, json_value(&s->fields[i], m));
	}
	if (cl_nl_has_address(m)) {
		cl_units_host(host, &m->peer);
		json_object_set_new(j, "address", json_string(host));
		json_object_set_new(j, "port", json_integer(m->peer.port));
	}
	return j;
}

/**
 * cl_json_print_line() - print JSON on one line, at once
 * @j: what to print; the reference is taken
 */
void cl_json_print_line(json_t *j)
{
	json_dumpf(j, stdout, JSON_COMPACT | CL_JSON_DIGITS);
	putchar('\n');
	json_decref(j);
	fflush(stdout);
}
