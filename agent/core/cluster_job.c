// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the leader is asked for: one entry at a time, each checked against the state
 * with all before it applied.  Who does not lead is silent; who asked will ask
 * another.
 */
#include <errno.h>
#include <string.h>

#include "kmod/core/bytes.h"
#include "cluster_node.h"

#define REQUEST_HEAD 9
#define ANSWER_HEAD 9

static void answer(struct cl_cluster *c, const struct cl_cluster_job *j,
		   u8 result, const char *why)
{
	size_t len = strlen(why);

	if (j->from == c->p.raft.id) {
		cl_cluster_ask_answer(c, j->id, result, why);
		return;
	}
	cl_put_be64(c->buf, j->id);
	c->buf[8] = result;
	memcpy(c->buf + ANSWER_HEAD, why, len);
	c->ops->send(c->ctx, j->from, CL_CLUSTER_ANSWER, c->buf,
		     ANSWER_HEAD + len);
}

/**
 * cl_cluster_job_put() - somebody asks for something
 * @c: the node
 * @j: what
 *
 * If this node does not lead, or has too many already, it is as if the frame had
 * been lost.  So is one that waits here already.
 */
void cl_cluster_job_put(struct cl_cluster *c, const struct cl_cluster_job *j)
{
	if (!cl_cluster_leads(c) || c->jobs == CL_CLUSTER_REQUESTS)
		return;
	for (unsigned int i = 0; i < c->jobs; i++)
		if (c->job[i].id == j->id)
			return;
	c->job[c->jobs++] = *j;
}

/* The lead is given away for members only. */
static bool good_transfer(const struct cl_cluster *c, u32 node, size_t len)
{
	return len == 4 && cl_roster_find(c->own.roster, node);
}

static bool good_entry(u32 node, u64 id, const u8 *data, size_t len)
{
	char error[CL_ENTRY_ERROR_SIZE];
	struct cl_entry e;

	return !cl_entry_decode(&e, data, len, error) && e.requester == node &&
	       e.request == id;
}

/**
 * cl_cluster_job_receive() - a frame REQUEST has come
 * @c: the node
 * @node: of whom; it can ask in its own name only
 * @data: its bytes
 * @len: how many
 *
 * Return: false if it makes no sense.
 */
bool cl_cluster_job_receive(struct cl_cluster *c, u32 node, const u8 *data,
			    size_t len)
{
	struct cl_cluster_job j = { .from = node };

	if (len < REQUEST_HEAD || len - REQUEST_HEAD > sizeof(j.data))
		return false;
	j.id = cl_get_be64(data);
	j.wish = data[8];
	j.len = len - REQUEST_HEAD;
	memcpy(j.data, data + REQUEST_HEAD, j.len);
	if (!j.id || j.wish >= CL_CLUSTER_WISHES)
		return false;
	if (j.wish == CL_CLUSTER_ENTRY ?
		    !good_entry(node, j.id, j.data, j.len) :
		    !good_transfer(c, node, j.len))
		return false;
	cl_cluster_job_put(c, &j);
	return true;
}

/* The lead is no entry: it is given away at once, or not. */
static bool give_lead(struct cl_cluster *c, const struct cl_cluster_job *j)
{
	u32 node = cl_get_be32(j->data);
	char why[CL_ENTRY_ERROR_SIZE];
	int err = node ? c->ops->may_lead(c->ctx, node, why) : 0;

	if (err && err != -EAGAIN)
		answer(c, j, CL_ANSWER_CONFLICT, why);
	if (err)
		return err != -EAGAIN;
	switch (cl_raft_transfer(c->raft, c->now, node)) {
	case 0:
		answer(c, j, CL_ANSWER_DONE, "transfer has begun");
		return true;
	case -EINVAL:
		answer(c, j, CL_ANSWER_UNKNOWN,
		       "transfer: that node is not another voter");
		return true;
	case -EHOSTUNREACH:
		answer(c, j, CL_ANSWER_CONFLICT,
		       "transfer: no other voter answers");
		return true;
	case -EBUSY:
		answer(c, j, CL_ANSWER_CONFLICT,
		       "transfer: the lead is being given away already");
		return true;
	default:
		return false;
	}
}

/* True if it is answered. */
static bool propose(struct cl_cluster *c, struct cl_cluster_job *j)
{
	struct cl_raft_entry r = { .index = cl_raft_last(c->raft) + 1,
				   .kind = CL_RAFT_DATA,
				   .data = j->data,
				   .len = j->len };
	char error[CL_ENTRY_ERROR_SIZE];
	struct cl_entry e;
	int result;

	if (cl_entry_decode(&e, j->data, j->len, error))
		return true;
	result = cl_state_check(&c->own, r.index, &e, error);
	if (result == -EAGAIN)
		return false;
	if (!result && cl_state_valid(&c->own, &r, c->p.table, error))
		result = CL_ANSWER_CONFLICT;
	if (result) {
		answer(c, j, result, error);
		return true;
	}
	/*
	 * It is not proposed twice, because until it is applied not all before the
	 * second one is.  What hinders it passes, or ends the lead.
	 */
	cl_raft_propose(c->raft, c->now, j->data, j->len, &r.index);
	return false;
}

/* True if it is answered. */
static bool work(struct cl_cluster *c, struct cl_cluster_job *j)
{
	const struct cl_state_answer *a = cl_state_answer(&c->own, j->id);

	if (a) {
		answer(c, j, a->answer, cl_answer_name(a->answer));
		return true;
	}
	return j->wish == CL_CLUSTER_TRANSFER ? give_lead(c, j) : propose(c, j);
}

/**
 * cl_cluster_job_run() - go on with what was asked for
 * @c: the node
 */
void cl_cluster_job_run(struct cl_cluster *c)
{
	if (!cl_cluster_leads(c))
		c->jobs = 0;
	while (c->jobs && work(c, &c->job[0])) {
		c->jobs--;
		memmove(&c->job[0], &c->job[1], c->jobs * sizeof(c->job[0]));
	}
}
