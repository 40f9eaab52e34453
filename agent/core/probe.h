/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Probes: exchanges that a follower begins by itself.
 *
 * When it has just begun to follow a leader, or lost what it knew of it, it asks
 * the leader every 10 ms for 10 s and then, at age t, every t / 1000, until the
 * leader's own rounds come as often: 3300 exchanges in the first 100 s.
 *
 * All the time it asks some other followers in turn, chosen at random, so that
 * the engine can combine what all of them know.
 *
 * In a cluster some peers, the voters, are asked in turn as well, also by who has
 * no time yet.  So sessions with all that may lead are warm: a new leader needs no
 * burst, and who joins can compare what voters say.
 */
#ifndef _CL_CORE_PROBE_H
#define _CL_CORE_PROBE_H

#include "io.h"
#include "kmod/core/types.h"

/* Range of the setting. */
#define CL_PROBE_PEERS_MAX 16

#define CL_PROBE_BURST_MIN_NS (10 * CL_NS_PER_MS)
#define CL_PROBE_BURST_AGE_DIV 1000

/*
 * A leader that starts anew is asked by all its children at once.  So the more
 * peers there are, the slower: 64 children ask 6400 times per second, and more of
 * them no more often.
 */
#define CL_PROBE_BURST_PEER_NS (CL_PROBE_BURST_MIN_NS / 64)

/* A peer that has not told its time for so long is replaced by another. */
#define CL_PROBE_PATIENCE_TURNS 10
#define CL_PROBE_PATIENCE_MIN_NS (10 * CL_NS_PER_SEC)

/* Peers that are asked whatever is drawn. */
#define CL_PROBE_PINS_MAX 64

/* A session with so many exchanges needs no burst. */
#define CL_PROBE_WARM 100

/* In a cluster one of those drawn is replaced so often: liars may be among them. */
#define CL_PROBE_RENEW_NS (60 * CL_NS_PER_SEC)

/**
 * struct cl_probe_peer - a peer that is asked
 * @node: node id
 * @lines: times that it had told its time when it was judged last
 */
struct cl_probe_peer {
	u32 node;
	u64 lines;
};

/**
 * struct cl_probe - probes of one node
 * @io: the world
 * @inst: settings, valid if @present
 * @present: there is an instance
 * @state: last known state of the clock, enum clocklink_state
 * @failing: the last engine call failed, and that was logged
 * @warm: leader that the engine followed before we came, 0: none or not any more
 * @elected: the leader is @elect and not that of the settings
 * @elect: who was elected, 0: not known
 * @leader: leader obeyed, or elected; 0: none yet
 * @gen_known: @gen is valid
 * @gen: its raw generation
 * @interval_ns: time between two of its rounds, 0: not known
 * @began: start of the burst, io time
 * @burst: next probe of the leader, io time
 * @turn: next probe of a peer, io time
 * @listed: the peers have been chosen from those that there are now
 * @judge: when the peers are judged next, io time
 * @renew: one of @peers is replaced next, io time
 * @peers: those that were drawn
 * @n: number of @peers
 * @pins: others that are asked
 * @n_pins: number of @pins
 * @next: counts those that were asked
 */
struct cl_probe {
	struct cl_io *io;
	struct cl_nl_instance inst;
	bool present;
	u32 state;
	bool failing;
	u32 warm;
	bool elected;
	u32 elect;
	u32 leader;
	bool gen_known;
	u32 gen;
	u64 interval_ns;
	s64 began;
	s64 burst;
	s64 turn;
	bool listed;
	s64 judge;
	s64 renew;
	struct cl_probe_peer peers[CL_PROBE_PEERS_MAX];
	unsigned int n;
	u32 pins[CL_PROBE_PINS_MAX];
	unsigned int n_pins;
	unsigned int next;
};

void cl_probe_init(struct cl_probe *p, struct cl_io *io);
void cl_probe_settings(struct cl_probe *p, const struct cl_nl_instance *inst);
void cl_probe_state(struct cl_probe *p, u32 state);
void cl_probe_followed(struct cl_probe *p, const struct cl_nl_update *u);
void cl_probe_elect(struct cl_probe *p, u32 leader);
void cl_probe_pin(struct cl_probe *p, const u32 *nodes, unsigned int n);
s64 cl_probe_deadline(const struct cl_probe *p);
void cl_probe_run(struct cl_probe *p);

#endif /* _CL_CORE_PROBE_H */
