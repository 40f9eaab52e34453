/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sockets for datagrams to and from all members on one link, by IPv6 and IPv4.
 */
#ifndef _CL_DAEMON_MULTICAST_H
#define _CL_DAEMON_MULTICAST_H

#include <netinet/in.h>
#include <sys/types.h>

#include "kmod/core/types.h"

/* Groups: of the link by IPv6, not beyond the first router by IPv4. */
#define CL_MULTICAST_GROUP6 "ff12::4f5f"
#define CL_MULTICAST_GROUP4 "239.255.79.95"

/**
 * struct cl_multicast_from - who has sent a datagram
 * @fd: socket by which it came, and by which it is answered
 * @len: bytes of @address
 * @address: its address
 */
struct cl_multicast_from {
	int fd;
	socklen_t len;
	struct sockaddr_storage address;
};

/**
 * struct cl_multicast - sockets on one link
 * @ifindex: network device
 * @port: UDP port of the groups
 * @epoll_fd: readable if one of the sockets is
 * @fd: sockets, IPv6 and IPv4; -1: the host has no such
 */
struct cl_multicast {
	unsigned int ifindex;
	u16 port;
	int epoll_fd;
	int fd[2];
};

int cl_multicast_open(struct cl_multicast *m, unsigned int ifindex, u16 port,
		      bool member);
void cl_multicast_close(struct cl_multicast *m);
int cl_multicast_send(const struct cl_multicast *m, const void *data,
		      size_t len);
ssize_t cl_multicast_receive(const struct cl_multicast *m, void *buf,
			     size_t size, struct cl_multicast_from *ret);
void cl_multicast_answer(const struct cl_multicast_from *to, const void *data,
			 size_t len);

#endif /* _CL_DAEMON_MULTICAST_H */
