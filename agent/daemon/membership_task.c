// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Founding, joining and leaving.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "agent/core/utc.h"
#include "agent/lib/compiler.h"
#include "kmod/core/fixed.h"
#include "membership_node.h"

/* What the leader did not answer is asked again after this. */
#define AGAIN_NS (500 * CL_NS_PER_MS)

/* What is done but not seen in the state is asked again after this. */
#define SEEN_NS (5 * CL_NS_PER_SEC)

/* Time between two attempts to join by the file: doubles up to the last. */
#define RETRY_MIN_NS CL_NS_PER_SEC
#define RETRY_MAX_NS (60 * CL_NS_PER_SEC)

#define NAMESAKE "node %u is '%s' at %s: remove it first, or take another id"
#define NO_STATE "no state, is there a member with this id?"
#define NOT_KNOWN "leave: who the members are is not known yet"

static int __printf(3, 4) refuse(char *error, int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(error, CL_MEMBERSHIP_ERROR_SIZE, fmt, ap);
	va_end(ap);
	return err;
}

/* Cluster time, as well as this node knows it, ns TAI. */
static s64 tai_now(const struct cl_membership *m)
{
	return m->io->ops->utc(m->io) +
	       m->io->ops->tai_offset(m->io) * CL_NS_PER_SEC;
}

static void stop_asking(struct cl_membership *m)
{
	for (unsigned int i = 0; i < m->task.n; i++)
		cl_streams_unask(&m->streams, &m->task.contact[i]);
}

/* It has ended; the owner may begin another one at once.  @why may be the task's. */
static void end(struct cl_membership *m, int result, const char *why)
{
	bool automatic = m->task.automatic;
	char text[CL_MEMBERSHIP_ERROR_SIZE];
	u64 handle = m->task.handle;

	snprintf(text, sizeof(text), "%s", why);
	stop_asking(m);
	memset(&m->task, 0, sizeof(m->task));
	if (!automatic)
		m->ops->answered(m->ctx, handle, result, text);
}

static int check_phase(const struct cl_membership *m,
		       enum cl_membership_phase phase, const char *what,
		       char *error)
{
	static const char *const phases[] = {
		[CL_MEMBERSHIP_ALONE] = "this node is a member of no cluster",
		[CL_MEMBERSHIP_JOINING] = "this node is joining a cluster",
		[CL_MEMBERSHIP_MEMBER] = "this node is a member already",
		[CL_MEMBERSHIP_FAILED] = "the disk has failed, see the log",
	};

	if (!m->conf)
		return refuse(error, -EOPNOTSUPP,
			      "%s: the file of clocklinkd has no [cluster]",
			      what);
	if (!cl_agent_instance(m->agent))
		return refuse(error, -ENODEV, "%s: there is no instance", what);
	if (m->phase != phase)
		return refuse(error, -EBUSY, "%s: %s", what, phases[m->phase]);
	if (m->task.doing)
		return refuse(error, -EBUSY, "%s: another one is under way",
			      what);
	return 0;
}

/* The file wants to join, but the operator knows better: nothing has begun yet. */
static void stop_automatic(struct cl_membership *m)
{
	const struct cl_state *s = cl_membership_state(m);

	if (m->phase != CL_MEMBERSHIP_JOINING || !m->task.automatic ||
	    m->written || (s && s->epoch))
		return;
	stop_asking(m);
	memset(&m->task, 0, sizeof(m->task));
	cl_membership_alone(m);
}

/* A new handle for a request or act of the task. */
static u64 next_ask(struct cl_membership *m)
{
	m->task.asking = true;
	m->task.asked = false;
	m->task.ask = CL_MEMBERSHIP_HANDLES + m->asks++;
	return m->task.ask;
}

/**
 * cl_membership_hears_raft() - may Raft hear others?
 * @m: the membership
 *
 * A voter that has lost its disk must not promise anything again, and who begins with
 * an empty disk cannot know whether it is one.  It is none if it was let in now.
 *
 * Return: true if so.
 */
