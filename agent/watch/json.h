/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Objects of the netlink model as JSON, by its tables: the command line's --json and
 * the monitor.
 */
#ifndef _CL_WATCH_JSON_H
#define _CL_WATCH_JSON_H

#include <jansson.h>

#include "agent/nl/schema.h"

/* Flag of json_dump*(), 15 digits: 0.1 ppb is written as 0.1. */
#define CL_JSON_DIGITS JSON_REAL_PRECISION(15)

json_t *cl_json_object(const struct cl_nl_msg *m);
void cl_json_print_line(json_t *j);

#endif /* _CL_WATCH_JSON_H */
