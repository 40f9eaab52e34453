/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of leap seconds that the IERS publishes and Debian's tzdata brings.
 */
#ifndef _CL_LIB_LEAPFILE_H
#define _CL_LIB_LEAPFILE_H

#include <stdio.h>

#include "kmod/core/types.h"

#define CL_LEAPFILE_PATH "/usr/share/zoneinfo/leap-seconds.list"
#define CL_LEAPFILE_ERROR_SIZE 320

/* 28 rows in 50 years. */
#define CL_LEAPFILE_ROWS 128

/**
 * struct cl_leap - an offset and when it began
 * @since_s: s since 1970 TAI
 * @offset_s: TAI - UTC, s
 */
struct cl_leap {
	s64 since_s;
	s16 offset_s;
};

/**
 * struct cl_leapfile - the table
 * @row: offsets, ascending in time; consecutive ones differ by one second
 * @n: number of @row, at least 1
 * @expires_s: nothing is known of what comes later, s since 1970 TAI
 */
struct cl_leapfile {
	struct cl_leap row[CL_LEAPFILE_ROWS];
	unsigned int n;
	s64 expires_s;
};

int cl_leapfile_read(struct cl_leapfile *l, const char *path, FILE *f,
		     char *error);
int cl_leapfile_load(struct cl_leapfile *l, const char *path, char *error);
const struct cl_leap *cl_leapfile_at(const struct cl_leapfile *l, s64 tai_s);

#endif /* _CL_LIB_LEAPFILE_H */
