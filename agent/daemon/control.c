// SPDX-License-Identifier: GPL-2.0-or-later
#include "control.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "agent/nl/answer.h"
#include "agent/nl/codec.h"
#include "command.h"
#include "kmod/core/fixed.h"
#include "log.h"
#include "view.h"

#define EVENTS_MAX 8

/* An object, and behind it the end of the answer, fit as long as there is this much. */
#define ROOM (CL_NL_BUF_SIZE + CL_NL_ACK_MAX)

enum stage {
	ASKS, /* a request is waited for */
	WAITS, /* the answer will come by its handle */
	READS, /* an answer is waiting to be read */
};

/**
 * struct cl_control_client - a client
 * @out: answer
 * @fd: its socket
 * @who: process and user
 * @stage: what is waited for
 * @events: epoll events that are waited for
 * @handle: WAITS: of its request
 * @until: then it is cut off, io time
 * @request: header of what it has asked
 * @cmd: what it has asked
 * @what: the same in words
 * @dump: of a dump, objects are to follow
 * @cursor: where the dump goes on
 * @epoch: when the dump began
 * @len: bytes at @out
 */
struct cl_control_client {
	alignas(NLMSG_ALIGNTO) char out[CL_CTL_DATAGRAM_MAX];
	int fd;
	struct ucred who;
	enum stage stage;
	u32 events;
	u64 handle;
	s64 until;
	struct nlmsghdr request;
	u8 cmd;
	char what[CL_COMMAND_TEXT_SIZE];
	bool dump;
	u64 cursor;
	u32 epoch;
	size_t len;
};

static s64 now_of(const struct cl_control *c)
{
	return c->io->ops->now(c->io);
}

static void cut_off(struct cl_control *c, struct cl_control_client *cl)
{
	for (int i = 0; i < CL_CONTROL_CLIENTS; i++)
		if (c->client[i] == cl)
			c->client[i] = NULL;
	close(cl->fd);
	free(cl);
}

/* Whoever waits for an answer is not heard before. */
static void watch(struct cl_control *c, struct cl_control_client *cl)
{
	static const u32 by_stage[] = {
		[ASKS] = EPOLLIN,
		[WAITS] = 0,
		[READS] = EPOLLOUT,
	};
	struct epoll_event ev = { .events = by_stage[cl->stage],
				  .data.ptr = cl };

	if (cl->events == ev.events)
		return;
	cl->events = ev.events;
	/* This cannot fail for a descriptor that is in the set. */
	epoll_ctl(c->epoll_fd, EPOLL_CTL_MOD, cl->fd, &ev);
}

static void to_stage(struct cl_control *c, struct cl_control_client *cl,
		     enum stage stage)
{
	cl->stage = stage;
	cl->until = stage == WAITS ? CL_CONTROL_NEVER :
				     now_of(c) + CL_CONTROL_IDLE_NS;
}

static void put_ack(struct cl_control_client *cl, int code, const char *text,
		    u32 at)
{
	int len = cl_nl_put_ack(cl->out + cl->len, sizeof(cl->out) - cl->len,
				&cl->request, code, text, at);

	/* There is room: an answer has one, at its end. */
	if (len > 0)
		cl->len += len;
}

static void answer(struct cl_control *c, struct cl_control_client *cl, int code,
		   const char *text, u32 at)
{
	put_ack(cl, code, text, at);
	to_stage(c, cl, READS);
}

/* The next datagram of a dump. */
static void go_on(struct cl_control *c, struct cl_control_client *cl)
{
	struct cl_nl_msg m;
	int len;

	while (cl->dump && sizeof(cl->out) - cl->len >= ROOM) {
		memset(&m, 0, sizeof(m));
		m.cmd = cl->cmd;
		cl->dump = cl_view_next(c->m, c->io, &cl->cursor, &m);
		len = cl->dump ?
			      cl_nl_put_object(cl->out + cl->len,
					       CL_NL_BUF_SIZE, &cl->request,
					       &m) :
			      cl_nl_put_done(cl->out + cl->len, CL_NL_BUF_SIZE,
					     &cl->request,
					     cl_view_epoch(c->m) != cl->epoch);
		if (len > 0)
			cl->len += NLMSG_ALIGN(len);
	}
}

