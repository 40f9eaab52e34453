// SPDX-License-Identifier: GPL-2.0-or-later
#include "guests.h"

#include "kmod/core/fixed.h"

/**
 * cl_guests_admit() - may another one come in?
 * @g: guests
 * @now: ns
 * @node: its id; one that is here already may come again, and stays no longer
 *
 * Return: false if there are too many.
 */
bool cl_guests_admit(struct cl_guests *g, s64 now, u32 node)
{
	for (unsigned int i = 0; i < g->n; i++)
		if (g->guest[i].node == node)
			return true;
	if (g->n == CL_GUESTS_MAX)
		return false;
	g->guest[g->n].node = node;
	g->guest[g->n++].until = now + CL_GUESTS_STAY_NS;
	return true;
}

/**
 * cl_guests_leave() - it has gone, or is no guest any more
 * @g: guests
 * @node: its id; one that is no guest does no harm
 */
void cl_guests_leave(struct cl_guests *g, u32 node)
{
	for (unsigned int i = 0; i < g->n; i++) {
		if (g->guest[i].node == node) {
			g->guest[i] = g->guest[--g->n];
			return;
		}
	}
}

/**
 * cl_guests_expired() - who has stayed too long
 * @g: guests; it is none any more
 * @now: ns
 *
 * Return: one of them, 0: none.
 */
u32 cl_guests_expired(struct cl_guests *g, s64 now)
{
	u32 node;

	for (unsigned int i = 0; i < g->n; i++) {
		if (now < g->guest[i].until)
			continue;
		node = g->guest[i].node;
		g->guest[i] = g->guest[--g->n];
		return node;
	}
	return 0;
}

/**
 * cl_guests_deadline() - when the next one has stayed too long
 * @g: guests
 *
 * Return: instant in ns, CL_GUESTS_NEVER: there is none.
 */
s64 cl_guests_deadline(const struct cl_guests *g)
{
	s64 at = CL_GUESTS_NEVER;

	for (unsigned int i = 0; i < g->n; i++)
		at = cl_min_s64(at, g->guest[i].until);
	return at;
}
