/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The network: every message takes a while of its own, may be lost, come twice or
 * be overtaken; nodes can be cut from each other, in one direction as well.
 */
#ifndef _CS_NET_H
#define _CS_NET_H

#include "heap.h"
#include "scripts/lab/vtime/rng.h"

/* The group of a partition that all nodes are in at first. */
#define CS_NET_WHOLE 0

/**
 * struct cs_parcel - what a message carries, for as many arrivals as there are
 * @refs: who still needs it; malloc()ed as a whole
 */
struct cs_parcel {
	unsigned int refs;
};

/**
 * struct cs_packet - a message on its way
 * @event: arrival
 * @net: where
 * @from: id of the sender
 * @to: id of the receiver
 * @parcel: what it carries; NULL: the packet is free
 * @next: free packet after this
 */
struct cs_packet {
	struct cs_event event;
	struct cs_net *net;
	u32 from;
	u32 to;
	struct cs_parcel *parcel;
	struct cs_packet *next;
};

/**
 * struct cs_cut - one direction that loses more than the others
 * @from: id
 * @to: id
 * @loss: share, 0 to 1
 */
struct cs_cut {
	u32 from;
	u32 to;
	double loss;
};

/**
 * struct cs_law - how messages travel
 * @base_ns: shortest delay, ns
 * @jitter_ns: mean of what comes to it, ns
 * @shape: of its gamma distribution; 0: it is exponential
 * @loss: share that is lost, 0 to 1
 * @twice: share that comes twice, 0 to 1
 * @late: share that is overtaken by others, 0 to 1
 * @late_ns: mean of how late these are, exponential, ns
 */
struct cs_law {
	s64 base_ns;
	s64 jitter_ns;
	double shape;
	double loss;
	double twice;
	double late;
	s64 late_ns;
};

/**
 * struct cs_net - all of it
 * @heap: when
 * @rng: of this network
 * @law: now
 * @group: of each id: which part of a partition it is in
 * @groups: room of @group
 * @cut: directions that lose more
 * @cuts: their number
 * @cut_room: of @cut
 * @packet: all there are, in use or not
 * @packets: their number
 * @packet_room: of @packet
 * @unused: list of free packets
 * @asleep: until when a node takes nothing, ns of true time; in the past: it does
 * @arrive: takes a message; it is valid during the call
 * @ctx: for @asleep and @arrive
 * @sent: messages handed in
 * @lost: of these lost on the way
 * @doubled: came twice
 * @late: were held up
 */
struct cs_net {
	struct cs_heap *heap;
	struct vt_rng rng;
	struct cs_law law;
	u8 *group;
	size_t groups;
	struct cs_cut *cut;
	size_t cuts;
	size_t cut_room;
	struct cs_packet **packet;
	size_t packets;
	size_t packet_room;
	struct cs_packet *unused;
	s64 (*asleep)(void *ctx, u32 id);
	void (*arrive)(void *ctx, const struct cs_packet *p);
	void *ctx;
	u64 sent;
	u64 lost;
	u64 doubled;
	u64 late;
};

void cs_net_send(struct cs_net *n, u32 from, u32 to, struct cs_parcel *p);
void cs_net_part(struct cs_net *n, u32 id, u8 group);
void cs_net_cut(struct cs_net *n, u32 from, u32 to, double loss);
void cs_net_heal(struct cs_net *n);
double cs_net_loss(const struct cs_net *n, u32 from, u32 to);
s64 cs_net_delay(struct cs_net *n);
void cs_net_free(struct cs_net *n);
void cs_parcel_put(struct cs_parcel *p);

#endif /* _CS_NET_H */
