// SPDX-License-Identifier: GPL-2.0-or-later
#include "town.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "../memory.h"
#include "agent/core/raft_conf.h"

#define SNAPSHOT_ENTRIES 64
#define WAKEUP_NS (50 * CL_NS_PER_US)
#define FOUNDER 1
/* Nodes are switched on within this. */
#define START_NS (100 * CL_NS_PER_MS)
/* The operator asks again after so long without an answer. */
#define PATIENCE_NS (8 * CL_NS_PER_SEC)
/* Of a planted fault. */
#define LITTLE 0.05
#define NUDGE_NS 20000

static const char *const names[] = {
	[CS_PLANT_NONE] = "none",
	[CS_PLANT_BACK] = "back",
	[CS_PLANT_STEP] = "step",
	[CS_PLANT_SMALL_BOUND] = "small-bound",
	[CS_PLANT_USURPER] = "usurper",
	[CS_PLANT_UPSTART] = "upstart",
	[CS_PLANT_UNKNOWN_LIAR] = "unknown-liar",
	[CS_PLANT_UNHEALED] = "unhealed",
};

/**
 * cs_plant_name() - name of a planted fault
 * @p: fault
 *
 * Return: the name.
 */
const char *cs_plant_name(enum cs_plant p)
{
	return names[p];
}

/**
 * cs_plant_find() - planted fault by name
 * @name: name
 *
 * Return: enum cs_plant, -1: there is none.
 */
int cs_plant_find(const char *name)
{
	for (int i = 0; i < CS_PLANTS; i++)
		if (!strcmp(names[i], name))
			return i;
	return -1;
}

static s64 asleep(void *ctx, u32 id)
{
	const struct cs_town *t = ctx;
	const struct cs_agent *a = t->agent[id];

	return a->core ? a->host.asleep_until : 0;
}

static s64 until(void *ctx, u32 id)
{
	const struct cs_town *t = ctx;
	const struct cs_agent *a = t->agent[id];

	return a->core ? a->host.asleep_until : S64_MAX;
}

static void arrive(void *ctx, const struct cs_packet *p)
{
	struct cs_town *t = ctx;

	if (p->to < t->ids)
		cs_host_arrive(&t->agent[p->to]->host, p);
}

static void opened(void *ctx, u32 id, u32 other)
{
	struct cs_town *t = ctx;

	cs_agent_opened(t->agent[id], other);
}

static void closed(void *ctx, u32 id, u32 other)
{
	struct cs_town *t = ctx;

	cs_agent_closed(t->agent[id], other);
}

static void frame(void *ctx, u32 id, u32 from, u8 type, const u8 *data,
		  size_t len)
{
	struct cs_town *t = ctx;

	cs_agent_frame(t->agent[id], from, type, data, len);
}

static void failed(void *ctx, struct cs_agent *a)
{
	struct cs_town *t = ctx;
	struct cs_house *h = t->house[cs_agent_id(a)];

	if (h->restart.place)
		return;
	t->restarts++;
	cs_heap_put(&t->realm.heap, &h->restart,
		    cs_town_now(t) + CS_TOWN_SUPERVISOR_NS);
}

/* The handle is the node that it is about. */
static void answered(void *ctx, struct cs_agent *a, u64 handle, int result,
		     const char *why)
{
	struct cs_town *t = ctx;

	if (t->realm.trace)
		fprintf(t->realm.trace,
			"%lld.%06lld node %u: about node %llu: %d %s\n",
			(long long)(cs_town_now(t) / CL_NS_PER_SEC),
			(long long)(cs_town_now(t) % CL_NS_PER_SEC / 1000),
			cs_agent_id(a), (unsigned long long)handle, result,
			why ? why : "");
	t->house[handle]->asked = 0;
}

static void restart(struct cs_event *e)
{
	struct cs_house *h = cs_of(e, struct cs_house, restart);
	bool on = h->agent->host.space;

	if (h->lost || !on)
		cs_agent_halt(h->agent);
	else
		cs_agent_kill(h->agent);
	if (!h->lost && on)
		cs_agent_start(h->agent);
	else if (!h->lost)
		cs_agent_boot(h->agent);
}

static void space(struct cs_event *e)
{
	cs_of(e, struct cs_house, space)->agent->disk.full = false;
}

/* Everybody talks to those that vote, or may. */
static void connect_all(struct cs_town *t, u32 id)
{
	for (u32 i = 1; i < t->ids; i++)
		if (i != id && (t->house[i]->want == CS_WANT_VOTER ||
				t->house[id]->want == CS_WANT_VOTER))
			cs_streams_keep(&t->realm.streams, id, i);
}

/**
 * cs_town_add() - a new node, off
 * @t: run
 * @want: what the operator wants of it
 *
 * Return: the node.
 */
