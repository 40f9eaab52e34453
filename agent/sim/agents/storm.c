// SPDX-License-Identifier: GPL-2.0-or-later
#include "storm.h"

#include "../schedule.h"
#include "agent/core/raft_conf.h"
#include "kmod/core/fixed.h"

/*
 * When all faults have ended, all that can is well by itself after so long; the rest so
 * long after operators have done what only they can.
 */
#define PATIENCE_NS (30 * CL_NS_PER_SEC)
#define WELL_NS (90 * CL_NS_PER_SEC)

/**
 * struct storm - a run
 * @town: where
 * @schedule: what happens
 * @done: what could be done, by kind
 */
struct storm {
	struct cs_town *town;
	struct cs_schedule schedule;
	u32 done[CS_ACTIONS];
};

static bool alive(const struct cs_house *h)
{
	return cs_agent_awake(h->agent) && !h->lost;
}

static u32 pick(const struct storm *s, const struct cs_action *a, u32 random)
{
	const struct cs_town *t = s->town;
	u32 leader = cs_town_leader(t), n = 0;

	if (a->leader && leader && random == a->a)
		return leader;
	for (u32 i = 1; i < t->ids; i++)
		n += alive(t->house[i]);
	if (!n)
		return 0;
	n = random % n;
	for (u32 i = 1; i < t->ids; i++)
		if (alive(t->house[i]) && !n--)
			return i;
	return 0;
}

static s64 after(const struct storm *s, const struct cs_action *a)
{
	return cs_town_now(s->town) + a->len_ns;
}

static bool crash(struct storm *s, u32 id, const struct cs_action *a)
{
	cs_town_crash(s->town, id, after(s, a));
	return true;
}

/* All voters but this one are there, and know that they are the voters. */
static bool spares(const struct cs_town *t, u32 id)
{
	u32 voters = 0;

	for (u32 i = 1; i < t->ids; i++) {
		const struct cs_house *h = t->house[i];
		const struct cl_state *s;

		if (h->lost || h->want != CS_WANT_VOTER)
			continue;
		s = cs_agent_awake(h->agent) ? cs_agent_state(h->agent) : NULL;
		if (!s || !cl_raft_conf_votes(&s->conf, i))
			return false;
		for (u32 k = 1; k < t->ids; k++)
			if (t->house[k]->lost && cl_raft_conf_has(&s->conf, k))
				return false;
		voters++;
	}
	return voters > 3 || t->house[id]->want != CS_WANT_VOTER;
}

/* A node goes for good, and another one comes for it. */
static void replace(struct cs_town *t, u32 id)
{
	struct cs_house *h = t->house[id];
	enum cs_want want = h->want;

	cs_town_crash(t, id, S64_MAX);
	h->lost = true;
	h->want = CS_WANT_OUT;
	cs_town_add(t, want);
}

/* Who has lost its disk has lost its promises. */
static bool wipe(struct storm *s, u32 id, const struct cs_action *a)
{
	(void)a;
	if (!spares(s->town, id) || s->town->house[id]->want == CS_WANT_OUT)
		return false;
	replace(s->town, id);
	return true;
}

static bool power(struct storm *s, u32 id, const struct cs_action *a)
{
	struct cs_town *t = s->town;

	(void)id;
	for (u32 i = 1; i < t->ids; i++)
		if (t->agent[i]->core && !t->house[i]->lost)
			cs_town_crash(t, i,
				      cs_town_now(t) +
					      (s64)((double)a->len_ns *
						    vt_rng_uniform(&t->rng)));
	return true;
}

static bool rest(struct storm *s, u32 id, const struct cs_action *a)
{
	if (a->kind == CS_PAUSE)
		cs_agent_pause(s->town->agent[id], after(s, a));
	else
		cs_agent_suspend(s->town->agent[id], after(s, a));
	return true;
}

