// SPDX-License-Identifier: GPL-2.0
#include "socket.h"

#include <linux/errqueue.h>
#include <linux/net_tstamp.h>
#include <linux/pkt_sched.h>
#include <linux/udp.h>
#include <net/addrconf.h>
#include <net/busy_poll.h>
#include <net/inet_ecn.h>
#include <net/ip6_route.h>
#include <net/ipv6_stubs.h>
#include <net/route.h>
#include <net/sock.h>
#include <net/udp.h>
#include <net/udp_tunnel.h>

#include "core/wire.h"

/* Traffic class byte of expedited forwarding (RFC 3246). */
#define CL_SOCKET_DSCP_EF 0xb8

/*
 * RX_SOFTWARE switches receive stamps on; TX stamps are asked for by packet.
 * OPT_ID: the key comes back with the stamp.  OPT_TSONLY: without the packet;
 * with it, delivery to a socket that has no file would depend on the sysctl
 * net.core.tstamp_allow_data.
 */
static const struct so_timestamping socket_tsflags = {
	.flags = SOF_TIMESTAMPING_TX_SOFTWARE | SOF_TIMESTAMPING_RX_SOFTWARE |
		 SOF_TIMESTAMPING_SOFTWARE | SOF_TIMESTAMPING_OPT_ID |
		 SOF_TIMESTAMPING_OPT_TSONLY,
};

/* Caller is in an RCU read section with bottom halves disabled. */
static void socket_take_stamps(struct cl_socket *s, struct sock *sk)
{
	struct sk_buff *skb;
	ktime_t hw;

	/* Not sock_dequeue_err_skb(): it would report again for each. */
	while ((skb = skb_dequeue(&sk->sk_error_queue))) {
		const struct sock_exterr_skb *err = SKB_EXT_ERR(skb);

		hw = skb_hwtstamps(skb)->hwtstamp;
		if (err->ee.ee_origin == SO_EE_ORIGIN_TIMESTAMPING &&
		    (hw || skb->tstamp))
			s->ops->sent(s->ctx, err->ee.ee_data, hw ?: skb->tstamp,
				     hw);
		kfree_skb(skb);
	}
}

/*
 * Called where the driver reports a stamp: in softirq, in task context, or with
 * interrupts off, where sessions cannot be reached.  Then the stamp waits in
 * the queue for the next one or for the next packet.
 */
static void socket_report(struct sock *sk)
{
	struct cl_socket *s;

	if (in_hardirq() || irqs_disabled())
		return;
	local_bh_disable();
	rcu_read_lock();
	s = rcu_dereference_sk_user_data(sk);
	if (s)
		socket_take_stamps(s, sk);
	rcu_read_unlock();
	local_bh_enable();
}

static void socket_addresses(const struct sk_buff *skb, struct cl_packet *p)
{
	p->from.port = udp_hdr(skb)->source;
	if (skb->protocol == htons(ETH_P_IP)) {
		ipv6_addr_set_v4mapped(ip_hdr(skb)->saddr, &p->from.addr);
		ipv6_addr_set_v4mapped(ip_hdr(skb)->daddr, &p->to);
		p->group = ipv4_is_multicast(ip_hdr(skb)->daddr);
		p->from.scope = 0;
		return;
	}
	p->from.addr = ipv6_hdr(skb)->saddr;
	p->to = ipv6_hdr(skb)->daddr;
	p->group = ipv6_addr_is_multicast(&p->to);
	p->from.scope =
		__ipv6_addr_needs_scope_id(__ipv6_addr_type(&p->from.addr)) ?
			inet6_iif(skb) :
			0;
}

/*
 * Is a packet to us, or to a group?  One to everybody, or to an address of ours in a
 * frame for others, must not be answered.
 */
static bool socket_is_for_us(const struct sk_buff *skb)
{
	const struct rtable *rt;
	bool group;

	if (skb->protocol == htons(ETH_P_IP)) {
		rt = skb_rtable(skb);
		if (rt && rt->rt_flags & RTCF_BROADCAST)
			return false;
		group = ipv4_is_multicast(ip_hdr(skb)->daddr);
	} else {
		group = ipv6_addr_is_multicast(&ipv6_hdr(skb)->daddr);
	}
	return skb->pkt_type == PACKET_HOST ||
	       (group && skb->pkt_type == PACKET_MULTICAST);
}

