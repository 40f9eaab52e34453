// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the leader of the consensus does for the time: takes the lead of the rounds if
 * it has a time, makes the time scale, and gives the lead away if another should have
 * it.
 */
#include <string.h>

#include "agent/nl/schema.h"
#include "agent_node.h"
#include "kmod/core/fixed.h"

/*
 * A leader without a time begins a new one only if no voter has one, as far as can
 * be known by then.
 */
#define BEGIN_NS (3 * CL_NS_PER_SEC)

/* And if who seemed to have one does not take the lead for so long. */
#define GIVE_UP_NS (30 * CL_NS_PER_SEC)

/* Another look, if nothing has come of the last one. */
#define ASK_NS CL_NS_PER_SEC
#define WORSE_NS (60 * CL_NS_PER_SEC)

/* What a peer has said of itself is believed for so long. */
#define HEARD_NS (5 * CL_NS_PER_SEC)

#define UTC_NS (60 * CL_NS_PER_SEC)

/**
 * cl_agent_reign_begin() - this node does not lead
 * @a: the agent
 */
void cl_agent_reign_begin(struct cl_agent *a)
{
	memset(&a->reign, 0, sizeof(a->reign));
}

/* Who of the voters has a time. */
struct search {
	const struct cl_agent *a;
	u32 found;
};

static void see_peer(void *ctx, const struct cl_nl_peer *p)
{
	struct search *s = ctx;

	/* One that is not measured yet was heard since this node has no time. */
	bool heard = !cl_nl_has(p, PEER_AGE) || p->age_ns < (u64)HEARD_NS;

	if (heard && cl_nl_has(p, PEER_STATE) && cl_nl_state_usable(p->state) &&
	    cl_agent_votes(s->a, p->node) &&
	    !cl_state_isolated(cl_agent_agreed(s->a), p->node))
		s->found = p->node;
}

static u32 find_voter_with_time(const struct cl_agent *a)
{
	struct search s = { .a = a };

	if (a->io->engine->ops->list_peers(a->io->engine, see_peer, &s))
		return 0;
	return s.found;
}

/* Nobody exchanges anything with a leader that does not begin. */
static void hear_voters(struct cl_agent *a)
{
	const struct cl_raft_conf *conf =
		cl_raft_conf(cl_cluster_raft(a->cluster));

	/* Who is no peer yet will be at the next look. */
	for (unsigned int i = 0; i < conf->voters; i++)
		if (conf->voter[i] != a->node)
			a->io->engine->ops->send_probe(a->io->engine,
						       conf->voter[i]);
}

static void give_away(struct cl_agent *a, u32 node, const char *why)
{
	char error[CL_ENTRY_ERROR_SIZE];

	cl_io_log(a->io, CL_IO_NOTICE, "%s: node %u shall lead", why, node);
	if (cl_cluster_act(a->cluster, cl_agent_now(a), CL_CLUSTER_LEAD, node,
			   cl_agent_time(a), CL_AGENT_OWN, error))
		cl_io_log(a->io, CL_IO_WARNING, "cannot give the lead away: %s",
			  error);
}

static void take(struct cl_agent *a)
{
	a->reign.leads = true;
	cl_round_elect(&a->round, a->leader, a->term);
	cl_timescale_lead(&a->timescale, true);
}

/* Elected: lead the rounds as soon as that is right. */
static void accede(struct cl_agent *a, s64 now)
{
	/* By the log: what was agreed upon may not be known again yet. */
	bool alone = cl_raft_conf(cl_cluster_raft(a->cluster))->voters == 1;
	u32 other;

	if (cl_nl_state_usable(a->state) || alone) {
		take(a);
		return;
	}
	a->reign.ask = now + ASK_NS;
	other = find_voter_with_time(a);
	if (other && now - a->reign.since < GIVE_UP_NS)
		give_away(a, other, "this node has no time");
	else if (now - a->reign.since >= BEGIN_NS)
		take(a);
	else
		hear_voters(a);
}

