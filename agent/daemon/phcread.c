// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A device that is latched with the system's clock by hardware gives raw time
 * itself.  Any other is read between two readings of CLOCK_REALTIME by the
 * kernel; raw time is found from readings of both clocks before and after.
 */
#include "phcread.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <time.h>

#include "agent/lib/now.h"
#include "kmod/core/fixed.h"

/* Readings at a time; those longer than the shortest by more than a share do not count. */
#define PHC_READINGS 10
#define WIDER_DIV 8
/* What the granularity of a device's clock does not explain. */
#define CHANGED_NS 1000
#define SYSTEM_READINGS 3

/* A reading that took longer than usual says little. */
#define WIDTH_FACTOR 4
#define WIDTH_FLOOR_NS 100

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

/* One of several readings. */
struct reading {
	s64 real_ns; /* CLOCK_REALTIME in the middle */
	s64 phc_ns;
	s64 width_ns;
};

static struct reading reading(const struct ptp_sys_offset_extended *x,
			      unsigned int i)
{
	s64 before = time_ns(&x->ts[i][0]);
	s64 width = time_ns(&x->ts[i][2]) - before;

	return (struct reading){
		.real_ns = before + width / 2,
		.phc_ns = time_ns(&x->ts[i][1]),
		.width_ns = width,
	};
}

/* By how much the device's clock is further ahead in one reading than in another. */
static s64 ahead(const struct reading *r, const struct reading *of)
{
	return (s64)((u64)r->phc_ns - (u64)of->phc_ns - (u64)r->real_ns +
		     (u64)of->real_ns);
}

static struct reading shortest(const struct ptp_sys_offset_extended *x)
{
	struct reading best = { .width_ns = S64_MAX }, r;

	for (unsigned int i = 0; i < x->n_samples; i++) {
		r = reading(x, i);
		if (r.width_ns >= 0 && r.width_ns < best.width_ns)
			best = r;
	}
	return best;
}

/**
 * cl_phcread_mean() - one reading of several
 * @x: readings by the kernel, at most PTP_MAX_SAMPLES
 * @ret: the mean, @raw_ns being CLOCK_REALTIME still; the width is that of the
 *	shortest
 *
 * The longer ones were held up somewhere.  At which instant of the others the
 * device's clock was latched is not known and varies, so that the mean of those
 * that took about as long as the shortest is better than any of them.  One that
 * contradicts the shortest is of a clock that was changed meanwhile.
 *
 * Return: 0; -EAGAIN if CLOCK_REALTIME went backwards in all of them, then @ret
 * is untouched.
 */
int cl_phcread_mean(const struct ptp_sys_offset_extended *x,
		    struct cl_phcread *ret)
{
	struct reading best = shortest(x), r;
	s64 sum = 0, n = 0;

	if (best.width_ns == S64_MAX)
		return -EAGAIN;
	for (unsigned int i = 0; i < x->n_samples; i++) {
		r = reading(x, i);
		if (r.width_ns < 0 ||
		    r.width_ns - best.width_ns > best.width_ns / WIDER_DIV ||
		    cl_abs_s64(ahead(&r, &best)) > (u64)r.width_ns + CHANGED_NS)
			continue;
		sum += ahead(&r, &best);
		n++;
	}
	*ret = (struct cl_phcread){
		.phc_ns = best.phc_ns + sum / n,
		.raw_ns = best.real_ns,
		.width_ns = best.width_ns,
	};
	return 0;
}

static int read_extended(int fd, struct cl_phcread *ret)
{
	struct ptp_sys_offset_extended x = { .n_samples = PHC_READINGS };
	struct instant from = read_system(), to;
	s64 real, raw, d;

	if (ioctl(fd, PTP_SYS_OFFSET_EXTENDED, &x))
		return -errno;
	to = read_system();
	if (cl_phcread_mean(&x, ret))
		return -EAGAIN;
	real = to.real_ns - from.real_ns;
	raw = to.raw_ns - from.raw_ns;
	d = ret->raw_ns - from.real_ns;
	if (real <= 0 || d < 0 || d > real ||
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
 * cl_phcread_open() - open a clock
 * @index: number of /dev/ptpN
 * @flags: O_RDONLY, or O_RDWR to set it as well
 *
 * Return: descriptor or -errno.
 */
int cl_phcread_open(int index, int flags)
{
	char path[32];
	int fd;

	snprintf(path, sizeof(path), "/dev/ptp%d", index);
	fd = open(path, flags | O_CLOEXEC);
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

/**
 * cl_phcread_wide() - is a reading longer than usual
 * @usual_ns: usual width, 0 before the first reading
 * @width_ns: that of the reading
 *
 * A short one is forgotten within some readings, if the device has become slower.
 *
 * Return: true if it is not to be used.
 */
bool cl_phcread_wide(s64 *usual_ns, s64 width_ns)
{
	s64 usual = *usual_ns ? *usual_ns + *usual_ns / 32 + 1 : width_ns;

	*usual_ns = cl_min_s64(usual, width_ns);
	return width_ns > WIDTH_FACTOR * *usual_ns + WIDTH_FLOOR_NS;
}
