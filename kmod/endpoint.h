/* SPDX-License-Identifier: GPL-2.0 */
/*
 * UDP address of a node, IPv4 and IPv6 alike.
 */
#ifndef _CL_ENDPOINT_H
#define _CL_ENDPOINT_H

#include <net/ipv6.h>

/**
 * struct cl_endpoint - where a node is reached
 * @addr: address; an IPv4 address is mapped (::ffff:a.b.c.d)
 * @scope: interface index if @addr is link-local, else 0; of a group that of its
 *	device, 0: as the route says
 * @port: UDP port
 */
struct cl_endpoint {
	struct in6_addr addr;
	u32 scope;
	__be16 port;
};

static inline bool cl_endpoint_is4(const struct cl_endpoint *e)
{
	return ipv6_addr_v4mapped(&e->addr);
}

static inline bool cl_endpoint_equal(const struct cl_endpoint *a,
				     const struct cl_endpoint *b)
{
	return ipv6_addr_equal(&a->addr, &b->addr) && a->port == b->port &&
	       a->scope == b->scope;
}

#endif /* _CL_ENDPOINT_H */
