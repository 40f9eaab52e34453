// SPDX-License-Identifier: GPL-2.0-or-later
#include "transport.h"

#include <errno.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* A dump that was disturbed by a change is asked for again, so often. */
#define DUMP_TRIES 8

/*
 * State of one call, for the callbacks of libnl.  Messages go to @ret or are
 * gathered in @all, events to @event.
 */
struct call {
	const struct nlmsghdr *req;
	struct cl_nl_error *error;
	struct cl_nl_msg *ret;
	bool gather;
	struct cl_nl_msg *all;
	size_t n;
	void (*event)(void *ctx, const struct cl_nl_msg *m);
	void *ctx;
	bool done;
	int err;
};

/* The only place that knows libnl's codes. */
static int to_errno(int nle)
{
	switch (nle < 0 ? -nle : nle) {
	case NLE_SUCCESS:
		return 0;
	case NLE_INTR:
		return -EINTR;
	case NLE_AGAIN:
		return -EAGAIN;
	case NLE_NOMEM:
		/* recvmsg() gives ENOBUFS, and libnl makes this of it. */
		return -ENOBUFS;
	case NLE_PERM:
	case NLE_NOACCESS:
		return -EPERM;
	case NLE_DUMP_INTR:
		return -EBUSY;
	case NLE_OBJ_NOTFOUND:
		return -EPROTONOSUPPORT;
	case NLE_MSG_TRUNC:
	case NLE_MSG_TOOSHORT:
		return -EBADMSG;
	default:
		return -EIO;
	}
}

static int gather(struct call *c, const struct cl_nl_msg *m)
{
	struct cl_nl_msg *all;

	/* Room doubles: 1, 2, 4... */
	if (!(c->n & (c->n - 1))) {
		all = reallocarray(c->all, c->n ? 2 * c->n : 1, sizeof(*all));
		if (!all)
			return -ENOMEM;
		c->all = all;
	}
	c->all[c->n++] = *m;
	return 0;
}

static int on_valid(struct nl_msg *msg, void *arg)
{
	struct cl_nl_msg m;
	struct call *c = arg;
	int err;

	err = cl_nl_decode(nlmsg_hdr(msg), &m);
	if (err) {
		/* A newer module may have events that are not known here. */
		if (!c->event)
			c->err = err;
		return NL_SKIP;
	}
	if (c->event)
		c->event(c->ctx, &m);
	else if (c->gather)
		c->err = gather(c, &m);
	else if (c->ret)
		*c->ret = m;
	return NL_OK;
}

static int on_end(struct nl_msg *msg, void *arg)
{
	struct call *c = arg;

	c->done = true;
	cl_nl_decode_error(nlmsg_hdr(msg), c->req, c->error);
	return NL_STOP;
}

static int on_error(struct sockaddr_nl *addr, struct nlmsgerr *e, void *arg)
{
	struct call *c = arg;

	(void)addr;
	c->done = true;
	/* libnl hands out the payload, the message begins before it. */
	cl_nl_decode_error((struct nlmsghdr *)((char *)e - NLMSG_HDRLEN),
			   c->req, c->error);
	return NL_STOP;
}

static int on_seq(struct nl_msg *msg, void *arg)
{
	(void)msg;
	(void)arg;
	return NL_OK;
}

static struct nl_cb *new_cb(struct call *c)
{
	struct nl_cb *cb = nl_cb_alloc(NL_CB_DEFAULT);

	if (!cb)
		return NULL;
	nl_cb_set(cb, NL_CB_VALID, NL_CB_CUSTOM, on_valid, c);
	nl_cb_set(cb, NL_CB_FINISH, NL_CB_CUSTOM, on_end, c);
	nl_cb_set(cb, NL_CB_ACK, NL_CB_CUSTOM, on_end, c);
	nl_cb_err(cb, NL_CB_CUSTOM, on_error, c);
	/* Events have no sequence number. */
	if (c->event)
		nl_cb_set(cb, NL_CB_SEQ_CHECK, NL_CB_CUSTOM, on_seq, NULL);
	return cb;
}

static int receive(struct cl_transport *t, struct call *c)
{
	struct nl_cb *cb = new_cb(c);
	int nle = 0;
	int err;

	if (!cb)
		return -ENOMEM;
	while (nle >= 0 && !c->done && !c->err)
		nle = nl_recvmsgs(t->sock, cb);
	nl_cb_put(cb);
	err = c->err;
	if (!err && c->done)
		err = t->error.code;
	if (!err && nle < 0)
		err = to_errno(nle);
	return err;
}

static int fail(struct cl_transport *t, int err)
{
	t->error.code = err;
	return err;
}

static int set_options(struct cl_transport *t)
{
	int fd = nl_socket_get_fd(t->sock);
	int one = 1;

	if (setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof(one)) ||
	    setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &one, sizeof(one)))
		return -errno;
	return 0;
}

/**
 * cl_transport_open() - open a socket and find the module
 * @t: the transport, zero; open already: nothing is done
 *
 * Return: 0; -EPROTONOSUPPORT if the module is not loaded, -errno else.
 */
