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

/* What the engine has refused is tried again after this. */
#define CL_APPLY_RETRY_NS CL_NS_PER_SEC

/**
 * struct cl_apply - what the engine was given
 * @io: the world
 * @again: not all could be applied, tried again then, io time
 * @failing: that was logged
 * @applied: epoch that the engine has, valid if @any
 * @any: it has been given one
 */
struct cl_apply {
	struct cl_io *io;
	s64 again;
	bool failing;
	u32 applied;
	bool any;
};

void cl_apply_init(struct cl_apply *p, struct cl_io *io);
void cl_apply_run(struct cl_apply *p, const struct cl_state *state,
		  const struct cl_nl_instance *inst);
s64 cl_apply_deadline(const struct cl_apply *p);

#endif /* _CL_CORE_APPLY_H */
