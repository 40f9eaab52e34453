// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who is believed: what a voter thinks of others goes to the leader, which asks for
 * isolations and readmissions; who has no confidence in the leader says so to all
 * voters.
 */
#include <string.h>

#include "agent_node.h"
#include "kmod/core/fixed.h"

#define DISTRUSTED "%u nodes, of them %u voters, do not trust node %u, term %u"

/* A judge has one testimony of each node at most. */
#define TESTIMONIES CL_GATE_NODES

/**
 * cl_agent_trust_begin() - nothing is thought of anybody
 * @a: the agent
 */
void cl_agent_trust_begin(struct cl_agent *a)
{
	cl_judge_init(&a->judge, a->io);
	cl_proofs_init(&a->proofs);
	cl_confidence_init(&a->confidence);
}

static void send_to_voters(struct cl_agent *a, u8 type, const void *data,
			   size_t len)
{
	const struct cl_raft_conf *conf = &cl_agent_agreed(a)->conf;

	for (unsigned int i = 0; i < conf->voters; i++)
		if (conf->voter[i] != a->node)
			a->ops->send(a->ctx, conf->voter[i], type, data, len);
}

/* Members that are not isolated, as far as they are judged. */
static unsigned int count_judged(const struct cl_state *s)
{
	const struct cl_member *m;
	unsigned int n = 0;

	for (m = cl_roster_next(s->roster, 0); m && n <= CL_GATE_NODES;
	     m = cl_roster_next(s->roster, m->id))
		n += !cl_state_isolated(s, m->id);
	return n;
}

static unsigned int count_voters(const struct cl_state *s)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < s->conf.voters; i++)
		n += !cl_state_isolated(s, s->conf.voter[i]);
	return n;
}

/* This node votes, and somebody has no confidence in the leader. */
static void hear_no_confidence(struct cl_agent *a, u32 node, u32 term)
{
	const struct cl_state *s = cl_agent_agreed(a);
	struct cl_confidence_answer answer;
	s64 now = cl_agent_now(a);

	if (!a->leader || term != a->term || !cl_agent_votes(a, a->node) ||
	    !cl_roster_find(s->roster, node) || cl_state_isolated(s, node))
		return;
	if (cl_confidence_hear(&a->confidence, node, cl_agent_votes(a, node),
			       term, now))
		return;
	cl_confidence_count(&a->confidence, term, now, count_judged(s),
			    count_voters(s), &answer);
	if (!answer.distrust && !answer.depose)
		return;
	cl_io_event(a->io, CL_IO_WARNING, CL_EVENT_NO_CONFIDENCE,
		    CL_VALUES(cl_int("NODE", a->node),
			      cl_int("PEER", a->leader), cl_int("TERM", term)),
		    DISTRUSTED, answer.nodes, answer.voters, a->leader, term);
	cl_confidence_init(&a->confidence);
	cl_cluster_distrust(a->cluster, now, term);
}

/**
 * cl_agent_trust_complain() - this node has no confidence in its leader
 * @a: the agent, in a cluster
 * @term: the leader's
 */
void cl_agent_trust_complain(struct cl_agent *a, u32 term)
{
	const struct cl_testimony t = {
		.type = CL_TESTIMONY_NO_CONFIDENCE,
		.term = term,
	};
	u8 buf[CL_TESTIMONY_MAX];

	send_to_voters(a, t.type, buf, cl_testimony_encode(&t, buf));
	hear_no_confidence(a, a->node, term);
}

/**
 * cl_agent_trust_hear() - a frame about trust, or the leader's table
 * @a: the agent, in a cluster
 * @node: from whom
 * @type: its type
 * @data: what is in it
 * @len: bytes
 *
 * One that makes no sense, or is of no concern here, changes nothing.
 */
void cl_agent_trust_hear(struct cl_agent *a, u32 node, u8 type, const u8 *data,
			 size_t len)
{
	struct cl_testimony t;

	if (type == CL_TIMESCALE_TABLE) {
		if (node == a->leader)
			cl_timescale_hear(&a->timescale, data, len);
		return;
	}
	if (cl_testimony_decode(&t, node, type, data, len))
		return;
	if (type == CL_TESTIMONY_NO_CONFIDENCE)
		hear_no_confidence(a, node, t.term);
	else if (a->reign.elected)
		cl_proofs_hear(&a->proofs, cl_agent_now(a), node, &t);
}

static bool is_against(const struct cl_testimony *t, u32 node)
{
	return t->type == CL_TESTIMONY_ACCUSE && t->node == node;
}

/*
 * Tell the leader what the judge thinks.  What is against the leader itself it may
 * keep to itself, so all voters are told.
 */
static void testify(struct cl_agent *a, s64 now)
{
	struct cl_testimony t[TESTIMONIES];
	u8 buf[CL_TESTIMONY_MAX];
	unsigned int n;

	if (!a->leader)
		return;
	n = cl_judge_testimony(&a->judge, cl_agent_agreed(a), cl_agent_time(a),
			       t, TESTIMONIES);
	for (unsigned int i = 0; i < n; i++) {
		if (a->reign.elected)
			cl_proofs_hear(&a->proofs, now, a->node, &t[i]);
		else if (is_against(&t[i], a->leader))
			cl_agent_trust_complain(a, a->term);
		else
			a->ops->send(a->ctx, a->leader, t[i].type, buf,
				     cl_testimony_encode(&t[i], buf));
	}
	cl_agent_settle(a);
}

/**
 * cl_agent_trust_deadline() - when to call cl_agent_trust_run()
 * @a: the agent, in a cluster
 *
 * Return: io time.
 */
s64 cl_agent_trust_deadline(const struct cl_agent *a)
{
	return cl_judge_deadline(&a->judge);
}

/* What voters say of others is enough for an entry. */
static void ask_by_proofs(struct cl_agent *a, s64 now)
{
	struct cl_entry e;

	while (a->reign.elected && a->proofs.n &&
	       cl_proofs_next(&a->proofs, now, cl_agent_time(a),
			      cl_agent_agreed(a), a->term, &e)) {
		cl_agent_ask(a, &e,
			     e.kind == CL_ENTRY_ISOLATE ? "an isolation" :
							  "a readmission");
		cl_agent_settle(a);
	}
}

/**
 * cl_agent_trust_run() - judge, and tell
 * @a: the agent, in a cluster
 */
void cl_agent_trust_run(struct cl_agent *a)
{
	s64 now = cl_agent_now(a);

	if (!a->present)
		return;
	if (now >= cl_judge_deadline(&a->judge) &&
	    cl_judge_run(&a->judge, &a->inst))
		testify(a, now);
	cl_round_suspect(&a->round,
			 cl_reputation_suspects(&a->judge.reputation));
	ask_by_proofs(a, now);
}
