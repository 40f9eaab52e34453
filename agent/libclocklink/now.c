// SPDX-License-Identifier: GPL-2.0-or-later
#include "handle.h"

#include <errno.h>

#include "agent/lib/compiler.h"

/* Nobody who overlooks an error shall take the interval for a time. */
static int fail(int err, struct clocklink_interval *ret)
{
	ret->earliest = INT64_MIN;
	ret->latest = INT64_MAX;
	return err;
}

/* The way of the first reading in a process, of a page just written, of errors. */
static noinline int read_slowly(const struct clocklink *c, bool hard,
				struct clocklink_interval *ret)
{
	struct cl_interval iv;
	s64 shift;
	int err;

	err = cl_handle_shift(c, &shift);
	if (err)
		return fail(err, ret);
	err = cl_page_read(&c->page, shift, hard, &iv);
	if (err)
		return fail(err == -EAGAIN ? CLOCKLINK_ERROR_STUCK :
					     cl_handle_state_error(iv.state),
			    ret);
	ret->earliest = iv.earliest.ns;
	ret->latest = iv.latest.ns;
	return CLOCKLINK_OK;
}

static __always_inline int read_page(const struct clocklink *c, bool hard,
				     struct clocklink_interval *ret)
{
	struct clocklink_anchor a;
	struct cl_interval iv;
	struct cl_raw raw;
	s64 shift;

	/* The clock is read as early as can be: it waits for all loads before. */
	if (!cl_page_look(c->page.map, hard, &a, &raw) ||
	    !cl_shift_load(c->shift, &shift) ||
	    cl_page_eval(&a, cl_raw_add(raw, -shift), &iv))
		return read_slowly(c, hard, ret);
	ret->earliest = iv.earliest.ns;
	ret->latest = iv.latest.ns;
	return CLOCKLINK_OK;
}

/**
 * clocklink_now() - cluster time now
 * @c: the clock
 * @ret: interval that holds the true time at an instant during the call; all of
 *	time if it fails
 *
 * Context: any thread, no system call but for the first one after fork(); about
 * as fast as clock_gettime().  Not in a signal handler of a child that has not
 * read it before.
 * Return: 0; CLOCKLINK_ERROR_UNSYNCED, CLOCKLINK_ERROR_VOID, CLOCKLINK_ERROR_GONE,
 * CLOCKLINK_ERROR_STUCK; the first time in a child also CLOCKLINK_ERROR_NAMESPACE and
 * CLOCKLINK_ERROR_DEVICE.
 */
int clocklink_now(const struct clocklink *c, struct clocklink_interval *ret)
{
	return read_page(c, false, ret);
}

/**
 * clocklink_now_hard() - cluster time now, with the hard bound
 * @c: the clock
 * @ret: as clocklink_now() has it, but wider: nothing is assumed about how alike
 *	both ways through the network are
 *
 * Context: as clocklink_now().
 * Return: as clocklink_now().
 */
int clocklink_now_hard(const struct clocklink *c,
		       struct clocklink_interval *ret)
{
	return read_page(c, true, ret);
}
