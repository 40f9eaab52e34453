/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the monitor gives up.
 */
#ifndef _CL_MONITOR_CONFINE_H
#define _CL_MONITOR_CONFINE_H

int cl_confine(void);

#endif /* _CL_MONITOR_CONFINE_H */
