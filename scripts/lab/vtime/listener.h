/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A socket that a kernel connects to.
 */
#ifndef _VT_LISTENER_H
#define _VT_LISTENER_H

int vt_listener(const char *path);

#endif /* _VT_LISTENER_H */
