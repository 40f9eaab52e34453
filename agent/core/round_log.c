// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the log is told of leader and clock, with the bound that the clock has meanwhile.
 */
#include "agent/nl/schema.h"
#include "round_node.h"

/* Whether the clock can be used now; if not, it has no bound that means something. */
static bool read_clock(struct cl_round *r, struct cl_nl_clock *ret)
{
	const struct cl_engine_ops *ops = r->io->engine->ops;

	*ret = (struct cl_nl_clock){ 0 };
	return !ops->get_clock(r->io->engine, ret) &&
	       cl_nl_state_usable(ret->state);
}

/**
 * cl_round_log_lead() - the own node leads
 * @r: the rounds
 * @term: its term
 * @how: in words
 */
void cl_round_log_lead(struct cl_round *r, u32 term, const char *how)
{
	struct cl_nl_clock c;
	bool usable = read_clock(r, &c);

	cl_io_event(r->io, CL_IO_NOTICE, CL_EVENT_LEADER,
		    CL_VALUES(cl_int("NODE", r->inst.node),
			      cl_int("LEADER", r->inst.node),
			      cl_int("TERM", term),
			      cl_int_if("BOUND_NS", usable, c.bound_ns)),
		    "node %u leads, term %u, %s", r->inst.node, term, how);
}

/**
 * cl_round_log_follow() - the own node obeys another leader
 * @r: the rounds
 */
void cl_round_log_follow(struct cl_round *r)
{
	u32 term = r->told.elected ? r->told.term : r->term;
	struct cl_nl_clock c;
	bool usable = read_clock(r, &c);

	cl_io_event(r->io, CL_IO_NOTICE, CL_EVENT_LEADER,
		    CL_VALUES(cl_int("NODE", r->inst.node),
			      cl_int("LEADER", r->inst.leader),
			      cl_int("TERM", term),
			      cl_int_if("BOUND_NS", usable, c.bound_ns)),
		    "node %u obeys node %u", r->inst.node, r->inst.leader);
}

/**
 * cl_round_log_nobody() - there is no leader any more
 * @r: the rounds
 */
void cl_round_log_nobody(struct cl_round *r)
{
	struct cl_nl_clock c;
	bool usable = read_clock(r, &c);

	cl_io_event(r->io, CL_IO_NOTICE, CL_EVENT_NO_LEADER,
		    CL_VALUES(cl_int("NODE", r->inst.node),
			      cl_int("TERM", r->term),
			      cl_int_if("BOUND_NS", usable, c.bound_ns)),
		    "no leader is %s", r->told.elected ? "known" : "set");
}

/**
 * cl_round_log_lapse() - the own node has to be silent
 * @r: the rounds
 */
void cl_round_log_lapse(struct cl_round *r)
{
	struct cl_nl_clock c;
	bool usable = read_clock(r, &c);

	cl_io_event(r->io, CL_IO_WARNING, CL_EVENT_LEASE_OVER,
		    CL_VALUES(cl_int("NODE", r->inst.node),
			      cl_int("TERM", r->term),
			      cl_int_if("BOUND_NS", usable, c.bound_ns)),
		    "node %u is silent: its lease is over", r->inst.node);
}

/**
 * cl_round_log_state() - the clock is in another state
 * @r: the rounds, as of before
 * @state: enum clocklink_state
 */
void cl_round_log_state(struct cl_round *r, u32 state)
{
	enum cl_event event = CL_EVENT_CLOCK_STATE;
	const char *is = cl_nl_state_name(state);
	const char *was = cl_nl_state_name(r->state);
	struct cl_nl_clock c;
	bool usable = read_clock(r, &c);

	if (state == CLOCKLINK_STATE_HOLDOVER)
		event = CL_EVENT_CLOCK_HOLDOVER;
	else if (state == CLOCKLINK_STATE_VOID)
		event = CL_EVENT_CLOCK_VOID;
	cl_io_event(r->io, CL_IO_NOTICE, event,
		    CL_VALUES(cl_int("NODE", r->inst.node),
			      cl_text("STATE", is),
			      cl_text("STATE_BEFORE", was),
			      cl_int("LEADER", r->inst.leader),
			      cl_int("TERM", r->term),
			      cl_int_if("BOUND_NS", usable, c.bound_ns),
			      cl_int_if("OFFSET_NS", usable, c.error_ns)),
		    "the clock is %s, was %s", is, was);
}
