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
#include "raft_conf.h"

/*
 * Voters are waited for so long, if not all have answered; and asked so often, while a
 * new time may begin any moment.
 */
#define HURRY_NS (200 * CL_NS_PER_MS)
#define CALL_NS (100 * CL_NS_PER_MS)

/*
 * A new time begins when a majority of the voters has said that it has none, and all
 * have answered or had so long.
 */
#define BEGIN_NS (3 * CL_NS_PER_SEC)

/* But not while another one that has a time may still take the lead. */
#define GIVE_UP_NS (30 * CL_NS_PER_SEC)

/* A search goes on in the next term, if that begins within this. */
#define SEARCH_NS (5 * CL_NS_PER_SEC)

/* Who is to lead next has so long to say what its clock is worth. */
#define HEIR_NS CL_NS_PER_SEC

/* Another look, if nothing has come of the last one. */
#define ASK_NS CL_NS_PER_SEC
#define WORSE_NS (60 * CL_NS_PER_SEC)

#define UTC_NS (60 * CL_NS_PER_SEC)

#define MAY_RUN_OFF "time may run off by %.1f ppb: %u of %u know no better"
#define TOO_NEW "transfer: node %u is new, its bound grows by %.1f ppm"

/**
 * cl_agent_reign_begin() - this node does not lead
 * @a: the agent
 */
void cl_agent_reign_begin(struct cl_agent *a)
{
	memset(&a->reign, 0, sizeof(a->reign));
}

static void describe(const struct cl_agent *a, struct cl_census_word *ret)
{
	struct cl_engine *e = a->io->engine;
	struct cl_nl_instance inst = { 0 };
	struct cl_nl_clock c = { 0 };

	*ret = (struct cl_census_word){
		.type = CL_CENSUS_TELL,
		.term = a->term,
		.state = CLOCKLINK_STATE_UNSYNCED,
	};
	if (a->present && !e->ops->get_clock(e, &c) &&
	    !e->ops->get_instance(e, &inst)) {
		ret->state = c.state;
		ret->obeyed = inst.term;
		ret->drift_ppt = c.drift_ppt;
	}
}

static void call_voters(struct cl_agent *a, s64 now)
{
	const struct cl_census_word w = { .type = CL_CENSUS_ASK,
					  .term = a->term };
	const struct cl_raft_conf *conf =
		cl_raft_conf(cl_cluster_raft(a->cluster));
	u8 buf[CL_CENSUS_MAX];
	size_t len = cl_census_encode(&w, buf);

	if (now < a->reign.call)
		return;
	a->reign.call = now + CALL_NS;
	for (unsigned int i = 0; i < conf->voters; i++)
		if (conf->voter[i] != a->node)
			a->ops->send(a->ctx, conf->voter[i], w.type, buf, len);
}

/**
 * cl_agent_reign_hear() - a frame of the census has come
 * @a: the agent, in a cluster
 * @node: from whom
 * @type: its type
 * @data: what is in it
 * @len: bytes
 *
 * Return: false if it is another frame.
 */
bool cl_agent_reign_hear(struct cl_agent *a, u32 node, u8 type, const u8 *data,
			 size_t len)
{
	struct cl_census_word w, own;
	u8 buf[CL_CENSUS_MAX];

	if (type < CL_CENSUS_ASK || type >= CL_CENSUS_FRAMES)
		return false;
	if (cl_census_decode(&w, type, data, len))
		return true;
	if (type == CL_CENSUS_ASK) {
		describe(a, &own);
		own.term = w.term;
		a->ops->send(a->ctx, node, own.type, buf,
			     cl_census_encode(&own, buf));
	} else if (a->reign.elected && !a->reign.leads) {
		cl_census_hear(&a->reign.census, node, &w);
		a->reign.ask = cl_agent_now(a);
	} else if (node == a->reign.heir) {
		cl_census_hear(&a->reign.census, node, &w);
		cl_cluster_run(a->cluster, cl_agent_now(a));
	}
	return true;
}

