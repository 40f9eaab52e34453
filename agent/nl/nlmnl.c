// SPDX-License-Identifier: GPL-2.0-or-later
#include "nlmnl.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <stdalign.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

/*
 * The kernel answers a request before send() returns; a lock in the module may
 * delay it, but not for long.
 */
#define ANSWER_TIMEOUT_S 5

/* A datagram of the kernel fits 32 kB (libmnl: MNL_SOCKET_DUMP_SIZE). */
#define RECV_SIZE 32768

/* The controller announces families to the group that has its own id. */
#define FAMILY_GROUP GENL_ID_CTRL

static int set_options(struct mnl_socket *sock)
{
	const struct timeval timeout = { .tv_sec = ANSWER_TIMEOUT_S };
	int fd = mnl_socket_get_fd(sock);
	int one = 1;

	if (mnl_socket_setsockopt(sock, NETLINK_EXT_ACK, &one, sizeof(one)) ||
	    mnl_socket_setsockopt(sock, NETLINK_CAP_ACK, &one, sizeof(one)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout)))
		return -errno;
	return 0;
}

/**
 * struct answer - who gets an answer
 * @msg: its content, NULL: nobody
 * @each: is told of each object of a dump in @msg, or NULL
 * @ctx: passed on
 */
struct answer {
	struct cl_nl_msg *msg;
	cl_nlmnl_each_t each;
	void *ctx;
};

static int take_object(const struct nlmsghdr *nlh, const struct answer *a)
{
	int err = a->msg ? cl_nl_decode(nlh, a->msg) : 0;

	if (!err && a->each)
		a->each(a->ctx, a->msg);
	return err;
}

/* One message of an answer; 1: the answer is complete. */
static int take_answer(struct cl_nlmnl *n, const struct nlmsghdr *nlh,
		       const struct nlmsghdr *req, const struct answer *a)
{
	int err;

	if (nlh->nlmsg_seq != n->seq)
		return 0;
	switch (nlh->nlmsg_type) {
	case NLMSG_ERROR:
	case NLMSG_DONE:
		err = cl_nl_decode_error(nlh, req, &n->error);
		if (err)
			return err;
		return n->error.code ? n->error.code : 1;
	case GENL_ID_CTRL:
		return cl_nl_family_parse(nlh, &n->family);
	default:
		return take_object(nlh, a);
	}
}

static int receive_answer(struct cl_nlmnl *n, const struct nlmsghdr *req,
			  const struct answer *a)
{
	static __thread alignas(NLMSG_ALIGNTO) char buf[RECV_SIZE];
	const struct nlmsghdr *nlh;
	ssize_t size;
	int len, err;

	for (;;) {
		size = mnl_socket_recvfrom(n->sock, buf, sizeof(buf));
		if (size < 0 && errno == EINTR)
			continue;
		if (size < 0)
			return errno == EAGAIN ? -ETIMEDOUT : -errno;
		nlh = (const struct nlmsghdr *)buf;
		for (len = size; mnl_nlmsg_ok(nlh, len);
		     nlh = mnl_nlmsg_next(nlh, &len)) {
			err = take_answer(n, nlh, req, a);
			if (err)
				return err < 0 ? err : 0;
		}
	}
}

static int send_request(struct cl_nlmnl *n, const struct nlmsghdr *req,
			const struct answer *a)
{
	int err;

	memset(&n->error, 0, sizeof(n->error));
	if (mnl_socket_sendto(n->sock, req, req->nlmsg_len) < 0)
		err = -errno;
	else
		err = receive_answer(n, req, a);
	n->error.code = err;
	return err;
}

static int resolve(struct cl_nlmnl *n)
{
	alignas(NLMSG_ALIGNTO) char buf[CL_NL_BUF_SIZE];
	const struct answer nobody = { .msg = NULL };
	int err;

	err = cl_nl_family_request(buf, sizeof(buf), ++n->seq);
	if (err < 0)
		return err;
	err = send_request(n, (struct nlmsghdr *)buf, &nobody);
	/* The controller's word for an unknown family. */
	return err == -ENOENT ? -EPROTONOSUPPORT : err;
}

/**
 * cl_nlmnl_open() - open a socket and find the module
 * @n: the socket, in the calling thread's network namespace; to be closed
 *
 * Return: 0; -EPROTONOSUPPORT if the module is not loaded, -errno else.
 */
int cl_nlmnl_open(struct cl_nlmnl *n)
{
	int err;

	memset(n, 0, sizeof(*n));
	n->sock = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	if (!n->sock)
		return -errno;
	err = mnl_socket_bind(n->sock, 0, MNL_SOCKET_AUTOPID) ? -errno : 0;
	if (!err)
		err = set_options(n->sock);
	if (!err)
		err = resolve(n);
	if (err) {
		cl_nlmnl_close(n);
		n->error.code = err;
	}
	return err;
}

/**
 * cl_nlmnl_close() - close a socket
 * @n: the socket
 */
void cl_nlmnl_close(struct cl_nlmnl *n)
{
	mnl_socket_close(n->sock);
	n->sock = NULL;
}

/**
 * cl_nlmnl_fd() - file descriptor, for epoll
 * @n: the socket
 *
 * Return: the descriptor, owned by @n.
 */
