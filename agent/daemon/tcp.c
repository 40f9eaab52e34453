// SPDX-License-Identifier: GPL-2.0-or-later
#include "tcp.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agent/core/entry.h"

#define BACKLOG 128

/* An address of either family, as the system calls want it. */
union sockaddr_any {
	struct sockaddr sa;
	struct sockaddr_in in4;
	struct sockaddr_in6 in6;
};

/* A host without IPv6 has no sockets for mapped addresses: they become IPv4. */
static socklen_t to_sockaddr(const struct cl_tcp_address *a,
			     union sockaddr_any *ret)
{
	memset(ret, 0, sizeof(*ret));
	if (IN6_IS_ADDR_V4MAPPED(&a->addr)) {
		ret->in4.sin_family = AF_INET;
		ret->in4.sin_port = htons(a->port);
		memcpy(&ret->in4.sin_addr, &a->addr.s6_addr[12], 4);
		return sizeof(ret->in4);
	}
	ret->in6.sin6_family = AF_INET6;
	ret->in6.sin6_port = htons(a->port);
	ret->in6.sin6_addr = a->addr;
	ret->in6.sin6_scope_id = a->scope;
	return sizeof(ret->in6);
}

static void from_sockaddr(const union sockaddr_any *s,
			  struct cl_tcp_address *ret)
{
	memset(ret, 0, sizeof(*ret));
	if (s->sa.sa_family == AF_INET) {
		ret->addr.s6_addr[10] = 0xff;
		ret->addr.s6_addr[11] = 0xff;
		memcpy(&ret->addr.s6_addr[12], &s->in4.sin_addr, 4);
		ret->port = ntohs(s->in4.sin_port);
		return;
	}
	ret->addr = s->in6.sin6_addr;
	ret->scope = s->in6.sin6_scope_id;
	ret->port = ntohs(s->in6.sin6_port);
}

static int set_int(int fd, int level, int option, int v)
{
	return setsockopt(fd, level, option, &v, sizeof(v)) ? -errno : 0;
}

