/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * When a leap second comes: at the end of a UTC month.
 */
#ifndef _CL_CORE_LEAP_H
#define _CL_CORE_LEAP_H

#include "cltime.h"
#include "types.h"

struct cl_time cl_leap_time(struct cl_time now, s32 tai_offset, s32 change);

#endif /* _CL_CORE_LEAP_H */
