/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Capabilities that the daemon keeps.
 */
#ifndef _CL_DAEMON_PRIVILEGES_H
#define _CL_DAEMON_PRIVILEGES_H

#include "kmod/core/types.h"

int cl_privileges_limit(bool sys_time);

#endif /* _CL_DAEMON_PRIVILEGES_H */
