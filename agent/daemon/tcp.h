/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * TCP as bearer of streams.
 */
#ifndef _CL_DAEMON_TCP_H
#define _CL_DAEMON_TCP_H

#include <netinet/in.h>

#include "bearer.h"
#include "kmod/core/types.h"

/* What is sent and not acknowledged for so long ends the connection. */
#define CL_TCP_TIMEOUT_MS 3000

#define CL_TCP_ADDRESS_SIZE (INET6_ADDRSTRLEN + 32)

/**
 * struct cl_tcp_address - where a node listens
 * @addr: IPv6 address, or IPv4 mapped into one
 * @scope: interface index of a link-local address, else 0
 * @port: host order
 */
struct cl_tcp_address {
	struct in6_addr addr;
	u32 scope;
	u16 port;
};

struct cl_endpoint;

int cl_tcp_listen(const struct cl_tcp_address *at, u16 *ret_port);
int cl_tcp_accept(int listener, struct cl_bearer *ret,
		  struct cl_tcp_address *ret_from);
int cl_tcp_dial(const struct cl_tcp_address *to, struct cl_bearer *ret);
void cl_tcp_endpoint(struct cl_tcp_address *ret, const struct cl_endpoint *e);
bool cl_tcp_same(const struct cl_tcp_address *a,
		 const struct cl_tcp_address *b);
void cl_tcp_text(char buf[CL_TCP_ADDRESS_SIZE], const struct cl_tcp_address *a);

#endif /* _CL_DAEMON_TCP_H */
