/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A run: nodes, a client, an operator, and what the schedule does to them.
 */
#ifndef _CS_CLUSTER_H
#define _CS_CLUSTER_H

#include "node.h"

/* What the operator wants of a node. */
enum cs_wish { CS_GONE, CS_LEARNER, CS_VOTER };

/**
 * struct cs_slot - a node of the run
 * @cluster: the run
 * @node: NULL: there is none yet
 * @wish: what it shall be
 * @restart: it comes back
 * @space: its disk is no longer full
 * @replace: another one comes for it
 */
struct cs_slot {
	struct cs_cluster *cluster;
	struct cs_node *node;
	enum cs_wish wish;
	struct cs_event restart;
	struct cs_event space;
	struct cs_event replace;
};

enum cs_phase {
	CS_FAULTY, /* the schedule goes on */
	CS_HEALED, /* all is well, but not for long */
	CS_ASKED, /* a last entry shall come everywhere */
	CS_OVER
};

/**
 * struct cs_cluster - a run
 * @world: of its nodes
 * @rng: of client and operator
 * @slot: nodes, by id
 * @ids: one above the last id in use
 * @phase: how far it is
 * @next: action of the schedule that comes next
 * @action: its time
 * @client: a proposal
 * @operator: a look at the members
 * @heal: the net is whole again
 * @calm: it goes by its law again
 * @step: end of the phase
 * @distrusted: last term that nodes were told to distrust the leader of
 * @token: of the last proposal
 * @last: index of the last entry of all
 */
struct cs_cluster {
	struct cs_world world;
	struct vt_rng rng;
	struct cs_slot slot[CS_IDS];
	u32 ids;
	enum cs_phase phase;
	size_t next;
	struct cs_event action;
	struct cs_event client;
	struct cs_event operator;
	struct cs_event heal;
	struct cs_event calm;
	struct cs_event step;
	u32 distrusted;
	u64 token;
	u64 last;
};

struct cs_slot *cs_cluster_add(struct cs_cluster *c, enum cs_wish wish);
struct cs_node *cs_cluster_leader(const struct cs_cluster *c);
void cs_cluster_run(struct cs_cluster *c, const struct cs_schedule *s);
void cs_cluster_free(struct cs_cluster *c);

void cs_operator_step(struct cs_cluster *c);
bool cs_operator_done(const struct cs_cluster *c, const struct cs_node *leader);
bool cs_operator_spares(const struct cs_cluster *c, u32 id);

void cs_action_do(struct cs_cluster *c, const struct cs_action *a);

#endif /* _CS_CLUSTER_H */
