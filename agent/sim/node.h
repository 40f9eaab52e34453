/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A node: Raft's core with a clock, a disk, the network and clients.
 */
#ifndef _CS_NODE_H
#define _CS_NODE_H

#include "clock.h"
#include "world.h"

/* Proposals of one node that nothing is known of yet. */
#define CS_ASKED_MAX 64

/**
 * struct cs_asked - a proposal
 * @index: where it will be if it is committed
 * @token: what tells it from others, not 0
 */
struct cs_asked {
	u64 index;
	u64 token;
};

/**
 * struct cs_node - a node
 * @timer: when the core wants to be called
 * @world: where it lives
 * @id: as others know it
 * @raft: NULL: it does not run
 * @disk: its disk
 * @clock: its clock
 * @machine: its state
 * @watch: itself as the checks see it
 * @rng: of its core
 * @deadline: that @timer stands for, ns of local time
 * @asleep_until: it does nothing before, ns of true time
 * @runs: the core has started
 * @error: the core gave up, errno; 0: it did not
 * @lost: its disk is lost, it never comes back
 * @asked: proposals
 * @asked_count: how many
 */
struct cs_node {
	struct cs_event timer;
	struct cs_world *world;
	u32 id;
	struct cl_raft *raft;
	struct cs_disk disk;
	struct cs_clock clock;
	struct cs_machine machine;
	struct cs_watch watch;
	struct vt_rng rng;
	s64 deadline;
	s64 asleep_until;
	bool runs;
	int error;
	bool lost;
	struct cs_asked asked[CS_ASKED_MAX];
	u32 asked_count;
};

struct cs_node *cs_node_new(struct cs_world *w, u32 id);
void cs_node_free(struct cs_node *n);
void cs_node_begin(struct cs_node *n, const struct cl_raft_conf *conf);
void cs_node_start(struct cs_node *n);
void cs_node_found(struct cs_node *n);
void cs_node_crash(struct cs_node *n);
void cs_node_sleep(struct cs_node *n, s64 until, bool clock_too);
void cs_node_turn(struct cs_node *n, s64 jump, s64 ppb);
void cs_node_void_leases(struct cs_world *w, s64 from);

bool cs_node_awake(const struct cs_node *n);
bool cs_node_leads(const struct cs_node *n);
void cs_node_receive(struct cs_node *n, const struct cs_packet *p);
bool cs_node_propose(struct cs_node *n, u64 token, u32 len);
int cs_node_change(struct cs_node *n, const struct cl_raft_conf *conf);
bool cs_node_transfer(struct cs_node *n, u32 to);
void cs_node_distrust(struct cs_node *n, u32 term);

#endif /* _CS_NODE_H */
