// SPDX-License-Identifier: GPL-2.0-or-later
#include "head.h"

#include <errno.h>

/**
 * cl_head_read() - read what the page says of now
 * @c: the clock
 * @ret: gets it
 *
 * Context: as clocklink_now(); a few times slower.
 * Return: 0; CLOCKLINK_ERROR_STUCK and, the first time in a child,
 * CLOCKLINK_ERROR_NAMESPACE and CLOCKLINK_ERROR_DEVICE.
 */
int cl_head_read(const struct clocklink *c, struct cl_head *ret)
{
	struct clocklink_page page;
	s64 shift;
	int err;

	err = cl_handle_shift(c, &shift);
	if (err)
		return err;
	if (cl_page_snapshot_head(&c->page, &page, &ret->raw))
		return CLOCKLINK_ERROR_STUCK;
	ret->raw = cl_raw_add(ret->raw, -shift);
	ret->now = page.now;
	ret->node = page.node;
	ret->cluster = page.cluster;
	ret->disruptions = page.disruptions;
	ret->tai_offset = page.tai_offset;
	ret->leap = page.leap;
	ret->leap_time = page.leap_time;
	return CLOCKLINK_OK;
}

/**
 * cl_head_interval() - cluster time at the instant of a head
 * @h: what was read
 * @ret: interval that holds the true time; all of time if it fails
 *
 * Return: 0; CLOCKLINK_ERROR_UNSYNCED, CLOCKLINK_ERROR_VOID, CLOCKLINK_ERROR_GONE.
 */
int cl_head_interval(const struct cl_head *h, struct clocklink_interval *ret)
{
	struct cl_interval iv;

	cl_page_eval(&h->now, h->raw, &iv);
	ret->earliest = iv.earliest.ns;
	ret->latest = iv.latest.ns;
	return cl_handle_state_error(iv.state);
}
