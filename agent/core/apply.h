/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What was agreed upon, applied to the engine: its peers are the other members, its
 * settings those of the cluster.
 */
#ifndef _CL_CORE_APPLY_H
#define _CL_CORE_APPLY_H

#include "io.h"
#include "state.h"

#define CL_APPLY_NEVER S64_MAX

/*
 * What the engine has refused is tried again after this, and what others may have
 * changed is looked at.
 */
#define CL_APPLY_RETRY_NS CL_NS_PER_SEC

/**
 * struct cl_apply - what the engine was given
 * @io: the world
 * @again: not all could be applied, or others have changed something: looked at
 *	again then, io time
 * @failing: it could not, and that was logged
 * @any: the engine has been given something; the next three are valid
 * @applied: epoch that it has
 * @id: instance that it was given to
 * @node: its node id
 * @managed: it was managed, at the last look
 * @seen: its settings at the last look, by enum cl_common
 */
struct cl_apply {
	struct cl_io *io;
	s64 again;
	bool failing;
	bool any;
	u32 applied;
	u32 id;
	u32 node;
	bool managed;
	u64 seen[CL_COMMON_N];
};

/* By enum cl_common: attribute of an instance that it is. */
extern const u16 cl_apply_attr[CL_COMMON_N];

void cl_apply_init(struct cl_apply *p, struct cl_io *io);
void cl_apply_stale(struct cl_apply *p);
void cl_apply_run(struct cl_apply *p, const struct cl_state *state,
		  const struct cl_nl_instance *inst);
s64 cl_apply_deadline(const struct cl_apply *p);

#endif /* _CL_CORE_APPLY_H */