static void begin_dump(struct cl_control *c, struct cl_control_client *cl)
{
	if (cl_membership_phase(c->m) == CL_MEMBERSHIP_ALONE) {
		answer(c, cl, -ENODEV, CL_COMMAND_ALONE, 0);
		return;
	}
	cl->dump = true;
	cl->cursor = 0;
	cl->epoch = cl_view_epoch(c->m);
	go_on(c, cl);
	to_stage(c, cl, READS);
}

static void begin_get(struct cl_control *c, struct cl_control_client *cl,
		      struct cl_nl_msg *m)
{
	int err = 0;
	int len;

	if (m->cmd == CL_CTL_SYSCLOCK_GET)
		cl_systime_get(c->systime, &m->sysclock);
	else if (m->cmd == CL_CTL_PHCCLOCK_GET)
		cl_phctime_get(c->phctime, &m->sysclock);
	else
		err = cl_view_get(c->m, c->io, m);
	if (!err) {
		len = cl_nl_put_object(cl->out, CL_NL_BUF_SIZE, &cl->request,
				       m);
		err = len < 0 ? len : 0;
		cl->len = err ? 0 : NLMSG_ALIGN(len);
	}
	answer(c, cl, err,
	       err == -ENODEV	  ? CL_COMMAND_ALONE :
	       err == -EOPNOTSUPP ? "no such command" :
				    "",
	       0);
}

static void begin_command(struct cl_control *c, struct cl_control_client *cl,
			  const struct cl_nl_msg *m)
{
	char error[CL_COMMAND_ERROR_SIZE] = "";
	int err;

	if (cl->who.uid) {
		answer(c, cl, -EPERM, "changes of the cluster are for root", 0);
		return;
	}
	cl_command_text(cl->what, sizeof(cl->what), m);
	cl_log(CL_IO_NOTICE, "operator (process %d) asks: %s", cl->who.pid,
	       cl->what);
	cl->handle = ++c->handle;
	to_stage(c, cl, WAITS);
	err = cl_command_run(c->m, m, cl->handle, error);
	if (err)
		cl_control_answered(c, c->handle, err, error);
}

static void take_request(struct cl_control *c, struct cl_control_client *cl,
			 const struct nlmsghdr *nlh)
{
	struct cl_nl_msg m;
	u32 at;
	int err;

	cl->len = 0;
	cl->dump = false;
	cl->handle = 0;
	cl->request = *nlh;
	err = nlh->nlmsg_type == CL_CTL_TYPE ?
		      cl_nl_decode_request(nlh, &m, &at) :
		      -ENOMSG;
	if (!err && m.cmd < CL_CTL_STATUS_GET)
		err = -ENOMSG;
	cl->cmd = m.cmd;
	if (err == -ENOMSG)
		answer(c, cl, -EOPNOTSUPP, "no such command", 0);
	else if (err)
		answer(c, cl, err,
		       !at	      ? "the message is cut off" :
		       err == -EINVAL ? "unknown attribute, or twice" :
					"wrong length or form",
		       at);
	else if (cl_command_name(m.cmd))
		begin_command(c, cl, &m);
	else if (m.have)
		answer(c, cl, -EINVAL, "takes no attributes", 0);
	else if (cl_view_lists(m.cmd) != !!(nlh->nlmsg_flags & NLM_F_DUMP))
		answer(c, cl, -EOPNOTSUPP, "one object, or a dump", 0);
	else if (cl_view_lists(m.cmd))
		begin_dump(c, cl);
	else
		begin_get(c, cl, &m);
}

static void receive(struct cl_control *c, struct cl_control_client *cl)
{
	alignas(NLMSG_ALIGNTO) char buf[CL_NL_BUF_SIZE];
	const struct nlmsghdr *nlh = (const struct nlmsghdr *)buf;
	ssize_t n = recv(cl->fd, buf, sizeof(buf), MSG_DONTWAIT | MSG_TRUNC);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n < (ssize_t)(NLMSG_HDRLEN + GENL_HDRLEN) ||
	    n > (ssize_t)sizeof(buf) || nlh->nlmsg_len != n) {
		cut_off(c, cl);
		return;
	}
	take_request(c, cl, nlh);
	watch(c, cl);
}

