// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The control socket on arbitrary datagrams (libFuzzer), of a node that leads a cluster
 * of its own.  The input is a sequence of datagrams, each behind its length of a byte
 * and a byte that says whether it gets a header that is right.  Every request that is
 * not cut off is answered once, in messages that the command line understands.
 */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <stdalign.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "../fuzz.h"
#include "agent/core/guard.h"
#include "agent/core/judge.h"
#include "agent/core/timescale.h"
#include "agent/daemon/control.h"
#include "agent/daemon/log.h"
#include "agent/nl/codec.h"

#define NODE 7

/* In the current directory, as a crash is. */
#define PATH "control.sock"

/* struct cl_agent - what there is to see */
struct cl_agent {
	struct cl_nl_instance inst;
	struct cl_cluster *cluster;
	struct cl_judge judge;
	struct cl_guard guard;
	struct cl_timescale timescale;
};

static struct cl_agent agent = { .inst.node = NODE };
static struct cl_control control;
static struct cl_systime systime;
static struct cl_phctime phctime;

struct cl_agent *cl_membership_agent(struct cl_membership *m)
{
	(void)m;
	return &agent;
}

enum cl_membership_phase cl_membership_phase(const struct cl_membership *m)
{
	(void)m;
	return CL_MEMBERSHIP_MEMBER;
}

/* Whatever is begun has ended before it returns. */
static int done(u64 handle)
{
	cl_control_answered(&control, handle, handle % 3, "done");
	return 0;
}

int cl_membership_found(struct cl_membership *m, u64 handle, char *error)
{
	(void)m;
	(void)error;
	return done(handle);
}

int cl_membership_join(struct cl_membership *m,
		       const struct cl_tcp_address *contact, unsigned int n,
		       bool vote, u64 handle, char *error)
{
	(void)m;
	(void)vote;
	(void)error;
	CHECK(n && n <= CL_MEMBERSHIP_CONTACTS);
	for (unsigned int i = 0; i < n; i++)
		CHECK(contact[i].port);
	return done(handle);
}

int cl_membership_leave(struct cl_membership *m, u64 handle, char *error)
{
	(void)m;
	(void)error;
	return done(handle);
}

const struct cl_nl_instance *cl_agent_instance(const struct cl_agent *a)
{
	return &a->inst;
}

u32 cl_agent_clock_state(const struct cl_agent *a)
{
	(void)a;
	return CLOCKLINK_STATE_SYNCED;
}

const struct cl_cluster *cl_agent_cluster(const struct cl_agent *a)
{
	return a->cluster;
}

const struct cl_judge *cl_agent_judge(const struct cl_agent *a)
{
	return &a->judge;
}

const struct cl_guard *cl_agent_guard(const struct cl_agent *a)
{
	return &a->guard;
}

const struct cl_timescale *cl_agent_timescale(const struct cl_agent *a)
{
	return &a->timescale;
}

int cl_agent_act(struct cl_agent *a, enum cl_cluster_act act, u32 node,
		 u64 handle, char *error)
{
	(void)a;
	(void)error;
	CHECK(node == NODE || (!node && act == CL_CLUSTER_LEAD));
	return done(handle);
}

int cl_agent_request(struct cl_agent *a, const struct cl_entry *e, u64 handle,
		     char *error)
{
	u8 bytes[CL_ENTRY_MAX];
	struct cl_entry entry = *e;

	(void)a;
	entry.requester = NODE;
	entry.request = 1;
	entry.time_ns = 1;
	if (cl_entry_encode(&entry, bytes, sizeof(bytes), error) < 0)
		return -EINVAL;
	return done(handle);
}

int cl_agent_new_time(struct cl_agent *a, u64 handle, char *error)
{
	(void)a;
	(void)error;
	return done(handle);
}

/* What it logs goes nowhere. */
void cl_log(enum cl_io_prio prio, const char *fmt, ...)
{
	(void)prio;
	(void)fmt;
}

static int op_send(void *ctx, u32 node, u8 type, const void *data, size_t len)
{
	(void)ctx;
	(void)node;
	(void)type;
	(void)data;
	(void)len;
	return -ENOTCONN;
}

static void op_save(void *ctx, const struct cl_raft_write *w)
{
	(void)ctx;
	(void)w;
}

static u64 op_random(void *ctx)
{
	(void)ctx;
	return 4;
}

static void op_log(void *ctx, enum cl_io_prio prio, const char *line)
{
	(void)ctx;
	(void)prio;
	(void)line;
}

static void op_roster(void *ctx)
{
	(void)ctx;
}

static void op_leader(void *ctx, u32 node, u32 term)
{
	(void)ctx;
	(void)node;
	(void)term;
}

