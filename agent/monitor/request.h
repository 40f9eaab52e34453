/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A request as those see it who answer, and what they answer.
 */
#ifndef _CL_MONITOR_REQUEST_H
#define _CL_MONITOR_REQUEST_H

#include <jansson.h>

#include "agent/lib/compiler.h"
#include "monitor.h"

#define CL_REQUEST_PARAMS 6
#define CL_REQUEST_WHERE_SIZE 64
#define CL_REQUEST_TEXT_SIZE 128

/**
 * struct cl_param - a parameter that a route knows
 * @name: its name in the query
 * @words: what it may be, NULL terminated; NULL: anything, or a number
 * @is_number: it is a number
 * @min: the smallest
 * @max: the largest
 * @preset: number, or index in @words, if it is not given
 */
struct cl_param {
	const char *name;
	const char *const *words;
	bool is_number;
	s64 min;
	s64 max;
	s64 preset;
};

struct cl_request;

/* Answers a request: 0, or an HTTP status, then cl_request_fail() was called. */
typedef unsigned int (*cl_route_run_t)(struct cl_request *r);

/**
 * struct cl_route - a noun of the API
 * @path: what follows /api/v1/, "*" stands for a node id
 * @param: parameters of its query
 * @run: answers
 */
struct cl_route {
	const char *path;
	struct cl_param param[CL_REQUEST_PARAMS];
	cl_route_run_t run;
};

/**
 * struct cl_request - a request, and its answer
 * @m: what is known
 * @node: the node in the path, NULL: there is none in it
 * @number: parameters by their place in the route: number, or index of the word
 * @text: parameters as given, NULL: not given
 * @accept_openmetrics: the client understands OpenMetrics
 * @status: HTTP status of the answer
 * @type: content type of @body, or NULL: @json is the answer
 * @json: the answer, owned
 * @body: the answer, allocated
 * @size: bytes of @body
 * @where: what of the request is wrong
 * @why: and why
 */
struct cl_request {
	struct cl_monitor *m;
	const struct cl_node *node;
	s64 number[CL_REQUEST_PARAMS];
	const char *text[CL_REQUEST_PARAMS];
	bool accept_openmetrics;
	unsigned int status;
	const char *type;
	json_t *json;
	char *body;
	size_t size;
	char where[CL_REQUEST_WHERE_SIZE];
	char why[CL_REQUEST_TEXT_SIZE];
};

unsigned int __printf(4, 5)
	cl_request_fail(struct cl_request *r, unsigned int status,
			const char *where, const char *fmt, ...);

/* Values that are null when they are not known. */
json_t *cl_json_ms(s64 utc_ns);
json_t *cl_json_ns(u64 ns);
json_t *cl_json_text(const char *text);
json_t *cl_json_number(double v);
void cl_json_put(json_t *object, const char *key, json_t *value);
void cl_json_add(json_t *array, json_t *value);

extern const struct cl_route cl_api_status;
extern const struct cl_route cl_api_nodes;
extern const struct cl_route cl_api_node;
extern const struct cl_route cl_api_latency;
extern const struct cl_route cl_api_node_history;
extern const struct cl_route cl_api_history;
extern const struct cl_route cl_api_voters;
extern const struct cl_route cl_api_rounds;
extern const struct cl_route cl_api_events;
extern const struct cl_route cl_api_reputation;
extern const struct cl_route cl_api_settings;
extern const struct cl_route cl_api_warnings;
extern const struct cl_route cl_api_health;
extern const struct cl_route cl_api_metrics;

#endif /* _CL_MONITOR_REQUEST_H */
