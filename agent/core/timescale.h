/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Cluster time as its leader makes it: measures the voters' raw clocks once a second,
 * steps the ensemble, and says which line the own clock is to follow.
 */
#ifndef _CL_CORE_TIMESCALE_H
#define _CL_CORE_TIMESCALE_H

#include "ensemble.h"
#include "io.h"
#include "state.h"

#define CL_TIMESCALE_NEVER S64_MAX

#define CL_TIMESCALE_STEP_NS CL_NS_PER_SEC
#define CL_TIMESCALE_TABLE_NS (10 * CL_NS_PER_SEC)

/* Frame from the leader to all voters: a table of ensemble_table.h. */
#define CL_TIMESCALE_TABLE 25

/**
 * struct cl_timescale - the time scale of one node
 * @io: the world
 * @ensemble: the voters' oscillators
 * @inst: settings as told last
 * @leading: this node makes it
 * @next: next step, io time
 * @table: next table, io time
 * @steps: done since this node leads
 * @measured: voters measured at the last one, without this node
 */
struct cl_timescale {
	struct cl_io *io;
	struct cl_ensemble ensemble;
	struct cl_nl_instance inst;
	bool leading;
	s64 next;
	s64 table;
	u64 steps;
	unsigned int measured;
};

void cl_timescale_init(struct cl_timescale *t, struct cl_io *io);
void cl_timescale_members(struct cl_timescale *t, const struct cl_state *state,
			  const struct cl_nl_instance *inst);
void cl_timescale_lead(struct cl_timescale *t, bool lead);
s64 cl_timescale_deadline(const struct cl_timescale *t);
bool cl_timescale_run(struct cl_timescale *t, struct cl_map *ret);
size_t cl_timescale_table(struct cl_timescale *t, u8 *buf);
int cl_timescale_hear(struct cl_timescale *t, const u8 *data, size_t len);
bool cl_timescale_worse(const struct cl_timescale *t, u32 *ret_node);

#endif /* _CL_CORE_TIMESCALE_H */
