/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who owns the settings: the module, once it has an instance.
 */
#ifndef _CL_DAEMON_SEED_H
#define _CL_DAEMON_SEED_H

#include "agent/core/io.h"
#include "config.h"

int cl_seed(struct cl_io *io, const struct cl_config *c);

#endif /* _CL_DAEMON_SEED_H */
