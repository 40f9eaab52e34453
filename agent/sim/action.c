// SPDX-License-Identifier: GPL-2.0-or-later
#include "cluster.h"

#define VOTERS_MIN 1
#define LEARNERS_MAX 3
#define SHORT_NS (10 * CL_NS_PER_MS)

static struct cs_slot *pick(struct cs_cluster *c, const struct cs_action *a,
			    u32 random)
{
	struct cs_node *leader = cs_cluster_leader(c);
	u32 n = 0;

	if (a->leader && leader && random == a->a)
		return &c->slot[leader->id];
	for (u32 i = 1; i < c->ids; i++)
		n += cs_node_awake(c->slot[i].node);
	if (!n)
		return NULL;
	n = random % n;
	for (u32 i = 1; i < c->ids; i++)
		if (cs_node_awake(c->slot[i].node) && !n--)
			return &c->slot[i];
	return NULL;
}

static s64 after(struct cs_cluster *c, s64 len)
{
	return c->world.heap.now + len;
}

static u32 wanted(const struct cs_cluster *c, enum cs_wish wish)
{
	u32 n = 0;

	for (u32 i = 1; i < c->ids; i++)
		n += c->slot[i].wish == wish;
	return n;
}

static bool crash(struct cs_cluster *c, struct cs_slot *s,
		  const struct cs_action *a)
{
	cs_node_crash(s->node);
	cs_heap_put(&c->world.heap, &s->restart, after(c, a->len_ns));
	return true;
}

static bool wipe(struct cs_cluster *c, struct cs_slot *s,
		 const struct cs_action *a)
{
	if (c->ids == CS_IDS || !cs_operator_spares(c, s->node->id))
		return false;
	cs_node_crash(s->node);
	s->node->lost = true;
	cs_heap_put(&c->world.heap, &s->replace, after(c, a->len_ns));
	return true;
}

static bool power(struct cs_cluster *c, struct cs_slot *s,
		  const struct cs_action *a)
{
	(void)s;
	for (u32 i = 1; i < c->ids; i++) {
		if (!c->slot[i].node->raft)
			continue;
		cs_node_crash(c->slot[i].node);
		cs_heap_put(&c->world.heap, &c->slot[i].restart,
			    after(c, (s64)((double)a->len_ns *
					   vt_rng_uniform(&c->rng))));
	}
	return true;
}

/* Who starts must keep what it promised the leader before. */
static bool others(struct cs_cluster *c, struct cs_slot *s,
		   const struct cs_action *a)
{
	(void)s;
	(void)a;
	for (u32 i = 1; i < c->ids; i++) {
		struct cs_node *n = c->slot[i].node;

		if (!cs_node_awake(n) ||
		    cl_raft_role(n->raft) != CL_RAFT_FOLLOWER)
			continue;
		cs_node_crash(n);
		cs_heap_put(&c->world.heap, &c->slot[i].restart,
			    after(c, (s64)((double)SHORT_NS *
					   vt_rng_uniform(&c->rng))));
	}
	return true;
}

static bool rest(struct cs_cluster *c, struct cs_slot *s,
		 const struct cs_action *a)
{
	cs_node_sleep(s->node, after(c, a->len_ns), a->kind == CS_FREEZE);
	return true;
}

/* Whatever parts the net ends with the last that does. */
static void heal_after(struct cs_cluster *c, const struct cs_action *a)
{
	cs_heap_put(&c->world.heap, &c->heal, after(c, a->len_ns));
}

static bool part(struct cs_cluster *c, struct cs_slot *s,
		 const struct cs_action *a)
{
	(void)s;
	for (u32 i = 1; i < c->ids; i++)
		cs_net_part(&c->world.net, i, a->b >> (i % 32) & 1);
	heal_after(c, a);
	return true;
}

static bool isolate(struct cs_cluster *c, struct cs_slot *s,
		    const struct cs_action *a)
{
	cs_net_part(&c->world.net, s->node->id, 2);
	heal_after(c, a);
	return true;
}

static bool one_way(struct cs_cluster *c, struct cs_slot *s,
		    const struct cs_action *a)
{
	struct cs_slot *to = pick(c, a, a->b);

	if (!to || to == s)
		return false;
	cs_net_cut(&c->world.net, s->node->id, to->node->id,
		   a->share < 0.5 ? 1 : a->share);
	heal_after(c, a);
	return true;
}

static bool deaf(struct cs_cluster *c, struct cs_slot *s,
		 const struct cs_action *a)
{
	for (u32 i = 1; i < c->ids; i++)
		cs_net_cut(&c->world.net, i, s->node->id, 1);
	heal_after(c, a);
	return true;
}

