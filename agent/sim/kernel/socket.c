// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * In place of kmod/socket.c: datagrams of the simulated network, whose addresses
 * are node ids.
 */
#include "module.h"

#include <err.h>

#include "kmod/core/wire.h"
#include "kmod/instance.h"

/* All packets come and go by this device. */
#define IFINDEX 2

/* Addresses are 10.0.0.0 + node id. */
#define NETWORK 0x0a000000U

/**
 * struct datagram - as it travels
 * @parcel: first
 * @len: bytes
 * @data: payload
 */
struct datagram {
	struct cs_parcel parcel;
	size_t len;
	u8 data[CL_WIRE_MAX];
};

static s64 stamp(struct cs_host *h)
{
	double noise = (double)h->law->noise_ns;

	if (noise)
		noise *= vt_rng_normal(&h->rng);
	return cs_host_raw(h) + (s64)noise;
}

int cl_socket_open(struct cl_socket *s, struct net *net, sa_family_t family,
		   u16 port)
{
	(void)port;
	if (family == AF_INET6)
		return -EAFNOSUPPORT;
	s->sock = malloc(sizeof(*s->sock));
	if (!s->sock)
		err(2, "a socket");
	s->sock->net = net;
	return 0;
}

void cl_socket_close(struct cl_socket *s)
{
	free(s->sock);
	s->sock = NULL;
}

/* The simulated network carries packets from one node to one. */
int cl_socket_join(struct cl_socket *s, const struct cl_endpoint *group)
{
	(void)s;
	(void)group;
	return -EOPNOTSUPP;
}

void cl_socket_leave(struct cl_socket *s, const struct cl_endpoint *group)
{
	(void)s;
	(void)group;
}

static void tamper(struct cs_host *h, struct datagram *d)
{
	struct cl_wire_msg m;

	/* A report is encoded from the bytes that it was decoded from. */
	if (!h->tamper || cl_wire_decode(d->data, d->len, &m) ||
	    m.hdr.type == CL_WIRE_REPORT)
		return;
	h->tamper(h->ctx, &m);
	d->len = (size_t)cl_wire_encode(&m, d->data, sizeof(d->data));
}

int cl_socket_send(struct cl_socket *s, struct cl_path *path,
		   const struct in6_addr *from, const u8 *data, size_t len,
		   const struct cl_ask *ask)
{
	u32 to = ntohl(path->to.addr.s6_addr32[3]) - NETWORK;
	struct cs_host *h = cs_host_now;
	struct datagram *d = malloc(sizeof(*d));

	(void)from;
	if (!d)
		err(2, "a packet");
	d->parcel.refs = 1;
	d->len = len;
	memcpy(d->data, data, len);
	tamper(h, d);
	path->ifindex = IFINDEX;
	cs_net_send(h->net, h->id, to, &d->parcel);
	cs_parcel_put(&d->parcel);
	if (ask)
		s->ops->sent(s->ctx, ask->key, stamp(h), false);
	return 0;
}

ktime_t cl_packet_hwstamp(const struct cl_packet *p)
{
	(void)p;
	return 0;
}

static struct cl_instance *instance_of(struct cs_host *h)
{
	return h->space ? cl_net(&h->space->net)->inst : NULL;
}

/**
 * cs_host_arrive() - a packet has come
 * @h: host, awake
 * @p: packet of cs_host.net
 */
void cs_host_arrive(struct cs_host *h, const struct cs_packet *p)
{
	const struct datagram *d = (const struct datagram *)p->parcel;
	struct cl_instance *inst = instance_of(h);
	struct net_device dev = { .ifindex = IFINDEX };
	struct sk_buff skb;
	struct cl_packet pkt = { .data = d->data, .len = d->len, .skb = &skb };

	if (!inst)
		return;
	cs_host_now = h;
	skb.dev = &dev;
	ipv6_addr_set_v4mapped(htonl(NETWORK + p->from), &pkt.from.addr);
	ipv6_addr_set_v4mapped(htonl(NETWORK + p->to), &pkt.to);
	pkt.from.port = htons(inst->settings.port);
	pkt.stamp = stamp(h);
	inst->sock4.ops->receive(inst->sock4.ctx, &pkt);
}
