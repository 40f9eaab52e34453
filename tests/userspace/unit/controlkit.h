/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The control socket of node 1 of a real cluster of three, whose membership and agent are
 * made up here, and clients of it.
 */
#ifndef _CL_TEST_CONTROLKIT_H
#define _CL_TEST_CONTROLKIT_H

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <stdalign.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "agent/core/guard.h"
#include "agent/core/judge.h"
#include "agent/core/timescale.h"
#include "agent/daemon/control.h"
#include "agent/nl/answer.h"
#include "agent/nl/codec.h"
#include "clusterkit.h"
#include "fakeio.h"

#define GUEST 1000
#define LATER (-99) /* answered when the test wants it */

struct cl_agent {
	struct cl_nl_instance inst;
	struct cl_judge judge;
	struct cl_guard guard;
	struct cl_timescale timescale;
};

struct cl_membership {
	enum cl_membership_phase phase;
	struct cl_agent agent;
	bool outside;
};

/* What was asked of membership and agent. */
static struct {
	int calls;
	u64 handle;
	enum cl_cluster_act act;
	u32 node;
	struct cl_entry entry;
	struct cl_tcp_address contact[CL_MEMBERSHIP_CONTACTS];
	unsigned int contacts;
	bool vote;
	int result; /* at once, of the call; LATER: begun */
	int at_once; /* answered before the call returns, if not LATER */
} asked;

static struct cl_membership membership;
static struct cl_control control;
static struct fakeio world;
static struct cl_systime systime;
static struct cl_phctime phctime;
static char path[64];

static inline int note(u64 handle, char *why)
{
	asked.calls++;
	asked.handle = handle;
	if (asked.at_once != LATER)
		cl_control_answered(&control, handle, asked.at_once, "at once");
	if (asked.result != LATER) {
		snprintf(why, CL_ENTRY_ERROR_SIZE, "made up");
		return asked.result;
	}
	return 0;
}

struct cl_agent *cl_membership_agent(struct cl_membership *m)
{
	return &m->agent;
}

enum cl_membership_phase cl_membership_phase(const struct cl_membership *m)
{
	return m->phase;
}

int cl_membership_found(struct cl_membership *m, u64 handle, char *why)
{
	(void)m;
	return note(handle, why);
}

int cl_membership_join(struct cl_membership *m,
		       const struct cl_tcp_address *contact, unsigned int n,
		       bool vote, u64 handle, char *why)
{
	(void)m;
	memcpy(asked.contact, contact, n * sizeof(*contact));
	asked.contacts = n;
	asked.vote = vote;
	return note(handle, why);
}

int cl_membership_leave(struct cl_membership *m, u64 handle, char *why)
{
	(void)m;
	return note(handle, why);
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
	(void)a;
	return membership.outside ? NULL : node[1].c;
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

int cl_agent_act(struct cl_agent *a, enum cl_cluster_act what, u32 id,
		 u64 handle, char *why)
{
	(void)a;
	asked.act = what;
	asked.node = id;
	return note(handle, why);
}

int cl_agent_request(struct cl_agent *a, const struct cl_entry *e, u64 handle,
		     char *why)
{
	(void)a;
	asked.entry = *e;
	return note(handle, why);
}

int cl_agent_new_time(struct cl_agent *a, u64 handle, char *why)
{
	(void)a;
	return note(handle, why);
}

/* The state as only the log may change it, or a test. */
static inline struct cl_state *agreed(void)
{
	return (struct cl_state *)state_of(1);
}

static inline int open_control(void)
{
	cl_systime_init(&systime, &world.io, true, CL_NS_PER_SEC);
	cl_phctime_init(&phctime, &world.io, "eth0");
	return cl_control_open(&control, &membership, &world.io, &systime,
			       &phctime, path);
}

static inline int begin_control(void **state)
{
	char dir[] = "/tmp/control-XXXXXX";

	set_up(state);
	build(2, 3);
	if (!*path) {
		assert_non_null(mkdtemp(dir));
		assert_int_equal(chmod(dir, 0755), 0);
		snprintf(path, sizeof(path), "%s/sock", dir);
	}
	memset(&membership, 0, sizeof(membership));
	membership.phase = CL_MEMBERSHIP_MEMBER;
	membership.agent.inst.node = 1;
	membership.agent.inst.cluster = CLUSTER;
	memset(&asked, 0, sizeof(asked));
	asked.result = LATER;
	asked.at_once = LATER;
	fakeio_init(&world);
	world.now = now;
	assert_int_equal(open_control(), 0);
	return 0;
}

static inline int end_control(void **state)
{
	cl_control_close(&control);
	*strrchr(path, '/') = '\0';
	assert_int_equal(rmdir(path), 0);
	*path = '\0';
	return tear_down(state);
}

static inline void serve(void)
{
	for (int i = 0; i < 4; i++)
		cl_control_handle(&control);
}

static inline int client(void)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);

	strcpy(un.sun_path, path);
	assert_int_equal(connect(fd, (struct sockaddr *)&un, sizeof(un)), 0);
	serve();
	return fd;
}

