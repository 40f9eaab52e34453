/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Other programs that set the system's clock.
 */
#ifndef _CL_LIB_RIVAL_H
#define _CL_LIB_RIVAL_H

#include <stdbool.h>
#include <stddef.h>

bool cl_rival_find(const char *proc, bool all, char *who, size_t size);

#endif /* _CL_LIB_RIVAL_H */
