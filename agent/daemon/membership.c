// SPDX-License-Identifier: GPL-2.0-or-later
#include "membership.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "kmod/core/fixed.h"
#include "membership_node.h"

/* Deadlines are compared. */
static_assert(CL_MEMBERSHIP_NEVER == CL_AGENT_NEVER, "never");
static_assert(CL_MEMBERSHIP_NEVER == CL_STREAMS_NEVER, "never");
static_assert(CL_MEMBERSHIP_NEVER == CL_GUESTS_NEVER, "never");
static_assert(CL_CONFIG_ERROR_SIZE >= CL_LEAPFILE_ERROR_SIZE,
	      "errors are passed on");

/**
 * cl_membership_now() - the time
 * @m: the membership
 *
 * Return: io time, ns.
 */
s64 cl_membership_now(const struct cl_membership *m)
{
	return m->io->ops->now(m->io);
}

/**
 * cl_membership_state() - what the cluster has agreed on
 * @m: the membership
 *
 * Return: the newest state known, NULL: not in a cluster; valid until the agent is
 * called.
 */
const struct cl_state *cl_membership_state(const struct cl_membership *m)
{
	const struct cl_cluster *c = cl_agent_cluster(m->agent);

	return c ? cl_cluster_state(c) : NULL;
}

/**
 * cl_membership_leader() - who leads
 * @m: the membership
 *
 * Return: node id, 0: not known.
 */
u32 cl_membership_leader(const struct cl_membership *m)
{
	const struct cl_cluster *c = cl_agent_cluster(m->agent);
	u32 term;

	return c ? cl_cluster_leader(c, &term) : 0;
}

/* What the agent says. */

static int agent_send(void *ctx, u32 node, u8 type, const void *data,
		      size_t len)
{
	struct cl_membership *m = ctx;

	return cl_streams_send(&m->streams, node, type, data, len);
}

static void agent_save(void *ctx, const struct cl_raft_write *w)
{
	struct cl_membership *m = ctx;

	m->written = true;
	cl_store_save(m->store, w);
}

static void agent_contacts(void *ctx)
{
	struct cl_membership *m = ctx;

	m->contacts = true;
}

static void agent_answered(void *ctx, u64 handle, int result, const char *why)
{
	struct cl_membership *m = ctx;

	if (!cl_membership_move_answered(m, handle, result, why) &&
	    !cl_membership_task_answered(m, handle, result, why))
		m->ops->answered(m->ctx, handle, result, why);
}

static const struct cl_agent_ops agent_ops = {
	.send = agent_send,
	.save = agent_save,
	.contacts = agent_contacts,
	.answered = agent_answered,
};

/* What streams say. */

/*
 * Members may always come.  Others come to voters only, and only a few: who wants to
 * join, who was removed, and a member of which this node has not heard yet.
 */
static bool stream_admit(void *ctx, u32 node)
{
	struct cl_membership *m = ctx;
	const struct cl_state *s = cl_membership_state(m);

	if (!s || !s->epoch)
		return false;
	if (cl_roster_find(s->roster, node))
		return true;
	return cl_state_role(s, m->self.id) == CL_MEMBER_VOTER &&
	       cl_guests_admit(&m->guests, cl_membership_now(m), node);
}

static void stream_opened(void *ctx, u32 node)
{
	struct cl_membership *m = ctx;

	cl_agent_opened(m->agent, node);
}

static void stream_closed(void *ctx, u32 node)
{
	struct cl_membership *m = ctx;

	cl_guests_leave(&m->guests, node);
	cl_agent_closed(m->agent, node);
}

static void stream_frame(void *ctx, u32 node, const struct cl_frame *f)
{
	struct cl_membership *m = ctx;

	if (f->type != CL_CLUSTER_RAFT || cl_membership_hears_raft(m))
		cl_agent_frame(m->agent, node, f->type, f->data, f->len);
}

static u64 stream_random(void *ctx)
{
	struct cl_membership *m = ctx;

	return m->io->ops->random(m->io);
}

static const struct cl_streams_ops streams_ops = {
	.admit = stream_admit,
	.opened = stream_opened,
	.closed = stream_closed,
	.frame = stream_frame,
	.random = stream_random,
};

static bool is_voter(const struct cl_state *s, u32 node)
{
	return s && cl_state_role(s, node) == CL_MEMBER_VOTER &&
	       cl_roster_find(s->roster, node);
}

