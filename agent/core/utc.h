/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * TAI and UTC: what the cluster has agreed on against what the published table
 * says.
 */
#ifndef _CL_CORE_UTC_H
#define _CL_CORE_UTC_H

#include "agent/lib/leapfile.h"
#include "entry.h"

void cl_utc_lookup(struct cl_utc *u, const struct cl_leapfile *table,
		   s64 tai_s);
int cl_utc_confirm(const struct cl_utc *u, const struct cl_utc *agreed,
		   const struct cl_leapfile *table, char *error);
s32 cl_utc_offset(const struct cl_utc *u, s64 tai_s);
u32 cl_utc_leap(const struct cl_utc *u, s64 tai_s);

#endif /* _CL_CORE_UTC_H */
