/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the two roles have in common, for the files round*.c only.
 */
#ifndef _CL_CORE_ROUND_NODE_H
#define _CL_CORE_ROUND_NODE_H

#include "round.h"

/* What a steering command carries, besides map and flags. */
#define CL_ROUND_STEER_HAS                                      \
	(CL_NL_BIT(STEER_PARENT) | CL_NL_BIT(STEER_TERM) |      \
	 CL_NL_BIT(STEER_ROUND) | CL_NL_BIT(STEER_EXPIRY) |     \
	 CL_NL_BIT(STEER_INTERVAL) | CL_NL_BIT(STEER_GEN) |     \
	 CL_NL_BIT(STEER_BOUND) | CL_NL_BIT(STEER_HARD) |       \
	 CL_NL_BIT(STEER_DRIFT) | CL_NL_BIT(STEER_TAI_OFFSET) | \
	 CL_NL_BIT(STEER_LEAP) | CL_NL_BIT(STEER_EPOCH) |       \
	 CL_NL_BIT(STEER_HOPS) | CL_NL_BIT(STEER_UNVERIFIED))

#define CL_ROUND_STEER_MAP \
	(CL_NL_BIT(STEER_RAW) | CL_NL_BIT(STEER_TIME) | CL_NL_BIT(STEER_RATE))

/* Calls of the engine that may fail; a bit each. */
enum cl_round_action {
	CL_ROUND_LEAD,
	CL_ROUND_REQUEST,
	CL_ROUND_UPDATE,
	CL_ROUND_FOLLOW,
	CL_ROUND_HOLD,
	CL_ROUND_APPOINT,
};

s64 cl_round_now(struct cl_round *r);
enum clocklink_role cl_round_role(const struct cl_round *r);
u64 cl_round_expiry(u64 interval_ns);
int cl_round_note(struct cl_round *r, enum cl_round_action a, int err);
void cl_round_take(struct cl_round *r, const struct cl_nl_instance *inst);

/* round_leader.c */
void cl_round_disturb(struct cl_round *r, s64 now);
void cl_round_lead(struct cl_round *r, const struct cl_nl_instance *was,
		   bool led);
void cl_round_restart(struct cl_round *r);
int cl_round_hold(struct cl_round *r, u32 term, u32 round, u64 widen_ns,
		  u64 widen_ppt);
bool cl_round_renews(const struct cl_round *r);
void cl_round_run_leader(struct cl_round *r, s64 now);

/* round_log.c */
void cl_round_log_lead(struct cl_round *r, u32 term, const char *how);
void cl_round_log_follow(struct cl_round *r);
void cl_round_log_nobody(struct cl_round *r);
void cl_round_log_lapse(struct cl_round *r);
void cl_round_log_state(struct cl_round *r, u32 state);

#endif /* _CL_CORE_ROUND_NODE_H */
