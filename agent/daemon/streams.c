// SPDX-License-Identifier: GPL-2.0-or-later
#include "streams.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "kmod/core/fixed.h"
#include "log.h"

#define EVENTS_MAX 64

/* Accepted at once: others want to be heard, too. */
#define ACCEPT_MAX 16

/* Without files or memory the listener rests so long. */
#define DEAF_NS CL_NS_PER_SEC

static struct cl_stream *find_open(const struct cl_streams *s, u32 node)
{
	for (struct cl_stream *t = s->first; t; t = t->next) {
		if (t->state == CL_STREAM_OPEN && t->node == node)
			return t;
	}
	return NULL;
}

/* Is there a stream that we have dialled for this, or an open one to the node? */
static bool has_any(const struct cl_streams *s, const struct cl_contact *c)
{
	u32 node = c->node ? c->node : c->answered;

	for (struct cl_stream *t = s->first; t; t = t->next) {
		if (t->state == CL_STREAM_DEAD)
			continue;
		if (!c->node && t->asked &&
		    cl_tcp_same(&t->address, &c->address))
			return true;
		if (node && t->node == node &&
		    (t->dialled || t->state == CL_STREAM_OPEN))
			return true;
	}
	return false;
}

/* For which we have dialled; NULL: none, or it is forgotten. */
static struct cl_contact *contact_of(const struct cl_streams *s,
				     const struct cl_stream *t)
{
	if (t->asked)
		return cl_contacts_at(&s->contacts, &t->address);
	return t->node ? cl_contacts_find(&s->contacts, t->node) : NULL;
}

static int watch(struct cl_streams *s, struct cl_stream *t, int op, u32 events)
{
	struct epoll_event ev = { .events = events, .data.ptr = t };
	int fd = t ? t->bearer.fd : s->listener;

	return epoll_ctl(s->epoll_fd, op, fd, &ev) ? -errno : 0;
}

/* Wait for room to write only while something is to be written. */
static void watch_again(struct cl_streams *s, struct cl_stream *t)
{
	bool writing;
	size_t len;
	int err;

	cl_frames_bytes(&t->out, &len);
	writing = len || t->state == CL_STREAM_DIALLING;
	if (writing == t->writing)
		return;
	err = watch(s, t, EPOLL_CTL_MOD,
		    writing ? EPOLLIN | EPOLLOUT : EPOLLIN);
	if (err)
		t->broken = err;
	else
		t->writing = writing;
}

static void lost(struct cl_streams *s, struct cl_contact *c, s64 now)
{
	if (c)
		cl_contact_lost(c, now, s->ops->random(s->ctx));
}

/* The stream ends; it is freed by reap(). */
static void end(struct cl_streams *s, struct cl_stream *t, s64 now)
{
	struct cl_contact *c = contact_of(s, t);
	bool open = t->state == CL_STREAM_OPEN;
	u32 node = t->node;

	if (t->state == CL_STREAM_DEAD)
		return;
	s->strangers -= !t->dialled && !open;
	cl_stream_close(t);
	if (open || t->dialled)
		lost(s, c, now);
	/* the node may be dialled for itself as well */
	if (open && t->asked)
		lost(s, cl_contacts_find(&s->contacts, node), now);
	if (open)
		s->ops->closed(s->ctx, node);
}

static void log_failure(struct cl_streams *s, const struct cl_stream *t,
			const char *why)
{
	struct cl_contact *c = t->dialled ? contact_of(s, t) : NULL;

	if (c)
		cl_contact_log(c, why);
}

static void fail(struct cl_streams *s, struct cl_stream *t, s64 now, int err)
{
	if (t->state == CL_STREAM_OPEN)
		cl_log(CL_IO_INFO, "stream to node %u has ended: %s", t->node,
		       strerror(-err));
	else
		log_failure(s, t, strerror(-err));
	end(s, t, now);
}

