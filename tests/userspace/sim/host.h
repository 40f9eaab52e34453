/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The clocks of a node, and what its stamps are worth.
 */
#ifndef _SIM_HOST_H
#define _SIM_HOST_H

#include "card.h"
#include "kmod/core/session.h"
#include "scripts/lab/vtime/scenario.h"

/**
 * struct sim_host - a node
 * @spec: as the scenario describes it
 * @osc: oscillator of its raw clock
 * @card: its card, if @spec->phc.on
 * @noise: stream of its transmit noise
 */
struct sim_host {
	struct vt_node_spec *spec;
	struct vt_osc osc;
	struct sim_card card;
	struct vt_rng noise;
};

void sim_host_init(struct sim_host *h, const struct vt_scenario *s,
		   unsigned int id);
void sim_host_free(struct sim_host *h);
struct cl_stamped sim_host_stamp(struct sim_host *h, s64 wire_ps, s64 seen_ps);

/* Raw time of a node at an instant, global ps. */
static inline struct cl_raw sim_host_raw(const struct sim_host *h, s64 at_ps)
{
	return cl_raw(vt_osc_local_ns(&h->osc, at_ps));
}

#endif /* _SIM_HOST_H */