bool cl_membership_hears_raft(const struct cl_membership *m)
{
	return m->phase != CL_MEMBERSHIP_JOINING || m->written ||
	       m->task.accepted;
}

/**
 * cl_membership_task_answered() - a request or an act has ended
 * @m: the membership
 * @handle: its handle
 * @result: as by ops->answered()
 * @why: in words
 *
 * Return: false if it is not the task's own.
 */
bool cl_membership_task_answered(struct cl_membership *m, u64 handle,
				 int result, const char *why)
{
	if (handle < CL_MEMBERSHIP_HANDLES)
		return false;
	if (m->task.asking && handle == m->task.ask) {
		m->task.asking = false;
		m->task.asked = true;
		m->task.result = result;
		snprintf(m->task.why, sizeof(m->task.why), "%s", why);
	}
	return true;
}

/* What was asked could not even be sent. */
static void not_sent(struct cl_membership *m, int err, const char *error)
{
	m->task.asking = false;
	m->task.asked = true;
	m->task.result = err;
	snprintf(m->task.why, sizeof(m->task.why), "%s", error);
}

/**
 * cl_membership_found() - begin a cluster of this node alone
 * @m: the membership
 * @handle: for ops->answered(), which is called unless this fails
 * @error: on failure what is wrong
 *
 * A join by the file that has met nobody yet does not hinder it.
 *
 * Return: 0; -EBUSY it is a member already, or something else is under way;
 * -EEXIST the disk has a state; -EINVAL, -errno of the disk.
 */
int cl_membership_found(struct cl_membership *m, u64 handle, char *error)
{
	struct cl_member first = m->self;
	struct cl_cluster_params p;
	struct cl_utc utc = { 0 };
	int err;

	stop_automatic(m);
	err = check_phase(m, CL_MEMBERSHIP_ALONE, "init", error);
	if (!err)
		err = cl_membership_open_store(m, true, error);
	if (err)
		return err;
	if (m->written) {
		cl_membership_close_store(m);
		return refuse(error, -EEXIST, "init: %s/" CL_STOREDB_FILE " %s",
			      m->conf->state, "has the state of a member");
	}
	cl_store_forget(m->store);
	first.flags = CL_MEMBER_F_VOTER;
	if (m->has_table)
		cl_utc_lookup(&utc, &m->table, tai_now(m) / CL_NS_PER_SEC);
	cl_membership_params(m, &p);
	m->phase = CL_MEMBERSHIP_MEMBER;
	m->task = (struct cl_membership_task){
		.doing = CL_MEMBERSHIP_FOUND,
		.handle = handle,
		.until = cl_membership_now(m) + CL_MEMBERSHIP_TASK_NS,
	};
	err = cl_agent_found(m->agent, &p, &first, &utc, error);
	if (err) {
		memset(&m->task, 0, sizeof(m->task));
		cl_membership_alone(m);
		cl_membership_remove_disk(m);
	}
	m->contacts = true;
	return err;
}

static void found_run(struct cl_membership *m)
{
	if (cl_membership_leader(m) == m->self.id)
		end(m, 0, "done");
	else if (cl_membership_now(m) >= m->task.until)
		end(m, -ETIMEDOUT, "init: this node does not lead yet");
}

/* Open or make the store and begin to ask. */
static int begin_join(struct cl_membership *m, char *error)
{
	struct cl_membership_task *t = &m->task;
	s64 now = cl_membership_now(m);
	struct cl_tcp_address self;
	int err = cl_membership_open_store(m, true, error);

	if (!err) {
		err = cl_membership_start(m, error);
		if (err)
			cl_membership_close_store(m);
	}
	if (err)
		return err;
	m->phase = CL_MEMBERSHIP_JOINING;
	cl_tcp_endpoint(&self, &m->self.stream);
	for (unsigned int i = 0; i < t->n; i++) {
		/* one list for all nodes has this one as well */
		if (!cl_tcp_same(&self, &t->contact[i]))
			cl_streams_ask(&m->streams, now, &t->contact[i]);
	}
	return 0;
}

