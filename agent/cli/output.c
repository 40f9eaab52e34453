// SPDX-License-Identifier: GPL-2.0-or-later
#include "output.h"

#include <stdlib.h>
#include <string.h>

#include "agent/lib/units.h"

static void *must(void *p)
{
	if (!p) {
		fputs("clocklinkctl: out of memory\n", stderr);
		exit(EXIT_FAILURE);
	}
	return p;
}

/**
 * cl_table_cell() - append a cell
 * @t: the table
 * @text: copied
 */
void cl_table_cell(struct cl_table *t, const char *text)
{
	t->cells = must(reallocarray(t->cells, t->n + 1, sizeof(*t->cells)));
	t->cells[t->n++] = must(strdup(text));
}

/**
 * cl_table_row() - append a row
 * @t: the table
 * @cells: as many as the table has columns, copied
 */
void cl_table_row(struct cl_table *t, const char *const *cells)
{
	for (unsigned int i = 0; i < t->columns; i++)
		cl_table_cell(t, cells[i]);
}

static void measure(const struct cl_table *t, int *width)
{
	int len;

	memset(width, 0, sizeof(*width) * t->columns);
	for (size_t i = 0; i < t->n; i++) {
		len = strlen(t->cells[i]);
		if (len > width[i % t->columns])
			width[i % t->columns] = len;
	}
}

/**
 * cl_table_print() - print a table and free its cells
 * @t: the table
 * @f: where to
 */
void cl_table_print(struct cl_table *t, FILE *f)
{
	int width[CL_OUTPUT_COLUMNS];
	unsigned int col;
	bool last;

	measure(t, width);
	for (size_t i = 0; i < t->n; i++) {
		col = i % t->columns;
		last = col + 1 == t->columns;
		if (t->right & (1U << col))
			fprintf(f, "%*s", width[col], t->cells[i]);
		else
			fprintf(f, "%-*s", last ? 0 : width[col], t->cells[i]);
		fputs(last ? "\n" : "  ", f);
		free(t->cells[i]);
	}
	free(t->cells);
	t->cells = NULL;
	t->n = 0;
}

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

/* Word for a number that is a name; NULL: the number is one. */
static const char *word_of(u8 unit, u32 v)
{
	switch (unit) {
	case CL_NL_UNIT_STATE:
		return cl_nl_state_name(v);
	case CL_NL_UNIT_LEAP:
		return cl_nl_leap_name(v);
	case CL_NL_UNIT_ROLE:
		return cl_nl_role_name(v);
	case CL_NL_UNIT_STAMPS:
		return cl_nl_stamps_name(v);
	case CL_NL_UNIT_DEVICE_STATE:
		return cl_nl_device_state_name(v);
	case CL_NL_UNIT_ESTIMATOR:
		return cl_nl_estimator_name(v);
	case CL_NL_UNIT_PHASE:
		return cl_ctl_phase_name(v);
	case CL_NL_UNIT_MEMBER_ROLE:
		return cl_ctl_role_name(v);
	default:
		return NULL;
	}
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
		word = word_of(f->unit, v);
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

static bool is_shown(const struct cl_nl_field *f, const struct cl_nl_msg *m)
{
	if (f->unit == CL_NL_UNIT_ADDR)
		return false;
	/* A flag that is absent is false. */
	return f->type == CL_NL_FLAG || m->have & (1ULL << f->attr);
}

static bool has_address(const struct cl_nl_msg *m)
{
	return cl_nl_schema_of(m->cmd) ==
		       cl_nl_schema_of(CLOCKLINK_CMD_PEER_GET) &&
	       m->have & (CL_NL_BIT(PEER_ADDR4) | CL_NL_BIT(PEER_ADDR6));
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
		if (!is_shown(&s->fields[i], m))
			continue;
		cl_table_cell(&t, s->fields[i].name);
		cl_table_cell(&t, cl_output_value(buf, &s->fields[i], m));
		if (i == 0 && has_address(m)) {
			cl_table_cell(&t, "address");
			cl_table_cell(&t, cl_units_address(buf, &m->peer));
		}
	}
	cl_table_print(&t, stdout);
}

static json_t *json_value(const struct cl_nl_field *f,
			  const struct cl_nl_msg *m)
{
	s64 v = cl_nl_field_s64(f, &m->have);
	const char *word = cl_nl_field_text(f, &m->have);
	char group[CL_UNITS_ADDR_SIZE];

	if (f->unit == CL_NL_UNIT_GROUP)
		word = cl_units_group(group, &m->instance);
	if (!word)
		word = word_of(f->unit, v);
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
 * cl_output_json() - an object as JSON
 * @m: the object
 *
 * Keys are the names of the netlink spec with underscores and the unit. A bound
 * without limit is null.
 *
 * Return: a new reference.
 */
json_t *cl_output_json(const struct cl_nl_msg *m)
{
	const struct cl_nl_schema *s = cl_nl_schema_of(m->cmd);
	char key[CL_UNITS_SIZE], host[CL_UNITS_ADDR_SIZE];
	json_t *j = json_object();

	for (unsigned int i = 0; i < s->n; i++) {
		if (!is_shown(&s->fields[i], m))
			continue;
		snprintf(key, sizeof(key), "%s%s", s->fields[i].name,
			 json_suffix(s->fields[i].unit));
		for (char *c = key; *c; c++)
			*c = *c == '-' ? '_' : *c;
		json_object_set_new(j, key, json_value(&s->fields[i], m));
	}
	if (has_address(m)) {
		cl_units_host(host, &m->peer);
		json_object_set_new(j, "address", json_string(host));
		json_object_set_new(j, "port", json_integer(m->peer.port));
	}
	return j;
}

/* 15 digits: 0.1 ppb is written as 0.1. */
static void dump_json(json_t *j, size_t flags)
{
	json_dumpf(j, stdout, flags | JSON_REAL_PRECISION(15));
	putchar('\n');
	json_decref(j);
}

/**
 * cl_output_print_json() - print JSON on several lines
 * @j: what to print; the reference is taken
 */
void cl_output_print_json(json_t *j)
{
	dump_json(j, JSON_INDENT(2));
}

/**
 * cl_output_print_line() - print JSON on one line, at once
 * @j: what to print; the reference is taken
 */
void cl_output_print_line(json_t *j)
{
	dump_json(j, JSON_COMPACT);
	fflush(stdout);
}