static void reap(struct cl_streams *s)
{
	struct cl_stream **p = &s->first;
	struct cl_stream *t;

	while ((t = *p)) {
		if (t->state != CL_STREAM_DEAD) {
			p = &t->next;
			continue;
		}
		*p = t->next;
		s->count--;
		free(t);
	}
}

/* A new stream with bearer; the bearer is closed if that fails. */
static struct cl_stream *add(struct cl_streams *s, struct cl_bearer *b,
			     const struct cl_tcp_address *at, s64 now,
			     bool dialled)
{
	struct cl_stream *t = calloc(1, sizeof(*t));

	if (!t) {
		b->ops->close(b);
		return NULL;
	}
	t->bearer = *b;
	t->address = *at;
	t->began = now;
	t->dialled = dialled;
	t->writing = dialled;
	t->state = dialled ? CL_STREAM_DIALLING : CL_STREAM_GREETING;
	if (watch(s, t, EPOLL_CTL_ADD,
		  dialled ? EPOLLIN | EPOLLOUT : EPOLLIN)) {
		cl_stream_close(t);
		free(t);
		return NULL;
	}
	t->next = s->first;
	s->first = t;
	s->count++;
	s->strangers += !dialled;
	return t;
}

/*
 * There are two open streams to a node.  Of those that different ends have dialled
 * the lower node's stays, so both choose the same; else the newer one, because
 * who dials again has lost the older one.
 */
static bool prefers(const struct cl_streams *s, const struct cl_stream *old,
		    const struct cl_stream *new)
{
	if (old->dialled == new->dialled)
		return true;
	return new->dialled == (s->node < new->node);
}

static void become_open(struct cl_streams *s, struct cl_stream *t, s64 now)
{
	struct cl_stream *old = find_open(s, t->node);
	struct cl_contact *c = cl_contacts_find(&s->contacts, t->node);

	if (old && !prefers(s, old, t)) {
		end(s, t, now);
		return;
	}
	s->strangers -= !t->dialled;
	t->state = CL_STREAM_OPEN;
	if (old)
		end(s, old, now);
	if (c)
		cl_contact_reached(c);
	if (t->asked && contact_of(s, t))
		cl_contact_reached(contact_of(s, t));
	s->ops->opened(s->ctx, t->node);
}

static int greet(struct cl_streams *s, struct cl_stream *t)
{
	const struct cl_hello h = {
		.version = CL_STREAM_VERSION,
		.cluster = s->cluster,
		.from = s->node,
		.to = t->node,
	};

	return cl_stream_greet(t, &h);
}

/* 0: welcome. */
static enum cl_stream_refusal judge(struct cl_streams *s,
				    const struct cl_hello *h)
{
	if (h->version != CL_STREAM_VERSION)
		return CL_STREAM_REFUSED_VERSION;
	if (h->cluster != s->cluster)
		return CL_STREAM_REFUSED_CLUSTER;
	if (h->to && h->to != s->node)
		return CL_STREAM_REFUSED_RECEIVER;
	if (!h->from || h->from == s->node || !s->ops->admit(s->ctx, h->from))
		return CL_STREAM_REFUSED_SENDER;
	if (s->count >= CL_STREAMS_MAX)
		return CL_STREAM_REFUSED_FULL;
	return 0;
}

/* Somebody has dialled us and says who it is. */
static void take_guest(struct cl_streams *s, struct cl_stream *t,
		       const struct cl_hello *h, s64 now)
{
	enum cl_stream_refusal no = judge(s, h);
	int err;

	if (no) {
		cl_stream_refuse(t, no);
		end(s, t, now);
		return;
	}
	t->node = h->from;
	err = greet(s, t);
	if (!err)
		err = cl_stream_flush(t);
	if (err)
		fail(s, t, now, err);
	else
		become_open(s, t, now);
}

