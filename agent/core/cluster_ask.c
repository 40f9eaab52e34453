// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What this node asks of the leader: sent again until it is answered, to whoever
 * leads by then.  The id makes sure that it is done once.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "kmod/core/bytes.h"
#include "cluster_node.h"
#include "kmod/core/fixed.h"

/* Without an answer it is sent again; a stream may have broken. */
#define AGAIN_NS (500 * CL_NS_PER_MS)

#define REQUEST_HEAD 9
#define ANSWER_HEAD 9

/* It has ended: the act that it belongs to goes on, or who asked is told. */
static void end(struct cl_cluster *c, unsigned int i, int result,
		const char *why)
{
	u64 handle = c->ask[i].handle;
	unsigned int act = c->ask[i].act;

	c->asks--;
	memmove(&c->ask[i], &c->ask[i + 1], (c->asks - i) * sizeof(c->ask[0]));
	if (act)
		cl_cluster_act_answer(c, act - 1, result, why);
	else
		c->ops->answered(c->ctx, handle, result, why);
}

/**
 * cl_cluster_ask() - ask the leader
 * @c: the node
 * @a: handle, act, wish, data and id; id 0: one is drawn
 * @error: CL_ENTRY_ERROR_SIZE bytes; on failure what is wrong
 *
 * Return: 0; -EBUSY too many wait.
 */
int cl_cluster_ask(struct cl_cluster *c, const struct cl_cluster_ask *a,
		   char *error)
{
	struct cl_cluster_ask *ask = &c->ask[c->asks];

	if (c->asks == CL_CLUSTER_REQUESTS) {
		cl_wrong(error, "%d requests wait already",
			 CL_CLUSTER_REQUESTS);
		return -EBUSY;
	}
	*ask = *a;
	ask->until = c->now + CL_CLUSTER_REQUEST_NS;
	ask->again = c->now;
	while (!ask->id)
		ask->id = c->ops->random(c->ctx);
	c->asks++;
	return 0;
}

/**
 * cl_cluster_request() - ask for an entry
 * @c: the node
 * @now: time
 * @e: the entry; request 0: one is drawn; the requester is this node
 * @handle: for ops->answered(), which is called unless this fails
 * @error: CL_ENTRY_ERROR_SIZE bytes; on failure what is wrong
 *
 * The answer comes within CL_CLUSTER_REQUEST_NS.
 *
 * Return: 0; -EINVAL the entry is wrong by itself; -EBUSY too many wait.
 */
int cl_cluster_request(struct cl_cluster *c, s64 now, const struct cl_entry *e,
		       u64 handle, char *error)
{
	struct cl_cluster_ask a = { .handle = handle,
				    .wish = CL_CLUSTER_ENTRY };
	struct cl_entry entry = *e;
	int len;

	entry.requester = c->p.raft.id;
	while (!entry.request)
		entry.request = c->ops->random(c->ctx);
	len = cl_entry_encode(&entry, a.data, sizeof(a.data), error);
	if (len < 0)
		return len;
	a.len = len;
	a.id = entry.request;
	c->now = now;
	len = cl_cluster_ask(c, &a, error);
	if (!len)
		cl_cluster_run(c, now);
	return len;
}

/**
 * cl_cluster_ask_answer() - the leader has answered
 * @c: the node
 * @id: request id; one that is not waited for has no effect
 * @result: as for ops->answered()
 * @why: in words
 */
void cl_cluster_ask_answer(struct cl_cluster *c, u64 id, int result,
			   const char *why)
{
	for (unsigned int i = 0; i < c->asks; i++) {
		if (c->ask[i].id == id) {
			end(c, i, result, why);
			return;
		}
	}
}

/**
 * cl_cluster_ask_receive() - a frame ANSWER has come
 * @c: the node
 * @node: of whom
 * @data: its bytes
 * @len: how many
 *
 * Only who was asked may answer; others may have led before, and are not heard.
 *
 * Return: false if it makes no sense.
 */
bool cl_cluster_ask_receive(struct cl_cluster *c, u32 node, const u8 *data,
			    size_t len)
{
	char why[CL_ENTRY_ERROR_SIZE];
	u64 id;

	if (len < ANSWER_HEAD || len - ANSWER_HEAD >= sizeof(why) ||
	    data[8] >= CL_ANSWERS)
		return false;
	memcpy(why, data + ANSWER_HEAD, len - ANSWER_HEAD);
	why[len - ANSWER_HEAD] = '\0';
	for (const char *p = why; *p; p++)
		if (*p < ' ' || *p > '~')
			return false;
	id = cl_get_be64(data);
	for (unsigned int i = 0; i < c->asks; i++) {
		if (c->ask[i].id == id && c->ask[i].node == node) {
			end(c, i, data[8], why);
			break;
		}
	}
	return true;
}

static void send_ask(struct cl_cluster *c, struct cl_cluster_ask *a)
{
	struct cl_cluster_job j = { .from = c->p.raft.id,
				    .id = a->id,
				    .wish = a->wish,
				    .len = a->len };

	a->again = c->now + AGAIN_NS;
	if (a->node == c->p.raft.id) {
		memcpy(j.data, a->data, a->len);
		cl_cluster_job_put(c, &j);
		return;
	}
	cl_put_be64(c->buf, a->id);
	c->buf[8] = a->wish;
	memcpy(c->buf + REQUEST_HEAD, a->data, a->len);
	c->ops->send(c->ctx, a->node, CL_CLUSTER_REQUEST, c->buf,
		     REQUEST_HEAD + a->len);
}

static void give_up(struct cl_cluster *c, unsigned int i)
{
	char why[CL_ENTRY_ERROR_SIZE];
	u32 node = c->ask[i].node;

	if (node)
		snprintf(why, sizeof(why),
			 "leader %u has not answered; it may be done or not",
			 node);
	else
		snprintf(why, sizeof(why), "nobody leads, or nobody known");
	end(c, i, node ? -ETIMEDOUT : -EHOSTUNREACH, why);
}

/* True if it has ended. */
static bool look(struct cl_cluster *c, unsigned int i, u32 leader, u32 term)
{
	struct cl_cluster_ask *a = &c->ask[i];
	const struct cl_state_answer *answer =
		cl_state_answer(cl_cluster_state(c), a->id);

	if (answer) {
		end(c, i, answer->answer, cl_answer_name(answer->answer));
		return true;
	}
	if (c->now >= a->until) {
		give_up(c, i);
		return true;
	}
	if (leader && (c->now >= a->again || term != a->term)) {
		a->node = leader;
		a->term = term;
		send_ask(c, a);
	}
	return false;
}

/**
 * cl_cluster_ask_run() - send what is to be sent, end what is over
 * @c: the node
 */
void cl_cluster_ask_run(struct cl_cluster *c)
{
	u32 term, leader = cl_cluster_leader(c, &term);

	for (unsigned int i = 0; i < c->asks;)
		i += !look(c, i, leader, term);
}

/**
 * cl_cluster_ask_deadline() - when to do so
 * @c: the node
 *
 * Return: that time, CL_CLUSTER_NEVER if only events matter.
 */
s64 cl_cluster_ask_deadline(const struct cl_cluster *c)
{
	u32 term, leader = cl_cluster_leader(c, &term);
	s64 t = CL_CLUSTER_NEVER;

	for (unsigned int i = 0; i < c->asks; i++) {
		t = cl_min_s64(t, c->ask[i].until);
		if (leader)
			t = cl_min_s64(t, c->ask[i].again);
	}
	return t;
}
