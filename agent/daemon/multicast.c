// SPDX-License-Identifier: GPL-2.0-or-later
#include "multicast.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define HOPS 1

static int set_int(int fd, int level, int option, int v)
{
	return setsockopt(fd, level, option, &v, sizeof(v)) ? -errno : 0;
}

static struct sockaddr_in6 group6(const struct cl_multicast *m)
{
	struct sockaddr_in6 a = { .sin6_family = AF_INET6,
				  .sin6_port = htons(m->port),
				  .sin6_scope_id = m->ifindex };

	inet_pton(AF_INET6, CL_MULTICAST_GROUP6, &a.sin6_addr);
	return a;
}

static struct sockaddr_in group4(const struct cl_multicast *m)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
				 .sin_port = htons(m->port) };

	inet_pton(AF_INET, CL_MULTICAST_GROUP4, &a.sin_addr);
	return a;
}

/*
 * A member's socket has the group's address: nothing that is sent to the host
 * itself arrives there, nor what comes by other devices.
 */
static int member6(const struct cl_multicast *m, int fd)
{
	const struct sockaddr_in6 group = group6(m);
	const struct ipv6_mreq join = { .ipv6mr_multiaddr = group.sin6_addr,
					.ipv6mr_interface = m->ifindex };

	if (setsockopt(fd, IPPROTO_IPV6, IPV6_JOIN_GROUP, &join, sizeof(join)))
		return -errno;
	if (bind(fd, (const struct sockaddr *)&group, sizeof(group)))
		return -errno;
	return set_int(fd, IPPROTO_IPV6, IPV6_MULTICAST_ALL, 0);
}

static int member4(const struct cl_multicast *m, int fd)
{
	const struct sockaddr_in group = group4(m);
	const struct ip_mreqn join = { .imr_multiaddr = group.sin_addr,
				       .imr_ifindex = (int)m->ifindex };

	if (setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &join, sizeof(join)))
		return -errno;
	if (bind(fd, (const struct sockaddr *)&group, sizeof(group)))
		return -errno;
	return set_int(fd, IPPROTO_IP, IP_MULTICAST_ALL, 0);
}

static int tune6(const struct cl_multicast *m, int fd, bool member)
{
	int err =
		set_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1)		     ?:
			set_int(fd, SOL_SOCKET, SO_REUSEADDR, member)	     ?:
			set_int(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, HOPS)   ?:
			set_int(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, HOPS) ?:
			set_int(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF,
				(int)m->ifindex);

	return err || !member ? err : member6(m, fd);
}

static int tune4(const struct cl_multicast *m, int fd, bool member)
{
	const struct ip_mreqn out = { .imr_ifindex = (int)m->ifindex };
	int err = set_int(fd, SOL_SOCKET, SO_REUSEADDR, member) ?:
			  set_int(fd, IPPROTO_IP, IP_TTL, HOPS) ?:
			  set_int(fd, IPPROTO_IP, IP_MULTICAST_TTL, HOPS);

	if (!err &&
	    setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &out, sizeof(out)))
		err = -errno;
	return err || !member ? err : member4(m, fd);
}

/* The socket of one family; a host without it does without. */
static int open_one(struct cl_multicast *m, unsigned int i, bool member)
{
	struct epoll_event ev = { .events = EPOLLIN };
	int family = i ? AF_INET : AF_INET6;
	int fd = socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int err;

	if (fd < 0)
		return -errno;
	err = i ? tune4(m, fd, member) : tune6(m, fd, member);
	if (!err && epoll_ctl(m->epoll_fd, EPOLL_CTL_ADD, fd, &ev))
		err = -errno;
	if (err) {
		close(fd);
		return err;
	}
	m->fd[i] = fd;
	return 0;
}

/**
 * cl_multicast_open() - open the sockets
 * @m: to be filled
 * @ifindex: network device
 * @port: UDP port of the groups
 * @member: receive what is sent to the groups; else only what is sent to us
 *
 * Return: 0 if there is a socket of one family at least, else -errno; then
 * nothing is open.
 */
int cl_multicast_open(struct cl_multicast *m, unsigned int ifindex, u16 port,
		      bool member)
{
	int err6, err4;

	*m = (struct cl_multicast){ .ifindex = ifindex,
				    .port = port,
				    .fd = { -1, -1 } };
	m->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (m->epoll_fd < 0)
		return -errno;
	err6 = open_one(m, 0, member);
	err4 = open_one(m, 1, member);
	if (err6 && err4) {
		cl_multicast_close(m);
		return err4;
	}
	return 0;
}

/**
 * cl_multicast_close() - close the sockets
 * @m: sockets
 */
void cl_multicast_close(struct cl_multicast *m)
{
	for (unsigned int i = 0; i < 2; i++) {
		if (m->fd[i] >= 0)
			close(m->fd[i]);
		m->fd[i] = -1;
	}
	close(m->epoll_fd);
	m->epoll_fd = -1;
}

static int send_by(int fd, const void *data, size_t len, const void *to,
		   socklen_t to_len)
{
	if (fd < 0)
		return -EAFNOSUPPORT;
	return sendto(fd, data, len, 0, to, to_len) < 0 ? -errno : 0;
}

/**
 * cl_multicast_send() - send to all members on the link
 * @m: sockets
 * @data: datagram
 * @len: its bytes
 *
 * Return: 0 if it could be sent by one family at least, else -errno.
 */
int cl_multicast_send(const struct cl_multicast *m, const void *data,
		      size_t len)
{
	const struct sockaddr_in6 to6 = group6(m);
	const struct sockaddr_in to4 = group4(m);
	int err6 = send_by(m->fd[0], data, len, &to6, sizeof(to6));
	int err4 = send_by(m->fd[1], data, len, &to4, sizeof(to4));

	return err6 ? err4 : 0;
}

/**
 * cl_multicast_receive() - take a datagram
 * @m: sockets
 * @buf: gets the bytes
 * @size: room; what is longer is cut off
 * @ret: gets the sender
 *
 * Return: its bytes; -EAGAIN: there is none; -errno of a socket, there may be
 * more.
 */
ssize_t cl_multicast_receive(const struct cl_multicast *m, void *buf,
			     size_t size, struct cl_multicast_from *ret)
{
	for (unsigned int i = 0; i < 2; i++) {
		ssize_t n;

		if (m->fd[i] < 0)
			continue;
		ret->fd = m->fd[i];
		ret->len = sizeof(ret->address);
		n = recvfrom(m->fd[i], buf, size, 0,
			     (struct sockaddr *)&ret->address, &ret->len);
		if (n >= 0)
			return n;
		if (errno != EAGAIN)
			return -errno;
	}
	return -EAGAIN;
}

/**
 * cl_multicast_answer() - send to one
 * @to: who has sent something before
 * @data: datagram
 * @len: its bytes
 *
 * It may get lost, so nobody has to know if it could not be sent.
 */
void cl_multicast_answer(const struct cl_multicast_from *to, const void *data,
			 size_t len)
{
	sendto(to->fd, data, len, MSG_NOSIGNAL,
	       (const struct sockaddr *)&to->address, to->len);
}