/* Softirq, RCU read side; the UDP checksum has been verified. */
static int socket_receive(struct sock *sk, struct sk_buff *skb)
{
	struct cl_socket *s = rcu_dereference_sk_user_data(sk);
	struct cl_packet p = {};

	if (!s || skb->len < sizeof(struct udphdr) || !socket_is_for_us(skb))
		goto out;
	if (!skb_queue_empty_lockless(&sk->sk_error_queue))
		socket_take_stamps(s, sk);
	p.len = skb->len - sizeof(struct udphdr);
	p.stamp = skb->tstamp;
	p.skb = skb;
	if (!pskb_may_pull(skb, sizeof(struct udphdr) +
					min_t(size_t, p.len, CL_WIRE_MAX)))
		goto out;
	p.data = (const u8 *)(udp_hdr(skb) + 1);
	socket_addresses(skb, &p);
	s->ops->receive(s->ctx, &p);
out:
	consume_skb(skb);
	return 0; /* taken: UDP must not touch it again */
}

static int socket_create(struct net *net, sa_family_t family, u16 port,
			 struct socket **ret)
{
	struct udp_port_cfg cfg = {
		.family = family,
		.local_udp_port = htons(port),
		.use_udp_checksums = true,
		.use_udp6_tx_checksums = true,
		.use_udp6_rx_checksums = true,
		.ipv6_v6only = true,
	};

	/* The kernel's stub would return 0 and no socket. */
	if (family == AF_INET6 && !IS_ENABLED(CONFIG_IPV6))
		return -EAFNOSUPPORT;
	return udp_sock_create(net, &cfg, ret);
}

/**
 * cl_socket_open() - open a socket bound to a port
 * @s: socket, closed; @s->ops and @s->ctx are set
 * @net: its network namespace
 * @family: AF_INET or AF_INET6
 * @port: local UDP port
 *
 * From here on packets and stamps may come.
 *
 * Context: process.
 * Return: 0, -EAFNOSUPPORT if the kernel has no such family, -EADDRINUSE, or
 * another error of the network stack.
 */
int cl_socket_open(struct cl_socket *s, struct net *net, sa_family_t family,
		   u16 port)
{
	struct so_timestamping ts = socket_tsflags;
	struct udp_tunnel_sock_cfg cfg = {
		.sk_user_data = s,
		.encap_type = 1,
		.encap_rcv = socket_receive,
	};
	struct socket *sock;
	struct sock *sk;
	int err;

	err = socket_create(net, family, port, &sock);
	if (err)
		return err;
	err = sock_setsockopt(sock, SOL_SOCKET, SO_TIMESTAMPING_NEW,
			      KERNEL_SOCKPTR(&ts), sizeof(ts));
	if (err) {
		kernel_sock_shutdown(sock, SHUT_RDWR);
		sock_release(sock);
		return err;
	}
	sk = sock->sk;
	sk->sk_allocation = GFP_ATOMIC;
	write_lock_bh(&sk->sk_callback_lock);
	s->report = sk->sk_error_report;
	sk->sk_error_report = socket_report;
	write_unlock_bh(&sk->sk_callback_lock);
	s->sock = sock;
	setup_udp_tunnel_sock(net, sock, &cfg);
	return 0;
}

static int socket_set(struct socket *sock, int level, int option, void *value,
		      int len)
{
	return sock->ops->setsockopt(sock, level, option, KERNEL_SOCKPTR(value),
				     len);
}

/* Join or leave. */
static int socket_member(struct cl_socket *s, const struct cl_endpoint *group,
			 bool join)
{
	struct ip_mreqn four = {
		.imr_multiaddr.s_addr = group->addr.s6_addr32[3],
		.imr_ifindex = group->scope,
	};
	struct ipv6_mreq six = {
		.ipv6mr_multiaddr = group->addr,
		.ipv6mr_ifindex = group->scope,
	};

	if (cl_endpoint_is4(group))
		return socket_set(s->sock, SOL_IP,
				  join ? IP_ADD_MEMBERSHIP : IP_DROP_MEMBERSHIP,
				  &four, sizeof(four));
	return socket_set(s->sock, SOL_IPV6,
			  join ? IPV6_ADD_MEMBERSHIP : IPV6_DROP_MEMBERSHIP,
			  &six, sizeof(six));
}

/**
 * cl_socket_join() - receive what is sent to a group
 * @s: open socket of the family of @group
 * @group: its address, and the device or 0
 *
 * Context: process; takes the RTNL.
 * Return: 0, -ENODEV if there is no such device, or no route without one, or another
 * error of the network stack.
 */
int cl_socket_join(struct cl_socket *s, const struct cl_endpoint *group)
{
	int loop = 0;
	int err;

	/* setup_udp_tunnel_sock() has done it for IPv4. */
	if (!cl_endpoint_is4(group)) {
		err = socket_set(s->sock, SOL_IPV6, IPV6_MULTICAST_LOOP, &loop,
				 sizeof(loop));
		if (err)
			return err;
	}
	return socket_member(s, group, true);
}

