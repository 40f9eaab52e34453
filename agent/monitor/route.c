// SPDX-License-Identifier: GPL-2.0-or-later
#include "route.h"

#include <string.h>

#include "agent/lib/units.h"

#define API "/api/v1/"

static const struct cl_route *const routes[] = {
	&cl_api_status,	    &cl_api_nodes,	  &cl_api_node,
	&cl_api_latency,    &cl_api_node_history, &cl_api_history,
	&cl_api_voters,	    &cl_api_rounds,	  &cl_api_events,
	&cl_api_reputation, &cl_api_settings,	  &cl_api_warnings,
};

/* These stand beside the API. */
static const struct {
	const char *path;
	const struct cl_route *route;
} others[] = {
	{ "/healthz", &cl_api_health },
	{ "/metrics", &cl_api_metrics },
};

/* A node id as it is written: no sign, no zeros before it. */
static bool parse_node(const char *s, size_t len, u32 *ret)
{
	u64 v = 0;

	if (!len || len > 10 || *s == '0')
		return false;
	for (size_t i = 0; i < len; i++) {
		if (s[i] < '0' || s[i] > '9')
			return false;
		v = 10 * v + (s[i] - '0');
	}
	*ret = v;
	return v <= U32_MAX;
}

static bool match(const char *pattern, const char *path, u32 *ret_node)
{
	const char *star = strchr(pattern, '*');
	size_t len;

	if (!star)
		return !strcmp(pattern, path);
	if (strncmp(pattern, path, star - pattern))
		return false;
	path += star - pattern;
	len = strcspn(path, "/");
	return !strcmp(path + len, star + 1) && parse_node(path, len, ret_node);
}

/**
 * cl_route_find() - who answers a path
 * @r: the request; gets the node of the path
 * @path: the path, decoded
 *
 * Return: the route; NULL: nobody does, or there is no such node, and
 * cl_request_fail() was called.
 */
const struct cl_route *cl_route_find(struct cl_request *r, const char *path)
{
	u32 node = 0;

	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		if (!strcmp(others[i].path, path))
			return others[i].route;
	if (strncmp(path, API, strlen(API)) || strlen(path) > CL_ROUTE_PATH_MAX)
		goto none;
	path += strlen(API);
	for (size_t i = 0; i < ARRAY_SIZE(routes); i++) {
		if (!match(routes[i]->path, path, &node))
			continue;
		if (!node)
			return routes[i];
		r->node = cl_nodes_find(&r->m->nodes, node);
		if (r->node && cl_node_present(r->node))
			return routes[i];
		cl_request_fail(r, 404, path, "there is no such node");
		return NULL;
	}
none:
	cl_request_fail(r, 404, path, "there is nothing here");
	return NULL;
}

/**
 * cl_route_presets() - give the parameters what they are if they are not given
 * @r: the request
 * @route: its route
 */
void cl_route_presets(struct cl_request *r, const struct cl_route *route)
{
	for (unsigned int i = 0; i < CL_REQUEST_PARAMS; i++)
		r->number[i] = route->param[i].preset;
}

static int word_index(const struct cl_param *p, const char *value)
{
	for (int i = 0; p->words[i]; i++)
		if (!strcmp(p->words[i], value))
			return i;
	return -1;
}

/**
 * cl_route_query() - take a parameter of the query
 * @r: the request
 * @route: its route
 * @name: name of the parameter
 * @value: its value, NULL or "": as if it was not given; has to stay
 *
 * Return: 0; 400, then cl_request_fail() was called.
 */
unsigned int cl_route_query(struct cl_request *r, const struct cl_route *route,
			    const char *name, const char *value)
{
	const struct cl_param *p = route->param;
	unsigned int i = 0;

	while (i < CL_REQUEST_PARAMS && p[i].name && strcmp(p[i].name, name))
		i++;
	if (i == CL_REQUEST_PARAMS || !p[i].name)
		return cl_request_fail(r, 400, name, "no such parameter");
	if (r->text[i])
		return cl_request_fail(r, 400, name, "it is given twice");
	if (!value || !*value)
		return 0;
	r->text[i] = value;
	if (p[i].is_number &&
	    cl_units_parse_number(value, p[i].min, p[i].max, &r->number[i]))
		return cl_request_fail(r, 400, name,
				       "a number from %lld to %lld",
				       (long long)p[i].min,
				       (long long)p[i].max);
	if (p[i].words) {
		r->number[i] = word_index(&p[i], value);
		if (r->number[i] < 0)
			return cl_request_fail(r, 400, name,
					       "no such word; %s is one",
					       p[i].words[0]);
	}
	return 0;
}