/* Times that the own raw clock was disturbed, as the engine knows now. */
static u32 disruptions_of(const struct cl_agent *a)
{
	struct cl_engine *e = a->io->engine;
	struct cl_nl_clock c = { 0 };

	return a->present && !e->ops->get_clock(e, &c) ? c.disruptions : 0;
}

/*
 * Has the raw clock been disturbed since the election?  It may have stood still, for
 * who knows how long, and io time with it: then the lease only seems to last, and what
 * voters have said is old.  Another one may lead by now.
 */
static bool resigns(struct cl_agent *a)
{
	u32 disruptions = disruptions_of(a);

	if (disruptions == a->reign.disruptions)
		return false;
	a->reign.disruptions = disruptions;
	cl_census_begin(&a->reign.census, a->term, true);
	/* Others may not have heard yet that it leads no more, and say so. */
	if (cl_raft_role(cl_cluster_raft(a->cluster)) != CL_RAFT_LEADER)
		return false;
	cl_io_log(a->io, CL_IO_NOTICE,
		  "node %u leads no more, term %u: its clock was disturbed",
		  a->node, a->term);
	cl_cluster_distrust(a->cluster, cl_agent_now(a), a->term);
	return true;
}

static void ask_heir(struct cl_agent *a, u32 node)
{
	const struct cl_census_word w = { .type = CL_CENSUS_ASK,
					  .term = a->term };
	u8 buf[CL_CENSUS_MAX];
	size_t len = cl_census_encode(&w, buf);

	a->reign.heir = node;
	a->reign.heir_asked = cl_agent_now(a);
	cl_census_begin(&a->reign.census, a->term, false);
	a->ops->send(a->ctx, node, w.type, buf, len);
}

static int refuse_heir(u32 node, const struct cl_census_count *n, char *why)
{
	double ppm = (double)n->drift_ppt / 1e6;

	if (n->worth == CL_CENSUS_NONE)
		return cl_wrong(why, "transfer: node %u has no time", node);
	if (n->worth == CL_CENSUS_FRESH)
		return cl_wrong(why, TOO_NEW, node, ppm);
	return cl_wrong(why,
			"transfer: node %u has not taken time of this term yet",
			node);
}

/**
 * cl_agent_reign_may_lead() - may the lead be given to a voter?
 * @a: the agent, in a cluster
 * @node: the voter
 * @why: CL_ENTRY_ERROR_SIZE bytes; gets a text after -EINVAL
 *
 * It is asked first: a clock that is worth less than the own one would hand back the
 * lead (see accede()), and two elections had been for nothing.
 *
 * Return: 0 yes, or another one has to decide; -EAGAIN it has not answered yet, to be
 * asked again; -EINVAL no.
 */
