/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A run: nodes with agents, what connects them, an operator who wants some of them
 * in the cluster, and the checks.
 */
#ifndef _CS_TOWN_H
#define _CS_TOWN_H

#include "truth.h"

/* Time that the operator takes, and that a supervisor takes to start a node again. */
#define CS_TOWN_OPERATOR_NS (50 * CL_NS_PER_MS)
#define CS_TOWN_SUPERVISOR_NS (500 * CL_NS_PER_MS)

/* The order of their names in town.c. */
enum cs_plant {
	CS_PLANT_NONE,
	CS_PLANT_BACK, /* a clock goes back */
	CS_PLANT_STEP, /* a clock steps ahead */
	CS_PLANT_SMALL_BOUND, /* what is left of a bound is little */
	CS_PLANT_USURPER, /* a node leads in the term of another */
	CS_PLANT_UPSTART, /* a node begins a time, though all have one */
	CS_PLANT_UNKNOWN_LIAR, /* the checks do not know who lies */
	CS_PLANT_UNHEALED, /* partitions stay */
	CS_PLANTS
};

/**
 * struct cs_plan - what a run is made of
 * @seed: of all random numbers
 * @nodes: in the beginning
 * @voters: of these, the first ones
 * @law: of the network
 * @noise_ns: rms of a time stamp
 * @wander_ppt: of oscillators, per sqrt(s)
 * @write_ns: mean of a write
 * @heartbeat_ns: of Raft
 * @election_ns: of Raft
 * @named: there is no cluster: they follow node 1
 * @founded: all are members from the start: voters find that on their disks
 * @seconds: the run is not longer
 * @plant: planted fault
 * @trace: or NULL
 */
struct cs_plan {
	u64 seed;
	u32 nodes;
	u32 voters;
	struct cs_law law;
	s64 noise_ns;
	double wander_ppt;
	s64 write_ns;
	s64 heartbeat_ns;
	s64 election_ns;
	bool named;
	bool founded;
	s64 seconds;
	enum cs_plant plant;
	FILE *trace;
};

/* What the operator wants of a node. */
enum cs_want { CS_WANT_OUT, CS_WANT_FOLLOWER, CS_WANT_VOTER };

/**
 * struct cs_house - a node of the run
 * @town: the run
 * @agent: the node
 * @want: what the operator wants of it
 * @restart: it is switched on, or its daemon is started again
 * @space: its disk is no longer full
 * @asked: the operator waits for an answer about it until, ns of true time
 * @lost: its disk is lost
 */
struct cs_house {
	struct cs_town *town;
	struct cs_agent *agent;
	enum cs_want want;
	struct cs_event restart;
	struct cs_event space;
	s64 asked;
	bool lost;
};

/**
 * struct cs_town - a run
 * @plan: of it
 * @realm: world of its nodes
 * @truth: checks
 * @house: nodes by id
 * @agent: the same, for the checks
 * @house_room: of @house
 * @agent_room: of @agent
 * @view_room: of the checks' views
 * @ids: one above the last
 * @rng: of what happens
 * @operator: looks at the members
 * @look: the checks look
 * @heal: the network is whole again
 * @calm: and as it was
 * @events: that happened
 * @restarts: of daemons that gave up
 */
struct cs_town {
	const struct cs_plan *plan;
	struct cs_realm realm;
	struct cs_truth truth;
	struct cs_house **house;
	struct cs_agent **agent;
	size_t house_room;
	size_t agent_room;
	size_t view_room;
	u32 ids;
	struct vt_rng rng;
	struct cs_event operator;
	struct cs_event look;
	struct cs_event heal;
	struct cs_event calm;
	u64 events;
	u64 restarts;
};

const char *cs_plant_name(enum cs_plant p);
int cs_plant_find(const char *name);

void cs_town_begin(struct cs_town *t, const struct cs_plan *plan);
void cs_town_free(struct cs_town *t);
struct cs_house *cs_town_add(struct cs_town *t, enum cs_want want);
bool cs_town_pass(struct cs_town *t, s64 ns);
bool cs_town_await(struct cs_town *t, bool (*is)(const struct cs_town *t),
		   s64 ns, const char *what);
bool cs_town_settled(const struct cs_town *t);
u32 cs_town_leader(const struct cs_town *t);
void cs_town_crash(struct cs_town *t, u32 id, s64 back);
void cs_town_kill(struct cs_town *t, u32 id, s64 back);
void cs_town_heal(struct cs_town *t, s64 at);
void cs_town_calm(struct cs_town *t, s64 at);
void cs_town_plant(struct cs_town *t);

static inline s64 cs_town_now(const struct cs_town *t)
{
	return t->realm.heap.now;
}

#endif /* _CS_TOWN_H */
