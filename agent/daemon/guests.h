/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Nodes that are no members and have a stream to a voter: they want to join, or have
 * been removed and do not know that yet.  They are few, and they may not stay.
 */
#ifndef _CL_DAEMON_GUESTS_H
#define _CL_DAEMON_GUESTS_H

#include "kmod/core/types.h"

#define CL_GUESTS_MAX 16
#define CL_GUESTS_STAY_NS (60 * CL_NS_PER_SEC)
#define CL_GUESTS_NEVER S64_MAX

/**
 * struct cl_guests - all of them
 * @guest: node id, and until when it may stay, ns
 * @n: how many
 *
 * All zero is none.
 */
struct cl_guests {
	struct {
		u32 node;
		s64 until;
	} guest[CL_GUESTS_MAX];
	unsigned int n;
};

bool cl_guests_admit(struct cl_guests *g, s64 now, u32 node);
void cl_guests_leave(struct cl_guests *g, u32 node);
u32 cl_guests_expired(struct cl_guests *g, s64 now);
s64 cl_guests_deadline(const struct cl_guests *g);

#endif /* _CL_DAEMON_GUESTS_H */
