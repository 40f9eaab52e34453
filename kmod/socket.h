/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel UDP socket: packets are received and sent in softirq, with time
 * stamps of both.
 */
#ifndef _CL_SOCKET_H
#define _CL_SOCKET_H

#include <linux/ktime.h>
#include <linux/net.h>

#include <net/dst_cache.h>

#include "endpoint.h"

/**
 * struct cl_packet - a received packet
 * @data: UDP payload, linear up to CL_WIRE_MAX bytes
 * @len: length of the payload; more than CL_WIRE_MAX only if it is not linear
 * @from: source
 * @to: own address that it was sent to
 * @stamp: CLOCK_REALTIME of its arrival, 0 if there is no stamp
 */
struct cl_packet {
	const u8 *data;
	size_t len;
	struct cl_endpoint from;
	struct in6_addr to;
	ktime_t stamp;
};

/**
 * struct cl_socket_ops - what a socket reports
 * @receive: a packet has come; softirq, RCU read side
 * @sent: the packet sent with @key has left at @real (CLOCK_REALTIME); may come
 *	more than once, or not at all; bottom halves disabled, RCU read side
 */
struct cl_socket_ops {
	void (*receive)(void *ctx, const struct cl_packet *p);
	void (*sent)(void *ctx, u32 key, ktime_t real);
};

/**
 * struct cl_socket - one UDP socket; sk_user_data of the kernel's socket
 * @sock: kernel's socket, NULL while closed; it holds no reference on its
 *	network namespace, so it must be closed before that goes
 * @ops: reports
 * @ctx: first argument of the reports
 * @report: sk_error_report before ours, put back by cl_socket_close()
 */
struct cl_socket {
	struct socket *sock;
	const struct cl_socket_ops *ops;
	void *ctx;
	void (*report)(struct sock *sk);
};

/**
 * struct cl_path - the way to a node
 * @to: where it is
 * @cache: route, with its own address
 */
struct cl_path {
	struct cl_endpoint to;
	struct dst_cache cache;
};

int cl_socket_open(struct cl_socket *s, struct net *net, sa_family_t family,
		   u16 port);
void cl_socket_close(struct cl_socket *s);
int cl_socket_send(struct cl_socket *s, struct cl_path *path,
		   const struct in6_addr *from, const u8 *data, size_t len,
		   const u32 *key);

#endif /* _CL_SOCKET_H */
