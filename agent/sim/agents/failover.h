/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Leaders fail, parts of the cluster are cut off, nodes come and go.
 */
#ifndef _CS_FAILOVER_H
#define _CS_FAILOVER_H

#include "trial.h"

bool cs_failover_run(const struct cs_trial *trial, struct cs_town *t);
bool cs_minority_run(const struct cs_trial *trial, struct cs_town *t);
bool cs_restart_run(const struct cs_trial *trial, struct cs_town *t);
bool cs_joins_run(const struct cs_trial *trial, struct cs_town *t);

#endif /* _CS_FAILOVER_H */
