// SPDX-License-Identifier: GPL-2.0
#include "group.h"

#include <linux/random.h>

/**
 * cl_group_init() - no group
 * @g: zeroed
 *
 * Context: process.
 * Return: 0, -ENOMEM.
 */
int cl_group_init(struct cl_group *g)
{
	spin_lock_init(&g->lock);
	cl_source_init(&g->source);
	return dst_cache_init(&g->path.cache, GFP_KERNEL_ACCOUNT);
}

/**
 * cl_group_exit() - give back what it has
 * @g: group; nobody uses it any more
 *
 * Context: process.
 */
void cl_group_exit(struct cl_group *g)
{
	dst_cache_destroy(&g->path.cache);
}

/**
 * cl_group_set() - change the group
 * @g: group
 * @to: address and port; an unspecified address: there is none
 * @hops: TTL or hop limit of packets to it, > 0
 *
 * New numbers begin anywhere: who has heard the old ones begins anew.
 *
 * Context: process, lock of the commands held.
 */
void cl_group_set(struct cl_group *g, const struct cl_endpoint *to, u8 hops)
{
	bool member = !ipv6_addr_any(&to->addr);
	u32 seq = member ? get_random_u32() : 0;

	dst_cache_reset_now(&g->path.cache);
	spin_lock_bh(&g->lock);
	g->path.to = *to;
	g->path.hops = hops;
	g->member = member;
	cl_source_init(&g->source);
	memset(g->stamp, 0, sizeof(g->stamp));
	spin_unlock_bh(&g->lock);
	g->next_request = seq;
	g->next_update = seq;
	g->next_report = seq;
}

/**
 * cl_group_is() - is that address the group?
 * @g: group
 * @to: where a packet was sent to
 * @ifindex: device that it came by
 *
 * Context: any but hard interrupt.
 * Return: true if it is.
 */
bool cl_group_is(struct cl_group *g, const struct in6_addr *to, u32 ifindex)
{
	bool is;

	spin_lock_bh(&g->lock);
	is = g->member && ipv6_addr_equal(&g->path.to.addr, to) &&
	     (!g->path.to.scope || g->path.to.scope == ifindex);
	spin_unlock_bh(&g->lock);
	return is;
}

/**
 * cl_group_hardware() - shall the network device stamp the next request?
 * @g: group
 * @now: raw time
 *
 * Context: any but hard interrupt.
 * Return: true if it shall; then a stamp is waited for.
 */
bool cl_group_hardware(struct cl_group *g, struct cl_raw now)
{
	bool hardware;

	spin_lock_bh(&g->lock);
	hardware = cl_source_hardware(&g->source, now);
	if (hardware)
		cl_source_asked(&g->source);
	spin_unlock_bh(&g->lock);
	return hardware;
}

/**
 * cl_group_stamped() - the network device has stamped a request
 * @g: group
 *
 * Context: any but hard interrupt.
 */
void cl_group_stamped(struct cl_group *g)
{
	spin_lock_bh(&g->lock);
	cl_source_sent(&g->source);
	spin_unlock_bh(&g->lock);
}

/**
 * cl_group_note() - a request to the group has left
 * @g: group
 * @seq: its sequence number
 * @t: its transmit stamp
 *
 * The sessions get it when they need it: to look for all of them would take too long
 * where stamps are reported.
 *
 * Context: any but hard interrupt.
 */
void cl_group_note(struct cl_group *g, u32 seq, struct cl_stamped t)
{
	spin_lock_bh(&g->lock);
	g->stamp[seq % CL_SESSION_GROUP_SLOTS] = (struct cl_group_stamp){
		.known = true,
		.seq = seq,
		.t = t,
	};
	spin_unlock_bh(&g->lock);
}

/**
 * cl_group_stamp() - when a request to the group has left
 * @g: group
 * @seq: its sequence number
 * @ret: its transmit stamp
 *
 * Context: any but hard interrupt.
 * Return: false if it is not known; @ret is untouched then.
 */
bool cl_group_stamp(struct cl_group *g, u32 seq, struct cl_stamped *ret)
{
	const struct cl_group_stamp *s =
		&g->stamp[seq % CL_SESSION_GROUP_SLOTS];
	bool known;

	spin_lock_bh(&g->lock);
	known = s->known && s->seq == seq;
	if (known)
		*ret = s->t;
	spin_unlock_bh(&g->lock);
	return known;
}

/**
 * cl_group_forget_hardware() - the clock of a network device cannot be trusted
 * @g: group
 *
 * What sessions have got is theirs to forget.
 *
 * Context: process.
 */
void cl_group_forget_hardware(struct cl_group *g)
{
	int i;

	spin_lock_bh(&g->lock);
	for (i = 0; i < CL_SESSION_GROUP_SLOTS; i++)
		if (g->stamp[i].t.hardware)
			g->stamp[i].known = false;
	spin_unlock_bh(&g->lock);
}