/**
 * cl_membership_join() - become a member
 * @m: the membership
 * @contact: voters to be asked
 * @n: how many, 1 to CL_MEMBERSHIP_CONTACTS
 * @vote: with a vote, if there are not too many
 * @handle: for ops->answered(), which is called unless this fails
 * @error: on failure what is wrong
 *
 * After -ETIMEDOUT it may be done or not: another join finds out.
 *
 * Return: 0; -EBUSY it is a member already, or something else is under way;
 * -EINVAL; -errno of the disk.
 */
int cl_membership_join(struct cl_membership *m,
		       const struct cl_tcp_address *contact, unsigned int n,
		       bool vote, u64 handle, char *error)
{
	int err;

	stop_automatic(m);
	err = check_phase(m, CL_MEMBERSHIP_ALONE, "join", error);
	if (err)
		return err;
	if (!n || n > CL_MEMBERSHIP_CONTACTS)
		return refuse(error, -EINVAL, "join: %u addresses, not 1 to %u",
			      n, CL_MEMBERSHIP_CONTACTS);
	m->task = (struct cl_membership_task){
		.doing = CL_MEMBERSHIP_JOIN,
		.handle = handle,
		.until = cl_membership_now(m) + CL_MEMBERSHIP_TASK_NS,
		.n = n,
		.vote = vote,
	};
	memcpy(m->task.contact, contact, n * sizeof(*contact));
	err = begin_join(m, error);
	if (err)
		memset(&m->task, 0, sizeof(m->task));
	return err;
}

/**
 * cl_membership_join_automatically() - join by the file, until it succeeds
 * @m: the membership, alone
 */
void cl_membership_join_automatically(struct cl_membership *m)
{
	char error[CL_MEMBERSHIP_ERROR_SIZE];

	m->task = (struct cl_membership_task){
		.doing = CL_MEMBERSHIP_JOIN,
		.automatic = true,
		.until = cl_membership_now(m) + CL_MEMBERSHIP_TASK_NS,
		.n = m->conf->n_join,
		.vote = m->conf->vote,
		.retry_ns = RETRY_MIN_NS,
	};
	memcpy(m->task.contact, m->conf->join, sizeof(m->task.contact));
	if (!begin_join(m, error)) {
		cl_io_log(m->io, CL_IO_NOTICE, "joining cluster %u",
			  m->cluster);
		return;
	}
	memset(&m->task, 0, sizeof(m->task));
	m->phase = CL_MEMBERSHIP_FAILED;
	cl_io_log(m->io, CL_IO_ERR, "no part in the cluster: %s", error);
}

/* The attempt has failed; by the file there is another one. */
static void fail_join(struct cl_membership *m, int err, const char *why)
{
	struct cl_membership_task *t = &m->task;
	bool keep = m->written;

	if (t->automatic) {
		cl_io_log(m->io, CL_IO_WARNING, "cannot join: %s", why);
		t->hold = cl_membership_now(m) + t->retry_ns;
		t->until = t->hold + CL_MEMBERSHIP_TASK_NS;
		t->retry_ns = cl_min_s64(2 * t->retry_ns, RETRY_MAX_NS);
		return;
	}
	cl_membership_alone(m);
	/* Raft's promises are kept, whatever has become of the request. */
	if (!keep)
		cl_membership_remove_disk(m);
	end(m, err, why);
}

static unsigned int count_wanted(const struct cl_state *s)
{
	const struct cl_member *o = NULL;
	unsigned int n = 0;

	while ((o = cl_roster_next(s->roster, o ? o->id : 0)))
		n += (o->flags & CL_MEMBER_F_VOTER) != 0;
	return n;
}

