// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctlsocket.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "agent/lib/runpath.h"

/* A dump that was disturbed by a change is asked for again, so often. */
#define DUMP_TRIES 8

/**
 * struct answer - what an answer is gathered in
 * @one: the object; NULL: only success matters
 * @many: it is a dump
 * @all: its objects, allocated
 * @n: their number
 * @interrupted: they have changed meanwhile
 */
struct answer {
	struct cl_nl_msg *one;
	bool many;
	struct cl_nl_msg *all;
	size_t n;
	bool interrupted;
};

static int fail(struct cl_ctlsocket *s, int err, const char *text)
{
	memset(&s->error, 0, sizeof(s->error));
	s->error.code = err;
	snprintf(s->error.text, sizeof(s->error.text), "%s", text);
	return err;
}

static int connect_to(struct cl_ctlsocket *s, const char *path)
{
	const struct timeval timeout = {
		.tv_sec = s->timeout_s ? s->timeout_s : CL_CTLSOCKET_TIMEOUT_S,
	};
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd, err = 0;

	snprintf(un.sun_path, sizeof(un.sun_path), "%s", path);
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout,
		       sizeof(timeout)) ||
	    connect(fd, (const struct sockaddr *)&un, sizeof(un)))
		err = -errno;
	if (err)
		close(fd);
	else
		s->fd = fd;
	return err;
}

/**
 * cl_ctlsocket_open() - find the daemon of this network namespace
 * @s: the connection, zero; open already: nothing is done
 *
 * Return: 0; -ENODEV: no daemon runs; -errno else; then @s->error says why.
 */
int cl_ctlsocket_open(struct cl_ctlsocket *s)
{
	char path[CL_RUNPATH_SIZE];
	int err;

	if (s->fd)
		return 0;
	err = cl_runpath(path, "sock");
	if (!err)
		err = connect_to(s, path);
	if (err == -ENOENT || err == -ECONNREFUSED)
		return fail(s, -ENODEV,
			    "no clocklinkd runs in this network namespace");
	return err ? fail(s, err, "") : 0;
}

/**
 * cl_ctlsocket_close() - hang up
 * @s: the connection; not open: nothing is done
 */
void cl_ctlsocket_close(struct cl_ctlsocket *s)
{
	if (s->fd)
		close(s->fd);
	s->fd = 0;
}

static int take_object(const struct nlmsghdr *nlh, struct answer *a)
{
	struct cl_nl_msg m, *all;
	int err = cl_nl_decode(nlh, &m);

	if (err)
		return err;
	if (a->one)
		*a->one = m;
	if (!a->many)
		return 0;
	/* Room doubles: 1, 2, 4... */
	if (!(a->n & (a->n - 1))) {
		all = reallocarray(a->all, a->n ? 2 * a->n : 1, sizeof(*all));
		if (!all)
			return -ENOMEM;
		a->all = all;
	}
	a->all[a->n++] = m;
	return 0;
}

/* One message of an answer; 1: the answer is complete. */
static int take_message(struct cl_ctlsocket *s, const struct nlmsghdr *nlh,
			const struct nlmsghdr *req, struct answer *a)
{
	int err;

	if (nlh->nlmsg_seq != s->seq)
		return -EBADMSG;
	switch (nlh->nlmsg_type) {
	case NLMSG_ERROR:
	case NLMSG_DONE:
		a->interrupted = nlh->nlmsg_flags & NLM_F_DUMP_INTR;
		err = cl_nl_decode_error(nlh, req, &s->error);
		if (err)
			return err;
		return s->error.code ? s->error.code : 1;
	default:
		return take_object(nlh, a);
	}
}

static int take_datagram(struct cl_ctlsocket *s, const struct nlmsghdr *req,
			 struct answer *a)
{
	static alignas(NLMSG_ALIGNTO) char buf[CL_CTL_DATAGRAM_MAX];
	const struct nlmsghdr *nlh = (const struct nlmsghdr *)buf;
	ssize_t n = recv(s->fd, buf, sizeof(buf), 0);
	int len = n, err = 0;

	if (n < 0)
		return errno == EINTR ? 0 : -errno;
	if (!n)
		return -ECONNRESET;
	for (; !err && mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len))
		err = take_message(s, nlh, req, a);
	return err;
}

static int exchange(struct cl_ctlsocket *s, const struct cl_nl_msg *req,
		    u16 flags, struct answer *a)
{
	alignas(NLMSG_ALIGNTO) char buf[CL_NL_BUF_SIZE];
	const struct cl_nl_hdr h = {
		.family = CL_CTL_TYPE,
		.flags = flags,
		.seq = ++s->seq,
	};
	int err = cl_nl_encode(buf, sizeof(buf), &h, req);

	memset(&s->error, 0, sizeof(s->error));
	if (err < 0)
		return fail(s, err, "");
	err = send(s->fd, buf, err, MSG_NOSIGNAL) < 0 ? -errno : 0;
	while (!err)
		err = take_datagram(s, (struct nlmsghdr *)buf, a);
	if (err > 0)
		return 0;
	if (err == -EAGAIN)
		return fail(s, -ETIMEDOUT,
			    "no answer of clocklinkd; it may be done or not");
	if (err == -EPIPE || err == -ECONNRESET)
		return fail(s, err,
			    "clocklinkd has hung up: it ends, or is too busy");
	return s->error.code ? err : fail(s, err, "");
}

/**
 * cl_ctlsocket_call() - send a request and wait for the answer
 * @s: the connection; opened if it is not
 * @req: the request
 * @ret: the answer; NULL if only success matters
 *
 * Return: 0 or -errno; then @s->error says why.
 */
int cl_ctlsocket_call(struct cl_ctlsocket *s, const struct cl_nl_msg *req,
		      struct cl_nl_msg *ret)
{
	struct answer a = { .one = ret };
	int err = cl_ctlsocket_open(s);

	return err ? err : exchange(s, req, NLM_F_ACK, &a);
}

/**
 * cl_ctlsocket_dump() - ask for all objects of a kind
 * @s: the connection; opened if it is not
 * @cmd: which
 * @ret: the objects, to be freed
 * @ret_n: their number
 *
 * Return: 0 or -errno; then @s->error says why. -EBUSY if they changed all the
 * time.
 */
int cl_ctlsocket_dump(struct cl_ctlsocket *s, u8 cmd, struct cl_nl_msg **ret,
		      size_t *ret_n)
{
	const struct cl_nl_msg req = { .cmd = cmd };
	struct answer a;
	int err = cl_ctlsocket_open(s);

	for (int i = 0; !err && i < DUMP_TRIES; i++) {
		a = (struct answer){ .many = true };
		err = exchange(s, &req, NLM_F_DUMP, &a);
		if (!err && !a.interrupted) {
			*ret = a.all;
			*ret_n = a.n;
			return 0;
		}
		free(a.all);
	}
	return err ? err : fail(s, -EBUSY, "the cluster changes all the time");
}
