/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Random faults, as cs_schedule_draw() draws them.
 */
#ifndef _CS_STORM_H
#define _CS_STORM_H

#include "trial.h"

bool cs_storm_run(const struct cs_trial *trial, struct cs_town *t);

#endif /* _CS_STORM_H */