int cl_agent_reign_may_lead(struct cl_agent *a, u32 node, char *why)
{
	const struct cl_raft_conf *conf =
		cl_raft_conf(cl_cluster_raft(a->cluster));
	struct cl_agent_reign *r = &a->reign;
	struct cl_census_word own;
	struct cl_census_count n;

	if (!r->leads || node == a->node || !cl_raft_conf_votes(conf, node))
		return 0;
	if (r->heir != node) {
		ask_heir(a, node);
		return -EAGAIN;
	}
	if (!r->census.n && cl_agent_now(a) - r->heir_asked < HEIR_NS)
		return -EAGAIN;
	r->heir = 0;
	if (!r->census.n)
		return cl_wrong(why, "transfer: node %u does not answer", node);
	describe(a, &own);
	cl_census_hear(&r->census, a->node, &own);
	cl_census_count(&r->census, conf, node, &n);
	return n.best ? refuse_heir(node, &n, why) : 0;
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

static bool has_lease(const struct cl_agent *a, s64 now)
{
	return cl_raft_lease(cl_cluster_raft(a->cluster)) > now;
}

static void take(struct cl_agent *a)
{
	a->reign.leads = true;
	cl_round_elect(&a->round, a->leader, a->term);
	cl_timescale_lead(&a->timescale, true);
}

static void pass_on(struct cl_agent *a, s64 now, u32 node, const char *why)
{
	cl_census_pass(&a->reign.census, node);
	a->reign.given = true;
	a->reign.wait = now + ASK_NS;
	a->reign.ask = a->reign.wait;
	give_away(a, node, why);
}

/* Nobody has a time that it can go on with, or so says an operator. */
static void begin_time(struct cl_agent *a, const struct cl_census_count *n,
		       const char *who)
{
	cl_io_event(a->io, CL_IO_WARNING, CL_EVENT_TIME_BEGINS,
		    CL_VALUES(cl_int("NODE", a->node), cl_int("TERM", a->term)),
		    "node %u begins a new cluster time%s: %u of %u have none",
		    a->node, who, n->none, n->voters);
	take(a);
}

/*
 * Most have no time.  Who is about to lose its vote, or its lead, leaves the beginning to
 * the next leader: else there would be a time for each of those who go.
 */
static bool may_begin(const struct cl_agent *a, s64 now,
		      const struct cl_census_count *n)
{
	s64 passed = now - a->reign.since;

	return 2 * n->none > n->voters &&
	       (n->told == n->voters || passed >= BEGIN_NS) &&
	       has_lease(a, now) &&
	       (cl_cluster_keeps_vote(a->cluster) || passed >= GIVE_UP_NS);
}

/* The own clock has no time. */
static void search(struct cl_agent *a, s64 now, const struct cl_census_count *n)
{
	s64 passed = now - a->reign.since;

	if (n->best && passed < GIVE_UP_NS) {
		pass_on(a, now, n->best, "this node has no time");
	} else if (may_begin(a, now, n)) {
		begin_time(a, n, "");
	} else {
		a->reign.ask = now + (passed < BEGIN_NS ? CALL_NS : ASK_NS);
		call_voters(a, now);
	}
}

/*
 * The time goes on, now or when the lease begins.  Then all is looked at again: without a
 * leader a clock knows the rate less with each moment, and may have missed another one.
 */
static void go_on(struct cl_agent *a, s64 now, const struct cl_census_count *n)
{
	if (!has_lease(a, now)) {
		a->reign.ready = true;
		a->reign.ask = CL_AGENT_NEVER;
		return;
	}
	if (n->drift_ppt > CL_CENSUS_STEADY_PPT)
		cl_io_log(a->io, CL_IO_WARNING, MAY_RUN_OFF,
			  (double)n->drift_ppt / 1000, n->weak, n->voters);
	take(a);
}

/*
 * The own clock has a time, but may be far beside its rate, or has missed a leader, who
 * may have begun another one.
 */
static void improve(struct cl_agent *a, s64 now,
		    const struct cl_census_count *n)
{
	bool enough = 2 * n->weak > n->voters;
	bool late = now - a->reign.since >= GIVE_UP_NS;

	if (n->best && !(enough && a->reign.given) && !late) {
		pass_on(a, now, n->best, "its clock is the better one");
	} else if (late || (2 * n->told > n->voters && (enough || !n->best))) {
		go_on(a, now, n);
	} else {
		a->reign.ask = now + CALL_NS;
		call_voters(a, now);
	}
}

/*
 * Elected: lead the rounds as soon as that is right.  Who has a good clock and has
 * taken time of the last term need not ask.  Who votes is so by the log: what was agreed
 * upon may not be known again yet.
 */
static void accede(struct cl_agent *a, s64 now)
{
	const struct cl_raft_conf *conf =
		cl_raft_conf(cl_cluster_raft(a->cluster));
	struct cl_census_count n = { .voters = 1, .weak = 1 };
	struct cl_census_word own;
	bool usable;

	a->reign.ready = false;
	if (resigns(a))
		return;
	describe(a, &own);
	usable = cl_nl_state_usable(own.state);
	n.drift_ppt = usable ? own.drift_ppt : 0;
	if (conf->voters == 1 ||
	    (usable && own.drift_ppt <= CL_CENSUS_STEADY_PPT &&
	     own.obeyed >= a->term - 1)) {
		go_on(a, now, &n);
		return;
	}
	if (now < a->reign.wait) {
		a->reign.ask = a->reign.wait;
		return;
	}
	a->reign.searched = now;
	cl_census_keep(&a->reign.census, conf);
	cl_census_hear(&a->reign.census, a->node, &own);
	cl_census_count(&a->reign.census, conf, a->node, &n);
	if (n.worth == CL_CENSUS_GOOD && 2 * n.told > n.voters) {
		go_on(a, now, &n);
	} else if (n.told < n.voters && now - a->reign.elected_at < HURRY_NS) {
		a->reign.ask = now + CALL_NS;
		call_voters(a, now);
	} else if (usable) {
		improve(a, now, &n);
	} else {
		search(a, now, &n);
	}
}

/**
 * cl_agent_new_time() - an operator wants a new cluster time, whatever voters have
 * @a: the agent, in a cluster
 * @handle: for ops->answered(), which is called unless this fails
 * @error: CL_ENTRY_ERROR_SIZE bytes; on failure what is wrong
 *
 * For when the voters that had the old one are lost for good, and those that say to have
 * none are no majority.  Who has the old time yet does not obey the new one.
 *
 * Return: 0; -EINVAL: it cannot be said here, or there is a time to go on with.
 */
int cl_agent_new_time(struct cl_agent *a, u64 handle, char *error)
{
	const struct cl_raft_conf *conf =
		cl_raft_conf(cl_cluster_raft(a->cluster));
	struct cl_census_count n;
	struct cl_census_word own;

	if (!a->leader)
		return cl_wrong(error, "new-time: nobody is elected yet");
	if (!a->reign.elected)
		return cl_wrong(error,
				"new-time: node %u is elected, say it there",
				a->leader);
	if (!a->present)
		return cl_wrong(error, "new-time: this node has no clock");
	if (resigns(a)) {
		cl_agent_settle(a);
		return cl_wrong(error,
				"new-time: the clock of node %u was disturbed",
				a->node);
	}
	if (a->reign.leads)
		return cl_wrong(error,
				"new-time: node %u leads, its time goes on",
				a->node);
	describe(a, &own);
	if (cl_nl_state_usable(own.state))
		return cl_wrong(error,
				"new-time: node %u has the time, and will lead",
				a->node);
	cl_census_hear(&a->reign.census, a->node, &own);
	cl_census_count(&a->reign.census, conf, a->node, &n);
	begin_time(a, &n, " as an operator wants");
	cl_agent_settle(a);
	a->ops->answered(a->ctx, handle, 0, "done");
	return 0;
}

static void begin_reign(struct cl_agent *a, s64 now, bool elected)
{
	struct cl_agent_reign *r = &a->reign;
	bool again = r->searched && now - r->searched < SEARCH_NS;

	cl_census_begin(&r->census, a->term, again);
	*r = (struct cl_agent_reign){
		.elected = elected,
		.elected_at = now,
		.since = again ? r->since : now,
		.searched = again ? r->searched : 0,
		.ask = now,
		.call = now,
		.utc = now,
		.disruptions = disruptions_of(a),
		.census = r->census,
	};
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
	begin_reign(a, now, elected);
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
 * A leader goes on only if nobody else can, and if it is sure that it leads.
 */
void cl_agent_reign_clock(struct cl_agent *a)
{
	if (a->reign.leads && !resigns(a))
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

/* When to look again whether to lead, io time. */
static s64 next_look(const struct cl_agent *a)
{
	bool due = a->reign.ready && has_lease(a, cl_agent_now(a));

	return due ? a->reign.elected_at : a->reign.ask;
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
		return next_look(a);
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
	if (!a->reign.leads && now >= next_look(a)) {
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
