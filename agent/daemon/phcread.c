// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A device that is latched with the system's clock by hardware gives raw time
 * itself.  Any other is read between two readings of CLOCK_REALTIME by the
 * kernel; raw time is found from readings of both clocks before and after.
 */
#include "phcread.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/ptp_clock.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <time.h>

#include "agent/lib/now.h"

/* Readings of which the shortest counts: one may be preempted. */
#define PHC_READINGS 5
#define SYSTEM_READINGS 3

/* CLOCK_REALTIME may be slewed by 500 ppm, but was not stepped, 1000 ppm. */
#define SLEW_MAX 1000
#define SLEW_FLOOR_NS 1000

/* CLOCK_REALTIME and raw time of one instant. */
struct instant {
	s64 real_ns;
	s64 raw_ns;
	s64 width_ns;
};

static s64 time_ns(const struct ptp_clock_time *t)
{
	return t->sec * CL_NS_PER_SEC + t->nsec;
}

static struct instant read_system(void)
{
	struct instant best = { .width_ns = S64_MAX };
	s64 before, real, after;

	for (int i = 0; i < SYSTEM_READINGS; i++) {
		before = cl_now_ns(CLOCK_MONOTONIC_RAW);
		real = cl_now_ns(CLOCK_REALTIME);
		after = cl_now_ns(CLOCK_MONOTONIC_RAW);
		if (after - before >= best.width_ns)
			continue;
		best = (struct instant){
			.real_ns = real,
			.raw_ns = before + (after - before) / 2,
			.width_ns = after - before,
		};
	}
	return best;
}

/* The shortest reading, raw_ns being CLOCK_REALTIME still. */
static struct cl_phcread shortest(const struct ptp_sys_offset_extended *x)
{
	struct cl_phcread best = { .width_ns = S64_MAX };
	s64 before, width;

	for (unsigned int i = 0; i < x->n_samples; i++) {
		before = time_ns(&x->ts[i][0]);
		width = time_ns(&x->ts[i][2]) - before;
		if (width < 0 || width >= best.width_ns)
			continue;
		best = (struct cl_phcread){
			.phc_ns = time_ns(&x->ts[i][1]),
			.raw_ns = before + width / 2,
			.width_ns = width,
		};
	}
	return best;
}

static int read_extended(int fd, struct cl_phcread *ret)
{
	struct ptp_sys_offset_extended x = { .n_samples = PHC_READINGS };
	struct instant from = read_system(), to;
	s64 real, raw, d;

	if (ioctl(fd, PTP_SYS_OFFSET_EXTENDED, &x))
		return -errno;
	to = read_system();
	*ret = shortest(&x);
	real = to.real_ns - from.real_ns;
	raw = to.raw_ns - from.raw_ns;
	d = ret->raw_ns - from.real_ns;
	if (ret->width_ns == S64_MAX || real <= 0 || d < 0 || d > real ||
	    llabs(real - raw) > raw / SLEW_MAX + SLEW_FLOOR_NS)
		return -EAGAIN;
	ret->raw_ns = from.raw_ns + d + d * (raw - real) / real;
	return 0;
}

static int read_precise(int fd, struct cl_phcread *ret)
{
	struct ptp_sys_offset_precise x = { .rsv = { 0 } };

	if (ioctl(fd, PTP_SYS_OFFSET_PRECISE, &x))
		return -errno;
	*ret = (struct cl_phcread){
		.phc_ns = time_ns(&x.device),
		.raw_ns = time_ns(&x.sys_monoraw),
	};
	return 0;
}

/**
 * cl_phcread_open() - open a clock for reading
 * @index: number of /dev/ptpN
 *
 * Return: descriptor or -errno.
 */
int cl_phcread_open(int index)
{
	char path[32];
	int fd;

	snprintf(path, sizeof(path), "/dev/ptp%d", index);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/**
 * cl_phcread_get() - read a clock and raw time
 * @fd: the clock
 * @ret: the reading
 *
 * Return: 0; -EAGAIN if somebody stepped CLOCK_REALTIME meanwhile, -EOPNOTSUPP
 * if the clock cannot be read so, -ENODEV if the device is gone.
 */
int cl_phcread_get(int fd, struct cl_phcread *ret)
{
	int err = read_precise(fd, ret);

	return err == -EOPNOTSUPP ? read_extended(fd, ret) : err;
}