struct cs_house *cs_town_add(struct cs_town *t, enum cs_want want)
{
	struct cs_house *h = cs_alloc(sizeof(*h));
	u32 id = t->ids++;

	t->house = cs_grow(t->house, &t->house_room, t->ids, sizeof(h));
	t->agent = cs_grow(t->agent, &t->agent_room, t->ids, sizeof(*t->agent));
	t->truth.view = cs_grow(t->truth.view, &t->view_room, t->ids,
				sizeof(*t->truth.view));
	t->truth.agent = t->agent;
	t->truth.ids = t->ids;
	h->town = t;
	h->agent = cs_agent_new(&t->realm, id);
	h->agent->disk.mean_ns = t->plan->write_ns;
	h->want = want;
	h->restart.run = restart;
	h->space.run = space;
	t->house[id] = h;
	t->agent[id] = h->agent;
	connect_all(t, id);
	cs_heap_put(&t->realm.heap, &h->restart,
		    cs_town_now(t) + (s64)(vt_rng_uniform(&t->rng) * START_NS));
	return h;
}

/**
 * cs_town_leader() - whom most believe to lead
 * @t: run
 *
 * Return: of the nodes that think so the one with the highest term, 0: none.
 */
u32 cs_town_leader(const struct cs_town *t)
{
	u32 best = 0, best_term = 0, term;

	for (u32 id = 1; id < t->ids; id++) {
		const struct cs_agent *a = t->agent[id];

		if (cs_agent_awake(a) && cs_agent_elected(a, &term) &&
		    term > best_term) {
			best = id;
			best_term = term;
		}
	}
	return best;
}

/* One wish at a time; true: asked for something. */
static bool ask(struct cs_town *t, struct cs_agent *leader, u32 id)
{
	const struct cl_state *s = cs_agent_state(leader);
	const struct cl_member *m = cl_roster_find(s->roster, id);
	struct cs_house *h = t->house[id];
	bool votes = cl_raft_conf_has(&s->conf, id);
	int err;

	if (h->want == CS_WANT_OUT && !m)
		return false;
	if (h->want == CS_WANT_OUT)
		err = cs_agent_act(leader,
				   votes || m->flags & CL_MEMBER_F_VOTER ?
					   CL_CLUSTER_EVICT :
					   CL_CLUSTER_REMOVE,
				   id, id);
	else if (!m)
		err = cs_agent_put(leader, id, h->want == CS_WANT_VOTER, id);
	else
		return false;
	if (!err)
		h->asked = cs_town_now(t) + PATIENCE_NS;
	return !err;
}

static void operate(struct cs_event *e)
{
	struct cs_town *t = cs_of(e, struct cs_town, operator);
	u32 leader = cs_town_leader(t);

	cs_heap_put(&t->realm.heap, e, cs_town_now(t) + CS_TOWN_OPERATOR_NS);
	for (u32 id = 1; leader && id < t->ids; id++)
		if (t->house[id]->asked <= cs_town_now(t) &&
		    t->agent[leader]->core)
			ask(t, t->agent[leader], id);
}

static void look(struct cs_event *e)
{
	struct cs_town *t = cs_of(e, struct cs_town, look);

	cs_truth_look(&t->truth);
	cs_heap_put(&t->realm.heap, e, cs_town_now(t) + CS_TRUTH_GRID_NS);
}

static void heal(struct cs_event *e)
{
	struct cs_town *t = cs_of(e, struct cs_town, heal);

	if (t->plan->plant != CS_PLANT_UNHEALED)
		cs_net_heal(&t->realm.packets);
}

static void calm(struct cs_event *e)
{
	struct cs_town *t = cs_of(e, struct cs_town, calm);

	t->realm.packets.law = t->plan->law;
}

static void set_up(struct cs_town *t)
{
	struct cs_realm *r = &t->realm;
	const struct cs_plan *p = t->plan;

	*r = (struct cs_realm){
		.packets = { .heap = &r->heap,
			     .law = p->law,
			     .asleep = asleep,
			     .arrive = arrive,
			     .ctx = t },
		.streams = { .heap = &r->heap,
			     .net = &r->packets,
			     .until = until,
			     .opened = opened,
			     .closed = closed,
			     .frame = frame,
			     .ctx = t },
		.law = { .noise_ns = p->noise_ns, .wakeup_ns = WAKEUP_NS },
		.seed = p->seed,
		.seconds = p->seconds,
		.wander_ppt = p->wander_ppt,
		.raft = { .heartbeat_ns = p->heartbeat_ns,
			  .election_ns = p->election_ns,
			  .snapshot_entries = SNAPSHOT_ENTRIES },
		.named = p->named ? p->nodes : 0,
		.failed = failed,
		.answered = answered,
		.ctx = t,
		.trace = p->trace,
	};
	vt_rng_init(&r->packets.rng, p->seed, VT_STREAM_NET, 0, 0);
	vt_rng_init(&r->streams.rng, p->seed, VT_STREAM_NET, 1, 0);
	vt_rng_init(&t->rng, p->seed, VT_STREAM_CLIENT, 0, 0);
}