static void op_answered(void *ctx, u64 handle, int result, const char *why)
{
	(void)ctx;
	(void)handle;
	(void)result;
	(void)why;
}

static int op_may_lead(void *ctx, u32 node, char *why)
{
	(void)ctx;
	(void)why;
	return node % 2 ? 0 : -EAGAIN;
}

static const struct cl_cluster_ops cluster_ops = {
	.send = op_send,
	.save = op_save,
	.random = op_random,
	.log = op_log,
	.roster = op_roster,
	.leader = op_leader,
	.may_lead = op_may_lead,
	.answered = op_answered,
};

static s64 io_now(struct cl_io *io)
{
	(void)io;
	return CL_NS_PER_SEC;
}

static const struct cl_io_ops io_ops = { .now = io_now, .utc = io_now };
static struct cl_io io = { .ops = &io_ops };

static void begin(void)
{
	const struct cl_cluster_params p = {
		.raft = { .id = NODE,
			  .heartbeat_ns = CL_NS_PER_MS,
			  .election_ns = 10 * CL_NS_PER_MS,
			  .snapshot_entries = 16 },
		.cluster = 1,
	};
	const struct cl_member first = {
		.id = NODE,
		.name = "n7",
		.time = { 4, { 10, 0, 0, 7 }, 1 },
		.stream = { 4, { 10, 0, 0, 7 }, 2 },
	};
	char error[CL_ENTRY_ERROR_SIZE];

	agent.cluster = cl_cluster_new(&p, &cluster_ops, NULL);
	CHECK(agent.cluster);
	CHECK(!cl_cluster_found(agent.cluster, 1, 1, &first,
				&(struct cl_utc){ 0 }, error));
	CHECK(!cl_control_open(&control, NULL, &io, &systime, &phctime, PATH));
}

static int dial(void)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0);

	strcpy(un.sun_path, PATH);
	CHECK(!connect(fd, (struct sockaddr *)&un, sizeof(un)));
	cl_control_handle(&control);
	return fd;
}

/* An answer is objects, and one end. */
static void check_answer(const void *data, int len, const struct nlmsghdr *req)
{
	const struct nlmsghdr *nlh = data;
	struct cl_nl_error e;
	struct cl_nl_msg m;
	int ends = 0;

	for (; mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len)) {
		CHECK(nlh->nlmsg_seq == req->nlmsg_seq && !ends);
		if (nlh->nlmsg_type == NLMSG_ERROR ||
		    nlh->nlmsg_type == NLMSG_DONE) {
			CHECK(!cl_nl_decode_error(nlh, req, &e));
			CHECK(strlen(e.text) < sizeof(e.text));
			ends++;
		} else {
			CHECK(!cl_nl_decode(nlh, &m));
		}
	}
	CHECK(!len && ends == 1);
}

/* False: cut off. */
static bool exchange(int fd, const void *data, size_t len)
{
	static alignas(NLMSG_ALIGNTO) char out[CL_CTL_DATAGRAM_MAX];
	alignas(NLMSG_ALIGNTO) char req[CL_NL_BUF_SIZE] = "";
	ssize_t n;

	if (send(fd, data, len, 0) < 0)
		return false;
	/* It is taken, and then it is answered. */
	cl_control_handle(&control);
	cl_control_handle(&control);
	n = recv(fd, out, sizeof(out), 0);
	if (n <= 0) {
		CHECK(!n || errno == ECONNRESET);
		return false;
	}
	CHECK(len <= sizeof(req));
	memcpy(req, data, len);
	check_answer(out, n, (const struct nlmsghdr *)req);
	return true;
}

static bool exchange_framed(int fd, const void *data, size_t len, bool dump)
{
	alignas(NLMSG_ALIGNTO) char buf[NLMSG_HDRLEN + 255];
	struct nlmsghdr *nlh = (struct nlmsghdr *)buf;

	*nlh = (struct nlmsghdr){
		.nlmsg_len = NLMSG_HDRLEN + len,
		.nlmsg_type = CL_CTL_TYPE,
		.nlmsg_flags = NLM_F_REQUEST | (dump ? NLM_F_DUMP : NLM_F_ACK),
		.nlmsg_seq = 5,
	};
	memcpy(buf + NLMSG_HDRLEN, data, len);
	return exchange(fd, buf, nlh->nlmsg_len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	bool on = true;
	size_t len;
	int fd;

	if (!agent.cluster)
		begin();
	fd = dial();
	for (; on && size > 2; data += 2 + len, size -= 2 + len) {
		len = data[0] < size - 2 ? data[0] : size - 2;
		if (!len)
			break;
		on = data[1] & 1 ?
			     exchange(fd, data + 2, len) :
			     exchange_framed(fd, data + 2, len, data[1] & 2);
	}
	close(fd);
	cl_control_handle(&control);
	return 0;
}
