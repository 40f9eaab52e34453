/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Some nodes begin to lie.
 */
#ifndef _CS_ATTACK_H
#define _CS_ATTACK_H

#include "trial.h"

bool cs_attack_run(const struct cs_trial *trial, struct cs_town *t);

#endif /* _CS_ATTACK_H */
