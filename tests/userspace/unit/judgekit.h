/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Judges whose engine says what the test wants.
 */
#ifndef _CL_TEST_JUDGEKIT_H
#define _CL_TEST_JUDGEKIT_H

#include "agent/core/judge.h"
#include "fakeio.h"
#include "statekit.h"

#define MS CL_NS_PER_MS
#define SEC CL_NS_PER_SEC
#define US 1000LL

/* R1's gate without a queue, ns: 4 * root(250^2 + 500^2) + 4.5 * 200. */
#define GATE 3136

/* All excuses are over after this. */
#define SETTLED_NS (12 * SEC)

#define SYNCED CLOCKLINK_STATE_SYNCED

/**
 * struct court - one judge
 * @f: its world; the peers are all other nodes by their ids
 * @j: the judge
 * @clock_state: of its own clock
 */
struct court {
	struct fakeio f;
	struct cl_judge j;
	u32 clock_state;
};

static inline struct cl_nl_peer *peer(struct court *c, u32 node)
{
	return &c->f.peer[node - (node > c->f.inst.node) - 1];
}

/* Nodes 1 to @nodes, synced, on quiet paths of 100 us. */
static inline void open_court(struct court *c, u32 self, u32 nodes)
{
	fakeio_init(&c->f);
	c->f.now = 1000 * SEC;
	c->f.inst.node = self;
	c->f.inst.peers = nodes - 1;
	c->f.inst.term = 3;
	c->f.inst.round = 77;
	for (u32 node = 1; node <= nodes; node++) {
		if (node == self)
			continue;
		*peer(c, node) = (struct cl_nl_peer){
			.have = ~0ULL,
			.node = node,
			.state = SYNCED,
			.gen = node,
			.error_ns = 250,
			.min_rtt_ns = 100 * US,
			.noise_ns = 200,
			.ahead_age_ns = 50 * MS,
		};
	}
	c->clock_state = SYNCED;
	cl_judge_init(&c->j, &c->f.io);
}

static inline void members(struct court *c, const struct cl_state *s)
{
	cl_judge_members(&c->j, s, &c->f.inst, c->clock_state);
}

/* An exchange without a queue. */
static inline void sample(struct court *c, u32 node, s64 ahead)
{
	const struct cl_nl_sample s = {
		.have = ~0ULL,
		.peer = node,
		.ahead_ns = ahead,
	};

	cl_judge_sample(&c->j, &s);
}

/* An exchange with each, which says the same as the estimate. */
static inline void sample_all(struct court *c)
{
	for (u32 i = 0; i < c->f.inst.peers; i++)
		sample(c, c->f.peer[i].node, c->f.peer[i].ahead_ns);
}

/* One interval; true: the leader is to be told something. */
static inline bool round_of(struct court *c)
{
	s64 end = c->f.now + (s64)c->f.inst.interval_ns;
	bool tell = false;
	s64 t;

	sample_all(c);
	while ((t = cl_judge_deadline(&c->j)) < end) {
		if (t > c->f.now)
			c->f.now = t;
		tell |= cl_judge_run(&c->j, &c->f.inst);
		/* it comes forward, or the loop never ends */
		assert_true(cl_judge_deadline(&c->j) > c->f.now);
	}
	c->f.now = end;
	return tell;
}

/* How often in this time the leader is to be told something. */
static inline unsigned int run(struct court *c, s64 ns)
{
	unsigned int told = 0;

	for (s64 end = c->f.now + ns; c->f.now < end;)
		told += round_of(c);
	return told;
}

static inline enum cl_reputation_state state_of(struct court *c, u32 node)
{
	const struct cl_reputation_node *k =
		cl_reputation_find(&c->j.reputation, node);

	return k ? k->state : CL_REPUTATION_GOOD;
}

#endif /* _CL_TEST_JUDGEKIT_H */
