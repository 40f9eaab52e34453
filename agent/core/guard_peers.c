// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The peers that a guard compares with: which of them count, and how fast their
 * oscillators run.
 */
#include <math.h>
#include <string.h>

#include "agent/nl/schema.h"
#include "guard_look.h"
#include "kmod/core/fixed.h"

/* Oscillators of others. */
#define PACED (CL_PACE_SOURCES - 1)

static bool is_good(const struct cl_guard_look *l, const struct cl_nl_peer *p)
{
	return p->node != l->u->sender && p->ready && !p->shadow &&
	       cl_nl_has(p, PEER_AHEAD) && p->ahead_age_ns <= l->fresh_ns &&
	       cl_nl_state_usable(p->state) &&
	       !cl_state_isolated(l->g->state, p->node);
}

static struct cl_guard_peer *lookup(struct cl_guard *g, u32 node)
{
	for (unsigned int i = 0; i < g->n_known; i++) {
		if (g->known[i].node == node)
			return &g->known[i];
	}
	return NULL;
}

/* Room for one more, if need be that of the one that was lost first. */
static struct cl_guard_peer *add(struct cl_guard *g)
{
	struct cl_guard_peer *first = NULL;

	if (g->n_known < CL_GUARD_KNOWN)
		return &g->known[g->n_known++];
	for (unsigned int i = 0; i < CL_GUARD_KNOWN; i++) {
		struct cl_guard_peer *k = &g->known[i];

		if (!k->good && (!first || k->lost < first->lost))
			first = k;
	}
	if (first && first->paced)
		cl_pace_forget(&g->pace, first->node);
	return first;
}

/**
 * struct listing - the peers while they are listed
 * @l: what there is to see
 * @seen: bit i: known[i] is good
 * @n: peers that count, so far
 */
struct listing {
	struct cl_guard_look *l;
	u64 seen;
	u64 n;
};

/* Each that counts is drawn with the same chance. */
static void draw(struct listing *c, u32 node)
{
	struct cl_guard *g = c->l->g;
	u64 i = c->n++;

	if (g->n_drawn < CL_CHECK_PEERS) {
		g->drawn[g->n_drawn++] = node;
		return;
	}
	i = g->io->ops->random(g->io) % (i + 1);
	if (i < CL_CHECK_PEERS)
		g->drawn[i] = node;
}

static void see(void *ctx, const struct cl_nl_peer *p)
{
	struct listing *c = ctx;
	struct cl_guard *g = c->l->g;
	s64 now = c->l->now, gap;
	struct cl_guard_peer *k;

	if (!is_good(c->l, p))
		return;
	k = lookup(g, p->node);
	if (!k) {
		k = add(g);
		if (!k)
			return;
		*k = (struct cl_guard_peer){ .node = p->node,
					     .gen = p->gen,
					     .good = true,
					     .from = now };
	}
	gap = k->good ? 0 : now - k->lost;
	if (gap > CL_GUARD_GAP_NS)
		k->from = now + cl_min_s64(gap / 2, CL_GUARD_GAP_MAX_NS);
	k->good = true;
	c->seen |= 1ULL << (k - g->known);
	if (now >= k->from)
		draw(c, p->node);
}

/* Who was not seen is lost, and not looked at by R5 when that lasts. */
static void note_lost(struct cl_guard *g, u64 seen, u32 leader, s64 now)
{
	unsigned int paced = 0, i;

	for (i = 0; i < g->n_known; i++) {
		struct cl_guard_peer *k = &g->known[i];

		if (k->good && k->node != leader && !(seen & 1ULL << i)) {
			k->good = false;
			k->lost = g->when;
		}
		if (k->paced && !k->good && now - k->lost > CL_GUARD_GAP_NS) {
			cl_pace_forget(&g->pace, k->node);
			k->paced = false;
		}
		paced += k->paced;
	}
	for (i = 0; i < g->n_known && paced < PACED; i++) {
		if (g->known[i].good && !g->known[i].paced) {
			g->known[i].paced = true;
			paced++;
		}
	}
}

/**
 * cl_guard_draw() - draw others to be asked about updates, if it is time
 * @l: what there is to see
 */
void cl_guard_draw(struct cl_guard_look *l)
{
	struct cl_engine *e = l->g->io->engine;
	struct listing c = { .l = l };
	s64 interval = CL_CHECK_REDRAW * CL_GATE_ROUND_NS;

	if (l->now < l->g->draw)
		return;
	l->g->draw = l->now + cl_max_s64(interval, (s64)l->inst->peers *
							   CL_GUARD_LIST_NS);
	l->g->n_drawn = 0;
	if (!e->ops->list_peers(e, see, &c))
		note_lost(l->g, c.seen, l->u->sender, l->now);
}

/**
 * cl_guard_gather() - what those drawn say now
 * @l: what there is to see
 */
void cl_guard_gather(struct cl_guard_look *l)
{
	struct cl_engine *e = l->g->io->engine;

	l->n = 0;
	for (unsigned int i = 0; i < l->g->n_drawn; i++) {
		struct cl_nl_peer *p = &l->peers[l->n];

		memset(p, 0, sizeof(*p));
		if (!e->ops->get_peer(e, l->g->drawn[i], p) && is_good(l, p))
			l->n++;
	}
}

/**
 * cl_guard_rate() - rate of cluster time by the own oscillator, if the update is right
 * @l: what there is to see
 *
 * Return: against own raw time.
 */
double cl_guard_rate(const struct cl_guard_look *l)
{
	return (1 + (double)l->u->rate_ppt / CL_PPT) *
		       (1 - (double)l->leader.freq_ppt / CL_PPT) -
	       1;
}

static void add_pace(struct cl_guard_look *l, u32 node, double rate, double ppt)
{
	/* It cannot fail: as many are paced as there is room for. */
	(void)cl_pace_add(&l->g->pace, l->now, node, rate * 1e9, ppt / 1000);
}

static void pace_peer(struct cl_guard_look *l, struct cl_guard_peer *k)
{
	struct cl_engine *e = l->g->io->engine;
	struct cl_nl_peer p = { 0 };

	if (k->node == l->u->sender ||
	    cl_state_isolated(l->g->state, k->node)) {
		cl_pace_forget(&l->g->pace, k->node);
		return;
	}
	if (e->ops->get_peer(e, k->node, &p) || !p.ready)
		return;
	if (p.gen != k->gen)
		cl_pace_forget(&l->g->pace, k->node);
	k->gen = p.gen;
	add_pace(l, k->node,
		 (1 + cl_guard_rate(l)) / (1 - (double)p.freq_ppt / CL_PPT) - 1,
		 hypot((double)l->leader.freq_error_ppt,
		       (double)p.freq_error_ppt));
}

/**
 * cl_guard_paces() - note how fast cluster time runs by all oscillators
 * @l: what there is to see
 */
void cl_guard_paces(struct cl_guard_look *l)
{
	if (l->now < l->g->pace_at)
		return;
	l->g->pace_at = l->now + (s64)((1 - CL_GATE_ROUND_SLACK) *
				       (double)CL_GATE_ROUND_NS);
	add_pace(l, l->inst->node, cl_guard_rate(l),
		 (double)l->leader.freq_error_ppt);
	for (unsigned int i = 0; i < l->g->n_known; i++) {
		if (l->g->known[i].paced)
			pace_peer(l, &l->g->known[i]);
	}
}
