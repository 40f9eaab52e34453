/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Netlink transport of the command line: libnl.  Nobody else sees libnl, its
 * error codes end here.
 */
#ifndef _CL_CLI_TRANSPORT_H
#define _CL_CLI_TRANSPORT_H

#include "agent/nl/codec.h"
#include "agent/nl/family.h"

struct nl_sock;

/**
 * struct cl_transport - a netlink socket
 * @sock: the socket, NULL until it is needed
 * @family: id of the clocklink family
 * @error: why the last call failed
 */
struct cl_transport {
	struct nl_sock *sock;
	int family;
	struct cl_nl_error error;
};

int cl_transport_open(struct cl_transport *t);
void cl_transport_close(struct cl_transport *t);
int cl_transport_call(struct cl_transport *t, const struct cl_nl_msg *req,
		      struct cl_nl_msg *ret);
int cl_transport_dump(struct cl_transport *t, const struct cl_nl_msg *req,
		      struct cl_nl_msg **ret, size_t *ret_n);
int cl_transport_join(struct cl_transport *t, enum cl_nl_group group);
int cl_transport_fd(const struct cl_transport *t);
int cl_transport_events(struct cl_transport *t,
			void (*event)(void *ctx, const struct cl_nl_msg *m),
			void *ctx);

#endif /* _CL_CLI_TRANSPORT_H */
