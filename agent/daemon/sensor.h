/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads a temperature sensor of the kernel and tells the engine.
 */
#ifndef _CL_DAEMON_SENSOR_H
#define _CL_DAEMON_SENSOR_H

#include "agent/core/io.h"

#define CL_SENSOR_NEVER S64_MAX

/* Crystals are slow. */
#define CL_SENSOR_INTERVAL_NS (2 * CL_NS_PER_SEC)

/**
 * struct cl_sensor - a sensor
 * @io: the world
 * @path: file with the temperature in 1e-3 degrees Celsius, as those of hwmon
 *	and thermal zones; NULL: there is none
 * @present: there is an instance
 * @failing: the last reading failed, and that was logged
 * @next: next reading, io time
 */
struct cl_sensor {
	struct cl_io *io;
	const char *path;
	bool present;
	bool failing;
	s64 next;
};

void cl_sensor_init(struct cl_sensor *s, struct cl_io *io, const char *path);
void cl_sensor_settings(struct cl_sensor *s, bool present);
s64 cl_sensor_deadline(const struct cl_sensor *s);
void cl_sensor_run(struct cl_sensor *s);

#endif /* _CL_DAEMON_SENSOR_H */