/* We have dialled somebody, who says who it is. */
static void take_host(struct cl_streams *s, struct cl_stream *t,
		      const struct cl_hello *h, s64 now)
{
	struct cl_contact *c = contact_of(s, t);
	const char *why = NULL;

	if (h->version != CL_STREAM_VERSION)
		why = "it speaks another version";
	else if (h->cluster != s->cluster)
		why = "it belongs to another cluster";
	else if (!h->from || h->from == s->node)
		why = "it has the id of this node";
	else if (t->node && h->from != t->node)
		why = "it is another node";
	if (why) {
		log_failure(s, t, why);
		end(s, t, now);
		return;
	}
	t->node = h->from;
	if (t->asked && c)
		c->answered = h->from;
	become_open(s, t, now);
}

static void take_hello(struct cl_streams *s, struct cl_stream *t,
		       const struct cl_frame *f, s64 now)
{
	struct cl_hello h;

	if (t->dialled && cl_stream_why(f)) {
		log_failure(s, t, cl_stream_why(f));
		end(s, t, now);
	} else if (cl_stream_read_hello(f, &h)) {
		log_failure(s, t, "it says no hello");
		end(s, t, now);
	} else if (t->dialled) {
		take_host(s, t, &h, now);
	} else {
		take_guest(s, t, &h, now);
	}
}

static void take_frames(struct cl_streams *s, struct cl_stream *t, s64 now)
{
	struct cl_frame f;
	int got = 0;

	while (t->state != CL_STREAM_DEAD && !t->broken) {
		got = cl_frames_next(&t->in, &f);
		if (got <= 0)
			break;
		if (t->state == CL_STREAM_GREETING)
			take_hello(s, t, &f, now);
		else if (f.type >= CL_STREAM_USER)
			s->ops->frame(s->ctx, t->node, &f);
	}
	if (got < 0 && t->state != CL_STREAM_DEAD)
		t->broken = got;
}

static void take_answer(struct cl_streams *s, struct cl_stream *t, s64 now)
{
	int err = t->bearer.ops->ready(&t->bearer);

	if (!err)
		err = greet(s, t);
	if (!err)
		err = cl_stream_flush(t);
	if (err) {
		fail(s, t, now, err);
		return;
	}
	t->state = CL_STREAM_GREETING;
	watch_again(s, t);
}

static void take_event(struct cl_streams *s, struct cl_stream *t, u32 events,
		       s64 now)
{
	int err = 0;

	/* An earlier event of this turn may have ended it. */
	if (t->state == CL_STREAM_DEAD)
		return;
	if (t->state == CL_STREAM_DIALLING) {
		take_answer(s, t, now);
		return;
	}
	if (events & (EPOLLIN | EPOLLERR | EPOLLHUP)) {
		err = cl_stream_fill(t);
		take_frames(s, t, now);
	}
	if (t->state == CL_STREAM_DEAD)
		return;
	if (!err)
		err = t->broken ? t->broken : cl_stream_flush(t);
	if (err)
		fail(s, t, now, err);
	else
		watch_again(s, t);
}

static void rest(struct cl_streams *s, s64 now, int err)
{
	cl_log(CL_IO_WARNING, "cannot accept streams: %s", strerror(-err));
	if (!watch(s, NULL, EPOLL_CTL_DEL, 0)) {
		s->deaf = true;
		s->listen_at = now + DEAF_NS;
	}
}

static void take_guests(struct cl_streams *s, s64 now)
{
	struct cl_tcp_address from;
	struct cl_bearer b;
	int err;

	for (int i = 0; i < ACCEPT_MAX; i++) {
		err = cl_tcp_accept(s->listener, &b, &from);
		if (err == -EAGAIN)
			return;
		if (err) {
			rest(s, now, err);
			return;
		}
		if (s->strangers >= CL_STREAMS_STRANGERS_MAX)
			b.ops->close(&b);
		else
			add(s, &b, &from, now, false);
	}
}

static void dial(struct cl_streams *s, struct cl_contact *c, s64 now)
{
	struct cl_tcp_address to = c->address;
	u32 node = c->node;
	struct cl_stream *t;
	struct cl_bearer b;
	int err = cl_tcp_dial(&to, &b);

	t = err ? NULL : add(s, &b, &to, now, true);
	if (t) {
		t->node = node;
		t->asked = !node;
		/* Not again before this one has failed. */
		c->next_dial = CL_STREAMS_NEVER;
		return;
	}
	cl_contact_log(c, strerror(err ? -err : ENOMEM));
	lost(s, c, now);
}

