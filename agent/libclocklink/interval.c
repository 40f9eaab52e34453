// SPDX-License-Identifier: GPL-2.0-or-later
#include "handle.h"

/**
 * clocklink_compare() - how two intervals lie
 * @a: interval of one instant
 * @b: interval of another, of any node of the cluster
 *
 * Context: any.
 * Return: CLOCKLINK_BEFORE or CLOCKLINK_AFTER if the true times are certainly in that
 * order, else CLOCKLINK_OVERLAP: intervals that only touch too.
 */
enum clocklink_order clocklink_compare(const struct clocklink_interval *a,
				       const struct clocklink_interval *b)
{
	if (a->latest < b->earliest)
		return CLOCKLINK_BEFORE;
	if (b->latest < a->earliest)
		return CLOCKLINK_AFTER;
	return CLOCKLINK_OVERLAP;
}
