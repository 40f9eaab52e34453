/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Network devices, for the subcommands that show them.
 */
#ifndef _CL_CLI_DEVICE_H
#define _CL_CLI_DEVICE_H

#include "cli.h"
#include "output.h"

enum cl_exit cl_device_get(struct cl_cli *cli, struct cl_nl_msg **ret,
			   size_t *ret_n);
void cl_device_print(const struct cl_nl_msg *devices, size_t n);
json_t *cl_device_json(const struct cl_nl_msg *devices, size_t n);

#endif /* _CL_CLI_DEVICE_H */
