/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * How the frequency of the local oscillator depends on a temperature.
 *
 * A crystal's frequency changes by some 10 to 100 ppb per kelvin.  What one that is
 * in use does is learnt from changes: of the temperature, and of the frequency as
 * measured meanwhile.  Levels would not do, because a frequency that wanders seems
 * to depend on anything that has a trend.
 */
#ifndef _CL_CORE_THERMAL_H
#define _CL_CORE_THERMAL_H

#include "cltime.h"
#include "estimate.h"
#include "types.h"

/* Frequency and temperature are means over so much time, s. */
#define CL_THERMAL_SPAN_S 128

/* Nobody knows an oscillator before: 1 ppm per kelvin, 1e-12 per kelvin. */
#define CL_THERMAL_PRIOR_PPT 1000000

/* What is learnt is used from so many changes and so many sigma on. */
#define CL_THERMAL_CHANGES_MIN 4
#define CL_THERMAL_SIGMAS 3

/**
 * struct cl_thermal - a temperature and its effect
 * @known: there has been a reading
 * @now_mk: the last reading, 1e-3 degrees Celsius
 * @begun: a span has begun
 * @first: estimate at its start
 * @sum_mk: sum of the temperatures in it
 * @n: how many
 * @has_last: there was a span before
 * @last_mk: mean temperature in it
 * @last_y_q48: mean frequency in it, see struct cl_estimate
 * @slope_ppt: change of the frequency, 1e-12 per kelvin
 * @var: variance of @slope_ppt
 * @changes: changes that were learnt from
 */
struct cl_thermal {
	bool known;
	s32 now_mk;
	bool begun;
	struct cl_estimate first;
	s64 sum_mk;
	u32 n;
	bool has_last;
	s32 last_mk;
	s64 last_y_q48;
	s64 slope_ppt;
	u64 var;
	u32 changes;
};

/**
 * struct cl_thermal_hold - a line that goes on alone while the temperature changes
 * @known: it began with a temperature
 * @began_mk: that temperature
 * @line_mk: temperature that the line's rate is right for
 * @err_ppt: largest standard deviation of the correction so far, 1e-12
 */
struct cl_thermal_hold {
	bool known;
	s32 began_mk;
	s32 line_mk;
	u64 err_ppt;
};

void cl_thermal_init(struct cl_thermal *t);
void cl_thermal_read(struct cl_thermal *t, s32 mk);
void cl_thermal_learn(struct cl_thermal *t, const struct cl_estimate *e);
void cl_thermal_rebase(struct cl_thermal *t);
bool cl_thermal_trusted(const struct cl_thermal *t);
s64 cl_thermal_since(const struct cl_thermal *t, s32 mk, u64 *ret_err_ppt);
void cl_thermal_begin(const struct cl_thermal *t, struct cl_thermal_hold *h);
s64 cl_thermal_go_on(const struct cl_thermal *t, struct cl_thermal_hold *h);

#endif /* _CL_CORE_THERMAL_H */
