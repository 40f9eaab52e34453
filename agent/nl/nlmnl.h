/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Netlink transport of the daemon: libmnl.
 */
#ifndef _CL_NL_NLMNL_H
#define _CL_NL_NLMNL_H

#include "codec.h"
#include "family.h"

struct mnl_socket;

/**
 * struct cl_nlmnl - a netlink socket
 * @sock: the socket
 * @family: ids of the clocklink family when the socket was opened
 * @seq: sequence number of the last request
 * @error: why the kernel refused the last request
 */
struct cl_nlmnl {
	struct mnl_socket *sock;
	struct cl_nl_family family;
	u32 seq;
	struct cl_nl_error error;
};

/* Gets each object of a dump. */
typedef void (*cl_nlmnl_each_t)(void *ctx, const struct cl_nl_msg *m);

/**
 * struct cl_nlmnl_handler - who gets the events
 * @event: a message of the family
 * @left: the module went away
 */
struct cl_nlmnl_handler {
	void (*event)(void *ctx, const struct cl_nl_msg *m);
	void (*left)(void *ctx);
};

int cl_nlmnl_open(struct cl_nlmnl *n);
void cl_nlmnl_close(struct cl_nlmnl *n);
int cl_nlmnl_fd(const struct cl_nlmnl *n);
int cl_nlmnl_call(struct cl_nlmnl *n, const struct cl_nl_msg *req,
		  struct cl_nl_msg *ret);
int cl_nlmnl_dump(struct cl_nlmnl *n, const struct cl_nl_msg *req,
		  cl_nlmnl_each_t each, void *ctx);
int cl_nlmnl_join(struct cl_nlmnl *n, enum cl_nl_group group);
int cl_nlmnl_leave(struct cl_nlmnl *n, enum cl_nl_group group);
int cl_nlmnl_watch_family(struct cl_nlmnl *n);
int cl_nlmnl_receive(struct cl_nlmnl *n, const struct cl_nlmnl_handler *h,
		     void *ctx);

#endif /* _CL_NL_NLMNL_H */
