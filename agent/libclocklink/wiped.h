/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory that is zero in a child after fork().
 */
#ifndef _CL_LIBCLOCKLINK_WIPED_H
#define _CL_LIBCLOCKLINK_WIPED_H

#include <stddef.h>

void *cl_wiped_new(size_t size);
void cl_wiped_free(void *p, size_t size);

#endif /* _CL_LIBCLOCKLINK_WIPED_H */
