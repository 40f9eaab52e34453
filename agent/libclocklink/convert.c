// SPDX-License-Identifier: GPL-2.0-or-later
#include "handle.h"

#include <errno.h>
#include <sys/ioctl.h>

#include "agent/lib/compiler.h"
#include "agent/lib/now.h"
#include "agent/lib/past.h"

/* All clocks now, by the initial time namespace; 0 or an error of the library. */
static int read_clocks(const struct clocklink *c, struct clocklink_stamp *ret)
{
	int err;

	if (c->is_file) {
		*ret = (struct clocklink_stamp){
			.raw = cl_page_raw().ns,
			.monotonic = cl_now_ns(CLOCK_MONOTONIC),
			.realtime = cl_now_ns(CLOCK_REALTIME),
			.set = c->page.map->now.set,
		};
		return CLOCKLINK_OK;
	}
	err = cl_handle_check_file(c);
	if (!err && ioctl(c->fd, CLOCKLINK_IOC_STAMP, ret))
		err = CLOCKLINK_ERROR_DEVICE;
	return err;
}

/* Saturates: what is so far off is in the past or in the future all the same. */
static s64 without(s64 stamp, s64 shift)
{
	s64 ns;

	if (__builtin_sub_overflow(stamp, shift, &ns))
		return shift > 0 ? S64_MIN : S64_MAX;
	return ns;
}

static int past_error(int err, u32 state)
{
	switch (err) {
	case 0:
		return CLOCKLINK_OK;
	case -ENODATA:
		return cl_handle_state_error(state);
	case -ERANGE:
		return CLOCKLINK_ERROR_PAST;
	case -EDOM:
		return CLOCKLINK_ERROR_FUTURE;
	case -ESTALE:
		return CLOCKLINK_ERROR_CLOCK_SET;
	default:
		return CLOCKLINK_ERROR_FORMAT;
	}
}

/* As clocklink_convert(), but @ret is untouched by some errors. */
static int convert(const struct clocklink *c, enum cl_past_clock clock,
		   s64 stamp, struct clocklink_interval *ret)
{
	struct clocklink_stamp end;
	struct clocklink_page page;
	struct cl_interval iv;
	struct cl_raw raw;
	s64 shift;
	int err;

	err = cl_handle_shift(c, &shift);
	if (!err)
		err = read_clocks(c, &end);
	if (err)
		return err;
	if (cl_page_snapshot(&c->page, &page, &raw))
		return CLOCKLINK_ERROR_STUCK;
	if (clock != CL_PAST_REALTIME)
		stamp = without(stamp, shift);
	err = cl_past_read(&page, &end, clock, stamp, &iv);
	ret->earliest = iv.earliest.ns;
	ret->latest = iv.latest.ns;
	return past_error(err, iv.state);
}

/**
 * clocklink_convert() - cluster time of a stamp that was taken before
 * @c: the clock
 * @source: clock of this process by which it was taken
 * @stamp: what that showed, ns
 * @ret: the interval of cluster time then; all of time if it fails
 *
 * The bound is that of then.  What is remembered are the last 128 changes of the
 * clock, half a minute or more, and nothing from before a disruption.  A stamp of
 * CLOCK_MONOTONIC_RAW loses nothing; the others are interpolated, so that the interval is
 * wider by what NTP may have bent them by within a segment.
 *
 * Context: any thread; one system call, and 14 KiB of the stack.
 * Return: 0; CLOCKLINK_ERROR_ARGUMENT; CLOCKLINK_ERROR_PAST; CLOCKLINK_ERROR_FUTURE;
 * CLOCKLINK_ERROR_CLOCK_SET if CLOCK_REALTIME may have been set then or shown it twice;
 * CLOCKLINK_ERROR_UNSYNCED, CLOCKLINK_ERROR_VOID, CLOCKLINK_ERROR_GONE if the clock had no
 * time then; CLOCKLINK_ERROR_STUCK, CLOCKLINK_ERROR_FORMAT, CLOCKLINK_ERROR_DEVICE; the
 * first time in a child also CLOCKLINK_ERROR_NAMESPACE.
 */
int clocklink_convert(const struct clocklink *c, enum clocklink_source source,
		      int64_t stamp, struct clocklink_interval *ret)
{
	static const enum cl_past_clock clocks[] = {
		[CLOCKLINK_RAW] = CL_PAST_RAW,
		[CLOCKLINK_MONOTONIC] = CL_PAST_MONOTONIC,
		[CLOCKLINK_REALTIME] = CL_PAST_REALTIME,
	};

	ret->earliest = INT64_MIN;
	ret->latest = INT64_MAX;
	if ((unsigned int)source >= ARRAY_SIZE(clocks))
		return CLOCKLINK_ERROR_ARGUMENT;
	return convert(c, clocks[source], stamp, ret);
}
