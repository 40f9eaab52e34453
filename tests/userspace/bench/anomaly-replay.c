// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * anomaly-replay - what would have been warned of
 *
 * Standard input has lines as "clocklinkctl --json peer show" prints them, with the
 * bound_ns of "clock" added; all of one link. Prints a line of JSON for each warning
 * that is raised or ends.
 */
#include <errno.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "agent/lib/anomaly.h"
#include "agent/lib/compiler.h"
#include "agent/lib/units.h"

static __noreturn __printf(1, 2) void die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fputs("anomaly-replay: ", stderr);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
	exit(EXIT_FAILURE);
}

static s64 number(const json_t *j, const char *key)
{
	return json_integer_value(json_object_get(j, key));
}

static bool has(const json_t *j, const char *key)
{
	return json_is_integer(json_object_get(j, key));
}

static struct cl_anomaly_record record_of(const json_t *j)
{
	const json_t *freq = json_object_get(j, "freq_ppb");

	return (struct cl_anomaly_record){
		.at_ns = number(j, "raw_ns"),
		.ready = has(j, "min_rtt_ns"),
		.starts = number(j, "starts"),
		.exchanges = number(j, "exchanges"),
		.min_rtt_ns = number(j, "min_rtt_ns"),
		.err_ns = number(j, "error_ns"),
		.excess_ns = number(j, "excess_ns"),
		.offset_ns = number(j, "offset_ns"),
		.freq_ppt = (s64)(json_number_value(freq) * 1000),
		.came = number(j, "answered") + number(j, "responses") +
			number(j, "updates"),
		.lost = number(j, "lost"),
		.has_ahead = has(j, "ahead_ns"),
		.ahead_ns = number(j, "ahead_ns"),
		.has_bound = has(j, "bound_ns"),
		.bound_ns = number(j, "bound_ns"),
	};
}

static void print(const struct cl_anomaly_event *e, s64 at_ns)
{
	const struct cl_anomaly_warning *w = &e->warning;
	json_t *j;

	j = json_pack("{s:I, s:s, s:s, s:I, s:f, s:f, s:f}", "raw_ns",
		      (json_int_t)at_ns, "kind", cl_anomaly_kind_name(w->kind),
		      "change", cl_anomaly_change_name(e->change), "since_ns",
		      (json_int_t)w->since_ns, "strength", w->strength, "usual",
		      w->usual, "now", w->now);
	if (w->exceeds_in_ns >= 0)
		json_object_set_new(j, "exceeds_in_ns",
				    json_integer(w->exceeds_in_ns));
	if (json_dumpf(j, stdout, 0) || puts("") < 0)
		die("standard output cannot be written");
	json_decref(j);
}

static void take(struct cl_anomaly *a, const char *line, unsigned int number_of)
{
	struct cl_anomaly_event event[CL_ANOMALY_KINDS];
	struct cl_anomaly_record r;
	json_error_t error;
	json_t *j = json_loads(line, 0, &error);
	unsigned int n;

	if (!j)
		die("line %u: %s", number_of, error.text);
	if (!has(j, "raw_ns"))
		die("line %u: no raw_ns", number_of);
	r = record_of(j);
	json_decref(j);
	n = cl_anomaly_feed(a, &r, event);
	for (unsigned int i = 0; i < n; i++)
		print(&event[i], r.at_ns);
}

int main(int argc, char **argv)
{
	struct cl_anomaly anomaly;
	unsigned int number_of = 0;
	char *line = NULL;
	size_t room = 0;
	s64 limit_ns;

	if (argc != 2 ||
	    cl_units_parse_number(argv[1], 0, S64_MAX, &limit_ns)) {
		fputs("usage: anomaly-replay LIMIT\n"
		      "  LIMIT of the bound in ns, 0: none\n",
		      stderr);
		return 2;
	}
	cl_anomaly_init(&anomaly, (u64)limit_ns);
	while (getline(&line, &room, stdin) > 0)
		take(&anomaly, line, ++number_of);
	free(line);
	if (ferror(stdin))
		die("standard input: %s", strerror(errno));
	return EXIT_SUCCESS;
}
