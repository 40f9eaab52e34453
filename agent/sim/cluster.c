// SPDX-License-Identifier: GPL-2.0-or-later
#include "cluster.h"

#include "memory.h"

#define OPERATOR_NS (50 * CL_NS_PER_MS)
/* A supervisor starts a node again that gave up. */
#define SUPERVISOR_NS (500 * CL_NS_PER_MS)
/* After all faults have gone so long, a last entry comes; so long it has to spread. */
#define HEALED_NS (5 * CL_NS_PER_SEC)
#define SPREAD_NS (2 * CL_NS_PER_SEC)

#define SMALL_BYTES 128
#define FOUNDER 1
#define QUIET_NS (100 * CL_NS_PER_MS)

/**
 * cs_cluster_leader() - who leads
 * @c: run
 *
 * Return: of those that think so the one with the highest term; NULL: nobody.
 */
struct cs_node *cs_cluster_leader(const struct cs_cluster *c)
{
	struct cs_node *best = NULL;

	for (u32 i = 1; i < c->ids; i++) {
		struct cs_node *n = c->slot[i].node;

		if (cs_node_leads(n) &&
		    (!best || cl_raft_term(n->raft) > cl_raft_term(best->raft)))
			best = n;
	}
	return best;
}

static void restart(struct cs_event *e)
{
	struct cs_slot *s = cs_of(e, struct cs_slot, restart);

	cs_node_crash(s->node);
	if (s->node->lost)
		return;
	/* Nothing on the disk of the founder: there is no cluster yet. */
	if (s->cluster->world.schedule->founded && s->node->id == FOUNDER &&
	    !s->node->disk.image.snap)
		cs_node_found(s->node);
	else
		cs_node_start(s->node);
}

static void space(struct cs_event *e)
{
	cs_of(e, struct cs_slot, space)->node->disk.full = false;
}

static void replace(struct cs_event *e)
{
	struct cs_slot *s = cs_of(e, struct cs_slot, replace);

	if (s->wish != CS_GONE && s->cluster->ids < CS_IDS)
		cs_cluster_add(s->cluster, s->wish);
	s->wish = CS_GONE;
}

static struct cs_slot *new_slot(struct cs_cluster *c, enum cs_wish wish)
{
	struct cs_slot *s = &c->slot[c->ids];

	s->cluster = c;
	s->node = cs_node_new(&c->world, c->ids);
	s->wish = wish;
	s->restart.run = restart;
	s->space.run = space;
	s->replace.run = replace;
	c->ids++;
	return s;
}

/**
 * cs_cluster_add() - a new node with an empty disk
 * @c: run with less than CS_IDS nodes
 * @wish: what the operator wants of it
 *
 * Return: its slot; it runs.
 */
struct cs_slot *cs_cluster_add(struct cs_cluster *c, enum cs_wish wish)
{
	struct cs_slot *s = new_slot(c, wish);

	cs_node_start(s->node);
	return s;
}

static s64 asleep(void *ctx, u32 id)
{
	const struct cs_cluster *c = ctx;

	return c->slot[id].node->asleep_until;
}

static void arrive(void *ctx, const struct cs_packet *p)
{
	struct cs_cluster *c = ctx;

	cs_node_receive(c->slot[p->to].node, p);
}

static void failed(struct cs_world *w, struct cs_node *n)
{
	struct cs_cluster *c = cs_of(w, struct cs_cluster, world);
	struct cs_slot *s = &c->slot[n->id];

	if (s->restart.place)
		return;
	w->counts.failures++;
	cs_heap_put(&w->heap, &s->restart,
		    w->heap.now +
			    (s64)((double)SUPERVISOR_NS * vt_rng_exp(&c->rng)));
}

static void next_action(struct cs_cluster *c)
{
	const struct cs_schedule *s = c->world.schedule;

	if (c->next < s->actions && c->phase == CS_FAULTY)
		cs_heap_put(&c->world.heap, &c->action, s->action[c->next].at);
}