/* Everybody dials the voters. */
static void dial_voters(struct cl_membership *m)
{
	const struct cl_state *s = cl_membership_state(m);
	s64 now = cl_membership_now(m);
	struct cl_tcp_address at;
	u32 node;

	for (unsigned int i = 0; i < m->n_dialled; i++)
		if (!is_voter(s, m->dialled[i]))
			cl_streams_forget(&m->streams, m->dialled[i]);
	m->n_dialled = 0;
	for (unsigned int i = 0; s && i < s->conf.voters; i++) {
		node = s->conf.voter[i];
		if (node == m->self.id || !is_voter(s, node))
			continue;
		cl_tcp_endpoint(&at, &cl_roster_find(s->roster, node)->stream);
		if (!cl_streams_keep(&m->streams, now, node, &at))
			m->dialled[m->n_dialled++] = node;
	}
}

static void meet(struct cl_membership *m)
{
	const struct cl_state *s = cl_membership_state(m);
	struct cl_guests *g = &m->guests;

	m->contacts = false;
	dial_voters(m);
	/* who has only begun to learn when it ended knows nobody */
	for (unsigned int i = 0;
	     m->phase == CL_MEMBERSHIP_MEMBER && s && i < m->conf->n_join;
	     i++) {
		if (s->epoch)
			cl_streams_unask(&m->streams, &m->conf->join[i]);
		else
			cl_streams_ask(&m->streams, cl_membership_now(m),
				       &m->conf->join[i]);
	}
	for (unsigned int i = 0; s && i < g->n; i++) {
		if (cl_roster_find(s->roster, g->guest[i].node))
			cl_guests_leave(g, g->guest[i--].node);
	}
}

static void forget_peer(void *ctx, const struct cl_nl_peer *p)
{
	struct cl_membership *m = ctx;
	struct cl_nl_peer peer = {
		.have = CL_NL_BIT(PEER_NODE) | CL_NL_BIT(PEER_MANAGED),
		.node = p->node,
		.managed = true,
	};

	if (m->io->engine->ops->del_peer(m->io->engine, &peer))
		cl_io_log(m->io, CL_IO_WARNING, "cannot delete peer %u: %s",
			  p->node, m->io->engine->error);
}

/* Nobody leads this node any more, and it must not lead by what was set once. */
static void forget_leader(struct cl_membership *m)
{
	const struct cl_nl_instance set = {
		.have = CL_NL_BIT(INSTANCE_LEADER) |
			CL_NL_BIT(INSTANCE_MANAGED),
		.managed = 1,
	};

	if (m->io->engine->ops->set_instance(m->io->engine, &set))
		cl_io_log(m->io, CL_IO_WARNING, "cannot forget the leader: %s",
			  m->io->engine->error);
}

/**
 * cl_membership_alone() - be of no cluster; the disk stays as it is
 * @m: the membership
 */
void cl_membership_alone(struct cl_membership *m)
{
	struct cl_engine *e = m->io->engine;

	cl_agent_leave(m->agent);
	cl_membership_close_store(m);
	cl_streams_forget_all(&m->streams);
	m->n_dialled = 0;
	m->phase = CL_MEMBERSHIP_ALONE;
	m->cached = 0;
	forget_leader(m);
	if (e->ops->list_peers(e, forget_peer, m))
		cl_io_log(m->io, CL_IO_WARNING, "cannot list peers: %s",
			  e->error);
}

static void load_table(struct cl_membership *m)
{
	char error[CL_LEAPFILE_ERROR_SIZE];

	m->has_table =
		!cl_leapfile_load(&m->table, m->conf->leap_seconds, error);
	if (!m->has_table)
		cl_io_log(m->io, CL_IO_WARNING, "no leap seconds: %s", error);
}

static int open_streams(struct cl_membership *m, char *error)
{
	char text[CL_TCP_ADDRESS_SIZE];
	struct cl_tcp_address at;
	u16 port;
	int err;

	m->wait_fd = epoll_create1(EPOLL_CLOEXEC);
	err = m->wait_fd < 0 ? -errno : 0;
	if (!err)
		err = cl_streams_open(&m->streams, &streams_ops, m, m->cluster,
				      m->self.id);
	if (err) {
		snprintf(error, CL_CONFIG_ERROR_SIZE,
			 "cannot prepare streams: %s", strerror(-err));
		return err;
	}
	cl_tcp_endpoint(&at, &m->self.stream);
	err = cl_streams_listen(&m->streams, &at, &port);
	if (err) {
		cl_tcp_text(text, &at);
		snprintf(error, CL_CONFIG_ERROR_SIZE, "cannot listen at %s: %s",
			 text, strerror(-err));
	}
	return err;
}

/**
 * cl_membership_open() - prepare
 * @c: the file; NULL, or without [cluster]: leader and peers are those of the
 *	settings.  Must outlive the membership
 * @io: the world; must outlive it
 * @ops: calls; must outlive it
 * @ctx: for @ops
 * @ret: gets the membership
 * @error: on failure what is wrong
 *
 * From here on others may dial, but nobody is admitted before
 * cl_membership_begin().
 *
 * Return: 0 or -errno.
 */
