// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The module's rival in bench-respond: the same answer from a process.
 *
 *	respond-epoll [-f] PORT CLUSTER NODE PEER
 *
 * One epoll loop, SO_TIMESTAMPING, interleaved stamps, the product's own codec
 * and session.  It is made as fast as we know how: nothing but the answer
 * stands between the request and the send, the transmit stamp is fetched
 * after it.  -f: SCHED_FIFO and locked memory.
 */
#include <errno.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <linux/clocklink.h>
#include <linux/errqueue.h>
#include <linux/net_tstamp.h>

#include "kmod/core/session.h"
#include "kmod/core/wire.h"

/* Answers whose transmit stamp may be outstanding; it comes in the send. */
#define IDS 16
#define FIFO_PRIORITY 50

/**
 * struct responder - the process
 * @fd: UDP socket
 * @cluster: cluster id
 * @node: own node id
 * @peer: node id of the only peer
 * @session: exchanges with the peer
 * @sent: answers sent; the kernel numbers transmit stamps alike
 * @seq: sequence number of answer id % IDS
 */
struct responder {
	int fd;
	u32 cluster;
	u32 node;
	u32 peer;
	struct cl_session session;
	u32 sent;
	u32 seq[IDS];
};

static s64 now_ns(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return t.tv_sec * CL_NS_PER_SEC + t.tv_nsec;
}

/*
 * Socket stamps are CLOCK_REALTIME.  The time between the two calls is an
 * error of the offset; it cancels in the turnaround.
 */
static struct cl_raw to_raw(const struct timespec *real)
{
	s64 stamp = real->tv_sec * CL_NS_PER_SEC + real->tv_nsec;
	s64 raw = now_ns(CLOCK_MONOTONIC_RAW);

	return cl_raw(raw - (now_ns(CLOCK_REALTIME) - stamp));
}

/* Finds the software stamp and the number of the packet it belongs to. */
static bool find_stamp(struct msghdr *h, struct timespec *stamp, u32 *id)
{
	struct sock_extended_err err;
	struct cmsghdr *c;
	bool found = false;

	for (c = CMSG_FIRSTHDR(h); c; c = CMSG_NXTHDR(h, c)) {
		if (c->cmsg_level == SOL_SOCKET &&
		    c->cmsg_type == SCM_TIMESTAMPING) {
			memcpy(stamp, CMSG_DATA(c), sizeof(*stamp));
			found = true;
		} else if (c->cmsg_level == SOL_IP &&
			   c->cmsg_type == IP_RECVERR) {
			memcpy(&err, CMSG_DATA(c), sizeof(err));
			if (err.ee_origin == SO_EE_ORIGIN_TIMESTAMPING)
				*id = err.ee_data;
		}
	}
	return found;
}

/* Answers a request; anything else is dropped. */
static void answer(struct responder *r, const u8 *buf, size_t len,
		   const struct cl_stamped *t2, const struct sockaddr_in *from)
{
	struct cl_wire_msg req, resp = {};
	struct cl_exchange x;
	u8 out[CL_WIRE_MAX];
	int n;

	if (cl_wire_decode(buf, len, &req) != CL_WIRE_OK ||
	    req.hdr.type != CL_WIRE_REQUEST || req.hdr.cluster != r->cluster ||
	    req.hdr.receiver != r->node || req.hdr.sender != r->peer)
		return;
	cl_session_note_gen(&r->session, req.hdr.gen);
	if (cl_session_take_request(&r->session, &req, t2, &resp, &x) ==
	    CL_SESSION_IGNORED)
		return;
	resp.hdr.cluster = r->cluster;
	resp.hdr.sender = r->node;
	resp.hdr.receiver = r->peer;
	resp.hdr.state = CLOCKLINK_STATE_UNSYNCED;
	resp.hdr.gen = 1;
	n = cl_wire_encode(&resp, out, sizeof(out));
	if (n < 0)
		return;
	if (sendto(r->fd, out, n, 0, (const struct sockaddr *)from,
		   sizeof(*from)) == n)
		r->seq[r->sent++ % IDS] = req.hdr.seq;
}

