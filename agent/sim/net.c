// SPDX-License-Identifier: GPL-2.0-or-later
#include "net.h"

#include <stdlib.h>
#include <string.h>

#include "memory.h"

/**
 * cs_parcel_put() - one less needs a parcel
 * @p: parcel, freed with the last
 */
void cs_parcel_put(struct cs_parcel *p)
{
	if (!--p->refs)
		free(p);
}

static u8 group_of(const struct cs_net *n, u32 id)
{
	return id < n->groups ? n->group[id] : CS_NET_WHOLE;
}

/**
 * cs_net_loss() - what is lost on a way
 * @n: network
 * @from: id
 * @to: id
 *
 * Return: share, 0 to 1; 1: nothing passes.
 */
double cs_net_loss(const struct cs_net *n, u32 from, u32 to)
{
	if (group_of(n, from) != group_of(n, to))
		return 1;
	for (size_t i = 0; i < n->cuts; i++)
		if (n->cut[i].from == from && n->cut[i].to == to)
			return n->cut[i].loss;
	return n->law.loss;
}

/* Messages that were on their way when the net was parted are lost too. */
static void arrive(struct cs_event *e)
{
	struct cs_packet *p = (struct cs_packet *)e;
	struct cs_net *n = p->net;
	s64 until = n->asleep(n->ctx, p->to);

	if (until > n->heap->now) {
		cs_heap_put(n->heap, e, until);
		return;
	}
	if (cs_net_loss(n, p->from, p->to) >= 1)
		n->lost++;
	else
		n->arrive(n->ctx, p);
	cs_parcel_put(p->parcel);
	p->parcel = NULL;
	p->next = n->unused;
	n->unused = p;
}

static struct cs_packet *new_packet(struct cs_net *n)
{
	struct cs_packet *p = n->unused;

	if (p) {
		n->unused = p->next;
		return p;
	}
	p = cs_alloc(sizeof(*p));
	p->net = n;
	p->event.run = arrive;
	n->packet =
		cs_grow(n->packet, &n->packet_room, n->packets + 1, sizeof(p));
	n->packet[n->packets++] = p;
	return p;
}

/**
 * cs_net_delay() - how long a message takes
 * @n: network
 *
 * Return: ns, by its law.
 */
s64 cs_net_delay(struct cs_net *n)
{
	double queue = n->law.shape ? vt_rng_gamma(&n->rng, n->law.shape) /
					      n->law.shape :
				      vt_rng_exp(&n->rng);
	s64 d = n->law.base_ns + (s64)((double)n->law.jitter_ns * queue);

	if (vt_rng_uniform(&n->rng) < n->law.late) {
		n->late++;
		d += (s64)((double)n->law.late_ns * vt_rng_exp(&n->rng));
	}
	return d;
}

static void carry(struct cs_net *n, u32 from, u32 to, struct cs_parcel *parcel)
{
	struct cs_packet *p;

	n->sent++;
	if (vt_rng_uniform(&n->rng) < cs_net_loss(n, from, to)) {
		n->lost++;
		return;
	}
	p = new_packet(n);
	p->from = from;
	p->to = to;
	p->parcel = parcel;
	parcel->refs++;
	cs_heap_put(n->heap, &p->event, n->heap->now + cs_net_delay(n));
}

/**
 * cs_net_send() - send a message
 * @n: network
 * @from: id
 * @to: id
 * @p: what; the caller keeps its own reference
 */
void cs_net_send(struct cs_net *n, u32 from, u32 to, struct cs_parcel *p)
{
	carry(n, from, to, p);
	if (vt_rng_uniform(&n->rng) < n->law.twice) {
		n->doubled++;
		carry(n, from, to, p);
	}
}

/**
 * cs_net_part() - put a node into a part of the network
 * @n: network
 * @id: of the node
 * @group: nothing passes between nodes of different groups; all start in
 *	CS_NET_WHOLE
 */
void cs_net_part(struct cs_net *n, u32 id, u8 group)
{
	n->group = cs_grow(n->group, &n->groups, (size_t)id + 1, 1);
	n->group[id] = group;
}

/**
 * cs_net_cut() - let one direction lose more
 * @n: network
 * @from: id
 * @to: id
 * @loss: share, 0 to 1; 1 holds for what is on its way as well
 */
void cs_net_cut(struct cs_net *n, u32 from, u32 to, double loss)
{
	n->cut = cs_grow(n->cut, &n->cut_room, n->cuts + 1, sizeof(*n->cut));
	n->cut[n->cuts++] = (struct cs_cut){ from, to, loss };
}

/**
 * cs_net_heal() - join all parts, forget all cuts
 * @n: network; its law stays
 */
void cs_net_heal(struct cs_net *n)
{
	n->cuts = 0;
	if (n->group)
		memset(n->group, CS_NET_WHOLE, n->groups);
}

/**
 * cs_net_free() - the end
 * @n: network; its packets must not be in a heap that is still used
 */
void cs_net_free(struct cs_net *n)
{
	for (size_t i = 0; i < n->packets; i++) {
		if (n->packet[i]->parcel)
			cs_parcel_put(n->packet[i]->parcel);
		free(n->packet[i]);
	}
	free(n->packet);
	free(n->cut);
	free(n->group);
}
