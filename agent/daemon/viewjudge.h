/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What there is to see of a node's judgement, and of the oscillators of the voters.
 */
#ifndef _CL_DAEMON_VIEWJUDGE_H
#define _CL_DAEMON_VIEWJUDGE_H

#include <stdio.h>

#include "agent/core/agent.h"
#include "agent/core/guard.h"
#include "agent/core/judge.h"
#include "agent/core/timescale.h"

/* Give an attribute its value; the name is that of its bit. */
#define CL_VIEW_PUT(obj, attr, member, value) \
	((obj)->member = (value), (obj)->have |= CL_CTL_BIT(attr))

#define CL_VIEW_TEXT(obj, attr, member, text)                               \
	do {                                                                \
		snprintf((obj)->member, sizeof((obj)->member), "%s", text); \
		(obj)->have |= CL_CTL_BIT(attr);                            \
	} while (0)

const struct cl_reputation_node *cl_view_reputation(const struct cl_agent *a,
						    u32 node);
bool cl_view_next_reputation(const struct cl_agent *a, struct cl_io *io,
			     u64 *cursor, struct cl_ctl_reputation *ret);
bool cl_view_next_event(const struct cl_agent *a, struct cl_io *io, u64 *cursor,
			struct cl_ctl_event *ret);
void cl_view_scale(const struct cl_agent *a, struct cl_ctl_scale *ret);
bool cl_view_next_voter(const struct cl_agent *a, u64 *cursor,
			struct cl_ctl_voter *ret);

#endif /* _CL_DAEMON_VIEWJUDGE_H */
