/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One daemon per network namespace: two that lead would fight for the term.
 */
#ifndef _CL_DAEMON_LOCK_H
#define _CL_DAEMON_LOCK_H

int cl_lock_take(void);

#endif /* _CL_DAEMON_LOCK_H */
