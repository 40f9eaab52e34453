/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Time namespaces: what this process's clocks are ahead of the page's.
 */
#ifndef _CL_LIBCLOCKLINK_TIMENS_H
#define _CL_LIBCLOCKLINK_TIMENS_H

#include "kmod/core/types.h"

int cl_timens_shift(int fd, s64 *ret);

#endif /* _CL_LIBCLOCKLINK_TIMENS_H */