/**
 * cl_socket_leave() - the reverse
 * @s: socket that has joined
 * @group: as it was joined; its device may have gone since
 *
 * Context: process; takes the RTNL.
 */
void cl_socket_leave(struct cl_socket *s, const struct cl_endpoint *group)
{
	socket_member(s, group, false);
}

/**
 * cl_socket_close() - close a socket
 * @s: socket, open or not
 *
 * No report runs after it.  udp_tunnel_sock_release() takes sk_user_data away
 * and waits for those that run.
 *
 * Context: process; nobody sends by @s any more, except from a report.
 */
void cl_socket_close(struct cl_socket *s)
{
	struct sock *sk;

	if (!s->sock)
		return;
	sk = s->sock->sk;
	write_lock_bh(&sk->sk_callback_lock);
	sk->sk_error_report = s->report;
	write_unlock_bh(&sk->sk_callback_lock);
	udp_tunnel_sock_release(s->sock);
	s->sock = NULL;
}

/*
 * From the CPU's caches for packets, as drivers do: memory of the slab would be
 * cleared first.  Bottom halves are disabled.
 */
static struct sk_buff *socket_skb(struct sock *sk, const struct dst_entry *dst,
				  unsigned int headers, const u8 *data,
				  size_t len, const struct cl_ask *ask)
{
	unsigned int room =
		LL_RESERVED_SPACE(dst->dev) + dst->header_len + headers;
	unsigned int size = SKB_DATA_ALIGN(room + len) +
			    SKB_DATA_ALIGN(sizeof(struct skb_shared_info));
	void *head = napi_alloc_frag(size);
	struct sk_buff *skb;

	if (!head)
		return NULL;
	skb = napi_build_skb(head, size);
	if (!skb) {
		skb_free_frag(head);
		return NULL;
	}
	skb_reserve(skb, room);
	skb_set_inner_network_header(skb, 0);
	skb_put_data(skb, data, len);
	skb->priority = TC_PRIO_INTERACTIVE;
	/* The stamp finds its way to socket_report() by skb->sk. */
	skb_set_owner_w(skb, sk);
	if (ask) {
		if (!ask->ifindex)
			skb_shinfo(skb)->tx_flags |= SKBTX_SW_TSTAMP;
		else if (ask->ifindex == dst->dev->ifindex)
			skb_shinfo(skb)->tx_flags |= SKBTX_HW_TSTAMP;
		skb_shinfo(skb)->tskey = ask->key;
	}
	return skb;
}

/* The next packet's stamp is asked for by what is known of this device. */
static void socket_note_device(struct cl_path *path,
			       const struct dst_entry *dst)
{
	u32 ifindex = dst->dev->ifindex;

	if (path->ifindex != ifindex)
		WRITE_ONCE(path->ifindex, ifindex); /* see struct cl_path */
}

/*
 * A cached route serves if its own address is the one that is asked for.  The
 * cache is emptied by the network stack when routes or addresses change.
 */
static struct rtable *socket_route4(struct sock *sk, struct cl_path *path,
				    struct flowi4 *fl)
{
	struct rtable *rt;
	__be32 from;

	rt = dst_cache_get_ip4(&path->cache, &from);
	if (rt && (!fl->saddr || fl->saddr == from)) {
		fl->saddr = from;
		return rt;
	}
	if (rt)
		ip_rt_put(rt);
	security_sk_classify_flow(sk, flowi4_to_flowi_common(fl));
	rt = ip_route_output_flow(sock_net(sk), fl, sk);
	if (!IS_ERR(rt))
		dst_cache_set_ip4(&path->cache, &rt->dst, fl->saddr);
	return rt;
}

static int socket_send4(struct sock *sk, struct cl_path *path,
			const struct in6_addr *from, const u8 *data, size_t len,
			const struct cl_ask *ask)
{
	struct flowi4 fl = {
		.saddr = from ? from->s6_addr32[3] : 0,
		.daddr = path->to.addr.s6_addr32[3],
		.fl4_sport = inet_sk(sk)->inet_sport,
		.fl4_dport = path->to.port,
		.flowi4_oif = path->to.scope,
		.flowi4_proto = IPPROTO_UDP,
	};
	struct sk_buff *skb;
	struct rtable *rt;

	rt = socket_route4(sk, path, &fl);
	if (IS_ERR(rt))
		return PTR_ERR(rt);
	socket_note_device(path, &rt->dst);
	skb = socket_skb(sk, &rt->dst,
			 sizeof(struct iphdr) + sizeof(struct udphdr), data,
			 len, ask);
	if (!skb) {
		ip_rt_put(rt);
		return -ENOMEM;
	}
	skb->protocol = htons(ETH_P_IP);
	/* Consumes the route and the packet. */
	udp_tunnel_xmit_skb(rt, sk, skb, fl.saddr, fl.daddr, CL_SOCKET_DSCP_EF,
			    path->hops ?: ip4_dst_hoplimit(&rt->dst),
			    htons(IP_DF), fl.fl4_sport, fl.fl4_dport, false,
			    false);
	return 0;
}

