/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A leader that drags cluster time away by less than its followers' gate, and what
 * they see of it by their oscillators.
 */
#ifndef _BYZ_DRAG_H
#define _BYZ_DRAG_H

#include "net.h"

/**
 * struct byz_drag_case - what is simulated; one update per second
 * @sigma_ppb: rms error of a measured rate
 * @tau_s: its correlation time
 * @wander_ppb: of every oscillator, the leader's too, per root of s
 * @jump_ppb: every follower's oscillator jumps once by so much
 * @drag_ppb: the leader's time begins to run faster by so much at once
 * @ramp_ppb: and by so much more each second
 * @before_s: time before that
 * @after_s: time after that
 */
struct byz_drag_case {
	double sigma_ppb;
	double tau_s;
	double wander_ppb;
	double jump_ppb;
	double drag_ppb;
	double ramp_ppb;
	unsigned int before_s;
	unsigned int after_s;
};

/**
 * struct byz_drag_result - what came of it
 * @refused: updates that one follower refused before the attack
 * @false_no_confidence: times that one had no confidence before the attack
 * @false_deposed: times that so many had none that the leader would be deposed
 * @deposed_s: after so many seconds of the attack it was; 0: it was not
 * @moved_ns: what it had moved cluster time by until then
 */
struct byz_drag_result {
	unsigned int refused;
	unsigned int false_no_confidence;
	unsigned int false_deposed;
	unsigned int deposed_s;
	double moved_ns;
};

void byz_drag(const struct byz_drag_case *c, u64 seed,
	      struct byz_drag_result *ret);

#endif /* _BYZ_DRAG_H */
