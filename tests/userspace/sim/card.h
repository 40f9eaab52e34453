/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The clock of a node's network card, and the line by which its stamps become raw
 * time.
 */
#ifndef _SIM_CARD_H
#define _SIM_CARD_H

#include "agent/lib/linefit.h"
#include "kmod/core/cltime.h"
#include "scripts/lab/vtime/osc.h"
#include "scripts/lab/vtime/scenario.h"

/**
 * struct sim_card - a card
 * @spec: as the scenario describes it
 * @host: oscillator of the node's raw clock
 * @osc: that of the card's clock
 * @noise: stream of the errors of readings
 * @fit: the last readings of both clocks
 * @next: when the next reading is due, global ps
 * @line: the newest line, and the one before
 * @lines: how many of them there are
 */
struct sim_card {
	const struct vt_phc *spec;
	const struct vt_osc *host;
	struct vt_osc osc;
	struct vt_rng noise;
	struct cl_linefit fit;
	s64 next;
	struct cl_line line[2];
	unsigned int lines;
};

void sim_card_init(struct sim_card *c, const struct vt_phc *spec,
		   const struct vt_osc *host, struct vt_rng noise);
struct cl_raw sim_card_stamp(struct sim_card *c, s64 at_ps);

#endif /* _SIM_CARD_H */
