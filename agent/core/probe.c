// SPDX-License-Identifier: GPL-2.0-or-later
#include "probe.h"

#include <string.h>

#include "agent/nl/schema.h"
#include "kmod/core/fixed.h"
#include "round.h"

#define TURN_MAX (CL_PROBE_PEERS_MAX + CL_PROBE_PINS_MAX)

static s64 now_of(struct cl_probe *p)
{
	return p->io->ops->now(p->io);
}

/* Uniform over 0 .. n - 1, n > 0; the bias of the remainder is below n / 2^64. */
static u64 below(struct cl_probe *p, u64 n)
{
	return p->io->ops->random(p->io) % n;
}

static u32 leader_of(const struct cl_probe *p)
{
	return p->elected ? p->elect : p->inst.leader;
}

static bool is_follower(const struct cl_probe *p)
{
	return p->present && leader_of(p) && leader_of(p) != p->inst.node;
}

/* Its own rounds ask everybody. */
static bool is_leader(const struct cl_probe *p)
{
	return p->present && leader_of(p) == p->inst.node;
}

/* Others than those pinned. */
static bool wants_peers(const struct cl_probe *p)
{
	if (!p->inst.probes)
		return false;
	return p->elected ? cl_nl_state_usable(p->state) : p->leader != 0;
}

static s64 interval_of(const struct cl_probe *p)
{
	return (s64)(p->interval_ns ? p->interval_ns : p->inst.interval_ns);
}

/* Follow nobody. */
static void forget(struct cl_probe *p)
{
	p->leader = 0;
	p->burst = CL_ROUND_NEVER;
	p->turn = CL_ROUND_NEVER;
	p->n = 0;
}

/**
 * cl_probe_init() - begin without an instance
 * @p: the probes
 * @io: the world; must outlive @p
 */
void cl_probe_init(struct cl_probe *p, struct cl_io *io)
{
	memset(p, 0, sizeof(*p));
	p->io = io;
	forget(p);
}

/* Not all nodes at once that have heard the same. */
static void start_burst(struct cl_probe *p)
{
	p->began = now_of(p);
	p->burst = p->began + (s64)below(p, CL_PROBE_BURST_MIN_NS);
}

static bool is_warm(struct cl_probe *p, u32 node)
{
	struct cl_nl_peer peer = { 0 };

	return !p->io->engine->ops->get_peer(p->io->engine, node, &peer) &&
	       peer.ready && peer.exchanges >= CL_PROBE_WARM;
}

static void start_turn(struct cl_probe *p)
{
	if (p->present && !is_leader(p) && p->turn == CL_ROUND_NEVER &&
	    (p->n_pins || wants_peers(p)))
		p->turn = now_of(p);
}

/* Measure whoever was elected; @cold: nothing is known of it. */
static void begin_elected(struct cl_probe *p, bool cold)
{
	p->burst = CL_ROUND_NEVER;
	p->gen_known = false;
	p->listed = false;
	p->leader = is_follower(p) ? p->elect : 0;
	if (is_leader(p))
		forget(p);
	else if (p->leader && (cold || !is_warm(p, p->leader)))
		start_burst(p);
	start_turn(p);
}

/**
 * cl_probe_elect() - who leads
 * @p: the probes
 * @leader: node that was elected; 0: no leader is known
 *
 * From the first call on it is this and not what the settings say.  A session that
 * is warm needs no burst, any other gets one at once.
 */
void cl_probe_elect(struct cl_probe *p, u32 leader)
{
	if (p->elected && p->elect == leader)
		return;
	p->elected = true;
	p->elect = leader;
	if (p->present)
		begin_elected(p, false);
}

/**
 * cl_probe_pin() - peers to be asked in every turn
 * @p: the probes
 * @nodes: node ids, each once; the own one and the leader's do not count
 * @n: how many; those beyond CL_PROBE_PINS_MAX do not count
 */
void cl_probe_pin(struct cl_probe *p, const u32 *nodes, unsigned int n)
{
	p->n_pins = n < CL_PROBE_PINS_MAX ? n : CL_PROBE_PINS_MAX;
	if (n)
		memcpy(p->pins, nodes, p->n_pins * sizeof(*nodes));
	p->listed = false;
	start_turn(p);
}

/* There is no instance any more. */
static void begin(struct cl_probe *p)
{
	const struct cl_probe was = *p;

	cl_probe_init(p, was.io);
	p->elected = was.elected;
	p->elect = was.elect;
	p->n_pins = was.n_pins;
	memcpy(p->pins, was.pins, sizeof(p->pins));
}

