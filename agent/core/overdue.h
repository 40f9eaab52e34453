/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When a follower asks its leader to send an update again: it has obeyed one, and
 * the next is late.  It asks once; after that it waits for the next one, and holds
 * over if none comes.
 */
#ifndef _CL_CORE_OVERDUE_H
#define _CL_CORE_OVERDUE_H

#include "kmod/core/cltime.h"

#define CL_OVERDUE_NEVER S64_MAX

/*
 * An update is late by half an interval, within these limits: jitter of a path must
 * not look like a loss, and who waits long has little time left before holdover.
 */
#define CL_OVERDUE_MIN_NS (5 * CL_NS_PER_MS)
#define CL_OVERDUE_MAX_NS CL_NS_PER_SEC

/**
 * struct cl_overdue - the next update of the leader
 * @leader: who sent the last one
 * @at: when to ask for it, io time; CL_OVERDUE_NEVER: none is expected, or it was
 *	asked for
 */
struct cl_overdue {
	u32 leader;
	s64 at;
};

void cl_overdue_init(struct cl_overdue *o);
void cl_overdue_update(struct cl_overdue *o, s64 now, u32 leader,
		       u64 interval_ns);
s64 cl_overdue_deadline(const struct cl_overdue *o);
bool cl_overdue_run(struct cl_overdue *o, s64 now, u32 leader);

#endif /* _CL_CORE_OVERDUE_H */