static bool part(struct storm *s, u32 id, const struct cs_action *a)
{
	struct cs_town *t = s->town;
	struct cs_net *n = &t->realm.packets;

	for (u32 i = 1; i < t->ids; i++) {
		if (a->kind == CS_PART)
			cs_net_part(n, i, a->b >> (i % 32) & 1);
		else if (a->kind == CS_DEAF)
			cs_net_cut(n, i, id, 1);
	}
	if (a->kind == CS_ISOLATE)
		cs_net_part(n, id, 2);
	cs_town_heal(t, after(s, a));
	return true;
}

static bool one_way(struct storm *s, u32 id, const struct cs_action *a)
{
	u32 to = pick(s, a, a->b);

	if (!to || to == id)
		return false;
	cs_net_cut(&s->town->realm.packets, id, to,
		   a->share < 0.5 ? 1 : a->share);
	cs_town_heal(s->town, after(s, a));
	return true;
}

static bool weather(struct storm *s, u32 id, const struct cs_action *a)
{
	struct cs_law *law = &s->town->realm.packets.law;

	(void)id;
	if (a->kind == CS_LOSS)
		law->loss = a->share / 2;
	else if (a->kind == CS_TWICE)
		law->twice = a->share;
	else
		law->late = a->share;
	law->late_ns = a->len_ns / 8;
	cs_town_calm(s->town, after(s, a));
	return true;
}

static bool full(struct storm *s, u32 id, const struct cs_action *a)
{
	struct cs_house *h = s->town->house[id];

	h->agent->disk.full = true;
	cs_heap_put(&s->town->realm.heap, &h->space, after(s, a));
	return true;
}

static bool stall(struct storm *s, u32 id, const struct cs_action *a)
{
	cs_disk_stall(&s->town->agent[id]->disk, after(s, a));
	return true;
}

static u32 wanted(const struct cs_town *t, enum cs_want want)
{
	u32 n = 0;

	for (u32 i = 1; i < t->ids; i++)
		n += t->house[i]->want == want;
	return n;
}

static bool join(struct storm *s, u32 id, const struct cs_action *a)
{
	struct cs_town *t = s->town;
	bool voter = a->b % 2 && wanted(t, CS_WANT_VOTER) < CL_RAFT_VOTERS_MAX;

	(void)id;
	cs_town_add(t, voter ? CS_WANT_VOTER : CS_WANT_FOLLOWER);
	return true;
}

static bool leave(struct storm *s, u32 id, const struct cs_action *a)
{
	struct cs_town *t = s->town;

	(void)a;
	if (t->house[id]->want == CS_WANT_OUT ||
	    (t->house[id]->want == CS_WANT_VOTER &&
	     wanted(t, CS_WANT_VOTER) < 3))
		return false;
	t->house[id]->want = CS_WANT_OUT;
	return true;
}

static bool transfer(struct storm *s, u32 id, const struct cs_action *a)
{
	(void)a;
	return !cs_agent_act(s->town->agent[id], CL_CLUSTER_LEAD, 0, id);
}

static bool (*const does[CS_ACTIONS])(struct storm *s, u32 id,
				      const struct cs_action *a) = {
	[CS_CRASH] = crash,	[CS_WIPE] = wipe,    [CS_POWER] = power,
	[CS_PAUSE] = rest,	[CS_FREEZE] = rest,  [CS_JUMP] = rest,
	[CS_PART] = part,	[CS_ISOLATE] = part, [CS_DEAF] = part,
	[CS_ONE_WAY] = one_way, [CS_LOSS] = weather, [CS_TWICE] = weather,
	[CS_LATE] = weather,	[CS_FULL] = full,    [CS_STALL] = stall,
	[CS_JOIN] = join,	[CS_LEAVE] = leave,  [CS_TRANSFER] = transfer,
};

