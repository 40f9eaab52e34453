/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is measured of a run.
 */
#ifndef _CS_FIGURES_H
#define _CS_FIGURES_H

#include "town.h"

/* Time between two readings. */
#define CS_FIGURES_GRID_NS (10 * CL_NS_PER_MS)

/**
 * struct cs_series - numbers, in the order in which they came
 * @v: the numbers
 * @n: how many
 * @room: of @v
 */
struct cs_series {
	s64 *v;
	size_t n;
	size_t room;
};

/**
 * struct cs_figures - of honest nodes that have a usable clock
 * @without: a node that does not count, 0: none
 * @error: absolute errors, ns
 * @bound: bounds, ns
 * @shift_max_ns: largest size of the mean error of all at one instant
 * @spread_max_ns: largest distance of one from that mean
 * @readings: of all of these nodes
 * @unusable: readings of nodes without a usable clock
 * @holding: readings in holdover
 * @unverified: readings that nobody has verified
 */
struct cs_figures {
	u32 without;
	struct cs_series error;
	struct cs_series bound;
	s64 shift_max_ns;
	s64 spread_max_ns;
	u64 readings;
	u64 unusable;
	u64 holding;
	u64 unverified;
};

void cs_series_add(struct cs_series *s, s64 v);
s64 cs_series_quantile(struct cs_series *s, double q);
void cs_series_print(const struct cs_series *s, const char *name);
double cs_series_rms(const struct cs_series *s);
void cs_figures_read(struct cs_figures *f, const struct cs_town *t);
bool cs_figures_pass(struct cs_figures *f, struct cs_town *t, s64 ns);
void cs_figures_print(struct cs_figures *f);
void cs_figures_free(struct cs_figures *f);

#endif /* _CS_FIGURES_H */