static void action(struct cs_event *e)
{
	struct cs_cluster *c = cs_of(e, struct cs_cluster, action);

	cs_action_do(c, &c->world.schedule->action[c->next++]);
	next_action(c);
}

static u32 draw_len(struct cs_cluster *c)
{
	u64 max = vt_rng_uniform(&c->rng) < 0.01 ? CL_RAFT_DATA_MAX :
						   SMALL_BYTES;

	return (u32)(sizeof(u64) +
		     vt_rng_next(&c->rng) % (max - sizeof(u64) + 1));
}

/*
 * A log that is cut as soon as possible, under a load that fills it as fast as the
 * network is, leaves no time to catch up: in the end the load is small.
 */
static s64 interval(const struct cs_cluster *c)
{
	s64 ns = c->world.schedule->propose_ns;

	return c->phase == CS_FAULTY || ns > QUIET_NS ? ns : QUIET_NS;
}

static void propose(struct cs_event *e)
{
	struct cs_cluster *c = cs_of(e, struct cs_cluster, client);
	u32 id = 1 + (u32)(vt_rng_next(&c->rng) % (c->ids - 1));
	struct cs_node *n = c->slot[id].node;
	struct cs_node *leader = cs_cluster_leader(c);

	/* Also with those that once led, or never. */
	if (leader && (!cs_node_leads(n) || vt_rng_uniform(&c->rng) < 0.5) &&
	    vt_rng_uniform(&c->rng) < 0.95)
		n = leader;
	if (cs_node_awake(n))
		cs_node_propose(n, ++c->token, draw_len(c));
	cs_heap_put(&c->world.heap, e,
		    c->world.heap.now +
			    (s64)((double)interval(c) * vt_rng_exp(&c->rng)));
}

static void operate(struct cs_event *e)
{
	struct cs_cluster *c = cs_of(e, struct cs_cluster, operator);

	cs_operator_step(c);
	cs_heap_put(&c->world.heap, e, c->world.heap.now + OPERATOR_NS);
}

static void heal(struct cs_event *e)
{
	struct cs_cluster *c = cs_of(e, struct cs_cluster, heal);

	cs_trace(&c->world, "net: healed");
	cs_net_heal(&c->world.net);
}

static void calm(struct cs_event *e)
{
	struct cs_cluster *c = cs_of(e, struct cs_cluster, calm);

	c->world.net.law = c->world.schedule->law;
}

/* All faults end; who sleeps is woken by a restart, all hear of a liar. */
static void heal_all(struct cs_cluster *c)
{
	struct cs_heap *h = &c->world.heap;

	cs_heap_put(h, &c->heal, h->now);
	cs_heap_put(h, &c->calm, h->now);
	cs_heap_drop(h, &c->action);
	cs_node_void_leases(&c->world, h->now);
	for (u32 i = 1; i < c->ids; i++) {
		struct cs_slot *s = &c->slot[i];

		s->node->disk.full = false;
		s->node->disk.stalled_until = h->now;
		if (s->replace.place)
			cs_heap_put(h, &s->replace, h->now);
		if (s->node->asleep_until > h->now)
			cs_node_crash(s->node);
		if (!s->node->raft || s->node->error)
			cs_heap_put(h, &s->restart, h->now);
		else if (c->distrusted)
			cs_node_distrust(s->node, c->distrusted);
	}
	if (c->world.fault != CS_FAULT_UNHEALED)
		return;
	cs_heap_drop(h, &c->heal);
	for (u32 i = 1; i < c->ids; i++)
		cs_net_part(&c->world.net, i, (u8)i);
}

static void ask_last(struct cs_cluster *c)
{
	struct cs_node *leader = cs_cluster_leader(c);

	cs_heap_drop(&c->world.heap, &c->client);
	cs_heap_drop(&c->world.heap, &c->operator);
	if (!leader) {
		cs_check_fail(&c->world.checks, CS_LIVENESS, "nobody leads");
		return;
	}
	if (!cs_operator_done(c, leader))
		cs_check_fail(&c->world.checks, CS_LIVENESS,
			      "members are not what was wanted");
	leader->asked_count = 0;
	if (!cs_node_propose(leader, ++c->token, SMALL_BYTES))
		cs_check_fail(&c->world.checks, CS_LIVENESS,
			      "node %u leads but takes no entry", leader->id);
	c->last = cl_raft_last(leader->raft);
}

