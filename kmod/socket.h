/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel UDP socket: packets are received and sent in softirq, with time
 * stamps of both.
 */
#ifndef _CL_SOCKET_H
#define _CL_SOCKET_H

#include <linux/ktime.h>
#include <linux/net.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>

#include <net/dst_cache.h>

#include "endpoint.h"

/**
 * struct cl_packet - a received packet
 * @data: UDP payload, linear up to CL_WIRE_MAX bytes
 * @len: length of the payload; more than CL_WIRE_MAX only if it is not linear
 * @from: source
 * @to: own address, or group, that it was sent to
 * @group: @to is a group
 * @stamp: CLOCK_REALTIME of its arrival, 0 if there is no stamp
 * @skb: what it came in
 */
struct cl_packet {
	const u8 *data;
	size_t len;
	struct cl_endpoint from;
	struct in6_addr to;
	bool group;
	ktime_t stamp;
	struct sk_buff *skb;
};

/* Interface index of the device that the packet came by, as routing sees it. */
static inline u32 cl_packet_device(const struct cl_packet *p)
{
	return p->skb->dev->ifindex;
}

/**
 * struct cl_socket_ops - what a socket reports
 * @receive: a packet has come; softirq, RCU read side
 * @sent: the packet sent with @key has left at @stamp, CLOCK_REALTIME or, if
 *	made by @hardware, the time of the device's clock; may come more than
 *	once, or not at all; bottom halves disabled, RCU read side
 */
struct cl_socket_ops {
	void (*receive)(void *ctx, const struct cl_packet *p);
	void (*sent)(void *ctx, u32 key, ktime_t stamp, bool hardware);
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
 * struct cl_path - the way to a node, or to a group
 * @to: where it is
 * @hops: TTL or hop limit, 0: that of the route
 * @ifindex: device that the last packet left by, 0: none has; READ_ONCE()
 * @cache: route, with its own address
 */
struct cl_path {
	struct cl_endpoint to;
	u8 hops;
	u32 ifindex;
	struct dst_cache cache;
};

/**
 * struct cl_ask - transmit stamp that is wanted of a packet
 * @key: comes back with the stamp
 * @ifindex: 0: one of the kernel; else of this device, and none if the packet
 *	leaves by another one
 */
struct cl_ask {
	u32 key;
	u32 ifindex;
};

int cl_socket_open(struct cl_socket *s, struct net *net, sa_family_t family,
		   u16 port);
void cl_socket_close(struct cl_socket *s);
int cl_socket_send(struct cl_socket *s, struct cl_path *path,
		   const struct in6_addr *from, const u8 *data, size_t len,
		   const struct cl_ask *ask);
int cl_socket_join(struct cl_socket *s, const struct cl_endpoint *group);
void cl_socket_leave(struct cl_socket *s, const struct cl_endpoint *group);
ktime_t cl_packet_hwstamp(const struct cl_packet *p);

#endif /* _CL_SOCKET_H */
