/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a guard sees of an update, for the files guard*.c only.
 */
#ifndef _CL_CORE_GUARD_LOOK_H
#define _CL_CORE_GUARD_LOOK_H

#include "guard.h"

/* What CL_CHECK_GATE floors are in standard deviations. */
#define CL_GUARD_SPAN (CL_CHECK_GATE * CL_GATE_SIGMAS)

/* Room for a length of time in words. */
#define CL_GUARD_WORD 32

/**
 * struct cl_guard_look - an update, and what the engine says now
 * @g: the guard
 * @inst: settings
 * @u: the update
 * @now: io time
 * @fresh_ns: who has told its time within this counts
 * @clock: published clock
 * @leader: who has sent the update
 * @correction_ns: what the update would move the clock by, when it has slewed
 * @peers: those drawn that count now
 * @n: number of @peers
 */
struct cl_guard_look {
	struct cl_guard *g;
	const struct cl_nl_instance *inst;
	const struct cl_nl_update *u;
	s64 now;
	u64 fresh_ns;
	struct cl_nl_clock clock;
	struct cl_nl_peer leader;
	s64 correction_ns;
	struct cl_nl_peer peers[CL_CHECK_PEERS];
	unsigned int n;
};

const char *cl_guard_word(char buf[CL_GUARD_WORD], double ns);
double cl_guard_slack(const struct cl_guard_look *l,
		      const struct cl_nl_peer *p);

/* guard_peers.c */
double cl_guard_rate(const struct cl_guard_look *l);
void cl_guard_draw(struct cl_guard_look *l);
void cl_guard_gather(struct cl_guard_look *l);
void cl_guard_paces(struct cl_guard_look *l);

/* guard_join.c */
void cl_guard_join(struct cl_guard_look *l, struct cl_guard_answer *a);

#endif /* _CL_CORE_GUARD_LOOK_H */
