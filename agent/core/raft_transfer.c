// SPDX-License-Identifier: GPL-2.0-or-later
#include "raft_transfer.h"

#include <errno.h>

#include "kmod/core/fixed.h"
#include "raft_election.h"
#include "raft_leader.h"
#include "raft_peer.h"

static const struct cl_raft_peer *best_voter(const struct cl_raft *r)
{
	const struct cl_raft_peer *best = NULL;

	for (u32 i = 0; i < r->lead.peers; i++) {
		const struct cl_raft_peer *p = &r->lead.peer[i];

		if (!cl_raft_conf_votes(&r->conf, p->node) || !p->heard ||
		    !cl_raft_peer_answers(r, p))
			continue;
		if (!best || p->match > best->match)
			best = p;
	}
	return best;
}

static int check(const struct cl_raft *r, u32 node)
{
	if (r->role != CL_RAFT_LEADER)
		return -EAGAIN;
	if (r->lead.target)
		return -EBUSY;
	if (node && (node == r->p.id || !cl_raft_conf_votes(&r->conf, node)))
		return -EINVAL;
	return 0;
}

/**
 * cl_raft_transfer() - give the lead to another voter
 * @r: the node, leader
 * @now: time
 * @node: to whom, 0: whoever has most of the log
 *
 * Nothing is proposed until that has happened or an election time is over.  Then
 * this node goes on; if the other was already told to stand for election, by an
 * election of its own, because the word may still be on its way.
 *
 * Return: 0 it has begun; -EAGAIN not leader; -EBUSY already being given away;
 * -EINVAL not another voter; -EHOSTUNREACH no other voter answers.
 */
int cl_raft_transfer(struct cl_raft *r, s64 now, u32 node)
{
	const struct cl_raft_peer *p;
	int err = check(r, node);

	if (err)
		return err;
	r->now = now;
	p = node ? cl_raft_leader_peer(r, node) : best_voter(r);
	if (!p || !p->heard || !cl_raft_peer_answers(r, p))
		return -EHOSTUNREACH;
	r->lead.target = p->node;
	r->lead.ask = now + r->p.election_ns;
	cl_raft_node_finish(r);
	return 0;
}

static void tell(struct cl_raft *r, u32 node)
{
	struct cl_raft_msg m = { .type = CL_RAFT_TIMEOUT_NOW };

	cl_raft_peer_stamp(r, &m);
	cl_raft_node_send(r, node, &m);
}

/**
 * cl_raft_transfer_push() - tell the target if it has all entries
 * @r: the node, leader
 *
 * Again with every heartbeat: the word counts only until a newer message of the
 * leader overtakes it.
 */
void cl_raft_transfer_push(struct cl_raft *r)
{
	const struct cl_raft_peer *p;

	if (!r->lead.target)
		return;
	p = cl_raft_leader_peer(r, r->lead.target);
	if (!p || p->match < cl_raft_log_last(&r->log))
		return;
	if (r->lead.asked && r->now < r->lead.asked + r->p.heartbeat_ns)
		return;
	r->lead.asked = r->now;
	tell(r, p->node);
}

/**
 * cl_raft_transfer_run() - look at the time
 * @r: the node, leader
 */
void cl_raft_transfer_run(struct cl_raft *r)
{
	if (!r->lead.target || r->now < r->lead.ask)
		return;
	r->lead.target = 0;
	if (!r->lead.asked)
		return;
	cl_raft_node_follow(r, r->term, 0);
	if (cl_raft_election_may(r))
		cl_raft_election_campaign(r, true);
}

/**
 * cl_raft_transfer_deadline() - when to look at the time
 * @r: the node, leader
 *
 * Return: that time, CL_RAFT_NEVER if the lead is not being given away.
 */
s64 cl_raft_transfer_deadline(const struct cl_raft *r)
{
	s64 t = r->lead.ask;

	if (!r->lead.target)
		return CL_RAFT_NEVER;
	if (r->lead.asked)
		t = cl_min_s64(t, r->lead.asked + r->p.heartbeat_ns);
	return t;
}

/**
 * cl_raft_transfer_leave() - a leader leaves: let the best voter follow it
 * @r: the node, leader until the caller is done
 */
void cl_raft_transfer_leave(struct cl_raft *r)
{
	const struct cl_raft_peer *p = best_voter(r);

	if (p)
		tell(r, p->node);
}

/**
 * cl_raft_transfer_timeout_now() - the leader wants this node to lead
 * @r: the node
 * @m: its message
 *
 * Only while nothing newer of the leader has come, and only after something has:
 * so it is not a word of a transfer that was given up, or of a life before.
 */
void cl_raft_transfer_timeout_now(struct cl_raft *r,
				  const struct cl_raft_msg *m)
{
	if (r->role != CL_RAFT_FOLLOWER || m->term != r->term ||
	    m->from != r->leader || !r->obey.seq || m->seq <= r->obey.seq)
		return;
	if (!cl_raft_election_may(r))
		return;
	cl_raft_election_campaign(r, true);
}
