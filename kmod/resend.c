// SPDX-License-Identifier: GPL-2.0
#include "resend.h"

/**
 * cl_resend_init() - nothing has been sent
 * @r: what was sent
 */
void cl_resend_init(struct cl_resend *r)
{
	spin_lock_init(&r->lock);
	r->known = false;
}

/**
 * cl_resend_note() - an update is about to be sent
 * @r: what was sent
 * @update: the update
 * @at: own raw time
 *
 * Context: any but hard interrupt.
 */
void cl_resend_note(struct cl_resend *r, const struct cl_wire_msg *update,
		    struct cl_raw at)
{
	spin_lock_bh(&r->lock);
	r->known = true;
	r->update = *update;
	r->at = at;
	spin_unlock_bh(&r->lock);
}

/**
 * cl_resend_get() - the last update, if it still holds
 * @r: what was sent
 * @gen: own raw generation now: a map of an earlier one is worth nothing
 * @term: own term now: what was said in an earlier one is not repeated
 * @now: own raw time; after its interval the next update is due anyway
 * @ret: the update, if there is one
 *
 * Context: any but hard interrupt.
 * Return: true if there is one.
 */
bool cl_resend_get(struct cl_resend *r, u32 gen, u32 term, struct cl_raw now,
		   struct cl_wire_msg *ret)
{
	const struct cl_wire_msg *m = &r->update;
	bool holds;

	spin_lock_bh(&r->lock);
	holds = r->known && m->hdr.gen == gen && m->hdr.term == term &&
		cl_raw_sub(now, r->at) < (s64)m->upd.interval_ns;
	if (holds)
		*ret = *m;
	spin_unlock_bh(&r->lock);
	return holds;
}