/**
 * cl_probe_settings() - settings were read or have changed, or the peers have
 * @p: the probes
 * @inst: all settings; NULL: there is no instance (any more)
 */
void cl_probe_settings(struct cl_probe *p, const struct cl_nl_instance *inst)
{
	bool first = !p->present;

	if (!inst) {
		begin(p);
		return;
	}
	if (first && cl_nl_state_usable(inst->state))
		p->warm = inst->leader;
	p->inst = *inst;
	p->present = true;
	p->state = inst->state;
	p->listed = false;
	if (p->elected && first)
		begin_elected(p, false);
	else if (!p->elected && (!is_follower(p) || inst->leader != p->leader))
		forget(p);
	start_turn(p);
}

/**
 * cl_probe_state() - the state of the clock has changed
 * @p: the probes
 * @state: enum clocklink_state
 */
void cl_probe_state(struct cl_probe *p, u32 state)
{
	p->state = state;
	/* What was measured went with the time. */
	if (state == CLOCKLINK_STATE_VOID ||
	    state == CLOCKLINK_STATE_UNSYNCED) {
		forget(p);
		if (p->elected && p->present)
			begin_elected(p, true);
	}
	start_turn(p);
}

/* Time until the next probe of the leader, ns. */
static s64 burst_interval(const struct cl_probe *p, s64 now)
{
	s64 interval = (now - p->began) / CL_PROBE_BURST_AGE_DIV;

	interval = cl_max_s64(interval, CL_PROBE_BURST_MIN_NS);
	return cl_max_s64(interval,
			  (s64)p->inst.peers * CL_PROBE_BURST_PEER_NS);
}

/* Time between two probes of the same peer, ns. */
static s64 turn_interval(const struct cl_probe *p)
{
	return interval_of(p) * p->inst.probe_every;
}

/* The leader of the settings is obeyed for the first time, or has started anew. */
static void follow_named(struct cl_probe *p, const struct cl_nl_update *u)
{
	p->leader = u->sender;
	p->listed = false;
	/* Whoever has no time has no estimate of the leader either. */
	if (u->sender != p->warm || !cl_nl_state_usable(p->state))
		start_burst(p);
	p->warm = 0;
	if (p->inst.probes || p->n_pins)
		p->turn = now_of(p) + (s64)below(p, u->interval_ns);
}

/**
 * cl_probe_followed() - an update was obeyed
 * @p: the probes
 * @u: the update
 */
void cl_probe_followed(struct cl_probe *p, const struct cl_nl_update *u)
{
	bool same = p->gen_known && u->gen == p->gen;

	if (!is_follower(p) || (p->elected && u->sender != p->leader))
		return;
	p->interval_ns = u->interval_ns;
	if (!p->elected && (u->sender != p->leader || !same))
		follow_named(p, u);
	else if (p->gen_known && !same && !is_warm(p, p->leader))
		start_burst(p);
	p->gen_known = true;
	p->gen = u->gen;
}

static void send_probe(struct cl_probe *p, u32 node)
{
	int err = p->io->engine->ops->send_probe(p->io->engine, node);

	if (err && !p->failing)
		cl_io_log(p->io, CL_IO_WARNING, "cannot probe node %u: %s",
			  node, p->io->engine->error);
	p->failing = err;
}

/**
 * struct choice - the peers of the engine while they are listed
 * @p: the probes
 * @judge: those that have not told their time are to go
 * @renew: one that could stay is to go
 * @kept: bit i: @p->peers[i] stays
 * @sample: others, a uniform sample of all
 * @n: number of @sample
 * @seen: others so far
 */
struct choice {
	struct cl_probe *p;
	bool judge;
	bool renew;
	u32 kept;
	struct cl_probe_peer sample[CL_PROBE_PEERS_MAX];
	unsigned int n;
	u64 seen;
};

/* Reservoir sampling: each of those seen is in it with the same chance. */
static void sample_peer(struct choice *c, const struct cl_probe_peer *peer)
{
	u64 i = c->seen++;

	if (c->n < CL_PROBE_PEERS_MAX) {
		c->sample[c->n++] = *peer;
		return;
	}
	i = below(c->p, i + 1);
	if (i < CL_PROBE_PEERS_MAX)
		c->sample[i] = *peer;
}

static bool is_pinned(const struct cl_probe *p, u32 node)
{
	for (unsigned int i = 0; i < p->n_pins; i++) {
		if (p->pins[i] == node)
			return true;
	}
	return false;
}

