/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A line through the last readings of two clocks.
 */
#ifndef _CL_LIB_LINEFIT_H
#define _CL_LIB_LINEFIT_H

#include "kmod/core/types.h"

/* Readings that the line goes through, and how many it needs. */
#define CL_LINEFIT_POINTS 16
#define CL_LINEFIT_MIN 8

/**
 * struct cl_linefit - last readings
 * @n: number of readings, at most CL_LINEFIT_POINTS
 * @next: place of the next one
 * @x: one clock, ns
 * @y: the other one, ns
 */
struct cl_linefit {
	unsigned int n;
	unsigned int next;
	s64 x[CL_LINEFIT_POINTS];
	s64 y[CL_LINEFIT_POINTS];
};

/**
 * struct cl_line - the line
 * @x: anchor: the last reading of the one clock
 * @y: the other one's time there
 * @rate: d y / d x - 1
 * @sigma_ns: standard deviation of a reading from the line
 */
struct cl_line {
	s64 x;
	s64 y;
	double rate;
	double sigma_ns;
};

void cl_linefit_init(struct cl_linefit *f);
void cl_linefit_add(struct cl_linefit *f, s64 x, s64 y);
int cl_linefit_get(const struct cl_linefit *f, struct cl_line *ret);
double cl_line_residual(const struct cl_line *l, s64 x, s64 y);

#endif /* _CL_LIB_LINEFIT_H */