#if IS_ENABLED(CONFIG_IPV6)
/* As socket_route4(). */
static struct dst_entry *socket_route6(struct sock *sk, struct cl_path *path,
				       struct flowi6 *fl)
{
	struct dst_entry *dst;
	struct in6_addr from;

	dst = dst_cache_get_ip6(&path->cache, &from);
	if (dst &&
	    (ipv6_addr_any(&fl->saddr) || ipv6_addr_equal(&fl->saddr, &from))) {
		fl->saddr = from;
		return dst;
	}
	dst_release(dst);
	security_sk_classify_flow(sk, flowi6_to_flowi_common(fl));
	dst = ipv6_stub->ipv6_dst_lookup_flow(sock_net(sk), sk, fl, NULL);
	if (!IS_ERR(dst))
		dst_cache_set_ip6(&path->cache, dst, &fl->saddr);
	return dst;
}

static int socket_send6(struct sock *sk, struct cl_path *path,
			const struct in6_addr *from, const u8 *data, size_t len,
			const struct cl_ask *ask)
{
	struct flowi6 fl = {
		.daddr = path->to.addr,
		.fl6_sport = inet_sk(sk)->inet_sport,
		.fl6_dport = path->to.port,
		.flowi6_oif = path->to.scope,
		.flowi6_proto = IPPROTO_UDP,
	};
	struct dst_entry *dst;
	struct sk_buff *skb;

	if (from)
		fl.saddr = *from;
	dst = socket_route6(sk, path, &fl);
	if (IS_ERR(dst))
		return PTR_ERR(dst);
	socket_note_device(path, dst);
	skb = socket_skb(sk, dst,
			 sizeof(struct ipv6hdr) + sizeof(struct udphdr), data,
			 len, ask);
	if (!skb) {
		dst_release(dst);
		return -ENOMEM;
	}
	skb->protocol = htons(ETH_P_IPV6);
	/* Consumes the route and the packet. */
	udp_tunnel6_xmit_skb(dst, sk, skb, NULL, &fl.saddr, &fl.daddr,
			     CL_SOCKET_DSCP_EF,
			     path->hops ?: ip6_dst_hoplimit(dst), 0,
			     fl.fl6_sport, fl.fl6_dport, false);
	return 0;
}
#else
static int socket_send6(struct sock *sk, struct cl_path *path,
			const struct in6_addr *from, const u8 *data, size_t len,
			const struct cl_ask *ask)
{
	return -EAFNOSUPPORT;
}
#endif

/**
 * cl_socket_send() - send one packet
 * @s: open socket of the family of @path
 * @path: receiver, or group
 * @from: own address, NULL to take that of the route
 * @data: payload
 * @len: bytes of payload
 * @ask: transmit stamp that is wanted, NULL: none
 *
 * The stamp may be reported before this returns: hold no lock that the report
 * takes.
 *
 * Context: bottom halves disabled.
 * Return: 0 or -errno of the network stack; 0 does not mean that it arrives.
 */
int cl_socket_send(struct cl_socket *s, struct cl_path *path,
		   const struct in6_addr *from, const u8 *data, size_t len,
		   const struct cl_ask *ask)
{
	struct sock *sk = s->sock->sk;
	int err;

	rcu_read_lock();
	if (cl_endpoint_is4(&path->to))
		err = socket_send4(sk, path, from, data, len, ask);
	else
		err = socket_send6(sk, path, from, data, len, ask);
	rcu_read_unlock();
	return err;
}

/**
 * cl_packet_hwstamp() - receive stamp of the network device
 * @p: packet
 *
 * Some drivers leave the conversion of what the device wrote to whoever wants
 * it; such a packet says by its NAPI instance which device that is.
 *
 * Context: softirq, RCU read side.
 * Return: time of the device's clock, 0 if there is no stamp.
 */
ktime_t cl_packet_hwstamp(const struct cl_packet *p)
{
	struct skb_shared_hwtstamps *hw = skb_hwtstamps(p->skb);
	struct net_device *dev;

	if (!(skb_shinfo(p->skb)->tx_flags & SKBTX_HW_TSTAMP_NETDEV))
		return hw->hwtstamp;
	dev = dev_get_by_napi_id(skb_napi_id(p->skb));
	return dev ? netdev_get_tstamp(dev, hw, false) : 0;
}
