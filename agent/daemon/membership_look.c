// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who joins by the file looks for members, and voters let themselves be found.
 */
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>

#include "kmod/core/fixed.h"
#include "membership_node.h"

/* The oldest address goes if there are too many: it did not help so far. */
static void look_found(void *ctx, const struct cl_tcp_address *at)
{
	struct cl_membership *m = ctx;
	struct cl_membership_task *t = &m->task;
	struct cl_tcp_address self;

	cl_tcp_endpoint(&self, &m->self.stream);
	if (t->doing != CL_MEMBERSHIP_JOIN || cl_tcp_same(&self, at))
		return;
	for (unsigned int i = 0; i < t->n; i++)
		if (cl_tcp_same(&t->contact[i], at))
			return;
	if (t->n == CL_MEMBERSHIP_CONTACTS) {
		cl_streams_unask(&m->streams, &t->contact[0]);
		t->n--;
		memmove(t->contact, t->contact + 1, t->n * sizeof(*at));
	}
	t->contact[t->n++] = *at;
	cl_streams_ask(&m->streams, cl_membership_now(m), at);
}

static u64 look_random(void *ctx)
{
	struct cl_membership *m = ctx;

	return m->io->ops->random(m->io);
}

static const struct cl_discovery_ops look_ops = {
	.found = look_found,
	.random = look_random,
};

static int open_look(struct cl_membership *m, struct cl_discovery *d,
		     const char *spec, char *error)
{
	struct cl_tcp_address self;

	if (m->looking == CL_MEMBERSHIP_ASKS)
		return cl_discovery_open(d, &look_ops, m, m->cluster,
					 m->self.id, spec, error);
	cl_tcp_endpoint(&self, &m->self.stream);
	return cl_discovery_answer(d, m->cluster, m->self.id, &self, spec,
				   error);
}

static void begin_look(struct cl_membership *m, const char *spec)
{
	struct epoll_event ev = { .events = EPOLLIN };
	struct cl_discovery *d = &m->look[m->n_look];
	char error[CL_DISCOVERY_ERROR_SIZE];
	int err = open_look(m, d, spec, error);

	if (!err &&
	    epoll_ctl(m->wait_fd, EPOLL_CTL_ADD, cl_discovery_fd(d), &ev)) {
		err = -errno;
		cl_discovery_close(d);
	}
	if (!err)
		m->n_look++;
	else if (err != -EOPNOTSUPP)
		cl_io_log(m->io, CL_IO_WARNING, "join: %s", error);
}

/**
 * cl_membership_look_end() - neither look for others nor be found
 * @m: the membership
 */
void cl_membership_look_end(struct cl_membership *m)
{
	/* who waits for them does so no more: the last descriptors go */
	while (m->n_look)
		cl_discovery_close(&m->look[--m->n_look]);
	m->looking = CL_MEMBERSHIP_LOOKS_NOT;
}

static enum cl_membership_look wanted(const struct cl_membership *m)
{
	const struct cl_state *s = cl_membership_state(m);

	if (m->task.doing == CL_MEMBERSHIP_JOIN && m->task.automatic)
		return CL_MEMBERSHIP_ASKS;
	/* only voters let others join */
	if (m->phase == CL_MEMBERSHIP_MEMBER && s &&
	    cl_state_role(s, m->self.id) == CL_MEMBER_VOTER)
		return CL_MEMBERSHIP_ANSWERS;
	return CL_MEMBERSHIP_LOOKS_NOT;
}

/**
 * cl_membership_look_run() - look, or answer, as this node's part in the cluster is
 * @m: the membership
 */
void cl_membership_look_run(struct cl_membership *m)
{
	enum cl_membership_look want = wanted(m);
	s64 now = cl_membership_now(m);

	if (want != m->looking) {
		cl_membership_look_end(m);
		m->looking = want;
		for (unsigned int i = 0; want && i < m->conf->n_look; i++)
			begin_look(m, m->conf->look[i]);
	}
	for (unsigned int i = 0; i < m->n_look; i++) {
		cl_discovery_handle(&m->look[i], now);
		cl_discovery_run(&m->look[i], now);
	}
}

/**
 * cl_membership_look_deadline() - when to do so
 * @m: the membership
 *
 * Return: instant in ns, CL_MEMBERSHIP_NEVER if only events matter.
 */
s64 cl_membership_look_deadline(const struct cl_membership *m)
{
	s64 at = CL_MEMBERSHIP_NEVER;

	if (wanted(m) != m->looking)
		return S64_MIN;
	for (unsigned int i = 0; i < m->n_look; i++)
		at = cl_min_s64(at, cl_discovery_deadline(&m->look[i]));
	return at;
}
