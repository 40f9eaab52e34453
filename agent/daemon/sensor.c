// SPDX-License-Identifier: GPL-2.0-or-later
#include "sensor.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/lib/units.h"

/* Range of the netlink spec. */
#define MIN_MK (-100000)
#define MAX_MK 200000

/* A number and a newline. */
#define TEXT_SIZE 24

static int read_text(const char *path, char buf[TEXT_SIZE])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;
	int err = 0;

	if (fd < 0)
		return -errno;
	n = read(fd, buf, TEXT_SIZE - 1);
	if (n < 0)
		err = -errno;
	else
		buf[n] = '\0';
	close(fd);
	return err;
}

/* -EINVAL: no temperature. */
static int read_sensor(const char *path, s32 *ret_mk)
{
	char text[TEXT_SIZE];
	s64 mk = 0;
	int err;

	err = read_text(path, text);
	if (err)
		return err;
	text[strcspn(text, "\n")] = '\0';
	if (cl_units_parse_number(text, MIN_MK, MAX_MK, &mk))
		return -EINVAL;
	*ret_mk = (s32)mk;
	return 0;
}

/* Log the first failure and its end, not every one between. */
static void note(struct cl_sensor *s, const char *why)
{
	if (why && !s->failing)
		cl_io_log(s->io, CL_IO_WARNING, "temperature %s: %s", s->path,
			  why);
	else if (!why && s->failing)
		cl_io_log(s->io, CL_IO_NOTICE, "temperature %s: known again",
			  s->path);
	s->failing = why;
}

/**
 * cl_sensor_init() - begin without an instance
 * @s: sensor
 * @io: the world; must outlive @s
 * @path: its file, NULL: there is none; must outlive @s
 */
void cl_sensor_init(struct cl_sensor *s, struct cl_io *io, const char *path)
{
	memset(s, 0, sizeof(*s));
	s->io = io;
	s->path = path;
	s->next = CL_SENSOR_NEVER;
}

/**
 * cl_sensor_settings() - an instance has come or gone
 * @s: sensor
 * @present: there is one
 */
void cl_sensor_settings(struct cl_sensor *s, bool present)
{
	if (s->path && present && !s->present)
		s->next = s->io->ops->now(s->io);
	else if (!present)
		s->next = CL_SENSOR_NEVER;
	s->present = present;
}

/**
 * cl_sensor_deadline() - when to call cl_sensor_run()
 * @s: sensor
 *
 * Return: instant in io time, CL_SENSOR_NEVER without sensor or instance.
 */
s64 cl_sensor_deadline(const struct cl_sensor *s)
{
	return s->next;
}

/**
 * cl_sensor_run() - read the sensor, if that is due
 * @s: sensor
 */
void cl_sensor_run(struct cl_sensor *s)
{
	struct cl_engine *e = s->io->engine;
	s64 now = s->io->ops->now(s->io);
	s32 mk = 0;
	int err;

	if (now < s->next)
		return;
	s->next = now + CL_SENSOR_INTERVAL_NS;
	err = read_sensor(s->path, &mk);
	if (err)
		note(s, err == -EINVAL ? "not a temperature in 1e-3 degrees" :
					 strerror(-err));
	else if (e->ops->set_temperature(e, mk))
		note(s, e->error);
	else
		note(s, NULL);
}
