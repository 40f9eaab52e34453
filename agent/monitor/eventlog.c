// SPDX-License-Identifier: GPL-2.0-or-later
#include "eventlog.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/**
 * cl_eventlog_add() - something has happened
 * @l: the log; dates it by its own utc_ns
 * @kind: what it is about
 * @severity: how bad it is
 * @node: of whom, 0: of the cluster
 * @fmt: printf() format of the text; what is too long is cut
 *
 * Return: the event, for more to be said of it.
 */
struct cl_event *cl_eventlog_add(struct cl_eventlog *l, enum cl_event_kind kind,
				 enum cl_event_severity severity, u32 node,
				 const char *fmt, ...)
{
	struct cl_event *e = &l->event[++l->last % CL_EVENTLOG_SIZE];
	va_list ap;

	memset(e, 0, sizeof(*e));
	e->number = l->last;
	e->utc_ns = l->utc_ns;
	e->kind = kind;
	e->severity = severity;
	e->node = node;
	va_start(ap, fmt);
	vsnprintf(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
	return e;
}

/**
 * cl_eventlog_next() - the next event
 * @l: the log
 * @after: number of the one before; 0: the oldest that is still there
 *
 * Return: the event, owned by @l; NULL if there is none.
 */
const struct cl_event *cl_eventlog_next(const struct cl_eventlog *l, u64 after)
{
	u64 oldest =
		l->last > CL_EVENTLOG_SIZE ? l->last - CL_EVENTLOG_SIZE + 1 : 1;

	if (after >= l->last)
		return NULL;
	after = after + 1 < oldest ? oldest : after + 1;
	return &l->event[after % CL_EVENTLOG_SIZE];
}

/**
 * cl_event_kind_name() - what an event is about
 * @kind: the kind
 *
 * Return: its name in the API.
 */
const char *cl_event_kind_name(enum cl_event_kind kind)
{
	static const char *const names[] = {
		[CL_EVENT_STATE] = "state",
		[CL_EVENT_LEADER] = "leader",
		[CL_EVENT_REPUTATION] = "reputation",
		[CL_EVENT_PEER] = "peer",
		[CL_EVENT_QUORUM] = "quorum",
		[CL_EVENT_CLOCK_OWNER] = "clock-owner",
		[CL_EVENT_ANOMALY] = "anomaly",
		[CL_EVENT_DAEMON] = "daemon",
	};

	return names[kind];
}

/**
 * cl_event_severity_name() - how bad an event is
 * @severity: the severity
 *
 * Return: its name in the API.
 */
const char *cl_event_severity_name(enum cl_event_severity severity)
{
	static const char *const names[] = {
		[CL_EVENT_INFO] = "info",
		[CL_EVENT_WARNING] = "warning",
		[CL_EVENT_CRITICAL] = "critical",
	};

	return names[severity];
}