/**
 * cl_agent_reign_election() - who leads may have changed
 * @a: the agent, in a cluster
 */
void cl_agent_reign_election(struct cl_agent *a)
{
	bool elected = a->leader == a->node;
	s64 now = cl_agent_now(a);

	cl_timescale_lead(&a->timescale, false);
	cl_proofs_init(&a->proofs);
	a->reign = (struct cl_agent_reign){
		.elected = elected,
		.since = now,
		.ask = now,
		.utc = now,
	};
	if (!elected)
		cl_round_elect(&a->round, a->leader, a->term);
	else if (a->present)
		accede(a, now);
	if (elected && !a->reign.leads)
		cl_round_elect(&a->round, 0, a->term);
}

/**
 * cl_agent_reign_clock() - the own clock has lost its time
 * @a: the agent, in a cluster
 *
 * A leader goes on only if nobody else can.
 */
void cl_agent_reign_clock(struct cl_agent *a)
{
	if (a->reign.leads)
		cl_agent_reign_election(a);
}

/* Tell what was agreed on; the published table may say something else by now. */
static void look_at_utc(struct cl_agent *a, s64 now)
{
	const struct cl_utc *agreed = &cl_agent_agreed(a)->utc;
	s64 tai_s = cl_agent_time(a) / CL_NS_PER_SEC;
	struct cl_entry e = { .kind = CL_ENTRY_UTC };

	a->reign.utc = now + UTC_NS;
	cl_round_utc(&a->round, cl_utc_offset(agreed, tai_s),
		     cl_utc_leap(agreed, tai_s));
	if (!a->table)
		return;
	cl_utc_lookup(&e.utc, a->table, tai_s);
	if (e.utc.since_s == agreed->since_s &&
	    e.utc.offset_s == agreed->offset_s && e.utc.leap == agreed->leap &&
	    e.utc.leap_s == agreed->leap_s)
		return;
	cl_agent_ask(a, &e, "TAI - UTC of the published table");
}

static void make_timescale(struct cl_agent *a)
{
	u8 table[CL_ENSEMBLE_TABLE_MAX];
	struct cl_map line;
	size_t len;

	if (cl_timescale_run(&a->timescale, &line))
		cl_round_line(&a->round, &line);
	len = cl_timescale_table(&a->timescale, table);
	for (unsigned int i = 0; len && i < cl_agent_agreed(a)->conf.voters;
	     i++) {
		u32 node = cl_agent_agreed(a)->conf.voter[i];

		if (node != a->node)
			a->ops->send(a->ctx, node, CL_TIMESCALE_TABLE, table,
				     len);
	}
}

/**
 * cl_agent_reign_deadline() - when to call cl_agent_reign_run()
 * @a: the agent, in a cluster
 *
 * Return: io time.
 */
s64 cl_agent_reign_deadline(const struct cl_agent *a)
{
	s64 at;

	if (!a->reign.elected || !a->present)
		return CL_AGENT_NEVER;
	if (!a->reign.leads)
		return a->reign.ask;
	at = cl_min_s64(a->reign.ask, a->reign.utc);
	return cl_min_s64(at, cl_timescale_deadline(&a->timescale));
}

/**
 * cl_agent_reign_run() - do what is due for a leader
 * @a: the agent, in a cluster
 */
void cl_agent_reign_run(struct cl_agent *a)
{
	s64 now = cl_agent_now(a);
	u32 better;

	if (!a->reign.elected || !a->present)
		return;
	if (!a->reign.leads && now >= a->reign.ask) {
		accede(a, now);
	} else if (a->reign.leads && now >= a->reign.ask) {
		a->reign.ask = now + WORSE_NS;
		if (cl_timescale_worse(&a->timescale, &better))
			give_away(a, better, "another one is much steadier");
	}
	if (a->reign.leads)
		make_timescale(a);
	if (a->reign.leads && now >= a->reign.utc)
		look_at_utc(a, now);
	cl_agent_settle(a);
}
