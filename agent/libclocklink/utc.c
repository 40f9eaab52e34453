// SPDX-License-Identifier: GPL-2.0-or-later
#include "head.h"

/**
 * struct zone - what is taken from cluster time to get POSIX time
 * @before: until @change, ns
 * @after: from @change on, ns
 * @change: cluster time, INT64_MAX if there is no change ahead
 *
 * @change is where the kernel's clock jumps: an inserted second repeats the one before
 * it, so it is subtracted from its begin on, 1 s before it counts in TAI - UTC.
 */
struct zone {
	s64 before;
	s64 after;
	s64 change;
};

/* While a leap second is announced, tai_offset is that before it. */
static struct zone zone_of(const struct cl_head *h)
{
	struct zone z = {
		.before = h->tai_offset * CL_NS_PER_SEC,
		.after = h->tai_offset * CL_NS_PER_SEC,
		.change = S64_MAX,
	};

	if (!h->leap_time)
		return z;
	if (h->leap == CLOCKLINK_LEAP_INSERT) {
		z.after += CL_NS_PER_SEC;
		z.change = h->leap_time - CL_NS_PER_SEC;
	} else if (h->leap == CLOCKLINK_LEAP_DELETE) {
		z.after -= CL_NS_PER_SEC;
		z.change = h->leap_time;
	}
	return z;
}

/*
 * An interval across the begin of an inserted second holds the end of the second
 * before it and the begin of its repetition, which is earlier: its ends are not
 * the ends of the result.
 */
static void convert(const struct zone *z, const struct clocklink_interval *tai,
		    struct clocklink_utc *ret)
{
	bool begins_before = tai->earliest < z->change;
	bool ends_before = tai->latest < z->change;
	bool inserted = z->after > z->before;

	ret->time.earliest =
		tai->earliest - (begins_before ? z->before : z->after);
	ret->time.latest = tai->latest - (ends_before ? z->before : z->after);
	if (inserted && begins_before && !ends_before) {
		ret->time.earliest =
			cl_min_s64(ret->time.earliest, z->change - z->after);
		ret->time.latest =
			cl_max_s64(ret->time.latest, z->change - 1 - z->before);
	}
	ret->leap_second = inserted && !ends_before &&
			   tai->earliest - z->change < CL_NS_PER_SEC;
}

/**
 * clocklink_now_utc() - UTC now
 * @c: the clock
 * @ret: UTC; all of time if it fails
 *
 * While an inserted second may be beginning the interval covers the second that is
 * repeated as far as needed, up to 1 s.
 *
 * Context: as clocklink_now(); somewhat slower.
 * Return: as clocklink_now(); CLOCKLINK_ERROR_UTC if the cluster does not know TAI - UTC.
 */
int clocklink_now_utc(const struct clocklink *c, struct clocklink_utc *ret)
{
	struct clocklink_interval tai;
	struct cl_head h;
	struct zone z;
	int err;

	ret->time.earliest = INT64_MIN;
	ret->time.latest = INT64_MAX;
	ret->leap_second = 0;
	err = cl_head_read(c, &h);
	if (!err)
		err = cl_head_interval(&h, &tai);
	if (err)
		return err;
	if (!h.tai_offset)
		return CLOCKLINK_ERROR_UTC;
	z = zone_of(&h);
	convert(&z, &tai, ret);
	return CLOCKLINK_OK;
}
