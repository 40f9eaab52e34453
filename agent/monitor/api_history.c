// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What figures were, of the own clock and of a node.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/nl/schema.h"
#include "request.h"

#define DAY_S 86400
#define POINTS_MAX 1000

enum { SPAN, POINTS };

/* The number with the digits that a float knows, and no more. */
static double digits(float v)
{
	char text[32];

	snprintf(text, sizeof(text), "%.7g", v);
	return strtod(text, NULL);
}

static json_t *figure(const struct cl_history_column *column, float v)
{
	if (isnan(v))
		return json_null();
	if (!strcmp(column->name, "state"))
		return json_string(cl_nl_state_name(v));
	return json_real(digits(v));
}

static json_t *row(const struct cl_history *h, const struct cl_history_view *v,
		   unsigned int i)
{
	float f[CL_HISTORY_COLUMNS];
	json_t *array;

	if (!cl_history_row(h, v, i, f))
		return json_null();
	array = json_array();
	for (unsigned int k = 0; k < h->columns; k++)
		cl_json_add(array, figure(&h->column[k], f[k]));
	return array;
}

static json_t *history(const struct cl_request *r, const struct cl_history *h)
{
	const struct cl_look *look = &r->m->look;
	json_t *columns = json_array(), *rows = json_array();
	struct cl_history_view v;
	s64 start;

	cl_history_view(&v, look->mono_ns, r->number[SPAN] * CL_NS_PER_SEC,
			r->number[POINTS]);
	for (unsigned int i = 0; i < h->columns; i++)
		cl_json_add(columns, json_string(h->column[i].name));
	for (unsigned int i = 0; i < v.rows; i++)
		cl_json_add(rows, row(h, &v, i));
	start = v.first * (v.step_ns / v.group) + look->utc_ns - look->mono_ns;
	return json_pack("{s:I, s:o, s:o, s:o}", "step_ms",
			 (json_int_t)(v.step_ns / 1000000), "start_utc_ms",
			 cl_json_ms(start), "columns", columns, "rows", rows);
}

static unsigned int run_node(struct cl_request *r)
{
	r->json = history(r, &r->node->history);
	cl_json_put(r->json, "node", json_integer(r->node->id));
	return 0;
}

static unsigned int run(struct cl_request *r)
{
	r->json = history(r, &r->m->own);
	return 0;
}

/* clang-format off */
#define PARAMS								\
	{								\
		[SPAN] = { "span", .is_number = true, .min = 2,		\
			   .max = DAY_S, .preset = 600 },		\
		[POINTS] = { "points", .is_number = true, .min = 1,	\
			     .max = POINTS_MAX, .preset = 300 },	\
	}
/* clang-format on */

const struct cl_route cl_api_node_history = {
	.path = "nodes/*/history",
	.param = PARAMS,
	.run = run_node,
};

const struct cl_route cl_api_history = {
	.path = "history",
	.param = PARAMS,
	.run = run,
};