static bool act(struct storm *s, const struct cs_action *a)
{
	u32 id;

	if (!does[a->kind])
		return true;
	id = pick(s, a, a->a);
	if (s->town->realm.trace)
		fprintf(s->town->realm.trace,
			"%lld.%06lld action %s node %u, %lld ns\n",
			(long long)(cs_town_now(s->town) / CL_NS_PER_SEC),
			(long long)(cs_town_now(s->town) % CL_NS_PER_SEC /
				    1000),
			cs_action_name(a->kind), id, (long long)a->len_ns);
	if (id)
		s->done[a->kind] += does[a->kind](s, id, a);
	return true;
}

/* All faults end; who sleeps is woken by a restart. */
static void end(struct storm *s)
{
	struct cs_town *t = s->town;

	cs_town_heal(t, cs_town_now(t));
	cs_town_calm(t, cs_town_now(t));
	for (u32 i = 1; i < t->ids; i++) {
		struct cs_house *h = t->house[i];

		h->agent->disk.full = false;
		h->agent->disk.stalled_until = cs_town_now(t);
		if (!h->lost && !cs_agent_awake(h->agent))
			cs_town_crash(t, i, cs_town_now(t));
	}
}

/* Does it know a voter of those that the leader knows? */
static bool knows_a_voter(const struct cl_state *own, const struct cl_state *s)
{
	for (u32 i = 0; i < s->conf.voters; i++)
		if (cl_raft_conf_votes(&own->conf, s->conf.voter[i]))
			return true;
	return false;
}

/*
 * Who was away while all voters were replaced believes none of those of now: an operator
 * has to empty its disk and to join it again.  How many there were.
 */
static unsigned int replace_strangers(struct cs_town *t)
{
	u32 leader = cs_town_leader(t), ids = t->ids;
	const struct cl_state *s, *own;
	unsigned int n = 0;

	s = leader ? cs_agent_state(t->agent[leader]) : NULL;
	for (u32 id = 1; s && id < ids; id++) {
		const struct cs_house *h = t->house[id];

		if (h->lost || h->want == CS_WANT_OUT ||
		    !cs_agent_awake(h->agent))
			continue;
		own = cs_agent_state(h->agent);
		if (!own || !own->epoch || knows_a_voter(own, s))
			continue;
		replace(t, id);
		n++;
	}
	return n;
}

/* Operators have some patience. */
static bool become_well(struct cs_town *t, unsigned int *strangers)
{
	s64 end = cs_town_now(t) + PATIENCE_NS;

	while (!cs_town_settled(t) && cs_town_now(t) < end)
		if (!cs_town_pass(t, CS_TRUTH_GRID_NS))
			return false;
	if (!cs_town_settled(t))
		*strangers = replace_strangers(t);
	return cs_town_await(t, cs_town_settled, WELL_NS,
			     "settled after all faults");
}

/**
 * cs_storm_run() - let faults happen, then end
 * @trial: for how long, at most as the schedule says
 * @t: run, synced
 *
 * Return: false if a rule was broken.
 */
bool cs_storm_run(const struct cs_trial *trial, struct cs_town *t)
{
	struct storm s = { .town = t };
	s64 began = cs_town_now(t);
	unsigned int strangers = 0;
	bool ok = true;

	cs_schedule_draw(&s.schedule, t->plan->seed);
	for (size_t i = 0; ok && i < s.schedule.actions; i++) {
		const struct cs_action *a = &s.schedule.action[i];

		if (a->at > trial->time_ns)
			break;
		ok = cs_town_pass(t, began + a->at - cs_town_now(t)) &&
		     act(&s, a);
	}
	if (ok) {
		end(&s);
		ok = become_well(t, &strangers);
	}
	printf(", \"restarts\": %llu, \"strangers\": %u, \"actions\": {",
	       (unsigned long long)t->restarts, strangers);
	for (int k = 0; k < CS_ACTIONS; k++)
		printf("%s\"%s\": %u", k ? ", " : "", cs_action_name(k),
		       s.done[k]);
	printf("}");
	cs_schedule_free(&s.schedule);
	return ok;
}