static void check_last(struct cs_cluster *c)
{
	for (u32 i = 1; i < c->ids; i++) {
		const struct cs_node *n = c->slot[i].node;

		if (c->slot[i].wish != CS_GONE && n->machine.index < c->last)
			cs_check_fail(&c->world.checks, CS_LIVENESS,
				      "node %u: entry %llu, not %llu", n->id,
				      (unsigned long long)n->machine.index,
				      (unsigned long long)c->last);
	}
	cs_check_end(&c->world.checks);
}

static void step(struct cs_event *e)
{
	struct cs_cluster *c = cs_of(e, struct cs_cluster, step);
	s64 len = HEALED_NS;

	if (c->phase == CS_FAULTY) {
		heal_all(c);
	} else if (c->phase == CS_HEALED) {
		ask_last(c);
		len = SPREAD_NS;
	} else {
		check_last(c);
	}
	c->phase++;
	cs_heap_put(&c->world.heap, e, c->world.heap.now + len);
}

static void begin(struct cs_cluster *c)
{
	const struct cs_schedule *s = c->world.schedule;
	struct cl_raft_conf conf = { .voters = 0 };

	for (u32 i = 1; i <= s->nodes; i++) {
		new_slot(c, CS_VOTER);
		conf.voter[conf.voters++] = i;
	}
	for (u32 i = 1; i <= s->nodes; i++) {
		struct cs_node *n = c->slot[i].node;

		if (!s->founded)
			cs_node_begin(n, &conf);
		if (s->founded && i == FOUNDER)
			cs_node_found(n);
		else
			cs_node_start(n);
	}
}

static void set_up(struct cs_cluster *c, const struct cs_schedule *s)
{
	struct cs_heap *h = &c->world.heap;

	c->ids = 1;
	c->world.schedule = s;
	c->world.failed = failed;
	c->world.checks.heap = h;
	c->world.net.heap = h;
	c->world.net.law = s->law;
	c->world.net.asleep = asleep;
	c->world.net.arrive = arrive;
	c->world.net.ctx = c;
	vt_rng_init(&c->world.net.rng, s->seed, VT_STREAM_NET, 0, 0);
	vt_rng_init(&c->rng, s->seed, VT_STREAM_CLIENT, 0, 0);
	c->action.run = action;
	c->client.run = propose;
	c->operator.run = operate;
	c->heal.run = heal;
	c->calm.run = calm;
	c->step.run = step;
	begin(c);
	cs_heap_put(h, &c->client, 0);
	cs_heap_put(h, &c->operator, 0);
	cs_heap_put(h, &c->step, s->duration_ns);
	next_action(c);
}

/**
 * cs_cluster_run() - run to the end, or until an invariant is broken
 * @c: run: zeroed, but for the planted fault, the trace and the invariants wanted
 * @s: schedule
 */
void cs_cluster_run(struct cs_cluster *c, const struct cs_schedule *s)
{
	struct cs_world *w = &c->world;
	struct cs_event *e;

	set_up(c, s);
	while (c->phase != CS_OVER && !w->checks.broken) {
		e = cs_heap_take(&w->heap);
		e->run(e);
		cs_check_leases(&w->checks);
		w->counts.events++;
	}
	w->counts.lost = w->net.lost;
	w->counts.committed = w->checks.history.committed;
	for (size_t i = 0; i < w->checks.history.terms; i++)
		w->counts.elections += w->checks.history.term[i].leader != 0;
}

/**
 * cs_cluster_free() - the end
 * @c: run
 */
void cs_cluster_free(struct cs_cluster *c)
{
	for (u32 i = 1; i < c->ids; i++)
		cs_node_free(c->slot[i].node);
	cs_net_free(&c->world.net);
	cs_heap_free(&c->world.heap);
	cs_checks_free(&c->world.checks);
}
