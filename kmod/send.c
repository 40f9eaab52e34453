// SPDX-License-Identifier: GPL-2.0
#include "send.h"

#include "core/wire.h"
#include "trace.h"

/**
 * cl_send_socket() - the socket for an address
 * @inst: instance
 * @to: address
 *
 * Return: that of the family of @to; without IPv6 it may be closed.
 */
struct cl_socket *cl_send_socket(struct cl_instance *inst,
				 const struct cl_endpoint *to)
{
	return cl_endpoint_is4(to) ? &inst->sock4 : &inst->sock6;
}

/**
 * cl_send_header() - the part of a header that does not depend on the message
 * @inst: instance
 * @receiver: node id, or CL_NODE_ALL
 * @p: what is published
 * @h: header; type, flags and sequence number are the caller's
 *
 * Context: any but hard interrupt.
 */
void cl_send_header(struct cl_instance *inst, u32 receiver,
		    const struct cl_published *p, struct cl_wire_hdr *h)
{
	h->state = p->state;
	h->cluster = inst->settings.cluster;
	h->sender = inst->settings.node;
	h->receiver = receiver;
	/* Pair with cl_steering_order() and cl_steering_lead(). */
	h->term = READ_ONCE(inst->steering.term);
	h->round = READ_ONCE(inst->steering.round);
	h->gen = p->gen;
}

/* @buf: @size bytes, room for the message */
static int send_transmit(struct cl_instance *inst, struct cl_path *path,
			 const struct in6_addr *from, struct cl_wire_msg *m,
			 u8 *buf, size_t size, const struct cl_ask *ask)
{
	int len, err;

	cl_testosc_lie(&inst->osc, m);
	len = cl_wire_encode(m, buf, size);
	if (len < 0)
		err = len;
	else
		err = cl_socket_send(cl_send_socket(inst, &path->to), path,
				     from, buf, len, ask);
	cl_stats_inc(inst->stats, err ? CL_STAT_TX_ERROR : CL_STAT_TX);
	trace_clocklink_send(inst, m, err);
	return err;
}

/**
 * cl_send_peer() - send a message to one peer
 * @inst: instance
 * @peer: peer
 * @from: own address, NULL to take that of the route
 * @m: message
 * @ask: transmit stamp that is wanted, NULL: none
 *
 * Context: bottom halves disabled.
 * Return: 0 or an error of the network stack.
 */
int cl_send_peer(struct cl_instance *inst, struct cl_peer *peer,
		 const struct in6_addr *from, struct cl_wire_msg *m,
		 const struct cl_ask *ask)
{
	u8 buf[CL_WIRE_UPDATE_LEN];

	BUILD_BUG_ON(sizeof(buf) < CL_WIRE_RESPONSE_LEN ||
		     sizeof(buf) < CL_WIRE_REQUEST_MAP_LEN);
	return send_transmit(inst, &peer->path, from, m, buf, sizeof(buf), ask);
}

/**
 * cl_send_group() - send a message to the group
 * @inst: instance with a group
 * @m: message, its receiver is CL_NODE_ALL
 * @ask: transmit stamp that is wanted, NULL: none
 *
 * Context: bottom halves disabled, in a command.
 * Return: 0 or an error of the network stack.
 */
int cl_send_group(struct cl_instance *inst, struct cl_wire_msg *m,
		  const struct cl_ask *ask)
{
	u8 buf[CL_WIRE_MAX];
	int err = send_transmit(inst, &inst->group.path, NULL, m, buf,
				sizeof(buf), ask);

	if (!err)
		cl_stats_inc(inst->stats, CL_STAT_MULTICAST_TX);
	return err;
}
