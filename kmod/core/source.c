// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * A stamp that is missing costs the sample it belongs to.  Many in a row would
 * cost the session: a device out of registers for transmit stamps, or one
 * whose filter somebody else has narrowed.
 */
#include "source.h"

/**
 * cl_source_init() - start with the device's stamps
 * @s: source
 */
void cl_source_init(struct cl_source *s)
{
	*s = (struct cl_source){ .tolerated = CL_SOURCE_MISSING_MAX };
}

/**
 * cl_source_hardware() - are the device's stamps to be used now
 * @s: source
 * @now: raw time
 *
 * Return: true; false if too many are missing: @s->fallbacks counts how often
 * that began.
 */
bool cl_source_hardware(struct cl_source *s, struct cl_raw now)
{
	if (s->off) {
		if (cl_raw_sub(now, s->retry) < 0)
			return false;
		s->off = false;
		s->tx_missing = 0;
		s->rx_missing = 0;
		s->tx_seen = false;
		s->rx_seen = false;
		s->tolerated = CL_SOURCE_RETRY_MAX;
	}
	if (s->tx_missing < s->tolerated && s->rx_missing < s->tolerated)
		return true;
	s->off = true;
	s->retry = cl_raw_add(now, CL_SOURCE_RETRY_NS);
	s->lost += s->tx_missing;
	s->fallbacks++;
	return false;
}

/**
 * cl_source_asked() - a packet leaves that the device is to stamp
 * @s: source
 */
void cl_source_asked(struct cl_source *s)
{
	s->tx_missing++;
}

/* With stamps of both directions it has passed the try. */
static void source_seen(struct cl_source *s)
{
	if (s->tx_seen && s->rx_seen)
		s->tolerated = CL_SOURCE_MISSING_MAX;
}

/**
 * cl_source_sent() - a transmit stamp of the device has come
 * @s: source
 *
 * Those asked for before it count as lost, so one that overtakes another is
 * counted wrong by 1.
 */
void cl_source_sent(struct cl_source *s)
{
	if (s->off)
		return;
	if (s->tx_missing > 1)
		s->lost += s->tx_missing - 1;
	s->tx_missing = 0;
	s->tx_seen = true;
	source_seen(s);
}

/**
 * cl_source_received() - a packet has come
 * @s: source
 * @stamped: the device has stamped it
 */
void cl_source_received(struct cl_source *s, bool stamped)
{
	if (!stamped) {
		s->rx_missing++;
		s->lost++;
		return;
	}
	s->rx_missing = 0;
	s->rx_seen = true;
	source_seen(s);
}
