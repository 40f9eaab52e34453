// SPDX-License-Identifier: GPL-2.0-or-later
#include "changes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent/lib/units.h"
#include "agent/nl/schema.h"

static enum cl_event_severity severity_of(u32 state)
{
	switch (state) {
	case CLOCKLINK_STATE_SYNCED:
	case CLOCKLINK_STATE_JOINING:
		return CL_EVENT_INFO;
	case CLOCKLINK_STATE_UNVERIFIED:
	case CLOCKLINK_STATE_HOLDOVER:
		return CL_EVENT_WARNING;
	default:
		return CL_EVENT_CRITICAL;
	}
}

/**
 * cl_changes_state() - the state of the own clock, by a look or an event
 * @c: what was before
 * @log: gets an event if it is another one
 * @state: enum clocklink_state
 * @bound_ns: error bound, U64_MAX: without limit
 */
void cl_changes_state(struct cl_changes *c, struct cl_eventlog *log, u32 state,
		      u64 bound_ns)
{
	char bound[CL_UNITS_SIZE];

	if (c->begun && c->has_instance && state == c->state)
		return;
	if (c->begun && c->has_instance)
		cl_eventlog_add(log, CL_EVENT_STATE, severity_of(state), 0,
				"clock %s, was %s; bound %s",
				cl_nl_state_name(state),
				cl_nl_state_name(c->state),
				cl_units_bound(bound, bound_ns));
	else
		cl_eventlog_add(log, CL_EVENT_STATE, severity_of(state), 0,
				"clock %s; bound %s", cl_nl_state_name(state),
				cl_units_bound(bound, bound_ns));
	c->state = state;
	c->has_instance = true;
}

/* Module and daemon. */
static void compare_sources(struct cl_changes *c, struct cl_eventlog *log,
			    const struct cl_look *look)
{
	if (c->begun && c->has_instance && !look->has_instance)
		cl_eventlog_add(log, CL_EVENT_DAEMON, CL_EVENT_CRITICAL, 0,
				"the module or its instance is gone: %s",
				look->error);
	if (look->has_instance)
		cl_changes_state(c, log, look->clock.state,
				 look->clock.bound_ns);
	if (c->begun && c->has_daemon && !look->has_daemon)
		cl_eventlog_add(log, CL_EVENT_DAEMON, CL_EVENT_CRITICAL, 0,
				"clocklinkd does not answer: %s", look->error);
	if (c->begun && !c->has_daemon && look->has_daemon)
		cl_eventlog_add(log, CL_EVENT_DAEMON, CL_EVENT_INFO, 0,
				"clocklinkd answers");
	c->has_instance = look->has_instance;
	c->has_daemon = look->has_daemon;
}

static void compare_leader(struct cl_changes *c, struct cl_eventlog *log,
			   const struct cl_look *look)
{
	u32 leader = look->instance.leader, term = look->instance.term;

	/* Whom a cluster has elected counts, not whom the clock still follows. */
	if (look->has_cluster) {
		leader = look->status.leader;
		term = look->status.term;
	} else if (!look->has_instance) {
		return;
	}
	if (c->begun && leader == c->leader)
		return;
	if (leader)
		cl_eventlog_add(log, CL_EVENT_LEADER, CL_EVENT_INFO, leader,
				"node %u leads, term %u", leader, term);
	else if (c->leader)
		cl_eventlog_add(log, CL_EVENT_LEADER, CL_EVENT_WARNING,
				c->leader, "node %u leads no more, nobody does",
				c->leader);
	c->leader = leader;
}

static void compare_quorum(struct cl_changes *c, struct cl_eventlog *log,
			   const struct cl_look *look)
{
	const struct cl_ctl_status *s = &look->status;

	if (!look->has_cluster)
		return;
	if (c->has_quorum ? s->quorum != c->quorum : !s->quorum)
		cl_eventlog_add(log, CL_EVENT_QUORUM,
				s->quorum ? CL_EVENT_INFO : CL_EVENT_CRITICAL,
				0, "%s: %u of %u voters reachable, %u needed",
				s->quorum ? "there is a quorum again" :
					    "no quorum",
				s->reachable, s->voters, s->needed);
	c->has_quorum = true;
	c->quorum = s->quorum;
}