static void ask_to_join(struct cl_membership *m, const struct cl_state *s)
{
	struct cl_entry e = { .kind = CL_ENTRY_MEMBER_PUT,
			      .requester = m->self.id,
			      .time_ns = tai_now(m),
			      .put = m->self };
	char error[CL_ENTRY_ERROR_SIZE];
	int err;

	if (m->task.vote && count_wanted(s) < CL_RAFT_VOTERS_MAX)
		e.put.flags = CL_MEMBER_F_VOTER;
	else if (m->task.vote)
		cl_io_log(m->io, CL_IO_NOTICE,
			  "joining without a vote: %d others vote",
			  CL_RAFT_VOTERS_MAX);
	err = cl_agent_request(m->agent, &e, next_ask(m), error);
	if (err)
		not_sent(m, err, error);
}

/* Why there is no state of a contact. */
static const char *contact_says(const struct cl_contact *c)
{
	if (!c)
		return "this node";
	if (*c->why)
		return c->why;
	return c->answered ? NO_STATE : "no answer";
}

/* Nothing has come of it: which of them have answered? */
static void join_timed_out(struct cl_membership *m)
{
	const struct cl_state *s = cl_membership_state(m);
	char why[CL_MEMBERSHIP_ERROR_SIZE] = "join:";
	char at[CL_TCP_ADDRESS_SIZE];
	const struct cl_contact *c;
	size_t len = strlen(why);

	if (s && s->epoch) {
		snprintf(why, sizeof(why), "join: the state is known, but %s",
			 *m->task.why ? m->task.why : "nobody leads");
		fail_join(m, -ETIMEDOUT, why);
		return;
	}
	if (!m->task.n)
		snprintf(why, sizeof(why), "join: nobody was found to ask");
	for (unsigned int i = 0; i < m->task.n && len < sizeof(why); i++) {
		c = cl_contacts_at(&m->streams.contacts, &m->task.contact[i]);
		cl_tcp_text(at, &m->task.contact[i]);
		len += snprintf(why + len, sizeof(why) - len, "%s %s: %s",
				i ? "," : "", at, contact_says(c));
	}
	fail_join(m, -ETIMEDOUT, why);
}

/* There is a member with our id; is that us? */
static void meet_namesake(struct cl_membership *m, const struct cl_member *me)
{
	char why[CL_ENTRY_ERROR_SIZE], at[CL_MEMBER_TEXT_SIZE];

	if (!cl_membership_same(me, &m->self)) {
		snprintf(why, sizeof(why), NAMESAKE, me->id, me->name,
			 cl_endpoint_text(at, &me->stream));
		fail_join(m, -EEXIST, why);
	} else {
		m->phase = CL_MEMBERSHIP_MEMBER;
		cl_membership_log_joined(m, me);
		end(m, 0, "done");
	}
}

/* What has become of the request? */
static void take_answer(struct cl_membership *m)
{
	struct cl_membership_task *t = &m->task;

	t->asked = false;
	t->accepted |= !t->result;
	if (t->result > 0)
		fail_join(m, -EACCES, t->why);
	else
		t->again =
			cl_membership_now(m) + (t->result ? AGAIN_NS : SEEN_NS);
}

static void join_run(struct cl_membership *m)
{
	struct cl_membership_task *t = &m->task;
	const struct cl_state *s = cl_membership_state(m);
	const struct cl_member *me =
		s && s->epoch ? cl_roster_find(s->roster, m->self.id) : NULL;
	s64 now = cl_membership_now(m);

	if (t->asked) {
		take_answer(m);
		if (!t->doing)
			return;
	}
	if (now < t->hold)
		return;
	if (me)
		meet_namesake(m, me);
	else if (now >= t->until)
		join_timed_out(m);
	else if (s && s->epoch && !t->asking && now >= t->again)
		ask_to_join(m, s);
}

