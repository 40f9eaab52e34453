/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ensemble: the leader's line follows the weighted mean of the voters'
 * free-running oscillators, so that cluster time is steadier than any of them and
 * belongs to none.
 *
 *	raw clocks of the voters, as the leader measures them
 *	  -> a predicted line of each -> how far each is from the leader's line
 *	  -> robust weighted mean D -> loop of the second type -> rate of the line
 *
 * No voter tells a prediction: the leader makes all of them, so none can be told
 * wrong.  The predictions are a table of some 250 bytes that all voters keep; who
 * leads next goes on from it.
 */
#ifndef _CL_CORE_ENSEMBLE_H
#define _CL_CORE_ENSEMBLE_H

#include "ensemble_table.h"
#include "ensemble_voter.h"
#include "kmod/core/cltime.h"
#include "kmod/core/types.h"

/**
 * struct cl_ensemble_params - what is known at the start
 * @node: own node id
 * @wander_ppt: wander of the voters' oscillators, 1e-12 per sqrt(s), from 1; sets
 *	the time constants together with the errors of the measurements
 */
struct cl_ensemble_params {
	u32 node;
	u32 wander_ppt;
};

/**
 * struct cl_ensemble_obs - another voter's raw clock at the instant of a step
 * @node: the voter
 * @gen: its raw generation
 * @raw_ns: its raw time as the leader's estimator has it
 * @err_ns: standard deviation of @raw_ns
 * @freq_ppt: frequency of its raw clock against the own one, 1e-12
 */
struct cl_ensemble_obs {
	u32 node;
	u32 gen;
	s64 raw_ns;
	u64 err_ns;
	s64 freq_ppt;
};

/**
 * struct cl_ensemble - the ensemble, all of it for the eyes of who shows it
 * @node: own node id
 * @gen: own raw generation, the low 16 bits
 * @wander: of the voters' oscillators, s^-1/2
 * @leading: there is a line
 * @voter: the voters
 * @n: how many
 * @line: own raw time to cluster time
 * @age_s: how long the ensemble has been learnt; by the first leader, then others
 * @persist_s: how long the error of a measurement persists, 0: not known yet; all
 *	time constants follow from it
 * @mean_ns: D: ensemble minus line at the last step
 * @filtered_ns: F: the same, smoothed
 * @slow_ns: the same, what of it lasts
 * @soft: how much of that the loop gives way to: 0, it is firm, to 1
 * @freq: g: learnt frequency of cluster time against the own raw clock
 * @steer: u: what is added to @freq to pull the line to the ensemble
 * @time_s: T: time constant of the loop
 * @worse_s: how long the own oscillator has been much worse than the median
 */
struct cl_ensemble {
	u32 node;
	u16 gen;
	double wander;
	bool leading;
	struct cl_ensemble_voter voter[CL_ENSEMBLE_VOTERS];
	unsigned int n;
	struct cl_map line;
	double age_s;
	double persist_s;
	double mean_ns;
	double filtered_ns;
	double slow_ns;
	double soft;
	double freq;
	double steer;
	double time_s;
	double worse_s;
};

void cl_ensemble_init(struct cl_ensemble *e,
		      const struct cl_ensemble_params *p);
int cl_ensemble_set_voters(struct cl_ensemble *e, const u32 *ids,
			   unsigned int n);
void cl_ensemble_isolate(struct cl_ensemble *e, u32 node, bool isolated);
void cl_ensemble_doubt(struct cl_ensemble *e, u32 node, bool doubted);
void cl_ensemble_put_table(struct cl_ensemble *e,
			   const struct cl_ensemble_table *t);
int cl_ensemble_get_table(const struct cl_ensemble *e,
			  struct cl_ensemble_table *ret);
void cl_ensemble_lead(struct cl_ensemble *e, u32 gen, struct cl_raw now,
		      const struct cl_map *line);
int cl_ensemble_step(struct cl_ensemble *e, struct cl_raw now,
		     const struct cl_ensemble_obs *obs, unsigned int n,
		     struct cl_map *ret);
bool cl_ensemble_worse(const struct cl_ensemble *e, u32 *ret_node);

#endif /* _CL_CORE_ENSEMBLE_H */
