// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A member whose name or addresses are others than the cluster knows, because its file
 * was changed while it was down, tells it.
 */
#include <stdio.h>
#include <string.h>

#include "kmod/core/fixed.h"
#include "membership_node.h"

/*
 * Before it tells, the state may be an old one: it was just started.  And as often it
 * tells again, until the state shows it.
 */
#define TELL_NS (5 * CL_NS_PER_SEC)

static const struct cl_member *member_of(const struct cl_membership *m)
{
	const struct cl_state *s = cl_membership_state(m);

	if (m->phase != CL_MEMBERSHIP_MEMBER || !s || !s->epoch ||
	    m->task.doing != CL_MEMBERSHIP_IDLE)
		return NULL;
	return cl_roster_find(s->roster, m->self.id);
}

/**
 * cl_membership_same() - are two members known by the same name and addresses?
 * @a: one
 * @b: the other
 *
 * Return: true if so.
 */
bool cl_membership_same(const struct cl_member *a, const struct cl_member *b)
{
	return !strcmp(a->name, b->name) &&
	       cl_endpoint_same(&a->time, &b->time) &&
	       cl_endpoint_same(&a->stream, &b->stream);
}

static void announce(struct cl_membership *m, const struct cl_member *me)
{
	struct cl_entry e = { .kind = CL_ENTRY_MEMBER_PUT, .put = *me };
	char error[CL_ENTRY_ERROR_SIZE];
	char old[CL_MEMBER_TEXT_SIZE], at[CL_MEMBER_TEXT_SIZE];

	/* What others have decided about it stays. */
	memcpy(e.put.name, m->self.name, sizeof(e.put.name));
	e.put.time = m->self.time;
	e.put.stream = m->self.stream;
	m->move.handle = CL_MEMBERSHIP_HANDLES + m->asks++;
	cl_io_log(m->io, CL_IO_NOTICE,
		  "member %u is '%s' at %s, no more '%s' at %s", me->id,
		  m->self.name, cl_endpoint_text(at, &m->self.stream), me->name,
		  cl_endpoint_text(old, &me->stream));
	if (cl_agent_request(m->agent, &e, m->move.handle, error))
		cl_io_log(m->io, CL_IO_WARNING, "cannot tell the cluster: %s",
			  error);
}

/**
 * cl_membership_move_run() - tell the cluster if it knows something else
 * @m: the membership
 */
void cl_membership_move_run(struct cl_membership *m)
{
	const struct cl_member *me = member_of(m);
	s64 now = cl_membership_now(m);

	if (!me || cl_membership_same(me, &m->self)) {
		m->move.at = 0;
	} else if (!m->move.at) {
		m->move.at = now + TELL_NS;
	} else if (now >= m->move.at) {
		m->move.at = now + TELL_NS;
		announce(m, me);
	}
}

/**
 * cl_membership_move_deadline() - when to call cl_membership_move_run()
 * @m: the membership
 *
 * Return: instant in io time, CL_MEMBERSHIP_NEVER if only events matter.
 */
s64 cl_membership_move_deadline(const struct cl_membership *m)
{
	return m->move.at ? m->move.at : CL_MEMBERSHIP_NEVER;
}

/**
 * cl_membership_move_answered() - a request or an act has ended
 * @m: the membership
 * @handle: its handle
 * @result: as by ops->answered()
 * @why: in words
 *
 * Return: false if it is another one.
 */
bool cl_membership_move_answered(struct cl_membership *m, u64 handle,
				 int result, const char *why)
{
	if (!m->move.handle || handle != m->move.handle)
		return false;
	m->move.handle = 0;
	if (result)
		cl_io_log(m->io, CL_IO_WARNING,
			  "the cluster does not know its new address: %s", why);
	return true;
}