int cl_nlmnl_fd(const struct cl_nlmnl *n)
{
	return mnl_socket_get_fd(n->sock);
}

static int call(struct cl_nlmnl *n, u16 flags, const struct cl_nl_msg *req,
		const struct answer *a)
{
	alignas(NLMSG_ALIGNTO) char buf[CL_NL_BUF_SIZE];
	const struct cl_nl_hdr hdr = {
		.family = n->family.id,
		.flags = flags,
		.seq = ++n->seq,
	};
	int err;

	err = cl_nl_encode(buf, sizeof(buf), &hdr, req);
	if (err < 0) {
		memset(&n->error, 0, sizeof(n->error));
		n->error.code = err;
		return err;
	}
	return send_request(n, (struct nlmsghdr *)buf, a);
}

/**
 * cl_nlmnl_call() - send a request and wait for the kernel's answer
 * @n: a socket that has joined no group
 * @req: the request
 * @ret: the answer; NULL if only success matters
 *
 * Return: 0 or -errno; then @n->error says why. -ETIMEDOUT without an answer.
 */
int cl_nlmnl_call(struct cl_nlmnl *n, const struct cl_nl_msg *req,
		  struct cl_nl_msg *ret)
{
	const struct answer a = { .msg = ret };

	return call(n, NLM_F_ACK, req, &a);
}

/**
 * cl_nlmnl_dump() - ask for all objects of a kind
 * @n: a socket that has joined no group
 * @req: the request
 * @each: gets them one by one; sends nothing on @n
 * @ctx: passed on
 *
 * Return: 0 or -errno as cl_nlmnl_call(); some may have come before.
 */
int cl_nlmnl_dump(struct cl_nlmnl *n, const struct cl_nl_msg *req,
		  cl_nlmnl_each_t each, void *ctx)
{
	struct cl_nl_msg m;
	const struct answer a = { .msg = &m, .each = each, .ctx = ctx };

	return call(n, NLM_F_DUMP, req, &a);
}

static int join(struct cl_nlmnl *n, u32 group)
{
	if (mnl_socket_setsockopt(n->sock, NETLINK_ADD_MEMBERSHIP, &group,
				  sizeof(group)))
		return -errno;
	return 0;
}

/**
 * cl_nlmnl_join() - receive the events of a group
 * @n: the socket
 * @group: the group
 *
 * Return: 0; -ENOENT if the module has no such group, -errno else.
 */
int cl_nlmnl_join(struct cl_nlmnl *n, enum cl_nl_group group)
{
	if (!n->family.groups[group])
		return -ENOENT;
	return join(n, n->family.groups[group]);
}

/**
 * cl_nlmnl_leave() - receive the events of a group no more
 * @n: the socket
 * @group: the group, joined
 *
 * Return: 0 or -errno.
 */
int cl_nlmnl_leave(struct cl_nlmnl *n, enum cl_nl_group group)
{
	if (mnl_socket_setsockopt(n->sock, NETLINK_DROP_MEMBERSHIP,
				  &n->family.groups[group],
				  sizeof(n->family.groups[group])))
		return -errno;
	return 0;
}

/**
 * cl_nlmnl_watch_family() - be told when the module goes away
 * @n: the socket
 *
 * Return: 0 or -errno.
 */
int cl_nlmnl_watch_family(struct cl_nlmnl *n)
{
	return join(n, FAMILY_GROUP);
}

static void take_event(struct cl_nlmnl *n, const struct nlmsghdr *nlh,
		       const struct cl_nlmnl_handler *h, void *ctx)
{
	struct cl_nl_msg m;

	if (nlh->nlmsg_type == GENL_ID_CTRL) {
		if (cl_nl_family_left(nlh))
			h->left(ctx);
	} else if (nlh->nlmsg_type == n->family.id && !cl_nl_decode(nlh, &m)) {
		h->event(ctx, &m);
	}
}

/**
 * cl_nlmnl_receive() - take all events that have come
 * @n: the socket
 * @h: who gets them
 * @ctx: passed on
 *
 * Return: 0; -ENOBUFS if events were lost, -errno else.
 */
int cl_nlmnl_receive(struct cl_nlmnl *n, const struct cl_nlmnl_handler *h,
		     void *ctx)
{
	static __thread alignas(NLMSG_ALIGNTO) char buf[RECV_SIZE];
	const struct nlmsghdr *nlh;
	ssize_t size;
	int err = 0;
	int len;

	for (;;) {
		size = recv(cl_nlmnl_fd(n), buf, sizeof(buf), MSG_DONTWAIT);
		/* Until the queue is empty the kernel drops more, silently. */
		if (size < 0 && errno == ENOBUFS)
			err = -ENOBUFS;
		if (size < 0 && (errno == EINTR || errno == ENOBUFS))
			continue;
		if (size < 0)
			return errno == EAGAIN ? err : -errno;
		nlh = (const struct nlmsghdr *)buf;
		for (len = size; mnl_nlmsg_ok(nlh, len);
		     nlh = mnl_nlmsg_next(nlh, &len))
			take_event(n, nlh, h, ctx);
	}
}