/**
 * cl_streams_open() - begin without streams
 * @s: streams; to be closed
 * @ops: calls of the owner
 * @ctx: their argument
 * @cluster: cluster id
 * @node: own node id
 *
 * Return: 0 or -errno.
 */
int cl_streams_open(struct cl_streams *s, const struct cl_streams_ops *ops,
		    void *ctx, u32 cluster, u32 node)
{
	memset(s, 0, sizeof(*s));
	s->ops = ops;
	s->ctx = ctx;
	s->cluster = cluster;
	s->node = node;
	s->listener = -1;
	s->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	return s->epoll_fd < 0 ? -errno : 0;
}

/**
 * cl_streams_listen() - let others dial us
 * @s: streams, nobody listens yet
 * @at: where; port 0: any that is free
 * @ret_port: the port
 *
 * Return: 0 or -errno.
 */
int cl_streams_listen(struct cl_streams *s, const struct cl_tcp_address *at,
		      u16 *ret_port)
{
	int err;
	int fd = cl_tcp_listen(at, ret_port);

	if (fd < 0)
		return fd;
	s->listener = fd;
	err = watch(s, NULL, EPOLL_CTL_ADD, EPOLLIN);
	if (err) {
		close(fd);
		s->listener = -1;
	}
	return err;
}

/**
 * cl_streams_close() - end all without a word to the owner
 * @s: streams
 */
void cl_streams_close(struct cl_streams *s)
{
	for (struct cl_stream *t = s->first; t; t = t->next)
		cl_stream_close(t);
	reap(s);
	if (s->listener >= 0)
		close(s->listener);
	close(s->epoll_fd);
	cl_contacts_free(&s->contacts);
}

/**
 * cl_streams_keep() - dial a node whenever there is no stream to it
 * @s: streams
 * @now: ns
 * @node: its id
 * @at: where it listens; another address than before counts from the next
 *	attempt on
 *
 * Return: 0 or -ENOMEM.
 */
int cl_streams_keep(struct cl_streams *s, s64 now, u32 node,
		    const struct cl_tcp_address *at)
{
	return cl_contacts_keep(&s->contacts, now, node, at);
}

/**
 * cl_streams_forget() - do not dial a node any more, and end its stream
 * @s: streams
 * @node: its id
 *
 * The stream ends at the next cl_streams_run().
 */
void cl_streams_forget(struct cl_streams *s, u32 node)
{
	cl_contacts_forget(&s->contacts, node);
	for (struct cl_stream *t = s->first; t; t = t->next) {
		if (t->state != CL_STREAM_DEAD && t->node == node)
			t->broken = -ECANCELED;
	}
}

/**
 * cl_streams_forget_all() - dial nobody any more, and end all streams
 * @s: streams; others may still dial us
 *
 * They end at the next cl_streams_run().
 */
void cl_streams_forget_all(struct cl_streams *s)
{
	cl_contacts_free(&s->contacts);
	for (struct cl_stream *t = s->first; t; t = t->next) {
		if (t->state != CL_STREAM_DEAD)
			t->broken = -ECANCELED;
	}
}

/**
 * cl_streams_ask() - dial an address until somebody answers, and again when that
 *		      stream has ended
 * @s: streams
 * @now: ns
 * @at: address; who is there is told by the owner's opened()
 *
 * Return: 0 or -ENOMEM.
 */
int cl_streams_ask(struct cl_streams *s, s64 now,
		   const struct cl_tcp_address *at)
{
	return cl_contacts_ask(&s->contacts, now, at);
}

/**
 * cl_streams_unask() - do not dial an address any more
 * @s: streams
 * @at: address; a stream that is open stays
 */