static void see_peer(void *ctx, const struct cl_nl_peer *nl)
{
	const struct cl_probe_peer peer = { nl->node, nl->lines };
	struct choice *c = ctx;
	struct cl_probe *p = c->p;

	if (nl->node == p->leader || nl->shadow || is_pinned(p, nl->node))
		return;
	for (unsigned int i = 0; i < p->n; i++) {
		if (p->peers[i].node != nl->node)
			continue;
		if (!c->judge || nl->lines != p->peers[i].lines)
			c->kept |= 1U << i;
		if (c->judge)
			p->peers[i].lines = nl->lines;
		return;
	}
	sample_peer(c, &peer);
}

/* Keep those that are good, fill up with others. */
static void choose(struct cl_probe *p, struct choice *c)
{
	unsigned int n = 0;
	unsigned int i;

	for (i = 0; i < p->n && n < p->inst.probes; i++) {
		if (c->kept & 1U << i)
			p->peers[n++] = p->peers[i];
	}
	if (c->renew && c->n && n == p->inst.probes) {
		i = (unsigned int)below(p, n--);
		p->peers[i] = p->peers[n];
	}
	while (c->n && n < p->inst.probes) {
		i = (unsigned int)below(p, c->n);
		p->peers[n++] = c->sample[i];
		c->sample[i] = c->sample[--c->n];
	}
	p->n = n;
}

/* Choose the peers anew if there are others than before, or their time is up. */
static void list_peers(struct cl_probe *p, s64 now)
{
	struct choice c = {
		.p = p,
		.judge = p->n && now >= p->judge,
		.renew = p->elected && p->n && now >= p->renew,
	};
	int err;

	if (p->listed && now < p->judge && !c.renew)
		return;
	if (c.judge || !p->n)
		p->judge = now + cl_max_s64(CL_PROBE_PATIENCE_TURNS *
						    turn_interval(p),
					    CL_PROBE_PATIENCE_MIN_NS);
	if (c.renew || !p->n)
		p->renew = now + CL_PROBE_RENEW_NS;
	err = p->io->engine->ops->list_peers(p->io->engine, see_peer, &c);
	if (err && !p->failing)
		cl_io_log(p->io, CL_IO_WARNING, "cannot list the peers: %s",
			  p->io->engine->error);
	p->failing = err;
	p->listed = !err;
	if (!err)
		choose(p, &c);
}

/* All that are asked in a turn; there is room for TURN_MAX. */
static unsigned int list_turn(const struct cl_probe *p, u32 *nodes)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < p->n; i++)
		nodes[n++] = p->peers[i].node;
	for (unsigned int i = 0; i < p->n_pins; i++) {
		if (p->pins[i] != p->inst.node && p->pins[i] != p->leader)
			nodes[n++] = p->pins[i];
	}
	return n;
}

static void run_burst(struct cl_probe *p, s64 now)
{
	s64 interval = burst_interval(p, now);

	send_probe(p, p->leader);
	p->burst += interval;
	/* Those that were slept through are not made up for. */
	if (p->burst <= now)
		p->burst = now + interval;
	if (interval >= interval_of(p))
		p->burst = CL_ROUND_NEVER;
}

/* They are chosen anew when some are wanted again. */
static void forget_peers(struct cl_probe *p)
{
	p->n = 0;
	p->listed = false;
}

/* One peer after the other, evenly spread. */
static void run_turn(struct cl_probe *p, s64 now)
{
	u32 nodes[TURN_MAX];
	unsigned int n;
	s64 interval;

	if (wants_peers(p))
		list_peers(p, now);
	else
		forget_peers(p);
	if (!p->n_pins && !wants_peers(p)) {
		p->turn = CL_ROUND_NEVER;
		return;
	}
	n = list_turn(p, nodes);
	if (n)
		send_probe(p, nodes[p->next++ % n]);
	interval = turn_interval(p) / cl_max_s64(n, 1);
	p->turn += interval;
	if (p->turn <= now)
		p->turn = now + interval;
}

/**
 * cl_probe_deadline() - when to call cl_probe_run()
 * @p: the probes
 *
 * Return: instant in io time, CL_ROUND_NEVER if only events matter.
 */
s64 cl_probe_deadline(const struct cl_probe *p)
{
	return cl_min_s64(p->burst, p->turn);
}

/**
 * cl_probe_run() - do what is due
 * @p: the probes
 *
 * To be called at the deadline; later or earlier does no harm.
 */
void cl_probe_run(struct cl_probe *p)
{
	s64 now = now_of(p);

	if (now >= p->burst)
		run_burst(p, now);
	if (now >= p->turn)
		run_turn(p, now);
}
