/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A cluster of which some nodes lie, with the rules of the product: voters judge all
 * nodes, followers check their leader.
 */
#ifndef _BYZ_WORLD_H
#define _BYZ_WORLD_H

#include <stdbool.h>

#include "net.h"

#define BYZ_NODES 50
#define BYZ_VOTERS 5

/* Round in which liars begin. */
#define BYZ_ATTACK 50

/* What liars do to all time stamps that they report. */
enum byz_attack {
	BYZ_NONE,
	BYZ_CONSTANT, /* together, one size */
	BYZ_TWO_FACED, /* the other sign for every second node */
	BYZ_RANDOM, /* each, each round, up to the size */
	BYZ_INTERMITTENT, /* in 3 of 10 rounds */
	BYZ_DRIFT, /* together, the size grows each round */
	BYZ_SELDOM, /* 1.5 gates in one round of 11 or more, average to the filter */
	BYZ_PULSES, /* of the filtered offset: 7 rounds of 17 */
};

/**
 * struct byz_case - what is simulated
 * @net: network
 * @nodes: at most BYZ_NODES, the leader is the first
 * @voters: at most BYZ_VOTERS, the first ones
 * @liars: nodes that lie
 * @lying_voters: at most so many voters among them, the leader if it lies
 * @leader: the leader lies
 * @attack: how
 * @size_ns: of the lie, or of its growth per round
 * @period: BYZ_SELDOM: rounds for one lie
 * @rounds: how long
 */
struct byz_case {
	const struct byz_net *net;
	unsigned int nodes;
	unsigned int voters;
	unsigned int liars;
	unsigned int lying_voters;
	bool leader;
	enum byz_attack attack;
	double size_ns;
	unsigned int period;
	unsigned int rounds;
};

/**
 * struct byz_result - what came of it
 * @liars: liars other than the first leader
 * @isolated: of these, in the end
 * @within_3: of these, within 3 rounds
 * @within_30: of these, within 30 rounds
 * @powerless: of these, isolated or demoted in the end
 * @false_isolations: honest nodes isolated
 * @false_demotions: honest nodes demoted in the end
 * @shift_ns: largest shift of the mean honest clock since the attack
 * @spread_ns: largest distance of an honest clock from that mean since then
 * @deposed: rounds until the first leader was deposed, 0: it was not
 * @held: rounds in which an honest node refused an update, mean over nodes
 * @widened: of these, its bound was to cover who is wrong
 * @missed: of these, it would not have
 */
struct byz_result {
	unsigned int liars;
	unsigned int isolated;
	unsigned int within_3;
	unsigned int within_30;
	unsigned int powerless;
	unsigned int false_isolations;
	unsigned int false_demotions;
	double shift_ns;
	double spread_ns;
	unsigned int deposed;
	double held;
	double widened;
	double missed;
};

void byz_run(const struct byz_case *c, u64 seed, struct byz_result *ret);

#endif /* _BYZ_WORLD_H */
