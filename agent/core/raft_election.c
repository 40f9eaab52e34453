// SPDX-License-Identifier: GPL-2.0-or-later
#include "raft_election.h"

#include "raft_leader.h"
#include "raft_snapshot.h"

/*
 * A leader that was not trusted gets no vote for so many election times: time
 * for others to be elected, but not for good, because it may be the only one
 * that has all entries.
 */
#define SHUN_TIMES 4

/**
 * cl_raft_election_rearm() - draw a new time-out
 * @r: the node
 */
void cl_raft_election_rearm(struct cl_raft *r)
{
	s64 t = r->p.election_ns;

	r->election.deadline =
		r->now + t + (s64)(r->ops->random(r->ctx) % (u64)t);
}

static bool distrusts(const struct cl_raft *r)
{
	return r->term && r->election.distrusted == r->term;
}

/*
 * Has this node promised a leader not to elect another?  It may also have done so
 * before it started, so the start counts as having heard one.
 */
static bool promised(const struct cl_raft *r)
{
	if (r->role == CL_RAFT_LEADER)
		return true;
	return !distrusts(r) && r->now < r->election.heard + r->p.election_ns;
}

static bool shuns(const struct cl_raft *r, u32 node)
{
	return node == r->election.shunned &&
	       r->now < r->election.shunned_until;
}

/* Does the sender's log have all that ours has?  (Ongaro, 3.6.1) */
static bool up_to_date(const struct cl_raft *r, const struct cl_raft_msg *m)
{
	u64 last = cl_raft_log_last(&r->log);
	u32 term = cl_raft_log_term(&r->log, last);

	return m->log_term > term || (m->log_term == term && m->index >= last);
}

/*
 * A node without a log is new, or has lost its disk and with it its word; neither
 * can be needed for a majority.
 */
static bool may_vote_for(const struct cl_raft *r, const struct cl_raft_msg *m)
{
	return cl_raft_log_last(&r->log) && up_to_date(r, m) &&
	       !shuns(r, m->from);
}

/**
 * cl_raft_election_may() - may this node stand for election
 * @r: the node
 *
 * A voter that an entry not known to be committed removes may be the only one
 * that can commit it (Ongaro, 4.2.2).
 *
 * Return: true if it may.
 */
bool cl_raft_election_may(const struct cl_raft *r)
{
	struct cl_raft_conf before;
	u64 at;

	if (r->term + 1 >= CL_RAFT_TERM_END)
		return false;
	if (cl_raft_conf_votes(&r->conf, r->p.id))
		return true;
	if (r->conf_index <= r->commit)
		return false;
	cl_raft_node_conf_at(r, r->conf_index - 1, &before, &at);
	return cl_raft_conf_votes(&before, r->p.id);
}

/* A vote more; returns true if they are a majority. */
static bool count(const struct cl_raft *r, struct cl_raft_ballot *b, u32 node)
{
	bool known = !cl_raft_conf_votes(&r->conf, node);

	for (u32 i = 0; i < b->count; i++)
		known |= b->node[i] == node;
	if (!known)
		b->node[b->count++] = node;
	return b->count >= cl_raft_conf_quorum(&r->conf);
}

static void ask(struct cl_raft *r, enum cl_raft_type type)
{
	u64 last = cl_raft_log_last(&r->log);
	struct cl_raft_msg m = {
		.type = type,
		.term = r->term + (type == CL_RAFT_PREVOTE),
		.index = last,
		.log_term = cl_raft_log_term(&r->log, last),
		.transfer = type == CL_RAFT_VOTE && r->election.forced,
	};

	for (u32 i = 0; i < r->conf.voters; i++)
		if (r->conf.voter[i] != r->p.id)
			cl_raft_node_send(r, r->conf.voter[i], &m);
}

/**
 * cl_raft_election_campaign() - stand for election in the next term
 * @r: the node, which may
 * @forced: the leader wants it
 *
 * Others are asked when the own vote is on the disk, and with it the log that
 * they compare with theirs: a vote for entries that are lost in a crash, or a
 * second candidacy in the same term, would elect a leader that lacks entries.
 */
void cl_raft_election_campaign(struct cl_raft *r, bool forced)
{
	cl_raft_snapshot_forget(r);
	cl_raft_node_term(r, r->term + 1);
	r->role = CL_RAFT_CANDIDATE;
	r->vote = r->p.id;
	r->election.stands = true;
	r->election.votes.count = 0;
	r->election.forced = forced;
	r->election.waits =
		cl_raft_disk_next(&r->disk, cl_raft_log_last(&r->log));
	cl_raft_election_rearm(r);
}

static void precampaign(struct cl_raft *r)
{
	r->role = CL_RAFT_PRECANDIDATE;
	r->leader = 0;
	r->election.prevotes.count = 0;
	cl_raft_election_rearm(r);
	if (count(r, &r->election.prevotes, r->p.id))
		cl_raft_election_campaign(r, false);
	else
		ask(r, CL_RAFT_PREVOTE);
}

/**
 * cl_raft_election_run() - look at the time
 * @r: the node
 */