/* One datagram a turn: others want to be heard, too. */
static void send_answer(struct cl_control *c, struct cl_control_client *cl)
{
	ssize_t n = send(cl->fd, cl->out, cl->len, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n < 0) {
		cut_off(c, cl);
		return;
	}
	cl->len = 0;
	go_on(c, cl);
	to_stage(c, cl, cl->len ? READS : ASKS);
	watch(c, cl);
}

static bool may_come(const struct cl_control *c, const struct ucred *who)
{
	unsigned int all = 0, guests = 0;

	for (int i = 0; i < CL_CONTROL_CLIENTS; i++) {
		if (!c->client[i])
			continue;
		all++;
		guests += c->client[i]->who.uid != 0;
	}
	return all < CL_CONTROL_CLIENTS &&
	       (!who->uid || guests < CL_CONTROL_GUESTS);
}

static struct cl_control_client *new_client(struct cl_control *c, int fd)
{
	struct epoll_event ev = { .events = EPOLLIN };
	struct cl_control_client *cl;
	struct ucred who;
	socklen_t len = sizeof(who);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len) ||
	    !may_come(c, &who))
		return NULL;
	cl = calloc(1, sizeof(*cl));
	if (!cl)
		return NULL;
	cl->fd = fd;
	cl->who = who;
	cl->events = ev.events;
	ev.data.ptr = cl;
	if (epoll_ctl(c->epoll_fd, EPOLL_CTL_ADD, fd, &ev)) {
		free(cl);
		return NULL;
	}
	to_stage(c, cl, ASKS);
	return cl;
}

