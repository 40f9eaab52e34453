/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command line, and how the simulator gives up.
 */
#ifndef _SIM_OPTIONS_H
#define _SIM_OPTIONS_H

#include <stdlib.h>

#include "agent/lib/compiler.h"
#include "kmod/core/estimator.h"
#include "kmod/core/joint.h"

#define SIM_EXTRA_MAX 64

/**
 * struct sim_options - the command line
 * @scenario: its file
 * @seed: 0: as in the scenario
 * @extra: more lines of the scenario
 * @extras: how many
 * @interval_ns: between rounds
 * @burst: followers ask the leader more often at the start
 * @params: of the estimators
 * @asymmetry_ns: budget of all links, 0: default
 * @tempco_ppt: followers have sensors: what a kelvin does, 1e-12, 0: they have none
 * @limit_ns: the links to the leader are watched, and this bound must not be exceeded,
 *	0: they are not
 * @peers: other followers that each follower asks
 * @bound_pct: what is left of each bound, in per cent: less than 100 is a fault
 *	that the count of violations must notice
 * @converge_ns: error that no clock is to exceed from some time on, 0: none
 * @trace: file that gets a line each second, NULL: none
 */
struct sim_options {
	const char *scenario;
	u64 seed;
	char *extra[SIM_EXTRA_MAX];
	unsigned int extras;
	s64 interval_ns;
	bool burst;
	struct cl_estimator_params params;
	s64 asymmetry_ns;
	s64 tempco_ppt;
	s64 limit_ns;
	s64 peers;
	s64 bound_pct;
	s64 converge_ns;
	const char *trace;
};

void sim_options_read(struct sim_options *o, int argc, char **argv);
void __printf(1, 2) __noreturn sim_die(const char *fmt, ...);

/* Zeroed memory; the program ends if there is none. */
static inline void *sim_alloc(size_t n, size_t size)
{
	void *p = calloc(n, size);

	if (!p)
		sim_die("out of memory");
	return p;
}

#endif /* _SIM_OPTIONS_H */