/* @was: what was done with the clock before, "" is not known. */
static void compare_owner(char was[CL_CTL_WORD_SIZE], struct cl_eventlog *log,
			  const char *clock, const struct cl_ctl_sysclock *s)
{
	bool device = cl_ctl_has(s, SYSCLOCK_DEVICE), alone;

	if (!s->have || !strcmp(s->state, was))
		return;
	alone = !strcmp(s->state, "left-alone");
	if (*was || strcmp(s->state, "off"))
		cl_eventlog_add(log, CL_EVENT_CLOCK_OWNER,
				alone ? CL_EVENT_WARNING : CL_EVENT_INFO, 0,
				"%s%s%s %s%s%s", clock, device ? " of " : "",
				device ? s->device : "", s->state,
				*s->why ? ": " : "", s->why);
	memcpy(was, s->state, CL_CTL_WORD_SIZE);
}

static enum cl_event_severity severity_of_judgement(const char *to)
{
	return strcmp(to, "good") && strcmp(to, "cleared") ? CL_EVENT_WARNING :
							     CL_EVENT_INFO;
}

/* The daemon remembers them by itself: those of before the monitor are told, too. */
static void take_judgements(struct cl_changes *c, struct cl_eventlog *log,
			    const struct cl_look *look)
{
	const struct cl_ctl_event *x;
	struct cl_event *e;

	for (size_t i = 0; i < look->n_events; i++) {
		x = &look->events[i];
		if (x->number <= c->judged)
			continue;
		e = cl_eventlog_add(log, CL_EVENT_REPUTATION,
				    severity_of_judgement(x->to), x->node,
				    "node %u %s, was %s", x->node, x->to,
				    x->from);
		e->utc_ns = x->utc_ns;
		memcpy(e->rule, x->rule, sizeof(e->rule));
		e->offset_ns = x->offset_ns;
		e->limit_ns = x->limit_ns;
		c->judged = x->number;
	}
	/* A daemon that was started again counts from 1. */
	if (look->has_daemon && look->n_events &&
	    look->events[look->n_events - 1].number < c->judged)
		c->judged = look->events[look->n_events - 1].number;
}

/* Who is in @a, but not in @b; both are sorted. */
static size_t missing(const u32 *a, size_t n, const u32 *b, size_t m, u32 *ret)
{
	size_t k = 0, found = 0;

	for (size_t i = 0; i < n; i++) {
		while (k < m && b[k] < a[i])
			k++;
		if (k == m || b[k] != a[i])
			ret[found++] = a[i];
	}
	return found;
}

static void tell_peers(struct cl_eventlog *log, const u32 *id, size_t n,
		       const char *what)
{
	for (size_t i = 0; n <= CL_CHANGES_PEERS && i < n; i++)
		cl_eventlog_add(log, CL_EVENT_PEER, CL_EVENT_INFO, id[i],
				"peer %u %s", id[i], what);
	if (n > CL_CHANGES_PEERS)
		cl_eventlog_add(log, CL_EVENT_PEER, CL_EVENT_INFO, 0,
				"%zu peers %s, from node %u to node %u", n,
				what, id[0], id[n - 1]);
}

static void tell_isolated(struct cl_eventlog *log, const struct cl_look *look,
			  const u32 *id, size_t n, bool isolated)
{
	const struct cl_ctl_member *m;
	struct cl_event *e;

	for (size_t i = 0; i < n; i++) {
		m = cl_look_member(look, id[i]);
		if (!isolated) {
			cl_eventlog_add(log, CL_EVENT_REPUTATION, CL_EVENT_INFO,
					id[i], "node %u is isolated no more%s",
					id[i], m ? "" : ": it is no member");
			continue;
		}
		e = cl_eventlog_add(log, CL_EVENT_REPUTATION, CL_EVENT_CRITICAL,
				    id[i],
				    "node %u isolated, accused by %u voters",
				    id[i], m->accusers);
		memcpy(e->rule, m->rule, sizeof(e->rule));
		e->limit_ns = U64_MAX;
		for (size_t k = 0; k < look->n_accusations; k++) {
			if (look->accusations[k].node != id[i])
				continue;
			e->offset_ns = look->accusations[k].offset_ns;
			e->limit_ns = look->accusations[k].limit_ns;
		}
	}
}

