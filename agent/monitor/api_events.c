// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What has happened, oldest first.
 */
#include "request.h"

enum { AFTER, LIMIT };

static json_t *event_json(const struct cl_event *e)
{
	json_t *j = json_object();

	cl_json_put(j, "number", json_integer(e->number));
	cl_json_put(j, "utc_ms", cl_json_ms(e->utc_ns));
	cl_json_put(j, "kind", json_string(cl_event_kind_name(e->kind)));
	cl_json_put(j, "severity",
		    json_string(cl_event_severity_name(e->severity)));
	cl_json_put(j, "node", e->node ? json_integer(e->node) : json_null());
	cl_json_put(j, "text", json_string(e->text));
	if (*e->rule) {
		cl_json_put(j, "rule", json_string(e->rule));
		cl_json_put(j, "offset_ns", json_integer(e->offset_ns));
		cl_json_put(j, "limit_ns", cl_json_ns(e->limit_ns));
	}
	return j;
}

static unsigned int run(struct cl_request *r)
{
	const struct cl_eventlog *log = &r->m->events;
	u64 after = r->number[AFTER];
	json_t *array = json_array();
	const struct cl_event *e;

	/* Without a number it is the last ones that matter. */
	if (!r->text[AFTER] && log->last > (u64)r->number[LIMIT])
		after = log->last - r->number[LIMIT];
	for (s64 i = 0; i < r->number[LIMIT]; i++) {
		e = cl_eventlog_next(log, after);
		if (!e)
			break;
		cl_json_add(array, event_json(e));
		after = e->number;
	}
	r->json = json_pack("{s:I, s:o}", "last", (json_int_t)log->last,
			    "events", array);
	return 0;
}

const struct cl_route cl_api_events = {
	.path = "events",
	.param = {
		[AFTER] = { "after", .is_number = true, .max = S64_MAX },
		[LIMIT] = { "limit", .is_number = true, .min = 1,
			    .max = CL_EVENTLOG_SIZE, .preset = 200 },
	},
	.run = run,
};