void cl_raft_election_run(struct cl_raft *r)
{
	if (r->role == CL_RAFT_LEADER || r->now < r->election.deadline)
		return;
	/* A slow disk is no reason for one term more. */
	if (r->role == CL_RAFT_CANDIDATE && r->election.waits) {
		cl_raft_election_rearm(r);
		return;
	}
	if (cl_raft_election_may(r)) {
		precampaign(r);
		return;
	}
	cl_raft_node_follow(r, r->term, 0);
	r->election.deadline = CL_RAFT_NEVER;
}

static void answer(struct cl_raft *r, enum cl_raft_type type, u32 to, u32 term,
		   bool granted)
{
	struct cl_raft_msg m = {
		.type = type,
		.term = term,
		.granted = granted,
	};

	cl_raft_node_send(r, to, &m);
}

/**
 * cl_raft_election_saved() - a write is durable: keep what waited for it
 * @r: the node
 */
void cl_raft_election_saved(struct cl_raft *r)
{
	struct cl_raft_election *e = &r->election;

	if (!e->waits || r->disk.done < e->waits)
		return;
	e->waits = 0;
	if (r->vote != r->p.id) {
		answer(r, CL_RAFT_VOTE_REPLY, r->vote, r->term, true);
		return;
	}
	if (count(r, &e->votes, r->p.id))
		cl_raft_leader_begin(r);
	else
		ask(r, CL_RAFT_VOTE);
}

/**
 * cl_raft_election_distrust() - do not obey the leader of a term
 * @r: the node
 * @term: its term
 *
 * What was promised to it does not count either.
 */
void cl_raft_election_distrust(struct cl_raft *r, u32 term)
{
	struct cl_raft_election *e = &r->election;

	if (term < r->term || term <= e->distrusted)
		return;
	e->distrusted = term;
	if (term != r->term)
		return;
	if (r->role == CL_RAFT_LEADER) {
		cl_raft_node_follow(r, r->term, 0);
		return;
	}
	if (!r->leader)
		return;
	e->shunned = r->leader;
	e->shunned_until = r->now + SHUN_TIMES * r->p.election_ns;
	cl_raft_node_follow(r, r->term, 0);
	/* Others were told as well: not all at once. */
	e->deadline =
		r->now + (s64)(r->ops->random(r->ctx) % (u64)r->p.election_ns);
}

/**
 * cl_raft_election_prevote() - would this node be elected?
 * @r: the node
 * @m: the question
 *
 * A vote that is still on its way to the disk shall not be in vain: as long as it
 * is there will be no other term.
 */
void cl_raft_election_prevote(struct cl_raft *r, const struct cl_raft_msg *m)
{
	bool yes = m->term > r->term && !promised(r) && !r->election.waits &&
		   may_vote_for(r, m);

	answer(r, CL_RAFT_PREVOTE_REPLY, m->from, yes ? m->term : r->term, yes);
}

/**
 * cl_raft_election_prevote_reply() - an answer to a pre-vote
 * @r: the node
 * @m: the answer; of a voter or a learner, its term is not above ours if it was
 *	not granted
 */
void cl_raft_election_prevote_reply(struct cl_raft *r,
				    const struct cl_raft_msg *m)
{
	if (r->role != CL_RAFT_PRECANDIDATE || !m->granted ||
	    m->term != r->term + 1)
		return;
	if (count(r, &r->election.prevotes, m->from))
		cl_raft_election_campaign(r, false);
}

/**
 * cl_raft_election_vote() - a candidate wants our vote
 * @r: the node
 * @m: what it says
 *
 * While a leader is heard the candidate is not even answered, and its term not
 * taken over: whoever was cut off or removed disturbs nobody (Ongaro, 4.2.3).
 */
void cl_raft_election_vote(struct cl_raft *r, const struct cl_raft_msg *m)
{
	if (m->term > r->term) {
		if (promised(r) && !m->transfer)
			return;
		cl_raft_node_follow(r, m->term, 0);
	}
	if (m->term < r->term || (r->vote && r->vote != m->from) ||
	    !may_vote_for(r, m)) {
		answer(r, CL_RAFT_VOTE_REPLY, m->from, r->term, false);
		return;
	}
	if (!r->vote) {
		r->vote = m->from;
		cl_raft_disk_touch(&r->disk);
		r->election.waits =
			cl_raft_disk_next(&r->disk, cl_raft_log_last(&r->log));
		cl_raft_election_rearm(r);
	} else if (!r->election.waits) {
		answer(r, CL_RAFT_VOTE_REPLY, m->from, r->term, true);
	}
}

/**
 * cl_raft_election_vote_reply() - somebody has voted
 * @r: the node
 * @m: the vote; its term is not above ours
 *
 * A late one counts as well, until there is another term or leader.
 */
void cl_raft_election_vote_reply(struct cl_raft *r, const struct cl_raft_msg *m)
{
	struct cl_raft_election *e = &r->election;

	if (!e->stands || e->waits || m->term != r->term || !m->granted)
		return;
	if (count(r, &e->votes, m->from))
		cl_raft_leader_begin(r);
}