/* Takes @now, allocated, in the place of *@list. */
static void replace(u32 **list, size_t *n, u32 *now, size_t n_now)
{
	free(*list);
	*list = now;
	*n = n_now;
}

static int compare_peers(struct cl_changes *c, struct cl_eventlog *log,
			 const struct cl_look *look)
{
	size_t most = look->n_peers + c->n_peers + 1;
	u32 *now = calloc(look->n_peers + 1, sizeof(*now));
	u32 *diff = calloc(most, sizeof(*diff));
	size_t n;

	if (!now || !diff) {
		free(now);
		free(diff);
		return -ENOMEM;
	}
	for (size_t i = 0; i < look->n_peers; i++)
		now[i] = look->peers[i].node;
	if (c->begun) {
		n = missing(now, look->n_peers, c->peer, c->n_peers, diff);
		tell_peers(log, diff, n, "added");
		n = missing(c->peer, c->n_peers, now, look->n_peers, diff);
		tell_peers(log, diff, n, "removed");
	}
	free(diff);
	replace(&c->peer, &c->n_peers, now, look->n_peers);
	return 0;
}

static int compare_isolated(struct cl_changes *c, struct cl_eventlog *log,
			    const struct cl_look *look)
{
	size_t most = look->n_members + c->n_isolated + 1, n = 0, k;
	u32 *now = calloc(look->n_members + 1, sizeof(*now));
	u32 *diff = calloc(most, sizeof(*diff));

	if (!now || !diff) {
		free(now);
		free(diff);
		return -ENOMEM;
	}
	for (size_t i = 0; i < look->n_members; i++)
		if (cl_ctl_has(&look->members[i], MEMBER_ISOLATED))
			now[n++] = look->members[i].node;
	k = missing(now, n, c->isolated, c->n_isolated, diff);
	tell_isolated(log, look, diff, k, true);
	k = missing(c->isolated, c->n_isolated, now, n, diff);
	tell_isolated(log, look, diff, k, false);
	free(diff);
	replace(&c->isolated, &c->n_isolated, now, n);
	return 0;
}

/**
 * cl_changes_look() - what has happened since the last look
 * @c: what that said
 * @log: gets the events
 * @look: the look, finished
 * @overruns: times so far that events of the module were lost
 *
 * Return: 0; -ENOMEM: peers were not compared.
 */
int cl_changes_look(struct cl_changes *c, struct cl_eventlog *log,
		    const struct cl_look *look, u64 overruns)
{
	int err = 0;

	compare_sources(c, log, look);
	compare_leader(c, log, look);
	compare_quorum(c, log, look);
	compare_owner(c->owner, log, "system's clock", &look->sysclock);
	compare_owner(c->device_owner, log, "PTP clock", &look->phcclock);
	take_judgements(c, log, look);
	/* What cannot be seen has not gone. */
	if (look->has_instance)
		err = compare_peers(c, log, look);
	if (!err && look->has_cluster)
		err = compare_isolated(c, log, look);
	/* In a large cluster that goes on all the time: the metrics count it. */
	if (overruns && !c->overruns)
		cl_eventlog_add(log, CL_EVENT_DAEMON, CL_EVENT_INFO, 0,
				"events of the module came too fast");
	c->overruns = overruns;
	c->begun = true;
	return err;
}

/**
 * cl_changes_clear() - forget all
 * @c: what the last look said
 */
void cl_changes_clear(struct cl_changes *c)
{
	free(c->peer);
	free(c->isolated);
	memset(c, 0, sizeof(*c));
}
