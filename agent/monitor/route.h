/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which path is answered by whom.
 */
#ifndef _CL_MONITOR_ROUTE_H
#define _CL_MONITOR_ROUTE_H

#include "request.h"

/* A path with more bytes is none. */
#define CL_ROUTE_PATH_MAX 256

const struct cl_route *cl_route_find(struct cl_request *r, const char *path);
unsigned int cl_route_query(struct cl_request *r, const struct cl_route *route,
			    const char *name, const char *value);
void cl_route_presets(struct cl_request *r, const struct cl_route *route);

#endif /* _CL_MONITOR_ROUTE_H */