int cl_membership_open(const struct cl_config *c, struct cl_io *io,
		       const struct cl_membership_ops *ops, void *ctx,
		       struct cl_membership **ret,
		       char error[CL_CONFIG_ERROR_SIZE])
{
	struct cl_membership *m = calloc(1, sizeof(*m));
	int err = 0;

	if (m)
		m->agent = cl_agent_new(io, &agent_ops, m);
	if (!m || !m->agent) {
		free(m);
		snprintf(error, CL_CONFIG_ERROR_SIZE, "no memory");
		return -ENOMEM;
	}
	m->io = io;
	m->ops = ops;
	m->ctx = ctx;
	m->wait_fd = -1;
	m->streams.epoll_fd = -1;
	m->streams.listener = -1;
	if (c && c->cluster.line) {
		m->conf = &c->cluster;
		m->cluster = c->node.cluster;
		cl_clusterconf_member(m->conf, c->node.node, &m->self);
		load_table(m);
		err = open_streams(m, error);
	}
	if (err)
		cl_membership_close(m);
	else
		*ret = m;
	return err;
}

/**
 * cl_membership_close() - end; this node remains what it is, for its next start
 * @m: the membership
 *
 * Context: May wait for the disk.
 */
void cl_membership_close(struct cl_membership *m)
{
	if (m->conf)
		cl_membership_cache(m, true);
	if (m->streams.epoll_fd >= 0)
		cl_streams_close(&m->streams);
	cl_membership_look_end(m);
	cl_membership_close_store(m);
	if (m->wait_fd >= 0)
		close(m->wait_fd);
	cl_agent_free(m->agent);
	free(m);
}

/*
 * The clock goes on as it can: as a follower as long as the one leads whom it
 * followed, then in holdover.
 */
static void stay_out(struct cl_membership *m, const char *why, bool leads)
{
	m->phase = CL_MEMBERSHIP_FAILED;
	cl_membership_close_store(m);
	cl_io_event(m->io, CL_IO_ERR, CL_EVENT_DISK_FAILED,
		    CL_VALUES(cl_int("NODE", m->self.id),
			      cl_text("REASON", why)),
		    "no part in the cluster: %s", why);
	if (leads)
		forget_leader(m);
}

static bool has_state(const struct cl_membership *m)
{
	return m->written || cl_membership_state(m)->epoch;
}

/**
 * cl_membership_log_joined() - this node is a member
 * @m: the membership
 * @me: as this one
 */
void cl_membership_log_joined(struct cl_membership *m,
			      const struct cl_member *me)
{
	cl_io_event(m->io, CL_IO_NOTICE, CL_EVENT_JOINED,
		    CL_VALUES(cl_int("NODE", me->id), cl_text("NAME", me->name),
			      cl_int("CLUSTER", m->cluster)),
		    "member %u, '%s', of cluster %u", me->id, me->name,
		    m->cluster);
}

/* Something on the disk makes it a member. */
static void resume(struct cl_membership *m, bool leads)
{
	char error[CL_MEMBERSHIP_ERROR_SIZE];
	int err = cl_membership_open_store(m, false, error);

	if (!err)
		err = cl_membership_start(m, error);
	if (err && err != -ENOENT) {
		stay_out(m, error, leads);
		return;
	}
	if (!err && has_state(m)) {
		m->phase = CL_MEMBERSHIP_MEMBER;
		cl_membership_log_joined(m, &m->self);
		return;
	}
	/* a join that was not finished leaves an empty file */
	cl_membership_alone(m);
	if (m->conf->n_join || m->conf->n_look)
		cl_membership_join_automatically(m);
	else
		cl_io_log(m->io, CL_IO_NOTICE, "of no cluster yet");
}

/**
 * cl_membership_begin() - be what the disk says
 * @m: the membership
 * @inst: the instance
 * @error: on failure what is wrong
 *
 * To be called once, when there is an instance and privileges were dropped, before
 * events are handed on.  What is wrong with the disk is logged, and ends in
 * CL_MEMBERSHIP_FAILED.
 *
 * Context: May wait for the disk.
 * Return: 0; -EINVAL if the instance is another node's.
 */
int cl_membership_begin(struct cl_membership *m,
			const struct cl_nl_instance *inst,
			char error[CL_CONFIG_ERROR_SIZE])
{
	cl_agent_settings(m->agent, inst);
	if (!m->conf)
		return 0;
	if (inst->node != m->self.id || inst->cluster != m->cluster) {
		snprintf(error, CL_CONFIG_ERROR_SIZE,
			 "the instance is node %u of cluster %u", inst->node,
			 inst->cluster);
		return -EINVAL;
	}
	resume(m, inst->leader == m->self.id);
	return 0;
}

