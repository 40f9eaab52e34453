/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files of a running daemon; there is one per network namespace.
 */
#ifndef _CL_LIB_RUNPATH_H
#define _CL_LIB_RUNPATH_H

#define CL_RUNPATH_DIR "/run/clocklink"
#define CL_RUNPATH_SIZE 64

int cl_runpath(char path[CL_RUNPATH_SIZE], const char *suffix);

#endif /* _CL_LIB_RUNPATH_H */