int cl_transport_open(struct cl_transport *t)
{
	int err;

	if (t->sock)
		return 0;
	memset(&t->error, 0, sizeof(t->error));
	t->sock = nl_socket_alloc();
	if (!t->sock)
		return fail(t, -ENOMEM);
	err = to_errno(genl_connect(t->sock));
	if (!err)
		err = set_options(t);
	if (!err) {
		t->family = genl_ctrl_resolve(t->sock, CLOCKLINK_FAMILY_NAME);
		if (t->family < 0)
			err = to_errno(t->family);
	}
	if (err)
		cl_transport_close(t);
	return err ? fail(t, err) : 0;
}

/**
 * cl_transport_close() - close the socket
 * @t: the transport; not open: nothing is done
 */
void cl_transport_close(struct cl_transport *t)
{
	nl_socket_free(t->sock);
	t->sock = NULL;
}

/* Send a request; @buf gets it as sent, to explain an error. */
static int send_request(struct cl_transport *t, const struct cl_nl_msg *req,
			u16 flags, struct nlmsghdr *buf)
{
	const struct cl_nl_hdr h = { .family = t->family, .flags = flags };
	struct nl_msg *msg;
	int n;

	n = cl_nl_encode(buf, CL_NL_BUF_SIZE, &h, req);
	if (n < 0)
		return n;
	msg = nlmsg_convert(buf);
	if (!msg)
		return -ENOMEM;
	n = nl_send_auto(t->sock, msg);
	nlmsg_free(msg);
	return n < 0 ? to_errno(n) : 0;
}

/**
 * cl_transport_call() - send a request and wait for the kernel's answer
 * @t: the transport; opened if it is not
 * @req: the request
 * @ret: the answer; NULL if only success matters
 *
 * Return: 0 or -errno; then @t->error says why.
 */
int cl_transport_call(struct cl_transport *t, const struct cl_nl_msg *req,
		      struct cl_nl_msg *ret)
{
	alignas(NLMSG_ALIGNTO) char buf[CL_NL_BUF_SIZE];
	struct nlmsghdr *nlh = (struct nlmsghdr *)buf;
	struct call c = { .req = nlh, .error = &t->error, .ret = ret };
	int err;

	err = cl_transport_open(t);
	if (err)
		return err;
	memset(&t->error, 0, sizeof(t->error));
	err = send_request(t, req, NLM_F_ACK, nlh);
	if (!err)
		err = receive(t, &c);
	return err ? fail(t, err) : 0;
}

static int dump_once(struct cl_transport *t, const struct cl_nl_msg *req,
		     struct call *c)
{
	alignas(NLMSG_ALIGNTO) char buf[CL_NL_BUF_SIZE];
	struct nlmsghdr *nlh = (struct nlmsghdr *)buf;
	int err;

	*c = (struct call){ .req = nlh, .error = &t->error, .gather = true };
	memset(&t->error, 0, sizeof(t->error));
	err = send_request(t, req, NLM_F_DUMP, nlh);
	if (!err)
		err = receive(t, c);
	if (err)
		free(c->all);
	return err;
}

/**
 * cl_transport_dump() - ask for all objects of a kind
 * @t: the transport; opened if it is not
 * @req: the request
 * @ret: the objects, to be freed
 * @ret_n: their number
 *
 * Return: 0 or -errno; then @t->error says why. -EBUSY if they changed all the
 * time.
 */
int cl_transport_dump(struct cl_transport *t, const struct cl_nl_msg *req,
		      struct cl_nl_msg **ret, size_t *ret_n)
{
	struct call c;
	int err;

	err = cl_transport_open(t);
	if (err)
		return err;
	for (int i = 0; i < DUMP_TRIES; i++) {
		err = dump_once(t, req, &c);
		if (err != -EBUSY)
			break;
	}
	if (err)
		return fail(t, err);
	*ret = c.all;
	*ret_n = c.n;
	return 0;
}

/**
 * cl_transport_join() - receive the events of a group
 * @t: the transport; opened if it is not. For events only from here on.
 * @group: the group
 *
 * Return: 0 or -errno; then @t->error says why.
 */
int cl_transport_join(struct cl_transport *t, enum cl_nl_group group)
{
	int id, err;

	err = cl_transport_open(t);
	if (err)
		return err;
	id = genl_ctrl_resolve_grp(t->sock, CLOCKLINK_FAMILY_NAME,
				   cl_nl_group_name(group));
	err = to_errno(id < 0 ? id : 0);
	if (!err)
		err = to_errno(nl_socket_add_membership(t->sock, id));
	if (!err)
		err = to_errno(nl_socket_set_nonblocking(t->sock));
	return err ? fail(t, err) : 0;
}

/**
 * cl_transport_fd() - file descriptor, for poll()
 * @t: the transport, open
 *
 * Return: the descriptor, owned by @t.
 */
int cl_transport_fd(const struct cl_transport *t)
{
	return nl_socket_get_fd(t->sock);
}

/**
 * cl_transport_events() - take all events that have come
 * @t: a transport that has joined a group
 * @event: called for each
 * @ctx: passed on
 *
 * Return: 0; -ENOBUFS if events were lost, -errno else; then @t->error says why.
 */
int cl_transport_events(struct cl_transport *t,
			void (*event)(void *ctx, const struct cl_nl_msg *m),
			void *ctx)
{
	struct call c = { .error = &t->error, .event = event, .ctx = ctx };
	int err;

	memset(&t->error, 0, sizeof(t->error));
	err = receive(t, &c);
	if (err == -EAGAIN || !err)
		return 0;
	return fail(t, err);
}