/* Takes one packet; returns false when there is none. */
static bool receive(struct responder *r)
{
	struct sockaddr_in from;
	char control[256];
	u8 buf[CL_WIRE_MAX + 1];
	struct iovec io = { buf, sizeof(buf) };
	struct msghdr h = {
		.msg_name = &from,
		.msg_namelen = sizeof(from),
		.msg_iov = &io,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	ssize_t n = recvmsg(r->fd, &h, 0);
	struct timespec stamp;
	struct cl_stamped t2;
	u32 id;

	if (n < 0)
		return false;
	if (find_stamp(&h, &stamp, &id)) {
		t2 = cl_stamped_sw(to_raw(&stamp));
		answer(r, buf, n, &t2, &from);
	}
	return true;
}

/* Takes one transmit stamp; returns false when there is none. */
static bool receive_stamp(struct responder *r)
{
	char control[256];
	struct msghdr h = {
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct timespec stamp;
	u32 id = r->sent;

	if (recvmsg(r->fd, &h, MSG_ERRQUEUE) < 0)
		return false;
	if (find_stamp(&h, &stamp, &id) && r->sent - id - 1 < IDS)
		cl_session_response_sent(&r->session, r->seq[id % IDS],
					 cl_stamped_sw(to_raw(&stamp)));
	return true;
}

/* Opens the socket; returns 0 or -errno. */
static int open_socket(struct responder *r, int port)
{
	const struct sockaddr_in me = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
	};
	/* Without OPT_TSONLY: a clone for the stamp is cheaper than a new skb. */
	int flags = SOF_TIMESTAMPING_TX_SOFTWARE |
		    SOF_TIMESTAMPING_RX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE |
		    SOF_TIMESTAMPING_OPT_ID;

	r->fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (r->fd < 0 ||
	    bind(r->fd, (const struct sockaddr *)&me, sizeof(me)) ||
	    setsockopt(r->fd, SOL_SOCKET, SO_TIMESTAMPING, &flags,
		       sizeof(flags)))
		return -errno;
	return 0;
}

static int be_fifo(void)
{
	const struct sched_param p = { .sched_priority = FIFO_PRIORITY };

	if (sched_setscheduler(0, SCHED_FIFO, &p) ||
	    mlockall(MCL_CURRENT | MCL_FUTURE))
		return -errno;
	return 0;
}

/* Serves until it is killed. */
static int serve(struct responder *r)
{
	struct epoll_event ev = { .events = EPOLLIN | EPOLLERR }, got;
	int ep = epoll_create1(EPOLL_CLOEXEC);

	if (ep < 0 || epoll_ctl(ep, EPOLL_CTL_ADD, r->fd, &ev))
		return -errno;
	for (;;) {
		if (epoll_wait(ep, &got, 1, -1) < 0 && errno != EINTR)
			return -errno;
		while (receive(r))
			;
		while (receive_stamp(r))
			;
	}
}

int main(int argc, char **argv)
{
	static struct responder r;
	bool fifo = argc > 1 && !strcmp(argv[1], "-f");
	char **arg = argv + 1 + fifo;
	int err;

	if (argc != 5 + fifo) {
		fputs("usage: respond-epoll [-f] PORT CLUSTER NODE PEER\n",
		      stderr);
		return 2;
	}
	r.cluster = strtoul(arg[1], NULL, 10);
	r.node = strtoul(arg[2], NULL, 10);
	r.peer = strtoul(arg[3], NULL, 10);
	cl_session_init(&r.session, 0);
	err = open_socket(&r, atoi(arg[0]));
	if (!err && fifo)
		err = be_fifo();
	if (!err)
		err = serve(&r);
	fprintf(stderr, "respond-epoll: %s\n", strerror(-err));
	return 1;
}
