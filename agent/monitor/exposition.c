// SPDX-License-Identifier: GPL-2.0-or-later
#include "exposition.h"

#include <math.h>
#include <string.h>

/* Buckets of a histogram end at powers of two, from 8 us to 8.6 s. */
#define OCTAVE_FIRST 13
#define OCTAVE_LAST 33

static const char *type_name(enum cl_metric_type type, bool openmetrics)
{
	switch (type) {
	case CL_METRIC_COUNTER:
		return "counter";
	case CL_METRIC_HISTOGRAM:
		return "histogram";
	case CL_METRIC_INFO:
		return openmetrics ? "info" : "gauge";
	case CL_METRIC_STATESET:
		return openmetrics ? "stateset" : "gauge";
	default:
		return "gauge";
	}
}

/* What a sample's name ends in. */
static const char *suffix(enum cl_metric_type type)
{
	switch (type) {
	case CL_METRIC_COUNTER:
		return "_total";
	case CL_METRIC_INFO:
		return "_info";
	default:
		return "";
	}
}

/**
 * cl_exposition_family() - begin a family of metrics
 * @e: the text
 * @name: its name, without _total or _info, with its unit; has to stay
 * @type: what its samples are
 * @unit: seconds, ratio; "": it has none
 * @help: what it is, one line without quotes and backslashes
 */
void cl_exposition_family(struct cl_exposition *e, const char *name,
			  enum cl_metric_type type, const char *unit,
			  const char *help)
{
	const char *end = e->openmetrics ? "" : suffix(type);

	e->name = name;
	e->type = type;
	fprintf(e->f, "# TYPE %s%s %s\n", name, end,
		type_name(type, e->openmetrics));
	if (e->openmetrics && *unit)
		fprintf(e->f, "# UNIT %s %s\n", name, unit);
	fprintf(e->f, "# HELP %s%s %s\n", name, end, help);
}

/**
 * cl_exposition_put() - a sample of a family
 * @e: the text
 * @labels: name="value" separated by commas, "": none
 * @v: the value; NaN: it is left out
 */
void cl_exposition_put(struct cl_exposition *e, const char *labels, double v)
{
	if (isnan(v))
		return;
	fprintf(e->f, "%s%s", e->name, suffix(e->type));
	if (*labels)
		fprintf(e->f, "{%s}", labels);
	if (isinf(v))
		fputs(v > 0 ? " +Inf\n" : " -Inf\n", e->f);
	else
		fprintf(e->f, " %.15g\n", v);
}

/**
 * cl_exposition_count() - a sample that is a whole number
 * @e: the text
 * @labels: as cl_exposition_put()
 * @v: the value
 */
void cl_exposition_count(struct cl_exposition *e, const char *labels, u64 v)
{
	fprintf(e->f, "%s%s", e->name, suffix(e->type));
	if (*labels)
		fprintf(e->f, "{%s}", labels);
	fprintf(e->f, " %llu\n", (unsigned long long)v);
}

/**
 * cl_exposition_state() - one of the states of a set
 * @e: the text; the family is a CL_METRIC_STATESET
 * @labels: as cl_exposition_put()
 * @state: its name; the label is named as the family
 * @on: that is the state
 */
void cl_exposition_state(struct cl_exposition *e, const char *labels,
			 const char *state, bool on)
{
	fprintf(e->f, "%s{%s%s%s=\"%s\"} %d\n", e->name, labels,
		*labels ? "," : "", e->name, state, on);
}

/**
 * cl_exposition_histogram() - a distribution of delays
 * @e: the text; the family is a CL_METRIC_HISTOGRAM in seconds
 * @labels: as cl_exposition_put()
 * @h: the distribution
 */
void cl_exposition_histogram(struct cl_exposition *e, const char *labels,
			     const struct cl_histogram *h)
{
	const char *sep = *labels ? "," : "";
	u64 below = 0;

	for (unsigned int i = CL_HISTOGRAM_FIRST; i < OCTAVE_LAST; i++) {
		below += cl_histogram_octave(h, i);
		if (i + 1 < OCTAVE_FIRST)
			continue;
		fprintf(e->f, "%s_bucket{%s%sle=\"%.10g\"} %llu\n", e->name,
			labels, sep, (2ULL << i) / 1e9,
			(unsigned long long)below);
	}
	fprintf(e->f, "%s_bucket{%s%sle=\"+Inf\"} %llu\n", e->name, labels, sep,
		(unsigned long long)h->count);
	fprintf(e->f, "%s_count", e->name);
	if (*labels)
		fprintf(e->f, "{%s}", labels);
	fprintf(e->f, " %llu\n%s_sum", (unsigned long long)h->count, e->name);
	if (*labels)
		fprintf(e->f, "{%s}", labels);
	fprintf(e->f, " %.15g\n", h->sum_ns / 1e9);
}

/**
 * cl_exposition_end() - that was all
 * @e: the text
 */
void cl_exposition_end(struct cl_exposition *e)
{
	if (e->openmetrics)
		fputs("# EOF\n", e->f);
}

/**
 * cl_exposition_label() - write a label with any value
 * @ret: the label
 * @name: its name
 * @value: its value; what is too long is cut
 *
 * Return: @ret.
 */
char *cl_exposition_label(char ret[CL_EXPOSITION_LABELS_SIZE], const char *name,
			  const char *value)
{
	size_t n = snprintf(ret, CL_EXPOSITION_LABELS_SIZE, "%.32s=\"", name);

	for (; *value && n < CL_EXPOSITION_LABELS_SIZE - 4; value++) {
		if (*value == '"' || *value == '\\' || *value == '\n')
			ret[n++] = '\\';
		ret[n++] = *value == '\n' ? 'n' : *value;
	}
	strcpy(ret + n, "\"");
	return ret;
}
