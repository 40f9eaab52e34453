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

static void dump_json(json_t *j, size_t flags)
{
	json_dumpf(j, stdout, flags | CL_JSON_DIGITS);
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