static void take_client(struct cl_control *c)
{
	int fd = accept4(c->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct cl_control_client *cl;
	int i = 0;

	if (fd < 0)
		return;
	cl = new_client(c, fd);
	if (!cl) {
		close(fd);
		return;
	}
	while (c->client[i])
		i++;
	c->client[i] = cl;
}

static int listen_at(struct cl_control *c, const char *path)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	struct epoll_event ev = { .events = EPOLLIN };

	if (strlen(path) >= sizeof(un.sun_path))
		return -ENAMETOOLONG;
	strcpy(un.sun_path, path);
	c->listener = socket(AF_UNIX,
			     SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (c->listener < 0)
		return -errno;
	/* One of a daemon that is no more: whoever is here has the lock. */
	if (unlink(path) && errno != ENOENT)
		return -errno;
	if (bind(c->listener, (struct sockaddr *)&un, sizeof(un)))
		return -errno;
	strcpy(c->path, path);
	if (chmod(path, 0666) || listen(c->listener, CL_CONTROL_CLIENTS) ||
	    epoll_ctl(c->epoll_fd, EPOLL_CTL_ADD, c->listener, &ev))
		return -errno;
	return 0;
}

/**
 * cl_control_open() - let operators in
 * @c: the socket; to be closed
 * @m: what they control; must outlive @c
 * @io: the world; must outlive @c
 * @systime: the system's clock; must outlive @c
 * @phctime: the clock of a device; must outlive @c
 * @path: where; what is there is removed, so nobody else may use it
 *
 * Return: 0 or -errno.
 */
int cl_control_open(struct cl_control *c, struct cl_membership *m,
		    struct cl_io *io, const struct cl_systime *systime,
		    const struct cl_phctime *phctime, const char *path)
{
	int err;

	memset(c, 0, sizeof(*c));
	c->m = m;
	c->io = io;
	c->systime = systime;
	c->phctime = phctime;
	c->listener = -1;
	c->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	err = c->epoll_fd < 0 ? -errno : listen_at(c, path);
	if (err)
		cl_control_close(c);
	return err;
}

/**
 * cl_control_close() - cut off all clients, remove the socket
 * @c: the socket
 */
void cl_control_close(struct cl_control *c)
{
	for (int i = 0; i < CL_CONTROL_CLIENTS; i++)
		if (c->client[i])
			cut_off(c, c->client[i]);
	if (*c->path)
		unlink(c->path);
	*c->path = '\0';
	/* What could not be opened is -1: closing it does no harm. */
	close(c->listener);
	close(c->epoll_fd);
	c->listener = -1;
	c->epoll_fd = -1;
}

/**
 * cl_control_fd() - file descriptor, for epoll
 * @c: the socket
 *
 * Return: the descriptor, readable when cl_control_handle() is to be called.
 */
int cl_control_fd(const struct cl_control *c)
{
	return c->epoll_fd;
}

static void take_event(struct cl_control *c, const struct epoll_event *ev)
{
	struct cl_control_client *cl = ev->data.ptr;

	if (!cl)
		take_client(c);
	else if (ev->events & (EPOLLHUP | EPOLLERR))
		cut_off(c, cl);
	else if (cl->stage == ASKS)
		receive(c, cl);
	else if (cl->stage == READS)
		send_answer(c, cl);
}

/**
 * cl_control_handle() - do what clients want
 * @c: the socket
 */
void cl_control_handle(struct cl_control *c)
{
	struct epoll_event ev[EVENTS_MAX];
	int n = epoll_wait(c->epoll_fd, ev, EVENTS_MAX, 0);

	/* No client has two events, and none is cut off but by its own. */
	for (int i = 0; i < n; i++)
		take_event(c, &ev[i]);
}

/**
 * cl_control_deadline() - when to call cl_control_run()
 * @c: the socket
 *
 * Return: instant in io time, CL_CONTROL_NEVER: not by time.
 */
s64 cl_control_deadline(const struct cl_control *c)
{
	s64 at = CL_CONTROL_NEVER;

	for (int i = 0; i < CL_CONTROL_CLIENTS; i++)
		if (c->client[i])
			at = cl_min_s64(at, c->client[i]->until);
	return at;
}

/**
 * cl_control_run() - cut off those who keep others waiting
 * @c: the socket
 */
void cl_control_run(struct cl_control *c)
{
	s64 now = now_of(c);

	for (int i = 0; i < CL_CONTROL_CLIENTS; i++)
		if (c->client[i] && c->client[i]->until <= now)
			cut_off(c, c->client[i]);
}

/* Codes of the kernel, for programs; people read the text. */
static int to_errno(int result)
{
	switch (result) {
	case CL_ANSWER_REQUESTER:
		return -EACCES;
	case CL_ANSWER_UNKNOWN:
		return -ENOENT;
	case CL_ANSWER_TAKEN:
		return -EEXIST;
	case CL_ANSWER_FULL:
		return -ENOSPC;
	case CL_ANSWER_VOTES:
	case CL_ANSWER_SOON:
		return -EBUSY;
	default:
		return result > 0 ? -EINVAL : result;
	}
}

/* The core says what it was asked for, which its reader knows. */
static const char *reason(const struct cl_control_client *cl, const char *why)
{
	const char *name =
		cl->cmd == CL_CTL_TRANSFER ? "lead" : cl_command_name(cl->cmd);
	size_t n = strlen(name);

	return !strncmp(why, name, n) && !strncmp(why + n, ": ", 2) ?
		       why + n + 2 :
		       why;
}

/**
 * cl_control_answered() - what a client has asked for has ended
 * @c: the socket
 * @handle: of the request; its client may have gone
 * @result: as by struct cl_cluster_ops
 * @why: in words
 */
void cl_control_answered(struct cl_control *c, u64 handle, int result,
			 const char *why)
{
	struct cl_control_client *cl;

	for (int i = 0; i < CL_CONTROL_CLIENTS; i++) {
		cl = c->client[i];
		if (!cl || cl->stage != WAITS || cl->handle != handle)
			continue;
		why = result ? reason(cl, why) : "";
		cl_log(CL_IO_NOTICE, "operator (process %d): %s: %s",
		       cl->who.pid, cl->what, *why ? why : "done");
		answer(c, cl, to_errno(result), why, 0);
		watch(c, cl);
		return;
	}
	cl_log(CL_IO_NOTICE, "operator (gone by now): %s", why);
}
