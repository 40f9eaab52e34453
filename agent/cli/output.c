// SPDX-License-Identifier: GPL-2.0-or-later
#include "output.h"

#include <stdlib.h>
#include <string.h>

#include "agent/lib/units.h"

static const char *format_raw(char *buf, s64 ns)
{
	snprintf(buf, CL_OUTPUT_VALUE_SIZE, "%lld.%09lld s",
		 (long long)(ns / CL_NS_PER_SEC),
		 (long long)llabs(ns % CL_NS_PER_SEC));
	return buf;
}

static const char *number_or(char *buf, s64 v, s64 none)
{
	if (v == none)
		return strcpy(buf, "none");
	snprintf(buf, CL_OUTPUT_VALUE_SIZE, "%lld", (long long)v);
	return buf;
}

/**
 * cl_output_value() - a field for people
 * @buf: CL_OUTPUT_VALUE_SIZE bytes
 * @f: the field
 * @m: message that it lies in
 *
 * Return: @buf, with the value and its unit.
 */
const char *cl_output_value(char *buf, const struct cl_nl_field *f,
			    const struct cl_nl_msg *m)
{
	s64 v = cl_nl_field_s64(f, &m->have);
	bool has_sign = f->type == CL_NL_S64 || f->type == CL_NL_S32;
	const char *word = cl_nl_field_text(f, &m->have);

	if (f->unit == CL_NL_UNIT_GROUP)
		return cl_units_group(buf, &m->instance);
	if (!word)
		word = cl_nl_unit_word(f->unit, v);
	if (word) {
		snprintf(buf, CL_OUTPUT_VALUE_SIZE, "%s", word);
		return buf;
	}
	switch (f->unit) {
	case CL_NL_UNIT_NODE:
		return number_or(buf, v, 0);
	case CL_NL_UNIT_INDEX:
		return number_or(buf, v, -1);
	case CL_NL_UNIT_NS_AUTO:
		return v ? cl_units_duration(buf, v) : strcpy(buf, "auto");
	case CL_NL_UNIT_NS_OFF:
		return v ? cl_units_duration(buf, v) : strcpy(buf, "off");
	case CL_NL_UNIT_NS:
		return has_sign ? cl_units_offset(buf, v) :
				  cl_units_bound(buf, v);
	case CL_NL_UNIT_PPT:
		return has_sign ? cl_units_freq(buf, v) :
				  cl_units_drift(buf, v);
	case CL_NL_UNIT_RAW:
		return format_raw(buf, v);
	case CL_NL_UNIT_TAI:
		cl_units_time(buf, v);
		return strcat(buf, " TAI");
	case CL_NL_UNIT_UTC:
		cl_units_time(buf, v);
		return strcat(buf, " UTC");
	case CL_NL_UNIT_MILLI:
		snprintf(buf, CL_OUTPUT_VALUE_SIZE, "%.3g", (double)v / 1000);
		return buf;
	case CL_NL_UNIT_S:
		snprintf(buf, CL_OUTPUT_VALUE_SIZE, "%lld s", (long long)v);
		return buf;
	case CL_NL_UNIT_MK:
		snprintf(buf, CL_OUTPUT_VALUE_SIZE, "%.3f C", (double)v / 1000);
		return buf;
	case CL_NL_UNIT_HASH:
		snprintf(buf, CL_OUTPUT_VALUE_SIZE, "0x%08x", (u32)v);
		return buf;
	case CL_NL_UNIT_BOOL:
		return strcpy(buf, v ? "yes" : "no");
	default:
		snprintf(buf, CL_OUTPUT_VALUE_SIZE, "%lld", (long long)v);
		return buf;
	}
}

/**
 * cl_output_object() - print all of an object, one field a line
 * @m: the object
 */
void cl_output_object(const struct cl_nl_msg *m)
{
	const struct cl_nl_schema *s = cl_nl_schema_of(m->cmd);
	char buf[CL_OUTPUT_VALUE_SIZE];
	struct cl_table t = { .columns = 2 };

	for (unsigned int i = 0; i < s->n; i++) {
		if (!cl_nl_field_shown(&s->fields[i], &m->have))
			continue;
		cl_table_cell(&t, s->fields[i].name);
		cl_table_cell(&t, cl_output_value(buf, &s->fields[i], m));
		if (i == 0 && cl_nl_has_address(m)) {
			cl_table_cell(&t, "address");
			cl_table_cell(&t, cl_units_address(buf, &m->peer));
		}
	}
	cl_table_print(&t, stdout);
}

/**
 * cl_output_print_json() - print JSON on several lines
 * @j: what to print; the reference is taken
 */
void cl_output_print_json(json_t *j)
{
	json_dumpf(j, stdout, JSON_INDENT(2) | CL_JSON_DIGITS);
	putchar('\n');
	json_decref(j);
}