void cl_streams_unask(struct cl_streams *s, const struct cl_tcp_address *at)
{
	cl_contacts_unask(&s->contacts, at);
	for (struct cl_stream *t = s->first; t; t = t->next) {
		if (t->asked && t->state != CL_STREAM_OPEN &&
		    t->state != CL_STREAM_DEAD && cl_tcp_same(&t->address, at))
			t->broken = -ECANCELED;
	}
}

/**
 * cl_streams_send() - send a frame
 * @s: streams
 * @node: to whom
 * @type: CL_STREAM_USER or above
 * @data: copied
 * @len: bytes of @data
 *
 * Calls nobody back.  A stream that breaks here ends at the next cl_streams_run().
 *
 * Return: 0: it is on its way; -ENOTCONN: there is no stream; -EMSGSIZE: too
 * long; -ENOBUFS: the other end does not take what is sent, its stream breaks;
 * -ENOMEM; -errno.
 */
int cl_streams_send(struct cl_streams *s, u32 node, u8 type, const void *data,
		    size_t len)
{
	struct cl_stream *t = find_open(s, node);
	int err;

	if (!t || t->broken)
		return -ENOTCONN;
	err = cl_frames_put(&t->out, type, data, len);
	if (err == -ENOBUFS)
		t->broken = err;
	if (err)
		return err;
	err = cl_stream_flush(t);
	if (err)
		t->broken = err;
	else
		watch_again(s, t);
	return err;
}

/**
 * cl_streams_has() - is there a stream to a node?
 * @s: streams
 * @node: its id
 *
 * Return: true if there is an open one.
 */
bool cl_streams_has(const struct cl_streams *s, u32 node)
{
	return find_open(s, node);
}

/**
 * cl_streams_deadline() - when to call cl_streams_run()
 * @s: streams
 *
 * Return: instant in ns, CL_STREAMS_NEVER if only events matter.
 */
s64 cl_streams_deadline(const struct cl_streams *s)
{
	s64 at = s->deaf ? s->listen_at : CL_STREAMS_NEVER;

	for (const struct cl_stream *t = s->first; t; t = t->next) {
		if (t->broken || t->state == CL_STREAM_DEAD)
			return S64_MIN;
		if (t->state != CL_STREAM_OPEN)
			at = cl_min_s64(at, t->began + CL_STREAM_HELLO_NS);
	}
	for (unsigned int i = 0; i < s->contacts.n; i++) {
		if (!has_any(s, &s->contacts.contact[i]))
			at = cl_min_s64(at, s->contacts.contact[i].next_dial);
	}
	return at;
}

/**
 * cl_streams_run() - do what is due
 * @s: streams
 * @now: ns
 *
 * To be called at the deadline; later or earlier does no harm.
 */
void cl_streams_run(struct cl_streams *s, s64 now)
{
	struct cl_contact *c;

	for (struct cl_stream *t = s->first; t; t = t->next) {
		if (t->state == CL_STREAM_DEAD)
			continue;
		if (t->broken)
			fail(s, t, now, t->broken);
		else if (t->state != CL_STREAM_OPEN &&
			 now >= t->began + CL_STREAM_HELLO_NS)
			fail(s, t, now, -ETIMEDOUT);
	}
	reap(s);
	for (unsigned int i = 0; i < s->contacts.n; i++) {
		c = &s->contacts.contact[i];
		if (now >= c->next_dial && !has_any(s, c))
			dial(s, c, now);
	}
	if (s->deaf && now >= s->listen_at &&
	    !watch(s, NULL, EPOLL_CTL_ADD, EPOLLIN))
		s->deaf = false;
}

/**
 * cl_streams_handle() - something has happened: @epoll_fd is readable
 * @s: streams
 * @now: ns
 */
void cl_streams_handle(struct cl_streams *s, s64 now)
{
	struct epoll_event events[EVENTS_MAX];
	int n = epoll_wait(s->epoll_fd, events, EVENTS_MAX, 0);

	for (int i = 0; i < n; i++) {
		if (events[i].data.ptr)
			take_event(s, events[i].data.ptr, events[i].events,
				   now);
		else
			take_guests(s, now);
	}
	reap(s);
}