/**
 * cl_membership_leave() - be no member any more
 * @m: the membership
 * @handle: for ops->answered(), which is called unless this fails
 * @error: on failure what is wrong
 *
 * A leader gives its lead away first, a voter its vote.  Then the state on the disk
 * is removed.  The last member takes the cluster with it.
 *
 * Return: 0; -EBUSY it is no member, or something else is under way; -EAGAIN the
 * members are not known.
 */
int cl_membership_leave(struct cl_membership *m, u64 handle, char *error)
{
	int err = check_phase(m, CL_MEMBERSHIP_MEMBER, "leave", error);

	if (err)
		return err;
	if (!cl_membership_state(m)->epoch)
		return refuse(error, -EAGAIN, NOT_KNOWN);
	m->task = (struct cl_membership_task){
		.doing = CL_MEMBERSHIP_LEAVE,
		.handle = handle,
		/* the two acts have limits of their own */
		.until = CL_MEMBERSHIP_NEVER,
	};
	return 0;
}

static void act(struct cl_membership *m, enum cl_cluster_act what, u32 node)
{
	char error[CL_ENTRY_ERROR_SIZE];
	int err = cl_agent_act(m->agent, what, node, next_ask(m), error);

	if (err)
		not_sent(m, err, error);
}

static void gone(struct cl_membership *m)
{
	cl_io_event(m->io, CL_IO_NOTICE, CL_EVENT_LEFT,
		    CL_VALUES(cl_int("NODE", m->self.id),
			      cl_int("CLUSTER", m->cluster)),
		    "node %u has left cluster %u", m->self.id, m->cluster);
	cl_membership_alone(m);
	cl_membership_remove_disk(m);
	end(m, 0, "done");
}

static void leave_run(struct cl_membership *m)
{
	struct cl_membership_task *t = &m->task;
	const struct cl_state *s = cl_membership_state(m);

	if (t->asking)
		return;
	if (!cl_roster_find(s->roster, m->self.id) ||
	    (s->roster->n == 1 && s->conf.voters == 1)) {
		gone(m);
	} else if (t->asked && t->result) {
		end(m, t->result, t->why);
	} else if (t->asked && t->evicts) {
		gone(m);
	} else if (cl_membership_leader(m) == m->self.id &&
		   s->conf.voters > 1 && !t->asked) {
		act(m, CL_CLUSTER_LEAD, 0);
	} else {
		t->evicts = true;
		act(m, CL_CLUSTER_EVICT, m->self.id);
	}
}

/**
 * cl_membership_task_run() - go on with what is under way
 * @m: the membership
 */
void cl_membership_task_run(struct cl_membership *m)
{
	if (m->task.doing && m->phase == CL_MEMBERSHIP_FAILED) {
		end(m, -EIO, "the disk has failed, see the log");
		return;
	}
	switch (m->task.doing) {
	case CL_MEMBERSHIP_FOUND:
		found_run(m);
		break;
	case CL_MEMBERSHIP_JOIN:
		join_run(m);
		break;
	case CL_MEMBERSHIP_LEAVE:
		leave_run(m);
		break;
	default:
		break;
	}
}

/**
 * cl_membership_task_deadline() - when to look
 * @m: the membership
 *
 * Return: instant in ns, CL_MEMBERSHIP_NEVER if only events matter.
 */
s64 cl_membership_task_deadline(const struct cl_membership *m)
{
	const struct cl_membership_task *t = &m->task;
	const struct cl_state *s = cl_membership_state(m);
	s64 at = t->until;

	if (!t->doing)
		return CL_MEMBERSHIP_NEVER;
	if (m->phase == CL_MEMBERSHIP_FAILED || t->asked)
		return S64_MIN;
	if (t->doing == CL_MEMBERSHIP_LEAVE && !t->asking)
		return S64_MIN;
	if (t->doing == CL_MEMBERSHIP_JOIN && s && s->epoch && !t->asking)
		at = cl_min_s64(at, cl_max_s64(t->again, t->hold));
	return at;
}
