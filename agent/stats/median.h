/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The middle one of some numbers.
 */
#ifndef _CL_STATS_MEDIAN_H
#define _CL_STATS_MEDIAN_H

#include <stddef.h>

#include "kmod/core/types.h"

s64 cl_median(s64 *v, size_t n);

#endif /* _CL_STATS_MEDIAN_H */
