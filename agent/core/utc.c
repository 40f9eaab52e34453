// SPDX-License-Identifier: GPL-2.0-or-later
#include "utc.h"

#include <linux/clocklink.h>
#include <string.h>
#include <time.h>

static const struct cl_leap *next_row(const struct cl_leapfile *table,
				      const struct cl_leap *row)
{
	return row + 1 < table->row + table->n ? row + 1 : NULL;
}

static void announce(struct cl_utc *u, const struct cl_leap *next)
{
	u->leap = next->offset_s > u->offset_s ? CLOCKLINK_LEAP_INSERT :
						 CLOCKLINK_LEAP_DELETE;
	u->leap_s = next->since_s;
}

/**
 * cl_utc_lookup() - what the table says of a time
 * @u: gets it, with the next leap second if there is one in the table; all zero
 *	before the first row
 * @table: the table
 * @tai_s: the time, s since 1970 TAI
 */
void cl_utc_lookup(struct cl_utc *u, const struct cl_leapfile *table, s64 tai_s)
{
	const struct cl_leap *row = cl_leapfile_at(table, tai_s);
	const struct cl_leap *next;

	memset(u, 0, sizeof(*u));
	if (!row)
		return;
	u->since_s = row->since_s;
	u->offset_s = row->offset_s;
	next = next_row(table, row);
	if (next)
		announce(u, next);
}

/**
 * cl_utc_confirm() - does the table say so
 * @u: what is to be agreed on
 * @agreed: what has been agreed on before
 * @table: the table, NULL: there is none
 * @error: CL_ENTRY_ERROR_SIZE bytes; on failure what differs
 *
 * Who has an old table does not know of a leap second and does not confirm it.
 * An entry without a leap second may be from before it was announced; but it does
 * not take back one that the table has.
 *
 * Return: 0 or -EINVAL.
 */
int cl_utc_confirm(const struct cl_utc *u, const struct cl_utc *agreed,
		   const struct cl_leapfile *table, char *error)
{
	struct cl_utc known;

	if (!table)
		return cl_wrong(error,
				"utc: no table of leap seconds to compare");
	cl_utc_lookup(&known, table, u->since_s);
	if (!known.since_s || known.since_s != u->since_s ||
	    known.offset_s != u->offset_s)
		return cl_wrong(error, "utc: the table has no %d s since %lld",
				u->offset_s, (long long)u->since_s);
	if (u->leap != CLOCKLINK_LEAP_NONE &&
	    (known.leap != u->leap || known.leap_s != u->leap_s))
		return cl_wrong(error,
				"utc: the table has no such leap at %lld",
				(long long)u->leap_s);
	if (u->leap == CLOCKLINK_LEAP_NONE &&
	    known.leap != CLOCKLINK_LEAP_NONE &&
	    u->since_s == agreed->since_s && agreed->leap == known.leap)
		return cl_wrong(error, "utc: denies a leap that the table has");
	return 0;
}

/**
 * cl_utc_offset() - TAI - UTC at a time
 * @u: what was agreed on
 * @tai_s: the time, s since 1970 TAI, not before @u->since_s
 *
 * Return: the offset in s, that after the leap second from @u->leap_s on.
 */
s32 cl_utc_offset(const struct cl_utc *u, s64 tai_s)
{
	if (u->leap == CLOCKLINK_LEAP_NONE || tai_s < u->leap_s)
		return u->offset_s;
	return u->offset_s + (u->leap == CLOCKLINK_LEAP_INSERT ? 1 : -1);
}

/**
 * cl_utc_leap() - leap second at the end of the current UTC month
 * @u: what was agreed on
 * @tai_s: the time, s since 1970 TAI, not before @u->since_s
 *
 * Return: enum clocklink_leap.
 */
u32 cl_utc_leap(const struct cl_utc *u, s64 tai_s)
{
	time_t now = tai_s - u->offset_s;
	time_t last = u->leap_s - cl_utc_offset(u, u->leap_s) - 1;
	struct tm a, b;

	if (u->leap == CLOCKLINK_LEAP_NONE || tai_s >= u->leap_s)
		return CLOCKLINK_LEAP_NONE;
	/* An inserted second has no name there. */
	if (now > last)
		now = last;
	if (!gmtime_r(&now, &a) || !gmtime_r(&last, &b))
		return CLOCKLINK_LEAP_NONE;
	return a.tm_year == b.tm_year && a.tm_mon == b.tm_mon ?
		       u->leap :
		       CLOCKLINK_LEAP_NONE;
}