/* What all have agreed upon before the run. */
static struct cs_snap *agreed(const struct cs_plan *p)
{
	struct cl_raft_snapshot snap = { .index = 1, .term = 1 };
	struct cl_member m;
	struct cs_snap *ret;
	struct cl_state s;
	u8 *data;

	if (cl_state_init(&s, CS_CLUSTER_ID))
		errx(2, "no memory for a state");
	for (u32 id = 1; id <= p->nodes; id++) {
		cs_agent_member(id, id <= p->voters, &m);
		cl_roster_put(s.roster, &m);
		if (id <= p->voters)
			s.conf.voter[s.conf.voters++] = id;
	}
	s.epoch = 1;
	data = cl_state_freeze(&s, &snap.len);
	if (!data)
		errx(2, "no memory for a state");
	snap.conf = s.conf;
	snap.data = data;
	ret = cs_snap_copy(&snap);
	free(data);
	cl_state_fini(&s);
	return ret;
}

/* As after all have been switched off. */
static void fill_disks(struct cs_town *t)
{
	struct cs_snap *snap = agreed(t->plan);

	for (u32 id = 1; id <= t->plan->voters; id++) {
		struct cs_image *m = &t->agent[id]->disk.image;

		m->term = snap->raft.term;
		m->snap = snap;
		snap->refs++;
	}
	cs_snap_put(snap);
}

/**
 * cs_town_begin() - the nodes are switched on, the first founds the cluster
 * @t: run, to be filled
 * @plan: of it; has to stay
 */
void cs_town_begin(struct cs_town *t, const struct cs_plan *plan)
{
	*t = (struct cs_town){ .plan = plan, .ids = 1 };
	set_up(t);
	t->truth.heap = &t->realm.heap;
	t->truth.share = plan->plant == CS_PLANT_SMALL_BOUND ? LITTLE : 1;
	t->truth.trusting = plan->plant == CS_PLANT_UNKNOWN_LIAR;
	for (u32 i = 0; i < plan->nodes; i++)
		cs_town_add(t, i < plan->voters ? CS_WANT_VOTER :
						  CS_WANT_FOLLOWER);
	t->agent[FOUNDER]->founder = !plan->named && !plan->founded;
	if (plan->founded)
		fill_disks(t);
	t->operator.run = operate;
	t->look.run = look;
	t->heal.run = heal;
	t->calm.run = calm;
	cs_heap_put(&t->realm.heap, &t->operator, CL_NS_PER_SEC);
	cs_heap_put(&t->realm.heap, &t->look, START_NS);
}

/**
 * cs_town_free() - the end
 * @t: run
 */
void cs_town_free(struct cs_town *t)
{
	for (u32 id = 1; id < t->ids; id++) {
		cs_agent_free(t->agent[id]);
		free(t->house[id]);
	}
	cs_streams_free(&t->realm.streams);
	cs_net_free(&t->realm.packets);
	cs_heap_free(&t->realm.heap);
	free(t->house);
	free(t->agent);
	free(t->truth.view);
}

/**
 * cs_town_pass() - time passes
 * @t: run
 * @ns: so much
 *
 * Return: false if a rule was broken; then it has ended there.
 */
bool cs_town_pass(struct cs_town *t, s64 ns)
{
	struct cs_heap *h = &t->realm.heap;
	s64 end = h->now + ns;

	while (!t->truth.broken && h->event[0]->at <= end) {
		struct cs_event *e = cs_heap_take(h);

		e->run(e);
		t->events++;
	}
	if (!t->truth.broken)
		h->now = end;
	return !t->truth.broken;
}

/**
 * cs_town_await() - time passes until something is so
 * @t: run
 * @is: it
 * @ns: at most so long, else rule CS_RULE_LIVE is broken
 * @what: it in words
 *
 * Return: false if a rule was broken.
 */
bool cs_town_await(struct cs_town *t, bool (*is)(const struct cs_town *t),
		   s64 ns, const char *what)
{
	s64 end = cs_town_now(t) + ns;

	while (!is(t)) {
		if (cs_town_now(t) >= end)
			cs_truth_fail(&t->truth, CS_RULE_LIVE,
				      "not %s in %lld s", what,
				      (long long)(ns / CL_NS_PER_SEC));
		if (!cs_town_pass(t, CS_TRUTH_GRID_NS))
			return false;
	}
	return true;
}