/* The kernel notes who connects. */
static inline int guest(void)
{
	int fd;

	if (geteuid())
		return client();
	assert_int_equal(seteuid(GUEST), 0);
	fd = client();
	assert_int_equal(seteuid(0), 0);
	return fd;
}

static alignas(NLMSG_ALIGNTO) char request_buf[CL_NL_BUF_SIZE];
static alignas(NLMSG_ALIGNTO) char answer_buf[CL_CTL_DATAGRAM_MAX];

static inline struct nlmsghdr *request_of(const struct cl_nl_msg *m, u16 flags)
{
	const struct cl_nl_hdr h = {
		.family = CL_CTL_TYPE,
		.flags = flags,
		.seq = 5,
	};

	assert_true(cl_nl_encode(request_buf, sizeof(request_buf), &h, m) > 0);
	return (struct nlmsghdr *)request_buf;
}

static inline void say(int fd, const struct nlmsghdr *nlh)
{
	assert_int_equal(send(fd, nlh, nlh->nlmsg_len, 0), nlh->nlmsg_len);
	serve();
}

/* Bytes of the next datagram; 0: cut off, -1: nothing has come. */
static inline int hear(int fd)
{
	int n = recv(fd, answer_buf, sizeof(answer_buf), MSG_DONTWAIT);

	serve();
	return n < 0 && errno == ECONNRESET ? 0 : n;
}

/* All messages of one datagram but the last, which is the end of the answer. */
static inline int outcome_of(int len, struct cl_nl_msg *ret, int max,
			     struct cl_nl_error *e)
{
	const struct nlmsghdr *nlh = (struct nlmsghdr *)answer_buf;
	int n = 0;

	for (; mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len)) {
		assert_int_equal(nlh->nlmsg_seq, 5);
		if (nlh->nlmsg_type == CL_CTL_TYPE) {
			assert_true(n < max);
			assert_int_equal(cl_nl_decode(nlh, &ret[n++]), 0);
			continue;
		}
		if (cl_nl_decode_error(nlh, (void *)request_buf, e))
			fail_msg("an end that is none");
		return n;
	}
	e->code = LATER;
	return n;
}

static inline struct cl_nl_error ask(int fd, const struct cl_nl_msg *m,
				     u16 flags, struct cl_nl_msg *ret, int max,
				     int *ret_n)
{
	struct cl_nl_error e;
	int len;

	say(fd, request_of(m, flags));
	len = hear(fd);
	assert_true(len > 0);
	*ret_n = outcome_of(len, ret, max, &e);
	return e;
}

static inline struct cl_nl_error order(int fd, const struct cl_nl_msg *m)
{
	int n;

	return ask(fd, m, NLM_F_ACK, NULL, 0, &n);
}

static inline struct cl_nl_msg look(u8 cmd)
{
	const struct cl_nl_msg m = { .cmd = cmd };
	struct cl_nl_msg ret;
	struct cl_nl_error e;
	int fd = guest();
	int n;

	e = ask(fd, &m, NLM_F_ACK, &ret, 1, &n);
	assert_int_equal(e.code, 0);
	assert_int_equal(n, 1);
	assert_int_equal(ret.cmd, cmd);
	close(fd);
	return ret;
}

static inline int list(u8 cmd, struct cl_nl_msg *ret, int max)
{
	const struct cl_nl_msg m = { .cmd = cmd };
	struct cl_nl_error e;
	int fd = guest();
	int n;

	e = ask(fd, &m, NLM_F_DUMP, ret, max, &n);
	assert_int_equal(e.code, 0);
	close(fd);
	return n;
}

static inline struct cl_nl_msg act_on(u8 cmd, u32 id)
{
	struct cl_nl_msg m = { .cmd = cmd };

	m.act.have = CL_CTL_BIT(ACT_NODE);
	m.act.node = id;
	return m;
}

static inline struct cl_nl_msg act_on_name(u8 cmd, const char *name)
{
	struct cl_nl_msg m = { .cmd = cmd };

	m.act.have = CL_CTL_BIT(ACT_NAME);
	strcpy(m.act.name, name);
	return m;
}

static inline void need_root(void)
{
	if (geteuid())
		skip();
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(test_##name, begin_control, end_control)

#endif /* _CL_TEST_CONTROLKIT_H */
