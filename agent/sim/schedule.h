/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a seed makes of a run: the cluster, its network and disks, and which faults
 * come when.
 *
 * A run has some kinds of faults and not others, for one kind often hides another
 * (A. Groce and others, "Swarm Testing", 2012).
 */
#ifndef _CS_SCHEDULE_H
#define _CS_SCHEDULE_H

#include "net.h"

/* The order of their names in schedule.c. */
enum cs_action_kind {
	CS_CRASH, /* power fails; back after a while with its disk */
	CS_WIPE, /* power fails, the disk is lost; another node comes for it */
	CS_POWER, /* power fails everywhere */
	CS_OTHERS, /* power fails for all but the leader and candidates, not for long */
	CS_PAUSE, /* does not run for a while, its clock goes on */
	CS_FREEZE, /* does not run for a while, nor does its clock */
	CS_PART, /* two halves do not hear each other */
	CS_ISOLATE, /* one hears nobody and is heard by nobody */
	CS_ONE_WAY, /* one direction between two is cut */
	CS_DEAF, /* one hears nobody but is heard */
	CS_LOSS, /* messages are lost */
	CS_TWICE, /* messages come twice */
	CS_LATE, /* messages overtake each other */
	CS_JUMP, /* a clock jumps ahead */
	CS_RATE, /* a clock changes its rate */
	CS_FULL, /* writes fail */
	CS_STALL, /* writes hang */
	CS_JOIN, /* a new node */
	CS_LEAVE, /* a node less */
	CS_TRANSFER, /* another shall lead */
	CS_DISTRUST, /* most voters hold the leader for a liar */
	CS_ACTIONS
};

/**
 * struct cs_action - something that happens
 * @at: when, ns
 * @kind: what
 * @a: to whom: a random number, settled when it happens
 * @b: and to whom
 * @leader: to the leader, if there is one
 * @len_ns: how long, or how far, ns
 * @share: how much of it, 0 to 1
 */
struct cs_action {
	s64 at;
	enum cs_action_kind kind;
	u32 a;
	u32 b;
	bool leader;
	s64 len_ns;
	double share;
};

/**
 * struct cs_schedule - a run
 * @seed: that it comes from
 * @nodes: voters in the beginning, 1 to 9
 * @founded: one node begins and the others join; else they begin together
 * @duration_ns: of the faults
 * @law: of the network without faults
 * @write_ns: mean of a write without faults
 * @rate_ppb: rate errors of clocks are up to that
 * @snapshot_entries: a snapshot after so many
 * @state_bytes: size of a snapshot
 * @propose_ns: mean time between proposals
 * @action: what happens, in order
 * @actions: how many
 * @room: of @action
 */
struct cs_schedule {
	u64 seed;
	u32 nodes;
	bool founded;
	s64 duration_ns;
	struct cs_law law;
	s64 write_ns;
	s64 rate_ppb;
	u32 snapshot_entries;
	u32 state_bytes;
	s64 propose_ns;
	struct cs_action *action;
	size_t actions;
	size_t room;
};

const char *cs_action_name(enum cs_action_kind k);
void cs_schedule_draw(struct cs_schedule *s, u64 seed);
void cs_schedule_free(struct cs_schedule *s);

#endif /* _CS_SCHEDULE_H */
