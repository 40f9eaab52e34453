/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Output for people (aligned, every quantity with its unit) and for programs
 * (JSON), both from the tables of the netlink model.
 */
#ifndef _CL_CLI_OUTPUT_H
#define _CL_CLI_OUTPUT_H

#include <stdio.h>

#include "agent/watch/json.h"
#include "agent/watch/table.h"

#define CL_OUTPUT_VALUE_SIZE 256

const char *cl_output_value(char *buf, const struct cl_nl_field *f,
			    const struct cl_nl_msg *m);
void cl_output_object(const struct cl_nl_msg *m);
void cl_output_print_json(json_t *j);

#endif /* _CL_CLI_OUTPUT_H */