static bool weather(struct cs_cluster *c, struct cs_slot *s,
		    const struct cs_action *a)
{
	struct cs_law *law = &c->world.net.law;

	(void)s;
	if (a->kind == CS_LOSS)
		law->loss = a->share / 2;
	else if (a->kind == CS_TWICE)
		law->twice = a->share;
	else
		law->late = a->share;
	law->late_ns = a->len_ns / 8;
	cs_heap_put(&c->world.heap, &c->calm, after(c, a->len_ns));
	return true;
}

static bool turn(struct cs_cluster *c, struct cs_slot *s,
		 const struct cs_action *a)
{
	s64 ppb = s->node->clock.ppb;
	s64 max = c->world.schedule->rate_ppb;

	if (a->kind == CS_JUMP)
		cs_node_turn(s->node, a->len_ns, ppb);
	else
		cs_node_turn(s->node, 0, a->b % (u64)(2 * max) - max);
	return true;
}

static bool full(struct cs_cluster *c, struct cs_slot *s,
		 const struct cs_action *a)
{
	s->node->disk.full = true;
	cs_heap_put(&c->world.heap, &s->space, after(c, a->len_ns));
	return true;
}

static bool stall(struct cs_cluster *c, struct cs_slot *s,
		  const struct cs_action *a)
{
	cs_disk_stall(&s->node->disk, after(c, a->len_ns));
	return true;
}

/* Some are learners for longer; all who come need room among them. */
static bool learns(const struct cs_cluster *c, const struct cs_action *a)
{
	return a->share < 0.1 && wanted(c, CS_LEARNER) < LEARNERS_MAX;
}

/* A new one, or one that was made a learner votes again. */
static bool join(struct cs_cluster *c, struct cs_slot *s,
		 const struct cs_action *a)
{
	(void)s;
	if (wanted(c, CS_VOTER) == CL_RAFT_VOTERS_MAX)
		return false;
	for (u32 i = 1; i < c->ids; i++)
		if (c->slot[i].wish == CS_LEARNER) {
			c->slot[i].wish = CS_VOTER;
			return true;
		}
	if (c->ids == CS_IDS)
		return false;
	cs_cluster_add(c, learns(c, a) ? CS_LEARNER : CS_VOTER);
	return true;
}

static bool leave(struct cs_cluster *c, struct cs_slot *s,
		  const struct cs_action *a)
{
	if (s->wish != CS_VOTER || wanted(c, CS_VOTER) <= VOTERS_MIN)
		return false;
	s->wish = learns(c, a) ? CS_LEARNER : CS_GONE;
	return true;
}

static bool transfer(struct cs_cluster *c, struct cs_slot *s,
		     const struct cs_action *a)
{
	struct cs_node *leader = cs_cluster_leader(c);

	return leader &&
	       cs_node_transfer(leader, a->share < 0.3 ? 0 : s->node->id);
}

static bool distrust(struct cs_cluster *c, struct cs_slot *s,
		     const struct cs_action *a)
{
	struct cs_node *leader = cs_cluster_leader(c);

	(void)s;
	if (!leader)
		return false;
	c->distrusted = cl_raft_term(leader->raft);
	/* Who is to be deposed has no lease that others would respect. */
	cs_node_void_leases(&c->world, c->world.heap.now);
	for (u32 i = 1; i < c->ids; i++)
		if (cs_node_awake(c->slot[i].node) && a->b >> (i % 32) & 1)
			cs_node_distrust(c->slot[i].node, c->distrusted);
	return true;
}

static bool (*const does[CS_ACTIONS])(struct cs_cluster *c, struct cs_slot *s,
				      const struct cs_action *a) = {
	[CS_CRASH] = crash,	  [CS_WIPE] = wipe,
	[CS_POWER] = power,	  [CS_OTHERS] = others,
	[CS_PAUSE] = rest,	  [CS_FREEZE] = rest,
	[CS_PART] = part,	  [CS_ISOLATE] = isolate,
	[CS_ONE_WAY] = one_way,	  [CS_DEAF] = deaf,
	[CS_LOSS] = weather,	  [CS_TWICE] = weather,
	[CS_LATE] = weather,	  [CS_JUMP] = turn,
	[CS_RATE] = turn,	  [CS_FULL] = full,
	[CS_STALL] = stall,	  [CS_JOIN] = join,
	[CS_LEAVE] = leave,	  [CS_TRANSFER] = transfer,
	[CS_DISTRUST] = distrust,
};

/**
 * cs_action_do() - let something of the schedule happen, if it can
 * @c: run
 * @a: what
 */
void cs_action_do(struct cs_cluster *c, const struct cs_action *a)
{
	struct cs_slot *s = pick(c, a, a->a);

	if (!s)
		return;
	cs_trace(&c->world, "action: %s, node %u, %lld ns, %.3f",
		 cs_action_name(a->kind), s->node->id, (long long)a->len_ns,
		 a->share);
	c->world.counts.actions[a->kind] += does[a->kind](c, s, a);
}
