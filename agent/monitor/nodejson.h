/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A node as JSON.
 */
#ifndef _CL_MONITOR_NODEJSON_H
#define _CL_MONITOR_NODEJSON_H

#include "request.h"

json_t *cl_node_address_json(const struct cl_node *n);
json_t *cl_node_json(const struct cl_monitor *m, const struct cl_node *n);

#endif /* _CL_MONITOR_NODEJSON_H */
