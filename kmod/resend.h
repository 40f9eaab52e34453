/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The last Sync Update that was sent, for followers that have missed it.
 */
#ifndef _CL_RESEND_H
#define _CL_RESEND_H

#include <linux/spinlock.h>

#include "core/wire.h"

/**
 * struct cl_resend - the last update
 * @lock: protects all fields; taken with bottom halves disabled
 * @known: there is one
 * @update: the update; receiver and sequence number are not set
 * @at: own raw time when it was sent
 */
struct cl_resend {
	spinlock_t lock; /* all fields */
	bool known;
	struct cl_wire_msg update;
	struct cl_raw at;
};

void cl_resend_init(struct cl_resend *r);
void cl_resend_note(struct cl_resend *r, const struct cl_wire_msg *update,
		    struct cl_raw at);
bool cl_resend_get(struct cl_resend *r, u32 gen, u32 term, struct cl_raw now,
		   struct cl_wire_msg *ret);

#endif /* _CL_RESEND_H */
