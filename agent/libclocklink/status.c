// SPDX-License-Identifier: GPL-2.0-or-later
#include "head.h"

#include <string.h>

static enum clocklink_level level_of(u32 state)
{
	switch (state) {
	case CLOCKLINK_STATE_SYNCED:
		return CLOCKLINK_LEVEL_SYNCED;
	case CLOCKLINK_STATE_UNVERIFIED:
		return CLOCKLINK_LEVEL_UNVERIFIED;
	case CLOCKLINK_STATE_HOLDOVER:
		return CLOCKLINK_LEVEL_HOLDOVER;
	default:
		return CLOCKLINK_LEVEL_NONE;
	}
}

static int leap_of(u32 leap)
{
	return leap == CLOCKLINK_LEAP_INSERT ? 1 :
	       leap == CLOCKLINK_LEAP_DELETE ? -1 :
					       0;
}

/* What counts only while there is time. */
static void fill_time(const struct cl_head *h, struct clocklink_status *ret)
{
	s64 grown = cl_page_grown(&h->now, h->raw);

	ret->level = level_of(h->now.state);
	ret->bound_ns = h->now.bound_ns + grown;
	ret->hard_ns = h->now.hard_ns + grown;
	ret->remaining_ns = h->now.void_raw - h->raw.ns;
}

/**
 * clocklink_status() - what the clock says of itself
 * @c: the clock
 * @ret: all of one instant; without a time in @ret->error why, the bounds UINT64_MAX
 *	and nothing remaining
 *
 * Context: as clocklink_now(); a few times slower.
 * Return: 0, also if there is no time; CLOCKLINK_ERROR_STUCK and, the first time in a
 * child, CLOCKLINK_ERROR_NAMESPACE and CLOCKLINK_ERROR_DEVICE: then @ret has no more than
 * this as its error.
 */
int clocklink_status(const struct clocklink *c, struct clocklink_status *ret)
{
	struct cl_head h;

	memset(ret, 0, sizeof(*ret));
	ret->time.earliest = INT64_MIN;
	ret->time.latest = INT64_MAX;
	ret->bound_ns = UINT64_MAX;
	ret->hard_ns = UINT64_MAX;
	ret->error = cl_head_read(c, &h);
	if (ret->error)
		return ret->error;
	ret->error = cl_head_interval(&h, &ret->time);
	if (!ret->error)
		fill_time(&h, ret);
	ret->disruptions = h.disruptions;
	ret->node = h.node;
	ret->cluster = h.cluster;
	ret->tai_offset = h.tai_offset;
	ret->leap = leap_of(h.leap);
	ret->leap_time = h.leap_time;
	return CLOCKLINK_OK;
}
