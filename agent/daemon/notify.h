/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Messages to the service manager (sd_notify(3)), without its library.
 */
#ifndef _CL_DAEMON_NOTIFY_H
#define _CL_DAEMON_NOTIFY_H

#include "kmod/core/types.h"

int cl_notify(const char *message);
s64 cl_notify_watchdog_ns(void);

#endif /* _CL_DAEMON_NOTIFY_H */