static bool in_place(const struct cs_town *t, const struct cl_state *s, u32 id)
{
	bool member = cl_roster_find(s->roster, id);
	bool votes = cl_raft_conf_votes(&s->conf, id);

	if (t->house[id]->lost || t->house[id]->want == CS_WANT_OUT)
		return !member;
	return member && votes == (t->house[id]->want == CS_WANT_VOTER);
}

/**
 * cs_town_settled() - is all as the operator wants it, and all that run are synced?
 * @t: run
 *
 * Return: true if so; of nodes that lie nothing is expected.
 */
bool cs_town_settled(const struct cs_town *t)
{
	u32 leader = cs_town_leader(t);
	const struct cl_state *s = NULL;

	if (!leader && !t->plan->named)
		return false;
	if (leader)
		s = cs_agent_state(t->agent[leader]);
	for (u32 id = 1; id < t->ids; id++) {
		const struct cs_house *h = t->house[id];

		if (h->agent->liar.lie != CS_LIE_NONE)
			continue;
		if (s && !in_place(t, s, id))
			return false;
		if (h->want != CS_WANT_OUT && !h->lost &&
		    (!cs_agent_awake(h->agent) ||
		     !cs_truth_synced(&t->truth, id)))
			return false;
	}
	return true;
}

/**
 * cs_town_crash() - the power of a node fails
 * @t: run
 * @id: node
 * @back: when it comes back, ns of true time; S64_MAX: never
 */
void cs_town_crash(struct cs_town *t, u32 id, s64 back)
{
	struct cs_house *h = t->house[id];

	cs_agent_halt(h->agent);
	cs_heap_drop(&t->realm.heap, &h->restart);
	if (back != S64_MAX)
		cs_heap_put(&t->realm.heap, &h->restart, back);
}

/**
 * cs_town_kill() - the daemon of a node dies
 * @t: run
 * @id: node
 * @back: when it is started again, ns of true time
 */
void cs_town_kill(struct cs_town *t, u32 id, s64 back)
{
	struct cs_house *h = t->house[id];

	cs_agent_kill(h->agent);
	cs_heap_put(&t->realm.heap, &h->restart, back);
}

/**
 * cs_town_heal() - the network becomes whole again
 * @t: run
 * @at: when, ns of true time
 */
void cs_town_heal(struct cs_town *t, s64 at)
{
	cs_heap_put(&t->realm.heap, &t->heal, at);
}

/**
 * cs_town_calm() - the network goes by its law again
 * @t: run
 * @at: when, ns of true time
 */
void cs_town_calm(struct cs_town *t, s64 at)
{
	cs_heap_put(&t->realm.heap, &t->calm, at);
}

/* Lead in a term that has a leader, or begin a time in the next one. */
static void usurp(struct cs_agent *a, u32 term, bool begin)
{
	struct cl_engine *e = &a->engine.module.engine;
	struct cl_nl_instance inst = { 0 };
	struct cl_nl_clock c = { 0 };
	struct cl_nl_steer s = {
		.have = CL_NL_BIT(STEER_PARENT) | CL_NL_BIT(STEER_TERM) |
			CL_NL_BIT(STEER_ROUND) | CL_NL_BIT(STEER_EXPIRY) |
			CL_NL_BIT(STEER_INTERVAL) | CL_NL_BIT(STEER_GEN) |
			CL_NL_BIT(STEER_BOUND) | CL_NL_BIT(STEER_HARD) |
			CL_NL_BIT(STEER_DRIFT),
		.parent = cs_agent_id(a),
		.term = term + begin,
		.expiry_ns = CL_NS_PER_SEC,
		.interval_ns = 100 * CL_NS_PER_MS,
		.gen = (e->ops->get_instance(e, &inst), inst.gen),
	};

	if (begin) {
		s.have |= CL_NL_BIT(STEER_RAW) | CL_NL_BIT(STEER_TIME) |
			  CL_NL_BIT(STEER_RATE) | CL_NL_BIT(STEER_FORCE);
		e->ops->get_clock(e, &c);
		s.raw_ns = c.raw_ns;
		s.time_ns = c.time_ns;
		s.force = true;
	}
	e->ops->steer(e, &s);
}

/**
 * cs_town_plant() - let the planted fault happen, if it is one that happens
 * @t: run, all are synced
 */
void cs_town_plant(struct cs_town *t)
{
	u32 victim = t->truth.maker == 1 ? 2 : 1;
	struct cs_agent *a = t->agent[victim];

	if (t->plan->plant == CS_PLANT_BACK)
		cs_host_nudge(&a->host, -CS_TRUTH_GRID_NS - NUDGE_NS);
	else if (t->plan->plant == CS_PLANT_STEP)
		cs_host_nudge(&a->host, NUDGE_NS);
	else if (t->plan->plant == CS_PLANT_USURPER ||
		 t->plan->plant == CS_PLANT_UPSTART)
		usurp(a, t->truth.term, t->plan->plant == CS_PLANT_UPSTART);
}
