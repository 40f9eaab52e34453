// SPDX-License-Identifier: GPL-2.0-or-later
#include "overdue.h"

#include "kmod/core/fixed.h"
#include "kmod/core/wire.h"

/* No leader says more: INTERVAL of the netlink spec. */
#define INTERVAL_MAX_NS (1000 * CL_NS_PER_SEC)

/**
 * cl_overdue_init() - no update is expected
 * @o: the next update
 */
void cl_overdue_init(struct cl_overdue *o)
{
	o->leader = CL_NODE_NONE;
	o->at = CL_OVERDUE_NEVER;
}

/**
 * cl_overdue_update() - an update of the leader has been obeyed
 * @o: the next update
 * @now: io time
 * @leader: who sent it
 * @interval_ns: when the leader said that the next one comes; 1000 s if it said more
 */
void cl_overdue_update(struct cl_overdue *o, s64 now, u32 leader,
		       u64 interval_ns)
{
	s64 interval = interval_ns < (u64)INTERVAL_MAX_NS ? (s64)interval_ns :
							    INTERVAL_MAX_NS;

	o->leader = leader;
	o->at = now + interval +
		cl_clamp_s64(interval / 2, CL_OVERDUE_MIN_NS,
			     CL_OVERDUE_MAX_NS);
}

/**
 * cl_overdue_deadline() - when to call cl_overdue_run()
 * @o: the next update
 *
 * Return: instant in io time, CL_OVERDUE_NEVER if only events matter.
 */
s64 cl_overdue_deadline(const struct cl_overdue *o)
{
	return o->at;
}

/**
 * cl_overdue_run() - is it time to ask?
 * @o: the next update
 * @now: io time
 * @leader: leader of now; another one than that of the last update owes nothing
 *
 * Return: true once, when the update is late.
 */
bool cl_overdue_run(struct cl_overdue *o, s64 now, u32 leader)
{
	if (now < o->at)
		return false;
	o->at = CL_OVERDUE_NEVER;
	return leader == o->leader;
}
