/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What operators want of the cluster, by the control socket.
 */
#ifndef _CL_DAEMON_COMMAND_H
#define _CL_DAEMON_COMMAND_H

#include "membership.h"

/* That of whoever has the longest words. */
#define CL_COMMAND_ERROR_SIZE CL_STOREDB_ERROR_SIZE

#define CL_COMMAND_TEXT_SIZE (CL_CTL_CONTACTS_SIZE + 16)

/* What is said where there is no cluster. */
#define CL_COMMAND_ALONE \
	"this node is of no cluster (clocklinkctl cluster init or join)"

int cl_command_run(struct cl_membership *m, const struct cl_nl_msg *req,
		   u64 handle, char error[CL_COMMAND_ERROR_SIZE]);
const char *cl_command_name(unsigned int cmd);
void cl_command_text(char *buf, size_t size, const struct cl_nl_msg *req);

#endif /* _CL_DAEMON_COMMAND_H */