/**
 * cl_membership_agent() - the agent
 * @m: the membership
 *
 * Return: its agent; events of the engine go to it.
 */
struct cl_agent *cl_membership_agent(struct cl_membership *m)
{
	return m->agent;
}

/**
 * cl_membership_phase() - how far it is
 * @m: the membership
 *
 * Return: the phase.
 */
enum cl_membership_phase cl_membership_phase(const struct cl_membership *m)
{
	return m->phase;
}

/**
 * cl_membership_role() - what this node is, in a word
 * @m: the membership
 *
 * Return: the word; NULL: there is no [cluster].
 */
const char *cl_membership_role(const struct cl_membership *m)
{
	static const char *const phases[] = {
		[CL_MEMBERSHIP_ALONE] = "alone",
		[CL_MEMBERSHIP_JOINING] = "joining",
		[CL_MEMBERSHIP_FAILED] = "failed",
	};
	static const char *const roles[] = {
		[CL_MEMBER_FOLLOWER] = "follower",
		[CL_MEMBER_LEARNER] = "learner",
		[CL_MEMBER_VOTER] = "voter",
	};

	if (!m->conf)
		return NULL;
	if (m->phase != CL_MEMBERSHIP_MEMBER)
		return phases[m->phase];
	if (cl_membership_leader(m) == m->self.id)
		return "leader";
	return roles[cl_state_role(cl_membership_state(m), m->self.id)];
}

/**
 * cl_membership_streams_fd() - what to wait for
 * @m: the membership
 *
 * Return: a file descriptor, readable if cl_membership_run() has something to do;
 * -1: there is none.
 */
int cl_membership_streams_fd(const struct cl_membership *m)
{
	return m->streams.epoll_fd;
}

/**
 * cl_membership_store_fd() - what else to wait for
 * @m: the membership
 *
 * Return: as cl_membership_streams_fd().
 */
int cl_membership_store_fd(const struct cl_membership *m)
{
	return m->wait_fd;
}

/**
 * cl_membership_deadline() - when to call cl_membership_run()
 * @m: the membership
 *
 * Return: instant in io time, > 0; CL_MEMBERSHIP_NEVER if only events matter.  The
 * agent's own deadline is not in it.
 */
s64 cl_membership_deadline(const struct cl_membership *m)
{
	s64 at = CL_MEMBERSHIP_NEVER;

	if (!m->conf)
		return at;
	if (m->contacts)
		return 1;
	at = cl_min_s64(at, cl_streams_deadline(&m->streams));
	at = cl_min_s64(at, cl_guests_deadline(&m->guests));
	at = cl_min_s64(at, cl_membership_cache_deadline(m));
	at = cl_min_s64(at, cl_membership_task_deadline(m));
	at = cl_min_s64(at, cl_membership_look_deadline(m));
	at = cl_min_s64(at, cl_membership_move_deadline(m));
	/* what is overdue may have any time */
	return cl_max_s64(at, 1);
}

/*
 * It is removed on the word of the voters.  The disk keeps that, so that a restart
 * does not undo what an operator wanted.
 */
static void look_for_removal(struct cl_membership *m)
{
	const struct cl_state *s = cl_membership_state(m);

	if (m->phase != CL_MEMBERSHIP_MEMBER || !s ||
	    m->task.doing != CL_MEMBERSHIP_IDLE ||
	    !cl_cluster_is_fed(cl_agent_cluster(m->agent)) ||
	    cl_roster_find(s->roster, m->self.id))
		return;
	cl_io_event(m->io, CL_IO_WARNING, CL_EVENT_LEFT,
		    CL_VALUES(cl_int("NODE", m->self.id),
			      cl_int("CLUSTER", m->cluster)),
		    "node %u is no member of cluster %u any more", m->self.id,
		    m->cluster);
	cl_membership_cache(m, true);
	cl_membership_alone(m);
}

/**
 * cl_membership_run() - do what is due, and what streams and the disk have
 * @m: the membership
 *
 * To be called at the deadline and if one of the descriptors is readable; at other
 * times it does no harm.
 */
void cl_membership_run(struct cl_membership *m)
{
	s64 now = cl_membership_now(m);
	u32 node;

	if (!m->conf)
		return;
	cl_streams_handle(&m->streams, now);
	cl_membership_saved(m);
	while ((node = cl_guests_expired(&m->guests, now)))
		cl_streams_forget(&m->streams, node);
	cl_membership_task_run(m);
	look_for_removal(m);
	cl_membership_move_run(m);
	cl_membership_look_run(m);
	if (m->contacts)
		meet(m);
	cl_membership_cache(m, false);
	cl_streams_run(&m->streams, now);
}