/* Messages are small and urgent; a peer that is gone must be noticed. */
static int tune(int fd)
{
	return set_int(fd, IPPROTO_TCP, TCP_NODELAY, 1) ?:
		       set_int(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, CL_TCP_TIMEOUT_MS) ?:
		       set_int(fd, IPPROTO_TCP, TCP_KEEPIDLE, 1)  ?:
		       set_int(fd, IPPROTO_TCP, TCP_KEEPINTVL, 1) ?:
		       set_int(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
}

static int tcp_ready(struct cl_bearer *b)
{
	socklen_t len = sizeof(int);
	int err = 0;

	if (getsockopt(b->fd, SOL_SOCKET, SO_ERROR, &err, &len))
		return -errno;
	return -err;
}

static ssize_t tcp_read(struct cl_bearer *b, void *buf, size_t size)
{
	ssize_t n;

	do {
		n = recv(b->fd, buf, size, 0);
	} while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : n;
}

static ssize_t tcp_write(struct cl_bearer *b, const void *buf, size_t len)
{
	ssize_t n;

	do {
		n = send(b->fd, buf, len, MSG_NOSIGNAL);
	} while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : n;
}

static void tcp_close(struct cl_bearer *b)
{
	close(b->fd);
	b->fd = -1;
}

static const struct cl_bearer_ops tcp_ops = {
	.ready = tcp_ready,
	.read = tcp_read,
	.write = tcp_write,
	.close = tcp_close,
};

static int open_socket(const union sockaddr_any *s)
{
	int fd = socket(s->sa.sa_family,
			SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	return fd < 0 ? -errno : fd;
}

static int bind_here(int fd, const union sockaddr_any *s, socklen_t len)
{
	int err = set_int(fd, SOL_SOCKET, SO_REUSEADDR, 1);

	/* IPv4 has a socket of its own. */
	if (!err && s->sa.sa_family == AF_INET6)
		err = set_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
	if (err)
		return err;
	return bind(fd, &s->sa, len) || listen(fd, BACKLOG) ? -errno : 0;
}

/**
 * cl_tcp_listen() - let others dial
 * @at: own address; port 0: any that is free
 * @ret_port: the port
 *
 * Return: the listener, to be closed, or -errno.
 */
int cl_tcp_listen(const struct cl_tcp_address *at, u16 *ret_port)
{
	struct cl_tcp_address here;
	union sockaddr_any s;
	socklen_t len = to_sockaddr(at, &s);
	int fd = open_socket(&s);
	int err;

	if (fd < 0)
		return fd;
	err = bind_here(fd, &s, len);
	if (!err && getsockname(fd, &s.sa, &len))
		err = -errno;
	if (err) {
		close(fd);
		return err;
	}
	from_sockaddr(&s, &here);
	*ret_port = here.port;
	return fd;
}

/**
 * cl_tcp_accept() - take a connection that somebody has dialled
 * @listener: of cl_tcp_listen()
 * @ret: the connection, to be closed
 * @ret_from: who
 *
 * Return: 0; -EAGAIN: nobody has, or not any more; -errno, as of too many files.
 */
int cl_tcp_accept(int listener, struct cl_bearer *ret,
		  struct cl_tcp_address *ret_from)
{
	union sockaddr_any s;
	socklen_t len = sizeof(s);
	int fd = accept4(listener, &s.sa, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
	int err;

	if (fd < 0)
		return errno == ECONNABORTED || errno == EINTR ? -EAGAIN :
								 -errno;
	err = tune(fd);
	if (err) {
		close(fd);
		return err;
	}
	from_sockaddr(&s, ret_from);
	*ret = (struct cl_bearer){ .ops = &tcp_ops, .fd = fd };
	return 0;
}

/**
 * cl_tcp_dial() - begin a connection
 * @to: who
 * @ret: the connection, to be closed; once it may be written to, ask
 *	cl_bearer_ops.ready what has become of it
 *
 * Return: 0 or -errno.
 */
int cl_tcp_dial(const struct cl_tcp_address *to, struct cl_bearer *ret)
{
	union sockaddr_any s;
	socklen_t len = to_sockaddr(to, &s);
	int fd = open_socket(&s);
	int err;

	if (fd < 0)
		return fd;
	err = tune(fd);
	if (!err && connect(fd, &s.sa, len) && errno != EINPROGRESS)
		err = -errno;
	if (err) {
		close(fd);
		return err;
	}
	*ret = (struct cl_bearer){ .ops = &tcp_ops, .fd = fd };
	return 0;
}

/**
 * cl_tcp_endpoint() - address of a member
 * @ret: gets it
 * @e: as members have it
 */
void cl_tcp_endpoint(struct cl_tcp_address *ret, const struct cl_endpoint *e)
{
	memset(ret, 0, sizeof(*ret));
	if (e->family == 4) {
		ret->addr.s6_addr[10] = 0xff;
		ret->addr.s6_addr[11] = 0xff;
		memcpy(&ret->addr.s6_addr[12], e->addr, 4);
	} else {
		memcpy(&ret->addr, e->addr, sizeof(ret->addr));
	}
	ret->port = e->port;
}

/**
 * cl_tcp_same() - do two addresses name the same?
 * @a: one
 * @b: other
 *
 * Return: true if so.
 */
bool cl_tcp_same(const struct cl_tcp_address *a, const struct cl_tcp_address *b)
{
	return !memcmp(&a->addr, &b->addr, sizeof(a->addr)) &&
	       a->scope == b->scope && a->port == b->port;
}

/**
 * cl_tcp_text() - write an address as people do
 * @buf: gets it
 * @a: address
 */
void cl_tcp_text(char buf[CL_TCP_ADDRESS_SIZE], const struct cl_tcp_address *a)
{
	char addr[INET6_ADDRSTRLEN] = "";
	char scope[16] = "";

	if (IN6_IS_ADDR_V4MAPPED(&a->addr)) {
		inet_ntop(AF_INET, &a->addr.s6_addr[12], addr, sizeof(addr));
		snprintf(buf, CL_TCP_ADDRESS_SIZE, "%s:%u", addr, a->port);
		return;
	}
	inet_ntop(AF_INET6, &a->addr, addr, sizeof(addr));
	if (a->scope)
		snprintf(scope, sizeof(scope), "%%%u", a->scope);
	snprintf(buf, CL_TCP_ADDRESS_SIZE, "[%s%s]:%u", addr, scope, a->port);
}
