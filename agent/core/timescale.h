/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Cluster time as its leader makes it: measures the voters' raw clocks once a second,
 * steps the ensemble, and says which line the own clock is to follow.
 */
#ifndef _CL_CORE_TIMESCALE_H
#define _CL_CORE_TIMESCALE_H

#include "ensemble.h"
#include "io.h"
#include "reputation.h"
#include "state.h"

#define CL_TIMESCALE_NEVER S64_MAX

#define CL_TIMESCALE_STEP_NS CL_NS_PER_SEC
#define CL_TIMESCALE_TABLE_NS (10 * CL_NS_PER_SEC)

/* What was learnt of the oscillators is worth nothing after this. */
#define CL_TIMESCALE_STALE_NS (900 * CL_NS_PER_SEC)

/* Frame from the leader to all voters: a table of ensemble_table.h. */
#define CL_TIMESCALE_TABLE 25

/**
 * struct cl_timescale_session - a voter that has been measured long enough
 * @node: the voter
 * @gen: its raw generation then
 * @starts: times that its estimator had been started
 * @settled: that is so
 * @error_ns: what its estimator says to be wrong by; follows slowly when that grows
 */
struct cl_timescale_session {
	u32 node;
	u32 gen;
	u64 starts;
	bool settled;
	double error_ns;
};

/**
 * struct cl_timescale - the time scale of one node
 * @io: the world
 * @judge: the own one
 * @ensemble: the voters' oscillators
 * @session: of each voter, in the order of the ensemble
 * @inst: settings as told last
 * @present: there are any
 * @known: @as_of_ns is valid
 * @as_of_ns: cluster time of the last table heard, or of the last step
 * @leading: this node makes it
 * @begun: the ensemble goes on from the own clock, valid if @leading
 * @failing: the clock could not be read, and that was logged
 * @gen: own raw generation when it began
 * @disruptions: of the own raw clock until then
 * @next: next step, io time
 * @table: next table, io time
 * @steps: done since this node leads
 * @measured: voters measured at the last one, without this node
 */
struct cl_timescale {
	struct cl_io *io;
	const struct cl_reputation *judge;
	struct cl_ensemble ensemble;
	struct cl_timescale_session session[CL_ENSEMBLE_VOTERS];
	struct cl_nl_instance inst;
	bool present;
	bool known;
	s64 as_of_ns;
	bool leading;
	bool begun;
	bool failing;
	u32 gen;
	u32 disruptions;
	s64 next;
	s64 table;
	u64 steps;
	unsigned int measured;
};

void cl_timescale_init(struct cl_timescale *t, struct cl_io *io,
		       const struct cl_reputation *judge);
void cl_timescale_members(struct cl_timescale *t, const struct cl_state *state,
			  const struct cl_nl_instance *inst);
void cl_timescale_lead(struct cl_timescale *t, bool lead);
s64 cl_timescale_deadline(const struct cl_timescale *t);
bool cl_timescale_run(struct cl_timescale *t, struct cl_map *ret);
size_t cl_timescale_table(struct cl_timescale *t, u8 *buf);
int cl_timescale_hear(struct cl_timescale *t, const u8 *data, size_t len);
bool cl_timescale_worse(const struct cl_timescale *t, u32 *ret_node);

#endif /* _CL_CORE_TIMESCALE_H */
